//! Reports for finance: the invoice ledger, the month's VAT, what does not match.

use crate::{errors::StoreError, ports::sales::Scope, records::Order};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    card::CardState,
    ids::{InvoiceId, SellerId},
    invoice::{InvoiceKind, InvoiceState},
    money::Fen,
    red::RedReason,
};

/// Which part of the ledger a report is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Only this seller.
    pub seller: Option<SellerId>,
    /// From this moment on, by issue time (or sale time for orders).
    pub from: DateTime<Utc>,
    /// Until just before this moment.
    pub until: DateTime<Utc>,
}

/// An invoice as the ledger lists it (发票台账).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// Its id.
    pub id: InvoiceId,
    /// Code; empty for digital invoices.
    pub code: String,
    /// Number.
    pub number: String,
    /// Kind.
    pub kind: InvoiceKind,
    /// Where it stands.
    pub state: InvoiceState,
    /// Seller's tax number as printed.
    pub seller_tax_number: String,
    /// Seller's name as printed.
    pub seller_name: String,
    /// Buyer's tax number; empty for people.
    pub buyer_tax_number: String,
    /// Buyer's name.
    pub buyer_name: String,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// Net; negative on a red invoice.
    pub amount: Fen,
    /// Tax.
    pub tax: Fen,
    /// Gross.
    pub total: Fen,
    /// Issuing clerk.
    pub drawer: String,
    /// Remark as printed.
    pub remark: String,
    /// The shop's order number.
    pub order_no: String,
    /// Store's code and name.
    pub store: String,
    /// The card's state, if there is one.
    pub card: Option<CardState>,
    /// When the card was asked for.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When it was uploaded to the tax authority last.
    pub uploaded_at: Option<DateTime<Utc>>,
    /// SHA-256 of the PDF; empty before it is made.
    pub pdf_hash: String,
    /// How the order was paid; empty when the shop did not say.
    pub payment_channel: String,
    /// The payment's number.
    pub payment_number: String,
    /// Why it was taken back, on a red invoice.
    pub red_reason: Option<RedReason>,
    /// Which blue invoice a red one takes back: its number, after its code where it has one.
    pub blue_number: String,
    /// The number of the red confirmation form.
    pub confirmation: String,
    /// Whether the seller is a general taxpayer (一般纳税人): as the tax side told it when the invoice was drafted, or,
    /// where it tells none, by the rates the seller may use.
    pub general_taxpayer: bool,
    /// Whether the order was sold in an earlier month (北京时间) than its first invoice was issued.
    pub paid_before: bool,
}

/// A line of an invoice as the line-level ledger lists it (信息汇总表).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// Tax classification code.
    pub tax_code: String,
    /// Name with its short class name, as printed.
    pub name: String,
    /// Specification.
    pub spec: String,
    /// Unit.
    pub unit: String,
    /// Quantity as stored; empty when there is none.
    pub quantity: String,
    /// Net unit price as stored; empty when there is none.
    pub unit_price: String,
    /// Net.
    pub amount: Fen,
    /// Rate as stored.
    pub rate: String,
    /// Whether its policy says that a general taxpayer states it by the simplified method (简易征收).
    pub is_simplified: bool,
    /// Tax.
    pub tax: Fen,
    /// Gross.
    pub gross: Fen,
}

/// Which column of the return a figure belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Issued {
    /// Special invoices (开具增值税专用发票).
    Special,
    /// All other invoices (开具其他发票).
    Ordinary,
    /// Sales without an invoice (未开具发票).
    None,
}

/// One row of the month's VAT (§9.2): a rate, goods or service, and how it was invoiced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VatRow {
    /// Rate as stored.
    pub rate: String,
    /// Services, intangibles and real estate (class codes that begin with 3, 4 or 5), not goods and repair work.
    pub service: bool,
    /// How it was invoiced.
    pub issued: Issued,
    /// Blue invoices with such a line; of [`Issued::None`] the sales that came to have more without an invoice.
    pub blue_count: i64,
    /// Their net.
    pub blue_net: Fen,
    /// Their tax.
    pub blue_tax: Fen,
    /// Red invoices with such a line; of [`Issued::None`] the sales that came to have less without an invoice than an
    /// earlier period told.
    pub red_count: i64,
    /// Their net, negative.
    pub red_net: Fen,
    /// Their tax, negative.
    pub red_tax: Fen,
}

