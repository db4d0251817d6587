//! Opening a database: SQLite in a file, or PostgreSQL.

use crate::error;
use fapiao_migrations::Migrator;
use fapiao_migrations::MigratorTrait;
use fapiao_usecases::ports::Clock;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement,
    TransactionTrait,
    sqlx::{
        Executor,
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    },
};
use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};
use thiserror::Error;

/// How long a writer waits for another process that holds the SQLite file, and how long anyone waits for a connection.
const BUSY: Duration = Duration::from_secs(5);
/// Statements each connection keeps prepared.
const PREPARED: usize = 300;
/// Number that nodes lock while they migrate the same PostgreSQL database.
const MIGRATION_LOCK: i64 = 0x6661_7069_616f;

/// Where the ledger is.
#[derive(Clone)]
pub struct StoreConfig {
    /// `sqlite://folder/file.db`, `postgres://user:password@host/database`, or `sqlite::memory:` for a database in a
    /// temporary file that goes with the store.
    pub url: String,
    /// Connections to PostgreSQL; readers of SQLite. At least 2.
    pub max_connections: u32,
    /// Key of the audit chain: 32 random bytes that are not in the database.
    pub audit_key: [u8; 32],
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Shows neither the key nor the password in the address.
impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.url.split(':').next().unwrap_or_default();
        write!(
            f,
            "StoreConfig({kind}, {} connections)",
            self.max_connections
        )
    }
}

/// A ledger cannot be opened or brought to this version.
#[derive(Debug, Error)]
pub enum StoreOpenError {
    /// The address is neither SQLite's nor PostgreSQL's.
    #[error(
        "the database address must begin with sqlite: or postgres:, such as sqlite://data/fapiao.db; it begins with `{0}`"
    )]
    Address(String),
    /// The folder of the SQLite file cannot be made.
    #[error("the folder {0} cannot be made: {1}")]
    Folder(PathBuf, #[source] std::io::Error),
    /// A restore was interrupted between moving the former ledger aside and putting the new one in its place.
    #[error(
        "there is no ledger {0}, but a restore of it was interrupted: run `fapiao restore` again, or give the file named \
         {0}.before-restore its name back; an empty ledger is not begun in its place, unless {0}.restoring is removed"
    )]
    HalfRestored(String),
    /// There is no way to the database.
    #[error(
        "the database cannot be opened: {0}; check the address, the rights on the file, or whether the server runs"
    )]
    Connect(String),
    /// SQLite did not take a setting that durability needs.
    #[error("SQLite refused the setting {0}; is the file on a network share?")]
    Setting(&'static str),
    /// A migration failed.
    #[error("the schema cannot be brought to this version: {0}")]
    Migrate(String),
    /// A newer version was here before.
    #[error(
        "the database was migrated by a newer version of fapiao ({}): start that version, or restore a backup from before",
        .0.join(", ")
    )]
    NewerSchema(Vec<String>),
}

/// What the name of a ledger ends in while it is being put back.
pub const RESTORING: &str = ".restoring";

/// How the schema stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaStatus {
    /// Migrations in the database that this version knows, oldest first.
    pub applied: Vec<String>,
    /// Migrations that are still to be run.
    pub pending: Vec<String>,
    /// Migrations of a newer version.
    pub unknown: Vec<String>,
}

impl SchemaStatus {
    /// Whether this version and the database fit each other.
    pub fn is_current(&self) -> bool {
        self.pending.is_empty() && self.unknown.is_empty()
    }
}

/// For people: `7 of 7 migrations applied`.
impl fmt::Display for SchemaStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.applied.len() + self.pending.len();
        write!(f, "{} of {all} migrations applied", self.applied.len())?;
        if !self.unknown.is_empty() {
            write!(f, ", {} of a newer version", self.unknown.len())?;
        }
        Ok(())
    }
}

/// The connections of a store.
pub(crate) struct Connections {
    pub(crate) read: DatabaseConnection,
    pub(crate) write: DatabaseConnection,
    /// A file to be removed with the store.
    pub(crate) temporary: Option<PathBuf>,
}

