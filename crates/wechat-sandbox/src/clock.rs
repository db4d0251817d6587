//! The sandbox's clock: the wall clock plus what was advanced, so that three days can pass in a
//! test.

use std::sync::atomic::{AtomicI64, Ordering};

/// A clock that only moves forward on request, on top of real time.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead_secs: AtomicI64,
}

impl Clock {
    /// Unix milliseconds.
    pub(crate) fn now_ms(&self) -> i64 {
        wall_ms() + self.ahead_secs() * 1000
    }

    /// Unix seconds.
    pub(crate) fn now(&self) -> i64 {
        self.now_ms() / 1000
    }

    /// Seconds this clock runs ahead of the wall clock.
    pub(crate) fn ahead_secs(&self) -> i64 {
        self.ahead_secs.load(Ordering::Relaxed)
    }

    /// Moves forward by `secs` and returns how far ahead the clock is now.
    pub(crate) fn advance(&self, secs: i64) -> i64 {
        self.ahead_secs.fetch_add(secs, Ordering::Relaxed) + secs
    }

    /// Takes over what an earlier run had advanced.
    pub(crate) fn set_ahead(&self, secs: i64) {
        self.ahead_secs.store(secs, Ordering::Relaxed);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a sandbox is its own outside world"
)]
fn wall_ms() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

/// Unix seconds of the real world.
pub(crate) fn wall_secs() -> i64 {
    wall_ms() / 1000
}

/// `2026-03-05 14:07:09` in China's time, for pages.
pub(crate) fn china_time(unix_secs: i64) -> String {
    chrono::DateTime::from_timestamp(unix_secs + 8 * 3600, 0).map_or_else(
        || "–".to_owned(),
        |time| time.format("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

/// `20260305` in China's time: the day quotas are counted by.
pub(crate) fn china_day(unix_secs: i64) -> String {
    chrono::DateTime::from_timestamp(unix_secs + 8 * 3600, 0)
        .map_or_else(String::new, |time| time.format("%Y%m%d").to_string())
}
