//! A confirmation moves on, and becomes a red invoice.

use super::{
    book::within_caps,
    outcome::reissue_if_last,
    read::{form_state, forms},
};
use crate::{
    audit::Line,
    delivery,
    entity::{invoice, invoice_line, red_form},
    error::{exists, missing, stale},
    gateway::tell_partners,
    invoice::{line_model, new_model},
    read,
    sql::{Cells, Sql, for_update, select},
    tx::Tx,
    writer::Run,
};
use fapiao_domain::{
    confirmation::FormState,
    ids::{Id, SellerId},
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::RedFormChange,
    records::Invoice,
};

/// A row, held until the commit.
pub(super) async fn hold(tx: &Tx, id: &str) -> Result<red_form::Model, StoreError> {
    let sql = select::<red_form::Entity>("WHERE id = ")
        .bind(id)
        .add(for_update(tx.backend));
    tx.one(sql)
        .await?
        .ok_or_else(|| missing(format!("red confirmation {id}")))
}

/// Changes a state with everything that follows.
pub(super) fn change<'t>(tx: &'t Tx, it: &'t RedFormChange) -> Run<'t, ()> {
    Box::pin(async move {
        let held = hold(tx, it.id.as_str()).await?;
        if held.version != it.expected_version
            || form_state(&held.state)? != it.from
            || it.from.change(it.to).is_err()
            || held.carried_out_at.is_some()
        {
            return Err(stale(format!("red confirmation {}", it.id)));
        }
        if it.to == FormState::Asked {
            nothing_else_open(tx, &held).await?;
        }
        write(tx, it, &held).await?;
        if it.to == FormState::Planned {
            // Begun again: it counts again, if there is still enough.
            within_caps(tx, &held.blue_id).await?;
        }
        let action = format!("red_form.{}", it.to.as_str());
        let mut line = Line::new(&it.actor, &action, it.id.as_str())
            .order(&held.order_id)
            .edge(it.from.as_str(), it.to.as_str())
            .note(&it.note);
        if let Some((number, _)) = &it.identity {
            line = line.with("number", number.as_str());
        }
        if !it.message.is_empty() {
            line = line.with("reason", it.message.as_str());
        }
        tx.audit(line);
        if it.to == FormState::GivenUp {
            take_out(tx, &held).await?;
            // The last one that was waited for: what the others took back is invoiced anew.
            reissue_if_last(tx, &held.refund_id, read::id(&held.seller_id)?).await?;
        }
        if !it.to.holds() {
            wake_next(tx, &held).await?;
        }
        let seller: SellerId = read::id(&held.seller_id)?;
        if it.to == FormState::Planned || it.to.allows_issue() {
            tx.enqueue(QueuedJob::now(
                Job::FollowRedForm(it.id.clone()),
                Some(seller),
            ));
        }
        tx.enqueue_all(&it.then);
        tell_delivery(tx, &held.blue_id).await
    })
}

async fn nothing_else_open(tx: &Tx, held: &red_form::Model) -> Result<(), StoreError> {
    let own = forms(&tx.db, Sql::new("blue_id = ").bind(held.blue_id.as_str())).await?;
    let other = own
        .iter()
        .find(|it| it.id.as_str() != held.id && it.state.is_open() && it.carried_out_at.is_none());
    match other {
        Some(other) => Err(exists(format!(
            "red confirmation {} of the same invoice",
            other.id
        ))),
        None => Ok(()),
    }
}

async fn write(tx: &Tx, it: &RedFormChange, held: &red_form::Model) -> Result<(), StoreError> {
    let mut sql = Sql::new("UPDATE red_forms SET version = version + 1, state = ")
        .bind(it.to.as_str())
        .add(", message = ")
        .bind(it.message.as_str());
    if it.to == FormState::Asked {
        sql = sql.add(", asked_at = ").bind(tx.now_millis());
    }
    if it.to == FormState::Planned {
        sql = sql.add(", number = '', form_key = '', entered_at = NULL, asked_at = NULL");
    }
    if let Some((number, key)) = &it.identity {
        sql = sql
            .add(", number = ")
            .bind(number.as_str())
            .add(", form_key = ")
            .bind(key.as_str());
    }
    if let Some(at) = it.entered_at {
        sql = sql.add(", entered_at = ").bind(at.timestamp_millis());
    }
    let sql = sql.add(" WHERE id = ").bind(held.id.as_str());
    tx.exec(sql).await?;
    Ok(())
}

