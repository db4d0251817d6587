//! Who the seller is, what it may use, and what is left.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Customer, Problem, Shared, Told, classic, tell};
use crate::amount::{Amount, yuan};
use crate::clock;
use crate::services::{self, Caller};
use crate::world::Authority;

/// Which taxpayer is meant.
#[derive(Debug, Deserialize)]
pub(super) struct OfSeller {
    #[serde(default)]
    pub(super) seller: String,
}

type Query = web::Query<OfSeller>;

pub(super) async fn taxpayer(
    authority: Shared,
    request: HttpRequest,
    query: Query,
    body: web::Bytes,
) -> Result<HttpResponse, actix_web::Error> {
    tell(
        authority,
        request,
        body,
        "gateway.taxpayer",
        |authority, customer, _| {
            customer.caller(authority, &query.seller)?;
            let world = authority.world();
            let taxpayer = &world.state.taxpayers[&query.seller];
            let closed = taxpayer.closed_gate();
            Ok((
                200,
                json!({
                    "tax_number": taxpayer.tax_number,
                    "name": taxpayer.name,
                    "open": closed.is_none(),
                    "reason": closed.unwrap_or_default(),
                    "kinds": ["digital_ordinary", "digital_special", "classic_ordinary"],
                }),
            ))
        },
    )
    .await
}

pub(super) async fn tax_data(
    authority: Shared,
    request: HttpRequest,
    query: Query,
    body: web::Bytes,
) -> Result<HttpResponse, actix_web::Error> {
    tell(
        authority,
        request,
        body,
        "gateway.tax_data",
        |authority, customer, _| {
            let caller = customer.caller(authority, &query.seller)?;
            let ask = json!({"nsrsbh": query.seller});
            let rates = call(authority, &caller, "CXKYSL", &ask)?;
            let codes = call(authority, &caller, "CXSSFLBM", &ask)?;
            let rates: Vec<Value> = rows(&rates, "kyslList")
                .filter(|row| row["cszt"] == "0")
                .map(|row| {
                    json!({
                        "rate": plain(&row["slzsl"]),
                        "levy": row["csxz"] == "2",
                        "from": row["yxqq"],
                        "until": row["yxqz"],
                    })
                })
                .collect();
            let codes: Vec<Value> = rows(&codes, "ssflbmList")
                .filter(|row| row["tdyslxdm"].as_str().is_none_or(str::is_empty))
                .map(class_code)
                .collect();
            Ok((200, json!({"rates": rates, "class_codes": codes})))
        },
    )
    .await
}

fn call(
    authority: &Arc<Authority>,
    caller: &Caller,
    service: &str,
    body: &Value,
) -> Result<Value, Problem> {
    services::answer(authority, caller, service, body.to_string().as_bytes()).map_err(Problem::from)
}

fn rows<'a>(answer: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
    answer[list].as_array().into_iter().flatten()
}

/// `0.130` as `0.13`.
fn plain(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    Amount::parse(text).map_or_else(|_| text.to_owned(), |it| it.0.normalize().to_string())
}

fn class_code(row: &Value) -> Value {
    let text = |member: &str| row[member].as_str().unwrap_or_default();
    let first = |list: &str| {
        let percent = list.split('、').next()?.strip_suffix('%')?;
        let percent = Amount::parse(percent).ok()?.0;
        Some((percent / Decimal::ONE_HUNDRED).normalize().to_string())
    };
    let usual = if text("bzs") == "Y" {
        "not_taxed".to_owned()
    } else {
        first(text("zzssl"))
            .or_else(|| first(text("zsl")))
            .unwrap_or_default()
    };
    let code = text("sphfwssflhbbm");
    json!({
        "code": code,
        "policies": text("zzstsgl"),
        "tax_rates": text("zzssl"),
        "levy_rates": text("zsl"),
        "difference_tax": text("cezs") == "Y",
        "name": text("sphfwmc"),
        "short_name": text("sphfwfljc"),
        "usual_rate": usual,
        "summary": text("sfhzx") == "Y" && !code.starts_with("303"),
        "from": text("qyrq"),
        "until": text("tyrq"),
    })
}

pub(super) async fn stock(
    authority: Shared,
    request: HttpRequest,
    query: Query,
    body: web::Bytes,
) -> Result<HttpResponse, actix_web::Error> {
    tell(
        authority,
        request,
        body,
        "gateway.stock",
        |authority, customer, _| left(authority, customer, &query.seller),
    )
    .await
}

fn left(authority: &Arc<Authority>, customer: &Customer, seller: &str) -> Told {
    let caller = customer.caller(authority, seller)?;
    let today = clock::local(caller.now).date();
    let month = clock::month_of(today);
    let year = today.format("%y").to_string();
    let world = authority.world();
    let taxpayer = &world.state.taxpayers[seller];
    let account = world.state.quota_of(seller, &month);
    let whole = taxpayer.month_quota.fen().unwrap_or_default();
    let volumes: Vec<Value> = classic::stock(&world.state, seller, &year)
        .iter()
        .map(|it| {
            json!({
                "code": it.code,
                "first": format!("{:08}", it.first),
                "last": format!("{:08}", it.last),
                "left": it.left(),
            })
        })
        .collect();
    let numbers: i64 = volumes.iter().filter_map(|it| it["left"].as_i64()).sum();
    Ok((
        200,
        json!({
            // Digital numbers come one by one; the older form's come from volumes.
            "numbers_left": (!volumes.is_empty()).then_some(numbers),
            "volumes": volumes,
            "quota": if taxpayer.on_demand {
                Value::Null
            } else {
                json!({
                    "month": month,
                    "limit": yuan(whole),
                    "left": yuan(whole - account.spent),
                })
            },
        }),
    ))
}
