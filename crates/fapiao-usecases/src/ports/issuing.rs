//! Invoices, their numbers, their documents and their cards.

use crate::{
    actor::Actor,
    errors::StoreError,
    jobs::QueuedJob,
    ports::{
        quota::QuotaGrant,
        sales::{Page, Scope},
    },
    records::{Document, Invoice, Segment},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    card::CardState,
    ids::{InvoiceId, OrderId, SellerId, StoreId},
    invoice::{Identity, InvoiceKind, InvoiceState},
    money::Fen,
    totals::Totals,
};
use serde_json::Value;

/// An invoice to be drafted: its delivery goes from `authorised` (or `failed`) to `issuing` in the same transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInvoice {
    /// The invoice in state `ready`, without a number.
    pub invoice: Invoice,
    /// The delivery's version that was read.
    pub delivery_version: i64,
    /// What was odd about the title or overridden by a person, for the timeline: `W_SHORT_NAME: …`.
    pub warnings: Vec<String>,
}

/// What became of one reservation of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// Number and quota are taken (now, or by an earlier try that was interrupted).
    Reserved {
        /// The number.
        identity: Identity,
        /// The issue time that goes with it.
        issued_at: DateTime<Utc>,
    },
    /// No number left for this year; the invoice is `blocked`.
    NoNumber,
    /// Not enough quota for its net amount; the invoice is `blocked`.
    NoQuota {
        /// What is left.
        left: Fen,
    },
    /// What is left of the month's quota may not be used any more; the invoice is `blocked`.
    QuotaLapsed {
        /// The last day it could be used, `yyyy-mm-dd`.
        until: String,
    },
    /// It stands elsewhere already.
    NotReady(InvoiceState),
}

/// What the tax authority said about one uploaded invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadOutcome {
    /// Accepted, or accepted before: issued.
    Issued,
    /// Refused with a reason.
    Refused {
        /// The authority's own words.
        reason: String,
    },
    /// No answer, or the window for asking is over.
    Unknown {
        /// Whether it is uploaded again under the same number by itself; otherwise a person was told.
        again: bool,
    },
}

/// Which invoices to list. Newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvoiceFilter {
    /// Number, order number, buyer name or tax number, from the start.
    pub text: String,
    /// Only this state.
    pub state: Option<InvoiceState>,
    /// Only this kind.
    pub kind: Option<InvoiceKind>,
    /// Only this seller.
    pub seller: Option<SellerId>,
    /// Only this store.
    pub store: Option<StoreId>,
    /// Drafted at or after.
    pub from: Option<DateTime<Utc>>,
    /// Drafted before.
    pub until: Option<DateTime<Utc>>,
    /// Cursor.
    pub after: Option<String>,
    /// At most this many rows, up to 200.
    pub limit: u32,
}

/// A line of the invoice list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceRow {
    /// The invoice.
    pub id: InvoiceId,
    /// Number, or empty.
    pub number: String,
    /// Its kind.
    pub kind: InvoiceKind,
    /// Where it stands.
    pub state: InvoiceState,
    /// Its order.
    pub order: OrderId,
    /// The shop's number.
    pub order_no: String,
    /// Buyer as printed.
    pub buyer: String,
    /// Sums.
    pub totals: Totals,
    /// Issue time.
    pub issued_at: Option<DateTime<Utc>>,
    /// When it was drafted.
    pub created_at: DateTime<Utc>,
    /// Where its card stands.
    pub card_state: Option<CardState>,
}

/// Invoices and numbers.
#[async_trait]
pub trait Issuing: Send + Sync {
    /// Writes a drafted invoice and queues [`crate::jobs::Job::IssueInvoice`]. `Stale` when the delivery moved on.
    async fn draft_invoice(&self, new: NewInvoice, actor: &Actor) -> Result<(), StoreError>;

    /// Takes a number and quota for each invoice, all in one transaction, an answer per item in order. Repeating it
    /// gives the same number again. Queues [`crate::jobs::Job::RefillStock`] when a seller runs low. Hot.
    ///
    /// `now` is the issue time; numbers come only from segments of its year in Asia/Shanghai, quota only from its month.
    async fn reserve(
        &self,
        invoices: &[InvoiceId],
        now: DateTime<Utc>,
    ) -> Result<Vec<Reservation>, StoreError>;

