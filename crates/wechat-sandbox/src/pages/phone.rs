//! The pretend phone: wallet, card, notices, scanner, title codes, payment receipts.

use std::collections::HashMap;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::{buyer_of, links, notice, page, see_other, yuan};
use crate::api::reimburse_move;
use crate::app::App;
use crate::clock::china_time;
use crate::model::{Buyer, Card, CardStatus, OrderState};
use crate::world::World;

/// Who plays the reimburser when a button on the phone is pressed.
pub(crate) const PRETEND_REIMBURSER: &str = "sandbox-reimburser";
const CARDS_SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "wallet.html")]
struct Wallet<'a> {
    buyer: &'a Buyer,
    buyers: Vec<&'a Buyer>,
    cards: Vec<WalletRow>,
    total: usize,
    notices: Vec<NoticeRow>,
    receipts: Vec<ReceiptRow>,
}

struct WalletRow {
    code: String,
    title: String,
    kind: String,
    logo: Option<String>,
    initial: String,
    amount: String,
    buyer_title: String,
    date: String,
    status: &'static str,
    status_class: &'static str,
}

struct NoticeRow {
    merchant: String,
    reason: String,
    url: Option<String>,
}

struct ReceiptRow {
    merchant: String,
    amount: String,
    order_id: String,
    link: String,
}

/// Chinese word and style of a status.
pub(crate) fn status_words(status: CardStatus) -> (&'static str, &'static str) {
    match status {
        CardStatus::Init => ("可报销", "ok"),
        CardStatus::Lock => ("报销锁定", "wait"),
        CardStatus::Closure => ("已报销", "closed"),
        CardStatus::Cancel => ("已冲红", "bad"),
    }
}

/// `GET /phone`: the wallet; `?buyer=` takes up another phone.
pub(crate) async fn wallet(
    app: Data<App>,
    request: HttpRequest,
    query: Query<HashMap<String, String>>,
) -> HttpResponse {
    let world = app.world();
    if let Some(buyer) = query.get("buyer") {
        if world.buyers.get(buyer).is_none() {
            return no_such("没有这部手机");
        }
        let mut answer = see_other("/phone");
        let cookie = Cookie::build("buyer", buyer.clone())
            .path("/")
            .http_only(true)
            .finish();
        if answer.add_cookie(&cookie).is_err() {
            return HttpResponse::InternalServerError().finish();
        }
        return answer;
    }
    let id = buyer_of(&request, &world);
    let Some(buyer) = world.buyers.get(&id) else {
        return no_such("没有这部手机");
    };
    let mut cards: Vec<&Card> = world.cards.iter().filter(|card| card.buyer == id).collect();
    cards.sort_by(|a, b| (b.inserted_at, &b.code).cmp(&(a.inserted_at, &a.code)));
    let total = cards.len();
    let rows = cards
        .into_iter()
        .take(CARDS_SHOWN)
        .map(|card| wallet_row(&world, card));
    let view = Wallet {
        buyer,
        buyers: world.buyers.iter().collect(),
        cards: rows.collect(),
        total,
        notices: notices(&world, &id),
        receipts: receipts(&world, app.now()),
    };
    page(StatusCode::OK, &view, "")
}

fn wallet_row(world: &World, card: &Card) -> WalletRow {
    let template = world.templates.get(&card.card_id);
    let title = template.map_or_else(String::new, |template| template.title.clone());
    let (status, status_class) = status_words(card.status);
    WalletRow {
        code: card.code.clone(),
        kind: template.map_or_else(String::new, |template| template.kind.clone()),
        // Only logos kept here are shown: a page never reaches outside.
        logo: template.and_then(|template| world.logo_path(&template.logo_url)),
        initial: title.chars().take(1).collect(),
        title,
        amount: yuan(card.data.fee),
        buyer_title: card.data.title.clone(),
        date: china_time(card.data.billing_time)[..10].to_owned(),
        status,
        status_class,
    }
}

fn notices(world: &World, buyer: &str) -> Vec<NoticeRow> {
    let mut rejected: Vec<_> = world
        .orders
        .iter()
        .filter(|order| order.state == OrderState::Rejected)
        .filter(|order| order.buyer.as_deref() == Some(buyer))
        .collect();
    rejected.sort_by_key(|order| std::cmp::Reverse(order.auth_time));
    rejected
        .into_iter()
        .take(5)
        .map(|order| NoticeRow {
            merchant: world
                .accounts
                .get(&order.appid)
                .map_or_else(String::new, |account| account.name().to_owned()),
            reason: order.reject_reason.clone().unwrap_or_default(),
            url: order.reject_url.clone(),
        })
        .collect()
}

/// Payments whose receipt offers an invoice.
fn receipts(world: &World, now: i64) -> Vec<ReceiptRow> {
    world
        .orders
        .iter()
        .filter(|order| order.after_payment && order.state == OrderState::Waiting)
        .take(20)
        .map(|order| ReceiptRow {
            merchant: world
                .accounts
                .get(&order.appid)
                .map_or_else(String::new, |account| account.name().to_owned()),
            amount: yuan(order.money),
            order_id: order.order_id.clone(),
            link: format!("/authinvoice?{}", links::auth_page(world, order, now)),
        })
        .collect()
}

