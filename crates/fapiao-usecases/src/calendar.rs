//! Dates on paper are Asia/Shanghai; everything stored is UTC.

use chrono::{DateTime, Datelike, FixedOffset, Months, NaiveDate, NaiveDateTime, TimeDelta, Utc};

/// China has had one zone and no summer time since 1991.
fn shanghai() -> FixedOffset {
    const EIGHT_HOURS: i32 = 8 * 3600;
    #[expect(clippy::expect_used, reason = "a constant offset within a day")]
    FixedOffset::east_opt(EIGHT_HOURS).expect("eight hours are an offset")
}

/// The wall clock in Shanghai.
pub fn in_shanghai(at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&shanghai()).naive_local()
}

/// Two-digit year in Shanghai: the year of an invoice number.
pub fn year2(at: DateTime<Utc>) -> i32 {
    in_shanghai(at).year() % 100
}

/// Month in Shanghai, `yyyy-mm`: the month of the quota.
pub fn month(at: DateTime<Utc>) -> String {
    in_shanghai(at).format("%Y-%m").to_string()
}

/// Day in Shanghai, `yyyy-mm-dd`.
pub fn day(at: DateTime<Utc>) -> String {
    in_shanghai(at).format("%Y-%m-%d").to_string()
}

/// Day and minute in Shanghai, `yyyy-mm-dd hh:mm`.
pub fn minute(at: DateTime<Utc>) -> String {
    in_shanghai(at).format("%Y-%m-%d %H:%M").to_string()
}

/// The moment at which a day begins in Shanghai.
pub fn midnight(day: NaiveDate) -> DateTime<Utc> {
    const EIGHT_HOURS: TimeDelta = TimeDelta::hours(8);
    day.and_time(chrono::NaiveTime::MIN).and_utc() - EIGHT_HOURS
}

/// The month `yyyy-mm` in Shanghai, as its first moment and that of the next one; `None` for anything else.
pub fn month_bounds(text: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    if text.len() != 7 {
        return None;
    }
    let first = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()?;
    let next = first.checked_add_months(Months::new(1))?;
    Some((midnight(first), midnight(next)))
}

/// Midnight in Shanghai at or before a moment.
pub fn start_of_day(at: DateTime<Utc>) -> DateTime<Utc> {
    let local = in_shanghai(at);
    at - (local - local.date().and_time(chrono::NaiveTime::MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_at_midnight_in_shanghai() {
        let (from, until) = month_bounds("2026-12").unwrap();
        assert_eq!(from.to_rfc3339(), "2026-11-30T16:00:00+00:00");
        assert_eq!(until.to_rfc3339(), "2026-12-31T16:00:00+00:00");
        for wrong in ["2026-13", "2026-1", "26-01", "", "2026-01-01"] {
            assert!(month_bounds(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn the_year_turns_at_midnight_in_shanghai() {
        let before: DateTime<Utc> = "2026-12-31T15:59:59Z".parse().unwrap();
        let after: DateTime<Utc> = "2026-12-31T16:00:00Z".parse().unwrap();
        assert_eq!((year2(before), month(before)), (26, "2026-12".to_owned()));
        assert_eq!(
            (year2(after), month(after), day(after)),
            (27, "2027-01".to_owned(), "2027-01-01".to_owned())
        );
        assert_eq!(
            start_of_day(before),
            "2026-12-30T16:00:00Z".parse::<DateTime<Utc>>().unwrap()
        );
        assert_eq!(start_of_day(after), after);
    }
}
