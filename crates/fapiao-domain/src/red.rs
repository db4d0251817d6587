//! Planning red invoices (红冲): what is left of a blue one, and which red lines take how much of it.
//!
//! Partial reds are driven by the gross amount given back. Rounding of many small parts would drift until the last
//! one fails the tax side's checks; each part is therefore chosen so that it passes them *and* what is left would
//! pass them too. The last part takes what is left, so that any sequence of reds ends at exactly zero.

mod part;

use crate::{
    checks::CheckError,
    difference::check_red_sale,
    exact::{UNIT_PRICE_DECIMALS, quotient},
    face::DifferenceTax,
    line::{InvoiceLine, LineKind},
    money::Fen,
    totals::{Totals, sum},
};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use thiserror::Error;

/// Why a blue invoice is taken back (红冲原因, `chyyDm`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RedReason {
    /// `01` 开票有误: wrongly issued. In full only.
    Mistake,
    /// `02` 销货退回: goods returned. Price fixed, quantity changes; not for services alone.
    Returned,
    /// `03` 服务中止: service ended. Price fixed; not for goods and labour alone.
    Ended,
    /// `04` 销售折让: allowance. Amount only, no quantity and price.
    Allowance,
}

impl RedReason {
    /// The two-digit code of the tax interface.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mistake => "01",
            Self::Returned => "02",
            Self::Ended => "03",
            Self::Allowance => "04",
        }
    }

    /// Reads the two-digit code.
    pub fn from_code(code: &str) -> Option<RedReason> {
        [Self::Mistake, Self::Returned, Self::Ended, Self::Allowance]
            .into_iter()
            .find(|reason| reason.code() == code)
    }

    /// Returned or ended, whichever a paper with these lines takes: services alone cannot be returned, goods alone cannot
    /// end. Any other reason stays.
    pub fn fitting(self, blue: &[InvoiceLine]) -> RedReason {
        let all_begin = |digits: &[char]| blue.iter().all(|line| line.tax_code.starts_with(digits));
        match self {
            Self::Returned if all_begin(&['3']) => Self::Ended,
            Self::Ended if all_begin(&['1', '2']) => Self::Returned,
            other => other,
        }
    }

    /// Whether the net amount goes back to the month's quota: only in the month of the blue invoice, and never for
    /// an allowance. Dates are those on paper.
    pub fn returns_quota(self, blue: NaiveDate, red: NaiveDate) -> bool {
        self != Self::Allowance && (blue.year(), blue.month()) == (red.year(), red.month())
    }
}

/// A red line, and the blue line it takes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedLine {
    /// Number of the blue line (`lzmxxh`); for a discount pair that of the discounted line.
    pub blue_no: u32,
    /// The line as the red invoice carries it: negative quantity and amounts, positive price.
    pub line: InvoiceLine,
}

/// Part of a blue line that is to be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedItem {
    /// Number of the blue line; for a discount pair that of the discounted line.
    pub blue_no: u32,
    /// How much of it.
    pub extent: RedExtent,
}

/// How much of a blue line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedExtent {
    /// All that is left.
    Rest,
    /// A quantity, above zero; for lines that have one.
    Quantity(Decimal),
    /// An amount with tax, above zero; for allowances and lines without a quantity.
    Gross(Fen),
}

/// What is left of a blue line after earlier reds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// The blue line with its discount folded in: texts, class code and rate, original amounts.
    pub line: InvoiceLine,
    /// Quantity left; `None` where the line has none.
    pub quantity: Option<Decimal>,
    /// Price of what is left: the blue one, or after an allowance the amount left ÷ quantity left.
    pub unit_price: Option<Decimal>,
    /// Net amount left.
    pub amount: Fen,
    /// Tax left.
    pub tax: Fen,
}

impl Rest {
    /// Gross amount left.
    pub fn gross(&self) -> Fen {
        self.amount + self.tax
    }
}

/// The lines of a red invoice and its sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedPlan {
    /// Lines, numbered from 1.
    pub lines: Vec<RedLine>,
    /// Sums, below zero.
    pub totals: Totals,
    /// Whether nothing is left of the blue invoice afterwards.
    pub completes: bool,
}

