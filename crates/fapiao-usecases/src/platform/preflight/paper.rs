//! What WeChat would say to the numbers, the amounts and the PDF of an invoice.

use super::{Finding, InsertFacts, SafeStep, Weight, found};
use crate::{ports::PdfLook, records::Invoice};
use fapiao_domain::{invoice::Identity, money::Fen};

/// WeChat's own limit of an uploaded PDF is not published; ours keeps well below what was seen to work.
pub const PDF_BYTES_MAX: usize = 2 * 1024 * 1024;

pub(super) fn of_numbers(invoice: &Invoice) -> Vec<Finding> {
    let wrong = |code, zh: &str, en: &str| {
        vec![found(code, Weight::Certain, SafeStep::OpenInvoice, zh, en)]
    };
    let digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
    match &invoice.identity {
        None => wrong("72031", "发票还没有号码", "the invoice has no number"),
        Some(Identity::Digital { number }) if !digits(number) => wrong(
            "72041",
            "发票号码含有数字以外的字符",
            "the number holds something else than digits",
        ),
        Some(Identity::Digital { number }) if number.len() != 20 => wrong(
            "72043",
            "数电票号码不是 20 位",
            "a digital invoice's number has 20 digits",
        ),
        Some(Identity::Classic {
            code,
            number,
            check_code,
            ..
        }) => {
            if !digits(code) || !digits(number) {
                wrong(
                    "72041",
                    "发票代码或号码含有数字以外的字符",
                    "code or number hold something else than digits",
                )
            } else if !matches!(code.len(), 10 | 12) || number.len() != 8 {
                wrong(
                    "72043",
                    "发票代码应为 10 或 12 位，号码应为 8 位",
                    "the code has 10 or 12 digits, the number 8",
                )
            } else if check_code.is_empty() {
                wrong(
                    "72045",
                    "发票缺少校验码",
                    "the invoice lacks its check code",
                )
            } else {
                Vec::new()
            }
        }
        Some(Identity::Digital { .. }) => Vec::new(),
    }
}

pub(super) fn of_amounts(invoice: &Invoice) -> Vec<Finding> {
    let mut out = Vec::new();
    let totals = &invoice.totals;
    if totals.total <= Fen::ZERO
        || invoice.title.name.trim().is_empty()
        || invoice.issued_at.is_none()
    {
        out.push(found(
            "72031",
            Weight::Certain,
            SafeStep::OpenInvoice,
            "发票缺少金额、抬头或开票时间",
            "the invoice lacks its amount, title or issue time",
        ));
    }
    if totals.amount.get().checked_add(totals.tax.get()) != Some(totals.total.get()) {
        out.push(found(
            "72073",
            Weight::Certain,
            SafeStep::OpenInvoice,
            "不含税金额与税额之和不等于价税合计",
            "amount and tax do not add up to the total",
        ));
    }
    out
}

pub(super) fn of_pdf(facts: &InsertFacts) -> Vec<Finding> {
    let Some(pdf) = &facts.pdf else {
        return Vec::new();
    };
    let wrong =
        |code, weight, zh: String, en: String| found(code, weight, SafeStep::AttachPaper, zh, en);
    if !pdf.is_pdf {
        return vec![wrong(
            "72040",
            Weight::Certain,
            "版式文件不是有效的 PDF".to_owned(),
            "the document is no readable PDF".to_owned(),
        )];
    }
    let mut out = Vec::new();
    if pdf.encrypted {
        out.push(wrong(
            "72040",
            Weight::Certain,
            "PDF 有密码保护，微信无法查验".to_owned(),
            "the PDF is protected by a password; WeChat cannot look into it".to_owned(),
        ));
    }
    if pdf.size > PDF_BYTES_MAX {
        out.push(found(
            "40009",
            Weight::Likely,
            SafeStep::OpenInvoice,
            "PDF 超过 2 MB".to_owned(),
            "the PDF is larger than 2 MB".to_owned(),
        ));
    }
    if let Some(identity) = &facts.invoice.identity {
        out.extend(of_pdf_text(pdf, identity));
    }
    out
}

/// Whether the paper is this invoice's. Only a paper that says another number is certainly refused: a number that is
/// not found may still be there, drawn in a way we do not read.
fn of_pdf_text(pdf: &PdfLook, identity: &Identity) -> Option<Finding> {
    let compare = |weight, zh: String, en: String| {
        Some(found("72047", weight, SafeStep::AttachPaper, zh, en))
    };
    let Some(text) = &pdf.text else {
        if pdf.encrypted {
            return None;
        }
        return compare(
            Weight::Likely,
            "PDF 的文字读不出来，无法核对发票号码".to_owned(),
            "the text of the PDF cannot be read, so its number is not compared".to_owned(),
        );
    };
    let plain: String = text.chars().filter(|it| !it.is_whitespace()).collect();
    let missing = [identity.number(), identity.code()]
        .into_iter()
        .find(|it| !it.is_empty() && !plain.contains(it))?;
    let number = identity.number();
    match printed_number(&plain).filter(|it| it.len() == number.len() && *it != number) {
        Some(other) => compare(
            Weight::Certain,
            format!("PDF 上的发票号码是 {other}，不是 {number}：这是另一张发票的文件"),
            format!("the PDF says number {other} instead of {number}: it is another invoice's"),
        ),
        None => compare(
            Weight::Likely,
            format!("PDF 的文字中没有找到 {missing}，可能与发票数据不一致"),
            format!("{missing} is not found in the text of the PDF; it may be another invoice's"),
        ),
    }
}

/// The digits right behind the first words "invoice number" of a paper, blanks left out.
fn printed_number(plain: &str) -> Option<&str> {
    let (_, behind) = plain.split_once("发票号码")?;
    let behind = behind.trim_start_matches([':', '：']);
    let end = behind
        .find(|it: char| !it.is_ascii_digit())
        .unwrap_or(behind.len());
    Some(&behind[..end]).filter(|it| !it.is_empty())
}
