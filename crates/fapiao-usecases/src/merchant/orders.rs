//! Accepting orders, and asking for a delivery.

use super::intake::{
    AccountTrouble, IntakeDesk, KnownTitle, account_for, check_remark, known_remark, known_title,
    missing, new_deliveries, page_fits,
};
use crate::merchant::documents::with_document;
use crate::{
    actor::Actor,
    errors::StoreError,
    fields::FieldError,
    idempotency::{Effect, Idempotency},
    merchant::drafts::{DeliveryDraft, OrderDraft},
    parts::{PartsError, Superseded, parts_left},
    ports::{Accepted, NewDelivery, NewOrder, Ports, Scope},
    records::{Card, Delivery, Invoice, JobRow, Order, OrderPart},
};
use fapiao_domain::{
    card::CardState,
    delivery::{DeliveryState, PageType},
    ids::{Id, InvoiceId, OrderId},
    invoice::InvoiceState,
    order::OrderState,
};
use thiserror::Error;

/// Who calls, and what they may touch.
#[derive(Clone, Debug)]
pub struct Caller {
    /// For the audit chain.
    pub actor: Actor,
    /// What they may touch.
    pub scope: Scope,
    /// `api`, `csv` or `admin`.
    pub source: &'static str,
}

/// What makes a request recognisable when it is repeated.
#[derive(Clone, Debug)]
pub struct Repeatable {
    /// Key owner and route.
    pub scope: String,
    /// The client's key.
    pub key: String,
    /// SHA-256 of the body.
    pub fingerprint: String,
}

impl Repeatable {
    /// With the answer the first request gets.
    pub fn answered(self, status: u16, body: String) -> Idempotency {
        Idempotency {
            scope: self.scope,
            key: self.key,
            fingerprint: self.fingerprint,
            status,
            body,
        }
    }
}

/// An order with the deliveries that were asked for with it.
#[derive(Clone, Debug)]
pub struct OrderWithDelivery {
    /// The order.
    pub order: Order,
    /// Its deliveries, oldest first: those just made, or all.
    pub deliveries: Vec<Delivery>,
}

impl OrderWithDelivery {
    /// The delivery that matters now.
    pub fn delivery(&self) -> Option<&Delivery> {
        current(&self.deliveries)
    }
}

/// The delivery of an order that matters now: the newest; of an order that becomes several invoices the first part
/// whose buyer is still awaited, else the first that is not over, else the newest.
pub fn current(deliveries: &[Delivery]) -> Option<&Delivery> {
    let newest = deliveries.last()?;
    if newest.part.is_none() {
        return Some(newest);
    }
    let parts = || {
        let mut parts: Vec<&Delivery> = deliveries.iter().filter(|it| it.part.is_some()).collect();
        parts.sort_by_key(|it| it.part.as_ref().map_or(0, |part| part.no));
        parts.into_iter()
    };
    parts()
        .find(|it| it.state.awaits_buyer())
        .or_else(|| parts().find(|it| !it.state.is_final()))
        .or(Some(newest))
}

/// The delivery that a page about the order speaks of: of a divided order the first part that needs a person, because
/// its job stopped, its invoice is there and its card is not, or nothing is under way and it ended without an invoice;
/// else the [`current`] one.
pub fn foremost<'a>(
    order: OrderState,
    deliveries: &'a [Delivery],
    invoices: &[Invoice],
    stopped: &[JobRow],
) -> Option<&'a Delivery> {
    let current = current(deliveries)?;
    if current.part.is_none() {
        return Some(current);
    }
    let mut parts: Vec<&Delivery> = deliveries
        .iter()
        .filter(|it| !deliveries.iter().any(|other| other.replaces(it)))
        .collect();
    parts.sort_by_key(|it| it.part.as_ref().map_or(0, |part| part.no));
    let stops = |it: &Delivery| {
        stopped.iter().any(|job| {
            let of_invoice = it
                .invoice
                .as_ref()
                .is_some_and(|id| job.subject == id.as_str());
            job.subject == it.id.as_str() || of_invoice
        })
    };
    let invoiced = |it: &Delivery| {
        invoices.iter().any(|invoice| {
            it.invoice.as_ref() == Some(&invoice.id)
                && invoice.state.is_issued()
                && invoice.state != InvoiceState::FullyRed
        })
    };
    let without_card = |it: &Delivery| !it.is_bringing() && invoiced(it);
    let ended = |it: &Delivery| order == OrderState::Open && !it.is_bringing() && !invoiced(it);
    let first = |wrong: &dyn Fn(&Delivery) -> bool| parts.iter().copied().find(|it| wrong(it));
    first(&stops)
        .or_else(|| first(&without_card))
        .or_else(|| first(&ended))
        .or(Some(current))
}

