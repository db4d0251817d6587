//! Invoice lines become rows of a form.

use crate::{
    RenderError,
    fonts::{Face, Fonts},
    ink::Field,
    label::BODY,
    text::{Setter, width, wrap},
};
use fapiao_domain::{
    face::{DifferenceKind, InvoiceFace},
    line::{InvoiceLine, NO_TAX, printed_tax_sum},
    money::Fen,
    rate::Rate,
};

/// The columns of a form, from and to in millimetres, and its rows.
pub(crate) struct Grid {
    pub(crate) name: (f64, f64),
    pub(crate) spec: (f64, f64),
    pub(crate) unit: (f64, f64),
    pub(crate) quantity: (f64, f64),
    pub(crate) price: (f64, f64),
    pub(crate) amount: (f64, f64),
    pub(crate) rate: (f64, f64),
    pub(crate) rate_at: Place,
    pub(crate) tax: (f64, f64),
    /// Baseline of the first row and the distance to the next.
    pub(crate) first_row: f64,
    pub(crate) pitch: f64,
}

/// Where a cell stands in its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Middle,
    Right,
}

/// A line with its texts broken to the columns.
pub(crate) struct Item<'a> {
    grid: &'static Grid,
    line: &'a InvoiceLine,
    name: Vec<String>,
    spec: Vec<String>,
    unit: Vec<String>,
    /// Whether asterisks stand for the rate.
    masks_rate: bool,
}

/// The lines of a face, broken to the columns.
pub(crate) fn items<'a>(
    fonts: &Fonts,
    grid: &'static Grid,
    face: &'a InvoiceFace,
) -> Vec<Item<'a>> {
    let masks_rate = masks_rate(face);
    face.lines
        .iter()
        .map(|line| Item {
            masks_rate,
            ..Item::new(fonts, grid, line)
        })
        .collect()
}

/// Where the deduction leaves the tax base, no rate leads from the amount to the tax: asterisks are printed.
pub(crate) fn masks_rate(face: &InvoiceFace) -> bool {
    face.extras
        .difference
        .is_some_and(|it| it.kind == DifferenceKind::Difference)
}

/// The rate as printed on a face.
pub(crate) fn printed_rate(rate: Rate, masked: bool) -> String {
    if masked {
        "***".to_owned()
    } else {
        rate.printed()
    }
}

impl<'a> Item<'a> {
    pub(crate) fn new(fonts: &Fonts, grid: &'static Grid, line: &'a InvoiceLine) -> Item<'a> {
        let broken =
            |text: &str, (from, to): (f64, f64)| wrap(fonts, Face::Song, BODY, text, to - from);
        Item {
            name: broken(&line.printed_name(), grid.name),
            spec: broken(&line.spec, grid.spec),
            unit: broken(&line.unit, grid.unit),
            grid,
            line,
            masks_rate: false,
        }
    }

    /// A line of which only the figures are set: its texts are fitted elsewhere.
    pub(crate) fn figures(
        grid: &'static Grid,
        line: &'a InvoiceLine,
        masks_rate: bool,
    ) -> Item<'a> {
        Item {
            grid,
            name: Vec::new(),
            spec: Vec::new(),
            unit: Vec::new(),
            line,
            masks_rate,
        }
    }

    /// Rows it takes: what is broken counts.
    pub(crate) fn rows(&self) -> usize {
        self.name
            .len()
            .max(self.spec.len())
            .max(self.unit.len())
            .max(1)
    }

    /// Refuses a line that would fill a page by itself.
    pub(crate) fn check(&self, most: usize) -> Result<(), RenderError> {
        if self.rows() <= most {
            return Ok(());
        }
        Err(RenderError::TooLong {
            field: format!("name of line {}", self.line.no),
            rows: self.rows(),
            most,
        })
    }

    /// Sets the line with its first row at `row` (0 is the first of the page).
    pub(crate) fn set(&self, set: &mut Setter<'_>, row: usize) -> Result<(), RenderError> {
        let line = self.line;
        let field = |what| Field::of_line(what, line.no);
        let y = self.grid.first_row + self.grid.pitch * row as f64;
        let below = |place: usize| y + self.grid.pitch * place as f64;
        for (place, part) in self.name.iter().enumerate() {
            let at = (self.grid.name.0, below(place));
            set.left(field("name"), Face::Song, BODY, at, part)?;
        }
        for (place, part) in self.spec.iter().enumerate() {
            let at = (self.grid.spec.0, below(place));
            set.left(field("specification"), Face::Song, BODY, at, part)?;
        }
        for (place, part) in self.unit.iter().enumerate() {
            let at = (middle(self.grid.unit), below(place));
            set.centre(field("unit"), Face::Song, BODY, at, part)?;
        }
        if let Some(quantity) = line.quantity {
            let text = quantity.normalize().to_string();
            number(set, field("quantity"), self.grid.quantity, y, BODY, &text)?;
        }
        if let Some(price) = line.unit_price {
            let text = price.normalize().to_string();
            let size = if text.len() > 13 { 8.0 } else { BODY };
            number(set, field("unit price"), self.grid.price, y, size, &text)?;
        }
        number(
            set,
            field("amount"),
            self.grid.amount,
            y,
            BODY,
            &line.amount.to_string(),
        )?;
        let rate = printed_rate(line.rate, self.masks_rate);
        match self.grid.rate_at {
            Place::Middle => {
                let at = (middle(self.grid.rate), y);
                set.centre(field("rate"), Face::Song, BODY, at, &rate)?;
            }
            Place::Right => number(set, field("rate"), self.grid.rate, y, BODY, &rate)?,
        }
        number(
            set,
            field("tax"),
            self.grid.tax,
            y,
            BODY,
            &line.printed_tax(),
        )?;
        Ok(())
    }
}

/// A sum of taxes with its yuan sign, or what stands where there can be none.
pub(crate) fn tax_with_sign(lines: &[InvoiceLine], sum: Fen) -> String {
    printed_tax_sum(lines, sum).map_or_else(|| NO_TAX.to_owned(), |sum| format!("¥{sum}"))
}

/// Sets a number at the right edge of its column, smaller when it is too long.
fn number(
    set: &mut Setter<'_>,
    field: Field,
    (from, to): (f64, f64),
    y: f64,
    size: f64,
    text: &str,
) -> Result<(), RenderError> {
    let wide = width(set.fonts, Face::Song, size, text);
    let size = size.min(size * (to - from) / wide.max(0.1));
    set.right(field, size, (to, y), text).map(|_| ())
}

pub(crate) fn middle((from, to): (f64, f64)) -> f64 {
    (from + to) / 2.0
}
