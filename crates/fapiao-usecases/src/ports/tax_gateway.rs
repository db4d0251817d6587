//! What is said to a tax gateway and to the month's totals.

use crate::records::{AnnouncedFile, Invoice, Papers};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use fapiao_domain::{document::PersonDocument, invoice::Identity, money::Fen, totals::Totals};
use serde::{Deserialize, Serialize};

/// An invoice for a gateway to issue.
#[derive(Clone, Copy, Debug)]
pub struct GatewayIssue<'a> {
    /// What is to be on it; its id is the serial.
    pub invoice: &'a Invoice,
    /// Which lines carry a levy (征收率) rather than a rate, by line number.
    pub levy_lines: &'a [u32],
    /// The document of a buyer who is a natural person.
    pub document: Option<&'a PersonDocument>,
}

/// What a gateway says about a serial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GatewayVerdict {
    /// The invoice exists.
    Issued(Box<IssuedThere>),
    /// Taken on; nothing is issued yet.
    Accepted,
    /// Nothing was or will be issued under this content, and why.
    Refused(String),
}

/// An invoice as the tax side has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedThere {
    /// Our serial; empty for one that was issued elsewhere.
    pub serial: String,
    /// Its number.
    pub identity: Identity,
    /// When.
    pub issued_at: DateTime<Utc>,
    /// Its sums; below zero for a red one. `None` where the tax side tells only that it has it.
    pub totals: Option<Totals>,
    /// Cipher area of the older form.
    pub cipher: Vec<String>,
    /// Who makes its files.
    pub papers: Papers,
    /// Where it stands there; `None` where the tax side does not tell.
    pub stands: Option<StandsThere>,
}

/// Where an invoice stands at the tax side (发票状态).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandsThere {
    /// Valid.
    Normal,
    /// Declared void: of the older forms only.
    Void,
    /// Taken back in part.
    PartlyRed,
    /// Taken back wholly.
    FullyRed,
}

impl StandsThere {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            StandsThere::Normal => "normal",
            StandsThere::Void => "void",
            StandsThere::PartlyRed => "partly_red",
            StandsThere::FullyRed => "fully_red",
        }
    }
}

/// The running month's quota (发票总额度) as the tax side has it; amounts are net.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaTold {
    /// `yyyy-mm`.
    pub month: String,
    /// The month's limit; `None` where there is none.
    pub limit: Option<Fen>,
    /// What was downloaded of it; `None` through a gateway, which keeps it.
    pub granted: Option<Fen>,
    /// What was spent; `None` where it is not told.
    pub spent: Option<Fen>,
}

/// A file as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayDocument {
    /// What it was announced as.
    pub announced: AnnouncedFile,
    /// Its bytes.
    pub bytes: Bytes,
}

/// The figures of a month (汇总): blue and red ones apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthFigures {
    /// How many blue invoices.
    pub blue_count: i64,
    /// Their net amount, fen.
    pub blue_amount: i64,
    /// Their tax, fen.
    pub blue_tax: i64,
    /// How many red invoices.
    pub red_count: i64,
    /// Their net amount, fen, below zero.
    pub red_amount: i64,
    /// Their tax, fen, below zero.
    pub red_tax: i64,
}

impl MonthFigures {
    /// Counts an invoice.
    pub fn count(&mut self, amount: Fen, tax: Fen, red: bool) {
        let (count, net, taxes) = if red {
            (&mut self.red_count, &mut self.red_amount, &mut self.red_tax)
        } else {
            (
                &mut self.blue_count,
                &mut self.blue_amount,
                &mut self.blue_tax,
            )
        };
        *count += 1;
        *net += amount.get();
        *taxes += tax.get();
    }
}

/// How a month stands at the tax side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonthStands {
    /// Open: it can be confirmed until the 13th.
    Open,
    /// We confirmed it.
    Confirmed,
    /// The tax side summed it by itself on the 13th.
    Closed,
}

/// A month as the tax side tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthTold {
    /// Its figures.
    pub figures: MonthFigures,
    /// Where it stands.
    pub stands: MonthStands,
}
