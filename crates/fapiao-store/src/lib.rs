//! The ledger: sea-orm entities and one transaction per port method.
//!
//! [`Store`] implements every port of `fapiao_usecases::ports::Storage`, on SQLite and on PostgreSQL, with one schema and
//! one set of statements. An answer comes only after the commit.
//!
//! - Hot writes go over slices and are gathered into sets (`gather`); all other writes share transactions, each in a
//!   savepoint of its own (`writer`).
//! - Lines of the audit chain and new jobs are written just before the commit of the transaction that caused them (`tx`).
//! - Reads go to connections of their own, which cannot write.

mod accept;
mod access;
mod asked_platforms;
mod audit;
mod bookkeeping;
mod cache;
mod card;
mod card_report;
mod claim;
mod code_versions;
mod company;
mod content;
mod cursor;
mod delivery;
mod delivery_list;
mod designs;
mod document;
mod documents;
mod entity;
mod error;
mod exchange;
mod findings;
mod fiscal;
mod gateway;
mod gather;
mod idempotent;
mod inbox;
mod invoice;
mod invoice_list;
mod issuing;
mod job_end;
mod keys;
mod ledger;
mod matching;
mod months;
mod naming;
mod numbering;
mod open;
mod order;
mod outcome;
mod outlook;
mod payment_claim;
#[cfg(test)]
mod plans;
mod proof;
mod queue;
mod quota;
mod read;
mod reconciliation;
mod red;
mod rehearsal;
mod reports;
mod reserve;
mod rights;
mod sales;
mod sealed;
mod setup;
mod signals;
mod signing;
mod sql;
mod statements;
mod stock;
mod tax_data;
mod tax_routes;
mod template_tries;
mod throttle;
mod token_notes;
mod tokens;
mod tx;
mod unified;
mod uninvoiced;
mod upkeep;
mod verify;
mod writer;

pub use keys::{AuditKey, AuditKeys};
pub use open::{RESTORING, SchemaStatus, StoreConfig, StoreOpenError};

use cache::{Cache, Touched};
use chrono::{DateTime, Utc};
use fapiao_usecases::{
    errors::StoreError,
    jobs::FinishedJob,
    ports::{Accepted, Clock, HourOfUse, NewOrder, NewPush, Recorded, Reservation},
    records::{Account, ApiKey, CodeBook, Seller, Store as StoreRecord, UsableRate},
};
use gather::Lane;
use outcome::{Said, Upload};
use reserve::Wanted;
use sea_orm::{DatabaseConnection, DbBackend};
use signals::Signals;
use std::{fmt, path::PathBuf, sync::Arc, time::Duration};
use throttle::{Throttle, Warnings};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tx::Tx;
use writer::{Run, Writer, WriterParts};

/// Settings are looked up anew after this long; saves of this process are seen at once.
const SETTINGS_KEPT: Duration = Duration::from_secs(3);
/// Tax data changes seldom.
const TAX_DATA_KEPT: Duration = Duration::from_secs(60);
/// Writers side by side on PostgreSQL. More only wait for each other at the end of the audit chain.
const POSTGRES_WRITERS: u32 = 3;

/// The one store behind all storage ports. Clones share everything.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    read: DatabaseConnection,
    write: DatabaseConnection,
    /// Connections that long reads may hold at once.
    readers_to_spare: usize,
    /// One check of the whole ledger at a time.
    checks: Arc<Semaphore>,
    writer: Writer,
    lanes: Lanes,
    caches: Caches,
    touched: Touched,
    throttle: Throttle,
    warnings: Warnings,
    signals: Arc<Signals>,
    audit_keys: AuditKeys,
    clock: Arc<dyn Clock>,
    temporary: Option<PathBuf>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(file) = &self.temporary {
            open::remove(file);
        }
    }
}

/// The set-wise writes.
pub(crate) struct Lanes {
    pub(crate) accept: Lane<NewOrder, Accepted>,
    pub(crate) push: Lane<NewPush, Recorded>,
    pub(crate) finish: Lane<FinishedJob, ()>,
    pub(crate) reserve: Lane<Wanted, Reservation>,
    pub(crate) upload: Lane<Upload, ()>,
    pub(crate) outcome: Lane<Said, ()>,
}

impl Default for Lanes {
    fn default() -> Lanes {
        Lanes {
            accept: Lane::new(accept::accept),
            push: Lane::new(inbox::record),
            finish: Lane::new(job_end::finish),
            reserve: Lane::new(reserve::reserve),
            upload: Lane::new(outcome::record_uploads),
            outcome: Lane::new(outcome::record),
        }
    }
}

/// What is looked up all the time.
pub(crate) struct Caches {
    pub(crate) sellers: Cache<Option<Seller>>,
    pub(crate) stores: Cache<Option<StoreRecord>>,
    pub(crate) accounts: Cache<Option<Account>>,
    pub(crate) keys: Cache<Option<ApiKey>>,
    pub(crate) pace: Cache<Arc<Vec<HourOfUse>>>,
    pub(crate) tax_codes: Cache<Arc<CodeBook>>,
    pub(crate) rates: Cache<Vec<UsableRate>>,
}

