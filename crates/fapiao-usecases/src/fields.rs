//! What is wrong with an input, field by field.

use fapiao_domain::text::{Invisible, invisible};
use thiserror::Error;

/// One wrong field.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{pointer}: {message}")]
pub struct FieldError {
    /// JSON Pointer into the input: `/lines/0/quantity`.
    pub pointer: String,
    /// Stable code, such as `E_QUANTITY`.
    pub code: String,
    /// What is wrong and what is allowed.
    pub message: String,
    /// What was probably meant, and where it differs: `("91110105MA0000007L", "17 L→7")`.
    pub meant: Option<Box<(String, String)>>,
    /// The message in Chinese, where it says more than the code's own words.
    pub chinese: Option<Box<str>>,
}

impl FieldError {
    /// A wrong field.
    pub fn new(
        pointer: impl Into<String>,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            code: code.into(),
            message: message.into(),
            meant: None,
            chinese: None,
        }
    }

    /// A field whose text has a character that nobody sees.
    fn unseen(pointer: impl Into<String>, found: &Invisible) -> Self {
        Self::new(pointer, "E_INVISIBLE", found.to_string()).in_chinese(found.in_chinese())
    }

    /// What is wrong with a text that has a character that nobody sees: it looks like another and is none.
    pub fn of_unseen(pointer: impl Into<String>, text: &str) -> Option<Self> {
        invisible(text).map(|found| Self::unseen(pointer, &found))
    }

    /// With a message in Chinese that names the particulars.
    pub fn in_chinese(mut self, message: impl Into<Box<str>>) -> Self {
        self.chinese = Some(message.into());
        self
    }

    /// With what was probably meant.
    pub fn meaning(mut self, text: String, slips: String) -> Self {
        self.meant = Some(Box::new((text, slips)));
        self
    }
}
