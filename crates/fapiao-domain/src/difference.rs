//! Difference tax (差额征税): the tax is due on the price less a deduction.

use crate::{
    checks::{CheckError, check_blue, check_blue_difference, check_red, check_red_difference},
    exact::{UNIT_PRICE_DECIMALS, quotient},
    face::{DifferenceKind, DifferenceTax},
    line::{InvoiceLine, OrderLine},
    money::Fen,
    rate::Rate,
    totals::{Computed, LineError, Totals, compute, compute_order, sum},
};

/// The two ways to invoice it (差额征税类型, `cezslxDm`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DifferenceMode {
    /// 全额开票, `01`: taxed as if nothing were deducted; the deduction is only recorded.
    Whole,
    /// 差额开票, `02`: the deduction leaves the tax base; the rate prints `***`.
    Reduced,
}

impl DifferenceMode {
    /// The two-digit code of the tax interface.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Whole => "01",
            Self::Reduced => "02",
        }
    }

    /// Reads the two-digit code.
    pub fn from_code(code: &str) -> Option<DifferenceMode> {
        [Self::Whole, Self::Reduced]
            .into_iter()
            .find(|mode| mode.code() == code)
    }

    /// The tax in a gross amount after the deduction, in this mode.
    pub fn tax(self, rate: Rate, gross: Fen, deduction: Fen) -> Fen {
        match self {
            Self::Whole => rate.tax_in_gross(gross),
            Self::Reduced => rate.tax_in_gross(gross - deduction),
        }
    }
}

impl From<DifferenceKind> for DifferenceMode {
    fn from(kind: DifferenceKind) -> DifferenceMode {
        match kind {
            DifferenceKind::Full => DifferenceMode::Whole,
            DifferenceKind::Difference => DifferenceMode::Reduced,
        }
    }
}

/// Computes an order with or without difference tax, however many invoices it will become.
///
/// # Errors
/// As [`compute_order`] and [`compute_difference`]; `E_DIFFERENCE` at the whole order when it has more than one line.
pub fn compute_sale(
    lines: &[OrderLine],
    difference: Option<&DifferenceTax>,
    short_names: &dyn Fn(&str) -> Option<String>,
) -> Result<Computed, Vec<LineError>> {
    match (difference, lines) {
        (None, _) => compute_order(lines, short_names),
        (Some(it), [line]) => compute_difference(line, it.deduction, it.kind.into(), short_names),
        (Some(_), lines) => Err(vec![LineError {
            line: None,
            field: "difference_tax",
            code: "E_DIFFERENCE",
            message: format!(
                "an invoice with difference tax has exactly one line; this order has {}",
                lines.len()
            ),
            chinese: None,
        }]),
    }
}

/// The tax side's checks on a blue invoice, with or without difference tax.
///
/// # Errors
/// Every failed check, as [`check_blue`].
pub fn check_blue_sale(
    lines: &[InvoiceLine],
    totals: &Totals,
    difference: Option<&DifferenceTax>,
) -> Result<(), Vec<CheckError>> {
    match difference {
        Some(it) if it.kind == DifferenceKind::Difference => {
            check_blue_difference(lines, totals, it.deduction)
        }
        _ => check_blue(lines, totals),
    }
}

/// The tax side's checks on a red invoice, with or without difference tax.
///
/// # Errors
/// Every failed check, as [`check_red`].
pub fn check_red_sale(
    lines: &[InvoiceLine],
    totals: &Totals,
    difference: Option<&DifferenceTax>,
) -> Result<(), Vec<CheckError>> {
    match difference {
        Some(it) if it.kind == DifferenceKind::Difference => {
            check_red_difference(lines, totals, it.deduction)
        }
        _ => check_red(lines, totals),
    }
}

