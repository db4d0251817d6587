//! What keeps the ledger provable from one day to the next: times of answers, what is swept, what is kept as text.

use super::ledger::CheckResult;
use crate::errors::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::PushId;
use std::collections::HashSet;

/// How old what is swept may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ages {
    /// Hours without use after which a session ends.
    pub session_idle_hours: i64,
    /// Days that the answer to a request is kept for its repetition.
    pub request_days: i64,
    /// Days that the number of a buyer's document is kept while nothing is issued with it.
    pub document_days: i64,
    /// Days that exchanges with the outside are kept; 0 for ever.
    pub exchange_days: i64,
}

/// A row that keeps text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptText {
    /// The row's key.
    pub id: String,
    /// Its texts, one per line.
    pub text: String,
}

/// What a table of the ledger holds, the same on every database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDigest {
    /// The table.
    pub table: &'static str,
    /// Its rows.
    pub rows: i64,
    /// The sum of the SHA-256 of its rows, modulo 2^256, in hexadecimal digits.
    pub digest: String,
}

/// The ledger, the same on every database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerDigest {
    /// Each table.
    pub tables: Vec<TableDigest>,
    /// SHA-256 over names, row counts and digests of the tables.
    pub digest: String,
}

/// Upkeep and what it is checked by.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// Notes in how many milliseconds pushes were answered.
    async fn note_push_times(&self, times: Vec<(PushId, i64)>) -> Result<(), StoreError>;

    /// Removes nonces whose time is over.
    async fn forget_nonces(&self, now: DateTime<Utc>) -> Result<(), StoreError>;

    /// Notes that everything whose time was over at that moment is swept.
    async fn note_swept(&self, at: DateTime<Utc>) -> Result<(), StoreError>;

    /// I13: what was over its age when the last sweep began is gone, and no lease outlives its end.
    async fn leftovers(&self, ages: &Ages) -> Result<CheckResult, StoreError>;

    /// The tables that keep text of what people and other systems said.
    fn text_places(&self) -> &'static [&'static str];

    /// A page of such a table, newest first, behind `skip` rows.
    async fn kept_texts(
        &self,
        place: &'static str,
        skip: u32,
        limit: u32,
    ) -> Result<Vec<KeptText>, StoreError>;

    /// The tokens that WeChat gave: app id and kind, then the token. Secret.
    async fn held_tokens(&self) -> Result<Vec<(String, String)>, StoreError>;

    /// Which of these files some row of the ledger names.
    async fn known_files(&self, sha256: &[String]) -> Result<HashSet<String>, StoreError>;

    /// I15: the ledger's content in a few digits, whichever database holds it.
    async fn ledger_digest(&self) -> Result<LedgerDigest, StoreError>;
}
