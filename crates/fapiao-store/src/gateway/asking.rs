//! The merchant's end: requests to the external platform, and what came of them.

use crate::{
    asked_platforms::link_payments_anew,
    audit::Line,
    delivery,
    entity::{card, invoice as invoice_row, platform_request, seller_gateway},
    error::{exists, missing, stale},
    invoice, read,
    sql::{Cells, Sql, for_update, select},
    tx::Tx,
    writer::Run,
};
use chrono::{DateTime, Utc};
use fapiao_domain::{
    card::CardState,
    delivery::DeliveryState,
    ids::{DeliveryId, Id, SellerId},
    invoice::InvoiceState,
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::{NewInvoice, Received, RequestSent},
    records::{Gateway, PlatformRequest, SealedText},
};
use serde_json::Value;

/// A stored gateway.
pub(super) fn gateway_record(model: seller_gateway::Model) -> Result<Gateway, StoreError> {
    Ok(Gateway {
        seller: read::id(&model.seller_id)?,
        base_url: model.base_url,
        key_id: model.key_id,
        secret: SealedText(model.secret),
        platform_id: model.platform_id,
        platform_name: model.platform_name,
        checked_at: read::time_opt(model.checked_at)?,
        version: model.version,
    })
}

/// A stored request.
pub(super) fn request_record(
    model: platform_request::Model,
) -> Result<PlatformRequest, StoreError> {
    Ok(PlatformRequest {
        delivery: read::id(&model.delivery_id)?,
        seller: read::id(&model.seller_id)?,
        invoice: read::id(&model.invoice_id)?,
        body: model.body,
        remote_id: model.remote_id,
        state: model.state,
        reason: model.reason,
        answer_version: model.answer_version,
        asked_at: read::time_opt(model.asked_at)?,
        created_at: read::time(model.created_at)?,
        changed_at: read::time(model.changed_at)?,
    })
}

/// The platform id of a seller's external platform.
async fn platform_id(tx: &Tx, seller: &str) -> Result<Option<String>, StoreError> {
    let sql = Sql::new("SELECT platform_id FROM seller_gateways WHERE seller_id = ").bind(seller);
    let rows = tx.rows(sql).await?;
    rows.first().map(|row| row.cell(0)).transpose()
}

/// Saves a gateway. Its key is sealed by whoever calls; the chain does not name it.
pub(super) fn save_gateway<'t>(
    tx: &'t Tx,
    (it, then, actor): &'t (Gateway, Vec<QueuedJob>, Actor),
) -> Run<'t, ()> {
    Box::pin(async move {
        let before = platform_id(tx, it.seller.as_str()).await?;
        let sql = Sql::new("UPDATE seller_gateways SET base_url = ")
            .bind(it.base_url.as_str())
            .add(", key_id = ")
            .bind(it.key_id.as_str())
            .add(", secret = ")
            .bind(it.secret.0.as_str())
            .add(", platform_id = ")
            .bind(it.platform_id.as_str())
            .add(", version = version + 1 WHERE seller_id = ")
            .bind(it.seller.as_str())
            .add(" AND version = ")
            .bind(it.version);
        if tx.exec(sql).await? == 0 {
            let model = seller_gateway::Model {
                seller_id: it.seller.to_string(),
                base_url: it.base_url.clone(),
                key_id: it.key_id.clone(),
                secret: it.secret.0.clone(),
                platform_id: it.platform_id.clone(),
                platform_name: it.platform_name.clone(),
                checked_at: it.checked_at.map(|at| at.timestamp_millis()),
                version: 1,
            };
            let tail = "ON CONFLICT (seller_id) DO NOTHING RETURNING seller_id";
            let made = tx.insert::<seller_gateway::Entity>(&[model], tail).await?;
            if made.is_empty() {
                return Err(stale(format!("the platform of seller {}", it.seller)));
            }
        }
        if before.is_some_and(|before| before != it.platform_id) {
            link_payments_anew(tx, it.seller.as_str()).await?;
        }
        tx.enqueue_all(then);
        tx.audit(
            Line::new(actor, "gateway.saved", it.seller.as_str())
                .with("base_url", it.base_url.as_str())
                .with("key_id", it.key_id.as_str()),
        );
        Ok(())
    })
}

/// What the platform told about itself.
pub(super) type Registered = (SellerId, String, String, DateTime<Utc>);

