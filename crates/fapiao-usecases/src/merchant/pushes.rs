//! Pushes: stored and answered at once, worked on later.

use crate::{
    asked::asked_platform,
    cancellation::wake_cancellation,
    errors::StoreError,
    fiscal::{BillConfirmed, confirm_bill, follow_bill_card},
    ids::fresh,
    merchant::{
        after_payment::{Claimed, take_up},
        confirm::{Confirmed, confirm_authorisation},
    },
    ports::{
        CardReport, Followed, NewPush, Ports, PushEnd, PushMeaning, Recorded, Scope, Unproved,
    },
    records::{Delivery, IssuingMode, PushMode},
    step::{StepError, next_question},
    unified::take_result,
};
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::{
    card::CardState,
    ids::{AccountId, BillDeliveryId, DeliveryId, Id, OrderId, PushId},
};
use serde_json::json;
use thiserror::Error;

/// Why a push is not answered with success.
#[derive(Debug, Error)]
pub enum PushError {
    /// It is not WeChat's, or not for us. Callers answer with one uniform refusal.
    #[error("the push was refused: {0}")]
    Refused(String),
    /// It could not be stored: no answer, so that WeChat repeats it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The address check of WeChat's console: the text to echo.
///
/// # Errors
/// [`PushError`].
pub async fn verify_address(ports: &Ports, app_id: &str, query: &str) -> Result<String, PushError> {
    let account = ports.store.account_by_app_id(app_id).await?;
    let account =
        account.ok_or_else(|| PushError::Refused(format!("no account has the app id {app_id}")))?;
    ports
        .pushes
        .verify_address(&account, query)
        .map_err(PushError::Refused)
}

/// Verifies, decrypts and stores a push; its id, and whether it is new. Returns only after the commit.
///
/// # Errors
/// [`PushError`].
pub async fn receive_push(
    ports: &Ports,
    app_id: &str,
    query: &str,
    body: &[u8],
) -> Result<(PushId, Recorded), PushError> {
    let Some(account) = ports.store.account_by_app_id(app_id).await? else {
        let verdict = format!("no account has the app id {app_id}");
        ports
            .store
            .record_refused(None, &verdict, query, &String::from_utf8_lossy(body))
            .await?;
        return Err(PushError::Refused(verdict));
    };
    let opened = match ports.pushes.open(&account, query, body) {
        Ok(opened) => opened,
        Err(verdict) => {
            ports
                .store
                .record_refused(
                    Some(&account.id),
                    &verdict,
                    query,
                    &String::from_utf8_lossy(body),
                )
                .await?;
            return Err(PushError::Refused(verdict));
        }
    };
    let id: PushId = fresh(ports.clock.now());
    let push = NewPush {
        id: id.clone(),
        account: account.id,
        dedup_key: opened.dedup_key,
        event: opened.event,
        plain: opened.plain,
        raw_query: query.to_owned(),
        raw_body: String::from_utf8_lossy(body).into_owned(),
    };
    let recorded = ports.store.record_pushes(vec![push]).await?;
    match recorded.into_iter().next() {
        Some(recorded) => Ok((id, recorded)),
        None => Err(StoreError::Corrupt("no answer for the push".into()).into()),
    }
}

/// Does what a stored push hints at.
///
/// # Errors
/// [`StepError`].
pub async fn handle_push(ports: &Ports, id: &PushId) -> Result<(), StepError> {
    let Some(push) = ports.store.push(id).await? else {
        return Ok(());
    };
    if push.state != "stored" {
        return Ok(());
    }
    let end = work_on(ports, push.account.as_ref(), &push.plain, push.received_at).await?;
    ports.store.record_push_outcome(id, &end).await?;
    Ok(())
}

/// Does what the text of a push to an account hints at, and tells how the push ends. Safe to repeat.
///
/// # Errors
/// [`StepError`].
pub async fn work_on(
    ports: &Ports,
    account: Option<&AccountId>,
    plain: &str,
    received_at: DateTime<Utc>,
) -> Result<PushEnd, StepError> {
    Ok(match ports.pushes.read(plain) {
        Err(reason) => PushEnd::new("parked", reason),
        Ok(PushMeaning::Other(event)) => {
            PushEnd::new("ignored", format!("event {event} needs no action"))
        }
        Ok(PushMeaning::CardStatus {
            card_id,
            code,
            openid,
            at,
            state: Some(to),
            word,
        }) => {
            let report = CardReport {
                template: card_id,
                code,
                openid,
                to,
                at,
            };
            follow_report(ports, &report, &word).await?
        }
        Ok(PushMeaning::UnifiedResult {
            serial,
            tax_number,
            issued,
        }) => {
            let signed = !unsigned(ports, account).await?;
            let (state, outcome) = take_result(ports, &serial, &tax_number, issued, signed).await?;
            PushEnd::new(state, outcome)
        }
        Ok(PushMeaning::CardStatus { word, .. }) => {
            PushEnd::new("parked", format!("unknown card status {word}"))
        }
        Ok(PushMeaning::Authorisation {
            order_id,
            agreed,
            platform_id,
            openid,
        }) => {
            let hint = Hint {
                order_id: &order_id,
                agreed,
                platform_id: platform_id.as_deref(),
                openid: &openid,
                unsigned: unsigned(ports, account).await?,
                received_at,
            };
            follow_hint(ports, account, &hint).await?
        }
    })
}

/// What a push says of an authorisation.
struct Hint<'a> {
    order_id: &'a str,
    agreed: bool,
    platform_id: Option<&'a str>,
    openid: &'a str,
    /// Nobody signed the text: whoever saw one plain push can write another.
    unsigned: bool,
    received_at: DateTime<Utc>,
}

