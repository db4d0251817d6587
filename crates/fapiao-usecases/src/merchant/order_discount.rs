//! A discount on a whole order (整单折扣), shared out over its lines to the fen before anything is computed.

use crate::fields::{FieldError, fen_in_chinese};
use fapiao_domain::{
    discount::{AllocationError, allocate},
    exact::amount_of,
    line::OrderLine,
    money::Fen,
};

/// Adds the shares of a discount, as typed, to the discounts of the lines: in proportion to what each line comes to after
/// its own discount, largest remainder first. The lines' prices must all include the tax or all leave it out, and the
/// discount then does the same. Gives the shares; none without a discount.
///
/// # Errors
/// What is wrong with it, at `/discount`.
pub(super) fn share_out(
    text: &str,
    lines: &mut [(usize, OrderLine)],
) -> Result<Vec<Fen>, FieldError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let wrong = |message: String, chinese: String| {
        Err(FieldError::new("/discount", "E_ORDER_DISCOUNT", message).in_chinese(chinese))
    };
    let discount = match Fen::parse_yuan(text) {
        Ok(discount) if !discount.is_negative() => discount,
        Ok(_) => {
            let message = "a discount is given as a positive amount".to_owned();
            return wrong(message, "整单折扣写作正数".to_owned());
        }
        Err(error) => return wrong(error.to_string(), fen_in_chinese(error).to_owned()),
    };
    let bases = lines.iter().filter(|(_, line)| line.tax_included).count();
    if discount.is_positive() && bases != 0 && bases != lines.len() {
        let message =
            "some prices include the tax and some do not: give each line its own discount instead";
        return Err(FieldError::new(
            "/discount",
            "E_ORDER_DISCOUNT_MIXED",
            message,
        ));
    }
    // A line whose price or discount is wrong by itself is named by the rules of lines; here it only counts as nothing.
    let worth: Vec<Fen> = lines
        .iter()
        .map(|(_, line)| {
            let price = amount_of(line.quantity, line.unit_price).unwrap_or_default();
            if line.discount < price {
                price - line.discount
            } else {
                Fen::ZERO
            }
        })
        .collect();
    let shares = match allocate(discount, &worth) {
        Ok(shares) => shares,
        Err(error) => {
            let chinese = match error {
                AllocationError::TooLarge { discount, lines } => {
                    format!("整单折扣 {discount} 大于各行合计 {lines}")
                }
                AllocationError::NegativeDiscount | AllocationError::NegativeLine(_) => {
                    "整单折扣和各行金额都不能为负".to_owned()
                }
            };
            return wrong(error.to_string(), chinese);
        }
    };
    for ((_, line), share) in lines.iter_mut().zip(&shares) {
        line.discount += *share;
    }
    Ok(if discount.is_positive() {
        shares
    } else {
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use fapiao_domain::rate::Rate;
    use rust_decimal::Decimal;

    fn line(price: &str, tax_included: bool, discount: &str) -> (usize, OrderLine) {
        let line = OrderLine {
            preference: None,
            name: "x".to_owned(),
            tax_code: "1030205010000000000".to_owned(),
            spec: String::new(),
            unit: String::new(),
            quantity: Decimal::ONE,
            unit_price: price.parse().unwrap(),
            tax_included,
            rate: Rate::parse("0.13").unwrap(),
            discount: Fen::parse_yuan(discount).unwrap(),
        };
        (0, line)
    }

    fn shares(text: &str, mut lines: Vec<(usize, OrderLine)>) -> Result<Vec<String>, String> {
        match share_out(text, &mut lines) {
            Ok(_) => Ok(lines
                .iter()
                .map(|(_, it)| it.discount.to_string())
                .collect()),
            Err(error) => Err(error.code),
        }
    }

    #[test]
    fn shares_add_up_and_join_the_discounts_of_lines() {
        let order = || {
            vec![
                line("59.90", true, "0"),
                line("39.90", true, "0"),
                line("100.20", true, "0"),
            ]
        };
        assert_eq!(shares("20.00", order()).unwrap(), ["5.99", "3.99", "10.02"]);
        assert_eq!(shares("", order()).unwrap(), ["0.00", "0.00", "0.00"]);
        // A line that costs 50 after its own discount bears half of what one of 100 does.
        let own = vec![line("100", false, "50"), line("100", false, "0")];
        assert_eq!(shares("30", own).unwrap(), ["60.00", "20.00"]);
        // Nothing falls on a gift.
        let gift = vec![line("10", true, "10"), line("10", true, "0")];
        assert_eq!(shares("1", gift).unwrap(), ["10.00", "1.00"]);
    }

    #[test]
    fn chinese_names_the_discount_and_what_the_lines_come_to() {
        let mut two = vec![line("1", true, "0"), line("1.50", true, "0")];
        let mut told = |text: &str| share_out(text, &mut two).unwrap_err().chinese.unwrap();
        assert_eq!(&*told("3"), "整单折扣 3.00 大于各行合计 2.50");
        assert_eq!(&*told("-1"), "整单折扣写作正数");
        assert!(told("1.001").contains("最多两位小数"));
    }

    #[test]
    fn what_cannot_be_shared_is_refused() {
        let mixed = || vec![line("1", true, "0"), line("1", false, "0")];
        assert_eq!(
            shares("1", mixed()),
            Err("E_ORDER_DISCOUNT_MIXED".to_owned())
        );
        assert_eq!(shares("0", mixed()).unwrap(), ["0.00", "0.00"]);
        for text in ["3", "-1", "1.001", "x"] {
            let two = vec![line("1", true, "0"), line("1", true, "0")];
            assert_eq!(
                shares(text, two),
                Err("E_ORDER_DISCOUNT".to_owned()),
                "{text}"
            );
        }
    }
}