impl Default for Caches {
    fn default() -> Caches {
        Caches {
            sellers: Cache::new(SETTINGS_KEPT),
            stores: Cache::new(SETTINGS_KEPT),
            accounts: Cache::new(SETTINGS_KEPT),
            keys: Cache::new(SETTINGS_KEPT),
            pace: Cache::new(TAX_DATA_KEPT),
            tax_codes: Cache::new(TAX_DATA_KEPT),
            rates: Cache::new(TAX_DATA_KEPT),
        }
    }
}

impl Store {
    /// Opens the ledger and starts its writers in the current tokio runtime. The schema is left as it is: see
    /// [`Store::migrate`].
    ///
    /// # Errors
    /// [`StoreOpenError`] says what is wrong with the address, the file or the server.
    pub async fn open(config: StoreConfig) -> Result<Store, StoreOpenError> {
        let keys = AuditKeys::only(config.audit_key);
        Store::open_with_keys(config, keys).await
    }

    /// As [`Store::open`], with an audit chain that knows several keys; `audit_key` of the settings is not used.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_with_keys(
        config: StoreConfig,
        audit_keys: AuditKeys,
    ) -> Result<Store, StoreOpenError> {
        let connections = open::connect(&config).await?;
        let signals = Arc::new(Signals::default());
        let parts = WriterParts {
            database: connections.write.clone(),
            audit_keys: audit_keys.clone(),
            clock: config.clock.clone(),
            signals: signals.clone(),
            rehearsal: None,
        };
        let writers = match connections.write.get_database_backend() {
            DbBackend::Postgres => POSTGRES_WRITERS.min(config.max_connections.max(2) - 1),
            _ => 1,
        };
        // Half of what the writers leave: the rest keeps answering. More than the cores only wait for each other.
        let free = match connections.write.get_database_backend() {
            DbBackend::Postgres => config.max_connections.saturating_sub(writers),
            _ => config.max_connections.max(2),
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let readers_to_spare = (free as usize / 2).clamp(1, cores + 1);
        Ok(Store {
            inner: Arc::new(Inner {
                readers_to_spare,
                checks: Arc::new(Semaphore::new(1)),
                read: connections.read,
                write: connections.write,
                writer: Writer::start(parts, writers),
                lanes: Lanes::default(),
                caches: Caches::default(),
                touched: Touched::default(),
                throttle: Throttle::default(),
                warnings: Warnings::default(),
                signals,
                audit_keys,
                clock: config.clock,
                temporary: connections.temporary,
            }),
        })
    }

    /// Brings the schema to this version. Harmless when it is there already, and on several nodes at once.
    ///
    /// # Errors
    /// [`StoreOpenError::NewerSchema`] when a newer version was here, [`StoreOpenError::Migrate`] when a statement fails.
    pub async fn migrate(&self) -> Result<(), StoreOpenError> {
        open::migrate(&self.inner.write).await
    }

    /// How the schema stands.
    ///
    /// # Errors
    /// [`StoreOpenError::Connect`] when the database does not answer.
    pub async fn schema_status(&self) -> Result<SchemaStatus, StoreOpenError> {
        open::schema_status(&self.inner.read).await
    }

    /// Writes a consistent copy of a SQLite database into a new file, while the ledger is in use.
    ///
    /// # Errors
    /// [`StoreError`] when the file is there already or cannot be written; PostgreSQL has `pg_dump` for this.
    pub async fn copy_to(&self, file: &std::path::Path) -> Result<(), StoreError> {
        if self.backend() != DbBackend::Sqlite {
            let text = "only SQLite is copied by fapiao; use pg_dump";
            return Err(error::unavailable(text, false));
        }
        let sql = sql::Sql::new("VACUUM INTO ").bind(file.display().to_string());
        sql::exec(&self.inner.write, sql).await.map(drop)
    }

    pub(crate) async fn write<I, T>(
        &self,
        input: I,
        act: for<'t> fn(&'t Tx, &'t I) -> Run<'t, T>,
    ) -> Result<T, StoreError>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.inner.writer.write(input, act).await
    }

    pub(crate) fn writer(&self) -> &Writer {
        &self.inner.writer
    }

    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.inner.read
    }

    pub(crate) fn write_connection(&self) -> &DatabaseConnection {
        &self.inner.write
    }

    pub(crate) fn readers_to_spare(&self) -> usize {
        self.inner.readers_to_spare
    }

    /// Waits until no other check of this node runs.
    pub(crate) async fn turn_to_check(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        let turn = self.inner.checks.clone().acquire_owned().await;
        turn.map_err(|_| error::unavailable("the store was closed before the check", false))
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.inner.read.get_database_backend()
    }

    pub(crate) fn lanes(&self) -> &Lanes {
        &self.inner.lanes
    }

    pub(crate) fn caches(&self) -> &Caches {
        &self.inner.caches
    }

    pub(crate) fn touched(&self) -> &Touched {
        &self.inner.touched
    }

    pub(crate) fn throttle(&self) -> &Throttle {
        &self.inner.throttle
    }

    pub(crate) fn warnings(&self) -> &Warnings {
        &self.inner.warnings
    }

    pub(crate) fn signals(&self) -> &Signals {
        &self.inner.signals
    }

    pub(crate) fn audit_keys(&self) -> &AuditKeys {
        &self.inner.audit_keys
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.inner.clock.now()
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({:?})", self.backend())
    }
}
