//! Class codes and rates, with their dates.

use super::{
    parts::{Empty, When},
    shell::Shell,
};
use askama::Template;

/// `/admin/tax-codes`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/tax_codes.html")]
pub struct TaxCodesPage {
    /// The frame.
    pub shell: Shell,
    /// What was searched for.
    pub q: String,
    /// The day that is looked at, `yyyy-mm-dd`.
    pub day: String,
    /// How many codes apply on that day, headings included.
    pub count: usize,
    /// What was found.
    pub rows: Vec<CodeRow>,
    /// Whether there may be more than shown.
    pub is_cut: bool,
    /// Rates by seller.
    pub sellers: Vec<SellerRates>,
    /// Whether this person may have them fetched now.
    pub can_sync: bool,
}

/// A class code.
#[derive(Clone, Debug)]
pub struct CodeRow {
    /// 19 digits.
    pub code: String,
    /// Name.
    pub name: String,
    /// Short name.
    pub short_name: String,
    /// Usual rate as printed.
    pub rate: String,
    /// All rates and levies it permits as printed, or empty.
    pub permitted: String,
    /// First day.
    pub from: String,
    /// Last day, or empty.
    pub until: String,
    /// Other versions, in words.
    pub others: Vec<String>,
}

/// The rates of a seller.
#[derive(Clone, Debug)]
pub struct SellerRates {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// When they were fetched last.
    pub synced: Option<When>,
    /// The rates, the highest first.
    pub rates: Vec<RateRow>,
}

/// A rate.
#[derive(Clone, Debug)]
pub struct RateRow {
    /// As printed.
    pub rate: String,
    /// A levy rather than a rate.
    pub levy: bool,
    /// First day.
    pub from: String,
    /// Last day, or empty.
    pub until: String,
    /// Whether it may be used today.
    pub runs: bool,
}

impl TaxCodesPage {
    fn empty(&self) -> Empty {
        let t = &self.shell.t.tax_codes;
        if self.count == 0 {
            Empty::new(t.none, t.none_why, None)
        } else {
            Empty::new(t.none_found, t.none_found_why, None)
        }
    }
}
