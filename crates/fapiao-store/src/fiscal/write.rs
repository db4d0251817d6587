//! What is written about fiscal bills: rows, a line of the audit chain, and what follows, in one transaction.

use super::{DELIVERIES, FACTS, FILE, facts_digest, rows};
use crate::{
    audit::Line,
    entity::{fiscal_bill, fiscal_bill_delivery, fiscal_unit},
    error::{exists, missing, stale},
    sql::{self, Sql, for_update, select},
    tx::Tx,
    writer::Run,
};
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{BillId, Id},
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::QueuedJob,
    ports::BillWrite,
    records::{Bill, BillDelivery, FiscalUnit},
};
use sea_orm::{DbBackend, EntityTrait, IdenStatic, Iterable, ModelTrait};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// A unit to be saved.
pub(super) struct UnitWrite {
    pub(super) unit: FiscalUnit,
    pub(super) then: Vec<QueuedJob>,
    pub(super) actor: Actor,
    pub(super) action: &'static str,
    pub(super) note: Value,
}

/// `UPDATE` of all columns but some, of the row whose id and version still stand.
fn update<E>(model: &E::Model, id: &str, version: i64, without: &[&str]) -> Sql
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E>,
{
    let mut sql = Sql::new(format!("UPDATE {} SET ", E::default().table_name()));
    let changed = E::Column::iter().filter(|it| !without.contains(&it.as_str()));
    for (place, column) in changed.enumerate() {
        sql = sql
            .add(if place == 0 { "" } else { ", " })
            .add(column.as_str())
            .add(" = ")
            .bind(model.get(column));
    }
    sql.add(" WHERE id = ")
        .bind(id)
        .add(" AND version = ")
        .bind(version)
}

/// Adds the caller's facts to a line, each under its own name.
fn noted(mut line: Line, note: &Value) -> Line {
    match note {
        Value::Object(facts) => {
            for (name, fact) in facts {
                line = line.with(name, fact.clone());
            }
            line
        }
        other => line.note(other),
    }
}

/// Saves a unit.
pub(super) fn unit<'t>(tx: &'t Tx, it: &'t UnitWrite) -> Run<'t, ()> {
    Box::pin(async move {
        let model = rows::unit_model(&it.unit);
        if it.unit.version == 0 {
            let made = tx
                .insert::<fiscal_unit::Entity>(&[model], "ON CONFLICT DO NOTHING RETURNING id")
                .await?;
            if made.is_empty() {
                return Err(exists(format!(
                    "a collecting unit of code {}",
                    it.unit.code
                )));
            }
        } else {
            let sql = Sql::new("SELECT id FROM fiscal_units WHERE code = ")
                .bind(it.unit.code.as_str())
                .add(" AND id <> ")
                .bind(it.unit.id.as_str());
            if !tx.rows(sql).await?.is_empty() {
                return Err(exists(format!(
                    "a collecting unit of code {}",
                    it.unit.code
                )));
            }
            let other_bureau = has_other_bureau(tx, &model).await?;
            let sql = update::<fiscal_unit::Entity>(
                &model,
                it.unit.id.as_str(),
                it.unit.version,
                &["id"],
            );
            if tx.exec(sql).await? == 0 {
                return Err(stale(format!("collecting unit {}", it.unit.code)));
            }
            // Counted while the unit's row is held: whoever asks a payer's page holds it, too.
            if other_bureau && sql::number(&tx.db, super::under_way(&it.unit.id)).await? > 0 {
                return Err(stale(format!(
                    "the bureau of collecting unit {} (deliveries are under way)",
                    it.unit.code
                )));
            }
        }
        tx.audit(noted(
            Line::new(&it.actor, it.action, it.unit.id.as_str()),
            &it.note,
        ));
        tx.enqueue_all(&it.then);
        Ok(())
    })
}

/// Whether a unit that is there would get another bureau.
async fn has_other_bureau(tx: &Tx, model: &fiscal_unit::Model) -> Result<bool, StoreError> {
    let sql = select::<fiscal_unit::Entity>("WHERE id = ").bind(model.id.as_str());
    let before = tx.one::<fiscal_unit::Model>(sql).await?;
    Ok(before.is_some_and(|before| {
        before.bureau_account != model.bureau_account
            || before.bureau_platform_id != model.bureau_platform_id
    }))
}

/// The row of a bill, held until the commit.
async fn hold(tx: &Tx, id: &BillId) -> Result<Option<fiscal_bill::Model>, StoreError> {
    let sql = select::<fiscal_bill::Entity>("WHERE id = ")
        .bind(id.as_str())
        .add(for_update(tx.backend));
    tx.one(sql).await
}

async fn insert_bill(tx: &Tx, bill: &Bill) -> Result<(), StoreError> {
    let model = rows::bill_model(bill)?;
    let made = tx
        .insert::<fiscal_bill::Entity>(&[model], "ON CONFLICT DO NOTHING RETURNING id")
        .await?;
    if made.is_empty() {
        let identity = &bill.identity;
        return Err(exists(format!(
            "fiscal bill {} {}",
            identity.code, identity.number
        )));
    }
    Ok(())
}

/// Writes file and void of a held bill. All columns are named, so that a fact that was changed is refused by the database
/// instead of being overlooked.
async fn change_bill(tx: &Tx, bill: &Bill) -> Result<(), StoreError> {
    let model = rows::bill_model(bill)?;
    let kept = ["id", "delivery_id", "delivery_state"];
    let sql = update::<fiscal_bill::Entity>(&model, bill.id.as_str(), bill.version, &kept);
    if tx.exec(sql).await? == 0 {
        return Err(stale(format!("fiscal bill {}", bill.id)));
    }
    Ok(())
}

