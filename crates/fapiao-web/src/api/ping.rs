//! `GET /ping`: whether the key works, and whose it is.

use super::{Reading, answers::time, json};
use crate::problem::Problem;
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
};
use chrono::DateTime;
use serde::Serialize;

#[derive(Debug, Serialize)]
struct KeyOut {
    id: String,
    name: String,
    prefix: String,
    store: Option<String>,
    may_write: bool,
}

#[derive(Debug, Serialize)]
struct PingOut<'a> {
    ok: bool,
    mode: &'static str,
    version: &'a str,
    time: String,
    clock_skew_secs: Option<i64>,
    key: KeyOut,
}

/// `GET /ping`. With a `Date` header, also how far the caller's clock is off (positive: it is ahead of ours).
pub(crate) async fn show(call: Reading, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let now = call.app.ports.clock.now();
    let date = request.headers().get(header::DATE);
    let theirs = date.and_then(|value| DateTime::parse_from_rfc2822(value.to_str().ok()?).ok());
    let key = call.holder.key;
    let store = match &key.store {
        Some(id) => call.app.ports.store.store(id).await?,
        None => None,
    };
    json(
        StatusCode::OK,
        &PingOut {
            ok: true,
            mode: call.app.mode(),
            version: &call.app.settings.version,
            time: time(now),
            clock_skew_secs: theirs.map(|theirs| (theirs.to_utc() - now).num_seconds()),
            key: KeyOut {
                id: key.id.to_string(),
                name: key.name,
                prefix: key.prefix,
                store: store.map(|store| store.code),
                may_write: key.may_write,
            },
        },
    )
}
