//! `/metrics`: for the monitoring of the house, not for the world.

use crate::{
    app::App,
    edge::Context,
    problem::{Kind, Problem, Said},
    security::client::is_from_inside,
};
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /metrics` in Prometheus' text format. Answers 404 to callers from outside the house.
pub(crate) async fn show(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let peer = request.peer_addr().map(|address| address.ip());
    let client = Context::of(&request).client;
    let render = app.settings.metrics.as_ref();
    let (true, Some(render)) = (is_from_inside(client, peer, request.headers()), render) else {
        let said = Said::new("there is no such address", "没有这个地址");
        return Err(Problem::new(Kind::NotFound, said));
    };
    if let Ok(stats) = app.ports.store.queue_stats().await {
        for (state, jobs) in [
            ("waiting", stats.waiting),
            ("running", stats.running),
            ("parked", stats.parked),
        ] {
            metrics::gauge!("queue_jobs", "state" => state).set(jobs as f64);
        }
        metrics::gauge!("queue_oldest_due_seconds").set(stats.oldest_due_secs as f64);
    }
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(render()))
}
