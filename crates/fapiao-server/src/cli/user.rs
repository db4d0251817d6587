//! `fapiao user`

use super::{Failure, terminal::say};
use crate::{adapters::passwords::hash_now, config::Config, wiring};
use clap::Subcommand;
use fapiao_usecases::{
    actor::Actor,
    backoffice::staff::PASSWORD_MIN,
    ids::fresh,
    ports::{Access, Clock, Setup, StaffSaved},
    records::{Role, Staff},
};
use std::{io::Write, process::ExitCode};

#[derive(Subcommand)]
#[command(
    after_help = "Examples:\n  fapiao user add wang --name 王芳 --role finance\n  fapiao user password wang\n  fapiao user disable wang"
)]
pub(super) enum UserCommand {
    /// Adds a person; the password is read from standard input.
    Add {
        /// Sign-in name, lower case.
        login: String,
        /// Name as shown.
        #[arg(long)]
        name: String,
        /// owner, admin, finance, clerk or auditor.
        #[arg(long, default_value = "finance")]
        role: String,
        /// Only this store, by its code.
        #[arg(long)]
        store: Option<String>,
    },
    /// Lists everybody.
    List,
    /// Sets a new password from standard input; ends the person's sessions.
    Password {
        /// Sign-in name.
        login: String,
    },
    /// Locks a person out; ends their sessions.
    Disable {
        /// Sign-in name.
        login: String,
    },
    /// Lets a person in again.
    Enable {
        /// Sign-in name.
        login: String,
    },
}

pub(super) async fn run(config: &Config, command: UserCommand) -> Result<ExitCode, Failure> {
    let store = wiring::open_store(config).await?;
    match command {
        UserCommand::List => {
            for person in store.staff().await? {
                let state = if person.disabled {
                    "disabled"
                } else {
                    "active"
                };
                say!(
                    "{:<20} {:<10} {:<9} {}",
                    person.login,
                    person.role.as_str(),
                    state,
                    person.name
                );
            }
        }
        UserCommand::Add {
            login,
            name,
            role,
            store: code,
        } => {
            let login = login.trim().to_lowercase();
            if login.is_empty()
                || !login
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "._-@".contains(c))
            {
                return Err("a sign-in name has letters, digits, dots, dashes or an @".into());
            }
            if store.staff_by_login(&login).await?.is_some() {
                return Err(format!(
                    "{login} is there already; `fapiao user password {login}` sets a new password"
                )
                .into());
            }
            let role = Role::parse(&role)
                .ok_or("the roles are owner, admin, finance, clerk and auditor")?;
            let shop = match code {
                None => None,
                Some(code) => {
                    let found = store.store_by_code(&code).await?;
                    Some(found.ok_or_else(|| format!("there is no store {code}"))?.id)
                }
            };
            let person = Staff {
                id: fresh(crate::adapters::clock::SystemClock.now()),
                login: login.clone(),
                name,
                email: String::new(),
                password_hash: hash_now(&read_password()?),
                role,
                store: shop,
                language: "zh".to_owned(),
                disabled: false,
                last_sign_in_at: None,
                version: 1,
            };
            save(&store, &person).await?;
            say!("Added {login} as {}.", role.as_str());
        }
        UserCommand::Password { login } => {
            let mut person = find(&store, &login).await?;
            person.password_hash = hash_now(&read_password()?);
            save(&store, &person).await?;
            say!("The password of {login} is changed; their sessions are ended.");
        }
        UserCommand::Disable { login } => {
            let mut person = find(&store, &login).await?;
            person.disabled = true;
            save(&store, &person).await?;
            say!("{login} cannot sign in any more; their sessions are ended.");
        }
        UserCommand::Enable { login } => {
            let mut person = find(&store, &login).await?;
            person.disabled = false;
            save(&store, &person).await?;
            say!("{login} can sign in again.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn save(store: &fapiao_store::Store, person: &Staff) -> Result<(), Failure> {
    match store.save_staff(person, &Actor::CommandLine).await? {
        StaffSaved::Done => Ok(()),
        StaffSaved::LastOwner => Err(format!(
            "{} is the last owner who can sign in; add or enable another one first",
            person.login
        )
        .into()),
    }
}

async fn find(store: &fapiao_store::Store, login: &str) -> Result<Staff, Failure> {
    Ok(store
        .staff_by_login(&login.to_lowercase())
        .await?
        .ok_or_else(|| format!("nobody is called {login}"))?)
}

#[expect(
    clippy::print_stderr,
    reason = "the question is not part of the result"
)]
fn read_password() -> Result<String, Failure> {
    eprint!("Password (at least {PASSWORD_MIN} characters): ");
    std::io::stderr().flush()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let password = line.trim_end_matches(['\n', '\r']).to_owned();
    if password.chars().count() < PASSWORD_MIN {
        return Err(format!("a password has at least {PASSWORD_MIN} characters").into());
    }
    Ok(password)
}
