//! The checks that the tax side makes on every invoice, made before it does.
//!
//! Tolerances are the official ones: a tax that equals `net × rate` to the fen would refuse about one in nine prices
//! with tax at 13%.

use crate::{
    exact::{MAX_NUMBER_CHARS, round_div, within_one_fen},
    line::{InvoiceLine, LineKind},
    money::Fen,
    totals::{MAX_LINES, Totals, sum},
};
use thiserror::Error;

/// Most that the tax of one line may differ from `net × rate`: 0.06 yuan.
pub const LINE_TAX_TOLERANCE: Fen = Fen::raw(6);

/// Most that the tax of an invoice may differ from the sum of `net × rate`: 1.27 yuan.
pub const TOTAL_TAX_TOLERANCE: Fen = Fen::raw(127);

/// A check that failed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct CheckError {
    /// Position of the invoice line from 1; `None` when the sums or the whole are meant.
    pub line: Option<usize>,
    /// Stable code, such as `E_LINE_TAX`.
    pub code: &'static str,
    /// What is wrong, in English, with the values.
    pub message: String,
}

/// Checks a blue (ordinary, positive) invoice without difference tax.
///
/// # Errors
/// Every failed check: `E_NO_LINES E_TOO_MANY_LINES E_SEQ E_QTY_PAIR E_SIZE E_QTY E_LINE_TAX E_NONPOSITIVE
/// E_DISC_ORDER E_DISC_MISSING E_DISC_FIELDS E_DISC_MATCH E_DISC_SIGN E_DISC_LARGE E_SUM_AMOUNT E_TOTAL_TAX E_TOTAL`.
pub fn check_blue(lines: &[InvoiceLine], totals: &Totals) -> Result<(), Vec<CheckError>> {
    blue(lines, totals, None)
}

/// Checks a blue invoice with difference tax of the kind whose tax leaves the deduction out (差额开票): one line, no
/// discount, the tax held against `(gross − deduction) × rate ÷ (1 + rate)`.
///
/// # Errors
/// As [`check_blue`], and `E_DIFFERENCE`.
pub fn check_blue_difference(
    lines: &[InvoiceLine],
    totals: &Totals,
    deduction: Fen,
) -> Result<(), Vec<CheckError>> {
    blue(
        lines,
        totals,
        Some(Deducted {
            amount: deduction,
            tolerance: LINE_TAX_TOLERANCE,
        }),
    )
}

/// What difference tax changes in the checks.
#[derive(Clone, Copy)]
struct Deducted {
    /// With the sign of the line.
    amount: Fen,
    tolerance: Fen,
}

fn blue(
    lines: &[InvoiceLine],
    totals: &Totals,
    deducted: Option<Deducted>,
) -> Result<(), Vec<CheckError>> {
    let mut found = Found::default();
    check_lines(lines, deducted, &mut found);
    check_discounts(lines, &mut found);
    for (no, line) in numbered(lines) {
        let signs_fit =
            line.amount.is_positive() && line.gross.is_positive() && !line.tax.is_negative();
        let quantity_fits = line
            .quantity
            .is_none_or(|it| it.is_sign_positive() && !it.is_zero());
        let price_fits = line.unit_price.is_none_or(|it| it.is_sign_positive());
        if line.kind != LineKind::Discount && !(signs_fit && quantity_fits && price_fits) {
            let message = format!(
                "line {no} must be positive; it is {} net, {} tax",
                line.amount, line.tax
            );
            found.at(no, "E_NONPOSITIVE", message);
        }
    }
    if !totals.amount.is_positive() || !totals.total.is_positive() || totals.tax.is_negative() {
        let message = format!(
            "the totals must be above 0.00 and the tax not below; they are {} net, {} tax, {} in all",
            totals.amount, totals.tax, totals.total
        );
        found.whole("E_NONPOSITIVE", message);
    }
    check_totals(lines, totals, deducted, &mut found);
    found.into_result()
}

/// Checks a red invoice: amounts below zero, tax not above, quantities negative, prices positive, no discount lines
/// (they are folded into their lines before).
///
/// # Errors
/// Every failed check, as for [`check_blue`], and `E_RED_SIGN E_RED_KIND`.
pub fn check_red(lines: &[InvoiceLine], totals: &Totals) -> Result<(), Vec<CheckError>> {
    red(lines, totals, None)
}

/// Checks the red invoice of one with difference tax; `deduction` is the positive amount of the blue one. The
/// tolerance of the line is then that of a whole invoice.
///
/// # Errors
/// As [`check_red`], and `E_DIFFERENCE`.
pub fn check_red_difference(
    lines: &[InvoiceLine],
    totals: &Totals,
    deduction: Fen,
) -> Result<(), Vec<CheckError>> {
    red(
        lines,
        totals,
        Some(Deducted {
            amount: -deduction,
            tolerance: TOTAL_TAX_TOLERANCE,
        }),
    )
}

