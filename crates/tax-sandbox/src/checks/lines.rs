//! Lines one by one: sequence, names, codes, quantity, tax.

use rust_decimal::Decimal;

use super::{Findings, Rules};
use crate::amount::Amount;
use crate::invoice::{Invoice, Line};

/// More lines are refused.
const LINES: usize = 5000;

pub(super) fn check(invoice: &Invoice, rules: &Rules<'_>, findings: &mut Findings) {
    if invoice.fpmx_list.is_empty() || LINES < invoice.fpmx_list.len() {
        findings.add(
            "E_LIMIT",
            format_args!("明细 {} 行，允许 1 至 {LINES} 行", invoice.fpmx_list.len()),
        );
        return;
    }
    for (index, line) in invoice.fpmx_list.iter().enumerate() {
        let number = index + 1;
        if line.mxxh.map(|n| n.0) != Some(Decimal::from(number)) {
            findings.line("E_SEQ", number, "mxxh 须从 1 起连续编号");
        }
        names(line, number, rules, findings);
        amounts(invoice, line, number, findings);
        quantity(invoice, line, number, findings);
    }
    difference(invoice, rules, findings);
}

fn names(line: &Line, number: usize, rules: &Rules<'_>, findings: &mut Findings) {
    for (field, value, limit) in [
        ("xmmc", &line.xmmc, 600),
        ("hwhyslwfwmc", &line.hwhyslwfwmc, 300),
        ("spfwjc", &line.spfwjc, 120),
        ("ggxh", &line.ggxh, 150),
        ("dw", &line.dw, 300),
        ("sl", &line.sl, 25),
        ("dj", &line.dj, 25),
    ] {
        let length = value.chars().count();
        if limit < length {
            findings.line(
                "E_SIZE",
                number,
                format_args!("{field} 有 {length} 个字符，最多 {limit} 个"),
            );
        }
    }
    if line.xmmc.trim().is_empty() {
        findings.line("E_NAME", number, "xmmc（项目名称）不能为空");
    }
    let printed = format!("*{}*{}", line.spfwjc, line.xmmc);
    if line.hwhyslwfwmc != printed {
        findings.line(
            "E_NAME",
            number,
            format_args!("hwhyslwfwmc 为“{}”，应为“{printed}”", line.hwhyslwfwmc),
        );
    }
    let Some(code) = rules.codes.get(&line.sphfwssflhbbm) else {
        findings.line(
            "E_CODE",
            number,
            format_args!("税收分类编码“{}”不存在", line.sphfwssflhbbm),
        );
        return;
    };
    if code.heading() {
        findings.line(
            "E_CODE",
            number,
            format_args!("税收分类编码 {} 是汇总项（sfhzx Y），不能使用", code.code),
        );
    }
    if !code.special.is_empty() {
        let element = &code.special;
        findings.line(
            "E_CAPABILITY",
            number,
            format_args!("税收分类编码 {} 须使用特定要素 {element} 的能力", code.code),
        );
    }
    if line.spfwjc != code.short_name {
        findings.line(
            "E_SHORT_NAME",
            number,
            format_args!("简称为“{}”，应为“{}”", line.spfwjc, code.short_name),
        );
    }
}

/// A money member: present and with at most two decimals.
fn money(
    field: &str,
    value: Option<Amount>,
    number: usize,
    findings: &mut Findings,
) -> Option<Decimal> {
    match value {
        None => findings.line("E_FIELD", number, format_args!("{field} 不能为空")),
        Some(amount) if amount.fen().is_none() => {
            findings.line(
                "E_SIZE",
                number,
                format_args!("{field} {} 超过两位小数", amount.0),
            );
        }
        Some(amount) => return Some(amount.0),
    }
    None
}

