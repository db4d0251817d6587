//! What was said to the outside and what it answered: evidence, without secrets.

use crate::errors::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// One request and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// A time-sortable id.
    pub id: String,
    /// When the answer was in, or when waiting for it ended.
    pub at: DateTime<Utc>,
    /// `tax`, `wechat` or `mail`.
    pub system: String,
    /// The service or path.
    pub operation: String,
    /// What was sent; tokens, keys and file contents are replaced by what they were.
    pub request: String,
    /// What came back.
    pub answer: String,
    /// `answered`, `refused` or `unanswered`.
    pub outcome: String,
    /// How long it took.
    pub took_millis: i64,
    /// What it was about: ids of deliveries and invoices, numbers, receipts.
    pub subjects: Vec<String>,
}

/// Exchanges as they are kept.
#[async_trait]
pub trait Exchanges: Send + Sync {
    /// Keeps exchanges. One that is known already stays as it is.
    async fn keep_exchanges(&self, exchanges: Vec<Exchange>) -> Result<(), StoreError>;

    /// The exchanges about any of these and the pushes that named them, oldest first; at most 1,000 of each.
    async fn exchanges_about(&self, subjects: &[String]) -> Result<Vec<Exchange>, StoreError>;

    /// Removes up to `limit` exchanges from before a moment; how many.
    async fn drop_exchanges(&self, before: DateTime<Utc>, limit: u32) -> Result<u32, StoreError>;
}
