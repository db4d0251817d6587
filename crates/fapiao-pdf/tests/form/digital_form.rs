//! The digital form against the measures of the layout notes, sections 6.2 to 6.6.

use crate::{
    faces,
    measures::{BLACK, MONO, SONG, Table},
    places::{Sheet, ofd_sheets, pdf_sheets},
};
use fapiao_domain::{capital, face::InvoiceFace, money::Fen};

/// Colour of lines and labels.
const MAROON: &str = "#800000";
/// Half an em at 9 and at 11 points: a figure, and a yen sign in the other font (0.6 em).
const FIGURE: f64 = 1.5875;
const YEN: f64 = 2.328;
/// Distance of rows.
const PITCH: f64 = 4.375;

/// A face whose lines take one row each, with a seal, and with a remark of five rows.
fn face(lines: usize) -> InvoiceFace {
    let mut face = faces::invoice(5, lines);
    face.sample = false;
    face.extras.seal = Some(faces::seal());
    for line in &mut face.lines {
        "货物".clone_into(&mut line.short_name);
        line.name = format!("第{:02}", line.no);
        "80#".clone_into(&mut line.spec);
        "箱".clone_into(&mut line.unit);
    }
    face.remark = ["一", "二", "三", "四", "五"].join("\n");
    face
}

/// What is on every page: lines, labels and values above the items, and the foot.
fn every_page(table: &mut Table, face: &InvoiceFace, down: f64) {
    table.section("6.2 lines");
    for y in [18.0, 19.0] {
        table.line((68.5, y), (141.5, y));
    }
    for y in [30.0, 52.0, 124.0 + down] {
        table.line((4.5, y), (205.5, y));
    }
    for x in [4.5, 205.5] {
        // Half a line longer at both ends, so that the corners are closed.
        let ends = [30.0, 124.0 + down];
        table.line((x, ends[0]), (x, ends[1])).within(0.13);
    }
    // The columns of the parties fit the bureau's 10.7 and not the 10.5 that the widths come to.
    for x in [10.7, 105.2, 111.2] {
        table.line((x, 30.0), (x, 52.0));
    }
    table.section("6.2 elements");
    table
        .label("电子发票（普通发票）", (105.0, 14.09))
        .centred()
        .size(20.0);
    table.picture([90.0, 8.0, 120.0, 28.0]);
    table.label("发票号码：", (154.53, 14.02));
    table.label("开票日期：", (154.53, 20.02));
    table.value(face.identity.number(), (170.0, 13.94));
    table.value(&face.printed_day(), (170.0, 20.04));
    for (x, tag) in [(6.03, "购买方信息"), (106.53, "销售方信息")] {
        for (y, glyph) in [35.52, 39.02, 42.52, 46.02, 49.52]
            .into_iter()
            .zip(tag.chars())
        {
            table.label(&glyph.to_string(), (x, y));
        }
    }
    for (x, name_x, number_x, name, number) in [
        (11.53, 20.0, 56.0, &face.buyer.name, &face.buyer.tax_number),
        (
            112.03,
            120.0,
            156.5,
            &face.seller.name,
            &face.seller.tax_number,
        ),
    ] {
        table.label("名称：", (x, 36.52));
        table.value(name, (name_x, 36.53));
        // 15.5 em of 3.175 mm, narrowed to 0.86 to 0.89 of that.
        let label = table.label("统一社会信用代码/纳税人识别号：", (x, 47.02));
        label.until(x + 0.875 * 15.5 * 3.175).within(0.7);
        let advance = 2.54 * number.len() as f64;
        let number = table.value(number, (number_x, 47.07)).face(MONO).size(12.0);
        number.until(number_x + advance);
    }
    for (x, head) in [
        (16.03, "项目名称"),
        (42.13, "规格型号"),
        (67.03, "单"),
        (93.03, "数"),
        (118.03, "单"),
        (143.53, "金"),
        (157.53, "税率/征收率"),
        (194.53, "税"),
    ] {
        table.label(head, (x, 56.02));
    }
    // The second glyphs of the spaced heads: a blank of an em between two.
    for (x, head) in [
        (67.03, "位"),
        (93.03, "量"),
        (118.03, "价"),
        (143.53, "额"),
        (194.53, "额"),
    ] {
        table.label(head, (x + 2.0 * 3.175, 56.02)).within(0.06);
    }
    table.label("开票人：", (19.53, 132.52 + down));
    table.value(&face.drawer, (32.0, 132.52 + down));
    table.section("6.6 symbol");
    table.area([7.0, 6.0, 27.0, 26.0], BLACK);
    let (near, far) = (17.0 - 2.68, 17.0 + 2.68);
    table.area([near, near - 1.0, far, far - 1.0], "#faefad");
    // 税, 9 points, as an outline: within the square.
    table.area([15.4, 14.4, 18.6, 17.6], BLACK).within(0.2);
}

