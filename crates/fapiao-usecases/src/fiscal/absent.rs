//! An insert whose answer was lost, and which nobody can ask WeChat about: a person says that no card is there.
//!
//! WeChat has no call that tells of a card by its order id. Asking for the insert once more tells that a card is there
//! ("order id used"), but a refusal for another reason tells nothing: what WeChat looks at first is not known.

use super::{
    BillError, Told, bill_row, goes_to,
    refusal::{read_note, rejection},
    save,
};
use crate::{
    actor::Actor,
    backoffice::titles::release_stopped_kind,
    errors::StoreError,
    inserting::ANSWER_AWAITED,
    jobs::Job,
    ports::{BillRow, Ports},
    records::BillDelivery,
};
use chrono::{DateTime, Utc};
use fapiao_domain::{
    card::CardState,
    delivery::DeliveryState,
    ids::{BillDeliveryId, BillId, Id},
};
use serde_json::json;

/// The line of the timeline.
const ABSENT: &str = "bill.card_absent";

/// Whether an insert was asked for whose answer does not come any more: nobody here knows whether the card is there.
pub fn is_undecided(delivery: &BillDelivery, now: DateTime<Utc>) -> bool {
    asked_in_vain(delivery).is_some_and(|asked| now - asked >= ANSWER_AWAITED)
}

/// When the insert was asked for last that has no outcome.
fn asked_in_vain(delivery: &BillDelivery) -> Option<DateTime<Utc>> {
    let on_its_way = matches!(
        delivery.state,
        DeliveryState::Issuing | DeliveryState::Failed
    );
    let card = delivery.card.as_ref().filter(|_| on_its_way)?;
    let open = matches!(card.state, CardState::Uploading | CardState::Inserting);
    card.asked_at.filter(|_| open)
}

/// Notes that somebody looked into the payer's wallet and found no card. The delivery stands as if WeChat had refused the
/// insert: it can be inserted after all, asked for anew, or, when the bill is void, is over.
///
/// # Errors
/// [`BillError`]: not while an answer may still come, nor where nothing was asked for.
pub async fn card_is_absent(
    ports: &Ports,
    actor: &Actor,
    id: &BillId,
    reason: &str,
) -> Result<BillRow, BillError> {
    let reason = read_note(reason)?;
    let row = bill_row(ports, id).await?;
    let BillRow { bill, mut delivery } = row.ok_or_else(|| BillError::Unknown(id.to_string()))?;
    let Some(asked) = asked_in_vain(&delivery) else {
        return Err(BillError::not_now(
            "没有等待结果的放入，不需要登记",
            format!(
                "the delivery is {}, and no insert of it waits for an outcome",
                delivery.state
            ),
        ));
    };
    if !is_undecided(&delivery, ports.clock.now()) {
        let until = (asked + ANSWER_AWAITED + chrono::TimeDelta::hours(8)).format("%H:%M:%S");
        return Err(BillError::not_now(
            format!("放入请求刚刚发出，应答可能还会到：请在 {until} 之后再登记"),
            format!(
                "the insert was asked for just now and may still be answered: note it after {until}"
            ),
        ));
    }
    let from = delivery.state;
    let told = format!(
        "已人工核实卡包中没有此票：{reason} / a person found that the card is not in the wallet: {reason}"
    );
    if from == DeliveryState::Failed {
        delivery.reason = told;
    } else {
        goes_to(&mut delivery, DeliveryState::Failed, &told)?;
    }
    let mut then = Vec::new();
    if let Some(void) = &bill.void {
        // Nobody inserts it any more, and the payer who agreed is told.
        delivery.card = None;
        delivery.reason = format!("票据已作废：{}", void.reason);
        then = rejection(&delivery, DeliveryState::Authorised);
    } else if let Some(card) = delivery.card.as_mut() {
        card.state = CardState::Uploading;
        card.asked_at = None;
    }
    let note = json!({ "delivery": delivery.id.as_str(), "asked_at": asked, "reason": reason });
    save(
        ports,
        &mut delivery,
        Told::new(actor.clone(), ABSENT, note),
        then,
    )
    .await?;
    if bill.void.is_some() {
        // What stopped because nobody knew has nothing to strike out.
        let subject = delivery.id.as_str();
        let kind = Job::CancelBill(delivery.id.clone()).kind();
        release_stopped_kind(ports, &Actor::System, subject, kind).await?;
    }
    Ok(BillRow { bill, delivery })
}

/// Whether a person said of this delivery that its card is not there.
pub(super) async fn was_said_absent(
    ports: &Ports,
    bill: &BillId,
    delivery: &BillDeliveryId,
) -> Result<bool, StoreError> {
    let lines = ports.store.bill_timeline(bill).await?;
    let of_this = |data: &serde_json::Value| data["delivery"] == delivery.as_str();
    Ok(lines
        .iter()
        .any(|it| it.action == ABSENT && of_this(&it.data)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::fresh,
        records::{BillCard, BillSource},
    };
    use chrono::TimeDelta;

    fn asked(state: DeliveryState, card: CardState, minutes: i64) -> BillDelivery {
        let now = DateTime::UNIX_EPOCH;
        BillDelivery {
            id: fresh(now),
            bill: fresh(now),
            source: BillSource::Web,
            wechat_order_id: String::new(),
            app_id: String::new(),
            short_code: String::new(),
            return_url: String::new(),
            state,
            reason: String::new(),
            authorised_at: None,
            expires_at: now,
            card: Some(BillCard {
                template: "p".to_owned(),
                account: None,
                state: card,
                media: None,
                asked_at: Some(now - TimeDelta::minutes(minutes)),
                code: String::new(),
                reported_at: None,
            }),
            created_at: now,
            version: 1,
        }
    }

    #[test]
    fn only_an_insert_that_gets_no_answer_any_more_is_undecided() {
        use CardState as C;
        use DeliveryState as D;
        let now = DateTime::UNIX_EPOCH;
        for (state, card, minutes, undecided) in [
            (D::Failed, C::Inserting, 11, true),
            (D::Issuing, C::Inserting, 11, true),
            // The answer may still come.
            (D::Issuing, C::Inserting, 9, false),
            (D::Carded, C::Inserted, 11, false),
            (D::Carded, C::CodeUnknown, 11, false),
        ] {
            let it = asked(state, card, minutes);
            assert_eq!(is_undecided(&it, now), undecided, "{state} {card}");
        }
        let mut refused = asked(D::Failed, C::Uploading, 11);
        if let Some(card) = refused.card.as_mut() {
            card.asked_at = None;
        }
        assert!(!is_undecided(&refused, now));
    }
}
