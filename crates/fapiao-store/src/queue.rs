//! The queue: what is left to do, durable with the fact that caused it.

use crate::{
    Store, claim, cursor,
    entity::job,
    error::db,
    job_end, read,
    sql::{self, Cells, Sql, columns, now_millis, select, without_index},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use fapiao_domain::ids::{Id, JobId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ids::fresh,
    jobs::{ClaimedJob, FinishedJob, QueuedJob},
    ports::{JobQueue, Page, QueueStats},
    records::JobRow,
};
use sea_orm::{DbBackend, FromQueryResult};
use std::collections::BTreeMap;

/// Rows of one statement: 12 values each.
pub(crate) const CHUNK: usize = 1000;

/// Queues jobs: a waiting one of the same key only moves forward. In the order of their keys, so that two transactions
/// with the same jobs do not wait for each other.
pub(crate) async fn insert_jobs(tx: &Tx, jobs: Vec<QueuedJob>) -> Result<(), StoreError> {
    let mut wanted: BTreeMap<String, QueuedJob> = BTreeMap::new();
    for job in jobs {
        wanted
            .entry(job.job.unique_key())
            .and_modify(|known| known.delay_secs = known.delay_secs.min(job.delay_secs))
            .or_insert(job);
    }
    let wanted: Vec<_> = wanted.into_iter().collect();
    let now = now_millis(tx.backend);
    for chunk in wanted.chunks(CHUNK) {
        let mut sql = Sql::new(
            "INSERT INTO jobs (id, kind, subject, seller_key, payload, unique_key, wait_key, state, run_at, due_at, \
             queued_at, changed_at, attempts, fence, worker, code, reason) VALUES ",
        );
        for (place, (key, queued)) in chunk.iter().enumerate() {
            let id: JobId = fresh(tx.now);
            let delay = i64::from(queued.delay_secs) * 1000;
            sql = sql
                .add(if place == 0 { "(" } else { ", (" })
                .bind(id.as_str())
                .add(", ")
                .bind(queued.job.kind())
                .add(", ")
                .bind(queued.job.subject())
                .add(", ")
                .bind(queued.seller.as_ref().map(Id::as_str).unwrap_or_default())
                .add(", ")
                .bind(queued.job.payload().to_string())
                .add(", ")
                .bind(key.as_str())
                .add(", ")
                .bind(key.as_str())
                .add(&format!(", 'waiting', {now} + "))
                .bind(delay)
                .add(&format!(", {now} + "))
                .bind(delay)
                .add(&format!(", {now}, {now}, 0, 0, '', '', '')"));
        }
        sql = sql.add(
            " ON CONFLICT (wait_key) DO UPDATE SET \
             run_at = CASE WHEN excluded.run_at < jobs.run_at THEN excluded.run_at ELSE jobs.run_at END, \
             due_at = CASE WHEN excluded.run_at < jobs.run_at THEN excluded.run_at ELSE jobs.run_at END, \
             queued_at = CASE WHEN excluded.run_at < jobs.run_at THEN excluded.queued_at ELSE jobs.queued_at END",
        );
        tx.exec(sql).await?;
    }
    Ok(())
}

fn enqueue<'t>(tx: &'t Tx, (jobs,): &'t (Vec<QueuedJob>,)) -> Run<'t, ()> {
    Box::pin(async move {
        tx.enqueue_all(jobs);
        Ok(())
    })
}

fn free<'t>(tx: &'t Tx, (worker,): &'t (String,)) -> Run<'t, u32> {
    Box::pin(async move {
        let sql = Sql::new(format!(
            "UPDATE jobs SET due_at = {} WHERE state = 'running' AND worker = ",
            now_millis(tx.backend)
        ))
        .bind(worker.as_str());
        let freed = tx.exec(sql).await?;
        if freed > 0 {
            tx.work_is_due();
        }
        Ok(u32::try_from(freed).unwrap_or(u32::MAX))
    })
}

fn row(model: job::Model, order: Option<String>) -> Result<JobRow, StoreError> {
    Ok(JobRow {
        id: read::id(&model.id)?,
        kind: model.kind,
        subject: model.subject,
        order: read::id_opt(order.as_deref())?,
        state: model.state,
        attempts: model.attempts,
        run_at: read::time(model.run_at)?,
        queued_at: read::time(model.queued_at)?,
        code: model.code,
        reason: model.reason,
    })
}

/// Stopped jobs about some things: along what they are about, not through all that stopped.
fn stopped_about(backend: DbBackend, subjects: &[&str]) -> Sql {
    let plain = without_index(backend);
    select::<job::Entity>(&format!("WHERE {plain}state = 'parked' AND subject IN "))
        .list(subjects.iter().copied())
}

#[async_trait]
impl JobQueue for Store {
    async fn enqueue(&self, jobs: Vec<QueuedJob>) -> Result<(), StoreError> {
        self.write((jobs,), enqueue).await
    }

    async fn claim(
        &self,
        worker: &str,
        max: u32,
        lease_secs: u32,
    ) -> Result<Vec<ClaimedJob>, StoreError> {
        self.write((worker.to_owned(), max, lease_secs), claim::claim)
            .await
    }

    async fn finish(&self, jobs: Vec<FinishedJob>) -> Result<(), StoreError> {
        self.lanes()
            .finish
            .call(self.writer(), jobs)
            .await
            .map(drop)
    }

    async fn free_leases(&self, worker: &str) -> Result<u32, StoreError> {
        self.write((worker.to_owned(),), free).await
    }

    async fn wait_for_work(&self, millis: u64) {
        self.signals().work(millis).await;
    }

    async fn queue_stats(&self) -> Result<QueueStats, StoreError> {
        let mut stats = QueueStats::default();
        let sql = Sql::new("SELECT state, count(*) FROM jobs GROUP BY state");
        for row in sql::rows(self.reader(), sql).await? {
            let (state, count): (String, i64) = (row.cell(0)?, row.cell(1)?);
            match state.as_str() {
                "waiting" => stats.waiting = count,
                "running" => stats.running = count,
                _ => stats.parked = count,
            }
        }
        let sql = Sql::new(format!(
            "SELECT CAST(({} - min(run_at)) / 1000 AS BIGINT) FROM jobs WHERE state = 'waiting'",
            now_millis(self.backend())
        ));
        stats.oldest_due_secs = sql::number(self.reader(), sql).await?.max(0);
        Ok(stats)
    }

    async fn jobs(
        &self,
        state: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<JobRow>, StoreError> {
        let limit = cursor::limit(limit);
        let only = match state {
            Some(state) => Sql::new(" AND j.state = ").bind(state),
            None => Sql::default(),
        };
        let mut sql = Sql::new(format!(
            "SELECT {}, COALESCE(d.order_id, i.order_id, r.order_id) AS order_id FROM jobs j \
             LEFT JOIN deliveries d ON d.id = j.subject LEFT JOIN invoices i ON i.id = j.subject \
             LEFT JOIN refunds r ON r.id = j.subject WHERE 1 = 1",
            columns::<job::Entity>("j.")
        ))
        .join(only.clone());
        if let Some((at, id)) = cursor::read(after)? {
            sql = sql
                .add(" AND (j.changed_at, j.id) < (")
                .bind(at)
                .add(", ")
                .bind(id)
                .add(")");
        }
        sql = sql
            .add(" ORDER BY j.changed_at DESC, j.id DESC LIMIT ")
            .bind(limit as i64 + 1);
        let mut found = Vec::new();
        for row in sql::rows(self.reader(), sql).await? {
            let model = job::Model::from_query_result(&row, "").map_err(db)?;
            let order: Option<String> = row.try_get("", "order_id").map_err(db)?;
            found.push((model, order));
        }
        let (found, next) = cursor::cut(found, limit, |(model, _)| {
            (model.changed_at, model.id.clone())
        });
        let counted = Sql::new("SELECT count(*) FROM (SELECT 1 FROM jobs j WHERE 1 = 1")
            .join(only)
            .add(" LIMIT ")
            .bind(cursor::COUNTED)
            .add(") AS counted");
        Ok(Page {
            rows: found
                .into_iter()
                .map(|(model, order)| row(model, order))
                .collect::<Result<_, _>>()?,
            next,
            count: read::count(sql::number(self.reader(), counted).await?),
            sum: None,
        })
    }

    async fn jobs_about(&self, subjects: &[&str]) -> Result<Vec<JobRow>, StoreError> {
        let mut found = Vec::new();
        for chunk in subjects.chunks(CHUNK) {
            let sql = select::<job::Entity>("WHERE subject IN ").list(chunk.iter().copied());
            found.extend(sql::all::<job::Model>(self.reader(), sql).await?);
        }
        found.sort_by(|a, b| (a.run_at, &a.id).cmp(&(b.run_at, &b.id)));
        found.into_iter().map(|it| row(it, None)).collect()
    }

    async fn stopped_jobs(&self, subjects: &[&str]) -> Result<Vec<JobRow>, StoreError> {
        let mut stopped = Vec::new();
        for chunk in subjects.chunks(CHUNK) {
            let sql = stopped_about(self.backend(), chunk);
            stopped.extend(sql::all::<job::Model>(self.reader(), sql).await?);
        }
        stopped.sort_by(|a, b| (b.changed_at, &b.id).cmp(&(a.changed_at, &a.id)));
        stopped.into_iter().map(|it| row(it, None)).collect()
    }

    async fn retry_job(&self, id: &JobId, actor: &Actor) -> Result<bool, StoreError> {
        self.write((id.clone(), actor.clone()), job_end::run_again)
            .await
    }

    async fn abandon_job(
        &self,
        id: &JobId,
        reason: &str,
        actor: &Actor,
    ) -> Result<bool, StoreError> {
        let input = (id.clone(), reason.to_owned(), actor.clone());
        self.write(input, job_end::abandon).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::{assert_walks, ledger};

    #[tokio::test]
    async fn what_stopped_about_a_thing_is_found_among_thousands() {
        let (store, _folder) = ledger().await;
        let sql = stopped_about(store.backend(), &["dlv_1", "inv_1"]);
        assert_walks(&store, sql, "ix_jobs_subject (subject=?)").await;
    }
}
