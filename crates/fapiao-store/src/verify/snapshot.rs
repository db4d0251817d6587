//! Several connections that see the database at the same moment.

use crate::{
    Store,
    error::{db, unavailable},
    sql::{self, Cells, Sql},
};
use fapiao_usecases::errors::StoreError;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, DbBackend, IsolationLevel,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tokio::sync::OwnedSemaphorePermit;

/// Connections with one snapshot.
pub(super) struct Readers {
    pub(super) each: Vec<DatabaseTransaction>,
    /// As long as this is held no other check of this node takes connections.
    pub(super) turn: OwnedSemaphorePermit,
}

/// Opens as many as there is work for and the pool can spare; at least one. Waits for a check that is under way: two
/// would leave no connection to those who only want to read a page.
pub(super) async fn readers(store: &Store) -> Result<Readers, StoreError> {
    let store = store.clone();
    let opening = async move {
        let turn = store.turn_to_check().await?;
        let wanted = store.readers_to_spare();
        let each = match store.backend() {
            DbBackend::Postgres => postgres(&store, wanted).await?,
            _ => sqlite(&store, wanted).await?,
        };
        Ok(Readers { each, turn })
    };
    // A task of its own: whoever checks may write something before it looks after the check again, and that write would
    // wait for a lock which this gives back only when it is looked after.
    let opened = tokio::spawn(opening).await;
    opened.map_err(|_| unavailable("opening a snapshot was stopped", false))?
}

/// The first one's snapshot is exported; the others take it over.
async fn postgres(store: &Store, wanted: usize) -> Result<Vec<DatabaseTransaction>, StoreError> {
    let begin = || {
        store.reader().begin_with_config(
            Some(IsolationLevel::RepeatableRead),
            Some(AccessMode::ReadOnly),
        )
    };
    let first = begin().await.map_err(db)?;
    let mut readers = Vec::with_capacity(wanted);
    if wanted > 1 {
        let exported = sql::row(&first, Sql::new("SELECT pg_export_snapshot()")).await?;
        let name: String = match exported {
            Some(row) => row.cell(0)?,
            None => return Err(unavailable("PostgreSQL exported no snapshot", true)),
        };
        // A name of PostgreSQL's own making: digits, capitals and dashes.
        let name = name.replace('\'', "");
        for _ in 1..wanted {
            let reader = begin().await.map_err(db)?;
            reader
                .execute_unprepared(&format!("SET TRANSACTION SNAPSHOT '{name}'"))
                .await
                .map_err(db)?;
            readers.push(reader);
        }
    }
    readers.insert(0, first);
    Ok(readers)
}

/// The file is not mapped into memory: over a million invoices the page faults took three times as long as copying pages.
///
/// A reader's snapshot is that of its first read. Nobody commits while they all do theirs: the right to write is held for
/// that moment.
async fn sqlite(store: &Store, wanted: usize) -> Result<Vec<DatabaseTransaction>, StoreError> {
    let mut readers = Vec::with_capacity(wanted);
    for _ in 0..wanted {
        readers.push(store.reader().begin().await.map_err(db)?);
    }
    let held = match wanted {
        1 => None,
        _ => {
            let options = TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            };
            let begun = store.write_connection().begin_with_options(options).await;
            Some(begun.map_err(db)?)
        }
    };
    for reader in &readers {
        sql::row(reader, Sql::new("SELECT seq FROM audit_head")).await?;
    }
    if let Some(held) = held {
        held.rollback().await.map_err(db)?;
    }
    Ok(readers)
}
