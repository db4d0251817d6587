//! Sums over the whole invoice.

use rust_decimal::Decimal;

use super::Findings;
use crate::amount::Amount;
use crate::invoice::{Invoice, Line};

pub(super) fn check(invoice: &Invoice, findings: &mut Findings) {
    let mut money = |field: &str, value: Option<Amount>| match value {
        Some(amount) if amount.fen().is_some() => Some(amount.0),
        Some(amount) => {
            findings.add("E_SIZE", format_args!("{field} {} 超过两位小数", amount.0));
            None
        }
        None => {
            findings.add("E_FIELD", format_args!("{field} 不能为空"));
            None
        }
    };
    let (net, tax, gross) = (
        money("hjje", invoice.hjje),
        money("hjse", invoice.hjse),
        money("jshj", invoice.jshj),
    );
    let (Some(net), Some(tax), Some(gross)) = (net, tax, gross) else {
        return;
    };
    if net + tax != gross {
        findings.add(
            "E_TOTAL",
            format_args!("hjje {net} + hjse {tax} 不等于 jshj {gross}"),
        );
    }
    if invoice.is_red() {
        if Decimal::ZERO <= net || Decimal::ZERO < tax || Decimal::ZERO <= gross {
            findings.add("E_RED_SIGN", "红字发票的合计须为负数");
        }
    } else if net <= Decimal::ZERO || gross <= Decimal::ZERO || tax < Decimal::ZERO {
        findings.add("E_NONPOSITIVE", "hjje、jshj 须大于 0，hjse 不能小于 0");
    }
    let summed: Decimal = invoice
        .fpmx_list
        .iter()
        .filter_map(|line| line.je)
        .map(|a| a.0)
        .sum();
    if Decimal::new(1, 2) < (summed - net).abs() {
        findings.add(
            "E_SUM_AMOUNT",
            format_args!("明细 je 合计 {summed}，hjje 为 {net}"),
        );
    }
    let expected: Decimal = invoice
        .fpmx_list
        .iter()
        .map(|line| expected_tax(invoice, line))
        .sum();
    let off = (expected - tax).abs();
    if Decimal::new(127, 2) < off {
        findings.add(
            "E_TOTAL_TAX",
            format_args!("hjse 误差 {}，允许 1.27", off.normalize()),
        );
    }
}

fn expected_tax(invoice: &Invoice, line: &Line) -> Decimal {
    let of = |amount: Option<Amount>| amount.unwrap_or_default().0;
    let rate = of(line.slv);
    if invoice.cezslx_dm == "02" && rate != Decimal::NEGATIVE_ONE {
        (of(line.hsje) - of(line.kce)) / (Decimal::ONE + rate) * rate
    } else {
        of(line.je) * rate
    }
}
