//! What the books are compared with and written to: quota as the tax side tells it, statements of payment services,
//! mappings for bookkeeping programs, months that were closed.

use crate::ddl::{big, big_null, create, key, keyed_by, run, table, text};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut quota = table(
            "quota_checks",
            [
                text("seller_id"),
                text("month"),
                big("asked_at"),
                // `NULL` where the tax side does not tell.
                big_null("limit_there"),
                big_null("granted_there"),
                big_null("spent_there"),
                big("granted_here"),
                big("spent_here"),
                // Numbers taken whose outcome is open: the tax side may count them or not.
                big("open_here"),
            ],
        );
        let files = table(
            "payment_files",
            [
                key("id"),
                text("seller_id"),
                text("channel"),
                text("name"),
                text("sha256"),
                // The days it covers: from the first midnight to the one after the last.
                big("from_at"),
                big("until_at"),
                big("payments"),
                big("refunds"),
                text("taken_by"),
                big("taken_at"),
            ],
        );
        let mut lines = table(
            "payment_lines",
            [
                text("seller_id"),
                text("channel"),
                text("number"),
                // Empty for a payment.
                text("refund_no"),
                text("trade_no"),
                big("at"),
                // Gross fen; what was given back on a refund, above zero too.
                big("amount"),
                // What the service kept; below zero where it gave some back.
                big("fee"),
                // What its own rate comes to; `NULL` where it states none.
                big_null("fee_due"),
                text("file_id"),
            ],
        );
        let mappings = table(
            "book_mappings",
            [
                key("seller_id"),
                // TOML.
                text("content"),
                text("changed_by"),
                big("changed_at"),
                big("version"),
            ],
        );
        let mut closings = table(
            "book_closings",
            [
                text("seller_id"),
                text("month"),
                // SHA-256 over the month's invoices.
                text("snapshot"),
                big("invoices"),
                big("amount"),
                big("tax"),
                big("total"),
                text("closed_by"),
                big("closed_at"),
            ],
        );
        create(
            manager,
            vec![
                keyed_by(&mut quota, &["seller_id", "month"]),
                files,
                keyed_by(&mut lines, &["seller_id", "channel", "number", "refund_no"]),
                mappings,
                keyed_by(&mut closings, &["seller_id", "month"]),
            ],
        )
        .await?;
        run(
            manager,
            &[
                "CREATE UNIQUE INDEX ux_payment_files_content ON payment_files (seller_id, channel, sha256)",
                "CREATE INDEX ix_payment_lines_at ON payment_lines (seller_id, at)",
                "CREATE INDEX ix_payment_lines_trade ON payment_lines (trade_no) WHERE trade_no <> ''",
            ],
        )
        .await
    }
}
