//! Pushes, jobs and the lines of the audit chain.

use crate::actor::Actor;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{AccountId, JobId, OrderId, PushId};
use serde_json::Value;

/// A received push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// Its id.
    pub id: PushId,
    /// Which account it came to; `None` when it was refused before that was known.
    pub account: Option<AccountId>,
    /// The event's name, empty when refused.
    pub event: String,
    /// The decrypted text; empty when refused.
    pub plain: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// `accepted`, or why it was refused.
    pub verdict: String,
    /// `stored`, `handled`, `ignored`, `parked` or `refused`.
    pub state: String,
    /// What came of it, for staff.
    pub outcome: String,
    /// How often the same push was seen.
    pub seen: i64,
    /// The query as it came; empty for pushes of older versions. Holds an openid and signatures.
    pub raw_query: String,
    /// The body as it came.
    pub raw_body: String,
    /// Whether query or body were cut when they were stored.
    pub raw_cut: bool,
}

/// One line of the audit chain; an order's timeline is its lines.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// 1, 2, 3, … without gaps.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// What: `order.accepted`, `invoice.issued`, …
    pub action: String,
    /// To what: an id.
    pub subject: String,
    /// The order it belongs to, if any.
    pub order: Option<OrderId>,
    /// Facts: numbers, reasons, masked requests and answers.
    pub data: Value,
    /// Hash of this line and the one before.
    pub hash: String,
}

/// A job as staff see it.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRow {
    /// Its id.
    pub id: JobId,
    /// Kind.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// The order it belongs to, if that can be told.
    pub order: Option<OrderId>,
    /// `waiting`, `running` or `parked`.
    pub state: String,
    /// Tries so far.
    pub attempts: i64,
    /// When it runs next.
    pub run_at: DateTime<Utc>,
    /// When it was queued, or last brought forward.
    pub queued_at: DateTime<Utc>,
    /// A stable word for what kind of trouble; empty without trouble.
    pub code: String,
    /// The last trouble in words.
    pub reason: String,
}
