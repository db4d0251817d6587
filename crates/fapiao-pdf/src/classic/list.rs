//! The list page 销货清单 (A4): what does not fit the eight rows of the form.

use super::{Shape, Sheet};
use crate::{
    RenderError,
    fonts::{Face, Fonts},
    ink::{Colour, Field, Mark, Page},
    label::{self, BODY, PALE, SAMPLE_WORDS, outline, plain},
    rows::{self, Grid, Item},
    text::{Setter, fit},
};
use chrono::Datelike;
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
    unit: (82.5, 94.5),
    quantity: (95.0, 113.5),
    price: (115.0, 133.5),
    amount: (135.0, 163.5),
    rate: (164.5, 175.5),
    tax: (176.0, 204.5),
    first_row: TOP + 4.6,
    pitch: PITCH,
};

/// Name and specification: (size, rows) they may take.
const SIZES: [(f64, usize); 4] = [(9.0, 1), (8.0, 2), (7.0, 2), (5.5, 3)];

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
            row_of(&mut set, row, line)?;
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
    let day = face.issued_at.date();
    let date = format!("{:04}年{:02}月{:02}日", day.year(), day.month(), day.day());
    for (field, x, y, text) in [
        ("buyer name", 30.5, 39.73, face.buyer.printed_name()),
        ("seller name", 30.5, 46.73, face.seller.name.clone()),
        ("invoice code", 56.0, 53.73, code.to_owned()),
        ("invoice number", 106.0, 53.73, number.to_owned()),
        ("page", 172.5, 53.73, count.to_string()),
        ("page", 193.5, 53.73, page.to_string()),
        ("issue date", 164.5, 281.23, date),
    ] {
        set.left(field, Face::Song, BODY, (x, y), &text)?;
    }
    Ok(())
}

/// A line in one row: long texts become smaller and stand in two or three.
fn row_of(set: &mut Setter<'_>, row: usize, line: &InvoiceLine) -> Result<(), RenderError> {
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
        let fitted = fit(set.fonts, field, &text, to - from, &SIZES)?;
        let pitch = fitted.size * 0.37;
        let above = pitch / 2.0 * fitted.rows.len().saturating_sub(1) as f64;
        for (place, part) in fitted.rows.iter().enumerate() {
            let at = (from, y - above + pitch * place as f64);
            set.left(field, Face::Song, fitted.size, at, part)?;
        }
    }
    Item::figures(&GRID, line).set(set, row)
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
        let tax = rows::printed_tax_sum(&face.lines, tax)
            .map_or_else(|| "***".to_owned(), |tax| format!("¥{tax}"));
        set.right("sum", BODY, (GRID.tax.1, y), &tax)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

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
