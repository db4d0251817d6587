//! A refused invoice goes out again under its own number, or the serial that a gateway knows it by.

use super::book::{hold_order, left_to_invoice};
use crate::{
    audit::Line,
    delivery,
    entity::invoice,
    error::{exists, missing, stale},
    invoice::state,
    read,
    sql::{self, Sql, for_update, select},
    tx::Tx,
    writer::Run,
};
use fapiao_domain::{
    ids::{Id, InvoiceId},
    invoice::InvoiceState,
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
};

/// What was refused is asked for again: nobody knows its outcome until the tax authority answers.
pub(super) fn again<'t>(tx: &'t Tx, (id, actor): &'t (InvoiceId, Actor)) -> Run<'t, ()> {
    Box::pin(async move {
        let row = hold(tx, id).await?;
        let (from, to) = (InvoiceState::Refused, InvoiceState::OutcomeUnknown);
        let has_name = row.number.is_some() || keeps_serial(tx, &row).await?;
        if state(&row.state)? != from || !has_name || from.change(to).is_err() {
            return Err(stale(format!("invoice {id}")));
        }
        let order = hold_order(tx, &row.order_id).await?;
        if let Some(form) = &row.red_form_id {
            // Given up or withdrawn since: its number stays spent.
            let held = super::form::hold(tx, form).await?;
            if !super::read::form_state(&held.state)?.allows_issue() {
                return Err(stale(format!("red confirmation {form}")));
            }
            // Whoever is about to give it up because its invoice was refused has to look again.
            let sql = Sql::new("UPDATE red_forms SET version = version + 1 WHERE id = ")
                .bind(form.as_str());
            tx.exec(sql).await?;
        }
        if row.blue_id.is_none() {
            if left_to_invoice(tx, &order.id).await? < row.total {
                return Err(exists(format!(
                    "another invoice or a refund of order {}",
                    order.order_no
                )));
            }
            let sql = Sql::new(
                "UPDATE deliveries SET state = 'issuing', reason = '', version = version + 1, invoice_id = ",
            )
            .bind(id.as_str())
            .add(" WHERE state = 'failed' AND id = ")
            .bind(row.delivery_id.as_str());
            if tx.exec(sql).await? != 1 {
                return Err(stale(format!("delivery {}", row.delivery_id)));
            }
            tx.audit(
                Line::new(actor, "delivery.issuing", &row.delivery_id)
                    .order(&row.order_id)
                    .edge("failed", "issuing"),
            );
        }
        let sql = Sql::new(
            "UPDATE invoices SET state = 'outcome_unknown', reason = '', version = version + 1 WHERE id = ",
        )
        .bind(id.as_str());
        tx.exec(sql).await?;
        tx.audit(
            Line::new(actor, "invoice.upload_again", id.as_str())
                .order(&row.order_id)
                .edge(from.as_str(), to.as_str()),
        );
        delivery::orders_follow(tx, std::slice::from_ref(&row.order_id)).await?;
        tx.enqueue(QueuedJob::now(
            Job::IssueInvoice(id.clone()),
            Some(read::id(&row.seller_id)?),
        ));
        tx.changed_id(&row.delivery_id);
        Ok(())
    })
}

/// Whether a gateway was asked for the invoice and knows it by our serial: it gives the number, so a refused one has none
/// yet. What another platform or WeChat was asked for is theirs to begin again.
async fn keeps_serial(tx: &Tx, row: &invoice::Model) -> Result<bool, StoreError> {
    if row.segment_id.is_some() || row.uploaded_at.is_none() {
        return Ok(false);
    }
    let sql =
        Sql::new("SELECT count(*) FROM tax_connections WHERE route = 'gateway' AND seller_id = ")
            .bind(row.seller_id.as_str())
            .add(" AND NOT EXISTS (SELECT 1 FROM platform_requests r WHERE r.invoice_id = ")
            .bind(row.id.as_str())
            .add(") AND NOT EXISTS (SELECT 1 FROM unified_requests u WHERE u.invoice_id = ")
            .bind(row.id.as_str())
            .add(")");
    Ok(sql::number(&tx.db, sql).await? > 0)
}

async fn hold(tx: &Tx, id: &InvoiceId) -> Result<invoice::Model, StoreError> {
    let sql = select::<invoice::Entity>("WHERE id = ")
        .bind(id.as_str())
        .add(for_update(tx.backend));
    tx.one(sql)
        .await?
        .ok_or_else(|| missing(format!("invoice {id}")))
}
