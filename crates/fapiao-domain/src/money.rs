//! Money: amounts in integer fen, quantities and unit prices as exact decimals.

use crate::exact::UNIT_PRICE_DECIMALS;
use rust_decimal::{Decimal, RoundingStrategy};
use std::{fmt, iter::Sum, ops};
use thiserror::Error;

/// An amount of money in fen (分, 1/100 yuan); negative on red invoices and discount lines.
///
/// What comes in as one amount is bounded: [`Fen::new`], [`Fen::parse_yuan`] and [`Fen::round_half_up`] refuse anything
/// outside `-MAX..=MAX`. What is added up of such amounts is not: a month's sum may well be larger ([`Fen::of_sum`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fen(i64);

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum FenError {
    /// Not digits with at most two decimals.
    #[error("an amount is written as yuan with at most two decimals, such as 113 or 113.00")]
    Malformed,
    /// Beyond one billion yuan.
    #[error("an amount may not exceed 1000000000.00 yuan")]
    TooLarge,
}

impl Fen {
    /// Nothing.
    pub const ZERO: Fen = Fen(0);
    /// One billion yuan: far from any invoice and from the limits of `i64`.
    pub const MAX: Fen = Fen(100_000_000_000);

    /// An amount from a number of fen.
    ///
    /// # Errors
    /// [`FenError::TooLarge`] outside `-MAX..=MAX`.
    pub const fn new(fen: i64) -> Result<Fen, FenError> {
        if fen >= -Self::MAX.0 && fen <= Self::MAX.0 {
            Ok(Fen(fen))
        } else {
            Err(FenError::TooLarge)
        }
    }

    /// A sum of amounts, as a ledger adds them up: it has no bound of its own. Hundreds of millions of largest amounts fit.
    pub const fn of_sum(fen: i64) -> Fen {
        Fen(fen)
    }

    /// For results that cannot be larger than amounts already checked.
    pub(crate) const fn raw(fen: i64) -> Fen {
        Fen(fen)
    }

    /// The amount without its sign.
    pub const fn abs(self) -> Fen {
        Fen(self.0.abs())
    }

    /// Whether it is above zero.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether it is below zero.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The number of fen.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Reads yuan as typed: `"12"`, `"12.3"`, `"-12.34"` are 1200, 1230 and -1234 fen. No separators, no blanks.
    ///
    /// # Errors
    /// [`FenError`] when the text is no amount or too large.
    pub fn parse_yuan(text: &str) -> Result<Fen, FenError> {
        Self::parse_sum(text).and_then(|it| Fen::new(it.0))
    }

    /// Reads yuan as [`Fen::parse_yuan`] does, for what others added up: a sum may be larger than one amount.
    ///
    /// # Errors
    /// [`FenError`] when the text is no amount, or beyond all sums.
    pub fn parse_sum(text: &str) -> Result<Fen, FenError> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (yuan, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(yuan) || !all_digits(decimals) || decimals.len() > 2 {
            return Err(FenError::Malformed);
        }
        let fen: i64 = format!("{yuan}{decimals:0<2}")
            .parse()
            .map_err(|_| FenError::TooLarge)?;
        Ok(Fen(if negative { -fen } else { fen }))
    }

    /// Rounds an exact yuan amount to fen, half away from zero (四舍五入): the one rounding rule of the product.
    ///
    /// # Errors
    /// [`FenError::TooLarge`] when the amount does not fit.
    pub fn round_half_up(yuan: Decimal) -> Result<Fen, FenError> {
        let fen = yuan
            .checked_mul(Decimal::ONE_HUNDRED)
            .ok_or(FenError::TooLarge)?
            .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        i64::try_from(fen)
            .map_err(|_| FenError::TooLarge)
            .and_then(Fen::new)
    }

    /// The amount in yuan as an exact decimal.
    pub fn yuan(self) -> Decimal {
        Decimal::new(self.0, 2)
    }

    /// The amount as people read it: `¥1,234.56`, negative `−¥1,234.56` (with a true minus sign).
    pub fn display_yuan(self) -> String {
        let sign = if self.0 < 0 { "\u{2212}" } else { "" };
        let fen = self.0.unsigned_abs();
        let yuan = (fen / 100).to_string();
        let mut grouped = String::with_capacity(yuan.len() + yuan.len() / 3);
        for (place, digit) in yuan.chars().enumerate() {
            if place > 0 && (yuan.len() - place).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        format!("{sign}¥{grouped}.{:02}", fen % 100)
    }
}

/// Plain yuan with two decimals, as in JSON and on paper: `113.00`, `-90.00`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        f.pad(&format!("{sign}{}.{:02}", fen / 100, fen % 100))
    }
}

