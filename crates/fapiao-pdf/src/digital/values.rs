//! What belongs to one invoice, in the order reader programs expect: number, date, buyer, seller, lines, sums,
//! amount in capitals and directly after it in figures, remark, clerk.

use super::geometry::{GRID, ITEMS_END, MOST_ROWS_LAST, Part, ROW_PITCH, Shape};
use super::sharing::share;
use crate::{
    MAX_LINES, RenderError,
    fonts::{Face, Fonts},
    ink::{Colour, Mark, PT_PER_MM, Page},
    label::{self, BODY},
    rows::{self, Item},
    symbol,
    text::{Setter, fit, width, wrap},
};
use fapiao_domain::{
    capital,
    face::InvoiceFace,
    invoice::{Identity, InvoiceKind},
    line::{NO_TAX, printed_tax_sum},
    money::Fen,
    qr,
    remark::red_text,
};

/// Width of a party's name and the (size, rows) it may take.
const PARTY_WIDTH: f64 = 84.0;
const PARTY_SIZES: [(f64, usize); 4] = [(9.0, 2), (8.0, 2), (7.0, 3), (6.0, 3)];
/// Tax number, 12 points, and yen sign.
const TAX_NUMBER: f64 = 12.0;
const YEN: f64 = 11.0;
/// The remark: width, and (size, distance of rows, rows) it may take. What hangs below the last row stays above the frame,
/// so at 9 points there are five: the sixth would stand on it.
const REMARK_WIDTH: f64 = 192.9;
const REMARK_SIZES: [(f64, f64, usize); 4] =
    [(9.0, 3.3, 5), (8.0, 2.95, 6), (7.0, 2.55, 7), (6.0, 2.2, 8)];
/// Baseline of its first row when nothing grows.
const REMARK_FIRST: f64 = 107.27;
/// The marks beside the symbol: their column, and (size, rows) they may take.
const TAG_WIDTH: f64 = 28.0;
const TAG_MIDDLE: f64 = 43.0;
const TAG_PITCH: f64 = 6.0;
const TAG_SIZES: [(f64, usize); 4] = [(11.0, 1), (9.0, 1), (8.0, 1), (7.0, 1)];
/// The QR symbol: upper left corner and edge.
const QR: (f64, f64, f64) = (7.0, 6.0, 20.0);

/// Lays an invoice out.
///
/// # Errors
/// [`RenderError`] when something cannot be printed or does not fit.
pub(crate) fn pages(fonts: &Fonts, face: &InvoiceFace) -> Result<Vec<Page<Shape>>, RenderError> {
    let Identity::Digital { number } = &face.identity else {
        return Err(RenderError::IdentityMismatch {
            kind: face.kind.as_str(),
        });
    };
    match face.lines.len() {
        0 => return Err(RenderError::NoLines),
        lines if lines > MAX_LINES => {
            return Err(RenderError::TooManyLines {
                lines,
                most: MAX_LINES,
            });
        }
        _ => {}
    }
    let items = rows::items(fonts, &GRID, face);
    items
        .iter()
        .try_for_each(|item| item.check(MOST_ROWS_LAST))?;
    let shares = share(&items);
    let symbol = symbol::symbol(&qr::payload(face), QR.0, QR.1, QR.2)?;
    let count = shares.len();
    let mut pages = Vec::with_capacity(count);
    for (place, share) in shares.into_iter().enumerate() {
        let part = match (count, place + 1 == count) {
            (1, _) => Part::Only,
            (_, true) => Part::Last,
            (_, false) => Part::Continued,
        };
        let items = &items[share.clone()];
        let used = items.iter().map(Item::rows).sum();
        let special = face.kind == InvoiceKind::DigitalSpecial;
        let shape = Shape::new(special, used, part, face.sample);
        let mut set = Setter::new(fonts, Colour::BLACK);
        set.marks.push(symbol.clone());
        centre_mark(&mut set, shape);
        label::seal(&mut set, face)?;
        head(&mut set, face, number, (place + 1, count))?;
        if place == 0 {
            tags(&mut set, face)?;
        }
        parties(&mut set, face)?;
        let mut row = 0;
        for item in items {
            item.set(&mut set, row)?;
            row += item.rows();
        }
        if part != Part::Only {
            let lines = &face.lines[share];
            let amount = lines.iter().map(|line| line.amount).sum();
            let tax = lines.iter().map(|line| line.tax).sum();
            let y = sums_at(shape) - ROW_PITCH;
            let fields = ["page net sum", "page tax sum"];
            let tax = printed_tax_sum(lines, tax);
            sums(&mut set, fields, y, amount, tax)?;
        }
        let tax = printed_tax_sum(&face.lines, face.totals.tax);
        let fields = ["net sum", "tax sum"];
        sums(&mut set, fields, sums_at(shape), face.totals.amount, tax)?;
        if shape.has_total() {
            total(&mut set, shape, face)?;
            remark(&mut set, shape, face)?;
        }
        let foot = (32.0, 132.52 + shape.growth());
        set.left("drawer", Face::Song, BODY, foot, &face.drawer)?;
        pages.push(Page {
            height: shape.height(),
            layer: shape,
            marks: set.marks,
        });
    }
    Ok(pages)
}

