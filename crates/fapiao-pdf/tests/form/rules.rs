//! The layout rules that reader programs need (R1 to R12 of the layout notes).

use crate::{
    faces,
    measures::KAI,
    places::pdf_sheets,
    tools::{dense, paper},
};
use regex::Regex;

/// Dots per millimetre at 150 dots per inch.
const DOTS: f64 = 150.0 / 25.4;

#[test]
fn r1_sample_marks_are_no_text_and_stay_out_of_the_item_band() {
    for lines in [5, 12] {
        let sample = faces::invoice(5, lines);
        let mut issued = sample.clone();
        issued.sample = false;
        let (sample, issued) = (paper(&sample), paper(&issued));
        let text = sample.raw();
        for word in ["样", "张", "SAMPLE", "仅供测试"] {
            assert!(!text.contains(word), "{word} is text");
        }
        let (with, without) = (sample.picture(150), issued.picture(150));
        let grown = (with.height as f64 / DOTS - 140.0).max(0.0);
        let row = |y: f64| (y * DOTS) as usize * with.width;
        let differs =
            |from: f64, to: f64| with.grey[row(from)..row(to)] != without.grey[row(from)..row(to)];
        assert!(!differs(52.0, 96.0 + grown), "a mark is in the item band");
        assert!(differs(0.0, 30.0), "the head has no mark");
        assert!(differs(30.5, 51.5), "the parties have no mark");
        assert!(
            differs(104.5 + grown, 123.5 + grown),
            "the remark has no mark"
        );
    }
}

#[test]
fn r1_holds_on_the_older_form() {
    let sample = faces::classic(4);
    let mut issued = sample.clone();
    issued.sample = false;
    let (sample, issued) = (paper(&sample), paper(&issued));
    assert!(!sample.raw().contains("SAMPLE"));
    let (with, without) = (sample.picture(150), issued.picture(150));
    let row = |y: f64| (y * DOTS) as usize * with.width;
    assert_eq!(
        with.grey[row(52.0)..row(96.0)],
        without.grey[row(52.0)..row(96.0)]
    );
    assert_ne!(with.grey, without.grey);
}

#[test]
fn r2_the_older_form_never_says_what_switches_readers_to_the_digital_one() {
    let paper = paper(&faces::classic(12));
    for text in [paper.raw(), paper.laid_out()] {
        assert!(!dense(&text).contains("电子发票"), "{text}");
    }
}

#[test]
fn r3_the_specification_of_the_older_form_starts_far_enough_right() {
    let words = paper(&faces::classic(5)).words();
    let row: Vec<_> = words
        .iter()
        .filter(|word| word.top > 56.0 && word.bottom < 93.0)
        .collect();
    let specs = row
        .iter()
        .filter(|word| (56.5..82.5).contains(&word.left))
        .count();
    assert!(specs > 1);
    for word in row {
        assert!(!(56.5..59.6).contains(&word.left), "{word:?}");
        assert!(
            word.left > 20.0 || word.right < 56.0,
            "{word:?} leaves the name's column"
        );
    }
}

#[test]
fn r3_names_end_before_the_specification_begins() {
    for face in [faces::long(), faces::rare(), faces::invoice(3, 8)] {
        let mut seen = 0;
        for word in paper(&face).words() {
            if word.top > 55.5 && word.bottom < 92.0 && word.left < 37.0 {
                assert!(word.right < 37.6, "{word:?} reaches the specification");
                seen += 1;
            }
        }
        assert!(seen > 1);
    }
}

#[test]
fn r4_half_a_millimetre_lies_between_a_colon_and_its_value() {
    let words = paper(&faces::invoice(5, 5)).words();
    let labels: Vec<_> = words
        .iter()
        .filter(|word| word.text.ends_with('：'))
        .collect();
    assert_eq!(labels.len(), 7, "{labels:?}");
    for label in labels {
        let value = words
            .iter()
            .filter(|word| word.left >= label.right - 2.0 && !std::ptr::eq(*word, label))
            .filter(|word| word.top < label.bottom && label.top < word.bottom)
            .min_by(|one, other| one.left.total_cmp(&other.left))
            .unwrap();
        let gap = value.left - label.right;
        assert!(
            (0.5..3.0).contains(&gap),
            "{} and {}: {gap}",
            label.text,
            value.text
        );
    }
}

