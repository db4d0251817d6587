//! From order lines to invoice lines and totals.
//!
//! A price with tax drives its line from the gross amount, a price without tax from the net amount; the other two
//! amounts follow, rounded once, half away from zero. Totals are sums of lines and nothing else.

use crate::{
    checks::check_blue,
    exact::{UNIT_PRICE_DECIMALS, amount_of, quotient},
    line::{InvoiceLine, LineKind, OrderLine},
    money::Fen,
    rate::Rate,
};
use rust_decimal::Decimal;
use thiserror::Error;

/// Most lines of one invoice, discount lines included. The tax side takes 5000 and advises 2000.
pub const MAX_LINES: usize = 2000;

/// Most lines of one order, discount lines included: it may become several invoices.
pub const MAX_ORDER_LINES: usize = 10_000;

/// Class codes of not-taxed items that may stand beside taxed lines: water, airport fund.
const NOT_TAXED_MIXABLE: [&str; 2] = ["611", "613"];

/// The sums of a document: `amount + tax = total`, exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Totals {
    /// Net (合计金额, `hjje`).
    pub amount: Fen,
    /// Tax (合计税额, `hjse`).
    pub tax: Fen,
    /// Gross (价税合计, `jshj`).
    pub total: Fen,
}

/// What an order comes to on paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Computed {
    /// Invoice lines; an order line with a discount makes two.
    pub lines: Vec<InvoiceLine>,
    /// Their sums.
    pub totals: Totals,
}

/// What is wrong with an order, and where.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct LineError {
    /// Index of the order line from 0; `None` when the order as a whole is meant.
    pub line: Option<usize>,
    /// The member that is wrong, such as `quantity`; `lines` or `total` for the whole order.
    pub field: &'static str,
    /// Stable code, such as `E_QUANTITY`.
    pub code: &'static str,
    /// What is wrong and what is allowed, in English.
    pub message: String,
    /// The same in Chinese, where there is more to say than the code does.
    pub chinese: Option<String>,
}

/// Adds up lines.
pub fn sum(lines: &[InvoiceLine]) -> Totals {
    let amount: Fen = lines.iter().map(|line| line.amount).sum();
    let tax: Fen = lines.iter().map(|line| line.tax).sum();
    Totals {
        amount,
        tax,
        total: amount + tax,
    }
}

/// Computes the invoice lines and totals of an order. `short_names` tells the short name of a class code that may be
/// used on the issue date, or nothing.
///
/// # Errors
/// Every error found, in the order of the lines; errors of the whole order only when the lines alone are sound.
/// An accepted order passes [`check_blue`].
pub fn compute(
    lines: &[OrderLine],
    short_names: &dyn Fn(&str) -> Option<String>,
) -> Result<Computed, Vec<LineError>> {
    let (computed, origin) = computed(lines, short_names, MAX_LINES)?;
    // The tax side's own checks. What is left to fail here is the tolerance over very many tiny lines.
    check_blue(&computed.lines, &computed.totals).map_err(|failed| {
        failed
            .into_iter()
            .map(|failed| LineError {
                line: failed.line.and_then(|no| origin.get(no - 1).copied()),
                field: if failed.line.is_some() {
                    "unit_price"
                } else {
                    "total"
                },
                code: failed.code,
                message: failed.message,
                chinese: None,
            })
            .collect::<Vec<_>>()
    })?;
    Ok(computed)
}

/// Computes the lines and totals of an order that may become several invoices: what only limits one invoice (its lines,
/// the tolerance of its tax) is left to [`crate::split`].
///
/// # Errors
/// As [`compute`].
pub fn compute_order(
    lines: &[OrderLine],
    short_names: &dyn Fn(&str) -> Option<String>,
) -> Result<Computed, Vec<LineError>> {
    computed(lines, short_names, MAX_ORDER_LINES).map(|(computed, _)| computed)
}

