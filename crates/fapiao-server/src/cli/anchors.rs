//! `fapiao anchors-again`

use super::{Failure, terminal::say};
use crate::{adapters::files::Documents, config::Config, proving::missing_anchors, wiring};
use fapiao_usecases::ports::Proofs;
use std::process::ExitCode;

pub(super) const HELP: &str = "For anchors that `fapiao verify` (I19) misses and nobody can put back. Their absence stays \
told in the earlier checks, and that they were asked for again is a line of the audit chain. A running node brings them \
within a minute.\nExit code 1 when a place could not be looked at.";

pub(super) async fn run(config: &Config) -> Result<ExitCode, Failure> {
    let store = wiring::open_store(config).await?;
    let files = Documents::open(&config.storage)?;
    let Some(missing) = missing_anchors(&store, config, &files).await? else {
        return Err(
            "a place of anchors cannot be looked at: `fapiao verify` tells which (I19)".into(),
        );
    };
    store.bring_anchors_again(&missing).await?;
    say!("{} missing anchor(s) will be brought again.", missing.len());
    Ok(ExitCode::SUCCESS)
}
