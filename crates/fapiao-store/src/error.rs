//! From the database's errors to the store's.

use fapiao_usecases::errors::StoreError;
use sea_orm::{DbErr, RuntimeErr, SqlErr, SqlxError};
use std::{error::Error, fmt};

/// What the database said. Only its message is kept: never the statement, never a bound value.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    text: String,
    restart: bool,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Fault {}

/// Turns a database error into the store's. A broken unique rule says which one; a broken rule of the ledger is a fault
/// of ours; anything else may go through later.
pub(crate) fn db(error: DbErr) -> StoreError {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(message)) => {
            return StoreError::Exists {
                what: format!("a row with the same {}", rule_of(&message)),
            };
        }
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => {
            return StoreError::NotFound {
                what: "row that this one belongs to".to_owned(),
            };
        }
        _ => {}
    }
    let code = code_of(&error);
    let text = text_of(&error);
    match code.as_str() {
        // Check constraints and our own guards: SQLite's extended codes, PostgreSQL's classes.
        "275" | "1811" | "23514" | "23001" => {
            StoreError::Corrupt(format!("the database refused the change ({text})"))
        }
        // Deadlock and serialisation failure: PostgreSQL asks for the whole transaction again.
        "40P01" | "40001" => unavailable(text, true),
        _ => unavailable(text, false),
    }
}

/// The database did not do it; the same call may go through later.
pub(crate) fn unavailable(text: impl Into<String>, restart: bool) -> StoreError {
    StoreError::Unavailable(Box::new(Fault {
        text: text.into(),
        restart,
    }))
}

/// Whether the whole transaction is to be run again.
pub(crate) fn wants_restart(error: &StoreError) -> bool {
    fault_in(error).is_some_and(|fault| fault.restart)
}

/// The same error for another caller of the same transaction.
pub(crate) fn repeat(error: &StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(source) => unavailable(source.to_string(), false),
        StoreError::Stale { what } => StoreError::Stale { what: what.clone() },
        StoreError::NotFound { what } => StoreError::NotFound { what: what.clone() },
        StoreError::Exists { what } => StoreError::Exists { what: what.clone() },
        StoreError::Corrupt(text) => StoreError::Corrupt(text.clone()),
        StoreError::Cursor => StoreError::Cursor,
    }
}

/// Somebody else changed it.
pub(crate) fn stale(what: impl fmt::Display) -> StoreError {
    StoreError::Stale {
        what: what.to_string(),
    }
}

/// There is none.
pub(crate) fn missing(what: impl fmt::Display) -> StoreError {
    StoreError::NotFound {
        what: what.to_string(),
    }
}

/// It is taken.
pub(crate) fn exists(what: impl fmt::Display) -> StoreError {
    StoreError::Exists {
        what: what.to_string(),
    }
}

fn fault_in(error: &StoreError) -> Option<&Fault> {
    match error {
        StoreError::Unavailable(source) => source.downcast_ref::<Fault>(),
        _ => None,
    }
}

/// The columns or the index named in the database's message.
fn rule_of(message: &str) -> &str {
    let tail = message.rsplit(": ").next().unwrap_or(message);
    tail.split('"').nth(1).unwrap_or(tail)
}

fn runtime_of(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner))
        | DbErr::Conn(RuntimeErr::SqlxError(inner)) => Some(inner),
        _ => None,
    }
}

fn code_of(error: &DbErr) -> String {
    match runtime_of(error) {
        Some(SqlxError::Database(inner)) => inner.code().unwrap_or_default().into_owned(),
        _ => String::new(),
    }
}

fn text_of(error: &DbErr) -> String {
    match runtime_of(error) {
        Some(SqlxError::Database(inner)) => inner.message().to_owned(),
        Some(other) => other.to_string(),
        None => error.to_string(),
    }
}
