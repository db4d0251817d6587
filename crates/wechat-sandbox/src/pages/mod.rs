//! What people see: the authorisation page, the pretend phone and the console.

pub(crate) mod auth;
pub(crate) mod console;
pub(crate) mod links;
pub(crate) mod phone;
pub(crate) mod scanner;
pub(crate) mod titles;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::world::World;

const PHONE_CSS: &str = include_str!("../../assets/phone.css");
const CONSOLE_CSS: &str = include_str!("../../assets/console.css");

/// The phone everybody holds until another is chosen.
pub(crate) const DEFAULT_BUYER: &str = "xiaoming";

/// Sends a page under a policy that lets nothing in from outside. `forms_to` are further
/// addresses a form on it may end up at.
pub(crate) fn page<T: Template>(status: StatusCode, template: &T, forms_to: &str) -> HttpResponse {
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; \
         object-src 'self'; base-uri 'none'; frame-ancestors 'self'; form-action 'self'{forms_to}"
    );
    match template.render() {
        Ok(html) => HttpResponse::build(status)
            .insert_header((CONTENT_SECURITY_POLICY, policy))
            .insert_header((REFERRER_POLICY, "no-referrer"))
            .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .content_type("text/html; charset=utf-8")
            .body(html),
        Err(why) => {
            tracing::error!("A page could not be rendered: {why}");
            HttpResponse::InternalServerError().body("the page could not be rendered")
        }
    }
}

/// A plain answer on the phone: one headline, one sentence, one way out.
#[derive(Template)]
#[template(path = "notice.html")]
struct Notice<'a> {
    good: bool,
    headline: &'a str,
    words: &'a str,
}

pub(crate) fn notice(status: StatusCode, good: bool, headline: &str, words: &str) -> HttpResponse {
    page(
        status,
        &Notice {
            good,
            headline,
            words,
        },
        "",
    )
}

/// `303 See Other`.
pub(crate) fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header(("location", to))
        .finish()
}

/// Whose phone this is, by its cookie.
pub(crate) fn buyer_of(request: &HttpRequest, world: &World) -> String {
    request
        .cookie("buyer")
        .map(|cookie| cookie.value().to_owned())
        .filter(|id| world.buyers.get(id).is_some())
        .unwrap_or_else(|| DEFAULT_BUYER.to_owned())
}

/// `¥1,234.56` from fen.
pub(crate) fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "−" } else { "" };
    let fen = fen.unsigned_abs();
    let digits = (fen / 100).to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if 0 < index && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}¥{grouped}.{:02}", fen % 100)
}

pub(crate) async fn phone_css() -> HttpResponse {
    css(PHONE_CSS)
}

pub(crate) async fn console_css() -> HttpResponse {
    css(CONSOLE_CSS)
}

fn css(text: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header(("cache-control", "max-age=300"))
        .body(text)
}

#[cfg(test)]
mod tests {
    use super::yuan;

    #[test]
    fn amounts_are_grouped_and_have_two_decimals() {
        assert_eq!(yuan(5), "¥0.05");
        assert_eq!(yuan(11_300), "¥113.00");
        assert_eq!(yuan(123_456_789), "¥1,234,567.89");
        assert_eq!(yuan(-100_000), "−¥1,000.00");
    }
}