/// Removes a temporary database.
pub(crate) fn remove(file: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let mut path = file.as_os_str().to_owned();
        path.push(ending);
        // Gone already is as good.
        let _ = std::fs::remove_file(path);
    }
}

/// Opens the connections.
pub(crate) async fn connect(config: &StoreConfig) -> Result<Connections, StoreOpenError> {
    let kind = config.url.split(':').next().unwrap_or_default();
    match kind {
        "sqlite" => sqlite(config).await,
        "postgres" | "postgresql" => {
            let database = postgres(config).await?;
            Ok(Connections {
                read: database.clone(),
                write: database,
                temporary: None,
            })
        }
        other => Err(StoreOpenError::Address(other.chars().take(16).collect())),
    }
}

fn failed(cause: DbErr) -> StoreOpenError {
    StoreOpenError::Connect(cause.to_string())
}

fn options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .connect_timeout(BUSY)
        .acquire_timeout(BUSY)
        .idle_timeout(None::<Duration>)
        .test_before_acquire(false)
        // Values may be secrets: statements are not logged.
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    options
}

async fn sqlite(config: &StoreConfig) -> Result<Connections, StoreOpenError> {
    let temporary = config.url.contains(":memory:").then(|| {
        let name: fapiao_domain::ids::PushId = fapiao_usecases::ids::fresh(config.clock.now());
        std::env::temp_dir().join(format!("fapiao-{name}.db"))
    });
    let file = match &temporary {
        Some(path) => SqliteConnectOptions::new().filename(path),
        None => SqliteConnectOptions::from_str(&config.url)
            .map_err(|cause| StoreOpenError::Connect(cause.to_string()))?,
    };
    if let Some(folder) = file.get_filename().parent()
        && !folder.as_os_str().is_empty()
    {
        std::fs::create_dir_all(folder)
            .map_err(|cause| StoreOpenError::Folder(folder.to_owned(), cause))?;
    }
    let ledger = file.get_filename();
    let mut restoring = ledger.as_os_str().to_owned();
    restoring.push(RESTORING);
    if !ledger.exists() && Path::new(&restoring).exists() {
        return Err(StoreOpenError::HalfRestored(ledger.display().to_string()));
    }
    let file = file
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY)
        .foreign_keys(true)
        .statement_cache_capacity(PREPARED)
        .pragma("temp_store", "MEMORY")
        .pragma("wal_autocheckpoint", "4000")
        .pragma("journal_size_limit", "67108864")
        .optimize_on_close(false, None);
    let writing = file.clone().pragma("cache_size", "-16000");
    let mut one = options("sqlite://", 1);
    one.map_sqlx_sqlite_opts(move |_| writing.clone());
    let write = Database::connect(one).await.map_err(failed)?;
    check_setting(&write, "journal_mode", "wal").await?;
    check_setting(&write, "synchronous", "2").await?;
    check_setting(&write, "foreign_keys", "1").await?;
    let reading = file.pragma("query_only", "ON");
    let mut many = options("sqlite://", config.max_connections.max(2));
    many.map_sqlx_sqlite_opts(move |_| reading.clone());
    let read = Database::connect(many).await.map_err(failed)?;
    Ok(Connections {
        read,
        write,
        temporary,
    })
}

async fn check_setting(
    database: &DatabaseConnection,
    setting: &'static str,
    wanted: &str,
) -> Result<(), StoreOpenError> {
    let query = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA {setting}"));
    let row = database.query_one_raw(query).await.map_err(failed)?;
    let text = row.and_then(|row| {
        row.try_get_by_index::<String>(0)
            .or_else(|_| row.try_get_by_index::<i64>(0).map(|it| it.to_string()))
            .ok()
    });
    if text.as_deref() == Some(wanted) {
        Ok(())
    } else {
        Err(StoreOpenError::Setting(setting))
    }
}

