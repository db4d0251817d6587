//! `POST /v1/invoices` and `GET /v1/invoices/{serial}`: one serial, one invoice, however often it is asked for.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::wire::{Issue, read};
use super::{Customer, Problem, Shared, Told, classic, digital, files, tell};
use crate::amount::yuan;
use crate::clock::{self, Millis};
use crate::invoice::hash_of;
use crate::services::Caller;
use crate::state::Fact;
use crate::state::gateway::{GatewayInvoice, Stands};
use crate::world::Authority;

/// Longest serial.
const SERIAL_MAX: usize = 64;

pub(super) async fn issue(
    authority: Shared,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, actix_web::Error> {
    tell(authority, request, body, "gateway.issue", issue_now).await
}

fn issue_now(authority: &Arc<Authority>, customer: &Customer, body: &[u8]) -> Told {
    let wanted: Issue = read(body)?;
    let well_formed = !wanted.serial.is_empty()
        && wanted.serial.len() <= SERIAL_MAX
        && wanted
            .serial
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || it == b'_' || it == b'-');
    if !well_formed {
        return Err(Problem::new(
            422,
            "serial",
            "serial is 1 to 64 letters, digits, _ and -",
        ));
    }
    let caller = customer.caller(authority, &wanted.seller)?;
    let hash = hash_of(&String::from_utf8_lossy(body));
    let _turn = authority.desk();
    let before = authority.world().state.serials.get(&wanted.serial).cloned();
    if let Some(known) = &before {
        if known.taxpayer != wanted.seller {
            return Err(conflict(&wanted.serial));
        }
        match known.stands {
            Stands::Issued if known.hash == hash => {
                return Ok(told(known, customer, caller.now));
            }
            Stands::Issued => return Err(conflict(&wanted.serial)),
            // Refused: mended content may come under the same serial.
            Stands::Refused => {}
        }
    }
    let closed = authority.world().state.taxpayers[&wanted.seller].closed_gate();
    if let Some(reason) = closed {
        return Err(Problem::new(503, "gate", reason));
    }
    // Taken here: the upload behind must not use it up.
    let hold = authority.world().faults.hold();
    let made = match wanted.kind.as_str() {
        "digital_ordinary" | "digital_special" => {
            digital::issue(authority, &caller, &wanted, before.as_ref())?
        }
        "classic_ordinary" => classic::issue(authority, &caller, &wanted)?,
        other => {
            return Err(Problem::new(
                422,
                "kind",
                format!("kind \"{other}\" is not issued here"),
            ));
        }
    };
    let latency = i64::try_from(authority.latency.as_millis()).unwrap_or(i64::MAX);
    let mut world = authority.world();
    let invoice = GatewayInvoice {
        hash,
        hold,
        ready_at: if 0 < hold {
            caller.now.saturating_add(latency)
        } else {
            caller.now
        },
        ..made
    };
    let answer = told(&invoice, customer, caller.now);
    world.record(vec![Fact::Serial(Box::new(invoice))])?;
    Ok(answer)
}

fn conflict(serial: &str) -> Problem {
    Problem::new(
        409,
        "serial",
        format!("serial {serial} was used for another content"),
    )
}

pub(super) async fn query(
    authority: Shared,
    request: HttpRequest,
    serial: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, actix_web::Error> {
    let serial = serial.into_inner();
    tell(
        authority,
        request,
        body,
        "gateway.query",
        |authority, customer, _| {
            let now = authority.clock.now();
            let mut world = authority.world();
            let party = customer.party.clone();
            let theirs = world
                .state
                .serials
                .get(&serial)
                .and_then(|it| world.state.taxpayers.get(&it.taxpayer))
                .is_some_and(|it| it.party == party);
            let Some(invoice) = world.state.serials.get_mut(&serial).filter(|_| theirs) else {
                return Err(Problem::new(
                    404,
                    "unknown",
                    format!("serial {serial} was never sent"),
                ));
            };
            let answer = told(invoice, customer, now).1;
            invoice.hold = invoice.hold.saturating_sub(1);
            Ok((200, answer))
        },
    )
    .await
}

/// Whether it is told as issued by now.
fn is_ready(invoice: &GatewayInvoice, now: Millis) -> bool {
    invoice.hold == 0 && invoice.ready_at <= now
}

/// A serial as answers tell it: 202 while it is being issued.
fn told(invoice: &GatewayInvoice, customer: &Customer, now: Millis) -> (u16, Value) {
    let serial = &invoice.serial;
    if invoice.stands == Stands::Refused {
        return (
            200,
            json!({"serial": serial, "state": "refused", "reason": invoice.reason}),
        );
    }
    if !is_ready(invoice, now) {
        return (202, json!({"serial": serial, "state": "accepted"}));
    }
    (200, issued(invoice, customer))
}

/// An issued one.
pub(super) fn issued(invoice: &GatewayInvoice, customer: &Customer) -> Value {
    let documents = if customer.makes_files {
        files::announced(invoice)
    } else {
        Vec::new()
    };
    json!({
        "serial": invoice.serial,
        "state": "issued",
        "invoice": {
            "code": invoice.code,
            "number": invoice.number,
            "check_code": invoice.check_code,
            "machine": invoice.machine,
            "cipher": invoice.cipher,
            "issued_at": clock::rfc3339(invoice.issued_at),
            "totals": {
                "amount": yuan(invoice.net),
                "tax": yuan(invoice.tax),
                "total": yuan(invoice.net + invoice.tax),
            },
        },
        "papers": if documents.is_empty() { "yours" } else { "made" },
        "documents": documents,
    })
}

/// A refusal under a serial.
pub(super) fn refused(
    caller: &Caller,
    wanted: &Issue,
    number: String,
    reason: String,
) -> GatewayInvoice {
    GatewayInvoice {
        serial: wanted.serial.clone(),
        taxpayer: wanted.seller.clone(),
        hash: String::new(),
        stands: Stands::Refused,
        reason,
        code: String::new(),
        number,
        check_code: String::new(),
        machine: String::new(),
        cipher: Vec::new(),
        issued_at: caller.now,
        buyer: wanted.buyer.name.clone(),
        net: 0,
        tax: 0,
        classic: None,
        blue: (String::new(), String::new()),
        ready_at: caller.now,
        hold: 0,
    }
}
