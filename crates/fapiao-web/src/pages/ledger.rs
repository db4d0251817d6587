//! The proof that the books are right.

use super::{
    parts::{Badge, Link, Tone, When},
    shell::Shell,
};
use askama::Template;

/// `/admin/ledger`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/ledger.html")]
pub struct LedgerPage {
    /// The frame.
    pub shell: Shell,
    /// The last run; `None` before the first.
    pub run: Option<Run>,
    /// A run is under way.
    pub running: bool,
    /// Each rule with its result.
    pub rules: Vec<RuleRow>,
}

/// A run over all rules.
#[derive(Clone, Debug)]
pub struct Run {
    /// When it ended.
    pub at: When,
    /// How long it took, "1.8 s".
    pub took: String,
    /// How many invoices it covered.
    pub invoices: u64,
    /// How many contradictions it found.
    pub found: u64,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct RuleRow {
    /// `I1`.
    pub code: String,
    /// What must hold, in words.
    pub title: String,
    /// Holds, broken, not yet checked.
    pub state: Badge,
    /// How many things were looked at.
    pub checked: u64,
    /// How many contradict it.
    pub found: u64,
    /// The first of them.
    pub samples: Vec<Link>,
    /// The query, word for word.
    pub query: String,
}

impl LedgerPage {
    fn tone(&self) -> Tone {
        match &self.run {
            None => Tone::Plain,
            Some(run) if run.found == 0 => Tone::Ok,
            Some(_) => Tone::Bad,
        }
    }
}
