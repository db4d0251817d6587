//! Numbers of a segment, and the year and month a moment belongs to.

use chrono::{DateTime, Datelike, FixedOffset, Utc};

/// The year (two digits) and month (`yyyy-mm`) of a moment in Asia/Shanghai, which has no summer time.
pub(crate) fn period(at: DateTime<Utc>) -> (i64, String) {
    const EAST_8: FixedOffset = FixedOffset::east_opt(8 * 3600).expect("eight hours are an offset");
    let local = at.with_timezone(&EAST_8);
    (
        i64::from(local.year() % 100),
        format!("{:04}-{:02}", local.year(), local.month()),
    )
}

/// The number at a place of a segment: its first number plus the place, 20 digits.
pub(crate) fn number_at(first: &str, place: i64) -> Option<String> {
    let first: u128 = first.parse().ok()?;
    let number = first.checked_add(u128::try_from(place).ok()?)?;
    Some(format!("{number:020}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_and_month_are_those_of_shanghai() {
        let eve = DateTime::parse_from_rfc3339("2026-12-31T15:59:59Z").unwrap();
        assert_eq!(period(eve.to_utc()), (26, "2026-12".to_owned()));
        let after = DateTime::parse_from_rfc3339("2026-12-31T16:00:00Z").unwrap();
        assert_eq!(period(after.to_utc()), (27, "2027-01".to_owned()));
    }

    #[test]
    fn numbers_keep_their_twenty_digits() {
        assert_eq!(
            number_at("26310000000099999999", 1).as_deref(),
            Some("26310000000100000000")
        );
        assert_eq!(number_at("26310000000099999999", -1), None);
        assert_eq!(number_at("26x", 1), None);
    }
}
