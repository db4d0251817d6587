//! What staff draw (authorisation pages, cards, answers about the company), tries to make a template, and who renewed a
//! token.

use crate::ddl::{big, big_null, create, key, keyed_by, run, table, text, text_null};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut designs = table(
            "designs",
            [
                text("kind"),
                text("subject"),
                text("value"),
                big("version"),
                big("saved_at"),
            ],
        );
        let designs = keyed_by(&mut designs, &["kind", "subject"]);
        let template_tries = table(
            "template_tries",
            [
                key("id"),
                text("account_id"),
                text("seller_id"),
                text("kind"),
                text("payee"),
                big("design_version"),
                text("state"),
                text("reason"),
                text_null("card_id"),
                big("asked_at"),
                big_null("ended_at"),
            ],
        );
        let token_notes = table(
            "token_notes",
            [
                key("id"),
                text("app_id"),
                text("kind"),
                text("node"),
                big("at"),
                big("generation"),
                big_null("expires_at"),
                text("code"),
                text("trouble"),
            ],
        );
        create(manager, vec![designs, template_tries, token_notes]).await?;
        run(
            manager,
            &[
                // A template made before designs were kept has the look of none.
                "ALTER TABLE templates ADD COLUMN design_version BIGINT NOT NULL DEFAULT 0",
                // Making a template is not repeatable: one try at a time, and an unknown outcome blocks the next.
                "CREATE UNIQUE INDEX ux_template_tries_open ON template_tries (account_id, seller_id, kind) \
                 WHERE state IN ('asked', 'unknown')",
                "CREATE INDEX ix_template_tries_seller ON template_tries (seller_id, asked_at)",
                "CREATE INDEX ix_token_notes_app ON token_notes (app_id, kind, at)",
            ],
        )
        .await
    }
}
