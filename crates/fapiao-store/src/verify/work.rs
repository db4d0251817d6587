//! Nothing is forgotten: what is under way has a job, waiting, running or parked.

use super::{Rule, rule};
use fapiao_usecases::{errors::StoreError, ports::CheckResult};
use sea_orm::DatabaseTransaction;

/// The rules, those that take longest first.
pub(super) const RULES: [Rule; 5] = [
    |db| Box::pin(papers(db)),
    |db| Box::pin(orders(db)),
    |db| Box::pin(pushes(db)),
    |db| Box::pin(verdicts(db)),
    |db| Box::pin(deliveries(db)),
];

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

async fn verdicts(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I7b",
        "Every push that is kept has its verdict; one that was let in has one effect: one job or one outcome",
        "每个留存的推送都有结论；已接受的推送恰有一个效果：一个待办任务或一个结果",
    );
    // The same event twice is the same row: its key is unique.
    let query = "SELECT 'push ' || id || ' has no verdict' AS found FROM pushes WHERE verdict = '' \
                 OR state NOT IN ('stored', 'handled', 'ignored', 'parked', 'refused') \
                 UNION ALL SELECT 'push ' || id || ' is ' || state || ', but its verdict is ' || verdict AS found \
                 FROM pushes WHERE (state = 'refused') = (verdict = 'accepted') \
                 UNION ALL SELECT 'push ' || id || ' was let in without a key' AS found FROM pushes \
                 WHERE state <> 'refused' AND dedup_key IS NULL \
                 UNION ALL SELECT 'push ' || id || ' is ' || state || ' without an outcome' AS found FROM pushes \
                 WHERE state IN ('handled', 'ignored', 'parked') AND outcome = '' \
                 UNION ALL SELECT 'push ' || j.subject || ' has ' || CAST(count(*) AS TEXT) || ' jobs' AS found \
                 FROM jobs j WHERE j.kind = 'handle_push' GROUP BY j.subject HAVING count(*) > 1";
    rule(db, title, "SELECT count(*) FROM pushes", query).await
}

async fn deliveries(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I11",
        "Every authorised delivery, red confirmation and red invoice under way has a job that carries it on, unless its \
         invoice waits for numbers or quota",
        "每个已授权的投递、进行中的红字确认单和红字发票都有推进任务，等待号段或额度的除外",
    );
    let query = "SELECT 'delivery ' || d.id || ' is ' || d.state || ' without a job' AS found FROM deliveries d \
                 LEFT JOIN invoices i ON i.id = d.invoice_id WHERE d.state IN ('authorised', 'issuing') \
                 AND COALESCE(i.state, '') <> 'blocked' AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.subject = d.id) \
                 AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.subject = i.id) \
                 AND NOT EXISTS (SELECT 1 FROM jobs j WHERE i.receipt <> '' AND j.subject = i.receipt) \
                 UNION ALL SELECT 'confirmation ' || f.id || ' is ' || f.state || ' without a job' AS found FROM red_forms f \
                 WHERE f.state IN ('planned', 'asked', 'direct', 'not_needed', 'awaits_buyer', 'awaits_seller', 'confirmed') \
                 AND f.carried_out_at IS NULL AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.subject = f.id) \
                 AND NOT EXISTS (SELECT 1 FROM invoices r WHERE r.red_form_id = f.id) \
                 AND NOT EXISTS (SELECT 1 FROM unified_requests u WHERE u.subject = f.id AND u.state = 'issued') \
                 UNION ALL SELECT 'red invoice ' || r.id || ' is ' || r.state || ' without a job' AS found FROM invoices r \
                 WHERE r.state IN ('ready', 'reserved', 'uploading', 'outcome_unknown') AND r.blue_id IS NOT NULL \
                 AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.subject = r.id) \
                 AND NOT EXISTS (SELECT 1 FROM jobs j WHERE r.receipt <> '' AND j.subject = r.receipt)";
    let counted = "SELECT (SELECT count(*) FROM deliveries WHERE state IN ('authorised', 'issuing')) + (SELECT count(*) \
                   FROM red_forms WHERE carried_out_at IS NULL) + (SELECT count(*) FROM invoices \
                   WHERE state IN ('ready', 'reserved', 'uploading', 'outcome_unknown') AND blue_id IS NOT NULL)";
    rule(db, title, counted, query).await
}

async fn papers(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I27",
        "Every invoice that was issued here has its paper, or a job that makes it",
        "每张由本系统开具的发票都有版式文件，或有生成它的待办任务",
    );
    // Who issues elsewhere makes the paper there, and may keep it. Few invoices have none yet: the rest is asked of those.
    let query = "SELECT 'invoice ' || i.id || ' is ' || i.state || ', but has no paper and no job that makes one' AS found \
                 FROM invoices i WHERE i.state IN ('issued', 'partly_red', 'fully_red') \
                 AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.invoice_id = i.id AND d.format IN ('pdf', 'ofd')) \
                 AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.subject = i.id AND j.kind = 'render_invoice') \
                 AND NOT EXISTS (SELECT 1 FROM platform_requests r WHERE r.invoice_id IN (i.id, i.blue_id)) \
                 AND NOT EXISTS (SELECT 1 FROM unified_requests u WHERE u.subject IN (i.id, i.blue_id))";
    let counted =
        "SELECT count(*) FROM invoices WHERE state IN ('issued', 'partly_red', 'fully_red')";
    rule(db, title, counted, query).await
}

async fn orders(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I17",
        "No order is invoiced for more than was paid and not given back, and its state follows from its deliveries",
        "订单的有效发票合计不超过已付减已退金额，订单状态与投递一致",
    );
    // While a red letter is under way, or stopped, the blue invoice still says more. The last part begins at the few orders
    // that are not invoiced; SQLite takes a cross join in the order of its tables.
    let query = "SELECT 'order ' || o.id || ' is invoiced for ' || CAST(i.total AS TEXT) || ' fen, ' \
                 || CAST(o.total - o.refunded AS TEXT) || ' fen were paid and not given back' AS found FROM orders o \
                 JOIN (SELECT order_id, sum(total) AS total FROM invoices WHERE (blue_id IS NULL AND state <> 'refused') \
                 OR (blue_id IS NOT NULL AND state = 'issued') GROUP BY order_id) i ON i.order_id = o.id \
                 WHERE i.total > o.total - o.refunded AND NOT EXISTS (SELECT 1 FROM red_forms f WHERE f.order_id = o.id \
                 AND f.carried_out_at IS NULL AND f.state <> 'given_up') \
                 UNION ALL SELECT 'order ' || o.id || ' is delivering, but no delivery is under way' AS found FROM orders o \
                 WHERE o.state = 'delivering' AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.order_id = o.id \
                 AND d.state IN ('created', 'page_opened', 'authorised', 'issuing')) \
                 UNION ALL SELECT 'order ' || o.id || ' is ' || o.state || ', but delivery ' || d.id || ' is carded' AS found \
                 FROM orders o CROSS JOIN deliveries d WHERE d.order_id = o.id AND d.state = 'carded' \
                 AND o.state NOT IN ('invoiced', 'delivering') AND NOT EXISTS (SELECT 1 FROM invoices r \
                 WHERE r.id = d.invoice_id AND r.state = 'fully_red')";
    rule(db, title, "SELECT count(*) FROM orders", query).await
}
