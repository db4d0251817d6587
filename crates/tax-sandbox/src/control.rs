//! The control API under `/sandbox/`: what a developer sets and sees.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::catalogue::ClassCode;
use crate::clock::{self, Clock, HOUR};
use crate::faults::{Fault, Faults};
use crate::ledger;
use crate::party::{GatewayKey, Party, Taxpayer};
use crate::refusal::Refusal;
use crate::services;
use crate::state::Fact;
use crate::state::numbers::number_key;
use crate::world::Authority;

const OPENAPI: &str = include_str!("../openapi.json");

type Shared = web::Data<Arc<Authority>>;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/openapi.json", web::get().to(openapi))
        .route("/state", web::get().to(state))
        .route("/ledger", web::get().to(whole_ledger))
        .route("/parties", web::post().to(set_party))
        .route("/gateway-keys", web::post().to(set_gateway_key))
        .route("/taxpayers", web::get().to(taxpayers))
        .route("/taxpayers", web::post().to(set_taxpayer))
        .route("/taxpayers/{number}/gate", web::post().to(set_gate))
        .route("/class-codes", web::post().to(set_class_code))
        .route("/invoices/{number}", web::get().to(invoice))
        .route("/invoices/{number}/usage", web::post().to(set_usage))
        .route("/red-forms", web::post().to(begin_form))
        .route("/red-forms/{uuid}/answer", web::post().to(answer_form))
        .route("/faults", web::get().to(faults))
        .route("/faults", web::post().to(add_fault))
        .route("/faults", web::delete().to(clear_faults))
        .route("/clock", web::get().to(time))
        .route("/clock/advance", web::post().to(advance))
        .route("/reset", web::post().to(reset));
}

fn refused(refusal: &Refusal) -> HttpResponse {
    let (code, message) = match refusal {
        Refusal::Access { code, message } | Refusal::Service { code, message } => (code, message),
    };
    problem(400, code, message)
}

fn problem(status: u16, code: &str, detail: impl std::fmt::Display) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status)
        .unwrap_or(actix_web::http::StatusCode::BAD_REQUEST);
    HttpResponse::build(status).content_type("application/problem+json").body(
        json!({"status": status.as_u16(), "code": code, "title": status.canonical_reason(), "detail": detail.to_string()})
            .to_string(),
    )
}

fn done(result: Result<(), Refusal>) -> HttpResponse {
    match result {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(refusal) => refused(&refusal),
    }
}

async fn openapi() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(OPENAPI)
}

async fn state(authority: Shared) -> HttpResponse {
    HttpResponse::Ok().json(ledger::summary(&authority))
}

async fn whole_ledger(authority: Shared, query: web::Query<ledger::Filter>) -> HttpResponse {
    HttpResponse::Ok().json(ledger::ledger(&authority, &query))
}

async fn set_party(authority: Shared, party: web::Json<Party>) -> HttpResponse {
    let party = party.into_inner();
    if party.key().is_none() || party.id.is_empty() || party.secret.is_empty() {
        return problem(
            422,
            "party",
            "id, secret and an sm4_key of 32 hexadecimal digits are needed",
        );
    }
    done(authority.world().record(vec![Fact::Party(party)]))
}

async fn set_gateway_key(authority: Shared, key: web::Json<GatewayKey>) -> HttpResponse {
    let key = key.into_inner();
    let mut world = authority.world();
    if key.id.is_empty() || key.secret.is_empty() || !world.state.parties.contains_key(&key.party) {
        return problem(
            422,
            "gateway_key",
            "id, secret and a connected party are needed",
        );
    }
    done(world.record(vec![Fact::GatewayKey(key)]))
}

async fn taxpayers(authority: Shared) -> HttpResponse {
    HttpResponse::Ok().json(
        authority
            .world()
            .state
            .taxpayers
            .values()
            .collect::<Vec<_>>(),
    )
}