/// What became of an order.
#[derive(Debug)]
pub enum OrderOutcome {
    /// Written now.
    Created(OrderWithDelivery),
    /// The same order was accepted before.
    Existing(OrderWithDelivery),
    /// The same request was answered before; this is that answer.
    Replayed {
        /// Status.
        status: u16,
        /// Body.
        body: String,
    },
}

/// Why an order is not accepted, or a delivery not made.
#[derive(Debug, Error)]
pub enum OrderError {
    /// Wrong fields.
    #[error("the order has {} wrong field(s)", .0.len())]
    Invalid(Vec<FieldError>),
    /// The idempotency key was used for another body.
    #[error("this Idempotency-Key was used for a different request; use a new key for a new order")]
    KeyReused,
    /// Another order has the number.
    #[error("order number {order_no} was used for a different order ({existing})")]
    OrderNoTaken {
        /// The number.
        order_no: String,
        /// That order.
        existing: OrderId,
    },
    /// No such order for this caller.
    #[error("there is no order {0}")]
    UnknownOrder(String),
    /// A delivery is under way or done.
    #[error(
        "order {0} has a delivery under way or is invoiced; look at it instead of making another"
    )]
    DeliveryUnderWay(String),
    /// Everything was given back.
    #[error(
        "nothing of order {0} is left to invoice: all of it was refunded; what is sold anew is a new order"
    )]
    NothingLeft(String),
    /// What is left of it cannot be divided into invoices that the seller's limits allow.
    #[error("order {0} cannot be divided into invoices by the seller's limits: {1}")]
    Indivisible(String, String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Hours after which an unanswered page expires.
pub const PAGE_LIFE_HOURS: i64 = 72;

/// Accepts one order. `answer` makes the body that a repetition of the request gets.
///
/// # Errors
/// [`OrderError`]; nothing is written then.
pub async fn accept_order(
    ports: &Ports,
    caller: &Caller,
    draft: &OrderDraft,
    repeat: Option<Repeatable>,
    answer: &(dyn Fn(&OrderWithDelivery) -> String + Sync),
) -> Result<OrderOutcome, OrderError> {
    let mut desk = IntakeDesk::open(ports).await?;
    let mut accepted = match desk.read(ports, caller, draft).await {
        Ok(accepted) => accepted,
        Err(error) => return answered_before(ports, repeat.as_ref(), error).await,
    };
    if let Some(repeat) = repeat {
        let with_delivery = preview(&accepted);
        accepted.idempotency = Some(repeat.answered(201, answer(&with_delivery)));
    }
    let created = preview(&accepted);
    let results = ports.store.accept_orders(vec![accepted]).await?;
    let result = results
        .into_iter()
        .next()
        .ok_or_else(|| StoreError::Corrupt("no answer for the order".into()))?;
    match result {
        Accepted::New => Ok(OrderOutcome::Created(created)),
        Accepted::Replayed { status, body } => Ok(OrderOutcome::Replayed { status, body }),
        Accepted::KeyReused => Err(OrderError::KeyReused),
        Accepted::OrderNoTaken {
            existing,
            same: false,
        } => Err(OrderError::OrderNoTaken {
            order_no: created.order.order_no,
            existing,
        }),
        Accepted::OrderNoTaken {
            existing,
            same: true,
        } => Ok(OrderOutcome::Existing(
            order_with_delivery(ports, &caller.scope, &existing).await?,
        )),
    }
}

/// Rules change (a rate ends, a store closes), stored answers do not: a repetition of an accepted request gets its first
/// answer although it would be refused today.
async fn answered_before(
    ports: &Ports,
    repeat: Option<&Repeatable>,
    error: OrderError,
) -> Result<OrderOutcome, OrderError> {
    if let (OrderError::Invalid(_), Some(repeat)) = (&error, repeat)
        && let Some(stored) = ports.store.answered(&repeat.scope, &repeat.key).await?
    {
        return if stored.fingerprint == repeat.fingerprint {
            Ok(OrderOutcome::Replayed {
                status: stored.status,
                body: stored.body,
            })
        } else {
            Err(OrderError::KeyReused)
        };
    }
    Err(error)
}

/// Tells everything that is wrong with a draft, and writes nothing.
///
/// # Errors
/// [`OrderError`], as accepting it would give; whether its number is taken is not looked at.
pub async fn check_order(
    ports: &Ports,
    caller: &Caller,
    draft: &OrderDraft,
) -> Result<(), OrderError> {
    IntakeDesk::open(ports)
        .await?
        .read(ports, caller, draft)
        .await
        .map(|_| ())
}

/// An order and its deliveries.
///
/// # Errors
/// [`OrderError::UnknownOrder`] when the scope does not cover it.
pub async fn order_with_delivery(
    ports: &Ports,
    scope: &Scope,
    id: &OrderId,
) -> Result<OrderWithDelivery, OrderError> {
    let order = ports
        .store
        .order(scope, id)
        .await?
        .ok_or_else(|| OrderError::UnknownOrder(id.to_string()))?;
    let deliveries = ports.store.deliveries_of(id).await?;
    Ok(OrderWithDelivery { order, deliveries })
}

/// Adds a delivery to an accepted order; one for each invoice, where what is left becomes several. The first is told.
///
/// # Errors
/// [`OrderError`]; nothing is written then.
pub async fn request_delivery(
    ports: &Ports,
    caller: &Caller,
    id: &OrderId,
    draft: &DeliveryDraft,
    repeat: Option<Repeatable>,
    answer: &(dyn Fn(&Delivery) -> String + Sync),
) -> Result<Effect<Delivery>, OrderError> {
    let order = ports
        .store
        .order(&caller.scope, id)
        .await?
        .ok_or_else(|| OrderError::UnknownOrder(id.to_string()))?;
    let seller = ports
        .store
        .seller(&order.seller)
        .await?
        .ok_or_else(|| missing("seller"))?;
    let account =
        account_for(ports, &seller, draft.channel)
            .await
            .map_err(|error| match error {
                // Here the body is the delivery itself.
                AccountTrouble::Missing(mut error) => {
                    error.pointer = error.pointer.replace("/delivery/", "/");
                    OrderError::Invalid(vec![error])
                }
                AccountTrouble::Store(error) => OrderError::Store(error),
            })?;
    // Also an invoice that is there: the card of another platform's invoice is not ours to insert.
    page_fits(&seller, draft.page, "").map_err(OrderError::Invalid)?;
    let now = ports.clock.now();
    let sealed = with_document(ports, &seller, draft, "")
        .await?
        .map_err(OrderError::Invalid)?;
    let draft = &sealed;
    let (known, parts) = match collected_invoice(ports, &order, draft).await? {
        // Of a divided order it stays the part it is: the others go their own way.
        Some(it) => (
            KnownTitle::Invoiced(it.invoice),
            it.part.into_iter().collect(),
        ),
        None => {
            let known =
                known_title(&seller, order.asked, draft, "").map_err(OrderError::Invalid)?;
            if draft.title.is_some() {
                // The order fitted without a buyer's bank; with this one it has to fit, too.
                let parts = known_remark(
                    &order.remark,
                    order.payment.as_ref(),
                    order.difference.as_ref(),
                    &seller,
                    draft.title.as_ref(),
                );
                let wrong =
                    check_remark(ports, &seller, &parts, order.asked, "/title/bank").await?;
                if let Some(wrong) = wrong {
                    return Err(OrderError::Invalid(vec![wrong]));
                }
            }
            // What needs a title that many invoices share is divided like anything else.
            match parts_left(ports, &seller, &order, Superseded::None).await {
                Ok(parts) => (known, parts),
                Err(PartsError::Store(error)) => return Err(error.into()),
                Err(PartsError::Books(text) | PartsError::Limits(text)) => {
                    return Err(OrderError::Indivisible(order.order_no, text));
                }
            }
        }
    };
    let new = new_deliveries(&account, draft, &known, parts, now);
    let Some(first) = new.first() else {
        return Err(StoreError::Corrupt("no delivery was made".into()).into());
    };
    let delivery = as_delivery(first, &order);
    let idempotency = repeat.map(|repeat| repeat.answered(201, answer(&delivery)));
    match ports
        .store
        .add_deliveries(id, new, idempotency, &caller.actor)
        .await
    {
        Ok(Effect::Done(())) => Ok(Effect::Done(delivery)),
        Ok(Effect::Replayed { status, body }) => Ok(Effect::Replayed { status, body }),
        Ok(Effect::KeyReused) => Err(OrderError::KeyReused),
        Err(StoreError::Exists { .. }) => Err(OrderError::DeliveryUnderWay(order.order_no)),
        Err(StoreError::Stale { .. }) if order.state == OrderState::Cancelled => {
            Err(OrderError::NothingLeft(order.order_no))
        }
        Err(error) => Err(error.into()),
    }
}

/// The issued invoice that a page `collect` without a title hands over: the one that is named, or the first without a
/// card.
async fn collected_invoice(
    ports: &Ports,
    order: &Order,
    draft: &DeliveryDraft,
) -> Result<Option<Uncarded>, OrderError> {
    if draft.page != PageType::Collect || draft.title.is_some() {
        return Ok(None);
    }
    let found = uncarded(ports, order).await?;
    let Some(named) = &draft.invoice else {
        return Ok(found.into_iter().next());
    };
    match found.into_iter().find(|it| it.invoice == *named) {
        Some(found) => Ok(Some(found)),
        None => Err(OrderError::DeliveryUnderWay(order.order_no.clone())),
    }
}

/// An issued invoice that no wallet has, and that nothing brings to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncarded {
    /// The invoice.
    pub invoice: InvoiceId,
    /// Which part of a divided order it is.
    pub part: Option<OrderPart>,
}

