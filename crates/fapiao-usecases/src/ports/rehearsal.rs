//! Doing something for trial: every write runs in its transaction and is rolled back.

use super::Storage;
use serde_json::Value;
use std::sync::Arc;

/// What would have been written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rehearsed {
    /// The lines of the audit chain, in order: what would change.
    pub changes: Vec<PlannedChange>,
    /// The jobs: what would follow. Kind and subject.
    pub jobs: Vec<(String, String)>,
    /// Orders, deliveries, invoices and cards, value by value.
    pub values: Vec<PlannedValue>,
}

/// One value of a row that would be another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedValue {
    /// The table: `orders`, `deliveries`, `invoices`, `cards`.
    pub table: &'static str,
    /// The row's id; a card's is that of its delivery.
    pub row: String,
    /// The column.
    pub column: String,
    /// As stored; `None` where there is nothing, or no row yet.
    pub before: Option<String>,
    /// As it would be stored.
    pub after: Option<String>,
}

/// One change that would be made.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedChange {
    /// What: `delivery.authorised`, `card.changed`, …
    pub action: String,
    /// To what: an id.
    pub subject: String,
    /// Facts, states before and after among them.
    pub data: Value,
}

/// Tells what a rehearsal would have written so far.
pub type RehearsalLog = Arc<dyn Fn() -> Rehearsed + Send + Sync>;

/// Makes rehearsals.
pub trait Rehearse: Send + Sync {
    /// A store over the same data whose writes are rolled back and noted. Each write sees the data as it is, not what
    /// an earlier write of the rehearsal would have made of it.
    fn rehearse(&self) -> (Arc<dyn Storage>, RehearsalLog);
}
