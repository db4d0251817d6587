//! Quota that goes back to the tax authority, and until when it may be used.

use crate::{actor::Actor, errors::StoreError};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{ids::SellerId, money::Fen};

/// Quota as it was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaGrant {
    /// Net amount.
    pub amount: Fen,
    /// The last day it may be used, `yyyy-mm-dd`; empty where none was told.
    pub until: String,
}

impl QuotaGrant {
    /// A grant for the whole month, as far as is known.
    pub const fn of(amount: Fen) -> QuotaGrant {
        QuotaGrant {
            amount,
            until: String::new(),
        }
    }
}

/// What became of a return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuotaReturned {
    /// The tax authority has it.
    Taken,
    /// It refused, and why: the quota is still the seller's.
    Refused(String),
}

/// What became of an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuotaTerm {
    /// It may be used until this day, `yyyy-mm-dd`.
    Until(String),
    /// Not extended now, and why: as a rule last month's return is not filed yet.
    NotYet(String),
}

/// A return under way. Its amount has left the balance already, so that nobody spends it meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReturn {
    /// The request number (32 hex digits): the same again has no further effect.
    pub request: String,
    /// The month, `yyyy-mm`.
    pub month: String,
    /// Net amount.
    pub amount: Fen,
    /// When staff decided it.
    pub asked_at: DateTime<Utc>,
}

/// Quota that goes back, and its last day.
#[async_trait]
pub trait QuotaTerms: Send + Sync {
    /// Takes an amount out of a month's balance, with a line of the ledger, and queues
    /// [`crate::jobs::Job::ReturnQuota`].
    ///
    /// # Errors
    /// `Exists` while another return of the seller is under way, `Stale` when less than the amount is left.
    async fn begin_quota_return(
        &self,
        seller: &SellerId,
        month: &str,
        amount: Fen,
        actor: &Actor,
    ) -> Result<(), StoreError>;

    /// The return of a seller that is under way, the oldest first.
    async fn open_quota_return(&self, seller: &SellerId) -> Result<Option<OpenReturn>, StoreError>;

    /// Closes a return; what was refused goes back into the balance. Again is harmless.
    async fn close_quota_return(
        &self,
        request: &str,
        outcome: &QuotaReturned,
    ) -> Result<(), StoreError>;

    /// The last day of a month's quota, `yyyy-mm-dd`; empty where none was told.
    async fn quota_until(&self, seller: &SellerId, month: &str) -> Result<String, StoreError>;

    /// Moves the last day; invoices that waited for it go on.
    async fn extend_quota(
        &self,
        seller: &SellerId,
        month: &str,
        until: &str,
    ) -> Result<(), StoreError>;
}
