//! The pages `/api/docs` and `/api/docs/errors`: made from the same tables as the API itself, without script.

use super::openapi::{Operation, Parameter, Place, operations};
use crate::{
    app::App,
    edge::{bare, page},
    i18n::Lang,
    pages::shell::Bare,
    problem::{Kind, Said},
    routes::API,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use askama::{Template, filters::HtmlSafe};
use serde_json::Value;
use std::fmt;

#[derive(Template)]
#[template(path = "api/docs.html")]
struct DocsPage {
    bare: Bare,
    calls: Vec<Call>,
}

#[derive(Template)]
#[template(path = "api/errors.html")]
struct ErrorsPage {
    bare: Bare,
    errors: Vec<Explained>,
}

struct Call {
    id: &'static str,
    method: &'static str,
    path: String,
    summary: &'static str,
    about: Marked,
    parameters: Vec<(&'static str, Marked)>,
    curl: String,
    problems: Vec<&'static str>,
}

struct Explained {
    code: &'static str,
    status: u16,
    title: String,
    meaning: Marked,
    next: Marked,
}

/// A text of our tables as HTML: what stands between backticks is code.
struct Marked(String);

impl Marked {
    fn new(text: &str) -> Marked {
        let mut html = String::with_capacity(text.len() + 32);
        for (at, part) in text.split('`').enumerate() {
            let is_code = at % 2 == 1;
            html.push_str(if is_code { "<code>" } else { "" });
            for letter in part.chars() {
                match letter {
                    '&' => html.push_str("&amp;"),
                    '<' => html.push_str("&lt;"),
                    '>' => html.push_str("&gt;"),
                    '"' => html.push_str("&quot;"),
                    other => html.push(other),
                }
            }
            html.push_str(if is_code { "</code>" } else { "" });
        }
        Marked(html)
    }
}

impl fmt::Display for Marked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Marked {}

/// What holds for every call.
const RULES: &[(&str, &str)] = &[
    (
        "The key comes from the back-office and travels as `Authorization: Bearer fp_…`.",
        "密钥在后台创建，以 `Authorization: Bearer fp_…` 携带。",
    ),
    (
        "Amounts, quantities, prices and rates are decimal strings such as \"113.00\"; a JSON number is refused.",
        "金额、数量、单价与税率一律为字符串形式的小数，如 \"113.00\"；JSON 数字会被拒绝。",
    ),
    (
        "Tax is computed per line and rounded half up to the fen, once; totals are sums of lines.",
        "税额按行计算，四舍五入到分，只舍入一次；合计为各行之和。",
    ),
    (
        "Every POST that changes something carries an `Idempotency-Key`: repeating a request with its key is always safe. Those of fiscal bills need none: the bill's code and number recognise them.",
        "每个会产生变更的 POST 都要带 `Idempotency-Key`：用原键重发始终安全。财政票据的接口无需此键：由票据代码和号码识别重复。",
    ),
    (
        "Nothing is sent to you: follow a delivery with `GET /api/v1/deliveries/{id}?wait=10` until `final`; `waits_for` says whether the buyer, staff or this system has to act.",
        "本系统不会主动通知：请用 `GET /api/v1/deliveries/{id}?wait=10` 查询投递，直到 `final`；`waits_for` 说明正在等待买家、商户人员还是本系统。",
    ),
    (
        "Each key may call so many times a second; `RateLimit` tells what is left, a 429 or 503 tells in `Retry-After` when to come back.",
        "每个密钥每秒的调用次数有上限：`RateLimit` 告知余量，429 与 503 以 `Retry-After` 告知多久后重试。",
    ),
    (
        "Unknown members and parameters are refused; all mistakes are named at once.",
        "不认识的字段与参数会被拒绝；所有错误一次列出。",
    ),
    (
        "`Accept-Language: zh` or `en` chooses the texts; codes never change.",
        "`Accept-Language: zh` 或 `en` 选择文字语言；代码不随语言变化。",
    ),
    (
        "What is not there yet is `null`; states may be added, so take an unknown one as not final.",
        "尚不存在的内容为 `null`；今后可能增加新的状态，遇到不认识的状态请视为未完成。",
    ),
];

impl DocsPage {
    fn say(&self, en: &'static str, zh: &'static str) -> &'static str {
        in_words(self.bare.lang, (en, zh))
    }

    fn rules(&self) -> Vec<Marked> {
        let said =
            |both: &(&'static str, &'static str)| Marked::new(in_words(self.bare.lang, *both));
        RULES.iter().map(said).collect()
    }
}

impl ErrorsPage {
    fn say(&self, en: &'static str, zh: &'static str) -> &'static str {
        in_words(self.bare.lang, (en, zh))
    }
}

const fn in_words(lang: Lang, both: (&'static str, &'static str)) -> &'static str {
    match lang {
        Lang::En => both.0,
        Lang::Zh => both.1,
    }
}

