//! The pages, already decided: templates only print.

use crate::api::ApiError;
use crate::basket::{BasketError, Scene, new_key};
use crate::goods::{Good, SHELF};
use crate::sales::Sale;
use crate::words::{Language, Words};
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::middleware::DefaultHeaders;
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;

/// Everything comes from here, nothing is scripted, nobody frames it.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// The headers of every answer.
pub(crate) fn headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add(("Content-Security-Policy", POLICY))
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "same-origin"))
        .add(("Cache-Control", "no-store"))
}

/// What every page has around it.
pub(crate) struct Frame {
    language: Language,
    words: &'static Words,
    /// Seconds until the page looks again by itself.
    refresh: Option<u32>,
}

impl Frame {
    pub(crate) fn new(language: Language) -> Frame {
        Frame {
            language,
            words: language.words(),
            refresh: None,
        }
    }
}

#[derive(Template)]
#[template(path = "storefront.html")]
struct Storefront {
    frame: Frame,
    key: String,
    shelf: &'static [Good],
    scenes: Vec<Scene>,
}

#[derive(Template)]
#[template(path = "order.html")]
struct OrderPage {
    frame: Frame,
    key: String,
    sale: Sale,
    state: String,
    says: &'static str,
    offers_invoice: bool,
    number: Option<String>,
    phone: Option<String>,
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    words: &'static Words,
    language: Language,
    width: u32,
    key: String,
    sale: Sale,
    code: String,
}

/// The printed receipt, 58 or 80 mm wide.
pub(crate) fn receipt(
    language: Language,
    key: &str,
    sale: Sale,
    width: u32,
    code: String,
) -> HttpResponse {
    let key = key.to_owned();
    let words = language.words();
    print(
        StatusCode::OK,
        &ReceiptPage {
            words,
            language,
            width,
            key,
            sale,
            code,
        },
    )
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage {
    frame: Frame,
    says: String,
    reference: String,
}

/// The goods, and the form to buy them.
pub(crate) fn storefront(language: Language, pays: bool) -> HttpResponse {
    let page = Storefront {
        frame: Frame::new(language),
        key: new_key(),
        shelf: SHELF,
        scenes: Scene::ALL
            .into_iter()
            .filter(|it| pays || *it != Scene::Payment)
            .collect(),
    };
    print(StatusCode::OK, &page)
}

/// A purchase: where its invoice stands, and what can be done about it.
pub(crate) fn order(
    language: Language,
    key: &str,
    sale: Sale,
    state: &str,
    number: Option<String>,
    phone: Option<String>,
) -> HttpResponse {
    let mut frame = Frame::new(language);
    let words = frame.words;
    let (says, offers_invoice, refresh) = match state {
        "paying" => (words.pay_then_ask, true, Some(5)),
        // The app or the mini program is resumed: it asks.
        "created" | "page_opened" => (words.waiting, true, Some(5)),
        "authorised" | "issuing" => (words.issuing, false, Some(3)),
        "carded" => (words.carded, false, None),
        "refused" => (words.refused, false, None),
        "expired" => (words.expired, false, None),
        "failed" => (words.failed, false, None),
        // A state from a newer fapiao: the page still stands.
        _ => (words.unknown_state, false, Some(10)),
    };
    frame.refresh = refresh;
    let (key, state) = (key.to_owned(), state.to_owned());
    print(
        StatusCode::OK,
        &OrderPage {
            frame,
            key,
            sale,
            state,
            says,
            offers_invoice,
            number,
            phone,
        },
    )
}

/// Something that did not work, for reasons the customer can understand.
pub(crate) enum Trouble {
    Basket(BasketError),
    Api(ApiError),
    NoSuchOrder,
    NoInvoiceYet,
    NoSuchPage,
}

/// The page of a trouble.
pub(crate) fn trouble(language: Language, trouble: Trouble) -> HttpResponse {
    let words = language.words();
    let (status, says, reference) = match trouble {
        Trouble::Basket(BasketError::Empty) => (422, words.basket_empty.to_owned(), None),
        Trouble::Basket(BasketError::Quantity) => (422, words.basket_quantity.to_owned(), None),
        Trouble::Basket(BasketError::Foreign) => (400, words.basket_foreign.to_owned(), None),
        Trouble::Api(ApiError::Unreachable) => (502, words.unreachable.to_owned(), None),
        Trouble::Api(ApiError::Refused(status, problem)) => {
            let told = [problem.title, problem.detail].join(" ");
            let told = told.trim();
            let says = if told.is_empty() {
                format!("{status}")
            } else {
                told.to_owned()
            };
            (502, says, Some(problem.request_id))
        }
        Trouble::NoSuchOrder => (404, words.no_such_order.to_owned(), None),
        Trouble::NoInvoiceYet => (404, words.no_invoice_yet.to_owned(), None),
        Trouble::NoSuchPage => (404, words.no_such_page.to_owned(), None),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let reference = reference.unwrap_or_default();
    print(
        status,
        &TroublePage {
            frame: Frame::new(language),
            says,
            reference,
        },
    )
}

fn print(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(text) => HttpResponseBuilder::new(status)
            .content_type(ContentType::html())
            .body(text),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
