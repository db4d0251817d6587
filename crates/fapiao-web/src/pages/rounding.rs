//! Where each fen of a total went.

use super::{parts::Link, shell::Shell};
use crate::i18n::{Rounding as Words, fill, fill1};
use askama::Template;
use fapiao_domain::{
    line::LineKind,
    money::Fen,
    rounding::{Drive, LineRounding, RateRounding, millionths},
    totals::Totals,
};
use fapiao_usecases::rounding::PartRounding;

/// `/admin/orders/{id}/rounding` and `/admin/invoices/{id}/rounding`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/rounding.html")]
pub struct RoundingPage {
    /// The frame.
    pub shell: Shell,
    /// The order or invoice.
    pub back: Link,
    /// Line by line.
    pub lines: Vec<LineStep>,
    /// Rate by rate.
    pub rates: Vec<RateStep>,
    /// The invoices the order becomes; empty for one.
    pub parts: Vec<PartStep>,
    /// Net, tax, gross.
    pub totals: Totals,
    /// What all roundings together added to the tax.
    pub gap: String,
}

/// One of several invoices of an order.
#[derive(Clone, Debug)]
pub struct PartStep {
    /// `Invoice 1 of 3`.
    pub title: String,
    /// Net, tax, gross.
    pub totals: Totals,
    /// Line by line.
    pub lines: Vec<LineStep>,
}

/// A line, step by step.
#[derive(Clone, Debug)]
pub struct LineStep {
    /// 1, 2, 3, …
    pub no: u32,
    /// The printed name.
    pub name: String,
    /// Whether it takes off from the line above.
    pub discount: bool,
    /// `13%`.
    pub rate: String,
    /// What drives the line, in words.
    pub drive: &'static str,
    /// `2 × 56.505 = 113.01`; empty where the order does not state it.
    pub product: String,
    /// What it was rounded to.
    pub driving: Fen,
    /// `99.99 × 13 ÷ 113`; empty without tax.
    pub formula: String,
    /// The tax before rounding.
    pub exact_tax: String,
    /// What rounding added or took.
    pub gap: String,
    /// Net.
    pub amount: Fen,
    /// Tax.
    pub tax: Fen,
    /// Gross.
    pub gross: Fen,
    /// Where the line comes from, and why it is what the formula does not give; empty where there is nothing to say.
    pub notes: Vec<String>,
}

/// A rate.
#[derive(Clone, Debug)]
pub struct RateStep {
    /// `13%`.
    pub rate: String,
    /// How many lines.
    pub lines: usize,
    /// Their sums.
    pub totals: Totals,
    /// The tax of the sum, rounded once.
    pub at_once: Option<Fen>,
    /// What rounding line by line makes of it.
    pub tail: Option<Fen>,
}

/// A line in words.
pub fn line_step(words: &Words, it: &LineRounding) -> LineStep {
    LineStep {
        no: it.line.no,
        name: it.line.printed_name(),
        discount: it.line.kind == LineKind::Discount,
        rate: it.line.rate.printed(),
        drive: match it.drive {
            Drive::Gross => words.by_gross,
            Drive::Net => words.by_net,
            Drive::Remainder => words.by_remainder,
        },
        product: it.product.clone().unwrap_or_default(),
        driving: it.driving,
        formula: it.formula.clone(),
        exact_tax: millionths(it.exact_tax),
        gap: signed(it.gap),
        amount: it.line.amount,
        tax: it.line.tax,
        gross: it.line.gross,
        notes: notes(words, it),
    }
}

/// Why a line is what its formula does not say.
fn notes(words: &Words, it: &LineRounding) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(share) = &it.share {
        let facts: [&dyn std::fmt::Display; 4] = [
            &share.discount,
            &share.formula,
            &millionths(share.exact),
            &share.share,
        ];
        notes.push(fill(words.share, &facts));
        if share.got_left_over {
            notes.push(words.left_over.to_owned());
        }
        if share.own.is_positive() {
            notes.push(fill1(words.own_discount, share.own));
        }
    }
    if it.carried != Fen::ZERO {
        let facts: [&dyn std::fmt::Display; 2] = [&(it.line.tax - it.carried), &it.carried];
        notes.push(fill(words.carried, &facts));
    }
    notes
}

/// An invoice of a divided order in words.
pub fn part_step(words: &Words, title: String, it: &PartRounding) -> PartStep {
    let mut lines: Vec<LineStep> = it
        .told
        .lines
        .iter()
        .map(|it| line_step(words, it))
        .collect();
    for (line, whole) in lines.iter_mut().zip(&it.whole) {
        let facts: [&dyn std::fmt::Display; 3] = [&whole.no, &whole.gross, &whole.tax];
        let said = if whole.gross == line.gross && whole.tax == line.tax {
            fill1(words.whole_line, whole.no)
        } else {
            fill(words.part_of_line, &facts)
        };
        line.notes.insert(0, said);
    }
    PartStep {
        title,
        totals: it.part.totals,
        lines,
    }
}

/// A rate in figures.
pub fn rate_step(it: &RateRounding) -> RateStep {
    RateStep {
        rate: it.rate.printed(),
        lines: it.lines,
        totals: it.totals,
        at_once: it.tax_at_once,
        tail: it.tail(),
    }
}

fn signed(gap: i128) -> String {
    let sign = if gap > 0 { "+" } else { "" };
    format!("{sign}{}", millionths(gap))
}
