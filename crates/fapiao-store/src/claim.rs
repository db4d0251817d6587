//! Claiming: one guarded statement, sellers in turn, by the database's clock.

use crate::{
    audit::Line,
    read,
    sql::{Cells, Sql, now_millis},
    tx::Tx,
    writer::Run,
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::{ClaimedJob, Job},
};
use sea_orm::DbBackend;

/// Worker, how many at most, seconds.
pub(crate) type Wish = (String, u32, u32);

/// A waiting job whose like still runs is left for later. Whoever sees the waiting one sees the running one too: it can
/// only have been queued after the claim of the other was committed, because at most one of a key waits. Nor is it taken
/// beside one whose lease has ended: that one is taken first, by itself.
const ALONE: &str = " AND (q.state = 'running' OR NOT EXISTS (SELECT 1 FROM jobs o WHERE o.subject = q.subject \
     AND o.unique_key = q.unique_key AND o.state = 'running'))";

/// Takes due jobs, never two of one key at a time. From each seller only its first `max` due rows are looked at, so that a seller with a long backlog
/// costs no more than the others; of those, everybody's first comes before anybody's second.
pub(crate) fn claim<'t>(tx: &'t Tx, (worker, max, lease): &'t Wish) -> Run<'t, Vec<ClaimedJob>> {
    Box::pin(async move {
        let now = now_millis(tx.backend);
        let max = i64::from(*max);
        // Walks from one seller to the next by the index instead of reading all rows.
        let mut sql = Sql::new(
            "WITH RECURSIVE due_sellers (seller) AS (SELECT min(seller_key) FROM jobs UNION ALL \
             SELECT (SELECT min(j.seller_key) FROM jobs j WHERE j.seller_key > s.seller) \
             FROM due_sellers s WHERE s.seller IS NOT NULL), ranked AS (",
        );
        sql = match tx.backend {
            DbBackend::Postgres => sql
                .add(
                    "SELECT d.id, d.due_at, row_number() OVER (PARTITION BY d.seller_key ORDER BY d.due_at) AS turn \
                     FROM due_sellers s CROSS JOIN LATERAL (SELECT q.id, q.due_at, q.seller_key FROM jobs q \
                     WHERE q.seller_key = s.seller AND q.due_at <= ",
                )
                .add(now)
                .add(ALONE)
                .add(" ORDER BY q.due_at LIMIT ")
                .bind(max)
                .add(" FOR UPDATE OF q SKIP LOCKED) d WHERE s.seller IS NOT NULL)"),
            _ => sql
                .add(
                    "SELECT j.id, j.due_at, row_number() OVER (PARTITION BY j.seller_key ORDER BY j.due_at) AS turn \
                     FROM due_sellers s CROSS JOIN jobs j ON j.id IN (SELECT q.id FROM jobs q \
                     WHERE q.seller_key = s.seller AND q.due_at <= ",
                )
                .add(now)
                .add(ALONE)
                .add(" ORDER BY q.due_at LIMIT ")
                .bind(max)
                .add(") WHERE s.seller IS NOT NULL)"),
        };
        sql = sql
            .add(" UPDATE jobs SET state = 'running', wait_key = NULL, fence = fence + 1, attempts = attempts + 1, worker = ")
            .bind(worker.as_str())
            .add(&format!(", due_at = {now} + "))
            .bind(i64::from(*lease) * 1000)
            .add(" WHERE id IN (SELECT id FROM ranked ORDER BY turn, due_at LIMIT ")
            .bind(max)
            .add(") RETURNING id, kind, subject, payload, fence, attempts, queued_at");
        let mut claimed = Vec::new();
        for row in tx.rows(sql).await? {
            let (id, kind, subject, payload): (String, String, String, String) =
                (row.cell(0)?, row.cell(1)?, row.cell(2)?, row.cell(3)?);
            let payload = serde_json::from_str(&payload).unwrap_or_default();
            match Job::read(&kind, &payload) {
                Some(job) => claimed.push(ClaimedJob {
                    id: read::id(&id)?,
                    fence: row.cell(4)?,
                    job,
                    attempt: read::count(row.cell(5)?),
                    queued_at: read::time(row.cell(6)?)?,
                }),
                None => park_unreadable(tx, &id, &kind, &subject).await?,
            }
        }
        claimed.sort_by(|a: &ClaimedJob, b| (a.queued_at, &a.id).cmp(&(b.queued_at, &b.id)));
        Ok(claimed)
    })
}

/// A row that a newer version wrote, or a damaged one: for a person.
async fn park_unreadable(tx: &Tx, id: &str, kind: &str, subject: &str) -> Result<(), StoreError> {
    let reason = "this version cannot read the job; a newer one may have queued it";
    let sql = Sql::new(format!(
        "UPDATE jobs SET state = 'parked', due_at = NULL, code = 'unreadable', changed_at = {}, reason = ",
        now_millis(tx.backend)
    ))
    .bind(reason)
    .add(" WHERE id = ")
    .bind(id);
    tx.exec(sql).await?;
    tx.audit(
        Line::new(&Actor::System, "job.parked", id)
            .with("kind", kind)
            .with("about", subject)
            .with("code", "unreadable")
            .with("reason", reason),
    );
    Ok(())
}
