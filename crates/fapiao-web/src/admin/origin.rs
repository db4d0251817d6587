//! Whether a form was sent by a page of ours: what the browser says about its origin, and the token it carries.

use actix_web::http::header::{self, HeaderMap};
use subtle::ConstantTimeEq;

/// What the browser says: `Sec-Fetch-Site` and `Origin`, where it sends them. Clients that are no browsers send
/// neither; the token decides alone then.
pub(super) fn is_ours(headers: &HeaderMap, public_base: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|it| it.to_str().unwrap_or("?"));
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    match text(header::ORIGIN.as_str()) {
        None => true,
        Some(origin) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            let asked = text(header::HOST.as_str());
            origin == origin_of(public_base) || (host.is_some() && host == asked)
        }
    }
}

/// Scheme, host and port of an address.
fn origin_of(address: &str) -> &str {
    let start = address.find("://").map_or(0, |at| at + 3);
    let end = address[start..]
        .find('/')
        .map_or(address.len(), |at| start + at);
    &address[..end]
}

/// Whether two tokens are the same, in a time that tells nothing; empty ones never are.
pub(super) fn same_token(one: &str, other: &str) -> bool {
    !one.is_empty() && bool::from(one.as_bytes().ct_eq(other.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn with(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        headers
    }

    const BASE: &str = "https://fapiao.example.com/shop";

    #[test]
    fn a_page_of_ours_may_send_and_another_may_not() {
        for ours in [
            with(&[]),
            with(&[("origin", "https://fapiao.example.com")]),
            with(&[
                ("origin", "http://localhost:8080"),
                ("host", "localhost:8080"),
            ]),
            with(&[("sec-fetch-site", "same-origin")]),
            with(&[("sec-fetch-site", "none")]),
        ] {
            assert!(is_ours(&ours, BASE), "{ours:?}");
        }
        for foreign in [
            with(&[("origin", "https://evil.example")]),
            with(&[("origin", "null")]),
            with(&[("origin", "https://fapiao.example.com.evil.example")]),
            with(&[
                ("origin", "https://evil.example"),
                ("host", "fapiao.example.com"),
            ]),
            with(&[("sec-fetch-site", "cross-site")]),
            with(&[("sec-fetch-site", "same-site")]),
            with(&[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://fapiao.example.com"),
            ]),
        ] {
            assert!(!is_ours(&foreign, BASE), "{foreign:?}");
        }
    }

    #[test]
    fn a_missing_token_fits_nothing() {
        assert!(same_token("abc", "abc"));
        assert!(!same_token("", ""));
        assert!(!same_token("abc", "abcd") && !same_token("abc", ""));
    }
}