async fn set_taxpayer(authority: Shared, taxpayer: web::Json<Taxpayer>) -> HttpResponse {
    let taxpayer = taxpayer.into_inner();
    let mut world = authority.world();
    if !world.state.parties.contains_key(&taxpayer.party) {
        return problem(
            422,
            "taxpayer",
            format_args!(
                "party \"{}\" is not connected: POST /sandbox/parties first",
                taxpayer.party
            ),
        );
    }
    if taxpayer.tax_number.is_empty() || taxpayer.name.is_empty() || taxpayer.using_party.is_empty()
    {
        return problem(
            422,
            "taxpayer",
            "tax_number, name and using_party are needed",
        );
    }
    done(world.record(vec![Fact::Taxpayer(taxpayer)]))
}

/// What opens and closes the gate; absent members stay as they are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gate {
    risk_class: Option<String>,
    warning_level: Option<String>,
    risk_flag: Option<bool>,
    state: Option<String>,
    return_filed: Option<bool>,
    device_handed_back: Option<bool>,
}

async fn set_gate(
    authority: Shared,
    number: web::Path<String>,
    gate: web::Json<Gate>,
) -> HttpResponse {
    let mut world = authority.world();
    let Some(mut taxpayer) = world.state.taxpayers.get(number.as_str()).cloned() else {
        return problem(
            404,
            "taxpayer",
            format_args!("taxpayer {number} is not known"),
        );
    };
    let gate = gate.into_inner();
    taxpayer.risk_class = gate.risk_class.unwrap_or(taxpayer.risk_class);
    taxpayer.warning_level = gate.warning_level.unwrap_or(taxpayer.warning_level);
    taxpayer.risk_flag = gate.risk_flag.unwrap_or(taxpayer.risk_flag);
    taxpayer.state = gate.state.unwrap_or(taxpayer.state);
    taxpayer.return_filed = gate.return_filed.unwrap_or(taxpayer.return_filed);
    taxpayer.device_handed_back = gate
        .device_handed_back
        .unwrap_or(taxpayer.device_handed_back);
    let closed = taxpayer.closed_gate();
    match world.record(vec![Fact::Taxpayer(taxpayer)]) {
        Ok(()) => HttpResponse::Ok().json(json!({"open": closed.is_none(), "reason": closed})),
        Err(refusal) => refused(&refusal),
    }
}

async fn set_class_code(authority: Shared, row: web::Json<ClassCode>) -> HttpResponse {
    let mut row = row.into_inner();
    if row.code.len() != 19 || !row.code.bytes().all(|b| b.is_ascii_digit()) {
        return problem(422, "class_code", "code must be 19 digits");
    }
    row.stamp = clock::local(authority.clock.now())
        .format("%Y%m%d%H%M%S")
        .to_string();
    done(authority.world().record(vec![Fact::ClassCode(row)]))
}

async fn invoice(authority: Shared, number: web::Path<String>) -> HttpResponse {
    let world = authority.world();
    let record = number_key(&number).and_then(|key| world.state.numbers.get(&key));
    match record {
        Some(record) => HttpResponse::Ok().json(ledger::number(&number, record, true)),
        None => problem(
            404,
            "invoice",
            format_args!("number {number} was never uploaded"),
        ),
    }
}

/// What the buyer did with an invoice; absent members stay as they are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Usage {
    /// `fpyt`.
    deduction: Option<String>,
    /// `rzzt`.
    posting: Option<String>,
    /// `ycpzzt`.
    abnormal: Option<String>,
}

