//! The card after its insert: what its holder does with it, and when it may be struck out.

pub use crate::card_standing::{CardStanding, card_standing};
use crate::{
    actor::Actor,
    cancellation::wake_cancellation,
    errors::{Advice, StoreError},
    inserting::says_it_was_not_done,
    platform::template::account_of_card,
    ports::{Ports, Scope},
    records::{Card, Invoice},
    step::StepError,
};
use chrono::TimeDelta;
use fapiao_domain::{
    card::CardState,
    ids::{DeliveryId, Id, OrderId},
    invoice::InvoiceState,
};
use serde_json::json;

/// While an employer holds the card, it is looked at again so often; its release wakes the job at once.
const LOCKED_RETRY_SECS: u32 = 6 * 3600;
/// While the insert is under way.
const INSERT_RETRY_SECS: u32 = 30;
/// A cancellation is asked for: written down first, so that a lost answer is recognised.
const CANCEL_ASKED: &str = "card.cancel_asked";
/// WeChat did not cancel it, and this is known.
const CANCEL_REFUSED: &str = "card.cancel_refused";
/// The card's state does not allow the change.
const WRONG_STATE: &str = "72024";
/// Hours after which an insert without an outcome is for a person: nobody asks for it any more.
const INSERT_HOURS: i64 = 24;

/// Strikes the card of a delivery out, after its invoice was offset in full. Looks first whether the holder has handed
/// it on; what WeChat would refuse is not asked for.
///
/// # Errors
/// [`StepError`]: later while an employer holds it, for a person when it can never be struck out.
pub async fn cancel_card(ports: &Ports, id: &DeliveryId) -> Result<(), StepError> {
    // Another platform inserted it: that platform strikes it out, and tells with the offset's result.
    if ports.store.platform_request(id).await?.is_some()
        || ports.store.make_out_call(id).await?.is_some()
    {
        return Ok(());
    }
    let card = match CardStanding::of(ports.store.card(id).await?) {
        CardStanding::None | CardStanding::Cancelled(_) => return Ok(()),
        CardStanding::OnItsWay(card) if card.state == CardState::Uploading => return Ok(()),
        CardStanding::OnItsWay(card) => {
            let asked = card.asked_at.unwrap_or_else(|| ports.clock.now());
            if ports.clock.now() - asked > TimeDelta::hours(INSERT_HOURS) {
                return Err(StepError::parked(
                    "card_insert_undecided",
                    "不知道卡券是否已放入买家卡包，不能作废：请先重试“放入卡包”，再重试这一项；或放弃这一项，并请买家不要使用该卡券 / \
                     the insert of this card was never answered, so that nobody knows whether it is in the wallet; retry \
                     the stopped delivery first, then this, or give this up and ask the buyer not to use the card",
                ));
            }
            return Err(StepError::not_yet(
                INSERT_RETRY_SECS,
                "卡券正在放入卡包，之后再作废 / the card is being inserted; it is struck out afterwards",
            ));
        }
        CardStanding::Locked(_) => return Err(locked()),
        CardStanding::Reimbursed(_) => return Err(reimbursed()),
        CardStanding::CodeUnknown(_) => {
            return Err(StepError::parked(
                "card_code_unknown",
                "卡券在买家卡包中，但卡券编号随微信的应答丢失：请在授权页面补录编号后重试；或放弃这一项，并请买家不要使用该卡券 / \
                 the card is in the wallet, but its code was lost with WeChat's answer; enter the code on the delivery's \
                 page and retry, or give this up and ask the buyer not to use the card",
            ));
        }
        CardStanding::Free(card) => card,
    };
    let invoice = ports
        .store
        .invoices_by_id(std::slice::from_ref(&card.invoice))
        .await?
        .pop()
        .ok_or_else(|| StoreError::NotFound {
            what: format!("invoice {}", card.invoice),
        })?;
    if invoice.state != InvoiceState::FullyRed {
        return Err(StepError::parked(
            "invoice_not_offset",
            format!(
                "发票尚未全额红冲，不能作废卡券：{0} / invoice {0} is {1}; its card is struck out only after it was offset in full",
                invoice.id, invoice.state
            ),
        ));
    }
    ask_to_cancel(ports, &card, &invoice).await
}

