//! What is the same on every invoice of one shape: lines, labels and the sample marks.

use super::geometry::{
    BAND, FIRST_HEAD, HEADER_END, HEADS, ITEMS_END, LEFT, MAROON, PARTIES_END, Part, REMARK_END,
    RIGHT, ROW_PITCH, Shape, TOTAL_END,
};
use super::sample;
use crate::{
    RenderError,
    fonts::Fonts,
    ink::Mark,
    label::{self, STROKE, circled_cross, column_of, narrowed, plain},
    text::Setter,
};

/// Labels of the head and the parties: where they start, where they must have ended, baseline, text. A label whose
/// value starts close behind it is narrowed, so that half a millimetre stays between its colon and the value: readers that
/// sort by position mix the two otherwise.
const LABELS: [(f64, f64, f64, &str); 6] = [
    (154.53, 169.4, 14.02, "发票号码："),
    (154.53, 169.4, 20.02, "开票日期："),
    (11.53, 19.4, 36.52, "名称："),
    (11.53, 54.6, 47.02, "统一社会信用代码/纳税人识别号："),
    (112.03, 119.4, 36.52, "名称："),
    (112.03, 155.1, 47.02, "统一社会信用代码/纳税人识别号："),
];

/// Draws the layer of a shape.
pub(crate) fn layer(fonts: &Fonts, shape: Shape) -> Result<Vec<Mark>, RenderError> {
    let mut set = Setter::new(fonts, MAROON);
    if shape.sample {
        sample::draw(&mut set, shape);
    }
    frame(&mut set, shape);
    let title = if shape.special {
        "电子发票（增值税专用发票）"
    } else {
        "电子发票（普通发票）"
    };
    label::title(&mut set, 20.0, 7.07, 14.09, title)?;
    for (from, to, y, text) in LABELS {
        narrowed(&mut set, from, to, y, text)?;
    }
    for (x, text) in [(6.03, "购买方信息"), (106.53, "销售方信息")] {
        column_of(&mut set, x, 35.52, 3.5, text)?;
    }
    for (x, text) in HEADS {
        plain(&mut set, x, FIRST_HEAD, text)?;
    }
    let sums = shape.items_end() - 0.98;
    if shape.part != Part::Only {
        sum_label(&mut set, sums - ROW_PITCH, "小")?;
    }
    sum_label(&mut set, sums, "合")?;
    let down = shape.growth();
    if shape.has_total() {
        plain(&mut set, 16.94, 101.52 + down, "价税合计（大写）")?;
        circled_cross(&mut set, (59.97, 99.0 + down), 2.0);
        narrowed(&mut set, 143.53, 154.9, 101.52 + down, "（小写）")?;
        column_of(&mut set, 6.03, 112.02 + down, 6.0, "备注")?;
    }
    narrowed(&mut set, 19.53, 31.4, 132.52 + down, "开票人：")?;
    Ok(set.marks)
}

fn frame(set: &mut Setter<'_>, shape: Shape) {
    let mut line = |from, to| label::line(set, from, to);
    let down = shape.growth();
    for y in [18.0, 19.0] {
        line((68.5, y), (141.5, y));
    }
    let bottom = REMARK_END + down;
    for y in [HEADER_END, PARTIES_END] {
        line((LEFT, y), (RIGHT, y));
    }
    for x in [LEFT, RIGHT] {
        line((x, HEADER_END - STROKE / 2.0), (x, bottom + STROKE / 2.0));
    }
    for x in [BAND, 105.2, 111.2] {
        line((x, HEADER_END), (x, PARTIES_END));
    }
    line((LEFT, bottom), (RIGHT, bottom));
    if shape.has_total() {
        let (items, total) = (ITEMS_END + down, TOTAL_END + down);
        line((LEFT, items), (RIGHT, items));
        line((LEFT, total), (RIGHT, total));
        line((56.5, items), (56.5, total));
        line((BAND, total), (BAND, bottom));
    }
}

/// The two glyphs before a sum.
fn sum_label(set: &mut Setter<'_>, y: f64, first: &str) -> Result<(), RenderError> {
    plain(set, 20.53, y, first)?;
    plain(set, 36.53, y, "计")
}
