//! Which deliveries keep the number of a natural person's document.

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
                // 1 while the sealed number lies in the title, 0 once it was erased, and where there never was one.
                "ALTER TABLE deliveries ADD COLUMN has_document BIGINT NOT NULL DEFAULT 0",
                "CREATE INDEX ix_deliveries_document ON deliveries (created_at) WHERE has_document = 1",
            ],
        )
        .await
    }
}
