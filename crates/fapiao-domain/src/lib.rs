//! The rules of invoicing, without any I/O.
//!
//! Amounts are integer fen ([`money::Fen`]); quantities, unit prices and rates are exact decimals. Nothing here
//! reads a clock, an environment or a network, and nothing here uses a binary float.
#![deny(clippy::float_arithmetic)]

pub mod by_rate;
pub mod capital;
pub mod card;
pub mod checks;
pub mod confirmation;
pub mod delivery;
pub mod difference;
pub mod discount;
pub mod document;
pub mod exact;
pub mod face;
pub mod fiscal;
pub mod ids;
pub mod invoice;
pub mod line;
pub mod money;
pub mod number;
pub mod order;
pub mod outlook;
pub mod party;
pub mod payment;
pub mod preference;
pub mod province;
pub mod qr;
pub mod rate;
pub mod red;
pub mod refund;
pub mod remark;
pub mod rounding;
pub mod special;
pub mod split;
pub mod text;
pub mod title;
pub mod totals;
pub mod uscc;
