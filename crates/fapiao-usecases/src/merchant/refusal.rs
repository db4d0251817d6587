//! The shop refuses: the WeChat order id is burnt for ever.

use crate::{
    actor::Actor,
    errors::StoreError,
    fields::FieldError,
    idempotency::Effect,
    jobs::{Job, QueuedJob},
    merchant::{
        late::{Late, late},
        orders::{Caller, Repeatable},
        pages::{PageError, platform_id_for},
    },
    ports::{DeliveryChange, Ports, Scope},
    records::Delivery,
    rejecting::settled,
    step::StepError,
};
use fapiao_domain::{delivery::DeliveryState, ids::DeliveryId, invoice::InvoiceState};
use serde_json::json;
use std::fmt;
use thiserror::Error;

/// Longest reason; WeChat's own limit is not published.
pub const REASON_MAX: usize = 60;

/// What WeChat is told where no reason was written down.
pub(crate) const UNTOLD: &str = "商家未能开具这张发票，请重新申请或联系商家";

/// Why a page that waited for its buyer is refused when everything was given back.
pub const REFUNDED: &str =
    "订单已退款，无需开票 / the order was refunded: there is nothing to invoice";

/// Longest link that goes with a refusal.
const URL_MAX: usize = 512;

/// Plain HTTP is let through for a developer's machine only.
pub(crate) fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| {
        text.strip_prefix("http://").filter(|rest| {
            rest.starts_with("127.0.0.1")
                || rest.starts_with("localhost")
                || rest.starts_with("[::1]")
        })
    });
    text.len() <= URL_MAX
        && rest.is_some_and(|rest| !rest.is_empty())
        && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// Why a delivery is not refused.
#[derive(Debug, Error)]
pub enum RefusalError {
    /// Wrong fields.
    #[error("the refusal has wrong fields")]
    Invalid(Vec<FieldError>),
    /// No such delivery for this caller.
    #[error("there is no delivery {0}")]
    Unknown(String),
    /// Too late, or done before.
    #[error("{0}; it cannot be refused any more")]
    TooLate(TooLate),
    /// The idempotency key was used for another body.
    #[error("this Idempotency-Key was used for a different request")]
    KeyReused,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a refusal came too late for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooLate {
    /// The invoice exists already and only waits for its buyer.
    Issued,
    /// The invoice is being issued.
    BeingIssued,
    /// The delivery went on, or ended.
    Stands(DeliveryState),
}

impl fmt::Display for TooLate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TooLate::Issued => {
                f.write_str("the invoice exists already and only waits for its buyer")
            }
            TooLate::BeingIssued => f.write_str("the invoice is being issued"),
            TooLate::Stands(state) => write!(f, "the delivery is {state} already"),
        }
    }
}

