//! How a seller's books want their vouchers, and which months are closed.

use crate::{
    actor::Actor,
    errors::StoreError,
    ports::{After, Period},
};
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
    /// SHA-256 over every invoice's issue time, number, kind, state and amounts.
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

/// What of an invoice is noted when its month is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedInvoice {
    /// When it was issued, milliseconds since 1970.
    pub at: i64,
    /// Its id.
    pub id: String,
    /// Its number, after its code where it has one.
    pub number: String,
    /// Its kind, as stored.
    pub kind: String,
    /// Where it stands, as stored.
    pub state: String,
    /// Net; negative on a red invoice.
    pub amount: Fen,
    /// Tax.
    pub tax: Fen,
    /// Gross.
    pub total: Fen,
}

/// A piece of a file that is kept of a closed month; the file is its pieces, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPiece {
    /// The file's name: `ledger.xlsx` ….
    pub name: String,
    /// Which piece, from 0.
    pub no: i64,
    /// Under which hash the document store has it.
    pub sha256: String,
    /// Bytes.
    pub size: i64,
}

/// Mappings and closings in storage.
#[async_trait]
pub trait Bookkeeping: Send + Sync {
    /// How many orders were sold in a period.
    async fn sales_of(&self, period: &Period) -> Result<i64, StoreError>;

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

    /// Issued invoices of a period by issue time and id, at most `limit` after one of them.
    async fn closing_rows(
        &self,
        period: &Period,
        after: Option<&After>,
        limit: u32,
    ) -> Result<Vec<ClosedInvoice>, StoreError>;

    /// Closes a month with what is kept of it; one that is closed stays as it was, and `false` is told.
    async fn close_month(
        &self,
        closing: &Closing,
        kept: Vec<KeptPiece>,
        actor: &Actor,
    ) -> Result<bool, StoreError>;

    /// What is kept of a closed month, by name and in order; nothing where it is not closed.
    async fn kept_pieces(
        &self,
        seller: &SellerId,
        month: &str,
    ) -> Result<Vec<KeptPiece>, StoreError>;

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
