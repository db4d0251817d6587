//! Collecting unit: a delivery ends without a card. The WeChat order id is burnt for ever.

use super::{BillError, Told, account_of, bill_row, found, goes_to, platform_id_of, save};
use crate::{
    actor::Actor,
    errors::StoreError,
    fields::FieldError,
    jobs::{Job, QueuedJob},
    ports::{BillRow, Ports},
    records::{BillDelivery, BillSource},
    rejecting::settled,
    step::StepError,
};
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{BillDeliveryId, BillId, Id},
};
use serde_json::json;

/// Longest reason, as for invoices.
pub(super) const REASON_MAX: usize = 60;
/// How many overdue deliveries are ended in one go.
const EXPIRE_AT_ONCE: u32 = 200;
/// What WeChat is told where no reason was written down.
const UNTOLD: &str = "单位未能提供这张票据，请联系收款单位";
/// What a payer reads who agreed to an older page after a newer one was made.
pub(super) const ASKED_ANEW: &str = "已重新发出领取链接，请使用新的链接";

/// A reason that payers read.
pub(super) fn read_reason(text: &str) -> Result<String, BillError> {
    let rule = format!("the payer reads the reason: 1 to {REASON_MAX} characters on one line");
    read_line(text, rule)
}

/// A reason for the records.
pub(super) fn read_note(text: &str) -> Result<String, BillError> {
    read_line(
        text,
        format!("a reason is needed: 1 to {REASON_MAX} characters on one line"),
    )
}

fn read_line(text: &str, rule: String) -> Result<String, BillError> {
    let text = text.trim();
    let wrong = |error: FieldError| Err(BillError::Invalid(vec![error]));
    if text.is_empty() || text.chars().count() > REASON_MAX || text.chars().any(char::is_control) {
        return wrong(FieldError::new("/reason", "E_REASON", rule));
    }
    match FieldError::of_unseen("/reason", text) {
        Some(error) => wrong(error),
        None => Ok(text.to_owned()),
    }
}

/// Refuses to bring a bill whose card is not on its way yet. WeChat is told by a job. Repeating it changes nothing.
///
/// # Errors
/// [`BillError`].
pub async fn refuse_bill(
    ports: &Ports,
    actor: &Actor,
    id: &BillId,
    reason: &str,
) -> Result<BillRow, BillError> {
    let reason = read_reason(reason)?;
    let row = bill_row(ports, id).await?;
    let BillRow { bill, mut delivery } = row.ok_or_else(|| BillError::Unknown(id.to_string()))?;
    if delivery.state == DeliveryState::Refused {
        return Ok(BillRow { bill, delivery });
    }
    let from = delivery.state;
    let card = delivery.card.as_ref();
    let to = match from {
        _ if from.awaits_buyer() || from == DeliveryState::Authorised => DeliveryState::Refused,
        // Stopped on its way: nothing was asked for that could be in the wallet.
        DeliveryState::Issuing if card.is_none_or(|it| it.asked_at.is_none()) => {
            DeliveryState::Failed
        }
        _ => {
            return Err(BillError::not_now(
                "卡券已在放入或这次投递已结束，不能再拒绝；票据有误请由财政部门作废",
                format!("the delivery is {from}; it cannot be refused any more"),
            ));
        }
    };
    goes_to(&mut delivery, to, &reason)?;
    // Nobody takes it up again.
    delivery.card = None;
    let then = rejection(&delivery, from);
    let note = json!({ "delivery": delivery.id.as_str(), "reason": reason });
    save(
        ports,
        &mut delivery,
        Told::new(actor.clone(), "bill.refused", note),
        then,
    )
    .await?;
    Ok(BillRow { bill, delivery })
}

/// The word to WeChat about a delivery that ended: none for a page that nobody asked for.
pub(super) fn rejection(delivery: &BillDelivery, from: DeliveryState) -> Vec<QueuedJob> {
    if from == DeliveryState::Created {
        return Vec::new();
    }
    vec![QueuedJob::now(Job::RejectBill(delivery.id.clone()), None)]
}

