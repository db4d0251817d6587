//! A discount on a whole order, shared out over its lines.

use crate::money::Fen;
use thiserror::Error;

/// Why a discount cannot be shared out.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum AllocationError {
    /// The discount is below zero.
    #[error("a discount is written as zero or a positive amount")]
    NegativeDiscount,
    /// A line is below zero.
    #[error("line {0} is below zero: a discount is shared out over positive lines only")]
    NegativeLine(usize),
    /// More than all lines together.
    #[error("the discount {discount} is more than the lines it covers, {lines}")]
    TooLarge {
        /// The discount.
        discount: Fen,
        /// What the lines come to.
        lines: Fen,
    },
}

/// Shares `discount` out over lines in proportion to their gross amounts, in whole fen: each share is cut, and what
/// is left over goes, one fen each, to the largest remainders; equal remainders to the earlier line.
///
/// The shares add up to the discount exactly and none exceeds its line. Pass only the lines that the discount covers.
///
/// # Errors
/// [`AllocationError`]; the line index counts from 0.
pub fn allocate(discount: Fen, line_gross: &[Fen]) -> Result<Vec<Fen>, AllocationError> {
    if discount.is_negative() {
        return Err(AllocationError::NegativeDiscount);
    }
    if let Some(index) = line_gross.iter().position(|gross| gross.is_negative()) {
        return Err(AllocationError::NegativeLine(index));
    }
    let lines: Fen = line_gross.iter().copied().sum();
    if discount > lines {
        return Err(AllocationError::TooLarge { discount, lines });
    }
    if discount == Fen::ZERO {
        return Ok(vec![Fen::ZERO; line_gross.len()]);
    }
    let whole = i128::from(lines.get());
    let product = |gross: &Fen| i128::from(discount.get()) * i128::from(gross.get());
    let mut shares: Vec<i64> = line_gross
        .iter()
        .map(|gross| (product(gross) / whole) as i64)
        .collect();
    let mut by_remainder: Vec<usize> = (0..shares.len()).collect();
    // The sort is stable: equal remainders keep the order of the lines.
    by_remainder.sort_by_key(|&index| std::cmp::Reverse(product(&line_gross[index]) % whole));
    let left_over = discount.get() - shares.iter().sum::<i64>();
    for &index in by_remainder.iter().take(left_over as usize) {
        shares[index] += 1;
    }
    Ok(shares.into_iter().map(Fen::raw).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fen(amounts: &[i64]) -> Vec<Fen> {
        amounts.iter().map(|&fen| Fen::new(fen).unwrap()).collect()
    }

    #[test]
    fn left_over_fen_go_to_the_largest_remainder_and_ties_to_the_earlier_line() {
        let share =
            |discount: i64, lines: &[i64]| allocate(Fen::new(discount).unwrap(), &fen(lines));
        assert_eq!(share(100, &[3333, 3333, 3334]), Ok(fen(&[33, 33, 34])));
        assert_eq!(share(1, &[10, 10]), Ok(fen(&[1, 0])));
        assert_eq!(share(2, &[1, 1, 1]), Ok(fen(&[1, 1, 0])));
        assert_eq!(share(3, &[0, 3]), Ok(fen(&[0, 3])));
        assert_eq!(share(0, &[5]), Ok(fen(&[0])));
        assert_eq!(share(0, &[]), Ok(vec![]));
    }

    #[test]
    fn what_cannot_be_shared_is_refused() {
        let discount = |fen| Fen::new(fen).unwrap();
        assert_eq!(
            allocate(discount(11), &fen(&[10])).unwrap_err().to_string(),
            "the discount 0.11 is more than the lines it covers, 0.10"
        );
        assert_eq!(
            allocate(discount(1), &fen(&[10, -1])),
            Err(AllocationError::NegativeLine(1))
        );
        assert_eq!(
            allocate(discount(-1), &fen(&[10])),
            Err(AllocationError::NegativeDiscount)
        );
    }
}
