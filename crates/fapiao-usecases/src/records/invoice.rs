//! Invoices, their documents, cards and numbers.

use super::RedOf;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    card::CardState,
    face::DifferenceTax,
    ids::{DeliveryId, InvoiceId, OrderId, SegmentId, SellerId},
    invoice::{Identity, InvoiceKind, InvoiceState},
    line::InvoiceLine,
    party::{SellerParty, Title},
    totals::Totals,
};

/// A legal document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// Its id.
    pub id: InvoiceId,
    /// Of which order.
    pub order: OrderId,
    /// For which delivery.
    pub delivery: DeliveryId,
    /// Who issues.
    pub seller: SellerId,
    /// Kind.
    pub kind: InvoiceKind,
    /// Number, once reserved.
    pub identity: Option<Identity>,
    /// Where it stands.
    pub state: InvoiceState,
    /// Why it is blocked or refused; empty otherwise.
    pub reason: String,
    /// The seller as it was when drafted.
    pub seller_party: SellerParty,
    /// Two digits of the province.
    pub province: String,
    /// Clerks, as they were when drafted: drawer, payee, reviewer.
    pub clerks: [String; 3],
    /// Buyer.
    pub title: Title,
    /// Lines.
    pub lines: Vec<InvoiceLine>,
    /// By place, which computed line of the order each line states; empty when they are the order's own.
    pub sources: Vec<u32>,
    /// For a red invoice: what it takes back.
    pub red: Option<RedOf>,
    /// Sums.
    pub totals: Totals,
    /// Difference tax (差额征税), where it is taxed that way.
    pub difference: Option<DifferenceTax>,
    /// Payments: the shop's word of the channel, and the channel's number.
    pub payments: Vec<(String, String)>,
    /// Remark as printed.
    pub remark: String,
    /// Issue time, fixed when the number is taken.
    pub issued_at: Option<DateTime<Utc>>,
    /// The tax authority's receipt of the last upload.
    pub receipt: String,
    /// When it was uploaded last.
    pub uploaded_at: Option<DateTime<Utc>>,
    /// When it was drafted.
    pub created_at: DateTime<Utc>,
    /// Row version.
    pub version: i64,
}

/// A file of an invoice, named by its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// `pdf`, `xml` or `ofd`.
    pub format: String,
    /// SHA-256, hex: the name in the file store.
    pub sha256: String,
    /// SM3, hex; empty for documents from before it was computed.
    pub sm3: String,
    /// Bytes.
    pub size: i64,
    /// `rendered` by us or `received` from the authority.
    pub origin: String,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
}

/// The invoice in a wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Of which delivery: at most one card each.
    pub delivery: DeliveryId,
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// Where it stands.
    pub state: CardState,
    /// The template's id at WeChat.
    pub template: String,
    /// WeChat's handle of the uploaded PDF, and when it was uploaded.
    pub media: Option<(String, DateTime<Utc>)>,
    /// When insert was last asked for.
    pub asked_at: Option<DateTime<Utc>>,
    /// The card's code; lost with a lost answer.
    pub code: String,
    /// The holder's openid.
    pub openid: String,
    /// Row version.
    pub version: i64,
}

/// A stock of numbers (号段).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its id.
    pub id: SegmentId,
    /// Whose.
    pub seller: SellerId,
    /// Two-digit year: a number carries only dates of its year.
    pub year: i32,
    /// First number.
    pub first: String,
    /// Last number.
    pub last: String,
    /// How many.
    pub size: i64,
    /// How many were taken.
    pub taken: i64,
    /// When it was fetched.
    pub fetched_at: DateTime<Utc>,
    /// Two digits of the province the seller was in.
    pub province: String,
    /// Since when its other numbers cannot be used, because the seller left that province.
    pub closed_at: Option<DateTime<Utc>>,
}