/// Tells WeChat that a delivery which ended here brings no card.
///
/// # Errors
/// [`StepError`].
pub(crate) async fn reject_bill(ports: &Ports, id: &BillDeliveryId) -> Result<(), StepError> {
    let Some(it) = found(ports, id).await? else {
        return Ok(());
    };
    let asked = it
        .delivery
        .card
        .as_ref()
        .is_some_and(|card| card.asked_at.is_some());
    let ended = matches!(
        it.delivery.state,
        DeliveryState::Refused | DeliveryState::Expired | DeliveryState::Failed
    );
    if !ended || asked {
        return Ok(());
    }
    let account = match it.delivery.source {
        BillSource::Elsewhere => account_of(ports, it.unit.bureau_account.as_ref()).await?,
        BillSource::Web | BillSource::App => {
            ports.store.account_by_app_id(&it.delivery.app_id).await?
        }
    };
    let (Some(account), Some(platform_id)) = (account, platform_id_of(ports, &it.unit).await?)
    else {
        return Err(StepError::parked(
            "account_not_ready",
            "执收单位的微信账号不完整，无法告知微信 / the accounts of the collecting unit are not complete, so that WeChat \
             cannot be told",
        ));
    };
    let reason = told(&it.delivery);
    let url = super::bill_link(ports, &it.delivery);
    let order_id = &it.delivery.wechat_order_id;
    let answer = ports
        .merchant
        .reject(&account, &platform_id, order_id, &reason, &url)
        .await;
    let code = settled(answer)?;
    let data = json!({ "order_id": order_id, "code": code });
    let subject = it.bill.id.to_string();
    ports
        .store
        .append_audit(&Actor::System, "bill.rejected_at_wechat", &subject, data)
        .await?;
    Ok(())
}

/// What the payer reads at WeChat: the Chinese half of a reason in both languages, as long as WeChat takes it.
fn told(delivery: &BillDelivery) -> String {
    let reason = &delivery.reason;
    let reason = reason
        .split_once(" / ")
        .map_or(reason.as_str(), |(zh, _)| zh);
    let reason = match (reason.trim(), delivery.state) {
        ("", DeliveryState::Expired) => ASKED_ANEW,
        ("", _) => UNTOLD,
        (reason, _) => reason,
    };
    reason.chars().take(REASON_MAX).collect()
}

/// Ends deliveries whose payer did not come in time; how many.
///
/// # Errors
/// [`StoreError`].
pub async fn expire_bills(ports: &Ports) -> Result<u32, StoreError> {
    let now = ports.clock.now();
    let overdue = ports
        .store
        .overdue_bill_deliveries(now, EXPIRE_AT_ONCE)
        .await?;
    let mut ended = 0;
    for mut delivery in overdue {
        goes_to(&mut delivery, DeliveryState::Expired, "")?;
        let note = json!({ "delivery": delivery.id.as_str() });
        let told = Told::new(Actor::System, "bill.expired", note);
        match save(ports, &mut delivery, told, Vec::new()).await {
            Ok(()) => ended += 1,
            // The payer came in this moment.
            Err(StoreError::Stale { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::fresh;
    use chrono::DateTime;

    #[test]
    fn a_payer_reads_chinese_that_wechat_takes() {
        let now = DateTime::UNIX_EPOCH;
        let with = |state, reason: &str| BillDelivery {
            id: fresh(now),
            bill: fresh(now),
            source: BillSource::Web,
            wechat_order_id: String::new(),
            app_id: String::new(),
            short_code: String::new(),
            return_url: String::new(),
            state,
            reason: reason.to_owned(),
            authorised_at: None,
            expires_at: now,
            card: None,
            created_at: now,
            version: 1,
        };
        let refused = DeliveryState::Refused;
        assert_eq!(told(&with(refused, "金额有误")), "金额有误");
        assert_eq!(
            told(&with(refused, "票据已作废 / the bill is void")),
            "票据已作废"
        );
        assert_eq!(told(&with(refused, "")), UNTOLD);
        assert_eq!(told(&with(DeliveryState::Expired, "")), ASKED_ANEW);
        let long = format!("票据已作废：{}", "错".repeat(REASON_MAX));
        assert_eq!(told(&with(refused, &long)).chars().count(), REASON_MAX);
    }
}
