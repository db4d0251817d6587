//! A received file stands beside the one that we made of the same format, and leads.

use crate::ddl::{belongs_to, big, create, keyed_by, run, table, text};
use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const KEPT: &str = "recorded documents are never changed or removed";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            let statements = [
                "ALTER TABLE documents DROP CONSTRAINT documents_pkey, ADD PRIMARY KEY (invoice_id, format, origin)",
            ];
            return run(manager, &statements).await;
        }
        // SQLite changes no key: the rows move into a table that has the other one, and its guards with them.
        run(
            manager,
            &["ALTER TABLE documents RENAME TO documents_before"],
        )
        .await?;
        let columns = [
            text("invoice_id"),
            text("format"),
            text("sha256"),
            big("size"),
            text("origin"),
            big("created_at"),
            text("sm3").default("").take(),
        ];
        let mut documents = table("documents", columns);
        let documents = belongs_to(
            keyed_by(&mut documents, &["invoice_id", "format", "origin"]),
            "invoice_id",
            ("invoices", "id"),
        );
        create(manager, vec![documents]).await?;
        run(
            manager,
            &[
                "INSERT INTO documents (invoice_id, format, sha256, size, origin, created_at, sm3) \
                 SELECT invoice_id, format, sha256, size, origin, created_at, sm3 FROM documents_before",
                "DROP TABLE documents_before",
                "CREATE INDEX ix_documents_hash ON documents (sha256)",
            ],
        )
        .await?;
        for (name, event) in [("kept_update", "UPDATE"), ("kept_delete", "DELETE")] {
            let guard = format!(
                "CREATE TRIGGER documents_{name} BEFORE {event} ON documents WHEN 1 = 1 \
                 BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
            );
            manager.get_connection().execute_unprepared(&guard).await?;
        }
        Ok(())
    }
}
