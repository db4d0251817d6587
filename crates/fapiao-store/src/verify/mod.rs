//! `verify`: does the ledger contradict itself (`design` decision 11)? Reads only, from one snapshot.
//!
//! Several connections work on the same snapshot side by side: each takes the next thing to do until nothing is left.
//! There are three kinds of it: a rule that is one query, a range of the audit chain (`chain`), and a range of orders
//! (`orders`). The two scans read twelve lines an invoice; they have the database pack a thousand lines into one value
//! (`packed`), because handing over twelve million rows one by one takes longer than everything else together.

mod answers;
mod chain;
mod digest;
mod fiscal;
mod order_sums;
mod orders;
pub(crate) mod packed;
mod red;
mod snapshot;
mod states;
mod sums;
mod wallet;
mod work;

pub(crate) use digest::digest;

use crate::{
    Store,
    error::{self, unavailable},
    sql::{self, Cells, Sql},
};
use fapiao_usecases::{errors::StoreError, ports::CheckResult};
use sea_orm::{DatabaseTransaction, TransactionTrait};
use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// Most contradictions named of one rule.
const NAMED: usize = 20;
/// Rows read at once.
const PAGE: i64 = 5000;
/// Both scans are done in at least so many ranges, however short the chain: joints are an everyday matter.
const RANGES: i64 = 4;

/// A running check.
type Checking<'t> = Pin<Box<dyn Future<Output = Result<CheckResult, StoreError>> + Send + 't>>;
/// A rule that is checked by itself.
type Rule = for<'t> fn(&'t DatabaseTransaction) -> Checking<'t>;

/// What is to be done, shared by those who do it.
struct Plan {
    rules: Mutex<VecDeque<Rule>>,
    chain: Mutex<VecDeque<chain::Range>>,
    keys: chain::Keys,
    orders: orders::Cursor,
}

/// What came out of one piece of it.
enum Outcome {
    Rule(CheckResult),
    Chain(chain::Walked),
    Orders(orders::Followed),
}

/// Checks every rule.
pub(crate) async fn all(store: &Store) -> Result<Vec<CheckResult>, StoreError> {
    let readers = snapshot::readers(store).await?;
    let first = readers
        .each
        .first()
        .ok_or_else(|| unavailable("no connection to the database is free for the check", true))?;
    let mut total = chain::Total::read(first, store.audit_keys()).await?;
    let plan = Arc::new(Plan {
        rules: Mutex::new(rules()),
        chain: Mutex::new(total.ranges()),
        keys: total.keys().clone(),
        orders: orders::Cursor::new(total.lines()),
    });
    let mut workers = JoinSet::new();
    for reader in readers.each {
        workers.spawn(work_off(reader, plan.clone()));
    }
    let mut results = Vec::new();
    let mut followed = orders::Total::default();
    while let Some(ended) = workers.join_next().await {
        let outcomes = ended.map_err(|_| unavailable("a part of the check stopped", false))??;
        for (outcome, took) in outcomes {
            match outcome {
                Outcome::Rule(mut result) => {
                    result.took_millis = millis(took);
                    results.push(result);
                }
                Outcome::Chain(walked) => total.add(walked, took),
                Outcome::Orders(one) => followed.add(one, took),
            }
        }
    }
    drop(readers.turn);
    results.push(total.result());
    results.extend(followed.results());
    results.sort_by_key(|result| {
        let number: String = result.id.chars().filter(char::is_ascii_digit).collect();
        let letter = result.id.chars().next();
        // Those of invoices first, then those of fiscal bills.
        (
            letter != Some('I'),
            number.parse().unwrap_or(u32::MAX),
            result.id.clone(),
        )
    });
    Ok(results)
}

/// The rules that are one query each, those that take longest first.
fn rules() -> VecDeque<Rule> {
    let mut rules = VecDeque::new();
    rules.extend(sums::RULES);
    rules.extend(order_sums::RULES);
    rules.extend(answers::RULES);
    rules.extend(work::RULES);
    rules.extend(red::RULES);
    rules.extend(fiscal::RULES);
    rules
}

fn next<T>(queue: &Mutex<VecDeque<T>>) -> Option<T> {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    queue.pop_front()
}

/// What came out of pieces of the work, and how long each took.
type Done = Vec<(Outcome, Duration)>;

/// Takes one thing after the other until nothing is left to do.
async fn work_off(db: DatabaseTransaction, plan: Arc<Plan>) -> Result<Done, StoreError> {
    let done = work_through(&db, &plan).await;
    db.rollback().await.map_err(error::db)?;
    done
}

async fn work_through(db: &DatabaseTransaction, plan: &Plan) -> Result<Done, StoreError> {
    let mut done = Vec::new();
    loop {
        let since = Instant::now();
        let outcome = if let Some(rule) = next(&plan.rules) {
            Outcome::Rule(rule(db).await?)
        } else if let Some(range) = next(&plan.chain) {
            Outcome::Chain(chain::walk(db, &plan.keys, &range).await?)
        } else if let Some(range) = plan.orders.next(db).await? {
            let followed = orders::follow(db, &range).await?;
            plan.orders.note(&followed);
            Outcome::Orders(followed)
        } else {
            return Ok(done);
        };
        done.push((outcome, since.elapsed()));
    }
}

/// Milliseconds.
fn millis(took: Duration) -> i64 {
    i64::try_from(took.as_millis()).unwrap_or(i64::MAX)
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
            took_millis: 0,
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

/// One rule that is a query, by itself.
pub(crate) async fn one(
    store: &Store,
    title: (&str, &str, &str),
    looked_at: &str,
    query: &str,
) -> Result<CheckResult, StoreError> {
    let since = Instant::now();
    let snapshot = store.reader().begin().await.map_err(error::db)?;
    let result = rule(&snapshot, title, looked_at, query).await;
    snapshot.rollback().await.map_err(error::db)?;
    let mut result = result?;
    result.took_millis = millis(since.elapsed());
    Ok(result)
}
