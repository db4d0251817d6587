//! Red letters of digital invoices: confirmations with their thirteen states. The older form needs none.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::wire::{Line, RedLetter, fraction, read};
use super::{Customer, Problem, Shared, Told, tell};
use crate::clock;
use crate::invoice::Invoice;
use crate::services::{self, Caller, form_told};
use crate::state::Fact;
use crate::state::numbers::number_key;
use crate::world::Authority;

pub(super) async fn apply(
    authority: Shared,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, actix_web::Error> {
    tell(authority, request, body, "gateway.red", apply_now).await
}

fn apply_now(authority: &Arc<Authority>, customer: &Customer, body: &[u8]) -> Told {
    let wanted: RedLetter = read(body)?;
    let caller = customer.caller(authority, &wanted.seller)?;
    let _turn = authority.desk();
    let known = authority
        .world()
        .state
        .red_serials
        .get(&wanted.serial)
        .cloned();
    if let Some(uuid) = known {
        return form(authority, &caller, &uuid, 200);
    }
    let application = application(authority, &wanted)?;
    let answer = services::answer(
        authority,
        &caller,
        "QDHZQRDSQ",
        application.to_string().as_bytes(),
    )
    .map_err(|refusal| {
        let problem = Problem::from(refusal);
        // A letter that may not be written is no fault of the connection.
        if problem.status == 409 || problem.status == 404 {
            Problem::new(422, &problem.code, problem.detail)
        } else {
            problem
        }
    })?;
    let uuid = answer["uuid"].as_str().unwrap_or_default().to_owned();
    authority.world().record(vec![Fact::RedSerial {
        serial: wanted.serial,
        uuid: uuid.clone(),
    }])?;
    form(authority, &caller, &uuid, 201)
}

fn application(authority: &Arc<Authority>, wanted: &RedLetter) -> Result<Value, Problem> {
    let world = authority.world();
    let unknown = || Problem::new(422, "blue", format!("没有蓝字发票“{}”", wanted.blue.number));
    let record = number_key(&wanted.blue.number)
        .and_then(|key| world.state.numbers.get(&key))
        .ok_or_else(unknown)?;
    let accepted = record.accepted.as_ref().ok_or_else(unknown)?;
    let blue: Invoice = serde_json::from_str(&accepted.content).map_err(|_| unknown())?;
    Ok(json!({
        "lrfsf": "0",
        "xsfnsrsbh": blue.xsfnsrsbh,
        "xsfmc": blue.xsfmc,
        "gmfnsrsbh": if blue.gmfzrrbz == "Y" { "" } else { blue.gmfnsrsbh.as_str() },
        "gmfmc": blue.gmfmc,
        "lzfphm": blue.fphm,
        "sfzzfpbz": "N",
        "lzkprq": blue.kprq,
        "lzhjje": blue.hjje,
        "lzhjse": blue.hjse,
        "lzfppzDm": blue.fppz,
        "hzcxje": wanted.totals.amount,
        "hzcxse": wanted.totals.tax,
        "chyyDm": wanted.reason,
        "hzqrdmxList": wanted.lines.iter().map(row).collect::<Vec<_>>(),
    }))
}

fn row(line: &Line) -> Value {
    let mut row = json!({
        "lzmxxh": line.blue_line,
        "xh": line.no,
        "sphfwssflhbbm": line.tax_code,
        "hwhyslwfwmc": format!("*{}*{}", line.short_name, line.name),
        "spfwjc": line.short_name,
        "xmmc": line.name,
        "ggxh": line.spec,
        "dw": line.unit,
        "je": line.amount,
        "sl1": fraction(&line.rate),
        "se": line.tax,
    });
    if !line.quantity.is_empty() {
        row["fpspsl"] = json!(line.quantity);
        row["fpspdj"] = json!(line.unit_price);
    }
    row
}

/// A form as this contract tells it, when it is one of the caller's.
fn form(authority: &Arc<Authority>, caller: &Caller, uuid: &str, status: u16) -> Told {
    let world = authority.world();
    let found = world.state.forms.get(uuid).filter(|form| {
        let seller = world.state.taxpayers.get(&form.taxpayer);
        seller.is_some_and(|it| it.party == caller.party)
    });
    let found = found
        .ok_or_else(|| Problem::new(404, "unknown", format!("there is no red letter {uuid}")))?;
    Ok((
        status,
        letter(&form_told(found, caller.now), found.entered_at),
    ))
}

fn letter(told: &Value, entered_at: clock::Millis) -> Value {
    json!({
        "key": told["uuid"],
        "number": told["hzfpxxqrdbh"],
        "state": told["hzqrxxztDm"],
        "begun_by": if told["lrfsf"] == "0" { "seller" } else { "buyer" },
        "reason": told["chyyDm"],
        "blue": {"code": "", "number": told["lzfphm"]},
        "amount": told["hzcxje"],
        "tax": told["hzcxse"],
        "entered_at": clock::rfc3339(entered_at),
        "red_number": told["hzfphm"],
    })
}

/// Which taxpayer's, about which blue invoice.
#[derive(Debug, Deserialize)]
pub(super) struct About {
    #[serde(default)]
    seller: String,
    #[serde(default)]
    blue: String,
}

pub(super) async fn list(
    authority: Shared,
    request: HttpRequest,
    query: web::Query<About>,
    body: web::Bytes,
) -> Result<HttpResponse, actix_web::Error> {
    tell(
        authority,
        request,
        body,
        "gateway.red",
        |authority, customer, _| {
            let caller = customer.caller(authority, &query.seller)?;
            let world = authority.world();
            let mut forms: Vec<_> = world
                .state
                .forms
                .values()
                .filter(|it| it.taxpayer == query.seller && it.application.lzfphm == query.blue)
                .collect();
            forms.sort_by_key(|it| (it.entered_at, it.number.clone()));
            let rows: Vec<Value> = forms
                .iter()
                .map(|it| letter(&form_told(it, caller.now), it.entered_at))
                .collect();
            Ok((200, json!({"data": rows})))
        },
    )
    .await
}

pub(super) async fn detail(
    authority: Shared,
    request: HttpRequest,
    key: web::Path<String>,
    query: web::Query<About>,
    body: web::Bytes,
) -> Result<HttpResponse, actix_web::Error> {
    tell(
        authority,
        request,
        body,
        "gateway.red",
        |authority, customer, _| {
            let caller = customer.caller(authority, &query.seller)?;
            form(authority, &caller, &key, 200)
        },
    )
    .await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    seller: String,
    answer: String,
}

pub(super) async fn answer(
    authority: Shared,
    request: HttpRequest,
    key: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, actix_web::Error> {
    tell(
        authority,
        request,
        body,
        "gateway.red",
        |authority, customer, body| {
            let wanted: Answer = read(body)?;
            let caller = customer.caller(authority, &wanted.seller)?;
            let number = {
                let world = authority.world();
                let found = world.state.forms.get(key.as_str());
                found.map(|it| it.number.clone())
            };
            let number = number.ok_or_else(|| {
                Problem::new(404, "unknown", format!("there is no red letter {key}"))
            })?;
            let letter = match wanted.answer.as_str() {
                "agree" => "Y",
                "refuse" => "N",
                "withdraw" => "C",
                other => {
                    return Err(Problem::new(
                        422,
                        "content",
                        format!("answer is \"{other}\", expected agree, refuse or withdraw"),
                    ));
                }
            };
            let sent = json!({
                "xsfnsrsbh": wanted.seller,
                "uuid": key.as_str(),
                "hzqrdbh": number,
                "qrlx": letter,
            });
            services::answer(authority, &caller, "QDHZQRDQR", sent.to_string().as_bytes())?;
            form(authority, &caller, &key, 200)
        },
    )
    .await
}
