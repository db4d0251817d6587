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
use std::sync::Arc;

const HOUR_MILLIS: i64 = 3_600_000;

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
            "SELECT count(*), min(d.created_at) FROM deliveries d JOIN orders o ON o.id = d.order_id \
             WHERE d.state = 'failed' AND o.state NOT IN ('cancelled', 'invoiced') AND NOT EXISTS \
             (SELECT 1 FROM deliveries n WHERE n.order_id = d.order_id AND n.part_no = d.part_no AND n.id > d.id)",
        );
        match sql::rows(self.reader(), sql).await?.first() {
            Some(row) => Ok((row.cell(0)?, read::time_opt(row.cell(1)?)?)),
            None => Ok((0, None)),
        }
    }

    async fn end_quota(&self, before: &str) -> Result<u32, StoreError> {
        self.write(stock::QuotaEnd(before.to_owned()), stock::end_quota)
            .await
    }
}
