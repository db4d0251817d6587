//! The load of `cargo xtask bench`: asks a running demo for one measurement and prints it as one line of JSON.
//!
//! One thread, so that the servers keep the other core; requests are bytes made beforehand as far as possible, so that
//! the generator's own work stays small beside what it measures. Its CPU time is in the line all the same.
#![expect(clippy::print_stdout, reason = "the measurement is the output")]

mod figures;
mod hostile;
mod invoices;
mod orders;
mod place;
mod pushes;
mod shop;
mod usage;
mod wire;

use clap::{Parser, Subcommand};
use place::Place;
use std::process::ExitCode;

/// What went wrong, in words.
type Failure = String;

#[derive(Parser)]
#[command(about = "Puts load on a running demo and prints what it measured as one line of JSON")]
struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    load: Load,
}

#[derive(Subcommand)]
enum Load {
    /// Orders of five lines, one request each, as fast as they are accepted.
    Orders(orders::Settings),
    /// Pushes at a fixed rate, whatever the answers do.
    Pushes(pushes::Settings),
    /// Pushes built to hurt: bombs, noise, forgeries; each must be refused.
    Hostile(hostile::Settings),
    /// Many buyers who agree at once, until every card is in its wallet.
    Invoices(invoices::Settings),
    /// One buyer after the other on an idle system.
    Singles(invoices::Singles),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Arguments { place, load } = Arguments::parse();
    let measured = match &load {
        Load::Orders(settings) => orders::run(&place, settings).await,
        Load::Pushes(settings) => pushes::run(&place, settings).await,
        Load::Hostile(settings) => hostile::run(&place, settings).await,
        Load::Invoices(settings) => invoices::run(&place, settings).await,
        Load::Singles(settings) => invoices::one_by_one(&place, settings).await,
    };
    match measured {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            println!("{}", serde_json::json!({ "failure": failure }));
            ExitCode::FAILURE
        }
    }
}
