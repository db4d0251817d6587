//! The tables as rows. Decimals are text here, moments Unix milliseconds: `read` turns them into what use-cases know.
#![expect(
    unreachable_pub,
    reason = "sea-orm's derives make public items in private modules"
)]

/// One table: a module with sea-orm's `Model`, `Column`, `Entity`.
macro_rules! table {
    ($(#[$doc:meta])* $module:ident = $table:literal {
        $($(#[$attr:meta])* $field:ident: $type:ty,)*
    }) => {
        $(#[$doc])*
        pub(crate) mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                $($(#[$attr])* pub $field: $type,)*
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

mod access;
mod archive;
mod audit;
mod books;
mod designs;
mod fiscal;
mod gateway;
mod issuing;
mod queue;
mod red;
mod sales;
mod setup;
mod signing;
mod tax_routes;
mod unified;

pub(crate) use access::{api_key, session, staff};
pub(crate) use archive::{anchor, exchange, exchange_subject, proof_run};
pub(crate) use audit::audit_entry;
pub(crate) use books::{
    book_closing, book_mapping, book_piece, payment_file, payment_line, quota_check,
};
pub(crate) use designs::{design, refused_right, template_try, token_note};
pub(crate) use fiscal::{fiscal_bill, fiscal_bill_delivery, fiscal_unit};
pub(crate) use gateway::{
    partner, partner_key, partner_offset, partner_request, platform_notice, platform_offset,
    platform_request, seller_gateway,
};
pub(crate) use issuing::{
    card, document, invoice, invoice_line, quota_line, segment, stock_request,
};
pub(crate) use queue::{difference, job, push, reconciliation};
pub(crate) use red::{red_form, red_form_line, refund, refund_line};
pub(crate) use sales::{
    asked_platform, delivery, idempotency, order, order_line, order_sum, payment_claim,
};
pub(crate) use setup::{account, product, seller, store, tax_code, template, usable_rate};
pub(crate) use signing::signing_key;
pub(crate) use tax_routes::{gateway_answer, month_check, stock_told, tax_connection, watch_mark};
pub(crate) use unified::{unified_buyer, unified_request, unified_settings};