#[test]
fn r4_holds_on_every_page_of_both_forms() {
    for face in [
        faces::classic(4),
        faces::classic(27),
        faces::invoice(8, 60),
        faces::red(),
    ] {
        let Some(sheets) = pdf_sheets(&face) else {
            return;
        };
        for sheet in sheets {
            let labels = sheet
                .runs
                .iter()
                .filter(|it| it.face == KAI && it.text.ends_with('：'));
            let mut seen = 0;
            for label in labels {
                let value = sheet
                    .runs
                    .iter()
                    .filter(|it| it.x > label.x && (it.y - label.y).abs() < 0.5)
                    .min_by(|one, other| one.x.total_cmp(&other.x))
                    .unwrap_or_else(|| panic!("nothing beside {label:?}"));
                let gap = value.x - label.right;
                assert!(gap > 0.49, "{gap} between {label:?} and {value:?}");
                seen += 1;
            }
            assert!(seen >= 5, "{seen}");
        }
    }
}

#[test]
fn r5_the_first_glyphs_of_the_parties_share_the_line_of_the_names() {
    let text = paper(&faces::invoice(5, 5)).laid_out();
    let line = Regex::new(r"(?m)^ *购 *名称： *\S+公司 +销 *名称： *\S+公司$").unwrap();
    assert!(line.is_match(&text), "{text}");
}

#[test]
fn r6_labels_come_first_and_capitals_directly_before_figures() {
    let face = faces::invoice(5, 5);
    let text = paper(&face).raw();
    let at = |what: &str| {
        text.find(what)
            .unwrap_or_else(|| panic!("{what} in {text}"))
    };
    let first_value = at(face.identity.number());
    for label in [
        "发票号码：",
        "名称：",
        "项目名称",
        "价税合计（大写）",
        "（小写）",
        "开票人：",
    ] {
        assert!(text.rfind(label).unwrap() < first_value, "{label}");
    }
    let order = [
        face.identity.number(),
        &face.buyer.name,
        &face.seller.name,
        "*蛋类*",
        &face.totals.amount.to_string(),
        "圆整",
        &face.remark,
        &face.drawer,
    ];
    let places: Vec<_> = order.iter().map(|what| at(what)).collect();
    assert!(places.is_sorted(), "{places:?}");
    let pair = Regex::new(r"圆整\s*[¥￥]?\s*([\d,]+\.?\d*)").unwrap();
    assert_eq!(
        pair.captures(&text).unwrap()[1],
        face.totals.total.to_string()
    );
}

