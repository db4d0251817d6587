//! The card of an invoice that was taken back in full: whoever learns its code lets the striking out go on.

use crate::{
    actor::Actor,
    backoffice::titles::release_stopped_kind,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::{Ports, Scope},
};
use fapiao_domain::{
    ids::{DeliveryId, Id},
    invoice::InvoiceState,
};

/// Brings a cancellation forward that waits, or stopped for want of the card's code; without a full offset nothing is
/// queued.
pub(crate) async fn wake_cancellation(ports: &Ports, id: &DeliveryId) -> Result<(), StoreError> {
    let Some(delivery) = ports.store.delivery(&Scope::All, id).await? else {
        return Ok(());
    };
    let Some(invoice) = delivery.invoice else {
        return Ok(());
    };
    let offset = ports
        .store
        .invoices_by_id(std::slice::from_ref(&invoice))
        .await?
        .iter()
        .any(|it| it.state == InvoiceState::FullyRed);
    if offset {
        let job = Job::CancelCard(id.clone());
        let kind = job.kind();
        let job = QueuedJob::now(job, Some(delivery.seller));
        ports.store.enqueue(vec![job]).await?;
        // One that stopped for a person goes into the one that waits now.
        release_stopped_kind(ports, &Actor::System, id.as_str(), kind).await?;
    }
    Ok(())
}
