//! A store whose writes are rolled back and noted: the very statements of the product, without their effect.

use crate::{Caches, Inner, Lanes, Store, cache::Touched, writer::Writer};
use crate::{
    audit::Line,
    entity::{card, delivery, invoice, order},
    signals::Signals,
    sql::{self, Cells, Sql},
    throttle::{Throttle, Warnings},
    tx::Tx,
    writer::WriterParts,
};
use fapiao_domain::ids::{DeliveryId, Id, InvoiceId, OrderId};
use fapiao_usecases::{
    errors::StoreError,
    jobs::QueuedJob,
    ports::{PlannedChange, PlannedValue, RehearsalLog, Rehearse, Rehearsed, Storage},
};
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, IdenStatic, Iterable};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

/// Counts the writes of a row; nobody reads it.
const VERSION: &str = "version";

/// What a rehearsal would have written.
pub(crate) struct Notes {
    all: Mutex<Rehearsed>,
    /// Sees what is committed.
    read: DatabaseConnection,
}

impl Notes {
    /// Nothing yet.
    pub(crate) fn beside(read: DatabaseConnection) -> Notes {
        Notes {
            all: Mutex::default(),
            read,
        }
    }

    /// Notes how rows of these things (ids of orders, deliveries and invoices) stand in a transaction and outside of it.
    pub(crate) async fn compare(
        &self,
        tx: &Tx,
        things: &BTreeSet<String>,
    ) -> Result<(), StoreError> {
        let mut found = Vec::new();
        let ids = with_prefix(things, OrderId::PREFIX);
        found.extend(self.of::<order::Entity>(tx, "id", &ids).await?);
        let ids = with_prefix(things, DeliveryId::PREFIX);
        found.extend(self.of::<delivery::Entity>(tx, "id", &ids).await?);
        found.extend(self.of::<card::Entity>(tx, "delivery_id", &ids).await?);
        let ids = with_prefix(things, InvoiceId::PREFIX);
        found.extend(self.of::<invoice::Entity>(tx, "id", &ids).await?);
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.values.extend(found);
        Ok(())
    }

    async fn of<E: EntityTrait>(
        &self,
        tx: &Tx,
        key: &str,
        ids: &[&str],
    ) -> Result<Vec<PlannedValue>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let table = E::default().table_name();
        let before = texts::<E>(&self.read, key, ids).await?;
        let mut found = Vec::new();
        for (row, after) in texts::<E>(&tx.db, key, ids).await? {
            let known = before.get(&row);
            for (place, (column, after)) in after.into_iter().enumerate() {
                let before = known.and_then(|it| it[place].1.clone());
                if before != after && column != VERSION {
                    found.push(PlannedValue {
                        table,
                        row: row.clone(),
                        column,
                        before,
                        after,
                    });
                }
            }
        }
        Ok(found)
    }

    /// Notes what a transaction owed at its end.
    pub(crate) fn keep(&self, lines: &[Line], jobs: &[QueuedJob]) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.changes.extend(lines.iter().map(|line| PlannedChange {
            action: line.action().to_owned(),
            subject: line.subject().to_owned(),
            data: line.data(),
        }));
        let job = |it: &QueuedJob| (it.job.kind().to_owned(), it.job.subject());
        all.jobs.extend(jobs.iter().map(job));
    }

    fn told(&self) -> Rehearsed {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.clone()
    }
}

fn with_prefix<'a>(things: &'a BTreeSet<String>, prefix: &str) -> Vec<&'a str> {
    let all = things.iter().map(String::as_str);
    all.filter(|it| it.starts_with(prefix)).collect()
}

/// The rows with these keys, every column as text.
async fn texts<E: EntityTrait>(
    database: &impl ConnectionTrait,
    key: &str,
    ids: &[&str],
) -> Result<BTreeMap<String, Vec<(String, Option<String>)>>, StoreError> {
    let columns: Vec<String> = E::Column::iter().map(|it| it.as_str().to_owned()).collect();
    let casts: Vec<String> = columns
        .iter()
        .map(|it| format!("CAST({it} AS TEXT)"))
        .collect();
    let query = Sql::new(format!(
        "SELECT {key}, {} FROM {} WHERE {key} IN ",
        casts.join(", "),
        E::default().table_name()
    ));
    let mut rows = BTreeMap::new();
    for row in sql::rows(database, query.list(ids.iter().copied())).await? {
        let mut values = Vec::with_capacity(columns.len());
        for (place, column) in columns.iter().enumerate() {
            let value: Option<String> = row.cell(place + 1)?;
            values.push((column.clone(), value.filter(|it| !it.is_empty())));
        }
        rows.insert(row.cell(0)?, values);
    }
    Ok(rows)
}

impl Rehearse for Store {
    fn rehearse(&self) -> (Arc<dyn Storage>, RehearsalLog) {
        let notes = Arc::new(Notes::beside(self.inner.read.clone()));
        let inner = &self.inner;
        // Nobody is woken by what did not happen.
        let signals = Arc::new(Signals::default());
        let parts = WriterParts {
            database: inner.write.clone(),
            audit_keys: inner.audit_keys.clone(),
            clock: inner.clock.clone(),
            signals: signals.clone(),
            rehearsal: Some(notes.clone()),
        };
        let store = Store {
            inner: Arc::new(Inner {
                readers_to_spare: 1,
                checks: inner.checks.clone(),
                read: inner.read.clone(),
                write: inner.write.clone(),
                writer: Writer::start(parts, 1),
                lanes: Lanes::default(),
                caches: Caches::default(),
                touched: Touched::default(),
                throttle: Throttle::default(),
                warnings: Warnings::default(),
                signals,
                audit_keys: inner.audit_keys.clone(),
                clock: inner.clock.clone(),
                temporary: None,
            }),
        };
        (Arc::new(store), Arc::new(move || notes.told()))
    }
}
