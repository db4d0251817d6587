//! The audit chain, line by line, in pages.

use super::{Check, PAGE, rule};
use crate::{
    audit::{NEW_KEY, link},
    entity::audit_entry,
    keys::{AuditKeys, FIRST_KEY},
    sql::{self, Cells, Sql, select},
};
use fapiao_usecases::{errors::StoreError, ports::CheckResult};
use sea_orm::DatabaseTransaction;

/// No line was changed, removed, put in or moved, and the end is where it was left.
pub(super) async fn unbroken(
    db: &DatabaseTransaction,
    keys: &AuditKeys,
) -> Result<CheckResult, StoreError> {
    let mut check = Check::new(
        "I8",
        "The audit chain is unbroken",
        "审计链完整，未被改动",
        "hash = HMAC-SHA256(key, hash before | seq | at | actor | action | subject | order | data), line by line",
    );
    let (mut seq, mut hash) = (0_i64, String::new());
    let mut key = keys.find(FIRST_KEY);
    loop {
        let sql = select::<audit_entry::Entity>("WHERE seq > ")
            .bind(seq)
            .add(" ORDER BY seq LIMIT ")
            .bind(PAGE);
        let page = sql::all::<audit_entry::Model>(db, sql).await?;
        let read = page.len() as i64;
        for entry in page {
            if entry.action == NEW_KEY {
                key = keys.find(&entry.subject);
                if key.is_none() {
                    check.found(format!(
                        "from line {} on the chain was made with key {}, which is not among the settings",
                        entry.seq, entry.subject
                    ));
                }
            }
            if entry.seq != seq + 1 {
                check.found(format!(
                    "lines {} to {} are missing",
                    seq + 1,
                    entry.seq - 1
                ));
                // The chain before the gap is unknown: go on from the line itself.
            } else if let Some(key) = key
                && link(&key.bytes, &hash, &entry)? != entry.hash
            {
                check.found(format!("line {} ({}) was changed", entry.seq, entry.action));
            }
            check.0.looked_at += 1;
            (seq, hash) = (entry.seq, entry.hash);
        }
        if read < PAGE || check.full() {
            break;
        }
    }
    let head = Sql::new("SELECT seq, hash FROM audit_head WHERE id = 1");
    if seq > 0 && key.is_none() && check.0.found.is_empty() {
        check.found(format!(
            "the chain begins with key {FIRST_KEY}, which is not among the settings"
        ));
    }
    match sql::row(db, head).await? {
        Some(row) => {
            let (end, end_hash): (i64, String) = (row.cell(0)?, row.cell(1)?);
            if !check.full() && (end, &end_hash) != (seq, &hash) {
                check.found(format!(
                    "the chain ends at line {seq}, but its end was left at line {end}"
                ));
            }
        }
        None => check.found("the end of the chain is missing".to_owned()),
    }
    Ok(check.0)
}

/// Each number has a line that says so, and each issued invoice one that says it was issued.
pub(super) async fn numbers_in_chain(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I3",
        "Every number and every issued invoice has its line in the audit chain",
        "每个号码与每张已开具发票均有审计记录",
    );
    let query = "SELECT 'invoice ' || i.id || ' holds ' || i.number || ' without a line of that number' AS found \
                 FROM invoices i WHERE i.segment_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audit_entries a \
                 WHERE a.order_id = i.order_id AND a.subject = i.id AND a.action = 'invoice.reserved' \
                 AND a.data LIKE '%\"number\":\"' || i.number || '\"%') \
                 UNION ALL SELECT 'invoice ' || i.id || ' is ' || i.state || ' without a line that it was issued' AS found \
                 FROM invoices i WHERE i.state IN ('issued', 'partly_red', 'fully_red') AND NOT EXISTS \
                 (SELECT 1 FROM audit_entries a WHERE a.order_id = i.order_id AND a.subject = i.id AND a.action = 'invoice.issued')";
    rule(
        db,
        title,
        "SELECT count(*) FROM invoices WHERE number IS NOT NULL",
        query,
    )
    .await
}
