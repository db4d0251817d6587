//! A call that changes something: the key that may, the idempotency key, and the body, in this order.

use super::json::Node;
use crate::{
    app::App,
    i18n::Lang,
    problem::{Kind, Problem, Said},
    security::{key::KeyHolder, language::of_api},
};
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderMap},
    web,
};
use bytes::{Bytes, BytesMut};
use fapiao_usecases::{idempotency::fingerprint, merchant::orders::Repeatable};
use futures_util::{StreamExt, future::LocalBoxFuture};
use std::time::Duration;

/// A body that takes longer than this is not waited for.
const BODY_WITHIN: Duration = Duration::from_secs(30);

/// How much, and for how long, the rest of a refused body is read away.
const DISCARD_MAX: usize = 2 * 1024 * 1024;
const DISCARD_WITHIN: Duration = Duration::from_secs(1);

/// A read and permitted call. Making one is the permission check.
pub(crate) struct Writing {
    /// The shared state.
    pub(crate) app: web::Data<App>,
    /// Who.
    pub(crate) holder: KeyHolder,
    /// What makes the call recognisable.
    pub(crate) repeat: Repeatable,
    /// The body.
    pub(crate) node: Node,
    /// The language of the answer's texts.
    pub(crate) lang: Lang,
}

impl FromRequest for Writing {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Writing, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let read = Writing::read(&request, &mut payload).await;
            if read.is_err() {
                discard(&mut payload).await;
            }
            read
        })
    }
}

impl Writing {
    async fn read(request: &HttpRequest, payload: &mut Payload) -> Result<Writing, Problem> {
        let app = shared(request)?;
        let holder = KeyHolder::writing(&app, request).await?;
        let key = idempotency_key(request.headers())?;
        let (body, node) = read_json(&app, request, payload).await?;
        let route = request.match_pattern().unwrap_or_default();
        let repeat = Repeatable {
            scope: format!("{}:{} {route}", holder.key.id, request.method()),
            key,
            fingerprint: fingerprint_of(request.path(), &body),
        };
        Ok(Writing {
            app,
            holder,
            repeat,
            node,
            lang: of_api(request.headers()),
        })
    }
}

/// A read and permitted call that is safe to repeat by what it is about: it needs no idempotency key, and one that is sent
/// is not looked at. Making one is the permission check.
pub(crate) struct Stating {
    /// The shared state.
    pub(crate) app: web::Data<App>,
    /// Who.
    pub(crate) holder: KeyHolder,
    /// The body.
    pub(crate) node: Node,
    /// The language of the answer's texts.
    pub(crate) lang: Lang,
}

impl FromRequest for Stating {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Stating, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let read = Stating::read(&request, &mut payload).await;
            if read.is_err() {
                discard(&mut payload).await;
            }
            read
        })
    }
}

impl Stating {
    async fn read(request: &HttpRequest, payload: &mut Payload) -> Result<Stating, Problem> {
        let app = shared(request)?;
        let holder = KeyHolder::writing(&app, request).await?;
        let (_, node) = read_json(&app, request, payload).await?;
        Ok(Stating {
            app,
            holder,
            node,
            lang: of_api(request.headers()),
        })
    }
}

async fn read_json(
    app: &App,
    request: &HttpRequest,
    payload: &mut Payload,
) -> Result<(Bytes, Node), Problem> {
    check_media_type(request.headers(), "application/json")?;
    let limit = app.settings.api_body_bytes;
    let body = read_body(request.headers(), payload, limit).await?;
    let node = Node::read(&body).map_err(|error| not_json(&error))?;
    Ok((body, node))
}

/// Reads away what a refused caller is still sending, within bounds: a connection that is closed over unread bytes may
/// lose the answer.
pub(crate) async fn discard(payload: &mut Payload) {
    let reading = async {
        let mut read = 0;
        while let Some(Ok(chunk)) = payload.next().await {
            read += chunk.len();
            if read > DISCARD_MAX {
                break;
            }
        }
    };
    // Whether it ended or the time did, the answer follows.
    let _ = tokio::time::timeout(DISCARD_WITHIN, reading).await;
}

/// The shared state of a request.
pub(crate) fn shared(request: &HttpRequest) -> Result<web::Data<App>, Problem> {
    let app = request.app_data::<web::Data<App>>();
    app.cloned()
        .ok_or_else(|| Problem::internal("the shared state is missing from the application"))
}

/// Reads a body of at most `limit` bytes.
///
/// # Errors
/// 413 as soon as it is known to be larger, 408 when it comes too slowly, 400 when it breaks off.
pub(crate) async fn read_body(
    headers: &HeaderMap,
    payload: &mut Payload,
    limit: usize,
) -> Result<Bytes, Problem> {
    read_body_within(headers, payload, limit, BODY_WITHIN).await
}

