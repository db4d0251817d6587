//! Nothing is forgotten: what is under way has a job, waiting, running or parked.

use super::rule;
use fapiao_usecases::{errors::StoreError, ports::CheckResult};
use sea_orm::DatabaseTransaction;

/// The rules in order.
pub(super) async fn all(db: &DatabaseTransaction) -> Result<Vec<CheckResult>, StoreError> {
    Ok(vec![
        pushes(db).await?,
        deliveries(db).await?,
        orders(db).await?,
    ])
}

async fn pushes(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I7",
        "Every answered push has an outcome, or a job that will give it one",
        "每个已应答的推送都有结果或待办任务",
    );
    let query = "SELECT 'push ' || p.id || ' (' || p.event || ') has neither outcome nor job' AS found FROM pushes p \
                 WHERE p.state = 'stored' AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.subject = p.id)";
    rule(
        db,
        title,
        "SELECT count(*) FROM pushes WHERE state <> 'refused'",
        query,
    )
    .await
}

async fn deliveries(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I11",
        "Every authorised delivery has a job that carries it on, unless its invoice waits for numbers or quota",
        "每个已授权的投递都有推进任务，等待号段或额度的除外",
    );
    let query = "SELECT 'delivery ' || d.id || ' is ' || d.state || ' without a job' AS found FROM deliveries d \
                 LEFT JOIN invoices i ON i.id = d.invoice_id WHERE d.state IN ('authorised', 'issuing') \
                 AND COALESCE(i.state, '') <> 'blocked' AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.subject = d.id) \
                 AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.subject = i.id) \
                 AND NOT EXISTS (SELECT 1 FROM jobs j WHERE i.receipt <> '' AND j.subject = i.receipt)";
    rule(
        db,
        title,
        "SELECT count(*) FROM deliveries WHERE state IN ('authorised', 'issuing')",
        query,
    )
    .await
}

async fn orders(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I17",
        "An order has one live invoice at most, and its state follows from its deliveries",
        "一个订单至多一张有效发票，订单状态与投递一致",
    );
    let query = "SELECT 'order ' || order_id || ' has ' || CAST(count(*) AS TEXT) || ' live invoices' AS found FROM invoices \
                 WHERE state NOT IN ('refused', 'fully_red') GROUP BY order_id HAVING count(*) > 1 \
                 UNION ALL SELECT 'order ' || o.id || ' is delivering, but no delivery is under way' AS found FROM orders o \
                 WHERE o.state = 'delivering' AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.order_id = o.id \
                 AND d.state IN ('created', 'page_opened', 'authorised', 'issuing')) \
                 UNION ALL SELECT 'order ' || o.id || ' is ' || o.state || ', but delivery ' || d.id || ' is carded' AS found \
                 FROM deliveries d JOIN orders o ON o.id = d.order_id WHERE d.state = 'carded' \
                 AND o.state NOT IN ('invoiced', 'delivering')";
    rule(db, title, "SELECT count(*) FROM orders", query).await
}
