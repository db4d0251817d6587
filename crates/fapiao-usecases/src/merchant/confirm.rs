//! The proof before anything is issued: WeChat's own answer about a delivery.

use crate::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    merchant::{
        late::{Late, is_news, late},
        pages::{PageError, platform_id_for},
    },
    ports::{AuthStatus, Authorisation, DeliveryChange, Ports, Scope, agreed_at},
    records::{AuditEntry, Delivery},
    step::{StepError, next_question},
};
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{DeliveryId, Id},
};
use serde_json::json;

/// Why a delivery is over whose buyer declined on WeChat's page.
pub const DECLINED: &str = "买家在微信页面上取消了开票";

/// Why a delivery is over that was rejected at WeChat, but not from here.
pub const REJECTED: &str = "商家已在微信拒绝开票 / refused at WeChat";

/// A line of the timeline: WeChat's status is none that this version knows.
const UNKNOWN_STATUS: &str = "delivery.status_unknown";

/// What WeChat said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// The buyer agreed; the invoice is on its way.
    Authorised,
    /// Not yet.
    NotYet,
    /// The buyer declined on WeChat's page.
    Declined,
    /// The delivery is past this step.
    Closed(DeliveryState),
}

/// Asks WeChat about a delivery and stores the proof. `hint_agreed` is what a push claimed.
///
/// # Errors
/// [`StepError`].
pub async fn confirm_authorisation(
    ports: &Ports,
    id: &DeliveryId,
    hint_agreed: bool,
) -> Result<Confirmed, StepError> {
    let Some(delivery) = ports.store.delivery(&Scope::All, id).await? else {
        return Err(StoreError::NotFound {
            what: format!("delivery {id}"),
        }
        .into());
    };
    let answer = late(ports, &delivery).await?;
    let may_matter = delivery.state.awaits_buyer()
        || delivery.state == DeliveryState::Expired
        || answer.matters();
    if !may_matter {
        return Ok(Confirmed::Closed(delivery.state));
    }
    let account = ports
        .store
        .account(&delivery.account)
        .await?
        .ok_or_else(|| {
            StepError::parked(
                "account_missing",
                "所用的微信账号已不存在，请恢复后重试 / the WeChat account of this delivery is gone; restore it and retry",
            )
        })?;
    let platform_id = platform_id_for(ports, &delivery)
        .await
        .map_err(|error| match error {
            PageError::Store(error) => StepError::Store(error),
            other => StepError::parked("account_not_ready", other.to_string()),
        })?;
    // A partner's order: WeChat knows the merchant's order id, and the merchant sent the title with its request.
    let of_partner = ports.store.partner_request_of(id).await?;
    let order_id = of_partner
        .as_ref()
        .map_or(delivery.order_id_at_wechat(), |request| {
            request.outside_order.as_str()
        });
    match ports
        .merchant
        .auth_status(&account, &platform_id, order_id)
        .await?
    {
        AuthStatus::Authorised { at, .. } if answer.matters() => {
            let id = delivery.id.clone();
            let job = match answer {
                // It ended here while the buyer was agreeing: WeChat is told, so that the buyer is.
                Late::Reject => Some(Job::RejectAuthorisation(id)),
                Late::Bring if is_news(&delivery, at) => Some(Job::DeliverCard(id)),
                Late::Bring | Late::Nothing => None,
            };
            if let Some(job) = job {
                let queued = QueuedJob::now(job, Some(delivery.seller));
                ports.store.enqueue(vec![queued]).await?;
            }
            Ok(Confirmed::Closed(delivery.state))
        }
        AuthStatus::Authorised { at, title } => {
            let at = agreed_at(at, ports.clock.now());
            let proof = Authorisation {
                at,
                // A title that was known before stands.
                raw_title: title
                    .filter(|_| of_partner.is_none() && delivery.raw_title.is_none())
                    .map(|it| *it),
                due_at: at + TimeDelta::seconds(account.contact_timeout_secs),
            };
            let then = if delivery.issues_first() {
                Job::DeliverCard(delivery.id.clone())
            } else {
                Job::DraftInvoice(delivery.id.clone())
            };
            change(
                ports,
                &delivery,
                DeliveryState::Authorised,
                "",
                Some(proof),
                Some(then),
            )
            .await?;
            Ok(Confirmed::Authorised)
        }
        AuthStatus::Rejected if delivery.state.awaits_buyer() => {
            change(
                ports,
                &delivery,
                DeliveryState::Refused,
                REJECTED,
                None,
                None,
            )
            .await?;
            Ok(Confirmed::Closed(DeliveryState::Refused))
        }
        AuthStatus::NotYet if !hint_agreed && delivery.state.awaits_buyer() => {
            change(
                ports,
                &delivery,
                DeliveryState::Refused,
                DECLINED,
                None,
                None,
            )
            .await?;
            Ok(Confirmed::Declined)
        }
        AuthStatus::Rejected => Ok(Confirmed::Closed(delivery.state)),
        AuthStatus::NotYet => Ok(Confirmed::NotYet),
        AuthStatus::Other(word) => {
            note_unknown(ports, &delivery, &word).await?;
            Ok(Confirmed::NotYet)
        }
    }
}

