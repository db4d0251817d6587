//! Reports for finance, read and taken away.

use super::{
    findings::{FindingBody, FindingsPart},
    parts::{Badge, Choice, Empty, Pager, When},
    shell::Shell,
};
use askama::Template;
use fapiao_domain::money::Fen;

/// `/admin/reports/{report}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/reports.html")]
pub struct ReportPage {
    /// The frame.
    pub shell: Shell,
    /// `ledger`, `vat`, `reconciliation` or `vouchers`.
    pub report: &'static str,
    /// The month, `yyyy-mm`.
    pub month: String,
    /// Sellers to choose from, the first for all.
    pub sellers: Vec<Choice>,
    /// The chosen seller's id, or empty.
    pub seller: String,
    /// The other reports of the same month.
    pub tabs: Vec<(String, &'static str, bool)>,
    /// Query of this report's files.
    pub query: String,
    /// Seller, period, maker and time: what a printed report carries.
    pub header: String,
    /// Where the seller's mapping of vouchers is; `None` where none is chosen.
    pub mapping_href: Option<String>,
    /// How the month stands; `None` where no seller is chosen.
    pub closing: Option<ClosingPart>,
    /// Whether the month can be closed once a seller is chosen.
    pub choose_seller: bool,
    /// Whether the month's evidence may be taken.
    pub may_take_evidence: bool,
    /// Whether a seller must be chosen before files are made of it.
    pub wants_seller: bool,
    /// What it shows.
    pub body: Body,
}

/// A seller's month that is closed, or may be.
#[derive(Clone, Debug)]
pub struct ClosingPart {
    /// Where the closing is, or where the month is closed.
    pub href: String,
    /// Who closed it, when, and the snapshot's name; whether it still comes to the same. `None` where it is open.
    pub closed: Option<(String, Badge)>,
}

/// What a report shows.
#[derive(Clone, Debug)]
pub enum Body {
    /// Invoices.
    Ledger(LedgerBody),
    /// The VAT.
    Vat(Box<VatBody>),
    /// Orders beside invoices, and everything else that is compared.
    Matches(Box<MatchBody>),
    /// One kind of finding.
    Findings(FindingBody),
    /// Vouchers.
    Vouchers(VoucherBody),
}

/// The VAT of a month.
#[derive(Clone, Debug)]
pub struct VatBody {
    /// Its rows.
    pub rows: Vec<VatLine>,
    /// Their sum.
    pub sum: VatLine,
    /// From there to the month totals; empty for who sees one store only.
    pub agreement: Vec<AgreementLine>,
    /// The page of month totals, for who may see it.
    pub months_href: Option<String>,
}

/// A line from the VAT to the month totals.
#[derive(Clone, Debug)]
pub struct AgreementLine {
    /// What it says.
    pub words: &'static str,
    /// `sum`, `part`, or empty for what leads from one sum to the next.
    pub class: &'static str,
    /// How many invoices; empty where they cannot be counted.
    pub count: String,
    /// Net.
    pub net: Fen,
    /// Tax.
    pub tax: Fen,
    /// Gross.
    pub gross: Fen,
}

/// The vouchers of a month.
#[derive(Clone, Debug)]
pub struct VoucherBody {
    /// This page's entries.
    pub rows: Vec<EntryLine>,
    /// Debit and credit of this page.
    pub sums: [Fen; 2],
    /// Pages.
    pub pager: Pager,
}

/// An entry of a voucher.
#[derive(Clone, Debug)]
pub struct EntryLine {
    /// The invoice's page.
    pub href: String,
    /// When the invoice was issued.
    pub at: When,
    /// What it is about.
    pub summary: String,
    /// Code and name of the account.
    pub account: (String, String),
    /// Debit.
    pub debit: Option<Fen>,
    /// Credit.
    pub credit: Option<Fen>,
}

/// The invoices of a month.
#[derive(Clone, Debug)]
pub struct LedgerBody {
    /// How many the month has.
    pub count: i64,
    /// Net, tax and gross of the month.
    pub sums: [Fen; 3],
    /// Net, tax and gross of this page.
    pub page_sums: [Fen; 3],
    /// This page's rows.
    pub rows: Vec<LedgerLine>,
    /// Pages.
    pub pager: Pager,
}

/// An invoice of the ledger.
#[derive(Clone, Debug)]
pub struct LedgerLine {
    /// Its page.
    pub href: String,
    /// Number, grouped.
    pub number: String,
    /// Buyer.
    pub buyer: String,
    /// The shop's order number.
    pub order_no: String,
    /// When it was issued.
    pub at: When,
    /// Net.
    pub amount: Fen,
    /// Tax.
    pub tax: Fen,
    /// Gross.
    pub total: Fen,
    /// State in the ledger's words.
    pub state: Badge,
}

/// A row of the VAT.
#[derive(Clone, Debug)]
pub struct VatLine {
    /// Rate in words.
    pub rate: String,
    /// Goods or services.
    pub subject: &'static str,
    /// How it was invoiced.
    pub how: &'static str,
    /// Blue: count, net, tax.
    pub blue: (String, Fen, Fen),
    /// Red: count, net, tax.
    pub red: (String, Fen, Fen),
}

impl VatLine {
    fn net(&self) -> Fen {
        self.blue.1 + self.red.1
    }