async fn write_delivery(tx: &Tx, it: &BillDelivery) -> Result<(), StoreError> {
    let model = rows::delivery_model(it);
    if it.version == 0 {
        let made = tx
            .insert::<fiscal_bill_delivery::Entity>(&[model], "ON CONFLICT DO NOTHING RETURNING id")
            .await?;
        if made.is_empty() {
            return Err(exists(format!(
                "another delivery of fiscal bill {}, or one with this link or order id",
                it.bill
            )));
        }
        return Ok(());
    }
    let sql = update::<fiscal_bill_delivery::Entity>(&model, it.id.as_str(), it.version, &["id"]);
    if tx.exec(sql).await? == 0 {
        return Err(stale(format!(
            "delivery {} of fiscal bill {}",
            it.id, it.bill
        )));
    }
    Ok(())
}

/// The row of a bill shows its latest delivery.
async fn follow(tx: &Tx, bill: &BillId) -> Result<(), StoreError> {
    let latest = |column: &str| {
        format!(
            "(SELECT d.{column} FROM fiscal_bill_deliveries d WHERE d.bill_id = fiscal_bills.id \
             ORDER BY d.created_at DESC, d.id DESC LIMIT 1)"
        )
    };
    let sql = Sql::new(format!(
        "UPDATE fiscal_bills SET delivery_id = {}, delivery_state = {} WHERE id = ",
        latest("id"),
        latest("state")
    ))
    .bind(bill.as_str());
    tx.exec(sql).await?;
    Ok(())
}

/// Where a delivery goes, and its card: what `verify` follows.
fn edge(before: Option<&(String, String)>, now: &BillDelivery) -> Value {
    let mut edge = Map::new();
    edge.insert("id".to_owned(), json!(now.id.as_str()));
    let (state, card) = before.map_or(("", ""), |(state, card)| (state, card));
    let card_now = now.card.as_ref().map_or("", |it| it.state.as_str());
    for (from, to, stood, stands) in [
        ("from", "to", state, now.state.as_str()),
        ("card_from", "card_to", card, card_now),
    ] {
        if stood != stands {
            if !stood.is_empty() {
                edge.insert(from.to_owned(), json!(stood));
            }
            edge.insert(to.to_owned(), json!(stands));
        }
    }
    Value::Object(edge)
}

/// States of the deliveries of a bill, and of their cards, before the change.
async fn states(tx: &Tx, bill: &BillId) -> Result<HashMap<String, (String, String)>, StoreError> {
    let sql = select::<fiscal_bill_delivery::Entity>("WHERE bill_id = ").bind(bill.as_str());
    let found = tx.all::<fiscal_bill_delivery::Model>(sql).await?;
    Ok(found
        .into_iter()
        .map(|it| (it.id, (it.state, it.card_state)))
        .collect())
}

/// Writes what happened to a bill.
pub(super) fn bill<'t>(tx: &'t Tx, it: &'t BillWrite) -> Run<'t, ()> {
    Box::pin(async move {
        let mut line = noted(Line::new(&it.actor, it.action, it.id.as_str()), &it.note);
        let held = hold(tx, &it.id).await?;
        let file_before = held.as_ref().and_then(|held| held.file_sha256.clone());
        match &it.bill {
            None if held.is_none() => return Err(missing(format!("fiscal bill {}", it.id))),
            None => {}
            Some(bill) if bill.version == 0 => {
                if it.deliveries.is_empty() {
                    let what = format!("fiscal bill {} came without a delivery", it.id);
                    return Err(StoreError::Corrupt(what));
                }
                insert_bill(tx, bill).await?;
                line = line.with(FACTS, facts_digest(&rows::bill_model(bill)?));
            }
            Some(bill) => change_bill(tx, bill).await?,
        }
        if let Some(file) = it.bill.as_ref().and_then(|bill| bill.file.as_ref())
            && file_before.is_none()
        {
            line = line.with(FILE, file.sha256.as_str());
        }
        if tx.backend == DbBackend::Postgres
            && let Some(held) = &held
            && it
                .deliveries
                .iter()
                .any(|it| it.state == DeliveryState::PageOpened)
        {
            // Until the commit nobody exchanges the bureau that the page is asked with.
            let sql = Sql::new("SELECT id FROM fiscal_units WHERE id = ")
                .bind(held.unit_id.as_str())
                .add(" FOR SHARE");
            tx.rows(sql).await?;
        }
        let before = states(tx, &it.id).await?;
        // One that ends makes room for the one that begins.
        let (ended, others): (Vec<_>, Vec<_>) =
            it.deliveries.iter().partition(|it| it.state.is_final());
        for delivery in ended.into_iter().chain(others) {
            write_delivery(tx, delivery).await?;
        }
        if !it.deliveries.is_empty() {
            follow(tx, &it.id).await?;
            let edges = it
                .deliveries
                .iter()
                .map(|now| edge(before.get(now.id.as_str()), now));
            line = line.with(DELIVERIES, Value::Array(edges.collect()));
        }
        tx.changed_id(it.id.as_str());
        tx.audit(line);
        tx.enqueue_all(&it.then);
        Ok(())
    })
}