fn red(
    lines: &[InvoiceLine],
    totals: &Totals,
    deducted: Option<Deducted>,
) -> Result<(), Vec<CheckError>> {
    let mut found = Found::default();
    check_lines(lines, deducted, &mut found);
    for (no, line) in numbered(lines) {
        if line.kind != LineKind::Normal {
            let message = format!(
                "line {no}: a red invoice has no discount lines; fold them into their lines"
            );
            found.at(no, "E_RED_KIND", message);
        }
        let amounts_fit =
            line.amount.is_negative() && line.gross.is_negative() && !line.tax.is_positive();
        let quantity_fits = line
            .quantity
            .is_none_or(|it| it.is_sign_negative() && !it.is_zero());
        let price_fits = line.unit_price.is_none_or(|it| it.is_sign_positive());
        if !(amounts_fit && quantity_fits && price_fits) {
            let message = format!(
                "line {no} of a red invoice needs negative quantity and amount, tax not above 0 and a positive price"
            );
            found.at(no, "E_RED_SIGN", message);
        }
    }
    if !totals.amount.is_negative() || !totals.total.is_negative() || totals.tax.is_positive() {
        let message = format!(
            "the totals of a red invoice are below 0.00; they are {} net, {} tax, {} in all",
            totals.amount, totals.tax, totals.total
        );
        found.whole("E_RED_SIGN", message);
    }
    check_totals(lines, totals, deducted, &mut found);
    found.into_result()
}

/// What holds for every line, blue or red, by itself.
fn check_lines(lines: &[InvoiceLine], deducted: Option<Deducted>, found: &mut Found) {
    if lines.is_empty() {
        found.whole("E_NO_LINES", "an invoice needs at least one line");
    }
    if lines.len() > MAX_LINES {
        let message = format!(
            "an invoice holds at most {MAX_LINES} lines, not {}",
            lines.len()
        );
        found.whole("E_TOO_MANY_LINES", message);
    }
    if deducted.is_some() && (lines.len() != 1 || lines[0].kind != LineKind::Normal) {
        found.whole(
            "E_DIFFERENCE",
            "an invoice with difference tax has exactly one line and no discount",
        );
    }
    for (no, line) in numbered(lines) {
        if line.no as usize != no {
            found.at(
                no,
                "E_SEQ",
                format!(
                    "line {no} carries the number {}; numbers run 1, 2, 3, …",
                    line.no
                ),
            );
        }
        check_quantity(no, line, found);
        match deducted {
            None => check_line_tax(no, line, found),
            Some(deducted) => check_difference_tax(no, line, deducted, found),
        }
    }
}

fn check_quantity(no: usize, line: &InvoiceLine, found: &mut Found) {
    let (quantity, unit_price) = match (line.quantity, line.unit_price) {
        (Some(quantity), Some(unit_price)) => (quantity, unit_price),
        (None, None) => return,
        _ => {
            let message = format!("line {no} has a quantity without a unit price or the reverse");
            return found.at(no, "E_QTY_PAIR", message);
        }
    };
    for (what, number) in [("quantity", quantity), ("unit price", unit_price)] {
        if number.to_string().len() > MAX_NUMBER_CHARS {
            let message = format!(
                "line {no}: the {what} {number} has more than {MAX_NUMBER_CHARS} characters"
            );
            found.at(no, "E_SIZE", message);
        }
    }
    if !within_one_fen(quantity, unit_price, line.amount) {
        let message = format!(
            "line {no}: {quantity} × {unit_price} is more than 0.01 away from the amount {}",
            line.amount
        );
        found.at(no, "E_QTY", message);
    }
}

fn check_line_tax(no: usize, line: &InvoiceLine, found: &mut Found) {
    check_gross(no, line, found);
    let (share, whole) = line.rate.net_share();
    let gap = i128::from(line.amount.get()) * share - i128::from(line.tax.get()) * whole;
    let tolerance = if share == 0 {
        Fen::ZERO
    } else {
        LINE_TAX_TOLERANCE
    };
    if gap.abs() > i128::from(tolerance.get()) * whole {
        let message = format!(
            "line {no}: the tax {} is more than {tolerance} away from {} × {}",
            line.tax, line.amount, line.rate
        );
        found.at(no, "E_LINE_TAX", message);
    }
}

fn check_difference_tax(no: usize, line: &InvoiceLine, deducted: Deducted, found: &mut Found) {
    check_gross(no, line, found);
    if deducted.amount.abs() > line.gross.abs() {
        let message = format!(
            "line {no}: the deduction {} is more than the line, {}",
            deducted.amount, line.gross
        );
        found.at(no, "E_DIFFERENCE", message);
    }
    let expected = line.rate.tax_in_gross(line.gross - deducted.amount);
    if (line.tax - expected).abs() > deducted.tolerance {
        let message = format!(
            "line {no}: the tax {} is more than {} away from {expected}, the tax in {} less {}",
            line.tax, deducted.tolerance, line.gross, deducted.amount
        );
        found.at(no, "E_LINE_TAX", message);
    }
}

