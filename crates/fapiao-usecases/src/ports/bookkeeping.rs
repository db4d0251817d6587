//! How a seller's books want their vouchers, and which months are closed.

use crate::{actor::Actor, errors::StoreError, ports::Period};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{ids::SellerId, money::Fen};

/// A mapping as it is stored: its text is the file that staff hand in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMapping {
    /// TOML.
    pub content: String,
    /// Who changed it last, as the audit chain names them.
    pub changed_by: String,
    /// When.
    pub changed_at: DateTime<Utc>,
    /// Rises with every change.
    pub version: i64,
}

/// A month that was closed (锁账): what its ledger was then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// Whose.
    pub seller: SellerId,
    /// `yyyy-mm`.
    pub month: String,
    /// SHA-256 over every invoice's number, kind, amounts and issue time.
    pub snapshot: String,
    /// How many invoices.
    pub invoices: i64,
    /// Net.
    pub amount: Fen,
    /// Tax.
    pub tax: Fen,
    /// Gross.
    pub total: Fen,
    /// Who closed it.
    pub closed_by: String,
    /// When.
    pub closed_at: DateTime<Utc>,
}

/// Mappings and closings in storage.
#[async_trait]
pub trait Bookkeeping: Send + Sync {
    /// A seller's mapping; `None` stands for the defaults.
    async fn book_mapping(&self, seller: &SellerId) -> Result<Option<StoredMapping>, StoreError>;

    /// Stores a mapping; `None` goes back to the defaults. `version` is the one that was shown, 0 for none.
    async fn save_book_mapping(
        &self,
        seller: &SellerId,
        content: Option<&str>,
        version: i64,
        actor: &Actor,
    ) -> Result<(), StoreError>;

    /// What a period's ledger is now: snapshot, count, and net, tax and gross. Reads page by page.
    async fn ledger_snapshot(&self, period: &Period)
    -> Result<(String, i64, [Fen; 3]), StoreError>;

    /// Closes a month; one that is closed stays as it was, and `false` is told.
    async fn close_month(&self, closing: &Closing, actor: &Actor) -> Result<bool, StoreError>;

    /// Opens a closed month again.
    async fn open_month(
        &self,
        seller: &SellerId,
        month: &str,
        actor: &Actor,
    ) -> Result<bool, StoreError>;

    /// The closing of a month, if it is closed.
    async fn closing(&self, seller: &SellerId, month: &str) -> Result<Option<Closing>, StoreError>;
}
