//! Bills as they come in, and the attempts to bring them.

use super::{
    bill_row, card_in_the_way,
    drafts::{AskedHow, BillDraft, Read, Wrong, closed, read_asked, read_draft},
    refusal::{ASKED_ANEW, rejection},
};
use crate::{
    actor::Actor,
    errors::{OutsideError, StoreError},
    fields::FieldError,
    ids::{fresh, short_code},
    jobs::{Job, QueuedJob},
    merchant::orders::PAGE_LIFE_HOURS,
    ports::{BillRow, BillWrite, PaperTrouble, Ports},
    records::{Bill, BillDelivery, BillSource},
};
use chrono::TimeDelta;
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{BillDeliveryId, BillId, Id},
};
use serde_json::json;
use thiserror::Error;

/// Links that were taken already, before giving up.
const LINK_TRIES: u32 = 4;

/// Why a bill is not taken, or an act on it not done.
#[derive(Debug, Error)]
pub enum BillError {
    /// Wrong fields.
    #[error("{} field(s) are wrong", .0.len())]
    Invalid(Vec<FieldError>),
    /// No such bill.
    #[error("there is no bill {0}")]
    Unknown(String),
    /// Code and number are those of another bill, which says something else.
    #[error("the bill {0} has this code and number and says something else")]
    Taken(BillId),
    /// Not in this state.
    #[error("{english}")]
    NotNow {
        /// Why, in Chinese.
        chinese: String,
        /// The same in English.
        english: String,
    },
    /// The file cannot be read, or is another bill's.
    #[error("{0}")]
    Unreadable(PaperTrouble),
    /// The file store.
    #[error(transparent)]
    Files(#[from] OutsideError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BillError {
    pub(super) fn not_now(chinese: impl Into<String>, english: impl Into<String>) -> BillError {
        BillError::NotNow {
            chinese: chinese.into(),
            english: english.into(),
        }
    }
}

/// Takes a bill in, with a link for its payer. The same facts again give the same bill and `false`.
///
/// # Errors
/// [`BillError`]: every wrong field at once.
pub async fn accept_bill(
    ports: &Ports,
    actor: &Actor,
    draft: &BillDraft,
) -> Result<(BillRow, bool), BillError> {
    let Read { unit, bill, asked } = read_draft(ports, draft).await?;
    for _ in 0..LINK_TRIES {
        if let Some(known) = known(ports, &bill).await? {
            let taken = agreed_anew(ports, actor, known, &asked).await?;
            return Ok((taken, false));
        }
        if unit.closed {
            return Err(BillError::Invalid(vec![closed()]));
        }
        let (delivery, then) = begin(ports, &bill, &asked);
        let write = BillWrite {
            id: bill.id.clone(),
            bill: Some(bill.clone()),
            deliveries: vec![delivery],
            then,
            actor: actor.clone(),
            action: "bill.accepted",
            note: json!({
                "unit": draft.unit.trim(), "code": bill.identity.code, "number": bill.identity.number,
                "amount": bill.amount.to_string(),
            }),
        };
        match ports.store.write_bill(write).await {
            Ok(()) => return Ok((row(ports, &bill.id).await?, true)),
            // Another caller brought the bill in this moment, or a link of another is the same.
            Err(StoreError::Exists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(order_id_taken())
}

/// Looks at a draft without taking it in: for a caller whose body is wrong in other ways too, and who is told all at once.
///
/// # Errors
/// [`BillError`]: every wrong field.
pub async fn check_bill(ports: &Ports, draft: &BillDraft) -> Result<(), BillError> {
    read_draft(ports, draft).await.map(drop)
}

async fn row(ports: &Ports, id: &BillId) -> Result<BillRow, BillError> {
    bill_row(ports, id)
        .await?
        .ok_or_else(|| BillError::Unknown(id.to_string()))
}

/// The bill that has this code and number, if it says the same.
async fn known(ports: &Ports, bill: &Bill) -> Result<Option<BillRow>, BillError> {
    let identity = &bill.identity;
    let found = ports
        .store
        .bill_by_number(&identity.code, &identity.number)
        .await?;
    let Some(found) = found else {
        return Ok(None);
    };
    let same = Bill {
        id: found.id.clone(),
        file: found.file.clone(),
        void: found.void.clone(),
        created_at: found.created_at,
        version: found.version,
        ..bill.clone()
    } == found;
    if same {
        Ok(Some(row(ports, &found.id).await?))
    } else {
        Err(BillError::Taken(found.id))
    }
}

/// A known bill that comes with another agreement: the unit elsewhere asked its payer anew, after the first agreement
/// came to nothing.
async fn agreed_anew(
    ports: &Ports,
    actor: &Actor,
    known: BillRow,
    asked: &AskedHow,
) -> Result<BillRow, BillError> {
    let Some(order_id) = &asked.order_id else {
        return Ok(known);
    };
    let all = ports.store.bill_deliveries(&known.bill.id).await?;
    let is_it = |it: &BillDelivery| it.wechat_order_id == *order_id && it.app_id == asked.app_id;
    if all.iter().any(is_it) {
        return Ok(known);
    }
    let BillRow { bill, delivery } = known;
    if bill.void.is_some() {
        return Err(BillError::not_now("票据已作废", "the bill is void"));
    }
    if !may_begin_anew(&delivery, &all) {
        return Err(BillError::not_now(
            "这张票据的另一个授权正在处理，或卡券可能已经放入",
            format!(
                "the delivery of another agreement is {}; a new one is taken only after it ended and no card can be there",
                delivery.state
            ),
        ));
    }
    let next = begin(ports, &bill, asked);
    match begin_anew(ports, actor, &bill, &delivery, next).await {
        Ok(()) => row(ports, &bill.id).await,
        Err(StoreError::Exists { .. }) => Err(order_id_taken()),
        Err(error) => Err(error.into()),
    }
}

fn order_id_taken() -> BillError {
    BillError::not_now(
        "授权单号已被另一张票据使用，请核对执收单位的授权单号",
        "the order id of the authorisation belongs to another bill; check it with the collecting unit",
    )
}

/// Whether the latest delivery ended, and no card of any could be in a wallet.
fn may_begin_anew(delivery: &BillDelivery, all: &[BillDelivery]) -> bool {
    let inserted_maybe = card_in_the_way(all).is_some();
    let ended = matches!(
        delivery.state,
        DeliveryState::Refused | DeliveryState::Expired | DeliveryState::Failed
    );
    ended && !inserted_maybe
}

/// Writes a new delivery and closes the one before for good: nobody takes it up again, and a payer who still agrees to its
/// page is told. Of two who begin anew at once, and of a late agreement in this moment, one finds it changed.
async fn begin_anew(
    ports: &Ports,
    actor: &Actor,
    bill: &Bill,
    before: &BillDelivery,
    (next, mut then): (BillDelivery, Vec<QueuedJob>),
) -> Result<(), StoreError> {
    then.extend(rejection(before, before.state));
    let mut closed = before.clone();
    if closed.state == DeliveryState::Failed && closed.card.take().is_some() {
        // The reason was WeChat's, for staff; the timeline keeps its code.
        ASKED_ANEW.clone_into(&mut closed.reason);
    }
    let note = json!({ "delivery": next.id.as_str(), "before": before.id.as_str() });
    let write = BillWrite {
        id: bill.id.clone(),
        bill: None,
        deliveries: vec![closed, next],
        then,
        actor: actor.clone(),
        action: "bill.asked_again",
        note,
    };
    ports.store.write_bill(write).await
}

/// A new attempt after the last one ended without a card. Its order id and its link are new; the old ones are burnt.
///
/// # Errors
/// [`BillError`].
pub async fn ask_again(
    ports: &Ports,
    actor: &Actor,
    id: &BillId,
    source: &str,
    return_url: &str,
) -> Result<BillRow, BillError> {
    let BillRow { bill, delivery } = row(ports, id).await?;
    let unit = ports.store.fiscal_unit(&bill.unit).await?;
    let unit = unit.ok_or_else(|| StoreError::NotFound {
        what: format!("collecting unit {}", bill.unit),
    })?;
    if bill.void.is_some() {
        return Err(BillError::not_now("票据已作废", "the bill is void"));
    }
    if !unit.role.asks() {
        return Err(BillError::not_now(
            "交款人由执收单位在别处授权，请由执收单位重新发起",
            "the collecting unit elsewhere asks the payer; it has to ask anew",
        ));
    }
    let all = ports.store.bill_deliveries(id).await?;
    if !may_begin_anew(&delivery, &all) {
        return Err(BillError::not_now(
            "上一次投递还没有结束，或卡券可能已经放入",
            format!(
                "the last delivery is {}; a new one is made only after it ended and no card can be there",
                delivery.state
            ),
        ));
    }
    let draft = BillDraft {
        source: source.to_owned(),
        return_url: return_url.to_owned(),
        ..BillDraft::default()
    };
    let mut wrong = Wrong::default();
    let asked = read_asked(ports, &unit, &draft, &mut wrong).await?;
    let (Some(asked), true) = (asked, wrong.0.is_empty()) else {
        return Err(BillError::Invalid(wrong.0));
    };
    for _ in 0..LINK_TRIES {
        let next = begin(ports, &bill, &asked);
        match begin_anew(ports, actor, &bill, &delivery, next).await {
            Ok(()) => return row(ports, id).await,
            Err(StoreError::Exists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Corrupt("no free link was found".to_owned()).into())
}

fn begin(ports: &Ports, bill: &Bill, asked: &AskedHow) -> (BillDelivery, Vec<QueuedJob>) {
    let now = ports.clock.now();
    let id: BillDeliveryId = fresh(now);
    let confirm = || QueuedJob::now(Job::ConfirmBill(id.clone()), None);
    // Where the payer agreed elsewhere, WeChat is asked at once.
    let then = if asked.source == BillSource::Elsewhere {
        vec![confirm()]
    } else {
        Vec::new()
    };
    let delivery = BillDelivery {
        wechat_order_id: asked.order_id.clone().unwrap_or_else(|| id.to_string()),
        id,
        bill: bill.id.clone(),
        source: asked.source,
        app_id: asked.app_id.clone(),
        short_code: short_code(),
        return_url: asked.return_url.clone(),
        state: DeliveryState::Created,
        reason: String::new(),
        authorised_at: None,
        expires_at: now + TimeDelta::hours(PAGE_LIFE_HOURS),
        card: None,
        created_at: now,
        version: 0,
    };
    (delivery, then)
}
