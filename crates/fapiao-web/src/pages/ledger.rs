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
    /// A run that waits or is carried out, in words.
    pub under_way: Option<&'static str>,
    /// The newest run that ended.
    pub run: Option<Run>,
    /// Each rule with its result; empty before the first run.
    pub rules: Vec<RuleRow>,
    /// Runs that ended, newest first.
    pub earlier: Vec<EarlierRun>,
    /// The newest anchors of the audit chain.
    pub anchors: Vec<AnchorRow>,
}

/// A run that ended.
#[derive(Clone, Debug)]
pub struct EarlierRun {
    /// Nightly or by hand.
    pub cause: &'static str,
    /// When it ended.
    pub ended: When,
    /// How long it took.
    pub took: String,
    /// Whether everything held.
    pub state: Badge,
}

/// An anchor of the audit chain.
#[derive(Clone, Debug)]
pub struct AnchorRow {
    /// The last line it covers.
    pub seq: i64,
    /// When.
    pub at: When,
    /// Its digest.
    pub digest: String,
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
    /// What to do about it; said where something was found.
    pub next: &'static str,
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
