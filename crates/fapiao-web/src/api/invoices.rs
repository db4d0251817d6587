//! Invoices: listed, shown, downloaded.

use super::{
    Reading,
    answers::{InvoiceOut, InvoiceRowOut},
    files, json, list,
    query::Query,
};
use crate::{
    app::App,
    problem::{Kind, Problem, Said},
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use fapiao_domain::{
    ids::{Id, InvoiceId},
    invoice::{InvoiceKind, InvoiceState},
};
use fapiao_usecases::{
    ports::{InvoiceFilter, Scope},
    records::Invoice,
};

/// `GET /invoices`.
pub(crate) async fn index(call: Reading, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let known = [
        "text", "state", "kind", "store", "from", "until", "limit", "cursor",
    ];
    let mut query = Query::read(request.query_string(), &known);
    let names: Vec<&str> = InvoiceState::ALL.iter().map(|it| it.as_str()).collect();
    let state = query.parsed(
        "state",
        InvoiceState::parse,
        Said::new(
            format!("a state is one of {}", names.join(", ")),
            format!("状态只能是 {}", names.join("、")),
        ),
    );
    let kinds: Vec<&str> = InvoiceKind::ALL.iter().map(|it| it.as_str()).collect();
    let kind = query.parsed(
        "kind",
        InvoiceKind::parse,
        Said::new(
            format!("a kind is one of {}", kinds.join(", ")),
            format!("票种只能是 {}", kinds.join("、")),
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
    let filter = InvoiceFilter {
        text: query.text("text").unwrap_or_default().to_owned(),
        state,
        kind,
        seller: None,
        store,
        from,
        until,
        after,
        limit,
    };
    let scope = call.holder.scope();
    let page = call.app.ports.store.invoices(&scope, &filter).await?;
    let data: Vec<_> = page.rows.iter().map(InvoiceRowOut::from).collect();
    list(&call.app, request.path(), &query, data, page.next)
}

/// `GET /invoices/{id}`.
pub(crate) async fn show(call: Reading, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let invoice = find(&call.app, &call.holder.scope(), &id).await?;
    let store = &call.app.ports.store;
    let documents = store.documents(&invoice.id).await?;
    let card = store.card(&invoice.delivery).await?;
    let base = &call.app.ports.public_base;
    json(
        StatusCode::OK,
        &InvoiceOut::new(&invoice, &documents, card.as_ref(), base),
    )
}

/// `GET /invoices/{id}/file.{format}`.
pub(crate) async fn file(
    call: Reading,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, format) = path.into_inner();
    let invoice = find(&call.app, &call.holder.scope(), &id).await?;
    let found = files::of_invoice(&call.app, &invoice, &format).await?;
    let found = found.ok_or_else(|| {
        let said = Said::new(
            format!("invoice {id} is {} and has no {format} file", invoice.state),
            format!("发票 {id} 状态为 {}，没有 {format} 文件", invoice.state),
        );
        Problem::new(Kind::DocumentNotFound, said)
    })?;
    Ok(found.answer(&request, files::Shown::Attached))
}

async fn find(app: &App, scope: &Scope, id: &str) -> Result<Invoice, Problem> {
    let parsed = InvoiceId::parse(id).map_err(|error| Problem::no_invoice(&error.text))?;
    let found = app.ports.store.invoice(scope, &parsed).await?;
    found.ok_or_else(|| Problem::no_invoice(id))
}
