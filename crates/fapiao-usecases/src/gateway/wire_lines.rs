//! The lines of a request: the order's own, or what is left of them after refunds.

use super::WireLine;
use crate::{
    records::{Invoice, Order},
    step::StepError,
};
use fapiao_domain::{
    exact::{UNIT_PRICE_DECIMALS, quotient},
    line::{InvoiceLine, LineKind, OrderLine},
    totals::{Totals, compute},
};
use rust_decimal::Decimal;

/// The lines that make the platform reckon the same invoice as ours.
///
/// # Errors
/// [`StepError::Parked`] when what is left cannot be said so that it adds up to the same fen.
pub(super) fn lines_for(order: &Order, invoice: &Invoice) -> Result<Vec<WireLine>, StepError> {
    if invoice.sources.is_empty() {
        return Ok(order.lines.iter().map(WireLine::of).collect());
    }
    let lines = as_sold(&invoice.lines).ok_or_else(|| differs(None, invoice.totals))?;
    // Names and class codes were accepted with the order; here only the sums are in question.
    let reckoned = compute(&lines, &|_| Some(String::new()));
    match reckoned {
        Ok(it) if it.totals == invoice.totals => Ok(lines.iter().map(WireLine::of).collect()),
        Ok(it) => Err(differs(Some(it.totals), invoice.totals)),
        Err(_) => Err(differs(None, invoice.totals)),
    }
}

fn differs(reckoned: Option<Totals>, wanted: Totals) -> StepError {
    let reckoned = reckoned.map_or_else(|| "nothing".to_owned(), |it| it.total.to_string());
    StepError::parked(
        "platform_rounding",
        format!(
            "退款后剩余的金额无法用单价和数量原样表达给第三方平台：剩余 {0}，税额 {1}。请将该订单的发票全额红冲，剩余部分另建订单 / \
             what is left of the order is {0} with {1} of tax; said as lines with prices it would come to {reckoned} with \
             other tax. Take the order's invoice back in full and sell the rest as a new order",
            wanted.total, wanted.tax
        ),
    )
}

/// Invoice lines as order lines with prices that include tax: the gross amount drives each.
fn as_sold(lines: &[InvoiceLine]) -> Option<Vec<OrderLine>> {
    let mut made: Vec<OrderLine> = Vec::with_capacity(lines.len());
    for line in lines {
        if line.kind == LineKind::Discount {
            made.last_mut()?.discount = -line.gross;
            continue;
        }
        let quantity = line.quantity.unwrap_or(Decimal::ONE);
        made.push(OrderLine {
            name: line.name.clone(),
            tax_code: line.tax_code.clone(),
            spec: line.spec.clone(),
            unit: line.unit.clone(),
            quantity,
            unit_price: quotient(line.gross, quantity, UNIT_PRICE_DECIMALS)?.normalize(),
            tax_included: true,
            rate: line.rate,
            preference: line.preference,
            discount: fapiao_domain::money::Fen::ZERO,
        });
    }
    Some(made)
}
