//! Invoices asked for on the receipt of a payment (支付后开票).

use super::RawTitleRecord;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{AccountId, ClaimId, DeliveryId, OrderId};

/// Where a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimState {
    /// No order has this payment: a person looks for it, or the order comes later.
    Open,
    /// It became a delivery of its order.
    Matched,
    /// A person decided that it is not ours to invoice.
    Dismissed,
}

impl ClaimState {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Matched => "matched",
            Self::Dismissed => "dismissed",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<ClaimState> {
        [Self::Open, Self::Matched, Self::Dismissed]
            .into_iter()
            .find(|it| it.as_str() == text)
    }
}

/// A buyer asked for an invoice on a payment receipt, and WeChat confirmed it. The order id is WeChat's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentClaim {
    /// Its id.
    pub id: ClaimId,
    /// The account that received the push.
    pub account: AccountId,
    /// The platform id that goes with WeChat's order id.
    pub platform_id: String,
    /// WeChat's order id: the payment's transaction or trade number, as far as is known.
    pub wechat_order_id: String,
    /// The title as the buyer typed it.
    pub raw_title: Option<RawTitleRecord>,
    /// When the buyer agreed.
    pub authorised_at: DateTime<Utc>,
    /// Where it stands.
    pub state: ClaimState,
    /// Why it was not matched, or was dismissed; may be empty.
    pub note: String,
    /// The order it was attached to.
    pub order: Option<OrderId>,
    /// The delivery it became.
    pub delivery: Option<DeliveryId>,
    /// When it arrived.
    pub created_at: DateTime<Utc>,
    /// Row version.
    pub version: i64,
}
