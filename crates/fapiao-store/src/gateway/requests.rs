//! What partners ask us for.

use super::offsets::tell_of_offsets;
use crate::{
    accept,
    entity::partner_request,
    error::{exists, stale},
    read,
    sql::{Cells, Sql, select},
    tx::Tx,
    writer::Run,
};
use fapiao_domain::ids::{Id, RequestId};
use fapiao_usecases::{
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::{Accepted, AcceptedRequest, NewPartnerRequest},
    records::PartnerRequest,
};

pub(super) fn record(model: partner_request::Model) -> Result<PartnerRequest, StoreError> {
    Ok(PartnerRequest {
        id: read::id(&model.id)?,
        partner: read::id(&model.partner_id)?,
        outside_order: model.outside_order,
        app_id: model.app_id,
        fingerprint: model.fingerprint,
        order: read::id(&model.order_id)?,
        delivery: read::id(&model.delivery_id)?,
        reported: model.reported,
        reported_at: read::time_opt(model.reported_at)?,
        trouble: model.trouble,
        created_at: read::time(model.created_at)?,
    })
}

pub(super) fn by_order(partner: &str, outside_order: &str) -> Sql {
    select::<partner_request::Entity>("WHERE partner_id = ")
        .bind(partner)
        .add(" AND outside_order = ")
        .bind(outside_order)
}

/// Takes a request on, all or nothing.
pub(super) fn take<'t>(tx: &'t Tx, new: &'t NewPartnerRequest) -> Run<'t, AcceptedRequest> {
    Box::pin(async move {
        let it = &new.request;
        let known = by_order(it.partner.as_str(), &it.outside_order);
        if let Some(known) = tx.one::<partner_request::Model>(known).await? {
            return Ok(AcceptedRequest::Known(Box::new(record(known)?)));
        }
        let accepted = accept::accept(tx, std::slice::from_ref(&new.order)).await?;
        match accepted.first() {
            Some(Accepted::New) => {}
            Some(Accepted::OrderNoTaken { existing, .. }) => {
                return Err(exists(format!("order {existing} with the same number")));
            }
            _ => return Err(stale(format!("order {}", it.order))),
        }
        let model = partner_request::Model {
            id: it.id.to_string(),
            partner_id: it.partner.to_string(),
            outside_order: it.outside_order.clone(),
            app_id: it.app_id.clone(),
            fingerprint: it.fingerprint.clone(),
            body: new.body.clone(),
            order_id: it.order.to_string(),
            delivery_id: it.delivery.to_string(),
            reported: String::new(),
            reported_at: None,
            trouble: String::new(),
            created_at: it.created_at.timestamp_millis(),
        };
        tx.insert::<partner_request::Entity>(&[model], "").await?;
        tx.enqueue(QueuedJob::now(
            Job::ConfirmAuthorisation(it.delivery.clone()),
            Some(new.order.order.seller.clone()),
        ));
        Ok(AcceptedRequest::New)
    })
}

pub(super) type Report = (RequestId, String, String);

pub(super) fn note_report<'t>(tx: &'t Tx, (id, reported, trouble): &'t Report) -> Run<'t, ()> {
    Box::pin(async move {
        let mut sql = Sql::new("UPDATE partner_requests SET trouble = ").bind(trouble.as_str());
        if trouble.is_empty() {
            sql = sql
                .add(", reported = ")
                .bind(reported.as_str())
                .add(", reported_at = ")
                .bind(tx.now_millis());
        }
        tx.exec(sql.add(" WHERE id = ").bind(id.as_str())).await?;
        Ok(())
    })
}

/// Queues word to the partners whose requests these deliveries are; most deliveries are nobody's.
pub(crate) async fn tell_partners(
    tx: &Tx,
    deliveries: impl IntoIterator<Item = &str>,
) -> Result<(), StoreError> {
    let ids: Vec<&str> = deliveries.into_iter().collect();
    if ids.is_empty() {
        return Ok(());
    }
    let sql = Sql::new("SELECT id FROM partner_requests WHERE delivery_id IN ").list(ids);
    let mut found = Vec::new();
    for row in tx.rows(sql).await? {
        let text: String = row.cell(0)?;
        let id: RequestId = read::id(&text)?;
        tx.enqueue(QueuedJob::now(Job::ReportResult(id), None));
        found.push(text);
    }
    tell_of_offsets(tx, found).await
}
