//! Orders and deliveries.

use super::SealedDocument;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    delivery::{Channel, DeliveryState, PageType},
    face::DifferenceTax,
    ids::{AccountId, DeliveryId, Id, InvoiceId, OrderId, SellerId, StoreId},
    line::{LineKind, OrderLine},
    money::Fen,
    order::OrderState,
    party::TitleKind,
    special::AskedKind,
    title::RawTitle,
    totals::Totals,
};
use rust_decimal::Decimal;

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
    /// What was given back of it since, with tax.
    pub refunded: Fen,
    /// SHA-256 of what was ordered: tells a repetition from a different order under the same number.
    pub fingerprint: String,
    /// Free remark for the invoice.
    pub remark: String,
    /// How it was paid, where the shop told us.
    pub payment: Option<Payment>,
    /// Difference tax (差额征税), where it is sold that way.
    pub difference: Option<DifferenceTax>,
    /// Whether an ordinary or a special invoice is asked for.
    pub asked: AskedKind,
}

/// A payment (支付) as the shop knows it: what finds the order when a buyer asks for the invoice on the payment's receipt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payment {
    /// `wechat`, `alipay`, `cash` …; lower-case letters, digits and `_`.
    pub channel: String,
    /// The payment service's number, may be empty.
    pub transaction_no: String,
    /// The shop's number towards the payment service, may be empty.
    pub trade_no: String,
}

/// What one of several invoices of an order states (拆分开票), fixed when its delivery is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderPart {
    /// Which, from 1.
    pub no: u32,
    /// Of how many, when it was made.
    pub of: u32,
    /// Its sums.
    pub totals: Totals,
    /// Its lines in order.
    pub lines: Vec<PartLine>,
}

/// A line of a part: all of a computed line of the order, or some of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartLine {
    /// Number of the order's computed line; for a discount that of its line.
    pub source: u32,
    /// Its part in a discount pair.
    pub kind: LineKind,
    /// Quantity; `None` on discounts and where the cut leaves none.
    pub quantity: Option<Decimal>,
    /// Net unit price, with the quantity.
    pub unit_price: Option<Decimal>,
    /// Net amount.
    pub amount: Fen,
    /// Tax.
    pub tax: Fen,
}

/// One attempt to bring one invoice to one buyer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id, known to WeChat as the order id unless `wechat_order_id` says otherwise.
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
    /// Until when the invoice is promised, from the agreement on: the account's contact time-out.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was noted that the promise was broken.
    pub overdue_at: Option<DateTime<Utc>>,
    /// Where a refused buyer reads on or asks again, may be empty.
    pub refusal_url: String,
    /// WeChat's own order id, for a delivery that began on a payment receipt (支付后开票).
    pub wechat_order_id: Option<String>,
    /// The title as the buyer typed it.
    pub raw_title: Option<RawTitleRecord>,
    /// Which part of the order it brings, where the order becomes several invoices.
    pub part: Option<OrderPart>,
    /// The invoice, once drafted.
    pub invoice: Option<InvoiceId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Row version.
    pub version: i64,
}

impl RawTitleRecord {
    /// As the rules of titles read it.
    pub fn as_typed(&self) -> RawTitle {
        RawTitle {
            kind: Some(match (self.organisation, self.no_number) {
                (true, true) => TitleKind::NoNumber,
                (true, false) => TitleKind::Organisation,
                (false, _) => TitleKind::Person,
            }),
            name: self.name.clone(),
            tax_number: self.tax_number.clone(),
            address: self.address.clone(),
            phone: self.phone.clone(),
            bank: self.bank.clone(),
            bank_account: self.bank_account.clone(),
            email: self.email.clone(),
        }
    }
}

impl Delivery {
    /// Whether this one was made instead of an older one of the same order that failed: it has the same part, one of the two
    /// is of the whole order, or the order is divided into fewer parts by now.
    pub fn replaces(&self, older: &Delivery) -> bool {
        self.order == older.order
            && self.id.as_str() > older.id.as_str()
            && match (&self.part, &older.part) {
                (Some(new), Some(old)) => new.no == old.no || new.of < old.no,
                _ => true,
            }
    }

    /// Whether it is in a wallet, or still on its way to one.
    pub fn is_bringing(&self) -> bool {
        self.state == DeliveryState::Carded || !self.state.is_final()
    }

    /// The id under which WeChat knows it.
    pub fn order_id_at_wechat(&self) -> &str {
        self.wechat_order_id
            .as_deref()
            .unwrap_or_else(|| self.id.as_str())
    }

    /// Whether WeChat has confirmed the buyer's agreement and nothing ended it since.
    pub fn has_agreed(&self) -> bool {
        matches!(
            self.state,
            DeliveryState::Authorised
                | DeliveryState::Issuing
                | DeliveryState::Failed
                | DeliveryState::Carded
        )
    }

    /// Whether its invoice is issued before the buyer comes: WeChat's page only hands it over.
    pub fn issues_first(&self) -> bool {
        self.page == PageType::Collect
    }
}

/// The title as WeChat handed it over, before any check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawTitleRecord {
    /// Whether the buyer filled in the organisation page.
    pub organisation: bool,
    /// An organisation that has no tax number, by explicit choice.
    pub no_number: bool,
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
    /// What was filled into the merchant's own fields: name and value, in the page's order.
    pub own: Vec<(String, String)>,
    /// A person in the back-office accepts it as it is, and why; empty otherwise.
    pub override_reason: String,
    /// The document of a natural person, if one was told.
    pub document: Option<SealedDocument>,
}
