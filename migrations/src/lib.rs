//! One schema for SQLite and PostgreSQL, only ever appended to.
//!
//! Ids are text, money is `BIGINT` fen, moments are `BIGINT` Unix milliseconds, exact decimals are text, structured
//! values are JSON text. A migration that was released is never edited: a later one changes what it made, and adds
//! before it removes, so that the version before keeps running beside the new one.

use sea_orm_migration::prelude::*;

mod ddl;
mod m20261121_000001_setup;
mod m20261121_000002_sales;
mod m20261121_000003_issuing;
mod m20261121_000004_queue;
mod m20261121_000005_access;
mod m20261121_000006_audit;
mod m20261121_000007_guards;
mod m20261121_000008_red;
mod m20261121_000009_gateway;
mod m20261121_000010_scenarios;
mod m20261121_000011_designs;
mod m20261121_000012_card_life;
mod m20261121_000013_tax_data;
mod m20261121_000014_archive;
mod m20261121_000016_signing;
mod m20261121_000018_modes;
mod m20261121_000018_unified_platform;
mod m20261121_000019_buyer_forms;
mod m20261121_000020_tax_routes;
mod m20261121_000021_parts;
mod m20261121_000031_special;
mod m20261121_000032_books;
mod m20261121_000034_policies;
mod m20261121_000037_mends;
mod m20261121_000038_difference;
mod m20261121_000039_store_version;
mod m20261121_000040_kept_books;
mod m20261121_000042_code_rates;
mod m20261121_000043_walks;
mod m20261121_000044_quota;
mod m20261121_000045_token_causes;
mod m20261121_000046_documents;
mod m20261122_000047_fiscal;
mod m20261122_000048_rights;
mod m20261122_000049_asked_platforms;
mod m20261122_000050_answer_times;
mod m20261122_000051_order_sums;
mod m20261122_000052_sm3;
mod m20261122_000053_received_files;
mod m20261122_000054_segment_provinces;

pub use sea_orm_migration::MigratorTrait;

/// All migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_setup::Migration),
            Box::new(m20261121_000002_sales::Migration),
            Box::new(m20261121_000003_issuing::Migration),
            Box::new(m20261121_000004_queue::Migration),
            Box::new(m20261121_000005_access::Migration),
            Box::new(m20261121_000006_audit::Migration),
            Box::new(m20261121_000007_guards::Migration),
            Box::new(m20261121_000008_red::Migration),
            Box::new(m20261121_000009_gateway::Migration),
            Box::new(m20261121_000010_scenarios::Migration),
            Box::new(m20261121_000011_designs::Migration),
            Box::new(m20261121_000012_card_life::Migration),
            Box::new(m20261121_000013_tax_data::Migration),
            Box::new(m20261121_000014_archive::Migration),
            Box::new(m20261121_000016_signing::Migration),
            Box::new(m20261121_000018_modes::Migration),
            Box::new(m20261121_000019_buyer_forms::Migration),
            Box::new(m20261121_000020_tax_routes::Migration),
            Box::new(m20261121_000021_parts::Migration),
            Box::new(m20261121_000018_unified_platform::Migration),
            Box::new(m20261121_000031_special::Migration),
            Box::new(m20261121_000032_books::Migration),
            Box::new(m20261121_000034_policies::Migration),
            Box::new(m20261121_000037_mends::Migration),
            Box::new(m20261121_000038_difference::Migration),
            Box::new(m20261121_000039_store_version::Migration),
            Box::new(m20261121_000040_kept_books::Migration),
            Box::new(m20261121_000042_code_rates::Migration),
            Box::new(m20261121_000043_walks::Migration),
            Box::new(m20261121_000044_quota::Migration),
            Box::new(m20261121_000046_documents::Migration),
            Box::new(m20261121_000045_token_causes::Migration),
            Box::new(m20261122_000047_fiscal::Migration),
            Box::new(m20261122_000048_rights::Migration),
            Box::new(m20261122_000049_asked_platforms::Migration),
            Box::new(m20261122_000050_answer_times::Migration),
            Box::new(m20261122_000051_order_sums::Migration),
            Box::new(m20261122_000052_sm3::Migration),
            Box::new(m20261122_000053_received_files::Migration),
            Box::new(m20261122_000054_segment_provinces::Migration),
        ]
    }
}
