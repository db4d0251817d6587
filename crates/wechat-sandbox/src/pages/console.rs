//! The console for people at `/`, and the small files others are shown.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::phone::status_words;
use super::{links, notice, page, yuan};
use crate::api::pdf_content;
use crate::app::App;
use crate::clock::china_time;
use crate::config::AccountKind;
use crate::model::{OrderState, PushOutcome};
use crate::world::World;

const ROWS: usize = 30;

#[derive(Template)]
#[template(path = "console.html")]
struct Console {
    base: String,
    now: String,
    ahead_secs: i64,
    counts: Vec<(&'static str, String)>,
    accounts: Vec<AccountRow>,
    orders: Vec<OrderRow>,
    cards: Vec<CardRow>,
    pushes: Vec<PushRow>,
    calls: Vec<CallRow>,
    faults: Vec<FaultRow>,
}

struct AccountRow {
    appid: String,
    name: String,
    kind: &'static str,
    original_id: String,
    s_pappid: String,
    push: String,
    contact: String,
}

struct OrderRow {
    order_id: String,
    appid: String,
    money: String,
    page_type: i64,
    state: &'static str,
    class: &'static str,
    at: String,
    link: Option<String>,
}

struct CardRow {
    code: String,
    order_id: String,
    number: String,
    amount: String,
    title: String,
    state: &'static str,
    class: &'static str,
    at: String,
}

struct PushRow {
    id: u64,
    event: String,
    appid: String,
    members: String,
    outcome: &'static str,
    class: &'static str,
    tries: usize,
    last: String,
    at: String,
}

struct CallRow {
    path: String,
    appid: String,
    errcode: i64,
    fault: String,
    cost_ms: u64,
    at: String,
    request: String,
    answer: String,
}

struct FaultRow {
    id: u64,
    what: String,
    on: String,
    struck: u64,
    left: String,
}

/// `GET /`.
pub(crate) async fn show(app: Data<App>) -> HttpResponse {
    let world = app.world();
    let count = |number: usize| number.to_string();
    let view = Console {
        base: app.base.clone(),
        now: china_time(app.now()),
        ahead_secs: app.clock.ahead_secs(),
        counts: vec![
            ("等待授权", count(world.order_count(OrderState::Waiting))),
            ("已授权", count(world.order_count(OrderState::Authorised))),
            ("已入卡包", count(world.order_count(OrderState::Inserted))),
            ("卡券", count(world.cards.len())),
            ("推送", count(world.pushes.len())),
            ("接口调用", world.call_count.to_string()),
        ],
        accounts: account_rows(&world),
        orders: order_rows(&app, &world),
        cards: card_rows(&world),
        pushes: push_rows(&world),
        calls: call_rows(&world),
        faults: fault_rows(&world),
    };
    page(StatusCode::OK, &view, "")
}

fn account_rows(world: &World) -> Vec<AccountRow> {
    world
        .accounts
        .iter()
        .map(|account| AccountRow {
            appid: account.appid().to_owned(),
            name: account.config.name.clone(),
            kind: match account.config.kind {
                AccountKind::Service => "公众号",
                AccountKind::Open => "开放平台",
                AccountKind::Mini => "小程序",
            },
            original_id: account.config.original_id.clone(),
            s_pappid: account.s_pappid.clone().unwrap_or_default(),
            push: match (&account.config.push, &account.config.events_to) {
                (Some(push), _) => format!("{} ({:?}, {:?})", push.url, push.mode, push.format),
                (None, Some(bound)) => format!("→ {bound}"),
                (None, None) => "未设置".to_owned(),
            },
            contact: account
                .contact
                .as_ref()
                .map_or_else(|| "未设置".to_owned(), |contact| contact.phone.clone()),
        })
        .collect()
}

fn order_rows(app: &App, world: &World) -> Vec<OrderRow> {
    let mut orders: Vec<_> = world.orders.iter().collect();
    orders.sort_by_key(|order| std::cmp::Reverse(order.created_at));
    orders
        .into_iter()
        .take(ROWS)
        .map(|order| {
            let (state, class) = match order.state {
                OrderState::Waiting => ("等待授权", "wait"),
                OrderState::Authorised => ("已授权", "ok"),
                OrderState::RefusedByUser => ("用户拒绝", "bad"),
                OrderState::Rejected => ("商家拒绝", "bad"),
                OrderState::Inserted => ("已入卡包", "ok"),
            };
            OrderRow {
                order_id: order.order_id.clone(),
                appid: order.appid.clone(),
                money: yuan(order.money),
                page_type: order.page_type,
                state,
                class,
                at: china_time(order.created_at),
                link: (order.state == OrderState::Waiting)
                    .then(|| format!("/authinvoice?{}", links::auth_page(world, order, app.now()))),
            }
        })
        .collect()
}

fn card_rows(world: &World) -> Vec<CardRow> {
    let mut cards: Vec<_> = world.cards.iter().collect();
    cards.sort_by_key(|card| std::cmp::Reverse(card.inserted_at));
    cards
        .into_iter()
        .take(ROWS)
        .map(|card| {
            let (state, class) = status_words(card.status);
            CardRow {
                code: card.code.clone(),
                order_id: card.order_id.clone(),
                number: format!("{} {}", card.data.billing_no, card.data.billing_code),
                amount: yuan(card.data.fee),
                title: card.data.title.clone(),
                state,
                class,
                at: china_time(card.inserted_at),
            }
        })
        .collect()
}

fn push_rows(world: &World) -> Vec<PushRow> {
    world
        .pushes
        .iter()
        .rev()
        .take(ROWS)
        .map(|push| {
            let (outcome, class) = match push.outcome {
                PushOutcome::Pending => ("推送中", "wait"),
                PushOutcome::Answered => ("已应答", "ok"),
                PushOutcome::GivenUp => ("已放弃", "bad"),
                PushOutcome::Lost => ("丢失（故障）", "bad"),
                PushOutcome::Undeliverable => ("无推送地址", "bad"),
            };
            let members: Vec<String> = push
                .members
                .iter()
                .map(|(name, value)| {
                    let text = value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned);
                    format!("{name}={text}")
                })
                .collect();
            PushRow {
                id: push.id,
                event: push.event.clone(),
                appid: push.appid.clone(),
                members: members.join("\n"),
                outcome,
                class,
                tries: push.attempts.len(),
                last: push.attempts.last().map_or_else(String::new, |last| {
                    let status = last
                        .status
                        .map_or_else(String::new, |s| format!("HTTP {s} "));
                    format!("{status}{} ({} ms)", last.answer, last.latency_ms)
                }),
                at: china_time(push.created_at),
            }
        })
        .collect()
}

