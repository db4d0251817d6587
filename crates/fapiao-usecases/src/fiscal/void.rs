//! A bill that its bureau declared void, and what a bureau elsewhere did with one.

use super::{
    BillError, Found, Told, account_of, bill_row, found, goes_to,
    refusal::{read_reason, rejection},
    save,
};
use crate::{
    actor::Actor,
    errors::{Advice, StoreError},
    inserting::says_it_was_not_done,
    jobs::{Job, QueuedJob},
    ports::{BillRow, BillWrite, Ports},
    records::{BillDelivery, BillVoid},
    step::StepError,
};
use chrono::TimeDelta;
use fapiao_domain::{
    card::CardState,
    delivery::DeliveryState,
    ids::{BillDeliveryId, BillId, Id},
};
use serde_json::json;

/// While an employer holds the card, it is looked at again so often; its release wakes the job at once.
const LOCKED_RETRY_SECS: u32 = 6 * 3600;
/// A cancellation is asked for: written down first, so that a lost answer is recognised.
const CANCEL_ASKED: &str = "bill.cancel_asked";
/// WeChat did not cancel it, and this is known.
const CANCEL_REFUSED: &str = "bill.cancel_refused";
/// Hours after which an insert without an outcome is for a person: nobody asks for it any more.
const INSERT_HOURS: i64 = 24;
/// While the insert is under way.
const INSERT_RETRY_SECS: u32 = 30;

/// Writes down that the bureau declared a bill void. A payer who was not served yet is told; a card is struck out.
/// Repeating it changes nothing.
///
/// # Errors
/// [`BillError`].
pub async fn void_bill(
    ports: &Ports,
    actor: &Actor,
    id: &BillId,
    reason: &str,
) -> Result<BillRow, BillError> {
    let reason = read_reason(reason)?;
    let row = bill_row(ports, id).await?;
    let BillRow {
        mut bill,
        mut delivery,
    } = row.ok_or_else(|| BillError::Unknown(id.to_string()))?;
    if bill.void.is_some() {
        return Ok(BillRow { bill, delivery });
    }
    bill.void = Some(BillVoid {
        at: ports.clock.now(),
        reason: reason.clone(),
    });
    let from = delivery.state;
    let mut deliveries = Vec::new();
    let mut then = match from {
        DeliveryState::Created | DeliveryState::PageOpened => {
            let words = format!("票据已作废：{reason}");
            goes_to(&mut delivery, DeliveryState::Refused, &words)?;
            deliveries.push(delivery.clone());
            rejection(&delivery, from)
        }
        DeliveryState::Authorised | DeliveryState::Issuing | DeliveryState::Carded => {
            vec![QueuedJob::now(Job::CancelBill(delivery.id.clone()), None)]
        }
        DeliveryState::Failed if is_asked(&delivery) => {
            vec![QueuedJob::now(Job::CancelBill(delivery.id.clone()), None)]
        }
        // WeChat refused the card of a payer who agreed, and nobody mends it any more.
        DeliveryState::Failed if delivery.card.is_some() => {
            delivery.card = None;
            delivery.reason = format!("票据已作废：{reason}");
            deliveries.push(delivery.clone());
            rejection(&delivery, from)
        }
        DeliveryState::Refused | DeliveryState::Expired | DeliveryState::Failed => Vec::new(),
    };
    // A card may have come with an earlier delivery, too.
    let all = ports.store.bill_deliveries(id).await?;
    let earlier = all.iter().filter(|it| it.id != delivery.id && is_asked(it));
    then.extend(earlier.map(|it| QueuedJob::now(Job::CancelBill(it.id.clone()), None)));
    let write = BillWrite {
        id: id.clone(),
        bill: Some(bill),
        deliveries,
        then,
        actor: actor.clone(),
        action: "bill.voided",
        note: json!({ "reason": reason }),
    };
    ports.store.write_bill(write).await?;
    let now = bill_row(ports, id).await?;
    now.ok_or_else(|| BillError::Unknown(id.to_string()))
}

