//! WeChat's unified calls: each under its serial, and what came of it.

use crate::{
    Store,
    asked_platforms::link_payments_anew,
    audit::Line,
    delivery,
    entity::{unified_buyer, unified_request, unified_settings},
    error::{exists, missing, stale},
    gateway::{Refusal, change_invoice, fail_elsewhere, hold_invoice},
    invoice, read,
    sql::{self, Cells, Sql, for_update, select},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    ids::{DeliveryId, Id, InvoiceId, RedFormId, SellerId},
    invoice::{InvoiceKind, InvoiceState},
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::{NewInvoice, Recorded, UnifiedIssued, UnifiedSent, UnifiedStore},
    records::{UnifiedCall, UnifiedSettings},
};

const MAKE: &str = "make";
const CLEAR: &str = "clear";

fn record(model: unified_request::Model) -> Result<UnifiedCall, StoreError> {
    Ok(UnifiedCall {
        clears: model.kind == CLEAR,
        subject: model.subject,
        serial: model.serial,
        seller: read::id(&model.seller_id)?,
        delivery: read::id(&model.delivery_id)?,
        invoice: read::id(&model.invoice_id)?,
        state: model.state,
        reason: model.reason,
        pdf_url: model.pdf_url,
        asked_at: read::time_opt(model.asked_at)?,
        created_at: read::time(model.created_at)?,
    })
}

fn model_of(
    tx: &Tx,
    subject: &str,
    kind: &str,
    serial: &str,
    [seller, delivery, invoice]: [&str; 3],
) -> unified_request::Model {
    unified_request::Model {
        subject: subject.to_owned(),
        kind: kind.to_owned(),
        serial: serial.to_owned(),
        seller_id: seller.to_owned(),
        delivery_id: delivery.to_owned(),
        invoice_id: invoice.to_owned(),
        openid: String::new(),
        state: "ready".to_owned(),
        reason: String::new(),
        pdf_url: String::new(),
        attempt: 1,
        asked_at: None,
        created_at: tx.now_millis(),
        changed_at: tx.now_millis(),
    }
}

fn save_settings<'t>(tx: &'t Tx, (it, actor): &'t (UnifiedSettings, Actor)) -> Run<'t, ()> {
    Box::pin(async move {
        let before =
            select::<unified_settings::Entity>("WHERE seller_id = ").bind(it.seller.as_str());
        let before: Option<unified_settings::Model> = tx.one(before).await?;
        if before.map_or_else(String::new, |it| it.platform_id) != it.platform_id {
            link_payments_anew(tx, it.seller.as_str()).await?;
        }
        let sql = Sql::new("UPDATE unified_settings SET merchant_id = ")
            .bind(it.merchant_id.as_str())
            .add(", trade = ")
            .bind(it.trade.as_str())
            .add(", platform_id = ")
            .bind(it.platform_id.as_str())
            .add(", version = version + 1 WHERE seller_id = ")
            .bind(it.seller.as_str())
            .add(" AND version = ")
            .bind(it.version);
        if tx.exec(sql).await? == 0 {
            let model = unified_settings::Model {
                seller_id: it.seller.to_string(),
                merchant_id: it.merchant_id.clone(),
                trade: it.trade.clone(),
                version: 1,
                platform_id: it.platform_id.clone(),
            };
            let tail = "ON CONFLICT (seller_id) DO NOTHING RETURNING seller_id";
            let made = tx
                .insert::<unified_settings::Entity>(&[model], tail)
                .await?;
            if made.is_empty() {
                return Err(stale(format!("the unified calls of seller {}", it.seller)));
            }
        }
        tx.audit(
            Line::new(actor, "unified.saved", it.seller.as_str())
                .with("merchant_id", it.merchant_id.as_str()),
        );
        Ok(())
    })
}

