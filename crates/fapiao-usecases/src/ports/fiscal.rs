//! Fiscal e-bills: their rows, and WeChat's calls about them.

use super::{InsertedCard, Page};
use crate::{
    actor::Actor,
    errors::{OutsideError, StoreError},
    jobs::QueuedJob,
    records::{Account, AuditEntry, Bill, BillDelivery, FiscalUnit},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{BillDeliveryId, BillId, FiscalUnitId},
    money::Fen,
};
use serde_json::Value;

/// Which bills.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BillFilter {
    /// Of this unit.
    pub unit: Option<FiscalUnitId>,
    /// Whose latest delivery stands here.
    pub state: Option<DeliveryState>,
    /// Void ones only, or no void ones.
    pub void: Option<bool>,
    /// A piece of the payer's name, the number from its beginning, or code and number in one.
    pub text: String,
}

/// A bill in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillRow {
    /// The bill.
    pub bill: Bill,
    /// Its latest delivery.
    pub delivery: BillDelivery,
}

/// What is written in one transaction about one bill: rows of version 0 are inserted, others updated where their version
/// still stands, which rises by one.
#[derive(Clone, Debug, PartialEq)]
pub struct BillWrite {
    /// The bill the line of the timeline belongs to.
    pub id: BillId,
    /// The bill, new or changed.
    pub bill: Option<Bill>,
    /// Deliveries, new or changed.
    pub deliveries: Vec<BillDelivery>,
    /// What follows.
    pub then: Vec<QueuedJob>,
    /// Who.
    pub actor: Actor,
    /// What happened: `bill.accepted`, `bill.page_opened`, …
    pub action: &'static str,
    /// Facts for the timeline.
    pub note: Value,
}

/// The rows of fiscal bills.
#[async_trait]
pub trait FiscalBills: Send + Sync {
    /// All units, by name.
    async fn fiscal_units(&self) -> Result<Vec<FiscalUnit>, StoreError>;

    /// A unit.
    async fn fiscal_unit(&self, id: &FiscalUnitId) -> Result<Option<FiscalUnit>, StoreError>;

    /// A unit by its code.
    async fn fiscal_unit_by_code(&self, code: &str) -> Result<Option<FiscalUnit>, StoreError>;

    /// How many deliveries of a unit's bills go on under the bureau that their payers agreed to.
    async fn open_bill_deliveries(&self, unit: &FiscalUnitId) -> Result<u32, StoreError>;

    /// Deliveries of a unit whose card waits to be asked for, at most 1,000: the unit's template may be what they wait for.
    async fn cards_to_ask_for(
        &self,
        unit: &FiscalUnitId,
    ) -> Result<Vec<BillDeliveryId>, StoreError>;

    /// Inserts (version 0) or changes a unit. `Stale` when it was changed since, or gets another bureau while deliveries go
    /// on under the one before; `Exists` when another has its code.
    async fn save_fiscal_unit(
        &self,
        unit: &FiscalUnit,
        then: Vec<QueuedJob>,
        actor: &Actor,
        action: &'static str,
        note: Value,
    ) -> Result<(), StoreError>;

    /// Writes what happened to a bill. `Stale` when a row was changed since, `Exists` when another bill has this code and
    /// number, or another delivery this link.
    async fn write_bill(&self, write: BillWrite) -> Result<(), StoreError>;

    /// A bill.
    async fn bill(&self, id: &BillId) -> Result<Option<Bill>, StoreError>;

    /// A bill by code and number.
    async fn bill_by_number(&self, code: &str, number: &str) -> Result<Option<Bill>, StoreError>;

    /// Bills, the newest first.
    async fn bills(
        &self,
        filter: &BillFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<BillRow>, StoreError>;

    /// Deliveries of a bill, the newest first.
    async fn bill_deliveries(&self, bill: &BillId) -> Result<Vec<BillDelivery>, StoreError>;

    /// A delivery.
    async fn bill_delivery(&self, id: &BillDeliveryId) -> Result<Option<BillDelivery>, StoreError>;

    /// A delivery by the code of its link.
    async fn bill_delivery_by_code(&self, code: &str) -> Result<Option<BillDelivery>, StoreError>;

    /// A delivery by its card.
    async fn bill_delivery_by_card(
        &self,
        template: &str,
        code: &str,
    ) -> Result<Option<BillDelivery>, StoreError>;

    /// Deliveries whose card of this template is being inserted, or has lost its code.
    async fn bill_cards_without_code(
        &self,
        template: &str,
    ) -> Result<Vec<BillDelivery>, StoreError>;

    /// Waits until something of a bill changes in this process or `millis` pass. A hint: read the row afterwards.
    async fn bill_changed(&self, id: &BillId, millis: u64);

    /// What happened to a bill, in order.
    async fn bill_timeline(&self, bill: &BillId) -> Result<Vec<AuditEntry>, StoreError>;

    /// Deliveries whose payer was waited for until before this moment, at most so many: to be ended.
    async fn overdue_bill_deliveries(
        &self,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<BillDelivery>, StoreError>;

    /// Deliveries made at or after `since` whose payers WeChat may know more of than we do, by id after `place`; those with
    /// a card in the wallet only when they were agreed to at or after `carded_since`.
    async fn bill_deliveries_to_compare(
        &self,
        place: &str,
        since: DateTime<Utc>,
        carded_since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<BillDelivery>, StoreError>;
}

/// A page to ask WeChat for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillPage {
    /// Our id of the delivery.
    pub order_id: String,
    /// The bureau's platform id.
    pub platform_id: String,
    /// What was paid.
    pub amount: Fen,
    /// For an app; for a page in WeChat otherwise.
    pub for_app: bool,
    /// Where the payer goes afterwards; may be empty, unused for apps.
    pub return_url: String,
}

/// A bill to insert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillInsert {
    /// What WeChat knows as the order id.
    pub order_id: String,
    /// The unit's template.
    pub card_id: String,
    /// The app id the page was asked with.
    pub requesting_app_id: String,
    /// The bill.
    pub bill: Bill,
    /// Handle of the uploaded PDF.
    pub media: String,
}

/// WeChat's own calls about fiscal bills; the others are shared with invoices.
#[async_trait]
pub trait WechatFiscal: Send + Sync {
    /// Collecting unit: a fresh page on which the payer agrees. Its address.
    async fn bill_page(&self, account: &Account, page: &BillPage) -> Result<String, OutsideError>;
    /// Bureau: makes a card template; **not** repeatable: each call makes another one.
    async fn create_bill_template(
        &self,
        account: &Account,
        logo_url: &str,
        payee: &str,
    ) -> Result<String, OutsideError>;
    /// Bureau: puts the card into the wallet. `AlreadyDone` when WeChat says the delivery has its card.
    async fn insert_bill(
        &self,
        account: &Account,
        insert: &BillInsert,
    ) -> Result<InsertedCard, OutsideError>;
}
