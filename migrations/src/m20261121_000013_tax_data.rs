//! Class codes as dated rows, never removed; and the one thing of a drafted line that may still change: the short name, which
//! is the one valid on the issue date.

use crate::ddl::{create, flag, keyed_by, run, table, text};
use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const KEPT: &str = "lines of an invoice are never changed or removed";
/// Every column of a line but its short name.
const FIXED: [&str; 13] = [
    "invoice_id",
    "no",
    "kind",
    "name",
    "tax_code",
    "spec",
    "unit",
    "quantity",
    "unit_price",
    "amount",
    "rate",
    "tax",
    "gross",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut versions = table(
            "tax_code_versions",
            [
                text("code"),
                text("valid_from"),
                text("valid_until"),
                text("name"),
                text("short_name"),
                text("usual_rate"),
                flag("summary"),
            ],
        );
        let versions = keyed_by(&mut versions, &["code", "valid_from"]);
        create(manager, vec![versions]).await?;
        run(
            manager,
            &["INSERT INTO tax_code_versions (code, valid_from, valid_until, name, short_name, usual_rate, summary) \
               SELECT code, '2016-05-01', '', name, short_name, usual_rate, summary FROM tax_codes"],
        )
        .await?;
        let statements = match manager.get_database_backend() {
            DbBackend::Postgres => postgres(),
            _ => sqlite(),
        };
        for statement in statements {
            manager
                .get_connection()
                .execute_unprepared(&statement)
                .await?;
        }
        Ok(())
    }
}

fn fixed_differs() -> String {
    FIXED
        .map(|it| format!("OLD.{it} IS DISTINCT FROM NEW.{it}"))
        .join(" OR ")
}

/// Whether the invoice of the line took a number already.
const HAS_NUMBER: &str = "EXISTS (SELECT 1 FROM invoices WHERE invoices.id = OLD.invoice_id AND invoices.number IS NOT NULL)";

fn sqlite() -> Vec<String> {
    vec![
        "DROP TRIGGER invoice_lines_kept_update".to_owned(),
        format!(
            "CREATE TRIGGER invoice_lines_kept_update BEFORE UPDATE ON invoice_lines WHEN {} OR {HAS_NUMBER} \
             BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
            fixed_differs()
        ),
    ]
}

fn postgres() -> Vec<String> {
    vec![
        "DROP TRIGGER invoice_lines_kept_update ON invoice_lines".to_owned(),
        // A condition of a trigger may not look at other tables; its function may.
        format!(
            "CREATE FUNCTION fapiao_keep_line() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN IF {} OR {HAS_NUMBER} THEN \
             RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$",
            fixed_differs()
        ),
        "CREATE TRIGGER invoice_lines_kept_update BEFORE UPDATE ON invoice_lines FOR EACH ROW \
         EXECUTE FUNCTION fapiao_keep_line()"
            .to_owned(),
    ]
}
