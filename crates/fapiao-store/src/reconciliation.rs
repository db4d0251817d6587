//! Runs of the comparison with WeChat, and what one node does for all.

use crate::{
    Store,
    audit::Line,
    cursor,
    delivery::record as delivery_record,
    delivery_list,
    entity::{delivery, difference, reconciliation},
    error::db,
    read,
    sql::{self, Cells, Sql, columns, select},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{Id, ReconciliationId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::{DeliveryFilter, DeliveryRow, Page, Reconciliations, Scope},
    records::{Delivery, Difference, DifferenceKind, ReconciliationRun},
};
use sea_orm::FromQueryResult;

/// A run that began so long ago and has not ended was given up; another may begin.
const STUCK_MILLIS: i64 = 6 * 3600 * 1000;

const COUNTS: &str = "(SELECT count(*) FROM reconciliation_differences d WHERE d.run_id = r.id), \
     (SELECT count(*) FROM reconciliation_differences d WHERE d.run_id = r.id AND d.fixed_at IS NULL)";

fn runs(tail: &str) -> Sql {
    Sql::new(format!(
        "SELECT {}, {COUNTS} FROM reconciliations r {tail}",
        columns::<reconciliation::Entity>("r.")
    ))
}

fn run_record(row: &sea_orm::QueryResult) -> Result<ReconciliationRun, StoreError> {
    let model = reconciliation::Model::from_query_result(row, "").map_err(db)?;
    Ok(ReconciliationRun {
        id: read::id(&model.id)?,
        cause: model.cause,
        done: model.state == "done",
        started_at: read::time(model.started_at)?,
        ended_at: read::time_opt(model.ended_at)?,
        place: model.place,
        asked: model.asked,
        unanswered: model.unanswered,
        trouble: model.trouble,
        found: row.cell(9)?,
        open: row.cell(10)?,
    })
}

type Beginning = (ReconciliationId, String, Actor);

fn begin<'t>(tx: &'t Tx, (id, cause, actor): &'t Beginning) -> Run<'t, ReconciliationId> {
    Box::pin(async move {
        // One at a time: whoever comes second waits here, and then sees the run of the first.
        let one = Sql::new(
            "INSERT INTO leases (name, holder, until_at) VALUES ('reconciliation.begin', '', 0) \
             ON CONFLICT (name) DO UPDATE SET until_at = leases.until_at",
        );
        tx.exec(one).await?;
        let sql =
            Sql::new("SELECT id FROM reconciliations WHERE state = 'running' AND started_at > ")
                .bind(tx.now_millis() - STUCK_MILLIS)
                .add(" ORDER BY started_at DESC LIMIT 1");
        if let Some(row) = tx.rows(sql).await?.first() {
            let known: String = row.cell(0)?;
            return read::id(&known);
        }
        let model = reconciliation::Model {
            id: id.to_string(),
            cause: cause.clone(),
            state: "running".to_owned(),
            started_at: tx.now_millis(),
            ended_at: None,
            place: String::new(),
            asked: 0,
            unanswered: 0,
            trouble: String::new(),
        };
        tx.insert::<reconciliation::Entity>(&[model], "").await?;
        tx.enqueue(QueuedJob::now(Job::Reconcile(id.clone()), None));
        tx.audit(
            Line::new(actor, "reconciliation.begun", id.as_str()).with("cause", cause.as_str()),
        );
        Ok(id.clone())
    })
}

type Compared = (ReconciliationRun, Vec<Difference>, bool);

fn compared<'t>(tx: &'t Tx, (run, found, done): &'t Compared) -> Run<'t, ()> {
    Box::pin(async move {
        let models: Vec<_> = found
            .iter()
            .map(|it| difference_model(&run.id, it))
            .collect();
        if !models.is_empty() {
            tx.insert::<difference::Entity>(&models, "ON CONFLICT DO NOTHING")
                .await?;
        }
        let ended = done.then(|| tx.now_millis());
        let sql = Sql::new("UPDATE reconciliations SET place = ")
            .bind(run.place.as_str())
            .add(", asked = ")
            .bind(run.asked)
            .add(", unanswered = ")
            .bind(run.unanswered)
            .add(", trouble = ")
            .bind(run.trouble.as_str())
            .add(", ended_at = ")
            .bind(ended)
            .add(", state = ")
            .bind(if *done { "done" } else { "running" })
            .add(" WHERE state = 'running' AND id = ")
            .bind(run.id.as_str());
        if tx.exec(sql).await? > 0 && *done {
            let counted =
                Sql::new("SELECT count(*) FROM reconciliation_differences WHERE run_id = ")
                    .bind(run.id.as_str());
            let count: i64 = match tx.rows(counted).await?.first() {
                Some(row) => row.cell(0)?,
                None => 0,
            };
            tx.audit(
                Line::new(&Actor::System, "reconciliation.done", run.id.as_str())
                    .with("asked", run.asked)
                    .with("found", count),
            );
        }
        Ok(())
    })
}

fn difference_model(run: &ReconciliationId, it: &Difference) -> difference::Model {
    difference::Model {
        run_id: run.to_string(),
        subject: it.subject.clone(),
        kind: it.kind.as_str().to_owned(),
        order_id: it.order.as_ref().map(ToString::to_string),
        store_id: None,
        here: it.here.clone(),
        there: it.there.clone(),
        fix: String::new(),
        fixed_at: None,
        fixed_by: String::new(),
    }
}

type Fix = (
    ReconciliationId,
    String,
    DifferenceKind,
    Vec<QueuedJob>,
    Actor,
);

fn fix<'t>(tx: &'t Tx, (run, subject, kind, then, actor): &'t Fix) -> Run<'t, bool> {
    Box::pin(async move {
        let of = |sql: Sql| {
            sql.add(" WHERE run_id = ")
                .bind(run.as_str())
                .add(" AND subject = ")
                .bind(subject.as_str())
                .add(" AND kind = ")
                .bind(kind.as_str())
        };
        let sql = of(
            Sql::new("UPDATE reconciliation_differences SET fixed_at = ")
                .bind(tx.now_millis())
                .add(", fixed_by = ")
                .bind(actor.to_string()),
        )
        .add(" AND fixed_at IS NULL");
        if tx.exec(sql).await? == 0 {
            return Ok(false);
        }
        let order = tx
            .rows(of(Sql::new(
                "SELECT order_id FROM reconciliation_differences",
            )))
            .await?;
        let order: Option<String> = match order.first() {
            Some(row) => row.cell(0)?,
            None => None,
        };
        let line = Line::new(actor, "reconciliation.fixed", subject).with("kind", kind.as_str());
        tx.audit(match &order {
            Some(order) => line.order(order),
            None => line,
        });
        tx.enqueue_all(then);
        Ok(true)
    })
}

type Lease = (String, String, i64);

fn lease<'t>(tx: &'t Tx, (name, holder, secs): &'t Lease) -> Run<'t, bool> {
    Box::pin(async move {
        let until = tx.now_millis() + secs * 1000;
        let sql = Sql::new("INSERT INTO leases (name, holder, until_at) VALUES ")
            .list([
                sea_orm::Value::from(name.as_str()),
                sea_orm::Value::from(holder.as_str()),
                sea_orm::Value::from(until),
            ])
            .add(" ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_at = excluded.until_at WHERE leases.until_at < ")
            .bind(tx.now_millis());
        Ok(tx.exec(sql).await? > 0)
    })
}

fn forget<'t>(tx: &'t Tx, (before, limit): &'t (DateTime<Utc>, u32)) -> Run<'t, u64> {
    Box::pin(async move {
        let sql = Sql::new(
            "DELETE FROM idempotency WHERE (scope, key) IN (SELECT scope, key FROM idempotency WHERE created_at < ",
        )
        .bind(before.timestamp_millis())
        .add(" ORDER BY created_at LIMIT ")
        .bind(i64::from(*limit))
        .add(")");
        tx.exec(sql).await
    })
}

#[async_trait]
impl Reconciliations for Store {
    async fn begin_reconciliation(
        &self,
        id: &ReconciliationId,
        cause: &str,
        actor: &Actor,
    ) -> Result<ReconciliationId, StoreError> {
        let input = (id.clone(), cause.to_owned(), actor.clone());
        self.write(input, begin).await
    }

    async fn reconciliation(
        &self,
        id: &ReconciliationId,
    ) -> Result<Option<ReconciliationRun>, StoreError> {
        let sql = runs("WHERE r.id = ").bind(id.as_str());
        let row = sql::row(self.reader(), sql).await?;
        row.as_ref().map(run_record).transpose()
    }

    async fn reconciliations(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<ReconciliationRun>, StoreError> {
        let limit = cursor::limit(limit);
        let mut sql = runs("WHERE 1 = 1");
        if let Some((at, id)) = cursor::read(after)? {
            sql = sql
                .add(" AND (r.started_at, r.id) < (")
                .bind(at)
                .add(", ")
                .bind(id)
                .add(")");
        }
        sql = sql
            .add(" ORDER BY r.started_at DESC, r.id DESC LIMIT ")
            .bind(limit as i64 + 1);
        let found: Vec<ReconciliationRun> = sql::rows(self.reader(), sql)
            .await?
            .iter()
            .map(run_record)
            .collect::<Result<_, _>>()?;
        let (rows, next) = cursor::cut(found, limit, |run| {
            (run.started_at.timestamp_millis(), run.id.to_string())
        });
        Ok(Page {
            count: u32::try_from(rows.len()).unwrap_or(0),
            rows,
            next,
            sum: None,
        })
    }

    async fn deliveries_to_compare(
        &self,
        place: &str,
        since: DateTime<Utc>,
        carded_since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let sql = delivery_list::to_compare(self.backend(), place, since, carded_since, limit);
        sql::all::<delivery::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(delivery_record)
            .collect()
    }

    async fn own_differences(
        &self,
        before: DateTime<Utc>,
        since: DateTime<Utc>,
    ) -> Result<Vec<Difference>, StoreError> {
        let mut all = Vec::new();
        let lost = Sql::new(
            "SELECT c.delivery_id, d.order_id FROM cards c JOIN deliveries d ON d.id = c.delivery_id \
             WHERE c.state = 'code_unknown' ORDER BY c.delivery_id LIMIT 1000",
        );
        for row in sql::rows(self.reader(), lost).await? {
            let (subject, order): (String, String) = (row.cell(0)?, row.cell(1)?);
            all.push(own(
                subject,
                DifferenceKind::CodeUnknown,
                Some(&order),
                "code_unknown",
            )?);
        }
        let stuck = Sql::new(
            "SELECT d.id, d.order_id FROM deliveries d JOIN invoices i ON i.id = d.invoice_id WHERE d.state = 'issuing' \
             AND i.state = 'issued' AND i.issued_at < ",
        )
        .bind(before.timestamp_millis())
        .add(" AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.subject = d.id OR j.subject = i.id) ORDER BY d.id LIMIT 1000");
        for row in sql::rows(self.reader(), stuck).await? {
            let (subject, order): (String, String) = (row.cell(0)?, row.cell(1)?);
            all.push(own(
                subject,
                DifferenceKind::NoCard,
                Some(&order),
                "issuing",
            )?);
        }
        let unknown = Sql::new(
            "SELECT id FROM pushes WHERE state = 'ignored' AND event = 'user_authorize_invoice' \
             AND outcome LIKE 'there is no delivery %' AND received_at >= ",
        )
        .bind(since.timestamp_millis())
        // Handled again by a person and still nobody's: nothing is left to do about it.
        .add(
            " AND NOT EXISTS (SELECT 1 FROM reconciliation_differences x WHERE x.subject = pushes.id \
             AND x.kind = 'unknown_here' AND x.fixed_at IS NOT NULL) ORDER BY id LIMIT 1000",
        );
        for row in sql::rows(self.reader(), unknown).await? {
            all.push(own(
                row.cell(0)?,
                DifferenceKind::UnknownHere,
                None,
                "unknown",
            )?);
        }
        Ok(all)
    }

    async fn record_compared(
        &self,
        run: &ReconciliationRun,
        found: Vec<Difference>,
        done: bool,
    ) -> Result<(), StoreError> {
        self.write((run.clone(), found, done), compared).await
    }

    async fn differences(
        &self,
        run: &ReconciliationId,
        limit: u32,
    ) -> Result<Vec<Difference>, StoreError> {
        let sql = select::<difference::Entity>("WHERE run_id = ")
            .bind(run.as_str())
            .add(" ORDER BY CASE WHEN fixed_at IS NULL THEN 0 ELSE 1 END, kind, subject LIMIT ")
            .bind(i64::from(limit));
        sql::all::<difference::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(|model| {
                Ok(Difference {
                    kind: read::word(DifferenceKind::parse, &model.kind, "kind of a difference")?,
                    order: read::id_opt(model.order_id.as_deref())?,
                    here: model.here,
                    there: model.there,
                    fixed_at: read::time_opt(model.fixed_at)?,
                    fixed_by: model.fixed_by,
                    subject: model.subject,
                })
            })
            .collect()
    }

    async fn fix_difference(
        &self,
        run: &ReconciliationId,
        subject: &str,
        kind: DifferenceKind,
        then: Vec<QueuedJob>,
        actor: &Actor,
    ) -> Result<bool, StoreError> {
        let input = (run.clone(), subject.to_owned(), kind, then, actor.clone());
        self.write(input, fix).await
    }

    async fn take_lease(&self, name: &str, holder: &str, secs: i64) -> Result<bool, StoreError> {
        self.write((name.to_owned(), holder.to_owned(), secs), lease)
            .await
    }

    async fn forget_requests(&self, before: DateTime<Utc>, limit: u32) -> Result<u64, StoreError> {
        self.write((before, limit), forget).await
    }

    fn reads_cursor(&self, text: &str) -> bool {
        cursor::place(text).is_some()
    }

    async fn deliveries_page(
        &self,
        scope: &Scope,
        filter: &DeliveryFilter,
    ) -> Result<Page<DeliveryRow>, StoreError> {
        delivery_list::page(self, scope, filter).await
    }
}

fn own(
    subject: String,
    kind: DifferenceKind,
    order: Option<&str>,
    here: &str,
) -> Result<Difference, StoreError> {
    Ok(Difference {
        subject,
        kind,
        order: read::id_opt(order)?,
        here: here.to_owned(),
        there: String::new(),
        fixed_at: None,
        fixed_by: String::new(),
    })
}
