//! `fapiao key`

use super::{Failure, terminal::say};
use crate::{adapters::clock::SystemClock, config::Config, wiring};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use clap::Subcommand;
use fapiao_domain::ids::{ApiKeyId, Id, StoreId};
use fapiao_usecases::{
    actor::Actor,
    idempotency::fingerprint,
    ids::fresh,
    ports::{Access, Clock, Setup},
    records::ApiKey,
};
use std::process::ExitCode;

#[derive(Subcommand)]
#[command(
    after_help = "Examples:\n  fapiao key add 'till 1' --store S001\n  fapiao key list\n  fapiao key revoke key_01J…"
)]
pub(super) enum KeyCommand {
    /// Makes a key and prints it once.
    Add {
        /// For people: which till or shop uses it.
        name: String,
        /// Only this store, by its code.
        #[arg(long)]
        store: Option<String>,
        /// May read, not write.
        #[arg(long)]
        read_only: bool,
    },
    /// Lists the keys.
    List,
    /// Ends a key at once.
    Revoke {
        /// Its id.
        id: String,
    },
}

/// A fresh key: its row and its text, which nobody can read again.
fn new_key(
    name: &str,
    store: Option<StoreId>,
    may_write: bool,
    clock: &dyn Clock,
) -> (ApiKey, String) {
    let text = format!("fp_{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()));
    let now = clock.now();
    let key = ApiKey {
        id: fresh(now),
        name: name.to_owned(),
        prefix: text.chars().take(9).collect(),
        hash: fingerprint(text.as_bytes()),
        store,
        may_write,
        created_at: now,
        last_used_at: None,
        revoked_at: None,
    };
    (key, text)
}

pub(super) async fn run(config: &Config, command: KeyCommand) -> Result<ExitCode, Failure> {
    let store = wiring::open_store(config).await?;
    match command {
        KeyCommand::Add {
            name,
            store: code,
            read_only,
        } => {
            let shop = match code {
                None => None,
                Some(code) => {
                    let found = store.store_by_code(&code).await?;
                    Some(found.ok_or_else(|| format!("there is no store {code}"))?.id)
                }
            };
            let (key, text) = new_key(&name, shop, !read_only, &SystemClock);
            store.add_api_key(&key, &Actor::CommandLine).await?;
            say!("{text}");
        }
        KeyCommand::List => {
            for key in store.api_keys().await? {
                let state = if key.revoked_at.is_some() {
                    "revoked"
                } else {
                    "active"
                };
                let rights = if key.may_write { "write" } else { "read" };
                say!(
                    "{} {}… {:<8} {:<6} {}",
                    key.id,
                    key.prefix,
                    state,
                    rights,
                    key.name
                );
            }
        }
        KeyCommand::Revoke { id } => {
            let id = ApiKeyId::parse(&id)?;
            let done = store
                .revoke_api_key(&id, SystemClock.now(), &Actor::CommandLine)
                .await?;
            if !done {
                return Err(format!("there is no active key {id}").into());
            }
            say!("{id} is revoked.");
        }
    }
    Ok(ExitCode::SUCCESS)
}
