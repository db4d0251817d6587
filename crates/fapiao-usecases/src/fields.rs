//! What is wrong with an input, field by field.

use fapiao_domain::{
    money::FenError,
    text::{Invisible, invisible},
    title::TitleError,
    uscc::slips,
};
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

    /// A rule of titles that was broken; `typed` is the tax number as typed.
    pub fn of_title(at: &str, error: TitleError, typed: &str) -> Self {
        let wrong = Self {
            chinese: error.chinese.map(Into::into),
            ..Self::new(format!("{at}/{}", error.field), error.code, error.message)
        };
        match error.suggestion {
            Some(meant) => {
                let slips = slips(typed, &meant);
                wrong.meaning(meant, slips)
            }
            None => wrong,
        }
    }

    /// With what was probably meant.
    pub fn meaning(mut self, text: String, slips: String) -> Self {
        self.meant = Some(Box::new((text, slips)));
        self
    }
}

/// Why a text is no amount, in Chinese.
pub(crate) fn fen_in_chinese(error: FenError) -> &'static str {
    match error {
        FenError::Malformed => "金额以元为单位，最多两位小数，例如 113 或 113.00",
        FenError::TooLarge => "金额不能超过 1000000000.00 元",
    }
}
