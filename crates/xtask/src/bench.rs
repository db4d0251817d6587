//! The benchmark: the release build as separate processes, load from a third, figures as a table.
//!
//! Every load gets a product with an empty database of its own, and stands beside the rate of `fdatasync` measured
//! right before it: on a shared disk that rate changes by a factor of twenty within half an hour.

mod arena;
mod ledger;
mod machine;
mod papers;
mod peers;
mod table;

use crate::{Failure, tools};
use arena::{Arena, Binaries};
use clap::ValueEnum;
use serde_json::Value;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Selection {
    /// When nothing is named: everything but `verify` and `export`.
    #[arg(value_enum)]
    what: Vec<What>,
    /// Seconds measured per load; otherwise 8 for orders and 30 for pushes.
    #[arg(long)]
    seconds: Option<u32>,
    /// Where the product keeps its data.
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    database: Database,
    /// Measures the release builds that are there, however old.
    #[arg(long)]
    no_build: bool,
    /// Invoices of `verify` and `export`, written once into target/bench (8 GB a million) and kept there.
    #[arg(long, default_value_t = 1_000_000)]
    invoices: u64,
    /// `export` with the debug build: its memory is what counts.
    #[arg(long)]
    debug: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// Orders accepted per second, 64 and 256 connections.
    Orders,
    /// Acknowledgement of pushes: 500 a second, a burst of 10,000 within two seconds, hostile ones; all open loop.
    Pushes,
    /// From the buyer's agreement to the card in the wallet.
    Invoices,
    /// PDF documents per second and core.
    Pdf,
    /// `fapiao verify` over a million invoices: seconds rule by rule, in all, and of CPU.
    Verify,
    /// The invoice ledger of a million invoices as CSV and XLSX: seconds, and peak memory at a tenth and at the end.
    Export,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
}

/// What WeChat and the tax authority take for each call, in milliseconds: nothing, and about what they really take.
const DELAYS: [&str; 2] = ["0", "50"];

pub(crate) fn run(selection: &Selection) -> Result<(), Failure> {
    let all = [What::Orders, What::Pushes, What::Invoices, What::Pdf];
    let wanted = |what: &What| selection.what.is_empty() || selection.what.contains(what);
    for what in &selection.what {
        match what {
            What::Verify => {
                ledger::verify(selection.database, selection.invoices, !selection.no_build)?;
            }
            What::Export => {
                let profile = if selection.debug {
                    ledger::Profile::Debug
                } else {
                    ledger::Profile::Release
                };
                ledger::export(selection.invoices, !selection.no_build, profile)?;
            }
            What::Orders | What::Pushes | What::Invoices | What::Pdf => {}
        }
    }
    let wanted: Vec<What> = all.into_iter().filter(wanted).collect();
    if wanted.is_empty() {
        let on_postgres = selection.database == Database::Postgres;
        println!("\n{}", machine::describe(on_postgres)?);
        return Ok(());
    }
    if selection.database == Database::Postgres {
        tools::provide([&tools::INITDB])?;
    }
    let binaries = if wanted.iter().any(|what| *what != What::Pdf) {
        Some(if selection.no_build {
            Binaries::found()?
        } else {
            Binaries::build()?
        })
    } else {
        None
    };
    let mut rows = Vec::new();
    for what in wanted {
        match (&binaries, what) {
            (_, What::Pdf) => rows.extend(papers::measure()?),
            (Some(binaries), _) => {
                let mut arena = Arena::open(binaries, selection.database)?;
                if rows.is_empty() {
                    rows.push(arena.idle()?);
                }
                for load in loads(what, selection.seconds) {
                    rows.push(arena.measure(&load)?);
                }
                arena.close()?;
            }
            (None, _) => {}
        }
    }
    println!(
        "\n{}\n",
        machine::describe(selection.database == Database::Postgres)?
    );
    print!("{}", table::markdown(&rows));
    Ok(())
}

/// The loads of a measurement, as the generator's command line has them.
fn loads(what: What, seconds: Option<u32>) -> Vec<Vec<String>> {
    let mut loads: Vec<Vec<&str>> = match what {
        What::Orders => ["64", "256"]
            .map(|it| vec!["orders", "--connections", it])
            .to_vec(),
        What::Pushes => vec![
            vec!["pushes"],
            vec!["pushes", "--rate", "5000", "--burst-seconds", "2"],
            vec!["hostile"],
        ],
        What::Invoices => DELAYS
            .iter()
            .flat_map(|ms| ["singles", "invoices"].map(|it| vec![it, "--delay-ms", ms]))
            .collect(),
        What::Pdf | What::Verify | What::Export => Vec::new(),
    };
    let seconds = seconds.map(|seconds| seconds.to_string());
    if let (Some(seconds), What::Orders | What::Pushes) = (&seconds, what) {
        // A burst is as long as it is, and hostile pushes are as many as there are.
        let by_time =
            |load: &&mut Vec<&str>| !load.contains(&"--burst-seconds") && load[0] != "hostile";
        for load in loads.iter_mut().filter(by_time) {
            load.extend(["--seconds", seconds]);
        }
    }
    let owned = |load: Vec<&str>| load.into_iter().map(str::to_owned).collect();
    loads.into_iter().map(owned).collect()
}

/// A number of the generator's line.
fn number(told: &Value, pointer: &str) -> Option<f64> {
    told.pointer(pointer).and_then(Value::as_f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_change_the_loads_that_are_measured_by_time() {
        let orders = loads(What::Orders, Some(3));
        assert_eq!(
            orders[1],
            ["orders", "--connections", "256", "--seconds", "3"]
        );
        let invoices = loads(What::Invoices, Some(3));
        assert_eq!(invoices[3], ["invoices", "--delay-ms", "50"]);
        let pushes = loads(What::Pushes, Some(3));
        assert_eq!(pushes[0], ["pushes", "--seconds", "3"]);
        assert_eq!(
            pushes[1],
            ["pushes", "--rate", "5000", "--burst-seconds", "2"]
        );
        assert_eq!(pushes[2], ["hostile"]);
    }
}
