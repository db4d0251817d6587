//! A version of each store: of two people who change one, the later is told. And how many differences of
//! each kind a month has beyond those that are listed.

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
                "ALTER TABLE stores ADD COLUMN version BIGINT NOT NULL DEFAULT 1",
                // Differences of a month beyond those that are listed, kind by kind.
                "ALTER TABLE month_checks ADD COLUMN more_of TEXT NOT NULL DEFAULT '[]'",
            ],
        )
        .await
    }
}
