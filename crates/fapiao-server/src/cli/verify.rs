//! `fapiao verify`

use super::{Failure, terminal::say};
use crate::{
    adapters::{clock::SystemClock, files::Documents},
    config::Config,
    proving::{Depth, Prover},
    wiring,
};
use clap::Args;
use fapiao_usecases::{
    ports::{CheckResult, Clock, LedgerDigest, Upkeep},
    proof_words::next_step,
};
use std::{process::ExitCode, sync::Arc};

#[derive(Args)]
#[command(after_help = "Exit code 0 when everything holds, 1 otherwise. Reads only.")]
pub(super) struct VerifyArgs {
    /// One JSON line instead of a table.
    #[arg(long)]
    json: bool,
    /// Leave out the stored files: their hashes, and those that nothing names (a large archive takes long).
    #[arg(long)]
    skip_documents: bool,
    /// Look for secrets in every text that is kept, not only in the newest of each table.
    #[arg(long)]
    all_texts: bool,
    /// Also tell the ledger's digest: two databases with the same content have the same, on SQLite and PostgreSQL.
    #[arg(long)]
    digest: bool,
}

pub(super) async fn run(config: &Config, args: &VerifyArgs) -> Result<ExitCode, Failure> {
    let store = wiring::open_store(config).await?;
    let sealer = wiring::sealer(config)?;
    let files = Arc::new(Documents::open(&config.storage)?);
    let depth = Depth {
        files: !args.skip_documents,
        all_texts: args.all_texts,
    };
    let prover = Prover::new(config, files);
    let results = prover
        .prove(&store, &sealer, SystemClock.now(), depth)
        .await?;
    let digest = if args.digest {
        Some(store.ledger_digest().await?)
    } else {
        None
    };
    let holds = results.iter().all(|result| result.found.is_empty());
    if args.json {
        say!("{}", json(&results, digest.as_ref()));
    } else {
        results.iter().for_each(tell);
        if let Some(digest) = &digest {
            tell_digest(digest);
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

fn json(results: &[CheckResult], digest: Option<&LedgerDigest>) -> serde_json::Value {
    let list: Vec<_> = results
        .iter()
        .map(|result| {
            serde_json::json!({
                "id": result.id, "title": result.title_en, "holds": result.found.is_empty(),
                "looked_at": result.looked_at, "found": result.found,
            })
        })
        .collect();
    let holds = results.iter().all(|result| result.found.is_empty());
    let mut whole = serde_json::json!({ "holds": holds, "checks": list });
    if let Some(digest) = digest {
        let tables = digest.tables.iter().map(
            |it| serde_json::json!({ "table": it.table, "rows": it.rows, "digest": it.digest }),
        );
        let tables: Vec<_> = tables.collect();
        whole["digest"] = serde_json::json!({ "whole": digest.digest, "tables": tables });
    }
    whole
}

fn tell(result: &CheckResult) {
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
    if !result.found.is_empty() {
        say!("             Next: {}", next_step(&result.id).en);
    }
}

fn tell_digest(digest: &LedgerDigest) {
    for it in &digest.tables {
        say!("{:<22} {:>9}  {}", it.table, it.rows, it.digest);
    }
    say!("Digest of the ledger: {}", digest.digest);
}