impl Hint<'_> {
    /// The end of a hint that nothing confirms; who could have written it, is warned of.
    fn unproved(
        &self,
        state: &'static str,
        outcome: impl Into<String>,
        order: Option<&OrderId>,
    ) -> PushEnd {
        PushEnd {
            unproved: self.unsigned.then(|| Unproved {
                named: self.order_id.chars().take(NAMED_CHARS).collect(),
                order: order.cloned(),
            }),
            ..PushEnd::new(state, outcome)
        }
    }
}

/// How long WeChat is asked about a request from a payment's receipt.
const ASKED_FOR: TimeDelta = TimeDelta::days(1);

/// An order id of WeChat is shorter; what is longer was written by somebody else.
const NAMED_CHARS: usize = 64;

async fn follow_hint(
    ports: &Ports,
    account: Option<&AccountId>,
    hint: &Hint<'_>,
) -> Result<PushEnd, StepError> {
    let foreign = || format!("order id {} is not one of ours", hint.order_id);
    let not_yet = "WeChat does not confirm it (yet)";
    if let Ok(delivery) = BillDeliveryId::parse(hint.order_id) {
        return follow_bill_hint(ports, hint, &delivery).await;
    }
    let Ok(delivery) = DeliveryId::parse(hint.order_id) else {
        if !hint.agreed {
            return Ok(hint.unproved("ignored", foreign(), None));
        }
        return Ok(
            match claimed(ports, account, hint.order_id, hint.platform_id).await? {
                Claimed::NotOurs => hint.unproved("ignored", foreign(), None),
                Claimed::NotConfirmed if hint.unsigned => hint.unproved("handled", not_yet, None),
                Claimed::NotConfirmed => return asked_again(hint, ports.clock.now()),
                Claimed::Rejected => PushEnd::new("handled", "rejected at WeChat since"),
                Claimed::Matched(order) => {
                    PushEnd::new("handled", format!("the payment of order {order}"))
                }
                Claimed::Parked => PushEnd::new("handled", "a payment whose order is not known"),
            },
        );
    };
    let Some(found) = ports.store.delivery(&Scope::All, &delivery).await? else {
        let outcome = format!("there is no delivery {delivery}");
        return Ok(hint.unproved("ignored", outcome, None));
    };
    if hint.unsigned && !hint.agreed {
        // WeChat has no answer that would confirm it: whoever saw one plain push could end every delivery.
        let outcome = "plain mode signs no text, and nothing confirms that the buyer declined";
        return Ok(hint.unproved("ignored", outcome, Some(&found.order)));
    }
    if hint.agreed && !hint.openid.is_empty() {
        keep_openid(ports, &found, hint.openid).await?;
    }
    Ok(
        match confirm_authorisation(ports, &delivery, hint.agreed).await? {
            Confirmed::Authorised => PushEnd::new("handled", "confirmed by WeChat"),
            Confirmed::Closed(state) => PushEnd::new("handled", format!("the delivery is {state}")),
            Confirmed::Declined => PushEnd::new("handled", "the buyer declined"),
            // The hint is not proof: the poll goes on.
            Confirmed::NotYet => hint.unproved("handled", not_yet, Some(&found.order)),
        },
    )
}

