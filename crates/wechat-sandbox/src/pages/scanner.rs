//! The phone's scanner, and the title code that others scan.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::phone::no_such;
use super::{buyer_of, links, page, see_other};
use crate::app::App;
use crate::model::Buyer;

#[derive(Template)]
#[template(path = "scan.html")]
struct Scan<'a> {
    problem: &'a str,
}

/// `GET /phone/scan`: an input; with `?url=` it opens what was scanned.
pub(crate) async fn scan(app: Data<App>, query: Query<HashMap<String, String>>) -> HttpResponse {
    // A scanned page may be anywhere, and the form ends up there.
    const ANYWHERE: &str = " http: https:";
    let Some(scanned) = query
        .get("url")
        .map(|url| url.trim())
        .filter(|url| !url.is_empty())
    else {
        return page(StatusCode::OK, &Scan { problem: "" }, ANYWHERE);
    };
    if let Some(rest) = scanned
        .trim_start_matches('/')
        .strip_prefix("pages/authinvoice/index?")
    {
        return see_other(&format!("/authinvoice?{rest}"));
    }
    let plain: String = scanned
        .chars()
        .filter(|it| !it.is_whitespace() && *it != '-')
        .collect();
    let is_code =
        (6..=16).contains(&plain.len()) && plain.bytes().all(|it| it.is_ascii_alphanumeric());
    if is_code && let Some(links) = &app.short_links {
        return see_other(&format!("{links}{}", plain.to_ascii_uppercase()));
    }
    match url::Url::parse(scanned) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => see_other(url.as_str()),
        _ => page(
            StatusCode::UNPROCESSABLE_ENTITY,
            &Scan {
                problem: "这不是网页链接、小程序路径，也不是短码。",
            },
            ANYWHERE,
        ),
    }
}

#[derive(Template)]
#[template(path = "title_code.html")]
struct TitleCodePage<'a> {
    buyer: &'a Buyer,
    company: bool,
    text: String,
    image: String,
}

/// `GET /phone/title`: the code a cashier scans (`scantitle`).
pub(crate) async fn title_code(
    app: Data<App>,
    request: HttpRequest,
    query: Query<HashMap<String, String>>,
) -> HttpResponse {
    let world = app.world();
    let Some(buyer) = world.buyers.get(&buyer_of(&request, &world)) else {
        return no_such("没有这部手机");
    };
    let company = query.get("kind").map(String::as_str) != Some("person");
    let text = links::title_code(&world, &buyer.id, company, app.now());
    let Ok(code) = qrcode::QrCode::new(&text) else {
        return no_such("无法生成二维码");
    };
    let svg = code
        .render::<qrcode::render::svg::Color<'_>>()
        .min_dimensions(220, 220)
        .build();
    let image = format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg));
    page(
        StatusCode::OK,
        &TitleCodePage {
            buyer,
            company,
            text,
            image,
        },
        "",
    )
}
