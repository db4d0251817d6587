//! Invoices as they are read, and as they are drafted.

use crate::{
    audit::Line,
    delivery,
    entity::{invoice, invoice_line},
    error::{exists, stale},
    read,
    red::{self, hold_order, left_to_invoice},
    sql::{self, Sql, select},
    tx::Tx,
    writer::Run,
};
use fapiao_domain::{
    delivery::{DeliveryState, PageType},
    ids::Id,
    invoice::{Identity, InvoiceKind, InvoiceState},
    line::{InvoiceLine, LineKind},
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::NewInvoice,
    records::{Invoice, RedForm, RedOf},
};
use sea_orm::ConnectionTrait;
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
    let mut reds = reds_of(db_, &models).await?;
    models
        .into_iter()
        .map(|model| {
            let lines = lines.remove(&model.id).unwrap_or_default();
            let red = reds.remove(&model.id);
            record(model, lines, red)
        })
        .collect()
}

/// What the red ones among these rows take back.
async fn reds_of(
    db_: &impl ConnectionTrait,
    models: &[invoice::Model],
) -> Result<HashMap<String, RedOf>, StoreError> {
    let red: Vec<(&str, &str, &str)> = models
        .iter()
        .filter_map(|it| {
            Some((
                it.id.as_str(),
                it.blue_id.as_deref()?,
                it.red_form_id.as_deref()?,
            ))
        })
        .collect();
    if red.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = select::<invoice::Entity>("WHERE id IN ").list(red.iter().map(|(_, blue, _)| *blue));
    let blues: HashMap<String, invoice::Model> = sql::all::<invoice::Model>(db_, sql)
        .await?
        .into_iter()
        .map(|it| (it.id.clone(), it))
        .collect();
    let condition = Sql::new("id IN ").list(red.iter().map(|(_, _, form)| *form));
    let forms: HashMap<String, RedForm> = red::read::forms(db_, condition)
        .await?
        .into_iter()
        .map(|it| (it.id.to_string(), it))
        .collect();
    let mut found = HashMap::new();
    for (id, blue, form) in red {
        let missing =
            || StoreError::Corrupt(format!("red invoice {id} has lost what it takes back"));
        let blue = blues.get(blue).ok_or_else(missing)?;
        let form = forms.get(form).ok_or_else(missing)?;
        let of = RedOf {
            blue: read::id(&blue.id)?,
            blue_identity: identity(blue)?.ok_or_else(missing)?,
            form: form.id.clone(),
            form_number: form.number.clone(),
            form_key: form.key.clone(),
            reason: form.reason,
            blue_lines: form.lines.iter().map(|it| it.blue_no).collect(),
        };
        found.insert(id.to_owned(), of);
    }
    Ok(found)
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

fn record(
    model: invoice::Model,
    lines: Vec<InvoiceLine>,
    red: Option<RedOf>,
) -> Result<Invoice, StoreError> {
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
        sources: sources(&model.line_sources)?,
        red,
        totals: read::totals(model.amount, model.tax, model.total)?,
        difference: read::difference(&model.difference, model.deduction)?,
        payments: read::payments(&model.payments)?,
        remark: model.remark,
        issued_at: read::time_opt(model.issued_at)?,
        receipt: model.receipt,
        uploaded_at: read::time_opt(model.uploaded_at)?,
        created_at: read::time(model.created_at)?,
        version: model.version,
    })
}

/// The stored places: a JSON list, or nothing.
fn sources(text: &str) -> Result<Vec<u32>, StoreError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_str(text)
        .map_err(|error| StoreError::Corrupt(format!("the sources of lines are damaged: {error}")))
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

/// Writes a drafted invoice that we issue ourselves; its delivery becomes `issuing`.
pub(crate) fn draft<'t>(tx: &'t Tx, (new, actor): &'t (NewInvoice, Actor)) -> Run<'t, ()> {
    draft_with(tx, new, actor, Job::IssueInvoice(new.invoice.id.clone()))
}

