//! Card templates: one per seller and kind, made once.

use crate::{
    jobs::{Job, QueuedJob},
    ports::{CardTemplate, Ports},
    records::{Account, IssuingMode, Seller},
    step::StepError,
};
use bytes::Bytes;
use fapiao_domain::{ids::SellerId, invoice::InvoiceKind};

/// While one node makes a template, others wait this long.
const LEASE_SECS: u32 = 120;

/// A plain seal-coloured square with a paper sign: sellers without a logo of their own still need one.
const DEFAULT_LOGO: &[u8] = include_bytes!("default_logo.png");

/// The account that plays the platform role for a seller.
pub(crate) async fn platform_account(ports: &Ports, seller: &Seller) -> Result<Account, StepError> {
    let missing = || {
        StepError::parked(
            "no_platform_account",
            format!(
                "seller {} has no platform account; choose one in its settings and retry",
                seller.id
            ),
        )
    };
    let id = seller.platform_account.as_ref().ok_or_else(missing)?;
    ports.store.account(id).await?.ok_or_else(missing)
}

/// Makes the template of a seller's digital invoices unless there is one.
///
/// # Errors
/// [`StepError`].
pub async fn ensure_template(ports: &Ports, id: &SellerId) -> Result<(), StepError> {
    let Some(seller) = ports.store.seller(id).await? else {
        return Ok(());
    };
    // Cards of the others are made by their platform.
    if seller.mode != IssuingMode::SelfBuilt {
        return Ok(());
    }
    let account = platform_account(ports, &seller).await?;
    let kind = InvoiceKind::DigitalOrdinary;
    let payee = seller.party.name.clone();
    if ports
        .store
        .template(&account.id, id, kind, &payee)
        .await?
        .is_some()
    {
        return Ok(());
    }
    if !ports
        .store
        .lease_template(&account.id, id, kind, LEASE_SECS)
        .await?
    {
        return Err(StepError::not_yet(5, "another node is making the template"));
    }
    let card_id = ports
        .platform
        .create_template(&account, &seller, kind, Bytes::from_static(DEFAULT_LOGO))
        .await?;
    let created_at = ports.clock.now();
    ports
        .store
        .save_template(&CardTemplate {
            card_id,
            account: account.id,
            seller: id.clone(),
            kind,
            payee,
            created_at,
        })
        .await?;
    Ok(())
}

/// The template for a card, or a wait while it is made.
pub(crate) async fn template_for(
    ports: &Ports,
    seller: &Seller,
    account: &Account,
    kind: InvoiceKind,
) -> Result<CardTemplate, StepError> {
    if let Some(template) = ports
        .store
        .template(&account.id, &seller.id, kind, &seller.party.name)
        .await?
    {
        return Ok(template);
    }
    ports
        .store
        .enqueue(vec![QueuedJob::now(
            Job::EnsureTemplate(seller.id.clone()),
            Some(seller.id.clone()),
        )])
        .await?;
    Err(StepError::not_yet(2, "the card template is being made"))
}
