//! The platform that goes with a delivery: the one WeChat was asked for, whatever the seller's settings say by now.

use crate::{
    errors::StoreError,
    ports::{AskedPlatform, Ports},
    records::{Delivery, IssuingMode, Seller},
};

/// The platform that a delivery was asked for with; `None` while it was not asked for.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn asked_platform(
    ports: &Ports,
    delivery: &Delivery,
) -> Result<Option<AskedPlatform>, StoreError> {
    if let Some(kept) = ports.store.asked_platform(&delivery.id).await? {
        return Ok(Some(kept));
    }
    // A partner asked for the page itself, with the id of the account that its request was taken under.
    if ports
        .store
        .partner_request_of(&delivery.id)
        .await?
        .is_none()
    {
        return Ok(None);
    }
    let account = ports.store.account(&delivery.account).await?;
    let platform_id = account.and_then(|it| it.platform_id);
    Ok(platform_id.map(|platform_id| AskedPlatform {
        mode: IssuingMode::SelfBuilt,
        account: Some(delivery.account.clone()),
        platform_id,
        given: true,
    }))
}

/// The seller as it was when the page was asked for: mode and platform account are those that the buyer agreed to.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn seller_as_asked(
    ports: &Ports,
    delivery: &Delivery,
    seller: Seller,
) -> Result<Seller, StoreError> {
    Ok(match asked_platform(ports, delivery).await? {
        Some(asked) => Seller {
            mode: asked.mode,
            platform_account: asked.account,
            ..seller
        },
        None => seller,
    })
}
