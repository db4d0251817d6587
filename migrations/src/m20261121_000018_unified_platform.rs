//! The platform id that a seller's authorisation pages carry in the unified calls.

use crate::ddl::text;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let change = Table::alter()
            .table("unified_settings")
            .add_column(text("platform_id").default(""))
            .to_owned();
        manager.alter_table(change).await
    }
}