/// The lines and totals, and the order line each line came from.
fn computed(
    lines: &[OrderLine],
    short_names: &dyn Fn(&str) -> Option<String>,
    most: usize,
) -> Result<(Computed, Vec<usize>), Vec<LineError>> {
    if lines.is_empty() {
        return Err(vec![whole(
            "lines",
            "E_NO_LINES",
            "an invoice needs at least one line",
        )]);
    }
    let count = lines.len()
        + lines
            .iter()
            .filter(|line| line.discount.is_positive())
            .count();
    if count > most {
        let message = format!(
            "at most {most} lines, discount lines included, are taken; this order makes {count}"
        );
        return Err(vec![whole("lines", "E_TOO_MANY_LINES", message)]);
    }
    let taxed_beside = lines.iter().any(|line| line.rate != Rate::NotTaxed);
    let mut made = Vec::with_capacity(count);
    // The order line that each invoice line came from.
    let mut origin = Vec::with_capacity(count);
    let mut errors = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let mut faults = Faults {
            line: index,
            errors: &mut errors,
        };
        check_texts(line, &mut faults);
        check_class(line, taxed_beside, &mut faults);
        let short_name = short_names(&line.tax_code);
        if short_name.is_none() && is_class_code(&line.tax_code) {
            let message = format!(
                "the class code {} is not in the catalogue of today",
                line.tax_code
            );
            faults.add("tax_code", "E_TAX_CODE_UNKNOWN", message);
        }
        if let Some(short_name) = &short_name {
            check_printed_name(&line.name, short_name, &mut faults);
        }
        if let Some(amounts) = amounts_of(line, &mut faults) {
            push_lines(line, short_name.unwrap_or_default(), amounts, &mut made);
            origin.resize(made.len(), index);
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let totals = sum(&made);
    if totals.total > Fen::MAX || totals.amount > Fen::MAX {
        let message = format!("an invoice may not exceed {} yuan", Fen::MAX);
        return Err(vec![whole("total", "E_TOO_LARGE", message)]);
    }
    if !totals.amount.is_positive() {
        let message = "the total must be above 0.00; the discounts take all of it";
        let wrong = whole("total", "E_NONPOSITIVE", message);
        return Err(vec![LineError {
            chinese: Some("合计须大于 0.00：折扣扣完了全部金额".to_owned()),
            ..wrong
        }]);
    }
    Ok((
        Computed {
            lines: made,
            totals,
        },
        origin,
    ))
}

fn whole(field: &'static str, code: &'static str, message: impl Into<String>) -> LineError {
    LineError {
        line: None,
        field,
        code,
        message: message.into(),
        chinese: None,
    }
}

struct Faults<'a> {
    line: usize,
    errors: &'a mut Vec<LineError>,
}

impl Faults<'_> {
    fn add(&mut self, field: &'static str, code: &'static str, message: impl Into<String>) {
        self.errors.push(LineError {
            line: Some(self.line),
            field,
            code,
            message: message.into(),
            chinese: None,
        });
    }

    /// With what the Chinese words of the code leave open.
    fn add_with(
        &mut self,
        field: &'static str,
        code: &'static str,
        message: impl Into<String>,
        chinese: impl Into<String>,
    ) {
        self.errors.push(LineError {
            line: Some(self.line),
            field,
            code,
            message: message.into(),
            chinese: Some(chinese.into()),
        });
    }
}

fn check_texts(line: &OrderLine, faults: &mut Faults<'_>) {
    for (field, code, zh, text, least, most) in [
        ("name", "E_NAME", "名称", &line.name, 1, 600),
        ("spec", "E_SPEC", "规格型号", &line.spec, 0, 150),
        ("unit", "E_UNIT", "单位", &line.unit, 0, 300),
    ] {
        let length = text.chars().count();
        if text.trim().chars().count() < least || length > most {
            let message = format!("{field} must have {least} to {most} characters, not {length}");
            let chinese = if length > most {
                format!("{zh}最多 {most} 字，现有 {length} 字")
            } else {
                format!("{zh}不能为空")
            };
            faults.add_with(field, code, message, chinese);
        } else if text.chars().any(char::is_control) {
            let message =
                format!("{field} must not contain line breaks, tabs or other control characters");
            let chinese = format!("{zh}不能含有换行、制表符等控制字符");
            faults.add_with(field, code, message, chinese);
        }
    }
}

/// Longest name as printed, `*short name*name` (hwhyslwfwmc), in characters.
const PRINTED_NAME_MAX: usize = 300;

fn check_printed_name(name: &str, short_name: &str, faults: &mut Faults<'_>) {
    let length = name.chars().count() + short_name.chars().count() + 2;
    let at = Some(faults.line);
    let named_already = faults
        .errors
        .iter()
        .any(|it| it.line == at && it.code == "E_NAME");
    if length > PRINTED_NAME_MAX && !named_already {
        let message = format!(
            "printed as *{short_name}*… the name has {length} characters, {PRINTED_NAME_MAX} are allowed: shorten it by {}",
            length - PRINTED_NAME_MAX
        );
        faults.add("name", "E_NAME_LONG", message);
    }
}

fn check_class(line: &OrderLine, taxed_beside: bool, faults: &mut Faults<'_>) {
    if !line.rate.is_well_formed() {
        faults.add(
            "rate",
            "E_RATE",
            "the rate must be above 0 and below 1, with at most 6 decimals",
        );
    }
    if let Some(policy) = line.preference
        && !policy.goes_with(line.rate)
    {
        let message = format!(
            "the policy {policy} goes with {}, not with {}",
            policy.rates(),
            line.rate
        );
        faults.add("preference", "E_PREFERENCE", message);
    }
    if !is_class_code(&line.tax_code) {
        faults.add(
            "tax_code",
            "E_TAX_CODE",
            "a class code has exactly 19 digits",
        );
        return;
    }
    let not_taxed = line.rate == Rate::NotTaxed;
    if line.tax_code.starts_with('6') != not_taxed {
        let message = if not_taxed {
            "only class codes beginning with 6 may be not taxed"
        } else {
            "class codes beginning with 6 are not taxed: the rate must be not_taxed"
        };
        faults.add("rate", "E_RATE_CLASS", message);
    } else if not_taxed
        && taxed_beside
        && !NOT_TAXED_MIXABLE
            .iter()
            .any(|prefix| line.tax_code.starts_with(prefix))
    {
        let message = "this not-taxed item may not stand beside taxed or exempt lines: make an order of its own";
        faults.add("tax_code", "E_NOT_TAXED_MIXED", message);
    }
}

