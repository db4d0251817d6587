//! Proof that lasts: runs of the check with their results, anchors of the audit chain.

use super::ledger::CheckResult;
use crate::{errors::StoreError, jobs::QueuedJob, records::Invoice};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{InvoiceId, OrderId};
use serde_json::{Value, json};
use std::collections::HashMap;

/// A run over all invariants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofRun {
    /// Its id.
    pub id: String,
    /// `night:2026-11-21`, or the id itself when a person asked.
    pub cause: String,
    /// `asked`, `running` or `done`.
    pub state: String,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// How long it took.
    pub took_millis: i64,
    /// Whether every invariant held; meaningless before the end.
    pub holds: bool,
    /// The results; empty before the end.
    pub results: Vec<CheckResult>,
    /// When administrators were told of a broken one.
    pub told_at: Option<DateTime<Utc>>,
}

/// A place an anchor is brought to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnchorPlace {
    /// A file that is only ever appended to.
    File,
    /// A mail.
    Mail,
    /// An object in the document store.
    Storage,
}

/// How the audit chain stood at a moment, to be kept outside the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The last line it covers.
    pub seq: i64,
    /// The first line it covers.
    pub first_seq: i64,
    /// The last line's hash.
    pub hash: String,
    /// SHA-256 over the fingerprints of its lines: checkable without the key.
    pub digest: String,
    /// The key the chain was made with at that point.
    pub key_id: String,
    /// When.
    pub at: DateTime<Utc>,
    /// HMAC over all of the above, by the same key.
    pub seal: String,
}

impl Anchor {
    /// As it is kept outside.
    pub fn json(&self) -> Value {
        json!({
            "seq": self.seq,
            "first_seq": self.first_seq,
            "hash": self.hash,
            "digest": self.digest,
            "key_id": self.key_id,
            "at": self.at.timestamp_millis(),
            "seal": self.seal,
        })
    }
}

/// A line of the audit chain exactly as it was hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainLine {
    /// Its place.
    pub seq: i64,
    /// When, in Unix milliseconds.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// The order it belongs to.
    pub order: String,
    /// Facts, as the JSON text that was hashed.
    pub data: String,
    /// Its hash in the chain.
    pub hash: String,
}

/// A value that an invoice states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stated {
    /// Fen, Unix milliseconds or a place.
    Number(i64),
    /// Anything else, as it is stored.
    Text(String),
}

/// What an issued invoice states, by name, in the order in which the audit chain's hash of it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatedContent {
    /// Of the whole invoice.
    pub header: Vec<(&'static str, Stated)>,
    /// Of each of its lines.
    pub lines: Vec<Vec<(&'static str, Stated)>>,
}

/// Runs of the check, and anchors.
#[async_trait]
pub trait Proofs: Send + Sync {
    /// Asks for a run; `false` when this cause asked before.
    async fn ask_proof(&self, id: &str, cause: &str) -> Result<bool, StoreError>;

    /// Takes the oldest run that nobody works on, for `lease_secs`.
    async fn claim_proof(
        &self,
        worker: &str,
        lease_secs: u32,
    ) -> Result<Option<ProofRun>, StoreError>;

    /// Holds a run for longer; `false` when it is somebody else's by now.
    async fn hold_proof(&self, id: &str, worker: &str, lease_secs: u32)
    -> Result<bool, StoreError>;

    /// Keeps the results of a run.
    async fn finish_proof(
        &self,
        id: &str,
        worker: &str,
        results: &[CheckResult],
        took_millis: i64,
    ) -> Result<(), StoreError>;

    /// Notes that administrators are told, and queues what tells them; nothing when that was noted before.
    async fn note_told(&self, id: &str, mails: Vec<QueuedJob>) -> Result<(), StoreError>;

    /// A run.
    async fn proof_run(&self, id: &str) -> Result<Option<ProofRun>, StoreError>;

    /// The newest runs, newest first.
    async fn proof_runs(&self, limit: u32) -> Result<Vec<ProofRun>, StoreError>;

    /// Makes an anchor of the chain as it stands; `None` when no line came since the last one.
    async fn make_anchor(&self) -> Result<Option<Anchor>, StoreError>;

    /// Anchors that a place has not got yet, oldest first.
    async fn anchors_due(&self, place: AnchorPlace, limit: u32) -> Result<Vec<Anchor>, StoreError>;

    /// Notes that a place has an anchor, and queues what brings it there; nothing when that was noted before.
    async fn note_anchored(
        &self,
        seq: i64,
        place: AnchorPlace,
        mails: Vec<QueuedJob>,
    ) -> Result<(), StoreError>;

    /// The anchors that a place was given, oldest first: the line of each, and when.
    async fn anchors_brought(
        &self,
        place: AnchorPlace,
    ) -> Result<Vec<(i64, DateTime<Utc>)>, StoreError>;

    /// Has these anchors brought to file and document store once more, for those that were lost there for good.
    async fn bring_anchors_again(&self, seqs: &[i64]) -> Result<(), StoreError>;

    /// The newest anchors, newest first.
    async fn anchors(&self, limit: u32) -> Result<Vec<Anchor>, StoreError>;

    /// The anchors that cover these lines, oldest first.
    async fn anchors_over(&self, first: i64, last: i64) -> Result<Vec<Anchor>, StoreError>;

    /// Compares anchors that were kept outside, and the database's own, with the chain: what contradicts, in words, and
    /// how many were compared.
    async fn check_anchors(&self, kept: &[Anchor]) -> Result<CheckResult, StoreError>;

    /// Fingerprints (SHA-256, 32 bytes each) of the lines from `first` to `last`, at most `limit`.
    async fn line_prints(
        &self,
        first: i64,
        last: i64,
        limit: u32,
    ) -> Result<Vec<[u8; 32]>, StoreError>;

    /// The chain's lines of several orders, oldest first, in the order they stand in the chain.
    async fn lines_of_orders(&self, orders: &[OrderId]) -> Result<Vec<ChainLine>, StoreError>;

    /// What invoices state, by id: for an evidence pack, whose reader makes the chain's hash of it once more.
    async fn stated_contents(
        &self,
        invoices: &[InvoiceId],
    ) -> Result<HashMap<InvoiceId, StatedContent>, StoreError>;

    /// The invoice of a number (and code, for the older form), within a scope.
    async fn invoice_by_number(
        &self,
        scope: &super::Scope,
        code: &str,
        number: &str,
    ) -> Result<Option<Invoice>, StoreError>;

    /// The invoice and format of a document's hash, within a scope.
    async fn invoice_by_hash(
        &self,
        scope: &super::Scope,
        sha256: &str,
    ) -> Result<Option<(InvoiceId, String)>, StoreError>;
}
