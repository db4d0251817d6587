//! `fapiao`: see `fapiao --help`.

use clap::Parser;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    fapiao_server::cli::run(fapiao_server::cli::Cli::parse()).await
}
