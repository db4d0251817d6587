//! Evidence and papers over the API.

use super::{
    Reading,
    body::{read_body, shared},
    json,
    reports::{note_export, period_of},
};
use crate::{
    admin::unreadable,
    i18n::{Lang, Texts},
    problem::{Kind, Problem, Said},
    security::key::KeyHolder,
    streams,
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use fapiao_archive::{
    evidence,
    paper::{self, Paper},
};
use fapiao_domain::ids::{Id, InvoiceId};
use serde_json::{Value, json};

const ZIP: &str = "application/zip";

/// `GET /invoices/{id}/evidence.zip`.
pub(crate) async fn of_invoice(
    call: Reading,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let parsed = InvoiceId::parse(&id).map_err(|error| Problem::no_invoice(&error.text))?;
    let (ports, scope) = (call.app.ports.clone(), call.holder.scope());
    if ports.store.invoice(&scope, &parsed).await?.is_none() {
        return Err(Problem::no_invoice(&id));
    }
    note_export(&call, "evidence.exported", parsed.as_str()).await?;
    let name = format!("evidence_{parsed}.zip");
    Ok(streams::file(&name, ZIP, move |out| async move {
        evidence::of_invoice(&ports, &scope, &parsed, &out).await
    }))
}

/// `GET /reports/evidence.zip`.
pub(crate) async fn of_month(call: Reading, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (month, period) = period_of(&request)?;
    note_export(&call, "evidence.exported", &month).await?;
    let (ports, scope) = (call.app.ports.clone(), call.holder.scope());
    let name = format!("evidence_{month}.zip");
    Ok(streams::file(&name, ZIP, move |out| async move {
        evidence::of_period(&ports, &scope, &period, &out).await
    }))
}

/// `POST /papers`: the file itself, a picture of it, or `{"qr": "…"}`. Only reads, so that a key which may only read may ask.
pub(crate) async fn check(
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let app = shared(&request)?;
    let holder = KeyHolder::of_request(&app, &request).await?;
    let mut payload = payload.into_inner();
    let limit = app.settings.upload_bytes.min(paper::PICTURE_BYTES_MAX);
    let body = read_body(request.headers(), &mut payload, limit).await?;
    let qr = serde_json::from_slice::<Value>(&body)
        .ok()
        .and_then(|it| it.get("qr")?.as_str().map(str::to_owned));
    let paper = qr.map_or(Paper::File(body), Paper::Qr);
    let checked = paper::check(&app.ports, &holder.scope(), paper)
        .await?
        .map_err(|error| {
            let zh = unreadable(Texts::of(Lang::Zh), &error);
            Problem::new(Kind::BadRequest, Said::new(error.to_string(), zh))
        })?;
    let fields: Vec<Value> = checked
        .fields
        .iter()
        .map(|it| {
            json!({
                "field": it.field.as_str(), "ledger": it.ledger, "paper": it.paper, "same": it.same,
            })
        })
        .collect();
    let unproven: Vec<Value> = checked
        .unproven
        .iter()
        .map(|(field, ledger)| json!({ "field": field.as_str(), "ledger": ledger }))
        .collect();
    json(
        StatusCode::OK,
        &json!({
            "verdict": checked.verdict.as_str(),
            "format": checked.format,
            "sha256": checked.sha256,
            "number": checked.number,
            "invoice": checked.invoice.as_ref().map(Id::as_str),
            "state": checked.state,
            "fields": fields,
            "unproven": unproven,
        }),
    )
}