fn amounts(invoice: &Invoice, line: &Line, number: usize, findings: &mut Findings) {
    let net = money("je", line.je, number, findings);
    let tax = money("se", line.se, number, findings);
    let gross = money("hsje", line.hsje, number, findings);
    let Some(rate) = line.slv.map(|r| r.0) else {
        findings.line("E_FIELD", number, "slv（税率）不能为空");
        return;
    };
    if rate < Decimal::ZERO || Decimal::ONE <= rate || 6 < rate.normalize().scale() {
        findings.line("E_RATE", number, format_args!("slv {rate} 不是有效的税率"));
        return;
    }
    let (Some(net), Some(tax), Some(gross)) = (net, tax, gross) else {
        return;
    };
    if net + tax != gross {
        findings.line(
            "E_GROSS",
            number,
            format_args!("je {net} + se {tax} 不等于 hsje {gross}"),
        );
    }
    let discount = line.fphxz == "01";
    if invoice.is_red() {
        if Decimal::ZERO <= net || Decimal::ZERO < tax {
            findings.line("E_RED_SIGN", number, "红字行须 je < 0 且 se ≤ 0");
        }
    } else if !discount && (net <= Decimal::ZERO || tax < Decimal::ZERO) {
        findings.line("E_NONPOSITIVE", number, "je 须大于 0，se 不能小于 0");
    }
    let (expected, limit) = match (invoice.cezslx_dm.as_str(), line.kce) {
        ("02", Some(deducted)) => {
            let limit = if invoice.is_red() {
                Decimal::new(127, 2)
            } else {
                Decimal::new(6, 2)
            };
            ((gross - deducted.0) / (Decimal::ONE + rate) * rate, limit)
        }
        _ => (net * rate, Decimal::new(6, 2)),
    };
    let off = (expected - tax).abs();
    if limit < off {
        findings.line(
            "E_LINE_TAX",
            number,
            format_args!("税额误差 {}，允许 {limit}", off.normalize()),
        );
    }
}

fn quantity(invoice: &Invoice, line: &Line, number: usize, findings: &mut Findings) {
    if line.sl.is_empty() && line.dj.is_empty() {
        return;
    }
    if line.sl.is_empty() || line.dj.is_empty() {
        findings.line("E_QTY_PAIR", number, "sl 与 dj 须同时填写或同时为空");
        return;
    }
    let (sl, dj) = match (Amount::parse(&line.sl), Amount::parse(&line.dj)) {
        (Ok(sl), Ok(dj)) => (sl.0, dj.0),
        (Err(why), _) | (_, Err(why)) => {
            findings.line("E_QTY", number, why);
            return;
        }
    };
    let sign_wrong = if invoice.is_red() {
        Decimal::ZERO <= sl
    } else {
        sl <= Decimal::ZERO
    };
    if sign_wrong || dj <= Decimal::ZERO {
        findings.line("E_QTY", number, "单价须为正数，数量的正负须与发票一致");
    }
    let Some((product, net)) = dj.checked_mul(sl).zip(line.je) else {
        findings.line("E_QTY", number, "无法计算 dj × sl");
        return;
    };
    let off = (product - net.0).abs();
    if Decimal::new(1, 2) < off {
        findings.line(
            "E_QTY",
            number,
            format_args!("dj × sl 与 je 相差 {}，允许 0.01", off.normalize()),
        );
    }
}

/// Difference tax (差额征税): exactly one line, with a deduction, of a code that permits it.
fn difference(invoice: &Invoice, rules: &Rules<'_>, findings: &mut Findings) {
    if invoice.cezslx_dm.is_empty() {
        for (index, line) in invoice.fpmx_list.iter().enumerate() {
            if line.kce.is_some() {
                findings.line("E_DIFF", index + 1, "有 kce 时须填写 cezslxDm");
            }
        }
        return;
    }
    let [line] = invoice.fpmx_list.as_slice() else {
        findings.add("E_DIFF", "差额征税发票只能有一行明细");
        return;
    };
    let (Some(deducted), Some(gross)) = (line.kce, line.hsje) else {
        findings.line("E_DIFF", 1, "kce（扣除额）不能为空");
        return;
    };
    // On a red invoice both are below zero.
    let (deducted, gross) = if invoice.is_red() {
        (-deducted.0, -gross.0)
    } else {
        (deducted.0, gross.0)
    };
    if deducted <= Decimal::ZERO || gross < deducted {
        findings.line("E_DIFF", 1, "kce 须在 0 与 hsje 之间");
    }
    if !rules
        .codes
        .get(&line.sphfwssflhbbm)
        .is_some_and(|code| code.difference_tax)
    {
        findings.line(
            "E_DIFF",
            1,
            format_args!("税收分类编码 {} 不适用差额征税（cezs）", line.sphfwssflhbbm),
        );
    }
}
