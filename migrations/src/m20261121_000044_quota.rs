//! Until when the quota of a month may be used; and what refused invoices took of it, given back.

use crate::ddl::run;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                // The last day, `yyyy-mm-dd`, as the tax authority told; empty where it told none.
                "ALTER TABLE quota_balances ADD COLUMN valid_until TEXT NOT NULL DEFAULT ''",
                // What was refused was never issued: until now it kept the quota that it had taken.
                "INSERT INTO quota_ledger (seller_id, month, kind, reference, amount, at) \
                 SELECT l.seller_id, l.month, 'refused', i.id || ':0', -l.amount, COALESCE(i.uploaded_at, l.at) \
                 FROM invoices i JOIN quota_ledger l ON l.kind = 'spend' AND l.reference = i.id \
                 WHERE i.state = 'refused'",
                "UPDATE quota_balances SET balance = balance + CAST((SELECT COALESCE(sum(l.amount), 0) \
                 FROM quota_ledger l WHERE l.kind = 'refused' AND l.seller_id = quota_balances.seller_id \
                 AND l.month = quota_balances.month) AS BIGINT)",
            ],
        )
        .await
    }
}