/// How many, and what they come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summed {
    /// Invoices.
    pub count: i64,
    /// Net, in fen.
    pub net: i64,
    /// Tax, in fen.
    pub tax: i64,
}

/// The invoices of a period by their headers, as month totals count them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InvoicedSums {
    /// Blue ones.
    pub blue: Summed,
    /// Red ones that take back what was issued in the period.
    pub red_of_period: Summed,
    /// Red ones that take back what was issued before.
    pub red_of_earlier: Summed,
}

/// Why a sale's part without an invoice may have changed in a period. A sale is found by one of them only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It was sold in the period, and what was invoiced until its end is not what was sold and not given back.
    Sold,
    /// As `Sold`, without those that [`Reports::untouched_sales`] sums.
    Touched,
    /// It came in the period, of a month whose books were closed by then: the first month that can still tell of it.
    Late,
    /// It was sold earlier, and an invoice of it, blue or red, was issued in the period.
    Invoiced,
    /// It was sold earlier, and something was given back in the period; no invoice of it was issued.
    GivenBack,
}

impl Moved {
    /// All that is to be looked at sale by sale, beside [`Reports::untouched_sales`].
    pub const ONE_BY_ONE: [Moved; 4] = [
        Moved::Touched,
        Moved::Late,
        Moved::Invoiced,
        Moved::GivenBack,
    ];
}

/// What took something off the part of a sale that has no invoice, or put it back: the lines of an invoice, or of a
/// refund, of one rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleMove {
    /// When.
    pub at: DateTime<Utc>,
    /// An invoice did, not a refund.
    pub invoiced: bool,
    /// Rate as stored.
    pub rate: String,
    /// As [`VatRow::service`].
    pub service: bool,
    /// Net: negative for a blue invoice and a refund, positive for a red invoice.
    pub net: Fen,
    /// Tax, likewise.
    pub tax: Fen,
}

/// A sale and what became of it until the end of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleBalance {
    /// The sale.
    pub order: Order,
    /// When it counts: when it was sold, or, where that month's books were closed already, when it came.
    pub counts_at: DateTime<Utc>,
    /// Its issued invoices and standing refunds before the period's end.
    pub moves: Vec<SaleMove>,
}

/// How an order and its invoices compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Match {
    /// The invoices come to what was sold.
    Equal,
    /// They differ by at most five fen.
    Rounding,
    /// Less was invoiced than sold.
    Under,
    /// More was invoiced than sold.
    Over,
    /// Nothing was invoiced.
    Missing,
}

impl Match {
    /// All of them.
    pub const ALL: [Match; 5] = [
        Match::Equal,
        Match::Rounding,
        Match::Under,
        Match::Over,
        Match::Missing,
    ];

    /// The name in addresses and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Match::Equal => "equal",
            Match::Rounding => "rounding",
            Match::Under => "under",
            Match::Over => "over",
            Match::Missing => "missing",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Match> {
        Match::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// What two gross sums are to each other; `invoices` counts blue and red ones.
    pub fn of(sold: i64, invoiced: i64, invoices: i64) -> Match {
        match invoiced - sold {
            // Given back wholly before anything was invoiced: nothing is missing.
            _ if invoices == 0 && sold != 0 => Match::Missing,
            0 => Match::Equal,
            apart if (-5..=5).contains(&apart) => Match::Rounding,
            apart if apart < 0 => Match::Under,
            _ => Match::Over,
        }
    }
}

/// An order beside its invoices (§9.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchRow {
    /// The order's id.
    pub order: String,
    /// The shop's number.
    pub order_no: String,
    /// Store's code and name.
    pub store: String,
    /// When it was sold.
    pub sold_at: DateTime<Utc>,
    /// Gross of the order, less what was given back.
    pub sold: Fen,
    /// Gross of its issued invoices, red ones subtracted.
    pub invoiced: Fen,
    /// How many issued invoices there are, red ones included.
    pub invoices: i64,
    /// Numbers of them, joined by spaces.
    pub numbers: String,
    /// How they compare.
    pub result: Match,
    /// The card's state of the newest invoice.
    pub card: Option<CardState>,
    /// An issued red invoice takes everything back while the card still lies in the wallet.
    pub card_outlives: bool,
}

