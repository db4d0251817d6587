//! Indexes that long lists and the nightly comparison were missing, a version of each person, and the guard of what a
//! difference-tax invoice states.

use crate::ddl::run;
use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What an issued invoice says besides what the earlier guards name.
const STATED: [&str; 4] = ["difference", "deduction", "payments", "created_at"];

const ISSUED: &str = "('issued', 'partly_red', 'fully_red')";
const KEPT: &str = "an issued invoice is never changed: correct it by a red letter";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                // The list of deliveries: all, those of a store, those in a state.
                "CREATE INDEX ix_deliveries_created ON deliveries (created_at, id)",
                "CREATE INDEX ix_deliveries_store ON deliveries (store_id, created_at, id)",
                "CREATE INDEX ix_deliveries_list ON deliveries (state, created_at, id)",
                // It left out two of the states that are compared, and so could never be used.
                "DROP INDEX ix_deliveries_open",
                // What one seller issued in a month.
                "CREATE INDEX ix_invoices_seller ON invoices (seller_id, issued_at, id)",
                // What one partner asked for.
                "CREATE INDEX ix_partner_requests_partner ON partner_requests (partner_id, created_at, id)",
                "CREATE INDEX ix_partner_offsets_partner ON partner_offsets (partner_id, created_at, id)",
                "ALTER TABLE staff ADD COLUMN version BIGINT NOT NULL DEFAULT 1",
                // Differences of a month beyond those that are listed.
                "ALTER TABLE month_checks ADD COLUMN more BIGINT NOT NULL DEFAULT 0",
            ],
        )
        .await?;
        let differs: Vec<_> = STATED
            .iter()
            .map(|column| format!("OLD.{column} IS DISTINCT FROM NEW.{column}"))
            .collect();
        let condition = format!("OLD.state IN {ISSUED} AND ({})", differs.join(" OR "));
        let guard = if manager.get_database_backend() == DbBackend::Postgres {
            format!(
                "CREATE TRIGGER invoices_stated_update BEFORE UPDATE ON invoices FOR EACH ROW \
                 WHEN ({condition}) EXECUTE FUNCTION fapiao_refuse('{KEPT}')"
            )
        } else {
            format!(
                "CREATE TRIGGER invoices_stated_update BEFORE UPDATE ON invoices WHEN {condition} \
                 BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
            )
        };
        manager.get_connection().execute_unprepared(&guard).await?;
        Ok(())
    }
}