/// Why a red invoice cannot be planned.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RedError {
    /// The blue lines are no invoice: a discount without its line.
    #[error("line {0} of the blue invoice is a discount without its line")]
    Unpaired(u32),
    /// No such line, or it is a discount line.
    #[error("the blue invoice has no line {0} that could be taken back")]
    UnknownLine(u32),
    /// A gift: its discount took all of its price.
    #[error("line {0} was given for nothing: there is no amount to take back")]
    Gift(u32),
    /// Named twice.
    #[error("line {0} is named twice")]
    Repeated(u32),
    /// Nothing is named, or nothing is left.
    #[error("no line is named, or nothing is left to take back")]
    NothingLeft,
    /// Earlier reds took more than there was.
    #[error("earlier red invoices took more from line {0} than it had")]
    Overdrawn(u32),
    /// More than what is left.
    #[error("line {blue_no} has {left} left; {asked} cannot be taken back")]
    TooMuch {
        /// The blue line.
        blue_no: u32,
        /// What was asked for.
        asked: Decimal,
        /// What is left of it.
        left: Decimal,
    },
    /// Zero or below.
    #[error("line {0}: quantity or amount to take back must be above 0")]
    NotPositive(u32),
    /// The reason does not allow it.
    #[error("reason {} cannot be used: {why}", reason.code())]
    Reason {
        /// The reason.
        reason: RedReason,
        /// Which rule stands against it.
        why: &'static str,
    },
    /// A quantity is needed, not an amount.
    #[error(
        "line {0} has a price: say the quantity to take back, or use the reason 04 (allowance)"
    )]
    NeedsQuantity(u32),
    /// An amount is needed, not a quantity.
    #[error("line {0}: say the amount to take back; there is no quantity to go by")]
    NeedsAmount(u32),
    /// The part cannot be expressed in fen within the tolerances.
    #[error(
        "line {0}: so small a part cannot be expressed in fen; take back a larger one or the rest"
    )]
    TooSmall(u32),
    /// The planned red invoice fails the tax side's checks.
    #[error("the red invoice would fail {} checks of the tax side, first: {}", .0.len(), .0.first().map_or("", |it| it.message.as_str()))]
    Checks(Vec<CheckError>),
}

impl RedError {
    /// The same fault, told by the numbers of another list of lines: an order's instead of an invoice's.
    #[must_use]
    pub fn renumbered(self, number: impl Fn(u32) -> u32) -> Self {
        match self {
            Self::Unpaired(no) => Self::Unpaired(number(no)),
            Self::UnknownLine(no) => Self::UnknownLine(number(no)),
            Self::Gift(no) => Self::Gift(number(no)),
            Self::Repeated(no) => Self::Repeated(number(no)),
            Self::Overdrawn(no) => Self::Overdrawn(number(no)),
            Self::TooMuch {
                blue_no,
                asked,
                left,
            } => Self::TooMuch {
                blue_no: number(blue_no),
                asked,
                left,
            },
            // 0 is no line but the amount over the whole order.
            Self::NotPositive(0) => Self::NotPositive(0),
            Self::NotPositive(no) => Self::NotPositive(number(no)),
            Self::NeedsQuantity(no) => Self::NeedsQuantity(number(no)),
            Self::NeedsAmount(no) => Self::NeedsAmount(number(no)),
            Self::TooSmall(no) => Self::TooSmall(number(no)),
            same @ (Self::NothingLeft | Self::Reason { .. } | Self::Checks(_)) => same,
        }
    }
}

/// Joins each discounted line with its discount: one line of the amounts that were really charged, with a price to
/// match. Lines that come to nothing (gifts) are left out. Numbers stay those of the blue invoice.
///
/// # Errors
/// [`RedError::Unpaired`].
pub fn fold(blue: &[InvoiceLine]) -> Result<Vec<InvoiceLine>, RedError> {
    let mut folded: Vec<InvoiceLine> = Vec::with_capacity(blue.len());
    let mut awaits_discount = false;
    for line in blue {
        if line.kind != LineKind::Discount {
            folded.push(InvoiceLine {
                kind: LineKind::Normal,
                ..line.clone()
            });
            awaits_discount = line.kind == LineKind::Discounted;
            continue;
        }
        let Some(main) = folded.last_mut().filter(|_| awaits_discount) else {
            return Err(RedError::Unpaired(line.no));
        };
        awaits_discount = false;
        main.amount += line.amount;
        main.tax += line.tax;
        main.gross += line.gross;
        main.unit_price = main
            .quantity
            .and_then(|quantity| quotient(main.amount, quantity, UNIT_PRICE_DECIMALS));
    }
    folded.retain(|line| line.gross != Fen::ZERO);
    Ok(folded)
}

