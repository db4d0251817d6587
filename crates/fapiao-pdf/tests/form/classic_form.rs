//! The older form and its list against the measures of the layout notes, section 6.1.

use crate::{
    faces,
    measures::{BLACK, KAI, MONO, Table},
    places::{Sheet, ofd_sheets, pdf_sheets},
};
use fapiao_domain::{capital, face::InvoiceFace};

/// Colour of lines and labels on the form; the list is black.
const BROWN: &str = "#9c5223";

/// A paper with everything the tax device adds, and a remark of five rows.
fn face(lines: usize) -> InvoiceFace {
    let mut face = InvoiceFace {
        extras: faces::ciphered().extras,
        ..faces::classic(lines)
    };
    face.sample = false;
    face.extras.seal = Some(faces::seal());
    for line in &mut face.lines {
        "货物".clone_into(&mut line.short_name);
        line.name = format!("第{:02}", line.no);
        "80#".clone_into(&mut line.spec);
        "箱".clone_into(&mut line.unit);
    }
    "上海市世纪大道100号".clone_into(&mut face.buyer.address);
    face.remark = ["一", "二", "三", "四", "五"].join("\n");
    face
}

fn frame(table: &mut Table) {
    table.section("6.1 lines");
    for y in [18.0, 19.0] {
        table.line((68.5, y), (141.5, y));
    }
    for y in [30.0, 52.0, 96.0, 104.0, 124.0] {
        table.line((4.5, y), (205.5, y));
    }
    for x in [4.5, 205.5] {
        // Half a line longer at both ends, so that the corners are closed.
        table.line((x, 30.0), (x, 124.0)).within(0.13);
    }
    for x in [12.5, 119.5, 124.5] {
        table.line((x, 30.0), (x, 52.0));
        table.line((x, 104.0), (x, 124.0));
    }
    for x in [82.5, 94.5, 114.5, 134.5, 164.5, 175.5] {
        table.line((x, 52.0), (x, 96.0));
    }
    table.line((56.5, 52.0), (56.5, 104.0));
}

fn head(table: &mut Table, face: &InvoiceFace) {
    table.section("6.1 boxes");
    table.area([8.5, 3.5, 28.5, 23.5], BLACK);
    // Eleven glyphs 6.53 apart.
    let half = 11.0 * 6.53 / 2.0;
    let title = table.label("浙江增值税电子普通发票", (105.0 - half, 12.76));
    title.until(105.0 + half).size(19.0);
    table.picture([90.0, 8.0, 120.0, 28.0]);
    table.label("机器编号：", (5.6, 26.73));
    table.value("499000000001", (22.0, 26.73));
    for (y, label, value) in [
        (10.23, "发票代码：", face.identity.code()),
        (15.73, "发票号码：", face.identity.number()),
        (21.23, "开票日期：", &face.printed_day()),
        (26.73, "", "12345 67890 12345 67890"),
    ] {
        if label.is_empty() {
            table.label("校", (148.6, y));
            table.label("验", (153.46, y));
            // The colon begins where the glyph ends, narrowed before the value.
            table.label("码：", (158.33, y)).until(163.4);
        } else {
            table.label(label, (148.6, y));
        }
        table.value(value, (164.0, y + 0.06));
    }
}