/// Writes a drafted invoice, and queues what brings it into being.
pub(crate) fn draft_with<'t>(
    tx: &'t Tx,
    new: &'t NewInvoice,
    actor: &'t Actor,
    then: Job,
) -> Run<'t, ()> {
    Box::pin(async move {
        let invoice = &new.invoice;
        let held = delivery::hold(tx, invoice.delivery.as_str()).await?;
        let from = read::word(DeliveryState::parse, &held.state, "state of a delivery")?;
        // Issued before its buyer comes: the delivery goes on waiting.
        let comes_first = held.page == PageType::Collect.as_str() && from.awaits_buyer();
        if !comes_first
            && (held.version != new.delivery_version
                || !matches!(from, DeliveryState::Authorised | DeliveryState::Failed))
        {
            return Err(stale(format!("delivery {}", invoice.delivery)));
        }
        let order_no = hold_order(tx, &held.order_id).await?.order_no;
        // Never more on paper than was paid and not given back.
        if left_to_invoice(tx, &held.order_id).await? < invoice.totals.total.get() {
            // Only this delivery's own invoice says that it was drafted before. Anything else that took of the order,
            // an invoice of another part or a refund, asks for a draft from today's books.
            return Err(match &held.invoice_id {
                Some(own) => exists(format!("invoice {own} of delivery {}", held.id)),
                None => stale(format!("order {order_no}")),
            });
        }
        let model = new_model(invoice, &held.store_id, order_no);
        let (buyer, tax_number) = (model.buyer.clone(), model.buyer_tax_number.clone());
        tx.insert::<invoice::Entity>(&[model], "").await?;
        let lines: Vec<_> = invoice
            .lines
            .iter()
            .map(|line| line_model(invoice.id.as_str(), line))
            .collect();
        tx.insert::<invoice_line::Entity>(&lines, "").await?;
        let sql = if comes_first {
            Sql::new("UPDATE deliveries SET invoice_id = ").bind(invoice.id.as_str())
        } else {
            Sql::new(
                "UPDATE deliveries SET state = 'issuing', reason = '', version = version + 1, invoice_id = ",
            )
            .bind(invoice.id.as_str())
        };
        tx.exec(sql.add(" WHERE id = ").bind(held.id.as_str()))
            .await?;
        let sql = Sql::new("UPDATE orders SET invoice_number = '', buyer = ")
            .bind(buyer)
            .add(", buyer_tax_number = ")
            .bind(tax_number)
            .add(" WHERE id = ")
            .bind(held.order_id.as_str());
        tx.exec(sql).await?;
        delivery::orders_follow(tx, std::slice::from_ref(&held.order_id)).await?;
        let line = Line::new(actor, "invoice.drafted", invoice.id.as_str())
            .order(&held.order_id)
            .with("to", invoice.state.as_str())
            .with("total", invoice.totals.total.to_string());
        let line = if new.warnings.is_empty() {
            line
        } else {
            line.with("warnings", new.warnings.join("; "))
        };
        tx.audit(if comes_first {
            line
        } else {
            let edge = json!({
                "id": held.id,
                "from": from.as_str(),
                "to": DeliveryState::Issuing.as_str(),
            });
            line.with("delivery", edge)
        });
        tx.enqueue(QueuedJob::now(then, Some(invoice.seller.clone())));
        tx.changed(&invoice.delivery);
        Ok(())
    })
}

pub(crate) fn new_model(invoice: &Invoice, store: &str, order_no: String) -> invoice::Model {
    let [drawer, payee, reviewer] = invoice.clerks.clone();
    let (difference, deduction) = read::difference_columns(invoice.difference.as_ref());
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
        blue_id: invoice.red.as_ref().map(|it| it.blue.to_string()),
        red_form_id: invoice.red.as_ref().map(|it| it.form.to_string()),
        line_sources: if invoice.sources.is_empty() {
            String::new()
        } else {
            json!(invoice.sources).to_string()
        },
        difference,
        deduction,
        payments: if invoice.payments.is_empty() {
            String::new()
        } else {
            json!(invoice.payments).to_string()
        },
    }
}

pub(crate) fn line_model(invoice: &str, line: &InvoiceLine) -> invoice_line::Model {
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
