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
            format_args!(
                "{} lines; 1 to {LINES} are allowed",
                invoice.fpmx_list.len()
            ),
        );
        return;
    }
    for (index, line) in invoice.fpmx_list.iter().enumerate() {
        let number = index + 1;
        if line.mxxh.map(|n| n.0) != Some(Decimal::from(number)) {
            findings.line("E_SEQ", number, "mxxh must count 1, 2, 3 … without gaps");
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
                format_args!("{field} has {length} characters, at most {limit}"),
            );
        }
    }
    if line.xmmc.trim().is_empty() {
        findings.line("E_NAME", number, "xmmc is missing");
    }
    let printed = format!("*{}*{}", line.spfwjc, line.xmmc);
    if line.hwhyslwfwmc != printed {
        findings.line(
            "E_NAME",
            number,
            format_args!(
                "hwhyslwfwmc is \"{}\", expected \"{printed}\"",
                line.hwhyslwfwmc
            ),
        );
    }
    let Some(code) = rules.codes.get(&line.sphfwssflhbbm) else {
        findings.line(
            "E_CODE",
            number,
            format_args!("class code \"{}\" does not exist", line.sphfwssflhbbm),
        );
        return;
    };
    if code.heading() {
        findings.line(
            "E_CODE",
            number,
            format_args!("class code {} is a heading (sfhzx Y)", code.code),
        );
    }
    if !code.special.is_empty() {
        let element = &code.special;
        findings.line(
            "E_CAPABILITY",
            number,
            format_args!(
                "class code {} needs the capability of special element {element}",
                code.code
            ),
        );
    }
    if line.spfwjc != code.short_name {
        findings.line(
            "E_SHORT_NAME",
            number,
            format_args!(
                "short name is \"{}\", expected \"{}\"",
                line.spfwjc, code.short_name
            ),
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
        None => findings.line("E_FIELD", number, format_args!("{field} is missing")),
        Some(amount) if amount.fen().is_none() => {
            findings.line(
                "E_SIZE",
                number,
                format_args!("{field} {} has more than two decimals", amount.0),
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
        findings.line("E_FIELD", number, "slv is missing");
        return;
    };
    if rate < Decimal::ZERO || Decimal::ONE <= rate || 6 < rate.normalize().scale() {
        findings.line("E_RATE", number, format_args!("slv {rate} is no rate"));
        return;
    }
    let (Some(net), Some(tax), Some(gross)) = (net, tax, gross) else {
        return;
    };
    if net + tax != gross {
        findings.line(
            "E_GROSS",
            number,
            format_args!("je {net} + se {tax} is not hsje {gross}"),
        );
    }
    let discount = line.fphxz == "01";
    if invoice.is_red() {
        if Decimal::ZERO <= net || Decimal::ZERO < tax {
            findings.line("E_RED_SIGN", number, "a red line has je < 0 and se ≤ 0");
        }
    } else if !discount && (net <= Decimal::ZERO || tax < Decimal::ZERO) {
        findings.line(
            "E_NONPOSITIVE",
            number,
            "je must be above 0 and se not below",
        );
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
            format_args!("tax is off by {}, at most {limit}", off.normalize()),
        );
    }
}

fn quantity(invoice: &Invoice, line: &Line, number: usize, findings: &mut Findings) {
    if line.sl.is_empty() && line.dj.is_empty() {
        return;
    }
    if line.sl.is_empty() || line.dj.is_empty() {
        findings.line("E_QTY_PAIR", number, "sl and dj: both or neither");
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
        findings.line(
            "E_QTY",
            number,
            "the unit price is positive and the quantity has the sign of the invoice",
        );
    }
    let Some((product, net)) = dj.checked_mul(sl).zip(line.je) else {
        findings.line("E_QTY", number, "dj × sl cannot be computed");
        return;
    };
    let off = (product - net.0).abs();
    if Decimal::new(1, 2) < off {
        findings.line(
            "E_QTY",
            number,
            format_args!("dj × sl is off je by {}, at most 0.01", off.normalize()),
        );
    }
}

/// Difference tax (差额征税): exactly one line, with a deduction, of a code that permits it.
fn difference(invoice: &Invoice, rules: &Rules<'_>, findings: &mut Findings) {
    if invoice.cezslx_dm.is_empty() {
        for (index, line) in invoice.fpmx_list.iter().enumerate() {
            if line.kce.is_some() {
                findings.line("E_DIFF", index + 1, "kce needs cezslxDm");
            }
        }
        return;
    }
    let [line] = invoice.fpmx_list.as_slice() else {
        findings.add("E_DIFF", "a difference-tax invoice has exactly one line");
        return;
    };
    let (Some(deducted), Some(gross)) = (line.kce, line.hsje) else {
        findings.line("E_DIFF", 1, "kce is missing");
        return;
    };
    // On a red invoice both are below zero.
    let (deducted, gross) = if invoice.is_red() {
        (-deducted.0, -gross.0)
    } else {
        (deducted.0, gross.0)
    };
    if deducted <= Decimal::ZERO || gross < deducted {
        findings.line("E_DIFF", 1, "kce lies between 0 and hsje");
    }
    if !rules
        .codes
        .get(&line.sphfwssflhbbm)
        .is_some_and(|code| code.difference_tax)
    {
        findings.line(
            "E_DIFF",
            1,
            format_args!(
                "class code {} has no difference tax (cezs)",
                line.sphfwssflhbbm
            ),
        );
    }
}
