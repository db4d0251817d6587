//! The buyer's way into WeChat: a fresh authorisation page at each visit.

use crate::{
    actor::Actor,
    asked::asked_platform,
    books::left_to_invoice,
    errors::{Advice, OutsideError, StoreError},
    jobs::{Job, QueuedJob},
    merchant::page_refusals,
    parts::part_sums,
    ports::{AskedPlatform, AuthAnswer, AuthPage, DeliveryChange, Ports, Scope},
    records::{Delivery, IssuingMode, Order, Seller},
    unified::entered_platform_id,
};
use fapiao_domain::{delivery::DeliveryState, ids::DeliveryId, money::Fen};
use serde_json::json;
use thiserror::Error;

/// First question to WeChat after the buyer left for its page, in seconds.
const FIRST_POLL_SECS: u32 = 30;

/// Why a buyer cannot be sent to WeChat.
#[derive(Debug, Error)]
pub enum PageError {
    /// No such link.
    #[error("this link is not known")]
    Unknown,
    /// The delivery stands elsewhere: show its state instead.
    #[error("the delivery is {0}; there is nothing to open at WeChat any more")]
    NotAwaiting(DeliveryState),
    /// The deadline passed.
    #[error("this link has expired")]
    Expired,
    /// The order was refunded, or other invoices state it.
    #[error(
        "nothing of the order is left to be invoiced: it was refunded, or other invoices state it"
    )]
    NothingLeft,
    /// The company is not ready: no platform id yet, a missing account.
    #[error("invoicing is not set up completely: {0}")]
    NotReady(String),
    /// Our own data tell that WeChat would refuse, with this code; it was not asked.
    #[error("WeChat would refuse it with {code}: {reason}")]
    Refused {
        /// WeChat's code.
        code: &'static str,
        /// Why, in both languages.
        reason: String,
    },
    /// WeChat did not give a page.
    #[error(transparent)]
    WeChat(#[from] OutsideError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Asks WeChat for the page behind a short link; the delivery becomes `page_opened` and will be polled.
///
/// # Errors
/// [`PageError`].
pub async fn open_wechat_page(ports: &Ports, code: &str) -> Result<AuthAnswer, PageError> {
    let delivery = ports
        .store
        .delivery_by_code(code)
        .await?
        .ok_or(PageError::Unknown)?;
    page_of(ports, delivery).await
}

/// The same for an app, a mini program or a shop's own page, which ask by the delivery's id.
///
/// # Errors
/// [`PageError`]; [`PageError::Unknown`] where the caller may not see it.
pub async fn wechat_page_of(
    ports: &Ports,
    scope: &Scope,
    id: &DeliveryId,
) -> Result<(Delivery, AuthAnswer), PageError> {
    let delivery = ports
        .store
        .delivery(scope, id)
        .await?
        .ok_or(PageError::Unknown)?;
    Ok((delivery.clone(), page_of(ports, delivery).await?))
}

/// Asks for the page, and keeps for staff what came of it.
async fn page_of(ports: &Ports, delivery: Delivery) -> Result<AuthAnswer, PageError> {
    let answer = ask_for_page(ports, &delivery).await;
    let refused = match &answer {
        Ok(_) => None,
        Err(PageError::Refused { code, reason }) => {
            Some((format!("foreseen_{code}"), reason.clone()))
        }
        Err(PageError::NotReady(what)) => Some(page_refusals::not_ready(what)),
        Err(PageError::WeChat(error)) => Some(page_refusals::answered(error)),
        // It stands elsewhere, which is no refusal.
        Err(_) => return answer,
    };
    page_refusals::keep(ports, &delivery, refused).await?;
    answer
}

async fn ask_for_page(ports: &Ports, delivery: &Delivery) -> Result<AuthAnswer, PageError> {
    if !delivery.state.awaits_buyer() {
        return Err(PageError::NotAwaiting(delivery.state));
    }
    if delivery.expires_at <= ports.clock.now() {
        return Err(PageError::Expired);
    }
    let order = ports
        .store
        .order(&Scope::All, &delivery.order)
        .await?
        .ok_or(PageError::Unknown)?;
    let amount = amount_of(ports, delivery, &order).await?;
    if amount == Fen::ZERO {
        return Err(PageError::NothingLeft);
    }
    let account = ports
        .store
        .account(&delivery.account)
        .await?
        .ok_or_else(|| PageError::NotReady(page_refusals::ACCOUNT_GONE.to_owned()))?;
    let asked = platform_to_ask(ports, delivery).await?;
    if let Some((code, reason)) = page_refusals::foreseen(&account) {
        return Err(PageError::Refused { code, reason });
    }
    // Saved before WeChat is asked: from here on the buyer may agree, and a lost push must be found.
    if !asked.given {
        ports.store.keep_platform(&delivery.id, &asked).await?;
    }
    mark_opened(ports, delivery).await?;
    let answer = ports
        .merchant
        .auth_page(
            &account,
            &AuthPage {
                order_id: delivery.order_id_at_wechat().to_owned(),
                platform_id: asked.platform_id.clone(),
                amount,
                channel: delivery.channel,
                page: delivery.page,
                return_url: if delivery.return_url.is_empty() {
                    format!("{}/o/{}", ports.public_base, delivery.short_code)
                } else {
                    delivery.return_url.clone()
                },
            },
        )
        .await;
    match answer {
        Ok(answer) => {
            if !asked.given {
                // From here on the buyer can agree, and to this platform only.
                let given = AskedPlatform {
                    given: true,
                    ..asked
                };
                ports.store.keep_platform(&delivery.id, &given).await?;
            }
            Ok(answer)
        }
        Err(error) if error.advice == Advice::AlreadyDone => {
            let job = Job::ConfirmAuthorisation(delivery.id.clone());
            ports
                .store
                .enqueue(vec![QueuedJob::now(job, Some(delivery.seller.clone()))])
                .await?;
            Err(PageError::NotAwaiting(DeliveryState::Authorised))
        }
        Err(error) => Err(error.into()),
    }
}

/// What a delivery's invoice states, or would state if it were made now: a refund may come before it.
///
/// # Errors
/// The database's.
pub async fn amount_of(
    ports: &Ports,
    delivery: &Delivery,
    order: &Order,
) -> Result<Fen, StoreError> {
    let invoice = match &delivery.invoice {
        Some(id) => ports.store.invoice(&Scope::All, id).await?,
        None => None,
    };
    match (invoice, &delivery.part) {
        (Some(invoice), _) => Ok(invoice.totals.total),
        (None, Some(part)) => {
            let deliveries = ports.store.deliveries_of(&order.id).await?;
            let sums = part_sums(ports, order, &deliveries).await?;
            Ok(sums.get(&delivery.id).copied().unwrap_or(part.totals.total))
        }
        (None, None) => left_to_invoice(ports, order).await,
    }
}

/// The platform to ask for a page with: the one whose page was given before, else the seller's of today. Once given, it
/// is the only one that the buyer may have agreed to.
async fn platform_to_ask(ports: &Ports, delivery: &Delivery) -> Result<AskedPlatform, PageError> {
    if let Some(asked) = asked_platform(ports, delivery).await?
        && asked.given
    {
        return Ok(asked);
    }
    let mut seller = seller_of(ports, delivery).await?;
    if delivery.issues_first() {
        // Its invoice is our own already, wherever the seller has gone since.
        seller.mode = IssuingMode::SelfBuilt;
    }
    Ok(AskedPlatform {
        platform_id: platform_id_of(ports, &seller).await?,
        mode: seller.mode,
        account: seller.platform_account,
        given: false,
    })
}

async fn seller_of(ports: &Ports, delivery: &Delivery) -> Result<Seller, PageError> {
    let seller = ports.store.seller(&delivery.seller).await?;
    seller.ok_or_else(|| PageError::NotReady(page_refusals::NO_SELLER.to_owned()))
}

/// The platform id that goes with a delivery: the one its page was asked for with, else the seller's of today.
pub(crate) async fn platform_id_for(
    ports: &Ports,
    delivery: &Delivery,
) -> Result<String, PageError> {
    if let Some(asked) = asked_platform(ports, delivery).await? {
        return Ok(asked.platform_id);
    }
    let seller = seller_of(ports, delivery).await?;
    platform_id_of(ports, &seller).await
}

/// The platform id that a seller's deliveries go with.
pub(crate) async fn platform_id_of(ports: &Ports, seller: &Seller) -> Result<String, PageError> {
    let not_ready = |what: &str| PageError::NotReady(what.to_owned());
    if seller.mode == IssuingMode::ExternalPlatform {
        let gateway = ports.store.gateway(&seller.id).await?;
        return gateway
            .map(|gateway| gateway.platform_id)
            .filter(|id| !id.is_empty())
            .ok_or_else(|| not_ready(page_refusals::NO_FOREIGN_ID));
    }
    if seller.mode == IssuingMode::WechatUnified
        && let Some(entered) = entered_platform_id(ports, &seller.id).await?
    {
        return Ok(entered);
    }
    let account = seller
        .platform_account
        .clone()
        .ok_or_else(|| not_ready(page_refusals::NO_PLATFORM))?;
    let account = ports
        .store
        .account(&account)
        .await?
        .ok_or_else(|| not_ready(page_refusals::PLATFORM_GONE))?;
    account
        .platform_id
        .ok_or_else(|| not_ready(page_refusals::NOT_PREPARED))
}

async fn mark_opened(ports: &Ports, delivery: &Delivery) -> Result<(), PageError> {
    let confirm = Job::ConfirmAuthorisation(delivery.id.clone());
    if delivery.state != DeliveryState::Created {
        // Opened once more: the questions begin anew, wherever they had got to.
        let poll = QueuedJob::after(confirm, Some(delivery.seller.clone()), FIRST_POLL_SECS);
        return Ok(ports.store.enqueue(vec![poll]).await?);
    }
    let change = DeliveryChange {
        id: delivery.id.clone(),
        expected_version: delivery.version,
        from: DeliveryState::Created,
        to: DeliveryState::PageOpened,
        reason: String::new(),
        refusal_url: None,
        authorisation: None,
        then: vec![QueuedJob::after(
            confirm,
            Some(delivery.seller.clone()),
            FIRST_POLL_SECS,
        )],
        actor: Actor::Buyer,
        note: json!({}),
    };
    match ports.store.change_delivery(change, None).await {
        Ok(_) => Ok(()),
        // Opened twice at the same moment: the other visit queued the poll. Or it ended at this moment: then nobody is
        // sent to agree to it.
        Err(StoreError::Stale { .. }) => {
            let now = ports.store.delivery(&Scope::All, &delivery.id).await?;
            match now.map(|it| it.state) {
                Some(state) if !state.awaits_buyer() => Err(PageError::NotAwaiting(state)),
                _ => Ok(()),
            }
        }
        Err(error) => Err(error.into()),
    }
}
