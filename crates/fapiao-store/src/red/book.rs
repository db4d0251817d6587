//! Refunds are written: never more red than blue, whoever asks at the same time.

use super::read;
use crate::{
    audit::Line,
    delivery::{self, insert_deliveries},
    entity::{invoice, order, red_form, red_form_line, refund, refund_line},
    error::{exists, missing, stale},
    gateway::tell_partners,
    idempotent,
    invoice::find,
    read::id as id_of,
    sql::{Cells, Sql, for_update, select},
    tx::Tx,
    writer::Run,
};
use fapiao_domain::{
    ids::{Id, RefundId},
    red::{RedLine, remaining},
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    idempotency::{Effect, Idempotency},
    jobs::{Job, QueuedJob},
    merchant::refusal::REFUNDED,
    ports::{NewDelivery, NewRefund},
    records::{RedForm, Refund},
    rejecting::TAKEN_BACK,
};

/// A refund to be written.
pub(crate) struct Booking {
    pub(crate) new: NewRefund,
    pub(crate) idempotency: Option<Idempotency>,
    pub(crate) actor: Actor,
}

pub(crate) fn book<'t>(tx: &'t Tx, it: &'t Booking) -> Run<'t, Effect<()>> {
    Box::pin(async move {
        if let Some(known) = idempotent::take(tx, it.idempotency.as_ref()).await? {
            return Ok(known);
        }
        let refund = &it.new.refund;
        // All decisions about an order's money queue up here.
        let order = hold_order(tx, refund.order.as_str()).await?;
        unchanged(tx, &it.new, &order.order_no).await?;
        if !refund.refund_no.is_empty() {
            let sql = Sql::new("SELECT id FROM refunds WHERE order_id = ")
                .bind(order.id.as_str())
                .add(" AND refund_no = ")
                .bind(refund.refund_no.as_str());
            if let Some(row) = tx.rows(sql).await?.first() {
                return Err(exists(format!(
                    "refund {} of the number {}",
                    row.cell::<String>(0)?,
                    refund.refund_no
                )));
            }
        }
        tx.insert::<refund::Entity>(&[refund_model(refund)], "")
            .await?;
        let mut blues = find(
            &tx.db,
            Sql::new("order_id = ")
                .bind(order.id.as_str())
                .add(" AND blue_id IS NULL"),
        )
        .await?;
        blues.retain(|blue| refund.forms.iter().any(|form| form.blue == blue.id));
        for form in &refund.forms {
            let blue = blues
                .iter()
                .find(|blue| blue.id == form.blue)
                .ok_or_else(|| missing(format!("invoice {}", form.blue)))?;
            if !blue.state.is_issued() {
                return Err(stale(format!("invoice {}", blue.id)));
            }
            let number = blue.identity.as_ref().map_or("", |it| it.number());
            let model = form_model(
                form,
                &order.store_id,
                [number, &order.order_no, &blue.title.printed_name()],
            );
            tx.insert::<red_form::Entity>(&[model], "").await?;
            let lines: Vec<_> = form
                .lines
                .iter()
                .map(|line| form_line(form.id.as_str(), line))
                .collect();
            tx.insert::<red_form_line::Entity>(&lines, "").await?;
            within_caps(tx, form.blue.as_str()).await?;
            let planned = if form.by_buyer {
                Line::new(&it.actor, "red_form.begun_by_buyer", form.id.as_str())
                    .with("number", form.number.as_str())
            } else {
                Line::new(&it.actor, "red_form.planned", form.id.as_str())
            };
            tx.audit(
                planned
                    .order(&order.id)
                    .with("to", form.state.as_str())
                    .with("blue", number)
                    .with("reason", form.reason.code())
                    .with("total", form.totals.total.to_string()),
            );
            tx.enqueue(QueuedJob::now(
                Job::FollowRedForm(form.id.clone()),
                Some(form.seller.clone()),
            ));
            tx.changed(&blue.delivery);
        }
        let taken: Vec<_> = refund
            .taken
            .iter()
            .enumerate()
            .map(|(place, taken)| {
                let no = i64::try_from(place).unwrap_or(i64::MAX - 1) + 1;
                let form = taken.form.as_ref().map(ToString::to_string);
                refund_line(refund.id.as_str(), no, &taken.line, form)
            })
            .collect();
        tx.insert::<refund_line::Entity>(&taken, "").await?;
        let sql = Sql::new("UPDATE orders SET refunded = refunded + ")
            .bind(refund.totals.total.get())
            .add(" WHERE id = ")
            .bind(order.id.as_str())
            .add(" AND refunded + ")
            .bind(refund.totals.total.get())
            .add(" <= total");
        if tx.exec(sql).await? != 1 {
            return Err(StoreError::Corrupt(format!(
                "more would be given back for order {} than was paid",
                order.order_no
            )));
        }
        tx.audit(
            Line::new(&it.actor, "refund.decided", refund.id.as_str())
                .order(&order.id)
                .with("kind", refund.kind.as_str())
                .with("reason", refund.reason.code())
                .with("total", refund.totals.total.to_string())
                .with("letters", refund.forms.len())
                .with("reissue", refund.reissue)
                .with("note", refund.note.as_str()),
        );
        if refund.forms.is_empty() && refund.reissue {
            tx.enqueue(QueuedJob::now(
                Job::ReissueOrder(refund.id.clone()),
                Some(refund.seller.clone()),
            ));
        }
        if it.new.ends_waiting {
            refuse_waiting(tx, &order).await?;
        }
        delivery::orders_follow(tx, std::slice::from_ref(&order.id)).await?;
        Ok(Effect::Done(()))
    })
}

