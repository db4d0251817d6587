//! Collecting unit: the payer's way into WeChat, a fresh page at each visit.

use super::{Told, bill_row, found, goes_to, platform_id_of, save};
use crate::{
    actor::Actor,
    errors::{Advice, OutsideError, StoreError},
    jobs::{Job, QueuedJob},
    ports::{BillPage, BillRow, Ports},
    records::{BillDelivery, BillSource},
};
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{BillId, Id},
};
use serde_json::json;
use thiserror::Error;

/// First question to WeChat after the payer left for its page, in seconds.
const FIRST_POLL_SECS: u32 = 30;

/// Why a payer cannot be sent to WeChat.
#[derive(Debug, Error)]
pub enum BillPageError {
    /// No such link, or it belongs to a bill whose payer is asked elsewhere.
    #[error("this link is not known")]
    Unknown,
    /// The delivery stands elsewhere: show its state instead.
    #[error("the delivery is {0}; there is nothing to open at WeChat any more")]
    NotAwaiting(DeliveryState),
    /// The deadline passed.
    #[error("this link has expired")]
    Expired,
    /// The bureau declared the bill void.
    #[error("the bill is void")]
    Void,
    /// The unit is not ready: no platform id yet, a missing account.
    #[error("the collecting unit is not set up completely: {0}")]
    NotReady(String),
    /// WeChat did not give a page.
    #[error(transparent)]
    WeChat(#[from] OutsideError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The address of a delivery's own page, for the payer.
pub fn bill_link(ports: &Ports, delivery: &BillDelivery) -> String {
    format!("{}/b/{}", ports.public_base, delivery.short_code)
}

/// Asks WeChat for the page behind a link; the delivery becomes `page_opened` and will be polled.
///
/// # Errors
/// [`BillPageError`].
pub async fn open_bill_page(ports: &Ports, code: &str) -> Result<String, BillPageError> {
    let delivery = ports.store.bill_delivery_by_code(code).await?;
    ask(ports, delivery.ok_or(BillPageError::Unknown)?).await
}

/// The same for an app or a page of one's own, which asks by the bill's id.
///
/// # Errors
/// [`BillPageError`].
pub async fn bill_page_of(ports: &Ports, id: &BillId) -> Result<(BillRow, String), BillPageError> {
    let row = bill_row(ports, id).await?.ok_or(BillPageError::Unknown)?;
    let url = ask(ports, row.delivery.clone()).await?;
    let now = bill_row(ports, id).await?.unwrap_or(row);
    Ok((now, url))
}

async fn ask(ports: &Ports, delivery: BillDelivery) -> Result<String, BillPageError> {
    let Some(mut it) = found(ports, &delivery.id).await? else {
        return Err(BillPageError::Unknown);
    };
    if it.delivery.source == BillSource::Elsewhere {
        return Err(BillPageError::Unknown);
    }
    if it.bill.void.is_some() {
        return Err(BillPageError::Void);
    }
    if !it.delivery.state.awaits_buyer() {
        return Err(BillPageError::NotAwaiting(it.delivery.state));
    }
    if it.delivery.expires_at <= ports.clock.now() {
        return Err(BillPageError::Expired);
    }
    let not_ready = |what: &str| BillPageError::NotReady(what.to_owned());
    let account = ports
        .store
        .account_by_app_id(&it.delivery.app_id)
        .await?
        .ok_or_else(|| not_ready("收款账号不存在 / the WeChat account is gone"))?;
    let unknown =
        || not_ready("财政局的开票平台标识未知 / the bureau's platform id is not known yet");
    platform_id_of(ports, &it.unit).await?.ok_or_else(unknown)?;
    // Saved before WeChat is asked: from here on the payer may agree, and a lost push must be found.
    mark_opened(ports, &mut it.delivery).await?;
    // Read anew: from here on nobody exchanges the bureau, but somebody may have done so a moment before.
    let unit = ports.store.fiscal_unit(&it.unit.id).await?;
    let platform_id = platform_id_of(ports, unit.as_ref().unwrap_or(&it.unit)).await?;
    let platform_id = platform_id.ok_or_else(unknown)?;
    let for_app = it.delivery.source == BillSource::App;
    let return_url = if it.delivery.return_url.is_empty() {
        bill_link(ports, &it.delivery)
    } else {
        it.delivery.return_url.clone()
    };
    let page = BillPage {
        order_id: it.delivery.wechat_order_id.clone(),
        platform_id,
        amount: it.bill.amount,
        for_app,
        return_url,
    };
    match ports.fiscal.bill_page(&account, &page).await {
        Ok(url) => Ok(url),
        Err(error) if error.advice == Advice::AlreadyDone => {
            let job = Job::ConfirmBill(it.delivery.id.clone());
            ports.store.enqueue(vec![QueuedJob::now(job, None)]).await?;
            Err(BillPageError::NotAwaiting(DeliveryState::Authorised))
        }
        Err(error) => Err(error.into()),
    }
}

async fn mark_opened(ports: &Ports, delivery: &mut BillDelivery) -> Result<(), BillPageError> {
    let poll = QueuedJob::after(Job::ConfirmBill(delivery.id.clone()), None, FIRST_POLL_SECS);
    if delivery.state != DeliveryState::Created {
        // Opened once more: the questions begin anew, wherever they had got to.
        return Ok(ports.store.enqueue(vec![poll]).await?);
    }
    goes_to(delivery, DeliveryState::PageOpened, "")?;
    let note = json!({ "delivery": delivery.id.as_str() });
    let told = Told::new(Actor::Buyer, "bill.page_opened", note);
    match save(ports, delivery, told, vec![poll]).await {
        Ok(()) => Ok(()),
        // Opened twice at the same moment: the other visit queued the poll. Or it ended at this moment: then nobody is
        // sent to agree to it.
        Err(StoreError::Stale { .. }) => {
            let now = ports.store.bill_delivery(&delivery.id).await?;
            match now.map(|it| it.state) {
                Some(state) if !state.awaits_buyer() => Err(BillPageError::NotAwaiting(state)),
                _ => Ok(()),
            }
        }
        Err(error) => Err(error.into()),
    }
}
