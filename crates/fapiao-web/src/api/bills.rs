//! Fiscal bills: taken in, listed, shown; asked for at WeChat, refused, declared void. They belong to no store.

use super::{
    Reading,
    bill_answers::{BillPageOut, Bills},
    bill_body::{BillBody, again_body, outcome_body, reason_body},
    body::Stating,
    deliveries::{LOOK_EVERY, WAIT_MAX},
    json, list,
    order_body::nothing_body,
    orders::locate,
    query::Query,
};
use crate::{
    app::App,
    i18n::Lang,
    problem::{Problem, Said},
    security::language::of_api,
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{BillId, Id},
};
use fapiao_usecases::{
    fiscal::{
        BillError, BillPageError, accept_bill, ask_again, bill_page_of, bill_row, check_bill,
        refuse_bill, report_outcome, void_bill,
    },
    ports::{BillFilter, BillRow},
};
use std::time::{Duration, Instant};

/// `POST /bills?wait=10`. Code and number recognise a repetition.
pub(crate) async fn create(call: Stating, request: HttpRequest) -> Result<HttpResponse, Problem> {
    call.holder.of_the_company()?;
    let until = waiting(&request)?;
    let body = BillBody::read(&call.node)?;
    if !body.is_content() {
        return Err(refused(&call.app, body).await);
    }
    let actor = call.holder.caller().actor;
    let (row, is_new) = accept_bill(&call.app.ports, &actor, &body.draft).await?;
    let row = once_changed(&call.app, row, until).await?;
    if !is_new {
        return answer(&call.app, StatusCode::OK, &row, call.lang).await;
    }
    let mut response = answer(&call.app, StatusCode::CREATED, &row, call.lang).await?;
    locate(&mut response, &format!("/api/v1/bills/{}", row.bill.id));
    Ok(response)
}

/// Until when the caller waits for a change; `wait` is the only parameter.
fn waiting(request: &HttpRequest) -> Result<Instant, Problem> {
    let mut query = Query::read(request.query_string(), &["wait"]);
    let wait = query.whole("wait", 0, WAIT_MAX).unwrap_or(0);
    query.finish()?;
    Ok(Instant::now() + Duration::from_secs(wait.into()))
}

/// The bill as soon as its latest delivery differs from the one that was read, or nothing more can happen, or the time is
/// over.
async fn once_changed(app: &App, first: BillRow, until: Instant) -> Result<BillRow, Problem> {
    let id = first.bill.id.clone();
    let stands = |it: &BillRow| (it.delivery.id.clone(), it.delivery.state);
    let mut now = first.clone();
    while stands(&now) == stands(&first) && !now.delivery.state.is_final() {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        let millis = left.min(LOOK_EVERY).as_millis();
        let millis = u64::try_from(millis).unwrap_or(1000).max(1);
        app.ports.store.bill_changed(&id, millis).await;
        let found = bill_row(&app.ports, &id).await?;
        now = found.ok_or_else(|| Problem::no_bill(id.as_str()))?;
    }
    Ok(now)
}

/// A body that is wrong by itself may break rules of the use-case too: both are told at once.
async fn refused(app: &App, body: BillBody) -> Problem {
    match check_bill(&app.ports, &body.draft).await {
        Err(BillError::Invalid(errors)) => body.refused(errors),
        Ok(()) | Err(_) => body.refused(Vec::new()),
    }
}

/// `GET /bills`.
pub(crate) async fn index(call: Reading, request: HttpRequest) -> Result<HttpResponse, Problem> {
    call.holder.of_the_company()?;
    let known = ["unit", "state", "void", "text", "limit", "cursor"];
    let mut query = Query::read(request.query_string(), &known);
    let store = &call.app.ports.store;
    let state = query.parsed(
        "state",
        DeliveryState::parse,
        Said::new(
            "a state is created, page_opened, authorised, issuing, carded, refused, expired or failed",
            "状态只能是 created、page_opened、authorised、issuing、carded、refused、expired 或 failed",
        ),
    );
    let void = query.parsed(
        "void",
        |text| text.parse::<bool>().ok(),
        Said::new("true or false", "true 或 false"),
    );
    let found = match query.text("unit") {
        Some(code) => store.fiscal_unit_by_code(code).await?,
        None => None,
    };
    let unit = query.parsed(
        "unit",
        |_| found.as_ref().map(|it| it.id.clone()),
        Said::new(
            "there is no collecting unit of this code; GET /api/v1/fiscal-units lists them",
            "没有该编码的执收单位，可用 GET /api/v1/fiscal-units 查询",
        ),
    );
    let limit = query.limit();
    let after = query.cursor(|it| store.reads_cursor(it));
    query.finish()?;
    let filter = BillFilter {
        unit,
        state,
        void,
        text: query.text("text").unwrap_or_default().trim().to_owned(),
    };
    let page = store.bills(&filter, after.as_deref(), limit).await?;
    let lang = of_api(request.headers());
    let bills = Bills::about(&call.app, &page.rows, lang).await?;
    let data = page.rows.iter().map(|row| bills.out(row)).collect();
    list(&call.app, request.path(), &query, data, page.next)
}

