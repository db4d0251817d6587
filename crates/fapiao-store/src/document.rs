//! Documents of an invoice, and the note that they were mailed.

use crate::{
    audit::Line,
    entity::document,
    error::{exists, missing},
    gateway::tell_partners,
    read,
    sql::{self, Cells, Sql, select},
    tx::Tx,
    writer::Run,
};
use fapiao_domain::ids::{Id, InvoiceId};
use fapiao_usecases::{actor::Actor, errors::StoreError, jobs::QueuedJob, records::Document};
use sea_orm::ConnectionTrait;

/// Documents to record.
pub(crate) struct Recorded {
    pub(crate) invoice: InvoiceId,
    pub(crate) documents: Vec<Document>,
    pub(crate) then: Vec<QueuedJob>,
}

/// The documents of an invoice by format: of each format the one that leads.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    invoice: &str,
) -> Result<Vec<Document>, StoreError> {
    let mut found = all(db, invoice).await?;
    found.dedup_by(|next, first| next.format == first.format);
    Ok(found)
}

/// Those in whose place another one was received.
pub(crate) async fn replaced(
    db: &impl ConnectionTrait,
    invoice: &str,
) -> Result<Vec<Document>, StoreError> {
    let found = all(db, invoice).await?;
    let pairs = found.iter().zip(found.iter().skip(1));
    let behind = pairs.filter(|(first, next)| first.format == next.format);
    Ok(behind.map(|(_, next)| next.clone()).collect())
}

/// All of them by format, a received one before the one that we made.
pub(crate) async fn all(
    db: &impl ConnectionTrait,
    invoice: &str,
) -> Result<Vec<Document>, StoreError> {
    let sql = select::<document::Entity>("WHERE invoice_id = ")
        .bind(invoice)
        .add(" ORDER BY format, CASE WHEN origin = 'received' THEN 0 ELSE 1 END");
    sql::all::<document::Model>(db, sql)
        .await?
        .into_iter()
        .map(record)
        .collect()
}

fn record(model: document::Model) -> Result<Document, StoreError> {
    Ok(Document {
        invoice: read::id(&model.invoice_id)?,
        format: model.format,
        sha256: model.sha256,
        sm3: model.sm3,
        size: model.size,
        origin: model.origin,
        created_at: read::time(model.created_at)?,
    })
}

/// Records documents. The same again is harmless; other bytes of the same format and origin are not.
pub(crate) fn add<'t>(tx: &'t Tx, it: &'t Recorded) -> Run<'t, ()> {
    Box::pin(async move {
        let (order, delivery) = place_of(tx, &it.invoice).await?;
        let models: Vec<_> = it
            .documents
            .iter()
            .map(|document| document::Model {
                invoice_id: it.invoice.to_string(),
                format: document.format.clone(),
                sha256: document.sha256.clone(),
                sm3: document.sm3.clone(),
                size: document.size,
                origin: document.origin.clone(),
                created_at: document.created_at.timestamp_millis(),
            })
            .collect();
        let added: Vec<String> = tx
            .insert::<document::Entity>(&models, "ON CONFLICT DO NOTHING RETURNING format")
            .await?
            .iter()
            .map(|row| row.cell(0))
            .collect::<Result<_, _>>()?;
        if added.len() < models.len() {
            let known = all(&tx.db, it.invoice.as_str()).await?;
            for document in &it.documents {
                let same = known
                    .iter()
                    .any(|it| it.format == document.format && it.sha256 == document.sha256);
                if !same {
                    return Err(exists(format!(
                        "another {} of invoice {}",
                        document.format, it.invoice
                    )));
                }
            }
        }
        if !added.is_empty() {
            let mut line =
                Line::new(&Actor::System, "invoice.documents", it.invoice.as_str()).order(&order);
            for document in it.documents.iter().filter(|it| added.contains(&it.format)) {
                line = line.with(&document.format, document.sha256.as_str());
            }
            tx.audit(line);
            tx.changed_id(&delivery);
        }
        tell_partners(tx, [delivery.as_str()]).await?;
        tx.enqueue_all(&it.then);
        Ok(())
    })
}

/// Notes a mail; `false` when one was noted before.
pub(crate) fn note_mail<'t>(tx: &'t Tx, (invoice, to): &'t (InvoiceId, String)) -> Run<'t, bool> {
    Box::pin(async move {
        let (order, delivery) = place_of(tx, invoice).await?;
        let sql = Sql::new("UPDATE invoices SET mailed_at = ")
            .bind(tx.now_millis())
            .add(" WHERE mailed_at IS NULL AND id = ")
            .bind(invoice.as_str());
        if tx.exec(sql).await? == 0 {
            return Ok(false);
        }
        tx.audit(
            Line::new(&Actor::System, "mail.sent", invoice.as_str())
                .order(&order)
                .with("mail_to", to.as_str()),
        );
        tx.changed_id(&delivery);
        Ok(true)
    })
}

/// The order and delivery of an invoice.
async fn place_of(tx: &Tx, invoice: &InvoiceId) -> Result<(String, String), StoreError> {
    let sql =
        Sql::new("SELECT order_id, delivery_id FROM invoices WHERE id = ").bind(invoice.as_str());
    match tx.rows(sql).await?.first() {
        Some(row) => Ok((row.cell(0)?, row.cell(1)?)),
        None => Err(missing(format!("invoice {invoice}"))),
    }
}