/// Refuses a delivery that has no invoice yet. WeChat is told by a job.
///
/// # Errors
/// [`RefusalError`].
pub async fn refuse_delivery(
    ports: &Ports,
    caller: &Caller,
    id: &DeliveryId,
    reason: &str,
    url: &str,
    repeat: Option<Repeatable>,
    answer: &(dyn Fn(&Delivery) -> String + Sync),
) -> Result<Effect<Delivery>, RefusalError> {
    let reason = reason.trim();
    if reason.is_empty()
        || reason.chars().count() > REASON_MAX
        || reason.chars().any(char::is_control)
    {
        return Err(RefusalError::Invalid(vec![FieldError::new(
            "/reason",
            "E_REASON",
            format!("the buyer reads the reason: 1 to {REASON_MAX} characters on one line"),
        )]));
    }
    if let Some(error) = FieldError::of_unseen("/reason", reason) {
        return Err(RefusalError::Invalid(vec![error]));
    }
    if !url.is_empty() && !is_web_address(url) {
        return Err(RefusalError::Invalid(vec![FieldError::new(
            "/url",
            "E_URL",
            format!("a whole https address of at most {URL_MAX} characters"),
        )]));
    }
    let mut delivery = ports
        .store
        .delivery(&caller.scope, id)
        .await?
        .ok_or_else(|| RefusalError::Unknown(id.to_string()))?;
    if delivery.state == DeliveryState::Refused && repeat.is_none() {
        return Ok(Effect::Done(delivery));
    }
    if delivery.state.awaits_buyer()
        && let Some(why) = waits_with_invoice(ports, &delivery).await?
    {
        return Err(RefusalError::TooLate(why));
    }
    let from = delivery.state;
    let to = match from.change(DeliveryState::Refused) {
        Ok(to) => to,
        // A repetition with a key may still be replayed by the store.
        Err(_) if from == DeliveryState::Refused => DeliveryState::Refused,
        Err(_) => {
            return Err(RefusalError::TooLate(TooLate::Stands(from)));
        }
    };
    let expected_version = delivery.version;
    let mut then = Vec::new();
    if from != DeliveryState::Refused {
        delivery.state = to;
        reason.clone_into(&mut delivery.reason);
        url.clone_into(&mut delivery.refusal_url);
        // A page that nobody asked for is unknown to WeChat.
        if from != DeliveryState::Created {
            let job = Job::RejectAuthorisation(id.clone());
            then.push(QueuedJob::now(job, Some(delivery.seller.clone())));
        }
    }
    let change = DeliveryChange {
        id: id.clone(),
        expected_version,
        from,
        to,
        // The first reason stands: WeChat has shown it to the buyer.
        reason: delivery.reason.clone(),
        refusal_url: Some(delivery.refusal_url.clone()),
        authorisation: None,
        then,
        actor: caller.actor.clone(),
        note: json!({}),
    };
    let idempotency = repeat.map(|repeat| repeat.answered(200, answer(&delivery)));
    match ports.store.change_delivery(change, idempotency).await {
        Ok(Effect::Done(())) => Ok(Effect::Done(delivery)),
        Ok(Effect::Replayed { status, body }) => Ok(Effect::Replayed { status, body }),
        Ok(Effect::KeyReused) => Err(RefusalError::KeyReused),
        Err(StoreError::Stale { .. }) => {
            let current = ports.store.delivery(&Scope::All, id).await?;
            let state = current.map_or(from, |it| it.state);
            Err(RefusalError::TooLate(TooLate::Stands(state)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether the delivery's invoice goes first: it is issued and only waits to be collected, or is on its way to be. One that
/// the tax side refused, or that was taken back, holds nothing up.
async fn waits_with_invoice(
    ports: &Ports,
    delivery: &Delivery,
) -> Result<Option<TooLate>, StoreError> {
    let (true, Some(id)) = (delivery.issues_first(), &delivery.invoice) else {
        return Ok(None);
    };
    let found = ports.store.invoices_by_id(std::slice::from_ref(id)).await?;
    Ok(found.first().and_then(|it| match it.state {
        InvoiceState::FullyRed | InvoiceState::Refused => None,
        state if state.is_issued() => Some(TooLate::Issued),
        _ => Some(TooLate::BeingIssued),
    }))
}

/// Tells WeChat about a refusal, or about a delivery that ended here for good before an invoice was drawn up. A page the
/// buyer never confirmed needs no word; should the buyer confirm it later, the confirmation brings this job back.
///
/// # Errors
/// [`StepError`].
pub async fn reject_at_wechat(ports: &Ports, id: &DeliveryId) -> Result<(), StepError> {
    let Some(delivery) = ports.store.delivery(&Scope::All, id).await? else {
        return Ok(());
    };
    if late(ports, &delivery).await? != Late::Reject {
        return Ok(());
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
    let url = if delivery.refusal_url.is_empty() {
        format!("{}/o/{}", ports.public_base, delivery.short_code)
    } else {
        delivery.refusal_url.clone()
    };
    let order_id = delivery.order_id_at_wechat();
    let answer = ports
        .merchant
        .reject(
            &account,
            &platform_id,
            order_id,
            told(&delivery.reason),
            &url,
        )
        .await;
    let code = settled(answer)?;
    let data = json!({ "order_id": order_id, "code": code });
    ports
        .store
        .append_audit(
            &Actor::System,
            "delivery.rejected_at_wechat",
            &id.to_string(),
            data,
        )
        .await?;
    Ok(())
}

/// What the buyer reads at WeChat: the Chinese half of a reason in both languages.
fn told(reason: &str) -> &str {
    let is_chinese = |it: char| ('\u{4e00}'..='\u{9fff}').contains(&it);
    let reason = match reason.split_once(" / ") {
        Some((zh, en)) if zh.contains(is_chinese) && !en.contains(is_chinese) => zh,
        // A shop may write a stroke of its own.
        Some(_) | None => reason,
    };
    if reason.trim().is_empty() {
        UNTOLD
    } else {
        reason.trim()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buyer_is_told_a_reason_in_chinese() {
        assert_eq!(told("已退货"), "已退货");
        assert_eq!(
            told("开票申请已失效 / the request is void"),
            "开票申请已失效"
        );
        assert_eq!(told("退货 / 换货"), "退货 / 换货");
        assert_eq!(told(""), UNTOLD);
    }
}