/// How many of a bucket there are and what they come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Orders.
    pub count: i64,
    /// Sold and not given back, gross.
    pub sold: i64,
    /// Invoiced, gross.
    pub invoiced: i64,
}

/// A segment of numbers compared with the invoices that hold numbers of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentMatch {
    /// Seller's short name.
    pub seller: String,
    /// First number.
    pub first: String,
    /// Last number.
    pub last: String,
    /// How many it has.
    pub size: i64,
    /// How many were taken.
    pub taken: i64,
    /// How many invoices hold one.
    pub held: i64,
    /// Of these, those that are not issued: on their way, stopped, or refused.
    pub open: i64,
}

/// Where a page of rows went up to: moment in milliseconds and id.
pub type After = (i64, String);

/// Reads for finance. All of them respect the scope.
#[async_trait]
pub trait Reports: Send + Sync {
    /// Issued invoices of a period by issue time, at most `limit` after a row; and where the next page begins.
    async fn ledger_rows(
        &self,
        scope: &Scope,
        period: &Period,
        after: Option<&After>,
        limit: u32,
    ) -> Result<(Vec<LedgerRow>, Option<After>), StoreError>;

    /// The lines of these invoices, in their order and by line number.
    async fn ledger_lines(&self, invoices: &[InvoiceId]) -> Result<Vec<LedgerLine>, StoreError>;

    /// How many invoices a period has, and their net, tax and gross in fen.
    async fn ledger_sums(
        &self,
        scope: &Scope,
        period: &Period,
    ) -> Result<(i64, [i64; 3]), StoreError>;

    /// The VAT of what was invoiced in a period.
    async fn vat_rows(&self, scope: &Scope, period: &Period) -> Result<Vec<VatRow>, StoreError>;

    /// What was invoiced in a period, by the invoices' own totals.
    async fn invoiced_sums(
        &self,
        scope: &Scope,
        period: &Period,
    ) -> Result<InvoicedSums, StoreError>;

    /// The VAT of what was sold in a period and has neither an invoice nor a refund before its end, without those that
    /// came when its books were closed, and those of former versions, which kept no sums: one sum in the database.
    async fn untouched_sales(
        &self,
        scope: &Scope,
        period: &Period,
    ) -> Result<Vec<VatRow>, StoreError>;

    /// Sales whose part without an invoice may have changed in a period for a reason, in the order of that event.
    async fn moved_sales(
        &self,
        scope: &Scope,
        period: &Period,
        why: Moved,
        after: Option<&After>,
        limit: u32,
    ) -> Result<(Vec<SaleBalance>, Option<After>), StoreError>;

    /// Orders of a period beside their invoices, by sale time; only those of one result, if asked for.
    async fn match_rows(
        &self,
        scope: &Scope,
        period: &Period,
        only: Option<Match>,
        after: Option<&After>,
        limit: u32,
    ) -> Result<(Vec<MatchRow>, Option<After>), StoreError>;

    /// How many orders of a period fall into each result.
    async fn match_buckets(
        &self,
        scope: &Scope,
        period: &Period,
    ) -> Result<Vec<(Match, Bucket)>, StoreError>;

    /// Segments of numbers compared with invoices; only for who may see the whole company.
    async fn segment_matches(&self, period: &Period) -> Result<Vec<SegmentMatch>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::Match;

    #[test]
    fn five_fen_are_rounding_and_six_are_not() {
        assert_eq!(Match::of(11_300, 11_300, 1), Match::Equal);
        assert_eq!(Match::of(11_300, 11_305, 1), Match::Rounding);
        assert_eq!(Match::of(11_300, 11_295, 2), Match::Rounding);
        assert_eq!(Match::of(11_300, 11_306, 1), Match::Over);
        assert_eq!(Match::of(11_300, 11_294, 1), Match::Under);
        assert_eq!(Match::of(11_300, 0, 0), Match::Missing);
        assert_eq!(Match::of(0, 0, 0), Match::Equal);
        // Taken back wholly by a red letter: sold, and nothing of it is invoiced any more.
        assert_eq!(Match::of(11_300, 0, 2), Match::Under);
        for one in Match::ALL {
            assert_eq!(Match::parse(one.as_str()), Some(one));
        }
    }
}
