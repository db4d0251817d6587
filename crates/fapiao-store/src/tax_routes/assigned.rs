//! Invoices whose number a gateway gives: asked for, assigned, their files announced.

use super::papers_columns;
use crate::{
    audit::Line,
    delivery, documents,
    entity::{gateway_answer, invoice},
    error::{exists, missing, stale},
    gateway::tell_partners,
    invoice::state,
    read,
    red::{Settled, settle},
    sql::{Cells, Sql, for_update, select},
    tx::Tx,
    writer::Run,
};
use fapiao_domain::{
    ids::{Id, InvoiceId},
    invoice::{Identity, InvoiceState},
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::{Asked, Assigned},
    records::Papers,
};
use serde_json::json;

async fn hold(tx: &Tx, id: &InvoiceId) -> Result<invoice::Model, StoreError> {
    let sql = select::<invoice::Entity>("WHERE id = ")
        .bind(id.as_str())
        .add(for_update(tx.backend));
    tx.one(sql)
        .await?
        .ok_or_else(|| missing(format!("invoice {id}")))
}

/// Saves the intent before the call.
pub(super) fn ask<'t>(tx: &'t Tx, id: &'t InvoiceId) -> Run<'t, Asked> {
    Box::pin(async move {
        let held = hold(tx, id).await?;
        let from = state(&held.state)?;
        let (answer, from) = match from {
            InvoiceState::Uploading => return Ok(Asked::Before),
            InvoiceState::OutcomeUnknown => (Asked::Before, from),
            InvoiceState::Ready => (Asked::First, from),
            // A refused content was mended: the serial may be known there.
            InvoiceState::Refused if held.number.is_none() => (Asked::Before, from),
            InvoiceState::Blocked => {
                tx.audit(
                    Line::new(&Actor::System, "invoice.unblocked", &held.id)
                        .order(&held.order_id)
                        .edge("blocked", "ready"),
                );
                (Asked::First, InvoiceState::Ready)
            }
            _ => return Ok(Asked::Elsewhere),
        };
        // The hours for an upload run from the first question, however often it is asked.
        let since = match from {
            InvoiceState::OutcomeUnknown => held.uploaded_at.unwrap_or_else(|| tx.now_millis()),
            _ => tx.now_millis(),
        };
        let sql = Sql::new(
            "UPDATE invoices SET state = 'uploading', reason = '', version = version + 1, uploaded_at = ",
        )
        .bind(since)
        .add(" WHERE id = ")
        .bind(id.as_str());
        tx.exec(sql).await?;
        tx.audit(
            Line::new(&Actor::System, "invoice.asked", &held.id)
                .order(&held.order_id)
                .edge(from.as_str(), InvoiceState::Uploading.as_str()),
        );
        tx.changed_id(&held.delivery_id);
        Ok(answer)
    })
}

/// Columns of an identity: code, number, check code, machine.
fn columns(identity: &Identity) -> [&str; 4] {
    match identity {
        Identity::Digital { number } => ["", number, "", ""],
        Identity::Classic {
            code,
            number,
            check_code,
            machine,
        } => [code, number, check_code, machine],
    }
}

/// Writes number and issue time, and what follows.
pub(super) fn assign<'t>(tx: &'t Tx, (it, actor): &'t (Assigned, Actor)) -> Run<'t, ()> {
    Box::pin(async move {
        if issue(tx, it, actor).await? {
            let held = hold(tx, &it.invoice).await?;
            tx.enqueue(QueuedJob::now(
                Job::RenderInvoice(it.invoice.clone()),
                Some(read::id(&held.seller_id)?),
            ));
        }
        Ok(())
    })
}

