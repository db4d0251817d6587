//! What the product does: one function per act, and the ports it needs.
//!
//! `merchant` and `platform` are the two roles WeChat knows; neither imports the other. They meet in deliveries and in
//! queued jobs.

pub mod actor;
mod asked;
pub mod backoffice;
pub mod books;
pub mod calendar;
mod cancellation;
pub mod card_standing;
pub mod device;
pub mod errors;
pub mod fields;
pub mod fiscal;
pub mod gateway;
pub mod idempotency;
pub mod ids;
mod inserting;
pub mod jobs;
pub mod keeping;
pub mod merchant;
pub mod parts;
pub mod platform;
pub mod ports;
pub mod proof_words;
mod rates;
pub mod records;
pub mod rejecting;
mod remarks;
pub mod rounding;
pub mod run;
mod special;
pub mod step;
pub mod typed;
pub mod unified;
