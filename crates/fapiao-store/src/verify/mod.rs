//! `verify`: does the ledger contradict itself (`design` decision 11)? Reads only, from one snapshot.

mod chain;
mod red;
mod states;
mod sums;
mod work;

use crate::{
    Store,
    error::db,
    sql::{self, Cells, Sql},
};
use fapiao_usecases::{errors::StoreError, ports::CheckResult};
use sea_orm::{AccessMode, DatabaseTransaction, DbBackend, IsolationLevel, TransactionTrait};

/// Most contradictions named of one rule.
const NAMED: usize = 20;
/// Rows read at once.
const PAGE: i64 = 5000;

/// Checks every rule.
pub(crate) async fn all(store: &Store) -> Result<Vec<CheckResult>, StoreError> {
    let snapshot = match store.backend() {
        DbBackend::Postgres => {
            store
                .reader()
                .begin_with_config(
                    Some(IsolationLevel::RepeatableRead),
                    Some(AccessMode::ReadOnly),
                )
                .await
        }
        _ => store.reader().begin().await,
    };
    let snapshot = snapshot.map_err(db)?;
    let mut results = Vec::new();
    results.extend(sums::all(&snapshot).await?);
    results.push(chain::unbroken(&snapshot, store.audit_keys()).await?);
    results.push(chain::numbers_in_chain(&snapshot).await?);
    results.push(states::along_edges(&snapshot).await?);
    results.extend(work::all(&snapshot).await?);
    results.extend(red::all(&snapshot).await?);
    snapshot.rollback().await.map_err(db)?;
    results.sort_by_key(|result| {
        let number: String = result.id.chars().filter(char::is_ascii_digit).collect();
        (number.parse().unwrap_or(u32::MAX), result.id.clone())
    });
    Ok(results)
}

/// A rule and what was found.
pub(crate) struct Check(pub(crate) CheckResult);

impl Check {
    pub(crate) fn new(id: &str, title_en: &str, title_zh: &str, query: &str) -> Check {
        Check(CheckResult {
            id: id.to_owned(),
            title_en: title_en.to_owned(),
            title_zh: title_zh.to_owned(),
            looked_at: 0,
            found: Vec::new(),
            query: query.to_owned(),
        })
    }

    /// Names a contradiction, unless enough are named.
    pub(crate) fn found(&mut self, what: String) {
        if self.0.found.len() < NAMED {
            self.0.found.push(what);
        }
    }

    fn full(&self) -> bool {
        self.0.found.len() >= NAMED
    }
}

/// A rule that is one query: each row it gives is a contradiction, told by its first column.
async fn rule(
    db_: &DatabaseTransaction,
    (id, title_en, title_zh): (&str, &str, &str),
    looked_at: &str,
    query: &str,
) -> Result<CheckResult, StoreError> {
    let mut check = Check::new(id, title_en, title_zh, query);
    check.0.looked_at = sql::number(db_, Sql::new(looked_at)).await?;
    let limited = format!("SELECT found FROM ({query}) AS contradictions LIMIT {NAMED}");
    for row in sql::rows(db_, Sql::new(limited)).await? {
        check.found(row.cell(0)?);
    }
    Ok(check.0)
}
