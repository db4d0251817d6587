//! Preferential policies of products and lines, and those that a class code permits.

use crate::ddl::run;
use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const KEPT: &str = "the policy of a line of an invoice is never changed";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                // `01` to `18`; empty for what follows from the rate.
                "ALTER TABLE products ADD COLUMN preference TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE order_lines ADD COLUMN preference TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE invoice_lines ADD COLUMN preference TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE refund_lines ADD COLUMN preference TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE red_form_lines ADD COLUMN preference TEXT NOT NULL DEFAULT ''",
                // The names of the permitted ones, with 、 between them; empty where it was never told.
                "ALTER TABLE tax_code_versions ADD COLUMN policies TEXT NOT NULL DEFAULT ''",
            ],
        )
        .await?;
        let statements: &[String] = match manager.get_database_backend() {
            DbBackend::Postgres => &[
                format!(
                    "CREATE FUNCTION fapiao_keep_line_policy() RETURNS trigger LANGUAGE plpgsql AS \
                     $$ BEGIN RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'restrict_violation'; END $$"
                ),
                "CREATE TRIGGER invoice_lines_policy_kept BEFORE UPDATE ON invoice_lines FOR EACH ROW \
                 WHEN (OLD.preference IS DISTINCT FROM NEW.preference) EXECUTE FUNCTION fapiao_keep_line_policy()"
                    .to_owned(),
            ],
            _ => &[format!(
                "CREATE TRIGGER invoice_lines_policy_kept BEFORE UPDATE ON invoice_lines \
                 WHEN OLD.preference IS DISTINCT FROM NEW.preference BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
            )],
        };
        for statement in statements {
            manager
                .get_connection()
                .execute_unprepared(statement)
                .await?;
        }
        Ok(())
    }
}
