//! Fiscal e-bills: their collecting units, the bills as their bureaus made them, and the attempts to bring them into
//! wallets.

use crate::ddl::{
    belongs_to, big, big_null, byte_wise, create, flag, key, run, table, text, text_null,
};
use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What a bill says: a fact from outside.
const FACTS: [&str; 11] = [
    "id",
    "unit_id",
    "code",
    "number",
    "check_code",
    "payer",
    "amount",
    "items",
    "remark",
    "issued_at",
    "created_at",
];

const KEPT: &str = "a fiscal bill is a fact from outside: it is never changed or removed";
const ONE_FILE: &str = "the file of a fiscal bill is set once";
const ONE_VOID: &str = "a fiscal bill is declared void once";
const DELIVERY_KEPT: &str =
    "a delivery of a fiscal bill is never removed, nor given to another bill";
const ONE_CODE: &str = "the card of a fiscal bill keeps its code";

/// True when one of these columns differs.
fn differs(columns: &[&str]) -> String {
    let each: Vec<_> = columns
        .iter()
        .map(|column| format!("OLD.{column} IS DISTINCT FROM NEW.{column}"))
        .collect();
    each.join(" OR ")
}

/// The guards: table, event, condition, message.
fn guards() -> Vec<(
    &'static str,
    &'static str,
    &'static str,
    String,
    &'static str,
)> {
    let bills = "fiscal_bills";
    let deliveries = "fiscal_bill_deliveries";
    let always = || "1 = 1".to_owned();
    vec![
        (bills, "kept_update", "UPDATE", differs(&FACTS), KEPT),
        (bills, "kept_delete", "DELETE", always(), KEPT),
        (
            bills,
            "file_update",
            "UPDATE",
            format!(
                "OLD.file_sha256 IS NOT NULL AND ({})",
                differs(&["file_sha256", "file_size"])
            ),
            ONE_FILE,
        ),
        (
            bills,
            "void_update",
            "UPDATE",
            format!(
                "OLD.void_at IS NOT NULL AND ({})",
                differs(&["void_at", "void_reason"])
            ),
            ONE_VOID,
        ),
        (
            deliveries,
            "kept_update",
            "UPDATE",
            differs(&[
                "id",
                "bill_id",
                "wechat_order_id",
                "short_code",
                "created_at",
            ]),
            DELIVERY_KEPT,
        ),
        (deliveries, "kept_delete", "DELETE", always(), DELIVERY_KEPT),
        (
            deliveries,
            "code_update",
            "UPDATE",
            format!(
                "OLD.card_code <> '' AND ({})",
                differs(&["card_code", "card_template"])
            ),
            ONE_CODE,
        ),
    ]
}

