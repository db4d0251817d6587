//! The port of proof and overview.

use crate::{
    Store,
    audit::{self, Line},
    cursor,
    entity::{audit_entry, quota_line},
    order::within,
    read,
    sql::{self, Cells, Sql, select},
    tx::Tx,
    verify,
    writer::Run,
};
use async_trait::async_trait;
use chrono::{DateTime, Days, FixedOffset, NaiveDate, TimeZone, Utc};
use fapiao_domain::ids::{Id, SellerId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ports::{
        AuditFilter, CheckResult, Dashboard, IssuedCount, IssuedOfDay, Ledger, Page, QuotaLine,
        Scope,
    },
    records::AuditEntry,
};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Asia/Shanghai has no summer time.
const EAST_8: FixedOffset = FixedOffset::east_opt(8 * 3600).expect("eight hours are an offset");
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// Days of the home page's chart.
const DAYS: u64 = 30;

type Appended = (Actor, String, String, Value);

fn append<'t>(tx: &'t Tx, (actor, action, subject, data): &'t Appended) -> Run<'t, ()> {
    Box::pin(async move {
        let mut line = Line::new(actor, action, subject);
        match data {
            Value::Object(facts) => {
                for (name, value) in facts {
                    line = line.with(name, value.clone());
                }
            }
            other => line = line.note(other),
        }
        // What is said of a delivery belongs into its order's timeline.
        let order: Option<String> = if subject.starts_with("dlv_") {
            let sql =
                Sql::new("SELECT order_id FROM deliveries WHERE id = ").bind(subject.as_str());
            match tx.rows(sql).await?.first() {
                Some(row) => Some(row.cell(0)?),
                None => None,
            }
        } else {
            None
        };
        tx.audit(match &order {
            Some(order) => line.order(order),
            None => line,
        });
        Ok(())
    })
}

/// The moment a day begins in Shanghai, in Unix milliseconds.
fn day_start(day: NaiveDate) -> i64 {
    EAST_8
        .from_local_datetime(&day.and_time(chrono::NaiveTime::MIN))
        .single()
        .map_or(0, |start| start.timestamp_millis())
}

impl Store {
    async fn count(&self, sql: Sql) -> Result<i64, StoreError> {
        sql::number(self.reader(), sql).await
    }

    async fn issued_since(&self, scope: &Scope, since: i64) -> Result<IssuedCount, StoreError> {
        let sql = Sql::new(
            "SELECT count(*), count(blue_id), CAST(sum(total) AS BIGINT) FROM invoices \
             WHERE state IN ('issued', 'partly_red', 'fully_red') AND issued_at >= ",
        )
        .bind(since)
        .join(within(scope, "store_id"));
        match sql::row(self.reader(), sql).await? {
            Some(row) => Ok(IssuedCount {
                all: row.cell(0)?,
                red: row.cell(1)?,
                total: read::sum(row.cell::<Option<i64>>(2)?.unwrap_or(0)),
            }),
            None => Ok(IssuedCount::default()),
        }
    }

    /// Invoices per day of the last 30 days, days without any included.
    async fn by_day(
        &self,
        scope: &Scope,
        today: NaiveDate,
    ) -> Result<Vec<IssuedOfDay>, StoreError> {
        let first = today - Days::new(DAYS - 1);
        let since = day_start(first);
        let sql = Sql::new("SELECT (issued_at - ")
            .add(&since.to_string())
            .add(&format!(
                ") / {DAY_MILLIS} AS day, count(*), count(blue_id) FROM invoices \
                 WHERE state IN ('issued', 'partly_red', 'fully_red') AND issued_at >= "
            ))
            .bind(since)
            .join(within(scope, "store_id"))
            .add(" GROUP BY day");
        let mut counts = HashMap::new();
        for row in sql::rows(self.reader(), sql).await? {
            let counted: (i64, i64) = (row.cell(1)?, row.cell(2)?);
            counts.insert(row.cell::<i64>(0)?, counted);
        }
        Ok((0..DAYS)
            .map(|day| {
                let date = first + Days::new(day);
                let count = i64::try_from(day).ok().and_then(|day| counts.get(&day));
                let (all, red) = count.copied().unwrap_or_default();
                IssuedOfDay {
                    day: date.to_string(),
                    all,
                    red,
                }
            })
            .collect())
    }
}

#[async_trait]
impl Ledger for Store {
    async fn verify(&self) -> Result<Vec<CheckResult>, StoreError> {
        verify::all(self).await
    }

    async fn document_hashes(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        // Table by table, as each has its index: together they would be sorted anew for every page.
        let mut page = BTreeMap::new();
        for (table, sha256, size) in [
            ("documents", "sha256", "size"),
            ("book_pieces", "sha256", "size"),
            ("fiscal_bills", "file_sha256", "file_size"),
        ] {
            let sql = Sql::new(format!(
                "SELECT {sha256}, max({size}) FROM {table} WHERE {sha256} IS NOT NULL AND {sha256} > "
            ))
            .bind(after.unwrap_or_default())
            .add(&format!(" GROUP BY {sha256} ORDER BY {sha256} LIMIT "))
            .bind(i64::from(limit));
            for row in sql::rows(self.reader(), sql).await? {
                page.insert(row.cell::<String>(0)?, row.cell::<i64>(1)?);
            }
        }
        Ok(page.into_iter().take(limit as usize).collect())
    }

