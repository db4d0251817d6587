//! Tries to make a card template: saved before the call, ended after it, or left to a person.

use crate::{
    audit::Line,
    entity::{template, template_try},
    error::missing,
    read,
    sql::{Sql, select},
    tx::Tx,
    writer::Run,
};
use fapiao_domain::{
    ids::{Id, SellerId},
    invoice::InvoiceKind,
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::{CardTemplate, TemplateTry, TryState, card_subject},
};

/// A stored try.
pub(crate) fn record(model: template_try::Model) -> Result<TemplateTry, StoreError> {
    Ok(TemplateTry {
        account: read::id(&model.account_id)?,
        seller: read::id(&model.seller_id)?,
        kind: read::word(InvoiceKind::parse, &model.kind, "kind of invoice")?,
        state: read::word(TryState::parse, &model.state, "state of a try")?,
        asked_at: read::time(model.asked_at)?,
        id: model.id,
        payee: model.payee,
        design_version: model.design_version,
        reason: model.reason,
        card_id: model.card_id,
    })
}

/// Saves a new try, unless one is open.
pub(crate) fn begin<'t>(tx: &'t Tx, (it,): &'t (TemplateTry,)) -> Run<'t, bool> {
    Box::pin(async move {
        let model = template_try::Model {
            id: it.id.clone(),
            account_id: it.account.to_string(),
            seller_id: it.seller.to_string(),
            kind: it.kind.as_str().to_owned(),
            payee: it.payee.clone(),
            design_version: it.design_version,
            state: it.state.as_str().to_owned(),
            reason: it.reason.clone(),
            card_id: it.card_id.clone(),
            asked_at: it.asked_at.timestamp_millis(),
            ended_at: None,
        };
        let added = tx
            .insert::<template_try::Entity>(&[model], "ON CONFLICT DO NOTHING RETURNING id")
            .await?;
        if added.is_empty() {
            return Ok(false);
        }
        tx.audit(
            Line::new(
                &Actor::System,
                "template.asked",
                &card_subject(&it.seller, it.kind),
            )
            .with("payee", it.payee.as_str())
            .with("design", it.design_version),
        );
        Ok(true)
    })
}

/// How a try ends, or that it is not known.
pub(crate) struct End {
    pub(crate) id: String,
    pub(crate) state: TryState,
    pub(crate) reason: String,
    pub(crate) actor: Actor,
}

/// Ends an open try.
pub(crate) fn end<'t>(tx: &'t Tx, it: &'t End) -> Run<'t, bool> {
    Box::pin(async move {
        let Some(open) = open(tx, &it.id).await? else {
            return Ok(false);
        };
        let ended = (!it.state.is_open()).then(|| tx.now_millis());
        let sql = Sql::new("UPDATE template_tries SET state = ")
            .bind(it.state.as_str())
            .add(", reason = ")
            .bind(it.reason.as_str())
            .add(", ended_at = ")
            .bind(ended)
            .add(" WHERE id = ")
            .bind(it.id.as_str());
        tx.exec(sql).await?;
        give_back(tx, &open).await?;
        if it.state == TryState::GivenUp {
            ask_again(tx, &open);
        }
        tx.audit(
            Line::new(
                &it.actor,
                "template.try_ended",
                &card_subject(&open.seller, open.kind),
            )
            .with("state", it.state.as_str())
            .with("reason", it.reason.as_str()),
        );
        Ok(true)
    })
}

/// Stores what an open try made.
pub(crate) fn finish<'t>(
    tx: &'t Tx,
    (id, made, actor): &'t (String, CardTemplate, Actor),
) -> Run<'t, ()> {
    Box::pin(async move {
        let Some(open) = open(tx, id).await? else {
            return Err(missing(format!("open try {id}")));
        };
        let sql = Sql::new("UPDATE template_tries SET state = ")
            .bind(TryState::Made.as_str())
            .add(", card_id = ")
            .bind(made.card_id.as_str())
            .add(", ended_at = ")
            .bind(tx.now_millis())
            .add(" WHERE id = ")
            .bind(id.as_str());
        tx.exec(sql).await?;
        let model = template::Model {
            card_id: made.card_id.clone(),
            account_id: made.account.to_string(),
            seller_id: made.seller.to_string(),
            kind: made.kind.as_str().to_owned(),
            payee: made.payee.clone(),
            design_version: made.design_version,
            created_at: made.created_at.timestamp_millis(),
        };
        tx.insert::<template::Entity>(&[model], "").await?;
        give_back(tx, &open).await?;
        if open.state == TryState::Unknown {
            ask_again(tx, &open);
        }
        tx.audit(
            Line::new(actor, "template.made", &made.card_id)
                .with("seller", made.seller.as_str())
                .with("account", made.account.as_str())
                .with("kind", made.kind.as_str())
                .with("payee", made.payee.as_str())
                .with("design", made.design_version),
        );
        Ok(())
    })
}

/// Queues what makes the template, and does nothing where it is made: a person settled how the try ended.
fn ask_again(tx: &Tx, open: &TemplateTry) {
    let job = Job::EnsureTemplate {
        seller: open.seller.clone(),
        kind: open.kind,
    };
    tx.enqueue(QueuedJob::now(job, Some(open.seller.clone())));
}

async fn open(tx: &Tx, id: &str) -> Result<Option<TemplateTry>, StoreError> {
    let sql =
        select::<template_try::Entity>("WHERE state IN ('asked', 'unknown') AND id = ").bind(id);
    tx.one::<template_try::Model>(sql)
        .await?
        .map(record)
        .transpose()
}

/// The right to make one is free again; an open try still blocks.
async fn give_back(tx: &Tx, it: &TemplateTry) -> Result<(), StoreError> {
    let sql = Sql::new("UPDATE template_leases SET leased_until = 0 WHERE account_id = ")
        .bind(it.account.as_str())
        .add(" AND seller_id = ")
        .bind(it.seller.as_str())
        .add(" AND kind = ")
        .bind(it.kind.as_str());
    tx.exec(sql).await?;
    Ok(())
}

/// The last tries of a seller.
pub(crate) fn of_seller(seller: &SellerId, limit: u32) -> Sql {
    select::<template_try::Entity>("WHERE seller_id = ")
        .bind(seller.as_str())
        .add(" ORDER BY asked_at DESC, id DESC LIMIT ")
        .bind(i64::from(limit))
}
