//! The port of upkeep.

use crate::{
    Store,
    sql::{self, Cells, Sql},
    tx::Tx,
    verify,
    writer::Run,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{Id, PushId};
use fapiao_usecases::{
    errors::StoreError,
    ports::{Ages, CheckResult, KeptText, LedgerDigest, Upkeep},
};
use sea_orm::Value;
use std::collections::HashSet;

/// The lease whose end is the beginning of the last sweep.
const SWEPT: &str = "housekeeping.swept";
/// Pushes whose times are written at once.
const TIMES: usize = 500;
/// Names that are looked up at once.
const NAMES: usize = 500;

const HOUR_MILLIS: i64 = 60 * 60 * 1000;
const DAY_MILLIS: i64 = 24 * HOUR_MILLIS;
/// So far may the clocks of two nodes be apart.
const APART_MILLIS: i64 = 5 * 60 * 1000;
/// A lease that nobody renewed and nobody took for so long belongs to nobody.
const LEASE_MILLIS: i64 = 15 * 60 * 1000;

/// Tables that keep text: name, key, order with the newest first, texts.
const TEXTS: [(&str, &str, &str, &[&str]); 13] = [
    (
        "exchanges",
        "id",
        "id DESC",
        &["operation", "request", "answer", "outcome"],
    ),
    (
        "audit_entries",
        "CAST(seq AS TEXT)",
        "seq DESC",
        &["actor", "subject", "data"],
    ),
    (
        "pushes",
        "id",
        "id DESC",
        &["plain", "raw_query", "raw_body", "verdict", "outcome"],
    ),
    (
        "idempotency",
        "scope || ' ' || key",
        "created_at DESC, scope, key",
        &["body"],
    ),
    ("jobs", "id", "id DESC", &["payload", "reason"]),
    (
        "partner_requests",
        "id",
        "id DESC",
        &["body", "reported", "trouble"],
    ),
    (
        "platform_requests",
        "delivery_id",
        "delivery_id DESC",
        &["body", "reason"],
    ),
    (
        "platform_notices",
        "id",
        "id DESC",
        &["body", "verdict", "outcome"],
    ),
    (
        "unified_requests",
        "subject",
        "subject DESC",
        &["reason", "pdf_url"],
    ),
    ("token_notes", "id", "id DESC", &["code", "trouble"]),
    ("template_tries", "id", "id DESC", &["reason"]),
    ("reconciliations", "id", "id DESC", &["trouble"]),
    ("proof_runs", "id", "id DESC", &["results"]),
];

/// Their names.
const PLACES: [&str; TEXTS.len()] = {
    let mut names = [""; TEXTS.len()];
    let mut at = 0;
    while at < TEXTS.len() {
        names[at] = TEXTS[at].0;
        at += 1;
    }
    names
};

#[expect(
    clippy::ptr_arg,
    reason = "the writer keeps what it writes and lends it as it is"
)]
fn note_times<'t>(tx: &'t Tx, times: &'t Vec<(PushId, i64)>) -> Run<'t, ()> {
    Box::pin(async move {
        for some in times.chunks(TIMES) {
            let rows = some.iter().map(|(id, millis)| {
                let id = Value::from(id.as_str());
                vec![id, Value::from(*millis)]
            });
            let sql = Sql::new("UPDATE pushes SET answered_ms = told.column2 FROM (")
                .rows(rows)
                .add(") AS told WHERE pushes.id = told.column1");
            tx.exec(sql).await?;
        }
        Ok(())
    })
}

fn forget_nonces<'t>(tx: &'t Tx, (before,): &'t (i64,)) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = Sql::new("DELETE FROM gateway_nonces WHERE expires_at < ").bind(*before);
        tx.exec(sql).await.map(drop)
    })
}

fn note_swept<'t>(tx: &'t Tx, (at,): &'t (i64,)) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = Sql::new("INSERT INTO leases (name, holder, until_at) VALUES (")
            .bind(SWEPT)
            .add(", '', ")
            .bind(*at)
            .add(") ON CONFLICT (name) DO UPDATE SET until_at = excluded.until_at WHERE leases.until_at < excluded.until_at");
        tx.exec(sql).await.map(drop)
    })
}

