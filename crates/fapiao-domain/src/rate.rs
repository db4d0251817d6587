//! Tax rates and the ways a line can be taxed.

use rust_decimal::Decimal;
use std::fmt;
use thiserror::Error;

/// How a line is taxed (税率 / 征收率). The percentage is an exact decimal such as `0.13`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rate {
    /// A rate or levy above zero: `0.13`, `0.06`, `0.01`.
    Percent(Decimal),
    /// Zero rate (零税率), for exports; prints `0%`.
    Zero,
    /// Exempt (免税); prints `免税`, tax `***`.
    Exempt,
    /// Not taxed (不征税), class codes beginning with 6; prints `不征税`, tax blank.
    NotTaxed,
}

/// A text is not a rate.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "`{0}` is not a rate: write a fraction such as \"0.13\", or \"exempt\", \"not_taxed\" or \"0\""
)]
pub struct RateError(pub String);

impl Rate {
    /// Reads the API's form: `"0.13"`, `"0"`, `"exempt"`, `"not_taxed"`. Whether the rate may be used by a seller on
    /// a date is another question, answered by the data of the tax authority.
    ///
    /// # Errors
    /// [`RateError`] for anything else, for negative values and values of 1 or more, and beyond 6 decimals.
    pub fn parse(text: &str) -> Result<Rate, RateError> {
        let refuse = || RateError(text.chars().take(32).collect());
        match text {
            "exempt" => return Ok(Rate::Exempt),
            "not_taxed" => return Ok(Rate::NotTaxed),
            _ => {}
        }
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if whole != "0" || !digits(decimals) || decimals.len() > 6 {
            return Err(refuse());
        }
        let value: Decimal = text.parse().map_err(|_| refuse())?;
        Ok(if value.is_zero() {
            Rate::Zero
        } else {
            Rate::Percent(value.normalize())
        })
    }

    /// The fraction to compute with: zero for zero-rated, exempt and not-taxed lines.
    pub fn fraction(self) -> Decimal {
        match self {
            Rate::Percent(value) => value,
            Rate::Zero | Rate::Exempt | Rate::NotTaxed => Decimal::ZERO,
        }
    }

    /// As printed in the rate column: `13%`, `1.5%`, `0%`, `免税`, `不征税`.
    pub fn printed(self) -> String {
        match self {
            Rate::Percent(value) => format!("{}%", (value * Decimal::ONE_HUNDRED).normalize()),
            Rate::Zero => "0%".to_owned(),
            Rate::Exempt => "免税".to_owned(),
            Rate::NotTaxed => "不征税".to_owned(),
        }
    }
}

/// The API's form; [`Rate::parse`] reads it back.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rate::Percent(value) => f.pad(&value.normalize().to_string()),
            Rate::Zero => f.pad("0"),
            Rate::Exempt => f.pad("exempt"),
            Rate::NotTaxed => f.pad("not_taxed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_printed_and_read_back() {
        for (text, printed) in [
            ("0.13", "13%"),
            ("0.015", "1.5%"),
            ("0", "0%"),
            ("exempt", "免税"),
            ("not_taxed", "不征税"),
        ] {
            let rate = Rate::parse(text).unwrap();
            assert_eq!(rate.printed(), printed);
            assert_eq!(Rate::parse(&rate.to_string()), Ok(rate));
        }
        assert_eq!(Rate::parse("0.130"), Rate::parse("0.13"));
        for text in ["13", "13%", "1", "-0.13", "", "0.", "Exempt", "0.1234567"] {
            assert!(Rate::parse(text).is_err(), "{text}");
        }
    }
}
