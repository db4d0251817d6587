//! What the reconciliation finds (对账差异), kind by kind: each can be counted, listed and acted on.

use crate::{
    errors::StoreError,
    ports::{After, Period, Scope},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::money::Fen;

/// What is compared with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Orders with invoices.
    Orders,
    /// Payments with orders.
    Payments,
    /// Our invoices with the tax side's.
    TaxSide,
    /// Invoices with cards in WeChat.
    Cards,
    /// Segments of numbers with the invoices that hold them.
    Numbers,
    /// Our quota ledger with the tax side's.
    Quota,
    /// Month totals with the tax side's.
    Months,
}

/// A kind of difference, or of standing that finance wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finding {
    /// The order was given back wholly, or is not there, and an invoice of it still counts.
    InvoiceWithoutOrder,
    /// The order names a payment channel and no number.
    PaymentUnnamed,
    /// Another order has the same payment number.
    PaymentRepeated,
    /// The statement of the order's day does not have its payment.
    PaymentMissing,
    /// The statement has a payment that no order names.
    PaymentWithoutOrder,
    /// The payment is not what the order came to.
    PaymentAmount,
    /// The service gave more back than the order's refunds say.
    PaymentRefund,
    /// The service kept another fee than its own rate comes to.
    PaymentFee,
    /// Our number, which the tax side has not confirmed.
    OursOnly,
    /// Issued by us; the tax side does not have it in this month.
    MissingThere,
    /// On the tax side, not in this ledger.
    TheirsOnly,
    /// Both have it, over different amounts.
    TaxAmount,
    /// Both have it, in different states.
    TaxState,
    /// Issued, and no card was asked for.
    NotDelivered,
    /// A card was asked for; that it lies in the wallet is not known.
    NotTaken,
    /// An employer reimburses the card at the moment.
    CardLocked,
    /// The card was reimbursed.
    CardClosed,
    /// Taken back by red letters, while the card is alive.
    RedCardAlive,
    /// Numbers were taken from a segment that no invoice holds.
    NumberGap,
    /// A number is held twice, or by an invoice that did not take it from its segment.
    NumberReused,
    /// The quota ledger and the tax side's word differ.
    QuotaDrift,
    /// A month's totals differ.
    MonthDiffers,
}

impl Finding {
    /// All of them, by area.
    pub const ALL: [Finding; 22] = [
        Finding::InvoiceWithoutOrder,
        Finding::PaymentUnnamed,
        Finding::PaymentRepeated,
        Finding::PaymentMissing,
        Finding::PaymentWithoutOrder,
        Finding::PaymentAmount,
        Finding::PaymentRefund,
        Finding::PaymentFee,
        Finding::OursOnly,
        Finding::MissingThere,
        Finding::TheirsOnly,
        Finding::TaxAmount,
        Finding::TaxState,
        Finding::NotDelivered,
        Finding::NotTaken,
        Finding::CardLocked,
        Finding::CardClosed,
        Finding::RedCardAlive,
        Finding::NumberGap,
        Finding::NumberReused,
        Finding::QuotaDrift,
        Finding::MonthDiffers,
    ];

