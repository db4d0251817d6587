//! Offsets, both ends: what the external platform is asked to take back, and what partners ask of us.

use crate::{
    Store,
    audit::Line,
    entity::{partner_offset, platform_offset},
    error::missing,
    read,
    red::{Booking, ReceivedRow, book, receive},
    sql::{self, Cells, Sql, for_update, select},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use fapiao_domain::ids::{Id, InvoiceId, OffsetId, PartnerId, RedFormId, RequestId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    idempotency::Effect,
    jobs::{Job, QueuedJob},
    ports::{AcceptedOffset, NewPartnerOffset, OffsetSaid, OffsetSent, OffsetStore, ReceivedRed},
    records::{PartnerOffset, PlatformOffset},
};

fn asked(model: platform_offset::Model) -> Result<PlatformOffset, StoreError> {
    Ok(PlatformOffset {
        form: read::id(&model.form_id)?,
        offset_no: model.offset_no,
        attempt: model.attempt,
        seller: read::id(&model.seller_id)?,
        delivery: read::id(&model.delivery_id)?,
        body: model.body,
        remote_id: model.remote_id,
        state: model.state,
        reason: model.reason,
        card: model.card,
        answer_version: model.answer_version,
        asked_at: read::time_opt(model.asked_at)?,
        created_at: read::time(model.created_at)?,
        changed_at: read::time(model.changed_at)?,
    })
}

fn wanted(model: partner_offset::Model) -> Result<PartnerOffset, StoreError> {
    Ok(PartnerOffset {
        id: read::id(&model.id)?,
        partner: read::id(&model.partner_id)?,
        request: read::id(&model.request_id)?,
        offset_no: model.offset_no,
        fingerprint: model.fingerprint,
        order: read::id(&model.order_id)?,
        refund: read::id(&model.refund_id)?,
        form: read::id(&model.form_id)?,
        reported: model.reported,
        reported_at: read::time_opt(model.reported_at)?,
        trouble: model.trouble,
        created_at: read::time(model.created_at)?,
    })
}

fn by_no(partner: &str, offset_no: &str) -> Sql {
    select::<partner_offset::Entity>("WHERE partner_id = ")
        .bind(partner)
        .add(" AND offset_no = ")
        .bind(offset_no)
}

fn draft<'t>(tx: &'t Tx, it: &'t PlatformOffset) -> Run<'t, ()> {
    Box::pin(async move {
        let model = platform_offset::Model {
            form_id: it.form.to_string(),
            offset_no: it.offset_no.clone(),
            attempt: it.attempt,
            seller_id: it.seller.to_string(),
            delivery_id: it.delivery.to_string(),
            body: it.body.clone(),
            remote_id: String::new(),
            state: "ready".to_owned(),
            reason: String::new(),
            card: String::new(),
            answer_version: 0,
            asked_at: None,
            created_at: it.created_at.timestamp_millis(),
            changed_at: tx.now_millis(),
        };
        let tail = "ON CONFLICT (form_id) DO UPDATE SET offset_no = excluded.offset_no, attempt = excluded.attempt, \
                    body = excluded.body, remote_id = '', state = 'ready', reason = '', card = '', answer_version = 0, \
                    asked_at = NULL, changed_at = excluded.changed_at";
        tx.insert::<platform_offset::Entity>(&[model], tail).await?;
        Ok(())
    })
}

async fn hold(tx: &Tx, form: &RedFormId) -> Result<platform_offset::Model, StoreError> {
    let sql = select::<platform_offset::Entity>("WHERE form_id = ")
        .bind(form.as_str())
        .add(for_update(tx.backend));
    tx.one(sql)
        .await?
        .ok_or_else(|| missing(format!("the offset of confirmation {form}")))
}

async fn order_of(tx: &Tx, delivery: &str) -> Result<String, StoreError> {
    let sql = Sql::new("SELECT order_id FROM deliveries WHERE id = ").bind(delivery);
    match tx.rows(sql).await?.first() {
        Some(row) => row.cell(0),
        None => Err(missing(format!("delivery {delivery}"))),
    }
}

fn sent<'t>(tx: &'t Tx, (form, sent): &'t (RedFormId, OffsetSent)) -> Run<'t, ()> {
    Box::pin(async move {
        let held = hold(tx, form).await?;
        // The platform was quicker: its callback said more than this.
        if !matches!(held.state.as_str(), "ready" | "asked" | "unknown") {
            return Ok(());
        }
        let (state, action) = match sent {
            OffsetSent::Asked => ("asked", "offset.asked"),
            OffsetSent::Unknown => ("unknown", "offset.unknown"),
        };
        let mut sql = Sql::new("UPDATE platform_offsets SET state = ")
            .bind(state)
            .add(", changed_at = ")
            .bind(tx.now_millis());
        if *sent == OffsetSent::Asked {
            sql = sql.add(", asked_at = ").bind(tx.now_millis());
        }
        tx.exec(sql.add(" WHERE form_id = ").bind(form.as_str()))
            .await?;
        let order = order_of(tx, &held.delivery_id).await?;
        tx.audit(
            Line::new(&Actor::System, action, form.as_str())
                .order(&order)
                .with("offset_no", held.offset_no.as_str()),
        );
        tx.changed_id(&held.delivery_id);
        Ok(())
    })
}

fn note<'t>(tx: &'t Tx, it: &'t OffsetSaid) -> Run<'t, ()> {
    Box::pin(async move {
        let held = hold(tx, &it.form).await?;
        tx.enqueue_all(&it.then);
        if it.version <= held.answer_version {
            return Ok(());
        }
        let sql = Sql::new("UPDATE platform_offsets SET state = ")
            .bind(it.state.as_str())
            .add(", remote_id = ")
            .bind(it.remote_id.as_str())
            .add(", reason = ")
            .bind(it.reason.as_str())
            .add(", card = ")
            .bind(it.card.as_str())
            .add(", answer_version = ")
            .bind(it.version)
            .add(", changed_at = ")
            .bind(tx.now_millis())
            .add(" WHERE form_id = ")
            .bind(it.form.as_str());
        tx.exec(sql).await?;
        if held.remote_id.is_empty() {
            let order = order_of(tx, &held.delivery_id).await?;
            tx.audit(
                Line::new(&Actor::Gateway, "offset.taken", it.form.as_str())
                    .order(&order)
                    .with("offset", it.remote_id.as_str()),
            );
        }
        tx.changed_id(&held.delivery_id);
        Ok(())
    })
}

fn take<'t>(tx: &'t Tx, (new, actor): &'t (NewPartnerOffset, Actor)) -> Run<'t, AcceptedOffset> {
    Box::pin(async move {
        let it = &new.offset;
        let known = by_no(it.partner.as_str(), &it.offset_no);
        if let Some(known) = tx.one::<partner_offset::Model>(known).await? {
            return Ok(AcceptedOffset::Known(Box::new(wanted(known)?)));
        }
        let booking = Booking {
            new: new.refund.clone(),
            idempotency: None,
            actor: actor.clone(),
        };
        match book(tx, &booking).await? {
            Effect::Done(()) => {}
            _ => {
                return Err(StoreError::Corrupt(
                    "a refund without a key was repeated".to_owned(),
                ));
            }
        }
        let model = partner_offset::Model {
            id: it.id.to_string(),
            partner_id: it.partner.to_string(),
            request_id: it.request.to_string(),
            offset_no: it.offset_no.clone(),
            fingerprint: it.fingerprint.clone(),
            order_id: it.order.to_string(),
            refund_id: it.refund.to_string(),
            form_id: it.form.to_string(),
            reported: String::new(),
            reported_at: None,
            trouble: String::new(),
            created_at: it.created_at.timestamp_millis(),
        };
        tx.insert::<partner_offset::Entity>(&[model], "").await?;
        Ok(AcceptedOffset::New)
    })
}

type Report = (OffsetId, String, String);

fn note_report<'t>(tx: &'t Tx, (id, reported, trouble): &'t Report) -> Run<'t, ()> {
    Box::pin(async move {
        let mut sql = Sql::new("UPDATE partner_offsets SET trouble = ").bind(trouble.as_str());
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

/// Queues word about the offsets of these requests.
pub(super) async fn tell_of_offsets(tx: &Tx, requests: Vec<String>) -> Result<(), StoreError> {
    if requests.is_empty() {
        return Ok(());
    }
    let sql = Sql::new("SELECT id FROM partner_offsets WHERE request_id IN ")
        .list(requests.iter().map(String::as_str));
    for row in tx.rows(sql).await? {
        let id: OffsetId = read::id(&row.cell::<String>(0)?)?;
        tx.enqueue(QueuedJob::now(Job::ReportOffset(id), None));
    }
    Ok(())
}

#[async_trait]
impl OffsetStore for Store {
    async fn platform_offset(
        &self,
        form: &RedFormId,
    ) -> Result<Option<PlatformOffset>, StoreError> {
        let sql = select::<platform_offset::Entity>("WHERE form_id = ").bind(form.as_str());
        sql::one::<platform_offset::Model>(self.reader(), sql)
            .await?
            .map(asked)
            .transpose()
    }

    async fn platform_offset_by_no(
        &self,
        offset_no: &str,
    ) -> Result<Option<PlatformOffset>, StoreError> {
        let sql = select::<platform_offset::Entity>("WHERE offset_no = ").bind(offset_no);
        sql::one::<platform_offset::Model>(self.reader(), sql)
            .await?
            .map(asked)
            .transpose()
    }

    async fn draft_offset(&self, offset: PlatformOffset) -> Result<(), StoreError> {
        self.write(offset, draft).await
    }

    async fn record_offset(&self, form: &RedFormId, how: OffsetSent) -> Result<(), StoreError> {
        self.write((form.clone(), how), sent).await
    }

    async fn note_offset(&self, said: OffsetSaid) -> Result<(), StoreError> {
        self.write(said, note).await
    }

    async fn receive_red(&self, received: ReceivedRed) -> Result<InvoiceId, StoreError> {
        self.write(ReceivedRow(received), receive).await
    }

    async fn accept_partner_offset(
        &self,
        new: NewPartnerOffset,
        actor: &Actor,
    ) -> Result<AcceptedOffset, StoreError> {
        self.write((new, actor.clone()), take).await
    }

    async fn partner_offset(&self, id: &OffsetId) -> Result<Option<PartnerOffset>, StoreError> {
        let sql = select::<partner_offset::Entity>("WHERE id = ").bind(id.as_str());
        sql::one::<partner_offset::Model>(self.reader(), sql)
            .await?
            .map(wanted)
            .transpose()
    }

    async fn partner_offset_by_no(
        &self,
        partner: &PartnerId,
        offset_no: &str,
    ) -> Result<Option<PartnerOffset>, StoreError> {
        let sql = by_no(partner.as_str(), offset_no);
        sql::one::<partner_offset::Model>(self.reader(), sql)
            .await?
            .map(wanted)
            .transpose()
    }

    async fn partner_offsets_of(
        &self,
        request: &RequestId,
    ) -> Result<Vec<PartnerOffset>, StoreError> {
        let sql = select::<partner_offset::Entity>("WHERE request_id = ")
            .bind(request.as_str())
            .add(" ORDER BY created_at, id");
        sql::all::<partner_offset::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(wanted)
            .collect()
    }

    async fn partner_offsets(
        &self,
        partner: Option<&PartnerId>,
        limit: u32,
    ) -> Result<Vec<PartnerOffset>, StoreError> {
        let mut sql = select::<partner_offset::Entity>("WHERE 1 = 1");
        if let Some(partner) = partner {
            sql = sql.add(" AND partner_id = ").bind(partner.as_str());
        }
        let sql = sql
            .add(" ORDER BY created_at DESC, id DESC LIMIT ")
            .bind(i64::from(limit.min(200)));
        sql::all::<partner_offset::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(wanted)
            .collect()
    }

    async fn record_offset_report(
        &self,
        id: &OffsetId,
        reported: &str,
        trouble: &str,
    ) -> Result<(), StoreError> {
        let it = (id.clone(), reported.to_owned(), trouble.to_owned());
        self.write(it, note_report).await
    }
}
