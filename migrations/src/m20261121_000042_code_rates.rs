//! The rates and levies that a class code permits, beside its dates.

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
                // Percentages with 、 between them; empty where they were never told.
                "ALTER TABLE tax_code_versions ADD COLUMN tax_rates TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE tax_code_versions ADD COLUMN levy_rates TEXT NOT NULL DEFAULT ''",
            ],
        )
        .await
    }
}
