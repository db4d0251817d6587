//! What staff do and read: coming in, settings, the check-list, where an order stands.

pub mod access;
pub mod accounts;
pub mod bad_rows;
pub mod buyer_forms;
pub mod card_designs;
pub(crate) mod fiscal_units;
pub mod gateways;
pub mod keys;
pub mod master_key;
pub mod months;
pub mod onboarding;
pub mod outlook;
pub mod own_password;
pub mod partners;
pub mod payments;
pub mod products;
pub(crate) mod proof_mails;
pub mod quota;
pub mod quota_terms;
pub mod reconciliation;
pub mod replay;
pub mod self_test;
pub mod sellers;
pub mod sign_in;
pub mod signing;
pub mod staff;
pub mod standing;
pub mod statements;
pub mod stores;
pub mod tax_codes;
pub mod tax_connections;
mod texts;
pub mod titles;
pub mod unified;
pub mod windows;

pub use texts::SettingError;
