//! The chain of everything that was done.

use crate::ddl::{big, create, run, table, text, text_null};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let entries = table(
            "audit_entries",
            [
                big("seq").primary_key().take(),
                big("at"),
                text("actor"),
                text("action"),
                text("subject"),
                text_null("order_id"),
                text("data"),
                text("hash"),
            ],
        );
        // One row: the end of the chain. Whoever appends holds it until the commit.
        let head = table(
            "audit_head",
            [big("id").primary_key().take(), big("seq"), text("hash")],
        );
        create(manager, vec![entries, head]).await?;
        run(
            manager,
            &[
                "INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '')",
                "CREATE INDEX ix_audit_order ON audit_entries (order_id, seq)",
            ],
        )
        .await
    }
}
