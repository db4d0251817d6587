//! Exchanges as `tests/fixtures/calls/*.txt` have them: `>` is what must be sent, to the byte; `<` is what WeChat answers;
//! `#` says which quirk of the official page the answer has.

use std::path::PathBuf;

use crate::harness::{Recorded, Server};

/// One call's exchanges and the server that plays WeChat's part in them.
pub(super) struct Call {
    name: &'static str,
    exchanges: Vec<Exchange>,
    pub(super) server: Server,
}

struct Exchange {
    /// Method, path and query.
    request: String,
    body: String,
    answer: String,
}

pub(super) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/calls")
}

/// Reads a fixture and starts a server that gives its answers in their order.
pub(super) async fn call(name: &'static str) -> Call {
    let text = std::fs::read_to_string(folder().join(format!("{name}.txt"))).unwrap();
    let exchanges: Vec<Exchange> = text.split("\n\n").filter_map(exchange).collect();
    let server = Server::start().await;
    for exchange in &exchanges {
        let (_, target) = exchange.request.split_once(' ').unwrap();
        let path = target.split('?').next().unwrap();
        server.json(path, &exchange.answer);
    }
    Call {
        name,
        exchanges,
        server,
    }
}

fn exchange(block: &str) -> Option<Exchange> {
    let marked = |mark: &str| -> Vec<String> {
        let lines = block.lines().filter_map(|line| line.strip_prefix(mark));
        lines.map(str::to_owned).collect()
    };
    let mut sent = marked("> ").into_iter();
    let [answer] = marked("< ").try_into().ok()?;
    Some(Exchange {
        request: sent.next()?,
        body: sent.next().unwrap_or_default(),
        answer,
    })
}

impl Call {
    /// Every exchange took place, once, in its order, and each request was what the fixture says.
    pub(super) fn took_place(&self) {
        let path = |exchange: &Exchange| {
            let (_, target) = exchange.request.split_once(' ').unwrap();
            target.split('?').next().unwrap().to_owned()
        };
        let recorded = self.server.recorded(&path(&self.exchanges[0]));
        assert_eq!(
            recorded.len(),
            self.exchanges.len(),
            "calls of {}",
            self.name
        );
        for (exchange, recorded) in self.exchanges.iter().zip(&recorded) {
            let sent = format!("{} {}", recorded.method, recorded.target);
            assert_eq!(sent, exchange.request, "{}", self.name);
            assert_eq!(told(recorded), exchange.body, "{}", self.name);
            assert_headers(recorded);
        }
    }
}

/// The body as fixtures write it: a nonce is random, a file only has its outlines.
fn told(recorded: &Recorded) -> String {
    let kind = recorded.headers.get("content-type");
    if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        return outlines(recorded);
    }
    let text = recorded.text();
    let marker = "\"nonce_str\":\"";
    match text.split_once(marker) {
        Some((before, after)) => {
            let (nonce, after) = after.split_once('"').unwrap();
            assert!(nonce.len() == 32 && nonce.bytes().all(|it| it.is_ascii_hexdigit()));
            format!("{before}{marker}<nonce>\"{after}")
        }
        None => text,
    }
}

fn outlines(recorded: &Recorded) -> String {
    let part = crate::multipart::multipart(&recorded.headers["content-type"], &recorded.body);
    let quoted = |name: &str| {
        let (_, after) = part.head.split_once(&format!("{name}=\"")).unwrap();
        after.split('"').next().unwrap().to_owned()
    };
    let (_, mime) = part.head.split_once("Content-Type: ").unwrap();
    let (name, file, length) = (quoted("; name"), quoted("filename"), part.body.len());
    format!("multipart {name} {file} {} {length} bytes", mime.trim())
}

/// What holds for every call: known length, and JSON in raw UTF-8 without `null`.
fn assert_headers(recorded: &Recorded) {
    let has = |name: &str| recorded.headers.contains_key(name);
    assert!(!has("transfer-encoding") && !has("authorization") && !has("referer"));
    assert!(recorded.headers["user-agent"].starts_with("wechat-invoice/"));
    if recorded.method == "GET" {
        assert!(recorded.body.is_empty() && !has("content-type"));
        return;
    }
    assert_eq!(
        recorded.headers["content-length"],
        recorded.body.len().to_string()
    );
    if recorded.headers["content-type"].starts_with("application/json") {
        let text = recorded.text();
        assert!(!text.contains("\\u") && !text.contains("null"), "{text}");
    }
}
