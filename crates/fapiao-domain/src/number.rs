//! The shapes of invoice numbers and codes, and the arithmetic of number segments (号段).
//!
//! A digital number has 20 digits: year (2), province (2), issuing channel (1), serial (15). Twenty digits do not fit
//! into 64 bits, so a segment counts with the 18 digits behind the year.

use crate::province::province_name;
use thiserror::Error;

/// Why a number, a code or a segment is not one.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NumberShapeError {
    /// Not the right count of digits.
    #[error("`{text}` is not {what}: it must have exactly {digits} digits")]
    Digits {
        /// What was given, shortened.
        text: String,
        /// What was expected.
        what: &'static str,
        /// How many digits it has.
        digits: usize,
    },
    /// The first two digits are not the year of issue.
    #[error("the number {number} belongs to 20{found:02}, not to {year}")]
    Year {
        /// The number.
        number: String,
        /// Its two digits.
        found: u16,
        /// The year of issue.
        year: i32,
    },
    /// Neither a province nor the sandbox.
    #[error("`{0}` is not the number of a province")]
    Province(String),
    /// Not a code of the older form.
    #[error("`{0}` is not an invoice code: 12 digits, the first 0, the last two 11, 12 or 13")]
    Code(String),
    /// A segment ends before it starts.
    #[error("the segment {start} to {end} is empty")]
    EmptySegment {
        /// First number.
        start: String,
        /// Last number.
        end: String,
    },
    /// A segment over two years or provinces.
    #[error("the segment {start} to {end} mixes years or provinces")]
    MixedSegment {
        /// First number.
        start: String,
        /// Last number.
        end: String,
    },
}

/// A number of a digital invoice: 20 digits of a known province or of the sandbox.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DigitalNumber(String);

impl DigitalNumber {
    /// Reads 20 digits.
    ///
    /// # Errors
    /// [`NumberShapeError::Digits`] or [`NumberShapeError::Province`].
    pub fn parse(text: &str) -> Result<DigitalNumber, NumberShapeError> {
        expect_digits(text, "the number of a digital invoice", 20)?;
        let number = DigitalNumber(text.to_owned());
        if province_name(number.province()).is_none() && !number.is_sandbox() {
            return Err(NumberShapeError::Province(number.province().to_owned()));
        }
        Ok(number)
    }

    /// The 20 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The two digits of the year.
    pub fn year(&self) -> u16 {
        digit(&self.0, 0) * 10 + digit(&self.0, 1)
    }

    /// The two digits of the province; `99` in the sandbox.
    pub fn province(&self) -> &str {
        &self.0[2..4]
    }

    /// Whether it comes from the sandbox range (province 99, channel 9) and can never be real.
    pub fn is_sandbox(&self) -> bool {
        &self.0[2..5] == "999"
    }

    /// Holds it against the full year of issue, such as 2026.
    ///
    /// # Errors
    /// [`NumberShapeError::Year`].
    pub fn check_year(&self, year: i32) -> Result<(), NumberShapeError> {
        let found = self.year();
        if i32::from(found) == year.rem_euclid(100) {
            Ok(())
        } else {
            Err(NumberShapeError::Year {
                number: self.0.clone(),
                found,
                year,
            })
        }
    }

    /// The 18 digits behind the year, as a number.
    fn serial(&self) -> u64 {
        self.0[2..]
            .bytes()
            .fold(0, |serial, it| serial * 10 + u64::from(it - b'0'))
    }
}

/// A stock of numbers, first and last included, of one year and one province.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Segment {
    start: DigitalNumber,
    end: DigitalNumber,
}

impl Segment {
    /// A segment from its first and last number.
    ///
    /// # Errors
    /// [`NumberShapeError`] when one is no number, the last lies before the first, or year, province or channel
    /// differ.
    pub fn new(start: &str, end: &str) -> Result<Segment, NumberShapeError> {
        let segment = Segment {
            start: DigitalNumber::parse(start)?,
            end: DigitalNumber::parse(end)?,
        };
        let (start, end) = (start.to_owned(), end.to_owned());
        if segment.start.0[..5] != segment.end.0[..5] {
            Err(NumberShapeError::MixedSegment { start, end })
        } else if segment.end < segment.start {
            Err(NumberShapeError::EmptySegment { start, end })
        } else {
            Ok(segment)
        }
    }

    /// The two digits of its year.
    pub fn year(&self) -> u16 {
        self.start.year()
    }

    /// The two digits of its province.
    pub fn province(&self) -> &str {
        self.start.province()
    }

    /// The first number.
    pub fn start(&self) -> &str {
        self.start.as_str()
    }

    /// The last number.
    pub fn end(&self) -> &str {
        self.end.as_str()
    }

    /// Whether its numbers come from the sandbox range.
    pub fn is_sandbox(&self) -> bool {
        self.start.is_sandbox()
    }

    /// How many numbers it has.
    pub fn count(&self) -> u64 {
        self.end.serial() - self.start.serial() + 1
    }

    /// The number at a place counted from 0; `None` beyond the end.
    pub fn nth(&self, place: u64) -> Option<String> {
        (place < self.count())
            .then(|| format!("{:02}{:018}", self.year(), self.start.serial() + place))
    }

    /// The place of a number, from 0; `None` when it is not in the segment.
    pub fn place_of(&self, number: &str) -> Option<u64> {
        let number = DigitalNumber::parse(number).ok()?;
        (self.start <= number && number <= self.end).then(|| number.serial() - self.start.serial())
    }