/// WeChat answers with a status that this version does not know: staff see it once, and the questions go on.
async fn note_unknown(ports: &Ports, delivery: &Delivery, word: &str) -> Result<(), StoreError> {
    let subject = delivery.id.as_str();
    let lines = ports.store.timeline(&delivery.order).await?;
    let is_known = |it: &AuditEntry| {
        it.action == UNKNOWN_STATUS && it.subject == subject && it.data["status"] == word
    };
    if lines.iter().any(is_known) {
        return Ok(());
    }
    tracing::error!(
        delivery.id = %subject, status = word,
        "WeChat reports a status that this version does not know; it is asked again, and a newer version may know it"
    );
    let data = json!({ "status": word });
    ports
        .store
        .append_audit(&Actor::WeChat, UNKNOWN_STATUS, subject, data)
        .await
}

/// The scheduled question, from the moment `since` at which the page was opened last: every 30 s for 3 minutes, every
/// 2 minutes for a quarter of an hour, every 10 minutes for two hours, and hourly until the deadline. A buyer who opens
/// the page begins the count anew, however old the delivery is: a lost push is found within ten minutes.
///
/// # Errors
/// [`StepError`]; `NotYet` carries the next moment.
pub async fn poll_authorisation(
    ports: &Ports,
    id: &DeliveryId,
    since: DateTime<Utc>,
) -> Result<(), StepError> {
    match confirm_authorisation(ports, id, true).await? {
        Confirmed::Authorised | Confirmed::Declined | Confirmed::Closed(_) => Ok(()),
        Confirmed::NotYet => {
            let Some(delivery) = ports.store.delivery(&Scope::All, id).await? else {
                return Ok(());
            };
            let now = ports.clock.now();
            // One more question after the deadline, for a buyer who agreed at the last moment.
            if now > delivery.expires_at + TimeDelta::hours(1) {
                return Ok(());
            }
            Err(StepError::not_yet(
                next_question(now - since),
                "买家尚未授权 / the buyer has not agreed yet",
            ))
        }
    }
}

async fn change(
    ports: &Ports,
    delivery: &Delivery,
    to: DeliveryState,
    reason: &str,
    authorisation: Option<Authorisation>,
    then: Option<Job>,
) -> Result<(), StepError> {
    let to = delivery
        .state
        .change(to)
        .map_err(|error| StepError::parked("illegal_state", error.to_string()))?;
    let change = DeliveryChange {
        id: delivery.id.clone(),
        expected_version: delivery.version,
        from: delivery.state,
        to,
        reason: reason.to_owned(),
        refusal_url: None,
        authorisation,
        then: then
            .into_iter()
            .map(|job| QueuedJob::now(job, Some(delivery.seller.clone())))
            .collect(),
        actor: Actor::WeChat,
        note: json!({}),
    };
    ports.store.change_delivery(change, None).await?;
    Ok(())
}
