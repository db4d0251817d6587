//! The proof that the books are right.

use super::{
    parts::{Badge, Tone, When},
    shell::Shell,
};
use askama::Template;

/// `/admin/ledger`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/ledger.html")]
pub struct LedgerPage {
    /// The frame.
    pub shell: Shell,
    /// The run that was asked for.
    pub run: Option<Run>,
    /// Each rule with its result; empty before the first run.
    pub rules: Vec<RuleRow>,
}

/// A run over all rules.
#[derive(Clone, Debug)]
pub struct Run {
    /// When it ended.
    pub at: When,
    /// How long it took, "1.8 s".
    pub took: String,
    /// How many things it looked at.
    pub looked_at: i64,
    /// How many contradictions it found.
    pub found: usize,
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
    pub checked: i64,
    /// What contradicts it, in words; at most 20.
    pub found: Vec<String>,
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
