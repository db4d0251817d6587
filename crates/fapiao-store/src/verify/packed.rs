//! Many rows as one value: each is its numbers and the lengths of its texts in bytes, then the texts themselves. Both
//! dialects make it by the same query, and no text can be mistaken for another however it is written.

use crate::sql::{self, Cells, Sql};
use fapiao_usecases::errors::StoreError;
use sea_orm::DatabaseTransaction;

/// The query that packs the rows of an inner one.
///
/// `numbers` are never null; a null text is packed as an empty one.
pub(crate) fn query(numbers: &[&str], texts: &[&str], inner: Sql) -> Sql {
    let mut parts = Vec::new();
    for number in numbers {
        parts.push(format!("{number}, ' '"));
    }
    for text in texts {
        parts.push(format!("COALESCE(octet_length({text}), 0), ' '"));
    }
    parts.extend(texts.iter().map(|it| (*it).to_owned()));
    Sql::new(format!(
        "SELECT string_agg(concat({}), '') FROM (",
        parts.join(", ")
    ))
    .join(inner)
    .add(") AS page")
}

/// Runs such a query; empty when there are no rows.
pub(crate) async fn read(db: &DatabaseTransaction, sql: Sql) -> Result<String, StoreError> {
    match sql::row(db, sql).await? {
        Some(row) => Ok(row.cell::<Option<String>>(0)?.unwrap_or_default()),
        None => Ok(String::new()),
    }
}

/// Takes the rows apart again.
pub(crate) struct Rows<'a, const NUMBERS: usize, const TEXTS: usize> {
    left: &'a str,
    what: &'static str,
}

impl<'a, const NUMBERS: usize, const TEXTS: usize> Rows<'a, NUMBERS, TEXTS> {
    /// `what` they are, for the error.
    pub(crate) fn of(packed: &'a str, what: &'static str) -> Self {
        Rows { left: packed, what }
    }

    fn number(&mut self) -> Option<i64> {
        let bytes = self.left.as_bytes();
        let is_negative = bytes.first() == Some(&b'-');
        let digits = bytes.get(usize::from(is_negative)..)?;
        let (mut number, mut length) = (0_i64, 0);
        // Downwards: there is one more below zero than above.
        while let Some(digit @ b'0'..=b'9') = digits.get(length) {
            let digit = i64::from(digit - b'0');
            number = number.checked_mul(10)?.checked_sub(digit)?;
            length += 1;
        }
        if length == 0 || digits.get(length) != Some(&b' ') {
            return None;
        }
        let end = usize::from(is_negative) + length + 1;
        self.left = self.left.get(end..)?;
        if is_negative {
            Some(number)
        } else {
            number.checked_neg()
        }
    }

    fn row(&mut self) -> Option<([i64; NUMBERS], [&'a str; TEXTS])> {
        let mut numbers = [0; NUMBERS];
        for number in &mut numbers {
            *number = self.number()?;
        }
        let mut lengths = [0; TEXTS];
        for length in &mut lengths {
            *length = usize::try_from(self.number()?).ok()?;
        }
        let mut texts = [""; TEXTS];
        for (text, length) in texts.iter_mut().zip(lengths) {
            (*text, self.left) = self.left.split_at_checked(length)?;
        }
        Some((numbers, texts))
    }
}

impl<'a, const NUMBERS: usize, const TEXTS: usize> Iterator for Rows<'a, NUMBERS, TEXTS> {
    type Item = Result<([i64; NUMBERS], [&'a str; TEXTS]), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left.is_empty() {
            return None;
        }
        let row = self.row();
        if row.is_none() {
            // What follows cannot be told apart any more.
            self.left = "";
        }
        let what = self.what;
        Some(row.ok_or_else(|| {
            StoreError::Corrupt(format!(
                "a row of {what} holds something that is neither number nor text"
            ))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_taken_apart_by_length_whatever_they_say() {
        let packed = "7 6 0 二 8 1 3 3a 3 b";
        let rows: Result<Vec<_>, _> = Rows::<1, 2>::of(packed, "x").collect();
        assert!(matches!(rows, Err(StoreError::Corrupt(_))));
        let packed = "7 3 0 二8 1 3 33 \n";
        let rows: Vec<_> = Rows::<1, 2>::of(packed, "x").map(Result::unwrap).collect();
        assert_eq!(rows, [([7], ["二", ""]), ([8], ["3", "3 \n"])]);
        assert!(Rows::<1, 2>::of("", "x").next().is_none());
    }

    #[test]
    fn every_number_that_a_column_holds_is_read_and_nothing_else() {
        for number in [0, 7, -1, 1_793_462_400_000, i64::MAX, i64::MIN] {
            let packed = format!("{number} 0 ");
            let rows: Vec<_> = Rows::<1, 1>::of(&packed, "x").map(Result::unwrap).collect();
            assert_eq!(rows, [([number], [""])]);
        }
        for wrong in ["", "-", "+1", "1.5", "9223372036854775808", "--1", "1-"] {
            let packed = format!("{wrong} 0 ");
            let row = Rows::<1, 1>::of(&packed, "x").next();
            assert!(matches!(row, Some(Err(StoreError::Corrupt(_)))), "{wrong}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error_and_the_end() {
        // A length that cuts a letter in two, one that is too long, and words where numbers belong.
        for packed in ["1 1 0 二", "1 9 0 abc", "x 1 1 ab", "1"] {
            let mut rows = Rows::<1, 2>::of(packed, "audit lines");
            let error = rows.next().unwrap().unwrap_err().to_string();
            assert!(error.contains("audit lines"), "{error}");
            assert!(rows.next().is_none());
        }
    }
}