fn is_class_code(text: &str) -> bool {
    text.len() == 19 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Net, tax and gross of a line and of its discount (both positive).
struct Amounts {
    line: [Fen; 3],
    discount: [Fen; 3],
    unit_price: Decimal,
}

fn amounts_of(line: &OrderLine, faults: &mut Faults<'_>) -> Option<Amounts> {
    let before = faults.errors.len();
    let numbers = [
        ("quantity", "E_QUANTITY", line.quantity),
        ("unit_price", "E_UNIT_PRICE", line.unit_price),
    ];
    for (field, code, number) in numbers {
        if number <= Decimal::ZERO || number >= Decimal::from(10_000_000_000_i64) {
            faults.add(
                field,
                code,
                format!("{field} must be above 0 and below 10000000000"),
            );
        } else if number.normalize().scale() > UNIT_PRICE_DECIMALS {
            let message = format!("{field} may have at most {UNIT_PRICE_DECIMALS} decimals");
            faults.add(field, code, message);
        }
    }
    if line.discount.is_negative() {
        faults.add_with(
            "discount",
            "E_DISCOUNT",
            "a discount is written as zero or a positive amount",
            "折扣额写作零或正数",
        );
    }
    if faults.errors.len() > before || !line.rate.is_well_formed() {
        return None;
    }
    let price = match amount_of(line.quantity, line.unit_price) {
        Ok(price) if price.is_positive() => price,
        Ok(_) => {
            let message = "quantity × unit_price comes to less than half a fen";
            let chinese = "数量乘以单价不足半分";
            faults.add_with("unit_price", "E_NONPOSITIVE", message, chinese);
            return None;
        }
        Err(error) => {
            faults.add(
                "unit_price",
                "E_TOO_LARGE",
                format!("quantity × unit_price is too large: {error}"),
            );
            return None;
        }
    };
    if line.discount > price {
        let message = format!(
            "the discount {} is more than the line, which comes to {price}",
            line.discount
        );
        let chinese = format!("折扣 {} 大于该行金额 {price}", line.discount);
        faults.add_with("discount", "E_DISCOUNT", message, chinese);
        return None;
    }
    let parts = |driving: Fen| {
        if line.tax_included {
            let tax = line.rate.tax_in_gross(driving);
            [driving - tax, tax, driving]
        } else {
            let tax = line.rate.tax_on_net(driving);
            [driving, tax, driving + tax]
        }
    };
    let amounts = parts(price);
    if amounts[2] > Fen::MAX {
        faults.add(
            "unit_price",
            "E_TOO_LARGE",
            format!("a line may not exceed {} yuan with its tax", Fen::MAX),
        );
        return None;
    }
    let unit_price = if line.tax_included {
        quotient(amounts[0], line.quantity, UNIT_PRICE_DECIMALS)
    } else {
        Some(line.unit_price.normalize())
    };
    let Some(unit_price) = unit_price else {
        faults.add(
            "unit_price",
            "E_UNIT_PRICE",
            "the net unit price has more than 24 digits",
        );
        return None;
    };
    Some(Amounts {
        line: amounts,
        discount: parts(line.discount),
        unit_price,
    })
}

fn push_lines(line: &OrderLine, short_name: String, amounts: Amounts, made: &mut Vec<InvoiceLine>) {
    let [amount, tax, gross] = amounts.line;
    let discounted = line.discount.is_positive();
    let main = InvoiceLine {
        no: made.len() as u32 + 1,
        kind: if discounted {
            LineKind::Discounted
        } else {
            LineKind::Normal
        },
        name: line.name.trim().to_owned(),
        tax_code: line.tax_code.clone(),
        short_name,
        spec: line.spec.trim().to_owned(),
        unit: line.unit.trim().to_owned(),
        quantity: Some(line.quantity.normalize()),
        unit_price: Some(amounts.unit_price),
        amount,
        rate: line.rate,
        preference: line.preference,
        tax,
        gross,
    };
    let discount = discounted.then(|| {
        let [amount, tax, gross] = amounts.discount;
        InvoiceLine {
            no: main.no + 1,
            kind: LineKind::Discount,
            spec: String::new(),
            unit: String::new(),
            quantity: None,
            unit_price: None,
            amount: -amount,
            tax: -tax,
            gross: -gross,
            ..main.clone()
        }
    });
    made.push(main);
    made.extend(discount);
}

#[cfg(test)]
mod tests;
