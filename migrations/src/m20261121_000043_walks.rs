//! Indexes of what the reconciliation and the comparison of quota walk along.

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
                // Payments of a period, of all sellers.
                "CREATE INDEX ix_payment_lines_day ON payment_lines (at, seller_id)",
                // Quota of one month.
                "CREATE INDEX ix_quota_ledger_month ON quota_ledger (seller_id, month)",
            ],
        )
        .await
    }
}
