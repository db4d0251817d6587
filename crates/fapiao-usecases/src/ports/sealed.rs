//! Everything that is sealed with the master key, wherever it lies.

use crate::{actor::Actor, errors::StoreError, records::SealedText};
use async_trait::async_trait;

/// Where a sealed text lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SealedPlace {
    /// The secret of a WeChat account.
    AccountSecret,
    /// The token of its pushes.
    PushToken,
    /// The key of its pushes.
    PushKey,
    /// The key of its pushes before the last change.
    PreviousPushKey,
    /// A seller's key at an external platform.
    PlatformKey,
    /// A key that a merchant asks us with.
    PartnerKey,
    /// A seller's key at a tax gateway.
    TaxGateway,
    /// The key with which a seller's papers are signed.
    SigningKey,
    /// The number of a natural person's document, beside the title of a delivery.
    BuyerDocument,
}

impl SealedPlace {
    /// All of them.
    pub const ALL: [SealedPlace; 9] = [
        Self::AccountSecret,
        Self::PushToken,
        Self::PushKey,
        Self::PreviousPushKey,
        Self::PlatformKey,
        Self::PartnerKey,
        Self::TaxGateway,
        Self::SigningKey,
        Self::BuyerDocument,
    ];

    /// For the person at the terminal.
    pub const fn words(self) -> &'static str {
        match self {
            Self::AccountSecret => "the secret of WeChat account",
            Self::PushToken => "the push token of WeChat account",
            Self::PushKey => "the push key of WeChat account",
            Self::PreviousPushKey => "the previous push key of WeChat account",
            Self::PlatformKey => "the key at the external platform of seller",
            Self::PartnerKey => "the key of a merchant",
            Self::TaxGateway => "the key at the tax gateway of seller",
            Self::SigningKey => "the signing key of seller",
            Self::BuyerDocument => "the document of the buyer of delivery",
        }
    }
}

/// A sealed text, and what it is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSecret {
    /// Where it lies.
    pub place: SealedPlace,
    /// The id of the account, seller, key or delivery that has it.
    pub of: String,
    /// What it was sealed for.
    pub purpose: String,
    /// The text; never empty.
    pub sealed: SealedText,
}

/// Sealed texts in storage.
#[async_trait]
pub trait SealedSecrets: Send + Sync {
    /// All of them.
    async fn sealed_secrets(&self) -> Result<Vec<SealedSecret>, StoreError>;

    /// Puts other texts in the place of these, in one transaction; how many. One that somebody changed meanwhile keeps
    /// its new text.
    async fn replace_sealed(
        &self,
        changes: Vec<(SealedSecret, SealedText)>,
        actor: &Actor,
    ) -> Result<u32, StoreError>;
}
