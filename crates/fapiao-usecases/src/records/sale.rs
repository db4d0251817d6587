//! Orders and deliveries.

use chrono::{DateTime, Utc};
use fapiao_domain::{
    delivery::{Channel, DeliveryState, PageType},
    ids::{AccountId, DeliveryId, InvoiceId, OrderId, SellerId, StoreId},
    line::OrderLine,
    order::OrderState,
    totals::Totals,
};

/// What was sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// Who sold.
    pub seller: SellerId,
    /// Where.
    pub store: StoreId,
    /// The shop's own number; unique within the seller.
    pub order_no: String,
    /// When it was sold.
    pub sold_at: DateTime<Utc>,
    /// When we accepted it.
    pub created_at: DateTime<Utc>,
    /// Where it came from: `api`, `csv`, `admin`.
    pub source: String,
    /// Where it stands.
    pub state: OrderState,
    /// Its lines.
    pub lines: Vec<OrderLine>,
    /// What an invoice of it will say.
    pub totals: Totals,
    /// SHA-256 of what was ordered: tells a repetition from a different order under the same number.
    pub fingerprint: String,
    /// Free remark for the invoice.
    pub remark: String,
}

/// One attempt to bring one invoice to one buyer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id, known to WeChat as the order id.
    pub id: DeliveryId,
    /// Which order.
    pub order: OrderId,
    /// Who issues.
    pub seller: SellerId,
    /// The account whose page the buyer sees.
    pub account: AccountId,
    /// Where the buyer meets us.
    pub channel: Channel,
    /// Which page.
    pub page: PageType,
    /// Code of our short link `/o/{code}`.
    pub short_code: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// Why it was refused or failed; empty otherwise.
    pub reason: String,
    /// Where the buyer is sent after WeChat's page, may be empty.
    pub return_url: String,
    /// After this moment an unanswered page expires.
    pub expires_at: DateTime<Utc>,
    /// When WeChat says the buyer agreed.
    pub authorised_at: Option<DateTime<Utc>>,
    /// The title as the buyer typed it.
    pub raw_title: Option<RawTitleRecord>,
    /// The invoice, once drafted.
    pub invoice: Option<InvoiceId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Row version.
    pub version: i64,
}

/// The title as WeChat handed it over, before any check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawTitleRecord {
    /// Whether the buyer filled in the organisation page.
    pub organisation: bool,
    /// Name.
    pub name: String,
    /// Tax number.
    pub tax_number: String,
    /// Address.
    pub address: String,
    /// Telephone.
    pub phone: String,
    /// Bank.
    pub bank: String,
    /// Account number.
    pub bank_account: String,
    /// Mail address.
    pub email: String,
    /// A person in the back-office accepts it as it is, and why; empty otherwise.
    pub override_reason: String,
}
