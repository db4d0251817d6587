//! The proof before a card is inserted: WeChat's own answer about a delivery.

use super::{Found, Told, found, goes_to, platform_id_of, save};
use crate::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::{AuthStatus, Ports, agreed_at},
    records::{Account, BillSource},
    step::{StepError, next_question},
};
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{BillDeliveryId, Id},
};
use serde_json::json;

/// Why a delivery is over whose payer declined on WeChat's page.
const DECLINED: &str = "交款人在微信页面上取消了领取 / the payer declined on WeChat's page";

/// What WeChat said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BillConfirmed {
    /// The payer agreed; the card is on its way.
    Authorised,
    /// Not yet.
    NotYet,
    /// The payer declined on WeChat's page.
    Declined,
    /// The delivery is past this step, or gone.
    Closed(Option<DeliveryState>),
}

/// Asks WeChat about a delivery and stores the proof. `hint_agreed` is what a push claimed.
///
/// # Errors
/// [`StepError`].
pub(crate) async fn confirm_bill(
    ports: &Ports,
    id: &BillDeliveryId,
    hint_agreed: bool,
) -> Result<BillConfirmed, StepError> {
    let Some(mut it) = found(ports, id).await? else {
        return Ok(BillConfirmed::Closed(None));
    };
    let state = it.delivery.state;
    let ended = has_ended(&it);
    if !state.awaits_buyer() && !ended {
        return Ok(BillConfirmed::Closed(Some(state)));
    }
    match status_at_wechat(ports, &it).await? {
        AuthStatus::Authorised { .. } if ended && !may_still_come(ports, &it).await? => {
            let job = Job::RejectBill(id.clone());
            ports.store.enqueue(vec![QueuedJob::now(job, None)]).await?;
            Ok(BillConfirmed::Closed(Some(state)))
        }
        AuthStatus::Authorised { at, .. } => {
            goes_to(&mut it.delivery, DeliveryState::Authorised, "")?;
            it.delivery.authorised_at = Some(agreed_at(at, ports.clock.now()));
            let then = if it.unit.role.inserts() {
                vec![QueuedJob::now(Job::InsertBill(id.clone()), None)]
            } else {
                Vec::new()
            };
            let note = json!({ "delivery": id.as_str() });
            let told = Told::new(Actor::WeChat, "bill.authorised", note);
            save(ports, &mut it.delivery, told, then).await?;
            Ok(BillConfirmed::Authorised)
        }
        AuthStatus::Rejected if state.awaits_buyer() => {
            end(
                ports,
                &mut it,
                "bill.refused",
                "微信已拒绝 / refused at WeChat",
            )
            .await?;
            Ok(BillConfirmed::Closed(Some(DeliveryState::Refused)))
        }
        AuthStatus::NotYet if !hint_agreed && state.awaits_buyer() => {
            end(ports, &mut it, "bill.declined", DECLINED).await?;
            Ok(BillConfirmed::Declined)
        }
        AuthStatus::Rejected => Ok(BillConfirmed::Closed(Some(state))),
        AuthStatus::NotYet => Ok(BillConfirmed::NotYet),
        AuthStatus::Other(word) => {
            note_unknown(ports, &mut it, &word).await?;
            Ok(BillConfirmed::NotYet)
        }
    }
}

/// A line of the timeline: WeChat's status is none that this version knows.
const UNKNOWN_STATUS: &str = "bill.status_unknown";

/// WeChat answers with a status that this version does not know: staff see it once, and the questions go on.
async fn note_unknown(ports: &Ports, it: &mut Found, word: &str) -> Result<(), StoreError> {
    let lines = ports.store.bill_timeline(&it.bill.id).await?;
    if lines
        .iter()
        .any(|line| line.action == UNKNOWN_STATUS && line.data["status"] == word)
    {
        return Ok(());
    }
    tracing::error!(
        bill.delivery = %it.delivery.id, status = word,
        "WeChat reports a status that this version does not know; it is asked again, and a newer version may know it"
    );
    let note = json!({ "delivery": it.delivery.id.as_str(), "status": word });
    let told = Told::new(Actor::WeChat, UNKNOWN_STATUS, note);
    save(ports, &mut it.delivery, told, Vec::new()).await
}

/// Where a delivery stands, as far as an agreement at WeChat matters to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BillStanding {
    pub(crate) state: DeliveryState,
    /// It ended here, and a payer who agreed has to be told.
    pub(crate) ended: bool,
    /// It ended, but an agreement still counts.
    pub(crate) may_still_come: bool,
}

/// What WeChat says of a delivery, beside where it stands here. Changes nothing.
///
/// # Errors
/// [`StepError`].
pub(crate) async fn ask_wechat(
    ports: &Ports,
    id: &BillDeliveryId,
) -> Result<(BillStanding, AuthStatus), StepError> {
    let it = found(ports, id)
        .await?
        .ok_or_else(|| StoreError::NotFound {
            what: format!("bill delivery {id}"),
        })?;
    let standing = BillStanding {
        state: it.delivery.state,
        ended: has_ended(&it),
        may_still_come: may_still_come(ports, &it).await?,
    };
    Ok((standing, status_at_wechat(ports, &it).await?))
}

