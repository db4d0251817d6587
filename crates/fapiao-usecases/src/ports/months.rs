//! Months as they were compared with the tax side, and windows staff were told of.

use super::tax_gateway::MonthFigures;
use crate::{actor::Actor, errors::StoreError, records::Staff};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    ids::{InvoiceId, SellerId},
    invoice::InvoiceState,
    money::Fen,
};
use serde::{Deserialize, Serialize};

/// Where a month stands with us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MonthState {
    /// Compared: both sides say the same.
    Matches,
    /// Compared: they differ, and each difference is listed.
    Differs,
    /// Confirmed by us at the tax side.
    Confirmed,
    /// The tax side summed it by itself on the 13th.
    Closed,
    /// The tax side could not be asked.
    Unasked,
}

impl MonthState {
    /// All of them.
    pub const ALL: [MonthState; 5] = [
        Self::Matches,
        Self::Differs,
        Self::Confirmed,
        Self::Closed,
        Self::Unasked,
    ];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Matches => "matches",
            Self::Differs => "differs",
            Self::Confirmed => "confirmed",
            Self::Closed => "closed",
            Self::Unasked => "unasked",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<MonthState> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// Whether nothing is left to be done.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Confirmed | Self::Closed)
    }
}

/// What kind of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// Issued by us in this month; the tax side does not have it there.
    MissingThere,
    /// The tax side has it; here its answer never arrived.
    UnsettledHere,
    /// Its number is taken and neither side has it as issued: it has to be uploaded before the month closes.
    OpenHere,
    /// The tax side has it; this ledger does not.
    MissingHere,
    /// Both have it, over different amounts.
    AmountDiffers,
    /// Both have it, in different states.
    StateDiffers,
    /// What is left of the difference when every invoice was looked at: issued for this tax number elsewhere.
    Remainder,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthDifference {
    /// Which kind.
    pub kind: DifferenceKind,
    /// The invoice in this ledger, or empty.
    pub invoice: String,
    /// Code of the older form, or empty.
    pub code: String,
    /// Number; empty for a remainder.
    pub number: String,
    /// Issue time, Unix milliseconds; 0 where none is known.
    pub issued_at: i64,
    /// Net and tax here, fen.
    pub here: Option<(i64, i64)>,
    /// Net and tax there, fen.
    pub there: Option<(i64, i64)>,
    /// Where it stands there, where that is the difference; else empty.
    #[serde(default)]
    pub said: String,
}

/// A month of a seller as it was compared last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthCheck {
    /// Whose.
    pub seller: SellerId,
    /// `yyyy-mm`.
    pub month: String,
    /// Where it stands.
    pub state: MonthState,
    /// By this ledger.
    pub ours: MonthFigures,
    /// By the tax side; `None` when it could not be asked.
    pub theirs: Option<MonthFigures>,
    /// Why they differ: the first of them, and what remains beyond all of them.
    pub differences: Vec<MonthDifference>,
    /// How many more there are.
    pub more: i64,
    /// The same, kind by kind; empty for a comparison of an earlier version.
    pub more_of: Vec<(DifferenceKind, i64)>,
    /// Why the tax side could not be asked; empty otherwise.
    pub trouble: String,
    /// When they were compared.
    pub checked_at: Option<DateTime<Utc>>,
    /// When it was confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// By whom, as the audit chain names them.
    pub confirmed_by: String,
    /// Counts comparisons, confirmations and withdrawals of this month; 0 before the first.
    pub version: i64,
}

/// An invoice of a month, as far as totals go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthRow {
    /// Which.
    pub id: InvoiceId,
    /// Code of the older form, or empty.
    pub code: String,
    /// Number.
    pub number: String,
    /// Where it stands.
    pub state: InvoiceState,
    /// Net.
    pub amount: Fen,
    /// Tax.
    pub tax: Fen,
    /// Whether it takes another one back.
    pub red: bool,
    /// Issue time.
    pub issued_at: DateTime<Utc>,
}

/// A window of the tax side that closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowMark {
    /// `upload`, `result` or `month`.
    pub kind: String,
    /// Invoice, or seller and month.
    pub subject: String,
    /// `late`, `stopped`, `over`, `due`, `last`.
    pub stage: String,
    /// Whose.
    pub seller: SellerId,
    /// Which mail tells of it.
    pub batch: String,
    /// When it was noticed.
    pub at: DateTime<Utc>,
}

/// An invoice that the tax side has not decided on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndecidedInvoice {
    /// Which.
    pub id: InvoiceId,
    /// Whose.
    pub seller: SellerId,
    /// Since when its 48 hours run: the issue time, or the first question to a gateway.
    pub since: DateTime<Utc>,
    /// When it was handed over last.
    pub uploaded_at: Option<DateTime<Utc>>,
    /// Where it stands.
    pub state: InvoiceState,
}

/// Months and windows in storage.
#[async_trait]
pub trait MonthBooks: Send + Sync {
    /// What a seller issued between two moments.
    async fn month_figures(
        &self,
        seller: &SellerId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<MonthFigures, StoreError>;

    /// Invoices of a seller whose number carries an issue time between two moments: issued or not, undecided ones first.
    async fn month_rows(
        &self,
        seller: &SellerId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<MonthRow>, StoreError>;

    /// Stores a comparison in the place of the one whose version it carries. Who confirmed stays. One that was overtaken
    /// by another comparison, or by a confirmation, is dropped: what it saw is no longer so.
    async fn save_month(&self, check: &MonthCheck) -> Result<(), StoreError>;

    /// Notes that a month was confirmed, or its confirmation taken back.
    async fn note_confirmation(
        &self,
        seller: &SellerId,
        month: &str,
        confirmed: bool,
        actor: &Actor,
    ) -> Result<(), StoreError>;

    /// The comparisons of a seller, newest month first.
    async fn months(&self, seller: &SellerId) -> Result<Vec<MonthCheck>, StoreError>;

    /// The comparison of one month.
    async fn month(&self, seller: &SellerId, month: &str)
    -> Result<Option<MonthCheck>, StoreError>;

    /// Where a month stands and when it was compared, without its differences.
    async fn month_standing(
        &self,
        seller: &SellerId,
        month: &str,
    ) -> Result<Option<(MonthState, Option<DateTime<Utc>>)>, StoreError>;

    /// Invoices that the tax side has not decided on and that began before a moment, oldest first.
    async fn undecided_invoices(
        &self,
        before: DateTime<Utc>,
    ) -> Result<Vec<UndecidedInvoice>, StoreError>;

    /// Marks windows; those marked before stay as they are. Queues a mail to each of `to` for every batch with a new
    /// mark. How many were new.
    async fn mark_windows(&self, marks: Vec<WindowMark>, to: &[Staff]) -> Result<u64, StoreError>;

    /// The marks of a batch.
    async fn marks_of(&self, batch: &str) -> Result<Vec<WindowMark>, StoreError>;

    /// The first day of the month in which a seller's first invoice was issued; `None` before it.
    async fn first_issue(&self, seller: &SellerId) -> Result<Option<DateTime<Utc>>, StoreError>;
}
