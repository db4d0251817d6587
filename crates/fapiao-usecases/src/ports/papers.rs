//! Papers that others made: what a file says, beside what the ledger says.

use crate::{calendar::in_shanghai, records::Invoice};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::NaiveDate;
use fapiao_domain::{invoice::Identity, money::Fen};
use std::fmt;

/// A fact by which a file is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaperFact {
    /// Number, with the code of the older form.
    Number,
    /// Day of issue.
    Date,
    /// Gross amount.
    Total,
}

impl PaperFact {
    /// The name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Date => "date",
            Self::Total => "total",
        }
    }
}

/// What a file has to say to be an invoice's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperWanted {
    /// Code and number.
    pub identity: Identity,
    /// Day of issue in Shanghai.
    pub date: NaiveDate,
    /// Gross amount.
    pub total: Fen,
}

impl PaperWanted {
    /// Of an invoice that has its number; `None` before.
    pub fn of(invoice: &Invoice) -> Option<PaperWanted> {
        Some(PaperWanted {
            identity: invoice.identity.clone()?,
            date: in_shanghai(invoice.issued_at?).date(),
            total: invoice.totals.total,
        })
    }

    /// Code and number in one.
    pub fn number(&self) -> String {
        self.identity.full()
    }
}

/// One fact, in the ledger and in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactRead {
    /// Which.
    pub fact: PaperFact,
    /// What it has to be.
    pub ledger: String,
    /// What the file says; `None` when it is not found there.
    pub file: Option<String>,
    /// Whether both say the same.
    pub same: bool,
}

/// What was read from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperRead {
    /// `pdf`, `ofd` or `xml`, told by the file itself.
    pub format: String,
    /// Number, date and gross amount.
    pub facts: Vec<FactRead>,
}

impl PaperRead {
    /// Whether every fact agrees.
    pub fn fits(&self) -> bool {
        self.facts.iter().all(|it| it.same)
    }
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperTrouble {
    /// A stable word: `too_large`, `format`, `encrypted`, `several`, `picture`, `damaged`, `too_slow`,
    /// `no_number`, `no_amount`.
    pub code: &'static str,
    /// What is wrong with it, for staff.
    pub message: String,
}

impl fmt::Display for PaperTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Reads files that somebody else made.
#[async_trait]
pub trait PaperReader: Send + Sync {
    /// Whether the file is a readable PDF whose text carries this number and this gross amount. Bounded in size, memory
    /// and time.
    ///
    /// # Errors
    /// [`PaperTrouble`]: also when it is readable and does not carry them.
    async fn check(&self, pdf: Bytes, number: &str, total: Fen) -> Result<(), PaperTrouble>;

    /// The documents in what somebody handed in: the file itself, or those of a ZIP with at most one of each format. Bounded
    /// as the reading.
    ///
    /// # Errors
    /// [`PaperTrouble`]: also when there is no document in it, or more than one of a format.
    async fn documents(&self, file: Bytes) -> Result<Vec<Bytes>, PaperTrouble>;

    /// Reads a PDF, an OFD or an XML and lays number, date and gross amount beside the wanted ones. Bounded in size,
    /// memory and time.
    ///
    /// # Errors
    /// [`PaperTrouble`].
    async fn read(&self, file: Bytes, wanted: &PaperWanted) -> Result<PaperRead, PaperTrouble>;
}
