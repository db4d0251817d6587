//! The audit chain beside the anchors that were kept outside the database.

use super::NAMED;
use crate::{
    adapters::files::Documents,
    config::{Archive, Config},
};
use chrono::{DateTime, Utc};
use fapiao_archive::evidence::read_anchor;
use fapiao_usecases::{
    errors::StoreError,
    ports::{Anchor, AnchorPlace, CheckResult, Storage},
};
use std::{
    collections::{BTreeMap, HashSet},
    io::{BufRead, BufReader},
};

/// Where anchors lie in the document store.
pub const ANCHOR_FOLDER: &str = "anchors";

/// The name of an anchor in the document store.
pub fn anchor_name(seq: i64) -> String {
    format!("{ANCHOR_FOLDER}/{seq:020}.json")
}

/// What file and document store have.
#[derive(Default)]
struct Kept {
    anchors: Vec<Anchor>,
    trouble: Vec<String>,
    /// A place could not be looked at.
    unseen: bool,
}

/// I19: the chain agrees with its anchors, and those that were brought to file and document store are still there.
///
/// # Errors
/// [`StoreError`].
pub async fn anchors(
    store: &dyn Storage,
    files: &Documents,
    settings: &Archive,
) -> Result<CheckResult, StoreError> {
    // Before the places are read: what is brought meanwhile is not missed.
    let brought = brought(store, settings).await?;
    let mut kept = read(files, settings).await;
    let missing = lacking(&brought, &kept);
    kept.anchors.sort_by_key(|it| it.seq);
    kept.anchors.dedup();
    let mut result = store.check_anchors(&kept.anchors).await?;
    if let (Some((first, at)), Some((last, _))) = (missing.first(), missing.last()) {
        // It comes first: of many contradictions not all are named.
        let told = format!(
            "{} of {} anchors that were kept in {} are missing, from that of line {first} (kept {}) to that of line {last}",
            missing.len(),
            brought.len(),
            places(settings),
            at.format("%Y-%m-%d %H:%M:%S UTC"),
        );
        result.found.insert(0, told);
    }
    result.found.extend(kept.trouble);
    result.found.truncate(NAMED);
    Ok(result)
}

/// The lines of the anchors that are missing in file and document store. `None` while a place cannot be looked at.
///
/// # Errors
/// [`StoreError`].
pub async fn missing_anchors(
    store: &dyn Storage,
    config: &Config,
    files: &Documents,
) -> Result<Option<Vec<i64>>, StoreError> {
    let brought = brought(store, &config.archive).await?;
    let kept = read(files, &config.archive).await;
    let missing = lacking(&brought, &kept);
    Ok((!kept.unseen).then(|| missing.into_iter().map(|(seq, _)| seq).collect()))
}

/// What was brought to the places of the settings, and when first.
async fn brought(
    store: &dyn Storage,
    settings: &Archive,
) -> Result<BTreeMap<i64, DateTime<Utc>>, StoreError> {
    let mut brought = BTreeMap::new();
    for (place, used) in [
        (AnchorPlace::File, !settings.anchor_file.is_empty()),
        (AnchorPlace::Storage, settings.anchor_storage),
    ] {
        if used {
            for (seq, at) in store.anchors_brought(place).await? {
                let first = brought.entry(seq).or_insert(at);
                *first = at.min(*first);
            }
        }
    }
    Ok(brought)
}

/// What none of the places has: one copy proves as much as two, and nodes may have a file each. Nothing is missed of a
/// place that cannot be looked at.
fn lacking(brought: &BTreeMap<i64, DateTime<Utc>>, kept: &Kept) -> Vec<(i64, DateTime<Utc>)> {
    if kept.unseen {
        return Vec::new();
    }
    let there: HashSet<i64> = kept.anchors.iter().map(|it| it.seq).collect();
    let lacking = brought.iter().filter(|(seq, _)| !there.contains(seq));
    lacking.map(|(seq, at)| (*seq, *at)).collect()
}

fn places(settings: &Archive) -> String {
    let store = "the document store";
    match (settings.anchor_file.as_str(), settings.anchor_storage) {
        ("", _) => store.to_owned(),
        (file, false) => file.to_owned(),
        (file, true) => format!("{file} and {store}"),
    }
}

async fn read(files: &Documents, settings: &Archive) -> Kept {
    let mut kept = Kept::default();
    if !settings.anchor_file.is_empty() {
        match std::fs::File::open(&settings.anchor_file) {
            Ok(file) => {
                for (no, line) in BufReader::new(file).lines().enumerate() {
                    let line = line.unwrap_or_default();
                    match read_anchor(&line) {
                        Some(anchor) => kept.anchors.push(anchor),
                        None if line.trim().is_empty() => {}
                        None => kept.trouble.push(format!(
                            "line {} of the file of anchors cannot be read",
                            no + 1
                        )),
                    }
                }
            }
            // Either none was due yet, or all of them are missing.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                kept.unseen = true;
                kept.trouble.push(format!("the file of anchors: {error}"));
            }
        }
    }
    if settings.anchor_storage {
        match files.read_named(ANCHOR_FOLDER).await {
            Ok(objects) => {
                for object in objects {
                    match std::str::from_utf8(&object).ok().and_then(read_anchor) {
                        Some(anchor) => kept.anchors.push(anchor),
                        None => kept
                            .trouble
                            .push("an anchor in the document store cannot be read".to_owned()),
                    }
                }
            }
            Err(error) => {
                kept.unseen = true;
                let said = format!("anchors in the document store: {error}");
                kept.trouble.push(said);
            }
        }
    }
    kept
}
