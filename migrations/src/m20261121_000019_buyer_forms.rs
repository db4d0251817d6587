//! Red confirmations that a buyer began.

use crate::ddl::run;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &["ALTER TABLE red_forms ADD COLUMN by_buyer BOOLEAN NOT NULL DEFAULT FALSE"],
        )
        .await
    }
}
