//! Refunds and red confirmations.

use crate::{
    actor::Actor,
    errors::StoreError,
    idempotency::{Effect, Idempotency},
    jobs::QueuedJob,
    ports::sales::{NewDelivery, Page, Scope},
    records::{Invoice, RedForm, Refund},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    confirmation::FormState,
    ids::{InvoiceId, OrderId, RedFormId, RefundId, SellerId},
};
use serde_json::Value;

/// What a plan was made from. When it differs at the time of writing, the plan is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundBasis {
    /// How many refunds the order had.
    pub refunds: usize,
    /// How many of their confirmations counted.
    pub holding: usize,
    /// How many blue invoices of the order were not refused.
    pub invoices: usize,
}

/// A refund to be written, wholly decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRefund {
    /// The refund; its confirmations are `planned`.
    pub refund: Refund,
    /// What it was planned from.
    pub basis: RefundBasis,
    /// Whether it takes all that was still to be invoiced: pages that wait for a buyer are refused with it.
    pub ends_waiting: bool,
}

/// A change of a confirmation's state; refused with `Stale` when the row's version differs.
#[derive(Clone, Debug, PartialEq)]
pub struct RedFormChange {
    /// Which.
    pub id: RedFormId,
    /// The version that was read.
    pub expected_version: i64,
    /// The state that was read.
    pub from: FormState,
    /// The new state, decided by the domain.
    pub to: FormState,
    /// Number and key at the tax side, when they become known.
    pub identity: Option<(String, String)>,
    /// When the tax side took it, when that becomes known.
    pub entered_at: Option<DateTime<Utc>>,
    /// The tax side's words, for one it did not take.
    pub message: String,
    /// What follows, in the same transaction.
    pub then: Vec<QueuedJob>,
    /// Who.
    pub actor: Actor,
    /// Facts for the timeline.
    pub note: Value,
}

/// Which confirmations to list. Newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RedFormFilter {
    /// Number of the form or of the blue invoice, order number or buyer, from the start.
    pub text: String,
    /// Only these states; all when empty.
    pub states: Vec<FormState>,
    /// What becomes of those whose red invoice the tax side refused, whatever their state: `true` brings them in beside
    /// `states`, `false` leaves them out, `None` looks at the state alone. One that was given up counts as not refused.
    pub red_refused: Option<bool>,
    /// Only this seller.
    pub seller: Option<SellerId>,
    /// Only those whose red invoice is (`true`) or is not (`false`) issued.
    pub carried_out: Option<bool>,
    /// Cursor.
    pub after: Option<String>,
    /// At most this many rows, up to 200.
    pub limit: u32,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedFormRow {
    /// The confirmation.
    pub form: RedForm,
    /// The blue invoice's number.
    pub blue_number: String,
    /// The red invoice's number, or empty.
    pub red_number: String,
    /// The shop's number of the order.
    pub order_no: String,
    /// Buyer as printed.
    pub buyer: String,
}

/// Refunds and red confirmations.
#[async_trait]
pub trait RedLetters: Send + Sync {
    /// Writes a decided refund with its confirmations and queues the first steps. `Stale` when the order moved on since
    /// it was planned. Never lets reds take more from a blue line than it has, whoever asks at the same time.
    async fn book_refund(
        &self,
        new: NewRefund,
        idempotency: Option<Idempotency>,
        actor: &Actor,
    ) -> Result<Effect<()>, StoreError>;

    /// One refund, if the scope covers it.
    async fn refund(&self, scope: &Scope, id: &RefundId) -> Result<Option<Refund>, StoreError>;

    /// The refunds of an order, oldest first.
    async fn refunds_of(&self, order: &OrderId) -> Result<Vec<Refund>, StoreError>;

    /// One confirmation, if the scope covers it.
    async fn red_form(&self, scope: &Scope, id: &RedFormId) -> Result<Option<RedForm>, StoreError>;

    /// Whether a confirmation with this key of the tax side is known.
    async fn knows_red_form(&self, key: &str) -> Result<bool, StoreError>;

    /// A page of confirmations.
    async fn red_forms(
        &self,
        scope: &Scope,
        filter: &RedFormFilter,
    ) -> Result<Page<RedFormRow>, StoreError>;

    /// Changes a confirmation's state. `Exists` when it would be applied for while another one holds its blue invoice.
    /// Giving one up takes its part out of the refund.
    async fn change_red_form(&self, change: RedFormChange) -> Result<(), StoreError>;

    /// Writes the red invoice of a confirmation that allows it, and queues [`crate::jobs::Job::IssueInvoice`]. `Exists`
    /// when it has one.
    async fn draft_red(&self, red: Invoice, actor: &Actor) -> Result<(), StoreError>;

    /// Makes the new delivery of a refund that invoices the rest anew; once. `Exists` when something is in the way.
    async fn reissue(
        &self,
        refund: &RefundId,
        deliveries: Vec<NewDelivery>,
        actor: &Actor,
    ) -> Result<(), StoreError>;

    /// Lets a refused invoice be uploaded again under its own number: it becomes `outcome_unknown`, its delivery
    /// `issuing`, and the upload is queued. `Stale` when it is not refused any more, or the order moved on.
    async fn upload_again(&self, invoice: &InvoiceId, actor: &Actor) -> Result<(), StoreError>;
}