#[derive(Template)]
#[template(path = "card.html")]
struct CardPage {
    row: WalletRow,
    code: String,
    card_id: String,
    payee: String,
    amount: String,
    fiscal: bool,
    without_tax: String,
    tax: String,
    facts: Vec<(&'static str, String)>,
    lines: Vec<CardPageLine>,
    links: Vec<(String, String)>,
    can_lock: bool,
    can_close: bool,
    can_unlock: bool,
    encrypt_code: String,
    has_trip: bool,
}

struct CardPageLine {
    name: String,
    quantity: String,
    price: String,
}

/// `GET /phone/cards/{code}`.
pub(crate) async fn card(app: Data<App>, code: Path<String>) -> HttpResponse {
    let world = app.world();
    let Some(card) = world.cards.get(&code) else {
        return no_such("没有这张发票");
    };
    let template = world.templates.get(&card.card_id);
    let data = &card.data;
    let encrypt_code = world.encrypt_code(&card.code);
    let text = |name: &str| data.texts.get(name).cloned().unwrap_or_default();
    let mut facts = vec![
        (
            if card.fiscal {
                "交款人"
            } else {
                "发票抬头"
            },
            data.title.clone(),
        ),
        ("购方税号", text("buyer_number")),
        ("发票号码", data.billing_no.clone()),
        ("发票代码", data.billing_code.clone()),
        ("校验码", data.check_code.clone()),
        ("开票时间", china_time(data.billing_time)),
        ("销方税号", text("seller_number")),
        ("开票人", text("maker")),
        ("备注", text("remarks")),
        ("订单号", card.order_id.clone()),
    ];
    if card.fiscal {
        // Of a bill the code is always in `billing_no`.
        facts[2].0 = "票据代码";
        facts[3].0 = "票据号码";
    } else if data.billing_code.len() == 8 {
        // The mapping with the code in `billing_no`.
        facts[2].0 = "发票代码";
        facts[3].0 = "发票号码";
    }
    facts.retain(|(_, value)| !value.is_empty());
    let view = CardPage {
        row: wallet_row(&world, card),
        code: card.code.clone(),
        card_id: card.card_id.clone(),
        payee: template.map_or_else(String::new, |template| template.payee.clone()),
        amount: yuan(data.fee),
        fiscal: card.fiscal,
        without_tax: yuan(data.fee_without_tax),
        tax: yuan(data.tax),
        facts,
        lines: data
            .info
            .iter()
            .map(|line| CardPageLine {
                name: line.name.clone(),
                quantity: format!(
                    "{}{}",
                    line.num
                        .map_or_else(|| "1".to_owned(), |num| num.to_string()),
                    line.unit.as_deref().unwrap_or_default()
                ),
                price: yuan(line.price),
            })
            .collect(),
        links: template
            .map(|template| {
                template
                    .links
                    .iter()
                    .map(|link| (link.name.clone(), with_card(&link.url, card, &encrypt_code)))
                    .collect()
            })
            .unwrap_or_default(),
        can_lock: card.status == CardStatus::Init,
        can_close: card.status == CardStatus::Lock,
        can_unlock: card.status == CardStatus::Lock,
        encrypt_code,
        has_trip: data.trip_pdf.is_some(),
    };
    page(StatusCode::OK, &view, "")
}

/// A custom link tells the merchant which card it was pressed on.
fn with_card(url: &str, card: &Card, encrypt_code: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut url) => {
            url.query_pairs_mut()
                .append_pair("card_id", &card.card_id)
                .append_pair("encrypt_code", encrypt_code);
            url.into()
        }
        Err(_) => url.to_owned(),
    }
}

/// `GET /phone/cards/{code}/file.pdf` and `/trip.pdf`.
pub(crate) async fn file(app: Data<App>, path: Path<(String, String)>) -> HttpResponse {
    let (code, which) = path.into_inner();
    let media = app
        .world()
        .cards
        .get(&code)
        .and_then(|card| match which.as_str() {
            "file.pdf" => Some(card.data.pdf.clone()),
            "trip.pdf" => card.data.trip_pdf.clone(),
            _ => None,
        });
    match media.and_then(|id| app.media.get(&id)) {
        Some(bytes) => HttpResponse::Ok()
            .content_type("application/pdf")
            .insert_header((
                CONTENT_DISPOSITION,
                format!("inline; filename=\"{code}.pdf\""),
            ))
            .insert_header((CACHE_CONTROL, "private, max-age=60"))
            .body(bytes),
        None => no_such("没有这个文件"),
    }
}

#[derive(Deserialize)]
pub(crate) struct Move {
    status: String,
}

/// `POST /phone/cards/{code}/status`: a reimburser locks, closes or releases the card.
pub(crate) async fn set_status(
    app: Data<App>,
    code: Path<String>,
    form: Form<Move>,
) -> HttpResponse {
    let wanted = match form.status.as_str() {
        "lock" => CardStatus::Lock,
        "close" => CardStatus::Closure,
        "unlock" => CardStatus::Init,
        other => match CardStatus::parse(other) {
            Some(status) => status,
            None => return no_such("没有这个状态"),
        },
    };
    let moved = reimburse_move(&app, &mut app.world(), &code, wanted, PRETEND_REIMBURSER);
    match moved {
        Ok(()) => see_other(&format!("/phone/cards/{code}")),
        Err(refusal) => notice(
            StatusCode::CONFLICT,
            false,
            "状态没有改变",
            &format!(
                "发票当前的状态不允许这一步，接口会返回错误码 {}。",
                refusal.code
            ),
        ),
    }
}

pub(super) fn no_such(headline: &str) -> HttpResponse {
    notice(StatusCode::NOT_FOUND, false, headline, "请返回卡包。")
}