impl ops::Add for Fen {
    type Output = Fen;
    fn add(self, other: Fen) -> Fen {
        Fen(self.0 + other.0)
    }
}
impl ops::Sub for Fen {
    type Output = Fen;
    fn sub(self, other: Fen) -> Fen {
        Fen(self.0 - other.0)
    }
}
impl ops::Neg for Fen {
    type Output = Fen;
    fn neg(self) -> Fen {
        Fen(-self.0)
    }
}
impl ops::SubAssign for Fen {
    fn sub_assign(&mut self, other: Fen) {
        self.0 -= other.0;
    }
}
impl ops::AddAssign for Fen {
    fn add_assign(&mut self, other: Fen) {
        self.0 += other.0;
    }
}
impl Sum for Fen {
    fn sum<I: Iterator<Item = Fen>>(iter: I) -> Fen {
        iter.fold(Fen::ZERO, |a, b| a + b)
    }
}

/// Why a text is not a quantity or a unit price.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NumberError {
    /// Not a plain decimal.
    #[error("a decimal number is written with digits and at most one point, such as 3 or 0.125")]
    Malformed,
    /// More decimals than the limit.
    #[error("at most 13 decimals are allowed")]
    TooPrecise,
    /// Zero or negative where a positive number is wanted, or beyond the limit.
    #[error("the number must be above 0 and below 10000000000")]
    OutOfRange,
}

/// Reads a positive decimal with at most 13 decimals: a quantity or a unit price.
///
/// # Errors
/// [`NumberError`].
pub fn parse_positive(text: &str) -> Result<Decimal, NumberError> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    // A number below zero is written well enough to be told what is wrong with it.
    if !all_digits(whole.strip_prefix('-').unwrap_or(whole)) || !all_digits(decimals) {
        return Err(NumberError::Malformed);
    }
    if whole.starts_with('-') {
        return Err(NumberError::OutOfRange);
    }
    if decimals.len() > UNIT_PRICE_DECIMALS as usize {
        return Err(NumberError::TooPrecise);
    }
    if whole.len() > 10 {
        return Err(NumberError::OutOfRange);
    }
    let number: Decimal = text.parse().map_err(|_| NumberError::Malformed)?;
    if number.is_zero() {
        Err(NumberError::OutOfRange)
    } else {
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_are_read_and_printed_exactly() {
        for (text, fen) in [
            ("12", 1200),
            ("12.3", 1230),
            ("0.05", 5),
            ("-12.34", -1234),
            ("0", 0),
        ] {
            assert_eq!(Fen::parse_yuan(text).map(Fen::get), Ok(fen), "{text}");
        }
        for text in [
            "", ".", "1.", ".5", "1.234", "1,2", " 1", "1e3", "+1", "--1", "１",
        ] {
            assert_eq!(Fen::parse_yuan(text), Err(FenError::Malformed), "{text}");
        }
        assert_eq!(Fen::parse_yuan("1000000000.01"), Err(FenError::TooLarge));
        assert_eq!(
            Fen::parse_yuan("99999999999999999999"),
            Err(FenError::TooLarge)
        );
        assert_eq!(Fen(-9000).to_string(), "-90.00");
        let sum = Fen::parse_sum("-1200000000.00").unwrap();
        assert_eq!(sum, Fen::of_sum(-120_000_000_000));
        assert_eq!(sum.to_string(), "-1200000000.00");
        assert_eq!(
            Fen::of_sum(120_000_000_000).display_yuan(),
            "¥1,200,000,000.00"
        );
        assert_eq!(Fen::parse_sum("1.2.3"), Err(FenError::Malformed));
        assert_eq!(
            Fen::parse_sum("99999999999999999999"),
            Err(FenError::TooLarge)
        );
        assert_eq!(Fen(123_456_789).display_yuan(), "¥1,234,567.89");
        assert_eq!(Fen(-5).display_yuan(), "\u{2212}¥0.05");
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        let round = |text: &str| Fen::round_half_up(text.parse().unwrap()).unwrap().get();
        assert_eq!(round("0.005"), 1);
        assert_eq!(round("1.125"), 113);
        assert_eq!(round("-1.125"), -113);
        assert_eq!(round("1.12499999"), 112);
    }

    #[test]
    fn quantities_are_plain_positive_decimals() {
        assert_eq!(parse_positive("3"), Ok(Decimal::from(3)));
        assert_eq!(
            parse_positive("0.1234567890123"),
            Ok(Decimal::new(1_234_567_890_123, 13))
        );
        assert_eq!(
            parse_positive("0.12345678901234"),
            Err(NumberError::TooPrecise)
        );
        assert_eq!(parse_positive("0"), Err(NumberError::OutOfRange));
        for text in ["-1", "-0.5", "-0"] {
            assert_eq!(parse_positive(text), Err(NumberError::OutOfRange), "{text}");
        }
        for text in ["-", "--1", "1-", "- 1", "-.5"] {
            assert_eq!(parse_positive(text), Err(NumberError::Malformed), "{text}");
        }
        assert_eq!(parse_positive("12345678901"), Err(NumberError::OutOfRange));
    }
}
