//! Runs of the comparison with WeChat, and what they found.

use chrono::{DateTime, Utc};
use fapiao_domain::ids::{OrderId, ReconciliationId};

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReconciliationRun {
    /// Its id.
    pub id: ReconciliationId,
    /// `nightly`, `staff` or `cli`.
    pub cause: String,
    /// Whether it ended.
    pub done: bool,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// What was asked about last: a delivery, or a request from a payment receipt.
    pub place: String,
    /// How many WeChat was asked about.
    pub asked: i64,
    /// For how many it gave no answer.
    pub unanswered: i64,
    /// The last trouble in words; empty without.
    pub trouble: String,
    /// How many differences it found.
    pub found: i64,
    /// How many of them nobody has taken care of.
    pub open: i64,
}

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DifferenceKind {
    /// WeChat has the buyer's agreement, we do not.
    AuthorisedThere,
    /// WeChat has the buyer's agreement, we refused and WeChat was not told.
    RefusedHere,
    /// We have the buyer's agreement, WeChat says that the delivery was refused.
    RejectedThere,
    /// We have the buyer's agreement, WeChat does not.
    NotAuthorisedThere,
    /// A buyer agreed to a delivery we do not have.
    UnknownHere,
    /// Issued, and nobody brings it to a wallet.
    NoCard,
    /// In the wallet, but its code was lost.
    CodeUnknown,
    /// In the wallet as far as we know, and WeChat has no agreement that a card could have come from.
    CardOnlyHere,
}

impl DifferenceKind {
    /// All of them.
    pub const ALL: [DifferenceKind; 8] = [
        Self::AuthorisedThere,
        Self::RefusedHere,
        Self::RejectedThere,
        Self::NotAuthorisedThere,
        Self::UnknownHere,
        Self::NoCard,
        Self::CodeUnknown,
        Self::CardOnlyHere,
    ];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorisedThere => "authorised_there",
            Self::RefusedHere => "refused_here",
            Self::RejectedThere => "rejected_there",
            Self::NotAuthorisedThere => "not_authorised_there",
            Self::UnknownHere => "unknown_here",
            Self::NoCard => "no_card",
            Self::CodeUnknown => "code_unknown",
            Self::CardOnlyHere => "card_only_here",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<DifferenceKind> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// A delivery's id, that of a request from a payment receipt, or a push's for [`DifferenceKind::UnknownHere`].
    pub subject: String,
    /// What differs.
    pub kind: DifferenceKind,
    /// The order, if we have it.
    pub order: Option<OrderId>,
    /// How it stands here.
    pub here: String,
    /// How it stands at WeChat; empty when WeChat cannot be asked.
    pub there: String,
    /// When it was taken care of.
    pub fixed_at: Option<DateTime<Utc>>,
    /// By whom, as in the audit chain; empty while open.
    pub fixed_by: String,
}
