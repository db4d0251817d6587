//! How one step of a job ends, and what that means for the queue.

use crate::{
    errors::{Advice, OutsideError, StoreError},
    jobs::JobEnd,
};
use chrono::TimeDelta;
use std::time::Duration;

/// A step did not get done.
#[derive(Debug)]
pub enum StepError {
    /// The database.
    Store(StoreError),
    /// A neighbour.
    Outside(OutsideError),
    /// A person has to look.
    Parked {
        /// A stable word for what kind of trouble.
        code: String,
        /// Why and what to do, for staff.
        reason: String,
    },
    /// Nothing wrong: look again later.
    NotYet {
        /// Seconds from now.
        after_secs: u32,
        /// What is awaited.
        reason: String,
    },
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        StepError::Store(error)
    }
}

impl From<OutsideError> for StepError {
    fn from(error: OutsideError) -> Self {
        StepError::Outside(error)
    }
}

impl StepError {
    /// For a person.
    pub fn parked(code: impl Into<String>, reason: impl Into<String>) -> Self {
        StepError::Parked {
            code: code.into(),
            reason: reason.into(),
        }
    }

    /// For later.
    pub fn not_yet(after_secs: u32, reason: impl Into<String>) -> Self {
        StepError::NotYet {
            after_secs,
            reason: reason.into(),
        }
    }
}

/// Tries after which a job is parked; with [`backoff_secs`] they span more than three days.
pub const MAX_ATTEMPTS: u32 = 20;
/// A code that WeChat says to repeat soon may also be a permanent mistake, as `-1` is: after so many tries a person looks.
/// That is a little more than eight minutes, so that a short trouble at WeChat stops nothing.
const MAX_SOON: u32 = 8;
/// What is to be repeated after so long or longer is not "soon": the daily limits, a card that is in other hands.
const NOT_SOON: Duration = Duration::from_secs(15 * 60);

/// Codes that pass without anybody: too many calls in a minute, and tokens that another node renewed.
const PASSING: [&str; 4] = ["45011", "40001", "40014", "42001"];

/// Tries of an answer with a code, before a person sees that code.
fn most_tries(code: &str, after: Option<Duration>) -> u32 {
    if after.is_some_and(|it| it >= NOT_SOON) || PASSING.contains(&code) {
        MAX_ATTEMPTS
    } else {
        MAX_SOON
    }
}

/// Seconds until the next try: doubling from 2 s to 12 h, ± 20 % so that jobs which failed together come back apart.
pub fn backoff_secs(attempt: u32, salt: u64) -> u32 {
    let base = 2u32.saturating_pow(attempt.clamp(1, 20)).min(43_200);
    let spread = (base / 5).max(1);
    let turn = u32::try_from(salt.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33).unwrap_or(0);
    (base - spread / 2 + turn % spread).max(1)
}

/// Seconds until WeChat is asked again whether somebody agreed, by the time since that became likely.
pub(crate) fn next_question(age: TimeDelta) -> u32 {
    if age < TimeDelta::minutes(3) {
        30
    } else if age < TimeDelta::minutes(15) {
        120
    } else if age < TimeDelta::hours(2) {
        600
    } else {
        3600
    }
}

/// What a step's result means for its job.
pub fn job_end(result: Result<(), StepError>, attempt: u32, salt: u64) -> JobEnd {
    let again = |reason: String, at_least: Option<Duration>| {
        if attempt >= MAX_ATTEMPTS {
            return JobEnd::Parked {
                code: "attempts_used_up".to_owned(),
                reason,
            };
        }
        let wish = at_least.map_or(0, |wish| u32::try_from(wish.as_secs()).unwrap_or(u32::MAX));
        JobEnd::Retry {
            delay_secs: backoff_secs(attempt, salt).max(wish),
            reason,
            counts: true,
        }
    };
    match result {
        Ok(()) => JobEnd::Done,
        Err(StepError::NotYet { after_secs, reason }) => JobEnd::Retry {
            delay_secs: after_secs,
            reason,
            counts: false,
        },
        Err(StepError::Parked { code, reason }) => JobEnd::Parked { code, reason },
        Err(StepError::Store(error)) => match error {
            StoreError::Unavailable(_) => JobEnd::Retry {
                delay_secs: 1 + attempt.min(30),
                reason: error.to_string(),
                counts: false,
            },
            StoreError::Stale { .. } => JobEnd::Retry {
                delay_secs: 1,
                reason: error.to_string(),
                counts: true,
            },
            StoreError::NotFound { .. }
            | StoreError::Exists { .. }
            | StoreError::Corrupt(_)
            | StoreError::Cursor => JobEnd::Parked {
                code: "store".to_owned(),
                reason: error.to_string(),
            },
        },
        Err(StepError::Outside(error)) => {
            let parked = JobEnd::Parked {
                code: if error.code.is_empty() {
                    error.system.to_owned()
                } else {
                    format!("{}_{}", error.system, error.code)
                },
                reason: error.message.clone(),
            };
            match error.advice {
                Advice::Retry { after }
                    if error.system == "wechat"
                        && !error.code.is_empty()
                        && attempt >= most_tries(&error.code, after) =>
                {
                    parked
                }
                Advice::Retry { after } => again(error.message, after),
                Advice::OutcomeUnknown => again(error.message, None),
                Advice::NeedsPerson | Advice::Never => parked,
                Advice::AlreadyDone => JobEnd::Done,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_tries_span_more_than_three_days() {
        let total: u64 = (1..MAX_ATTEMPTS)
            .map(|attempt| u64::from(backoff_secs(attempt, 7)))
            .sum();
        assert!(total > 3 * 86_400 * 9 / 10, "{total}");
        for attempt in 1..40 {
            for salt in 0..50 {
                assert!((1..=52_000).contains(&backoff_secs(attempt, salt)));
            }
        }
    }

    #[test]
    fn a_busy_wechat_is_asked_eight_times_and_then_a_person() {
        let busy = || {
            Err(StepError::Outside(OutsideError::new(
                "wechat",
                "-1",
                "busy",
                Advice::Retry { after: None },
            )))
        };
        assert!(matches!(
            job_end(busy(), 7, 1),
            JobEnd::Retry { counts: true, .. }
        ));
        assert!(
            matches!(job_end(busy(), 8, 1), JobEnd::Parked { code, .. } if code == "wechat_-1")
        );
    }

    #[test]
    fn a_code_that_stays_is_shown_as_itself() {
        let answer = |after: u64| {
            Err(StepError::Outside(OutsideError::new(
                "wechat",
                "72064",
                "tbc",
                Advice::Retry {
                    after: Some(Duration::from_secs(after)),
                },
            )))
        };
        let is_parked = |after, attempt| match job_end(answer(after), attempt, 1) {
            JobEnd::Parked { code, .. } => {
                assert_eq!(code, "wechat_72064");
                true
            }
            _ => false,
        };
        assert!(!is_parked(5, 7) && is_parked(5, 8));
        assert!(!is_parked(3600, 19) && is_parked(3600, 20));
    }

    #[test]
    fn waiting_does_not_use_up_tries() {
        let end = job_end(
            Err(StepError::not_yet(30, "the buyer has not agreed")),
            500,
            1,
        );
        assert!(matches!(
            end,
            JobEnd::Retry {
                delay_secs: 30,
                counts: false,
                ..
            }
        ));
    }
}