/// What was given up is not given back: the order is as it was.
async fn take_out(tx: &Tx, held: &red_form::Model) -> Result<(), StoreError> {
    let sql = Sql::new(
        "UPDATE orders SET refunded = refunded + COALESCE((SELECT CAST(sum(l.gross) AS BIGINT) FROM refund_lines l \
         WHERE l.form_id = ",
    )
    .bind(held.id.as_str())
    .add("), 0) WHERE id = ")
    .bind(held.order_id.as_str());
    tx.exec(sql).await?;
    delivery::orders_follow(tx, std::slice::from_ref(&held.order_id)).await
}

/// The blue invoice is free: whoever waits for it goes on.
pub(super) async fn wake_next(tx: &Tx, held: &red_form::Model) -> Result<(), StoreError> {
    let sql = Sql::new("SELECT id FROM red_forms WHERE state = 'planned' AND blue_id = ")
        .bind(held.blue_id.as_str())
        .add(" AND id <> ")
        .bind(held.id.as_str())
        .add(" ORDER BY created_at, id LIMIT 1");
    if let Some(row) = tx.rows(sql).await?.first() {
        let id: String = row.cell(0)?;
        tx.enqueue(QueuedJob::now(
            Job::FollowRedForm(read::id(&id)?),
            Some(read::id(&held.seller_id)?),
        ));
    }
    Ok(())
}

async fn tell_delivery(tx: &Tx, blue: &str) -> Result<(), StoreError> {
    let sql = Sql::new("SELECT delivery_id FROM invoices WHERE id = ").bind(blue);
    if let Some(row) = tx.rows(sql).await?.first() {
        let delivery: String = row.cell(0)?;
        tx.changed_id(&delivery);
        tell_partners(tx, [delivery.as_str()]).await?;
    }
    Ok(())
}

/// Writes the red invoice of a confirmation.
pub(super) fn draft<'t>(tx: &'t Tx, (red, actor): &'t (Invoice, Actor)) -> Run<'t, ()> {
    Box::pin(async move {
        let Some(of) = &red.red else {
            return Err(StoreError::Corrupt(format!(
                "invoice {} is not red",
                red.id
            )));
        };
        let held = hold(tx, of.form.as_str()).await?;
        if !form_state(&held.state)?.allows_issue() || held.carried_out_at.is_some() {
            return Err(stale(format!("red confirmation {}", of.form)));
        }
        let sql = Sql::new("SELECT id FROM invoices WHERE red_form_id = ").bind(of.form.as_str());
        if let Some(row) = tx.rows(sql).await?.first() {
            return Err(exists(format!(
                "red invoice {} of confirmation {}",
                row.cell::<String>(0)?,
                of.form
            )));
        }
        let model = new_model(red, &held.store_id, held.order_no.clone());
        tx.insert::<invoice::Entity>(&[model], "").await?;
        let lines: Vec<_> = red
            .lines
            .iter()
            .map(|line| line_model(red.id.as_str(), line))
            .collect();
        tx.insert::<invoice_line::Entity>(&lines, "").await?;
        tx.audit(
            Line::new(actor, "invoice.red_drafted", red.id.as_str())
                .order(&held.order_id)
                .with("to", red.state.as_str())
                .with("total", red.totals.total.to_string())
                .with("blue", held.blue_number.as_str())
                .with("form", held.number.as_str()),
        );
        tx.enqueue(QueuedJob::now(
            Job::IssueInvoice(red.id.clone()),
            Some(red.seller.clone()),
        ));
        tx.changed(&red.delivery);
        Ok(())
    })
}
