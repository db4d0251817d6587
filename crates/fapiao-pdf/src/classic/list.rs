//! The list page 销货清单 (A4): what does not fit the eight rows of the form.

use super::{Shape, Sheet};
use crate::{
    RenderError,
    fonts::{Face, Fonts},
    ink::{Colour, Field, Mark, Page},
    label::{self, BODY, PALE, SAMPLE_WORDS, outline, plain},
    rows::{self, Grid, Item, Place, masks_rate, middle},
    text::{Fitted, Setter, fit},
};
use fapiao_domain::{
    face::InvoiceFace,
    line::{InvoiceLine, LineKind},
    money::Fen,
};

/// Rows of a page; the last has one less, because it also carries the sum of all.
const ROWS: usize = 26;
const ROWS_LAST: usize = ROWS - 1;
/// Where the rows begin and how far apart they are.
const TOP: f64 = 66.0;
const PITCH: f64 = 7.0;

/// As the form's, but for a row of seven millimetres; the name is made smaller instead of longer.
static GRID: Grid = Grid {
    name: (14.2, 56.0),
    spec: (57.2, 82.0),
    unit: (82.8, 94.2),
    quantity: (95.0, 113.5),
    price: (115.0, 133.5),
    amount: (135.0, 163.5),
    rate: (164.5, 174.9),
    rate_at: Place::Right,
    tax: (176.0, 204.5),
    first_row: TOP + 4.6,
    pitch: PITCH,
};

/// Name, specification and unit: (size, rows) they may take.
const SIZES: [(f64, usize); 4] = [(9.0, 1), (8.0, 2), (7.0, 2), (5.5, 3)];
/// Names of the parties: where they start, how wide they may be, and (size, rows) they may take. What fits the form fits
/// here.
const NAME: f64 = 30.5;
const NAME_WIDTH: f64 = 174.0;
const NAME_SIZES: [(f64, usize); 5] = [(9.0, 1), (8.0, 1), (7.0, 1), (6.0, 1), (6.0, 2)];

const LABELS: [(f64, f64, &str); 18] = [
    (10.5, 39.73, "购买方名称："),
    (10.5, 46.73, "销售方名称："),
    (10.5, 53.73, "所属增值税电子普通发票代码："),
    (95.5, 53.73, "号码："),
    (165.5, 53.73, "共"),
    (180.5, 53.73, "页"),
    (186.5, 53.73, "第"),
    (201.5, 53.73, "页"),
    (6.0, 63.43, "序号"),
    (25.5, 63.43, "项目名称"),
    (63.5, 63.43, "规格型号"),
    (85.5, 63.43, "单位"),
    (100.5, 63.43, "数量"),
    (119.5, 63.43, "单价"),
    (144.5, 63.43, "金额"),
    (167.0, 63.43, "税率"),
    (182.98, 63.43, "税额"),
    (147.5, 281.23, "开票日期："),
];

pub(super) fn layer(fonts: &Fonts, shape: Shape, last: bool) -> Result<Vec<Mark>, RenderError> {
    let mut set = Setter::new(fonts, Colour::BLACK);
    if shape.sample {
        for (middle, size, angle) in [((150.0, 33.0), 14.0, 5.0), ((80.0, 288.0), 14.0, 3.0)] {
            let mark = outline(
                fonts,
                SAMPLE_WORDS,
                middle,
                size,
                angle,
                PALE,
                shape.height(),
            );
            set.marks.push(mark);
        }
    }
    for y in [59.0, 66.0, 269.0, 277.0] {
        label::line(&mut set, (4.5, y), (205.5, y));
    }
    for x in [4.5, 13.5, 205.5] {
        label::line(&mut set, (x, 59.0), (x, 277.0));
    }
    for x in [56.5, 82.5, 94.5, 114.5, 134.5, 164.5, 175.5] {
        label::line(&mut set, (x, 59.0), (x, 269.0));
    }
    let title = "销售货物或者提供应税劳务、服务清单";
    set.stretched("title", Face::Kai, 19.0, 7.05 / 6.703, (45.05, 20.1), title)?;
    for (x, y, text) in LABELS {
        plain(&mut set, x, y, text)?;
    }
    for (y, text) in sum_rows(last) {
        plain(&mut set, 6.0, y, text)?;
    }
    plain(&mut set, 6.0, 274.23, "备注")?;
    Ok(set.marks)
}

