//! The platform gateway over HTTP: what partners call, and where an external platform's callbacks arrive.
//! `deploy/contracts/platform-gateway.openapi.json` describes it; a test compares the two.

use crate::{
    api::body::{discard, read_body, shared},
    app::App,
    callback::ANSWER_WITHIN,
    security::limiter::Allowance,
};
use actix_web::{
    HttpRequest, HttpResponse,
    dev::Payload,
    http::{Method, StatusCode, header::HeaderMap},
    web::{self, ServiceConfig},
};
use bytes::Bytes;
use fapiao_usecases::{
    errors::StoreError,
    gateway::{
        Denied, HEADER_KEY, HEADER_NONCE, HEADER_SIGNATURE, HEADER_TIMESTAMP, NoticeError, Refusal,
        Signed, authenticate, offset_of, offset_pdf_of, offset_result_of, pdf_of, receive_notice,
        registration_of, request_of, result_of, take_offset, take_request,
    },
    ports::Recorded,
    records::Partner,
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Longest request body, bytes.
const BODY_MAX: usize = 1024 * 1024;

/// Path below the gateway's address, and method, of every call a partner may make.
#[cfg(test)]
pub(crate) const CALLS: &[(&str, &str)] = &[
    ("/v1/registration", "GET"),
    ("/v1/requests", "POST"),
    ("/v1/requests/{id}", "GET"),
    ("/v1/requests/{id}/file.pdf", "GET"),
    ("/v1/offsets", "POST"),
    ("/v1/offsets/{id}", "GET"),
    ("/v1/offsets/{id}/file.pdf", "GET"),
];

/// Adds the addresses of both ends.
pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.route("/platform/v1/registration", web::get().to(registration))
        .route("/platform/v1/requests", web::post().to(request))
        .route("/platform/v1/requests/{id}", web::get().to(result))
        .route("/platform/v1/requests/{id}/file.pdf", web::get().to(pdf))
        .route("/platform/v1/offsets", web::post().to(offset))
        .route("/platform/v1/offsets/{id}", web::get().to(offset_result))
        .route(
            "/platform/v1/offsets/{id}/file.pdf",
            web::get().to(offset_pdf),
        )
        .route("/platform/callback/{seller}", web::post().to(callback));
}

/// Why a call is not answered with what it asked for.
#[derive(Debug)]
struct Trouble {
    status: StatusCode,
    code: &'static str,
    message: String,
    errors: Value,
    /// Seconds after which the same may be sent again.
    retry_after: Option<u64>,
}

impl Trouble {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Trouble {
        Trouble {
            status,
            code,
            message: message.into(),
            errors: Value::Null,
            retry_after: None,
        }
    }

    /// A merchant that calls faster than `most` a second.
    fn too_often(most: u32, wait: Duration) -> Trouble {
        count("too_often");
        let secs = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Trouble {
            retry_after: Some(secs.max(1)),
            ..Trouble::new(
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limited",
                format!(
                    "this merchant made more than {most} calls in a second; nothing was taken, go on more slowly after \
                     the seconds in Retry-After"
                ),
            )
        }
    }

    fn answer(self) -> HttpResponse {
        let mut body = json!({ "code": self.code, "message": self.message });
        if !self.errors.is_null() {
            body["errors"] = self.errors;
        }
        let mut answer = HttpResponse::build(self.status);
        if let Some(secs) = self.retry_after {
            answer.insert_header(("retry-after", secs.to_string()));
        }
        answer
            .insert_header(("cache-control", "no-store"))
            .json(body)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Trouble {
        tracing::error!(error = %error, "A call over the platform gateway could not be answered");
        Trouble::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "temporarily unavailable; send the same again in a moment",
        )
    }
}

