//! The project's own chores: `cargo xtask --help`.
//!
//! Blocking and with few dependencies, so that it compiles in seconds on a fresh clone.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line that talks to the person who typed it"
)]

mod bench;
mod check;
mod demo;
mod dependencies;
mod dist;
mod http;
mod kill;
mod licences;
mod openapi;
mod postgres;
mod probe;
mod process;
mod readers;
mod scratch;
mod spdx;
mod tools;
mod totals;
mod webdriver;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// What went wrong, in words that say what to do next.
type Failure = String;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "The project's own chores"
)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Checks everything that must hold before a change lands, and installs what that needs.
    Test(check::Selection),
    /// Writes deploy/openapi.json from the binary.
    Openapi,
    /// Builds what is handed out: target/dist/fapiao-VERSION-TARGET.tar.gz and its SHA-256.
    Dist,
    /// Kills the release binary at every step and at random under load, then compares all ledgers.
    Kill(kill::Effort),
    /// Measures orders, pushes, invoices and PDFs per second on the release build.
    Bench(bench::Selection),
    /// Compares the totals of a million random orders with an independent implementation's.
    Totals(totals::Amount),
    /// Measures how many small writes a second reach the disk (4 KiB and fdatasync each).
    Probe {
        /// Folder to write in; the disk under it is what is measured.
        #[arg(long, default_value = "target")]
        folder: std::path::PathBuf,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().chore {
        Chore::Test(selection) => check::run(&selection),
        Chore::Openapi => openapi::write(),
        Chore::Dist => dist::build(),
        Chore::Kill(effort) => kill::run(&effort),
        Chore::Bench(selection) => bench::run(&selection),
        Chore::Totals(amount) => totals::compare(&amount),
        Chore::Probe { folder } => probe::report(&folder),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}
