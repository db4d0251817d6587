//! A request from a payment receipt that gets no invoice: the buyer is told at WeChat.

use crate::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    merchant::{
        after_payment::AttachError,
        refusal::{REASON_MAX, UNTOLD, is_web_address},
    },
    ports::Ports,
    records::{ClaimState, PaymentClaim},
    rejecting::settled,
    step::StepError,
};
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::{
    ids::{ClaimId, Id},
    text::is_invisible,
};
use serde_json::json;

/// A person decides that a request gets no invoice from us. The buyer reads the reason at WeChat, with a link: `url`, or
/// our own page where it is empty.
///
/// # Errors
/// [`AttachError`].
pub async fn dismiss(
    ports: &Ports,
    id: &ClaimId,
    reason: &str,
    url: &str,
    actor: &Actor,
) -> Result<(), AttachError> {
    let (reason, url) = (reason.trim(), url.trim());
    if reason.is_empty()
        || reason.chars().count() > REASON_MAX
        || reason.chars().any(|it| it.is_control() || is_invisible(it))
    {
        return Err(AttachError::Note);
    }
    if !url.is_empty() && !is_web_address(url) {
        return Err(AttachError::Url);
    }
    let reject = Job::RejectClaim {
        claim: id.clone(),
        url: url.to_owned(),
    };
    end(ports, id, reason, vec![QueuedJob::now(reject, None)], actor).await
}

/// Ends an open request; `then` says who is told.
pub(crate) async fn end(
    ports: &Ports,
    id: &ClaimId,
    reason: &str,
    then: Vec<QueuedJob>,
    actor: &Actor,
) -> Result<(), AttachError> {
    let claim = ports
        .store
        .payment_claim(id)
        .await?
        .ok_or(AttachError::Gone)?;
    if claim.state != ClaimState::Open {
        return Err(AttachError::Gone);
    }
    match ports
        .store
        .note_claim(&claim, ClaimState::Dismissed, reason, actor, then)
        .await
    {
        Err(StoreError::Stale { .. }) => Err(AttachError::Gone),
        other => Ok(other?),
    }
}

/// Tells WeChat that a closed request gets no invoice.
///
/// # Errors
/// [`StepError`].
pub async fn reject_at_wechat(ports: &Ports, id: &ClaimId, url: &str) -> Result<(), StepError> {
    let Some(claim) = ports.store.payment_claim(id).await? else {
        return Ok(());
    };
    if claim.state != ClaimState::Dismissed {
        return Ok(());
    }
    let account = ports.store.account(&claim.account).await?;
    let account = account.ok_or_else(|| {
        StepError::parked(
            "account_missing",
            "所用的微信账号已不存在，请恢复后重试 / the WeChat account of this request is gone; restore it and retry",
        )
    })?;
    let reason = if claim.note.is_empty() {
        UNTOLD
    } else {
        claim.note.as_str()
    };
    let own = format!("{}/o", ports.public_base);
    let url = if url.is_empty() { &own } else { url };
    let answer = ports
        .merchant
        .reject(
            &account,
            &claim.platform_id,
            &claim.wechat_order_id,
            reason,
            url,
        )
        .await;
    let code = settled(answer)?;
    let data = json!({ "wechat_order_id": claim.wechat_order_id, "code": code });
    ports
        .store
        .append_audit(
            &Actor::System,
            "claim.rejected_at_wechat",
            id.as_str(),
            data,
        )
        .await?;
    Ok(())
}

/// Until when the buyer was promised an invoice; `None` where the account promises nothing.
pub fn due_at(claim: &PaymentClaim, contact_timeout_secs: i64) -> Option<DateTime<Utc>> {
    (contact_timeout_secs > 0)
        .then(|| claim.authorised_at + TimeDelta::seconds(contact_timeout_secs))
}
