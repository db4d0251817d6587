//! A red invoice was issued: the blue one, the quota, the confirmation and the card follow in the same transaction.

use super::{
    book::refuse_collecting,
    form::{hold, wake_next},
    read::reason,
};
use crate::{
    audit::Line,
    delivery,
    entity::{invoice, quota_line, refund},
    error::{missing, stale},
    invoice::state,
    numbering::period,
    read,
    sql::{Cells, Sql, for_update, select},
    tx::Tx,
};
use chrono::DateTime;
use fapiao_domain::{
    ids::{DeliveryId, RefundId, SellerId},
    invoice::InvoiceState,
};
use fapiao_usecases::{
    actor::Actor,
    calendar,
    errors::StoreError,
    jobs::{Job, QueuedJob},
};

/// A red invoice that was just accepted.
pub(crate) struct Settled<'a> {
    pub(crate) red: &'a invoice::Model,
    pub(crate) blue: &'a str,
    pub(crate) form: &'a str,
}

/// Writes what follows from it.
pub(crate) async fn settle(tx: &Tx, it: Settled<'_>) -> Result<(), StoreError> {
    let sql = select::<invoice::Entity>("WHERE id = ")
        .bind(it.blue)
        .add(for_update(tx.backend));
    let blue: invoice::Model = tx
        .one(sql)
        .await?
        .ok_or_else(|| missing(format!("invoice {}", it.blue)))?;
    let to = standing_after(tx, &blue, it.red).await?;
    follow_blue(tx, &blue, to, it.red).await?;
    let held = hold(tx, it.form).await?;
    let sql = Sql::new("UPDATE red_forms SET version = version + 1, carried_out_at = ")
        .bind(tx.now_millis())
        .add(" WHERE id = ")
        .bind(it.form);
    tx.exec(sql).await?;
    tx.audit(
        Line::new(&Actor::TaxAuthority, "red_form.carried_out", it.form)
            .order(&held.order_id)
            .with("red", it.red.number.as_deref().unwrap_or_default()),
    );
    give_quota_back(tx, &blue, it.red, &held.reason).await?;
    wake_next(tx, &held).await?;
    let seller: SellerId = read::id(&held.seller_id)?;
    if to == InvoiceState::FullyRed {
        refuse_collecting(tx, &blue).await?;
        let delivery: DeliveryId = read::id(&blue.delivery_id)?;
        tx.enqueue(QueuedJob::now(
            Job::CancelCard(delivery),
            Some(seller.clone()),
        ));
        tx.changed_id(&blue.delivery_id);
    }
    reissue_if_last(tx, &held.refund_id, seller).await?;
    delivery::orders_follow(tx, std::slice::from_ref(&held.order_id)).await
}

/// Where the blue invoice stands once this red one counts.
async fn standing_after(
    tx: &Tx,
    blue: &invoice::Model,
    red: &invoice::Model,
) -> Result<InvoiceState, StoreError> {
    let sql = Sql::new(
        "SELECT CAST(COALESCE(sum(amount), 0) AS BIGINT), CAST(COALESCE(sum(tax), 0) AS BIGINT) FROM invoices \
         WHERE state = 'issued' AND blue_id = ",
    )
    .bind(blue.id.as_str())
    .add(" AND id <> ")
    .bind(red.id.as_str());
    let (amount, tax): (i64, i64) = match tx.rows(sql).await?.first() {
        Some(row) => (row.cell(0)?, row.cell(1)?),
        None => (0, 0),
    };
    let left = (blue.amount + amount + red.amount, blue.tax + tax + red.tax);
    if left.0 < 0 || left.1 < 0 {
        return Err(StoreError::Corrupt(format!(
            "red letters would take more from invoice {} than it has",
            blue.id
        )));
    }
    Ok(if left == (0, 0) {
        InvoiceState::FullyRed
    } else {
        InvoiceState::PartlyRed
    })
}

async fn follow_blue(
    tx: &Tx,
    blue: &invoice::Model,
    to: InvoiceState,
    red: &invoice::Model,
) -> Result<(), StoreError> {
    let from = state(&blue.state)?;
    let line = Line::new(&Actor::TaxAuthority, "invoice.taken_back", &blue.id)
        .order(&blue.order_id)
        .with("red", red.number.as_deref().unwrap_or_default())
        .with("total", read::fen(red.total)?.to_string());
    if from == to {
        tx.audit(line);
        return Ok(());
    }
    if from.change(to).is_err() {
        return Err(stale(format!("invoice {}", blue.id)));
    }
    let sql = Sql::new("UPDATE invoices SET version = version + 1, state = ")
        .bind(to.as_str())
        .add(" WHERE id = ")
        .bind(blue.id.as_str());
    tx.exec(sql).await?;
    tx.audit(line.edge(from.as_str(), to.as_str()));
    Ok(())
}

/// Only in the month of the blue invoice, and never for an allowance.
async fn give_quota_back(
    tx: &Tx,
    blue: &invoice::Model,
    red: &invoice::Model,
    why: &str,
) -> Result<(), StoreError> {
    let day = |at: Option<i64>| {
        at.and_then(DateTime::from_timestamp_millis)
            .map(|at| (at, calendar::in_shanghai(at).date()))
    };
    let (Some((_, blue_day)), Some((red_at, red_day))) = (day(blue.issued_at), day(red.issued_at))
    else {
        return Ok(());
    };
    // The older form spends no quota of ours.
    let spent = blue.segment_id.is_some();
    if !spent || red.amount >= 0 || !reason(why)?.returns_quota(blue_day, red_day) {
        return Ok(());
    }
    let (_, month) = period(red_at);
    let line = quota_line::Model {
        seller_id: red.seller_id.clone(),
        month: month.clone(),
        kind: "return".to_owned(),
        reference: red.id.clone(),
        amount: -red.amount,
        at: tx.now_millis(),
    };
    let added = tx
        .insert::<quota_line::Entity>(&[line], "ON CONFLICT DO NOTHING RETURNING reference")
        .await?;
    if added.is_empty() {
        return Ok(());
    }
    let sql = Sql::new("UPDATE quota_balances SET balance = balance + ")
        .bind(-red.amount)
        .add(" WHERE seller_id = ")
        .bind(red.seller_id.as_str())
        .add(" AND month = ")
        .bind(month.as_str());
    if tx.exec(sql).await? != 1 {
        return Err(StoreError::Corrupt(format!(
            "the quota of {month} has no balance to give back to"
        )));
    }
    Ok(())
}

/// After the last red letter of a refund, what is left is invoiced anew if it was so decided.
pub(super) async fn reissue_if_last(tx: &Tx, id: &str, seller: SellerId) -> Result<(), StoreError> {
    let sql = select::<refund::Entity>("WHERE id = ").bind(id);
    let held: Option<refund::Model> = tx.one(sql).await?;
    let Some(held) = held.filter(|it| it.reissue && it.delivery_id.is_none()) else {
        return Ok(());
    };
    let refund: RefundId = read::id(&held.id)?;
    tx.enqueue(QueuedJob::now(Job::ReissueOrder(refund), Some(seller)));
    Ok(())
}
