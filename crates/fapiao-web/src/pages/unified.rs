//! A seller's settings for WeChat's unified calls (legacy).

use super::{field::Errors, parts::Choice, shell::Shell};
use askama::Template;
use serde::Deserialize;

/// `/admin/sellers/{id}/unified`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/unified_edit.html")]
pub struct UnifiedEditPage {
    /// The frame.
    pub shell: Shell,
    /// The seller's page.
    pub seller_href: String,
    /// The seller's name.
    pub seller: String,
    /// Whether it is a first one: the form says "create".
    pub is_new: bool,
    /// What was typed or stands.
    pub form: UnifiedForm,
    /// What is wrong with it.
    pub errors: Errors,
    /// Trades to choose from.
    pub trades: Vec<Choice>,
    /// Whether the seller is set to these calls.
    pub in_use: bool,
}

/// The settings as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct UnifiedForm {
    /// The six characters of every serial.
    pub merchant_id: String,
    /// `0` or `1`.
    pub trade: String,
    /// The platform id.
    pub platform_id: String,
    /// The row version that was read; empty when there was none.
    pub version: String,
}