/// Computes an invoice with difference tax: exactly one line, priced with tax, without a discount.
/// `deduction` (扣除额) is above zero and at most the line.
///
/// # Errors
/// As [`compute`], and `E_DIFFERENCE` for what difference tax forbids.
pub fn compute_difference(
    line: &OrderLine,
    deduction: Fen,
    mode: DifferenceMode,
    short_names: &dyn Fn(&str) -> Option<String>,
) -> Result<Computed, Vec<LineError>> {
    let mut computed = compute(std::slice::from_ref(line), short_names)?;
    let made = &mut computed.lines[0];
    let fault = if !line.tax_included {
        Some((
            "tax_included",
            "difference tax is computed from a price with tax".to_owned(),
        ))
    } else if line.discount.is_positive() {
        Some((
            "discount",
            "an invoice with difference tax cannot have a discount".to_owned(),
        ))
    } else if !matches!(line.rate, Rate::Percent(_)) || line.rate.is_relief() {
        Some((
            "rate",
            "difference tax needs a rate above zero other than 0.015".to_owned(),
        ))
    } else if !deduction.is_positive() || deduction > made.gross {
        let message = format!(
            "the deduction must be above 0.00 and at most the line, {}",
            made.gross
        );
        Some(("deduction", message))
    } else {
        None
    };
    if let Some((field, message)) = fault {
        return Err(vec![LineError {
            line: Some(0),
            field,
            code: "E_DIFFERENCE",
            message,
            chinese: None,
        }]);
    }
    made.tax = mode.tax(line.rate, made.gross, deduction);
    made.amount = made.gross - made.tax;
    made.unit_price = quotient(made.amount, line.quantity, UNIT_PRICE_DECIMALS);
    computed.totals = sum(&computed.lines);
    let checked = match mode {
        DifferenceMode::Whole => check_blue(&computed.lines, &computed.totals),
        DifferenceMode::Reduced => {
            check_blue_difference(&computed.lines, &computed.totals, deduction)
        }
    };
    match checked {
        Ok(()) => Ok(computed),
        Err(failed) => Err(failed
            .into_iter()
            .map(|failed| LineError {
                line: Some(0),
                field: "unit_price",
                code: failed.code,
                message: failed.message,
                chinese: None,
            })
            .collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    fn line(gross: i64, rate: &str) -> OrderLine {
        OrderLine {
            preference: None,
            name: "劳务派遣".to_owned(),
            tax_code: "3040803010000000000".to_owned(),
            spec: String::new(),
            unit: "人".to_owned(),
            quantity: Decimal::from(3),
            unit_price: Decimal::new(gross, 2) / Decimal::from(3),
            tax_included: true,
            rate: Rate::parse(rate).unwrap(),
            discount: Fen::ZERO,
        }
    }

    fn fen(fen: i64) -> Fen {
        Fen::new(fen).unwrap()
    }

    #[test]
    fn the_deduction_leaves_the_tax_base_only_when_reduced() {
        let names = |_: &str| Some("人力资源服务".to_owned());
        for (mode, gross, deduction, rate, want) in [
            (
                DifferenceMode::Reduced,
                10_500_000,
                8_400_000,
                "0.05",
                (10_400_000, 100_000),
            ),
            (
                DifferenceMode::Whole,
                10_500_000,
                8_400_000,
                "0.05",
                (10_000_000, 500_000),
            ),
            (
                DifferenceMode::Reduced,
                106_002,
                53_001,
                "0.06",
                (103_002, 3_000),
            ),
            (
                DifferenceMode::Reduced,
                106_002,
                106_002,
                "0.06",
                (106_002, 0),
            ),
        ] {
            let computed =
                compute_difference(&line(gross, rate), fen(deduction), mode, &names).unwrap();
            assert_eq!(
                (computed.totals.amount.get(), computed.totals.tax.get()),
                want,
                "{mode:?} {gross}"
            );
            assert_eq!(computed.totals.total, fen(gross));
            assert_eq!(DifferenceMode::from_code(mode.code()), Some(mode));
        }
    }

    #[test]
    fn what_difference_tax_forbids_is_named() {
        let names = |_: &str| Some("人力资源服务".to_owned());
        let field = |line: OrderLine, deduction| {
            compute_difference(&line, fen(deduction), DifferenceMode::Reduced, &names).unwrap_err()
                [0]
            .field
        };
        let sound = line(300, "0.05");
        assert_eq!(
            field(
                OrderLine {
                    tax_included: false,
                    ..sound.clone()
                },
                1
            ),
            "tax_included"
        );
        assert_eq!(
            field(
                OrderLine {
                    discount: fen(1),
                    ..sound.clone()
                },
                1
            ),
            "discount"
        );
        assert_eq!(
            field(
                OrderLine {
                    rate: Rate::Exempt,
                    ..sound.clone()
                },
                1
            ),
            "rate"
        );
        assert_eq!(field(sound.clone(), 0), "deduction");
        assert_eq!(field(sound, 301), "deduction");
    }
}
