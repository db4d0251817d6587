//! The merchant role (商户): orders, authorisation pages, pushes, refusals.

pub mod after_payment;
pub mod buyer_form;
pub mod buyers_use;
pub mod claims;
pub mod confirm;
pub(crate) mod documents;
pub mod drafts;
pub mod import;
pub(crate) mod intake;
pub(crate) mod late;
mod line_texts;
mod order_discount;
pub mod orders;
pub mod page_refusals;
pub mod pages;
pub(crate) mod policies;
pub mod prepare;
pub mod pushes;
pub mod refunds;
pub mod refusal;
pub mod reissue;
