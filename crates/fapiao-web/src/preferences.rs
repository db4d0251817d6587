//! `/preferences?lang=|theme=&back=`: the switches of every page.

use crate::{app::App, i18n::Lang, pages::shell::Theme, security::language::LANGUAGE_COOKIE};
use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    http::header,
    web,
};

/// Keeps a choice in a cookie and goes back to where it was made. Both are harmless: no permission hangs on them.
pub(crate) async fn choose(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let mut answer = HttpResponse::SeeOther();
    let mut back = "/".to_owned();
    for (name, value) in url::form_urlencoded::parse(request.query_string().as_bytes()) {
        match &*name {
            "lang" => {
                if let Some(lang) = Lang::parse(&value) {
                    answer.cookie(kept(&app, LANGUAGE_COOKIE, lang.tag()));
                }
            }
            "theme" => {
                answer.cookie(kept(&app, "theme", Theme::parse(&value).as_str()));
            }
            "back" if is_own_path(&value) => back = value.into_owned(),
            _ => {}
        }
    }
    answer.insert_header((header::LOCATION, back));
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    answer.finish()
}

fn kept(app: &App, name: &'static str, value: &'static str) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .max_age(Duration::days(365))
        .same_site(SameSite::Lax)
        .http_only(true)
        .secure(app.ports.public_base.starts_with("https://"))
        .finish()
}

/// A path of ours: never another site, however it is written.
pub(crate) fn is_own_path(text: &str) -> bool {
    let mut letters = text.chars();
    let is_path = letters.next() == Some('/') && !matches!(letters.next(), Some('/' | '\\'));
    is_path
        && text.len() <= 2000
        && !text
            .chars()
            .any(|letter| letter.is_control() || letter == '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_site() {
        for own in ["/", "/admin/orders?q=%2F%2F", "/o/ABC"] {
            assert!(is_own_path(own), "{own}");
        }
        for foreign in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb",
            "a",
        ] {
            assert!(!is_own_path(foreign), "{foreign:?}");
        }
    }
}
