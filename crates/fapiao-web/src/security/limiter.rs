//! How often something may happen: a bucket of tokens per key, kept as the moment when it will be full again.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// More buckets than this are swept of those that are full again.
const BUCKETS_MAX: usize = 10_000;

/// Buckets of one size, by key.
#[derive(Debug)]
pub(crate) struct Limiter<K> {
    interval: Duration,
    burst: u32,
    full_at: Mutex<HashMap<K, Instant>>,
}

/// What is left in a bucket after something was taken, or how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Allowance {
    /// It may happen; so many more may follow at once.
    Left(u32),
    /// Not before this much time.
    Wait(Duration),
}

impl<K: Eq + Hash + Clone> Limiter<K> {
    /// One every `interval`, and up to `burst` at once.
    pub(crate) fn new(interval: Duration, burst: u32) -> Limiter<K> {
        Limiter {
            interval,
            burst: burst.max(1),
            full_at: Mutex::new(HashMap::new()),
        }
    }

    /// The most that may happen at once.
    pub(crate) const fn burst(&self) -> u32 {
        self.burst
    }

    /// Takes one from a bucket.
    pub(crate) fn take(&self, key: &K, now: Instant) -> Allowance {
        let mut buckets = self.lock();
        if buckets.len() >= BUCKETS_MAX {
            buckets.retain(|_, full_at| now < *full_at);
        }
        let full_at = buckets.get(key).copied().unwrap_or(now).max(now);
        let after = full_at + self.interval;
        let deepest = self.interval * self.burst;
        match (after - now).checked_sub(deepest) {
            Some(over) if !over.is_zero() => Allowance::Wait(over),
            _ => {
                buckets.insert(key.clone(), after);
                let left = (deepest - (after - now)).as_nanos() / self.interval.as_nanos().max(1);
                Allowance::Left(u32::try_from(left).unwrap_or(u32::MAX))
            }
        }
    }

    /// Whether a bucket is empty, without taking anything.
    pub(crate) fn is_used_up(&self, key: &K, now: Instant) -> bool {
        let full_at = self.lock().get(key).copied().unwrap_or(now).max(now);
        full_at + self.interval > now + self.interval * self.burst
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Instant>> {
        // Nothing between two statements here can panic and leave it half changed.
        self.full_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_one_an_interval() {
        let limiter = Limiter::new(Duration::from_millis(100), 3);
        let start = Instant::now();
        assert_eq!(limiter.take(&"a", start), Allowance::Left(2));
        assert_eq!(limiter.take(&"a", start), Allowance::Left(1));
        assert!(!limiter.is_used_up(&"a", start));
        assert_eq!(limiter.take(&"a", start), Allowance::Left(0));
        assert!(limiter.is_used_up(&"a", start));
        assert_eq!(
            limiter.take(&"a", start),
            Allowance::Wait(Duration::from_millis(100))
        );
        assert_eq!(limiter.take(&"b", start), Allowance::Left(2));
        let later = start + Duration::from_millis(100);
        assert_eq!(limiter.take(&"a", later), Allowance::Left(0));
        let much_later = start + Duration::from_secs(60);
        assert_eq!(limiter.take(&"a", much_later), Allowance::Left(2));
    }

    #[test]
    fn full_buckets_are_forgotten() {
        let limiter = Limiter::new(Duration::from_millis(1), 1);
        let start = Instant::now();
        for key in 0..BUCKETS_MAX {
            limiter.take(&key, start);
        }
        limiter.take(&usize::MAX, start + Duration::from_secs(1));
        assert_eq!(limiter.lock().len(), 1);
    }
}