    async fn append_audit(
        &self,
        actor: &Actor,
        action: &str,
        subject: &str,
        data: Value,
    ) -> Result<(), StoreError> {
        let input = (actor.clone(), action.to_owned(), subject.to_owned(), data);
        self.write(input, append).await
    }

    async fn audit(&self, after: Option<&str>, limit: u32) -> Result<Page<AuditEntry>, StoreError> {
        let limit = cursor::limit(limit);
        let mut sql = select::<audit_entry::Entity>("WHERE 1 = 1");
        if let Some((seq, _)) = cursor::read(after)? {
            sql = sql.add(" AND seq < ").bind(seq);
        }
        sql = sql.add(" ORDER BY seq DESC LIMIT ").bind(limit as i64 + 1);
        let found = sql::all::<audit_entry::Model>(self.reader(), sql).await?;
        let (found, next) = cursor::cut(found, limit, |model| (model.seq, String::new()));
        let head = Sql::new("SELECT seq FROM audit_head WHERE id = 1");
        Ok(Page {
            rows: found
                .into_iter()
                .map(audit::entry)
                .collect::<Result<_, _>>()?,
            next,
            count: read::count(self.count(head).await?.min(cursor::COUNTED)),
            sum: None,
        })
    }

    async fn audit_found(
        &self,
        filter: &AuditFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<AuditEntry>, StoreError> {
        if filter.is_empty() {
            return self.audit(after, limit).await;
        }
        let limit = cursor::limit(limit);
        let mut sql = select::<audit_entry::Entity>("WHERE 1 = 1");
        if let Some((seq, _)) = cursor::read(after)? {
            sql = sql.add(" AND seq < ").bind(seq);
        }
        if let Some(actor) = &filter.actor {
            sql = sql.add(" AND actor = ").bind(actor.to_string());
        }
        if let Some(from) = filter.from {
            sql = sql.add(" AND at >= ").bind(from.timestamp_millis());
        }
        if let Some(until) = filter.until {
            sql = sql.add(" AND at < ").bind(until.timestamp_millis());
        }
        if !filter.text.is_empty() {
            sql = sql
                .add(" AND (")
                .join(sql::begins_with("subject", &filter.text))
                .add(" OR ")
                .join(sql::begins_with("action", &filter.text))
                .add(" OR order_id IN (SELECT id FROM orders WHERE order_no = ")
                .bind(filter.text.as_str())
                .add("))");
        }
        sql = sql.add(" ORDER BY seq DESC LIMIT ").bind(limit as i64 + 1);
        let found = sql::all::<audit_entry::Model>(self.reader(), sql).await?;
        let (found, next) = cursor::cut(found, limit, |model| (model.seq, String::new()));
        Ok(Page {
            count: read::count(i64::try_from(found.len()).unwrap_or(i64::MAX)),
            rows: found
                .into_iter()
                .map(audit::entry)
                .collect::<Result<_, _>>()?,
            next,
            sum: None,
        })
    }

    async fn dashboard(&self, scope: &Scope, now: DateTime<Utc>) -> Result<Dashboard, StoreError> {
        let today = now.with_timezone(&EAST_8).date_naive();
        let month = chrono::Datelike::with_day(&today, 1).unwrap_or(today);
        let orders = Sql::new("SELECT count(*) FROM orders WHERE created_at >= ")
            .bind(day_start(today))
            .join(within(scope, "store_id"));
        let awaiting =
            Sql::new("SELECT count(*) FROM deliveries WHERE state IN ('created', 'page_opened')")
                .join(within(scope, "store_id"));
        let in_progress = Sql::new(
            "SELECT count(*) FROM invoices WHERE state IN \
             ('drafted', 'ready', 'blocked', 'reserved', 'uploading', 'outcome_unknown')",
        )
        .join(within(scope, "store_id"));
        Ok(Dashboard {
            orders_today: self.count(orders).await?,
            issued_today: self.issued_since(scope, day_start(today)).await?,
            issued_month: self.issued_since(scope, day_start(month)).await?,
            awaiting_buyer: self.count(awaiting).await?,
            in_progress: self.count(in_progress).await?,
            parked: self
                .count(Sql::new("SELECT count(*) FROM jobs WHERE state = 'parked'"))
                .await?,
            by_day: self.by_day(scope, today).await?,
        })
    }

    async fn quota_ledger(
        &self,
        seller: &SellerId,
        limit: u32,
    ) -> Result<Vec<QuotaLine>, StoreError> {
        let sql = select::<quota_line::Entity>("WHERE seller_id = ")
            .bind(seller.as_str())
            .add(" ORDER BY at DESC, reference DESC LIMIT ")
            .bind(i64::from(limit));
        sql::all::<quota_line::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(|model| {
                Ok(QuotaLine {
                    at: read::time(model.at)?,
                    month: model.month,
                    kind: model.kind,
                    amount: read::fen(model.amount)?,
                    reference: model.reference,
                })
            })
            .collect()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.count(Sql::new("SELECT seq FROM audit_head WHERE id = 1"))
            .await
            .map(drop)
    }
}