/// What is left of each blue line after earlier reds; lines that are used up stay in the list with zero.
///
/// # Errors
/// [`RedError::Unpaired`], [`RedError::UnknownLine`] for an earlier red without its blue line, and
/// [`RedError::Overdrawn`] when quantity, net or tax taken exceed the blue line's.
pub fn remaining(blue: &[InvoiceLine], earlier: &[RedLine]) -> Result<Vec<Rest>, RedError> {
    let folded = fold(blue)?;
    if let Some(stray) = earlier
        .iter()
        .find(|red| folded.iter().all(|line| line.no != red.blue_no))
    {
        return Err(RedError::UnknownLine(stray.blue_no));
    }
    folded
        .into_iter()
        .map(|line| rest_of(line, earlier))
        .collect()
}

fn rest_of(line: InvoiceLine, earlier: &[RedLine]) -> Result<Rest, RedError> {
    let mut rest = Rest {
        quantity: line.quantity,
        unit_price: line.unit_price,
        amount: line.amount,
        tax: line.tax,
        line,
    };
    let mut allowance = false;
    for red in earlier.iter().filter(|red| red.blue_no == rest.line.no) {
        // Amounts of red lines are negative.
        rest.amount += red.line.amount;
        rest.tax += red.line.tax;
        match (&mut rest.quantity, red.line.quantity) {
            (Some(left), Some(taken)) => *left += taken,
            (Some(_), None) => allowance = true,
            (None, _) => {}
        }
    }
    let overdrawn = rest.amount.is_negative()
        || rest.tax.is_negative()
        || rest.quantity.is_some_and(|left| left < Decimal::ZERO);
    if overdrawn {
        return Err(RedError::Overdrawn(rest.line.no));
    }
    if let (true, Some(left)) = (allowance, rest.quantity) {
        rest.unit_price = quotient(rest.amount, left, UNIT_PRICE_DECIMALS);
    }
    Ok(rest)
}

/// Plans a red invoice over all that is left of a blue one.
///
/// # Errors
/// [`RedError`]; `01` needs a blue invoice that no other red has touched.
pub fn plan_full(
    blue: &[InvoiceLine],
    earlier: &[RedLine],
    reason: RedReason,
) -> Result<RedPlan, RedError> {
    if reason == RedReason::Mistake && !earlier.is_empty() {
        let why = "a wrongly issued invoice is taken back in full, but part of this one was taken back before";
        return Err(RedError::Reason { reason, why });
    }
    check_reason(blue, reason)?;
    let rests = remaining(blue, earlier)?;
    let lines = rests
        .iter()
        .filter(|rest| rest.gross().is_positive())
        .map(|rest| all_of(rest, reason))
        .collect();
    finish(lines, true)
}

/// Plans the red invoice over a wrongly issued one, whose sale stands: the whole of it, or what is left when part of it was
/// taken back before. `01` takes an invoice whole only, so the rest goes as returned or ended, whichever its lines take.
///
/// # Errors
/// [`RedError`].
pub fn plan_correction(
    blue: &[InvoiceLine],
    earlier: &[RedLine],
) -> Result<(RedReason, RedPlan), RedError> {
    let reason = if earlier.is_empty() {
        RedReason::Mistake
    } else {
        RedReason::Returned.fitting(blue)
    };
    Ok((reason, plan_full(blue, earlier, reason)?))
}

/// Plans the red invoice over the whole of a blue one with difference tax, which cannot be taken back in part.
///
/// # Errors
/// [`RedError`]; nothing of it may have been taken back before.
pub fn plan_full_difference(
    blue: &[InvoiceLine],
    earlier: &[RedLine],
    reason: RedReason,
    difference: &DifferenceTax,
) -> Result<RedPlan, RedError> {
    if !earlier.is_empty() {
        return Err(RedError::NothingLeft);
    }
    check_reason(blue, reason)?;
    let lines = remaining(blue, earlier)?
        .iter()
        .map(|rest| all_of(rest, reason))
        .collect();
    numbered(lines, true, Some(difference))
}

