//! All addresses of the shop on one screen.

use crate::api::{Api, ApiError, NewDelivery, NewOrder, NewPayment};
use crate::basket::{Basket, BasketError, Scene};
use crate::pages::{self, Trouble};
use crate::pay::{self, PayConfig};
use crate::sales::{Sale, Sales};
use crate::words::Language;
use actix_web::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_DISPOSITION, LOCATION};
use actix_web::web::{Data, Form, Path, Query, ServiceConfig, get, post, resource};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, web};
use serde::Deserialize;
use std::future::{Ready, ready};

/// What the handlers share.
pub(crate) struct Shop {
    pub(crate) api: Api,
    pub(crate) sales: Sales,
    pub(crate) phone: Option<String>,
    pub(crate) pay: Option<PayConfig>,
}

pub(crate) fn all(routes: &mut ServiceConfig) {
    routes
        .service(resource("/").route(get().to(storefront)))
        .service(
            resource("/orders")
                .route(post().to(buy))
                .route(get().to(to_the_shelf)),
        )
        .service(resource("/orders/{key}").route(get().to(order)))
        .service(resource("/orders/{key}/invoice.pdf").route(get().to(invoice_pdf)))
        .service(resource("/orders/{key}/wechat").route(get().to(wechat)))
        .service(resource("/orders/{key}/receipt").route(get().to(receipt)))
        .service(resource("/orders/{key}/receipt-qr.svg").route(get().to(receipt_qr)))
        .service(resource("/pay/notify").route(post().to(notified)))
        .service(resource("/receipt.css").route(get().to(receipt_css)))
        .service(resource("/shop.css").route(get().to(css)))
        .default_service(web::to(no_such_page));
}

async fn storefront(shop: Data<Shop>, language: Language) -> HttpResponse {
    pages::storefront(language, shop.pay.is_some())
}

async fn buy(
    shop: Data<Shop>,
    request: HttpRequest,
    language: Language,
    fields: Form<Vec<(String, String)>>,
) -> HttpResponse {
    let basket = match Basket::parse(&fields) {
        Ok(basket) => basket,
        Err(error) => return pages::trouble(language, Trouble::Basket(error)),
    };
    let order_no = basket.order_no();
    let page = format!("/orders/{}?lang={}", basket.key, language.tag());
    let here = home(&request);
    if basket.scene == Scene::Payment {
        return pay(&shop, language, basket, &order_no, &here, &page).await;
    }
    let delivery = NewDelivery {
        channel: match basket.scene {
            Scene::App => "app",
            Scene::MiniProgram => "mini_program",
            Scene::Account | Scene::Receipt | Scene::Payment => "web",
        },
        page: "title",
        // Back to the order's page; a receipt's reader has none.
        return_url: (basket.scene == Scene::Account).then(|| format!("{here}{page}")),
    };
    let order = NewOrder {
        order_no: &order_no,
        lines: &basket.lines,
        delivery: Some(delivery),
        payment: None,
    };
    match shop.api.place_order(&basket.key, &order).await {
        Ok(placed) => {
            let delivery = placed.delivery;
            let sale = Sale {
                order_no,
                scene: basket.scene,
                order_id: Some(placed.id),
                total: placed.totals.total.clone(),
                totals: Some(placed.totals),
                page_url: delivery
                    .as_ref()
                    .map_or_else(String::new, |it| it.page_url.clone()),
                delivery_id: delivery.map(|it| it.id),
                prepay_id: None,
                lines: basket.lines,
            };
            shop.sales.add(&basket.key, sale);
            go(&page)
        }
        Err(error) => pages::trouble(language, Trouble::Api(error)),
    }
}

