//! One transaction of the writer: the rows it changes, and what it owes at its end.

use crate::{
    audit::{self, Line},
    content,
    error::db,
    keys::AuditKeys,
    queue,
    rehearsal::Notes,
    sql::{self, Sql},
};
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{DeliveryId, Id};
use fapiao_usecases::{errors::StoreError, jobs::QueuedJob};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, EntityTrait,
    FromQueryResult, ModelTrait, QueryResult, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// An open transaction. Lines of the audit chain and new jobs are collected and written together just before the
/// commit, so that the end of the chain is held as briefly as can be.
pub(crate) struct Tx {
    pub(crate) db: DatabaseTransaction,
    pub(crate) backend: DbBackend,
    /// The time by the product's clock, one for the whole transaction.
    pub(crate) now: DateTime<Utc>,
    owed: Mutex<Owed>,
}

#[derive(Default)]
struct Owed {
    lines: Vec<Line>,
    jobs: Vec<QueuedJob>,
    changed: Vec<String>,
    work_due: bool,
}

/// How much was owed at some point: what a rolled back savepoint returns to.
pub(crate) struct Mark {
    lines: usize,
    jobs: usize,
    changed: usize,
}

/// What happens after the commit.
#[derive(Default)]
pub(crate) struct Aftermath {
    /// Deliveries that changed.
    pub(crate) changed: Vec<String>,
    /// Whether a job can be run at once.
    pub(crate) work_due: bool,
}

impl Tx {
    /// Opens a transaction that may write.
    pub(crate) async fn begin(
        database: &DatabaseConnection,
        now: DateTime<Utc>,
    ) -> Result<Tx, StoreError> {
        let backend = database.get_database_backend();
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = match backend {
            DbBackend::Sqlite => database.begin_with_options(options).await,
            _ => database.begin().await,
        };
        Ok(Tx {
            db: transaction.map_err(db)?,
            backend,
            now,
            owed: Mutex::default(),
        })
    }

    /// The moment as stored.
    pub(crate) fn now_millis(&self) -> i64 {
        self.now.timestamp_millis()
    }

    /// Runs a statement; how many rows it changed.
    pub(crate) async fn exec(&self, sql: Sql) -> Result<u64, StoreError> {
        sql::exec(&self.db, sql).await
    }

    /// All rows of a query.
    pub(crate) async fn rows(&self, sql: Sql) -> Result<Vec<QueryResult>, StoreError> {
        sql::rows(&self.db, sql).await
    }

    /// All rows of a query as models.
    pub(crate) async fn all<M: FromQueryResult>(&self, sql: Sql) -> Result<Vec<M>, StoreError> {
        sql::all(&self.db, sql).await
    }

    /// The first row of a query as a model.
    pub(crate) async fn one<M: FromQueryResult>(&self, sql: Sql) -> Result<Option<M>, StoreError> {
        sql::one(&self.db, sql).await
    }

    /// Inserts whole rows.
    pub(crate) async fn insert<E>(
        &self,
        models: &[E::Model],
        tail: &str,
    ) -> Result<Vec<QueryResult>, StoreError>
    where
        E: EntityTrait,
        E::Model: ModelTrait<Entity = E> + Sync,
    {
        sql::insert::<E>(&self.db, models, tail).await
    }

    /// Runs a text as it is: savepoints.
    pub(crate) async fn plain(&self, text: &str) -> Result<(), StoreError> {
        self.db.execute_unprepared(text).await.map_err(db)?;
        Ok(())
    }

    /// Adds a line to the chain.
    pub(crate) fn audit(&self, line: Line) {
        self.owed().lines.push(line);
    }

    /// Queues a job.
    pub(crate) fn enqueue(&self, job: QueuedJob) {
        let mut owed = self.owed();
        owed.work_due |= job.delay_secs == 0;
        owed.jobs.push(job);
    }

    /// Queues jobs.
    pub(crate) fn enqueue_all(&self, jobs: &[QueuedJob]) {
        for job in jobs {
            self.enqueue(job.clone());
        }
    }

    /// Says that a job can be run at once although none was queued.
    pub(crate) fn work_is_due(&self) {
        self.owed().work_due = true;
    }

    /// Says that a delivery, its invoice or its card changed.
    pub(crate) fn changed(&self, delivery: &DeliveryId) {
        self.changed_id(delivery.as_str());
    }

    /// As [`Tx::changed`], by the stored id.
    pub(crate) fn changed_id(&self, delivery: &str) {
        self.owed().changed.push(delivery.to_owned());
    }

    /// How much is owed now.
    pub(crate) fn mark(&self) -> Mark {
        let owed = self.owed();
        Mark {
            lines: owed.lines.len(),
            jobs: owed.jobs.len(),
            changed: owed.changed.len(),
        }
    }

    /// Forgets what was owed since.
    pub(crate) fn forget_since(&self, mark: &Mark) {
        let mut owed = self.owed();
        owed.lines.truncate(mark.lines);
        owed.jobs.truncate(mark.jobs);
        owed.changed.truncate(mark.changed);
    }

    /// Notes what is owed, and the rows that it is about, instead of writing it.
    pub(crate) async fn note_owed(&self, notes: &Notes) -> Result<(), StoreError> {
        let things: BTreeSet<String> = {
            let owed = self.owed();
            notes.keep(&owed.lines, &owed.jobs);
            let of_lines = owed.lines.iter().flat_map(Line::things);
            of_lines
                .chain(owed.changed.iter().map(String::as_str))
                .map(str::to_owned)
                .collect()
        };
        notes.compare(self, &things).await
    }

    /// Writes what is owed and commits.
    pub(crate) async fn commit(self, audit_keys: &AuditKeys) -> Result<Aftermath, StoreError> {
        let mut owed = std::mem::take(&mut *self.owed());
        queue::insert_jobs(&self, owed.jobs).await?;
        content::seal(&self, &mut owed.lines).await?;
        audit::append(&self, owed.lines, audit_keys).await?;
        self.db.commit().await.map_err(db)?;
        Ok(Aftermath {
            changed: owed.changed,
            work_due: owed.work_due,
        })
    }

    /// Undoes everything.
    pub(crate) async fn rollback(self) {
        // A connection that cannot even roll back is closed by the pool, which has the same effect.
        let _ = self.db.rollback().await;
    }

    fn owed(&self) -> MutexGuard<'_, Owed> {
        self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
