//! Numbers, amounts, quota, cards: rules that one query each can tell.

use super::{Check, Rule, rule};
use crate::{
    numbering::number_at,
    sql::{self, Cells, Sql},
};
use fapiao_usecases::{errors::StoreError, ports::CheckResult};
use sea_orm::DatabaseTransaction;

const NUMBERS: &str = "SELECT count(*) FROM invoices WHERE number IS NOT NULL";

/// The rules, those that take longest first.
pub(super) const RULES: [Rule; 7] = [
    |db| Box::pin(totals(db)),
    |db| Box::pin(quota(db)),
    |db| Box::pin(outside_segments(db)),
    |db| Box::pin(card_codes(db)),
    |db| Box::pin(numbers_once(db)),
    |db| Box::pin(segments(db)),
    |db| Box::pin(gateway_numbers(db)),
];

async fn numbers_once(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I1",
        "No invoice number is used twice",
        "发票号码不重复使用",
    );
    let query = "SELECT 'number ' || code || number || ' is used ' || CAST(count(*) AS TEXT) || ' times' AS found \
                 FROM invoices WHERE number IS NOT NULL GROUP BY code, number HAVING count(*) > 1";
    rule(db, title, NUMBERS, query).await
}

/// Taken numbers of a segment are its first ones, without a hole, each held by one invoice.
async fn segments(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let query = "SELECT s.id, s.first_number, s.last_number, s.size, s.taken, \
                 (SELECT count(*) FROM invoices i WHERE i.segment_id = s.id), \
                 (SELECT min(i.number) FROM invoices i WHERE i.segment_id = s.id), \
                 (SELECT max(i.number) FROM invoices i WHERE i.segment_id = s.id), \
                 (SELECT count(*) FROM invoices i WHERE i.segment_id = s.id \
                  AND (i.seller_id <> s.seller_id OR i.number IS NULL)) FROM segments s";
    let mut check = Check::new(
        "I2",
        "The numbers taken from a segment are exactly those held by invoices, without a hole",
        "号段中已取用的号码与发票持有的号码一致且连续",
        query,
    );
    for row in sql::rows(db, Sql::new(query)).await? {
        check.0.looked_at += 1;
        let (id, first, last): (String, String, String) =
            (row.cell(0)?, row.cell(1)?, row.cell(2)?);
        let (size, taken, held): (i64, i64, i64) = (row.cell(3)?, row.cell(4)?, row.cell(5)?);
        let (lowest, highest): (Option<String>, Option<String>) = (row.cell(6)?, row.cell(7)?);
        let strangers: i64 = row.cell(8)?;
        if number_at(&first, size - 1).as_deref() != Some(&last) {
            check.found(format!(
                "segment {id}: {first} to {last} are not {size} numbers"
            ));
        }
        if taken != held {
            check.found(format!(
                "segment {id}: {taken} numbers were taken, invoices hold {held}"
            ));
        }
        if strangers != 0 {
            check.found(format!(
                "segment {id}: {strangers} invoices of another seller or without a number"
            ));
        }
        if held > 0 {
            let expected = (number_at(&first, 0), number_at(&first, held - 1));
            if expected != (lowest.clone(), highest.clone()) {
                check.found(format!(
                    "segment {id}: the numbers held are not contiguous from {first} ({lowest:?} to {highest:?})"
                ));
            }
        }
    }
    Ok(check.0)
}

async fn outside_segments(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I2b",
        "No digital number comes from outside the fetched segments, but those an external platform or a tax gateway gave",
        "数电票号码均来自已领取的号段，第三方平台或税务网关赋码的除外",
    );
    let query = "SELECT 'invoice ' || i.id || ' holds ' || i.number || ' without a segment' AS found FROM invoices i \
                 WHERE i.number IS NOT NULL AND i.kind <> 'classic_ordinary' \
                 AND NOT EXISTS (SELECT 1 FROM segments s WHERE s.id = i.segment_id) \
                 AND NOT EXISTS (SELECT 1 FROM platform_requests r WHERE r.invoice_id IN (i.id, i.blue_id)) \
                 AND NOT EXISTS (SELECT 1 FROM unified_requests u WHERE u.invoice_id IN (i.id, i.blue_id)) \
                 AND NOT EXISTS (SELECT 1 FROM gateway_answers g WHERE g.invoice_id = i.id)";
    rule(db, title, NUMBERS, query).await
}

/// What a gateway gave is whole: the older form with all four parts, and nothing before it was issued.
/// What others issued has the parts they told: the unified calls tell no machine.
async fn gateway_numbers(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I2c",
        "Every number of the older form that we issued has its code, check code and machine, and every gateway's answer an issued invoice",
        "本系统开具的税控发票代码、号码、校验码、机器编号齐全，网关的每个应答对应已开具的发票",
    );
    let query = "SELECT 'invoice ' || i.id || ' of the older form lacks code, check code or machine' AS found \
                 FROM invoices i WHERE i.kind = 'classic_ordinary' AND i.number IS NOT NULL \
                 AND (length(i.code) <> 12 OR length(i.number) <> 8 OR length(i.check_code) <> 20 OR length(i.machine) <> 12) \
                 AND NOT EXISTS (SELECT 1 FROM platform_requests r WHERE r.invoice_id IN (i.id, i.blue_id)) \
                 AND NOT EXISTS (SELECT 1 FROM unified_requests u WHERE u.invoice_id IN (i.id, i.blue_id)) \
                 UNION ALL SELECT 'the gateway''s answer for ' || g.invoice_id || ' belongs to no issued invoice' AS found \
                 FROM gateway_answers g LEFT JOIN invoices i ON i.id = g.invoice_id WHERE i.id IS NULL \
                 OR i.number IS NULL OR i.state NOT IN ('issued', 'partly_red', 'fully_red')";
    let count = "SELECT count(*) FROM gateway_answers";
    rule(db, title, count, query).await
}