    /// The name in addresses, files and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Finding::InvoiceWithoutOrder => "invoice_without_order",
            Finding::PaymentUnnamed => "payment_unnamed",
            Finding::PaymentRepeated => "payment_repeated",
            Finding::PaymentMissing => "payment_missing",
            Finding::PaymentWithoutOrder => "payment_without_order",
            Finding::PaymentAmount => "payment_amount",
            Finding::PaymentRefund => "payment_refund",
            Finding::PaymentFee => "payment_fee",
            Finding::OursOnly => "ours_only",
            Finding::MissingThere => "missing_there",
            Finding::TheirsOnly => "theirs_only",
            Finding::TaxAmount => "tax_amount",
            Finding::TaxState => "tax_state",
            Finding::NotDelivered => "not_delivered",
            Finding::NotTaken => "not_taken",
            Finding::CardLocked => "card_locked",
            Finding::CardClosed => "card_closed",
            Finding::RedCardAlive => "red_card_alive",
            Finding::NumberGap => "number_gap",
            Finding::NumberReused => "number_reused",
            Finding::QuotaDrift => "quota_drift",
            Finding::MonthDiffers => "month_differs",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Finding> {
        Finding::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// Where it belongs.
    pub const fn area(self) -> Area {
        match self {
            Finding::InvoiceWithoutOrder => Area::Orders,
            Finding::PaymentUnnamed
            | Finding::PaymentRepeated
            | Finding::PaymentMissing
            | Finding::PaymentWithoutOrder
            | Finding::PaymentAmount
            | Finding::PaymentRefund
            | Finding::PaymentFee => Area::Payments,
            Finding::OursOnly
            | Finding::MissingThere
            | Finding::TheirsOnly
            | Finding::TaxAmount
            | Finding::TaxState => Area::TaxSide,
            Finding::NotDelivered
            | Finding::NotTaken
            | Finding::CardLocked
            | Finding::CardClosed
            | Finding::RedCardAlive => Area::Cards,
            Finding::NumberGap | Finding::NumberReused => Area::Numbers,
            Finding::QuotaDrift => Area::Quota,
            Finding::MonthDiffers => Area::Months,
        }
    }

    /// A standing that is as it should be, listed because finance asks for it.
    pub const fn is_in_order(self) -> bool {
        matches!(self, Finding::CardLocked | Finding::CardClosed)
    }

    /// Both sides have an amount and the amounts differ: what counts is by how much.
    pub const fn is_of_amounts(self) -> bool {
        matches!(
            self,
            Finding::PaymentAmount
                | Finding::PaymentRefund
                | Finding::PaymentFee
                | Finding::TaxAmount
                | Finding::QuotaDrift
                | Finding::MonthDiffers
        )
    }

    /// Only for who may see the whole company: what it is about belongs to a seller, not to a store.
    pub const fn is_of_company(self) -> bool {
        matches!(
            self,
            Finding::PaymentWithoutOrder
                | Finding::PaymentFee
                | Finding::MissingThere
                | Finding::TheirsOnly
                | Finding::TaxAmount
                | Finding::TaxState
                | Finding::NumberGap
                | Finding::NumberReused
                | Finding::QuotaDrift
                | Finding::MonthDiffers
        )
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// When it was sold, paid, issued or compared, whichever there is.
    pub at: DateTime<Utc>,
    /// Its place in the list beside the moment.
    pub key: String,
    /// The order's id, or empty.
    pub order: String,
    /// The shop's number of it, or empty.
    pub order_no: String,
    /// The invoice's id, or empty.
    pub invoice: String,
    /// Number of the invoice (with its code), of the payment, or of a range; what the row is known by.
    pub number: String,
    /// Our amount.
    pub here: Option<Fen>,
    /// The other side's.
    pub there: Option<Fen>,
    /// A state's name or a count, where it says more than the amounts.
    pub said: String,
}

/// How many of a kind there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindingCount {
    /// Of which kind.
    pub finding: Finding,
    /// How many.
    pub count: i64,
    /// What they come to, fen: how far both sides are apart where that is what is wrong, else our amounts, or theirs
    /// where we have none.
    pub amount: i64,
}

/// The reconciliation's findings. All of them respect the scope; what is of the company is empty for others.
#[async_trait]
pub trait Findings: Send + Sync {
    /// How many there are of each kind.
    async fn finding_counts(
        &self,
        scope: &Scope,
        period: &Period,
    ) -> Result<Vec<FindingCount>, StoreError>;

    /// Those of one kind, oldest first, at most `limit` after a row; and where the next page begins.
    async fn findings(
        &self,
        scope: &Scope,
        period: &Period,
        finding: Finding,
        after: Option<&After>,
        limit: u32,
    ) -> Result<(Vec<FindingRow>, Option<After>), StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own_and_they_stand_by_area() {
        for one in Finding::ALL {
            assert_eq!(Finding::parse(one.as_str()), Some(one));
        }
        let areas: Vec<Area> = Finding::ALL.iter().map(|it| it.area()).collect();
        assert!(areas.is_sorted(), "{areas:?}");
    }
}