fn items(table: &mut Table, face: &InvoiceFace, from: usize, to: usize) {
    table.section("6.2 columns");
    for (row, line) in face.lines[from..to].iter().enumerate() {
        let y = 59.3 + PITCH * row as f64;
        // Half a millimetre inside the frame, on whose line (4.5) it would stand.
        table.value(&line.printed_name(), (5.0, y));
        table.value("80#", (42.0, y));
        table.value("箱", (71.5, y)).centred();
        let figures =
            |number: Option<rust_decimal::Decimal>| number.unwrap().normalize().to_string();
        table.value(&figures(line.quantity), (102.5, y)).ending();
        table.value(&figures(line.unit_price), (127.5, y)).ending();
        table.value(&line.amount.to_string(), (153.0, y)).ending();
        table.value(&line.rate.printed(), (166.0, y)).centred();
        // The column ends at 205.5, on the frame; its sum at 205.0, and so do the taxes.
        table.value(&line.printed_tax(), (205.0, y)).ending();
    }
}

/// `合` and `计` at their published places, or what stands for the first, and the sums.
fn sums(table: &mut Table, first: &str, up: f64, [amount, tax]: [Fen; 2], down: f64) {
    table.section("6.2 elements");
    table.label(first, (20.53, 95.02 + down - up));
    table.label("计", (36.53, 95.02 + down - up));
    for (right, sum) in [(153.0, amount), (205.0, tax)] {
        let y = 94.63 + down - up;
        let figures = sum.to_string();
        let sign = right - FIGURE * figures.len() as f64;
        table.value(&figures, (right, y)).ending();
        table.value("¥", (sign, y)).ending().face(MONO).size(11.0);
    }
}

fn total_and_remark(table: &mut Table, face: &InvoiceFace, down: f64) {
    table.section("6.2 lines");
    for y in [96.0, 104.0] {
        table.line((4.5, y + down), (205.5, y + down));
    }
    table.line((56.5, 96.0 + down), (56.5, 104.0 + down));
    table.line((10.7, 104.0 + down), (10.7, 124.0 + down));
    table.section("6.2 elements");
    table.label("价税合计（大写）", (16.94, 101.52 + down));
    let circle = [57.95, 97.0 + down, 62.0, 101.0 + down];
    table.oval(circle, 0.25, MAROON).within(0.04);
    let reach = 2.0 * std::f64::consts::FRAC_1_SQRT_2;
    for _ in 0..2 {
        // The two strokes of the cross have one frame.
        let (x, y) = (59.975, 99.0 + down);
        table.line((x - reach, y - reach), (x + reach, y + reach));
    }
    let capitals = capital::capital(face.totals.total);
    table.value(&capitals, (62.95, 100.85 + down));
    table.label("（小写）", (143.53, 101.52 + down));
    let y = 100.99 + down;
    table.value("¥", (155.52, y)).face(MONO).size(11.0);
    let total = face.totals.total.to_string();
    table.value(&total, (155.52 + YEN, y)).face(SONG).size(11.0);
    for (y, glyph) in [(112.02, "备"), (118.02, "注")] {
        table.label(glyph, (6.03, y + down));
    }
    for (row, text) in (0..).zip(face.remark.lines()) {
        table.value(text, (11.1, 107.27 + 3.3 * f64::from(row) + down));
    }
}

