//! How fast stock is used, and what is late at the tax authority.

use crate::{
    Store, read,
    sql::{self, Cells, Sql},
    stock,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{Id, SellerId};
use fapiao_usecases::{
    errors::StoreError,
    ports::{HourOfUse, StockOutlook},
};
use std::{collections::BTreeSet, sync::Arc};

const HOUR_MILLIS: i64 = 3_600_000;
/// Orders that are looked at in one statement.
const ORDERS: usize = 500;

/// A delivery that failed and that no newer one replaces by its number.
struct Failed {
    delivery: String,
    order: String,
    /// Which part of its order; 0 for the whole.
    part: i64,
    made_at: i64,
}

#[async_trait]
impl StockOutlook for Store {
    async fn pace(
        &self,
        seller: &SellerId,
        since: DateTime<Utc>,
    ) -> Result<Arc<Vec<HourOfUse>>, StoreError> {
        let fresh = async {
            let sql = Sql::new(
                "SELECT issued_at / 3600000, count(*), \
                 CAST(sum(CASE WHEN state = 'refused' THEN 0 ELSE amount END) AS BIGINT) FROM invoices \
                 WHERE number IS NOT NULL AND issued_at IS NOT NULL AND seller_id = ",
            )
            .bind(seller.as_str())
            .add(" AND issued_at >= ")
            .bind(since.timestamp_millis())
            .add(" GROUP BY issued_at / 3600000 ORDER BY 1");
            let rows = sql::rows(self.reader(), sql).await?;
            let hours: Result<Vec<HourOfUse>, StoreError> = rows
                .iter()
                .map(|row| {
                    Ok(HourOfUse {
                        hour: read::time(row.cell::<i64>(0)? * HOUR_MILLIS)?,
                        numbers: row.cell(1)?,
                        // A red invoice takes a number and gives quota back; what was refused keeps its number only.
                        net: read::sum(row.cell(2)?),
                    })
                })
                .collect();
            Ok(Arc::new(hours?))
        };
        self.caches().pace.get(seller.as_str(), fresh).await
    }

    async fn late_uploads(
        &self,
        before: DateTime<Utc>,
    ) -> Result<(i64, Option<DateTime<Utc>>), StoreError> {
        let sql = Sql::new(
            "SELECT count(*), min(issued_at) FROM invoices \
             WHERE state IN ('reserved', 'uploading', 'outcome_unknown') AND issued_at < ",
        )
        .bind(before.timestamp_millis());
        match sql::rows(self.reader(), sql).await?.first() {
            Some(row) => Ok((row.cell(0)?, read::time_opt(row.cell(1)?)?)),
            None => Ok((0, None)),
        }
    }

    async fn stranded_deliveries(&self) -> Result<(i64, Option<DateTime<Utc>>), StoreError> {
        let sql = Sql::new(
            "SELECT d.id, d.order_id, d.part_no, d.created_at FROM deliveries d JOIN orders o ON o.id = d.order_id \
             WHERE d.state = 'failed' AND o.state NOT IN ('cancelled', 'invoiced') AND NOT EXISTS \
             (SELECT 1 FROM deliveries n WHERE n.order_id = d.order_id AND n.id > d.id \
             AND (n.part_no = d.part_no OR n.part_no = 0 OR d.part_no = 0))",
        );
        let mut failed: Vec<Failed> = Vec::new();
        for row in sql::rows(self.reader(), sql).await? {
            failed.push(Failed {
                delivery: row.cell(0)?,
                order: row.cell(1)?,
                part: row.cell(2)?,
                made_at: row.cell(3)?,
            });
        }
        // Begun anew on fewer invoices, the last parts are no more.
        let divided: BTreeSet<String> = failed
            .iter()
            .filter(|it| it.part > 0)
            .map(|it| it.order.clone())
            .collect();
        let mut parts: Vec<(String, String, i64)> = Vec::new();
        for orders in divided.iter().collect::<Vec<_>>().chunks(ORDERS) {
            let sql = Sql::new(
                "SELECT id, order_id, part_no, part FROM deliveries WHERE part_no > 0 AND order_id IN ",
            )
            .list(orders.iter().map(|it| it.as_str()));
            for row in sql::rows(self.reader(), sql).await? {
                let text: String = row.cell(3)?;
                let of = read::part(row.cell(2)?, &text)?.map_or(0, |it| i64::from(it.of));
                parts.push((row.cell(0)?, row.cell(1)?, of));
            }
        }
        failed.retain(|it| {
            !parts
                .iter()
                .any(|(id, order, of)| *order == it.order && *id > it.delivery && *of < it.part)
        });
        let oldest = failed.iter().map(|it| it.made_at).min();
        Ok((failed.len() as i64, read::time_opt(oldest)?))
    }

    async fn end_quota(&self, before: &str) -> Result<u32, StoreError> {
        self.write(stock::QuotaEnd(before.to_owned()), stock::end_quota)
            .await
    }
}