fn call_rows(world: &World) -> Vec<CallRow> {
    world
        .calls
        .iter()
        .rev()
        .take(ROWS * 2)
        .map(|call| CallRow {
            path: call.path.clone(),
            appid: call.appid.clone(),
            errcode: call.errcode,
            fault: call.fault.unwrap_or_default().to_owned(),
            cost_ms: call.cost_ms,
            at: china_time(call.at_ms / 1000),
            request: call.request.clone(),
            answer: call.answer.clone(),
        })
        .collect()
}

fn fault_rows(world: &World) -> Vec<FaultRow> {
    world
        .faults
        .iter()
        .map(|fault| {
            let order = &fault.order;
            let value = order
                .value
                .map_or_else(String::new, |value| format!(" {value}"));
            FaultRow {
                id: fault.id,
                what: format!("{}{value}", order.kind.word()),
                on: order
                    .path
                    .clone()
                    .or_else(|| order.event.clone())
                    .unwrap_or("*".to_owned()),
                struck: fault.struck,
                left: order.count.map_or_else(
                    || "∞".to_owned(),
                    |count| count.saturating_sub(fault.struck).to_string(),
                ),
            }
        })
        .collect()
}

/// `GET /invoicepdf`: what `getpdf` and `getinvoiceinfo` point to. A dead address is answered
/// with a small JSON and not with an HTTP error, as WeChat does.
pub(crate) async fn pdf_download(
    app: Data<App>,
    query: Query<HashMap<String, String>>,
) -> HttpResponse {
    let member = |name: &str| query.get(name).map_or("", String::as_str);
    match pdf_content(&app, member("id"), member("expires"), member("sign")) {
        Ok(bytes) => HttpResponse::Ok()
            .content_type("application/pdf")
            .body(bytes),
        Err(dead) => HttpResponse::Ok().json(dead),
    }
}

/// `GET /mmbiz/{id}/0`: an uploaded logo.
pub(crate) async fn logo(app: Data<App>, id: Path<String>) -> HttpResponse {
    let world = app.world();
    let Some(logo) = world.logos.get(&id) else {
        return HttpResponse::NotFound().finish();
    };
    match STANDARD.decode(&logo.base64) {
        Ok(bytes) => HttpResponse::Ok()
            .content_type(if logo.png { "image/png" } else { "image/jpeg" })
            .insert_header(("cache-control", "max-age=86400"))
            .body(bytes),
        Err(_) => HttpResponse::NotFound().finish(),
    }
}

/// `GET /bizmall/authinvoice`: the platform's own page that `seturl` links to.
pub(crate) async fn platform_page() -> HttpResponse {
    notice(
        StatusCode::OK,
        true,
        "开票平台",
        "此页属于开票平台，其地址中的 s_pappid 即平台标识。",
    )
}