impl From<Denied> for Trouble {
    fn from(denied: Denied) -> Trouble {
        match denied {
            Denied::Refused(why) => {
                count("refused");
                tracing::warn!("Refused a call over the platform gateway: {why}");
                // The caller learns nothing about why.
                Trouble::new(
                    StatusCode::UNAUTHORIZED,
                    "not_signed",
                    "the call is not signed by a live key, or came before; check key, clock and nonce",
                )
            }
            Denied::Suspended(_) => Trouble::new(
                StatusCode::FORBIDDEN,
                "suspended",
                "this merchant is suspended; ask the platform",
            ),
            Denied::Store(error) => error.into(),
        }
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Trouble {
        match refusal {
            Refusal::Invalid(errors) => {
                let words: Vec<String> = errors
                    .iter()
                    .map(|it| match it.pointer.as_str() {
                        "" => it.message.clone(),
                        pointer => format!("{pointer}: {}", it.message),
                    })
                    .collect();
                let errors = errors
                    .into_iter()
                    .map(|it| json!({ "pointer": it.pointer, "code": it.code, "message": it.message }))
                    .collect();
                Trouble {
                    errors,
                    ..Trouble::new(
                        StatusCode::UNPROCESSABLE_ENTITY,
                        "invalid",
                        words.join("; "),
                    )
                }
            }
            Refusal::NotPermitted(why) => Trouble::new(StatusCode::FORBIDDEN, "not_permitted", why),
            Refusal::OrderIdTaken(_) => {
                Trouble::new(StatusCode::CONFLICT, "order_id_taken", refusal.to_string())
            }
            Refusal::OffsetNoTaken(_) => {
                Trouble::new(StatusCode::CONFLICT, "offset_no_taken", refusal.to_string())
            }
            Refusal::UnknownOrder(_) => no_request(),
            Refusal::NotReady(_) => Trouble::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "not_ready",
                refusal.to_string(),
            ),
            Refusal::Store(error) => error.into(),
        }
    }
}

/// A call whose sender is known.
struct Known {
    app: web::Data<App>,
    partner: Partner,
    body: Bytes,
}

/// The four headers of a signed call.
struct Headers<'a> {
    key_id: &'a str,
    timestamp: i64,
    nonce: &'a str,
    signature: &'a str,
}

impl<'a> Headers<'a> {
    /// Each exactly once.
    fn read(headers: &'a HeaderMap) -> Option<Headers<'a>> {
        let one = |name: &str| {
            let mut all = headers.get_all(name);
            let first = all.next()?.to_str().ok()?;
            all.next().is_none().then_some(first)
        };
        Some(Headers {
            key_id: one(HEADER_KEY)?,
            timestamp: one(HEADER_TIMESTAMP)?.parse().ok()?,
            nonce: one(HEADER_NONCE)?,
            signature: one(HEADER_SIGNATURE)?,
        })
    }
}

fn path_of(request: &HttpRequest) -> String {
    let uri = request.uri();
    uri.path_and_query()
        .map_or_else(|| uri.path().to_owned(), ToString::to_string)
}

async fn body_of(
    request: &HttpRequest,
    payload: web::Payload,
    limit: usize,
) -> Result<Bytes, Trouble> {
    let mut payload: Payload = payload.into_inner();
    match read_body(request.headers(), &mut payload, limit).await {
        Ok(body) => Ok(body),
        Err(problem) => {
            discard(&mut payload).await;
            let status = problem.kind.status();
            Err(Trouble::new(status, "body", problem.to_string()))
        }
    }
}

async fn known(request: &HttpRequest, payload: web::Payload) -> Result<Known, Trouble> {
    let app = shared(request)
        .map_err(|_| Trouble::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "internal"))?;
    let body = body_of(request, payload, BODY_MAX).await?;
    let unsigned = || Denied::Refused("a header of the signature is missing or doubled".to_owned());
    let headers = Headers::read(request.headers()).ok_or_else(unsigned)?;
    let path = path_of(request);
    let call = Signed {
        method: if request.method() == Method::POST {
            "POST"
        } else {
            "GET"
        },
        path: &path,
        timestamp: headers.timestamp,
        nonce: headers.nonce,
        body: &body,
    };
    let partner = authenticate(&app.ports, headers.key_id, &call, headers.signature).await?;
    // Counted by who signed: what is forged in a merchant's name costs the merchant nothing.
    if let Allowance::Wait(wait) = app.partner_calls.take(&partner.id, Instant::now()) {
        return Err(Trouble::too_often(app.partner_calls.burst(), wait));
    }
    Ok(Known { app, partner, body })
}

