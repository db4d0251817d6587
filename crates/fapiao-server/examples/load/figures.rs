//! Waiting times and what is said of them.

use serde_json::{Map, Value, json};
use std::time::Duration;

/// Waiting times of one load.
#[derive(Default)]
pub(crate) struct Waits(Vec<Duration>);

impl Waits {
    pub(crate) fn add(&mut self, wait: Duration) {
        self.0.push(wait);
    }

    pub(crate) fn join(&mut self, other: Waits) {
        self.0.extend(other.0);
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// `p50_ms`, `p99_ms`, `p999_ms` and `max_ms`; null where there is no wait at all.
    pub(crate) fn summary(mut self) -> Map<String, Value> {
        self.0.sort_unstable();
        let places = [
            ("p50_ms", 500),
            ("p99_ms", 990),
            ("p999_ms", 999),
            ("max_ms", 1000),
        ];
        places
            .into_iter()
            .map(|(name, per_mille)| (name.to_owned(), json!(self.at(per_mille).map(millis))))
            .collect()
    }

    /// The smallest wait that so many of a thousand do not exceed (nearest rank).
    fn at(&self, per_mille: usize) -> Option<Duration> {
        let rank = (self.0.len() * per_mille).div_ceil(1000);
        self.0.get(rank.max(1) - 1).copied()
    }
}

/// Milliseconds with three decimals.
pub(crate) fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// Joins two objects into one line.
pub(crate) fn joined(mut first: Value, second: Map<String, Value>) -> Value {
    if let Value::Object(members) = &mut first {
        members.extend(second);
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_wait_that_happened() {
        let mut waits = Waits::default();
        for wait in (1..=1000).rev() {
            waits.add(Duration::from_millis(wait));
        }
        assert_eq!(waits.count(), 1000);
        let told = Value::Object(waits.summary());
        let expected =
            json!({ "p50_ms": 500.0, "p99_ms": 990.0, "p999_ms": 999.0, "max_ms": 1000.0 });
        assert_eq!(told, expected);
    }

    #[test]
    fn few_waits_and_none() {
        let mut waits = Waits::default();
        waits.add(Duration::from_micros(1500));
        assert_eq!(waits.summary()["p999_ms"], json!(1.5));
        assert_eq!(Waits::default().summary()["p50_ms"], Value::Null);
    }
}
