//! What is proved of an installation: the rules of the database, and those that need files, keys and settings beside it.

mod anchors;
mod files;
mod secrets;

pub use anchors::{ANCHOR_FOLDER, anchor_name, anchors, missing_anchors};
pub use files::{documents, orphans};

use crate::{
    adapters::files::Documents,
    config::{Archive, Config},
    housekeeping::{DOCUMENTS_KEPT_DAYS, REQUESTS_KEPT_DAYS},
};
use chrono::{DateTime, Utc};
use fapiao_usecases::{
    errors::StoreError,
    ports::{Ages, CheckResult, Sealer, Storage},
};
use secrets::Known;
use std::{sync::Arc, time::Instant};

/// Most contradictions named of one rule.
const NAMED: usize = 20;
/// Texts of each table in which secrets are looked for, unless all are asked for: the newest.
const NEWEST_TEXTS: u32 = 20_000;

/// How far a proof goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Depth {
    /// Whether every stored file is read.
    pub files: bool,
    /// Whether secrets are looked for in every text that is kept, or in the newest of each table.
    pub all_texts: bool,
}

impl Depth {
    /// What is done every night.
    pub const NIGHTLY: Depth = Depth {
        files: true,
        all_texts: false,
    };
}

/// Proves an installation.
pub struct Prover {
    files: Arc<Documents>,
    archive: Archive,
    ages: Ages,
    known: Vec<Known>,
}

impl Prover {
    /// For the installation of these settings.
    pub fn new(config: &Config, files: Arc<Documents>) -> Prover {
        Prover {
            files,
            archive: config.archive.clone(),
            ages: Ages {
                session_idle_hours: config.limits.session_idle_hours,
                request_days: REQUESTS_KEPT_DAYS,
                document_days: DOCUMENTS_KEPT_DAYS,
                exchange_days: i64::from(config.archive.exchange_days),
            },
            known: secrets::of_settings(config),
        }
    }

    /// Every rule. Reads only.
    ///
    /// # Errors
    /// [`StoreError`]; what the document store cannot give is a finding.
    pub async fn prove(
        &self,
        store: &dyn Storage,
        sealer: &dyn Sealer,
        now: DateTime<Utc>,
        depth: Depth,
    ) -> Result<Vec<CheckResult>, StoreError> {
        let mut results = store.verify().await?;
        let most = if depth.all_texts {
            u32::MAX
        } else {
            NEWEST_TEXTS
        };
        let since = Instant::now();
        let mut searched = secrets::search(store, sealer, &self.known, most).await?;
        searched.took_millis = millis(since);
        results.push(searched);

        let since = Instant::now();
        let mut leftovers = store.leftovers(&self.ages).await?;
        if depth.files {
            let (looked_at, found) = orphans(store, &self.files, now).await?;
            leftovers.looked_at += looked_at;
            leftovers.found.extend(found);
            leftovers.found.truncate(NAMED);
        }
        leftovers.took_millis = millis(since);
        results.push(leftovers);
        if depth.files {
            results.push(documents(store, &self.files).await?);
        }
        results.push(anchors(store, &self.files, &self.archive).await?);
        Ok(results)
    }
}

fn millis(since: Instant) -> i64 {
    i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX)
}
