//! Invoices, the stock of numbers and quota they take from, their documents and cards.

use crate::ddl::{
    belongs_to, big, big_null, byte_wise, create, key, keyed_by, run, table, text, text_null,
};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, invoices()).await?;
        create(manager, stock()).await?;
        byte_wise(
            manager,
            "invoices",
            &["number", "order_no", "buyer", "buyer_tax_number"],
        )
        .await?;
        run(
            manager,
            &[
                // A number is used once, whatever else happens. Digital invoices have an empty code.
                "CREATE UNIQUE INDEX ux_invoices_number ON invoices (number, code)",
                "CREATE UNIQUE INDEX ux_invoices_live ON invoices (delivery_id) WHERE state <> 'refused'",
                "CREATE INDEX ix_invoices_order ON invoices (order_id)",
                "CREATE INDEX ix_invoices_delivery ON invoices (delivery_id)",
                "CREATE INDEX ix_invoices_created ON invoices (created_at, id)",
                "CREATE INDEX ix_invoices_store ON invoices (store_id, created_at, id)",
                "CREATE INDEX ix_invoices_state ON invoices (state, created_at, id)",
                "CREATE INDEX ix_invoices_issued ON invoices (issued_at)",
                "CREATE INDEX ix_invoices_receipt ON invoices (receipt) WHERE receipt <> ''",
                "CREATE INDEX ix_invoices_segment ON invoices (segment_id)",
                "CREATE INDEX ix_invoices_order_no ON invoices (order_no)",
                "CREATE INDEX ix_invoices_buyer ON invoices (buyer)",
                "CREATE INDEX ix_invoices_buyer_tax ON invoices (buyer_tax_number) WHERE buyer_tax_number <> ''",
                "CREATE INDEX ix_documents_hash ON documents (sha256)",
                "CREATE UNIQUE INDEX ux_cards_code ON cards (template, code) WHERE code <> ''",
                "CREATE UNIQUE INDEX ux_segments_request ON segments (request)",
                "CREATE UNIQUE INDEX ux_segments_first ON segments (first_number)",
                "CREATE INDEX ix_segments_free ON segments (seller_id, issue_year) WHERE taken < size",
                "CREATE UNIQUE INDEX ux_stock_requests_open ON stock_requests (seller_id, kind, period) \
                 WHERE closed_at IS NULL",
                "CREATE INDEX ix_quota_ledger ON quota_ledger (seller_id, at)",
            ],
        )
        .await
    }
}

fn invoices() -> Vec<TableCreateStatement> {
    let mut invoices = table(
        "invoices",
        [
            key("id"),
            text("order_id"),
            text("delivery_id"),
            text("seller_id"),
            text("store_id"),
            text("order_no"),
            text("kind"),
            text("code"),
            text_null("number"),
            text("check_code"),
            text("machine"),
            text_null("segment_id"),
            text("state"),
            text("reason"),
            text("seller_party"),
            text("province"),
            text("drawer"),
            text("payee"),
            text("reviewer"),
            text("title"),
            text("buyer"),
            text("buyer_tax_number"),
            big("amount"),
            big("tax"),
            big("total"),
            text("remark"),
            big_null("issued_at"),
            text("receipt"),
            big_null("uploaded_at"),
            big_null("mailed_at"),
            big("created_at"),
            big("version"),
        ],
    );
    invoices.check(Expr::cust("amount + tax = total"));
    let invoices = belongs_to(
        belongs_to(invoices, "order_id", ("orders", "id")),
        "delivery_id",
        ("deliveries", "id"),
    );
    let mut lines = table(
        "invoice_lines",
        [
            text("invoice_id"),
            big("no"),
            text("kind"),
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
        ],
    );
    lines.check(Expr::cust("amount + tax = gross"));
    let lines = belongs_to(
        keyed_by(&mut lines, &["invoice_id", "no"]),
        "invoice_id",
        ("invoices", "id"),
    );
    let mut documents = table(
        "documents",
        [
            text("invoice_id"),
            text("format"),
            text("sha256"),
            big("size"),
            text("origin"),
            big("created_at"),
        ],
    );
    let documents = belongs_to(
        keyed_by(&mut documents, &["invoice_id", "format"]),
        "invoice_id",
        ("invoices", "id"),
    );
    // The primary key is the promise: at most one card a delivery.
    let cards = table(
        "cards",
        [
            key("delivery_id"),
            text("invoice_id"),
            text("state"),
            text("template"),
            text_null("media"),
            big_null("media_at"),
            big_null("asked_at"),
            text("code"),
            text("openid"),
            big("version"),
        ],
    );
    let cards = belongs_to(
        belongs_to(cards, "delivery_id", ("deliveries", "id")),
        "invoice_id",
        ("invoices", "id"),
    );
    vec![invoices, lines, documents, cards]
}

fn stock() -> Vec<TableCreateStatement> {
    let mut segments = table(
        "segments",
        [
            key("id"),
            text("seller_id"),
            big("issue_year"),
            text("first_number"),
            text("last_number"),
            big("size"),
            big("taken"),
            text("request"),
            big("fetched_at"),
        ],
    );
    segments.check(Expr::cust("taken >= 0 AND taken <= size"));
    let mut balances = table(
        "quota_balances",
        [text("seller_id"), text("month"), big("balance")],
    );
    balances.check(Expr::cust("balance >= 0"));
    let balances = keyed_by(&mut balances, &["seller_id", "month"]);
    let mut ledger = table(
        "quota_ledger",
        [
            text("seller_id"),
            text("month"),
            text("kind"),
            text("reference"),
            big("amount"),
            big("at"),
        ],
    );
    // A request is downloaded once, an invoice spends once.
    let ledger = keyed_by(&mut ledger, &["kind", "reference"]);
    let requests = table(
        "stock_requests",
        [
            key("id"),
            text("seller_id"),
            text("kind"),
            text("period"),
            big("amount"),
            big("created_at"),
            big_null("closed_at"),
        ],
    );
    vec![segments, balances, ledger, requests]
}
