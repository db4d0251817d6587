//! The quota ledger beside the tax side's word (`CXSXED`): what was downloaded and spent.

use crate::{
    errors::StoreError,
    ports::{Ports, QuotaCheck},
    records::{Seller, TaxRoute},
    step::StepError,
};

/// Times the ledger may move while the tax side is asked, before the comparison is put off.
const TRIES: u32 = 3;

/// Asks for the running month and stores what both sides have.
///
/// # Errors
/// [`StepError`].
pub async fn check(ports: &Ports, seller: &Seller) -> Result<(), StepError> {
    let connection = ports.store.tax_connection(&seller.id).await?;
    let drawn = connection.is_none_or(|it| it.route != TaxRoute::Gateway);
    for _ in 0..TRIES {
        let month = crate::calendar::month(ports.clock.now());
        let before = ports.store.quota_here(&seller.id, &month, drawn).await?;
        let told = ports.tax.quota(seller).await?;
        // Only what stood still in the meantime can be compared.
        let after = ports.store.quota_here(&seller.id, &month, drawn).await?;
        if before != after || (!told.month.is_empty() && told.month != month) {
            continue;
        }
        let [granted, spent, open] = after;
        let check = QuotaCheck {
            seller: seller.id.clone(),
            month,
            asked_at: ports.clock.now(),
            limit_there: told.limit,
            granted_there: told.granted,
            spent_there: told.spent,
            granted_here: granted,
            spent_here: spent,
            open_here: open,
        };
        return save(ports, &check).await.map_err(StepError::from);
    }
    Err(StepError::not_yet(
        60,
        "the quota ledger moves while the tax side is asked; it is compared again in a minute",
    ))
}

async fn save(ports: &Ports, check: &QuotaCheck) -> Result<(), StoreError> {
    ports.store.save_quota_check(check).await
}