/// Writes number and issue time; `false` when it was issued before.
pub(super) async fn issue(tx: &Tx, it: &Assigned, actor: &Actor) -> Result<bool, StoreError> {
    let mut held = hold(tx, &it.invoice).await?;
    let [code, number, check_code, machine] = columns(&it.identity);
    if let Some(known) = &held.number
        && (known != number || held.code != code)
    {
        return Err(exists(format!(
            "invoice {} as number {}{known}; the tax side now says {code}{number}, which",
            it.invoice, held.code
        )));
    }
    let mut from = state(&held.state)?;
    if from.is_issued() {
        return Ok(false);
    }
    if from.change(InvoiceState::Issued).is_err() {
        let between = InvoiceState::Uploading;
        if from.change(between).is_err() {
            return Err(stale(format!("invoice {}", it.invoice)));
        }
        tx.audit(
            Line::new(&Actor::System, "invoice.asked", &held.id)
                .order(&held.order_id)
                .edge(from.as_str(), between.as_str()),
        );
        from = between;
    }
    let sql = Sql::new("SELECT id FROM invoices WHERE number = ")
        .bind(number)
        .add(" AND code = ")
        .bind(code)
        .add(" AND id <> ")
        .bind(held.id.as_str());
    if let Some(other) = tx.rows(sql).await?.first() {
        let other: String = other.cell(0)?;
        return Err(exists(format!("number {code}{number} on invoice {other}")));
    }
    let issued_at = it.issued_at.timestamp_millis();
    let sql = Sql::new("UPDATE invoices SET state = 'issued', reason = '', code = ")
        .bind(code)
        .add(", number = ")
        .bind(number)
        .add(", check_code = ")
        .bind(check_code)
        .add(", machine = ")
        .bind(machine)
        .add(", issued_at = ")
        .bind(issued_at)
        .add(", version = version + 1 WHERE id = ")
        .bind(held.id.as_str());
    tx.exec(sql).await?;
    held.number = Some(number.to_owned());
    code.clone_into(&mut held.code);
    held.issued_at = Some(issued_at);
    let (papers, documents) = papers_columns(&it.answer.papers);
    let answer = gateway_answer::Model {
        invoice_id: held.id.clone(),
        cipher: json!(it.answer.cipher).to_string(),
        documents,
        papers: papers.to_owned(),
        answered_at: tx.now_millis(),
    };
    tx.insert::<gateway_answer::Entity>(&[answer], "ON CONFLICT DO NOTHING")
        .await?;
    let mut line = Line::new(actor, "invoice.issued", &held.id)
        .order(&held.order_id)
        .edge(from.as_str(), InvoiceState::Issued.as_str())
        .with("number", number);
    if !code.is_empty() {
        line = line.with("code", code);
    }
    tx.audit(line);
    tx.changed_id(&held.delivery_id);
    if let (Some(blue), Some(form)) = (held.blue_id.clone(), held.red_form_id.clone()) {
        let red = &held;
        let (blue, form) = (&blue, &form);
        settle(tx, Settled { red, blue, form }).await?;
    } else {
        let sql = Sql::new("UPDATE orders SET invoice_number = ")
            .bind(number)
            .add(" WHERE id = ")
            .bind(held.order_id.as_str());
        tx.exec(sql).await?;
        delivery::orders_follow(tx, std::slice::from_ref(&held.order_id)).await?;
        documents::erase(tx, [held.delivery_id.as_str()]).await?;
    }
    tell_partners(tx, [held.delivery_id.as_str()]).await?;
    Ok(true)
}

/// The files are made now.
pub(super) fn note_papers<'t>(tx: &'t Tx, (id, papers): &'t (InvoiceId, Papers)) -> Run<'t, ()> {
    Box::pin(async move {
        let (word, documents) = papers_columns(papers);
        let sql = Sql::new("UPDATE gateway_answers SET papers = ")
            .bind(word)
            .add(", documents = ")
            .bind(documents)
            .add(" WHERE papers = 'pending' AND invoice_id = ")
            .bind(id.as_str());
        tx.exec(sql).await?;
        Ok(())
    })
}
