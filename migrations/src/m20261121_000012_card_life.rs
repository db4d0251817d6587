//! The life of a card after its insert, raw pushes, comparisons with WeChat, and leases of what one node does for all.

use crate::ddl::{belongs_to, big, big_null, create, key, keyed_by, run, table, text, text_null};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                // When WeChat reported the state the card has; reports come out of order.
                "ALTER TABLE cards ADD COLUMN status_at BIGINT",
                "CREATE INDEX ix_cards_open ON cards (state, template) WHERE state IN ('inserting', 'code_unknown')",
                "CREATE INDEX ix_cards_invoice ON cards (invoice_id)",
                // As they came, so that they can be looked at and tried again; empty for pushes of older versions.
                "ALTER TABLE pushes ADD COLUMN raw_query TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE pushes ADD COLUMN raw_body TEXT NOT NULL DEFAULT ''",
                "CREATE INDEX ix_idempotency_age ON idempotency (created_at)",
                "CREATE INDEX ix_deliveries_open ON deliveries (state, id) WHERE state IN ('page_opened', 'authorised', 'issuing')",
            ],
        )
        .await?;
        let leases = table("leases", [key("name"), text("holder"), big("until_at")]);
        let runs = table(
            "reconciliations",
            [
                key("id"),
                text("cause"),
                text("state"),
                big("started_at"),
                big_null("ended_at"),
                // Where the run stands: the last delivery that was asked about.
                text("place"),
                big("asked"),
                big("unanswered"),
                text("trouble"),
            ],
        );
        let mut differences = belongs_to(
            table(
                "reconciliation_differences",
                [
                    text("run_id"),
                    text("subject"),
                    text("kind"),
                    text_null("order_id"),
                    text_null("store_id"),
                    text("here"),
                    text("there"),
                    text("fix"),
                    big_null("fixed_at"),
                    text("fixed_by"),
                ],
            ),
            "run_id",
            ("reconciliations", "id"),
        );
        let differences = keyed_by(&mut differences, &["run_id", "subject", "kind"]);
        create(manager, vec![leases, runs, differences]).await?;
        run(
            manager,
            &["CREATE INDEX ix_reconciliations_started ON reconciliations (started_at, id)"],
        )
        .await
    }
}