fn note_buyer<'t>(tx: &'t Tx, (delivery, openid): &'t (DeliveryId, String)) -> Run<'t, ()> {
    Box::pin(async move {
        let model = unified_buyer::Model {
            delivery_id: delivery.to_string(),
            openid: openid.clone(),
            noted_at: tx.now_millis(),
        };
        let tail = "ON CONFLICT (delivery_id) DO UPDATE SET openid = excluded.openid, noted_at = excluded.noted_at";
        tx.insert::<unified_buyer::Entity>(&[model], tail).await?;
        Ok(())
    })
}

struct Drafted {
    new: NewInvoice,
    serial: String,
    actor: Actor,
}

fn draft<'t>(tx: &'t Tx, it: &'t Drafted) -> Run<'t, ()> {
    Box::pin(async move {
        let of = &it.new.invoice;
        let make = Job::MakeOut(of.delivery.clone());
        invoice::draft_with(tx, &it.new, &it.actor, make).await?;
        let ids = [of.seller.as_str(), of.delivery.as_str(), of.id.as_str()];
        let model = model_of(tx, of.id.as_str(), MAKE, &it.serial, ids);
        tx.insert::<unified_request::Entity>(&[model], "").await?;
        Ok(())
    })
}

type Clearing = (RedFormId, UnifiedCall, String);

fn draft_clear<'t>(tx: &'t Tx, (form, blue, serial): &'t Clearing) -> Run<'t, Recorded> {
    Box::pin(async move {
        let ids = [
            blue.seller.as_str(),
            blue.delivery.as_str(),
            blue.invoice.as_str(),
        ];
        let model = model_of(tx, form.as_str(), CLEAR, serial, ids);
        // Asked again: it is waited for from now on, not from when it was asked the first time.
        let tail = "ON CONFLICT (subject) DO UPDATE SET state = 'ready', reason = '', asked_at = NULL, \
                    created_at = excluded.created_at, changed_at = excluded.changed_at \
                    WHERE unified_requests.state = 'failed' RETURNING subject";
        let made = tx.insert::<unified_request::Entity>(&[model], tail).await?;
        Ok(if made.is_empty() {
            Recorded::AlreadyKnown
        } else {
            Recorded::New
        })
    })
}

async fn hold(tx: &Tx, subject: &str) -> Result<unified_request::Model, StoreError> {
    let sql = select::<unified_request::Entity>("WHERE subject = ")
        .bind(subject)
        .add(for_update(tx.backend));
    tx.one(sql)
        .await?
        .ok_or_else(|| missing(format!("the unified call of {subject}")))
}

fn sent<'t>(tx: &'t Tx, (subject, sent): &'t (String, UnifiedSent)) -> Run<'t, ()> {
    Box::pin(async move {
        let held = hold(tx, subject).await?;
        // The event was quicker.
        if matches!(held.state.as_str(), "issued" | "failed") {
            return Ok(());
        }
        let (state, to, action) = match sent {
            UnifiedSent::Asked => ("asked", InvoiceState::Uploading, "unified.asked"),
            UnifiedSent::Unknown => ("unknown", InvoiceState::OutcomeUnknown, "unified.unknown"),
            UnifiedSent::Taken => ("taken", InvoiceState::Uploading, "unified.taken"),
        };
        let mut sql = Sql::new("UPDATE unified_requests SET state = ")
            .bind(state)
            .add(", changed_at = ")
            .bind(tx.now_millis());
        if *sent == UnifiedSent::Asked {
            sql = sql.add(", asked_at = ").bind(tx.now_millis());
        }
        tx.exec(sql.add(" WHERE subject = ").bind(subject.as_str()))
            .await?;
        let blue = hold_invoice(tx, &held.invoice_id).await?;
        let mut line = Line::new(&Actor::System, action, &blue.id)
            .order(&blue.order_id)
            .with("serial", held.serial.as_str());
        if held.kind == MAKE {
            let from = invoice::state(&blue.state)?;
            if from != to && !from.is_issued() {
                change_invoice(tx, &blue, from, to, "").await?;
                line = line.edge(from.as_str(), to.as_str());
            }
        }
        tx.audit(line);
        tx.changed_id(&held.delivery_id);
        Ok(())
    })
}

type MadeOut = (UnifiedCall, UnifiedIssued, DateTime<Utc>);