async fn set_usage(
    authority: Shared,
    number: web::Path<String>,
    usage: web::Json<Usage>,
) -> HttpResponse {
    let mut world = authority.world();
    let known = number_key(&number).and_then(|key| Some((key, world.state.numbers.get(&key)?)));
    let Some((key, record)) = known.filter(|(_, record)| record.accepted.is_some()) else {
        return problem(
            404,
            "invoice",
            format_args!("number {number} carries no accepted invoice"),
        );
    };
    let usage = usage.into_inner();
    let fact = Fact::Usage {
        number: key,
        deduction: usage.deduction.unwrap_or_else(|| record.deduction.clone()),
        posting: usage.posting.unwrap_or_else(|| record.posting.clone()),
        abnormal: usage.abnormal.unwrap_or_else(|| record.abnormal.clone()),
    };
    done(world.record(vec![fact]))
}

/// A confirmation that a buyer begins.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BuyerForm {
    /// The blue invoice's number.
    number: String,
    /// `01` to `04`.
    reason: String,
    /// What is to be taken back; all that is left when absent.
    #[serde(default)]
    lines: Vec<services::BuyerRow>,
}

async fn begin_form(authority: Shared, form: web::Json<BuyerForm>) -> HttpResponse {
    let form = form.into_inner();
    match services::begin_form_for_buyer(&authority, &form.number, &form.reason, &form.lines) {
        Ok(answer) => HttpResponse::Created().json(answer),
        Err(refusal) => refused(&refusal),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormAnswer {
    /// `Y`, `N` or `C` for the buyer; `10` to `13` voids the form.
    answer: String,
}

async fn answer_form(
    authority: Shared,
    uuid: web::Path<String>,
    body: web::Json<FormAnswer>,
) -> HttpResponse {
    match services::act_on_form(&authority, &uuid, &body.answer) {
        Ok(state) => HttpResponse::Ok().json(json!({"state": state})),
        Err(refusal) => refused(&refusal),
    }
}

async fn faults(authority: Shared) -> HttpResponse {
    HttpResponse::Ok().json(&authority.world().faults.list)
}

async fn add_fault(authority: Shared, fault: web::Json<Fault>) -> HttpResponse {
    let fault = fault.into_inner();
    let known = services::SERVICES.contains(&fault.service.as_str())
        || services::GATEWAY_CALLS.contains(&fault.service.as_str());
    if fault.service != "*" && !known {
        return problem(
            422,
            "fault",
            format_args!("service \"{}\" does not exist", fault.service),
        );
    }
    if fault.times == Some(0) {
        return problem(422, "fault", "times must be at least 1");
    }
    authority.world().faults.list.push(fault);
    HttpResponse::NoContent().finish()
}

async fn clear_faults(authority: Shared) -> HttpResponse {
    authority.world().faults = Faults::default();
    HttpResponse::NoContent().finish()
}

fn clock_now(authority: &Authority) -> Value {
    json!({
        "now": clock::stamp(authority.clock.now()),
        "offset_seconds": authority.clock.offset() / 1000,
        "wall": clock::stamp(Clock::wall()),
    })
}

async fn time(authority: Shared) -> HttpResponse {
    HttpResponse::Ok().json(clock_now(&authority))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    #[serde(default)]
    seconds: i64,
    #[serde(default)]
    hours: i64,
}

async fn advance(authority: Shared, by: web::Json<Advance>) -> HttpResponse {
    const TEN_YEARS: i64 = 10 * 365 * 24;
    let hours = by.hours.clamp(0, TEN_YEARS);
    let seconds = by.seconds.clamp(0, TEN_YEARS * 3600);
    if hours != by.hours || seconds != by.seconds || hours + seconds == 0 {
        return problem(
            422,
            "clock",
            "seconds or hours above 0 are needed; the clock never goes back",
        );
    }
    let mut world = authority.world();
    let offset = authority.clock.offset() + hours * HOUR + seconds * 1000;
    if let Err(refusal) = world.record(vec![Fact::Clock { offset }]) {
        return refused(&refusal);
    }
    authority.clock.set_offset(offset);
    HttpResponse::Ok().json(clock_now(&authority))
}

async fn reset(authority: Shared) -> HttpResponse {
    done(authority.reset())
}
