//! Of which province a segment's numbers are, and since when they can no longer be used.

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
                "ALTER TABLE segments ADD COLUMN province TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE segments ADD COLUMN closed_at BIGINT",
                // Nothing tells where a seller was when they were fetched: they stay usable where it is.
                "UPDATE segments SET province = COALESCE((SELECT s.province FROM sellers s \
                 WHERE s.id = segments.seller_id), '')",
            ],
        )
        .await
    }
}