/// Strikes the card of a void bill out; what was not inserted yet is not inserted any more.
///
/// # Errors
/// [`StepError`]: later while an employer holds it, for a person when it can never be struck out.
pub(crate) async fn cancel_bill(ports: &Ports, id: &BillDeliveryId) -> Result<(), StepError> {
    let Some(mut it) = found(ports, id).await? else {
        return Ok(());
    };
    if it.bill.void.is_none() {
        return Ok(());
    }
    if !it.unit.role.inserts() {
        // The bureau elsewhere strikes its card out. An agreement it has not used is taken back.
        if it.delivery.state == DeliveryState::Authorised {
            return end(ports, &mut it.delivery).await;
        }
        return Ok(());
    }
    if !is_asked(&it.delivery) {
        return match it.delivery.state {
            DeliveryState::Authorised | DeliveryState::Issuing => {
                end(ports, &mut it.delivery).await
            }
            _ => Ok(()),
        };
    }
    let Some(card) = it.delivery.card.clone() else {
        return Ok(());
    };
    match card.state {
        CardState::Cancelled => return Ok(()),
        CardState::Uploading | CardState::Inserting => {
            let asked = card.asked_at.unwrap_or_else(|| ports.clock.now());
            if ports.clock.now() - asked > TimeDelta::hours(INSERT_HOURS) {
                return Err(undecided());
            }
            return Err(StepError::not_yet(
                INSERT_RETRY_SECS,
                "卡券正在放入卡包，之后再作废 / the card is being inserted; it is struck out afterwards",
            ));
        }
        CardState::CodeUnknown => {
            return Err(StepError::parked(
                "card_code_unknown",
                "卡券已在卡包，但卡券编号随应答丢失：请交款人不要使用这张卡券，微信报告其状态后会自动作废 / the card is in the \
                 wallet, but its code was lost with WeChat's answer; ask the payer not to use it: it is struck out once \
                 WeChat reports it",
            ));
        }
        CardState::Locked => return Err(locked()),
        CardState::Reimbursed => return Err(reimbursed()),
        CardState::Inserted => {}
    }
    // The unit may have another bureau by now: a card belongs to the account that inserted it.
    let account = match account_of(ports, card.account.as_ref()).await? {
        Some(account) => account,
        None => super::bureau_of(ports, &it.unit).await?,
    };
    let asked_before = announce_cancel(ports, &mut it).await?;
    let answer = ports
        .platform
        .cancel_card(&account, &card.template, &card.code)
        .await;
    let (to, action, result) = match answer {
        Ok(()) => (CardState::Cancelled, "bill.card_cancelled", Ok(())),
        Err(error) if error.advice == Advice::AlreadyDone => {
            (CardState::Cancelled, "bill.card_cancelled", Ok(()))
        }
        // Our own earlier call went through and its answer was lost.
        Err(error) if asked_before && error.code == "72024" => {
            (CardState::Cancelled, "bill.card_cancelled", Ok(()))
        }
        // WeChat knows it before its report reached us.
        Err(error) if error.code == "72023" => {
            (CardState::Locked, "bill.card_changed", Err(locked()))
        }
        Err(error) if error.code == "72061" => (
            CardState::Reimbursed,
            "bill.card_changed",
            Err(reimbursed()),
        ),
        Err(error) => {
            if says_it_was_not_done(&error) {
                let note = json!({ "delivery": id.as_str(), "code": error.code });
                let told = Told::new(Actor::WeChat, CANCEL_REFUSED, note);
                save(ports, &mut it.delivery, told, Vec::new()).await?;
            }
            return Err(error.into());
        }
    };
    if let Some(card) = it.delivery.card.as_mut() {
        card.state = to;
    }
    let note = json!({ "delivery": id.as_str(), "from": card.state.as_str(), "to": to.as_str() });
    save(
        ports,
        &mut it.delivery,
        Told::new(Actor::WeChat, action, note),
        Vec::new(),
    )
    .await?;
    result
}