/// The sums below the rows.
fn sum_rows(last: bool) -> Vec<(f64, &'static str)> {
    if last {
        vec![(252.7, "小计"), (259.7, "折扣"), (266.7, "总计")]
    } else {
        vec![(259.73, "小计"), (266.73, "折扣")]
    }
}

/// The pages of the list.
pub(super) fn pages(
    fonts: &Fonts,
    face: &InvoiceFace,
    form: Shape,
    code: &str,
    number: &str,
) -> Result<Vec<Page<Shape>>, RenderError> {
    let lines = &face.lines;
    let mut pages = Vec::new();
    let mut from = 0;
    // As many full pages as it takes until the rest fits the last; that one has at least one line.
    let full = lines.len().saturating_sub(ROWS_LAST).div_ceil(ROWS);
    let count = full + 1;
    for place in 0..count {
        let last = place + 1 == count;
        let to = if last {
            lines.len()
        } else {
            (from + ROWS).min(lines.len() - 1)
        };
        let shape = Shape {
            page: Sheet::List { last },
            ..form
        };
        let mut set = Setter::new(fonts, Colour::BLACK);
        head(&mut set, face, (code, number), (place + 1, count))?;
        for (row, line) in lines[from..to].iter().enumerate() {
            row_of(&mut set, row, line, masks_rate(face))?;
        }
        foot(&mut set, face, &lines[from..to], last)?;
        pages.push(Page {
            height: shape.height(),
            layer: shape,
            marks: set.marks,
        });
        from = to;
    }
    Ok(pages)
}

fn head(
    set: &mut Setter<'_>,
    face: &InvoiceFace,
    (code, number): (&str, &str),
    (page, count): (usize, usize),
) -> Result<(), RenderError> {
    for (field, y, name) in [
        ("buyer name", 39.73, &face.buyer.printed_name()),
        ("seller name", 46.73, &face.seller.name),
    ] {
        fitted(set, field, (NAME, y), name, NAME_WIDTH, &NAME_SIZES)?;
    }
    for (field, x, y, text) in [
        ("invoice code", 56.0, 53.73, code.to_owned()),
        ("invoice number", 106.0, 53.73, number.to_owned()),
        ("page", 172.5, 53.73, count.to_string()),
        ("page", 193.5, 53.73, page.to_string()),
        ("issue date", 164.5, 281.23, face.printed_day()),
    ] {
        set.left(field, Face::Song, BODY, (x, y), &text)?;
    }
    Ok(())
}

/// A line in one row: long texts become smaller and stand in two or three.
fn row_of(
    set: &mut Setter<'_>,
    row: usize,
    line: &InvoiceLine,
    masks_rate: bool,
) -> Result<(), RenderError> {
    let y = GRID.first_row + PITCH * row as f64;
    set.left(
        "line number",
        Face::Song,
        BODY,
        (6.0, y),
        &line.no.to_string(),
    )?;
    for (what, (from, to), text) in [
        ("name", GRID.name, line.printed_name()),
        ("specification", GRID.spec, line.spec.clone()),
    ] {
        let field = Field::of_line(what, line.no);
        fitted(set, field, (from, y), &text, to - from, &SIZES)?;
    }
    let (from, to) = GRID.unit;
    let field = Field::of_line("unit", line.no);
    let unit = fit(set.fonts, field, &line.unit, to - from, &SIZES)?;
    for (part, y) in rows_around(&unit, y) {
        let at = (middle(GRID.unit), y);
        set.centre(field, Face::Song, unit.size, at, part)?;
    }
    Item::figures(&GRID, line, masks_rate).set(set, row)
}

/// Sets a text from the left, in the largest size in which it fits.
fn fitted(
    set: &mut Setter<'_>,
    field: impl Into<Field>,
    (x, y): (f64, f64),
    text: &str,
    width: f64,
    sizes: &[(f64, usize)],
) -> Result<(), RenderError> {
    let field = field.into();
    let text = fit(set.fonts, field, text, width, sizes)?;
    for (part, y) in rows_around(&text, y) {
        set.left(field, Face::Song, text.size, (x, y), part)?;
    }
    Ok(())
}

