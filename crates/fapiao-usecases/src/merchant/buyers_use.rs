//! What buyers did with the invoices of a planned refund, asked for whoever is about to decide.

use crate::{
    device::RedWay,
    errors::StoreError,
    merchant::refunds::{PlannedLetter, PlannedRefund},
    ports::{Ports, UseTold},
    records::{Invoice, IssuingMode, Seller},
};
use futures_util::future::join_all;
use std::time::Duration;

/// A preview waits no longer: it can be decided without.
const PATIENCE: Duration = Duration::from_secs(4);

/// Asks the tax side what the buyers of a plan's invoices did with them, all at once. Only the preview asks: the decision
/// stands without, because the tax side looks itself when the confirmation is applied for.
///
/// # Errors
/// The store's; what the tax side does not tell is [`UseTold::Untold`].
pub async fn ask_buyers_uses(ports: &Ports, planned: &mut PlannedRefund) -> Result<(), StoreError> {
    let Some(seller) = ports.store.seller(&planned.books.order.seller).await? else {
        return Ok(());
    };
    let mut asked = Vec::with_capacity(planned.letters.len());
    for letter in &planned.letters {
        asked.push(is_asked_about(ports, &seller, letter).await?);
    }
    let answers = planned
        .letters
        .iter()
        .zip(asked)
        .map(|(letter, is_asked)| ask(ports, &seller, &letter.blue, is_asked));
    let told = join_all(answers).await;
    for (letter, told) in planned.letters.iter_mut().zip(told) {
        letter.used = told;
    }
    Ok(())
}

/// Invoices that need a confirmation and were issued over this seller's own way.
async fn is_asked_about(
    ports: &Ports,
    seller: &Seller,
    letter: &PlannedLetter,
) -> Result<bool, StoreError> {
    let (store, blue) = (&ports.store, &letter.blue);
    Ok(letter.way == RedWay::Confirmed
        && seller.mode == IssuingMode::SelfBuilt
        && store.platform_request(&blue.delivery).await?.is_none()
        && store.made_out(&blue.id).await?.is_none())
}

async fn ask(ports: &Ports, seller: &Seller, blue: &Invoice, is_asked: bool) -> UseTold {
    if !is_asked {
        return UseTold::NotAsked;
    }
    match tokio::time::timeout(PATIENCE, ports.tax.buyers_use(seller, blue)).await {
        Ok(Ok(Some(told))) => UseTold::Told(told),
        Ok(Ok(None)) => UseTold::Untold,
        Ok(Err(error)) => {
            tracing::info!(invoice = %blue.id, "the tax side does not tell the buyer's use: {error}");
            UseTold::Untold
        }
        Err(_) => UseTold::Untold,
    }
}
