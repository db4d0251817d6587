//! What the database itself refuses, whoever asks: changing history, or an invoice that exists legally.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Rows that are written once.
const WRITTEN_ONCE: [(&str, &str); 4] = [
    (
        "audit_entries",
        "audit entries are never changed or removed",
    ),
    (
        "invoice_lines",
        "lines of an invoice are never changed or removed",
    ),
    (
        "documents",
        "recorded documents are never changed or removed",
    ),
    (
        "quota_ledger",
        "lines of the quota ledger are never changed or removed",
    ),
];

/// What an issued invoice says. State, receipt, mail note and version may move on.
const LEGAL: [&str; 24] = [
    "id",
    "order_id",
    "delivery_id",
    "seller_id",
    "store_id",
    "order_no",
    "kind",
    "code",
    "number",
    "check_code",
    "machine",
    "segment_id",
    "seller_party",
    "province",
    "drawer",
    "payee",
    "reviewer",
    "title",
    "buyer",
    "buyer_tax_number",
    "amount",
    "tax",
    "total",
    "issued_at",
];

const ISSUED: &str = "('issued', 'partly_red', 'fully_red')";
const KEPT: &str = "an issued invoice is never changed: correct it by a red letter";
const BOUND: &str = "a number stays with its invoice for ever";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
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

/// True when a legal column differs, remark included.
fn differs() -> String {
    LEGAL
        .iter()
        .chain(&["remark"])
        .map(|column| format!("OLD.{column} IS DISTINCT FROM NEW.{column}"))
        .collect::<Vec<_>>()
        .join(" OR ")
}

fn illegal_change() -> String {
    format!(
        "OLD.state IN {ISSUED} AND (NEW.state NOT IN {ISSUED} OR {})",
        differs()
    )
}

/// The guards: table, event, condition, message.
fn guards() -> Vec<(
    &'static str,
    &'static str,
    &'static str,
    String,
    &'static str,
)> {
    let mut guards = Vec::new();
    for (table, message) in WRITTEN_ONCE {
        guards.push((table, "kept_update", "UPDATE", "1 = 1".to_owned(), message));
        guards.push((table, "kept_delete", "DELETE", "1 = 1".to_owned(), message));
    }
    guards.push((
        "invoices",
        "issued_update",
        "UPDATE",
        illegal_change(),
        KEPT,
    ));
    guards.push((
        "invoices",
        "number_update",
        "UPDATE",
        "OLD.number IS NOT NULL AND (OLD.number IS DISTINCT FROM NEW.number \
         OR OLD.code IS DISTINCT FROM NEW.code)"
            .to_owned(),
        BOUND,
    ));
    guards.push((
        "invoices",
        "number_delete",
        "DELETE",
        "OLD.number IS NOT NULL".to_owned(),
        BOUND,
    ));
    guards
}

fn sqlite() -> Vec<String> {
    guards()
        .into_iter()
        .map(|(table, name, event, condition, message)| {
            format!(
                "CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} WHEN {condition} \
                 BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        })
        .collect()
}

fn postgres() -> Vec<String> {
    let mut statements = vec![
        "CREATE FUNCTION fapiao_refuse() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation'; END $$"
            .to_owned(),
    ];
    for (table, name, event, condition, message) in guards() {
        statements.push(format!(
            "CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} FOR EACH ROW WHEN ({condition}) \
             EXECUTE FUNCTION fapiao_refuse('{message}')"
        ));
    }
    // Emptying a whole table goes past row triggers.
    for (table, message) in WRITTEN_ONCE.into_iter().chain([("invoices", BOUND)]) {
        statements.push(format!(
            "CREATE TRIGGER {table}_kept_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT \
             EXECUTE FUNCTION fapiao_refuse('{message}')"
        ));
    }
    statements
}
