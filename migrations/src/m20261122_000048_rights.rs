//! Under which account a bill's card was inserted, and which calls WeChat refuses an account for want of a right.

use crate::ddl::{big, create, keyed_by, run, table, text};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut refused = table(
            "refused_rights",
            [
                text("app_id"),
                // The interface, such as `card/invoice/insert`.
                text("interface"),
                text("code"),
                // Since when it is refused, and when it was refused last.
                big("since"),
                big("at"),
            ],
        );
        let refused = keyed_by(&mut refused, &["app_id", "interface"]);
        create(manager, vec![refused]).await?;
        run(
            manager,
            &[
                "ALTER TABLE fiscal_bill_deliveries ADD COLUMN card_account TEXT",
                "UPDATE fiscal_bill_deliveries SET card_account = (SELECT u.bureau_account FROM fiscal_bills b \
                 JOIN fiscal_units u ON u.id = b.unit_id WHERE b.id = fiscal_bill_deliveries.bill_id) \
                 WHERE card_template IS NOT NULL",
            ],
        )
        .await
    }
}
