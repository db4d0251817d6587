//! The H5 authorisation page of the three types, without any script.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::links::{AuthLink, LinkProblem};
use super::{buyer_of, notice, page, see_other, yuan};
use crate::app::App;
use crate::authorisation::{PageField, authorise, page_fields, read_title, refuse};
use crate::model::{Account, Buyer, Order, OrderState, Title};
use crate::world::World;

#[derive(Template)]
#[template(path = "auth.html")]
struct AuthPage {
    action: String,
    merchant: String,
    initial: String,
    money: String,
    order_id: String,
    page_type: i64,
    fiscal: bool,
    buyer: String,
    company: bool,
    person_inputs: Vec<InputRow>,
    company_inputs: Vec<InputRow>,
    problem: String,
}

struct InputRow {
    name: String,
    label: String,
    value: String,
    hint: String,
    required: bool,
}

#[derive(Template)]
#[template(path = "auth_done.html")]
struct DonePage {
    good: bool,
    /// The card is on its way: look again by itself.
    waiting: bool,
    headline: &'static str,
    words: String,
    back: Option<String>,
    card: Option<String>,
}

/// `GET /authinvoice`.
pub(crate) async fn show(
    app: Data<App>,
    request: HttpRequest,
    link: Query<AuthLink>,
) -> HttpResponse {
    let world = app.world();
    let order = match link.order(&world, app.now()) {
        Ok(order) => order,
        Err(problem) => return dead(problem),
    };
    if order.state != OrderState::Waiting {
        return done(order);
    }
    let buyer = buyer_of(&request, &world);
    ask(
        &world,
        &request,
        order,
        &buyer,
        &HashMap::new(),
        String::new(),
    )
}

/// `POST /authinvoice`: the form's answer. `act` is `authorise` or `refuse`.
pub(crate) async fn decide(
    app: Data<App>,
    request: HttpRequest,
    link: Query<AuthLink>,
    form: Form<HashMap<String, String>>,
) -> HttpResponse {
    let mut world = app.world();
    let order = match link.order(&world, app.now()) {
        Ok(order) => order.clone(),
        Err(problem) => return dead(problem),
    };
    let buyer = buyer_of(&request, &world);
    let decided = match form.get("act").map(String::as_str) {
        Some("refuse") => refuse(&app, &mut world, &order, &buyer),
        Some("authorise") => {
            let title = match title_of(&world, &order, &form) {
                Ok(title) => title,
                Err(missing) => {
                    let problem = format!("请填写：{}", missing.join("、"));
                    return ask(&world, &request, &order, &buyer, &form, problem);
                }
            };
            authorise(&app, &mut world, &order, &buyer, title)
        }
        _ => {
            return notice(
                StatusCode::BAD_REQUEST,
                false,
                "无法识别的操作",
                "请返回上一页重试。",
            );
        }
    };
    if decided.is_err() {
        // Pressed twice: show where things stand.
        let key = Order::key_of(&order.appid, &order.order_id);
        return world
            .orders
            .get(&key)
            .map_or_else(|| dead(LinkProblem::Forged), done);
    }
    match back_to(&order) {
        Some(url) => see_other(&url),
        None => see_other(&request.uri().to_string()),
    }
}

/// Only pages can be gone back to; an app or mini program is just brought to the front.
fn back_to(order: &Order) -> Option<String> {
    order
        .redirect_url
        .clone()
        .filter(|_| matches!(order.source.as_str(), "web" | "wap"))
}

fn title_of(
    world: &World,
    order: &Order,
    form: &HashMap<String, String>,
) -> Result<Option<Title>, Vec<String>> {
    let Some(account) = world
        .accounts
        .get(&order.appid)
        .filter(|_| order.page_type == 1)
    else {
        return Ok(None);
    };
    let company = is_company(form);
    let fields = page_fields(account, company);
    read_title(&fields, company, |index, field| {
        form.get(&input_name(company, index, field))
            .cloned()
            .unwrap_or_default()
    })
    .map(Some)
}

