use async_trait::async_trait;
use secrecy::SecretString;

use crate::error::{Error, StoreError};

/// Which credential of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// What every call carries in its query.
    AccessToken,
    /// The `wx_card` ticket that the authorisation page wants.
    CardTicket,
}

impl CredentialKind {
    /// A stable word for a database column: `access_token` or `ticket`.
    pub fn as_str(self) -> &'static str {
        match self {
            CredentialKind::AccessToken => "access_token",
            CredentialKind::CardTicket => "ticket",
        }
    }

    pub(crate) fn in_words(self) -> &'static str {
        match self {
            CredentialKind::AccessToken => "access token",
            CredentialKind::CardTicket => "ticket",
        }
    }

    /// The interface that gives it out, as errors name it.
    pub(crate) fn call(self) -> &'static str {
        match self {
            CredentialKind::AccessToken => "cgi-bin/stable_token",
            CredentialKind::CardTicket => "cgi-bin/ticket/getticket",
        }
    }
}

/// Why a credential is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RenewalCause {
    /// None was stored.
    First,
    /// The stored one was about to end, or had ended.
    Ending,
    /// WeChat refused the stored one (40001, 40014, 42001), and gave another when asked.
    Refused,
    /// WeChat refused the stored one and still gave it out: another was forced.
    Forced,
}

impl RenewalCause {
    /// A stable word for a database column: `first`, `ending`, `refused` or `forced`.
    pub fn as_str(self) -> &'static str {
        match self {
            RenewalCause::First => "first",
            RenewalCause::Ending => "ending",
            RenewalCause::Refused => "refused",
            RenewalCause::Forced => "forced",
        }
    }
}

/// A credential as the store holds it. `Debug` shows no value.
#[derive(Clone, Debug)]
pub struct StoredToken {
    /// The token or ticket itself; keep at least 512 characters of room.
    pub value: SecretString,
    /// Unix seconds after which WeChat no longer takes it.
    pub expires_at: i64,
    /// Counts replacements; 1 is the first token ever stored.
    pub generation: i64,
}

/// A credential about to be stored.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The token or ticket itself.
    pub value: SecretString,
    /// Unix seconds after which WeChat no longer takes it.
    pub expires_at: i64,
}

/// Where credentials live: one row per app id and kind, shared by all processes.
///
/// A store for a database needs four statements; [`MemoryTokenStore`](crate::MemoryTokenStore)
/// shows what each must do. Time for leases is the store's own (the database's), so that nodes with
/// wrong clocks cannot both hold one.
#[async_trait]
pub trait TokenStore: Send + Sync {
    /// The stored credential; `None` if there is none yet (a row with a lease only counts as none).
    async fn load(
        &self,
        app_id: &str,
        kind: CredentialKind,
    ) -> Result<Option<StoredToken>, StoreError>;

    /// Takes or extends the right to renew for `lease_secs`: `true` if it is now `holder`'s, `false`
    /// if somebody else holds it and it has not run out.
    async fn try_lease(
        &self,
        app_id: &str,
        kind: CredentialKind,
        holder: &str,
        lease_secs: u32,
    ) -> Result<bool, StoreError>;

    /// Replaces the credential if its generation is still `expected_generation` (0: none stored
    /// yet) and raises the generation by one. `false` if somebody else was first. `cause` is for a page or a log of the
    /// host.
    async fn compare_and_swap(
        &self,
        app_id: &str,
        kind: CredentialKind,
        expected_generation: i64,
        new: &NewToken,
        cause: RenewalCause,
    ) -> Result<bool, StoreError>;

    /// Gives the lease back, if it is `holder`'s.
    async fn release(
        &self,
        app_id: &str,
        kind: CredentialKind,
        holder: &str,
    ) -> Result<(), StoreError>;

    /// Is told that WeChat did not give a credential, for a page or a log of the host. Does nothing unless overridden.
    async fn note_failure(&self, _app_id: &str, _kind: CredentialKind, _error: &Error) {}
}
