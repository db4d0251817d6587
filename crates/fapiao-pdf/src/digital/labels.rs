//! What is the same on every invoice of one shape: lines, labels and the sample marks.

use super::geometry::{
    BODY, COLUMNS, HEADER_END, ITEMS_END, LEFT, MAROON, PARTIES_END, Part, REMARK_END, RIGHT,
    ROW_PITCH, STROKE, Shape, TOTAL_END,
};
use super::sample;
use crate::{
    RenderError,
    fonts::{Face, Fonts},
    ink::Mark,
    text::{Setter, width},
};

/// Size of the title and the distance of its glyphs' starts.
const TITLE: f64 = 20.0;
const TITLE_ADVANCE: f64 = 7.07;
const MIDDLE: f64 = 105.0;

/// Labels of the head and the parties: where they start, where they must have ended, baseline, text. A label whose
/// value starts close behind it is narrowed, so that half a millimetre stays between its colon and the value.
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
    title(&mut set, shape)?;
    for (from, to, y, text) in LABELS {
        narrowed(&mut set, from, to, y, text)?;
    }
    for (x, text) in [(6.03, "购买方信息"), (106.53, "销售方信息")] {
        column_of(&mut set, x, 35.52, 3.5, text)?;
    }
    for (x, text) in COLUMNS.iter().flat_map(|column| column.head) {
        plain(&mut set, *x, 56.02, text)?;
    }
    let sums = shape.items_end() - 0.98;
    if shape.part != Part::Only {
        spread(&mut set, sums - ROW_PITCH, "小", "计")?;
    }
    spread(&mut set, sums, "合", "计")?;
    let down = shape.growth();
    if shape.has_total() {
        plain(&mut set, 16.94, 101.52 + down, "价税合计（大写）")?;
        circled_cross(&mut set, (59.97, 99.0 + down));
        narrowed(&mut set, 143.53, 154.9, 101.52 + down, "（小写）")?;
        column_of(&mut set, 6.03, 112.02 + down, 6.0, "备注")?;
    }
    narrowed(&mut set, 19.53, 31.4, 132.52 + down, "开票人：")?;
    Ok(set.marks)
}

fn frame(set: &mut Setter<'_>, shape: Shape) {
    let mut line = |from, to| {
        set.marks.push(Mark::Line {
            from,
            to,
            width: STROKE,
            colour: MAROON,
        });
    };
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
    for x in [10.5, 105.2, 111.2] {
        line((x, HEADER_END), (x, PARTIES_END));
    }
    line((LEFT, bottom), (RIGHT, bottom));
    if shape.has_total() {
        let (items, total) = (ITEMS_END + down, TOTAL_END + down);
        line((LEFT, items), (RIGHT, items));
        line((LEFT, total), (RIGHT, total));
        line((56.5, items), (56.5, total));
        line((10.5, total), (10.5, bottom));
    }
}

fn title(set: &mut Setter<'_>, shape: Shape) -> Result<(), RenderError> {
    let text = if shape.special {
        "电子发票（增值税专用发票）"
    } else {
        "电子发票（普通发票）"
    };
    let wide = width(set.fonts, Face::Kai, TITLE, text);
    let stretch = TITLE_ADVANCE * text.chars().count() as f64 / wide;
    let at = (MIDDLE - wide * stretch / 2.0, 14.09);
    set.stretched("title", Face::Kai, TITLE, stretch, at, text)
        .map(|_| ())
}

fn plain(set: &mut Setter<'_>, x: f64, y: f64, text: &str) -> Result<(), RenderError> {
    set.left("label", Face::Kai, BODY, (x, y), text).map(|_| ())
}

fn narrowed(
    set: &mut Setter<'_>,
    from: f64,
    to: f64,
    y: f64,
    text: &str,
) -> Result<(), RenderError> {
    let stretch = ((to - from) / width(set.fonts, Face::Kai, BODY, text)).min(1.0);
    set.stretched("label", Face::Kai, BODY, stretch, (from, y), text)
        .map(|_| ())
}

/// One glyph below the other.
fn column_of(
    set: &mut Setter<'_>,
    x: f64,
    y: f64,
    pitch: f64,
    text: &str,
) -> Result<(), RenderError> {
    for (place, glyph) in text.chars().enumerate() {
        plain(
            set,
            x,
            y + pitch * place as f64,
            glyph.encode_utf8(&mut [0; 4]),
        )?;
    }
    Ok(())
}

/// The two glyphs of a sum's label.
fn spread(set: &mut Setter<'_>, y: f64, first: &str, second: &str) -> Result<(), RenderError> {
    plain(set, 20.53, y, first)?;
    plain(set, 36.53, y, second)
}

/// The sign before the amount in capitals, 4 mm across: drawn, because few fonts have it.
fn circled_cross(set: &mut Setter<'_>, (x, y): (f64, f64)) {
    let reach = 2.0 * std::f64::consts::FRAC_1_SQRT_2;
    set.marks.push(Mark::Oval {
        centre: (x, y),
        radii: (2.0, 2.0),
        width: STROKE,
        colour: MAROON,
    });
    for side in [1.0, -1.0] {
        set.marks.push(Mark::Line {
            from: (x - reach, y - reach * side),
            to: (x + reach, y + reach * side),
            width: STROKE,
            colour: MAROON,
        });
    }
}
