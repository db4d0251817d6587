//! Which of the two languages a reader wants.

use crate::i18n::Lang;
use actix_web::{
    HttpRequest,
    http::header::{ACCEPT_LANGUAGE, HeaderMap},
};

/// The cookie of the language switch; its value is [`Lang::tag`].
pub(crate) const LANGUAGE_COOKIE: &str = "lang";

/// For machines: what `Accept-Language` asks for, English without it.
pub(crate) fn of_api(headers: &HeaderMap) -> Lang {
    accepted(headers).unwrap_or(Lang::En)
}

/// For people: what they switched to, else what their browser asks for, else Chinese.
pub(crate) fn of_page(request: &HttpRequest) -> Lang {
    let chosen = request.cookie(LANGUAGE_COOKIE);
    let chosen = chosen.and_then(|cookie| Lang::parse(cookie.value()));
    chosen
        .or_else(|| accepted(request.headers()))
        .unwrap_or(Lang::Zh)
}

fn accepted(headers: &HeaderMap) -> Option<Lang> {
    let wanted = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(u32, Lang)> = None;
    for part in wanted.split(',') {
        let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
        let Some(lang) = Lang::parse(tag) else {
            continue;
        };
        let weight = match parameters.trim().strip_prefix("q=") {
            Some(weight) => thousandths(weight),
            None => 1000,
        };
        if weight > 0 && best.is_none_or(|(most, _)| weight > most) {
            best = Some((weight, lang));
        }
    }
    best.map(|(_, lang)| lang)
}

/// `0.8` is 800. What cannot be read counts as unwanted.
fn thousandths(weight: &str) -> u32 {
    let (whole, decimals) = weight
        .trim()
        .split_once('.')
        .unwrap_or((weight.trim(), "0"));
    let decimals: String = format!("{decimals:0<3}").chars().take(3).collect();
    match (whole.parse::<u32>(), decimals.parse::<u32>()) {
        (Ok(whole @ 0..=1), Ok(decimals)) => whole * 1000 + decimals,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn the_heaviest_known_language_wins() {
        let of = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(value));
            of_api(&headers)
        };
        assert!(matches!(of("zh-CN,zh;q=0.9,en;q=0.8"), Lang::Zh));
        assert!(matches!(of("en-GB;q=0.5, zh-Hans;q=0.25"), Lang::En));
        assert!(matches!(of("fr, zh;q=0.1"), Lang::Zh));
        assert!(matches!(of("zh;q=0, *"), Lang::En));
        assert!(matches!(of_api(&HeaderMap::new()), Lang::En));
    }
}
