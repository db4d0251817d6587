//! Calls that WeChat refuses an account for want of a right: what the last real call was answered.

use crate::errors::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// A call that an account may not make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRight {
    /// Whose.
    pub app_id: String,
    /// The interface, such as `card/invoice/insert`.
    pub call: String,
    /// WeChat's code: `48001`, `72015`, …
    pub code: String,
    /// Since when, as far as calls were made.
    pub since: DateTime<Utc>,
    /// When it was refused last.
    pub at: DateTime<Utc>,
}

/// What is remembered of rights. A call that goes through forgets its refusal.
#[async_trait]
pub trait Rights: Send + Sync {
    /// Everything that was refused and did not go through since.
    async fn refused_rights(&self) -> Result<Vec<RefusedRight>, StoreError>;

    /// Notes that a call was refused with this code.
    async fn note_refused_right(
        &self,
        app_id: &str,
        call: &str,
        code: &str,
    ) -> Result<(), StoreError>;

    /// Notes that a call went through.
    async fn note_right(&self, app_id: &str, call: &str) -> Result<(), StoreError>;
}