/// Nothing is left to be invoiced: the pages that wait for a buyer, or whose invoice is not drawn up yet, lead nowhere any
/// more, and buyers who agreed are told at WeChat.
async fn refuse_waiting(tx: &Tx, order: &order::Model) -> Result<(), StoreError> {
    let which = Sql::new("invoice_id IS NULL AND order_id = ").bind(order.id.as_str());
    refuse(tx, which, &order.id, &order.seller_id, REFUNDED).await
}

/// An invoice was taken back in full before anybody collected it: the pages that offer it end, and buyers who agreed are
/// told at WeChat.
pub(super) async fn refuse_collecting(tx: &Tx, blue: &invoice::Model) -> Result<(), StoreError> {
    let which = Sql::new("invoice_id = ").bind(blue.id.as_str());
    refuse(tx, which, &blue.order_id, &blue.seller_id, TAKEN_BACK).await
}

async fn refuse(
    tx: &Tx,
    which: Sql,
    order: &str,
    seller: &str,
    reason: &str,
) -> Result<(), StoreError> {
    let sql = Sql::new(
        "SELECT id, state FROM deliveries WHERE state IN ('created', 'page_opened', 'authorised') AND ",
    )
    .join(which)
    .add(for_update(tx.backend));
    let mut ended: Vec<String> = Vec::new();
    for row in tx.rows(sql).await? {
        let (id, from): (String, String) = (row.cell(0)?, row.cell(1)?);
        let sql =
            Sql::new("UPDATE deliveries SET state = 'refused', version = version + 1, reason = ")
                .bind(reason)
                .add(" WHERE id = ")
                .bind(id.as_str());
        tx.exec(sql).await?;
        tx.audit(
            Line::new(&Actor::System, "delivery.refused", &id)
                .order(order)
                .edge(&from, "refused")
                .with("reason", reason),
        );
        // A page that nobody asked for is unknown to WeChat.
        if from != "created" {
            let job = Job::RejectAuthorisation(id_of(&id)?);
            tx.enqueue(QueuedJob::now(job, Some(id_of(seller)?)));
        }
        tx.changed_id(&id);
        delivery::drop_work(tx, &id, &Actor::System, order).await?;
        ended.push(id);
    }
    tell_partners(tx, ended.iter().map(String::as_str)).await
}

pub(crate) async fn hold_order(tx: &Tx, id: &str) -> Result<order::Model, StoreError> {
    let sql = select::<order::Entity>("WHERE id = ")
        .bind(id)
        .add(for_update(tx.backend));
    tx.one(sql)
        .await?
        .ok_or_else(|| missing(format!("order {id}")))
}

/// The order is as it was when the refund was planned.
async fn unchanged(tx: &Tx, new: &NewRefund, order_no: &str) -> Result<(), StoreError> {
    let order = new.refund.order.as_str();
    let count = |text: &str| Sql::new(text).bind(order);
    let refunds = count("SELECT count(*) FROM refunds WHERE order_id = ");
    let forms = read::forms(&tx.db, Sql::new("order_id = ").bind(order)).await?;
    let holding = forms.iter().filter(|it| it.state.holds()).count();
    let blues = count(
        "SELECT count(*) FROM invoices WHERE blue_id IS NULL AND state <> 'refused' AND order_id = ",
    );
    let number = |rows: Vec<sea_orm::QueryResult>| -> Result<i64, StoreError> {
        rows.first().map_or(Ok(0), |row| row.cell(0))
    };
    let found = (
        number(tx.rows(refunds).await?)?,
        holding as i64,
        number(tx.rows(blues).await?)?,
    );
    let basis = &new.basis;
    let planned = (
        basis.refunds as i64,
        basis.holding as i64,
        basis.invoices as i64,
    );
    if found == planned {
        Ok(())
    } else {
        Err(stale(format!("order {order_no}")))
    }
}

/// What all confirmations of a blue invoice take together is within what it has, line by line.
pub(super) async fn within_caps(tx: &Tx, blue: &str) -> Result<(), StoreError> {
    let lines = find(&tx.db, Sql::new("id = ").bind(blue))
        .await?
        .pop()
        .ok_or_else(|| missing(format!("invoice {blue}")))?
        .lines;
    let taken: Vec<RedLine> = read::holding(&tx.db, blue).await?;
    match remaining(&lines, &taken) {
        Ok(_) => Ok(()),
        // Somebody else took it in the meantime.
        Err(error) => Err(stale(format!("invoice {blue} ({error})"))),
    }
}

