//! Orders and deliveries.

use crate::{
    actor::Actor,
    errors::StoreError,
    idempotency::{Effect, Idempotency},
    jobs::QueuedJob,
    records::{AuditEntry, Delivery, Order, OrderPart, RawTitleRecord},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    by_rate::RateSum,
    delivery::{Channel, DeliveryState, PageType},
    ids::{AccountId, DeliveryId, InvoiceId, OrderId, SellerId, StoreId},
    money::Fen,
    order::OrderState,
    special::AskedKind,
    totals::Totals,
};
use serde_json::Value;

/// What a caller may see: everything, or one store. Part of every query on behalf of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// One store.
    Store(StoreId),
}

impl Scope {
    /// From a staff member's or key's store.
    pub fn of(store: Option<StoreId>) -> Scope {
        store.map_or(Scope::All, Scope::Store)
    }

    /// Whether a store lies within.
    pub fn covers(&self, store: &StoreId) -> bool {
        match self {
            Scope::All => true,
            Scope::Store(only) => only == store,
        }
    }
}

/// An order to be accepted, wholly decided: the store only writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOrder {
    /// The order.
    pub order: Order,
    /// What its lines come to, rate by rate.
    pub sums: Vec<RateSum>,
    /// What of a discount on the whole order fell to each line; empty without one.
    pub shares: Vec<Fen>,
    /// Deliveries asked for in the same breath: one for each invoice the order becomes.
    pub deliveries: Vec<NewDelivery>,
    /// For callers that may repeat themselves; its body is the answer they get.
    pub idempotency: Option<Idempotency>,
    /// Who.
    pub actor: Actor,
}

/// What became of one order of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// Written now.
    New,
    /// The same request was answered before; this is that answer.
    Replayed {
        /// Status of the first answer.
        status: u16,
        /// Body of the first answer.
        body: String,
    },
    /// The idempotency key was used for another body.
    KeyReused,
    /// The seller has an order of that number. `same` when its fingerprint is the same.
    OrderNoTaken {
        /// That order.
        existing: OrderId,
        /// Whether it says the same.
        same: bool,
    },
}

/// A delivery to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// The account whose page is shown.
    pub account: AccountId,
    /// Where the buyer meets us.
    pub channel: Channel,
    /// Which page.
    pub page: PageType,
    /// Code of the short link.
    pub short_code: String,
    /// Where the buyer goes afterwards, may be empty.
    pub return_url: String,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
    /// The title when it is known already (pages `confirm` and `collect`).
    pub raw_title: Option<RawTitleRecord>,
    /// The issued invoice that is handed over (page `collect` of an order invoiced before).
    pub invoice: Option<InvoiceId>,
    /// Which part of the order it brings, where the order becomes several invoices.
    pub part: Option<OrderPart>,
}

/// What WeChat proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorisation {
    /// When the buyer agreed.
    pub at: DateTime<Utc>,
    /// What the buyer typed; `None` when the title was known before.
    pub raw_title: Option<RawTitleRecord>,
    /// Until when the invoice is promised.
    pub due_at: DateTime<Utc>,
}

/// A change of a delivery's state; refused with `Stale` when the row's version differs.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveryChange {
    /// Which.
    pub id: DeliveryId,
    /// The version that was read.
    pub expected_version: i64,
    /// The state that was read (also in the `WHERE`).
    pub from: DeliveryState,
    /// The new state, decided by the domain.
    pub to: DeliveryState,
    /// Why, for refused and failed ones.
    pub reason: String,
    /// Where a refused buyer reads on; `None` leaves it as it is.
    pub refusal_url: Option<String>,
    /// The proof, when it becomes authorised.
    pub authorisation: Option<Authorisation>,
    /// What follows, in the same transaction.
    pub then: Vec<QueuedJob>,
    /// Who.
    pub actor: Actor,
    /// Facts for the timeline: masked requests and answers.
    pub note: Value,
}

/// Which orders to list. Newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderFilter {
    /// Order number, invoice number, buyer name, tax number or amount (`113.00`); matched from the start.
    pub text: String,
    /// Only this state of the order.
    pub state: Option<OrderState>,
    /// Only orders whose newest delivery stands here.
    pub delivery_state: Option<DeliveryState>,
    /// Only this store.
    pub store: Option<StoreId>,
    /// Accepted at or after.
    pub from: Option<DateTime<Utc>>,
    /// Accepted before.
    pub until: Option<DateTime<Utc>>,
    /// Where the page before ended: the last row's cursor.
    pub after: Option<String>,
    /// At most this many rows, up to 200.
    pub limit: u32,
}

