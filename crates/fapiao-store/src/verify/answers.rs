//! What was answered is there: requests of the API with their effect, pushes with their row, both in time.

use super::{Check, Rule, rule};
use crate::sql::{self, Cells, Sql, now_millis};
use fapiao_domain::money::Fen;
use fapiao_usecases::{errors::StoreError, ports::CheckResult};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};
use serde::Deserialize;
use std::{borrow::Cow, collections::HashMap};

/// The rules, those that take longest first.
pub(super) const RULES: [Rule; 3] = [
    |db| Box::pin(pushes(db)),
    |db| Box::pin(requests(db)),
    |db| Box::pin(in_time(db)),
];

/// Answers read at once.
const ANSWERS: i64 = 1000;
/// WeChat waits five seconds for an answer.
const LATE_MILLIS: i64 = 4500;
/// All but one in a hundred are quicker than this.
const SLOW_MILLIS: i64 = 1000;
/// Fewer pushes say nothing about one in a hundred: a burst, a busy minute.
const MANY: i64 = 1000;
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// An answer of the API, as far as it names what is stored.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    order_no: Option<Cow<'a, str>>,
    /// The order of a delivery.
    #[serde(borrow)]
    order: Option<Cow<'a, str>>,
    /// The order of a refund.
    #[serde(borrow)]
    order_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    totals: Option<Totals<'a>>,
}

#[derive(Deserialize)]
struct Totals<'a> {
    #[serde(borrow)]
    amount: Cow<'a, str>,
    #[serde(borrow)]
    tax: Cow<'a, str>,
    #[serde(borrow)]
    total: Cow<'a, str>,
}

impl Answer<'_> {
    /// What it is about: the first part of its id.
    fn kind(&self) -> &str {
        self.id.split_once('_').map_or("", |(kind, _)| kind)
    }

    /// The order number, or the order, that it names.
    fn named(&self) -> Option<&str> {
        [&self.order_no, &self.order, &self.order_id]
            .into_iter()
            .find_map(Option::as_deref)
    }
}

/// What the API answers with: the first part of the id, and where it lies with what the answer names of it.
const ANSWERED: [(&str, &str); 3] = [
    (
        "ord",
        "SELECT id, order_no, amount, tax, total FROM orders WHERE id IN ",
    ),
    (
        "dlv",
        // An answer about a delivery tells no totals.
        "SELECT id, order_id, CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT) FROM deliveries WHERE id IN ",
    ),
    (
        "rfd",
        "SELECT id, order_id, amount, tax, total FROM refunds WHERE id IN ",
    ),
];

/// What is stored of what an answer names.
struct Stands {
    named: String,
    totals: [i64; 3],
}

async fn requests(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let mut check = Check::new(
        "I6",
        "Everything that the API answered with success is stored, as the answer says",
        "API 已成功应答的请求，其结果均已入库，且与应答内容一致",
        "SELECT scope, key, body FROM idempotency WHERE status BETWEEN 200 AND 299; then for each: the id of body is that of \
         an order, a delivery or a refund; order number or order, and totals, are those of its row",
    );
    let (mut scope, mut key) = (String::new(), String::new());
    loop {
        let sql = Sql::new("SELECT scope, key, body FROM idempotency WHERE status BETWEEN 200 AND 299 AND (scope, key) > (")
            .bind(scope.as_str())
            .add(", ")
            .bind(key.as_str())
            .add(") ORDER BY scope, key LIMIT ")
            .bind(ANSWERS);
        let page = sql::rows(db, sql).await?;
        compare(db, &page, &mut check).await?;
        let Some(last) = page.last() else {
            return Ok(check.0);
        };
        (scope, key) = (last.cell(0)?, last.cell(1)?);
        if check.full() || (page.len() as i64) < ANSWERS {
            return Ok(check.0);
        }
    }
}

