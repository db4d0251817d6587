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
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(render()))
}

/// Says what the metrics of the web side mean; the queue's are the worker's.
pub(crate) fn describe() {
    metrics::describe_histogram!(
        "fapiao_http_request_seconds",
        "How long answers take, by method, route and status"
    );
    metrics::describe_counter!(
        "fapiao_pushes_total",
        "Pushes by what became of them: stored, repeated, refused, unsigned, unreadable, failed"
    );
}
