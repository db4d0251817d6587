//! How claimed jobs end, and what staff do with those that wait for them.

use crate::{
    audit::Line,
    queue::CHUNK,
    sql::{self, Cells, Sql, now_millis, without_index},
    tx::Tx,
    writer::Run,
};
use fapiao_domain::ids::{Id, JobId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::{FinishedJob, Job, JobEnd},
};
use sea_orm::QueryResult;

/// Ends a set of jobs; an item with an old fence changes nothing.
pub(crate) fn finish<'t>(tx: &'t Tx, jobs: &'t [FinishedJob]) -> Run<'t, Vec<()>> {
    Box::pin(async move {
        let done: Vec<_> = jobs
            .iter()
            .filter(|job| job.end == JobEnd::Done)
            .map(|job| vec![job.id.as_str().into(), job.fence.into()])
            .collect();
        for chunk in done.chunks(CHUNK) {
            let sql = Sql::new("DELETE FROM jobs WHERE state = 'running' AND (id, fence) IN (")
                .rows(chunk.to_vec())
                .add(") RETURNING kind, subject, unique_key");
            let rows = tx.rows(sql).await?;
            settle(tx, &rows).await?;
        }
        for job in jobs {
            match &job.end {
                JobEnd::Done => {}
                JobEnd::Retry {
                    delay_secs,
                    reason,
                    counts,
                } => retry(tx, job, *delay_secs, reason, *counts).await?,
                JobEnd::Parked { code, reason } => park(tx, job, code, reason).await?,
            }
        }
        Ok(jobs.iter().map(|_| ()).collect())
    })
}

/// What is queued by the clock and stopped once is settled by the run that got through: nobody has to look any more.
async fn settle(tx: &Tx, done: &[QueryResult]) -> Result<(), StoreError> {
    let (mut subjects, mut keys) = (Vec::new(), Vec::new());
    for row in done {
        if Job::comes_again(&row.cell::<String>(0)?) {
            subjects.push(row.cell::<String>(1)?);
            keys.push(row.cell::<String>(2)?);
        }
    }
    if keys.is_empty() {
        return Ok(());
    }
    let plain = without_index(tx.backend);
    let sql = Sql::new(format!(
        "DELETE FROM jobs WHERE {plain}state = 'parked' AND subject IN "
    ))
    .list(subjects.iter().map(String::as_str))
    .add(" AND unique_key IN ")
    .list(keys.iter().map(String::as_str));
    tx.exec(sql).await.map(drop)
}

async fn retry(
    tx: &Tx,
    job: &FinishedJob,
    delay_secs: u32,
    reason: &str,
    counts: bool,
) -> Result<(), StoreError> {
    let now = now_millis(tx.backend);
    let delay = i64::from(delay_secs) * 1000;
    let sql = Sql::new(format!(
        "UPDATE jobs SET state = 'waiting', wait_key = unique_key, worker = '', code = '', changed_at = {now}, \
         run_at = {now} + "
    ))
    .bind(delay)
    .add(&format!(", due_at = {now} + "))
    .bind(delay)
    .add(", attempts = attempts - ")
    .bind(i64::from(!counts))
    .add(", reason = ")
    .bind(reason)
    .add(" WHERE state = 'running' AND id = ")
    .bind(job.id.as_str())
    .add(" AND fence = ")
    .bind(job.fence)
    .add(" AND NOT EXISTS (SELECT 1 FROM jobs o WHERE o.wait_key = jobs.unique_key)");
    if tx.exec(sql).await? == 0 {
        // Either the fence is old, or the same job was queued while this one ran: that one goes on alone.
        let sql = Sql::new("DELETE FROM jobs WHERE state = 'running' AND id = ")
            .bind(job.id.as_str())
            .add(" AND fence = ")
            .bind(job.fence);
        if tx.exec(sql).await? > 0 {
            tx.work_is_due();
        }
    }
    if delay_secs == 0 {
        tx.work_is_due();
    }
    Ok(())
}

async fn park(tx: &Tx, job: &FinishedJob, code: &str, reason: &str) -> Result<(), StoreError> {
    // The same job was queued while this one ran, because what stopped it was mended in the meantime: that one goes on
    // alone, and stops by itself if it must.
    let sql = Sql::new("DELETE FROM jobs WHERE state = 'running' AND id = ")
        .bind(job.id.as_str())
        .add(" AND fence = ")
        .bind(job.fence)
        .add(
            " AND EXISTS (SELECT 1 FROM jobs o WHERE o.subject = jobs.subject AND o.unique_key = jobs.unique_key \
             AND o.id <> jobs.id AND o.state = 'waiting')",
        );
    if tx.exec(sql).await? > 0 {
        tx.work_is_due();
        return Ok(());
    }
    if joins_parked(tx, job, code, reason).await? {
        return Ok(());
    }
    let sql = Sql::new(format!(
        "UPDATE jobs SET state = 'parked', due_at = NULL, worker = '', changed_at = {}, code = ",
        now_millis(tx.backend)
    ))
    .bind(code)
    .add(", reason = ")
    .bind(reason)
    .add(" WHERE state = 'running' AND id = ")
    .bind(job.id.as_str())
    .add(" AND fence = ")
    .bind(job.fence)
    .add(" RETURNING kind, subject");
    let rows = tx.rows(sql).await?;
    let Some(row) = rows.first() else {
        return Ok(());
    };
    let line = about(
        tx,
        Line::new(&Actor::System, "job.parked", job.id.as_str()),
        row.cell(0)?,
        row.cell(1)?,
    )
    .await?;
    tx.audit(line.with("code", code).with("reason", reason));
    Ok(())
}

