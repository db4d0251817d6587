use std::sync::Arc;

use crate::codes::{Advice, CodeInfo, code_info};

/// What a [`TokenStore`](crate::TokenStore) may fail with.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// Why a call did not give what it should.
///
/// No variant carries a URL query, a token, a ticket or a secret: `Display` and `Debug` are safe to
/// log. [`Error::advice`] says what to do next.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The call has had no effect, or repeating it does no harm: the address could not be reached,
    /// or a call that only reads (or may be repeated at will) got no answer.
    #[error("{call}: WeChat was not reached: {reason}")]
    Transport {
        /// The interface, as in its path (`card/invoice/insert`).
        call: &'static str,
        /// What the network said, without the address.
        reason: String,
    },
    /// WeChat answered with an error code.
    #[error("{call}: WeChat refused with {errcode}: {errmsg}")]
    Refused {
        /// The interface, as in its path.
        call: &'static str,
        /// WeChat's `errcode`; [`code_info`] explains it.
        errcode: i64,
        /// WeChat's `errmsg` whole (suffixes often name the wrong field), credentials blotted out.
        errmsg: String,
        /// The request id that WeChat's diagnosis call
        /// ([`QuotaClient::request_details`](crate::QuotaClient::request_details)) understands.
        rid: Option<String>,
    },
    /// A call that only reads was answered with something that cannot be understood.
    #[error("{call}: the answer (HTTP {status}) cannot be understood: {reason}")]
    Undecodable {
        /// The interface, as in its path.
        call: &'static str,
        /// HTTP status of the answer.
        status: u16,
        /// What is wrong with it. Never quotes the answer.
        reason: String,
    },
    /// A call with an effect was sent and no usable answer came: it may or may not have been done.
    /// Ask WeChat before anything else; a blind repeat may do it twice.
    #[error("{call}: sent, but the outcome is unknown: {reason}")]
    OutcomeUnknown {
        /// The interface, as in its path.
        call: &'static str,
        /// What happened instead of an answer.
        reason: String,
    },
    /// The request breaks a documented rule and was not sent.
    #[error("{call}: not sent, `{field}` {rule}")]
    Invalid {
        /// The interface, as in its path.
        call: &'static str,
        /// The member at fault.
        field: &'static str,
        /// The rule it breaks.
        rule: String,
    },
    /// A credential cannot be had just now: another node is fetching it, or fetching is backing off
    /// after a failure.
    #[error("{call}: no {kind} for {app_id}: {reason}; try again in {after_secs} s")]
    CredentialPending {
        /// The interface that would have fetched it.
        call: &'static str,
        /// The account.
        app_id: String,
        /// `access token` or `ticket`.
        kind: &'static str,
        /// What is being waited for.
        reason: String,
        /// When to try again, in seconds.
        after_secs: u32,
    },
    /// The token store of the host failed.
    #[error("{call}: the token store failed: {source}")]
    Store {
        /// The interface that needed the token.
        call: &'static str,
        /// What the store said.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// The HTTP client cannot be built or the base address is not usable.
    #[error("the client cannot be set up: {reason}")]
    Setup {
        /// What is wrong.
        reason: String,
    },
}

impl Error {
    /// What to do next. Unknown codes need a person; they are never retried blindly.
    pub fn advice(&self) -> Advice {
        match self {
            Error::Transport { .. } => Advice::Retryable {
                after_secs: 5,
                attempts: 20,
            },
            Error::Refused { call, errcode, .. } => refused_advice(call, *errcode),
            Error::Undecodable { .. } => Advice::Retryable {
                after_secs: 60,
                attempts: 5,
            },
            Error::OutcomeUnknown { .. } => Advice::AskFirst,
            Error::Invalid { .. } => Advice::Never,
            Error::CredentialPending { after_secs, .. } => Advice::Retryable {
                after_secs: *after_secs,
                attempts: 20,
            },
            Error::Store { .. } => Advice::Retryable {
                after_secs: 10,
                attempts: 20,
            },
            Error::Setup { .. } => Advice::NeedsPerson,
        }
    }

    /// WeChat's `errcode`, if it answered with one.
    pub fn errcode(&self) -> Option<i64> {
        match self {
            Error::Refused { errcode, .. } => Some(*errcode),
            _ => None,
        }
    }

    /// The request id WeChat put into its refusal.
    pub fn rid(&self) -> Option<&str> {
        match self {
            Error::Refused { rid, .. } => rid.as_deref(),
            _ => None,
        }
    }

    /// Cause and next step of the refusal in Chinese and English, if the code is documented.
    pub fn code_info(&self) -> Option<&'static CodeInfo> {
        self.errcode().and_then(code_info)
    }

    /// The interface that failed, as in its path; empty for [`Error::Setup`].
    pub fn call(&self) -> &'static str {
        match self {
            Error::Transport { call, .. }
            | Error::Refused { call, .. }
            | Error::Undecodable { call, .. }
            | Error::OutcomeUnknown { call, .. }
            | Error::Invalid { call, .. }
            | Error::CredentialPending { call, .. }
            | Error::Store { call, .. } => call,
            Error::Setup { .. } => "",
        }
    }

    pub(crate) fn invalid(
        call: &'static str,
        field: &'static str,
        rule: impl Into<String>,
    ) -> Error {
        Error::Invalid {
            call,
            field,
            rule: rule.into(),
        }
    }

    pub(crate) fn store(call: &'static str, source: StoreError) -> Error {
        Error::Store {
            call,
            source: Arc::from(source),
        }
    }
}

/// The table's advice, corrected where the same code means something else on this call.
fn refused_advice(call: &str, errcode: i64) -> Advice {
    let credential_call = matches!(call, "cgi-bin/stable_token" | "cgi-bin/token");
    match errcode {
        // On the token call 40001 is a wrong secret, not a stale token.
        40001 if credential_call => Advice::NeedsPerson,
        // Already rejected is what a repeated rejection wants.
        72035 if call == "card/invoice/rejectinsert" => Advice::Done,
        // The authorisation page of an order that already has its card: nothing to undo, look it up.
        72056 | 72018 | 72075 if call == "card/invoice/getauthurl" => Advice::NeedsPerson,
        _ => code_info(errcode).map_or(Advice::NeedsPerson, |info| info.advice),
    }
}