fn no_request() -> Trouble {
    Trouble::new(
        StatusCode::NOT_FOUND,
        "not_found",
        "there is no such request of this merchant",
    )
}

fn no_offset() -> Trouble {
    Trouble::new(
        StatusCode::NOT_FOUND,
        "not_found",
        "there is no such offset of this merchant, or no file yet",
    )
}

fn paper(pdf: Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header(("cache-control", "no-store"))
        .body(pdf)
}

fn done<T: serde::Serialize>(status: StatusCode, body: &T) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header(("cache-control", "no-store"))
        .json(body)
}

fn answered(result: Result<HttpResponse, Trouble>) -> HttpResponse {
    result.unwrap_or_else(Trouble::answer)
}

/// `GET /platform/v1/registration`.
async fn registration(request: HttpRequest, payload: web::Payload) -> HttpResponse {
    answered(
        async {
            let Known { app, partner, .. } = known(&request, payload).await?;
            let told = registration_of(&app.ports, &partner).await?;
            let told = told.ok_or_else(|| {
                let what = "the platform has no id at WeChat yet; try again in a minute";
                Trouble::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", what)
            })?;
            Ok(done(StatusCode::OK, &told))
        }
        .await,
    )
}

/// `POST /platform/v1/requests`.
async fn request(request: HttpRequest, payload: web::Payload) -> HttpResponse {
    answered(
        async {
            let it = known(&request, payload).await?;
            let (is_new, result) = take_request(&it.app.ports, &it.partner, &it.body).await?;
            count(if is_new { "taken" } else { "repeated" });
            let status = if is_new {
                StatusCode::ACCEPTED
            } else {
                StatusCode::OK
            };
            Ok(done(status, &result))
        }
        .await,
    )
}

/// `GET /platform/v1/requests/{id}`.
async fn result(
    request: HttpRequest,
    id: web::Path<String>,
    payload: web::Payload,
) -> HttpResponse {
    answered(
        async {
            let it = known(&request, payload).await?;
            let found = request_of(&it.app.ports, &it.partner, &id).await?;
            let found = found.ok_or_else(no_request)?;
            let result = result_of(&it.app.ports, &found).await?;
            Ok(done(StatusCode::OK, &result))
        }
        .await,
    )
}

/// `GET /platform/v1/requests/{id}/file.pdf`.
async fn pdf(request: HttpRequest, id: web::Path<String>, payload: web::Payload) -> HttpResponse {
    answered(
        async {
            let it = known(&request, payload).await?;
            let found = request_of(&it.app.ports, &it.partner, &id).await?;
            let found = found.ok_or_else(no_request)?;
            let pdf = pdf_of(&it.app.ports, &found)
                .await?
                .ok_or_else(no_request)?;
            Ok(paper(pdf))
        }
        .await,
    )
}

/// `POST /platform/v1/offsets`.
async fn offset(request: HttpRequest, payload: web::Payload) -> HttpResponse {
    answered(
        async {
            let it = known(&request, payload).await?;
            let (is_new, result) = take_offset(&it.app.ports, &it.partner, &it.body).await?;
            count(if is_new {
                "offset_taken"
            } else {
                "offset_repeated"
            });
            let status = if is_new {
                StatusCode::ACCEPTED
            } else {
                StatusCode::OK
            };
            Ok(done(status, &result))
        }
        .await,
    )
}

/// `GET /platform/v1/offsets/{id}`.
async fn offset_result(
    request: HttpRequest,
    id: web::Path<String>,
    payload: web::Payload,
) -> HttpResponse {
    answered(
        async {
            let it = known(&request, payload).await?;
            let found = offset_of(&it.app.ports, &it.partner, &id).await?;
            let found = found.ok_or_else(no_offset)?;
            let result = offset_result_of(&it.app.ports, &found).await?;
            Ok(done(StatusCode::OK, &result))
        }
        .await,
    )
}