/// The order goes to fapiao when it is paid: only then its transaction number is known.
async fn pay(
    shop: &Shop,
    language: Language,
    basket: Basket,
    order_no: &str,
    here: &str,
    page: &str,
) -> HttpResponse {
    let Some(config) = &shop.pay else {
        return pages::trouble(language, Trouble::Basket(BasketError::Foreign));
    };
    let fen = pay::total_fen(&basket.lines);
    let notify_url = format!("{here}/pay/notify");
    let Some(prepay_id) = config.unified_order(order_no, fen, &notify_url).await else {
        return pages::trouble(language, Trouble::Api(ApiError::Unreachable));
    };
    let sale = Sale {
        order_no: order_no.to_owned(),
        scene: basket.scene,
        order_id: None,
        total: format!("{}.{:02}", fen / 100, fen % 100),
        totals: None,
        delivery_id: None,
        page_url: String::new(),
        prepay_id: Some(prepay_id),
        lines: basket.lines,
    };
    shop.sales.add(&basket.key, sale);
    go(page)
}

/// `POST /pay/notify`: paid. Only now fapiao hears of the order, with both numbers of the payment.
async fn notified(shop: Data<Shop>, body: String) -> HttpResponse {
    let fields = shop.pay.as_ref().and_then(|pay| pay.checked(&body));
    let Some(fields) = fields else {
        return HttpResponse::BadRequest().finish();
    };
    let text = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let trade_no = text("out_trade_no");
    let Some((key, sale)) = shop.sales.by_number(&trade_no) else {
        return HttpResponse::NotFound().finish();
    };
    let order = NewOrder {
        order_no: &sale.order_no,
        lines: &sale.lines,
        delivery: None,
        payment: Some(NewPayment {
            channel: "wechat",
            transaction_no: text("transaction_id"),
            trade_no,
        }),
    };
    match shop.api.place_order(&key, &order).await {
        Ok(placed) => {
            shop.sales.change(&key, |sale| {
                sale.order_id = Some(placed.id);
                sale.totals = Some(placed.totals);
            });
            HttpResponse::Ok().content_type("text/xml").body(pay::TAKEN)
        }
        // Without the answer WeChat Pay repeats the notification.
        Err(_) => HttpResponse::ServiceUnavailable().finish(),
    }
}

/// `GET /orders/{key}/wechat`: the app opens WeChat, or the mini program WeChat's own one.
async fn wechat(shop: Data<Shop>, language: Language, key: Path<String>) -> HttpResponse {
    let Some(sale) = shop.sales.find(&key) else {
        return pages::trouble(language, Trouble::NoSuchOrder);
    };
    let Some(delivery) = &sale.delivery_id else {
        return pages::trouble(language, Trouble::NoSuchOrder);
    };
    match (shop.api.wechat_page(delivery).await, &shop.phone) {
        // `wx.navigateToMiniProgram({ appId, path })` on a real phone.
        (Ok(page), Some(phone)) if page.appid.is_some() => go(&format!(
            "{phone}/{}",
            page.auth_url.trim_start_matches('/')
        )),
        // `WXInvoiceAuthInsert` with this address on a real phone.
        (Ok(page), _) if page.appid.is_none() => go(&page.auth_url),
        (Ok(_), _) => pages::trouble(language, Trouble::NoSuchPage),
        // Agreed in the meantime: the order's page shows it.
        (Err(ApiError::Refused(status, _)), _) if status == 409 => {
            go(&format!("/orders/{key}?lang={}", language.tag()))
        }
        (Err(error), _) => pages::trouble(language, Trouble::Api(error)),
    }
}

#[derive(Deserialize)]
struct Width {
    width: Option<u32>,
}

/// `GET /orders/{key}/receipt?width=58`.
async fn receipt(
    shop: Data<Shop>,
    language: Language,
    key: Path<String>,
    width: Query<Width>,
) -> HttpResponse {
    let sale = shop.sales.find(&key);
    let Some((sale, order)) = sale.and_then(|it| Some((it.clone(), it.order_id?))) else {
        return pages::trouble(language, Trouble::NoSuchOrder);
    };
    let width = width.width.filter(|it| *it == 80).unwrap_or(58);
    match shop.api.receipt_qr(&order).await {
        Ok((_, code)) => pages::receipt(language, &key, sale, width, code),
        Err(error) => pages::trouble(language, Trouble::Api(error)),
    }
}

