//! The five scenarios: a delivery under WeChat's own order id, its promise and its refusal's link; payments of orders;
//! invoice requests from payment receipts.

use crate::ddl::{belongs_to, big, big_null, create, key, run, table, text, text_null};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let claims = table(
            "payment_claims",
            [
                key("id"),
                text("account_id"),
                text("platform_id"),
                text("wechat_order_id"),
                text_null("raw_title"),
                big("authorised_at"),
                text("state"),
                text("note"),
                text_null("order_id"),
                text_null("delivery_id"),
                big("created_at"),
                big("version"),
            ],
        );
        let claims = belongs_to(claims, "account_id", ("accounts", "id"));
        create(manager, vec![claims]).await?;
        add(
            manager,
            "deliveries",
            vec![
                text_null("wechat_order_id"),
                big_null("due_at"),
                big_null("overdue_at"),
                text("refusal_url").default("").take(),
            ],
        )
        .await?;
        add(
            manager,
            "orders",
            vec![
                text("pay_channel").default("").take(),
                text("pay_transaction_no").default("").take(),
                text("pay_trade_no").default("").take(),
            ],
        )
        .await?;
        add(
            manager,
            "accounts",
            vec![
                text("pay_merchant").default("").take(),
                big_null("pay_linked_at"),
            ],
        )
        .await?;
        run(
            manager,
            &[
                "CREATE UNIQUE INDEX ux_payment_claims ON payment_claims (account_id, wechat_order_id)",
                "CREATE INDEX ix_payment_claims_state ON payment_claims (state, created_at)",
                "CREATE UNIQUE INDEX ux_deliveries_wechat_order ON deliveries (account_id, wechat_order_id) \
                 WHERE wechat_order_id IS NOT NULL",
                "CREATE INDEX ix_deliveries_due ON deliveries (due_at) WHERE state IN ('authorised', 'issuing')",
                "CREATE INDEX ix_orders_transaction ON orders (pay_transaction_no) WHERE pay_transaction_no <> ''",
                "CREATE INDEX ix_orders_trade ON orders (pay_trade_no) WHERE pay_trade_no <> ''",
            ],
        )
        .await
    }
}

/// Adds columns one by one: SQLite takes no more at a time.
async fn add(
    manager: &SchemaManager<'_>,
    name: &'static str,
    columns: Vec<ColumnDef>,
) -> Result<(), DbErr> {
    for mut column in columns {
        let change = Table::alter()
            .table(name)
            .add_column(&mut column)
            .to_owned();
        manager.alter_table(change).await?;
    }
    Ok(())
}
