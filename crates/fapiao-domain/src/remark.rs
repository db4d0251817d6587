//! The remark of an invoice (备注): its parts in the order of the layout rules, and how long it may be.

use crate::{face::RedReference, invoice::InvoiceKind, money::Fen};
use encoding_rs::GB18030;
use std::fmt;
use thiserror::Error;

/// Most characters of the remark of a blue digital invoice.
pub const BLUE_LIMIT: usize = 450;

/// Most characters of the remark of a red digital invoice.
pub const RED_LIMIT: usize = 382;

/// Most bytes of the remark of the older form, as [`device_bytes`] counts them.
pub const CLASSIC_LIMIT: usize = 230;

/// Between parts on one line.
const SEPARATOR: &str = ";    ";

/// What may stand in a remark. Empty parts take no room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemarkParts {
    /// On a red invoice: the blue one and the confirmation form.
    pub red: Option<RedReference>,
    /// Issued on somebody's behalf: ready text.
    pub on_behalf: String,
    /// Deduction of difference tax (扣除额), with the sign of the invoice's line: below zero on a red invoice.
    pub deduction: Option<Fen>,
    /// Special elements of some trades (特定要素): ready text.
    pub special: String,
    /// The buyer's bank and account, where they are to be shown.
    pub buyer_bank: Option<(String, String)>,
    /// The seller's bank and account, where they are to be shown.
    pub seller_bank: Option<(String, String)>,
    /// Additional elements (附加要素): ready text.
    pub additional: String,
    /// Free remark.
    pub free: String,
    /// Payee clerk (收款人).
    pub payee: String,
    /// Reviewer (复核人).
    pub reviewer: String,
    /// Payment channel and the channel's transaction number, one pair per payment.
    pub payments: Vec<(String, String)>,
}

/// What the length of a remark is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemarkUnit {
    /// Characters, on a digital invoice.
    Characters,
    /// Bytes as a tax device counts them, on the older form.
    DeviceBytes,
}

impl fmt::Display for RemarkUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Characters => "characters",
            Self::DeviceBytes => "bytes (a Chinese character takes two)",
        })
    }
}

/// The remark is longer than the tax side takes.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the remark has {length} {unit}; at most {limit} are allowed on this invoice")]
pub struct RemarkTooLong {
    /// How long it is.
    pub length: usize,
    /// How long it may be.
    pub limit: usize,
    /// In what.
    pub unit: RemarkUnit,
}

/// How long a text is for a tax device, which stores GB 18030: one byte for what is in ASCII, two for the usual
/// characters and signs, four for the rare ones, which `©`, `ñ` and `™` are, too.
pub fn device_bytes(text: &str) -> usize {
    GB18030.encode(text).0.len()
}

/// Whether a remark is short enough for a kind of invoice.
///
/// # Errors
/// [`RemarkTooLong`] beyond 450 characters on a blue, 382 on a red digital invoice, and 230 bytes on the older form.
pub fn check_length(kind: InvoiceKind, is_red: bool, remark: &str) -> Result<(), RemarkTooLong> {
    let (length, limit, unit) = match kind {
        InvoiceKind::ClassicOrdinary => {
            let unit = RemarkUnit::DeviceBytes;
            (device_bytes(remark), CLASSIC_LIMIT, unit)
        }
        InvoiceKind::DigitalOrdinary | InvoiceKind::DigitalSpecial => {
            let limit = if is_red { RED_LIMIT } else { BLUE_LIMIT };
            (remark.chars().count(), limit, RemarkUnit::Characters)
        }
    };
    if length > limit {
        Err(RemarkTooLong {
            length,
            limit,
            unit,
        })
    } else {
        Ok(())
    }
}

/// Puts the parts in order; lines are separated by `\n`. The older form has places of its own for banks and clerks and
/// knows no payments, so these stay out of its short remark.
///
/// # Errors
/// As [`check_length`].
pub fn compose(kind: InvoiceKind, parts: &RemarkParts) -> Result<String, RemarkTooLong> {
    let digital = kind != InvoiceKind::ClassicOrdinary;
    let mut lines = Vec::new();
    let mut opening = String::new();
    let red = parts.red.as_ref().map(red_text).unwrap_or_default();
    let deduction = parts
        .deduction
        .map(|fen| format!("差额征税：{fen}。"))
        .unwrap_or_default();
    for part in [&red, &parts.on_behalf, &deduction, &parts.special] {
        join(part, &mut opening);
    }
    lines.push(opening);
    for (side, bank) in [("购方", &parts.buyer_bank), ("销方", &parts.seller_bank)] {
        let shown = bank.as_ref().filter(|_| digital);
        lines.extend(shown.map(|(bank, account)| bank_line(side, bank, account)));
    }
    let mut closing = String::new();
    for part in [&parts.additional, &parts.free] {
        join(part, &mut closing);
    }
    lines.push(closing);
    if digital {
        lines.push(groups([
            ("收款人", &parts.payee),
            ("复核人", &parts.reviewer),
        ]));
        let payments = parts.payments.iter().map(|(channel, transaction)| {
            groups([("支付渠道", channel), ("交易单号", transaction)])
        });
        lines.push(
            payments
                .filter(|group| !group.is_empty())
                .collect::<Vec<_>>()
                .join("    "),
        );
    }
    lines.retain(|line| !line.is_empty());
    let remark = lines.join("\n");
    check_length(kind, parts.red.is_some(), &remark)?;
    Ok(remark)
}

