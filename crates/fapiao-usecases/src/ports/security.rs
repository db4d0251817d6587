//! Who is who, and what is secret.

use crate::{
    actor::Actor,
    errors::StoreError,
    records::{ApiKey, SealedText, Session, Staff},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{ApiKeyId, StaffId};

/// The time, so that tests can move it.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
}

/// What became of a person that was to be saved.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffSaved {
    /// Saved.
    Done,
    /// Not saved: nobody who may do everything would be left.
    LastOwner,
}

/// Staff, sessions and keys.
#[async_trait]
pub trait Access: Send + Sync {
    /// All staff.
    async fn staff(&self) -> Result<Vec<Staff>, StoreError>;
    /// One person by id.
    async fn staff_by_id(&self, id: &StaffId) -> Result<Option<Staff>, StoreError>;
    /// One person by sign-in name (lower case).
    async fn staff_by_login(&self, login: &str) -> Result<Option<Staff>, StoreError>;
    /// Adds a person, or changes one whose version is still the given one; a changed password, role, store or lock ends
    /// their sessions. The language of a person who is there already stays: see [`Access::set_language`].
    async fn save_staff(&self, staff: &Staff, actor: &Actor) -> Result<StaffSaved, StoreError>;
    /// Sets the language (`zh` or `en`) of a person, and nothing else about them.
    async fn set_language(&self, id: &StaffId, language: &str) -> Result<(), StoreError>;
    /// Notes a sign-in.
    async fn record_sign_in(&self, id: &StaffId, at: DateTime<Utc>) -> Result<(), StoreError>;

    /// Opens a session.
    async fn open_session(&self, session: &Session) -> Result<(), StoreError>;
    /// A session by the hash of its cookie.
    async fn session(&self, id_hash: &str) -> Result<Option<Session>, StoreError>;
    /// Notes that a session was used; at most once a minute is written.
    async fn touch_session(&self, id_hash: &str, at: DateTime<Utc>) -> Result<(), StoreError>;
    /// Ends one session.
    async fn close_session(&self, id_hash: &str) -> Result<(), StoreError>;
    /// Ends sessions idle since before a moment.
    async fn close_idle_sessions(&self, idle_since: DateTime<Utc>) -> Result<u32, StoreError>;

    /// Counts a failed sign-in for a name or an address and returns how many there were within 15 minutes.
    async fn record_sign_in_failure(&self, key: &str, at: DateTime<Utc>)
    -> Result<u32, StoreError>;
    /// How many failed within 15 minutes.
    async fn sign_in_failures(&self, key: &str, at: DateTime<Utc>) -> Result<u32, StoreError>;

    /// All keys.
    async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError>;
    /// A key by the hash of its text; cached for a few seconds.
    async fn api_key_by_hash(&self, hash: &str) -> Result<Option<ApiKey>, StoreError>;
    /// Adds a key.
    async fn add_api_key(&self, key: &ApiKey, actor: &Actor) -> Result<(), StoreError>;
    /// Revokes a key. `false` when there is none or it was revoked before.
    async fn revoke_api_key(
        &self,
        id: &ApiKeyId,
        at: DateTime<Utc>,
        actor: &Actor,
    ) -> Result<bool, StoreError>;
    /// Notes that a key was used; at most once a minute is written.
    async fn touch_api_key(&self, id: &ApiKeyId, at: DateTime<Utc>) -> Result<(), StoreError>;
}

/// Seals secrets for the database (authenticated encryption with the server's master key).
pub trait Sealer: Send + Sync {
    /// Closes a text; `purpose` (such as `account.secret:wx…`) is bound to it.
    fn seal(&self, purpose: &str, text: &str) -> SealedText;
    /// Opens it again; `None` when the key or the purpose differs or the text was changed.
    fn open(&self, purpose: &str, sealed: &SealedText) -> Option<String>;
    /// Whether it is the present key that opens it, and not one before.
    fn is_current(&self, purpose: &str, sealed: &SealedText) -> bool;
}

/// Hashes passwords (argon2id), behind a semaphore so that sign-ins never starve pushes.
#[async_trait]
pub trait Passwords: Send + Sync {
    /// A PHC string.
    async fn hash(&self, password: &str) -> String;
    /// Whether the password fits; a missing hash takes as long as a wrong password. `None` when too many wait.
    async fn verify(&self, password: &str, hash: Option<&str>) -> Option<bool>;
}
