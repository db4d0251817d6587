//! The remark of a digital invoice (备注): its parts in the order of the layout rules.

use crate::{face::RedReference, money::Fen};
use thiserror::Error;

/// Most characters of the remark of a blue invoice.
pub const BLUE_LIMIT: usize = 450;

/// Most characters of the remark of a red invoice.
pub const RED_LIMIT: usize = 382;

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

/// The remark is longer than the tax side takes.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the remark has {length} characters; at most {limit} are allowed on this invoice")]
pub struct RemarkTooLong {
    /// How many it has.
    pub length: usize,
    /// How many it may have.
    pub limit: usize,
}

/// Puts the parts in order; lines are separated by `\n`.
///
/// # Errors
/// [`RemarkTooLong`] beyond 450 characters on a blue, 382 on a red invoice.
pub fn compose(parts: &RemarkParts) -> Result<String, RemarkTooLong> {
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
    lines.extend(
        parts
            .buyer_bank
            .as_ref()
            .map(|(bank, account)| bank_line("购方", bank, account)),
    );
    lines.extend(
        parts
            .seller_bank
            .as_ref()
            .map(|(bank, account)| bank_line("销方", bank, account)),
    );
    let mut closing = String::new();
    for part in [&parts.additional, &parts.free] {
        join(part, &mut closing);
    }
    lines.push(closing);
    lines.push(groups([
        ("收款人", &parts.payee),
        ("复核人", &parts.reviewer),
    ]));
    let payments = parts
        .payments
        .iter()
        .map(|(channel, transaction)| groups([("支付渠道", channel), ("交易单号", transaction)]));
    lines.push(
        payments
            .filter(|group| !group.is_empty())
            .collect::<Vec<_>>()
            .join("    "),
    );
    lines.retain(|line| !line.is_empty());
    let remark = lines.join("\n");
    let length = remark.chars().count();
    let limit = if parts.red.is_some() {
        RED_LIMIT
    } else {
        BLUE_LIMIT
    };
    if length > limit {
        Err(RemarkTooLong { length, limit })
    } else {
        Ok(remark)
    }
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
            compose(&parts).unwrap(),
            "被红冲蓝字数电票号码：26330000009990000001 红字发票信息确认单编号：33012611210000000001;    代开;    \
             差额征税：84000.00。特定\n\
             购方开户银行:中国银行;    银行账号:1;\n\
             销方开户银行:工商银行;    银行账号:2;\n\
             附加;    谢谢惠顾\n\
             收款人:甲;    复核人:乙;\n\
             支付渠道:微信支付;    交易单号:T1;    支付渠道:现金;"
        );
        assert_eq!(compose(&RemarkParts::default()).unwrap(), "");
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
            compose(&parts("")).unwrap(),
            "对应正数发票代码:033002600111号码:99900001"
        );
        // Taken back by a digital invoice, which needs a confirmation.
        assert_eq!(
            compose(&parts("33012611210000000001")).unwrap(),
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
            compose(&parts).unwrap_err().to_string(),
            "the remark has 451 characters; at most 450 are allowed on this invoice"
        );
    }
}
