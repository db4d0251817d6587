//! `fapiao backup` and `fapiao restore`
//!
//! A backup is a folder: `fapiao.db` (SQLite), `documents/` by hash and with the anchors of the audit chain, and `backup.json`, which names the backup's parts
//! with their SHA-256 and is written last: a folder without it is not a backup.

use super::{Failure, terminal::say};
use crate::{
    adapters::files::Documents,
    config::Config,
    in_use::{InUse, database_file},
    proving::{ANCHOR_FOLDER, anchor_name},
    wiring,
};
use clap::Args;
use fapiao_archive::evidence::read_anchor;
use fapiao_domain::invoice::InvoiceKind;
use fapiao_store::{RESTORING, Store};
use fapiao_usecases::{
    ports::{
        CARD, Clock as _, Designs as _, FileStore, FiscalBills as _, Ledger, Proofs as _,
        Setup as _, card_subject,
    },
    records::CardDesign,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeSet,
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The list of a backup.
const LIST: &str = "backup.json";
/// Documents looked up at once.
const PAGE: u32 = 1000;

#[derive(Args)]
#[command(
    after_help = "Example: fapiao backup --to /backups/2026-11-21\nOn PostgreSQL the documents are copied and the database is left to `pg_dump --format=custom`, which is consistent by itself: run it first, then this."
)]
pub(super) struct BackupArgs {
    /// A folder that is not there yet.
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
}

#[derive(Args)]
#[command(
    after_help = "Example: fapiao restore --from /backups/2026-11-21\nNo node may run: one that does is noticed, and nothing is changed. The keys in the settings must be those of the backup's time. Afterwards run `fapiao verify`.\nA restored ledger is as old as its backup: before issuing again, compare the last numbers with the tax authority."
)]
pub(super) struct RestoreArgs {
    /// The backup's folder.
    #[arg(long, value_name = "FOLDER")]
    from: PathBuf,
    /// Moves a database that is there already aside instead of refusing.
    #[arg(long)]
    replace: bool,
}

fn hash_of(path: &Path) -> Result<(String, u64), Failure> {
    let mut file =
        std::fs::File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let (mut digest, mut size) = (Sha256::new(), 0);
    let mut piece = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok((hex::encode(digest.finalize()), size));
        }
        digest.update(&piece[..read]);
        size += read as u64;
    }
}

pub(super) async fn backup(config: &Config, args: &BackupArgs) -> Result<ExitCode, Failure> {
    let folder = &args.to;
    if folder.exists() {
        return Err(format!("{} is there already: name a new folder", folder.display()).into());
    }
    std::fs::create_dir_all(folder)?;
    let store = wiring::open_store(config).await?;
    // A node goes on anchoring meanwhile: what is younger than the copy of the database would tell of lines it has not.
    let newest_anchor = store.anchors(1).await?.first().map_or(0, |it| it.seq);
    let database = if database_file(config).is_some() {
        let copy = folder.join("fapiao.db");
        store.copy_to(&copy).await?;
        let (sha256, size) = hash_of(&copy)?;
        say!("fapiao.db: {size} bytes");
        json!({ "file": "fapiao.db", "sha256": sha256, "size": size })
    } else {
        say!(
            "The database is PostgreSQL: keep `pg_dump --format=custom` of it beside this folder."
        );
        Value::Null
    };
    // Documents are never changed and recorded after they are stored: those of the copy are all there by now.
    let files = Documents::open(&config.storage)?;
    let copies = Documents::in_folder(&folder.join("documents"))?;
    let (count, bytes) = copy_documents(&store, &files, &copies).await?;
    say!("documents: {count} files, {bytes} bytes");
    copy_anchors(&files, &copies, newest_anchor).await?;
    let head = store.anchors(1).await?;
    let list = json!({
        "format": 1,
        "version": env!("CARGO_PKG_VERSION"),
        "made_at": crate::adapters::clock::SystemClock.now().to_rfc3339(),
        "database": database,
        "documents": { "count": count, "bytes": bytes },
        "newest_anchor": head.first().map(|it| json!({ "seq": it.seq, "hash": it.hash })),
    });
    std::fs::write(folder.join(LIST), format!("{list:#}\n"))?;
    say!("The backup in {} is whole.", folder.display());
    Ok(ExitCode::SUCCESS)
}

