//! The SM3 (GB/T 32905) of each document beside its SHA-256.

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
                // Hex; empty for documents of before, which are never changed: an evidence pack computes theirs.
                "ALTER TABLE documents ADD COLUMN sm3 VARCHAR(64) NOT NULL DEFAULT ''",
            ],
        )
        .await
    }
}
