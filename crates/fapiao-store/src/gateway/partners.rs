//! Merchants that we are the platform of, and their keys.

use crate::{
    audit::Line,
    entity::{partner, partner_key},
    error::stale,
    read,
    sql::Sql,
    tx::Tx,
    writer::Run,
};
use chrono::{DateTime, Utc};
use fapiao_domain::ids::Id;
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    records::{Partner, PartnerKey, SealedText},
};

pub(super) fn partner_record(model: partner::Model) -> Result<Partner, StoreError> {
    let app_ids = serde_json::from_str(&model.app_ids)
        .map_err(|error| StoreError::Corrupt(format!("app ids of {}: {error}", model.id)))?;
    Ok(Partner {
        id: read::id(&model.id)?,
        name: model.name,
        seller: read::id(&model.seller_id)?,
        store: read::id(&model.store_id)?,
        app_ids,
        callback_url: model.callback_url,
        active: model.state == "active",
        created_at: read::time(model.created_at)?,
        version: model.version,
    })
}

pub(super) fn key_record(model: partner_key::Model) -> Result<PartnerKey, StoreError> {
    Ok(PartnerKey {
        id: model.id,
        partner: read::id(&model.partner_id)?,
        secret: SealedText(model.secret),
        created_at: read::time(model.created_at)?,
        last_used_at: read::time_opt(model.last_used_at)?,
        revoked_at: read::time_opt(model.revoked_at)?,
    })
}

pub(super) fn save<'t>(tx: &'t Tx, (it, actor): &'t (Partner, Actor)) -> Run<'t, ()> {
    Box::pin(async move {
        let app_ids = serde_json::Value::from(it.app_ids.clone()).to_string();
        let state = if it.active { "active" } else { "suspended" };
        let sql = Sql::new("UPDATE partners SET name = ")
            .bind(it.name.as_str())
            .add(", app_ids = ")
            .bind(app_ids.as_str())
            .add(", callback_url = ")
            .bind(it.callback_url.as_str())
            .add(", state = ")
            .bind(state)
            .add(", version = version + 1 WHERE id = ")
            .bind(it.id.as_str())
            .add(" AND version = ")
            .bind(it.version);
        let is_new = tx.exec(sql).await? == 0;
        if is_new {
            let model = partner::Model {
                id: it.id.to_string(),
                name: it.name.clone(),
                seller_id: it.seller.to_string(),
                store_id: it.store.to_string(),
                app_ids,
                callback_url: it.callback_url.clone(),
                state: state.to_owned(),
                created_at: it.created_at.timestamp_millis(),
                version: 1,
            };
            let tail = "ON CONFLICT (id) DO NOTHING RETURNING id";
            if tx
                .insert::<partner::Entity>(&[model], tail)
                .await?
                .is_empty()
            {
                return Err(stale(format!("merchant {}", it.id)));
            }
        }
        tx.audit(
            Line::new(actor, "partner.saved", it.id.as_str())
                .with("name", it.name.as_str())
                .with("state", state)
                .with("new", is_new),
        );
        Ok(())
    })
}

pub(super) fn add_key<'t>(tx: &'t Tx, (it, actor): &'t (PartnerKey, Actor)) -> Run<'t, ()> {
    Box::pin(async move {
        let model = partner_key::Model {
            id: it.id.clone(),
            partner_id: it.partner.to_string(),
            secret: it.secret.0.clone(),
            created_at: it.created_at.timestamp_millis(),
            last_used_at: None,
            revoked_at: None,
        };
        tx.insert::<partner_key::Entity>(&[model], "").await?;
        tx.audit(
            Line::new(actor, "partner.key_added", it.partner.as_str())
                .with("key_id", it.id.as_str()),
        );
        Ok(())
    })
}

pub(super) type Revoked = (String, DateTime<Utc>, Actor);

pub(super) fn revoke_key<'t>(tx: &'t Tx, (id, at, actor): &'t Revoked) -> Run<'t, bool> {
    Box::pin(async move {
        let sql = Sql::new("UPDATE partner_keys SET revoked_at = ")
            .bind(at.timestamp_millis())
            .add(" WHERE revoked_at IS NULL AND id = ")
            .bind(id.as_str());
        if tx.exec(sql).await? == 0 {
            return Ok(false);
        }
        tx.audit(Line::new(actor, "partner.key_revoked", id.as_str()).with("key_id", id.as_str()));
        Ok(true)
    })
}

pub(super) fn touch_key<'t>(tx: &'t Tx, (id, at): &'t (String, DateTime<Utc>)) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = Sql::new("UPDATE partner_keys SET last_used_at = ")
            .bind(at.timestamp_millis())
            .add(" WHERE id = ")
            .bind(id.as_str());
        tx.exec(sql).await?;
        Ok(())
    })
}
