//! What surrounds every request: an id, a language, the client's address; security headers, a log line and a count on
//! the way out. A failure is printed here, where its request is known.

use crate::{
    app::App,
    assets::CONTENT_SECURITY_POLICY,
    pages::{
        fault::{BareFaultPage, Fault},
        shell::Bare,
    },
    problem::{Kind, Problem, Said},
    security::{client::client_address, key::CallsLeft, language},
};
use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};
use askama::Template;
use std::{net::IpAddr, time::Instant};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is known about a request from its beginning.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// The code to quote; the same in the log, in problems and in `x-request-id`.
    pub(crate) id: String,
    /// Who calls, as far as proxies are believed.
    pub(crate) client: IpAddr,
}

impl Context {
    /// The context of a request that came through [`surround`].
    pub(crate) fn of(request: &HttpRequest) -> Context {
        let found = request.extensions().get::<Context>().cloned();
        found.unwrap_or_else(|| Context {
            id: fresh_id(),
            client: IpAddr::from([0, 0, 0, 0]),
        })
    }
}

/// The middleware around all routes.
pub(crate) async fn surround(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let peer = request.peer_addr().map(|address| address.ip());
    let client = client_address(peer, request.headers(), &app.proxies);
    let believed = peer.is_some_and(|peer| app.proxies.contain(peer));
    let context = Context {
        id: given_id(request.headers(), believed).unwrap_or_else(fresh_id),
        client,
    };
    let id = context.id.clone();
    request.extensions_mut().insert(context);
    let mut response = next.call(request).await?.map_into_boxed_body();
    if response.response().error().is_some() {
        response = presented(&app, response, &id);
    }
    let calls_left = response.request().extensions().get::<CallsLeft>().copied();
    let is_html = is_html(response.headers());
    let headers = response.headers_mut();
    secure(&app, headers, is_html);
    if let Some(CallsLeft { quota, left }) = calls_left {
        put(
            headers,
            "ratelimit-policy",
            &format!("\"calls\";q={quota};w=1"),
        );
        put(headers, "ratelimit", &format!("\"calls\";r={left};t=1"));
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    note(&response, &id, client, started);
    Ok(response)
}

/// Prints a failure as its reader understands it.
fn presented(app: &App, response: ServiceResponse<BoxBody>, id: &str) -> ServiceResponse<BoxBody> {
    let (request, response) = response.into_parts();
    let Some(error) = response.error() else {
        return ServiceResponse::new(request, response);
    };
    let own = error.as_error::<Problem>();
    let of_framework = match own {
        Some(_) => None,
        None => Some(from_framework(error)),
    };
    let Some(problem) = own.or(of_framework.as_ref()) else {
        return ServiceResponse::new(request, response);
    };
    if problem.kind.status().is_server_error() {
        tracing::error!(request.id = %id, code = problem.kind.code(), "Request {id} failed: {}", problem.chain());
    }
    let answer = if request.path().starts_with("/api/") {
        problem.answer(language::of_api(request.headers()), request.path(), id)
    } else if request.path().starts_with("/wechat/") {
        HttpResponse::new(problem.kind.status())
    } else {
        fault_page(app, &request, problem.kind.status(), id)
    };
    ServiceResponse::new(request, answer)
}

/// A failure that actix itself found: its words may name inner types, so only the status is told.
fn from_framework(error: &Error) -> Problem {
    let status = error.as_response_error().status_code();
    let kind = Kind::of_status(status);
    if status.is_server_error() {
        return Problem::internal(error.to_string());
    }
    Problem::new(kind, Said::new(kind.meaning().en, kind.meaning().zh))
}

/// A failure as a page, where nobody needs to be signed in.
pub(crate) fn fault_page(
    app: &App,
    request: &HttpRequest,
    status: StatusCode,
    id: &str,
) -> HttpResponse {
    let bare = bare(app, request);
    let t = bare.t;
    let which = request.path();
    let fault = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Fault::forbidden(t, which, id),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Fault::not_found(t, which, id),
        StatusCode::CONFLICT => Fault::conflict(t, which, "", id),
        StatusCode::PAYLOAD_TOO_LARGE => Fault::too_large(t, which, "", id),
        StatusCode::TOO_MANY_REQUESTS => Fault::too_many(t, which, id),
        StatusCode::SERVICE_UNAVAILABLE => Fault::unavailable(t, which, id),
        other if other.is_client_error() => Fault::unprocessable(t, which, "", id),
        _ => Fault::internal(t, which, id),
    };
    page(status, &BareFaultPage { bare, fault })
}