async fn totals(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I4",
        "Lines add up to the totals, and net plus tax is gross, to the fen",
        "明细合计等于总额，金额加税额等于价税合计",
    );
    let query = "SELECT 'invoice ' || i.id || ' says ' || CAST(i.amount AS TEXT) || ' + ' || CAST(i.tax AS TEXT) || ' = ' \
                 || CAST(i.total AS TEXT) || ' fen, its lines differ' AS found FROM invoices i \
                 LEFT JOIN (SELECT invoice_id, sum(amount) AS amount, sum(tax) AS tax, sum(gross) AS gross, \
                 sum(CASE WHEN amount + tax <> gross THEN 1 ELSE 0 END) AS broken FROM invoice_lines GROUP BY invoice_id) l \
                 ON l.invoice_id = i.id WHERE l.invoice_id IS NULL OR l.amount <> i.amount OR l.tax <> i.tax \
                 OR l.gross <> i.total OR l.broken <> 0 OR i.amount + i.tax <> i.total";
    rule(db, title, "SELECT count(*) FROM invoices", query).await
}

async fn card_codes(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I5",
        "At most one card a delivery, and no card code twice",
        "一次投递至多一张卡券，卡券 code 不重复",
    );
    let query = "SELECT 'card code ' || code || ' of template ' || template || ' is held by ' || CAST(count(*) AS TEXT) \
                 || ' deliveries' AS found FROM cards WHERE code <> '' GROUP BY template, code HAVING count(*) > 1 \
                 UNION ALL SELECT 'delivery ' || delivery_id || ' has ' || CAST(count(*) AS TEXT) || ' cards' AS found \
                 FROM cards GROUP BY delivery_id HAVING count(*) > 1";
    rule(db, title, "SELECT count(*) FROM cards", query).await
}

async fn quota(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I16",
        "The quota ledger adds up to the balance, which is never negative; each number spent its net amount, and a refused one gave it back",
        "额度台账合计等于余额且不为负，每张发票按不含税金额扣减额度，税局拒开的如数恢复",
    );
    let query = "SELECT 'quota of ' || l.seller_id || ' in ' || l.month || ': ledger and balance differ' AS found \
                 FROM (SELECT seller_id, month, sum(amount) AS amount FROM quota_ledger GROUP BY seller_id, month) l \
                 LEFT JOIN quota_balances b ON b.seller_id = l.seller_id AND b.month = l.month \
                 WHERE b.balance IS NULL OR b.balance <> l.amount OR b.balance < 0 \
                 UNION ALL SELECT 'quota of ' || b.seller_id || ' in ' || b.month || ' has no ledger' AS found \
                 FROM quota_balances b WHERE NOT EXISTS (SELECT 1 FROM quota_ledger l \
                 WHERE l.seller_id = b.seller_id AND l.month = b.month) \
                 UNION ALL SELECT 'invoice ' || i.id || ' holds a number but did not spend its net amount' AS found \
                 FROM invoices i LEFT JOIN quota_ledger l ON l.kind = 'spend' AND l.reference = i.id \
                 WHERE i.segment_id IS NOT NULL AND i.amount > 0 AND (l.amount IS NULL OR l.amount <> -i.amount) \
                 UNION ALL SELECT 'quota of invoice ' || r.id || ': ' || CAST(r.amount AS TEXT) || ' fen were given back' \
                 AS found FROM (SELECT substr(reference, 1, 30) AS id, CAST(sum(amount) AS BIGINT) AS amount \
                 FROM quota_ledger WHERE kind IN ('refused', 'spend_again') GROUP BY substr(reference, 1, 30)) r \
                 LEFT JOIN invoices i ON i.id = r.id WHERE i.id IS NULL OR r.amount < 0 OR r.amount > i.amount \
                 UNION ALL SELECT 'invoice ' || i.id || ' is refused and did not give back its net amount' AS found \
                 FROM invoices i LEFT JOIN (SELECT substr(reference, 1, 30) AS id, CAST(sum(amount) AS BIGINT) AS amount \
                 FROM quota_ledger WHERE kind IN ('refused', 'spend_again') GROUP BY substr(reference, 1, 30)) r \
                 ON r.id = i.id WHERE i.state = 'refused' AND i.segment_id IS NOT NULL AND i.amount > 0 \
                 AND COALESCE(r.amount, 0) <> i.amount \
                 UNION ALL SELECT 'return ' || s.id || ' of quota is ' || CASE WHEN s.closed_at IS NULL THEN 'open' \
                 ELSE 'closed' END || ': the ledger says otherwise' AS found FROM stock_requests s \
                 LEFT JOIN quota_ledger o ON o.kind = 'sent_back' AND o.reference = s.id \
                 LEFT JOIN quota_ledger k ON k.kind = 'kept' AND k.reference = s.id WHERE s.kind = 'quota_return' \
                 AND (o.amount IS NULL OR o.amount <> -s.amount OR k.amount <> s.amount \
                 OR (k.amount IS NOT NULL AND s.closed_at IS NULL)) \
                 UNION ALL SELECT 'quota line of ' || k.reference || ' belongs to no return' AS found FROM quota_ledger k \
                 WHERE k.kind IN ('sent_back', 'kept') AND NOT EXISTS (SELECT 1 FROM stock_requests s \
                 WHERE s.id = k.reference AND s.kind = 'quota_return')";
    rule(db, title, "SELECT count(*) FROM quota_ledger", query).await
}
