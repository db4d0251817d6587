//! What keeps the ledger provable by itself: the nightly check, anchors of the audit chain, the end of old exchanges.

use crate::{
    adapters::files::Documents,
    config::{Archive, Config},
    proving::{ANCHOR_FOLDER, Depth, Prover},
};
use chrono::{TimeDelta, Timelike};
use fapiao_archive::evidence::anchor_json;
use fapiao_domain::ids::PushId;
use fapiao_usecases::{
    calendar,
    errors::{OutsideError, StoreError},
    ids::fresh,
    ports::{Anchor, AnchorPlace, Mail, Ports, ProofRun},
    proof_words::{in_chinese, next_step},
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

    /// What is done every half minute: the night's request, anchors, alarms, the end of old exchanges.
    ///
    /// # Errors
    /// [`Trouble`]; what was done before it stays done, and the next call goes on.
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
        let newest = store.anchors(1).await?;
        let apart = TimeDelta::minutes(i64::from(self.settings.anchor_minutes));
        if newest.first().is_none_or(|it| now - it.at >= apart) {
            store.make_anchor().await?;
        }
        self.bring_anchors().await?;
        self.tell_broken().await?;
        if self.settings.exchange_days > 0 {
            let before = now - TimeDelta::days(i64::from(self.settings.exchange_days));
            store.drop_exchanges(before, DROPPED_AT_ONCE).await?;
        }
        Ok(())
    }

    async fn bring_anchors(&self) -> Result<(), Trouble> {
        let store = &self.ports.store;
        if !self.settings.anchor_file.is_empty() {
            for anchor in store
                .anchors_due(AnchorPlace::File, ANCHORS_AT_ONCE)
                .await?
            {
                append(Path::new(&self.settings.anchor_file), &anchor)?;
                store.note_anchored(anchor.seq, AnchorPlace::File).await?;
            }
        }
        if self.settings.anchor_storage {
            for anchor in store
                .anchors_due(AnchorPlace::Storage, ANCHORS_AT_ONCE)
                .await?
            {
                let name = format!("{ANCHOR_FOLDER}/{:020}.json", anchor.seq);
                let text = anchor_json(&anchor).to_string();
                self.files.put_named(&name, text.into()).await?;
                store
                    .note_anchored(anchor.seq, AnchorPlace::Storage)
                    .await?;
            }
        }
        if !self.settings.anchor_mails.is_empty() && self.ports.mailer.is_enabled() {
            for anchor in store
                .anchors_due(AnchorPlace::Mail, ANCHORS_AT_ONCE)
                .await?
            {
                for to in &self.settings.anchor_mails {
                    self.ports.mailer.send(anchor_mail(to, &anchor)).await?;
                }
                store.note_anchored(anchor.seq, AnchorPlace::Mail).await?;
            }
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
            for to in &self.settings.alarm_mails {
                let mail = alarm_mail(to, run, &self.ports.public_base);
                self.ports.mailer.send(mail).await?;
            }
            self.ports.store.note_told(&run.id).await?;
        }
        Ok(())
    }
}

/// An id for a run.
pub fn run_id(now: chrono::DateTime<chrono::Utc>) -> String {
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
    file.write_all(format!("{}\n", anchor_json(anchor)).as_bytes())?;
    file.sync_data()
}

fn plain_mail(to: &str, serial: String, subject: String, text: String) -> Mail {
    let safe = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    Mail {
        to: to.to_owned(),
        subject,
        html: format!("<pre>{safe}</pre>"),
        text,
        attachments: Vec::new(),
        serial,
    }
}

fn anchor_mail(to: &str, anchor: &Anchor) -> Mail {
    let at = calendar::in_shanghai(anchor.at).format("%Y-%m-%d %H:%M");
    let text = format!(
        "请保留此邮件：它证明审计链在 {at} 的样子，可用证据包中的 verify.html 比对。\n\
         Keep this mail: it proves how the audit chain stood; the verifier of an evidence pack compares it.\n\n{}\n",
        anchor_json(anchor)
    );
    plain_mail(
        to,
        format!("anchor-{}", anchor.seq),
        format!("审计链锚点 Audit anchor {} ({at})", anchor.seq),
        text,
    )
}

fn alarm_mail(to: &str, run: &ProofRun, base: &str) -> Mail {
    let mut text = format!("账目核对发现问题。 The ledger does not hold.\n{base}/admin/ledger\n");
    for result in run.results.iter().filter(|it| !it.found.is_empty()) {
        text.push_str(&format!(
            "\n{} {} / {}\n",
            result.id, result.title_zh, result.title_en
        ));
        for line in &result.found {
            let chinese = in_chinese(line).map(|it| format!("{it} / "));
            text.push_str(&format!("  - {}{line}\n", chinese.unwrap_or_default()));
        }
        let next = next_step(&result.id);
        text.push_str(&format!("  → {}\n  → {}\n", next.zh, next.en));
    }
    plain_mail(
        to,
        format!("proof-{}", run.id),
        "账目核对未通过 The ledger does not hold".to_owned(),
        text,
    )
}
