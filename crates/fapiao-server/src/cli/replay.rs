//! `fapiao replay`

use super::{Failure, terminal::say};
use crate::{adapters::clock::SystemClock, config::Config, wiring};
use clap::Args;
use fapiao_domain::ids::{Id, PushId};
use fapiao_usecases::backoffice::replay::{Verdict, replay_push};
use std::{process::ExitCode, sync::Arc};

#[derive(Args)]
#[command(
    after_help = "Shows what would change and writes nothing. Asks WeChat where the handler would, reading only.\n\
                  Exit code 0 when the push would be let in and handled, 1 otherwise.\n\n\
                  Example: fapiao replay psh_01J8ZC3N6T9Q4W2E5R7Y8U1P0A"
)]
pub(super) struct ReplayArgs {
    /// The push's id, from the inbox of the back-office.
    push: String,
}

pub(super) async fn run(config: &Config, args: &ReplayArgs) -> Result<ExitCode, Failure> {
    let id = PushId::parse(&args.push)?;
    let store = wiring::open_store(config).await?;
    let ports = wiring::wire(config, store, Arc::new(SystemClock))?;
    let replay = replay_push(&ports, &id).await?;
    say!("{id}  {}  {}", replay.push.event, replay.push.received_at);
    say!(
        "  when it came   {}: {}",
        replay.push.verdict,
        replay.push.outcome
    );
    let let_in = match &replay.verdict {
        Verdict::Accepted => {
            say!("  now            would be let in");
            true
        }
        Verdict::Refused(why) => {
            say!("  now            would be refused: {why}");
            false
        }
        Verdict::NotKept => {
            say!("  now            its raw form was not kept; only the text is tried");
            true
        }
        Verdict::Cut => {
            say!(
                "  now            its raw form was cut and proves nothing; only the text is tried"
            );
            false
        }
    };
    let Some((state, outcome)) = &replay.end else {
        return Ok(ExitCode::FAILURE);
    };
    say!("  would end      {state}: {outcome}");
    for change in &replay.would.changes {
        say!(
            "  would change   {} of {}: {}",
            change.action,
            change.subject,
            change.data
        );
    }
    for it in &replay.would.values {
        let said = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        say!(
            "  would be       {} of {} {}: {} instead of {}",
            it.column,
            it.table,
            it.row,
            said(&it.after),
            said(&it.before)
        );
    }
    for (kind, subject) in &replay.would.jobs {
        say!("  would follow   {kind} of {subject}");
    }
    if replay.would.changes.is_empty() && replay.would.jobs.is_empty() {
        say!("  would change   nothing");
    }
    let handled = matches!(state.as_str(), "handled" | "ignored");
    Ok(if let_in && handled {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
