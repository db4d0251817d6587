//! Cards: at most one a delivery, and never inserted twice.

use crate::{
    Store,
    audit::Line,
    card_report, delivery,
    entity::card,
    error::{exists, missing, stale},
    gateway::tell_partners,
    read,
    sql::{self, Cells, Sql, for_update, select},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    card::CardState,
    delivery::DeliveryState,
    ids::{DeliveryId, Id, InvoiceId},
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ports::{Announced, CardReport, CardStore, Followed},
    records::Card,
};
use serde_json::Value;

fn record(model: card::Model) -> Result<Card, StoreError> {
    let media = match (model.media, read::time_opt(model.media_at)?) {
        (Some(media), Some(at)) => Some((media, at)),
        _ => None,
    };
    Ok(Card {
        delivery: read::id(&model.delivery_id)?,
        invoice: read::id(&model.invoice_id)?,
        state: state(&model.state)?,
        template: model.template,
        media,
        asked_at: read::time_opt(model.asked_at)?,
        code: model.code,
        openid: model.openid,
        version: model.version,
    })
}

pub(crate) fn state(text: &str) -> Result<CardState, StoreError> {
    read::word(CardState::parse, text, "state of a card")
}

fn of(delivery: &str) -> Sql {
    select::<card::Entity>("WHERE delivery_id = ").bind(delivery)
}

/// A card's row and the order it belongs to, held until the commit.
pub(crate) async fn hold(
    tx: &Tx,
    delivery: &DeliveryId,
) -> Result<(card::Model, String), StoreError> {
    let sql = of(delivery.as_str()).add(for_update(tx.backend));
    let model: card::Model = tx
        .one(sql)
        .await?
        .ok_or_else(|| missing(format!("card of delivery {delivery}")))?;
    Ok((model, order_of(tx, delivery.as_str()).await?))
}

pub(crate) async fn order_of(tx: &Tx, delivery: &str) -> Result<String, StoreError> {
    let sql = Sql::new("SELECT order_id FROM deliveries WHERE id = ").bind(delivery);
    match tx.rows(sql).await?.first() {
        Some(row) => row.cell(0),
        None => Err(missing(format!("delivery {delivery}"))),
    }
}

type Begun = (DeliveryId, InvoiceId, String);

fn begin<'t>(tx: &'t Tx, (delivery, invoice, template): &'t Begun) -> Run<'t, Card> {
    Box::pin(async move {
        let model = card::Model {
            delivery_id: delivery.to_string(),
            invoice_id: invoice.to_string(),
            state: CardState::Uploading.as_str().to_owned(),
            template: template.clone(),
            media: None,
            media_at: None,
            asked_at: None,
            code: String::new(),
            openid: String::new(),
            status_at: None,
            version: 1,
        };
        let made = tx
            .insert::<card::Entity>(
                std::slice::from_ref(&model),
                "ON CONFLICT DO NOTHING RETURNING delivery_id",
            )
            .await?;
        if made.is_empty() {
            let (mut known, _) = hold(tx, delivery).await?;
            // A new payee or look since the first try: what was not asked for yet takes it.
            if state(&known.state)? == CardState::Uploading && known.template != *template {
                let sql = Sql::new("UPDATE cards SET version = version + 1, template = ")
                    .bind(template.as_str())
                    .add(" WHERE delivery_id = ")
                    .bind(delivery.as_str());
                tx.exec(sql).await?;
                known.template.clone_from(template);
                known.version += 1;
            }
            return record(known);
        }
        let order = order_of(tx, delivery.as_str()).await?;
        tx.audit(
            Line::new(&Actor::System, "card.uploading", delivery.as_str())
                .order(&order)
                .with("card_to", CardState::Uploading.as_str()),
        );
        tx.changed(delivery);
        record(model)
    })
}

type Media = (DeliveryId, String, DateTime<Utc>);

fn keep_media<'t>(tx: &'t Tx, (delivery, media, at): &'t Media) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = Sql::new("UPDATE cards SET media = ")
            .bind(media.as_str())
            .add(", media_at = ")
            .bind(at.timestamp_millis())
            .add(", version = version + 1 WHERE state IN ('uploading', 'inserting') AND delivery_id = ")
            .bind(delivery.as_str());
        if tx.exec(sql).await? == 0 {
            return Err(stale(format!("the card of delivery {delivery}")));
        }
        Ok(())
    })
}