/// Baseline of the sums of the items.
fn sums_at(shape: Shape) -> f64 {
    shape.items_end() - ITEMS_END + 94.63
}

/// The yellow square with 税 over the middle of the symbol; an outline, because it is no value.
fn centre_mark(set: &mut Setter<'_>, shape: Shape) {
    const EDGE: f64 = 5.36;
    let (x, y) = (QR.0 + QR.2 / 2.0, QR.1 + QR.2 / 2.0);
    set.marks.push(Mark::Block {
        x: x - EDGE / 2.0,
        y: y - EDGE / 2.0,
        width: EDGE,
        height: EDGE,
        colour: Colour(250, 239, 173),
    });
    let file = set.fonts.file(Face::Song);
    let scale = BODY / f64::from(file.units());
    let half = BODY / PT_PER_MM / 2.0;
    set.marks.push(Mark::Shape {
        rings: file.rings('税'),
        matrix: [
            scale,
            0.0,
            0.0,
            scale,
            (x - half) * PT_PER_MM,
            // The glyph stands 0.38 em above its baseline in the middle.
            (shape.height() - y) * PT_PER_MM - 0.38 * BODY,
        ],
        colour: Colour::BLACK,
    });
}

fn head(
    set: &mut Setter<'_>,
    face: &InvoiceFace,
    number: &str,
    (page, count): (usize, usize),
) -> Result<(), RenderError> {
    set.left("invoice number", Face::Song, BODY, (170.0, 13.94), number)?;
    let day = face.printed_day();
    set.left("issue date", Face::Song, BODY, (170.0, 20.04), &day)?;
    if count > 1 {
        let text = format!("共{count}页 第{page}页");
        set.left("page", Face::Song, BODY, (170.0, 26.0), &text)?;
    }
    Ok(())
}

/// The marks beside the symbol: special business, and how difference tax is printed.
fn tags(set: &mut Setter<'_>, face: &InvoiceFace) -> Result<(), RenderError> {
    let mut texts = Vec::new();
    if let Some(business) = &face.extras.business {
        texts.push(("special business", business.name.clone()));
    }
    if let Some(difference) = face.extras.difference {
        let text = format!("差额征税-{}", difference.kind.printed());
        texts.push(("difference tax", text));
    }
    let first = 17.1 - TAG_PITCH / 2.0 * texts.len().saturating_sub(1) as f64;
    for (place, (field, text)) in texts.into_iter().enumerate() {
        let fitted = fit(set.fonts, field, &text, TAG_WIDTH, &TAG_SIZES)?;
        let at = (TAG_MIDDLE, first + TAG_PITCH * place as f64);
        for part in &fitted.rows {
            set.centre(field, Face::Song, fitted.size, at, part)?;
        }
    }
    Ok(())
}

