//! `fapiao import`

use super::{Failure, terminal::say};
use crate::{adapters::clock::SystemClock, config::Config, wiring};
use clap::Subcommand;
use fapiao_usecases::{
    actor::Actor,
    merchant::{
        import::{COLUMNS, ImportMode, ImportReport, import_orders},
        orders::Caller,
    },
    ports::Scope,
};
use std::{path::PathBuf, process::ExitCode, sync::Arc};

#[derive(Subcommand)]
pub(super) enum ImportCommand {
    /// Imports a till's orders from a CSV file (UTF-8 with or without BOM, or GB18030).
    #[command(after_help = columns_help())]
    Orders {
        /// The file.
        file: PathBuf,
        /// Check everything, write nothing.
        #[arg(long)]
        dry_run: bool,
        /// Write the good orders although others are wrong.
        #[arg(long, conflicts_with = "dry_run")]
        good_ones: bool,
    },
}

fn columns_help() -> String {
    format!(
        "One row per line of an order; the rows of an order follow each other.\nColumns: {}\n\
         Importing a file again is harmless: orders are known by their number.\n\
         Exit code 0 when every row is good, 1 otherwise.",
        COLUMNS.join(", ")
    )
}

pub(super) async fn run(config: &Config, command: ImportCommand) -> Result<ExitCode, Failure> {
    let ImportCommand::Orders {
        file,
        dry_run,
        good_ones,
    } = command;
    let bytes = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let store = wiring::open_store(config).await?;
    let ports = wiring::wire(config, store, Arc::new(SystemClock))?;
    let caller = Caller {
        actor: Actor::CommandLine,
        scope: Scope::All,
        source: "csv",
    };
    let mode = match (dry_run, good_ones) {
        (true, _) => ImportMode::DryRun,
        (false, true) => ImportMode::GoodOnes,
        (false, false) => ImportMode::AllOrNothing,
    };
    let report = import_orders(&ports, &caller, &bytes, mode).await?;
    tell(&report, mode);
    Ok(if report.errors.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn tell(report: &ImportReport, mode: ImportMode) {
    say!(
        "{} rows, {} orders, {} good ({})",
        report.rows,
        report.orders,
        report.good,
        report.encoding
    );
    say!(
        "sum of the good ones: amount {} + tax {} = total {}",
        report.totals.amount,
        report.totals.tax,
        report.totals.total
    );
    for error in &report.errors {
        if error.column.is_empty() {
            say!("row {}: {}", error.row, error.message);
        } else {
            say!(
                "row {}, column {}: {}",
                error.row,
                error.column,
                error.message
            );
        }
    }
    match mode {
        ImportMode::DryRun => say!("Dry run: nothing was written."),
        ImportMode::AllOrNothing if !report.errors.is_empty() => {
            say!("Nothing was written. Mend the rows above, or use --good-ones.");
        }
        _ => say!(
            "{} orders accepted, {} known before.",
            report.created,
            report.known
        ),
    }
}
