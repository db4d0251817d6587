//! Who we are: sellers, stores, accounts, catalogue, tax data, card templates, tokens.

use crate::ddl::{
    belongs_to, big, big_null, create, flag, key, keyed_by, run, table, text, text_null,
};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let accounts = table(
            "accounts",
            [
                key("id"),
                text("name"),
                text("kind"),
                text("app_id"),
                text("original_id"),
                text("secret"),
                text("push_token"),
                text("push_key"),
                text_null("previous_push_key"),
                text("push_mode"),
                text_null("platform_id"),
                text("contact_phone"),
                big("contact_timeout_secs"),
                big_null("contact_set_at"),
                big_null("last_push_at"),
                big("version"),
            ],
        );
        let sellers = table(
            "sellers",
            [
                key("id"),
                text("name"),
                text("tax_number"),
                text("address"),
                text("phone"),
                text("bank"),
                text("bank_account"),
                text("short_name"),
                text("province"),
                text("drawer"),
                text("payee"),
                text("reviewer"),
                text("mode"),
                text_null("platform_account"),
                text_null("channel_account"),
                big("numbers_low"),
                big("numbers_fetch"),
                big("quota_low"),
                big("quota_fetch"),
                big_null("tax_data_at"),
                big("version"),
            ],
        );
        let stores = table(
            "stores",
            [key("id"), text("seller_id"), text("code"), text("name")],
        );
        let stores = belongs_to(stores, "seller_id", ("sellers", "id"));
        let products = table(
            "products",
            [
                key("id"),
                text("sku"),
                text("name"),
                text("tax_code"),
                text("spec"),
                text("unit"),
                text("unit_price"),
                flag("tax_included"),
                text("rate"),
            ],
        );
        let tax_codes = table(
            "tax_codes",
            [
                key("code"),
                text("name"),
                text("short_name"),
                text("usual_rate"),
                flag("summary"),
            ],
        );
        let mut usable_rates = table(
            "usable_rates",
            [
                text("seller_id"),
                text("rate"),
                flag("levy"),
                text("valid_from"),
                text("valid_until"),
            ],
        );
        let usable_rates = keyed_by(
            &mut usable_rates,
            &["seller_id", "rate", "levy", "valid_from"],
        );
        let templates = table(
            "templates",
            [
                key("card_id"),
                text("account_id"),
                text("seller_id"),
                text("kind"),
                text("payee"),
                big("created_at"),
            ],
        );
        let mut template_leases = table(
            "template_leases",
            [
                text("account_id"),
                text("seller_id"),
                text("kind"),
                big("leased_until"),
            ],
        );
        let template_leases = keyed_by(&mut template_leases, &["account_id", "seller_id", "kind"]);
        let mut tokens = table(
            "tokens",
            [
                text("app_id"),
                text("kind"),
                text("value"),
                big("expires_at"),
                big("generation"),
                text("holder"),
                big("leased_until"),
            ],
        );
        let tokens = keyed_by(&mut tokens, &["app_id", "kind"]);
        create(
            manager,
            vec![
                accounts,
                sellers,
                stores,
                products,
                tax_codes,
                usable_rates,
                templates,
                template_leases,
                tokens,
            ],
        )
        .await?;
        run(
            manager,
            &[
                "CREATE UNIQUE INDEX ux_accounts_app ON accounts (app_id)",
                "CREATE UNIQUE INDEX ux_stores_code ON stores (code)",
                "CREATE UNIQUE INDEX ux_products_sku ON products (sku)",
                // A changed payee needs a new template; the newest one of a payee counts.
                "CREATE INDEX ix_templates_for ON templates (account_id, seller_id, kind, payee)",
            ],
        )
        .await
    }
}
