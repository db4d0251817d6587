//! The two ways in which the world outside the core fails.

use std::{error::Error, time::Duration};
use thiserror::Error;

type Source = Box<dyn Error + Send + Sync>;

/// The store could not do it. Use-cases do not know which database this is.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database is busy or gone; the same call may go through later.
    #[error("the database did not answer; try again in a moment")]
    Unavailable(#[source] Source),
    /// Somebody else changed the row since it was read; read it again and decide anew.
    #[error("{what} was changed by somebody else in the meantime; load it again")]
    Stale {
        /// Which row.
        what: String,
    },
    /// There is no such row, or it is not the caller's to see.
    #[error("there is no {what}")]
    NotFound {
        /// Which row.
        what: String,
    },
    /// A unique value is taken.
    #[error("{what} exists already")]
    Exists {
        /// Which value.
        what: String,
    },
    /// A stored value cannot be read: a fault of ours or a damaged database.
    #[error("a stored value cannot be read: {0}")]
    Corrupt(String),
    /// A list was to be continued at a place that is not one of ours.
    #[error("the place where the list should go on cannot be read; begin at its first page")]
    Cursor,
}

/// What a failed call to the outside means for the job that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Repeat later; `after` is the far side's own wish, if it has one.
    Retry {
        /// Earliest useful moment from now.
        after: Option<Duration>,
    },
    /// A person has to change something first.
    NeedsPerson,
    /// Repeating can never help.
    Never,
    /// The call may have had its effect: query, or rely on the "duplicate means done" code, with the same serial.
    OutcomeUnknown,
    /// The far side says that it was done before: as good as success when the earlier call was ours.
    AlreadyDone,
}

/// A call to WeChat, the tax authority, a mail server or the file store failed.
#[derive(Debug, Error)]
#[error("{system}: {message}")]
pub struct OutsideError {
    /// `wechat`, `tax`, `mail` or `files`.
    pub system: &'static str,
    /// The far side's own code, such as `72038`; empty when there was no answer.
    pub code: String,
    /// What happened, for staff; without secrets, titles or tax numbers.
    pub message: String,
    /// What to do next.
    pub advice: Advice,
    /// The cause, for the log.
    #[source]
    pub source: Option<Source>,
}

impl OutsideError {
    /// An error without a cause of its own.
    pub fn new(
        system: &'static str,
        code: impl Into<String>,
        message: impl Into<String>,
        advice: Advice,
    ) -> Self {
        Self {
            system,
            code: code.into(),
            message: message.into(),
            advice,
            source: None,
        }
    }
}
