//! A paper compared with the ledger.

use super::{
    parts::{Badge, Tone},
    shell::Shell,
};
use askama::Template;

/// `/admin/papers`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/papers.html")]
pub struct PaperPage {
    /// The frame.
    pub shell: Shell,
    /// What the last paper turned out to be.
    pub result: Option<PaperResult>,
    /// Why it could not be read; empty otherwise.
    pub wrong: String,
    /// The QR text as it was typed, where it was not understood; empty otherwise.
    pub typed: String,
}

/// What a paper turned out to be.
#[derive(Clone, Debug)]
pub struct PaperResult {
    /// How bad.
    pub tone: Tone,
    /// In a few words.
    pub words: &'static str,
    /// What that means.
    pub means: &'static str,
    /// What became of the invoice since, where it is not what it was; empty otherwise.
    pub since: &'static str,
    /// The file's name; empty for a QR code.
    pub file: String,
    /// The file's SHA-256; empty for a QR code.
    pub sha256: String,
    /// The number that was looked up.
    pub number: String,
    /// The invoice's page; empty when there is none.
    pub href: String,
    /// Field by field.
    pub fields: Vec<ComparedRow>,
    /// What a QR code alone does not prove; empty when there was more to read.
    pub unproven: Vec<UnprovenRow>,
}

/// What only the ledger says.
#[derive(Clone, Debug)]
pub struct UnprovenRow {
    /// The field's name.
    pub label: &'static str,
    /// In the ledger.
    pub ledger: String,
}

/// A field in the ledger and on the paper.
#[derive(Clone, Debug)]
pub struct ComparedRow {
    /// Its name.
    pub label: &'static str,
    /// In the ledger.
    pub ledger: String,
    /// On the paper; empty when it is not found there.
    pub paper: String,
    /// Whether both agree, in words.
    pub state: Badge,
    /// Whether both agree.
    pub same: bool,
}