fn ask<'t>(tx: &'t Tx, (delivery, at): &'t (DeliveryId, DateTime<Utc>)) -> Run<'t, Announced> {
    Box::pin(async move {
        let (card, order) = hold(tx, delivery).await?;
        let from = state(&card.state)?;
        if from != CardState::Inserting && from.change(CardState::Inserting).is_err() {
            return Err(stale(format!("the card of delivery {delivery}")));
        }
        let before = card.asked_at;
        if before.is_none() {
            only_one(tx, &card).await?;
        }
        // Each announcement has a moment of its own, so that its refusal is not taken for another's.
        let at = before.map_or(at.timestamp_millis(), |known| {
            at.timestamp_millis().max(known + 1)
        });
        let sql =
            Sql::new("UPDATE cards SET state = 'inserting', version = version + 1, asked_at = ")
                .bind(at)
                .add(" WHERE delivery_id = ")
                .bind(delivery.as_str());
        tx.exec(sql).await?;
        tx.audit(card_edge(
            Line::new(&Actor::System, "card.insert_asked", delivery.as_str()).order(&order),
            from,
            CardState::Inserting,
        ));
        Ok(Announced {
            at: read::time(at)?,
            before: before.is_some(),
        })
    })
}

/// An invoice handed over by a new link must not come into a second wallet by the old one: whoever asks first, under the
/// invoice's lock, is the one.
async fn only_one(tx: &Tx, card: &card::Model) -> Result<(), StoreError> {
    let held = Sql::new("SELECT id FROM invoices WHERE id = ")
        .bind(card.invoice_id.as_str())
        .add(for_update(tx.backend));
    tx.rows(held).await?;
    let sql = Sql::new(
        "SELECT delivery_id FROM cards WHERE state NOT IN ('uploading', 'cancelled') AND invoice_id = ",
    )
    .bind(card.invoice_id.as_str())
    .add(" AND delivery_id <> ")
    .bind(card.delivery_id.as_str());
    match tx.rows(sql).await?.first() {
        Some(row) => Err(exists(format!(
            "the card of this invoice that delivery {} brings",
            row.cell::<String>(0)?
        ))),
        None => Ok(()),
    }
}

fn refused<'t>(
    tx: &'t Tx,
    (delivery, announced, code): &'t (DeliveryId, DateTime<Utc>, String),
) -> Run<'t, bool> {
    Box::pin(async move {
        let (card, order) = hold(tx, delivery).await?;
        let from = state(&card.state)?;
        // Another insert was announced since: what became of that one is not known.
        let is_last = card.asked_at == Some(announced.timestamp_millis());
        if from != CardState::Inserting || !is_last {
            return Ok(false);
        }
        let sql = Sql::new(
            "UPDATE cards SET state = 'uploading', asked_at = NULL, version = version + 1 WHERE delivery_id = ",
        )
        .bind(delivery.as_str());
        tx.exec(sql).await?;
        tx.audit(card_edge(
            Line::new(&Actor::WeChat, "card.insert_refused", delivery.as_str())
                .order(&order)
                .with("code", code.as_str()),
            from,
            CardState::Uploading,
        ));
        Ok(true)
    })
}

/// The card's states stand beside the delivery's: both have the delivery's id.
pub(crate) fn card_edge(line: Line, from: CardState, to: CardState) -> Line {
    if from == to {
        return line;
    }
    line.with("card_from", from.as_str())
        .with("card_to", to.as_str())
}

struct Inserted {
    delivery: DeliveryId,
    code: Option<String>,
    openid: String,
    note: Value,
}

fn inserted<'t>(tx: &'t Tx, it: &'t Inserted) -> Run<'t, ()> {
    Box::pin(async move {
        let (card, order) = hold(tx, &it.delivery).await?;
        let from = state(&card.state)?;
        let to = match it.code {
            Some(_) => CardState::Inserted,
            None => CardState::CodeUnknown,
        };
        // Known before; a code that turns up later is still taken.
        let later_code = from == CardState::CodeUnknown && to == CardState::Inserted;
        if from.is_delivered() && !later_code {
            return Ok(());
        }
        if from.change(to).is_err() {
            return Err(stale(format!("the card of delivery {}", it.delivery)));
        }
        let sql = Sql::new("UPDATE cards SET state = ")
            .bind(to.as_str())
            .add(", code = ")
            .bind(it.code.as_deref().unwrap_or_default())
            .add(", openid = ")
            .bind(it.openid.as_str())
            .add(", version = version + 1 WHERE delivery_id = ")
            .bind(it.delivery.as_str());
        tx.exec(sql).await?;
        let action = match to {
            CardState::Inserted => "card.inserted",
            _ => "card.code_unknown",
        };
        tx.audit(card_edge(
            Line::new(&Actor::WeChat, action, it.delivery.as_str())
                .order(&order)
                .note(&it.note),
            from,
            to,
        ));
        carry(tx, &it.delivery, &order).await
    })
}