fn check_gross(no: usize, line: &InvoiceLine, found: &mut Found) {
    if line.amount + line.tax != line.gross {
        let message = format!(
            "line {no}: {} + {} is not {}",
            line.amount, line.tax, line.gross
        );
        found.at(no, "E_TOTAL", message);
    }
}

fn check_discounts(lines: &[InvoiceLine], found: &mut Found) {
    for (no, line) in numbered(lines) {
        let before = (no >= 2).then(|| &lines[no - 2]);
        let next = lines.get(no);
        match line.kind {
            LineKind::Normal => {}
            LineKind::Discounted => {
                if next.is_none_or(|next| next.kind != LineKind::Discount) {
                    let message = format!(
                        "line {no} is discounted, but its discount does not follow directly"
                    );
                    found.at(no, "E_DISC_MISSING", message);
                }
            }
            LineKind::Discount => {
                check_discount(no, line, found);
                match before {
                    Some(before) if before.kind == LineKind::Discounted => {
                        check_pair(no, before, line, found);
                    }
                    _ => {
                        let message = format!(
                            "line {no} is a discount, but no discounted line stands before it"
                        );
                        found.at(no, "E_DISC_ORDER", message);
                    }
                }
            }
        }
    }
}

fn check_discount(no: usize, line: &InvoiceLine, found: &mut Found) {
    let bare = line.spec.is_empty()
        && line.unit.is_empty()
        && line.quantity.is_none()
        && line.unit_price.is_none();
    if !bare {
        let message =
            format!("line {no}: a discount has no specification, unit, quantity or price");
        found.at(no, "E_DISC_FIELDS", message);
    }
    if !line.amount.is_negative() || !line.gross.is_negative() || line.tax.is_positive() {
        found.at(
            no,
            "E_DISC_SIGN",
            format!("line {no}: a discount is negative"),
        );
    }
}

fn check_pair(no: usize, line: &InvoiceLine, discount: &InvoiceLine, found: &mut Found) {
    let same = line.name == discount.name
        && line.short_name == discount.short_name
        && line.tax_code == discount.tax_code
        && line.rate == discount.rate
        && line.preference == discount.preference;
    if !same {
        let message = format!(
            "line {no}: name, class code, rate and policy must equal those of the discounted line"
        );
        found.at(no, "E_DISC_MATCH", message);
    }
    if discount.amount.abs() > line.amount || discount.gross.abs() > line.gross {
        let message = format!(
            "line {no}: the discount {} is more than its line, {}",
            discount.gross, line.gross
        );
        found.at(no, "E_DISC_LARGE", message);
    }
}

fn check_totals(
    lines: &[InvoiceLine],
    totals: &Totals,
    deducted: Option<Deducted>,
    found: &mut Found,
) {
    let summed = sum(lines);
    // The tax side forgives 0.01 here; a sum of exact amounts has no reason to be off.
    if summed.amount != totals.amount {
        let message = format!(
            "the lines come to {} net, not {}",
            summed.amount, totals.amount
        );
        found.whole("E_SUM_AMOUNT", message);
    }
    if deducted.is_none() {
        check_total_tax(lines, totals, found);
    }
    if summed.tax != totals.tax {
        let message = format!("the lines come to {} tax, not {}", summed.tax, totals.tax);
        found.whole("E_TOTAL", message);
    }
    if totals.amount + totals.tax != totals.total {
        let message = format!("{} + {} is not {}", totals.amount, totals.tax, totals.total);
        found.whole("E_TOTAL", message);
    }
}

fn check_total_tax(lines: &[InvoiceLine], totals: &Totals, found: &mut Found) {
    // In millionths of a fen: exact for every rate but the 1.5% relief, whose share is periodic.
    const UNIT: i128 = 1_000_000;
    let expected: i128 = lines
        .iter()
        .map(|line| {
            let (share, whole) = line.rate.net_share();
            round_div(i128::from(line.amount.get()) * share * UNIT, whole)
        })
        .sum();
    let gap = expected - i128::from(totals.tax.get()) * UNIT;
    if gap.abs() > i128::from(TOTAL_TAX_TOLERANCE.get()) * UNIT {
        let message = format!(
            "the tax {} is more than {TOTAL_TAX_TOLERANCE} away from the sum of amount × rate: join equal lines or \
             make several invoices",
            totals.tax
        );
        found.whole("E_TOTAL_TAX", message);
    }
}

fn numbered(lines: &[InvoiceLine]) -> impl Iterator<Item = (usize, &InvoiceLine)> {
    lines
        .iter()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}

#[derive(Default)]
struct Found(Vec<CheckError>);

impl Found {
    fn at(&mut self, no: usize, code: &'static str, message: impl Into<String>) {
        self.0.push(CheckError {
            line: Some(no),
            code,
            message: message.into(),
        });
    }

    fn whole(&mut self, code: &'static str, message: impl Into<String>) {
        self.0.push(CheckError {
            line: None,
            code,
            message: message.into(),
        });
    }

    fn into_result(self) -> Result<(), Vec<CheckError>> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.0)
        }
    }
}

#[cfg(test)]
mod tests;
