//! WeChat's unified calls (统一开票接口, legacy).

use chrono::{DateTime, Utc};
use fapiao_domain::ids::{DeliveryId, InvoiceId, SellerId};

/// What a seller needs for the unified calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnifiedSettings {
    /// Whose.
    pub seller: SellerId,
    /// The six characters that every serial begins with, as WeChat gave them; may be empty in a sandbox.
    pub merchant_id: String,
    /// Trade: `0` commerce, `1` other.
    pub trade: String,
    /// The platform id for the authorisation page; empty for that of the seller's own platform account.
    pub platform_id: String,
    /// Row version.
    pub version: i64,
}

/// A call under its serial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnifiedCall {
    /// The blue invoice's id, or the red confirmation's.
    pub subject: String,
    /// Whether it takes an invoice back rather than makes one out.
    pub clears: bool,
    /// The serial (发票请求流水号).
    pub serial: String,
    /// Whose.
    pub seller: SellerId,
    /// Of which delivery.
    pub delivery: DeliveryId,
    /// The blue invoice.
    pub invoice: InvoiceId,
    /// `ready`, `asked`, `unknown`, `taken`, `issued` or `failed`.
    pub state: String,
    /// Why it failed.
    pub reason: String,
    /// Where the PDF is, once WeChat named it; may be empty.
    pub pdf_url: String,
    /// When it was sent last.
    pub asked_at: Option<DateTime<Utc>>,
    /// When it was drawn up.
    pub created_at: DateTime<Utc>,
}
