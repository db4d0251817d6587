//! `fapiao reconcile`

use super::{Failure, terminal::say};
use crate::{adapters::clock::SystemClock, config::Config, wiring};
use fapiao_usecases::{
    actor::Actor,
    backoffice::reconciliation::{begin, compare},
    step::StepError,
};
use std::{process::ExitCode, sync::Arc};

pub(super) async fn run(config: &Config) -> Result<ExitCode, Failure> {
    let store = wiring::open_store(config).await?;
    let ports = wiring::wire(config, store, Arc::new(SystemClock))?;
    let id = begin(&ports, "cli", &Actor::CommandLine).await?;
    loop {
        match compare(&ports, &id).await {
            Ok(()) => break,
            Err(StepError::NotYet { .. }) => {}
            Err(StepError::Store(error)) => return Err(error.into()),
            Err(StepError::Outside(error)) => return Err(error.into()),
            Err(StepError::Parked { reason, .. }) => return Err(reason.into()),
        }
    }
    let run = ports.store.reconciliation(&id).await?;
    let run = run.ok_or("the run is gone")?;
    say!(
        "{id}: WeChat was asked about {}, {} without an answer",
        run.asked,
        run.unanswered
    );
    if !run.trouble.is_empty() {
        say!("  last trouble: {}", run.trouble);
    }
    let differences = ports.store.differences(&id, u32::MAX).await?;
    for it in &differences {
        say!(
            "  {:<22} {}  here {}, there {}",
            it.kind.as_str(),
            it.subject,
            it.here,
            if it.there.is_empty() { "-" } else { &it.there }
        );
    }
    say!(
        "{} difference(s); each has its button under /admin/reconciliation",
        differences.len()
    );
    Ok(if differences.is_empty() && run.unanswered == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