    fn tax(&self) -> Fen {
        self.blue.2 + self.red.2
    }
}

/// Orders beside invoices.
#[derive(Clone, Debug)]
pub struct MatchBody {
    /// The buckets.
    pub buckets: Vec<BucketLine>,
    /// This page's orders.
    pub rows: Vec<MatchLine>,
    /// Pages.
    pub pager: Pager,
    /// Segments of numbers; empty for who may not see the whole company.
    pub segments: Vec<SegmentLine>,
    /// Orders by how they were paid.
    pub payments: Vec<PaymentLine>,
    /// Payments that do not match, the oldest.
    pub payment_faults: Vec<PaymentFaultLine>,
    /// Numbers by what the tax authority said.
    pub tax_side: Vec<(Badge, i64, Fen)>,
    /// Numbers that the tax authority has not confirmed, the oldest.
    pub unconfirmed: Vec<UnconfirmedLine>,
    /// What was found; `None` while one result of the orders is looked at.
    pub findings: Option<FindingsPart>,
}

/// Orders of one payment channel.
#[derive(Clone, Debug)]
pub struct PaymentLine {
    /// The channel in words.
    pub channel: String,
    /// How many.
    pub orders: i64,
    /// Sold, gross.
    pub sold: Fen,
    /// Without a number of the payment.
    pub without_number: i64,
    /// With a number that another order has too.
    pub repeated: i64,
}

/// A payment that does not match.
#[derive(Clone, Debug)]
pub struct PaymentFaultLine {
    /// The order's page.
    pub href: String,
    /// The shop's number.
    pub order_no: String,
    /// When it was sold.
    pub at: When,
    /// Sold, gross.
    pub sold: Fen,
    /// The channel in words.
    pub channel: String,
    /// The payment's number.
    pub number: String,
    /// What is wrong.
    pub fault: Badge,
}

/// A number that only we have.
#[derive(Clone, Debug)]
pub struct UnconfirmedLine {
    /// The invoice's page.
    pub href: String,
    /// Its number, grouped.
    pub number: String,
    /// The shop's order number.
    pub order_no: String,
    /// Gross.
    pub total: Fen,
    /// Where it stands.
    pub state: Badge,
    /// What the tax authority said.
    pub reason: String,
}

/// How many orders compare in one way.
#[derive(Clone, Debug)]
pub struct BucketLine {
    /// The word.
    pub result: Badge,
    /// Only these.
    pub href: String,
    /// Whether only these are shown.
    pub current: bool,
    /// How many.
    pub count: i64,
    /// Sold, gross.
    pub sold: Fen,
    /// Invoiced, gross.
    pub invoiced: Fen,
    /// The difference.
    pub apart: Fen,
}

/// An order beside its invoices.
#[derive(Clone, Debug)]
pub struct MatchLine {
    /// The order's page.
    pub href: String,
    /// The shop's number.
    pub order_no: String,
    /// When it was sold.
    pub at: When,
    /// Sold, gross.
    pub sold: Fen,
    /// Invoiced, gross.
    pub invoiced: Fen,
    /// The difference.
    pub apart: Fen,
    /// Numbers of its invoices.
    pub numbers: String,
    /// How they compare.
    pub result: Badge,
    /// Everything was taken back but the card is alive.
    pub card_outlives: bool,
}

/// A segment of numbers compared with invoices.
#[derive(Clone, Debug)]
pub struct SegmentLine {
    /// First and last number.
    pub range: (String, String),
    /// Taken from it.
    pub taken: i64,
    /// Held by invoices.
    pub held: i64,
    /// Of these not issued.
    pub open: i64,
    /// Left.
    pub rest: i64,
}

impl ReportPage {
    fn file(&self, ending: &str) -> String {
        format!("/admin/reports/{}.{ending}{}", self.report, self.query)
    }

    /// The second file of vouchers: programs take one table from a file.
    fn sales_file(&self) -> Option<String> {
        let is_vouchers = matches!(self.body, Body::Vouchers(_));
        is_vouchers.then(|| format!("/admin/reports/sales.csv{}", self.query))
    }

    fn empty_ledger(&self) -> Empty {
        let t = &self.shell.t.report;
        Empty::new(t.none, t.none_why, None)
    }

    fn empty_matches(&self) -> Empty {
        let t = &self.shell.t.report;
        Empty::new(t.no_orders, t.no_orders_why, None)
    }
}
