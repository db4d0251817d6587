//! What is the same on every paper of the older form.

use super::{BROWN, Shape, Sheet, list};
use crate::{
    RenderError,
    fonts::Fonts,
    ink::Mark,
    label::{
        self, PALE, SAMPLE_WORDS, circled_cross, column_of, empty_seal, narrowed, outline, plain,
    },
    text::Setter,
};

/// Labels: start, where they must have ended (half a millimetre before a value), baseline, text.
const LABELS: [(f64, f64, f64, &str); 28] = [
    (5.6, 21.4, 26.73, "机器编号："),
    (148.6, 163.4, 10.23, "发票代码："),
    (148.6, 163.4, 15.73, "发票号码："),
    (148.6, 163.4, 21.23, "开票日期："),
    (148.6, 151.8, 26.73, "校"),
    (153.46, 156.7, 26.73, "验"),
    (158.33, 161.55, 26.73, "码"),
    (161.5, 163.4, 26.73, "："),
    (13.52, 16.7, 34.33, "名"),
    (29.09, 35.4, 34.33, "称："),
    (13.52, 35.4, 39.53, "纳税人识别号："),
    (13.52, 23.1, 45.13, "地址、"),
    (25.87, 35.4, 45.13, "电话："),
    (13.52, 35.4, 50.43, "开户行及账号："),
    (13.52, 16.7, 108.13, "名"),
    (29.09, 35.4, 108.13, "称："),
    (13.52, 35.4, 113.01, "纳税人识别号："),
    (13.52, 23.1, 117.5, "地址、"),
    (25.87, 35.4, 117.5, "电话："),
    (13.52, 35.4, 122.19, "开户行及账号："),
    (22.52, 26.0, 94.9, "合"),
    (34.52, 38.0, 94.9, "计"),
    (17.32, 45.0, 101.23, "价税合计（大写）"),
    (156.6, 167.4, 101.23, "（小写）"),
    (7.1, 21.4, 128.23, "收款人："),
    (63.6, 73.9, 128.23, "复核："),
    (105.7, 120.4, 128.23, "开票人："),
    (150.0, 180.0, 128.23, "销售方：（章）"),
];

/// Heads of the columns, at one baseline.
const HEADS: [(f64, &str); 12] = [
    (25.02, "项目名称"),
    (64.02, "规格型号"),
    (85.52, "单位"),
    (99.32, "数"),
    (105.62, "量"),
    (120.52, "单"),
    (125.82, "价"),
    (144.72, "金"),
    (151.42, "额"),
    (166.72, "税率"),
    (185.02, "税"),
    (191.99, "额"),
];

/// Bands at the left and in the middle, one glyph below the other: start, first baseline, pitch, text.
const BANDS: [(f64, f64, f64, &str); 4] = [
    (6.85, 35.95, 6.35, "购买方"),
    (120.37, 35.65, 6.35, "密码区"),
    (6.85, 109.45, 6.35, "销售方"),
    (120.37, 110.65, 10.0, "备注"),
];

/// Draws the layer of a shape.
pub(crate) fn layer(fonts: &Fonts, shape: Shape) -> Result<Vec<Mark>, RenderError> {
    if let Sheet::List { last } = shape.page {
        return list::layer(fonts, shape, last);
    }
    let mut set = Setter::new(fonts, BROWN);
    if shape.sample {
        sample(&mut set, shape);
    }
    lines(&mut set);
    let title = format!("{}增值税电子普通发票", shape.province);
    label::title(&mut set, 19.0, 6.53, 12.76, &title)?;
    for (from, to, y, text) in LABELS {
        narrowed(&mut set, from, to, y, text)?;
    }
    for (x, text) in HEADS {
        plain(&mut set, x, 55.73, text)?;
    }
    for (x, y, pitch, text) in BANDS {
        column_of(&mut set, x, y, pitch, text)?;
    }
    circled_cross(&mut set, (59.75, 100.05), 2.25);
    Ok(set.marks)
}

fn lines(set: &mut Setter<'_>) {
    let mut line = |from, to| label::line(set, from, to);
    for y in [18.0, 19.0] {
        line((68.5, y), (141.5, y));
    }
    for y in [30.0, 52.0, 96.0, 104.0, 124.0] {
        line((4.5, y), (205.5, y));
    }
    for x in [4.5, 205.5] {
        line((x, 29.875), (x, 124.125));
    }
    for x in [12.5, 119.5, 124.5] {
        line((x, 30.0), (x, 52.0));
        line((x, 104.0), (x, 124.0));
    }
    for x in [82.5, 94.5, 114.5, 134.5, 164.5, 175.5] {
        line((x, 52.0), (x, 96.0));
    }
    line((56.5, 52.0), (56.5, 104.0));
}

/// The wording in head, buyer band and remark, an empty seal, and a cross over the cipher area.
fn sample(set: &mut Setter<'_>, shape: Shape) {
    for (middle, size, angle) in [
        ((48.0, 20.0), 7.0, 8.0),
        ((77.0, 41.0), 15.0, 6.0),
        ((165.0, 114.0), 14.0, 6.0),
    ] {
        let mark = outline(
            set.fonts,
            SAMPLE_WORDS,
            middle,
            size,
            angle,
            PALE,
            shape.height(),
        );
        set.marks.push(mark);
    }
    empty_seal(set, shape.height());
    for (from, to) in [(31.0, 51.0), (51.0, 31.0)] {
        set.marks.push(Mark::Line {
            from: (125.5, from),
            to: (204.5, to),
            width: 0.1,
            colour: PALE,
        });
    }
}