/// One job of a key is parked at most: what comes again by the clock would else pile up by the hundred while nobody mends
/// what stops it. The first stays, with the newest reason; another kind of trouble is told anew.
async fn joins_parked(
    tx: &Tx,
    job: &FinishedJob,
    code: &str,
    reason: &str,
) -> Result<bool, StoreError> {
    let plain = without_index(tx.backend);
    let sql = Sql::new(format!(
        "SELECT o.id, o.code, o.kind, o.subject FROM jobs j JOIN jobs o ON o.subject = j.subject \
         AND o.unique_key = j.unique_key AND o.id <> j.id AND {plain}o.state = 'parked' \
         WHERE j.state = 'running' AND j.id = "
    ))
    .bind(job.id.as_str())
    .add(" AND j.fence = ")
    .bind(job.fence)
    .add(" ORDER BY o.changed_at, o.id");
    let rows = tx.rows(sql).await?;
    let Some(first) = rows.first() else {
        return Ok(false);
    };
    let (id, known): (String, String) = (first.cell(0)?, first.cell(1)?);
    let sql = Sql::new("DELETE FROM jobs WHERE state = 'running' AND id = ")
        .bind(job.id.as_str())
        .add(" AND fence = ")
        .bind(job.fence);
    if tx.exec(sql).await? == 0 {
        return Ok(true);
    }
    let now = now_millis(tx.backend);
    let sql = Sql::new("UPDATE jobs SET changed_at = CASE WHEN code = ")
        .bind(code)
        .add(&format!(" THEN changed_at ELSE {now} END, code = "))
        .bind(code)
        .add(", reason = ")
        .bind(reason)
        .add(" WHERE state = 'parked' AND id = ")
        .bind(id.as_str());
    if tx.exec(sql).await? == 0 {
        // Somebody retried it at this moment: that one goes on alone.
        return Ok(true);
    }
    let others: Vec<String> = rows[1..]
        .iter()
        .map(|row| row.cell(0))
        .collect::<Result<_, _>>()?;
    if !others.is_empty() {
        let sql = Sql::new("DELETE FROM jobs WHERE state = 'parked' AND id IN ")
            .list(others.iter().map(String::as_str));
        tx.exec(sql).await?;
    }
    if known != code {
        let line = Line::new(&Actor::System, "job.parked", &id);
        let line = about(tx, line, first.cell(2)?, first.cell(3)?).await?;
        tx.audit(line.with("code", code).with("reason", reason));
    }
    Ok(true)
}

/// Adds what a job is about, and the order it belongs to if that can be told.
async fn about(tx: &Tx, line: Line, kind: String, subject: String) -> Result<Line, StoreError> {
    let sql = Sql::new("SELECT order_id, id FROM deliveries WHERE id = ")
        .bind(subject.as_str())
        .add(" UNION ALL SELECT order_id, delivery_id FROM invoices WHERE id = ")
        .bind(subject.as_str());
    let line = match tx.rows(sql).await?.first() {
        Some(row) => {
            let (order, delivery): (String, String) = (row.cell(0)?, row.cell(1)?);
            tx.changed_id(&delivery);
            line.order(&order)
        }
        None => line,
    };
    Ok(line.with("kind", kind).with("about", subject))
}

/// Runs a parked or waiting job at once with fresh attempts.
pub(crate) fn run_again<'t>(tx: &'t Tx, (id, actor): &'t (JobId, Actor)) -> Run<'t, bool> {
    Box::pin(async move {
        let now = now_millis(tx.backend);
        let sql = Sql::new(
            "SELECT kind, subject, unique_key FROM jobs WHERE state IN ('parked', 'waiting') AND id = ",
        )
        .bind(id.as_str())
        .add(sql::for_update(tx.backend));
        let rows = tx.rows(sql).await?;
        let Some(row) = rows.first() else {
            return Ok(false);
        };
        let (kind, subject, key): (String, String, String) =
            (row.cell(0)?, row.cell(1)?, row.cell(2)?);
        // When the same job waits already, that one runs now, and this one goes.
        let sql = Sql::new("DELETE FROM jobs WHERE id = ")
            .bind(id.as_str())
            .add(" AND EXISTS (SELECT 1 FROM jobs o WHERE o.id <> jobs.id AND o.wait_key = jobs.unique_key)");
        tx.exec(sql).await?;
        let sql = Sql::new(format!(
            "UPDATE jobs SET state = 'waiting', wait_key = unique_key, attempts = 0, code = '', reason = '', \
             run_at = {now}, due_at = {now}, changed_at = {now} WHERE id = "
        ))
        .bind(id.as_str())
        .add(" OR wait_key = ")
        .bind(key);
        tx.exec(sql).await?;
        tx.work_is_due();
        let line = about(
            tx,
            Line::new(actor, "job.retried", id.as_str()),
            kind,
            subject,
        )
        .await?;
        tx.audit(line);
        Ok(true)
    })
}

/// Gives a parked job up.
pub(crate) fn abandon<'t>(
    tx: &'t Tx,
    (id, reason, actor): &'t (JobId, String, Actor),
) -> Run<'t, bool> {
    Box::pin(async move {
        let sql = Sql::new("DELETE FROM jobs WHERE state = 'parked' AND id = ")
            .bind(id.as_str())
            .add(" RETURNING kind, subject, code");
        let rows = tx.rows(sql).await?;
        let Some(row) = rows.first() else {
            return Ok(false);
        };
        let line = about(
            tx,
            Line::new(actor, "job.abandoned", id.as_str()),
            row.cell(0)?,
            row.cell(1)?,
        )
        .await?;
        tx.audit(
            line.with("code", row.cell::<String>(2)?)
                .with("reason", reason.as_str()),
        );
        Ok(true)
    })
}
