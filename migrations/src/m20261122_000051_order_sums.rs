//! What an order comes to by rate, goods apart from services: the month's VAT of what has no invoice is one sum of these.

use crate::ddl::{belongs_to, big, create, keyed_by, table, text};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Orders that came before have no rows here: they are computed from their lines.
        let mut sums = table(
            "order_sums",
            [
                text("order_id"),
                text("rate"),
                // 1 for services, intangibles and real estate, 0 for goods and repair work.
                big("service"),
                big("net"),
                big("tax"),
            ],
        );
        let sums = keyed_by(&mut sums, &["order_id", "rate", "service"]);
        let sums = belongs_to(sums, "order_id", ("orders", "id"));
        create(manager, vec![sums]).await
    }
}