/// `GET /platform/v1/offsets/{id}/file.pdf`.
async fn offset_pdf(
    request: HttpRequest,
    id: web::Path<String>,
    payload: web::Payload,
) -> HttpResponse {
    answered(
        async {
            let it = known(&request, payload).await?;
            let found = offset_of(&it.app.ports, &it.partner, &id).await?;
            let found = found.ok_or_else(no_offset)?;
            let pdf = offset_pdf_of(&it.app.ports, &found)
                .await?
                .ok_or_else(no_offset)?;
            Ok(paper(pdf))
        }
        .await,
    )
}

/// `POST /platform/callback/{seller}`: stored and answered, nothing else.
async fn callback(
    request: HttpRequest,
    seller: web::Path<String>,
    payload: web::Payload,
) -> HttpResponse {
    let Ok(app) = shared(&request) else {
        return HttpResponse::InternalServerError().finish();
    };
    let body = match body_of(&request, payload, app.settings.push_max_body_bytes).await {
        Ok(body) => body,
        Err(trouble) => return trouble.answer(),
    };
    let refused = || {
        count("callback_refused");
        Trouble::new(StatusCode::FORBIDDEN, "refused", "refused").answer()
    };
    let Some(headers) = Headers::read(request.headers()) else {
        return refused();
    };
    let path = path_of(&request);
    let call = Signed {
        method: "POST",
        path: &path,
        timestamp: headers.timestamp,
        nonce: headers.nonce,
        body: &body,
    };
    let storing = receive_notice(
        &app.ports,
        &seller,
        headers.key_id,
        &call,
        headers.signature,
    );
    match tokio::time::timeout(ANSWER_WITHIN, storing).await {
        Ok(Ok(Recorded::New)) => {
            count("callback_stored");
            done(StatusCode::OK, &json!({ "stored": true }))
        }
        Ok(Ok(Recorded::AlreadyKnown)) => {
            count("callback_repeated");
            done(StatusCode::OK, &json!({ "stored": true }))
        }
        Ok(Err(NoticeError::Refused(why))) => {
            tracing::warn!("Refused a callback of an external platform: {why}");
            refused()
        }
        Ok(Err(NoticeError::Store(error))) => Trouble::from(error).answer(),
        Err(_) => Trouble::from(StoreError::Unavailable("too slow".into())).answer(),
    }
}

