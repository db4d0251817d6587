//! Decimal numbers on the wire.

use std::str::FromStr as _;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::value::RawValue;

/// Amounts stay below this.
const LIMIT: Decimal = Decimal::from_parts(1_874_919_424, 2_328_306, 0, false, 0);

/// An exact decimal: read from a JSON string or from the raw text of a JSON number, written as
/// a string. It never passes through a float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(pub Decimal);

impl Amount {
    /// Reads plain decimal text such as `"100.00"`; exponents and spaces are refused.
    ///
    /// # Errors
    /// A sentence naming the text, when it is no plain decimal of at most 28 digits.
    pub fn parse(text: &str) -> Result<Amount, String> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let plain = !digits.is_empty()
            && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && digits.starts_with(|c: char| c.is_ascii_digit());
        if !plain {
            return Err(format!("\"{text}\" is no plain decimal number"));
        }
        Decimal::from_str(text)
            .map(Amount)
            .map_err(|_| format!("\"{text}\" has too many digits"))
    }

    /// The amount in fen, when it has at most two decimals.
    pub(crate) fn fen(self) -> Option<i64> {
        let cents = self.0.checked_mul(Decimal::ONE_HUNDRED)?;
        if cents.fract().is_zero() {
            i64::try_from(cents.mantissa_whole()?).ok()
        } else {
            None
        }
    }
}

/// The whole number behind a decimal without a fraction.
trait MantissaWhole {
    fn mantissa_whole(&self) -> Option<i128>;
}

impl MantissaWhole for Decimal {
    fn mantissa_whole(&self) -> Option<i128> {
        let normal = self.normalize();
        (normal.scale() == 0).then(|| normal.mantissa())
    }
}

/// Fen as yuan text with two decimals: `11300` is `"113.00"`.
pub(crate) fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let absolute = fen.unsigned_abs();
    format!("{sign}{}.{:02}", absolute / 100, absolute % 100)
}

/// Fen as a decimal in yuan.
pub(crate) fn decimal(fen: i64) -> Decimal {
    Decimal::new(fen, 2)
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.normalize().to_string())
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let amount = Amount::parse(raw.get().trim_matches('"')).map_err(D::Error::custom)?;
        // number(18,2) has 16 digits before the point; sums of such amounts cannot overflow.
        if LIMIT <= amount.0.abs() {
            return Err(D::Error::custom(format!(
                "{} has more than 16 digits before the point",
                amount.0
            )));
        }
        Ok(amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_from_strings_and_from_the_text_of_numbers() {
        let both: Vec<Amount> = serde_json::from_str(r#"["113.00", 113.00, -0.10]"#).unwrap();
        assert_eq!(both[0], both[1]);
        assert_eq!(both[2].fen(), Some(-10));
        for bad in [
            r#""1e3""#,
            "1e3",
            r#"" 1""#,
            r#""""#,
            "true",
            r#""1,000""#,
            r#""NaN""#,
        ] {
            assert!(
                serde_json::from_str::<Amount>(bad).is_err(),
                "{bad} must be refused"
            );
        }
        assert_eq!(Amount::parse("0.001").unwrap().fen(), None);
        assert_eq!(LIMIT, Decimal::from_str("10000000000000000").unwrap());
        assert!(serde_json::from_str::<Amount>("\"10000000000000000\"").is_err());
        assert_eq!(yuan(-5), "-0.05");
        assert_eq!(yuan(11_300), "113.00");
    }
}