/// A line of the order list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRow {
    /// The order.
    pub id: OrderId,
    /// The shop's number.
    pub order_no: String,
    /// Its store.
    pub store: StoreId,
    /// The store's name.
    pub store_name: String,
    /// When it was accepted.
    pub created_at: DateTime<Utc>,
    /// When it was sold: in this month its tax counts.
    pub sold_at: DateTime<Utc>,
    /// Where the order stands.
    pub state: OrderState,
    /// Where its newest delivery stands.
    pub delivery_state: Option<DeliveryState>,
    /// Gross, net and tax.
    pub totals: Totals,
    /// What was given back of it since, with tax.
    pub refunded: Fen,
    /// The newest invoice's number, or empty.
    pub invoice_number: String,
    /// The newest invoice's buyer, or empty.
    pub buyer: String,
    /// The kind that is asked for.
    pub asked: AskedKind,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Cursor for the next page, if there is one; opaque.
    pub next: Option<String>,
    /// How many rows the filter has in all, counted up to 10,000.
    pub count: u32,
    /// Sum of the gross amounts of the whole filter, where that makes sense.
    pub sum: Option<Fen>,
}

/// Orders and deliveries.
#[async_trait]
pub trait Sales: Send + Sync {
    /// Accepts orders: rows, lines, delivery, idempotency, audit; one commit, an answer per item in order.
    /// Single callers are gathered into sets. Hot.
    async fn accept_orders(&self, orders: Vec<NewOrder>) -> Result<Vec<Accepted>, StoreError>;

    /// The stored answer of a request, by key owner and route, and key.
    async fn answered(&self, scope: &str, key: &str) -> Result<Option<Idempotency>, StoreError>;

    /// One order with its lines, if the scope covers it.
    async fn order(&self, scope: &Scope, id: &OrderId) -> Result<Option<Order>, StoreError>;

    /// One order by the shop's own number.
    async fn order_by_no(
        &self,
        scope: &Scope,
        seller: &SellerId,
        order_no: &str,
    ) -> Result<Option<Order>, StoreError>;

    /// A page of orders.
    async fn orders(
        &self,
        scope: &Scope,
        filter: &OrderFilter,
    ) -> Result<Page<OrderRow>, StoreError>;

    /// The deliveries of an order, oldest first.
    async fn deliveries_of(&self, order: &OrderId) -> Result<Vec<Delivery>, StoreError>;

    /// One delivery, if the scope covers its order.
    async fn delivery(
        &self,
        scope: &Scope,
        id: &DeliveryId,
    ) -> Result<Option<Delivery>, StoreError>;

    /// The delivery behind a short link.
    async fn delivery_by_code(&self, code: &str) -> Result<Option<Delivery>, StoreError>;

    /// The delivery of a seller that WeChat knows under an order id of its own.
    async fn delivery_known_as(
        &self,
        seller: &SellerId,
        wechat_order_id: &str,
    ) -> Result<Option<Delivery>, StoreError>;

    /// Adds deliveries to an order: one to an order that has none under way, or one for each of its parts that has none
    /// (`Exists` otherwise). All or none.
    async fn add_deliveries(
        &self,
        order: &OrderId,
        deliveries: Vec<NewDelivery>,
        idempotency: Option<Idempotency>,
        actor: &Actor,
    ) -> Result<Effect<()>, StoreError>;

    /// Changes a delivery's state with everything that follows. The order's own state follows: `delivering` while a
    /// delivery is under way, `open` again after a refusal, expiry or failure, `invoiced` when carded.
    async fn change_delivery(
        &self,
        change: DeliveryChange,
        idempotency: Option<Idempotency>,
    ) -> Result<Effect<()>, StoreError>;

    /// Stores a title that a person corrected or accepted, and queues `then`.
    async fn correct_title(
        &self,
        id: &DeliveryId,
        expected_version: i64,
        title: RawTitleRecord,
        then: Vec<QueuedJob>,
        actor: &Actor,
    ) -> Result<(), StoreError>;

    /// Expires up to `limit` deliveries that await a buyer and whose deadline passed; returns how many.
    async fn expire_deliveries(&self, now: DateTime<Utc>, limit: u32) -> Result<u32, StoreError>;

    /// Notes up to `limit` broken promises: agreed to, still without an invoice, and past their deadline; returns how
    /// many. Each is noted once.
    async fn note_overdue(&self, now: DateTime<Utc>, limit: u32) -> Result<u32, StoreError>;

    /// The timeline of an order, newest first.
    async fn timeline(&self, order: &OrderId) -> Result<Vec<AuditEntry>, StoreError>;

    /// Waits until something of a delivery changes in this process or `millis` pass. A hint: read the row afterwards.
    async fn delivery_changed(&self, id: &DeliveryId, millis: u64);
}
