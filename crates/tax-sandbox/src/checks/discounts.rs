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
                _ => findings.line("E_DISC_ORDER", number, "折扣行须紧跟在被折扣行（02）之后"),
            },
            "02" => {
                if lines.get(index + 1).is_none_or(|next| next.fphxz != "01") {
                    findings.line("E_DISC_MISSING", number, "被折扣行之后须是折扣行");
                }
            }
            other => findings.line(
                "E_FIELD",
                number,
                format_args!("fphxz 为“{other}”，应为 00、01 或 02"),
            ),
        }
        if line.fphxz == "00" {
            continue;
        }
        if invoice.is_red() {
            findings.line(
                "E_DISC_SHAPE",
                number,
                "红字发票不能有折扣行，须与被折扣行合并",
            );
        }
        if !invoice.cezslx_dm.is_empty() {
            findings.line("E_DISC_SHAPE", number, "差额征税不能有折扣");
        }
        if line.kce.is_some() || line.dylzfpmxxh.is_some() {
            findings.line(
                "E_DISC_SHAPE",
                number,
                "有折扣的行 kce 和 dylzfpmxxh 须为空",
            );
        }
    }
}

fn pair(of: &Line, discount: &Line, number: usize, findings: &mut Findings) {
    let facts = [&discount.ggxh, &discount.dw, &discount.sl, &discount.dj];
    if facts.iter().any(|fact| !fact.is_empty()) {
        findings.line("E_DISC_SHAPE", number, "折扣行的 ggxh、dw、sl、dj 须为空");
    }
    let negative = |amount: Option<Amount>| amount.is_some_and(|a| a.0 < Decimal::ZERO);
    // The tax of a tiny discount rounds to zero.
    let tax_fits = discount.se.is_some_and(|tax| tax.0 <= Decimal::ZERO);
    if !negative(discount.je) || !negative(discount.hsje) || !tax_fits {
        findings.line("E_DISC_SHAPE", number, "折扣行的 je、se、hsje 须为负数");
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
            "折扣行的名称、税收分类编码、税率和优惠政策须与被折扣行一致",
        );
    }
    if let (Some(full), Some(less)) = (of.hsje, discount.hsje)
        && full.0 + less.0 < Decimal::ZERO
    {
        findings.line("E_DISC_MATCH", number, "折扣大于被折扣行的金额");
    }
}
