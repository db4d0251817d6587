//! Under which platform WeChat was asked for the page of a delivery; and a seller's own accounts for apps and mini
//! programs.

use crate::ddl::{belongs_to, create, flag, key, run, table, text, text_null};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The platform id of what is on its way already: that of the receipt it began on, else the seller's of today, which is
/// what it was asked for with.
const PLATFORM_ID: &str = "COALESCE(\
    (SELECT c.platform_id FROM payment_claims c WHERE c.delivery_id = d.id), \
    CASE s.mode WHEN 'external_platform' THEN (SELECT g.platform_id FROM seller_gateways g WHERE g.seller_id = s.id) \
    WHEN 'wechat_unified' THEN (SELECT u.platform_id FROM unified_settings u WHERE u.seller_id = s.id AND \
    u.platform_id <> '') END, \
    (SELECT a.platform_id FROM accounts a WHERE a.id = s.platform_account AND s.mode <> 'external_platform'), '')";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            key("delivery_id"),
            text("mode"),
            text_null("account_id"),
            text("platform_id"),
            flag("given"),
        ];
        let asked = table("asked_platforms", columns);
        let asked = belongs_to(asked, "delivery_id", ("deliveries", "id"));
        create(manager, vec![asked]).await?;
        // A partner's orders are asked for by the partner, and their account is the platform's own.
        let known = format!(
            "INSERT INTO asked_platforms (delivery_id, mode, account_id, platform_id, given) \
             SELECT d.id, s.mode, s.platform_account, {PLATFORM_ID}, TRUE FROM deliveries d \
             JOIN sellers s ON s.id = d.seller_id WHERE d.state NOT IN ('created', 'carded') AND {PLATFORM_ID} <> '' \
             AND NOT EXISTS (SELECT 1 FROM partner_requests p WHERE p.delivery_id = d.id)"
        );
        let statements = [
            // The rows of old deliveries are looked up in it, one by one.
            "CREATE INDEX payment_claims_delivery ON payment_claims (delivery_id)",
            known.as_str(),
            "ALTER TABLE sellers ADD COLUMN app_account TEXT",
            "ALTER TABLE sellers ADD COLUMN mini_program_account TEXT",
        ];
        run(manager, &statements).await
    }
}
