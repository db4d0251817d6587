//! `fapiao rotate-master-key`

use super::{Failure, terminal::say};
use crate::{config::Config, wiring};
use fapiao_usecases::{actor::Actor, backoffice::master_key::reseal};
use std::process::ExitCode;

pub(super) const HELP: &str = "Before: the new key is secrets.master_key, the old one stands in \
secrets.master_keys_before, and every node was restarted.\nAfterwards: take the old key out and restart. Running it twice \
does no harm.\nExit code 1 when a secret could not be opened with any of the keys.";

pub(super) async fn run(config: &Config) -> Result<ExitCode, Failure> {
    let store = wiring::open_store(config).await?;
    let status = store.schema_status().await?;
    if !status.is_current() {
        return Err(format!(
            "the database does not have this version's schema ({status}); run `fapiao migrate` first"
        )
        .into());
    }
    let sealer = wiring::sealer(config)?;
    let told = reseal(&store, &sealer, &Actor::CommandLine).await?;
    say!(
        "{} secret(s) sealed again with the present master key, {} were already.",
        told.done,
        told.were
    );
    for (place, of) in &told.lost {
        say!(
            "LOST  {} {of}: none of the keys opens it; put the key that sealed it into secrets.master_keys_before and run \
             this again, or type the secret in anew",
            place.words()
        );
    }
    if told.unfinished {
        say!(
            "Secrets with an old key keep coming: a node still runs with the old settings. Restart every node, then run \
             this again."
        );
    }
    if !told.lost.is_empty() || told.unfinished {
        return Ok(ExitCode::FAILURE);
    }
    if !config.secrets.master_keys_before.is_empty() {
        say!("Now empty secrets.master_keys_before and restart the nodes.");
    }
    Ok(ExitCode::SUCCESS)
}