fn refund_model(refund: &Refund) -> refund::Model {
    refund::Model {
        id: refund.id.to_string(),
        order_id: refund.order.to_string(),
        seller_id: refund.seller.to_string(),
        store_id: refund.store.to_string(),
        kind: refund.kind.as_str().to_owned(),
        reason: refund.reason.code().to_owned(),
        refund_no: refund.refund_no.clone(),
        note: refund.note.clone(),
        amount: refund.totals.amount.get(),
        tax: refund.totals.tax.get(),
        total: refund.totals.total.get(),
        reissue: refund.reissue,
        delivery_id: None,
        decided_by: refund.decided_by.clone(),
        created_at: refund.created_at.timestamp_millis(),
    }
}

fn form_model(
    form: &RedForm,
    store: &str,
    [number, order_no, buyer]: [&str; 3],
) -> red_form::Model {
    red_form::Model {
        id: form.id.to_string(),
        refund_id: form.refund.to_string(),
        order_id: form.order.to_string(),
        seller_id: form.seller.to_string(),
        store_id: store.to_owned(),
        blue_id: form.blue.to_string(),
        blue_number: number.to_owned(),
        order_no: order_no.to_owned(),
        buyer: buyer.to_owned(),
        reason: form.reason.code().to_owned(),
        completes: form.completes,
        amount: form.totals.amount.get(),
        tax: form.totals.tax.get(),
        total: form.totals.total.get(),
        state: form.state.as_str().to_owned(),
        number: form.number.clone(),
        form_key: form.key.clone(),
        message: String::new(),
        asked_at: None,
        entered_at: form.entered_at.map(|at| at.timestamp_millis()),
        carried_out_at: None,
        created_at: form.created_at.timestamp_millis(),
        version: 1,
        by_buyer: form.by_buyer,
    }
}

fn form_line(form: &str, red: &RedLine) -> red_form_line::Model {
    let line = &red.line;
    red_form_line::Model {
        form_id: form.to_owned(),
        no: i64::from(line.no),
        blue_no: i64::from(red.blue_no),
        name: line.name.clone(),
        tax_code: line.tax_code.clone(),
        short_name: line.short_name.clone(),
        spec: line.spec.clone(),
        unit: line.unit.clone(),
        quantity: line.quantity.map(|it| it.to_string()),
        unit_price: line.unit_price.map(|it| it.to_string()),
        amount: line.amount.get(),
        rate: line.rate.to_string(),
        tax: line.tax.get(),
        gross: line.gross.get(),
        preference: crate::read::preference_code(line.preference),
    }
}

fn refund_line(refund: &str, no: i64, red: &RedLine, form: Option<String>) -> refund_line::Model {
    let line = &red.line;
    refund_line::Model {
        refund_id: refund.to_owned(),
        no,
        blue_no: i64::from(red.blue_no),
        name: line.name.clone(),
        tax_code: line.tax_code.clone(),
        short_name: line.short_name.clone(),
        spec: line.spec.clone(),
        unit: line.unit.clone(),
        quantity: line.quantity.map(|it| it.to_string()),
        unit_price: line.unit_price.map(|it| it.to_string()),
        amount: line.amount.get(),
        rate: line.rate.to_string(),
        tax: line.tax.get(),
        gross: line.gross.get(),
        form_id: form,
        preference: crate::read::preference_code(line.preference),
    }
}

/// The new delivery of a refund, once.
pub(super) fn reissue<'t>(
    tx: &'t Tx,
    (id, wanted, actor): &'t (RefundId, Vec<NewDelivery>, Actor),
) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = select::<refund::Entity>("WHERE id = ")
            .bind(id.as_str())
            .add(for_update(tx.backend));
        let held: refund::Model = tx
            .one(sql)
            .await?
            .ok_or_else(|| missing(format!("refund {id}")))?;
        if held.delivery_id.is_some() {
            return Ok(());
        }
        let order = hold_order(tx, &held.order_id).await?;
        insert_deliveries(tx, &order, wanted, actor).await?;
        let Some(first) = wanted.first() else {
            return Ok(());
        };
        let sql = Sql::new("UPDATE refunds SET delivery_id = ")
            .bind(first.id.as_str())
            .add(" WHERE id = ")
            .bind(id.as_str());
        tx.exec(sql).await?;
        tx.audit(
            Line::new(actor, "refund.reissued", id.as_str())
                .order(&held.order_id)
                .with("new_delivery", first.id.as_str()),
        );
        Ok(())
    })
}

/// What of an order is not on any live invoice, gross fen: paid, less refunded, less blue, plus red.
pub(crate) async fn left_to_invoice(tx: &Tx, order: &str) -> Result<i64, StoreError> {
    let sql = Sql::new(
        "SELECT CAST(o.total - o.refunded - COALESCE((SELECT sum(i.total) FROM invoices i WHERE i.order_id = o.id \
         AND ((i.blue_id IS NULL AND i.state <> 'refused') OR (i.blue_id IS NOT NULL AND i.state = 'issued'))), 0) \
         AS BIGINT) FROM orders o WHERE o.id = ",
    )
    .bind(order);
    match tx.rows(sql).await?.first() {
        Some(row) => row.cell(0),
        None => Err(missing(format!("order {order}"))),
    }
}
