//! Reading the fields of settings: what every form asks of a text.

use crate::{errors::StoreError, fields::FieldError, typed::plain_number};
use thiserror::Error;

/// Why a setting is not saved.
#[derive(Debug, Error)]
pub enum SettingError {
    /// Wrong fields.
    #[error("{} field(s) are wrong", .0.len())]
    Invalid(Vec<FieldError>),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Collects what is wrong with a form.
#[derive(Debug, Default)]
pub(super) struct Reading(Vec<FieldError>);

impl Reading {
    /// Notes a wrong field, with all that is to be said of it.
    pub(super) fn add(&mut self, error: FieldError) {
        self.0.push(error);
    }

    /// Notes a wrong field.
    pub(super) fn wrong(&mut self, field: &str, code: &str, message: impl Into<String>) {
        self.0
            .push(FieldError::new(format!("/{field}"), code, message));
    }

    /// Notes a text with a character that nobody sees.
    pub(super) fn seen(&mut self, field: &str, text: &str) {
        self.0
            .extend(FieldError::of_unseen(format!("/{field}"), text));
    }

    /// Notes a wrong field that is told in both languages.
    pub(super) fn push(&mut self, error: FieldError) {
        self.0.push(error);
    }

    /// A text that must be there, at most `max` characters, on one line.
    pub(super) fn required(&mut self, field: &str, text: &str, max: usize) -> String {
        let text = self.optional(field, text, max);
        if text.is_empty() {
            self.wrong(field, "E_REQUIRED", "this must be filled in");
        }
        text
    }

    /// A text that may be empty.
    pub(super) fn optional(&mut self, field: &str, text: &str, max: usize) -> String {
        let text = text.trim();
        if text.chars().count() > max || text.chars().any(char::is_control) {
            self.wrong(
                field,
                "E_SETTING_TEXT",
                format!("at most {max} characters on one line"),
            );
        }
        self.seen(field, text);
        text.to_owned()
    }

    /// A whole number within bounds.
    pub(super) fn whole(&mut self, field: &str, text: &str, least: i64, most: i64) -> i64 {
        match plain_number(text).parse::<i64>() {
            Ok(number) if (least..=most).contains(&number) => number,
            Ok(_) | Err(_) => {
                self.wrong(
                    field,
                    "E_WHOLE_NUMBER",
                    format!("a whole number from {least} to {most}"),
                );
                least
            }
        }
    }

    /// Ends the reading: the value when nothing is wrong.
    pub(super) fn end<T>(self, value: Option<T>) -> Result<T, SettingError> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            Some(_) | None => Err(SettingError::Invalid(self.0)),
        }
    }
}

/// One wrong field.
pub(super) fn one(field: &str, code: &str, message: &str) -> SettingError {
    SettingError::Invalid(vec![FieldError::new(format!("/{field}"), code, message)])
}