/// The delivery of an inserted card is done.
async fn carry(tx: &Tx, delivery: &DeliveryId, order: &str) -> Result<(), StoreError> {
    let held = delivery::hold(tx, delivery.as_str()).await?;
    let from = read::word(DeliveryState::parse, &held.state, "state of a delivery")?;
    tx.changed(delivery);
    tell_partners(tx, [delivery.as_str()]).await?;
    if from == DeliveryState::Carded {
        return Ok(());
    }
    if from.change(DeliveryState::Carded).is_err() {
        return Err(stale(format!("delivery {delivery}")));
    }
    let sql = Sql::new(
        "UPDATE deliveries SET state = 'carded', reason = '', version = version + 1 WHERE id = ",
    )
    .bind(delivery.as_str());
    tx.exec(sql).await?;
    delivery::orders_follow(tx, &[order.to_owned()]).await?;
    tx.audit(
        Line::new(&Actor::WeChat, "delivery.carded", delivery.as_str())
            .order(order)
            .edge(from.as_str(), DeliveryState::Carded.as_str()),
    );
    Ok(())
}

struct Move {
    delivery: DeliveryId,
    from: CardState,
    to: CardState,
    actor: Actor,
    note: Value,
}

fn go<'t>(tx: &'t Tx, it: &'t Move) -> Run<'t, ()> {
    Box::pin(async move {
        let (card, order) = hold(tx, &it.delivery).await?;
        let from = state(&card.state)?;
        if from == it.to {
            return Ok(());
        }
        if from != it.from || from.change(it.to).is_err() {
            return Err(stale(format!("the card of delivery {}", it.delivery)));
        }
        let sql = Sql::new("UPDATE cards SET version = version + 1, state = ")
            .bind(it.to.as_str())
            .add(" WHERE delivery_id = ")
            .bind(it.delivery.as_str());
        tx.exec(sql).await?;
        tx.audit(card_edge(
            Line::new(&it.actor, "card.changed", it.delivery.as_str())
                .order(&order)
                .note(&it.note),
            from,
            it.to,
        ));
        tx.changed(&it.delivery);
        tell_partners(tx, [it.delivery.as_str()]).await
    })
}

#[async_trait]
impl CardStore for Store {
    async fn card(&self, delivery: &DeliveryId) -> Result<Option<Card>, StoreError> {
        sql::one::<card::Model>(self.reader(), of(delivery.as_str()))
            .await?
            .map(record)
            .transpose()
    }

    async fn begin_card(
        &self,
        delivery: &DeliveryId,
        invoice: &InvoiceId,
        template: &str,
    ) -> Result<Card, StoreError> {
        let begun = (delivery.clone(), invoice.clone(), template.to_owned());
        self.write(begun, begin).await
    }

    async fn record_media(
        &self,
        delivery: &DeliveryId,
        media: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.write((delivery.clone(), media.to_owned(), at), keep_media)
            .await
    }

    async fn record_insert_asked(
        &self,
        delivery: &DeliveryId,
        at: DateTime<Utc>,
    ) -> Result<Announced, StoreError> {
        self.write((delivery.clone(), at), ask).await
    }

    async fn record_insert_refused(
        &self,
        delivery: &DeliveryId,
        announced: DateTime<Utc>,
        code: &str,
    ) -> Result<bool, StoreError> {
        self.write((delivery.clone(), announced, code.to_owned()), refused)
            .await
    }

    async fn record_inserted(
        &self,
        delivery: &DeliveryId,
        code: Option<&str>,
        openid: &str,
        note: Value,
    ) -> Result<(), StoreError> {
        let it = Inserted {
            delivery: delivery.clone(),
            code: code.map(str::to_owned),
            openid: openid.to_owned(),
            note,
        };
        self.write(it, inserted).await
    }

    async fn foresee_report(&self, report: &CardReport) -> Result<Followed, StoreError> {
        let found = card_report::decide(self.reader(), report, self.now(), "").await?;
        Ok(found.told())
    }

    async fn follow_card(&self, report: &CardReport, note: Value) -> Result<Followed, StoreError> {
        self.write((report.clone(), note), card_report::follow)
            .await
    }

    async fn adopt_code(
        &self,
        delivery: &DeliveryId,
        code: &str,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let input = (delivery.clone(), code.to_owned(), actor.clone());
        self.write(input, card_report::adopt_by_hand).await
    }

    async fn change_card(
        &self,
        delivery: &DeliveryId,
        from: CardState,
        to: CardState,
        actor: &Actor,
        note: Value,
    ) -> Result<(), StoreError> {
        let it = Move {
            delivery: delivery.clone(),
            from,
            to,
            actor: actor.clone(),
            note,
        };
        self.write(it, go).await
    }

    async fn cards_of(&self, invoice: &InvoiceId) -> Result<Vec<Card>, StoreError> {
        let sql = select::<card::Entity>("WHERE invoice_id = ")
            .bind(invoice.as_str())
            .add(" ORDER BY delivery_id");
        sql::all::<card::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(record)
            .collect()
    }
}