/// Rows with their baselines, their middle where a single row's would be.
fn rows_around(text: &Fitted, y: f64) -> impl Iterator<Item = (&str, f64)> {
    let pitch = text.size * 0.37;
    let above = pitch / 2.0 * text.rows.len().saturating_sub(1) as f64;
    let places = text.rows.iter().enumerate();
    places.map(move |(place, part)| (part.as_str(), y - above + pitch * place as f64))
}

fn foot(
    set: &mut Setter<'_>,
    face: &InvoiceFace,
    lines: &[InvoiceLine],
    last: bool,
) -> Result<(), RenderError> {
    let sum = |discounts: bool| {
        let of = lines
            .iter()
            .filter(|line| (line.kind == LineKind::Discount) == discounts);
        of.fold((Fen::ZERO, Fen::ZERO), |(amount, tax), line| {
            (amount + line.amount, tax + line.tax)
        })
    };
    let sums = [sum(false), sum(true), (face.totals.amount, face.totals.tax)];
    for ((y, name), (amount, tax)) in sum_rows(last).into_iter().zip(sums) {
        if name == "折扣" && amount == Fen::ZERO {
            continue;
        }
        set.right("sum", BODY, (GRID.amount.1, y), &format!("¥{amount}"))?;
        let tax = rows::tax_with_sign(&face.lines, tax);
        set.right("sum", BODY, (GRID.tax.1, y), &tax)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{testing, text::width};

    #[test]
    fn long_units_and_names_stay_inside_their_places() {
        let fonts = Fonts::embedded();
        let shape = Shape {
            page: Sheet::Form,
            province: "浙江",
            sample: false,
        };
        // As long as the form takes them.
        let name = "浙江省舟山群岛新区".repeat(11)[..93 * 3].to_owned();
        let mut face = testing::face_of(9);
        for (line, unit) in face.lines.iter_mut().zip([
            "平方米/月",
            "千瓦时每年度",
            "标准集装箱（四十英尺）每月",
            "套",
        ]) {
            unit.clone_into(&mut line.unit);
        }
        face.seller.name = name.clone();
        face.buyer.name = name.chars().take(89).collect();
        let pages = pages(&fonts, &face, shape, "099992600111", "00000001").unwrap();
        let mut seen = 0;
        for mark in pages.iter().flat_map(|page| &page.marks) {
            let Mark::Text {
                field,
                face,
                size,
                x,
                text,
                ..
            } = mark
            else {
                continue;
            };
            let right = x + width(&fonts, *face, *size, text);
            let (from, to) = match field.what {
                "unit" => (82.5, 94.5),
                "buyer name" | "seller name" => (NAME, 205.5),
                _ => continue,
            };
            assert!(from <= *x && right <= to, "{text}: {x} to {right}");
            seen += 1;
        }
        assert!(seen >= 9 + 4, "{seen}");
        // What fits nowhere is refused before a number is taken.
        face.lines[0].unit = "箱".repeat(80);
        let refused = super::pages(&fonts, &face, shape, "099992600111", "00000001");
        assert!(matches!(refused, Err(RenderError::TooLong { .. })));
    }

    #[test]
    fn the_last_list_page_has_a_row_less_and_at_least_one_line() {
        let fonts = Fonts::embedded();
        let shape = Shape {
            page: Sheet::Form,
            province: "浙江",
            sample: false,
        };
        for (lines, count) in [
            (9, 1),
            (25, 1),
            (26, 2),
            (27, 2),
            (51, 2),
            (52, 3),
            (100, 4),
        ] {
            let face = testing::face_of(lines);
            let pages = pages(&fonts, &face, shape, "099992600111", "00000001").unwrap();
            assert_eq!(pages.len(), count, "{lines} lines");
            let printed = pages
                .iter()
                .flat_map(|page| &page.marks)
                .filter(
                    |mark| matches!(mark, Mark::Text { text, .. } if text.starts_with("*水果*")),
                )
                .count();
            assert_eq!(printed, lines);
        }
    }
}