fn made_out<'t>(tx: &'t Tx, (call, issued, at): &'t MadeOut) -> Run<'t, ()> {
    Box::pin(async move {
        let held = hold_invoice(tx, call.invoice.as_str()).await?;
        let mut from = invoice::state(&held.state)?;
        if let Some(number) = &held.number {
            return if *number == issued.number && held.code == issued.code {
                Ok(())
            } else {
                Err(exists(format!("invoice {} as number {number}", held.id)))
            };
        }
        // The answer to our call was lost, but the invoice is there.
        if from.change(InvoiceState::Issued).is_err() {
            let between = InvoiceState::Uploading;
            if from.change(between).is_err() {
                return Err(stale(format!("invoice {}", held.id)));
            }
            tx.audit(
                Line::new(&Actor::System, "unified.taken", &held.id)
                    .order(&held.order_id)
                    .edge(from.as_str(), between.as_str()),
            );
            from = between;
        }
        let kind = if issued.code.is_empty() {
            InvoiceKind::DigitalOrdinary
        } else {
            InvoiceKind::ClassicOrdinary
        };
        let sql = Sql::new("UPDATE invoices SET state = 'issued', reason = '', kind = ")
            .bind(kind.as_str())
            .add(", code = ")
            .bind(issued.code.as_str())
            .add(", number = ")
            .bind(issued.number.as_str())
            .add(", check_code = ")
            .bind(issued.check_code.as_str())
            .add(", issued_at = ")
            .bind(at.timestamp_millis())
            .add(", version = version + 1 WHERE id = ")
            .bind(held.id.as_str());
        tx.exec(sql).await?;
        let sql = Sql::new("UPDATE orders SET invoice_number = ")
            .bind(issued.number.as_str())
            .add(" WHERE id = ")
            .bind(held.order_id.as_str());
        tx.exec(sql).await?;
        let sql = Sql::new("UPDATE unified_requests SET state = 'issued', pdf_url = ")
            .bind(issued.pdf_url.as_str())
            .add(", changed_at = ")
            .bind(tx.now_millis())
            .add(" WHERE subject = ")
            .bind(call.subject.as_str());
        tx.exec(sql).await?;
        delivery::orders_follow(tx, std::slice::from_ref(&held.order_id)).await?;
        tx.audit(
            Line::new(&Actor::WeChat, "invoice.issued", &held.id)
                .order(&held.order_id)
                .edge(from.as_str(), InvoiceState::Issued.as_str())
                .with("number", issued.number.as_str())
                .with("serial", call.serial.as_str()),
        );
        tx.enqueue(QueuedJob::now(
            Job::MakeOut(call.delivery.clone()),
            Some(call.seller.clone()),
        ));
        tx.changed_id(&held.delivery_id);
        Ok(())
    })
}

fn end<'t>(tx: &'t Tx, (call, reason): &'t (UnifiedCall, String)) -> Run<'t, ()> {
    Box::pin(async move {
        let held = hold(tx, &call.subject).await?;
        if matches!(held.state.as_str(), "issued" | "failed") {
            return Ok(());
        }
        let failed = !reason.is_empty();
        let sql = Sql::new("UPDATE unified_requests SET state = ")
            .bind(if failed { "failed" } else { "issued" })
            .add(", reason = ")
            .bind(reason.as_str())
            .add(", changed_at = ")
            .bind(tx.now_millis())
            .add(" WHERE subject = ")
            .bind(call.subject.as_str());
        tx.exec(sql).await?;
        if call.clears {
            let form: RedFormId = read::id(&call.subject)?;
            let follow = Job::FollowRedForm(form);
            tx.enqueue(QueuedJob::now(follow, Some(call.seller.clone())));
            return Ok(());
        }
        if !failed {
            return Ok(());
        }
        let blue = hold_invoice(tx, &held.invoice_id).await?;
        let refusal = Refusal {
            by: Actor::WeChat,
            asked: "unified.asked",
            refused: "unified.failed",
            reason,
        };
        fail_elsewhere(tx, &blue, &refusal).await?;
        tx.enqueue(QueuedJob::now(
            Job::RejectAuthorisation(call.delivery.clone()),
            Some(call.seller.clone()),
        ));
        tx.changed_id(&held.delivery_id);
        Ok(())
    })
}