pub(super) fn note_registration<'t>(
    tx: &'t Tx,
    (seller, told, name, at): &'t Registered,
) -> Run<'t, ()> {
    Box::pin(async move {
        let before = platform_id(tx, seller.as_str()).await?;
        if before.is_some_and(|before| before != *told) {
            link_payments_anew(tx, seller.as_str()).await?;
        }
        let sql = Sql::new("UPDATE seller_gateways SET platform_id = ")
            .bind(told.as_str())
            .add(", platform_name = ")
            .bind(name.as_str())
            .add(", checked_at = ")
            .bind(at.timestamp_millis())
            .add(", version = version + 1 WHERE seller_id = ")
            .bind(seller.as_str());
        match tx.exec(sql).await? {
            0 => Err(missing(format!("the platform of seller {seller}"))),
            _ => Ok(()),
        }
    })
}

/// A drafted invoice with its request.
pub(super) struct Drafted {
    pub(super) new: NewInvoice,
    pub(super) body: String,
    pub(super) actor: Actor,
}

pub(super) fn draft<'t>(tx: &'t Tx, it: &'t Drafted) -> Run<'t, ()> {
    Box::pin(async move {
        let of = &it.new.invoice;
        let send = Job::SendRequest(of.delivery.clone());
        invoice::draft_with(tx, &it.new, &it.actor, send).await?;
        let now = tx.now_millis();
        let model = platform_request::Model {
            delivery_id: of.delivery.to_string(),
            seller_id: of.seller.to_string(),
            invoice_id: of.id.to_string(),
            body: it.body.clone(),
            remote_id: String::new(),
            state: "ready".to_owned(),
            reason: String::new(),
            answer_version: 0,
            asked_at: None,
            created_at: now,
            changed_at: now,
        };
        tx.insert::<platform_request::Entity>(&[model], "").await?;
        Ok(())
    })
}

async fn hold(
    tx: &Tx,
    delivery: &DeliveryId,
) -> Result<(platform_request::Model, invoice_row::Model), StoreError> {
    let sql = select::<platform_request::Entity>("WHERE delivery_id = ")
        .bind(delivery.as_str())
        .add(for_update(tx.backend));
    let request: platform_request::Model = tx
        .one(sql)
        .await?
        .ok_or_else(|| missing(format!("the request of delivery {delivery}")))?;
    let invoice = hold_invoice(tx, &request.invoice_id).await?;
    Ok((request, invoice))
}

/// An invoice's row, held until the commit.
pub(crate) async fn hold_invoice(tx: &Tx, id: &str) -> Result<invoice_row::Model, StoreError> {
    let sql = select::<invoice_row::Entity>("WHERE id = ")
        .bind(id)
        .add(for_update(tx.backend));
    tx.one(sql)
        .await?
        .ok_or_else(|| missing(format!("invoice {id}")))
}

/// How sending went.
pub(super) type Sent = (DeliveryId, RequestSent, Vec<QueuedJob>);

pub(super) fn record<'t>(tx: &'t Tx, (id, sent, then): &'t Sent) -> Run<'t, ()> {
    Box::pin(async move {
        let (request, held) = hold(tx, id).await?;
        tx.enqueue_all(then);
        // The platform was quicker: its callback said more than this.
        if !matches!(request.state.as_str(), "ready" | "asked" | "unknown") {
            return Ok(());
        }
        let from = invoice::state(&held.state)?;
        let (state, to, action) = match sent {
            RequestSent::Asked => ("asked", InvoiceState::Uploading, "request.asked"),
            RequestSent::Unknown => ("unknown", InvoiceState::OutcomeUnknown, "request.unknown"),
            RequestSent::Taken { .. } => ("accepted", InvoiceState::Uploading, "request.taken"),
        };
        let mut sql = Sql::new("UPDATE platform_requests SET state = ")
            .bind(state)
            .add(", changed_at = ")
            .bind(tx.now_millis());
        if let RequestSent::Taken { remote_id } = sent {
            sql = sql.add(", remote_id = ").bind(remote_id.as_str());
        } else if *sent == RequestSent::Asked {
            sql = sql.add(", asked_at = ").bind(tx.now_millis());
        }
        tx.exec(sql.add(" WHERE delivery_id = ").bind(id.as_str()))
            .await?;
        let mut line = Line::new(&Actor::System, action, &held.id).order(&held.order_id);
        if let RequestSent::Taken { remote_id } = sent {
            line = line.with("request", remote_id.as_str());
        }
        if from != to && !from.is_issued() {
            change_invoice(tx, &held, from, to, "").await?;
            line = line.edge(from.as_str(), to.as_str());
        }
        tx.audit(line);
        tx.changed(id);
        Ok(())
    })
}