    /// Whether a number is in the segment.
    pub fn contains(&self, number: &str) -> bool {
        self.place_of(number).is_some()
    }

    /// The number that follows; `None` after the last one and for numbers of other segments.
    pub fn next_after(&self, number: &str) -> Option<String> {
        self.nth(self.place_of(number)? + 1)
    }

    /// How many numbers are left when `next` is the next to be given out; `None` (used up) leaves nothing.
    pub fn left_from(&self, next: Option<&str>) -> u64 {
        next.and_then(|next| self.place_of(next))
            .map_or(0, |place| self.count() - place)
    }
}

/// Checks code, number and check code of the older form.
///
/// # Errors
/// [`NumberShapeError`] for the first of the three that has the wrong shape.
pub fn check_classic(code: &str, number: &str, check_code: &str) -> Result<(), NumberShapeError> {
    let has_shape = is_digits(code, 12)
        && code.starts_with('0')
        && ["11", "12", "13"].iter().any(|kind| code.ends_with(kind));
    if !has_shape {
        return Err(NumberShapeError::Code(shortened(code)));
    }
    expect_digits(number, "an invoice number of the older form", 8)?;
    expect_digits(check_code, "a check code", 20)
}

/// Whether a code of the older form lies in the sandbox range `09999…00111` and can never be real.
pub fn is_sandbox_code(code: &str) -> bool {
    is_digits(code, 12) && code.starts_with("09999") && code.ends_with("00111")
}

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|it| it.is_ascii_digit())
}

fn expect_digits(text: &str, what: &'static str, digits: usize) -> Result<(), NumberShapeError> {
    if is_digits(text, digits) {
        Ok(())
    } else {
        Err(NumberShapeError::Digits {
            text: shortened(text),
            what,
            digits,
        })
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(32).collect()
}

fn digit(text: &str, place: usize) -> u16 {
    u16::from(text.as_bytes()[place] - b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digital_number_tells_year_province_and_sandbox() {
        let number = DigitalNumber::parse("26330000009990000001").unwrap();
        assert_eq!((number.year(), number.province()), (26, "33"));
        assert_eq!(province_name(number.province()), Some("浙江"));
        assert!(!number.is_sandbox());
        assert_eq!(number.check_year(2026), Ok(()));
        assert_eq!(
            number.check_year(2027).unwrap_err().to_string(),
            "the number 26330000009990000001 belongs to 2026, not to 2027"
        );
        assert!(
            DigitalNumber::parse("26999000000000000001")
                .unwrap()
                .is_sandbox()
        );
        for text in [
            "2633000000999000000",
            "26000000009990000001",
            "2633000000999000000１",
            "",
        ] {
            assert!(DigitalNumber::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_segment_counts_beyond_64_bits() {
        let segment = Segment::new("99650999999999999998", "99650999999999999999").unwrap();
        assert_eq!(segment.count(), 2);
        assert_eq!(
            segment.next_after(segment.start()).as_deref(),
            Some("99650999999999999999")
        );
        assert_eq!(segment.next_after(segment.end()), None);
        assert_eq!(segment.nth(1).as_deref(), Some(segment.end()));
        assert_eq!(segment.nth(2), None);
    }

    #[test]
    fn numbers_are_given_out_in_order_and_only_from_the_segment() {
        let segment = Segment::new("26999000000000000099", "26999000000000000101").unwrap();
        assert_eq!(
            (segment.year(), segment.province(), segment.count()),
            (26, "99", 3)
        );
        let mut given = vec![segment.start().to_owned()];
        while let Some(next) = segment.next_after(&given[given.len() - 1]) {
            given.push(next);
        }
        assert_eq!(
            given,
            [
                "26999000000000000099",
                "26999000000000000100",
                "26999000000000000101"
            ]
        );
        assert!(segment.is_sandbox());
        assert_eq!(segment.left_from(Some("26999000000000000100")), 2);
        assert_eq!(segment.left_from(None), 0);
        assert!(!segment.contains("26999000000000000102"));
        assert_eq!(segment.next_after("27999000000000000099"), None);
    }

    #[test]
    fn wrong_segments_are_refused() {
        let fails = |start, end| Segment::new(start, end).unwrap_err();
        assert!(matches!(
            fails("26330000000000000002", "26330000000000000001"),
            NumberShapeError::EmptySegment { .. }
        ));
        for end in ["27330000000000000001", "26310000000000000001"] {
            assert!(matches!(
                fails("26330000000000000001", end),
                NumberShapeError::MixedSegment { .. }
            ));
        }
    }

    #[test]
    fn codes_of_the_older_form_have_their_shape() {
        let check_code = "12345678901234567890";
        assert_eq!(
            check_classic("033002600111", "99900001", check_code),
            Ok(())
        );
        for (code, number, check) in [
            ("133002600111", "99900001", check_code),
            ("033002600114", "99900001", check_code),
            ("03300260011", "99900001", check_code),
            ("033002600111", "9990001", check_code),
            ("033002600111", "99900001", "1234567890123456789"),
        ] {
            assert!(
                check_classic(code, number, check).is_err(),
                "{code} {number} {check}"
            );
        }
        assert!(is_sandbox_code("099992600111"));
        assert!(!is_sandbox_code("033002600111"));
    }
}
