//! What was kept of a month when it was closed: its reports and its invoices, piece by piece in the document store.

use crate::ddl::{big, create, keyed_by, run, table, text};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut pieces = table(
            "book_pieces",
            [
                text("seller_id"),
                text("month"),
                // `ledger.xlsx` …, or `rows`.
                text("name"),
                // From 0: the file is its pieces, one after the other.
                big("no"),
                text("sha256"),
                big("size"),
            ],
        );
        create(
            manager,
            vec![keyed_by(&mut pieces, &["seller_id", "month", "name", "no"])],
        )
        .await?;
        run(
            manager,
            &["CREATE INDEX ix_book_pieces_hash ON book_pieces (sha256)"],
        )
        .await
    }
}