/// `GET /api/docs`.
pub(crate) async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let bare = bare(&app, &request);
    let calls = operations()
        .map(|it| Call {
            id: it.id,
            method: it.method,
            path: format!("{API}{}", it.path),
            summary: in_words(bare.lang, it.summary),
            about: Marked::new(in_words(bare.lang, it.about)),
            parameters: it
                .parameters
                .iter()
                .map(|of| (of.name, Marked::new(in_words(bare.lang, of.about))))
                .collect(),
            curl: curl(it, &app.ports.public_base),
            problems: it.problems().into_iter().map(Kind::code).collect(),
        })
        .collect();
    page(StatusCode::OK, &DocsPage { bare, calls })
}

/// `GET /api/docs/errors`.
pub(crate) async fn errors(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let bare = bare(&app, &request);
    let text = |said: Said| said.of(bare.lang).to_owned();
    let errors = Kind::ALL
        .iter()
        .map(|kind| Explained {
            code: kind.code(),
            status: kind.status().as_u16(),
            title: text(kind.title()),
            meaning: Marked::new(kind.meaning().of(bare.lang)),
            next: Marked::new(kind.next().of(bare.lang)),
        })
        .collect();
    page(StatusCode::OK, &ErrorsPage { bare, errors })
}

/// `GET /api/docs/style.css`.
pub(crate) async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "max-age=300"))
        .body(include_str!("../../../../templates/api/docs.css"))
}

/// A line for the shell that does it.
fn curl(operation: &Operation, base: &str) -> String {
    let mut path = operation.path.replace("{id}", "$ID");
    let mut asked = Vec::new();
    for parameter in operation.parameters {
        match parameter.place {
            Place::Path => {
                let name = format!("{{{}}}", parameter.name);
                path = path.replace(&name, &first_choice(parameter));
            }
            Place::Query if parameter.needed => {
                asked.push(format!("{}={}", parameter.name, example_of(parameter)));
            }
            Place::Query => {}
        }
    }
    if !asked.is_empty() {
        path = format!("{path}?{}", asked.join("&"));
    }
    let names = [".zip", ".pdf"];
    let is_file = operation.path.contains("{format}")
        || names.into_iter().any(|it| operation.path.ends_with(it));
    let quote = if asked.is_empty() { "" } else { "'" };
    let how = if is_file { "-s -OJ" } else { "-s" };
    let mut line = format!("curl {how} {quote}{base}{API}{path}{quote}");
    if !operation.is_open {
        line.push_str(" \\\n  -H \"Authorization: Bearer $KEY\"");
    }
    if operation.needs_key() {
        line.push_str(" \\\n  -H 'Idempotency-Key: till-1-0001'");
    }
    if let Some(body) = operation.body {
        match body.files {
            [media, ..] if body.schema.is_empty() => {
                line.push_str(&format!(" \\\n  -H \"Content-Type: {media}\""));
                line.push_str(&format!(" \\\n  -T {}", body.example));
            }
            _ => {
                line.push_str(" \\\n  -H \"Content-Type: application/json\"");
                line.push_str(&format!(" \\\n  -d '{}'", body.example));
            }
        }
    }
    line
}

/// The first of the values that a parameter may have.
fn first_choice(parameter: &Parameter) -> String {
    let schema: Value = serde_json::from_str(parameter.schema).unwrap_or_default();
    let first = schema["enum"][0].as_str().unwrap_or_default();
    first.to_owned()
}

/// A value for the example; months are the only ones that must be said.
const fn example_of(_parameter: &Parameter) -> &'static str {
    "2026-11"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_backticks_is_code_and_nothing_is_markup() {
        let html = Marked::new("send `a<b` & \"c\"").to_string();
        assert_eq!(html, "send <code>a&lt;b</code> &amp; &quot;c&quot;");
    }

    #[test]
    fn an_example_carries_what_the_call_needs() {
        let of = |id: &str| {
            let operation = operations().find(|it| it.id == id).unwrap();
            curl(operation, "https://shop.example")
        };
        let create = of("createOrder");
        assert!(create.starts_with("curl -s https://shop.example/api/v1/orders \\\n"));
        assert!(create.contains("Idempotency-Key") && create.contains("Bearer $KEY"));
        let file = "-OJ https://shop.example/api/v1/invoices/$ID/file.pdf";
        assert!(of("downloadInvoice").contains(file));
        let qr = "-OJ https://shop.example/api/v1/orders/$ID/receipt-qr.svg";
        assert!(of("receiptQr").contains(qr));
        let report = "-OJ 'https://shop.example/api/v1/reports/ledger.csv?month=2026-11'";
        assert!(of("downloadReport").contains(report));
        let paper = of("checkPaper");
        assert!(paper.contains("-d '") && !paper.contains("Idempotency-Key"));
        let bill = of("createBill");
        assert!(bill.contains("-d '") && !bill.contains("Idempotency-Key"));
        let put = of("attachBillFile");
        assert!(
            put.contains("-H \"Content-Type: application/pdf\"") && put.ends_with("-T bill.pdf")
        );
        assert!(of("downloadBill").contains("-OJ https://shop.example/api/v1/bills/$ID/file.pdf"));
        assert_eq!(
            of("openapi"),
            "curl -s https://shop.example/api/v1/openapi.json"
        );
    }
}
