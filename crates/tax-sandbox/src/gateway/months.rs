//! A month's totals and its invoices.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::wire::{Figures, read};
use super::{Customer, Problem, Shared, Told, tell};
use crate::amount::yuan;
use crate::clock;
use crate::services;
use crate::state::gateway::Stands;
use crate::state::numbers::{Accepted, number_text};
use crate::world::Authority;

/// Most rows of one answer.
const MOST: usize = 500;

/// Which taxpayer, from which row, how many.
#[derive(Debug, Deserialize)]
pub(super) struct Page {
    #[serde(default)]
    seller: String,
    #[serde(default)]
    from: usize,
    #[serde(default)]
    limit: usize,
}

pub(super) async fn totals(
    authority: Shared,
    request: HttpRequest,
    month: web::Path<String>,
    query: web::Query<Page>,
    body: web::Bytes,
) -> Result<HttpResponse, actix_web::Error> {
    tell(
        authority,
        request,
        body,
        "gateway.month",
        |authority, customer, _| told(authority, customer, &query.seller, &month),
    )
    .await
}

fn told(authority: &Arc<Authority>, customer: &Customer, seller: &str, month: &str) -> Told {
    let caller = customer.caller(authority, seller)?;
    let closing = clock::closing(month).ok_or_else(|| {
        Problem::new(
            422,
            "month",
            format!("month is \"{month}\", expected yyyy-MM"),
        )
    })?;
    let world = authority.world();
    let totals = world.state.month(seller, month);
    Ok((
        200,
        json!({
            "month": month,
            "state": if totals.confirmed {
                "confirmed"
            } else if closing <= caller.now {
                "closed"
            } else {
                "open"
            },
            "blue": {"count": totals.blue_count, "amount": yuan(totals.blue_net), "tax": yuan(totals.blue_tax)},
            "red": {"count": totals.red_count, "amount": yuan(totals.red_net), "tax": yuan(totals.red_tax)},
        }),
    ))
}

pub(super) async fn list(
    authority: Shared,
    request: HttpRequest,
    month: web::Path<String>,
    query: web::Query<Page>,
    body: web::Bytes,
) -> Result<HttpResponse, actix_web::Error> {
    tell(
        authority,
        request,
        body,
        "gateway.month",
        |authority, customer, _| {
            customer.caller(authority, &query.seller)?;
            let limit = if query.limit == 0 {
                MOST
            } else {
                query.limit.min(MOST)
            };
            let rows: Vec<Value> = issued(authority, &query.seller, &month)
                .into_iter()
                .skip(query.from)
                .take(limit)
                .collect();
            Ok((200, json!({"data": rows})))
        },
    )
    .await
}

/// Everything the taxpayer issued in a month, here and over the direct connection.
fn issued(authority: &Arc<Authority>, seller: &str, month: &str) -> Vec<Value> {
    let world = authority.world();
    let state = &world.state;
    let serial_of = |number: &str| {
        let found = state
            .serials
            .values()
            .find(|it| it.code.is_empty() && it.number == number && it.stands == Stands::Issued);
        found.map(|it| it.serial.clone()).unwrap_or_default()
    };
    let row = |serial: String, name: Value, accepted: &Accepted| {
        let mut invoice = name;
        invoice["issued_at"] = json!(clock::rfc3339(accepted.issued_at));
        invoice["totals"] = json!({
            "amount": yuan(accepted.net),
            "tax": yuan(accepted.tax),
            "total": yuan(accepted.net + accepted.tax),
        });
        json!({"serial": serial, "invoice": invoice})
    };
    let digital = state
        .numbers
        .iter()
        .filter(|(_, record)| record.taxpayer == seller)
        .filter_map(|(key, record)| Some((number_text(*key), record.accepted.as_ref()?)))
        .filter(|(_, accepted)| accepted.month == month)
        .map(|(number, accepted)| {
            let serial = serial_of(&number);
            row(serial, json!({"code": "", "number": number}), accepted)
        });
    let classic = state
        .serials
        .values()
        .filter(|it| it.taxpayer == seller)
        .filter_map(|it| Some((it, it.classic.as_ref()?)))
        .filter(|(_, accepted)| accepted.month == month)
        .map(|(it, accepted)| {
            let name = json!({
                "code": it.code,
                "number": it.number,
                "check_code": it.check_code,
                "machine": it.machine,
            });
            row(it.serial.clone(), name, accepted)
        });
    digital.chain(classic).collect()
}

pub(super) async fn confirm(
    authority: Shared,
    request: HttpRequest,
    month: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, actix_web::Error> {
    tell(
        authority,
        request,
        body,
        "gateway.month",
        |authority, customer, body| send(authority, customer, &month, body, "0"),
    )
    .await
}

pub(super) async fn withdraw(
    authority: Shared,
    request: HttpRequest,
    month: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, actix_web::Error> {
    tell(
        authority,
        request,
        body,
        "gateway.month",
        |authority, customer, body| send(authority, customer, &month, body, "1"),
    )
    .await
}

fn send(
    authority: &Arc<Authority>,
    customer: &Customer,
    month: &str,
    body: &[u8],
    act: &str,
) -> Told {
    let figures: Figures = read(body)?;
    let caller = customer.caller(authority, &figures.seller)?;
    let sent = json!({
        "xsfnsrsbh": figures.seller,
        "ptbh": caller.party,
        "yf": month,
        "ywlx": act,
        "lzfpsl": figures.blue.count.to_string(),
        "lzfpje": figures.blue.amount,
        "lzfpse": figures.blue.tax,
        "hzfpsl": figures.red.count.to_string(),
        "hzfpje": figures.red.amount,
        "hzfpse": figures.red.tax,
    });
    services::answer(
        authority,
        &caller,
        "SCFPHZQRXX",
        sent.to_string().as_bytes(),
    )?;
    told(authority, customer, &figures.seller, month)
}
