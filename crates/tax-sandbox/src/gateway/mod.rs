//! The tax gateway (税务网关): what a vendor or a tax-control server offers, over the contract `tax-gateway.openapi.json`.
//!
//! Digital invoices go through the authority of this sandbox under the same rules as uploads; those of the older form
//! (税控电子普通发票) come from a tax device with volumes of its own.

mod access;
mod classic;
mod data;
mod digital;
mod files;
mod invoices;
mod months;
mod pdf;
mod red;
mod wire;

pub(crate) use access::Nonces;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use crate::faults::FaultKind;
use crate::refusal::{Refusal, code};
use crate::services::Caller;
use crate::world::Authority;

type Shared = web::Data<Arc<Authority>>;

/// An answer: status and body.
pub(crate) type Told = Result<(u16, Value), Problem>;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/v1/taxpayer", web::get().to(data::taxpayer))
        .route("/v1/tax-data", web::get().to(data::tax_data))
        .route("/v1/stock", web::get().to(data::stock))
        .route("/v1/invoices", web::post().to(invoices::issue))
        .route("/v1/invoices/{serial}", web::get().to(invoices::query))
        .route(
            "/v1/invoices/{serial}/files/{format}",
            web::get().to(files::file),
        )
        .route("/v1/red-letters", web::post().to(red::apply))
        .route("/v1/red-letters", web::get().to(red::list))
        .route("/v1/red-letters/{key}", web::get().to(red::detail))
        .route("/v1/red-letters/{key}/answer", web::post().to(red::answer))
        .route("/v1/months/{month}", web::get().to(months::totals))
        .route("/v1/months/{month}/invoices", web::get().to(months::list))
        .route(
            "/v1/months/{month}/confirmation",
            web::post().to(months::confirm),
        )
        .route(
            "/v1/months/{month}/withdrawal",
            web::post().to(months::withdraw),
        );
}

/// A refusal as the contract has it.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) detail: String,
}

impl Problem {
    pub(crate) fn new(status: u16, code: &str, detail: impl Into<String>) -> Problem {
        Problem {
            status,
            code: code.into(),
            detail: detail.into(),
        }
    }
}

/// The authority's refusals, as this contract words them.
impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        match refusal {
            Refusal::Access { code, message } => Problem::new(500, &code, message),
            Refusal::Service { code, message } => match code.as_str() {
                code::UNKNOWN => Problem::new(404, "unknown", message),
                code::GATE => Problem::new(503, "gate", message),
                code::QUOTA => Problem::new(503, "no_quota", message),
                code::TOTALS => Problem::new(409, "totals", message),
                code::STATE | code::WINDOW | code::REUSED => Problem::new(409, "state", message),
                _ => Problem::new(422, "content", message),
            },
        }
    }
}

fn respond(told: Told) -> HttpResponse {
    match told {
        Ok((status, body)) => HttpResponse::build(known(status)).json(body),
        Err(problem) => {
            let status = known(problem.status);
            HttpResponse::build(status)
                .content_type("application/problem+json")
                .body(
                    json!({"status": problem.status, "code": problem.code, "title": status.canonical_reason(), "detail": problem.detail})
                        .to_string(),
                )
        }
    }
}

fn known(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Who calls: the key's party, for one of its taxpayers.
pub(crate) struct Customer {
    pub(crate) party: String,
    pub(crate) makes_files: bool,
}

impl Customer {
    /// The caller of the services behind, for a taxpayer of this customer.
    pub(crate) fn caller(&self, authority: &Authority, seller: &str) -> Result<Caller, Problem> {
        let world = authority.world();
        let known = world
            .state
            .taxpayers
            .get(seller)
            .filter(|it| it.party == self.party);
        let taxpayer = known.ok_or_else(|| {
            Problem::new(
                404,
                "taxpayer",
                format!("this key does not issue for taxpayer \"{seller}\""),
            )
        })?;
        Ok(Caller {
            party: self.party.clone(),
            using: taxpayer.using_party.clone(),
            now: authority.clock.now(),
        })
    }
}

/// Lets a call through signature and ordered faults, and answers it.
pub(crate) async fn serve<F>(
    authority: Shared,
    request: HttpRequest,
    body: web::Bytes,
    call: &str,
    work: impl FnOnce(Arc<Authority>, Customer, web::Bytes) -> F,
) -> Result<HttpResponse, actix_web::Error>
where
    F: Future<Output = Result<HttpResponse, Problem>>,
{
    let customer = match access::admit(&authority, &request, &body) {
        Ok(customer) => customer,
        Err(problem) => return Ok(respond(Err(problem))),
    };
    let ordeal = authority.world().faults.meet(call);
    if 0 < ordeal.delay_ms {
        tokio::time::sleep(Duration::from_millis(ordeal.delay_ms)).await;
    }
    match ordeal.instead {
        Some(FaultKind::DropBefore) => return Ok(dropped()),
        Some(FaultKind::Http { status }) => {
            return Ok(HttpResponse::build(known(status)).body("the gateway failed"));
        }
        Some(FaultKind::Error { code, message }) => {
            return Ok(respond(Err(Problem::new(503, &code, message))));
        }
        Some(FaultKind::Refuse { code, message }) => {
            return Ok(respond(Err(Problem::new(422, &code, message))));
        }
        _ => {}
    }
    let authority = Arc::clone(authority.get_ref());
    let answer = work(authority, customer, body)
        .await
        .unwrap_or_else(|problem| respond(Err(problem)));
    Ok(match ordeal.afterwards {
        Some(FaultKind::WorkThenDrop) => dropped(),
        Some(FaultKind::Garbage) => HttpResponse::Ok()
            .content_type("text/html")
            .body("<html>502 Bad Gateway</html>"),
        _ => answer,
    })
}

/// The same for answers that are JSON.
pub(crate) async fn tell(
    authority: Shared,
    request: HttpRequest,
    body: web::Bytes,
    call: &str,
    work: impl FnOnce(&Arc<Authority>, &Customer, &[u8]) -> Told,
) -> Result<HttpResponse, actix_web::Error> {
    serve(
        authority,
        request,
        body,
        call,
        |authority, customer, body| async move { Ok(respond(work(&authority, &customer, &body))) },
    )
    .await
}

/// The connection ends inside the answer, as it does when a machine on the way dies.
fn dropped() -> HttpResponse {
    let end = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "dropped on order");
    HttpResponse::Ok().streaming(futures_util::stream::once(async move {
        Err::<web::Bytes, _>(end)
    }))
}
