//! Which class codes difference tax may be used with.

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
                // `yes`, `no`, or empty where it was never told.
                "ALTER TABLE tax_code_versions ADD COLUMN difference_tax TEXT NOT NULL DEFAULT ''",
            ],
        )
        .await
    }
}
