//! What WeChat reports about the card of a bill.

use super::{Told, save};
use crate::{
    actor::Actor,
    backoffice::titles::release_stopped_kind,
    errors::StoreError,
    inserting::ANSWER_AWAITED,
    jobs::{Job, QueuedJob},
    ports::{CardReport, Ports, PushEnd},
    records::BillDelivery,
    step::StepError,
};
use fapiao_domain::{
    card::{CardState, Report},
    ids::Id,
};
use serde_json::json;

/// A report that overtook the answer to its insert is looked at again after this time.
const EARLY_RETRY_SECS: u32 = 5;

/// Follows a report about a card that no invoice has; `None` when no bill has it either.
///
/// # Errors
/// [`StepError`].
pub(crate) async fn follow_bill_card(
    ports: &Ports,
    report: &CardReport,
    word: &str,
) -> Result<Option<PushEnd>, StepError> {
    let known = ports
        .store
        .bill_delivery_by_card(&report.template, &report.code)
        .await?;
    if let Some(delivery) = known {
        return Ok(Some(merge(ports, delivery, report, word).await?));
    }
    let open = ports
        .store
        .bill_cards_without_code(&report.template)
        .await?;
    let state_of = |it: &BillDelivery| it.card.as_ref().map(|card| card.state);
    let mut lost: Vec<BillDelivery> = Vec::new();
    for delivery in open {
        let card = delivery.card.as_ref();
        let asked = card.and_then(|card| card.asked_at);
        let awaits = asked.is_some_and(|asked| ports.clock.now() - asked < ANSWER_AWAITED);
        if awaits && state_of(&delivery) == Some(CardState::Inserting) {
            return Err(StepError::not_yet(
                EARLY_RETRY_SECS,
                "有卡券正在等待放入结果，这个状态可能是它的 / an insert awaits its answer; the report may be about its card",
            ));
        }
        if state_of(&delivery) == Some(CardState::CodeUnknown) {
            lost.push(delivery);
        }
    }
    match (lost.len(), lost.pop()) {
        (1, Some(mut delivery)) => {
            if let Some(card) = delivery.card.as_mut() {
                card.code.clone_from(&report.code);
            }
            let end = merge(ports, delivery.clone(), report, word).await?;
            wake_cancellation(ports, &delivery).await?;
            Ok(Some(end))
        }
        (0, _) | (_, None) => Ok(None),
        (count, Some(_)) => Ok(Some(PushEnd::new(
            "parked",
            format!("the card code is one of those lost by {count} deliveries of this template"),
        ))),
    }
}

async fn merge(
    ports: &Ports,
    mut delivery: BillDelivery,
    report: &CardReport,
    word: &str,
) -> Result<PushEnd, StepError> {
    let Some(card) = delivery.card.as_mut() else {
        return Err(StoreError::Corrupt(format!("{} has no card", delivery.id)).into());
    };
    let from = card.state;
    match from.merge(card.reported_at, report.to, report.at) {
        Report::Change(to) => card.state = to,
        Report::Same => {
            return Ok(PushEnd::new("handled", "the card stands there already"));
        }
        Report::Outdated => {
            return Ok(PushEnd::new(
                "handled",
                format!("older than what is known: the card is {from}"),
            ));
        }
        Report::Early => {
            return Err(StepError::not_yet(
                EARLY_RETRY_SECS,
                "卡券正在放入，稍后再看 / the card is being inserted; looked at again in a moment",
            ));
        }
    }
    card.reported_at = Some(report.at);
    let (to, void) = (card.state, is_void(ports, &delivery).await?);
    // Released by whoever checked it: what waits to strike it out goes on.
    let then = if void && to == CardState::Inserted {
        vec![QueuedJob::now(Job::CancelBill(delivery.id.clone()), None)]
    } else {
        Vec::new()
    };
    let note =
        json!({ "delivery": delivery.id.as_str(), "from": from.as_str(), "to": to.as_str() });
    let told = Told::new(Actor::WeChat, "bill.card_changed", note);
    save(ports, &mut delivery, told, then).await?;
    Ok(PushEnd::new("handled", word.to_owned()))
}

/// What stopped because the card's code was not known goes on.
async fn wake_cancellation(ports: &Ports, delivery: &BillDelivery) -> Result<(), StoreError> {
    if !is_void(ports, delivery).await? {
        return Ok(());
    }
    let job = Job::CancelBill(delivery.id.clone());
    let kind = job.kind();
    ports.store.enqueue(vec![QueuedJob::now(job, None)]).await?;
    let subject = delivery.id.as_str();
    release_stopped_kind(ports, &Actor::System, subject, kind).await
}

async fn is_void(ports: &Ports, delivery: &BillDelivery) -> Result<bool, StoreError> {
    let bill = ports.store.bill(&delivery.bill).await?;
    Ok(bill.is_some_and(|it| it.void.is_some()))
}
