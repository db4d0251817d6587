//! The platform role (开票平台): from an authorised delivery to a card in the wallet.

mod at_gateway;
pub mod buyer_forms;
pub mod card;
pub mod card_life;
pub mod confirmations;
pub mod draft;
pub mod face;
pub mod issue;
pub mod mail;
pub mod names;
pub mod preflight;
pub mod received;
pub mod red;
pub mod render;
pub mod stock;
pub mod template;