impl Store {
    async fn unified_by(&self, sql: Sql) -> Result<Option<UnifiedCall>, StoreError> {
        sql::one::<unified_request::Model>(self.reader(), sql)
            .await?
            .map(record)
            .transpose()
    }
}

#[async_trait]
impl UnifiedStore for Store {
    async fn unified_settings(
        &self,
        seller: &SellerId,
    ) -> Result<Option<UnifiedSettings>, StoreError> {
        let sql = select::<unified_settings::Entity>("WHERE seller_id = ").bind(seller.as_str());
        let found = sql::one::<unified_settings::Model>(self.reader(), sql).await?;
        Ok(found.map(|model| UnifiedSettings {
            seller: seller.clone(),
            merchant_id: model.merchant_id,
            trade: model.trade,
            platform_id: model.platform_id,
            version: model.version,
        }))
    }

    async fn save_unified_settings(
        &self,
        settings: &UnifiedSettings,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        self.write((settings.clone(), actor.clone()), save_settings)
            .await
    }

    async fn note_unified_buyer(
        &self,
        delivery: &DeliveryId,
        openid: &str,
    ) -> Result<(), StoreError> {
        self.write((delivery.clone(), openid.to_owned()), note_buyer)
            .await
    }

    async fn unified_buyer(&self, delivery: &DeliveryId) -> Result<Option<String>, StoreError> {
        let sql = Sql::new("SELECT openid FROM unified_buyers WHERE delivery_id = ")
            .bind(delivery.as_str());
        let rows = sql::rows(self.reader(), sql).await?;
        rows.first().map(|row| row.cell(0)).transpose()
    }

    async fn draft_make_out(
        &self,
        new: NewInvoice,
        serial: &str,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let drafted = Drafted {
            new,
            serial: serial.to_owned(),
            actor: actor.clone(),
        };
        self.write(drafted, draft).await
    }

    async fn draft_clear_out(
        &self,
        form: &RedFormId,
        blue: &UnifiedCall,
        serial: &str,
    ) -> Result<Recorded, StoreError> {
        let it = (form.clone(), blue.clone(), serial.to_owned());
        self.write(it, draft_clear).await
    }

    async fn make_out_call(
        &self,
        delivery: &DeliveryId,
    ) -> Result<Option<UnifiedCall>, StoreError> {
        let sql = select::<unified_request::Entity>("WHERE kind = 'make' AND delivery_id = ")
            .bind(delivery.as_str());
        self.unified_by(sql).await
    }

    async fn made_out(&self, invoice: &InvoiceId) -> Result<Option<UnifiedCall>, StoreError> {
        let sql = select::<unified_request::Entity>("WHERE kind = 'make' AND subject = ")
            .bind(invoice.as_str());
        self.unified_by(sql).await
    }

    async fn clear_out_call(&self, form: &RedFormId) -> Result<Option<UnifiedCall>, StoreError> {
        let sql = select::<unified_request::Entity>("WHERE kind = 'clear' AND subject = ")
            .bind(form.as_str());
        self.unified_by(sql).await
    }

    async fn unified_call(&self, serial: &str) -> Result<Option<UnifiedCall>, StoreError> {
        let sql = select::<unified_request::Entity>("WHERE serial = ").bind(serial);
        self.unified_by(sql).await
    }

    async fn record_unified(&self, subject: &str, how: UnifiedSent) -> Result<(), StoreError> {
        self.write((subject.to_owned(), how), sent).await
    }

    async fn record_made_out(
        &self,
        call: &UnifiedCall,
        issued: &UnifiedIssued,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.write((call.clone(), issued.clone(), at), made_out)
            .await
    }

    async fn end_unified(&self, call: &UnifiedCall, reason: &str) -> Result<(), StoreError> {
        self.write((call.clone(), reason.to_owned()), end).await
    }
}
