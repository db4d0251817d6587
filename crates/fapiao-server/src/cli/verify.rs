//! `fapiao verify`

use super::{Failure, terminal::say};
use crate::{adapters::files::Documents, config::Config, keeping, wiring};
use clap::Args;
use fapiao_usecases::ports::Ledger;
use std::process::ExitCode;

#[derive(Args)]
#[command(after_help = "Exit code 0 when everything holds, 1 otherwise. Reads only.")]
pub(super) struct VerifyArgs {
    /// One JSON line instead of a table.
    #[arg(long)]
    json: bool,
    /// Leave out the documents' hashes (a large archive takes long).
    #[arg(long)]
    skip_documents: bool,
}

pub(super) async fn run(config: &Config, args: &VerifyArgs) -> Result<ExitCode, Failure> {
    let store = wiring::open_store(config).await?;
    let mut results = store.verify().await?;
    let files = Documents::open(&config.storage)?;
    if !args.skip_documents {
        results.push(keeping::documents(&store, &files).await?);
    }
    results.push(keeping::anchors(&store, &files, &config.archive).await?);
    let holds = results.iter().all(|result| result.found.is_empty());
    if args.json {
        let list: Vec<_> = results
            .iter()
            .map(|result| {
                serde_json::json!({
                    "id": result.id, "title": result.title_en, "holds": result.found.is_empty(),
                    "looked_at": result.looked_at, "found": result.found,
                })
            })
            .collect();
        say!("{}", serde_json::json!({ "holds": holds, "checks": list }));
    } else {
        for result in &results {
            let word = if result.found.is_empty() {
                "holds"
            } else {
                "BROKEN"
            };
            say!(
                "{:<4} {:<7} {:>9}  {}",
                result.id,
                word,
                result.looked_at,
                result.title_en
            );
            for line in &result.found {
                say!("             {line}");
            }
        }
        say!(
            "{}",
            if holds {
                "The ledger holds."
            } else {
                "The ledger does not hold: see above."
            }
        );
    }
    Ok(if holds {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