fn papers(face: &InvoiceFace) -> Option<[(&'static str, Vec<Sheet>); 2]> {
    Some([("pdf", pdf_sheets(face)?), ("ofd", ofd_sheets(face)?)])
}

#[test]
fn the_digital_form_has_the_published_measures() {
    // Section 6.4: rows, and how far what is below them moves.
    for (rows, down) in [
        (5, 0.0),
        (8, 0.0),
        (9, 17.5),
        (12, 17.5),
        (13, 35.0),
        (40, 140.0),
        (42, 148.75),
    ] {
        let face = face(rows);
        let Some(papers) = papers(&face) else { return };
        for (format, sheets) in papers {
            let name = format!("{rows} rows, {format}");
            let [sheet] = &sheets[..] else {
                panic!("{name}: {} pages", sheets.len())
            };
            let mut table = Table::new(MAROON);
            table.page(210.0, 140.0 + down);
            every_page(&mut table, &face, down);
            items(&mut table, &face, 0, rows);
            sums(
                &mut table,
                "合",
                0.0,
                [face.totals.amount, face.totals.tax],
                down,
            );
            total_and_remark(&mut table, &face, down);
            table.check(sheet, &name);
        }
    }
}

#[test]
fn several_pages_repeat_what_they_must_and_close_with_their_own_sums() {
    let face = face(43);
    let Some(papers) = papers(&face) else { return };
    let down = 148.75;
    for (format, sheets) in papers {
        assert_eq!(sheets.len(), 2, "{format}");
        for (place, sheet) in sheets.iter().enumerate() {
            let mut table = Table::new(MAROON);
            table.page(210.0, 140.0 + down);
            every_page(&mut table, &face, down);
            let (from, to) = [(0, 42), (42, 43)][place];
            items(&mut table, &face, from, to);
            table.section("6.2 elements");
            let page = format!("共2页 第{}页", place + 1);
            table.value(&page, (170.0, 26.0));
            let of_page = |of: fn(&fapiao_domain::line::InvoiceLine) -> Fen| {
                face.lines[from..to].iter().map(of).sum::<Fen>()
            };
            let own = [of_page(|line| line.amount), of_page(|line| line.tax)];
            // The bands of total and remark are the items' on a page that goes on.
            let lower = if place == 0 { down + 28.0 } else { down };
            sums(&mut table, "小", PITCH, own, lower);
            let all = [face.totals.amount, face.totals.tax];
            sums(&mut table, "合", 0.0, all, lower);
            if place == 1 {
                total_and_remark(&mut table, &face, down);
            }
            table.check(sheet, &format!("page {}, {format}", place + 1));
        }
    }
}

/// Section 6.8: an empty grey oval where the seal would be, and pale wording outside the item band.
#[test]
fn the_sample_look_has_the_published_places() {
    for lines in [5, 12, 43] {
        let mut face = face(lines);
        face.sample = true;
        face.extras.seal = None;
        let Some(papers) = papers(&face) else { return };
        for (format, sheets) in papers {
            for sheet in sheets {
                let down = sheet.height - 140.0;
                let goes_on = !sheet.runs.iter().any(|run| run.text == "备");
                let band = if goes_on { 124.0 } else { 96.0 } + down;
                let marks = |frame: [f64; 4]| frame[3] < 52.0 || band < frame[1];
                let seal = |it: &crate::places::Stroke| it.colour == "#a0a0a0";
                let seals: Vec<_> = sheet.ovals.iter().filter(|it| seal(it)).collect();
                assert_eq!(seals.len(), 1, "{format}: {seals:?}");
                for (edge, wanted) in seals[0].frame.into_iter().zip([90.0, 8.0, 120.0, 28.0]) {
                    assert!((edge - wanted).abs() < 0.02, "{format}: {seals:?}");
                }
                let pale: Vec<_> = sheet
                    .areas
                    .iter()
                    .filter(|it| it.colour == "#d6d6d6")
                    .collect();
                assert_eq!(pale.len(), 3, "{format}: head, parties, foot: {pale:?}");
                assert!(pale.iter().all(|it| marks(it.frame)), "{format}: {pale:?}");
                assert!(sheet.pictures.is_empty(), "{format}: a seal on a sample");
            }
        }
    }
}
