//! Refunds, red confirmations, and what a red invoice points at.

use crate::ddl::{
    belongs_to, big, big_null, byte_wise, create, flag, key, keyed_by, run, table, text, text_null,
};
use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Rows that are written once.
const WRITTEN_ONCE: [(&str, &str); 2] = [
    (
        "red_form_lines",
        "lines of a red confirmation are never changed or removed",
    ),
    (
        "refund_lines",
        "lines of a refund are never changed or removed",
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                // A red invoice: the blue one and the confirmation it carries out.
                "ALTER TABLE invoices ADD COLUMN blue_id TEXT NULL",
                "ALTER TABLE invoices ADD COLUMN red_form_id TEXT NULL",
                // Which computed line of the order each line states, as JSON; empty when they are the order's own.
                "ALTER TABLE invoices ADD COLUMN line_sources TEXT NOT NULL DEFAULT ''",
                // What was given back, gross fen.
                "ALTER TABLE orders ADD COLUMN refunded BIGINT NOT NULL DEFAULT 0",
                "DROP INDEX ux_invoices_live",
                // A delivery has one live blue invoice; red ones stand beside it.
                "CREATE UNIQUE INDEX ux_invoices_live ON invoices (delivery_id) \
                 WHERE state <> 'refused' AND blue_id IS NULL",
                "CREATE INDEX ix_invoices_blue ON invoices (blue_id) WHERE blue_id IS NOT NULL",
                "CREATE UNIQUE INDEX ux_invoices_form ON invoices (red_form_id) WHERE red_form_id IS NOT NULL",
            ],
        )
        .await?;
        create(manager, tables()).await?;
        byte_wise(
            manager,
            "red_forms",
            &["number", "blue_number", "order_no", "buyer"],
        )
        .await?;
        run(
            manager,
            &[
                "CREATE INDEX ix_refunds_order ON refunds (order_id)",
                "CREATE UNIQUE INDEX ux_refunds_no ON refunds (order_id, refund_no) WHERE refund_no <> ''",
                "CREATE INDEX ix_refund_lines_form ON refund_lines (form_id) WHERE form_id IS NOT NULL",
                "CREATE INDEX ix_red_forms_refund ON red_forms (refund_id)",
                "CREATE INDEX ix_red_forms_order ON red_forms (order_id)",
                "CREATE INDEX ix_red_forms_blue ON red_forms (blue_id)",
                "CREATE INDEX ix_red_forms_created ON red_forms (created_at, id)",
                "CREATE INDEX ix_red_forms_state ON red_forms (state, created_at, id)",
                "CREATE UNIQUE INDEX ux_red_forms_key ON red_forms (form_key) WHERE form_key <> ''",
                // The tax side keeps a blue invoice locked for one confirmation at a time.
                "CREATE UNIQUE INDEX ux_red_forms_open ON red_forms (blue_id) WHERE carried_out_at IS NULL AND state IN \
                 ('asked', 'direct', 'not_needed', 'awaits_buyer', 'awaits_seller', 'confirmed')",
            ],
        )
        .await?;
        guard(manager).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    let refunds = table(
        "refunds",
        [
            key("id"),
            text("order_id"),
            text("seller_id"),
            text("store_id"),
            text("kind"),
            text("reason"),
            text("refund_no"),
            text("note"),
            big("amount"),
            big("tax"),
            big("total"),
            flag("reissue"),
            text_null("delivery_id"),
            text("decided_by"),
            big("created_at"),
        ],
    );
    let refunds = belongs_to(refunds, "order_id", ("orders", "id"));
    let mut forms = table(
        "red_forms",
        [
            key("id"),
            text("refund_id"),
            text("order_id"),
            text("seller_id"),
            text("store_id"),
            text("blue_id"),
            // What the list shows and searches; neither ever changes.
            text("blue_number"),
            text("order_no"),
            text("buyer"),
            text("reason"),
            flag("completes"),
            big("amount"),
            big("tax"),
            big("total"),
            text("state"),
            text("number"),
            text("form_key"),
            text("message"),
            big_null("asked_at"),
            big_null("entered_at"),
            big_null("carried_out_at"),
            big("created_at"),
            big("version"),
        ],
    );
    forms.check(Expr::cust("amount + tax = total AND total < 0"));
    let forms = belongs_to(
        belongs_to(forms, "refund_id", ("refunds", "id")),
        "blue_id",
        ("invoices", "id"),
    );
    let mut form_lines = table("red_form_lines", line_columns("form_id"));
    form_lines.check(Expr::cust("amount + tax = gross"));
    let form_lines = belongs_to(
        keyed_by(&mut form_lines, &["form_id", "no"]),
        "form_id",
        ("red_forms", "id"),
    );
    let mut taken = line_columns("refund_id");
    taken.push(text_null("form_id"));
    let mut refund_lines = table("refund_lines", taken);
    refund_lines.check(Expr::cust("amount + tax = gross"));
    let refund_lines = belongs_to(
        keyed_by(&mut refund_lines, &["refund_id", "no"]),
        "refund_id",
        ("refunds", "id"),
    );
    vec![refunds, forms, form_lines, refund_lines]
}

fn line_columns(of: &'static str) -> Vec<ColumnDef> {
    vec![
        text(of),
        big("no"),
        big("blue_no"),
        text("name"),
        text("tax_code"),
        text("short_name"),
        text("spec"),
        text("unit"),
        text_null("quantity"),
        text_null("unit_price"),
        big("amount"),
        text("rate"),
        big("tax"),
        big("gross"),
    ]
}

/// What the database itself refuses: changing what was decided, or what a red invoice points at.
async fn guard(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let points = "OLD.blue_id IS DISTINCT FROM NEW.blue_id OR OLD.red_form_id IS DISTINCT FROM NEW.red_form_id \
                  OR OLD.line_sources IS DISTINCT FROM NEW.line_sources";
    let mut guards = vec![(
        "invoices",
        "reference_update",
        "UPDATE",
        points.to_owned(),
        "what an invoice refers to is never changed",
    )];
    for (table, message) in WRITTEN_ONCE {
        guards.push((table, "kept_update", "UPDATE", "1 = 1".to_owned(), message));
        guards.push((table, "kept_delete", "DELETE", "1 = 1".to_owned(), message));
    }
    let postgres = manager.get_database_backend() == DbBackend::Postgres;
    for (table, name, event, condition, message) in guards {
        let statement = if postgres {
            format!(
                "CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} FOR EACH ROW WHEN ({condition}) \
                 EXECUTE FUNCTION fapiao_refuse('{message}')"
            )
        } else {
            format!(
                "CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} WHEN {condition} \
                 BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        };
        manager
            .get_connection()
            .execute_unprepared(&statement)
            .await?;
    }
    Ok(())
}
