//! All addresses of the shop on one screen.

use crate::api::{Api, NewDelivery, NewOrder};
use crate::basket::Basket;
use crate::pages::{self, Trouble};
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
        .service(resource("/shop.css").route(get().to(css)))
        .default_service(web::to(no_such_page));
}

async fn storefront(language: Language) -> HttpResponse {
    pages::storefront(language)
}

async fn buy(
    shop: Data<Shop>,
    language: Language,
    fields: Form<Vec<(String, String)>>,
) -> HttpResponse {
    let basket = match Basket::parse(&fields) {
        Ok(basket) => basket,
        Err(error) => return pages::trouble(language, Trouble::Basket(error)),
    };
    let order_no = basket.order_no();
    let delivery = NewDelivery {
        channel: "web",
        page: "title",
    };
    let order = NewOrder {
        order_no: &order_no,
        lines: &basket.lines,
        delivery,
    };
    match shop.api.place_order(&basket.key, &order).await {
        Ok(placed) => {
            let sale = Sale {
                order_no,
                totals: placed.totals,
                delivery_id: placed.delivery.id,
                page_url: placed.delivery.page_url,
            };
            shop.sales.add(&basket.key, sale);
            let page = format!("/orders/{}?lang={}", basket.key, language.tag());
            HttpResponse::SeeOther()
                .insert_header((LOCATION, page))
                .finish()
        }
        Err(error) => pages::trouble(language, Trouble::Api(error)),
    }
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
    match shop.api.delivery(&sale.delivery_id).await {
        Ok(delivery) => {
            let number = delivery.invoice.map(|invoice| invoice.number);
            pages::order(language, &key, sale, &delivery.state, number)
        }
        Err(error) => pages::trouble(language, Trouble::Api(error)),
    }
}

async fn invoice_pdf(shop: Data<Shop>, language: Language, key: Path<String>) -> HttpResponse {
    let Some(sale) = shop.sales.find(&key) else {
        return pages::trouble(language, Trouble::NoSuchOrder);
    };
    let invoice = match shop.api.delivery(&sale.delivery_id).await {
        Ok(delivery) => delivery.invoice,
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