/// Writes down that a cancellation is about to be asked for. Tells whether one was asked for before and got no clear
/// answer: WeChat may have carried it out.
async fn announce_cancel(ports: &Ports, it: &mut Found) -> Result<bool, StoreError> {
    let known = [CANCEL_ASKED, CANCEL_REFUSED, "bill.card_changed"];
    let lines = ports.store.bill_timeline(&it.bill.id).await?;
    let last = lines.iter().rev().find(|line| {
        known.contains(&line.action.as_str()) && line.data["delivery"] == it.delivery.id.as_str()
    });
    if last.is_some_and(|line| line.action == CANCEL_ASKED) {
        return Ok(true);
    }
    let note = json!({ "delivery": it.delivery.id.as_str() });
    let told = Told::new(Actor::System, CANCEL_ASKED, note);
    save(ports, &mut it.delivery, told, Vec::new()).await?;
    Ok(false)
}

/// Whether an insert was asked for without an answer that says no: the card may be in the wallet.
fn is_asked(delivery: &BillDelivery) -> bool {
    let card = delivery.card.as_ref();
    card.is_some_and(|card| card.asked_at.is_some())
}

async fn end(ports: &Ports, delivery: &mut BillDelivery) -> Result<(), StepError> {
    let from = delivery.state;
    goes_to(
        delivery,
        DeliveryState::Failed,
        "票据已作废 / the bill is void",
    )?;
    delivery.card = None;
    let then = rejection(delivery, from);
    let note = json!({ "delivery": delivery.id.as_str() });
    save(
        ports,
        delivery,
        Told::new(Actor::System, "bill.failed", note),
        then,
    )
    .await?;
    Ok(())
}

fn undecided() -> StepError {
    StepError::parked(
        "card_insert_undecided",
        "这张卡券的放入一直没有结果，不知道是否在卡包里：请先重试停住的放入任务，再重试这个任务；或放弃并请交款人不要使用 / the insert          of this card was never answered, so that nobody knows whether it is in the wallet; retry the stopped insert first,          then this, or give this up and ask the payer not to use it",
    )
}

fn locked() -> StepError {
    StepError::not_yet(
        LOCKED_RETRY_SECS,
        "报销方正在查验卡券（72023），解除后自动作废 / the holder's employer is checking the card, 72023; it is struck out \
         when it is released",
    )
}

fn reimbursed() -> StepError {
    StepError::parked(
        "card_reimbursed",
        "卡券已报销并离开卡包（72061）：请告知交款人的财务，然后放弃这个任务 / the card was reimbursed and left the wallet, \
         72061; tell the payer's bookkeeper, then give this job up",
    )
}

/// What the bureau elsewhere did with an agreement that was handed to it. Repeating it changes nothing.
///
/// # Errors
/// [`BillError`].
pub async fn report_outcome(
    ports: &Ports,
    actor: &Actor,
    id: &BillId,
    carded: bool,
    reason: &str,
) -> Result<BillRow, BillError> {
    let row = bill_row(ports, id).await?;
    let BillRow { bill, mut delivery } = row.ok_or_else(|| BillError::Unknown(id.to_string()))?;
    let unit = ports.store.fiscal_unit(&bill.unit).await?;
    if unit.is_some_and(|unit| unit.role.inserts()) {
        return Err(BillError::not_now(
            "卡券由本系统放入，结果不需要人工登记",
            "the card is inserted here; nobody tells its outcome",
        ));
    }
    let to = if carded {
        DeliveryState::Carded
    } else {
        DeliveryState::Failed
    };
    if delivery.state == to {
        return Ok(BillRow { bill, delivery });
    }
    if delivery.state != DeliveryState::Authorised {
        return Err(BillError::not_now(
            "交款人尚未授权，或这次投递已结束",
            format!(
                "the delivery is {}; only an authorised one has an outcome",
                delivery.state
            ),
        ));
    }
    let reason = if carded {
        String::new()
    } else {
        read_reason(reason)?
    };
    if carded {
        goes_to(&mut delivery, DeliveryState::Issuing, "")?;
    }
    goes_to(&mut delivery, to, &reason)?;
    let note = json!({ "delivery": delivery.id.as_str(), "carded": carded, "reason": reason });
    let told = Told::new(actor.clone(), "bill.outcome_told", note);
    let then = if carded {
        Vec::new()
    } else {
        rejection(&delivery, DeliveryState::Authorised)
    };
    save(ports, &mut delivery, told, then).await?;
    Ok(BillRow { bill, delivery })
}