/// Changes an invoice's state.
pub(crate) async fn change_invoice(
    tx: &Tx,
    held: &invoice_row::Model,
    from: InvoiceState,
    to: InvoiceState,
    reason: &str,
) -> Result<(), StoreError> {
    if from.change(to).is_err() {
        return Err(stale(format!("invoice {}", held.id)));
    }
    let sql = Sql::new("UPDATE invoices SET version = version + 1, state = ")
        .bind(to.as_str())
        .add(", reason = ")
        .bind(reason)
        .add(", uploaded_at = ")
        .bind(tx.now_millis())
        .add(" WHERE id = ")
        .bind(held.id.as_str());
    tx.exec(sql).await?;
    Ok(())
}

/// Why an invoice that others issue will not be, and the words of the timeline for it.
pub(crate) struct Refusal<'a> {
    pub(crate) by: Actor,
    /// Written when it was refused before we knew that it had been asked for.
    pub(crate) asked: &'static str,
    pub(crate) refused: &'static str,
    pub(crate) reason: &'a str,
}

/// An invoice that others issue is refused: its delivery fails, and its order is open again.
pub(crate) async fn fail_elsewhere(
    tx: &Tx,
    held: &invoice_row::Model,
    refusal: &Refusal<'_>,
) -> Result<(), StoreError> {
    let (by, reason) = (&refusal.by, refusal.reason);
    let mut from = invoice::state(&held.state)?;
    if from.change(InvoiceState::Refused).is_err() {
        let between = InvoiceState::Uploading;
        if from.is_issued() || from.change(between).is_err() {
            return Err(stale(format!("invoice {}", held.id)));
        }
        tx.audit(
            Line::new(&Actor::System, refusal.asked, &held.id)
                .order(&held.order_id)
                .edge(from.as_str(), between.as_str()),
        );
        from = between;
    }
    change_invoice(tx, held, from, InvoiceState::Refused, reason).await?;
    tx.audit(
        Line::new(by, refusal.refused, &held.id)
            .order(&held.order_id)
            .edge(from.as_str(), InvoiceState::Refused.as_str())
            .with("reason", reason),
    );
    let sql = Sql::new("UPDATE deliveries SET state = 'failed', version = version + 1, reason = ")
        .bind(reason)
        .add(" WHERE state = 'issuing' AND id = ")
        .bind(held.delivery_id.as_str());
    if tx.exec(sql).await? > 0 {
        tx.audit(
            Line::new(by, "delivery.failed", &held.delivery_id)
                .order(&held.order_id)
                .edge("issuing", "failed")
                .with("reason", reason),
        );
    }
    delivery::orders_follow(tx, std::slice::from_ref(&held.order_id)).await
}

/// Where the platform says a request stands.
pub(super) type Said = (DeliveryId, String, String, i64);

pub(super) fn note_answer<'t>(tx: &'t Tx, (id, state, reason, version): &'t Said) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = Sql::new("UPDATE platform_requests SET state = ")
            .bind(state.as_str())
            .add(", reason = ")
            .bind(reason.as_str())
            .add(", answer_version = ")
            .bind(*version)
            .add(", changed_at = ")
            .bind(tx.now_millis())
            .add(" WHERE answer_version < ")
            .bind(*version)
            .add(" AND delivery_id = ")
            .bind(id.as_str());
        tx.exec(sql).await?;
        Ok(())
    })
}

/// An invoice the platform issued.
pub(super) fn receive<'t>(tx: &'t Tx, (it, note): &'t (Received, Value)) -> Run<'t, ()> {
    Box::pin(async move {
        let held = hold_invoice(tx, it.invoice.as_str()).await?;
        let from = invoice::state(&held.state)?;
        if let Some(number) = &held.number {
            return if *number == it.number {
                Ok(())
            } else {
                Err(exists(format!(
                    "invoice {} as number {number}; the platform now says {}, which",
                    it.invoice, it.number
                )))
            };
        }
        let mut from = from;
        // The answer to our sending was lost, but the invoice is there.
        if from.change(InvoiceState::Issued).is_err() {
            let between = InvoiceState::Uploading;
            if from.change(between).is_err() {
                return Err(stale(format!("invoice {}", it.invoice)));
            }
            tx.audit(
                Line::new(&Actor::System, "request.taken", &held.id)
                    .order(&held.order_id)
                    .edge(from.as_str(), between.as_str()),
            );
            from = between;
        }
        let sql = Sql::new("UPDATE invoices SET state = 'issued', reason = '', number = ")
            .bind(it.number.as_str())
            .add(", issued_at = ")
            .bind(it.issued_at.timestamp_millis())
            .add(", version = version + 1 WHERE id = ")
            .bind(held.id.as_str());
        tx.exec(sql).await?;
        let sql = Sql::new("UPDATE orders SET invoice_number = ")
            .bind(it.number.as_str())
            .add(" WHERE id = ")
            .bind(held.order_id.as_str());
        tx.exec(sql).await?;
        delivery::orders_follow(tx, std::slice::from_ref(&held.order_id)).await?;
        tx.audit(
            Line::new(&Actor::Gateway, "invoice.issued", &held.id)
                .order(&held.order_id)
                .edge(from.as_str(), InvoiceState::Issued.as_str())
                .with("number", it.number.as_str())
                .note(note),
        );
        tx.changed_id(&held.delivery_id);
        Ok(())
    })
}