async fn postgres(config: &StoreConfig) -> Result<DatabaseConnection, StoreOpenError> {
    let mut options = options(&config.url, config.max_connections.max(2));
    options
        .set_application_name("fapiao")
        // A server that restarted leaves dead connections behind: ask before one that rested is used.
        .test_before_acquire_if_idle_for(Duration::from_secs(5))
        .map_sqlx_postgres_opts(|options| options.statement_cache_capacity(PREPARED))
        .map_sqlx_postgres_pool_opts(|pool| {
            pool.after_connect(|connection, _| {
                Box::pin(async move {
                    // A lock that is held longer is an accident: give up, say so, and let the caller try again.
                    connection
                        .execute("SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'")
                        .await?;
                    Ok(())
                })
            })
        });
    Database::connect(options).await.map_err(failed)
}

/// Brings the schema to this version. Safe to run on several nodes at once.
pub(crate) async fn migrate(database: &DatabaseConnection) -> Result<(), StoreOpenError> {
    let failed = |cause: DbErr| StoreOpenError::Migrate(cause.to_string());
    let guard = match database.get_database_backend() {
        DbBackend::Postgres => {
            let guard = database.begin().await.map_err(failed)?;
            guard
                .execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
                .await
                .map_err(failed)?;
            Some(guard)
        }
        _ => None,
    };
    let status = schema_status(database).await?;
    if !status.unknown.is_empty() {
        return Err(StoreOpenError::NewerSchema(status.unknown));
    }
    if !status.pending.is_empty() {
        Migrator::up(database, None).await.map_err(failed)?;
    }
    if let Some(guard) = guard {
        guard.commit().await.map_err(failed)?;
    } else {
        // Tells SQLite's planner how the tables have grown; reads a bounded sample.
        database
            .execute_unprepared("PRAGMA optimize = 0x10002")
            .await
            .map_err(failed)?;
    }
    Ok(())
}

/// Compares the database with the migrations of this version.
pub(crate) async fn schema_status(
    database: &DatabaseConnection,
) -> Result<SchemaStatus, StoreOpenError> {
    let backend = database.get_database_backend();
    let there = match backend {
        DbBackend::Postgres => {
            "SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() \
             AND table_name = 'seaql_migrations'"
        }
        _ => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'",
    };
    let ask = |text: &str| Statement::from_string(backend, text.to_owned());
    let there = database.query_one_raw(ask(there)).await.map_err(failed)?;
    let mut found: Vec<String> = Vec::new();
    if there.is_some() {
        let rows = database
            .query_all_raw(ask("SELECT version FROM seaql_migrations ORDER BY version"))
            .await
            .map_err(failed)?;
        for row in rows {
            found.push(row.try_get_by_index(0).map_err(failed)?);
        }
    }
    let known: Vec<String> = Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect();
    Ok(SchemaStatus {
        pending: known
            .iter()
            .filter(|name| !found.contains(name))
            .cloned()
            .collect(),
        applied: known
            .iter()
            .filter(|name| found.contains(name))
            .cloned()
            .collect(),
        unknown: found
            .into_iter()
            .filter(|name| !known.contains(name))
            .collect(),
    })
}

/// Turns an opening error into one of the store, for callers that know only those.
impl From<StoreOpenError> for fapiao_usecases::errors::StoreError {
    fn from(cause: StoreOpenError) -> Self {
        error::unavailable(cause.to_string(), false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Store,
        plans::{ledger, stopped},
    };

    #[tokio::test]
    async fn no_empty_ledger_is_begun_where_a_restore_was_interrupted() {
        let (store, folder) = ledger().await;
        drop(store);
        let [path, half] = ["other.db", "other.db.restoring"].map(|it| folder.path().join(it));
        std::fs::write(&half, "half").unwrap();
        let config = || StoreConfig {
            url: format!("sqlite://{}", path.display()),
            max_connections: 1,
            audit_key: [7; 32],
            clock: stopped(),
        };
        let refused = Store::open(config()).await.err().unwrap().to_string();
        assert!(
            refused.contains("before-restore") && !path.exists(),
            "{refused}"
        );
        std::fs::remove_file(&half).unwrap();
        Store::open(config()).await.unwrap();
        assert!(path.exists());
    }
}
