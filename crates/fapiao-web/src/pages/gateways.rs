//! The platform gateway in the back-office, both ends.

use super::{
    field::Errors,
    parts::{Badge, Choice, Empty, Link, Pager, When},
    shell::Shell,
};
use askama::Template;
use serde::Deserialize;

/// `/admin/sellers/{id}/platform`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/gateway_edit.html")]
pub struct GatewayEditPage {
    /// The frame.
    pub shell: Shell,
    /// The seller's page.
    pub seller_href: String,
    /// The seller's name.
    pub seller: String,
    /// Whether it is a first one: the form says "create".
    pub is_new: bool,
    /// What was typed or stands.
    pub form: GatewayForm,
    /// What is wrong with it.
    pub errors: Errors,
    /// Whether a secret is stored.
    pub secret_kept: bool,
    /// Where the platform sends its callbacks.
    pub callback_url: String,
    /// What the platform calls itself, or empty.
    pub platform: String,
    /// When it answered last.
    pub checked: Option<When>,
    /// Its newest callbacks.
    pub notices: Vec<NoticeRow>,
}

/// A seller's external platform as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct GatewayForm {
    /// Where its `/v1/…` begins.
    pub base_url: String,
    /// Names our key there.
    pub key_id: String,
    /// Our key; empty keeps the stored one.
    pub secret: String,
    /// The platform's id at WeChat.
    pub platform_id: String,
}

/// One callback.
#[derive(Clone, Debug)]
pub struct NoticeRow {
    /// When it came.
    pub at: When,
    /// Handled, refused, …
    pub state: Badge,
    /// What came of it, or why it was refused.
    pub why: String,
    /// How often it came.
    pub seen: i64,
}

impl GatewayEditPage {
    fn secret_words(&self) -> [&'static str; 3] {
        let t = &self.shell.t.form;
        [t.secret_set, t.secret_missing, t.secret_keep]
    }
}

/// `/admin/partners`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/partner_list.html")]
pub struct PartnerListPage {
    /// The frame.
    pub shell: Shell,
    /// All of them.
    pub rows: Vec<PartnerRow>,
    /// Whether this person may change them.
    pub can_edit: bool,
}

/// One merchant.
#[derive(Clone, Debug)]
pub struct PartnerRow {
    /// Its page.
    pub href: String,
    /// Name.
    pub name: String,
    /// In whose name it is issued.
    pub seller: String,
    /// How many apps.
    pub apps: usize,
    /// How many live keys.
    pub keys: usize,
    /// How many requests, counted up to 10,000.
    pub requests: u32,
    /// Active or suspended.
    pub state: Badge,
}

impl PartnerListPage {
    fn empty(&self) -> Empty {
        let t = &self.shell.t.gateway;
        let action = self
            .can_edit
            .then(|| Link::new(t.partner_new, "/admin/partners/new"));
        Empty::new(t.partners_none, t.partners_none_why, action)
    }
}

/// `/admin/partners/new` and `/admin/partners/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/partner_edit.html")]
pub struct PartnerEditPage {
    /// The frame.
    pub shell: Shell,
    /// The address of the form.
    pub action: String,
    /// Whether it is a new one.
    pub is_new: bool,
    /// Whether this person may change it.
    pub can_edit: bool,
    /// What was typed or stands.
    pub form: PartnerForm,
    /// What is wrong with it.
    pub errors: Errors,
    /// Sellers to issue for.
    pub sellers: Vec<Choice>,
    /// The seller's name, once it is fixed.
    pub seller: String,
    /// The address the merchant calls.
    pub base_url: String,
    /// Its keys, the living first.
    pub keys: Vec<PartnerKeyRow>,
    /// Its requests, newest first.
    pub requests: Vec<PartnerRequestRow>,
    /// Turns pages of requests.
    pub pager: Pager,
    /// Its newest offsets.
    pub offsets: Vec<PartnerOffsetRow>,
}

/// A merchant as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PartnerForm {
    /// Name.
    pub name: String,
    /// Seller id.
    pub seller: String,
    /// App ids, one a line.
    pub app_ids: String,
    /// Where results go.
    pub callback_url: String,
    /// `yes` when its requests are taken.
    pub active: String,
}

/// One key of a merchant.
#[derive(Clone, Debug)]
pub struct PartnerKeyRow {
    /// Its public name.
    pub id: String,
    /// Since when.
    pub created: When,
    /// When it was used last.
    pub used: Option<When>,
    /// Active or revoked.
    pub state: Badge,
    /// Whether it can be revoked.
    pub can_revoke: bool,
}

/// One request of a merchant.
#[derive(Clone, Debug)]
pub struct PartnerRequestRow {
    /// When it came.
    pub at: When,
    /// WeChat's order id, and the order here.
    pub order: Link,
    /// The invoice's number, or empty.
    pub number: String,
    /// Gross amount, or empty.
    pub total: String,
    /// Where it stands.
    pub state: Badge,
    /// What the merchant was told last, or why it could not be.
    pub told: String,
    /// When it was told.
    pub told_at: Option<When>,
}

/// One offset of a merchant.
#[derive(Clone, Debug)]
pub struct PartnerOffsetRow {
    /// When it came.
    pub at: When,
    /// The merchant's number of it, and the order here.
    pub offset: Link,
    /// The red invoice's number, or empty.
    pub number: String,
    /// Gross amount, below zero, or empty.
    pub total: String,
    /// Where it stands.
    pub state: Badge,
    /// What became of the card, or why the offset failed.
    pub note: String,
}

/// `POST /admin/partners/{id}/keys`: the secret, once.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/partner_key_made.html")]
pub struct PartnerKeyMadePage {
    /// The frame.
    pub shell: Shell,
    /// The merchant's page.
    pub href: String,
    /// The merchant's name.
    pub name: String,
    /// The address the merchant calls.
    pub base_url: String,
    /// Its public name.
    pub key_id: String,
    /// Shown once.
    pub secret: String,
}