async fn guard(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let postgres = manager.get_database_backend() == DbBackend::Postgres;
    let mut statements = Vec::new();
    for (table, name, event, condition, message) in guards() {
        statements.push(if postgres {
            format!(
                "CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} FOR EACH ROW WHEN ({condition}) \
                 EXECUTE FUNCTION fapiao_refuse('{message}')"
            )
        } else {
            format!(
                "CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} WHEN {condition} \
                 BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        });
    }
    if postgres {
        // Emptying a whole table goes past row triggers.
        for (table, message) in [
            ("fiscal_bills", KEPT),
            ("fiscal_bill_deliveries", DELIVERY_KEPT),
        ] {
            statements.push(format!(
                "CREATE TRIGGER {table}_kept_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT \
                 EXECUTE FUNCTION fapiao_refuse('{message}')"
            ));
        }
    }
    for statement in statements {
        manager
            .get_connection()
            .execute_unprepared(&statement)
            .await?;
    }
    Ok(())
}

fn tables() -> Vec<TableCreateStatement> {
    let units = table(
        "fiscal_units",
        [
            key("id"),
            text("code"),
            text("name"),
            text("role"),
            text_null("web_account"),
            text_null("app_account"),
            text_null("bureau_account"),
            text("bureau_platform_id"),
            text_null("logo_sha256"),
            flag("logo_png"),
            text("template_stand"),
            text("template_card_id"),
            text("template_reason"),
            text("template_payee"),
            big_null("template_at"),
            flag("closed"),
            big("version"),
        ],
    );
    let bills = table(
        "fiscal_bills",
        [
            key("id"),
            text("unit_id"),
            text("code"),
            text("number"),
            text("check_code"),
            text("payer"),
            big("amount"),
            text("items"),
            text("remark"),
            big("issued_at"),
            text_null("file_sha256"),
            big_null("file_size"),
            big_null("void_at"),
            text("void_reason"),
            // What the list shows and filters, kept by the same transaction that changes the delivery.
            text_null("delivery_id"),
            text_null("delivery_state"),
            big("created_at"),
            big("version"),
        ],
    );
    let bills = belongs_to(bills, "unit_id", ("fiscal_units", "id"));
    let deliveries = table(
        "fiscal_bill_deliveries",
        [
            key("id"),
            text("bill_id"),
            text("source"),
            text("wechat_order_id"),
            text("app_id"),
            text("short_code"),
            text("return_url"),
            text("state"),
            text("reason"),
            big_null("authorised_at"),
            big("expires_at"),
            // The card, once one is on its way: the others mean nothing without a template.
            text_null("card_template"),
            text("card_state"),
            text("card_media"),
            big_null("card_media_at"),
            big_null("card_asked_at"),
            text("card_code"),
            big_null("card_reported_at"),
            big("created_at"),
            big("version"),
        ],
    );
    let deliveries = belongs_to(deliveries, "bill_id", ("fiscal_bills", "id"));
    vec![units, bills, deliveries]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables()).await?;
        byte_wise(manager, "fiscal_bills", &["number"]).await?;
        run(
            manager,
            &[
                "CREATE UNIQUE INDEX ux_fiscal_units_code ON fiscal_units (code)",
                "CREATE UNIQUE INDEX ux_fiscal_bills_number ON fiscal_bills (code, number)",
                // A search for the beginning of a number.
                "CREATE INDEX ix_fiscal_bills_number ON fiscal_bills (number)",
                // The list: all, those of a unit, those in a state, void ones.
                "CREATE INDEX ix_fiscal_bills_created ON fiscal_bills (created_at, id)",
                "CREATE INDEX ix_fiscal_bills_unit ON fiscal_bills (unit_id, created_at, id)",
                "CREATE INDEX ix_fiscal_bills_state ON fiscal_bills (delivery_state, created_at, id)",
                "CREATE INDEX ix_fiscal_bills_void ON fiscal_bills (created_at, id) WHERE void_at IS NOT NULL",
                "CREATE INDEX ix_fiscal_bills_file ON fiscal_bills (file_sha256, file_size) WHERE file_sha256 IS NOT NULL",
                "CREATE INDEX ix_bill_deliveries_bill ON fiscal_bill_deliveries (bill_id, created_at, id)",
                "CREATE UNIQUE INDEX ux_bill_deliveries_code ON fiscal_bill_deliveries (short_code) WHERE short_code <> ''",
                "CREATE UNIQUE INDEX ux_bill_deliveries_order ON fiscal_bill_deliveries (wechat_order_id, app_id)",
                "CREATE UNIQUE INDEX ux_bill_deliveries_card ON fiscal_bill_deliveries (card_template, card_code) \
                 WHERE card_code <> ''",
                "CREATE INDEX ix_bill_deliveries_codeless ON fiscal_bill_deliveries (card_template) \
                 WHERE card_state IN ('inserting', 'code_unknown')",
                "CREATE INDEX ix_bill_deliveries_awaited ON fiscal_bill_deliveries (expires_at) \
                 WHERE state IN ('created', 'page_opened')",
                // A bill is asked for once at a time. An agreement to an earlier page may still come: it is beside this rule.
                "CREATE UNIQUE INDEX ux_bill_deliveries_awaited ON fiscal_bill_deliveries (bill_id) \
                 WHERE state IN ('created', 'page_opened')",
                // A bill comes into one wallet.
                "CREATE UNIQUE INDEX ux_bill_deliveries_agreed ON fiscal_bill_deliveries (bill_id) \
                 WHERE state IN ('authorised', 'issuing', 'carded')",
            ],
        )
        .await?;
        guard(manager).await
    }
}
