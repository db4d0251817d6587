//! Keys with which the papers of a seller are signed.

use crate::{actor::Actor, errors::StoreError, records::SealedText};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::SellerId;

/// What a key and its certificate say about themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningFacts {
    /// Whom the certificate names.
    pub subject: String,
    /// Such as `RSA`.
    pub algorithm: String,
    /// From when it holds.
    pub not_before: DateTime<Utc>,
    /// Until when it holds.
    pub not_after: DateTime<Utc>,
}

/// The key of a seller: at most one each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// Whose papers it signs.
    pub seller: SellerId,
    /// Key and certificates as PEM, sealed for [`signing_purpose`].
    pub sealed: SealedText,
    /// What they say.
    pub facts: SigningFacts,
    /// When it was put in.
    pub added_at: DateTime<Utc>,
}

/// What the sealed text of a seller's key is bound to.
pub fn signing_purpose(seller: &SellerId) -> String {
    format!("seller.signing:{seller}")
}

/// Signing keys in storage.
#[async_trait]
pub trait SigningKeys: Send + Sync {
    /// The key of a seller.
    async fn signing_key(&self, seller: &SellerId) -> Result<Option<SigningKey>, StoreError>;
    /// Puts a key in the place of the one before.
    async fn save_signing_key(&self, key: &SigningKey, actor: &Actor) -> Result<(), StoreError>;
    /// Takes a key away; papers are no longer signed. `false` when there was none.
    async fn remove_signing_key(
        &self,
        seller: &SellerId,
        actor: &Actor,
    ) -> Result<bool, StoreError>;
}
