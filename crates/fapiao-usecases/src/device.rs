//! Invoices of the older form, which a tax device issued: how they are taken back.

use crate::{
    errors::StoreError,
    ports::Ports,
    records::{Invoice, TaxRoute},
};
use fapiao_domain::invoice::InvoiceKind;

/// How an invoice is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedWay {
    /// Through a confirmation, by a digital invoice; of the older form too, once the seller left its device: digital
    /// invoices take back whatever is older.
    Confirmed,
    /// By the device that issued it, without a confirmation.
    ByDevice,
}

/// How an invoice of the seller's own is taken back today. Only the older form whose seller still has the gateway that leads
/// to its device goes the device's way; the same holds for what another company's platform or WeChat made out.
///
/// # Errors
/// [`StoreError`].
pub async fn red_way(ports: &Ports, blue: &Invoice) -> Result<RedWay, StoreError> {
    let store = &ports.store;
    if blue.kind != InvoiceKind::ClassicOrdinary {
        return Ok(RedWay::Confirmed);
    }
    if store.platform_request(&blue.delivery).await?.is_some()
        || store.made_out(&blue.id).await?.is_some()
    {
        return Ok(RedWay::ByDevice);
    }
    let connection = store.tax_connection(&blue.seller).await?;
    let has_device = connection.is_some_and(|it| it.route == TaxRoute::Gateway);
    Ok(if has_device {
        RedWay::ByDevice
    } else {
        RedWay::Confirmed
    })
}
