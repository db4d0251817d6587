//! The REST API under `/api/v1`: a handler translates, a use-case decides.

pub(crate) mod answers;
pub(crate) mod bill_answers;
pub(crate) mod bill_body;
pub(crate) mod bill_files;
pub(crate) mod bills;
pub(crate) mod body;
pub(crate) mod books;
pub(crate) mod company;
pub(crate) mod deliveries;
pub(crate) mod docs;
pub(crate) mod files;
pub(crate) mod fiscal_units;
pub(crate) mod invoices;
pub(crate) mod json;
pub(crate) mod openapi;
pub(crate) mod order_body;
pub(crate) mod orders;
pub(crate) mod ping;
pub(crate) mod query;
pub(crate) mod reader;
pub(crate) mod receipt;
pub(crate) mod refunds;
pub(crate) mod reports;
pub(crate) mod rounding;
pub(crate) mod stopped;
pub(crate) mod stores;

use crate::{app::App, problem::Problem, security::key::KeyHolder};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::{
        StatusCode,
        header::{self, HeaderName},
    },
    web,
};
use answers::ListOut;
use futures_util::future::LocalBoxFuture;
use serde::Serialize;

/// Says that an answer is the stored one of an earlier, equal request.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// A permitted call that only reads. Making one is the permission check.
pub(crate) struct Reading {
    pub(crate) app: web::Data<App>,
    pub(crate) holder: KeyHolder,
}

impl FromRequest for Reading {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Reading, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = body::shared(&request)?;
            let holder = KeyHolder::of_request(&app, &request).await?;
            Ok(Reading { app, holder })
        })
    }
}

/// A JSON text as an answer.
pub(crate) fn json_text(status: StatusCode, text: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(text)
}

/// A value as an answer.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Result<HttpResponse, Problem> {
    Ok(json_text(status, text_of(value)?))
}

/// A value as JSON text.
pub(crate) fn text_of(value: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(Problem::internal)
}

/// The stored answer of an earlier, equal request.
pub(crate) fn replayed(status: u16, text: String) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut answer = json_text(status, text);
    let value = header::HeaderValue::from_static("true");
    answer.headers_mut().insert(REPLAYED, value);
    answer
}

/// A page of a list; the next one also as a `Link`.
pub(crate) fn list<T: Serialize>(
    app: &App,
    path: &str,
    query: &query::Query,
    data: Vec<T>,
    next: Option<String>,
) -> Result<HttpResponse, Problem> {
    let link = next.as_ref().map(|cursor| {
        let base = &app.ports.public_base;
        format!("<{base}{path}?{}>; rel=\"next\"", query.with_cursor(cursor))
    });
    let page = ListOut {
        data,
        has_more: next.is_some(),
        next_cursor: next,
    };
    let mut answer = json(StatusCode::OK, &page)?;
    if let Some(link) = link.and_then(|link| header::HeaderValue::from_str(&link).ok()) {
        answer.headers_mut().insert(header::LINK, link);
    }
    Ok(answer)
}