/// The issued invoices of an order whose card did not come, oldest first. One whose delivery is still under way is
/// brought by that; one whose card was asked for may be in a wallet.
///
/// # Errors
/// [`StoreError`].
pub async fn uncarded(ports: &Ports, order: &Order) -> Result<Vec<Uncarded>, StoreError> {
    let deliveries = ports.store.deliveries_of(&order.id).await?;
    let mut found: Vec<Uncarded> = Vec::new();
    for delivery in &deliveries {
        let Some(id) = &delivery.invoice else {
            continue;
        };
        let is_brought = deliveries
            .iter()
            .any(|it| it.invoice.as_ref() == Some(id) && it.is_bringing());
        if is_brought || found.iter().any(|it| it.invoice == *id) {
            continue;
        }
        let invoice = ports.store.invoice(&Scope::All, id).await?;
        if invoice.is_none_or(|it| it.state != InvoiceState::Issued) {
            continue;
        }
        let cards = ports.store.cards_of(id).await?;
        let gone = |it: &Card| matches!(it.state, CardState::Uploading | CardState::Cancelled);
        if cards.iter().all(gone) {
            found.push(Uncarded {
                invoice: id.clone(),
                part: delivery.part.clone(),
            });
        }
    }
    Ok(found)
}

fn preview(new: &NewOrder) -> OrderWithDelivery {
    OrderWithDelivery {
        order: new.order.clone(),
        deliveries: new
            .deliveries
            .iter()
            .map(|delivery| as_delivery(delivery, &new.order))
            .collect(),
    }
}

fn as_delivery(new: &NewDelivery, order: &Order) -> Delivery {
    Delivery {
        id: new.id.clone(),
        order: order.id.clone(),
        seller: order.seller.clone(),
        account: new.account.clone(),
        channel: new.channel,
        page: new.page,
        short_code: new.short_code.clone(),
        state: DeliveryState::Created,
        reason: String::new(),
        return_url: new.return_url.clone(),
        expires_at: new.expires_at,
        authorised_at: None,
        due_at: None,
        overdue_at: None,
        refusal_url: String::new(),
        wechat_order_id: None,
        raw_title: new.raw_title.clone(),
        part: new.part.clone(),
        invoice: new.invoice.clone(),
        created_at: order.created_at,
        version: 1,
    }
}
