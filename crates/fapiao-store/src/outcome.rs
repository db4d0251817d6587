//! Uploads and what the tax authority said about them.

use crate::{
    audit::Line,
    delivery, documents,
    entity::invoice,
    error::{missing, stale},
    gateway::tell_partners,
    invoice::state,
    quota, read,
    red::{Settled, settle},
    sql::{Cells, Sql, for_update, select},
    tx::Tx,
    writer::Run,
};
use fapiao_domain::{
    ids::{Id, InvoiceId, SellerId},
    invoice::InvoiceState,
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::UploadOutcome,
};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// Seconds until an invoice without an answer is uploaded again, at least and at most.
const AGAIN_AFTER: (i64, i64) = (5, 600);
/// The pause grows with the age: by this part of it.
const AGAIN_PART: i64 = 4;

/// A receipt for a batch of uploaded invoices.
pub(crate) struct Upload {
    pub(crate) seller: SellerId,
    pub(crate) receipt: String,
    pub(crate) invoices: Vec<InvoiceId>,
    pub(crate) poll_after_secs: u32,
}

async fn hold<'a>(
    tx: &Tx,
    ids: impl Iterator<Item = &'a InvoiceId>,
) -> Result<HashMap<String, invoice::Model>, StoreError> {
    let ids: BTreeSet<&str> = ids.map(Id::as_str).collect();
    let sql = select::<invoice::Entity>("WHERE id IN ")
        .list(ids)
        .add(" ORDER BY id")
        .add(for_update(tx.backend));
    let rows = tx.all::<invoice::Model>(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

/// Records uploads, one answer each. Invoices that were decided in the meantime are left alone.
pub(crate) fn record_uploads<'t>(tx: &'t Tx, uploads: &'t [Upload]) -> Run<'t, Vec<()>> {
    Box::pin(async move {
        let mut rows = hold(tx, uploads.iter().flat_map(|upload| &upload.invoices)).await?;
        let mut handed: Vec<Vec<sea_orm::Value>> = Vec::new();
        for upload in uploads {
            for id in &upload.invoices {
                let row = rows
                    .get_mut(id.as_str())
                    .ok_or_else(|| missing(format!("invoice {id}")))?;
                let from = state(&row.state)?;
                let known = from == InvoiceState::Uploading && row.receipt == upload.receipt;
                if known || from.is_issued() {
                    continue;
                }
                // Without a number only an external platform can be asked.
                let illegal = from != InvoiceState::Uploading
                    && from.change(InvoiceState::Uploading).is_err();
                if illegal || row.number.is_none() {
                    return Err(stale(format!("invoice {id}")));
                }
                let line = Line::new(&Actor::System, "invoice.uploaded", id.as_str())
                    .order(&row.order_id)
                    .with("receipt", upload.receipt.as_str());
                tx.audit(if from == InvoiceState::Uploading {
                    line
                } else {
                    line.edge(from.as_str(), InvoiceState::Uploading.as_str())
                });
                if from == InvoiceState::Refused {
                    quota::taken_again(tx, row).await?;
                }
                handed.push(vec![id.as_str().into(), upload.receipt.as_str().into()]);
                row.state = InvoiceState::Uploading.as_str().to_owned();
                row.receipt.clone_from(&upload.receipt);
                tx.changed_id(&row.delivery_id);
            }
            let poll = Job::PollReceipt {
                seller: upload.seller.clone(),
                receipt: upload.receipt.clone(),
            };
            tx.enqueue(QueuedJob::after(
                poll,
                Some(upload.seller.clone()),
                upload.poll_after_secs,
            ));
        }
        if !handed.is_empty() {
            // An invoice that was handed over twice in one set keeps the later receipt.
            let mut last: HashMap<String, Vec<sea_orm::Value>> = HashMap::new();
            for row in handed {
                last.insert(format!("{:?}", row[0]), row);
            }
            let sql = Sql::new("WITH handed (id, receipt) AS (")
                .rows(last.into_values())
                .add(
                    ") UPDATE invoices SET state = 'uploading', reason = '', receipt = handed.receipt, \
                     version = version + 1, uploaded_at = ",
                )
                .bind(tx.now_millis())
                .add(
                    " FROM handed WHERE invoices.id = handed.id AND invoices.state IN \
                     ('reserved', 'uploading', 'outcome_unknown', 'refused')",
                );
            tx.exec(sql).await?;
        }
        Ok(uploads.iter().map(|_| ()).collect())
    })
}

/// What was said about one invoice, with facts for the timeline.
pub(crate) type Said = (InvoiceId, UploadOutcome, Value);

/// Records outcomes, one answer each.
pub(crate) fn record<'t>(tx: &'t Tx, said: &'t [Said]) -> Run<'t, Vec<()>> {
    Box::pin(async move {
        let mut rows = hold(tx, said.iter().map(|(id, _, _)| id)).await?;
        let mut changes: HashMap<String, (&'static str, &str, i64)> = HashMap::new();
        let mut refused = Vec::new();
        for (id, outcome, note) in said {
            let row = rows
                .get_mut(id.as_str())
                .ok_or_else(|| missing(format!("invoice {id}")))?;
            let (to, reason) = target(outcome);
            let from = state(&row.state)?;
            if from == to || (from.is_issued() && to == InvoiceState::Issued) {
                upload_again(tx, id, row, outcome)?;
                continue;
            }
            walk(tx, row, from, to, reason, note)?;
            if from == InvoiceState::Refused {
                quota::taken_again(tx, row).await?;
            }
            match to {
                InvoiceState::Issued => {
                    let seller = read::id(&row.seller_id)?;
                    tx.enqueue(QueuedJob::now(Job::RenderInvoice(id.clone()), Some(seller)));
                    if let (Some(blue), Some(form)) = (&row.blue_id, &row.red_form_id) {
                        let red = &*row;
                        settle(tx, Settled { red, blue, form }).await?;
                    }
                }
                // A refused red letter leaves the blue invoice and its delivery as they are. Its confirmation may have
                // been withdrawn meanwhile: that is looked at.
                InvoiceState::Refused if row.blue_id.is_some() => {
                    if let Some(form) = &row.red_form_id {
                        let job = Job::FollowRedForm(read::id(form)?);
                        let seller = read::id(&row.seller_id)?;
                        tx.enqueue(QueuedJob::now(job, Some(seller)));
                    }
                }
                InvoiceState::Refused => {
                    quota::refused(tx, row).await?;
                    refused.push((row.clone(), reason));
                }
                _ => upload_again(tx, id, row, outcome)?,
            }
            row.state = to.as_str().to_owned();
            row.version += 1;
            changes.insert(row.id.clone(), (to.as_str(), reason, row.version));
            tx.changed_id(&row.delivery_id);
        }
        if !changes.is_empty() {
            let changed = changes.into_iter().map(|(id, (to, reason, version))| {
                vec![id.into(), to.into(), reason.into(), version.into()]
            });
            let sql = Sql::new("WITH said (id, state, reason, version) AS (")
                .rows(changed)
                .add(
                    ") UPDATE invoices SET state = said.state, reason = said.reason, version = said.version \
                     FROM said WHERE invoices.id = said.id",
                );
            tx.exec(sql).await?;
        }
        // What the tax authority has, or will not have, is not kept here any longer.
        let decided = rows.values().filter(|row| {
            row.blue_id.is_none() && !matches!(row.state.as_str(), "outcome_unknown")
        });
        documents::erase(tx, decided.map(|row| row.delivery_id.as_str())).await?;
        fail_deliveries(tx, &refused).await?;
        tell_partners(tx, rows.values().map(|row| row.delivery_id.as_str())).await?;
        Ok(said.iter().map(|_| ()).collect())
    })
}

fn target(outcome: &UploadOutcome) -> (InvoiceState, &str) {
    match outcome {
        UploadOutcome::Issued => (InvoiceState::Issued, ""),
        UploadOutcome::Refused { reason } => (InvoiceState::Refused, reason),
        UploadOutcome::Unknown { .. } => (InvoiceState::OutcomeUnknown, ""),
    }
}

/// Under the same number, rarer and rarer; not at all where a person was told.
fn upload_again(
    tx: &Tx,
    id: &InvoiceId,
    row: &invoice::Model,
    outcome: &UploadOutcome,
) -> Result<(), StoreError> {
    if *outcome != (UploadOutcome::Unknown { again: true }) {
        return Ok(());
    }
    let since = row.issued_at.or(row.uploaded_at);
    let age = since.map_or(0, |at| (tx.now_millis() - at) / 1000);
    let (least, most) = AGAIN_AFTER;
    let pause = (age / AGAIN_PART).clamp(least, most);
    tx.enqueue(QueuedJob::after(
        Job::IssueInvoice(id.clone()),
        Some(read::id(&row.seller_id)?),
        u32::try_from(pause).unwrap_or(u32::MAX),
    ));
    Ok(())
}

/// Writes the lines of a change. An outcome can be known although the upload was never recorded (a crash between the
/// two): then the upload is written down first.
fn walk(
    tx: &Tx,
    row: &invoice::Model,
    from: InvoiceState,
    to: InvoiceState,
    reason: &str,
    note: &Value,
) -> Result<(), StoreError> {
    let mut from = from;
    let order = row.order_id.as_str();
    if from.change(to).is_err() {
        let between = InvoiceState::Uploading;
        if from.change(between).is_err() || between.change(to).is_err() {
            return Err(stale(format!("invoice {}", row.id)));
        }
        tx.audit(
            Line::new(&Actor::System, "invoice.uploaded", &row.id)
                .order(order)
                .edge(from.as_str(), between.as_str()),
        );
        from = between;
    }
    let action = match to {
        InvoiceState::Issued => "invoice.issued",
        InvoiceState::Refused => "invoice.refused",
        _ => "invoice.outcome_unknown",
    };
    let mut line = Line::new(&Actor::TaxAuthority, action, &row.id)
        .order(order)
        .edge(from.as_str(), to.as_str())
        .note(note);
    if let Some(number) = &row.number {
        line = line.with("number", number.as_str());
    }
    if !reason.is_empty() {
        line = line.with("reason", reason);
    }
    tx.audit(line);
    Ok(())
}

/// Deliveries whose invoice was refused cannot be brought.
async fn fail_deliveries(tx: &Tx, refused: &[(invoice::Model, &str)]) -> Result<(), StoreError> {
    let mut orders = Vec::new();
    for (row, reason) in refused {
        let sql =
            Sql::new("UPDATE deliveries SET state = 'failed', version = version + 1, reason = ")
                .bind(*reason)
                .add(" WHERE id = ")
                .bind(row.delivery_id.as_str())
                .add(" AND state = 'issuing' RETURNING id");
        for changed in tx.rows(sql).await? {
            let id: String = changed.cell(0)?;
            tx.audit(
                Line::new(&Actor::TaxAuthority, "delivery.failed", &id)
                    .order(&row.order_id)
                    .edge("issuing", "failed")
                    .with("reason", *reason),
            );
            tx.changed_id(&id);
            orders.push(row.order_id.clone());
        }
    }
    delivery::orders_follow(tx, &orders).await
}