async fn copy_documents(
    store: &Store,
    from: &Documents,
    to: &Documents,
) -> Result<(u64, u64), Failure> {
    let (mut count, mut bytes) = (0, 0);
    let mut after: Option<String> = None;
    loop {
        let page = store.document_hashes(after.as_deref(), PAGE).await?;
        let Some((last, _)) = page.last() else {
            break;
        };
        after = Some(last.clone());
        for (sha256, _) in page {
            let document = from
                .get(&sha256)
                .await?
                .ok_or_else(|| format!("document {sha256} is missing in the document store"))?;
            count += 1;
            bytes += document.len() as u64;
            to.put(document).await?;
        }
    }
    for sha256 in logos(store).await? {
        match from.get(&sha256).await? {
            Some(logo) => {
                count += 1;
                bytes += logo.len() as u64;
                to.put(logo).await?;
            }
            // No document: cards that are there keep their picture at WeChat.
            None => say!("logo {sha256}: missing; upload it again on the page of its cards"),
        }
    }
    Ok((count, bytes))
}

/// The anchors of the audit chain, which lie beside the documents.
async fn copy_anchors(from: &Documents, to: &Documents, newest: i64) -> Result<(), Failure> {
    for object in from.read_named(ANCHOR_FOLDER).await? {
        let anchor = std::str::from_utf8(&object).ok().and_then(read_anchor);
        if let Some(anchor) = anchor.filter(|it| it.seq <= newest) {
            to.put_named(&anchor_name(anchor.seq), object).await?;
        }
    }
    Ok(())
}

/// The pictures that card templates are made with, of sellers and of collecting units.
async fn logos(store: &Store) -> Result<BTreeSet<String>, Failure> {
    let mut found = BTreeSet::new();
    for unit in store.fiscal_units().await? {
        found.extend(unit.logo.map(|it| it.sha256));
    }
    for seller in store.sellers().await? {
        for kind in InvoiceKind::ALL {
            let drawn = store.design(CARD, &card_subject(&seller.id, kind)).await?;
            let logo = drawn.and_then(|it| CardDesign::from_json(&it.value).logo);
            found.extend(logo.map(|it| it.sha256));
        }
    }
    Ok(found)
}

pub(super) async fn restore(config: &Config, args: &RestoreArgs) -> Result<ExitCode, Failure> {
    let _alone = InUse::alone(config)?;
    let list = args.from.join(LIST);
    let text = std::fs::read_to_string(&list)
        .map_err(|error| format!("{}: {error}; is this a whole backup?", list.display()))?;
    let list: Value = serde_json::from_str(&text)?;
    if list["format"] != 1 {
        return Err(
            "the backup was made by a newer version of fapiao: restore it with that one".into(),
        );
    }
    if let Some(file) = list["database"]["file"].as_str() {
        let copy = args.from.join(file);
        let (sha256, _) = hash_of(&copy)?;
        if list["database"]["sha256"] != sha256 {
            return Err(format!(
                "{} is not what was backed up: its hash differs",
                copy.display()
            )
            .into());
        }
        let Some(target) = database_file(config) else {
            return Err("the backup holds a SQLite database, the settings name PostgreSQL".into());
        };
        may_be_put(&target, args.replace)?;
        check_documents(config, &args.from, Some((&copy, &target))).await?;
        put_back(&copy, &target)?;
        say!("{}: restored", target.display());
    } else {
        say!("The database is PostgreSQL: restore your dump with `pg_restore` before going on.");
        check_documents(config, &args.from, None).await?;
    }
    let store = wiring::open_store(config).await?;
    let from = Documents::in_folder(&args.from.join("documents"))?;
    let to = Documents::open(&config.storage)?;
    let (count, bytes) = copy_documents(&store, &from, &to).await?;
    say!("documents: {count} files, {bytes} bytes");
    copy_anchors(&from, &to, i64::MAX).await?;
    let results = store.verify().await?;
    let broken: Vec<_> = results.iter().filter(|it| !it.found.is_empty()).collect();
    for result in &broken {
        say!(
            "{} BROKEN {}: {}",
            result.id,
            result.title_en,
            result.found.join("; ")
        );
    }
    if broken.is_empty() {
        say!("The restored ledger holds.");
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}

/// What a SQLite database consists of: the file, and what is beside it while it is open or after a crash.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(ending);
    PathBuf::from(path)
}