fn parties(set: &mut Setter<'_>, face: &InvoiceFace) -> Result<(), RenderError> {
    let buyer = face.buyer.printed_name();
    for (fields, x, (number_x, number_end), name, number) in [
        (
            ["buyer name", "buyer tax number"],
            20.0,
            (56.0, 104.7),
            buyer.as_str(),
            face.buyer.tax_number.as_str(),
        ),
        (
            ["seller name", "seller tax number"],
            120.0,
            (156.5, 205.0),
            &face.seller.name,
            &face.seller.tax_number,
        ),
    ] {
        let fitted = fit(set.fonts, fields[0], name, PARTY_WIDTH, &PARTY_SIZES)?;
        let pitch = fitted.size / PT_PER_MM * 1.12;
        for (place, part) in fitted.rows.iter().enumerate() {
            let at = (x, 36.53 + pitch * place as f64);
            set.left(fields[0], Face::Song, fitted.size, at, part)?;
        }
        // Eighteen characters have their full width; the twenty of older numbers are narrowed to stay in the column.
        let wide = width(set.fonts, Face::Mono, TAX_NUMBER, number);
        let stretch = ((number_end - number_x) / wide.max(0.1)).min(1.0);
        let at = (number_x, 47.07);
        set.stretched(fields[1], Face::Mono, TAX_NUMBER, stretch, at, number)?;
    }
    Ok(())
}

/// Net and tax, each with the yen sign directly before; asterisks where no tax can be.
fn sums(
    set: &mut Setter<'_>,
    [net_field, tax_field]: [&'static str; 2],
    y: f64,
    amount: Fen,
    tax: Option<String>,
) -> Result<(), RenderError> {
    money(set, net_field, BODY, (153.0, y), &amount.to_string())?;
    match tax {
        Some(text) => money(set, tax_field, BODY, (205.0, y), &text),
        None => set.right(tax_field, BODY, (205.0, y), NO_TAX).map(|_| ()),
    }
}

/// A yen sign and figures, ending at the right edge.
fn money(
    set: &mut Setter<'_>,
    field: &'static str,
    size: f64,
    at: (f64, f64),
    text: &str,
) -> Result<(), RenderError> {
    let figures = at.0 - width(set.fonts, Face::Song, size, text);
    let sign = figures - width(set.fonts, Face::Mono, YEN, "¥");
    set.left(field, Face::Mono, YEN, (sign, at.1), "¥")?;
    set.left(field, Face::Song, size, (figures, at.1), text)
        .map(|_| ())
}

fn total(set: &mut Setter<'_>, shape: Shape, face: &InvoiceFace) -> Result<(), RenderError> {
    let down = shape.growth();
    let capitals = capital::capital(face.totals.total);
    set.left(
        "amount in capitals",
        Face::Song,
        BODY,
        (62.95, 100.85 + down),
        &capitals,
    )?;
    let at = (155.52, 100.99 + down);
    let after = set.left("total", Face::Mono, YEN, at, "¥")?;
    let figures = face.totals.total.to_string();
    set.left("total", Face::Song, YEN, (after, at.1), &figures)
        .map(|_| ())
}

/// The remark, led by the reference of a red invoice when it does not have it yet.
fn remark(set: &mut Setter<'_>, shape: Shape, face: &InvoiceFace) -> Result<(), RenderError> {
    let mut text = String::new();
    if let Some(red) = &face.red
        && !face.remark.contains(red.blue.number())
    {
        text = red_text(red) + "\n";
    }
    text.push_str(&face.remark);
    let mut refusal = (0, 0);
    for (size, pitch, most) in REMARK_SIZES {
        let rows: Vec<String> = text
            .lines()
            .flat_map(|part| wrap(set.fonts, Face::Song, size, part, REMARK_WIDTH))
            .collect();
        if rows.len() > most {
            refusal = (rows.len(), most);
            continue;
        }
        for (place, row) in rows.iter().enumerate() {
            let at = (11.1, REMARK_FIRST + shape.growth() + pitch * place as f64);
            set.left("remark", Face::Song, size, at, row)?;
        }
        return Ok(());
    }
    Err(RenderError::TooLong {
        field: "remark".to_owned(),
        rows: refusal.0,
        most: refusal.1,
    })
}

#[cfg(test)]
mod tests {
    use super::super::geometry::REMARK_END;
    use super::*;

    #[test]
    fn what_hangs_below_the_last_row_of_the_remark_stays_above_the_frame() {
        for (size, pitch, most) in REMARK_SIZES {
            let last = REMARK_FIRST + pitch * (most - 1) as f64;
            // An eighth of the size: what commas and figures of Song hang below their line.
            let below = last + size / PT_PER_MM / 8.0;
            assert!(
                below + label::STROKE / 2.0 < REMARK_END,
                "{size} points: {below}"
            );
        }
    }
}
