//! A closed month of a seller's books.

use super::{
    parts::{Badge, Moment},
    shell::Shell,
};
use askama::Template;
use fapiao_domain::money::Fen;

/// `/admin/sellers/{id}/closings/{month}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/closing.html")]
pub struct ClosingPage {
    /// The frame.
    pub shell: Shell,
    /// The seller's legal name.
    pub seller: String,
    /// `yyyy-mm`.
    pub month: String,
    /// The month's ledger.
    pub ledger_href: String,
    /// Who closed it and when.
    pub said: String,
    /// SHA-256 of its invoices as they were.
    pub snapshot: String,
    /// Counts and amounts then, now, and how far apart they are.
    pub rows: Vec<SumLine>,
    /// What changed since.
    pub changes: Vec<ChangeLine>,
    /// How many changed and how many are listed, where not all are.
    pub most: Option<String>,
    /// The reports that were kept.
    pub files: Vec<KeptFile>,
    /// Where it is opened again; `None` for who may not.
    pub open_action: Option<String>,
}

/// A month's invoices in figures.
#[derive(Clone, Debug)]
pub struct SumLine {
    /// When.
    pub label: &'static str,
    /// Invoices, grouped.
    pub invoices: String,
    /// Net, tax and gross.
    pub sums: [Fen; 3],
}

/// An invoice that is not as it was.
#[derive(Clone, Debug)]
pub struct ChangeLine {
    /// The invoice.
    pub href: String,
    /// Its number.
    pub number: String,
    /// When it was issued.
    pub at: Moment,
    /// What changed.
    pub change: Badge,
    /// State and gross when the month was closed.
    pub then: Option<(Badge, Fen)>,
    /// And now.
    pub now: Option<(Badge, Fen)>,
}

/// A report that was kept.
#[derive(Clone, Debug)]
pub struct KeptFile {
    /// Its name, such as `ledger.xlsx`.
    pub name: String,
    /// Which report.
    pub label: &'static str,
    /// Where it is.
    pub href: String,
    /// Its size, for people.
    pub size: String,
}
