//! Rates and preferential policies (`yhzcbs`).

use rust_decimal::Decimal;

use super::{Findings, Rules, issued_at};
use crate::catalogue::{ClassCode, policy_name};
use crate::clock;
use crate::invoice::{Invoice, Line};

pub(super) fn check(invoice: &Invoice, rules: &Rules<'_>, findings: &mut Findings) {
    let date = issued_at(invoice)
        .unwrap_or_else(|| clock::local(rules.now))
        .date();
    for (index, line) in invoice.fpmx_list.iter().enumerate() {
        let (Some(rate), Some(code)) = (line.slv, rules.codes.get(&line.sphfwssflhbbm)) else {
            continue; // Named by the line checks.
        };
        let rate = rate.0.normalize();
        flag(line, rate, code, index + 1, rules, findings);
        let taxed = !matches!(line.yhzcbs.as_str(), "03" | "04");
        // A red invoice repeats the rate of its blue one, whatever the law says by now.
        let usable = invoice.is_red()
            || rules
                .taxpayer
                .rates()
                .iter()
                .any(|r| r.value() == rate && r.valid_on(date));
        if taxed && !usable {
            findings.line(
                "E_RATE",
                index + 1,
                format_args!("税率 {rate} 在 {date} 不可用（CXKYSL）"),
            );
        }
        if taxed && !rate.is_zero() && !invoice.is_red() && !code.permits_rate(rate) {
            findings.line(
                "E_RATE",
                index + 1,
                format_args!("税收分类编码 {} 不允许税率 {rate}", code.code),
            );
        }
    }
    mixing(invoice, rules, findings);
}

fn flag(
    line: &Line,
    rate: Decimal,
    code: &ClassCode,
    number: usize,
    rules: &Rules<'_>,
    findings: &mut Findings,
) {
    let three = Decimal::new(3, 2);
    let five = Decimal::new(5, 2);
    let levied = rules
        .taxpayer
        .rates()
        .iter()
        .any(|r| r.levy && r.value() == rate);
    let small = rules.taxpayer.kind == "2";
    let fits = match line.yhzcbs.as_str() {
        "" => small || !levied,
        "01" => rate == three || rate == five,
        "03" | "04" => rate.is_zero(),
        "08" => rate == three,
        "09" => rate == five,
        "10" => {
            findings.line("E_CAPABILITY", number, "yhzcbs 10 属于不动产租赁的能力");
            return;
        }
        _ => small || !levied,
    };
    if !fits {
        findings.line(
            "E_POLICY",
            number,
            format_args!("yhzcbs“{}”与税率 {rate} 不符", line.yhzcbs),
        );
    }
    if code.not_taxed() && line.yhzcbs != "04" {
        findings.line(
            "E_POLICY",
            number,
            format_args!("税收分类编码 {} 须填写 yhzcbs 04", code.code),
        );
    }
    if matches!(line.yhzcbs.as_str(), "03" | "04") && line.se.is_some_and(|tax| !tax.0.is_zero()) {
        findings.line("E_POLICY", number, "免税或不征税的行不能有税额");
    }
    if line.yhzcbs.is_empty() {
        return;
    }
    match policy_name(&line.yhzcbs) {
        None => findings.line(
            "E_POLICY",
            number,
            format_args!("yhzcbs“{}”不存在", line.yhzcbs),
        ),
        Some(policy) if !code.permits_policy(policy) => {
            findings.line(
                "E_POLICY",
                number,
                format_args!("税收分类编码 {} 不允许 {policy}（zzstsgl）", code.code),
            );
        }
        Some(_) => {}
    }
}

/// Not-taxed lines stand alone, listed codes excepted, and never on a special invoice.
fn mixing(invoice: &Invoice, rules: &Rules<'_>, findings: &mut Findings) {
    let free = |line: &Line| line.yhzcbs == "04";
    let mixable = |line: &Line| {
        let code = &line.sphfwssflhbbm;
        code.starts_with("611")
            || code.starts_with("613")
            || rules.codes.get(code).is_some_and(ClassCode::telecom)
    };
    let taxed = invoice.fpmx_list.iter().any(|line| !free(line));
    for (index, line) in invoice
        .fpmx_list
        .iter()
        .enumerate()
        .filter(|(_, line)| free(line))
    {
        if taxed && !mixable(line) {
            findings.line(
                "E_POLICY",
                index + 1,
                "不征税项目不能与应税项目同开一张发票",
            );
        }
        if invoice.fppz == "01" {
            findings.line("E_POLICY", index + 1, "不征税项目只能开具普通发票");
        }
    }
    // Exempt and zero-rated sales carry no tax that a buyer could deduct.
    let relieved = |line: &Line| {
        line.yhzcbs == "03" || (line.slv.is_some_and(|rate| rate.0.is_zero()) && !free(line))
    };
    for (index, _) in invoice
        .fpmx_list
        .iter()
        .enumerate()
        .filter(|(_, line)| invoice.fppz == "01" && relieved(line))
    {
        findings.line("E_POLICY", index + 1, "免税或零税率项目只能开具普通发票");
    }
}
