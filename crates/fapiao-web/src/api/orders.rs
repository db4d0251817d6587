//! Orders: accepted, listed, shown; and their deliveries asked for.

use super::{
    Reading,
    answers::{DeliveryOut, OrderOut, OrderRowOut},
    body::Writing,
    json, list,
    order_body::{HttpsOnly, OrderBody, delivery_body},
    query::Query,
    replayed,
    stopped::StoppedJobs,
    text_of,
};
use crate::{
    app::App,
    problem::{Problem, Said},
    security::language::of_api,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web,
};
use fapiao_domain::{
    ids::{Id, OrderId},
    order::OrderState,
};
use fapiao_usecases::{
    idempotency::Effect,
    merchant::orders::{
        Caller, OrderError, OrderOutcome, OrderWithDelivery, accept_order, check_order,
        order_with_delivery, request_delivery,
    },
    ports::{OrderFilter, Scope},
    records::{Delivery, Invoice},
};

/// `POST /orders`.
pub(crate) async fn create(call: Writing) -> Result<HttpResponse, Problem> {
    let Writing {
        app,
        holder,
        repeat,
        node,
        lang,
    } = call;
    let body = OrderBody::read(&node, https_only(&app))?;
    if !body.is_content() {
        return Err(refused(&app, &holder.caller(), body).await);
    }
    let stores = app
        .store_codes
        .all(&app.ports, body.draft.store.trim())
        .await?;
    let base = &app.ports.public_base;
    let answer = |it: &OrderWithDelivery| {
        text_of(&OrderOut::new(it, &[], &stores, &StoppedJobs::NONE, base)).unwrap_or_default()
    };
    let caller = holder.caller();
    match accept_order(&app.ports, &caller, &body.draft, Some(repeat), &answer).await? {
        OrderOutcome::Created(created) => {
            let mut response = super::json_text(StatusCode::CREATED, answer(&created));
            locate(
                &mut response,
                &format!("/api/v1/orders/{}", created.order.id),
            );
            Ok(response)
        }
        OrderOutcome::Existing(existing) => {
            let invoices = app.ports.store.invoices_of(&existing.order.id).await?;
            let stopped = StoppedJobs::of(&app, &existing.deliveries, lang).await?;
            json(
                StatusCode::OK,
                &OrderOut::new(&existing, &invoices, &stores, &stopped, base),
            )
        }
        OrderOutcome::Replayed { status, body } => Ok(replayed(status, body)),
    }
}

/// A body that is wrong by itself may break rules of the use-case too: both are told at once.
async fn refused(app: &App, caller: &Caller, body: OrderBody) -> Problem {
    match check_order(&app.ports, caller, &body.draft).await {
        Err(OrderError::Invalid(errors)) => body.refused(errors),
        Ok(_) | Err(_) => body.refused(Vec::new()),
    }
}

/// `GET /orders`.
pub(crate) async fn index(call: Reading, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let known = [
        "order_no", "text", "state", "store", "from", "until", "limit", "cursor",
    ];
    let mut query = Query::read(request.query_string(), &known);
    let state = query.parsed(
        "state",
        OrderState::parse,
        Said::new(
            "a state is open, delivering, invoiced or cancelled",
            "状态只能是 open、delivering、invoiced 或 cancelled",
        ),
    );
    let (from, until, limit) = (query.time("from"), query.time("until"), query.limit());
    let code = query.text("store").unwrap_or_default().to_owned();
    let stores = call.app.store_codes.all(&call.app.ports, &code).await?;
    let store = query.parsed(
        "store",
        |code| stores.id(code).cloned(),
        Said::new("there is no store of this code", "没有该编码的门店"),
    );
    let after = query.cursor(|it| call.app.ports.store.reads_cursor(it));
    query.finish()?;
    let scope = call.holder.scope();
    let filter = OrderFilter {
        text: query.text("text").unwrap_or_default().to_owned(),
        state,
        delivery_state: None,
        store,
        from,
        until,
        after,
        limit,
    };
    let (data, next) = match query.text("order_no") {
        Some(order_no) => {
            let found = by_number(&call.app, &scope, order_no, &filter).await?;
            let row = |(order, invoices): &(OrderWithDelivery, Vec<Invoice>)| {
                OrderRowOut::of_order(order, invoices, &stores)
            };
            (found.iter().map(row).collect(), None)
        }
        None => {
            let page = call.app.ports.store.orders(&scope, &filter).await?;
            let row = |row| OrderRowOut::new(row, &stores);
            (page.rows.iter().map(row).collect::<Vec<_>>(), page.next)
        }
    };
    list(&call.app, request.path(), &query, data, next)
}