/// Plans a red invoice over some of a blue one, the items in the order given.
///
/// # Errors
/// [`RedError`].
pub fn plan_part(
    blue: &[InvoiceLine],
    earlier: &[RedLine],
    reason: RedReason,
    items: &[RedItem],
) -> Result<RedPlan, RedError> {
    if reason == RedReason::Mistake {
        let why = "a wrongly issued invoice is taken back in full";
        return Err(RedError::Reason { reason, why });
    }
    check_reason(blue, reason)?;
    let rests = remaining(blue, earlier)?;
    let mut lines: Vec<RedLine> = Vec::with_capacity(items.len());
    for item in items {
        if lines.iter().any(|line| line.blue_no == item.blue_no) {
            return Err(RedError::Repeated(item.blue_no));
        }
        let rest = rests
            .iter()
            .find(|rest| rest.line.no == item.blue_no)
            .ok_or(RedError::UnknownLine(item.blue_no))?;
        if !rest.gross().is_positive() {
            return Err(RedError::NothingLeft);
        }
        lines.push(part_of(rest, reason, item.extent)?);
    }
    let taken: Fen = lines.iter().map(|line| line.line.gross).sum();
    let left: Fen = rests.iter().map(Rest::gross).sum();
    finish(lines, left + taken == Fen::ZERO)
}

fn check_reason(blue: &[InvoiceLine], reason: RedReason) -> Result<(), RedError> {
    if reason.fitting(blue) == reason {
        return Ok(());
    }
    let why = match reason {
        RedReason::Returned => {
            "services cannot be returned; use 03 (service ended) or 04 (allowance)"
        }
        _ => "goods are returned, not ended; use 02 (goods returned) or 04 (allowance)",
    };
    Err(RedError::Reason { reason, why })
}

fn finish(lines: Vec<RedLine>, completes: bool) -> Result<RedPlan, RedError> {
    numbered(lines, completes, None)
}

fn numbered(
    mut lines: Vec<RedLine>,
    completes: bool,
    difference: Option<&DifferenceTax>,
) -> Result<RedPlan, RedError> {
    if lines.is_empty() {
        return Err(RedError::NothingLeft);
    }
    for (index, line) in lines.iter_mut().enumerate() {
        line.line.no = index as u32 + 1;
    }
    let plain: Vec<InvoiceLine> = lines.iter().map(|line| line.line.clone()).collect();
    let totals = sum(&plain);
    check_red_sale(&plain, &totals, difference).map_err(RedError::Checks)?;
    Ok(RedPlan {
        lines,
        totals,
        completes,
    })
}

fn all_of(rest: &Rest, reason: RedReason) -> RedLine {
    let quantity = rest
        .quantity
        .filter(|left| reason != RedReason::Allowance && !left.is_zero());
    red_line(rest, quantity, rest.amount, rest.tax)
}

fn part_of(rest: &Rest, reason: RedReason, extent: RedExtent) -> Result<RedLine, RedError> {
    let blue_no = rest.line.no;
    let allowance = reason == RedReason::Allowance;
    match extent {
        RedExtent::Rest => Ok(all_of(rest, reason)),
        RedExtent::Quantity(quantity) => {
            let Some(left) = rest.quantity.filter(|_| !allowance) else {
                return Err(RedError::NeedsAmount(blue_no));
            };
            if quantity <= Decimal::ZERO {
                return Err(RedError::NotPositive(blue_no));
            }
            if quantity > left {
                return Err(RedError::TooMuch {
                    blue_no,
                    asked: quantity,
                    left,
                });
            }
            if quantity == left {
                return Ok(all_of(rest, reason));
            }
            let (amount, tax) =
                part::by_quantity(rest, quantity, left).ok_or(RedError::TooSmall(blue_no))?;
            Ok(red_line(rest, Some(quantity), amount, tax))
        }
        RedExtent::Gross(gross) => {
            if !allowance && rest.quantity.is_some() {
                return Err(RedError::NeedsQuantity(blue_no));
            }
            if !gross.is_positive() {
                return Err(RedError::NotPositive(blue_no));
            }
            let left = rest.gross();
            if gross > left {
                return Err(RedError::TooMuch {
                    blue_no,
                    asked: gross.yuan(),
                    left: left.yuan(),
                });
            }
            if gross == left {
                return Ok(all_of(rest, reason));
            }
            let (amount, tax) = part::by_gross(rest, gross).ok_or(RedError::TooSmall(blue_no))?;
            Ok(red_line(rest, None, amount, tax))
        }
    }
}

fn red_line(rest: &Rest, quantity: Option<Decimal>, amount: Fen, tax: Fen) -> RedLine {
    let unit_price = quantity.and(rest.unit_price);
    RedLine {
        blue_no: rest.line.no,
        line: InvoiceLine {
            quantity: quantity
                .filter(|_| unit_price.is_some())
                .map(|it| -it.normalize()),
            unit_price,
            amount: -amount,
            tax: -tax,
            gross: -(amount + tax),
            ..rest.line.clone()
        },
    }
}

#[cfg(test)]
mod tests;