/// `GET /orders/{key}/receipt-qr.svg`.
async fn receipt_qr(shop: Data<Shop>, language: Language, key: Path<String>) -> HttpResponse {
    let order = shop.sales.find(&key).and_then(|it| it.order_id);
    let Some(order) = order else {
        return pages::trouble(language, Trouble::NoSuchOrder);
    };
    match shop.api.receipt_qr(&order).await {
        Ok((bytes, _)) => HttpResponse::Ok().content_type("image/svg+xml").body(bytes),
        Err(error) => pages::trouble(language, Trouble::Api(error)),
    }
}

fn go(to: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, to))
        .finish()
}

/// This shop as the customer reached it.
fn home(request: &HttpRequest) -> String {
    let connection = request.connection_info();
    format!("{}://{}", connection.scheme(), connection.host())
}

/// Somebody switches the language of a page that answered a form.
async fn to_the_shelf(language: Language) -> HttpResponse {
    let page = format!("/?lang={}", language.tag());
    HttpResponse::SeeOther()
        .insert_header((LOCATION, page))
        .finish()
}

async fn order(shop: Data<Shop>, language: Language, key: Path<String>) -> HttpResponse {
    let Some(sale) = shop.sales.find(&key) else {
        return pages::trouble(language, Trouble::NoSuchOrder);
    };
    let phone = shop.phone.clone();
    let Some(order) = sale.order_id.clone() else {
        return pages::order(language, &key, sale, "paying", None, phone);
    };
    match shop.api.order(&order).await {
        Ok(order) => {
            let number = order.delivery.as_ref().and_then(|it| it.invoice.as_ref());
            let number = number.map(|it| it.number.clone());
            let state = order
                .delivery
                .map_or_else(|| "paying".to_owned(), |it| it.state);
            pages::order(language, &key, sale, &state, number, phone)
        }
        Err(error) => pages::trouble(language, Trouble::Api(error)),
    }
}

async fn invoice_pdf(shop: Data<Shop>, language: Language, key: Path<String>) -> HttpResponse {
    let Some(sale) = shop.sales.find(&key) else {
        return pages::trouble(language, Trouble::NoSuchOrder);
    };
    let Some(order) = &sale.order_id else {
        return pages::trouble(language, Trouble::NoInvoiceYet);
    };
    let invoice = match shop.api.order(order).await {
        Ok(order) => order.delivery.and_then(|it| it.invoice),
        Err(error) => return pages::trouble(language, Trouble::Api(error)),
    };
    let Some(invoice) = invoice else {
        return pages::trouble(language, Trouble::NoInvoiceYet);
    };
    match shop.api.invoice_pdf(&invoice.id).await {
        Ok(bytes) => {
            // Digits by contract; a header must not depend on it.
            let number: String = invoice
                .number
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .collect();
            let name = format!("attachment; filename=\"{number}.pdf\"");
            HttpResponse::Ok()
                .content_type("application/pdf")
                .insert_header((CONTENT_DISPOSITION, name))
                .body(bytes)
        }
        Err(error) => pages::trouble(language, Trouble::Api(error)),
    }
}

async fn css() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((CACHE_CONTROL, "max-age=3600"))
        .body(include_str!("shop.css"))
}

async fn receipt_css() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((CACHE_CONTROL, "max-age=3600"))
        .body(include_str!("receipt.css"))
}

async fn no_such_page(language: Language) -> HttpResponse {
    pages::trouble(language, Trouble::NoSuchPage)
}

#[derive(Deserialize)]
struct Chosen {
    lang: Option<String>,
}

impl FromRequest for Language {
    type Error = actix_web::Error;
    type Future = Ready<Result<Language, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        // A query that can't be read has chosen nothing.
        let chosen = Query::<Chosen>::from_query(request.query_string()).ok();
        let chosen = chosen.and_then(|query| query.into_inner().lang);
        let accepted = request.headers().get(ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|value| value.to_str().ok());
        ready(Ok(Language::choose(chosen.as_deref(), accepted)))
    }
}
