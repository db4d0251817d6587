//! How fast stock is used, and what is late at the tax authority.

use crate::errors::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{ids::SellerId, money::Fen};

/// What was used in one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourOfUse {
    /// Its beginning.
    pub hour: DateTime<Utc>,
    /// Numbers taken.
    pub numbers: i64,
    /// Net amount taken from the quota.
    pub net: Fen,
}

/// Pace and lateness, and the end of a month's quota.
#[async_trait]
pub trait StockOutlook: Send + Sync {
    /// What a seller used hour by hour since a moment, the oldest first; cached for a minute.
    async fn pace(
        &self,
        seller: &SellerId,
        since: DateTime<Utc>,
    ) -> Result<std::sync::Arc<Vec<HourOfUse>>, StoreError>;

    /// How many invoices took their number before a moment and are still not at the tax authority, and when the oldest did.
    async fn late_uploads(
        &self,
        before: DateTime<Utc>,
    ) -> Result<(i64, Option<DateTime<Utc>>), StoreError>;

    /// How many deliveries failed and were not begun anew though their order is still to be invoiced, and when the oldest was
    /// made. A delivery of the whole order stands for every part, and the other way round.
    async fn stranded_deliveries(&self) -> Result<(i64, Option<DateTime<Utc>>), StoreError>;

    /// Closes the quota of every month before this one (`yyyy-mm`): what is left of it lapses with a line of the ledger, and
    /// the balance is zero. How many balances were closed; again is harmless.
    async fn end_quota(&self, before: &str) -> Result<u32, StoreError>;
}
