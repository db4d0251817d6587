//! What the reconciliation found: the overview, one kind's rows, quota and statements.

use super::parts::{Badge, Choice, Empty, Pager, When};
use crate::i18n::Texts;
use fapiao_domain::money::Fen;

/// A kind in the overview.
#[derive(Clone, Debug)]
pub struct FindingLine {
    /// What is compared; empty when the line above says it.
    pub area: &'static str,
    /// The kind.
    pub kind: Badge,
    /// Its rows.
    pub href: String,
    /// How many; `None` when nothing was compared yet.
    pub count: Option<i64>,
    /// What they come to; `None` where there is no amount.
    pub amount: Option<Fen>,
}

/// The rows of a kind.
#[derive(Clone, Debug)]
pub struct FindingBody {
    /// What is compared.
    pub area: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// What to do about them.
    pub next_step: &'static str,
    /// The whole reconciliation.
    pub back: String,
    /// This page's rows.
    pub rows: Vec<FindingItem>,
    /// Pages.
    pub pager: Pager,
    /// On the last page: that the tax side differs in more than is kept and listed; empty when all is there.
    pub unlisted: String,
}

/// One thing that was found.
#[derive(Clone, Debug)]
pub struct FindingItem {
    /// Where it is settled; empty when nothing of ours is behind it.
    pub href: String,
    /// Its number.
    pub number: String,
    /// The shop's order number, or empty.
    pub order_no: String,
    /// When.
    pub at: When,
    /// Our amount.
    pub here: Option<Fen>,
    /// Theirs.
    pub there: Option<Fen>,
    /// What else there is to say.
    pub said: String,
}

impl FindingItem {
    /// Whether an amount is below zero.
    pub fn is_minus(&self, amount: &Option<Fen>) -> bool {
        amount.is_some_and(Fen::is_negative)
    }

    /// What the row is opened by.
    pub fn label(&self) -> &str {
        match (self.number.as_str(), self.order_no.as_str()) {
            ("", "") => "—",
            ("", order_no) => order_no,
            (number, _) => number,
        }
    }
}

impl FindingBody {
    /// What stands there when there are none.
    pub fn empty(&self, t: &Texts) -> Empty {
        Empty::new(t.finding.none, t.finding.none_why, None)
    }
}

/// A seller's quota beside the tax side's word.
#[derive(Clone, Debug)]
pub struct QuotaRow {
    /// Whose.
    pub seller: String,
    /// The limit there.
    pub limit: Option<Fen>,
    /// Downloaded here and there.
    pub granted: (Fen, Option<Fen>),
    /// Spent here and there.
    pub spent: (Fen, Option<Fen>),
    /// Of invoices whose outcome is open.
    pub open: Fen,
    /// Whether they agree.
    pub result: Badge,
    /// When the tax side was asked.
    pub asked: When,
}

/// A statement that was taken.
#[derive(Clone, Debug)]
pub struct StatementRow {
    /// Whose account.
    pub seller: String,
    /// The service.
    pub channel: String,
    /// The file's name.
    pub name: String,
    /// First and last day.
    pub days: (String, String),
    /// Payments in it.
    pub payments: i64,
    /// Refunds in it.
    pub refunds: i64,
    /// When it was taken.
    pub taken: When,
}

/// What stands on the reconciliation beside the lists.
#[derive(Clone, Debug)]
pub struct FindingsPart {
    /// Every kind.
    pub lines: Vec<FindingLine>,
    /// Quota; empty for who may not see the whole company.
    pub quota: Vec<QuotaRow>,
    /// Whether quota is shown at all.
    pub shows_quota: bool,
    /// Statements of the month.
    pub statements: Vec<StatementRow>,
    /// Sellers whose statement may be uploaded; empty for who may not.
    pub sellers: Vec<Choice>,
    /// Payment services.
    pub channels: Vec<Choice>,
    /// Whether this person may compare and upload.
    pub can_act: bool,
}
