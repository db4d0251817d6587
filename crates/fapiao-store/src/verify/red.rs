//! Red letters: each takes back one blue invoice, equals its confirmation, and none takes more than there was.

use super::{Check, PAGE, Rule, rule};
use crate::{
    invoice,
    red::read,
    sql::{self, Cells, Sql},
};
use fapiao_domain::red::{RedLine, remaining};
use fapiao_usecases::{errors::StoreError, ports::CheckResult};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend};

const REDS: &str = "SELECT count(*) FROM invoices WHERE blue_id IS NOT NULL";

/// The rules, those that take longest first.
pub(super) const RULES: [Rule; 6] = [
    |db| Box::pin(blue_states(db)),
    |db| Box::pin(one_blue_each(db)),
    |db| Box::pin(refunded(db)),
    |db| Box::pin(equal_their_forms(db)),
    |db| Box::pin(within_blue_lines(db)),
    |db| Box::pin(quota_given_back(db)),
];

async fn one_blue_each(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I20",
        "Every red invoice takes back one issued blue invoice of its own order",
        "每张红字发票对应同一订单的一张已开具蓝字发票",
    );
    // Of its own kind; a digital one may also take back what a tax device issued.
    let query = "SELECT 'red invoice ' || r.id || ' takes nothing back' AS found FROM invoices r \
                 LEFT JOIN invoices b ON b.id = r.blue_id WHERE r.blue_id IS NOT NULL AND (b.id IS NULL \
                 OR b.blue_id IS NOT NULL OR b.order_id <> r.order_id OR b.seller_id <> r.seller_id \
                 OR (b.kind <> r.kind AND NOT (b.kind = 'classic_ordinary' AND r.kind = 'digital_ordinary')) \
                 OR b.buyer <> r.buyer OR b.state NOT IN ('issued', 'partly_red', 'fully_red') OR r.total >= 0) \
                 UNION ALL SELECT 'invoice ' || i.id || ' is below zero and not red' AS found FROM invoices i \
                 WHERE i.blue_id IS NULL AND i.total < 0";
    rule(db, title, REDS, query).await
}

async fn equal_their_forms(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I21",
        "Every red invoice equals its confirmation, line by line, and a carried out confirmation has its red invoice",
        "红字发票与确认单逐行一致，已执行的确认单均有红字发票",
    );
    let query = "SELECT 'red invoice ' || r.id || ' differs from confirmation ' || f.id AS found FROM invoices r \
                 JOIN red_forms f ON f.id = r.red_form_id WHERE r.amount <> f.amount OR r.tax <> f.tax \
                 OR r.total <> f.total OR r.blue_id <> f.blue_id \
                 UNION ALL SELECT 'line ' || CAST(l.no AS TEXT) || ' of red invoice ' || r.id || ' differs from its confirmation' \
                 AS found FROM invoices r JOIN red_form_lines l ON l.form_id = r.red_form_id \
                 LEFT JOIN invoice_lines i ON i.invoice_id = r.id AND i.no = l.no \
                 WHERE i.no IS NULL OR i.amount <> l.amount OR i.tax <> l.tax OR i.name <> l.name OR i.rate <> l.rate \
                 OR COALESCE(i.quantity, '') <> COALESCE(l.quantity, '') OR COALESCE(i.unit_price, '') <> COALESCE(l.unit_price, '') \
                 UNION ALL SELECT 'confirmation ' || f.id || ' is carried out without an issued red invoice' AS found \
                 FROM red_forms f WHERE f.carried_out_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM invoices r \
                 WHERE r.red_form_id = f.id AND r.state = 'issued')";
    rule(db, title, REDS, query).await
}

/// Quantity, net and tax, with discounts folded in: the domain's own arithmetic.
async fn within_blue_lines(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let query = "for each blue invoice: the lines of all its confirmations that count, against its own lines";
    let mut check = Check::new(
        "I22",
        "No blue line is taken back for more quantity, net or tax than it has",
        "每条蓝字明细的红冲数量、金额、税额累计不超过原值",
        query,
    );
    let mut after = String::new();
    loop {
        let sql = Sql::new("SELECT DISTINCT blue_id FROM red_forms WHERE blue_id > ")
            .bind(after.as_str())
            .add(" ORDER BY blue_id LIMIT ")
            .bind(PAGE);
        let page = sql::rows(db, sql).await?;
        let mut ids: Vec<String> = Vec::with_capacity(page.len());
        for row in &page {
            ids.push(row.cell(0)?);
        }
        for chunk in ids.chunks(500) {
            let chosen = Sql::new("blue_id IN ").list(chunk.iter().map(String::as_str));
            let forms = read::forms(db, chosen).await?;
            let chosen = Sql::new("id IN ").list(chunk.iter().map(String::as_str));
            for blue in invoice::find(db, chosen).await? {
                check.0.looked_at += 1;
                let taken: Vec<RedLine> = forms
                    .iter()
                    .filter(|it| it.blue == blue.id && it.state.holds())
                    .flat_map(|it| it.lines.iter().cloned())
                    .collect();
                if let Err(error) = remaining(&blue.lines, &taken) {
                    check.found(format!("invoice {}: {error}", blue.id));
                }
            }
        }
        match ids.pop() {
            Some(last) if page.len() as i64 == PAGE && !check.full() => after = last,
            _ => return Ok(check.0),
        }
    }
}