fn count(outcome: &'static str) {
    metrics::counter!("fapiao_gateway_calls_total", "outcome" => outcome).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use fapiao_usecases::gateway::sign;
    use std::collections::BTreeSet;

    fn contract() -> Value {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../deploy/contracts/platform-gateway.openapi.json"
        );
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    #[test]
    fn the_contract_lists_exactly_the_calls_there_are() {
        let contract = contract();
        let described: BTreeSet<(String, String)> = contract["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().unwrap().keys();
                methods.map(|method| (path.clone(), method.to_uppercase()))
            })
            .collect();
        let routed = CALLS
            .iter()
            .map(|(path, method)| ((*path).to_owned(), (*method).to_owned()))
            .collect();
        assert_eq!(described, routed);
    }

    /// The table above is what the server answers: an unsigned call to each is refused, not unknown.
    #[actix_web::test]
    async fn every_call_of_the_table_has_a_route() {
        let app = actix_web::test::init_service(actix_web::App::new().configure(configure)).await;
        for (path, method) in CALLS {
            let request = actix_web::test::TestRequest::default()
                .method(method.parse().unwrap())
                .uri(&format!("/platform{}", path.replace("{id}", "x")))
                .to_request();
            let answer = actix_web::test::call_service(&app, request).await;
            assert_ne!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn the_documents_have_the_members_that_the_contract_names() {
        let contract = contract();
        let members = |name: &str| -> BTreeSet<String> {
            let schema = &contract["components"]["schemas"][name]["properties"];
            schema.as_object().unwrap().keys().cloned().collect()
        };
        let of = |value: &Value| -> BTreeSet<String> {
            value.as_object().unwrap().keys().cloned().collect()
        };
        let request = json!({
            "order_id": "o", "app_id": "a", "seller_tax_number": "t", "order_no": "1",
            "title": { "kind": "person", "name": "n" },
            "lines": [{ "name": "n", "tax_code": "c", "quantity": "1", "unit_price": "1", "tax_included": true, "rate": "0.13", "preference": "12" }],
            "totals": { "amount": "1", "tax": "1", "total": "2" }
        });
        let read: fapiao_usecases::gateway::InvoiceRequest =
            serde_json::from_value(request).unwrap();
        let written = serde_json::to_value(read).unwrap();
        assert_eq!(of(&written), members("InvoiceRequest"));
        assert_eq!(of(&written["title"]), members("Title"));
        assert_eq!(of(&written["lines"][0]), members("Line"));
        assert_eq!(of(&written["totals"]), members("Totals"));
        let result = json!({
            "id": "i", "order_id": "o", "state": "delivered", "version": 1,
            "invoice": {
                "number": "1", "issued_at": "2026-01-01T00:00:00Z", "totals": written["totals"],
                "pdf": { "url": "u", "sha256": "h", "size": 1 }
            },
            "card": { "card_id": "c" }
        });
        let read: fapiao_usecases::gateway::RequestResult = serde_json::from_value(result).unwrap();
        let written = serde_json::to_value(read).unwrap();
        assert_eq!(of(&written), members("RequestResult"));
        assert_eq!(of(&written["invoice"]), members("Invoice"));
        assert_eq!(of(&written["invoice"]["pdf"]), members("Pdf"));
        assert_eq!(of(&written["card"]), members("Card"));
    }

    #[test]
    fn the_documents_of_offsets_have_the_members_that_the_contract_names() {
        use fapiao_usecases::gateway::{OffsetRequest, OffsetResult};
        let contract = contract();
        let members = |name: &str| -> BTreeSet<String> {
            let schema = &contract["components"]["schemas"][name]["properties"];
            schema.as_object().unwrap().keys().cloned().collect()
        };
        let of = |value: &Value| -> BTreeSet<String> {
            value.as_object().unwrap().keys().cloned().collect()
        };
        let sums = json!({ "amount": "-1.00", "tax": "-0.13", "total": "-1.13" });
        let request = json!({
            "offset_no": "o", "order_id": "o", "seller_tax_number": "t", "reason": "02",
            "lines": [{ "line": 1, "quantity": "1" }], "totals": sums
        });
        let read: OffsetRequest = serde_json::from_value(request).unwrap();
        let written = serde_json::to_value(read).unwrap();
        assert_eq!(of(&written), members("OffsetRequest"));
        assert_eq!(of(&written["lines"][0]), members("OffsetLine"));
        let result = json!({
            "id": "i", "offset_no": "o", "order_id": "o", "state": "issued", "version": 1,
            "confirmation": { "number": "n", "state": "01" },
            "invoice": { "number": "1", "issued_at": "2026-01-01T00:00:00Z", "totals": sums },
            "card": "cancelled"
        });
        let read: OffsetResult = serde_json::from_value(result).unwrap();
        let written = serde_json::to_value(read).unwrap();
        assert_eq!(of(&written), members("OffsetResult"));
        assert_eq!(of(&written["confirmation"]), members("Confirmation"));
    }

    #[test]
    fn the_contracts_example_is_right() {
        let text = contract()["info"]["description"].to_string();
        let call = Signed {
            method: "POST",
            path: "/platform/v1/requests",
            timestamp: 1_767_225_600,
            nonce: "0123456789abcdef",
            body: b"{}",
        };
        assert!(text.contains(&sign("secret", &call)));
    }
}