/// The same with a time of its own.
///
/// # Errors
/// As [`read_body`].
pub(crate) async fn read_body_within(
    headers: &HeaderMap,
    payload: &mut Payload,
    limit: usize,
    within: Duration,
) -> Result<Bytes, Problem> {
    let declared = headers.get(header::CONTENT_LENGTH);
    let declared = declared.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let reading = async {
        let mut body = BytesMut::with_capacity(declared.unwrap_or(0));
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| {
                let said = Said::new("the body broke off before its end", "请求体在传完之前中断");
                Problem::new(Kind::BadRequest, said).because(error.to_string())
            })?;
            if body.len() + chunk.len() > limit {
                return Err(too_large(limit));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    };
    match tokio::time::timeout(within, reading).await {
        Ok(body) => body,
        Err(_) => {
            let said = Said::new(
                format!("the body was not complete after {} s", within.as_secs()),
                format!("{} 秒内未收到完整的请求体", within.as_secs()),
            );
            Err(Problem::new(Kind::BodyTooSlow, said))
        }
    }
}

/// The path belongs to the act: the same body to another thing is another request.
fn fingerprint_of(path: &str, body: &[u8]) -> String {
    fingerprint(&[path.as_bytes(), b"\n", body].concat())
}

fn idempotency_key(headers: &HeaderMap) -> Result<String, Problem> {
    let mut given = headers.get_all("idempotency-key");
    let Some(first) = given.next() else {
        let said = Said::new(
            "send an `Idempotency-Key` header with this call, for example a UUID",
            "请在本次调用中加上 `Idempotency-Key` 请求头，例如一个 UUID",
        );
        return Err(Problem::new(Kind::IdempotencyKeyMissing, said));
    };
    // The draft of the header wants a quoted text; most clients send a bare one.
    let text = first.to_str().unwrap_or_default().trim();
    let text = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text);
    let fits =
        (1..=255).contains(&text.len()) && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if fits && given.next().is_none() {
        return Ok(text.to_owned());
    }
    let said = Said::new(
        "the `Idempotency-Key` has 1 to 255 printable ASCII characters and is sent once",
        "`Idempotency-Key` 须为 1 至 255 个可打印的 ASCII 字符，且只出现一次",
    );
    Err(Problem::new(Kind::IdempotencyKeyInvalid, said))
}

/// Whether a body is declared as what the call takes.
///
/// # Errors
/// 415 when it is declared as something else, or not at all.
pub(crate) fn check_media_type(headers: &HeaderMap, wanted: &'static str) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE);
    let given = given
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media = given.split(';').next().unwrap_or_default().trim();
    if media.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    let shown: String = media.chars().take(80).collect();
    let said = Said::new(
        format!("the body is declared as `{shown}`; send `Content-Type: {wanted}`"),
        format!("请求体声明为 `{shown}`，请使用 `Content-Type: {wanted}`"),
    );
    Err(Problem::new(Kind::UnsupportedMediaType, said))
}

fn too_large(limit: usize) -> Problem {
    let said = Said::new(
        format!("the body is larger than {limit} bytes"),
        format!("请求体超过 {limit} 字节"),
    );
    Problem::new(Kind::BodyTooLarge, said)
}

fn not_json(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    let said = Said::new(
        format!("the body stops being JSON at line {line}, column {column}: {error}"),
        format!("请求体在第 {line} 行第 {column} 列处不符合 JSON 语法"),
    );
    Problem::new(Kind::InvalidJson, said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn with(name: &'static str, values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        headers
    }

    #[test]
    fn an_idempotency_key_is_there_once_and_printable() {
        let of = |values: &[&'static str]| {
            idempotency_key(&with("idempotency-key", values)).map_err(|problem| problem.kind)
        };
        assert_eq!(of(&["a-1"]), Ok("a-1".to_owned()));
        assert_eq!(of(&["\"a-1\""]), Ok("a-1".to_owned()));
        assert_eq!(of(&[]), Err(Kind::IdempotencyKeyMissing));
        assert_eq!(of(&[""]), Err(Kind::IdempotencyKeyInvalid));
        assert_eq!(of(&["a", "b"]), Err(Kind::IdempotencyKeyInvalid));
    }

    #[test]
    fn only_json_is_read_and_the_path_is_part_of_the_fingerprint() {
        let json = "application/json";
        let of =
            |value: &'static str| check_media_type(&with("content-type", &[value]), json).is_ok();
        assert!(of("application/json") && of("Application/JSON; charset=utf-8"));
        assert!(!of("text/plain") && !of("application/jsonx"));
        assert_ne!(fingerprint_of("/a", b"{}"), fingerprint_of("/b", b"{}"));
    }

    #[actix_web::test]
    async fn a_body_over_the_limit_is_refused_before_it_is_read() {
        let headers = with("content-length", &["11"]);
        let refused = read_body(&headers, &mut Payload::None, 10)
            .await
            .unwrap_err();
        assert_eq!(refused.kind, Kind::BodyTooLarge);
        let stream = || -> Payload {
            let chunks = (0..4).map(|_| Ok(Bytes::from_static(b"abc")));
            Payload::Stream {
                payload: Box::pin(futures_util::stream::iter(chunks)),
            }
        };
        let none = HeaderMap::new();
        let refused = read_body(&none, &mut stream(), 11).await.unwrap_err();
        assert_eq!(refused.kind, Kind::BodyTooLarge);
        let body = read_body(&none, &mut stream(), 12).await.unwrap();
        assert_eq!(body, "abcabcabcabc");
    }
}
