//! `fapiao`: see `fapiao --help`.

use clap::Parser;
use std::process::ExitCode;

/// A third of the work of small requests is allocation.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    fapiao_server::cli::run(fapiao_server::cli::Cli::parse()).await
}
