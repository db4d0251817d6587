//! What is kept of orders so that the month's VAT is one sum.

use super::{Rule, rule};
use fapiao_usecases::{errors::StoreError, ports::CheckResult};
use sea_orm::DatabaseTransaction;

/// The rules.
pub(super) const RULES: [Rule; 1] = [|db| Box::pin(sums(db))];

async fn sums(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I26",
        "What is kept of an order by rate adds up to the order",
        "订单按税率保存的金额和税额之和与订单一致",
    );
    let query = "SELECT 'order ' || o.order_no || ' (' || o.id || ') comes to ' || CAST(o.amount AS TEXT) || ' and ' || \
                 CAST(o.tax AS TEXT) || ' fen, by rate to ' || CAST(s.net AS TEXT) || ' and ' || CAST(s.tax AS TEXT) \
                 AS found FROM (SELECT order_id, CAST(sum(net) AS BIGINT) AS net, CAST(sum(tax) AS BIGINT) AS tax \
                 FROM order_sums GROUP BY order_id) s JOIN orders o ON o.id = s.order_id \
                 WHERE s.net <> o.amount OR s.tax <> o.tax";
    rule(db, title, "SELECT count(*) FROM order_sums", query).await
}
