//! How long each push waited for its answer.

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
                // Milliseconds from the request to the answer; nothing for pushes of before, for repetitions, and where the
                // node ended before it wrote it down.
                "ALTER TABLE pushes ADD COLUMN answered_ms BIGINT",
            ],
        )
        .await
    }
}
