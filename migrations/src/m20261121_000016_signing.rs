//! Keys with which sellers' papers are signed, sealed.

use crate::ddl::{belongs_to, big, create, key, table, text};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let keys = belongs_to(
            table(
                "signing_keys",
                [
                    key("seller_id"),
                    text("sealed"),
                    text("subject"),
                    text("algorithm"),
                    big("not_before"),
                    big("not_after"),
                    big("added_at"),
                ],
            ),
            "seller_id",
            ("sellers", "id"),
        );
        create(manager, vec![keys]).await
    }
}