async fn blue_states(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I23",
        "A blue invoice is partly or fully red exactly as its issued red letters say",
        "蓝字发票的部分红冲、全额红冲状态与已开具的红字发票一致",
    );
    let query = "SELECT 'invoice ' || b.id || ' is ' || b.state || ', but ' || CAST(COALESCE(r.total, 0) AS TEXT) \
                 || ' of its ' || CAST(b.total AS TEXT) || ' fen were taken back' AS found FROM invoices b \
                 LEFT JOIN (SELECT blue_id, sum(total) AS total FROM invoices WHERE blue_id IS NOT NULL AND state = 'issued' \
                 GROUP BY blue_id) r ON r.blue_id = b.id WHERE b.blue_id IS NULL AND b.state IN ('issued', 'partly_red', 'fully_red') \
                 AND b.state <> CASE WHEN r.total IS NULL THEN 'issued' WHEN b.total + r.total = 0 THEN 'fully_red' \
                 ELSE 'partly_red' END";
    rule(db, title, REDS, query).await
}

async fn refunded(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I24",
        "What an order gave back is the sum of its refunds' lines, and never more than was paid",
        "订单已退金额等于各笔退款明细之和，且不超过已付金额",
    );
    let query = "SELECT 'order ' || o.id || ' gave back ' || CAST(o.refunded AS TEXT) || ' fen, its refunds say ' \
                 || CAST(COALESCE(t.total, 0) AS TEXT) AS found FROM orders o LEFT JOIN (SELECT r.order_id, -sum(l.gross) AS total \
                 FROM refund_lines l JOIN refunds r ON r.id = l.refund_id LEFT JOIN red_forms f ON f.id = l.form_id \
                 WHERE f.id IS NULL OR f.state <> 'given_up' GROUP BY r.order_id) t ON t.order_id = o.id \
                 WHERE o.refunded <> COALESCE(t.total, 0) OR o.refunded > o.total";
    rule(db, title, "SELECT count(*) FROM refunds", query).await
}

async fn quota_given_back(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I25",
        "Quota is given back once per red invoice of the blue one's month, by its net amount, and never for an allowance",
        "与蓝字发票同月的红字发票按不含税金额退回额度一次，销售折让不退",
    );
    let (blue, red) = (month(db, "b.issued_at"), month(db, "r.issued_at"));
    let query = format!(
        "SELECT 'quota line of ' || l.reference || ' gives back what it should not' AS found FROM quota_ledger l \
                 LEFT JOIN invoices r ON r.id = l.reference LEFT JOIN invoices b ON b.id = r.blue_id \
                 LEFT JOIN red_forms f ON f.id = r.red_form_id \
                 WHERE l.kind = 'return' AND (r.id IS NULL OR b.id IS NULL OR l.amount <> -r.amount \
                 OR r.state <> 'issued' OR f.reason = '04' OR b.segment_id IS NULL OR {blue} <> {red} OR l.month <> {red} \
                 OR l.seller_id <> r.seller_id) \
                 UNION ALL SELECT 'red invoice ' || r.id || ' did not give its quota back' AS found FROM red_forms f \
                 CROSS JOIN invoices r CROSS JOIN invoices b LEFT JOIN quota_ledger l ON l.kind = 'return' AND l.reference = r.id \
                 WHERE r.red_form_id = f.id AND b.id = r.blue_id AND r.state = 'issued' AND r.amount < 0 AND b.segment_id IS NOT NULL \
                 AND f.reason <> '04' AND {blue} = {red} AND l.reference IS NULL"
    );
    let counted = "SELECT count(*) FROM invoices WHERE blue_id IS NOT NULL AND state = 'issued'";
    rule(db, title, counted, &query).await
}

/// The month of a moment in Shanghai, which has no summer time, as the ledger of quota writes it.
fn month(db: &DatabaseTransaction, moment: &str) -> String {
    match db.get_database_backend() {
        DbBackend::Postgres => {
            format!("to_char(to_timestamp({moment} / 1000 + 28800) AT TIME ZONE 'UTC', 'YYYY-MM')")
        }
        _ => format!("strftime('%Y-%m', {moment} / 1000 + 28800, 'unixepoch')"),
    }
}
