//! How much of what strangers send is written down.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// A number of things at once, and one more after each pause.
struct Allowance {
    every: Duration,
    at_most: Duration,
    /// What was earned by waiting, and until when.
    state: Mutex<(Duration, Instant)>,
}

impl Allowance {
    fn new(at_once: u32, every: Duration) -> Allowance {
        let at_most = every * at_once;
        Allowance {
            every,
            at_most,
            state: Mutex::new((at_most, Instant::now())),
        }
    }

    /// Whether one more is allowed now.
    fn take(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (earned, since) = *state;
        let earned = (earned + now.saturating_duration_since(since)).min(self.at_most);
        let left = earned.checked_sub(self.every);
        *state = (left.unwrap_or(earned), now.max(since));
        left.is_some()
    }
}

/// Lets a few refused pushes a second through to the table, and one a minute to the audit chain.
pub(crate) struct Throttle {
    rows: Allowance,
    lines: Allowance,
}

impl Default for Throttle {
    fn default() -> Throttle {
        Throttle {
            rows: Allowance::new(5, Duration::from_millis(500)),
            lines: Allowance::new(1, Duration::from_secs(60)),
        }
    }
}

impl Throttle {
    /// Whether to note it, and whether to tell the chain.
    pub(crate) fn allows(&self) -> Option<bool> {
        let now = Instant::now();
        self.rows.take(now).then(|| self.lines.take(now))
    }
}

/// How a push that nothing proves is told in the audit chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Warning {
    /// By a line of its own.
    Own,
    /// By a line that counts those since the last one.
    Counted(u64),
    /// Not yet.
    Later,
}

/// A line for each push that nothing proves; when they come by the thousand, one a minute that counts them.
pub(crate) struct Warnings {
    own: Allowance,
    counted: Allowance,
    left_out: AtomicU64,
}

impl Default for Warnings {
    fn default() -> Warnings {
        Warnings {
            own: Allowance::new(2000, Duration::from_secs(10)),
            counted: Allowance::new(1, Duration::from_secs(60)),
            left_out: AtomicU64::new(0),
        }
    }
}

impl Warnings {
    /// How to tell of one more.
    pub(crate) fn one_more(&self) -> Warning {
        self.at(Instant::now())
    }

    fn at(&self, now: Instant) -> Warning {
        if self.own.take(now) {
            return Warning::Own;
        }
        self.left_out.fetch_add(1, Ordering::Relaxed);
        if self.counted.take(now) {
            Warning::Counted(self.left_out.swap(0, Ordering::Relaxed))
        } else {
            Warning::Later
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_unproved_pushes_is_counted_not_listed() {
        let (warnings, began) = (Warnings::default(), Instant::now());
        // Ten thousand within ten seconds, as a burst of WeChat's own size would come.
        let told: Vec<Warning> = (0..10_000)
            .map(|serial| warnings.at(began + Duration::from_millis(serial)))
            .collect();
        let own = told.iter().filter(|it| **it == Warning::Own).count();
        assert!((2000..=2001).contains(&own), "{own}");
        let counted: Vec<_> = told
            .iter()
            .filter(|it| matches!(it, Warning::Counted(_)))
            .collect();
        assert_eq!(counted, [&Warning::Counted(1)]);
        // Another thousand minutes later: what was left out is in the next count.
        let later = began + Duration::from_secs(70);
        let rest: Vec<_> = (0..20).map(|_| warnings.at(later)).collect();
        let all_left_out = 10_000 - own as u64 - 1;
        assert!(
            rest.iter()
                .any(|it| matches!(it, Warning::Counted(n) if *n > all_left_out)),
            "{rest:?}"
        );
    }

    #[test]
    fn an_allowance_grows_with_time_and_not_beyond_its_size() {
        let (it, began) = (Allowance::new(2, Duration::from_secs(1)), Instant::now());
        let at = |secs| began + Duration::from_secs(secs);
        let taken: Vec<bool> = [0, 0, 0, 1, 1, 100, 100, 100]
            .into_iter()
            .map(|secs| it.take(at(secs)))
            .collect();
        assert_eq!(taken, [true, true, false, true, false, true, true, false]);
    }
}
