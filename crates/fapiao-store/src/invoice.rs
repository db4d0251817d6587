//! Invoices as they are read, and as they are drafted.

use crate::{
    audit::Line,
    cursor, delivery,
    entity::{invoice, invoice_line},
    error::{db, exists, missing, stale},
    order::{any_of, within},
    read,
    sql::{self, Cells, Sql, begins_with, columns, select, without_index},
    tx::Tx,
    writer::Run,
};
use fapiao_domain::{
    card::CardState,
    delivery::DeliveryState,
    ids::Id,
    invoice::{Identity, InvoiceKind, InvoiceState},
    line::{InvoiceLine, LineKind},
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::{InvoiceFilter, InvoiceRow, NewInvoice, Page, Scope},
    records::Invoice,
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use std::collections::HashMap;

/// Invoices by a condition on their rows, oldest first, with their lines.
pub(crate) async fn find(
    db_: &impl ConnectionTrait,
    condition: Sql,
) -> Result<Vec<Invoice>, StoreError> {
    let sql = select::<invoice::Entity>("WHERE ")
        .join(condition)
        .add(" ORDER BY created_at, id");
    let models = sql::all::<invoice::Model>(db_, sql).await?;
    if models.is_empty() {
        return Ok(Vec::new());
    }
    let sql = select::<invoice_line::Entity>("WHERE invoice_id IN ")
        .list(models.iter().map(|model| model.id.as_str()))
        .add(" ORDER BY invoice_id, no");
    let mut lines: HashMap<String, Vec<InvoiceLine>> = HashMap::new();
    for model in sql::all::<invoice_line::Model>(db_, sql).await? {
        let of = model.invoice_id.clone();
        lines.entry(of).or_default().push(line(model)?);
    }
    models
        .into_iter()
        .map(|model| {
            let lines = lines.remove(&model.id).unwrap_or_default();
            record(model, lines)
        })
        .collect()
}

/// The number of a row, once it has one.
pub(crate) fn identity(model: &invoice::Model) -> Result<Option<Identity>, StoreError> {
    let Some(number) = model.number.clone() else {
        return Ok(None);
    };
    let kind = read::word(InvoiceKind::parse, &model.kind, "kind of invoice")?;
    Ok(Some(match kind {
        InvoiceKind::DigitalOrdinary | InvoiceKind::DigitalSpecial => Identity::Digital { number },
        InvoiceKind::ClassicOrdinary => Identity::Classic {
            code: model.code.clone(),
            number,
            check_code: model.check_code.clone(),
            machine: model.machine.clone(),
        },
    }))
}

/// The state of a row.
pub(crate) fn state(text: &str) -> Result<InvoiceState, StoreError> {
    read::word(InvoiceState::parse, text, "state of an invoice")
}

fn record(model: invoice::Model, lines: Vec<InvoiceLine>) -> Result<Invoice, StoreError> {
    Ok(Invoice {
        id: read::id(&model.id)?,
        order: read::id(&model.order_id)?,
        delivery: read::id(&model.delivery_id)?,
        seller: read::id(&model.seller_id)?,
        kind: read::word(InvoiceKind::parse, &model.kind, "kind of invoice")?,
        identity: identity(&model)?,
        state: state(&model.state)?,
        reason: model.reason,
        seller_party: read::party(&model.seller_party)?,
        province: model.province,
        clerks: [model.drawer, model.payee, model.reviewer],
        title: read::title(&model.title)?,
        lines,
        totals: read::totals(model.amount, model.tax, model.total)?,
        remark: model.remark,
        issued_at: read::time_opt(model.issued_at)?,
        receipt: model.receipt,
        uploaded_at: read::time_opt(model.uploaded_at)?,
        created_at: read::time(model.created_at)?,
        version: model.version,
    })
}

fn line(model: invoice_line::Model) -> Result<InvoiceLine, StoreError> {
    let decimal = |text: Option<String>| text.as_deref().map(read::decimal).transpose();
    Ok(InvoiceLine {
        no: read::count(model.no),
        kind: read::word(LineKind::from_code, &model.kind, "kind of line")?,
        name: model.name,
        tax_code: model.tax_code,
        short_name: model.short_name,
        spec: model.spec,
        unit: model.unit,
        quantity: decimal(model.quantity)?,
        unit_price: decimal(model.unit_price)?,
        amount: read::fen(model.amount)?,
        rate: read::rate(&model.rate)?,
        tax: read::fen(model.tax)?,
        gross: read::fen(model.gross)?,
    })
}

/// Writes a drafted invoice; its delivery becomes `issuing`.
pub(crate) fn draft<'t>(tx: &'t Tx, (new, actor): &'t (NewInvoice, Actor)) -> Run<'t, ()> {
    Box::pin(async move {
        let invoice = &new.invoice;
        let held = delivery::hold(tx, invoice.delivery.as_str()).await?;
        let from = read::word(DeliveryState::parse, &held.state, "state of a delivery")?;
        if held.version != new.delivery_version
            || !matches!(from, DeliveryState::Authorised | DeliveryState::Failed)
        {
            return Err(stale(format!("delivery {}", invoice.delivery)));
        }
        let others = Sql::new("SELECT id FROM invoices WHERE state <> 'refused' AND order_id = ")
            .bind(held.order_id.as_str());
        if let Some(other) = tx.rows(others).await?.first() {
            return Err(exists(format!(
                "invoice {} of order {}",
                other.cell::<String>(0)?,
                held.order_id
            )));
        }
        let sql = Sql::new("SELECT order_no FROM orders WHERE id = ").bind(held.order_id.as_str());
        let order_no: String = match tx.rows(sql).await?.first() {
            Some(row) => row.cell(0)?,
            None => return Err(missing(format!("order {}", held.order_id))),
        };
        let model = new_model(invoice, &held.store_id, order_no);
        let (buyer, tax_number) = (model.buyer.clone(), model.buyer_tax_number.clone());
        tx.insert::<invoice::Entity>(&[model], "").await?;
        let lines: Vec<_> = invoice
            .lines
            .iter()
            .map(|line| line_model(invoice.id.as_str(), line))
            .collect();
        tx.insert::<invoice_line::Entity>(&lines, "").await?;
        let sql = Sql::new("UPDATE deliveries SET state = 'issuing', reason = '', invoice_id = ")
            .bind(invoice.id.as_str())
            .add(", version = version + 1 WHERE id = ")
            .bind(held.id.as_str());
        tx.exec(sql).await?;
        let sql = Sql::new("UPDATE orders SET invoice_number = '', buyer = ")
            .bind(buyer)
            .add(", buyer_tax_number = ")
            .bind(tax_number)
            .add(" WHERE id = ")
            .bind(held.order_id.as_str());
        tx.exec(sql).await?;
        delivery::orders_follow(tx, std::slice::from_ref(&held.order_id)).await?;
        tx.audit(
            Line::new(actor, "invoice.drafted", invoice.id.as_str())
                .order(&held.order_id)
                .with("to", invoice.state.as_str())
                .with("total", invoice.totals.total.to_string())
                .with(
                    "delivery",
                    json!({
                        "id": held.id,
                        "from": from.as_str(),
                        "to": DeliveryState::Issuing.as_str(),
                    }),
                ),
        );
        tx.enqueue(QueuedJob::now(
            Job::IssueInvoice(invoice.id.clone()),
            Some(invoice.seller.clone()),
        ));
        tx.changed(&invoice.delivery);
        Ok(())
    })
}

fn new_model(invoice: &Invoice, store: &str, order_no: String) -> invoice::Model {
    let [drawer, payee, reviewer] = invoice.clerks.clone();
    invoice::Model {
        id: invoice.id.to_string(),
        order_id: invoice.order.to_string(),
        delivery_id: invoice.delivery.to_string(),
        seller_id: invoice.seller.to_string(),
        store_id: store.to_owned(),
        order_no,
        kind: invoice.kind.as_str().to_owned(),
        code: String::new(),
        number: None,
        check_code: String::new(),
        machine: String::new(),
        segment_id: None,
        state: invoice.state.as_str().to_owned(),
        reason: invoice.reason.clone(),
        seller_party: read::party_text(&invoice.seller_party),
        province: invoice.province.clone(),
        drawer,
        payee,
        reviewer,
        title: read::title_text(&invoice.title),
        buyer: invoice.title.printed_name(),
        buyer_tax_number: invoice.title.tax_number.clone(),
        amount: invoice.totals.amount.get(),
        tax: invoice.totals.tax.get(),
        total: invoice.totals.total.get(),
        remark: invoice.remark.clone(),
        issued_at: None,
        receipt: String::new(),
        uploaded_at: None,
        mailed_at: None,
        created_at: invoice.created_at.timestamp_millis(),
        version: 1,
    }
}

fn line_model(invoice: &str, line: &InvoiceLine) -> invoice_line::Model {
    invoice_line::Model {
        invoice_id: invoice.to_owned(),
        no: i64::from(line.no),
        kind: line.kind.code().to_owned(),
        name: line.name.clone(),
        tax_code: line.tax_code.clone(),
        short_name: line.short_name.clone(),
        spec: line.spec.clone(),
        unit: line.unit.clone(),
        quantity: line.quantity.map(|value| value.to_string()),
        unit_price: line.unit_price.map(|value| value.to_string()),
        amount: line.amount.get(),
        rate: line.rate.to_string(),
        tax: line.tax.get(),
        gross: line.gross.get(),
    }
}

/// A page of invoices.
pub(crate) async fn page(
    db_: &impl ConnectionTrait,
    scope: &Scope,
    filter: &InvoiceFilter,
) -> Result<Page<InvoiceRow>, StoreError> {
    let fixed = fixed(scope, filter);
    let terms = matching(filter.text.trim(), "");
    let (count, sum) = count(db_, &fixed, &terms).await?;
    let limit = cursor::limit(filter.limit);
    let sql = Sql::new(format!(
        "SELECT {}, c.state AS card_state FROM invoices i \
         LEFT JOIN cards c ON c.delivery_id = i.delivery_id AND c.invoice_id = i.id WHERE 1 = 1",
        columns::<invoice::Entity>("i.")
    ))
    .join(fixed);
    let mut sql = if terms.is_empty() {
        sql
    } else if count >= cursor::COUNTED {
        let plain = without_index(db_.get_database_backend());
        let terms = matching(filter.text.trim(), plain);
        sql.add(" AND (").join(any_of(terms, " OR ", "")).add(")")
    } else {
        let each = "SELECT i.id FROM invoices i WHERE ";
        sql.add(" AND i.id IN (")
            .join(any_of(terms, " UNION ", each))
            .add(")")
    };
    if let Some((at, id)) = cursor::read(filter.after.as_deref()) {
        sql = sql
            .add(" AND (i.created_at, i.id) < (")
            .bind(at)
            .add(", ")
            .bind(id)
            .add(")");
    }
    sql = sql
        .add(" ORDER BY i.created_at DESC, i.id DESC LIMIT ")
        .bind(limit as i64 + 1);
    let mut found = Vec::new();
    for row in sql::rows(db_, sql).await? {
        let model = invoice::Model::from_query_result(&row, "").map_err(db)?;
        let card: Option<String> = row.try_get("", "card_state").map_err(db)?;
        found.push((model, card));
    }
    let (found, next) = cursor::cut(found, limit, |(model, _)| {
        (model.created_at, model.id.clone())
    });
    Ok(Page {
        rows: found
            .into_iter()
            .map(|(model, card)| list_row(model, card))
            .collect::<Result<_, _>>()?,
        next,
        count: read::count(count),
        sum: sum.map(read::fen).transpose()?,
    })
}

async fn count(
    db_: &impl ConnectionTrait,
    fixed: &Sql,
    terms: &[Sql],
) -> Result<(i64, Option<i64>), StoreError> {
    let most = cursor::COUNTED + 1;
    let mut sql = Sql::new("SELECT count(*), CAST(sum(total) AS BIGINT) FROM (");
    if terms.is_empty() {
        sql = sql
            .add("SELECT i.total FROM invoices i WHERE 1 = 1")
            .join(fixed.clone());
    }
    for (place, term) in terms.iter().enumerate() {
        sql = sql
            .add(if place == 0 { "" } else { " UNION " })
            .add("SELECT id, total FROM (SELECT i.id, i.total FROM invoices i WHERE ")
            .join(term.clone())
            .join(fixed.clone())
            .add(" LIMIT ")
            .bind(most)
            .add(&format!(") AS branch{place}"));
    }
    sql = sql.add(" LIMIT ").bind(most).add(") AS counted");
    let Some(row) = sql::row(db_, sql).await? else {
        return Ok((0, None));
    };
    let count: i64 = row.cell(0)?;
    if count >= most {
        return Ok((cursor::COUNTED, None));
    }
    Ok((count, Some(row.cell::<Option<i64>>(1)?.unwrap_or(0))))
}

fn fixed(scope: &Scope, filter: &InvoiceFilter) -> Sql {
    let mut sql = within(scope, "i.store_id");
    if let Some(state) = filter.state {
        sql = sql.add(" AND i.state = ").bind(state.as_str());
    }
    if let Some(seller) = &filter.seller {
        sql = sql.add(" AND i.seller_id = ").bind(seller.as_str());
    }
    if let Some(store) = &filter.store {
        sql = sql.add(" AND i.store_id = ").bind(store.as_str());
    }
    if let Some(from) = filter.from {
        sql = sql
            .add(" AND i.created_at >= ")
            .bind(from.timestamp_millis());
    }
    if let Some(until) = filter.until {
        sql = sql
            .add(" AND i.created_at < ")
            .bind(until.timestamp_millis());
    }
    sql
}

fn matching(text: &str, before: &str) -> Vec<Sql> {
    if text.is_empty() {
        return Vec::new();
    }
    ["i.number", "i.order_no", "i.buyer", "i.buyer_tax_number"]
        .iter()
        .map(|column| begins_with(&format!("{before}{column}"), text))
        .collect()
}

fn list_row(model: invoice::Model, card: Option<String>) -> Result<InvoiceRow, StoreError> {
    Ok(InvoiceRow {
        id: read::id(&model.id)?,
        number: model.number.unwrap_or_default(),
        state: state(&model.state)?,
        order: read::id(&model.order_id)?,
        order_no: model.order_no,
        buyer: model.buyer,
        totals: read::totals(model.amount, model.tax, model.total)?,
        issued_at: read::time_opt(model.issued_at)?,
        created_at: read::time(model.created_at)?,
        card_state: card
            .map(|text| read::word(CardState::parse, &text, "state of a card"))
            .transpose()?,
    })
}
