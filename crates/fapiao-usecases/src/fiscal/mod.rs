//! Fiscal e-bills (财政电子票据): a bill that its bureau made is brought into the payer's wallet.
//!
//! Two roles, as with invoices: the collecting unit asks the payer (`page`, `confirm`, `refusal`), the bureau inserts the
//! card (`template`, `card`, `void`). They meet in the bill's delivery and in jobs. Bills are taken in by `bills`; nothing
//! here makes one or draws one.

mod absent;
mod bills;
mod card;
mod confirm;
mod drafts;
mod file;
mod page;
mod refusal;
mod reports;
mod template;
mod void;

pub use crate::backoffice::fiscal_units::{
    UnitDraft, save_unit, save_unit_logo, settle_template, what_is_missing,
};
pub use absent::{card_is_absent, is_undecided};
pub use bills::{BillError, accept_bill, ask_again, check_bill};
pub use drafts::{BillDraft, BillItemDraft, ForeignAuthorisation};
pub use file::attach_bill_file;
pub use page::{BillPageError, bill_link, bill_page_of, open_bill_page};
pub use refusal::{expire_bills, refuse_bill};
pub use void::{report_outcome, void_bill};

pub(crate) use card::insert_bill;
pub(crate) use confirm::{
    BillConfirmed, BillStanding, ask_wechat, confirm_bill, end_without_agreement, poll_bill,
};
pub(crate) use refusal::reject_bill;
pub(crate) use reports::follow_bill_card;
pub(crate) use template::{cards_waiting, ensure_bill_template, template_job};
pub(crate) use void::cancel_bill;

use crate::{
    actor::Actor,
    errors::StoreError,
    jobs::QueuedJob,
    ports::{BillRow, BillWrite, Ports},
    records::{Account, Bill, BillCard, BillDelivery, FiscalUnit},
    step::StepError,
};
use fapiao_domain::{
    card::CardState,
    delivery::DeliveryState,
    ids::{AccountId, BillDeliveryId, BillId},
};
use serde_json::Value;

/// A bill with its latest delivery.
///
/// # Errors
/// [`StoreError`].
pub async fn bill_row(ports: &Ports, id: &BillId) -> Result<Option<BillRow>, StoreError> {
    let Some(bill) = ports.store.bill(id).await? else {
        return Ok(None);
    };
    let latest = ports.store.bill_deliveries(id).await?.into_iter().next();
    let delivery =
        latest.ok_or_else(|| StoreError::Corrupt(format!("the bill {id} has no delivery")))?;
    Ok(Some(BillRow { bill, delivery }))
}

/// Of the cards that were asked for, over all deliveries of a bill, the one that is most in the way of what is decided about
/// the bill.
pub fn card_in_the_way(deliveries: &[BillDelivery]) -> Option<&BillCard> {
    let weight = |card: &&BillCard| match card.state {
        CardState::Cancelled => 0,
        CardState::Uploading => 1,
        CardState::Inserted => 2,
        CardState::Inserting => 3,
        CardState::CodeUnknown => 4,
        CardState::Locked => 5,
        CardState::Reimbursed => 6,
    };
    let cards = deliveries.iter().filter_map(|it| it.card.as_ref());
    cards
        .filter(|card| card.asked_at.is_some())
        .max_by_key(weight)
}

/// All that an act about a delivery needs.
struct Found {
    unit: FiscalUnit,
    bill: Bill,
    delivery: BillDelivery,
}

async fn found(ports: &Ports, id: &BillDeliveryId) -> Result<Option<Found>, StoreError> {
    let Some(delivery) = ports.store.bill_delivery(id).await? else {
        return Ok(None);
    };
    let missing = |what: String| StoreError::NotFound { what };
    let bill = ports.store.bill(&delivery.bill).await?;
    let bill = bill.ok_or_else(|| missing(format!("bill {}", delivery.bill)))?;
    let unit = ports.store.fiscal_unit(&bill.unit).await?;
    let unit = unit.ok_or_else(|| missing(format!("collecting unit {}", bill.unit)))?;
    Ok(Some(Found {
        unit,
        bill,
        delivery,
    }))
}

/// What happened, for the timeline.
struct Told {
    actor: Actor,
    action: &'static str,
    note: Value,
}

impl Told {
    fn new(actor: Actor, action: &'static str, note: Value) -> Told {
        Told {
            actor,
            action,
            note,
        }
    }
}

/// Saves a changed delivery; its version is that of the saved row afterwards.
async fn save(
    ports: &Ports,
    delivery: &mut BillDelivery,
    told: Told,
    then: Vec<QueuedJob>,
) -> Result<(), StoreError> {
    let write = BillWrite {
        id: delivery.bill.clone(),
        bill: None,
        deliveries: vec![delivery.clone()],
        then,
        actor: told.actor,
        action: told.action,
        note: told.note,
    };
    ports.store.write_bill(write).await?;
    delivery.version += 1;
    Ok(())
}

/// Decides a change of state.
fn goes_to(delivery: &mut BillDelivery, to: DeliveryState, reason: &str) -> Result<(), StoreError> {
    let from = delivery.state;
    delivery.state = from
        .change(to)
        .map_err(|error| StoreError::Corrupt(format!("{}: {error}", delivery.id)))?;
    reason.clone_into(&mut delivery.reason);
    Ok(())
}

/// The bureau's platform id, with which every call about a unit's bills goes; `None` until it is known.
async fn platform_id_of(ports: &Ports, unit: &FiscalUnit) -> Result<Option<String>, StoreError> {
    if !unit.role.inserts() {
        let told = unit.bureau_platform_id.clone();
        return Ok(Some(told).filter(|id| !id.is_empty()));
    }
    let account = account_of(ports, unit.bureau_account.as_ref()).await?;
    Ok(account.and_then(|it| it.platform_id))
}

async fn account_of(ports: &Ports, id: Option<&AccountId>) -> Result<Option<Account>, StoreError> {
    match id {
        Some(id) => ports.store.account(id).await,
        None => Ok(None),
    }
}

/// The account of the bureau, which inserts.
async fn bureau_of(ports: &Ports, unit: &FiscalUnit) -> Result<Account, StepError> {
    let account = account_of(ports, unit.bureau_account.as_ref()).await?;
    account.ok_or_else(|| {
        StepError::parked(
            "account_missing",
            format!(
                "执收单位 {code} 没有财政局账号，请在执收单位页面选择后重试 / collecting unit {code} has no bureau account; choose \
                 one on its page and retry",
                code = unit.code
            ),
        )
    })
}
