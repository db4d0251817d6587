//! Lines and sums as they are shown on orders and invoices.

use super::{parts::Tone, shell::thousands};
use crate::i18n::{Texts, policies};
use fapiao_domain::{
    line::{InvoiceLine, LineKind},
    money::Fen,
    preference::Preference,
    totals::Totals,
};
use rust_decimal::Decimal;

/// One computed line.
#[derive(Clone, Debug)]
pub struct LineRow {
    /// 1, 2, 3, …
    pub no: u32,
    /// The printed name, `*水果*苹果`.
    pub name: String,
    /// Class code, 19 digits.
    pub tax_code: String,
    /// Specification, may be empty.
    pub spec: String,
    /// Unit, may be empty.
    pub unit: String,
    /// Empty on discount lines.
    pub quantity: String,
    /// Net price of one unit, empty on discount lines.
    pub unit_price: String,
    /// Net amount.
    pub amount: Fen,
    /// `13%`, `免税`.
    pub rate: String,
    /// Tax as printed: an amount, `***` when exempt, empty when not taxed.
    pub tax: String,
    /// Gross amount.
    pub gross: Fen,
    /// Whether it takes off from the line above.
    pub discount: bool,
    /// The preferential policy that was told.
    pub preference: Option<Preference>,
}

impl LineRow {
    /// The preferential policy in words; empty for none.
    pub fn policy(&self, t: &Texts) -> &'static str {
        self.preference.map_or("", |it| policies::word(t, it))
    }
}

/// A price of one unit as it is read: thousands apart, two decimals or as many more as it has.
pub fn price(unit: Decimal) -> String {
    let mut unit = unit.normalize();
    if unit.scale() < 2 {
        unit.rescale(2);
    }
    let text = unit.to_string();
    match text.split_once('.') {
        Some((whole, rest)) => format!("{}.{rest}", thousands(whole)),
        None => thousands(&text),
    }
}

impl From<&InvoiceLine> for LineRow {
    fn from(line: &InvoiceLine) -> LineRow {
        let plain =
            |it: Option<Decimal>| it.map(|it| it.normalize().to_string()).unwrap_or_default();
        LineRow {
            no: line.no,
            name: line.printed_name(),
            tax_code: line.tax_code.clone(),
            spec: line.spec.clone(),
            unit: line.unit.clone(),
            quantity: plain(line.quantity),
            unit_price: line.unit_price.map(price).unwrap_or_default(),
            amount: line.amount,
            rate: line.rate.printed(),
            tax: if line.rate.can_bear_tax() {
                line.tax.display_yuan()
            } else {
                line.printed_tax()
            },
            gross: line.gross,
            discount: line.kind == LineKind::Discount,
            preference: line.preference,
        }
    }
}

/// Lines with their sums.
#[derive(Clone, Debug, Default)]
pub struct LineTable {
    /// In order.
    pub rows: Vec<LineRow>,
    /// Net, tax, gross.
    pub totals: Totals,
    /// What was given back of an order since, with tax; zero where nothing was, and on invoices.
    pub refunded: Fen,
    /// The total in capital numerals (大写); empty where it is not shown.
    pub capitals: String,
    /// The remark as printed, may be empty.
    pub remark: String,
    /// The page that tells where each fen of the sums went; empty for none.
    pub explained: String,
}

/// An invoice in short, as it stands on an order.
#[derive(Clone, Debug)]
pub struct InvoiceBrief {
    /// Its page.
    pub href: String,
    /// The number; empty until it has one.
    pub number: String,
    /// The printed kind.
    pub kind: &'static str,
    /// Gross.
    pub total: Fen,
    /// Its state.
    pub state: super::parts::Badge,
    /// When the tax authority took it.
    pub issued: Option<super::parts::When>,
}

impl InvoiceBrief {
    /// Whether it takes another one back.
    pub fn is_red(&self) -> bool {
        self.total < Fen::ZERO
    }

    /// The number as people compare it, in groups of four.
    pub fn grouped(&self) -> String {
        grouped(&self.number)
    }
}

/// A long number in groups of four, with thin gaps that are not copied as blanks in fields.
pub fn grouped(number: &str) -> String {
    let mut out = String::with_capacity(number.len() + number.len() / 4);
    for (place, digit) in number.chars().enumerate() {
        if place > 0 && place % 4 == 0 && number.len() > 8 {
            out.push('\u{2009}');
        }
        out.push(digit);
    }
    out
}

/// The colour of an amount: taken back is marked.
pub const fn tone_of(amount: Fen) -> Tone {
    if amount.get() < 0 {
        Tone::Bad
    } else {
        Tone::Plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_have_two_decimals_or_more_and_thousands_apart() {
        for (unit, shown) in [
            ("50", "50.00"),
            ("12.8", "12.80"),
            ("2999.000", "2,999.00"),
            ("1234567.12345678", "1,234,567.12345678"),
            ("-0.5", "\u{2212}0.50"),
        ] {
            assert_eq!(price(unit.parse().unwrap()), shown);
        }
    }
}
