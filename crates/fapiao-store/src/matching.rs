//! The port of comparisons: payments beside orders, numbers beside the tax authority's word.

use crate::{
    Store,
    invoice::state,
    order::within,
    read,
    reports::sold_in,
    sql::{self, Cells, Sql},
};
use async_trait::async_trait;
use fapiao_domain::ids::Id;
use fapiao_usecases::{
    errors::StoreError,
    ports::{Matching, PaymentBucket, PaymentFault, PaymentRow, Period, Scope, TaxBucket, TaxRow},
};

/// The order names a channel, and neither number of the payment. Cash has none.
pub(crate) const WITHOUT_NUMBER: &str =
    "(o.pay_channel NOT IN ('', 'cash') AND o.pay_transaction_no = '' AND o.pay_trade_no = '')";
/// Another order of the seller carries the same number of the payment service.
pub(crate) const REPEATED: &str = "(o.pay_transaction_no <> '' AND EXISTS (SELECT 1 FROM orders p \
     WHERE p.pay_transaction_no = o.pay_transaction_no AND p.pay_transaction_no <> '' \
     AND p.seller_id = o.seller_id AND p.id <> o.id AND p.state <> 'cancelled'))";

/// `AND` conditions on invoices `i` that took their number in a period.
pub(crate) fn numbered_in(scope: &Scope, period: &Period) -> Sql {
    let mut sql = Sql::new(" AND i.number IS NOT NULL AND i.issued_at >= ")
        .bind(period.from.timestamp_millis())
        .add(" AND i.issued_at < ")
        .bind(period.until.timestamp_millis())
        .join(within(scope, "i.store_id"));
    if let Some(seller) = &period.seller {
        sql = sql
            .add(" AND i.seller_id = ")
            .bind(seller.as_str().to_owned());
    }
    sql
}

#[async_trait]
impl Matching for Store {
    async fn payment_buckets(
        &self,
        scope: &Scope,
        period: &Period,
    ) -> Result<Vec<PaymentBucket>, StoreError> {
        let count = |condition: &str| {
            format!("CAST(sum(CASE WHEN {condition} THEN 1 ELSE 0 END) AS BIGINT)")
        };
        let sql = Sql::new(format!(
            "SELECT o.pay_channel, CAST(count(*) AS BIGINT), CAST(sum(o.total) AS BIGINT), {}, {} FROM orders o WHERE 1 = 1",
            count(WITHOUT_NUMBER),
            count(REPEATED)
        ))
        .join(sold_in(self, scope, period))
        .add(" GROUP BY o.pay_channel ORDER BY o.pay_channel");
        sql::rows(self.reader(), sql)
            .await?
            .iter()
            .map(|row| {
                Ok(PaymentBucket {
                    channel: row.cell(0)?,
                    orders: row.cell(1)?,
                    sold: row.cell(2)?,
                    without_number: row.cell(3)?,
                    repeated: row.cell(4)?,
                })
            })
            .collect()
    }

    async fn payment_faults(
        &self,
        scope: &Scope,
        period: &Period,
        limit: u32,
    ) -> Result<Vec<PaymentRow>, StoreError> {
        let sql = Sql::new(format!(
            "SELECT o.id, o.order_no, o.sold_at, o.total, o.pay_channel, o.pay_transaction_no, o.pay_trade_no \
             FROM orders o WHERE ({WITHOUT_NUMBER} OR {REPEATED})"
        ))
        .join(sold_in(self, scope, period))
        .add(" ORDER BY o.sold_at, o.id LIMIT ")
        .bind(i64::from(limit));
        sql::rows(self.reader(), sql)
            .await?
            .iter()
            .map(|row| {
                let transaction_no: String = row.cell(5)?;
                Ok(PaymentRow {
                    order: row.cell(0)?,
                    order_no: row.cell(1)?,
                    sold_at: read::time(row.cell(2)?)?,
                    sold: read::fen(row.cell(3)?)?,
                    channel: row.cell(4)?,
                    fault: if transaction_no.is_empty() {
                        PaymentFault::NoNumber
                    } else {
                        PaymentFault::Repeated
                    },
                    transaction_no,
                    trade_no: row.cell(6)?,
                })
            })
            .collect()
    }

    async fn tax_buckets(
        &self,
        scope: &Scope,
        period: &Period,
    ) -> Result<Vec<TaxBucket>, StoreError> {
        let sql = Sql::new(
            "SELECT i.state, CAST(count(*) AS BIGINT), CAST(sum(i.total) AS BIGINT), CAST(count(i.blue_id) AS BIGINT) \
             FROM invoices i WHERE 1 = 1",
        )
        .join(numbered_in(scope, period))
        .add(" GROUP BY i.state, i.blue_id IS NULL ORDER BY i.state, i.blue_id IS NULL DESC");
        sql::rows(self.reader(), sql)
            .await?
            .iter()
            .map(|row| {
                Ok(TaxBucket {
                    state: state(&row.cell::<String>(0)?)?,
                    red: row.cell::<i64>(3)? > 0,
                    count: row.cell(1)?,
                    total: row.cell(2)?,
                })
            })
            .collect()
    }

    async fn unconfirmed(
        &self,
        scope: &Scope,
        period: &Period,
        limit: u32,
    ) -> Result<Vec<TaxRow>, StoreError> {
        let sql = Sql::new(
            "SELECT i.id, i.number, i.order_no, i.issued_at, i.uploaded_at, i.total, i.state, i.reason FROM invoices i \
             WHERE i.state IN ('blocked', 'reserved', 'uploading', 'outcome_unknown', 'refused')",
        )
        .join(numbered_in(scope, period))
        .add(" ORDER BY i.issued_at, i.id LIMIT ")
        .bind(i64::from(limit));
        sql::rows(self.reader(), sql)
            .await?
            .iter()
            .map(|row| {
                Ok(TaxRow {
                    invoice: row.cell(0)?,
                    number: row.cell(1)?,
                    order_no: row.cell(2)?,
                    issued_at: read::time_opt(row.cell(3)?)?,
                    uploaded_at: read::time_opt(row.cell(4)?)?,
                    total: read::fen(row.cell(5)?)?,
                    state: state(&row.cell::<String>(6)?)?,
                    reason: row.cell(7)?,
                })
            })
            .collect()
    }
}
