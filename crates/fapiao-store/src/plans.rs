//! How SQLite goes about a statement: for tests of what must not read a whole table.

use crate::{
    Store, StoreConfig,
    sql::{self, Cells, Sql},
};
use chrono::{DateTime, Utc};
use fapiao_usecases::ports::Clock;
use std::sync::Arc;

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}

/// A clock that stands still.
pub(crate) fn stopped() -> Arc<dyn Clock> {
    Arc::new(Stopped)
}

/// An empty ledger.
pub(crate) async fn ledger() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig {
        url: format!("sqlite://{}", folder.path().join("ledger.db").display()),
        max_connections: 1,
        audit_key: [7; 32],
        clock: stopped(),
    };
    let store = Store::open(config).await.unwrap();
    store.migrate().await.unwrap();
    (store, folder)
}

/// Its steps.
pub(crate) async fn plan(store: &Store, statement: Sql) -> Vec<String> {
    let plan = Sql::new("EXPLAIN QUERY PLAN ").join(statement);
    let mut steps = Vec::new();
    for row in sql::rows(store.reader(), plan).await.unwrap() {
        steps.push(row.cell::<String>(3).unwrap());
    }
    steps
}

/// The statement goes along an index (told by its name, or by what is looked up in it) and sorts nothing.
pub(crate) async fn assert_walks(store: &Store, statement: Sql, along: &str) {
    let steps = plan(store, statement).await;
    assert!(
        steps[0].contains(along) && !steps.iter().any(|it| it.contains("TEMP B-TREE")),
        "{steps:#?}"
    );
}
