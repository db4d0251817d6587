//! The rules of invoicing, without any I/O.
//!
//! Amounts are integer fen ([`money::Fen`]); quantities, unit prices and rates are exact decimals. Nothing here
//! reads a clock, an environment or a network, and nothing here uses a binary float.
#![deny(clippy::float_arithmetic)]

pub mod card;
pub mod checks;
pub mod delivery;
pub mod exact;
pub mod face;
pub mod ids;
pub mod invoice;
pub mod line;
pub mod money;
pub mod order;
pub mod party;
pub mod rate;
pub mod totals;