/// `GET /bills/{id}?wait=10`.
pub(crate) async fn show(
    call: Reading,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    call.holder.of_the_company()?;
    let id = bill_id(&id)?;
    let until = waiting(&request)?;
    let row = bill_row(&call.app.ports, &id).await?;
    let row = row.ok_or_else(|| Problem::no_bill(id.as_str()))?;
    let row = once_changed(&call.app, row, until).await?;
    answer(&call.app, StatusCode::OK, &row, of_api(request.headers())).await
}

/// `POST /bills/{id}/page`: a fresh page, for an app or a page of one's own. Its address goes stale, so a repetition asks
/// WeChat anew.
pub(crate) async fn page(call: Stating, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    call.holder.of_the_company()?;
    let id = bill_id(&id)?;
    nothing_body(&call.node)?;
    match bill_page_of(&call.app.ports, &id).await {
        Ok((row, url)) => json(StatusCode::OK, &BillPageOut::new(&row, url)),
        Err(BillPageError::Unknown) => Err(no_page_here(&call.app, &id).await?),
        Err(error) => Err(Problem::no_bill_page(id.as_str(), error)),
    }
}

/// A bill that is known has no page here where its payer is asked elsewhere.
async fn no_page_here(app: &App, id: &BillId) -> Result<Problem, Problem> {
    Ok(match app.ports.store.bill(id).await? {
        Some(_) => Problem::asked_elsewhere(id.as_str()),
        None => Problem::no_bill(id.as_str()),
    })
}

/// `POST /bills/{id}/deliveries`: the payer is asked once more after it ended without a card.
pub(crate) async fn deliver(call: Stating, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    call.holder.of_the_company()?;
    let id = bill_id(&id)?;
    let (source, return_url) = again_body(&call.node)?;
    let actor = call.holder.caller().actor;
    let row = ask_again(&call.app.ports, &actor, &id, &source, &return_url).await?;
    let mut response = answer(&call.app, StatusCode::CREATED, &row, call.lang).await?;
    locate(&mut response, &format!("/api/v1/bills/{id}"));
    Ok(response)
}

/// `POST /bills/{id}/refusal`.
pub(crate) async fn refuse(call: Stating, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    call.holder.of_the_company()?;
    let id = bill_id(&id)?;
    let reason = reason_body(&call.node)?;
    let actor = call.holder.caller().actor;
    let row = refuse_bill(&call.app.ports, &actor, &id, &reason).await?;
    answer(&call.app, StatusCode::OK, &row, call.lang).await
}

/// `POST /bills/{id}/void`.
pub(crate) async fn declare_void(
    call: Stating,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    call.holder.of_the_company()?;
    let id = bill_id(&id)?;
    let reason = reason_body(&call.node)?;
    let actor = call.holder.caller().actor;
    let row = void_bill(&call.app.ports, &actor, &id, &reason).await?;
    answer(&call.app, StatusCode::OK, &row, call.lang).await
}

/// `POST /bills/{id}/outcome`: what became of it at the bureau elsewhere.
pub(crate) async fn outcome(call: Stating, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    call.holder.of_the_company()?;
    let id = bill_id(&id)?;
    let (carded, reason) = outcome_body(&call.node)?;
    let actor = call.holder.caller().actor;
    let row = report_outcome(&call.app.ports, &actor, &id, carded, &reason).await?;
    answer(&call.app, StatusCode::OK, &row, call.lang).await
}

/// A bill as an answer.
pub(super) async fn answer(
    app: &App,
    status: StatusCode,
    row: &BillRow,
    lang: Lang,
) -> Result<HttpResponse, Problem> {
    let bills = Bills::about(app, std::slice::from_ref(row), lang).await?;
    json(status, &bills.out(row))
}

pub(super) fn bill_id(text: &str) -> Result<BillId, Problem> {
    BillId::parse(text).map_err(|error| Problem::no_bill(&error.text))
}
