//! Exact products and quotients of decimals, rounded once and by name.
//!
//! `Decimal` keeps 28 digits and rounds silently beyond; a quantity and a price of 18 digits each need 36. The
//! products here are therefore made of 128-bit integers.

use crate::money::{Fen, FenError};
use rust_decimal::Decimal;

/// Longest text of a quantity or a unit price in the tax interface, point included.
pub const MAX_NUMBER_CHARS: usize = 25;

/// Most decimals of a quantity and of a unit price, typed or derived: with fewer, price × quantity misses the amount for
/// large quantities. What 13 and 13 decimals of an amount within [`Fen::MAX`] multiply to has at most 38 digits.
pub const UNIT_PRICE_DECIMALS: u32 = 13;

/// Divides half away from zero (四舍五入). `whole` is above zero.
pub(crate) const fn round_div(share: i128, whole: i128) -> i128 {
    let (quotient, rest) = (share / whole, share % whole);
    if rest.abs() >= whole - rest.abs() {
        quotient + share.signum()
    } else {
        quotient
    }
}

/// The exact product as an integer and the number of its decimals; `None` beyond 38 digits.
pub(crate) fn product(a: Decimal, b: Decimal) -> Option<(i128, u32)> {
    let (a, b) = (a.normalize(), b.normalize());
    Some((
        a.mantissa().checked_mul(b.mantissa())?,
        a.scale() + b.scale(),
    ))
}

/// Quantity × unit price in fen, rounded half away from zero.
///
/// # Errors
/// [`FenError::TooLarge`] when the amount does not fit.
pub fn amount_of(quantity: Decimal, unit_price: Decimal) -> Result<Fen, FenError> {
    let (product, decimals) = product(quantity, unit_price).ok_or(FenError::TooLarge)?;
    let fen = match decimals.checked_sub(2) {
        None => product.checked_mul(10_i128.pow(2 - decimals)),
        Some(surplus) => 10_i128
            .checked_pow(surplus)
            .map(|unit| round_div(product, unit)),
    };
    i64::try_from(fen.ok_or(FenError::TooLarge)?)
        .map_err(|_| FenError::TooLarge)
        .and_then(Fen::new)
}

/// `amount ÷ by` with at most `decimals` decimals, rounded half away from zero and cut to the 25 characters of the
/// tax interface: a net unit price from an amount and a quantity, or a quantity from an amount and a price.
/// `None` when `by` is zero or the result has more than 24 digits.
pub fn quotient(amount: Fen, by: Decimal, decimals: u32) -> Option<Decimal> {
    let by = by.normalize();
    if by.is_zero() {
        return None;
    }
    let sign = by.mantissa().signum();
    (0..=decimals).rev().find_map(|decimals| {
        let scale = 10_i128.checked_pow(by.scale() + decimals)?;
        let share = (i128::from(amount.get()) * sign).checked_mul(scale)?;
        let number = round_div(share, by.mantissa().abs().checked_mul(100)?);
        let fits = number.abs() < 10_i128.pow(MAX_NUMBER_CHARS as u32 - 1);
        fits.then(|| Decimal::try_from_i128_with_scale(number, decimals).ok())?
            .map(|number| number.normalize())
    })
}

/// Whether `quantity × unit_price` is within one fen of `amount`, computed without rounding.
pub fn within_one_fen(quantity: Decimal, unit_price: Decimal, amount: Fen) -> bool {
    let Some((mut product, mut decimals)) = product(quantity, unit_price) else {
        return false;
    };
    while decimals < 2 {
        let Some(wider) = product.checked_mul(10) else {
            return false;
        };
        (product, decimals) = (wider, decimals + 1);
    }
    let Some(fen) = 10_i128.checked_pow(decimals - 2) else {
        return false;
    };
    i128::from(amount.get())
        .checked_mul(fen)
        .and_then(|amount| product.checked_sub(amount))
        .is_some_and(|gap| gap.abs() <= fen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn division_rounds_half_away_from_zero() {
        for (share, whole, want) in [
            (5, 10, 1),
            (-5, 10, -1),
            (4, 10, 0),
            (14, 10, 1),
            (15, 10, 2),
            (-15, 10, -2),
            (1, 3, 0),
            (2, 3, 1),
            (i128::MAX, i128::MAX, 1),
        ] {
            assert_eq!(round_div(share, whole), want, "{share}/{whole}");
        }
    }

    #[test]
    fn long_numbers_multiply_exactly() {
        // 36 digits: a decimal of 28 digits would have rounded before the tie is seen.
        assert_eq!(
            amount_of(decimal("1000000000.00000001"), decimal("0.00500000")).map(Fen::get),
            Ok(500_000_000)
        );
        assert_eq!(
            amount_of(decimal("99999999.99999999"), decimal("9.99999999")).map(Fen::get),
            Ok(99_999_999_900)
        );
        assert_eq!(
            amount_of(decimal("9999999999"), decimal("9999999999")),
            Err(FenError::TooLarge)
        );
        assert_eq!(
            amount_of(decimal("3"), decimal("33")).map(Fen::get),
            Ok(9_900)
        );
    }

    #[test]
    fn quotients_keep_the_decimals_they_are_given() {
        let net = |fen| Fen::new(fen).unwrap();
        assert_eq!(
            quotient(net(8849), decimal("3"), 8),
            Some(decimal("29.49666667"))
        );
        assert_eq!(
            quotient(net(99010), decimal("7"), 13),
            Some(decimal("141.4428571428571"))
        );
        assert_eq!(
            quotient(net(-7965), decimal("-1"), 13),
            Some(decimal("79.65"))
        );
        assert_eq!(quotient(net(1), Decimal::ZERO, 13), None);
        let huge = quotient(Fen::MAX, decimal("0.00000003"), 13).unwrap();
        assert!(huge.to_string().len() <= MAX_NUMBER_CHARS, "{huge}");
    }
}
