//! What was sold, and the attempts to bring its invoice to a buyer.

use crate::ddl::{
    belongs_to, big, big_null, byte_wise, create, flag, key, keyed_by, run, table, text, text_null,
};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut orders = table(
            "orders",
            [
                key("id"),
                text("seller_id"),
                text("store_id"),
                text("order_no"),
                big("sold_at"),
                big("created_at"),
                text("source"),
                text("state"),
                big("amount"),
                big("tax"),
                big("total"),
                text("fingerprint"),
                text("remark"),
                // What the list shows and searches, kept by the same transaction that changes the delivery or invoice.
                text_null("delivery_id"),
                text_null("delivery_state"),
                text("invoice_number"),
                text("buyer"),
                text("buyer_tax_number"),
            ],
        );
        orders.check(Expr::cust("amount + tax = total"));
        let mut lines = table(
            "order_lines",
            [
                text("order_id"),
                big("no"),
                text("name"),
                text("tax_code"),
                text("spec"),
                text("unit"),
                text("quantity"),
                text("unit_price"),
                flag("tax_included"),
                text("rate"),
                big("discount"),
            ],
        );
        let lines = belongs_to(
            keyed_by(&mut lines, &["order_id", "no"]),
            "order_id",
            ("orders", "id"),
        );
        let deliveries = table(
            "deliveries",
            [
                key("id"),
                text("order_id"),
                text("seller_id"),
                text("store_id"),
                text("account_id"),
                text("channel"),
                text("page"),
                text("short_code"),
                text("state"),
                text("reason"),
                text("return_url"),
                big("expires_at"),
                big_null("authorised_at"),
                text_null("raw_title"),
                text_null("invoice_id"),
                big("created_at"),
                big("version"),
            ],
        );
        let deliveries = belongs_to(deliveries, "order_id", ("orders", "id"));
        let mut idempotency = table(
            "idempotency",
            [
                text("scope"),
                text("key"),
                text("fingerprint"),
                big("status"),
                text("body"),
                big("created_at"),
            ],
        );
        let idempotency = keyed_by(&mut idempotency, &["scope", "key"]);
        create(manager, vec![orders, lines, deliveries, idempotency]).await?;
        byte_wise(
            manager,
            "orders",
            &["order_no", "invoice_number", "buyer", "buyer_tax_number"],
        )
        .await?;
        run(
            manager,
            &[
                // One index for uniqueness within the seller and for searching from the start of the number.
                "CREATE UNIQUE INDEX ux_orders_no ON orders (order_no, seller_id)",
                "CREATE INDEX ix_orders_created ON orders (created_at, id)",
                "CREATE INDEX ix_orders_store ON orders (store_id, created_at, id)",
                "CREATE INDEX ix_orders_state ON orders (state, created_at, id)",
                "CREATE INDEX ix_orders_delivery_state ON orders (delivery_state, created_at, id)",
                "CREATE INDEX ix_orders_total ON orders (total)",
                "CREATE INDEX ix_orders_invoice ON orders (invoice_number) WHERE invoice_number <> ''",
                "CREATE INDEX ix_orders_buyer ON orders (buyer) WHERE buyer <> ''",
                "CREATE INDEX ix_orders_buyer_tax ON orders (buyer_tax_number) WHERE buyer_tax_number <> ''",
                "CREATE UNIQUE INDEX ux_deliveries_code ON deliveries (short_code)",
                "CREATE INDEX ix_deliveries_order ON deliveries (order_id)",
                "CREATE INDEX ix_deliveries_state ON deliveries (state, expires_at)",
                // At most one attempt of an order is under way.
                "CREATE UNIQUE INDEX ux_deliveries_under_way ON deliveries (order_id) \
                 WHERE state IN ('created', 'page_opened', 'authorised', 'issuing')",
            ],
        )
        .await
    }
}