fn may_be_put(target: &Path, replace: bool) -> Result<(), Failure> {
    // What a crash left beside a ledger belongs to it, also when the ledger itself was taken away.
    let there = PARTS.map(|ending| beside(target, ending));
    match there.iter().find(|it| it.exists()) {
        Some(found) if !replace => Err(format!(
            "{} is there already: stop the node and add --replace to move it aside",
            found.display()
        )
        .into()),
        _ => Ok(()),
    }
}

/// Looks at every document of a backup before anything is put back. Which ones there must be is read from a copy of the
/// backup's database, made beside the target: opening a ledger changes its file, and a backup stays as it is.
async fn check_documents(
    config: &Config,
    backup: &Path,
    database: Option<(&Path, &Path)>,
) -> Result<(), Failure> {
    let folder = backup.join("documents");
    let Some((copy, target)) = database else {
        return read_documents(&wiring::open_store(config).await?, &folder).await;
    };
    let trial = beside(target, ".checking");
    let forget = || {
        for ending in PARTS {
            // Gone already is as good.
            let _ = std::fs::remove_file(beside(&trial, ending));
        }
    };
    forget();
    std::fs::copy(copy, &trial)?;
    let mut of_trial = config.clone();
    // An address, in which the driver reads `%` as the beginning of a byte.
    let address = trial.display().to_string().replace('%', "%25");
    of_trial.database.url = format!("sqlite://{address}").into();
    let checked = match wiring::open_store(&of_trial).await {
        Ok(store) => read_documents(&store, &folder).await,
        Err(error) => Err(error.into()),
    };
    forget();
    checked
}

async fn read_documents(store: &Store, folder: &Path) -> Result<(), Failure> {
    let documents = Documents::in_folder(folder)?;
    let bad = |sha256: &str, what: &str| {
        let file = folder.join(Documents::place_of(sha256));
        let text = format!(
            "{} {what}: nothing was restored. Take another backup, or put the file back from one",
            file.display()
        );
        Failure::from(text)
    };
    let mut after: Option<String> = None;
    loop {
        let page = store.document_hashes(after.as_deref(), PAGE).await?;
        let Some((last, _)) = page.last() else {
            break;
        };
        after = Some(last.clone());
        for (sha256, _) in &page {
            match documents.get(sha256).await {
                Ok(Some(_)) => {}
                Ok(None) => return Err(bad(sha256, "is missing")),
                Err(error) if error.code == "hash" => return Err(bad(sha256, "is damaged")),
                Err(error) => return Err(error.into()),
            }
        }
    }
    for sha256 in logos(store).await? {
        match documents.get(&sha256).await {
            // A logo that was missing when the backup was made is said when it is put back.
            Ok(_) => {}
            Err(error) if error.code == "hash" => return Err(bad(&sha256, "is damaged")),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The database of the backup takes the place of what is there, which is moved aside. A ledger that was moved aside before
/// is never written over: it may be the only copy of the latest one.
fn put_back(copy: &Path, target: &Path) -> Result<(), Failure> {
    let aside = (1..)
        .map(|no| match no {
            1 => ".before-restore".to_owned(),
            no => format!(".before-restore-{no}"),
        })
        .find(|name| {
            PARTS
                .iter()
                .all(|ending| !beside(target, &format!("{name}{ending}")).exists())
        })
        .unwrap_or_default();
    // Half a ledger never stands under the name of a whole one.
    let whole = beside(target, RESTORING);
    std::fs::copy(copy, &whole)?;
    std::fs::File::open(&whole)?.sync_all()?;
    for ending in PARTS {
        let from = beside(target, ending);
        if from.exists() {
            std::fs::rename(from, beside(target, &format!("{aside}{ending}")))?;
        }
    }
    std::fs::rename(&whole, target)?;
    if let Some(folder) = target.parent().filter(|it| !it.as_os_str().is_empty()) {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}
