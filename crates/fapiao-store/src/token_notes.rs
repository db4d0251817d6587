//! Who renewed which credential when, and what went wrong: the last of each app.

use crate::{
    entity::token_note,
    read,
    sql::{self, Sql, select},
    tx::Tx,
    writer::Run,
};
use chrono::DateTime;
use fapiao_domain::ids::{Id, JobId};
use fapiao_usecases::{
    errors::StoreError,
    ids::fresh,
    ports::{TokenNote, TokenTrouble},
};
use sea_orm::ConnectionTrait;

/// Notes kept per app and kind of credential: about four days of renewals.
const KEPT: i64 = 60;

/// A renewal.
pub(crate) struct Renewal {
    pub(crate) app_id: String,
    pub(crate) kind: String,
    pub(crate) node: String,
    pub(crate) cause: String,
    pub(crate) generation: i64,
    /// Unix seconds.
    pub(crate) expires_at: i64,
}

/// Notes a renewal in its own transaction.
pub(crate) async fn renewed(tx: &Tx, it: &Renewal) -> Result<(), StoreError> {
    note(
        tx,
        token_note::Model {
            id: fresh::<JobId>(tx.now).as_str().to_owned(),
            app_id: it.app_id.clone(),
            kind: it.kind.clone(),
            node: it.node.clone(),
            at: tx.now_millis(),
            generation: it.generation,
            expires_at: Some(it.expires_at.saturating_mul(1000)),
            code: String::new(),
            trouble: String::new(),
            cause: it.cause.clone(),
        },
    )
    .await
}

/// Notes a failure.
pub(crate) fn trouble<'t>(tx: &'t Tx, (it,): &'t (TokenTrouble,)) -> Run<'t, ()> {
    Box::pin(async move {
        note(
            tx,
            token_note::Model {
                id: fresh::<JobId>(tx.now).as_str().to_owned(),
                app_id: it.app_id.clone(),
                kind: it.kind.clone(),
                node: it.node.clone(),
                at: tx.now_millis(),
                generation: 0,
                expires_at: None,
                code: it.code.clone(),
                trouble: it.trouble.clone(),
                cause: String::new(),
            },
        )
        .await
    })
}

async fn note(tx: &Tx, model: token_note::Model) -> Result<(), StoreError> {
    let (app_id, kind) = (model.app_id.clone(), model.kind.clone());
    tx.insert::<token_note::Entity>(&[model], "").await?;
    let whose = |sql: Sql| {
        sql.add(" WHERE app_id = ")
            .bind(app_id.as_str())
            .add(" AND kind = ")
            .bind(kind.as_str())
    };
    let old = whose(Sql::new("DELETE FROM token_notes"))
        .add(" AND id NOT IN (")
        .join(whose(Sql::new("SELECT id FROM token_notes")))
        .add(" ORDER BY at DESC, id DESC LIMIT ")
        .bind(KEPT)
        .add(")");
    tx.exec(old).await?;
    Ok(())
}

/// The last notes of an app, newest first.
pub(crate) async fn of_app(
    db: &impl ConnectionTrait,
    app_id: &str,
    limit: u32,
) -> Result<Vec<TokenNote>, StoreError> {
    let sql = select::<token_note::Entity>("WHERE app_id = ")
        .bind(app_id)
        .add(" ORDER BY at DESC, id DESC LIMIT ")
        .bind(i64::from(limit));
    sql::all::<token_note::Model>(db, sql)
        .await?
        .into_iter()
        .map(|model| {
            Ok(TokenNote {
                at: read::time(model.at)?,
                expires_at: model.expires_at.and_then(DateTime::from_timestamp_millis),
                kind: model.kind,
                node: model.node,
                generation: model.generation,
                code: model.code,
                trouble: model.trouble,
                cause: model.cause,
            })
        })
        .collect()
}
