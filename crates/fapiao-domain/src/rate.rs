//! Tax rates and the ways a line can be taxed.

use crate::{exact::round_div, money::Fen};
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

    /// Whether a line of this rate can bear tax: at the zero rate it can, and the tax is 0.00; where it is exempt or
    /// not taxed there is none to be named.
    pub const fn can_bear_tax(self) -> bool {
        matches!(self, Rate::Percent(_) | Rate::Zero)
    }

    /// Whether this is the levy of 5% reduced to 1.5% for residential leases (减按1.5%计征). Its tax is
    /// `gross × 1.5% ÷ (1 + 5%)`, so the tax is **not** 1.5% of the net amount.
    pub fn is_relief(self) -> bool {
        self.millionths() == 15_000
    }

    /// Whether the value is one that [`Rate::parse`] could have made: above 0, below 1, at most 6 decimals.
    pub fn is_well_formed(self) -> bool {
        match self {
            Rate::Percent(value) => {
                value > Decimal::ZERO && value < Decimal::ONE && value.normalize().scale() <= 6
            }
            Rate::Zero | Rate::Exempt | Rate::NotTaxed => true,
        }
    }

    /// The tax inside an amount with tax: `gross × r ÷ (1 + r)`, rounded half away from zero.
    pub fn tax_in_gross(self, gross: Fen) -> Fen {
        let (share, whole) = self.gross_share();
        Fen::raw(round_div(i128::from(gross.get()) * share, whole) as i64)
    }

    /// The tax in a gross amount as a fraction of it: 13/113 is `(130_000, 1_130_000)`.
    pub(crate) fn gross_share(self) -> (i128, i128) {
        if self.is_relief() {
            (15_000, 1_050_000)
        } else {
            (self.millionths(), 1_000_000 + self.millionths())
        }
    }

    /// The tax that comes on top of a net amount: `net × r`, rounded half away from zero.
    pub fn tax_on_net(self, net: Fen) -> Fen {
        let (share, whole) = self.net_share();
        Fen::raw(round_div(i128::from(net.get()) * share, whole) as i64)
    }

    /// The tax on a net amount as a fraction of it: 13/100 is `(130_000, 1_000_000)`.
    pub(crate) fn net_share(self) -> (i128, i128) {
        if self.is_relief() {
            // From gross × 0.015 ÷ 1.05 and net = gross − tax.
            (15_000, 1_035_000)
        } else {
            (self.millionths(), 1_000_000)
        }
    }

    /// The fraction in millionths, as the tax interface keeps it (6 decimals).
    fn millionths(self) -> i128 {
        let fraction = self.fraction();
        match fraction.scale() {
            scale @ 0..=6 => fraction.mantissa() * 10_i128.pow(6 - scale),
            scale => fraction.mantissa() / 10_i128.pow(scale - 6),
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

/// The preferential flag of the tax interface (优惠政策标识, `yhzcbs`): `03` exempt, `04` not taxed, `10` the 1.5%
/// relief, empty for ordinary rates. With `is_levy` (a general taxpayer under the simplified method) 3% is `08` and
/// 5% is `09`. Policies such as refunds after payment are not derived from the rate.
pub fn preferential_code(rate: Rate, is_levy: bool) -> &'static str {
    match rate {
        Rate::Exempt => "03",
        Rate::NotTaxed => "04",
        Rate::Zero => "",
        Rate::Percent(_) if rate.is_relief() => "10",
        Rate::Percent(value) if is_levy && value == Decimal::new(3, 2) => "08",
        Rate::Percent(value) if is_levy && value == Decimal::new(5, 2) => "09",
        Rate::Percent(_) => "",
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
        for (text, is_levy, flag) in [
            ("exempt", false, "03"),
            ("not_taxed", true, "04"),
            ("0", true, ""),
            ("0.13", true, ""),
            ("0.03", false, ""),
            ("0.03", true, "08"),
            ("0.05", true, "09"),
            ("0.015", false, "10"),
        ] {
            assert_eq!(
                preferential_code(Rate::parse(text).unwrap(), is_levy),
                flag,
                "{text}"
            );
        }
        assert_eq!(Rate::parse("0.130"), Rate::parse("0.13"));
        for text in ["13", "13%", "1", "-0.13", "", "0.", "Exempt", "0.1234567"] {
            assert!(Rate::parse(text).is_err(), "{text}");
        }
    }
}
