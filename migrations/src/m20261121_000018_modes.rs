//! The issuing modes beside our own: offsets of invoices that another platform issued, both ends; the unified calls; and
//! whose platform a payment merchant number leads to.

use crate::ddl::{belongs_to, big, big_null, create, key, run, table, text, text_null};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, vec![offsets(), partner_offsets()]).await?;
        create(manager, unified()).await?;
        let change = Table::alter()
            .table("accounts")
            .add_column(text_null("pay_seller_id"))
            .to_owned();
        manager.alter_table(change).await?;
        run(
            manager,
            &[
                "CREATE UNIQUE INDEX ux_platform_offsets_no ON platform_offsets (offset_no)",
                "CREATE UNIQUE INDEX ux_partner_offsets_no ON partner_offsets (partner_id, offset_no)",
                "CREATE INDEX ix_partner_offsets_request ON partner_offsets (request_id)",
                "CREATE UNIQUE INDEX ux_unified_serial ON unified_requests (serial)",
                "CREATE INDEX ix_unified_delivery ON unified_requests (delivery_id)",
            ],
        )
        .await
    }
}

/// The merchant's end: one row per red confirmation, begun again under a new number.
fn offsets() -> TableCreateStatement {
    let offsets = table(
        "platform_offsets",
        [
            key("form_id"),
            text("offset_no"),
            big("attempt"),
            text("seller_id"),
            text("delivery_id"),
            text("body"),
            text("remote_id"),
            text("state"),
            text("reason"),
            text("card"),
            big("answer_version"),
            big_null("asked_at"),
            big("created_at"),
            big("changed_at"),
        ],
    );
    belongs_to(
        belongs_to(offsets, "form_id", ("red_forms", "id")),
        "delivery_id",
        ("deliveries", "id"),
    )
}

/// The platform's end: what a partner asked to be taken back, and the refund of ours that does it.
fn partner_offsets() -> TableCreateStatement {
    let offsets = table(
        "partner_offsets",
        [
            key("id"),
            text("partner_id"),
            text("request_id"),
            text("offset_no"),
            text("fingerprint"),
            text("order_id"),
            text("refund_id"),
            text("form_id"),
            text("reported"),
            big_null("reported_at"),
            text("trouble"),
            big("created_at"),
        ],
    );
    let offsets = belongs_to(offsets, "partner_id", ("partners", "id"));
    belongs_to(
        belongs_to(offsets, "request_id", ("partner_requests", "id")),
        "refund_id",
        ("refunds", "id"),
    )
}

/// WeChat's unified calls: what a seller needs for them, and each call under its serial.
fn unified() -> Vec<TableCreateStatement> {
    let settings = table(
        "unified_settings",
        [
            key("seller_id"),
            text("merchant_id"),
            text("trade"),
            big("version"),
        ],
    );
    let settings = belongs_to(settings, "seller_id", ("sellers", "id"));
    // The subject is the blue invoice, or the red confirmation.
    let requests = table(
        "unified_requests",
        [
            key("subject"),
            text("kind"),
            text("serial"),
            text("seller_id"),
            text("delivery_id"),
            text("invoice_id"),
            text("openid"),
            text("state"),
            text("reason"),
            text("pdf_url"),
            big("attempt"),
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
    // WeChat tells the buyer's openid only in its push, and the call wants it.
    let buyers = table(
        "unified_buyers",
        [key("delivery_id"), text("openid"), big("noted_at")],
    );
    let buyers = belongs_to(buyers, "delivery_id", ("deliveries", "id"));
    vec![settings, requests, buyers]
}
