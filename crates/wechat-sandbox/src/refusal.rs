//! How WeChat says no: HTTP 200 with an `errcode`, an English phrase and sometimes a hint.

use crate::phrases::phrase;

/// A business refusal. `hint` says what exactly is wrong, naming the member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: i64,
    pub(crate) hint: Option<String>,
}

impl Refusal {
    pub(crate) fn new(code: i64) -> Self {
        Self { code, hint: None }
    }

    pub(crate) fn hint(code: i64, hint: impl Into<String>) -> Self {
        Self {
            code,
            hint: Some(hint.into()),
        }
    }

    /// 72031 with the member that is wrong.
    pub(crate) fn param(hint: impl Into<String>) -> Self {
        Self::hint(72031, hint)
    }

    /// The `errmsg`: not a contract, and written so that nobody takes it for one.
    pub(crate) fn errmsg(&self, rid: &str) -> String {
        let text = phrase(self.code);
        match &self.hint {
            Some(hint) => format!("{text} hint: [{hint}] rid: {rid}"),
            None => format!("{text} rid: {rid}"),
        }
    }
}
