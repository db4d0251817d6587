//! A seller's mapping for bookkeeping programs.

use super::{field::Errors, parts::When, shell::Shell};
use askama::Template;

/// `/admin/sellers/{id}/books`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/books.html")]
pub struct BooksPage {
    /// The frame.
    pub shell: Shell,
    /// The seller's legal name.
    pub seller: String,
    /// This page, without a slash at the end.
    pub here: String,
    /// The month's vouchers.
    pub vouchers_href: String,
    /// When it was changed last; `None` for the defaults.
    pub changed: Option<When>,
    /// What was typed or holds.
    pub form: MappingForm,
    /// What is wrong with it.
    pub errors: Errors,
    /// What is wrong with a file, line by line.
    pub wrong: Vec<String>,
    /// What may be written for the columns of vouchers.
    pub vouchers_help: String,
    /// And of sales invoices.
    pub sales_help: String,
    /// Whether this person may change it.
    pub can_change: bool,
}

/// A mapping as typed.
#[derive(Clone, Debug, Default)]
pub struct MappingForm {
    /// The voucher's word.
    pub word: String,
    /// The currency.
    pub currency: String,
    /// Whether earlier payments go through the prepaid account.
    pub prepaid: bool,
    /// Accounts by what they are for.
    pub accounts: Vec<AccountField>,
    /// Columns, one a line.
    pub vouchers: String,
    /// Columns, one a line.
    pub sales: String,
    /// The version that was shown.
    pub version: i64,
}

/// An account as typed.
#[derive(Clone, Debug)]
pub struct AccountField {
    /// What it is for.
    pub label: &'static str,
    /// Name of the code's input.
    pub code_name: String,
    /// The code.
    pub code: String,
    /// Name of the name's input.
    pub name_name: String,
    /// The name.
    pub name: String,
}