fn is_company(form: &HashMap<String, String>) -> bool {
    form.get("kind").map(String::as_str) == Some("company")
}

fn input_name(company: bool, index: usize, field: &PageField) -> String {
    let side = if company { "company" } else { "person" };
    if field.custom {
        format!("{side}_custom_{index}")
    } else {
        format!("{side}_{}", field.key)
    }
}

fn ask(
    world: &World,
    request: &HttpRequest,
    order: &Order,
    buyer_id: &str,
    form: &HashMap<String, String>,
    problem: String,
) -> HttpResponse {
    let (Some(account), Some(buyer)) =
        (world.accounts.get(&order.appid), world.buyers.get(buyer_id))
    else {
        return dead(LinkProblem::Forged);
    };
    let status = if problem.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let view = AuthPage {
        action: request.uri().to_string(),
        merchant: account.name().to_owned(),
        initial: account.name().chars().take(1).collect(),
        money: yuan(order.money),
        order_id: order.order_id.clone(),
        page_type: order.page_type,
        fiscal: order.fiscal,
        buyer: buyer.name.clone(),
        company: is_company(form),
        person_inputs: inputs(account, buyer, false, form),
        company_inputs: inputs(account, buyer, true, form),
        problem,
    };
    let forms_to = back_to(order)
        .and_then(|back| url::Url::parse(&back).ok())
        .map(|back| format!(" {}", back.origin().ascii_serialization()))
        .unwrap_or_default();
    page(status, &view, &forms_to)
}

/// The inputs with what was typed, else with the title saved on the phone.
fn inputs(
    account: &Account,
    buyer: &Buyer,
    company: bool,
    form: &HashMap<String, String>,
) -> Vec<InputRow> {
    let rows = page_fields(account, company);
    rows.iter()
        .enumerate()
        .map(|(index, field)| {
            let name = input_name(company, index, field);
            let saved = match (company, field.custom, field.key.as_str()) {
                (false, false, "title") => buyer.person_title.as_str(),
                (true, false, "title") => buyer.company_title.as_str(),
                (true, false, "tax_no") => buyer.company_tax_no.as_str(),
                _ => "",
            };
            let value = form.get(&name).cloned().unwrap_or_else(|| saved.to_owned());
            InputRow {
                value,
                label: field.label.clone(),
                hint: field.notice.clone(),
                required: field.required,
                name,
            }
        })
        .collect()
}

fn dead(problem: LinkProblem) -> HttpResponse {
    match problem {
        LinkProblem::Expired => notice(
            StatusCode::GONE,
            false,
            "页面已过期",
            "请回到商家页面重新申请开票。",
        ),
        LinkProblem::Forged => notice(
            StatusCode::NOT_FOUND,
            false,
            "链接无效",
            "请检查链接是否完整，或回到商家页面重新打开。",
        ),
    }
}

fn done(order: &Order) -> HttpResponse {
    let (good, headline, words) = match order.state {
        OrderState::Waiting => (true, "等待确认", String::new()),
        OrderState::Authorised => (
            true,
            "已提交开票申请",
            "商家开票后，发票会自动放入你的卡包，无需在此等待。".to_owned(),
        ),
        OrderState::RefusedByUser => (
            false,
            "已取消",
            "你没有授权商家开票。需要发票时，请回到商家页面重新申请。".to_owned(),
        ),
        OrderState::Rejected => (
            false,
            "商家未能开票",
            order.reject_reason.clone().unwrap_or_default(),
        ),
        OrderState::Inserted => (
            true,
            "发票已放入卡包",
            "可以在卡包中查看、下载和转发发票。".to_owned(),
        ),
    };
    let back = match order.state {
        OrderState::Rejected => order.reject_url.clone(),
        _ => back_to(order),
    };
    let card = order.code.clone();
    page(
        StatusCode::OK,
        &DonePage {
            good,
            waiting: order.state == OrderState::Authorised,
            headline,
            words,
            back,
            card,
        },
        "",
    )
}
