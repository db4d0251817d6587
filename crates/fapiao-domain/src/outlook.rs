//! How long a stock lasts at the recent pace, told by hour of the week.

use chrono::{Datelike, NaiveDateTime, TimeDelta, Timelike};

/// Hours of a week.
const WEEK: i64 = 168;
/// Hours of a day.
const DAY: i64 = 24;
/// Parts that a use per hour is counted in.
const UNIT: i128 = 1_000_000;

/// How long it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasts {
    /// Nothing was used yet: there is no pace.
    Unknown,
    /// Until the end of the period, and beyond.
    Beyond,
    /// It runs out then, by the wall clock that the history was counted in.
    Until(NaiveDateTime),
}

/// Foretells when `left` is used up. `history` has what was used in each hour (its beginning, the amount); hours without use
/// may be left out. A pace of a week or more is read by weekday and hour, of a day or more by hour, else it is flat.
///
/// Nothing is told beyond `end`, where the period of the stock ends: the year of numbers, the month of quota.
pub fn lasts(
    history: &[(NaiveDateTime, i64)],
    left: i64,
    now: NaiveDateTime,
    end: NaiveDateTime,
) -> Lasts {
    if left <= 0 {
        return Lasts::Until(now);
    }
    let Some(begin) = history
        .iter()
        .filter(|(_, used)| *used > 0)
        .map(|(at, _)| *at)
        .min()
    else {
        return Lasts::Unknown;
    };
    let begin = hour_of(begin);
    let hours = (now - begin).num_hours().max(1);
    let slots = match hours {
        WEEK.. => WEEK,
        DAY.. => DAY,
        _ => 1,
    };
    let (mut used, mut seen) = (vec![0_i128; slots as usize], vec![0_i128; slots as usize]);
    for (at, amount) in history {
        used[slot(*at, slots)] += i128::from(*amount);
    }
    for hour in 0..hours {
        seen[slot(begin + TimeDelta::hours(hour), slots)] += 1;
    }
    let per_hour = |at: NaiveDateTime| {
        let place = slot(at, slots);
        (used[place] * UNIT / seen[place].max(1)).max(0)
    };
    let mut remaining = i128::from(left) * UNIT;
    let mut at = now;
    while at < end {
        let next = hour_of(at) + TimeDelta::hours(1);
        let seconds = i128::from((next - at).num_seconds().max(1));
        let pace = per_hour(at);
        let use_now = pace * seconds / 3600;
        if use_now >= remaining {
            let after = i64::try_from(remaining * 3600 / pace.max(1)).unwrap_or(0);
            let out = at + TimeDelta::seconds(after);
            return if out < end {
                Lasts::Until(out)
            } else {
                Lasts::Beyond
            };
        }
        remaining -= use_now;
        at = next;
    }
    Lasts::Beyond
}

fn hour_of(at: NaiveDateTime) -> NaiveDateTime {
    at.date().and_hms_opt(at.hour(), 0, 0).unwrap_or(at)
}

fn slot(at: NaiveDateTime, slots: i64) -> usize {
    let hour = at.hour() as usize;
    match slots {
        WEEK => at.weekday().num_days_from_monday() as usize * 24 + hour,
        DAY => hour,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    /// A shop that uses 10 an hour from 10 to 20 o'clock, and twice as much on Saturdays and Sundays.
    fn shop(days: i64, until: NaiveDateTime) -> Vec<(NaiveDateTime, i64)> {
        let first = until.date() - TimeDelta::days(days);
        (0..days)
            .flat_map(|day| {
                let date = first + TimeDelta::days(day);
                let weekend = date.weekday().num_days_from_monday() >= 5;
                (10..20).map(move |hour| {
                    (
                        date.and_hms_opt(hour, 0, 0).unwrap(),
                        if weekend { 20 } else { 10 },
                    )
                })
            })
            .collect()
    }

    #[test]
    fn a_week_is_read_by_weekday_and_hour() {
        // Monday morning; 100 a weekday, 200 a day at the weekend.
        let now = at("2026-11-23 10:00");
        let history = shop(28, now);
        let end = at("2027-01-01 00:00");
        let until = |left| lasts(&history, left, now, end);
        assert_eq!(until(100), Lasts::Until(at("2026-11-23 20:00")));
        assert_eq!(
            until(350),
            Lasts::Until(at("2026-11-26 15:00")),
            "Thursday 15:00"
        );
        // The night uses nothing: one more than a day's worth lasts until the next opening.
        assert_eq!(until(110), Lasts::Until(at("2026-11-24 11:00")));
        // Saturdays go twice as fast.
        assert_eq!(until(600), Lasts::Until(at("2026-11-28 15:00")));
        assert_eq!(until(1_000_000), Lasts::Beyond);
    }

    #[test]
    fn a_short_history_is_read_by_hour_or_flat() {
        let now = at("2026-11-25 10:00");
        assert_eq!(
            lasts(&shop(2, now), 100, now, at("2026-12-01 00:00")),
            Lasts::Until(at("2026-11-25 20:00"))
        );
        let flat = [(at("2026-11-25 08:00"), 60)];
        assert_eq!(
            lasts(&flat, 30, now, at("2026-12-01 00:00")),
            Lasts::Until(at("2026-11-25 11:00"))
        );
    }

    #[test]
    fn without_use_there_is_no_pace_and_nothing_left_is_now() {
        let (now, end) = (at("2026-11-25 10:30"), at("2026-12-01 00:00"));
        assert_eq!(lasts(&[], 5, now, end), Lasts::Unknown);
        assert_eq!(lasts(&[], 0, now, end), Lasts::Until(now));
        assert_eq!(lasts(&[(now, 0)], 5, now, end), Lasts::Unknown);
    }
}