/// Compares a page of answers with what is stored.
async fn compare(
    db: &DatabaseTransaction,
    page: &[QueryResult],
    check: &mut Check,
) -> Result<(), StoreError> {
    let mut bodies: Vec<(String, String)> = Vec::with_capacity(page.len());
    for row in page {
        let request = format!("{} ({})", row.cell::<String>(1)?, row.cell::<String>(0)?);
        bodies.push((request, row.cell(2)?));
    }
    let mut answers = Vec::with_capacity(page.len());
    for (request, body) in &bodies {
        check.0.looked_at += 1;
        match serde_json::from_str::<Answer<'_>>(body) {
            Ok(answer) if ANSWERED.iter().any(|(kind, _)| *kind == answer.kind()) => {
                answers.push((request, answer));
            }
            _ => check.found(format!(
                "the answer to request {request} names nothing that is stored"
            )),
        }
    }
    let mut stands: HashMap<String, Stands> = HashMap::new();
    for (kind, select) in ANSWERED {
        let ids: Vec<&str> = answers
            .iter()
            .filter(|(_, it)| it.kind() == kind)
            .map(|(_, it)| it.id.as_ref())
            .collect();
        if ids.is_empty() {
            continue;
        }
        for row in sql::rows(db, Sql::new(select).list(ids)).await? {
            let totals = [row.cell(2)?, row.cell(3)?, row.cell(4)?];
            let named = row.cell(1)?;
            stands.insert(row.cell(0)?, Stands { named, totals });
        }
    }
    for (request, answer) in answers {
        match stands.get(answer.id.as_ref()) {
            None => check.found(format!(
                "request {request} was answered with {}, which is not stored",
                answer.id
            )),
            Some(stands) if !says_so(&answer, stands) => check.found(format!(
                "{} is stored otherwise than request {request} was answered",
                answer.id
            )),
            Some(_) => {}
        }
    }
    Ok(())
}

/// Whether an answer says what is stored.
fn says_so(answer: &Answer<'_>, stands: &Stands) -> bool {
    let totals = answer.totals.as_ref().is_none_or(|said| {
        let said = [&said.amount, &said.tax, &said.total];
        said.iter()
            .zip(stands.totals)
            .all(|(said, fen)| Fen::parse_sum(said).is_ok_and(|said| said.get() == fen))
    });
    totals && answer.named().is_none_or(|named| named == stands.named)
}

async fn pushes(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I6b",
        "Every push that was answered with success is in the inbox",
        "每个已应答成功的推送都在收件箱中",
    );
    // Ids of pushes begin with `psh_`; so told, the index by subject is used.
    let query = "SELECT 'push ' || a.subject || ' was answered and is not in the inbox' AS found FROM audit_entries a \
                 LEFT JOIN pushes p ON p.id = a.subject WHERE a.action = 'push.received' AND a.subject >= 'psh' \
                 AND a.subject < 'psi' AND (p.id IS NULL OR p.verdict <> 'accepted')";
    let counted = "SELECT count(*) FROM pushes WHERE state <> 'refused'";
    rule(db, title, counted, query).await
}

/// Of the last day: what is older was told when it was new.
async fn in_time(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I9",
        "In the last day no push waited 4.5 seconds for its answer, and at most one in a hundred a second",
        "最近一天内，没有推送等待应答超过 4.5 秒，超过 1 秒的不多于百分之一",
    );
    let since = format!(
        "received_at >= {} - {DAY_MILLIS}",
        now_millis(db.get_database_backend())
    );
    let query = format!(
        "SELECT 'push ' || id || ' waited ' || CAST(answered_ms AS TEXT) || ' ms for its answer' AS found FROM pushes \
         WHERE {since} AND answered_ms > {LATE_MILLIS} \
         UNION ALL SELECT CAST(slow AS TEXT) || ' of ' || CAST(answered AS TEXT) || ' pushes waited a second or longer' \
         AS found FROM (SELECT count(*) AS answered, CAST(sum(CASE WHEN answered_ms >= {SLOW_MILLIS} THEN 1 ELSE 0 END) \
         AS BIGINT) AS slow FROM pushes WHERE {since} AND answered_ms IS NOT NULL) AS day \
         WHERE answered >= {MANY} AND slow * 100 > answered"
    );
    let counted = format!("SELECT count(*) FROM pushes WHERE {since} AND answered_ms IS NOT NULL");
    rule(db, title, &counted, &query).await
}
