//! The platform gateway, both ends: the external platform a seller asks, and the merchants that ask us.

use crate::ddl::{belongs_to, big, big_null, create, key, keyed_by, run, table, text, text_null};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, asking()).await?;
        create(manager, serving()).await?;
        run(
            manager,
            &[
                "CREATE UNIQUE INDEX ux_platform_requests_invoice ON platform_requests (invoice_id)",
                "CREATE UNIQUE INDEX ux_platform_notices ON platform_notices (dedup_key)",
                "CREATE INDEX ix_platform_notices_seller ON platform_notices (seller_id, received_at, id)",
                "CREATE INDEX ix_gateway_nonces ON gateway_nonces (expires_at)",
                "CREATE INDEX ix_partner_keys ON partner_keys (partner_id)",
                "CREATE UNIQUE INDEX ux_partner_requests_order ON partner_requests (partner_id, outside_order)",
                "CREATE UNIQUE INDEX ux_partner_requests_delivery ON partner_requests (delivery_id)",
                "CREATE INDEX ix_partner_requests_created ON partner_requests (created_at, id)",
            ],
        )
        .await
    }
}

/// The merchant's end.
fn asking() -> Vec<TableCreateStatement> {
    let gateways = table(
        "seller_gateways",
        [
            key("seller_id"),
            text("base_url"),
            text("key_id"),
            text("secret"),
            text("platform_id"),
            text("platform_name"),
            big_null("checked_at"),
            big("version"),
        ],
    );
    let gateways = belongs_to(gateways, "seller_id", ("sellers", "id"));
    // One request per delivery: its order id is what makes it repeatable.
    let requests = table(
        "platform_requests",
        [
            key("delivery_id"),
            text("seller_id"),
            text("invoice_id"),
            text("body"),
            text("remote_id"),
            text("state"),
            text("reason"),
            big("answer_version"),
            big_null("asked_at"),
            big("created_at"),
            big("changed_at"),
        ],
    );
    let requests = belongs_to(
        belongs_to(requests, "delivery_id", ("deliveries", "id")),
        "invoice_id",
        ("invoices", "id"),
    );
    let notices = table(
        "platform_notices",
        [
            key("id"),
            text("seller_id"),
            text_null("dedup_key"),
            text("body"),
            big("received_at"),
            text("verdict"),
            text("state"),
            text("outcome"),
            big("seen"),
        ],
    );
    let mut nonces = table(
        "gateway_nonces",
        [text("key_id"), text("nonce"), big("expires_at")],
    );
    let nonces = keyed_by(&mut nonces, &["key_id", "nonce"]);
    vec![gateways, requests, notices, nonces]
}

/// The platform's end.
fn serving() -> Vec<TableCreateStatement> {
    let partners = table(
        "partners",
        [
            key("id"),
            text("name"),
            text("seller_id"),
            text("store_id"),
            text("app_ids"),
            text("callback_url"),
            text("state"),
            big("created_at"),
            big("version"),
        ],
    );
    let partners = belongs_to(
        belongs_to(partners, "seller_id", ("sellers", "id")),
        "store_id",
        ("stores", "id"),
    );
    let keys = table(
        "partner_keys",
        [
            key("id"),
            text("partner_id"),
            text("secret"),
            big("created_at"),
            big_null("last_used_at"),
            big_null("revoked_at"),
        ],
    );
    let keys = belongs_to(keys, "partner_id", ("partners", "id"));
    let requests = table(
        "partner_requests",
        [
            key("id"),
            text("partner_id"),
            // What WeChat knows: the merchant's order id and the app whose page the buyer saw.
            text("outside_order"),
            text("app_id"),
            text("fingerprint"),
            text("body"),
            text("order_id"),
            text("delivery_id"),
            text("reported"),
            big_null("reported_at"),
            text("trouble"),
            big("created_at"),
        ],
    );
    let requests = belongs_to(
        belongs_to(requests, "partner_id", ("partners", "id")),
        "delivery_id",
        ("deliveries", "id"),
    );
    vec![partners, keys, requests]
}
