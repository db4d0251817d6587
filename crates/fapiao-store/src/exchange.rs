//! The port of exchanges with the outside.

use crate::{
    Store,
    entity::{exchange, exchange_subject, push},
    read,
    sql::{self, Cells, Sql, columns},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_usecases::{
    errors::StoreError,
    ports::{Exchange, Exchanges},
};

/// Most exchanges of one answer.
const MOST: i64 = 1000;

#[expect(
    clippy::ptr_arg,
    reason = "the writer keeps what it writes and lends it as it is"
)]
fn keep<'t>(tx: &'t Tx, exchanges: &'t Vec<Exchange>) -> Run<'t, ()> {
    Box::pin(async move {
        let models: Vec<_> = exchanges
            .iter()
            .map(|it| exchange::Model {
                id: it.id.clone(),
                at: it.at.timestamp_millis(),
                system: it.system.clone(),
                operation: it.operation.clone(),
                // PostgreSQL has no NUL in texts.
                request: it.request.replace('\0', "\u{FFFD}"),
                answer: it.answer.replace('\0', "\u{FFFD}"),
                outcome: it.outcome.clone(),
                took_millis: it.took_millis,
            })
            .collect();
        let about: Vec<_> = exchanges
            .iter()
            .flat_map(|it| {
                it.subjects.iter().map(|subject| exchange_subject::Model {
                    subject: subject.clone(),
                    exchange_id: it.id.clone(),
                })
            })
            .collect();
        tx.insert::<exchange::Entity>(&models, "ON CONFLICT DO NOTHING")
            .await?;
        if !about.is_empty() {
            tx.insert::<exchange_subject::Entity>(&about, "ON CONFLICT DO NOTHING")
                .await?;
        }
        Ok(())
    })
}

fn drop_old<'t>(tx: &'t Tx, (before, limit): &'t (i64, i64)) -> Run<'t, u32> {
    Box::pin(async move {
        let old = || {
            Sql::new("(SELECT id FROM exchanges WHERE at < ")
                .bind(*before)
                .add(" ORDER BY at, id LIMIT ")
                .bind(*limit)
                .add(")")
        };
        tx.exec(Sql::new("DELETE FROM exchange_subjects WHERE exchange_id IN ").join(old()))
            .await?;
        let gone = tx
            .exec(Sql::new("DELETE FROM exchanges WHERE id IN ").join(old()))
            .await?;
        Ok(u32::try_from(gone).unwrap_or(u32::MAX))
    })
}

#[async_trait]
impl Exchanges for Store {
    async fn keep_exchanges(&self, exchanges: Vec<Exchange>) -> Result<(), StoreError> {
        if exchanges.is_empty() {
            return Ok(());
        }
        self.write(exchanges, keep).await
    }

    async fn exchanges_about(&self, subjects: &[String]) -> Result<Vec<Exchange>, StoreError> {
        let mut found: Vec<Exchange> = Vec::new();
        for chunk in subjects.chunks(500) {
            let of = || {
                Sql::new("(SELECT exchange_id FROM exchange_subjects WHERE subject IN ")
                    .list(chunk.iter().map(String::as_str))
                    .add(")")
            };
            let own = Sql::new(format!(
                "SELECT {} FROM exchanges e WHERE e.id IN ",
                columns::<exchange::Entity>("e.")
            ))
            .join(of())
            .add(" ORDER BY e.at, e.id LIMIT ")
            .bind(MOST);
            for model in sql::all::<exchange::Model>(self.reader(), own).await? {
                found.push(Exchange {
                    at: read::time(model.at)?,
                    id: model.id,
                    system: model.system,
                    operation: model.operation,
                    request: model.request,
                    answer: model.answer,
                    outcome: model.outcome,
                    took_millis: model.took_millis,
                    subjects: Vec::new(),
                });
            }
            let pushes = Sql::new(format!(
                "SELECT {} FROM pushes p WHERE p.id IN ",
                columns::<push::Entity>("p.")
            ))
            .join(of())
            .add(" ORDER BY p.received_at, p.id LIMIT ")
            .bind(MOST);
            for model in sql::all::<push::Model>(self.reader(), pushes).await? {
                found.push(Exchange {
                    at: read::time(model.received_at)?,
                    id: model.id,
                    system: "wechat_push".to_owned(),
                    operation: model.event,
                    request: model.plain,
                    answer: "success".to_owned(),
                    outcome: model.state,
                    took_millis: 0,
                    subjects: Vec::new(),
                });
            }
            let ids: Vec<String> = found.iter().map(|it| it.id.clone()).collect();
            let names =
                Sql::new("SELECT exchange_id, subject FROM exchange_subjects WHERE subject IN ")
                    .list(chunk.iter().map(String::as_str))
                    .add(" ORDER BY exchange_id, subject");
            for row in sql::rows(self.reader(), names).await? {
                let (id, subject): (String, String) = (row.cell(0)?, row.cell(1)?);
                if let Some(place) = ids.iter().position(|it| *it == id) {
                    found[place].subjects.push(subject);
                }
            }
        }
        found.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        found.dedup_by(|a, b| a.id == b.id);
        Ok(found)
    }

    async fn drop_exchanges(&self, before: DateTime<Utc>, limit: u32) -> Result<u32, StoreError> {
        let input = (before.timestamp_millis(), i64::from(limit));
        self.write(input, drop_old).await
    }
}
