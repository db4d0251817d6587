//! Gathers what a delivery's insert is judged by.

use super::{Finding, InsertFacts, foresee_insert, refused_rights};
use crate::{
    asked::seller_as_asked,
    errors::StoreError,
    platform::template::platform_account,
    ports::{PdfLook, Ports, Scope},
    records::{Card, Delivery, Document, Invoice},
    step::StepError,
};
use fapiao_domain::ids::DeliveryId;

/// Which papers are looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Papers {
    /// Those that came from elsewhere: what we printed holds its number by construction.
    Received,
    /// All of them, also our own: a file may be damaged.
    All,
}

/// Gathers the facts of a delivery and judges them: for the job before its call, and for staff when it stopped.
/// `None` when the delivery has no invoice yet.
///
/// # Errors
/// [`StepError`].
pub async fn foresee(
    ports: &Ports,
    delivery: &Delivery,
    papers: Papers,
) -> Result<Option<Vec<Finding>>, StepError> {
    let Some(invoice_id) = &delivery.invoice else {
        return Ok(None);
    };
    let invoice = ports
        .store
        .invoices_by_id(std::slice::from_ref(invoice_id))
        .await?
        .pop()
        .ok_or_else(|| StoreError::NotFound {
            what: format!("invoice {invoice_id}"),
        })?;
    let seller =
        ports
            .store
            .seller(&delivery.seller)
            .await?
            .ok_or_else(|| StoreError::NotFound {
                what: format!("seller {}", delivery.seller),
            })?;
    let seller = seller_as_asked(ports, delivery, seller).await?;
    let platform = platform_account(ports, &seller).await?;
    let template = ports
        .store
        .template(&platform.id, &seller.id, invoice.kind, &seller.party.name)
        .await?;
    let (own, others) = ports
        .store
        .cards_of(&invoice.id)
        .await?
        .into_iter()
        .partition::<Vec<Card>, _>(|card| card.delivery == delivery.id);
    let facts = InsertFacts {
        pdf: pdf_of(ports, &invoice, papers).await?,
        invoice,
        delivery: delivery.clone(),
        platform,
        template_at: template.map(|it| it.created_at),
        card: own.into_iter().next(),
        others,
        now: ports.clock.now(),
    };
    Ok(Some(foresee_insert(&facts)))
}

async fn pdf_of(
    ports: &Ports,
    invoice: &Invoice,
    papers: Papers,
) -> Result<Option<PdfLook>, StepError> {
    let documents = ports.store.documents(&invoice.id).await?;
    // The one that would be uploaded.
    let pdf = documents.iter().find(|it| it.format == "pdf");
    let wanted = |it: &&Document| papers == Papers::All || it.origin == "received";
    let Some(pdf) = pdf.filter(wanted) else {
        return Ok(None);
    };
    let Some(bytes) = ports.files.get(&pdf.sha256).await? else {
        return Ok(None);
    };
    let renderer = std::sync::Arc::clone(&ports.renderer);
    let look = tokio::task::spawn_blocking(move || renderer.look(&bytes)).await;
    Ok(look.ok())
}

/// As [`foresee`], by id and for whoever may see it, with the rights that WeChat took back. A list asks only for papers that came from elsewhere: to fetch and
/// read a file for every row is too much.
///
/// # Errors
/// [`StepError`].
pub async fn foresee_delivery(
    ports: &Ports,
    scope: &Scope,
    id: &DeliveryId,
    papers: Papers,
) -> Result<Vec<Finding>, StepError> {
    match ports.store.delivery(scope, id).await? {
        Some(delivery) => {
            let mut findings = foresee(ports, &delivery, papers).await?.unwrap_or_default();
            findings.extend(refused_rights(ports, &delivery).await?);
            Ok(findings)
        }
        None => Ok(Vec::new()),
    }
}
