//! What known reader programs look for, applied to our text: each finds number, date, parties and amounts.

use crate::{
    faces,
    tools::{Paper, paper},
};
use fapiao_domain::face::InvoiceFace;
use regex::Regex;

fn found(pattern: &str, text: &str) -> Vec<String> {
    Regex::new(pattern)
        .unwrap()
        .captures_iter(text)
        .map(|found| found.get(1).unwrap().as_str().to_owned())
        .collect()
}

fn sheet() -> (InvoiceFace, Paper) {
    let face = faces::invoice(4, 5);
    let paper = paper(&face);
    (face, paper)
}

/// Sorted by position; blanks dropped, signs narrowed.
#[test]
fn the_sorting_java_reader() {
    let (face, paper) = sheet();
    let text: String = paper
        .laid_out()
        .lines()
        .map(|line| line.replace([' ', '\u{3000}'], "") + "\n")
        .collect::<String>()
        .replace('：', ":")
        .replace('（', "(")
        .replace('）', ")")
        .replace('￥', "¥");
    assert!(text.contains("电子发票"));
    assert_eq!(found(r"发票号码:(\d{20})", &text), [face.identity.number()]);
    assert_eq!(
        found(r":(\d{4}年\d{2}月\d{2}日)", &text),
        ["2026年03月05日"]
    );
    let numbers = [&face.buyer.tax_number, &face.seller.tax_number].map(String::as_str);
    assert_eq!(found(r"纳税人识别号:([\dA-Z]{18})", &text), numbers);
    assert_eq!(found(r"开票人:(\S*)", &text), [face.drawer.as_str()]);
    assert_eq!(found(r"\((.*发票?)\)", &text)[0], "普通发票");
    let sums = found(r"(?m)^合计(¥\S+)$", &text);
    assert_eq!(
        sums,
        [format!("¥{}¥{}", face.totals.amount, face.totals.tax)]
    );
    let total = found(r"价税合计\(大写\)\S*?\(小写\)¥?(\S*)", &text);
    assert_eq!(total, [face.totals.total.to_string()]);
}

/// Content order, as the extractors of Rust and Python see it.
#[test]
fn the_plain_extractors() {
    let (face, paper) = sheet();
    let text = paper.raw();
    assert_eq!(found(r"\b(\d{20})\b", &text)[0], face.identity.number());
    let numbers = found(r"\b([0-9A-Z]{18})\b", &text);
    assert_eq!(
        numbers,
        [&face.buyer.tax_number, &face.seller.tax_number].map(String::as_str)
    );
    let items = found(r"\*([^*\n]+)\*", &text);
    let wanted: Vec<_> = face
        .lines
        .iter()
        .map(|line| line.short_name.as_str())
        .collect();
    assert_eq!(items, wanted);
    let amounts = found(r"[¥￥]\s*(\d[\d,]*\.\d{2})", &text);
    let wanted =
        [face.totals.amount, face.totals.tax, face.totals.total].map(|sum| sum.to_string());
    assert_eq!(amounts, wanted);
}

/// Position order with the patterns of the Python and the printing tools.
#[test]
fn the_line_readers() {
    let (face, paper) = sheet();
    let text = paper.laid_out();
    assert_eq!(
        found(r"发票号码[:：]?\s*([0-9]{8,20})", &text),
        [face.identity.number()]
    );
    let total = found(r"[（(]\s*小写\s*[）)]\s*[¥￥]?\s*([\d,]+\.\d{2})", &text);
    assert_eq!(total, [face.totals.total.to_string()]);
    let numbers = found(
        r"统一社会信用代码/纳税人识别号[:：]?\s*([A-Z0-9]{15,20})",
        &text,
    );
    assert_eq!(
        numbers,
        [&face.buyer.tax_number, &face.seller.tax_number].map(String::as_str)
    );
    assert_eq!(
        found(r"购\s名\s*称[：:]\s*(\S+)", &text),
        [face.buyer.name.as_str()]
    );
    assert_eq!(
        found(r"销\s名\s*称[：:]\s*(\S+)", &text),
        [face.seller.name.as_str()]
    );
    let mut names = found(r"名\s*称[:：]\s*(\S+)", &text);
    names.truncate(2);
    assert_eq!(names, [face.buyer.name.as_str(), face.seller.name.as_str()]);
}

/// The older form, as the two Java readers take it.
#[test]
fn the_readers_of_the_older_form() {
    let face = faces::classic(4);
    let text: String = paper(&face)
        .laid_out()
        .lines()
        .map(|line| line.replace([' ', '\u{3000}'], "") + "\n")
        .collect::<String>()
        .replace('：', ":")
        .replace('（', "(")
        .replace('）', ")");
    assert_eq!(found(r"机器编号:(\d{12})", &text), ["499000000001"]);
    assert_eq!(found(r"发票代码:(\d{12})", &text), ["099992600111"]);
    assert_eq!(found(r"发票号码:(\d{8})", &text), ["00000001"]);
    assert_eq!(
        found(r"开票日期:(\d{4}年\d{2}月\d{2}日)", &text),
        ["2026年03月06日"]
    );
    assert_eq!(found(r"校验码:(\d{20})", &text), ["12345678901234567890"]);
    let total = found(r"价税合计\(大写\)\S*?\(小写\)¥(\S*)\s", &text);
    assert_eq!(total, [face.totals.total.to_string()]);
    let sums = found(r"(?m)^合计(¥\S+)$", &text);
    assert_eq!(
        sums,
        [format!("¥{}¥{}", face.totals.amount, face.totals.tax)]
    );
    let clerks = found(r"收款人:(\S*?复核:\S*?开票人:\S*?)销售方", &text);
    let wanted = format!("{}复核:{}开票人:{}", face.payee, face.reviewer, face.drawer);
    assert_eq!(clerks, [wanted]);
    assert_eq!(
        found(r"名称:(\S+?公司)", &text),
        [&face.buyer.name, &face.seller.name].map(String::as_str)
    );
    let groups = found(
        r"校\s*验\s*码：\s*((?:\d{5}\D*?){3}\d{5})",
        &paper(&face).laid_out(),
    );
    assert_eq!(groups, ["12345 67890 12345 67890"]);
}
