//! Fiscal e-bills (财政电子票据): receipts of public bodies for fees, fines and donations. No tax is in them.

use crate::money::Fen;
use thiserror::Error;

/// Digits of a bill's code (票据代码).
const CODE_DIGITS: usize = 8;
/// Digits of a bill's number (票据号码).
const NUMBER_DIGITS: usize = 10;
/// Characters of a bill's check code (校验码).
const CHECK_CODE_CHARS: usize = 6;

/// What names a bill everywhere: the bureau's code and number, and the code to look it up with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BillIdentity {
    /// 票据代码: 8 digits.
    pub code: String,
    /// 票据号码: 10 digits.
    pub number: String,
    /// 校验码: 6 letters and digits; empty where the bureau gives none.
    pub check_code: String,
}

/// A text is no part of a bill's identity.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum BillIdentityError {
    /// The code.
    #[error("a bill's code (票据代码) has {CODE_DIGITS} digits")]
    Code,
    /// The number.
    #[error("a bill's number (票据号码) has {NUMBER_DIGITS} digits")]
    Number,
    /// The check code.
    #[error("a bill's check code (校验码) has {CHECK_CODE_CHARS} letters and digits")]
    CheckCode,
}

impl BillIdentity {
    /// Reads the three texts as typed; blanks around and inside are dropped. Every wrong one is named.
    ///
    /// # Errors
    /// One [`BillIdentityError`] for each wrong text.
    pub fn read(
        code: &str,
        number: &str,
        check_code: &str,
    ) -> Result<BillIdentity, Vec<BillIdentityError>> {
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        let identity = BillIdentity {
            code: squeezed(code),
            number: squeezed(number),
            check_code: squeezed(check_code),
        };
        let digits = |text: &str, count: usize| {
            text.len() == count && text.bytes().all(|it| it.is_ascii_digit())
        };
        let check = &identity.check_code;
        let check_fits = check.is_empty()
            || check.len() == CHECK_CODE_CHARS
                && check.bytes().all(|it| it.is_ascii_alphanumeric());
        let wrong: Vec<BillIdentityError> = [
            (digits(&identity.code, CODE_DIGITS), BillIdentityError::Code),
            (
                digits(&identity.number, NUMBER_DIGITS),
                BillIdentityError::Number,
            ),
            (check_fits, BillIdentityError::CheckCode),
        ]
        .into_iter()
        .filter_map(|(fits, error)| (!fits).then_some(error))
        .collect();
        if wrong.is_empty() {
            Ok(identity)
        } else {
            Err(wrong)
        }
    }
}

/// The sum of a bill's items; `None` when it does not fit.
pub fn sum_of(items: impl IntoIterator<Item = Fen>) -> Option<Fen> {
    let mut sum: i64 = 0;
    for item in items {
        sum = sum.checked_add(item.get())?;
    }
    Fen::new(sum).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_is_named_by_eight_and_ten_digits() {
        let read = BillIdentity::read(" 4406 0126", "0000000001", "a1B2c3").unwrap();
        assert_eq!(read.code, "44060126");
        assert_eq!(read.number, "0000000001");
        assert!(BillIdentity::read("44060126", "0000000001", "").is_ok());
        assert_eq!(
            BillIdentity::read("4406012", "000000000x", "a1b2c"),
            Err(vec![
                BillIdentityError::Code,
                BillIdentityError::Number,
                BillIdentityError::CheckCode
            ])
        );
    }

    #[test]
    fn items_add_up_or_are_too_much() {
        let fen = |amount| Fen::new(amount).unwrap();
        assert_eq!(sum_of([fen(1), fen(4_999)]), Some(fen(5_000)));
        assert_eq!(sum_of([]), Some(Fen::ZERO));
        assert_eq!(sum_of([Fen::MAX, Fen::MAX]), None);
    }
}
