//! Why a credential was renewed.

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
                // `first`, `ending`, `refused`, `forced`; empty for failures and for renewals of before.
                "ALTER TABLE token_notes ADD COLUMN cause TEXT NOT NULL DEFAULT ''",
            ],
        )
        .await
    }
}
