//! Invoice lines become rows, and rows pages.

use super::geometry::{
    AMOUNT, BODY, Column, FIRST_ROW, MOST_ROWS, MOST_ROWS_CONTINUED, MOST_ROWS_LAST, NAME, PRICE,
    QUANTITY, RATE, ROW_PITCH, SPEC, TAX, UNIT,
};
use crate::{
    RenderError,
    fonts::{Face, Fonts},
    text::{Setter, width, wrap},
};
use fapiao_domain::{line::InvoiceLine, money::Fen, rate::Rate};
use std::ops::Range;

/// A line with its texts broken to the columns.
pub(super) struct Item<'a> {
    line: &'a InvoiceLine,
    name: Vec<String>,
    spec: Vec<String>,
    unit: Vec<String>,
}

impl<'a> Item<'a> {
    pub(super) fn new(fonts: &Fonts, line: &'a InvoiceLine) -> Item<'a> {
        let broken = |text: &str, column: &Column| {
            wrap(fonts, Face::Song, BODY, text, column.to - column.from)
        };
        Item {
            name: broken(&line.printed_name(), &NAME),
            spec: broken(&line.spec, &SPEC),
            unit: broken(&line.unit, &UNIT),
            line,
        }
    }

    /// Rows it takes: what is broken counts.
    pub(super) fn rows(&self) -> usize {
        self.name
            .len()
            .max(self.spec.len())
            .max(self.unit.len())
            .max(1)
    }

    /// Refuses a line that would fill a page by itself.
    pub(super) fn check(&self) -> Result<(), RenderError> {
        if self.rows() <= MOST_ROWS_LAST {
            return Ok(());
        }
        Err(RenderError::TooLong {
            field: format!("name of line {}", self.line.no),
            rows: self.rows(),
            most: MOST_ROWS_LAST,
        })
    }

    /// Sets the line with its first row at `row` (0 is the first of the page).
    pub(super) fn set(&self, set: &mut Setter<'_>, row: usize) -> Result<(), RenderError> {
        let line = self.line;
        let field = |what: &str| format!("{what} of line {}", line.no);
        let y = FIRST_ROW + ROW_PITCH * row as f64;
        let below = |place: usize| y + ROW_PITCH * place as f64;
        for (place, part) in self.name.iter().enumerate() {
            let at = (NAME.from, below(place));
            set.left(&field("name"), Face::Song, BODY, at, part)?;
        }
        for (place, part) in self.spec.iter().enumerate() {
            let at = (SPEC.from, below(place));
            set.left(&field("specification"), Face::Song, BODY, at, part)?;
        }
        for (place, part) in self.unit.iter().enumerate() {
            let at = ((UNIT.from + UNIT.to) / 2.0, below(place));
            set.centre(&field("unit"), Face::Song, BODY, at, part)?;
        }
        if let Some(quantity) = line.quantity {
            let text = quantity.normalize().to_string();
            number(set, &field("quantity"), &QUANTITY, y, BODY, &text)?;
        }
        if let Some(price) = line.unit_price {
            let text = price.normalize().to_string();
            let size = if text.len() > 13 { 8.0 } else { BODY };
            number(set, &field("unit price"), &PRICE, y, size, &text)?;
        }
        number(
            set,
            &field("amount"),
            &AMOUNT,
            y,
            BODY,
            &line.amount.to_string(),
        )?;
        let middle = (RATE.from + RATE.to) / 2.0;
        set.centre(
            &field("rate"),
            Face::Song,
            BODY,
            (middle, y),
            &line.rate.printed(),
        )?;
        number(set, &field("tax"), &TAX, y, BODY, &printed_tax(line))?;
        Ok(())
    }
}

/// The tax of a line as printed: three asterisks where it is exempt, blank where nothing is taxed.
fn printed_tax(line: &InvoiceLine) -> String {
    match line.rate {
        Rate::Exempt => "***".to_owned(),
        Rate::NotTaxed => String::new(),
        Rate::Zero | Rate::Percent(_) => line.tax.to_string(),
    }
}

/// The sum of taxes as printed: three asterisks when no line can bear any.
pub(super) fn printed_tax_sum(lines: &[InvoiceLine], sum: Fen) -> Option<String> {
    let untaxed = |line: &InvoiceLine| matches!(line.rate, Rate::Exempt | Rate::NotTaxed);
    (!lines.iter().all(untaxed)).then(|| sum.to_string())
}

/// Sets a number at the right edge of its column, smaller when it is too long.
fn number(
    set: &mut Setter<'_>,
    field: &str,
    column: &Column,
    y: f64,
    size: f64,
    text: &str,
) -> Result<(), RenderError> {
    let wide = width(set.fonts, Face::Song, size, text);
    let size = size.min(size * (column.to - column.from) / wide.max(0.1));
    set.right(field, size, (column.to, y), text).map(|_| ())
}

/// Shares items among pages: one page up to 42 rows, else pages of up to 47 rows and a last one, which also carries
/// total and remark and holds at least one item. An item is never cut.
pub(super) fn pages(items: &[Item<'_>]) -> Vec<Range<usize>> {
    let rows = |range: Range<usize>| items[range].iter().map(Item::rows).sum::<usize>();
    let mut pages = Vec::new();
    let mut from = 0;
    let fits_the_last = |pages: &[Range<usize>], from: usize| {
        let most = if pages.is_empty() {
            MOST_ROWS
        } else {
            MOST_ROWS_LAST
        };
        rows(from..items.len()) <= most
    };
    while !fits_the_last(&pages, from) {
        let mut to = from;
        let mut used = 0;
        // The last item is left for the last page.
        while to + 1 < items.len() && used + items[to].rows() <= MOST_ROWS_CONTINUED {
            used += items[to].rows();
            to += 1;
        }
        if to == from {
            break;
        }
        pages.push(from..to);
        from = to;
    }
    pages.push(from..items.len());
    pages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn shares(lines: usize) -> Vec<usize> {
        let fonts = Fonts::embedded();
        let face = testing::face_of(lines);
        let items: Vec<_> = face
            .lines
            .iter()
            .map(|line| Item::new(&fonts, line))
            .collect();
        assert!(items.iter().all(|item| item.rows() == 1));
        pages(&items).into_iter().map(|page| page.len()).collect()
    }

    #[test]
    fn rows_are_shared_among_pages_as_the_layout_rules_say() {
        assert_eq!(shares(1), [1]);
        assert_eq!(shares(42), [42]);
        assert_eq!(shares(43), [42, 1]);
        assert_eq!(shares(47), [46, 1]);
        assert_eq!(shares(48), [47, 1]);
        assert_eq!(shares(88), [47, 41]);
        assert_eq!(shares(89), [47, 41, 1]);
        assert_eq!(shares(100), [47, 47, 6]);
    }
}
