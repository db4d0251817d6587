//! Time as the sandbox sees it: the wall clock plus what the control API added.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, NaiveDateTime, TimeDelta, Utc};

/// Milliseconds since 1970 UTC.
pub(crate) type Millis = i64;

const SHANGHAI: TimeDelta = TimeDelta::hours(8);
/// One hour.
pub(crate) const HOUR: Millis = 3_600_000;

#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset: AtomicI64,
}

impl Clock {
    /// The wall clock, for signatures: a client does not know that time was advanced here.
    #[expect(clippy::disallowed_methods, reason = "a sandbox reads the wall clock")]
    pub(crate) fn wall() -> Millis {
        Utc::now().timestamp_millis()
    }

    pub(crate) fn now(&self) -> Millis {
        Self::wall() + self.offset.load(Ordering::SeqCst)
    }

    pub(crate) fn offset(&self) -> Millis {
        self.offset.load(Ordering::SeqCst)
    }

    pub(crate) fn set_offset(&self, offset: Millis) {
        self.offset.store(offset, Ordering::SeqCst);
    }
}

/// The local time (Asia/Shanghai, which has had no daylight saving since 1991).
pub(crate) fn local(at: Millis) -> NaiveDateTime {
    DateTime::from_timestamp_millis(at)
        .unwrap_or_default()
        .naive_utc()
        + SHANGHAI
}

/// The instant of a local time.
pub(crate) fn instant(local: NaiveDateTime) -> Millis {
    (local - SHANGHAI).and_utc().timestamp_millis()
}

/// `2026-03-05 14:30:00`, local.
pub(crate) fn stamp(at: Millis) -> String {
    local(at).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// `2026-03-05T14:30:00+08:00`.
pub(crate) fn rfc3339(at: Millis) -> String {
    local(at).format("%Y-%m-%dT%H:%M:%S%.3f+08:00").to_string()
}

/// `2026-03`.
pub(crate) fn month_of(date: NaiveDate) -> String {
    date.format("%Y-%m").to_string()
}

/// The first day of a month written `2026-03`.
pub(crate) fn first_day(month: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d").ok()
}

/// The last day of the month of `date`.
pub(crate) fn last_day(date: NaiveDate) -> NaiveDate {
    let first = date.with_day(1).unwrap_or(date);
    first
        .checked_add_months(Months::new(1))
        .and_then(|d| d.checked_sub_days(Days::new(1)))
        .unwrap_or(date)
}

/// 00:00 on the 13th of the month after `month`: when its totals close by themselves.
pub(crate) fn closing(month: &str) -> Option<Millis> {
    let next = first_day(month)?
        .checked_add_months(Months::new(1))?
        .with_day(13)?;
    Some(instant(next.and_hms_opt(0, 0, 0)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_closes_at_midnight_in_shanghai() {
        assert_eq!(stamp(closing("2026-12").unwrap()), "2027-01-13 00:00:00");
        assert_eq!(
            last_day(NaiveDate::from_ymd_opt(2028, 2, 3).unwrap()).day(),
            29
        );
        let at = instant(
            NaiveDate::from_ymd_opt(2026, 1, 1)
                .unwrap()
                .and_hms_opt(0, 30, 0)
                .unwrap(),
        );
        assert_eq!(month_of(local(at).date()), "2026-01");
    }
}
