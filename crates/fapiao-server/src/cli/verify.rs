//! `fapiao verify`

use super::Failure;
use crate::{adapters::files::Documents, config::Config, wiring};
use clap::Args;
use fapiao_usecases::ports::{CheckResult, FileStore, Ledger};
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

const PAGE: u32 = 1000;

#[expect(clippy::print_stdout, reason = "the result of the command")]
pub(super) async fn run(config: &Config, args: &VerifyArgs) -> Result<ExitCode, Failure> {
    let store = wiring::open_store(config).await?;
    let mut results = store.verify().await?;
    if !args.skip_documents {
        results.push(check_documents(&store, &Documents::open(&config.storage)?).await?);
    }
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
        println!("{}", serde_json::json!({ "holds": holds, "checks": list }));
    } else {
        for result in &results {
            let word = if result.found.is_empty() {
                "holds"
            } else {
                "BROKEN"
            };
            println!(
                "{:<4} {:<7} {:>9}  {}",
                result.id, word, result.looked_at, result.title_en
            );
            for line in &result.found {
                println!("             {line}");
            }
        }
        println!(
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

/// I18: every recorded document is in the file store, with the bytes of its hash and size.
async fn check_documents(
    store: &fapiao_store::Store,
    files: &Documents,
) -> Result<CheckResult, Failure> {
    let mut result = CheckResult {
        id: "I18".to_owned(),
        title_en: "Every document is stored with the bytes of its hash".to_owned(),
        title_zh: "每份版式文件的字节与其哈希一致".to_owned(),
        looked_at: 0,
        found: Vec::new(),
        query: "documents.sha256 against the file store".to_owned(),
    };
    let mut after: Option<String> = None;
    loop {
        let page = store.document_hashes(after.as_deref(), PAGE).await?;
        let Some((last, _)) = page.last() else {
            return Ok(result);
        };
        after = Some(last.clone());
        for (sha256, size) in page {
            result.looked_at += 1;
            let trouble = match files.get(&sha256).await {
                Ok(Some(bytes)) if i64::try_from(bytes.len()).ok() == Some(size) => continue,
                Ok(Some(bytes)) => format!("{sha256}: {} bytes instead of {size}", bytes.len()),
                Ok(None) => format!("{sha256}: missing"),
                Err(error) => format!("{sha256}: {error}"),
            };
            if result.found.len() < 20 {
                result.found.push(trouble);
            }
        }
    }
}
