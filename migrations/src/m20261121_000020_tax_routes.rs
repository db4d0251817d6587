//! How each seller reaches the tax side, what a tax gateway told, month totals, and which windows staff were mailed about.

use crate::ddl::{belongs_to, big, big_null, create, key, keyed_by, run, table, text};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, gateway()).await?;
        create(manager, watch()).await?;
        run(
            manager,
            &[
                // Where a person is told of windows that close.
                "ALTER TABLE staff ADD COLUMN email TEXT NOT NULL DEFAULT ''",
                "CREATE INDEX ix_watch_marks_batch ON watch_marks (batch)",
                "CREATE INDEX ix_stock_told_at ON stock_told (seller_id, at)",
            ],
        )
        .await
    }
}

fn gateway() -> Vec<TableCreateStatement> {
    let connections = belongs_to(
        table(
            "tax_connections",
            [
                key("seller_id"),
                text("route"),
                text("profile"),
                text("base_url"),
                text("key_id"),
                text("secret"),
                text("verdict"),
                big_null("checked_at"),
                big("version"),
            ],
        ),
        "seller_id",
        ("sellers", "id"),
    );
    // What the gateway said about an invoice beside its number: cipher area and its own files, as JSON.
    let answers = belongs_to(
        table(
            "gateway_answers",
            [
                key("invoice_id"),
                text("cipher"),
                text("documents"),
                text("papers"),
                big("answered_at"),
            ],
        ),
        "invoice_id",
        ("invoices", "id"),
    );
    // The gateway's own stock, each time it told another figure than before.
    let mut told = table(
        "stock_told",
        [
            text("seller_id"),
            big("no"),
            big("at"),
            big_null("numbers_left"),
            big_null("quota_left"),
            text("month"),
            text("volumes"),
        ],
    );
    let told = belongs_to(
        keyed_by(&mut told, &["seller_id", "no"]),
        "seller_id",
        ("sellers", "id"),
    );
    vec![connections, answers, told]
}

fn watch() -> Vec<TableCreateStatement> {
    // Month totals, ours and theirs, as they were compared last.
    let mut months = table(
        "month_checks",
        [
            text("seller_id"),
            text("month"),
            text("state"),
            text("ours"),
            text("theirs"),
            text("differences"),
            text("trouble"),
            big_null("checked_at"),
            big_null("confirmed_at"),
            text("confirmed_by"),
            big("version"),
        ],
    );
    let months = belongs_to(
        keyed_by(&mut months, &["seller_id", "month"]),
        "seller_id",
        ("sellers", "id"),
    );
    // The primary key is the promise: one mail per window.
    let mut marks = table(
        "watch_marks",
        [
            text("kind"),
            text("subject"),
            text("stage"),
            text("seller_id"),
            text("batch"),
            big("at"),
            big_null("mailed_at"),
        ],
    );
    let marks = keyed_by(&mut marks, &["kind", "subject", "stage"]);
    vec![months, marks]
}