/// A refusal of the platform.
pub(super) type Refused = (DeliveryId, String, Vec<QueuedJob>);

pub(super) fn refuse<'t>(tx: &'t Tx, (id, reason, then): &'t Refused) -> Run<'t, ()> {
    Box::pin(async move {
        let (request, held) = hold(tx, id).await?;
        if request.state == "refused" {
            return Ok(());
        }
        let sql = Sql::new("UPDATE platform_requests SET state = 'refused', reason = ")
            .bind(reason.as_str())
            .add(", changed_at = ")
            .bind(tx.now_millis())
            .add(" WHERE delivery_id = ")
            .bind(id.as_str());
        tx.exec(sql).await?;
        let refusal = Refusal {
            by: Actor::Gateway,
            asked: "request.asked",
            refused: "request.refused",
            reason,
        };
        fail_elsewhere(tx, &held, &refusal).await?;
        tx.enqueue_all(then);
        tx.changed(id);
        Ok(())
    })
}

/// A card the platform inserted.
pub(super) struct OutsideCard {
    pub(super) delivery: DeliveryId,
    pub(super) template: String,
    pub(super) code: Option<String>,
    pub(super) openid: String,
    pub(super) note: Value,
}

pub(super) fn card<'t>(tx: &'t Tx, it: &'t OutsideCard) -> Run<'t, ()> {
    Box::pin(async move {
        let held = delivery::hold(tx, it.delivery.as_str()).await?;
        let from = read::word(DeliveryState::parse, &held.state, "state of a delivery")?;
        if from == DeliveryState::Carded {
            return Ok(());
        }
        let invoice = held
            .invoice_id
            .clone()
            .ok_or_else(|| missing(format!("the invoice of delivery {}", it.delivery)))?;
        if from.change(DeliveryState::Carded).is_err() {
            return Err(stale(format!("delivery {}", it.delivery)));
        }
        let state = match it.code {
            Some(_) => CardState::Inserted,
            None => CardState::CodeUnknown,
        };
        let model = card::Model {
            delivery_id: it.delivery.to_string(),
            invoice_id: invoice,
            state: state.as_str().to_owned(),
            template: it.template.clone(),
            media: None,
            media_at: None,
            status_at: None,
            asked_at: None,
            code: it.code.clone().unwrap_or_default(),
            openid: it.openid.clone(),
            version: 1,
        };
        tx.insert::<card::Entity>(&[model], "").await?;
        let action = match state {
            CardState::Inserted => "card.inserted",
            _ => "card.code_unknown",
        };
        tx.audit(
            Line::new(&Actor::Gateway, action, it.delivery.as_str())
                .order(&held.order_id)
                .with("card_to", state.as_str())
                .note(&it.note),
        );
        let sql = Sql::new(
            "UPDATE deliveries SET state = 'carded', reason = '', version = version + 1 WHERE id = ",
        )
        .bind(it.delivery.as_str());
        tx.exec(sql).await?;
        delivery::orders_follow(tx, std::slice::from_ref(&held.order_id)).await?;
        tx.audit(
            Line::new(&Actor::Gateway, "delivery.carded", it.delivery.as_str())
                .order(&held.order_id)
                .edge(from.as_str(), DeliveryState::Carded.as_str()),
        );
        tx.changed(&it.delivery);
        Ok(())
    })
}

/// Remembers a nonce, and forgets those whose time is over.
pub(super) type Nonce = (String, String, DateTime<Utc>);

pub(super) fn use_nonce<'t>(tx: &'t Tx, (key, nonce, until): &'t Nonce) -> Run<'t, bool> {
    Box::pin(async move {
        let sql = Sql::new("DELETE FROM gateway_nonces WHERE expires_at < ").bind(tx.now_millis());
        tx.exec(sql).await?;
        let sql = Sql::new("INSERT INTO gateway_nonces (key_id, nonce, expires_at) VALUES (")
            .bind(key.as_str())
            .add(", ")
            .bind(nonce.as_str())
            .add(", ")
            .bind(until.timestamp_millis())
            .add(") ON CONFLICT DO NOTHING RETURNING nonce");
        let made: Vec<String> = tx
            .rows(sql)
            .await?
            .iter()
            .map(|row| row.cell(0))
            .collect::<Result<_, _>>()?;
        Ok(!made.is_empty())
    })
}
