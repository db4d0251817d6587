//! Discounted lines (被折扣行, 02) and their discount lines (折扣行, 01).

use rust_decimal::Decimal;

use super::Findings;
use crate::amount::Amount;
use crate::invoice::{Invoice, Line};

pub(super) fn check(invoice: &Invoice, findings: &mut Findings) {
    let lines = &invoice.fpmx_list;
    for (index, line) in lines.iter().enumerate() {
        let number = index + 1;
        match line.fphxz.as_str() {
            "00" => {}
            "01" => match index.checked_sub(1).map(|before| &lines[before]) {
                Some(before) if before.fphxz == "02" => pair(before, line, number, findings),
                _ => findings.line(
                    "E_DISC_ORDER",
                    number,
                    "a discount line stands directly after its line (02)",
                ),
            },
            "02" => {
                if lines.get(index + 1).is_none_or(|next| next.fphxz != "01") {
                    findings.line(
                        "E_DISC_MISSING",
                        number,
                        "a discounted line is followed by its discount line",
                    );
                }
            }
            other => findings.line(
                "E_FIELD",
                number,
                format_args!("fphxz is \"{other}\", expected 00, 01 or 02"),
            ),
        }
        if line.fphxz == "00" {
            continue;
        }
        if invoice.is_red() {
            findings.line(
                "E_DISC_SHAPE",
                number,
                "a red invoice has no discount lines: fold them",
            );
        }
        if !invoice.cezslx_dm.is_empty() {
            findings.line("E_DISC_SHAPE", number, "no discount with difference tax");
        }
        if line.kce.is_some() || line.dylzfpmxxh.is_some() {
            findings.line(
                "E_DISC_SHAPE",
                number,
                "kce and dylzfpmxxh stay empty with a discount",
            );
        }
    }
}

fn pair(of: &Line, discount: &Line, number: usize, findings: &mut Findings) {
    let facts = [&discount.ggxh, &discount.dw, &discount.sl, &discount.dj];
    if facts.iter().any(|fact| !fact.is_empty()) {
        findings.line(
            "E_DISC_SHAPE",
            number,
            "ggxh, dw, sl and dj stay empty on a discount line",
        );
    }
    let negative = |amount: Option<Amount>| amount.is_some_and(|a| a.0 < Decimal::ZERO);
    // The tax of a tiny discount rounds to zero.
    let tax_fits = discount.se.is_some_and(|tax| tax.0 <= Decimal::ZERO);
    if !negative(discount.je) || !negative(discount.hsje) || !tax_fits {
        findings.line(
            "E_DISC_SHAPE",
            number,
            "je, se and hsje of a discount line are negative",
        );
    }
    let rate = |line: &Line| line.slv.map(|r| r.0.normalize());
    let same = of.xmmc == discount.xmmc
        && of.hwhyslwfwmc == discount.hwhyslwfwmc
        && of.spfwjc == discount.spfwjc
        && of.sphfwssflhbbm == discount.sphfwssflhbbm
        && of.yhzcbs == discount.yhzcbs
        && rate(of) == rate(discount);
    if !same {
        findings.line(
            "E_DISC_MATCH",
            number,
            "name, class code, rate and policy equal the discounted line's",
        );
    }
    if let (Some(full), Some(less)) = (of.hsje, discount.hsje)
        && full.0 + less.0 < Decimal::ZERO
    {
        findings.line(
            "E_DISC_MATCH",
            number,
            "the discount is larger than its line",
        );
    }
}