fn parties(table: &mut Table, face: &InvoiceFace) {
    table.section("6.1 boxes");
    for (x, pitch, first, tag) in [
        (6.85, 6.35, 35.95, "购买方"),
        (120.37, 6.35, 35.65, "密码区"),
        (6.85, 6.35, 109.45, "销售方"),
        (120.37, 10.0, 110.65, "备注"),
    ] {
        for (row, glyph) in (0..).zip(tag.chars()) {
            table.label(&glyph.to_string(), (x, first + pitch * f64::from(row)));
        }
    }
    let (buyer, seller) = (&face.buyer, &face.seller);
    let texts = |name: &str, number: &str, address: [&str; 2], bank: [&str; 2]| {
        [
            name.to_owned(),
            number.to_owned(),
            address.join(" "),
            bank.join(" "),
        ]
    };
    for (labels, values, texts) in [
        (
            [34.33, 39.53, 45.13, 50.43],
            [34.49, 39.77, 44.99, 50.49],
            texts(
                &buyer.name,
                &buyer.tax_number,
                [&buyer.address, &buyer.phone],
                [&buyer.bank, &buyer.bank_account],
            ),
        ),
        (
            [108.13, 113.01, 117.5, 122.19],
            [108.49, 113.02, 117.19, 122.39],
            texts(
                &seller.name,
                &seller.tax_number,
                [&seller.address, &seller.phone],
                [&seller.bank, &seller.bank_account],
            ),
        ),
    ] {
        let [name, number, address, bank] = labels;
        table.label("名", (13.52, name));
        table.label("称：", (29.09, name));
        table.label("纳税人识别号：", (13.52, number));
        table.label("地址、", (13.52, address));
        table.label("电话：", (25.87, address));
        table.label("开户行及账号：", (13.52, bank));
        for (place, (y, text)) in values.into_iter().zip(&texts).enumerate() {
            let value = table.value(text, (36.0, y));
            if place == 1 {
                let advance = 2.54 * text.len() as f64;
                value.until(36.0 + advance).face(MONO).size(12.0);
            }
        }
    }
    for (row, text) in (0..).zip(&face.extras.cipher) {
        let y = 35.66 + 4.5 * f64::from(row);
        // 28 characters 2.5 apart.
        let cipher = table.value(text, (129.99, y)).face(MONO).size(12.0);
        cipher.until(129.99 + 28.0 * 2.5);
    }
}

fn heads(table: &mut Table) {
    table.section("6.1 columns");
    for (x, head) in [
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
    ] {
        table.label(head, (x, 55.73));
    }
}

fn items(table: &mut Table, face: &InvoiceFace) {
    table.section("6.1 columns");
    for (row, line) in face.lines.iter().enumerate() {
        let y = 59.84 + 4.5 * row as f64;
        table.value(&line.printed_name(), (5.5, y));
        // Readers take what lies further left for the name.
        table.value("80#", (60.2, y));
        table.value("箱", (88.5, y)).centred();
        let figures =
            |number: Option<rust_decimal::Decimal>| number.unwrap().normalize().to_string();
        table.value(&figures(line.quantity), (113.5, y)).ending();
        table.value(&figures(line.unit_price), (133.5, y)).ending();
        table.value(&line.amount.to_string(), (163.5, y)).ending();
        table.value(&line.rate.printed(), (174.9, y)).ending();
        table.value(&line.printed_tax(), (204.5, y)).ending();
    }
}

fn sums_and_foot(table: &mut Table, face: &InvoiceFace) {
    table.section("6.1 boxes");
    table.label("合", (22.52, 94.9));
    table.label("计", (34.52, 94.9));
    for (right, sum) in [(163.5, face.totals.amount), (204.5, face.totals.tax)] {
        let sum = format!("¥{sum}");
        table.value(&sum, (right, 95.09)).ending().face(MONO);
    }
    table.label("价税合计（大写）", (17.32, 101.23));
    table.oval([57.5, 97.8, 62.0, 102.3], 0.25, BROWN);
    let reach = 2.25 * std::f64::consts::FRAC_1_SQRT_2;
    for _ in 0..2 {
        // The two strokes of the cross have one frame.
        let (x, y) = (59.75, 100.05);
        table.line((x - reach, y - reach), (x + reach, y + reach));
    }
    table.value(&capital::capital(face.totals.total), (63.0, 101.39));
    table.label("（小写）", (156.6, 101.23));
    let total = format!("¥{}", face.totals.total);
    table.value(&total, (168.0, 101.23)).face(MONO).size(11.0);
    for (row, text) in (0..).zip(face.remark.lines()) {
        table.value(text, (126.3, 107.5 + 3.6 * f64::from(row)));
    }
    for (x, label) in [(7.1, "收款人："), (63.6, "复核："), (105.7, "开票人：")] {
        table.label(label, (x, 128.23));
    }
    table.label("销售方：（章）", (150.0, 128.23));
    for (x, value) in [
        (22.0, &face.payee),
        (74.5, &face.reviewer),
        (121.0, &face.drawer),
    ] {
        table.value(value, (x, 128.29));
    }
}

