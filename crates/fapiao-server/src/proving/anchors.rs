//! The audit chain beside the anchors that were kept outside the database.

use super::NAMED;
use crate::{adapters::files::Documents, config::Archive};
use fapiao_archive::evidence::read_anchor;
use fapiao_usecases::{
    errors::StoreError,
    ports::{Anchor, CheckResult, Storage},
};
use std::io::{BufRead, BufReader};

/// Where anchors lie in the document store.
pub const ANCHOR_FOLDER: &str = "anchors";

/// I19: the chain agrees with the anchors in file and document store.
///
/// # Errors
/// [`StoreError`].
pub async fn anchors(
    store: &dyn Storage,
    files: &Documents,
    settings: &Archive,
) -> Result<CheckResult, StoreError> {
    let mut kept: Vec<Anchor> = Vec::new();
    let mut trouble = Vec::new();
    if !settings.anchor_file.is_empty() {
        match std::fs::File::open(&settings.anchor_file) {
            Ok(file) => {
                for (no, line) in BufReader::new(file).lines().enumerate() {
                    let line = line.unwrap_or_default();
                    match read_anchor(&line) {
                        Some(anchor) => kept.push(anchor),
                        None if line.trim().is_empty() => {}
                        None => trouble.push(format!(
                            "line {} of the file of anchors cannot be read",
                            no + 1
                        )),
                    }
                }
            }
            // No anchor was due yet.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => trouble.push(format!("the file of anchors: {error}")),
        }
    }
    if settings.anchor_storage {
        match files.read_named(ANCHOR_FOLDER).await {
            Ok(objects) => {
                for object in objects {
                    match std::str::from_utf8(&object).ok().and_then(read_anchor) {
                        Some(anchor) => kept.push(anchor),
                        None => trouble
                            .push("an anchor in the document store cannot be read".to_owned()),
                    }
                }
            }
            Err(error) => trouble.push(format!("anchors in the document store: {error}")),
        }
    }
    kept.sort_by_key(|it| it.seq);
    kept.dedup();
    let mut result = store.check_anchors(&kept).await?;
    result.found.extend(trouble);
    result.found.truncate(NAMED);
    Ok(result)
}
