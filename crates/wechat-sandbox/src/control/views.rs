//! What the sandbox knows, as JSON.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use super::accounts::account_json;
use super::orders::order_json;
use super::{Problem, send};
use crate::app::App;
use crate::model::{Card, OrderState, Push, PushOutcome};
use crate::world::World;

/// Rows of each kind in `GET /sandbox/state`.
const SHOWN: usize = 100;

pub(super) fn clock_json(app: &App) -> Value {
    json!({"now": app.now(), "ahead_secs": app.clock.ahead_secs()})
}

pub(super) async fn state(app: Data<App>) -> HttpResponse {
    let world = app.world();
    let mut orders: Vec<_> = world.orders.iter().collect();
    orders.sort_by_key(|order| std::cmp::Reverse(order.created_at));
    let orders: Vec<Value> = orders
        .into_iter()
        .take(SHOWN)
        .map(|order| order_json(&app, &world, order))
        .collect();
    let pending = world
        .pushes
        .iter()
        .filter(|push| push.outcome == PushOutcome::Pending)
        .count();
    let accounts: Vec<Value> = world.accounts.iter().map(account_json).collect();
    let templates: Vec<Value> = world
        .templates
        .iter()
        .take(SHOWN)
        .map(|it| json!(it))
        .collect();
    let pushes: Vec<Value> = world
        .pushes
        .iter()
        .rev()
        .take(SHOWN)
        .map(|it| json!(it))
        .collect();
    send(Ok(json!({
        "base": app.base,
        "clock": clock_json(&app),
        "counts": {
            "accounts": world.accounts.len(),
            "orders": world.orders.len(),
            "orders_waiting": world.order_count(OrderState::Waiting),
            "orders_authorised": world.order_count(OrderState::Authorised),
            "orders_inserted": world.order_count(OrderState::Inserted),
            "templates": world.templates.len(),
            "files": world.media.len(),
            "cards": world.cards.len(),
            "pushes": world.pushes.len(),
            "pushes_pending": pending,
            "calls": world.call_count,
        },
        "accounts": accounts,
        "templates": templates,
        "orders": orders,
        "cards": newest_cards(&world, SHOWN),
        "pushes": pushes,
        "faults": world.faults,
    })))
}

fn newest_cards(world: &World, limit: usize) -> Vec<Value> {
    let mut cards: Vec<&Card> = world.cards.iter().collect();
    cards.sort_by_key(|card| std::cmp::Reverse(card.inserted_at));
    cards
        .into_iter()
        .take(limit)
        .map(|card| card_json(world, Some(card)))
        .collect()
}

/// A card with what is derived from it.
pub(super) fn card_json(world: &World, card: Option<&Card>) -> Value {
    let Some(card) = card else { return Value::Null };
    let mut value = json!(card);
    value["encrypt_code"] = json!(world.encrypt_code(&card.code));
    value["payee"] = json!(
        world
            .templates
            .get(&card.card_id)
            .map(|template| template.payee.as_str())
    );
    value
}

#[derive(Deserialize)]
pub(super) struct CardFilter {
    order_id: Option<String>,
    buyer: Option<String>,
    limit: Option<usize>,
}

pub(super) async fn cards(app: Data<App>, filter: Query<CardFilter>) -> HttpResponse {
    let world = app.world();
    let wanted = |card: &&Card| {
        filter
            .order_id
            .as_ref()
            .is_none_or(|id| card.order_id == *id)
            && filter.buyer.as_ref().is_none_or(|id| card.buyer == *id)
    };
    let cards: Vec<Value> = world
        .cards
        .iter()
        .filter(wanted)
        .take(filter.limit.unwrap_or(1000))
        .map(|card| card_json(&world, Some(card)))
        .collect();
    send(Ok(json!({"cards": cards})))
}

pub(super) async fn card(app: Data<App>, code: Path<String>) -> HttpResponse {
    let world = app.world();
    match world.cards.get(&code) {
        Some(card) => send(Ok(card_json(&world, Some(card)))),
        None => send(Err(Problem::not_found(format!(
            "no card has the code {code}"
        )))),
    }
}

#[derive(Deserialize)]
pub(super) struct CallFilter {
    path: Option<String>,
    limit: Option<usize>,
}

/// Newest first; at most the last two thousand are kept.
pub(super) async fn calls(app: Data<App>, filter: Query<CallFilter>) -> HttpResponse {
    let world = app.world();
    let calls: Vec<Value> = world
        .calls
        .iter()
        .rev()
        .filter(|call| filter.path.as_ref().is_none_or(|path| call.path == *path))
        .take(filter.limit.unwrap_or(200))
        .map(|call| json!(call))
        .collect();
    send(Ok(json!({"calls": calls})))
}

#[derive(Deserialize)]
pub(super) struct LedgerFilter {
    order_id: Option<String>,
}

/// Every accepted insert and every push with its outcome: what a product's own books are held
/// against.
pub(super) async fn ledger(app: Data<App>, filter: Query<LedgerFilter>) -> HttpResponse {
    let world = app.world();
    let wanted = filter.order_id.as_deref();
    let mut cards: Vec<&Card> = world
        .cards
        .iter()
        .filter(|card| wanted.is_none_or(|order_id| card.order_id == order_id))
        .collect();
    cards.sort_by(|a, b| (a.inserted_at, &a.code).cmp(&(b.inserted_at, &b.code)));
    let inserts: Vec<Value> = cards.into_iter().map(insert_json).collect();
    let pushes: Vec<Value> = world
        .pushes
        .iter()
        .filter(|push| wanted.is_none_or(|order_id| names_order(push, order_id)))
        .map(push_json)
        .collect();
    send(Ok(json!({"inserts": inserts, "pushes": pushes})))
}

fn insert_json(card: &Card) -> Value {
    json!({
        "order_id": card.order_id,
        "appid": card.appid,
        "platform_appid": card.platform_appid,
        "card_id": card.card_id,
        "code": card.code,
        "openid": card.openid,
        "buyer": card.buyer,
        "status": card.status,
        "inserted_at": card.inserted_at,
        "fiscal": card.fiscal,
        "pdf_sha256": card.pdf_sha256,
        "title": card.data.title,
        "fee": card.data.fee,
        "fee_without_tax": card.data.fee_without_tax,
        "tax": card.data.tax,
        "billing_time": card.data.billing_time,
        "billing_no": card.data.billing_no,
        "billing_code": card.data.billing_code,
        "check_code": card.data.check_code,
    })
}

fn names_order(push: &Push, order_id: &str) -> bool {
    push.members.iter().any(|(_, value)| value == order_id)
}

fn push_json(push: &Push) -> Value {
    let members: serde_json::Map<String, Value> = push.members.iter().cloned().collect();
    let answered = push
        .attempts
        .last()
        .filter(|_| push.outcome == PushOutcome::Answered);
    json!({
        "id": push.id,
        "appid": push.appid,
        "event": push.event,
        "from": push.from,
        "created_at": push.created_at,
        "members": members,
        "outcome": push.outcome,
        "attempts": push.attempts.len(),
        "answered_at_ms": answered.map(|last| last.at_ms + last.latency_ms),
        "copy_of": push.copy_of,
    })
}
