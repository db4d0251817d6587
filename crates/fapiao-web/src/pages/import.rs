//! Import of a till's day: upload, look, then take over.

use super::{field::Errors, parts::Choice, shell::Shell};
use askama::Template;
use fapiao_domain::money::Fen;

/// `/admin/import`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/import.html")]
pub struct ImportPage {
    /// The frame.
    pub shell: Shell,
    /// Stores (value is the code), the first with an empty value for the file's own.
    pub stores: Vec<Choice>,
    /// The chosen store.
    pub store: String,
    /// What is wrong with the upload as a whole.
    pub errors: Errors,
    /// The dry run of the uploaded file.
    pub dry_run: Option<DryRun>,
    /// The columns a file must have: name, example, what it means.
    pub columns: Vec<ColumnNote>,
}

/// A column of the file.
#[derive(Clone, Debug)]
pub struct ColumnNote {
    /// The heading in the file.
    pub name: String,
    /// An example.
    pub example: String,
    /// What it means, and whether it may be empty.
    pub note: String,
}

/// What an import would do.
#[derive(Clone, Debug)]
pub struct DryRun {
    /// The checked file itself, base64: the form that takes it over carries it, so that any node can.
    pub content: String,
    /// The file's name.
    pub file: String,
    /// How it was read: "UTF-8", "GB18030".
    pub encoding: String,
    /// Rows of the file.
    pub rows: u64,
    /// Orders they make.
    pub orders: u64,
    /// Gross amount of the orders to be made.
    pub total: Fen,
    /// Rows with an error.
    pub bad: u64,
    /// The file's headings, for the table of bad rows.
    pub header: Vec<String>,
    /// The first bad rows.
    pub bad_rows: Vec<BadRow>,
}

/// A row with errors.
#[derive(Clone, Debug)]
pub struct BadRow {
    /// Its line in the file, the heading being line 1.
    pub line: u64,
    /// Its cells, with what is wrong in each.
    pub cells: Vec<BadCell>,
    /// What is wrong with the row as a whole; may be empty.
    pub wrong: String,
}

/// A cell.
#[derive(Clone, Debug)]
pub struct BadCell {
    /// As in the file.
    pub text: String,
    /// What is wrong with it and what to write instead.
    pub wrong: Option<String>,
}