    /// Marks invoices as handed to the tax authority under a receipt, and queues the poll. Hot.
    async fn record_upload(
        &self,
        seller: &SellerId,
        receipt: &str,
        invoices: &[InvoiceId],
        poll_after_secs: u32,
    ) -> Result<(), StoreError>;

    /// Stores what the authority said; issued ones queue [`crate::jobs::Job::RenderInvoice`], refused ones fail their
    /// delivery with the reason, unknown ones queue the upload again. Repeating it changes nothing. Hot.
    async fn record_outcomes(
        &self,
        outcomes: &[(InvoiceId, UploadOutcome)],
        note: Value,
    ) -> Result<(), StoreError>;

    /// Uploaded under this receipt and still without an outcome.
    async fn awaiting_receipt(&self, receipt: &str) -> Result<Vec<Invoice>, StoreError>;

    /// Uploaded under this receipt, and unknown to the authority since.
    async fn forgotten_of_receipt(&self, receipt: &str) -> Result<Vec<Invoice>, StoreError>;

    /// One invoice with its lines.
    async fn invoice(&self, scope: &Scope, id: &InvoiceId) -> Result<Option<Invoice>, StoreError>;

    /// Several invoices with their lines, in any order. Hot.
    async fn invoices_by_id(&self, ids: &[InvoiceId]) -> Result<Vec<Invoice>, StoreError>;

    /// The invoices of an order, oldest first.
    async fn invoices_of(&self, order: &OrderId) -> Result<Vec<Invoice>, StoreError>;

    /// A page of invoices.
    async fn invoices(
        &self,
        scope: &Scope,
        filter: &InvoiceFilter,
    ) -> Result<Page<InvoiceRow>, StoreError>;

    /// Records stored documents and queues `then`. The same format twice must have the same hash.
    async fn record_documents(
        &self,
        invoice: &InvoiceId,
        documents: Vec<Document>,
        then: Vec<QueuedJob>,
    ) -> Result<(), StoreError>;

    /// The documents of an invoice: one of each format, a received one before the one that we made.
    async fn documents(&self, invoice: &InvoiceId) -> Result<Vec<Document>, StoreError>;

    /// The documents that we made of an invoice and in whose place others were received.
    async fn replaced_documents(&self, invoice: &InvoiceId) -> Result<Vec<Document>, StoreError>;

    /// Notes that the documents were mailed. `false` when they had been before.
    async fn record_mail(&self, invoice: &InvoiceId, to_masked: &str) -> Result<bool, StoreError>;

    /// Whether the documents were mailed.
    async fn was_mailed(&self, invoice: &InvoiceId) -> Result<bool, StoreError>;

    /// The number stock of a seller, newest first.
    async fn segments(&self, seller: &SellerId) -> Result<Vec<Segment>, StoreError>;

    /// Numbers left in a two-digit year.
    async fn numbers_left(&self, seller: &SellerId, year: i32) -> Result<i64, StoreError>;

    /// Invoices without a number that were drafted to be issued with the seller's own stock.
    async fn wait_for_numbers(&self, seller: &SellerId) -> Result<i64, StoreError>;

    /// Quota left in a month (`yyyy-mm`).
    async fn quota_left(&self, seller: &SellerId, month: &str) -> Result<Fen, StoreError>;

    /// Net of the invoices that wait for quota.
    async fn quota_waited_for(&self, seller: &SellerId) -> Result<Fen, StoreError>;

    /// The request number of an unfinished fetch of this kind (`segment` or `quota`) and its amount, or a new one.
    /// A fetch whose answer was lost is repeated with the same number and the same amount.
    async fn stock_request(
        &self,
        seller: &SellerId,
        kind: &str,
        period: &str,
        amount: i64,
    ) -> Result<(String, i64), StoreError>;

    /// Stores a fetched segment and closes its request; repeating it changes nothing.
    /// Blocked invoices of the seller become ready and their jobs run again.
    async fn add_segment(
        &self,
        request: &str,
        seller: &SellerId,
        year: i32,
        first: &str,
        last: &str,
        size: i64,
    ) -> Result<(), StoreError>;

    /// Adds fetched quota and closes its request, as `add_segment` does.
    async fn add_quota(
        &self,
        request: &str,
        seller: &SellerId,
        month: &str,
        grant: &QuotaGrant,
    ) -> Result<(), StoreError>;
}
