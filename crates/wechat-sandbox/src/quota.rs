//! Daily counters of calls by account and path, and the monthly resets.

use std::collections::HashMap;

const RESETS_A_MONTH: u32 = 10;

/// How often each account called what today.
#[derive(Default)]
pub(crate) struct Quota {
    day: String,
    used: HashMap<(String, String), u64>,
    /// When the minute began, and the calls within it.
    within_minute: HashMap<(String, String), (i64, u64)>,
    resets: HashMap<(String, String), u32>,
    forced: HashMap<String, (u32, i64)>,
}

impl Quota {
    fn turn(&mut self, day: &str) {
        if self.day != day {
            day.clone_into(&mut self.day);
            self.used.clear();
            self.forced.clear();
        }
    }

    /// Counts one call; `false` when the limit had been reached.
    pub(crate) fn count(&mut self, day: &str, appid: &str, path: &str, limit: u64) -> bool {
        self.turn(day);
        let used = self
            .used
            .entry((appid.to_owned(), path.to_owned()))
            .or_default();
        if limit <= *used {
            return false;
        }
        *used += 1;
        true
    }

    /// Counts one call of a minute that begins with its first call; `false` when the limit had been reached. 0 is no limit.
    pub(crate) fn count_minute(&mut self, now: i64, appid: &str, path: &str, limit: u64) -> bool {
        if limit == 0 {
            return true;
        }
        let key = (appid.to_owned(), path.to_owned());
        let (began, calls) = self.within_minute.entry(key).or_insert((now, 0));
        if *began + 60 <= now {
            (*began, *calls) = (now, 0);
        }
        if limit <= *calls {
            return false;
        }
        *calls += 1;
        true
    }

    pub(crate) fn used(&mut self, day: &str, appid: &str, path: &str) -> u64 {
        self.turn(day);
        self.used
            .get(&(appid.to_owned(), path.to_owned()))
            .copied()
            .unwrap_or(0)
    }

    /// Sets all counters of an account to nought; `false` when the month's resets are used up.
    pub(crate) fn clear(&mut self, day: &str, appid: &str) -> bool {
        let month = day.get(..6).unwrap_or_default().to_owned();
        let resets = self.resets.entry((appid.to_owned(), month)).or_default();
        if RESETS_A_MONTH <= *resets {
            return false;
        }
        *resets += 1;
        self.used.retain(|(owner, _), _| owner != appid);
        true
    }

    pub(crate) fn clear_path(&mut self, appid: &str, path: &str) {
        self.used.remove(&(appid.to_owned(), path.to_owned()));
    }

    /// A forced refresh of the stable token: 20 a day and 30 s apart. `Err` when the day is used
    /// up, `Ok(false)` when the last one is too close.
    pub(crate) fn force(&mut self, day: &str, appid: &str, now: i64) -> Result<bool, ()> {
        self.turn(day);
        let (count, last) = self.forced.entry(appid.to_owned()).or_insert((0, 0));
        if now < *last + 30 {
            return Ok(false);
        }
        if 20 <= *count {
            return Err(());
        }
        *count += 1;
        *last = now;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_calls_fit_into_a_minute_and_no_more() {
        let mut quota = Quota::default();
        let mut call = |now| quota.count_minute(now, "wx", "/cgi-bin/stable_token", 10_000);
        assert!((0..10_000).all(|n| call(n / 1000)));
        assert!(!call(59));
        assert!(call(60), "a minute after its first call");
    }

    #[test]
    fn resets_are_ten_a_month_and_counted_apart() {
        let mut quota = Quota::default();
        assert!(quota.count("20261121", "wx", "/a", 1) && !quota.count("20261121", "wx", "/a", 1));
        for _ in 0..10 {
            assert!(quota.clear("20261121", "wx"));
        }
        assert!(quota.count("20261121", "wx", "/a", 1));
        assert!(!quota.clear("20261130", "wx") && quota.clear("20261130", "other"));
        assert!(quota.clear("20261201", "wx"));
    }

    #[test]
    fn forced_refreshes_are_twenty_a_day_and_half_a_minute_apart() {
        let mut quota = Quota::default();
        let mut force = |day, n: i64| quota.force(day, "wx", 1000 + n);
        assert_eq!(force("20261121", 0), Ok(true));
        assert_eq!(force("20261121", 29), Ok(false));
        assert!((1..20).all(|n| force("20261121", n * 30) == Ok(true)));
        assert_eq!(force("20261121", 600), Err(()));
        assert_eq!(force("20261122", 630), Ok(true));
    }
}
