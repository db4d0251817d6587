//! Under which platform WeChat was asked for the page of a delivery.

use crate::{errors::StoreError, records::IssuingMode};
use async_trait::async_trait;
use fapiao_domain::ids::{AccountId, DeliveryId, SellerId};

/// The platform that goes with a delivery, as it was when WeChat was asked: whatever the seller's settings say later, the
/// buyer agreed to this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedPlatform {
    /// How the seller issued.
    pub mode: IssuingMode,
    /// Its platform account.
    pub account: Option<AccountId>,
    /// The platform's id at WeChat.
    pub platform_id: String,
    /// Whether WeChat gave a page for it: nobody agrees to a page that was refused.
    pub given: bool,
}

/// What refers to an account, so that it must stay the same account at WeChat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountUse {
    /// Card templates it made, or tries to make one.
    pub templates: i64,
    /// Deliveries of orders and of fiscal bills.
    pub deliveries: i64,
}

/// Which platform goes with which delivery.
#[async_trait]
pub trait AskedPlatforms: Send + Sync {
    /// The platform that a delivery was asked for with.
    async fn asked_platform(&self, id: &DeliveryId) -> Result<Option<AskedPlatform>, StoreError>;
    /// Keeps it. One whose page was given stays.
    async fn keep_platform(&self, id: &DeliveryId, asked: &AskedPlatform)
    -> Result<(), StoreError>;
    /// How many deliveries of a seller wait for, or are being issued by, an external platform with another id than this.
    async fn open_at_other_platform(
        &self,
        seller: &SellerId,
        platform_id: &str,
    ) -> Result<i64, StoreError>;
    /// What refers to an account.
    async fn use_of_account(&self, id: &AccountId) -> Result<AccountUse, StoreError>;
}
