//! The two title pages: one stores a title on the phone, one hands a title over.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::links::{LinkProblem, TitleLink, read_title_link};
use super::{buyer_of, notice, page};
use crate::app::{App, Event};
use crate::model::Buyer;

#[derive(Deserialize)]
pub(crate) struct Sealed {
    #[serde(default)]
    data: String,
    #[serde(default)]
    sign: String,
}

#[derive(Template)]
#[template(path = "title.html")]
struct TitlePage<'a> {
    action: String,
    stores: bool,
    from: &'a str,
    title: &'a str,
    tax_no: &'a str,
    buyer: &'a Buyer,
}

/// `GET /usertitle`.
pub(crate) async fn show(
    app: Data<App>,
    request: HttpRequest,
    sealed: Query<Sealed>,
) -> HttpResponse {
    let world = app.world();
    let link = match read_title_link(&world, &sealed.data, &sealed.sign, app.now()) {
        Ok(link) => link,
        Err(problem) => return dead(problem),
    };
    let Some(buyer) = world.buyers.get(&buyer_of(&request, &world)) else {
        return dead(LinkProblem::Forged);
    };
    let account = world
        .accounts
        .get(&link.appid)
        .map_or("", |account| account.name());
    let named = link.member("biz_name");
    let view = TitlePage {
        action: request.uri().to_string(),
        stores: link.kind == "store",
        from: if named.is_empty() { account } else { named },
        title: link.member("title"),
        tax_no: link.member("tax_no"),
        buyer,
    };
    page(StatusCode::OK, &view, "")
}

/// `POST /usertitle`: stores the title, or sends the chosen one (`kind` = person or company).
pub(crate) async fn submit(
    app: Data<App>,
    request: HttpRequest,
    sealed: Query<Sealed>,
    form: Form<HashMap<String, String>>,
) -> HttpResponse {
    let mut world = app.world();
    let link = match read_title_link(&world, &sealed.data, &sealed.sign, app.now()) {
        Ok(link) => link,
        Err(problem) => return dead(problem),
    };
    let id = buyer_of(&request, &world);
    let Some(buyer) = world.buyers.get(&id).cloned() else {
        return dead(LinkProblem::Forged);
    };
    if link.kind == "store" {
        let typed = |name: &str| form.get(name).cloned().unwrap_or_default();
        world.save_buyer(stored(buyer, &link, &typed("title"), &typed("tax_no")));
        return notice(
            StatusCode::OK,
            true,
            "抬头已保存",
            "下次开票时可以直接使用。",
        );
    }
    let company = form.get("kind").map(String::as_str) == Some("company");
    let (title, tax_no, title_type) = if company {
        (
            &buyer.company_title,
            buyer.company_tax_no.as_str(),
            "InvoiceUserTitleBusinessType",
        )
    } else {
        (&buyer.person_title, "", "InvoiceUserTitlePersonType")
    };
    let event = Event::new("submit_invoice_title", &id)
        .with("title", title)
        .with("phone", "")
        .with("tax_no", tax_no)
        .with("addr", "")
        .with("bank_type", "")
        .with("bank_no", "")
        .with("attach", link.member("attach"))
        .with("title_type", title_type);
    app.emit(&mut world, &link.appid, None, &event);
    notice(StatusCode::OK, true, "抬头已发送给商家", "请等待商家处理。")
}

fn stored(buyer: Buyer, link: &TitleLink, title: &str, tax_no: &str) -> Buyer {
    let title = if title.is_empty() {
        link.member("title")
    } else {
        title
    }
    .to_owned();
    let tax_no = if tax_no.is_empty() {
        link.member("tax_no")
    } else {
        tax_no
    }
    .to_owned();
    if tax_no.is_empty() {
        Buyer {
            person_title: title,
            ..buyer
        }
    } else {
        Buyer {
            company_title: title,
            company_tax_no: tax_no,
            ..buyer
        }
    }
}

fn dead(problem: LinkProblem) -> HttpResponse {
    let status = match problem {
        LinkProblem::Expired => StatusCode::GONE,
        LinkProblem::Forged => StatusCode::NOT_FOUND,
    };
    notice(status, false, "链接已失效", "请让商家重新出示二维码。")
}