/// The frame of a page for anybody.
pub(crate) fn bare(app: &App, request: &HttpRequest) -> Bare {
    let lang = language::of_page(request);
    let theme = request.cookie("theme");
    Bare {
        lang,
        t: crate::i18n::Texts::of(lang),
        theme: theme.map_or_else(Default::default, |it| {
            crate::pages::shell::Theme::parse(it.value())
        }),
        sandbox: !app.settings.production,
        here: request
            .uri()
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string),
    }
}

/// A page as an answer that nobody keeps.
pub(crate) fn page(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(html) => HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(html),
        Err(error) => {
            tracing::error!(error = %error, "A page could not be rendered");
            HttpResponse::InternalServerError().finish()
        }
    }
}

fn secure(app: &App, headers: &mut HeaderMap, is_html: bool) {
    let policy = if !is_html {
        // A PDF is shown inside a page of ours, and by nobody else.
        "frame-ancestors 'self'"
    } else {
        CONTENT_SECURITY_POLICY
    };
    for (name, value) in [
        ("content-security-policy", policy),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "SAMEORIGIN"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ] {
        put_if_absent(headers, name, value);
    }
    if app.ports.public_base.starts_with("https://") {
        put_if_absent(headers, "strict-transport-security", "max-age=31536000");
    }
}

fn is_html(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn put_if_absent(headers: &mut HeaderMap, name: &'static str, value: &'static str) {
    let name = HeaderName::from_static(name);
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// One line per request: the route, never the query, and never a path that is itself a secret.
fn note(response: &ServiceResponse<BoxBody>, id: &str, client: IpAddr, started: Instant) {
    let request = response.request();
    let route = request.match_pattern();
    let route = route.as_deref().unwrap_or("(none)");
    let (method, status) = (request.method().as_str(), response.status().as_u16());
    let elapsed = started.elapsed();
    let is_short_link = route.starts_with("/o/") || route.starts_with("/b/");
    let path = if is_short_link || route == "(none)" {
        route
    } else {
        request.path()
    };
    metrics::histogram!(
        "fapiao_http_request_seconds",
        "method" => label(request.method()),
        "route" => route.to_owned(),
        "status" => status.to_string(),
    )
    .record(elapsed.as_secs_f64());
    let millis = elapsed.as_micros().div_ceil(1000);
    if matches!(route, "/healthz" | "/readyz" | "/metrics") {
        tracing::debug!(target: "fapiao::access", { request.id = %id }, "{method} {path} {status} {millis} ms");
    } else {
        tracing::info!(
            target: "fapiao::access",
            { request.id = %id, client = %client, method, path, status, millis },
            "{method} {path} {status} {millis} ms"
        );
    }
}

/// The method as a label. Any word may be sent as one, and every label is kept for as long as the process runs.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// An id that a proxy of ours gave, so that its log and ours can be joined.
fn given_id(headers: &HeaderMap, believed: bool) -> Option<String> {
    let text = headers.get(REQUEST_ID)?.to_str().ok()?;
    let fits = believed
        && (8..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    fits.then(|| text.to_owned())
}

fn fresh_id() -> String {
    format!("req_{:016x}", rand::random::<u64>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_sent_as_a_method_there_are_eight_labels() {
        let labels: std::collections::BTreeSet<_> = (0..1000)
            .map(|it| Method::from_bytes(format!("A{it}").as_bytes()).unwrap())
            .chain([Method::GET, Method::POST, Method::TRACE])
            .map(|it| label(&it))
            .collect();
        assert_eq!(
            labels.into_iter().collect::<Vec<_>>(),
            ["GET", "POST", "other"]
        );
    }
}