/// What was over its age when the last sweep began, as one query.
fn leftovers(ages: &Ages) -> String {
    let swept = format!("(SELECT until_at FROM leases WHERE name = '{SWEPT}')");
    let session = ages.session_idle_hours * HOUR_MILLIS + APART_MILLIS;
    let request = ages.request_days * DAY_MILLIS + APART_MILLIS;
    let document = ages.document_days * DAY_MILLIS + APART_MILLIS;
    let mut query = format!(
        "SELECT 'a session of ' || staff_id || ' outlived its end' AS found FROM sessions \
         WHERE seen_at < {swept} - {session} \
         UNION ALL SELECT 'the answer to request ' || key || ' of ' || scope || ' outlived its time' AS found \
         FROM idempotency WHERE created_at < {swept} - {request} \
         UNION ALL SELECT 'a nonce of key ' || key_id || ' outlived its time' AS found FROM gateway_nonces \
         WHERE expires_at < {swept} - {APART_MILLIS} \
         UNION ALL SELECT 'delivery ' || id || ' still keeps the number of its buyer''s document' AS found FROM deliveries \
         WHERE has_document = 1 AND state NOT IN ('authorised', 'issuing') AND created_at < {swept} - {document} \
         UNION ALL SELECT 'job ' || id || ' (' || kind || ') is held by ' || worker || ' beyond its lease' AS found \
         FROM jobs WHERE state = 'running' AND due_at < {swept} - {LEASE_MILLIS} \
         UNION ALL SELECT 'check ' || id || ' is held by ' || worker || ' beyond its lease' AS found \
         FROM proof_runs WHERE state = 'running' AND leased_until < {swept} - {LEASE_MILLIS}"
    );
    if ages.exchange_days > 0 {
        // Old ones go by and by: a day more, after the setting was made shorter.
        let exchange = (ages.exchange_days + 1) * DAY_MILLIS;
        query.push_str(&format!(
            " UNION ALL SELECT 'exchange ' || id || ' outlived its time' AS found FROM exchanges \
             WHERE at < {swept} - {exchange}"
        ));
    }
    query
}

/// What is swept, and what is leased.
const SWEPT_ROWS: &str = "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM idempotency) \
     + (SELECT count(*) FROM gateway_nonces) + (SELECT count(*) FROM jobs WHERE state = 'running') \
     + (SELECT count(*) FROM proof_runs WHERE state = 'running')";

#[async_trait]
impl Upkeep for Store {
    async fn note_push_times(&self, times: Vec<(PushId, i64)>) -> Result<(), StoreError> {
        if times.is_empty() {
            return Ok(());
        }
        self.write(times, note_times).await
    }

    async fn forget_nonces(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write((now.timestamp_millis(),), forget_nonces).await
    }

    async fn note_swept(&self, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.write((at.timestamp_millis(),), note_swept).await
    }

    async fn leftovers(&self, ages: &Ages) -> Result<CheckResult, StoreError> {
        let title = (
            "I13",
            "What is kept for a time is gone when its time is over, and no file was begun and left unfinished",
            "限期保留的数据到期即清除，且没有写了一半的文件",
        );
        verify::one(self, title, SWEPT_ROWS, &leftovers(ages)).await
    }

    fn text_places(&self) -> &'static [&'static str] {
        &PLACES
    }

    async fn kept_texts(
        &self,
        place: &'static str,
        skip: u32,
        limit: u32,
    ) -> Result<Vec<KeptText>, StoreError> {
        let Some((table, key, order, texts)) = TEXTS.iter().find(|it| it.0 == place) else {
            return Ok(Vec::new());
        };
        let sql = Sql::new(format!(
            "SELECT {key} AS id, {} FROM {table} ORDER BY {order} LIMIT ",
            texts.join(" || '\n' || ")
        ))
        .bind(i64::from(limit))
        .add(" OFFSET ")
        .bind(i64::from(skip));
        let rows = sql::rows(self.reader(), sql).await?;
        let kept = rows.iter().map(|row| {
            Ok(KeptText {
                id: row.cell(0)?,
                text: row.cell(1)?,
            })
        });
        kept.collect()
    }

    async fn held_tokens(&self) -> Result<Vec<(String, String)>, StoreError> {
        let sql = Sql::new("SELECT kind || ' of ' || app_id, value FROM tokens WHERE value <> ''");
        let rows = sql::rows(self.reader(), sql).await?;
        rows.iter()
            .map(|row| Ok((row.cell(0)?, row.cell(1)?)))
            .collect()
    }

    async fn known_files(&self, sha256: &[String]) -> Result<HashSet<String>, StoreError> {
        let mut known = HashSet::new();
        for names in sha256.chunks(NAMES) {
            for (table, column) in [
                ("documents", "sha256"),
                ("book_pieces", "sha256"),
                ("fiscal_bills", "file_sha256"),
                ("fiscal_units", "logo_sha256"),
            ] {
                let sql = Sql::new(format!("SELECT {column} FROM {table} WHERE {column} IN "))
                    .list(names.iter().map(String::as_str));
                for row in sql::rows(self.reader(), sql).await? {
                    known.insert(row.cell(0)?);
                }
            }
        }
        if sha256.iter().any(|it| !known.contains(it)) {
            // Logos are named inside what was drawn.
            let sql = Sql::new("SELECT value FROM designs WHERE value LIKE '%sha256%'");
            for row in sql::rows(self.reader(), sql).await? {
                let drawn: String = row.cell(0)?;
                let named = sha256.iter().filter(|it| drawn.contains(it.as_str()));
                known.extend(named.cloned());
            }
        }
        Ok(known)
    }

    async fn ledger_digest(&self) -> Result<LedgerDigest, StoreError> {
        verify::digest(self).await
    }
}