#[test]
fn r6_holds_on_the_older_form() {
    let face = faces::ciphered();
    let text = paper(&face).raw();
    let at = |what: &str| {
        text.find(what)
            .unwrap_or_else(|| panic!("{what} in {text}"))
    };
    let first_value = at("499000000001");
    for label in [
        "发票代码：",
        "纳税人识别号：",
        "项目名称",
        "价税合计（大写）",
        "（小写）",
        "复核：",
    ] {
        assert!(text.rfind(label).unwrap() < first_value, "{label}");
    }
    let order = [
        face.identity.code(),
        "12345 67890 12345 67890",
        &face.buyer.name,
        &face.seller.name,
        "*信息技术服务*",
        &format!("¥{}", face.totals.amount),
        "圆",
        &format!("¥{}", face.totals.total),
        &face.remark,
        &face.drawer,
    ];
    let places: Vec<_> = order.iter().map(|what| at(what)).collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn r7_numbers_stay_whole_at_the_end_of_a_row() {
    // Of every length before it, so that each way of meeting the end of the row comes up.
    for letters in 45..62 {
        let mut face = faces::two_payments();
        face.remark = face
            .remark
            .replace("订单 DD00000014\n", &"货".repeat(letters));
        let text = paper(&face).laid_out();
        for (_, number) in &face.extras.payments {
            let whole = text.lines().any(|row| row.contains(number.as_str()));
            assert!(whole, "{letters} letters before: {number} is torn: {text}");
        }
    }
}

#[test]
fn r7_values_are_not_torn() {
    let face = faces::red();
    let text = paper(&face).laid_out();
    for line in &face.lines {
        let wanted = [
            line.amount.to_string(),
            line.unit_price.unwrap().normalize().to_string(),
        ];
        for number in wanted {
            assert!(
                text.split_whitespace().any(|word| word == number),
                "{number}"
            );
        }
    }
    for whole in [
        face.identity.number(),
        &face.buyer.tax_number,
        &face.seller.tax_number,
    ] {
        assert!(text.split_whitespace().any(|word| word == whole), "{whole}");
    }
}

#[test]
fn r8_signs_are_the_ones_the_readers_know() {
    let text = paper(&faces::invoice(5, 5)).laid_out();
    assert!(text.contains('\u{a5}') && !text.contains('\u{ffe5}'));
    assert!(text.contains("（小写）") && text.contains("发票号码："));
    let date = Regex::new(r"\d{4}年\d{2}月\d{2}日").unwrap();
    assert_eq!(date.find(&text).unwrap().as_str(), "2026年03月05日");
}

#[test]
fn r9_negative_amounts_have_an_ascii_sign_after_the_yen_sign() {
    let face = faces::red();
    let text = paper(&face).laid_out();
    assert!(
        text.contains(&format!("¥-{}", -face.totals.total)),
        "{text}"
    );
    assert!(text.contains("（负数）"));
    assert!(!text.contains('\u{2212}'));
    assert!(dense(&text).contains("被红冲蓝字数电票号码：26999000000000000777"));
}

#[test]
fn r9_holds_on_the_older_form() {
    let face = faces::classic_red();
    let text = paper(&face).laid_out();
    for sum in [face.totals.amount, face.totals.tax, face.totals.total] {
        assert!(text.contains(&format!("¥-{}", -sum)), "{text}");
    }
    assert!(!text.contains('\u{2212}'));
}

#[test]
fn r10_the_first_long_numbers_are_the_right_ones() {
    let face = faces::invoice(5, 5);
    let paper = paper(&face);
    let number = Regex::new(r"\b\d{20}\b").unwrap();
    let tax_number = Regex::new(r"\b[0-9A-Z]{18}\b").unwrap();
    for text in [paper.raw(), paper.laid_out()] {
        assert_eq!(number.find(&text).unwrap().as_str(), face.identity.number());
        let found: Vec<_> = tax_number
            .find_iter(&text)
            .map(|found| found.as_str())
            .collect();
        assert_eq!(found, [&face.buyer.tax_number, &face.seller.tax_number]);
    }
}

#[test]
fn r10_numbers_of_payments_and_of_the_blue_invoice_come_after_the_right_ones() {
    let mut paid = faces::two_payments();
    // As long as an invoice number, and as a tax number.
    paid.remark = "支付渠道:微信支付;    交易单号:42000026142026030512;    支付渠道:银行转账;    交易单号:HZ2026030500071800;".to_owned();
    let number = Regex::new(r"\b\d{20}\b").unwrap();
    let tax_number = Regex::new(r"\b[0-9A-Z]{18}\b").unwrap();
    for face in [paid, faces::red(), faces::long()] {
        let paper = paper(&face);
        for text in [paper.raw(), paper.laid_out()] {
            assert_eq!(number.find(&text).unwrap().as_str(), face.identity.number());
            let found = tax_number.find_iter(&text).take(2);
            let found: Vec<_> = found.map(|found| found.as_str()).collect();
            assert_eq!(found, [&face.buyer.tax_number, &face.seller.tax_number]);
        }
    }
}

#[test]
fn r11_all_fonts_are_embedded_and_map_to_unicode() {
    let said = paper(&faces::rare()).tool("pdffonts", &["@"]);
    let fonts: Vec<_> = said.lines().skip(2).collect();
    assert_eq!(fonts.len(), 4, "{said}");
    for font in fonts {
        // Embedded, a subset, with a map to Unicode; no ligatures are made and no value is drawn as an outline.
        assert!(font.contains("Identity-H       yes yes yes"), "{font}");
    }
}

#[test]
fn r12_strict_patterns_find_the_names() {
    let face = faces::invoice(5, 5);
    let text = dense(&paper(&face).laid_out()).replace('：', ":");
    let name = |who: &str| {
        let pattern = Regex::new(&format!(r"{who}名称:([\u{{4e00}}-\u{{9fa5}}]+?公司)")).unwrap();
        pattern.captures(&text).unwrap()[1].to_owned()
    };
    assert_eq!(name("购"), face.buyer.name);
    assert_eq!(name("销"), face.seller.name);
}
