//! Orders that become several invoices, difference tax, and what else is printed.

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
                // The most net amount of one invoice in fen, and its most lines.
                "ALTER TABLE sellers ADD COLUMN invoice_limit BIGINT NULL",
                "ALTER TABLE sellers ADD COLUMN invoice_lines BIGINT NOT NULL DEFAULT 2000",
                // Whether the banks of both sides are printed in the remark.
                "ALTER TABLE sellers ADD COLUMN shows_banks BOOLEAN NOT NULL DEFAULT FALSE",
                // Difference tax: `whole` or `reduced`, and the deduction in fen.
                "ALTER TABLE orders ADD COLUMN difference TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE orders ADD COLUMN deduction BIGINT NOT NULL DEFAULT 0",
                "ALTER TABLE invoices ADD COLUMN difference TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE invoices ADD COLUMN deduction BIGINT NOT NULL DEFAULT 0",
                // Channel and number of each payment, as JSON; empty for none.
                "ALTER TABLE invoices ADD COLUMN payments TEXT NOT NULL DEFAULT ''",
                // Which invoice of how many the delivery brings, and what it states, as JSON; 0 and empty for the whole.
                "ALTER TABLE deliveries ADD COLUMN part_no BIGINT NOT NULL DEFAULT 0",
                "ALTER TABLE deliveries ADD COLUMN part_total BIGINT NOT NULL DEFAULT 0",
                "ALTER TABLE deliveries ADD COLUMN part TEXT NOT NULL DEFAULT ''",
                "DROP INDEX ux_deliveries_under_way",
                // At most one attempt of an order, or of a part of it, is under way.
                "CREATE UNIQUE INDEX ux_deliveries_under_way ON deliveries (order_id, part_no) \
                 WHERE state IN ('created', 'page_opened', 'authorised', 'issuing')",
            ],
        )
        .await
    }
}
