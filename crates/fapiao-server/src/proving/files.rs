//! The ledger's files: each is there with its bytes, and none lies about that nothing names.

use super::NAMED;
use crate::adapters::files::Documents;
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_usecases::{
    errors::StoreError,
    ports::{CheckResult, FileStore, Storage},
};
use futures_util::StreamExt;

/// Documents whose hashes are read at once.
const PAGE: u32 = 1000;
/// Names that are looked up at once.
const NAMES: usize = 500;
/// A file is written before its row: a younger one may still get it.
const YOUNG_DAYS: i64 = 1;

/// I18: every recorded document is in the file store, with the bytes of its hash and size.
///
/// # Errors
/// [`StoreError`].
pub async fn documents(store: &dyn Storage, files: &Documents) -> Result<CheckResult, StoreError> {
    let mut result = CheckResult {
        id: "I18".to_owned(),
        title_en: "Every document is stored with the bytes of its hash".to_owned(),
        title_zh: "每份版式文件的字节与其哈希一致".to_owned(),
        looked_at: 0,
        found: Vec::new(),
        query: "SELECT DISTINCT sha256, size FROM documents, of book_pieces, and of the files of fiscal_bills; then SHA-256 of the stored bytes"
            .to_owned(),
        took_millis: 0,
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
            if result.found.len() < NAMED {
                result.found.push(trouble);
            }
        }
    }
}

/// Of I13: files that were never finished, and how many files were looked at. Files that are older than a day and named by
/// no row are told in the log; pictures are passed over: a logo that was replaced was kept beside the new one.
///
/// # Errors
/// [`StoreError`]; what the document store cannot tell is a finding.
pub async fn orphans(
    store: &dyn Storage,
    files: &Documents,
    now: DateTime<Utc>,
) -> Result<(i64, Vec<String>), StoreError> {
    let until = now - TimeDelta::days(YOUNG_DAYS);
    let (mut looked_at, mut found) = (0, Vec::new());
    for name in files.unfinished(until).await {
        found.push(format!("file {name} was begun and never finished"));
    }
    let mut listed = files.list();
    let mut names = Vec::with_capacity(NAMES);
    loop {
        let next = listed.next().await;
        let ended = next.is_none();
        match next {
            Some(Ok((name, changed))) => {
                looked_at += 1;
                if changed < until {
                    names.push(name);
                }
            }
            Some(Err(error)) => {
                found.push(format!("the files cannot be listed: {error}"));
                return Ok((looked_at, found));
            }
            None => {}
        }
        if names.len() == NAMES || (ended && !names.is_empty()) {
            let known = store.known_files(&names).await?;
            for name in names.drain(..).filter(|it| !known.contains(it)) {
                if !is_picture(files, &name).await {
                    // No contradiction: a month that was opened again, a second file for one invoice, a kill between the
                    // file and its row all leave one behind.
                    tracing::info!("File {name} is older than a day and no row names it");
                }
            }
        }
        if ended || found.len() >= NAMED {
            return Ok((looked_at, found));
        }
    }
}

/// Whether a file is a PNG or a JPEG.
async fn is_picture(files: &Documents, name: &str) -> bool {
    match files.get(name).await {
        Ok(Some(bytes)) => bytes.starts_with(b"\x89PNG") || bytes.starts_with(&[0xFF, 0xD8, 0xFF]),
        Ok(None) | Err(_) => false,
    }
}
