//! What else is compared: payments with orders, and our numbers with what the tax authority confirmed.

use crate::{
    errors::StoreError,
    ports::{Period, Scope},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{invoice::InvoiceState, money::Fen};

/// Orders of a period by how they were paid (支付渠道).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentBucket {
    /// `wechat`, `alipay`, `cash` …; empty when the shop did not say.
    pub channel: String,
    /// How many orders.
    pub orders: i64,
    /// What they come to, gross fen.
    pub sold: i64,
    /// How many of them say a channel but no number of the payment.
    pub without_number: i64,
    /// How many of them share their payment's number with another order.
    pub repeated: i64,
}

/// What is wrong with an order's payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentFault {
    /// A channel, but no number.
    NoNumber,
    /// Another order has the same number.
    Repeated,
}

/// An order whose payment does not match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRow {
    /// The order's id.
    pub order: String,
    /// The shop's number.
    pub order_no: String,
    /// When it was sold.
    pub sold_at: DateTime<Utc>,
    /// Gross.
    pub sold: Fen,
    /// How it was paid.
    pub channel: String,
    /// The payment service's number; empty when there is none.
    pub transaction_no: String,
    /// The shop's number towards the payment service; empty when there is none.
    pub trade_no: String,
    /// What is wrong.
    pub fault: PaymentFault,
}

/// How far the tax authority has our numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxBucket {
    /// Where these invoices stand.
    pub state: InvoiceState,
    /// Whether they are red ones: their amounts are below zero and are not mixed with the others'.
    pub red: bool,
    /// How many.
    pub count: i64,
    /// Gross fen.
    pub total: i64,
}

/// A number that only we have (仅平台有): taken, and not confirmed by the tax authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxRow {
    /// The invoice's id.
    pub invoice: String,
    /// Its number.
    pub number: String,
    /// The shop's order number.
    pub order_no: String,
    /// When it took the number.
    pub issued_at: Option<DateTime<Utc>>,
    /// When it was sent last.
    pub uploaded_at: Option<DateTime<Utc>>,
    /// Gross.
    pub total: Fen,
    /// Where it stands.
    pub state: InvoiceState,
    /// What the tax authority said, where it refused.
    pub reason: String,
}

/// Comparisons beyond orders and invoices. All of them respect the scope.
#[async_trait]
pub trait Matching: Send + Sync {
    /// Orders sold in a period, by payment channel.
    async fn payment_buckets(
        &self,
        scope: &Scope,
        period: &Period,
    ) -> Result<Vec<PaymentBucket>, StoreError>;

    /// Orders sold in a period whose payment has no number, or one that another order has too; by sale time.
    async fn payment_faults(
        &self,
        scope: &Scope,
        period: &Period,
        limit: u32,
    ) -> Result<Vec<PaymentRow>, StoreError>;

    /// Invoices that took their number in a period, by state.
    async fn tax_buckets(
        &self,
        scope: &Scope,
        period: &Period,
    ) -> Result<Vec<TaxBucket>, StoreError>;

    /// Those of them that the tax authority has not confirmed, oldest first.
    async fn unconfirmed(
        &self,
        scope: &Scope,
        period: &Period,
        limit: u32,
    ) -> Result<Vec<TaxRow>, StoreError>;
}
