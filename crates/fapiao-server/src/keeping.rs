//! What keeps the ledger provable by itself: the nightly check, anchors of the audit chain, the end of old exchanges.

use crate::{
    adapters::files::Documents,
    config::{Archive, Config},
    proving::{Depth, Prover, anchor_name},
};
use chrono::{DateTime, TimeDelta, Timelike, Utc};
use fapiao_domain::ids::PushId;
use fapiao_usecases::{
    calendar,
    errors::{OutsideError, StoreError},
    ids::fresh,
    jobs::{Job, QueuedJob},
    ports::{Anchor, AnchorPlace, Ports, ProofRun},
};
use std::{
    io::Write,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use thiserror::Error;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

const TICK: Duration = Duration::from_secs(2);
/// A node that works on a check holds it for so long, and says so anew in good time.
const LEASE_SECS: u32 = 60;
/// The hour in Shanghai from which the night's check is due.
const NIGHT_HOUR: u32 = 3;
/// Anchors brought to a place at once.
const ANCHORS_AT_ONCE: u32 = 50;
/// Exchanges removed at once.
const DROPPED_AT_ONCE: u32 = 2000;

/// Why something could not be kept up.
#[derive(Debug, Error)]
pub enum Trouble {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The mail server or the document store.
    #[error("{0}")]
    Outside(#[from] OutsideError),
    /// The file of anchors.
    #[error("the file of anchors: {0}")]
    File(#[from] std::io::Error),
}

/// What a node keeps up.
pub struct Keeper {
    ports: Ports,
    files: Arc<Documents>,
    settings: Archive,
    prover: Prover,
    name: String,
}

impl Keeper {
    /// For a node of this name.
    pub fn new(ports: Ports, files: Arc<Documents>, config: &Config, name: String) -> Keeper {
        Keeper {
            prover: Prover::new(config, Arc::clone(&files)),
            ports,
            files,
            settings: config.archive.clone(),
            name,
        }
    }

    /// Works until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut count = 0_u64;
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = stop.cancelled() => return,
            }
            let work = async {
                if count.is_multiple_of(15)
                    && let Err(error) = self.now_and_then().await
                {
                    tracing::warn!("The archive could not be kept up and is tried again: {error}");
                }
                if let Err(error) = self.prove().await {
                    tracing::warn!("The ledger could not be checked and is tried again: {error}");
                }
            };
            tokio::select! {
                () = work => {}
                () = stop.cancelled() => return,
            }
            count += 1;
        }
    }

    /// What is done every half minute: the night's request, anchors, alarms, the end of old exchanges. A place that takes
    /// no anchors keeps nothing else from being done.
    ///
    /// # Errors
    /// [`Trouble`], the first of them; everything else was done, and the next call goes on.
    pub async fn now_and_then(&self) -> Result<(), Trouble> {
        let now = self.ports.clock.now();
        let store = &self.ports.store;
        if self.settings.nightly && calendar::in_shanghai(now).hour() >= NIGHT_HOUR {
            let cause = format!("night:{}", calendar::day(now));
            let known = store.proof_runs(1).await?;
            if known.first().is_none_or(|it| it.cause != cause) {
                store.ask_proof(&run_id(now), &cause).await?;
            }
        }
        // What fails of these holds up none of the others.
        let mut ends = vec![self.anchor_when_due(now).await];
        ends.push(self.anchors_to_file().await);
        ends.push(self.anchors_to_storage().await);
        ends.push(self.anchors_to_mails().await);
        ends.push(self.tell_broken().await);
        if self.settings.exchange_days > 0 {
            let before = now - TimeDelta::days(i64::from(self.settings.exchange_days));
            let dropped = store.drop_exchanges(before, DROPPED_AT_ONCE).await;
            ends.push(dropped.map(drop).map_err(Trouble::from));
        }
        ends.into_iter().collect()
    }

    async fn anchor_when_due(&self, now: DateTime<Utc>) -> Result<(), Trouble> {
        let newest = self.ports.store.anchors(1).await?;
        let apart = TimeDelta::minutes(i64::from(self.settings.anchor_minutes));
        if newest.first().is_none_or(|it| now - it.at >= apart) {
            self.ports.store.make_anchor().await?;
        }
        Ok(())
    }

    async fn anchors_to_file(&self) -> Result<(), Trouble> {
        if self.settings.anchor_file.is_empty() {
            return Ok(());
        }
        let store = &self.ports.store;
        let due = store.anchors_due(AnchorPlace::File, ANCHORS_AT_ONCE);
        for anchor in due.await? {
            append(Path::new(&self.settings.anchor_file), &anchor)?;
            store
                .note_anchored(anchor.seq, AnchorPlace::File, Vec::new())
                .await?;
        }
        Ok(())
    }

    async fn anchors_to_storage(&self) -> Result<(), Trouble> {
        if !self.settings.anchor_storage {
            return Ok(());
        }
        let store = &self.ports.store;
        let due = store.anchors_due(AnchorPlace::Storage, ANCHORS_AT_ONCE);
        for anchor in due.await? {
            let text = anchor.json().to_string();
            self.files
                .put_named(&anchor_name(anchor.seq), text.into())
                .await?;
            store
                .note_anchored(anchor.seq, AnchorPlace::Storage, Vec::new())
                .await?;
        }
        Ok(())
    }

    async fn anchors_to_mails(&self) -> Result<(), Trouble> {
        if self.settings.anchor_mails.is_empty() || !self.ports.mailer.is_enabled() {
            return Ok(());
        }
        let store = &self.ports.store;
        let due = store.anchors_due(AnchorPlace::Mail, ANCHORS_AT_ONCE);
        for Anchor { seq, .. } in due.await? {
            let mail = |to: &String| {
                let to = to.clone();
                QueuedJob::now(Job::MailAnchor { seq, to }, None)
            };
            let mails = self.settings.anchor_mails.iter().map(mail).collect();
            store.note_anchored(seq, AnchorPlace::Mail, mails).await?;
        }
        Ok(())
    }

    /// Carries out a check that was asked for, unless another node does.
    async fn prove(&self) -> Result<(), Trouble> {
        let store = &self.ports.store;
        let Some(run) = store.claim_proof(&self.name, LEASE_SECS).await? else {
            return Ok(());
        };
        let began = Instant::now();
        let check = self.prover.prove(
            &*self.ports.store,
            &*self.ports.sealer,
            self.ports.clock.now(),
            Depth::NIGHTLY,
        );
        tokio::pin!(check);
        let mut renew = interval(Duration::from_secs(u64::from(LEASE_SECS / 3)));
        let results = loop {
            tokio::select! {
                results = &mut check => break results?,
                _ = renew.tick() => {
                    if !store.hold_proof(&run.id, &self.name, LEASE_SECS).await? {
                        // Another node took it over while this one was held up.
                        return Ok(());
                    }
                }
            }
        };
        let took = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        store
            .finish_proof(&run.id, &self.name, &results, took)
            .await?;
        let broken = results.iter().filter(|it| !it.found.is_empty()).count();
        if broken == 0 {
            tracing::info!(took_millis = took, "The ledger holds");
        } else {
            tracing::error!(
                took_millis = took,
                "{broken} invariant(s) of the ledger do not hold: see the ledger's page"
            );
        }
        self.tell_broken().await
    }

    /// Mails the newest broken run to administrators, once.
    async fn tell_broken(&self) -> Result<(), Trouble> {
        if self.settings.alarm_mails.is_empty() || !self.ports.mailer.is_enabled() {
            return Ok(());
        }
        let runs = self.ports.store.proof_runs(5).await?;
        let untold = |it: &&ProofRun| it.state == "done" && !it.holds && it.told_at.is_none();
        for run in runs.iter().filter(untold) {
            let mail = |to: &String| {
                let (run, to) = (run.id.clone(), to.clone());
                QueuedJob::now(Job::MailAlarm { run, to }, None)
            };
            let mails = self.settings.alarm_mails.iter().map(mail).collect();
            self.ports.store.note_told(&run.id, mails).await?;
        }
        Ok(())
    }
}

/// An id for a run.
pub fn run_id(now: DateTime<Utc>) -> String {
    let id: PushId = fresh(now);
    id.to_string()
        .replacen(<PushId as fapiao_domain::ids::Id>::PREFIX, "run_", 1)
}

fn append(path: &Path, anchor: &Anchor) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)?;
    file.write_all(format!("{}\n", anchor.json()).as_bytes())?;
    file.sync_data()
}
