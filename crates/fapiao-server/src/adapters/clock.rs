//! The wall clock.

use chrono::{DateTime, Utc};
use fapiao_usecases::ports::Clock;

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the clock"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}
