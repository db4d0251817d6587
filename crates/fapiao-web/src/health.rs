//! Whether this process lives, and whether it can work.

use crate::app::App;
use actix_web::{HttpResponse, http::StatusCode, web};
use serde::Serialize;
use std::time::Duration;

/// A database that takes longer is as good as gone.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

#[derive(Debug, Serialize)]
struct Queue {
    waiting: i64,
    running: i64,
    parked: i64,
    oldest_due_secs: i64,
}

#[derive(Debug, Serialize)]
struct Readiness<'a> {
    ready: bool,
    database: &'static str,
    version: &'a str,
    queue: Option<Queue>,
}

/// `GET /healthz`: the process answers.
pub(crate) async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ok")
}

/// `GET /readyz`: 503 while the database doesn't answer. An old queue is told, and no reason to send callers away:
/// accepting orders and pushes doesn't depend on it.
pub(crate) async fn ready(app: web::Data<App>) -> HttpResponse {
    let store = &app.ports.store;
    let asking = async {
        store.ping().await?;
        store.queue_stats().await
    };
    let answer = tokio::time::timeout(ANSWER_WITHIN, asking).await;
    let stats = match answer {
        Ok(Ok(stats)) => Some(stats),
        Ok(Err(error)) => {
            tracing::error!(error = %error, "Not ready: the database did not answer");
            None
        }
        Err(_) => {
            tracing::error!("Not ready: the database took longer than {ANSWER_WITHIN:?}");
            None
        }
    };
    let readiness = Readiness {
        ready: stats.is_some(),
        database: if stats.is_some() { "ok" } else { "no answer" },
        version: &app.settings.version,
        queue: stats.map(|stats| Queue {
            waiting: stats.waiting,
            running: stats.running,
            parked: stats.parked,
            oldest_due_secs: stats.oldest_due_secs,
        }),
    };
    let status = if readiness.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    HttpResponse::build(status).json(readiness)
}
