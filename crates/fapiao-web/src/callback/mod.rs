//! WeChat's pushes: verified, stored, answered. Nothing else happens here.
//!
//! | answer | when |
//! |---|---|
//! | 200 `success` | the push is stored (now or before), after the commit |
//! | 403 | it isn't WeChat's or not for us; why is shown to staff, never to the sender |
//! | 413 | larger than `wechat.push_max_body_bytes` |
//! | 408 | not complete within [`READ_WITHIN`]; 400 when it breaks off |
//! | 500 | it couldn't be stored within [`ANSWER_WITHIN`]: WeChat repeats it, and a poll finds what is lost |

mod times;

pub(crate) use times::PushTimes;

use crate::{
    api::body::{discard, read_body_within, shared},
    app::App,
    problem::{Kind, Problem},
};
use actix_web::{HttpRequest, HttpResponse, dev::Payload, http::StatusCode, web};
use fapiao_usecases::merchant::pushes::{PushError, receive_push, verify_address};
use std::{
    future::Future,
    time::{Duration, Instant},
};

/// WeChat waits five seconds. A store that takes longer gets the push again.
pub(crate) const ANSWER_WITHIN: Duration = Duration::from_secs(4);

/// A push is at most 64 KiB, and its sender gives up after five seconds.
pub(crate) const READ_WITHIN: Duration = Duration::from_secs(3);

/// `GET /wechat/callback/{app_id}`: the address check of WeChat's console.
pub(crate) async fn verify(
    app: web::Data<App>,
    request: HttpRequest,
    app_id: web::Path<String>,
) -> HttpResponse {
    if request.query_string().is_empty() {
        // Nobody's key is wrong here: the onboarding list looks whether the address is reached, or somebody typed it.
        count("unsigned");
        tracing::debug!("The address was opened without a signature");
        return text(StatusCode::FORBIDDEN, "refused".to_owned());
    }
    let checking = verify_address(&app.ports, &app_id, request.query_string());
    match in_time(checking).await {
        Ok(echo) => text(StatusCode::OK, echo),
        Err(error) => refuse("address check", &error),
    }
}

/// `POST /wechat/callback/{app_id}`: a push.
pub(crate) async fn receive(
    request: HttpRequest,
    app_id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let began = Instant::now();
    let app = shared(&request)?;
    let mut payload: Payload = payload.into_inner();
    let limit = app.settings.push_max_body_bytes;
    let body = match read_body_within(request.headers(), &mut payload, limit, READ_WITHIN).await {
        Ok(body) => body,
        Err(problem) => {
            count("unreadable");
            discard(&mut payload).await;
            tracing::warn!("A push was not read: {problem}");
            let status = match problem.kind {
                Kind::BodyTooLarge | Kind::BodyTooSlow => problem.kind.status(),
                _ => StatusCode::BAD_REQUEST,
            };
            return Ok(text(status, String::new()));
        }
    };
    let storing = receive_push(&app.ports, &app_id, request.query_string(), &body);
    Ok(match in_time(storing).await {
        Ok((id, recorded)) => {
            use fapiao_usecases::ports::Recorded;
            count(match recorded {
                Recorded::New => {
                    app.push_times.note(&app.ports.store, id, began.elapsed());
                    "stored"
                }
                Recorded::AlreadyKnown => "repeated",
            });
            text(StatusCode::OK, "success".to_owned())
        }
        Err(error) => refuse("push", &error),
    })
}

enum Failure {
    Told(PushError),
    TooLate,
}

async fn in_time<T>(work: impl Future<Output = Result<T, PushError>>) -> Result<T, Failure> {
    match tokio::time::timeout(ANSWER_WITHIN, work).await {
        Ok(result) => result.map_err(Failure::Told),
        Err(_) => Err(Failure::TooLate),
    }
}

/// One uniform refusal: the sender learns nothing about why.
fn refuse(what: &str, failure: &Failure) -> HttpResponse {
    match failure {
        Failure::Told(PushError::Refused(why)) => {
            count("refused");
            tracing::warn!("Refused: {what}: {why}");
            text(StatusCode::FORBIDDEN, "refused".to_owned())
        }
        Failure::Told(PushError::Store(error)) => {
            count("failed");
            tracing::error!(error = %error, "A {what} could not be handled; WeChat will repeat it");
            text(StatusCode::INTERNAL_SERVER_ERROR, String::new())
        }
        Failure::TooLate => {
            count("failed");
            tracing::error!("A {what} took longer than {ANSWER_WITHIN:?}; WeChat will repeat it");
            text(StatusCode::INTERNAL_SERVER_ERROR, String::new())
        }
    }
}

fn count(outcome: &'static str) {
    metrics::counter!("fapiao_pushes_total", "outcome" => outcome).increment(1);
}

fn text(status: StatusCode, body: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/plain; charset=utf-8")
        .body(body)
}
