//! A buyer agrees to a delivery that is over here: WeChat is told so, or the invoice that exists is brought after all.

use crate::{
    errors::StoreError,
    ports::Ports,
    records::{Delivery, Invoice},
};
use chrono::{DateTime, Utc};
use fapiao_domain::{delivery::DeliveryState, invoice::InvoiceState};

/// What an agreement at WeChat means for a delivery that ended here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Late {
    /// Nothing will come of it: the buyer is told at WeChat, with the reason and where the order stands.
    Reject,
    /// Its invoice exists: an agreement that we did not know of brings it to the wallet.
    Bring,
    /// Whoever else brings it decides, or a person does.
    Nothing,
}

impl Late {
    /// Whether WeChat has to be asked about such a delivery at all.
    pub(crate) fn matters(self) -> bool {
        self != Late::Nothing
    }
}

/// How an agreement to this delivery is answered. Only a delivery that ended here is; and none is rejected whose invoice
/// may have been made out elsewhere.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn late(ports: &Ports, delivery: &Delivery) -> Result<Late, StoreError> {
    let store = &ports.store;
    if !matches!(
        delivery.state,
        DeliveryState::Refused | DeliveryState::Failed
    ) {
        return Ok(Late::Nothing);
    }
    // A partner's order is the partner's to reject.
    if store.partner_request_of(&delivery.id).await?.is_some() {
        return Ok(Late::Nothing);
    }
    if delivery.state == DeliveryState::Refused {
        return Ok(Late::Reject);
    }
    // Others were asked: they may have issued, unless they said no.
    if let Some(request) = store.platform_request(&delivery.id).await? {
        return Ok(reject_if(request.state == "refused"));
    }
    if let Some(call) = store.make_out_call(&delivery.id).await? {
        return Ok(reject_if(call.state == "failed"));
    }
    // The buyer came another way, or WeChat had lost the agreement: no invoice was drawn up, and none will be.
    let Some(id) = &delivery.invoice else {
        return Ok(Late::Reject);
    };
    let invoice = store.invoices_by_id(std::slice::from_ref(id)).await?.pop();
    Ok(match invoice {
        Some(invoice) if may_be_brought(&invoice) => Late::Bring,
        // Taken back before it was brought. A card that was asked for may be there, and is struck out by its own job.
        Some(invoice) if invoice.state == InvoiceState::FullyRed => {
            let card = store.card(&delivery.id).await?;
            reject_if(card.is_none_or(|it| it.asked_at.is_none()))
        }
        // Refused by the tax side: once the order was begun anew, nothing comes of this agreement.
        Some(invoice) if invoice.state == InvoiceState::Refused => {
            let others = store.deliveries_of(&delivery.order).await?;
            reject_if(others.iter().any(|it| it.replaces(delivery)))
        }
        Some(_) | None => Late::Nothing,
    })
}

fn reject_if(they_said_no: bool) -> Late {
    if they_said_no {
        Late::Reject
    } else {
        Late::Nothing
    }
}

fn may_be_brought(invoice: &Invoice) -> bool {
    invoice.state.is_issued() && invoice.state != InvoiceState::FullyRed
}

/// Whether WeChat speaks of an agreement that is younger than the one we know. A card that WeChat refused waits for a
/// person; the agreement it was asked with brings it back no second time.
pub(crate) fn is_news(delivery: &Delivery, agreed_at: DateTime<Utc>) -> bool {
    delivery.authorised_at.is_none_or(|known| agreed_at > known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn only_a_younger_agreement_is_news() {
        let mut delivery = crate::backoffice::standing::tests::delivery(DeliveryState::Failed);
        let known = delivery.authorised_at.unwrap();
        assert!(!is_news(&delivery, known));
        assert!(!is_news(&delivery, DateTime::UNIX_EPOCH));
        assert!(is_news(&delivery, known + TimeDelta::seconds(1)));
        delivery.authorised_at = None;
        assert!(is_news(&delivery, known));
    }
}
