//! How the authority says no.

use serde_json::{Value, json};

/// A refusal: by the access layer (`Response.Error`) or by a service (`returncode` in the data).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("{code}: {message}")]
    Access { code: String, message: String },
    #[error("{code}: {message}")]
    Service { code: String, message: String },
}

/// Codes of the service layer, beside `00` for success. They are the sandbox's own.
pub(crate) mod code {
    /// A member of the request is missing or malformed.
    pub(crate) const PARAMETER: &str = "10";
    /// The taxpayer, receipt, invoice or form is not known to this caller.
    pub(crate) const UNKNOWN: &str = "11";
    /// More than may be asked for at once.
    pub(crate) const LIMIT: &str = "12";
    /// The same `ywlsh` with another content.
    pub(crate) const REUSED: &str = "13";
    /// The taxpayer may not issue now.
    pub(crate) const GATE: &str = "20";
    /// More quota than there is.
    pub(crate) const QUOTA: &str = "21";
    /// Outside the time in which this may be asked.
    pub(crate) const WINDOW: &str = "30";
    /// Not in this state.
    pub(crate) const STATE: &str = "31";
    /// Month totals differ from the authority's.
    pub(crate) const TOTALS: &str = "40";
}

impl Refusal {
    pub(crate) fn access(code: &str, message: impl Into<String>) -> Refusal {
        Refusal::Access {
            code: code.into(),
            message: message.into(),
        }
    }

    pub(crate) fn service(code: &str, message: impl Into<String>) -> Refusal {
        Refusal::Service {
            code: code.into(),
            message: message.into(),
        }
    }
}

/// Success with more members.
pub(crate) fn success(members: Value) -> Value {
    let mut data = json!({"returncode": "00", "returnmsg": "成功"});
    if let (Some(data), Value::Object(members)) = (data.as_object_mut(), members) {
        data.extend(members);
    }
    data
}
