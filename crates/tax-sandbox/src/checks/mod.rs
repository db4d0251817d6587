//! The official checks of an uploaded invoice. Each finding carries a code, the line it is about
//! and the figures, so that a developer can mend the sender without guessing.

mod discounts;
mod header;
mod lines;
mod policies;
mod totals;

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use crate::catalogue::ClassCode;
use crate::clock::Millis;
use crate::invoice::Invoice;
use crate::party::Taxpayer;

/// What an invoice is checked against.
pub(crate) struct Rules<'a> {
    pub(crate) taxpayer: &'a Taxpayer,
    pub(crate) codes: &'a BTreeMap<String, ClassCode>,
    pub(crate) party: &'a str,
    pub(crate) now: Millis,
}

/// Everything found wrong with one invoice.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<String>);

/// More than this many findings are counted, not listed.
const LISTED: usize = 8;

impl Findings {
    pub(crate) fn add(&mut self, code: &str, text: impl std::fmt::Display) {
        self.0.push(format!("{code}: {text}"));
    }

    pub(crate) fn line(&mut self, code: &str, line: usize, text: impl std::fmt::Display) {
        self.0.push(format!("{code}@{line}: {text}"));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn message(&self) -> String {
        let mut text = self.0[..self.0.len().min(LISTED)].join("; ");
        if LISTED < self.0.len() {
            text.push_str(&format!("；另有 {} 项", self.0.len() - LISTED));
        }
        text
    }
}

/// When the invoice says it was issued, local time.
pub(crate) fn issued_at(invoice: &Invoice) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(&invoice.kprq, "%Y-%m-%d %H:%M:%S").ok()
}

/// All checks that need nothing but the invoice and the reference data.
pub(crate) fn check(invoice: &Invoice, rules: &Rules<'_>) -> Findings {
    let mut findings = Findings::default();
    header::check(invoice, rules, &mut findings);
    lines::check(invoice, rules, &mut findings);
    policies::check(invoice, rules, &mut findings);
    discounts::check(invoice, &mut findings);
    totals::check(invoice, &mut findings);
    findings
}
