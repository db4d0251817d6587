//! Keys of repeated requests, stored with the effect they belong to.

use crate::{
    entity::idempotency,
    error::unavailable,
    sql::{Sql, select},
    tx::Tx,
};
use fapiao_usecases::{
    errors::StoreError,
    idempotency::{Effect, Idempotency},
};

/// The stored form.
pub(crate) fn model(key: &Idempotency, at: i64) -> idempotency::Model {
    idempotency::Model {
        scope: key.scope.clone(),
        key: key.key.clone(),
        fingerprint: key.fingerprint.clone(),
        status: i64::from(key.status),
        body: key.body.clone(),
        created_at: at,
    }
}

/// A stored key as the use-cases see it.
pub(crate) fn record(stored: idempotency::Model) -> Idempotency {
    Idempotency {
        scope: stored.scope,
        key: stored.key,
        fingerprint: stored.fingerprint,
        status: u16::try_from(stored.status).unwrap_or(200),
        body: stored.body,
    }
}

/// The row of a key.
pub(crate) fn of_key(scope: &str, key: &str) -> Sql {
    select::<idempotency::Entity>("WHERE scope = ")
        .bind(scope)
        .add(" AND key = ")
        .bind(key)
}

/// What a stored key means for a request that brings it again.
pub(crate) fn answer<T>(stored: idempotency::Model, fingerprint: &str) -> Effect<T> {
    if stored.fingerprint == fingerprint {
        Effect::Replayed {
            status: u16::try_from(stored.status).unwrap_or(200),
            body: stored.body,
        }
    } else {
        Effect::KeyReused
    }
}

/// Takes a key. `Some` when it was taken before: then nothing else is to be done. The transaction's end decides whether
/// the key stays taken.
pub(crate) async fn take<T>(
    tx: &Tx,
    key: Option<&Idempotency>,
) -> Result<Option<Effect<T>>, StoreError> {
    let Some(key) = key else {
        return Ok(None);
    };
    let taken = tx
        .insert::<idempotency::Entity>(
            &[model(key, tx.now_millis())],
            "ON CONFLICT DO NOTHING RETURNING scope",
        )
        .await?;
    if !taken.is_empty() {
        return Ok(None);
    }
    let sql = of_key(&key.scope, &key.key);
    match tx.one::<idempotency::Model>(sql).await? {
        Some(stored) => Ok(Some(answer(stored, &key.fingerprint))),
        None => Err(unavailable("an idempotency key vanished", true)),
    }
}
