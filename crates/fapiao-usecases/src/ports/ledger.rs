//! Proof and overview.

use crate::{
    actor::Actor,
    errors::StoreError,
    ports::sales::{Page, Scope},
    records::AuditEntry,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{ids::SellerId, money::Fen};
use serde_json::Value;

/// The result of one invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// `I1`, `I2`, …
    pub id: String,
    /// What must hold, in English.
    pub title_en: String,
    /// The same in Chinese.
    pub title_zh: String,
    /// How many rows were looked at.
    pub looked_at: i64,
    /// What contradicts it, at most 20 lines; empty when it holds.
    pub found: Vec<String>,
    /// The query or rule behind it, for auditors.
    pub query: String,
    /// Milliseconds spent on it, added up over all connections that worked on it side by side.
    pub took_millis: i64,
}

/// The numbers of the home page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dashboard {
    /// Orders accepted today.
    pub orders_today: i64,
    /// Issued today.
    pub issued_today: IssuedCount,
    /// Issued this month.
    pub issued_month: IssuedCount,
    /// Deliveries that await a buyer.
    pub awaiting_buyer: i64,
    /// Invoices on their way to the tax authority.
    pub in_progress: i64,
    /// Jobs for a person.
    pub parked: i64,
    /// The last 30 days, the oldest first.
    pub by_day: Vec<IssuedOfDay>,
}

/// How many invoices were issued, and what they come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IssuedCount {
    /// Blue ones and red ones.
    pub all: i64,
    /// Of these the red ones.
    pub red: i64,
    /// Gross of the blue ones, less that of the red ones.
    pub total: Fen,
}

/// How many invoices were issued on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssuedOfDay {
    /// `yyyy-mm-dd` in Shanghai.
    pub day: String,
    /// Blue ones and red ones.
    pub all: i64,
    /// Of these the red ones.
    pub red: i64,
}

/// A line of the quota ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaLine {
    /// When.
    pub at: DateTime<Utc>,
    /// Month.
    pub month: String,
    /// `download`, `spend`, `return` (a red invoice of the same month), `end` (what was left when the month was over).
    pub kind: String,
    /// Signed amount.
    pub amount: Fen,
    /// Request or invoice.
    pub reference: String,
}

/// Which lines of the audit chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// The beginning of a subject or of an action's name, or an order's number; empty for all.
    pub text: String,
    /// Who did it; `None` for anybody.
    pub actor: Option<Actor>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

impl AuditFilter {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        *self == AuditFilter::default()
    }
}

/// Proof and overview.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Checks every invariant that the database alone can prove. Reads only.
    async fn verify(&self) -> Result<Vec<CheckResult>, StoreError>;

    /// Every document's hash and format, for the check against the file store, in pages of `limit` after a hash.
    async fn document_hashes(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, i64)>, StoreError>;

    /// Appends to the audit chain what no other method records: settings, staff, keys, sign-ins.
    async fn append_audit(
        &self,
        actor: &Actor,
        action: &str,
        subject: &str,
        data: Value,
    ) -> Result<(), StoreError>;

    /// A page of the audit chain, newest first.
    async fn audit(&self, after: Option<&str>, limit: u32) -> Result<Page<AuditEntry>, StoreError>;

    /// A page of those lines of the audit chain that a filter finds, newest first; not counted.
    async fn audit_found(
        &self,
        filter: &AuditFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<AuditEntry>, StoreError>;

    /// The home page's numbers.
    async fn dashboard(&self, scope: &Scope, now: DateTime<Utc>) -> Result<Dashboard, StoreError>;

    /// The quota ledger of a seller, newest first, at most `limit` lines.
    async fn quota_ledger(
        &self,
        seller: &SellerId,
        limit: u32,
    ) -> Result<Vec<QuotaLine>, StoreError>;

    /// Whether the database answers: for readiness.
    async fn ping(&self) -> Result<(), StoreError>;
}
