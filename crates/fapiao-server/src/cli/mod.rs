//! The command line.

mod anchors;
mod backup;
mod check;
mod export;
mod import;
mod key;
mod reconcile;
mod replay;
mod rotate;
mod terminal;
mod user;
mod verify;

use crate::{
    adapters::clock::SystemClock,
    config::Config,
    in_use::InUse,
    node::{Node, Parts, stop_signal},
    telemetry, wiring,
};
use clap::{Parser, Subcommand};
use std::{net::TcpListener, path::PathBuf, process::ExitCode, sync::Arc};
use terminal::say;

/// What went wrong, for the person at the terminal.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A self-hosted platform for Chinese electronic invoices and WeChat's card packs.
#[derive(Parser)]
#[command(name = "fapiao", version, propagate_version = true)]
pub struct Cli {
    /// Settings file; without it the built-in defaults and the environment count.
    #[arg(long, global = true, env = "FAPIAO_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs a node: web and worker.
    Serve {
        /// Only the web side; run `fapiao worker` elsewhere.
        #[arg(long)]
        no_worker: bool,
    },
    /// Runs a worker without the web side.
    Worker,
    /// Brings the database to this version's schema.
    Migrate,
    /// Examines settings, database, documents, mail, tax authority and WeChat accounts.
    #[command(after_help = "Exit code 0 when everything is in order, 1 otherwise.")]
    Check,
    /// Staff of the back-office.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Keys of the REST API.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Brings data in.
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Takes reports and evidence out.
    #[command(subcommand)]
    Export(export::ExportCommand),
    /// Writes database and documents into a folder, consistently, while nodes run.
    Backup(backup::BackupArgs),
    /// Puts a backup back in place, checked first.
    Restore(backup::RestoreArgs),
    /// Proves the ledger: every invariant, every document's hash, the audit chain.
    Verify(verify::VerifyArgs),
    /// Has anchors that are missing in file and document store brought there once more.
    #[command(after_help = anchors::HELP)]
    AnchorsAgain,
    /// Compares with WeChat: authorised there but unknown here, and the reverse. Exit code 0 when nothing differs.
    Reconcile,
    /// Seals every secret in the database again with the present master key.
    #[command(after_help = rotate::HELP)]
    RotateMasterKey,
    /// Tries a stored push again with this version and shows what would change; writes nothing.
    Replay(replay::ReplayArgs),
    /// Prints the OpenAPI document of the REST API.
    Openapi,
    /// Runs everything with sandboxes and a demo company; nothing else is needed.
    #[cfg(feature = "demo")]
    Demo(crate::demo::DemoArgs),
}

/// Runs a command and turns its failure into words and an exit code.
#[expect(clippy::print_stderr, reason = "the terminal is where the person is")]
pub async fn run(cli: Cli) -> ExitCode {
    match dispatch(cli).await {
        Ok(code) => code,
        Err(error) => {
            let said = error.to_string();
            eprintln!("fapiao: {said}");
            let error: &dyn std::error::Error = &*error;
            let mut cause = error.source();
            while let Some(error) = cause {
                let reason = error.to_string();
                if !said.contains(&reason) {
                    eprintln!("  because: {reason}");
                }
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        Command::Openapi => {
            say!("{}", serde_json::to_string_pretty(&fapiao_web::openapi())?);
            return Ok(ExitCode::SUCCESS);
        }
        #[cfg(feature = "demo")]
        Command::Demo(args) => {
            Box::pin(crate::demo::run(args)).await?;
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    let environment: Vec<(String, String)> = std::env::vars().collect();
    let config = Config::load(cli.config.as_deref(), &environment)?;
    telemetry::start_logging(&config.log);
    // Before the ledger is opened: what is open then is the file that stays.
    let _in_use = match cli.command {
        // It takes the lock alone.
        Command::Restore(_) => None,
        _ => Some(InUse::together(&config)?),
    };
    match cli.command {
        Command::Serve { no_worker } => {
            serve(
                &config,
                if no_worker {
                    Parts::WebOnly
                } else {
                    Parts::All
                },
            )
            .await
        }
        Command::Worker => serve(&config, Parts::WorkerOnly).await,
        Command::Migrate => migrate(&config).await,
        Command::Check => check::run(&config).await,
        Command::User(command) => user::run(&config, command).await,
        Command::Key(command) => key::run(&config, command).await,
        Command::Import(command) => import::run(&config, command).await,
        Command::Export(command) => export::run(&config, command).await,
        Command::Backup(args) => backup::backup(&config, &args).await,
        Command::Restore(args) => backup::restore(&config, &args).await,
        Command::Verify(args) => verify::run(&config, &args).await,
        Command::AnchorsAgain => anchors::run(&config).await,
        Command::Reconcile => reconcile::run(&config).await,
        Command::RotateMasterKey => rotate::run(&config).await,
        Command::Replay(args) => replay::run(&config, &args).await,
        Command::Openapi => Ok(ExitCode::SUCCESS),
        #[cfg(feature = "demo")]
        Command::Demo(_) => Ok(ExitCode::SUCCESS),
    }
}

async fn serve(config: &Config, parts: Parts) -> Result<ExitCode, Failure> {
    let store = wiring::open_store(config).await?;
    let status = store.schema_status().await?;
    if !status.is_current() {
        return Err(format!("the database does not have this version's schema ({status}); run `fapiao migrate` first").into());
    }
    let ports = wiring::wire(config, store, Arc::new(SystemClock))?;
    let listener = match parts {
        Parts::WorkerOnly => None,
        _ => Some(TcpListener::bind(config.server.listen).map_err(|error| {
            format!(
                "cannot listen on {}: {error}; is another node running there?",
                config.server.listen
            )
        })?),
    };
    let node = Node::start(config, ports, parts, listener)?;
    match node.address() {
        Some(address) => tracing::info!(
            "Listening on http://{address}, reached as {}",
            config.server.public_base_url
        ),
        None => tracing::info!("Working without a web side"),
    }
    stop_signal().await;
    tracing::info!("Stopping");
    node.stop().await;
    Ok(ExitCode::SUCCESS)
}

async fn migrate(config: &Config) -> Result<ExitCode, Failure> {
    let store = wiring::open_store(config).await?;
    store.migrate().await?;
    say!(
        "The database has this version's schema ({}).",
        store.schema_status().await?
    );
    Ok(ExitCode::SUCCESS)
}