/// Order numbers are unique within a seller: at most one each.
async fn by_number(
    app: &App,
    scope: &Scope,
    order_no: &str,
    filter: &OrderFilter,
) -> Result<Vec<(OrderWithDelivery, Vec<Invoice>)>, Problem> {
    let mut found = Vec::new();
    for seller in app.ports.store.sellers().await? {
        let order = app
            .ports
            .store
            .order_by_no(scope, &seller.id, order_no)
            .await?;
        let Some(order) = order else { continue };
        let fits = filter.state.is_none_or(|state| order.state == state)
            && filter
                .store
                .as_ref()
                .is_none_or(|store| order.store == *store)
            && filter.from.is_none_or(|from| order.created_at >= from)
            && filter.until.is_none_or(|until| order.created_at < until);
        if fits {
            let deliveries = app.ports.store.deliveries_of(&order.id).await?;
            let invoices = app.ports.store.invoices_of(&order.id).await?;
            found.push((OrderWithDelivery { order, deliveries }, invoices));
        }
    }
    Ok(found)
}

/// `GET /orders/{id}`.
pub(crate) async fn show(
    call: Reading,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = order_id(&id)?;
    let scope = call.holder.scope();
    let order = order_with_delivery(&call.app.ports, &scope, &id).await?;
    let invoices = call.app.ports.store.invoices_of(&id).await?;
    let stores = call.app.store_codes.all(&call.app.ports, "").await?;
    let lang = of_api(request.headers());
    let stopped = StoppedJobs::of(&call.app, &order.deliveries, lang).await?;
    let base = &call.app.ports.public_base;
    json(
        StatusCode::OK,
        &OrderOut::new(&order, &invoices, &stores, &stopped, base),
    )
}

/// `POST /orders/{id}/deliveries`.
pub(crate) async fn create_delivery(
    call: Writing,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = order_id(&id)?;
    let wanted = delivery_body(&call.node, https_only(&call.app))?;
    let base = call.app.ports.public_base.clone();
    let answer = |it: &Delivery| {
        text_of(&DeliveryOut::new(it, None, &StoppedJobs::NONE, &base)).unwrap_or_default()
    };
    let caller = call.holder.caller();
    let ports = &call.app.ports;
    match request_delivery(ports, &caller, &id, &wanted, Some(call.repeat), &answer).await? {
        Effect::Done(delivery) => {
            let mut response = super::json_text(StatusCode::CREATED, answer(&delivery));
            locate(
                &mut response,
                &format!("/api/v1/deliveries/{}", delivery.id),
            );
            Ok(response)
        }
        Effect::Replayed { status, body } => Ok(replayed(status, body)),
        Effect::KeyReused => Err(OrderError::KeyReused.into()),
    }
}

fn order_id(text: &str) -> Result<OrderId, Problem> {
    OrderId::parse(text).map_err(|error| Problem::no_order(&error.text))
}

pub(crate) fn https_only(app: &App) -> HttpsOnly {
    if app.settings.production {
        HttpsOnly::Yes
    } else {
        HttpsOnly::No
    }
}

/// Says where what was made is found.
pub(crate) fn locate(response: &mut HttpResponse, path: &str) {
    if let Ok(value) = HeaderValue::from_str(path) {
        response.headers_mut().insert(header::LOCATION, value);
    }
}