/// No delivery of ours is polled for a request from a payment's receipt: its push is the only one to ask WeChat again, until
/// a person looks.
fn asked_again(hint: &Hint<'_>, now: DateTime<Utc>) -> Result<PushEnd, StepError> {
    let age = now - hint.received_at;
    if age < ASKED_FOR {
        return Err(StepError::not_yet(
            next_question(age),
            "微信尚未确认买家已授权，稍后再查 / WeChat does not confirm yet that the buyer agreed; it is asked again",
        ));
    }
    Ok(PushEnd::new(
        "parked",
        format!(
            "WeChat did not confirm within a day that the buyer agreed to its order {}",
            hint.order_id
        ),
    ))
}

/// The same of a fiscal bill, whose deliveries have ids of their own kind.
async fn follow_bill_hint(
    ports: &Ports,
    hint: &Hint<'_>,
    delivery: &BillDeliveryId,
) -> Result<PushEnd, StepError> {
    if hint.unsigned && !hint.agreed {
        let outcome = "plain mode signs no text, and nothing confirms that the payer declined";
        return Ok(hint.unproved("ignored", outcome, None));
    }
    Ok(match confirm_bill(ports, delivery, hint.agreed).await? {
        BillConfirmed::Authorised => PushEnd::new("handled", "confirmed by WeChat"),
        BillConfirmed::Declined => PushEnd::new("handled", "the payer declined"),
        BillConfirmed::Closed(Some(state)) => {
            PushEnd::new("handled", format!("the delivery is {state}"))
        }
        BillConfirmed::Closed(None) => {
            let outcome = format!("there is no delivery {delivery}");
            hint.unproved("ignored", outcome, None)
        }
        BillConfirmed::NotYet => hint.unproved("handled", "WeChat does not confirm it (yet)", None),
    })
}

/// Whether the text of a push to this account is signed by nobody.
async fn unsigned(ports: &Ports, account: Option<&AccountId>) -> Result<bool, StoreError> {
    let Some(account) = account else {
        return Ok(true);
    };
    let found = ports.store.account(account).await?;
    Ok(found.is_none_or(|it| it.push_mode == PushMode::Plain))
}

/// The legacy unified calls want the buyer's openid, which nothing but the push tells; the other modes never keep it.
async fn keep_openid(ports: &Ports, delivery: &Delivery, openid: &str) -> Result<(), StoreError> {
    let mode = match asked_platform(ports, delivery).await? {
        Some(asked) => Some(asked.mode),
        None => ports
            .store
            .seller(&delivery.seller)
            .await?
            .map(|it| it.mode),
    };
    if mode == Some(IssuingMode::WechatUnified) {
        ports.store.note_unified_buyer(&delivery.id, openid).await?;
    }
    Ok(())
}

/// A report about a card that overtook the answer to its insert is looked at again after this time.
const EARLY_RETRY_SECS: u32 = 5;

async fn follow_report(
    ports: &Ports,
    report: &CardReport,
    word: &str,
) -> Result<PushEnd, StepError> {
    let note = json!({ "status": word });
    let (state, outcome) = match ports.store.follow_card(report, note).await? {
        Followed::Changed { delivery, to, .. } => {
            if to == CardState::Inserted {
                // Released by whoever checked it: a job that waits to strike it out goes on.
                wake_cancellation(ports, &delivery).await?;
            }
            ("handled", word.to_owned())
        }
        Followed::Same(_) => ("handled", "the card stands there already".to_owned()),
        Followed::Outdated(_, state) => (
            "handled",
            format!("older than what is known: the card is {state}"),
        ),
        Followed::Adopted(delivery, _) => {
            // What could not be struck out for want of its code is looked at again.
            wake_cancellation(ports, &delivery).await?;
            (
                "handled",
                format!("the lost card code of {delivery} was found"),
            )
        }
        Followed::Ambiguous(deliveries) => {
            let names: Vec<String> = deliveries.iter().map(ToString::to_string).collect();
            (
                "parked",
                format!("the card code is one of those lost by {}", names.join(", ")),
            )
        }
        Followed::Early => {
            return Err(StepError::not_yet(
                EARLY_RETRY_SECS,
                "有一张卡券正在放入卡包，推送可能与它有关，稍后再看 / an insert awaits its answer; the report may be about its card",
            ));
        }
        Followed::Unknown => {
            let of_bill = follow_bill_card(ports, report, word).await?;
            return Ok(
                of_bill.unwrap_or_else(|| PushEnd::new("ignored", "no card of ours has this code"))
            );
        }
    };
    Ok(PushEnd::new(state, outcome))
}

/// A push of an account that is gone is nobody's.
async fn claimed(
    ports: &Ports,
    account: Option<&AccountId>,
    order_id: &str,
    platform_id: Option<&str>,
) -> Result<Claimed, StepError> {
    match account {
        Some(account) => take_up(ports, account, order_id, platform_id).await,
        None => Ok(Claimed::NotOurs),
    }
}
