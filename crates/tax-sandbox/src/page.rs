//! A page for people: how the authority stands, in Chinese and English.

use std::fmt::Write as _;
use std::sync::Arc;

use actix_web::{HttpResponse, web};

use crate::amount::yuan;
use crate::clock;
use crate::services::form_told;
use crate::state::numbers::{NumberRecord, number_text};
use crate::world::Authority;

const STYLE: &str = include_str!("page.css");
/// Rows of the newest invoices.
const ROWS: usize = 50;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(overview))
        .route("/page.css", web::get().to(style));
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .body(STYLE)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A section with a table, or a sentence when it is empty.
fn table(page: &mut String, title: &str, empty: &str, heads: &[&str], rows: &[Vec<String>]) {
    let _ = write!(page, "<section><h2>{title}</h2>");
    if rows.is_empty() {
        let _ = write!(page, "<p class=\"none\">{empty}</p></section>");
        return;
    }
    page.push_str("<div class=\"scroll\"><table><thead><tr>");
    for head in heads {
        let _ = write!(page, "<th>{head}</th>");
    }
    page.push_str("</tr></thead><tbody>");
    for row in rows {
        page.push_str("<tr>");
        for cell in row {
            let number = !cell.is_empty()
                && cell
                    .bytes()
                    .all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
            let class = if number && cell.contains('.') {
                " class=\"money\""
            } else {
                ""
            };
            let _ = write!(page, "<td{class}>{}</td>", escape(cell));
        }
        page.push_str("</tr>");
    }
    page.push_str("</tbody></table></div></section>");
}

async fn overview(authority: web::Data<Arc<Authority>>) -> HttpResponse {
    let page = draw(&authority);
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(page)
}

fn draw(authority: &Authority) -> String {
    let now = authority.clock.now();
    let world = authority.world();
    let state = &world.state;
    let mut page = String::from(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>税局沙箱 · Tax sandbox</title><link rel=\"stylesheet\" href=\"/page.css\"></head><body>\
         <header><h1>税局沙箱 <small>Tax sandbox</small></h1>\
         <p>这里的一切都不是真实发票。<span lang=\"en\">Nothing here is a real invoice.</span></p></header><main>",
    );
    let accepted = state
        .numbers
        .values()
        .filter(|r| r.accepted.is_some())
        .count();
    let handed_out: u64 = state.segments.values().map(|segment| segment.count).sum();
    page.push_str("<ul class=\"figures\">");
    for (figure, chinese, english) in [
        (clock::stamp(now), "沙箱时间", "Sandbox time"),
        (handed_out.to_string(), "已发号码", "Numbers handed out"),
        (accepted.to_string(), "已受理", "Accepted"),
        (
            (state.numbers.len() - accepted).to_string(),
            "未通过",
            "Failed",
        ),
        (state.receipts.len().to_string(), "上传批次", "Uploads"),
    ] {
        let _ = write!(
            page,
            "<li><strong>{figure}</strong><span>{chinese} <i lang=\"en\">{english}</i></span></li>"
        );
    }
    page.push_str("</ul>");
    let today = clock::month_of(clock::local(now).date());
    let rows: Vec<Vec<String>> = state
        .taxpayers
        .values()
        .map(|t| {
            let account = state.quota_of(&t.tax_number, &today);
            let gate = t.closed_gate().map_or("可开票 open".to_owned(), |why| {
                format!("阻断 closed: {why}")
            });
            vec![
                t.tax_number.clone(),
                t.name.clone(),
                gate,
                yuan(account.downloaded),
                yuan(account.spent),
                yuan(account.unused()),
            ]
        })
        .collect();
    table(
        &mut page,
        "纳税人 <i lang=\"en\">Taxpayers</i>",
        "还没有纳税人。No taxpayers yet: POST /sandbox/taxpayers.",
        &[
            "税号 Tax number",
            "名称 Name",
            "开票状态 Gate",
            "已下载额度 Downloaded",
            "已用 Spent",
            "未用 Unused",
        ],
        &rows,
    );
    let mut newest: Vec<(&u64, &NumberRecord)> = state.numbers.iter().collect();
    newest.sort_by_key(|(key, record)| std::cmp::Reverse((record.uploaded_at, **key)));
    let rows: Vec<Vec<String>> = newest
        .into_iter()
        .take(ROWS)
        .map(|(key, record)| {
            let (what, net, tax) = match &record.accepted {
                Some(a) if a.red => ("红票 red", yuan(a.net), yuan(a.tax)),
                Some(a) => ("蓝票 blue", yuan(a.net), yuan(a.tax)),
                None => ("未通过 failed", String::new(), String::new()),
            };
            vec![
                number_text(*key),
                what.into(),
                net,
                tax,
                clock::stamp(record.uploaded_at),
                record.message.clone(),
            ]
        })
        .collect();
    table(
        &mut page,
        "最近的发票 <i lang=\"en\">Newest invoices</i>",
        "还没有上传。Nothing was uploaded yet.",
        &[
            "号码 Number",
            "状态 State",
            "金额 Net",
            "税额 Tax",
            "上传时间 Uploaded",
            "说明 Message",
        ],
        &rows,
    );
    let rows: Vec<Vec<String>> = state
        .forms
        .values()
        .take(ROWS)
        .map(|form| {
            let told = form_told(form, now);
            [
                "hzfpxxqrdbh",
                "lzfphm",
                "hzqrxxztDm",
                "hzcxje",
                "hzcxse",
                "hzfphm",
            ]
            .iter()
            .map(|member| told[member].as_str().unwrap_or_default().to_owned())
            .collect()
        })
        .collect();
    table(
        &mut page,
        "红字确认单 <i lang=\"en\">Red confirmations</i>",
        "没有确认单。No forms.",
        &[
            "编号 Form",
            "蓝票 Blue",
            "状态 State",
            "金额 Net",
            "税额 Tax",
            "红票 Red",
        ],
        &rows,
    );
    let rows: Vec<Vec<String>> = world
        .faults
        .list
        .iter()
        .map(|fault| {
            let times = fault
                .times
                .map_or("∞".to_owned(), |times| times.to_string());
            vec![fault.service.clone(), format!("{:?}", fault.kind), times]
        })
        .collect();
    table(
        &mut page,
        "已设故障 <i lang=\"en\">Faults</i>",
        "没有故障。No faults: POST /sandbox/faults.",
        &["接口 Service", "故障 Fault", "剩余 Left"],
        &rows,
    );
    page.push_str(
        "</main><footer><a href=\"/sandbox/openapi.json\">控制接口 Control API</a> · \
         <a href=\"/sandbox/ledger\">台账 Ledger</a> · <a href=\"/sandbox/state\">状态 State</a></footer></body></html>",
    );
    page
}