fn papers(face: &InvoiceFace) -> Option<[(&'static str, Vec<Sheet>); 2]> {
    Some([("pdf", pdf_sheets(face)?), ("ofd", ofd_sheets(face)?)])
}

#[test]
fn the_older_form_has_the_published_measures() {
    for rows in [1, 8] {
        let face = face(rows);
        let Some(papers) = papers(&face) else { return };
        let mut table = Table::new(BROWN);
        table.page(210.0, 140.0);
        frame(&mut table);
        head(&mut table, &face);
        parties(&mut table, &face);
        heads(&mut table);
        items(&mut table, &face);
        sums_and_foot(&mut table, &face);
        for (format, sheets) in papers {
            assert_eq!(sheets.len(), 1, "{format}");
            table.check(&sheets[0], &format!("{rows} rows, {format}"));
        }
    }
}

/// A page of the list: lines, labels and what is told above the rows.
fn list_page(face: &InvoiceFace, page: usize, is_last: bool) -> Table {
    let mut table = Table::new(BLACK);
    table.section("6.1 list page");
    table.page(210.0, 297.0);
    // Seventeen glyphs 7.05 apart.
    let title = table.label("销售货物或者提供应税劳务、服务清单", (45.05, 20.1));
    title.until(45.05 + 17.0 * 7.05).size(19.0);
    for (x, y, label) in [
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
        (6.0, 274.23, "备注"),
        (147.5, 281.23, "开票日期："),
    ] {
        table.label(label, (x, y));
    }
    for y in [59.0, 66.0, 269.0, 277.0] {
        table.line((4.5, y), (205.5, y));
    }
    for x in [4.5, 13.5, 205.5] {
        table.line((x, 59.0), (x, 277.0));
    }
    for x in [56.5, 82.5, 94.5, 114.5, 134.5, 164.5, 175.5] {
        table.line((x, 59.0), (x, 269.0));
    }
    // Behind their labels.
    for (x, y, value) in [
        (30.5, 39.73, face.buyer.name.as_str()),
        (30.5, 46.73, &face.seller.name),
        (56.0, 53.73, face.identity.code()),
        (106.0, 53.73, face.identity.number()),
        (172.5, 53.73, "2"),
        (193.5, 53.73, &page.to_string()),
        (164.5, 281.23, &face.printed_day()),
    ] {
        table.value(value, (x, y));
    }
    let sums: &[(f64, &str)] = if is_last {
        &[(252.7, "小计"), (259.7, "折扣"), (266.7, "总计")]
    } else {
        &[(259.73, "小计"), (266.73, "折扣")]
    };
    for (y, label) in sums {
        table.label(label, (6.0, *y)).face(KAI);
    }
    table
}

#[test]
fn the_list_of_the_older_form_has_the_published_measures() {
    // Twenty-six rows on a page, and one less on the last.
    let face = face(27);
    let Some(papers) = papers(&face) else { return };
    for (format, sheets) in papers {
        assert_eq!(sheets.len(), 3, "{format}");
        for (page, lines) in [(1, &face.lines[..26]), (2, &face.lines[26..])] {
            let is_last = page == 2;
            let mut table = list_page(&face, page, is_last);
            for (row, line) in lines.iter().enumerate() {
                // Rows seven apart from 66; the baseline in their middle.
                let y = 66.0 + 7.0 * row as f64 + 4.6;
                table.value(&line.no.to_string(), (6.0, y));
                table.value(&line.printed_name(), (14.2, y));
                table.value("80#", (57.2, y));
                table.value("箱", (88.5, y)).centred();
                let figures =
                    |number: Option<rust_decimal::Decimal>| number.unwrap().normalize().to_string();
                table.value(&figures(line.quantity), (113.5, y)).ending();
                table.value(&figures(line.unit_price), (133.5, y)).ending();
                table.value(&line.amount.to_string(), (163.5, y)).ending();
                table.value(&line.rate.printed(), (174.9, y)).ending();
                table.value(&line.printed_tax(), (204.5, y)).ending();
            }
            let sum = |of: fn(&fapiao_domain::line::InvoiceLine) -> fapiao_domain::money::Fen| {
                lines.iter().map(of).sum::<fapiao_domain::money::Fen>()
            };
            let mut sums = vec![(
                if is_last { 252.7 } else { 259.73 },
                [sum(|line| line.amount), sum(|line| line.tax)],
            )];
            if is_last {
                sums.push((266.7, [face.totals.amount, face.totals.tax]));
            }
            for (y, [amount, tax]) in sums {
                table.value(&format!("¥{amount}"), (163.5, y)).ending();
                table.value(&format!("¥{tax}"), (204.5, y)).ending();
            }
            table.check(&sheets[page], &format!("list page {page}, {format}"));
        }
    }
}