async fn ask_to_cancel(ports: &Ports, card: &Card, invoice: &Invoice) -> Result<(), StepError> {
    let seller =
        ports
            .store
            .seller(&invoice.seller)
            .await?
            .ok_or_else(|| StoreError::NotFound {
                what: format!("seller {}", invoice.seller),
            })?;
    let account = account_of_card(ports, &seller, &card.template).await?;
    let asked_before = announce_cancel(ports, card, &invoice.order).await?;
    let answer = ports
        .platform
        .cancel_card(&account, &card.template, &card.code)
        .await;
    let (to, note, end) = match answer {
        Ok(()) => (CardState::Cancelled, json!({}), Ok(())),
        Err(error) if error.advice == Advice::AlreadyDone => {
            (CardState::Cancelled, json!({ "code": error.code }), Ok(()))
        }
        // Our own earlier call went through and its answer was lost.
        Err(error) if asked_before && error.code == WRONG_STATE => {
            (CardState::Cancelled, json!({ "code": error.code }), Ok(()))
        }
        // WeChat knows it before its report reached us.
        Err(error) if error.code == "72023" => (
            CardState::Locked,
            json!({ "code": error.code }),
            Err(locked()),
        ),
        Err(error) if error.code == "72061" => (
            CardState::Reimbursed,
            json!({ "code": error.code }),
            Err(reimbursed()),
        ),
        Err(error) => {
            if says_it_was_not_done(&error) {
                let (subject, data) = (card.delivery.as_str(), json!({ "code": error.code }));
                ports
                    .store
                    .append_audit(&Actor::WeChat, CANCEL_REFUSED, subject, data)
                    .await?;
            }
            return Err(error.into());
        }
    };
    ports
        .store
        .change_card(&card.delivery, card.state, to, &Actor::WeChat, note)
        .await?;
    end
}

/// Writes down that a cancellation is about to be asked for. Tells whether one was asked for before and got no clear
/// answer: WeChat may have carried it out.
async fn announce_cancel(ports: &Ports, card: &Card, order: &OrderId) -> Result<bool, StoreError> {
    let subject = card.delivery.as_str();
    let known = [CANCEL_ASKED, CANCEL_REFUSED, "card.changed"];
    // Newest first.
    let lines = ports.store.timeline(order).await?;
    let last = lines
        .iter()
        .find(|it| it.subject == subject && known.contains(&it.action.as_str()));
    if last.is_some_and(|it| it.action == CANCEL_ASKED) {
        return Ok(true);
    }
    ports
        .store
        .append_audit(&Actor::System, CANCEL_ASKED, subject, json!({}))
        .await?;
    Ok(false)
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
        "卡券已报销并离开卡包，微信不再接受作废（72061）；请通知买家财务已红冲，然后放弃这一项 / the card was reimbursed and \
         left the wallet (72061); tell the buyer's bookkeeper about the red letter, then \
         give this job up",
    )
}

/// Why a code is not taken.
#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    /// Not the form of a code.
    #[error("a card code has 6 to 32 letters and digits")]
    Form,
    /// No such delivery for this caller, or it has no card.
    #[error("there is no card of {0}")]
    Unknown(DeliveryId),
    /// The card has its code.
    #[error("the card of {0} has a code already")]
    HasCode(DeliveryId),
    /// Another card has this code.
    #[error("this code belongs to another card")]
    Taken,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn without_spaces(code: &str) -> String {
    code.chars().filter(|it| !it.is_whitespace()).collect()
}

/// Whether a code looks like those of WeChat's samples: 12 digits. Another one is taken, but worth a second look.
pub fn is_usual_code(code: &str) -> bool {
    let code = without_spaces(code);
    code.len() == 12 && code.bytes().all(|it| it.is_ascii_digit())
}

/// Takes the code of a card whose answer was lost, as a person read it off the wallet or a reimburser's list.
///
/// # Errors
/// [`CodeError`].
pub async fn enter_code(
    ports: &Ports,
    scope: &Scope,
    id: &DeliveryId,
    code: &str,
    actor: &Actor,
) -> Result<(), CodeError> {
    let code = without_spaces(code);
    // WeChat's samples have 12 digits, but nothing says that every code has.
    let fits = code.bytes().all(|it| it.is_ascii_alphanumeric());
    if !(6..=32).contains(&code.len()) || !fits {
        return Err(CodeError::Form);
    }
    let visible = ports.store.delivery(scope, id).await?.is_some();
    let card = ports.store.card(id).await?.filter(|_| visible);
    let card = card.ok_or_else(|| CodeError::Unknown(id.clone()))?;
    if card.state != CardState::CodeUnknown {
        return Err(CodeError::HasCode(id.clone()));
    }
    match ports.store.adopt_code(id, &code, actor).await {
        Ok(()) => Ok(wake_cancellation(ports, id).await?),
        Err(StoreError::Exists { .. }) => Err(CodeError::Taken),
        Err(StoreError::Stale { .. }) => Err(CodeError::HasCode(id.clone())),
        Err(error) => Err(error.into()),
    }
}