/// WeChat does not have the agreement that a delivery goes on with: it ends, unless its card was asked for. The payer is
/// asked anew by a new link.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn end_without_agreement(
    ports: &Ports,
    id: &BillDeliveryId,
    reason: &str,
    actor: &Actor,
) -> Result<(), StoreError> {
    let Some(mut it) = found(ports, id).await? else {
        return Ok(());
    };
    let asked = it.delivery.card.as_ref().and_then(|card| card.asked_at);
    let to = match it.delivery.state {
        DeliveryState::Authorised => DeliveryState::Refused,
        DeliveryState::Issuing if asked.is_none() => DeliveryState::Failed,
        _ => return Ok(()),
    };
    goes_to(&mut it.delivery, to, reason)?;
    it.delivery.card = None;
    let note = json!({ "delivery": id.as_str(), "reason": reason });
    let action = match to {
        DeliveryState::Failed => "bill.failed",
        _ => "bill.refused",
    };
    let told = Told::new(actor.clone(), action, note);
    save(ports, &mut it.delivery, told, Vec::new()).await
}

/// Whether a delivery ended here that may still be agreed to at WeChat, whose payer has to be told. A card that WeChat
/// refused is none of those: a person mends what was wrong, and the agreement is needed then.
fn has_ended(it: &Found) -> bool {
    match it.delivery.state {
        DeliveryState::Refused | DeliveryState::Expired => true,
        DeliveryState::Failed => it.delivery.card.is_none(),
        _ => false,
    }
}

async fn status_at_wechat(ports: &Ports, it: &Found) -> Result<AuthStatus, StepError> {
    let account = asking_account(ports, it).await?;
    let platform_id = platform_id_of(ports, &it.unit).await?.ok_or_else(|| {
        StepError::parked(
            "account_not_ready",
            "财政局的开票平台标识未知，请检查执收单位的账号 / the bureau's platform id is not known; check the accounts of the \
             collecting unit",
        )
    })?;
    let order_id = &it.delivery.wechat_order_id;
    Ok(ports
        .merchant
        .auth_status(&account, &platform_id, order_id)
        .await?)
}

async fn end(
    ports: &Ports,
    it: &mut Found,
    action: &'static str,
    reason: &str,
) -> Result<(), StoreError> {
    goes_to(&mut it.delivery, DeliveryState::Refused, reason)?;
    let note = json!({ "delivery": it.delivery.id.as_str() });
    let told = Told::new(Actor::WeChat, action, note);
    save(ports, &mut it.delivery, told, Vec::new()).await
}

/// An agreement that came after the deadline counts, unless the payer was asked anew since or the bill is void.
async fn may_still_come(ports: &Ports, it: &Found) -> Result<bool, StoreError> {
    if it.delivery.state != DeliveryState::Expired || it.bill.void.is_some() {
        return Ok(false);
    }
    let all = ports.store.bill_deliveries(&it.bill.id).await?;
    Ok(all
        .first()
        .is_some_and(|latest| latest.id == it.delivery.id))
}

/// The account that may ask: the unit's own, or the bureau's where the unit is elsewhere.
async fn asking_account(ports: &Ports, it: &Found) -> Result<Account, StepError> {
    if it.delivery.source == BillSource::Elsewhere {
        return super::bureau_of(ports, &it.unit).await;
    }
    let account = ports.store.account_by_app_id(&it.delivery.app_id).await?;
    account.ok_or_else(|| {
        StepError::parked(
            "account_missing",
            "这次投递的微信账号已不存在，请恢复后重试 / the WeChat account of this delivery is gone; restore it and retry",
        )
    })
}

/// The scheduled question, from the moment `since` at which the page was opened last: as for invoices, often at first and
/// hourly later.
///
/// # Errors
/// [`StepError`]; `NotYet` carries the next moment.
pub(crate) async fn poll_bill(
    ports: &Ports,
    id: &BillDeliveryId,
    since: DateTime<Utc>,
) -> Result<(), StepError> {
    match confirm_bill(ports, id, true).await? {
        BillConfirmed::Authorised | BillConfirmed::Declined | BillConfirmed::Closed(_) => {
            return Ok(());
        }
        BillConfirmed::NotYet => {}
    }
    let Some(delivery) = ports.store.bill_delivery(id).await? else {
        return Ok(());
    };
    let now = ports.clock.now();
    // One more question after the deadline, for a payer who agreed at the last moment.
    if now > delivery.expires_at + TimeDelta::hours(1) || delivery.state == DeliveryState::Refused {
        return Ok(());
    }
    Err(StepError::not_yet(
        next_question(now - since),
        "交款人尚未同意 / the payer has not agreed yet",
    ))
}