/// The reference of a red invoice to its blue one, by number; of the older form also by code. The older form takes back
/// its own kind without a confirmation; a digital invoice takes back either with one.
pub fn red_text(red: &RedReference) -> String {
    let (code, number) = (red.blue.code(), red.blue.number());
    match (code, red.confirmation.as_str()) {
        ("", confirmation) => {
            format!("被红冲蓝字数电票号码：{number} 红字发票信息确认单编号：{confirmation}")
        }
        (code, "") => format!("对应正数发票代码:{code}号码:{number}"),
        (code, confirmation) => format!(
            "被红冲蓝字税控发票代码：{code} 号码：{number} 红字发票信息确认单编号：{confirmation}"
        ),
    }
}

fn bank_line(side: &str, bank: &str, account: &str) -> String {
    if bank.is_empty() && account.is_empty() {
        String::new()
    } else {
        format!("{side}开户银行:{bank}{SEPARATOR}银行账号:{account};")
    }
}

/// `name:value;` groups of those that are filled.
fn groups(pairs: [(&str, &String); 2]) -> String {
    let filled: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}:{value};"))
        .collect();
    filled.join("    ")
}

/// Adds a part to a line; a part that ends its sentence needs no separator behind it.
fn join(part: &str, line: &mut String) {
    let part = part.trim();
    if part.is_empty() {
        return;
    }
    if !line.is_empty() && !line.ends_with('。') {
        line.push_str(SEPARATOR);
    }
    line.push_str(part);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::Identity;

    const DIGITAL: InvoiceKind = InvoiceKind::DigitalOrdinary;
    const CLASSIC: InvoiceKind = InvoiceKind::ClassicOrdinary;

    #[test]
    fn parts_stand_in_the_order_of_the_rules() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let parts = RemarkParts {
            red: Some(RedReference {
                blue: Identity::Digital {
                    number: "26330000009990000001".to_owned(),
                },
                confirmation: "33012611210000000001".to_owned(),
            }),
            on_behalf: "代开".to_owned(),
            deduction: Fen::new(8_400_000).ok(),
            special: "特定".to_owned(),
            buyer_bank: Some(pair("中国银行", "1")),
            seller_bank: Some(pair("工商银行", "2")),
            additional: "附加".to_owned(),
            free: "谢谢惠顾".to_owned(),
            payee: "甲".to_owned(),
            reviewer: "乙".to_owned(),
            payments: vec![pair("微信支付", "T1"), pair("现金", "")],
        };
        assert_eq!(
            compose(DIGITAL, &parts).unwrap(),
            "被红冲蓝字数电票号码：26330000009990000001 红字发票信息确认单编号：33012611210000000001;    代开;    \
             差额征税：84000.00。特定\n\
             购方开户银行:中国银行;    银行账号:1;\n\
             销方开户银行:工商银行;    银行账号:2;\n\
             附加;    谢谢惠顾\n\
             收款人:甲;    复核人:乙;\n\
             支付渠道:微信支付;    交易单号:T1;    支付渠道:现金;"
        );
        assert_eq!(compose(DIGITAL, &RemarkParts::default()).unwrap(), "");
    }

    #[test]
    fn a_red_invoice_of_the_older_form_names_code_and_number() {
        let parts = |confirmation: &str| RemarkParts {
            red: Some(RedReference {
                blue: Identity::Classic {
                    code: "033002600111".to_owned(),
                    number: "99900001".to_owned(),
                    check_code: String::new(),
                    machine: String::new(),
                },
                confirmation: confirmation.to_owned(),
            }),
            ..RemarkParts::default()
        };
        assert_eq!(
            compose(CLASSIC, &parts("")).unwrap(),
            "对应正数发票代码:033002600111号码:99900001"
        );
        // Taken back by a digital invoice, which needs a confirmation.
        assert_eq!(
            compose(InvoiceKind::DigitalOrdinary, &parts("33012611210000000001")).unwrap(),
            "被红冲蓝字税控发票代码：033002600111 号码：99900001 红字发票信息确认单编号：33012611210000000001"
        );
    }

    #[test]
    fn too_long_a_remark_is_refused_with_its_length() {
        let parts = RemarkParts {
            free: "字".repeat(451),
            ..RemarkParts::default()
        };
        assert_eq!(
            compose(DIGITAL, &parts).unwrap_err().to_string(),
            "the remark has 451 characters; at most 450 are allowed on this invoice"
        );
    }

    #[test]
    fn the_older_form_says_banks_clerks_and_payments_elsewhere() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let parts = RemarkParts {
            deduction: Fen::new(8_400_000).ok(),
            buyer_bank: Some(pair("中国银行", "1")),
            seller_bank: Some(pair("工商银行", "2")),
            free: "谢谢惠顾".to_owned(),
            payee: "甲".to_owned(),
            reviewer: "乙".to_owned(),
            payments: vec![pair("微信支付", "T1")],
            ..RemarkParts::default()
        };
        assert_eq!(
            compose(CLASSIC, &parts).unwrap(),
            "差额征税：84000.00。\n谢谢惠顾"
        );
    }

    #[test]
    fn the_older_form_counts_bytes_as_its_device_does() {
        for (text, bytes) in [
            ("", 0),
            ("No.42\n", 6),
            ("订单，①㎡℃", 12),
            ("·×÷°αЖ", 12),
            ("㙍𠮷", 8),
            // Outside GBK, however common elsewhere; `é` and `€` are in it.
            ("©®ñ™", 16),
            ("é€", 4),
            ("（１）", 6),
        ] {
            assert_eq!(device_bytes(text), bytes, "{text}");
        }
        let of = |free: String| {
            let parts = RemarkParts {
                free,
                ..RemarkParts::default()
            };
            compose(CLASSIC, &parts)
        };
        assert!(of("字".repeat(115)).is_ok());
        assert!(of("a".repeat(230)).is_ok());
        assert_eq!(
            of("字".repeat(115) + "a").unwrap_err().to_string(),
            "the remark has 231 bytes (a Chinese character takes two); at most 230 are allowed on this invoice"
        );
    }
}
