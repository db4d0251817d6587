//! How much of what strangers send is written down.

use std::{
    collections::HashMap,
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

/// So many pairs of a receiver and a verdict have an allowance of their own; what comes beyond shares one.
const KINDS_MAX: usize = 512;

/// What one kind of refusal to one receiver may write.
struct Quota {
    rows: Allowance,
    lines: Allowance,
}

impl Default for Quota {
    fn default() -> Quota {
        Quota {
            rows: Allowance::new(5, Duration::from_millis(500)),
            lines: Allowance::new(1, Duration::from_secs(60)),
        }
    }
}

/// Lets a few refused pushes a second through to the table, and one a minute to the audit chain: of each receiver and
/// each verdict, so that a flood of forged ones does not hide the one that a wrong setting refused.
#[derive(Default)]
pub(crate) struct Throttle {
    quotas: Mutex<HashMap<(String, String), Quota>>,
}

impl Throttle {
    /// Whether to note a refusal with this verdict to `whose` address, and whether to tell the chain.
    pub(crate) fn allows(&self, whose: &str, verdict: &str) -> Option<bool> {
        self.at(whose, verdict, Instant::now())
    }

    fn at(&self, whose: &str, verdict: &str, now: Instant) -> Option<bool> {
        let mut quotas = self.quotas.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = (whose.to_owned(), kind(verdict));
        if quotas.len() >= KINDS_MAX && !quotas.contains_key(&key) {
            key = (String::new(), String::new());
        }
        let quota = quotas.entry(key).or_default();
        quota.rows.take(now).then(|| quota.lines.take(now))
    }
}

/// A verdict without what the sender chose: an app id has digits, and so may any name.
fn kind(verdict: &str) -> String {
    verdict
        .split_whitespace()
        .filter(|word| !word.contains(|it: char| it.is_ascii_digit()))
        .take(6)
        .collect::<Vec<_>>()
        .join(" ")
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
    fn a_flood_of_one_kind_hides_no_other_kind() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        let forged = (0..1000)
            .filter(|_| throttle.at("acc_1", "signature", now).is_some())
            .count();
        assert_eq!(forged, 5);
        // A wrong setting of the same account, and the same trouble of another one.
        assert_eq!(throttle.at("acc_1", "decryption", now), Some(true));
        assert_eq!(throttle.at("acc_2", "signature", now), Some(true));
        // Names that a stranger makes up are one kind.
        let named = (0..1000)
            .filter(|it| {
                let verdict = format!("no account has the app id wx{it:016}");
                throttle.at("", &verdict, now).is_some()
            })
            .count();
        assert_eq!(named, 5);
        // And the memory is bounded, whatever comes.
        for it in 0..2000 {
            throttle.at(&format!("acc_{it}"), "signature", now);
        }
        assert!(throttle.quotas.lock().unwrap().len() <= KINDS_MAX + 1);
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
