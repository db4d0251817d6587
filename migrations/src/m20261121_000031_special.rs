//! Orders that ask for a special invoice.

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
                // `ordinary` or `special`: what is asked for; the invoice has its own kind.
                "ALTER TABLE orders ADD COLUMN invoice_kind TEXT NOT NULL DEFAULT 'ordinary'",
            ],
        )
        .await
    }
}
