//! WeChat accounts: credentials, push settings, contact.

use super::{
    field::Errors,
    onboarding::CheckRow,
    parts::{Badge, Choice, Empty, Link, When},
    shell::Shell,
};
use askama::Template;
use serde::Deserialize;

/// `/admin/accounts`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/account_list.html")]
pub struct AccountListPage {
    /// The frame.
    pub shell: Shell,
    /// All of them.
    pub rows: Vec<AccountRow>,
    /// Whether this person may change them.
    pub can_edit: bool,
}

/// One account.
#[derive(Clone, Debug)]
pub struct AccountRow {
    /// Its page.
    pub href: String,
    /// Our name for it.
    pub name: String,
    /// Service account, open-platform app, mini program; in words.
    pub kind: &'static str,
    /// WeChat's app id.
    pub app_id: String,
    /// Whether its credentials work.
    pub state: Badge,
    /// The last push received.
    pub last_push: Option<When>,
}

impl AccountListPage {
    fn empty(&self) -> Empty {
        let t = &self.shell.t.account;
        let action = self
            .can_edit
            .then(|| Link::new(t.new, "/admin/accounts/new"));
        Empty::new(t.none, t.none_why, action)
    }
}

/// `/admin/accounts/new` and `/admin/accounts/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/account_edit.html")]
pub struct AccountEditPage {
    /// The frame.
    pub shell: Shell,
    /// The address of the form.
    pub action: String,
    /// Whether it is a new one.
    pub is_new: bool,
    /// What was typed or stands, without secrets.
    pub form: AccountForm,
    /// Which secrets are kept.
    pub kept: KeptSecrets,
    /// What is wrong with it.
    pub errors: Errors,
    /// Kinds of accounts.
    pub kinds: Vec<Choice>,
    /// Ways pushes are encrypted.
    pub push_modes: Vec<Choice>,
    /// The address to enter in WeChat's console; empty until saved.
    pub push_url: String,
    /// What was checked with these credentials; empty until asked.
    pub checks: Vec<CheckRow>,
    /// The address that checks them; empty until saved.
    pub check_href: String,
}

/// Which secrets are kept; never which.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeptSecrets {
    /// The app secret.
    pub secret: bool,
    /// The push token.
    pub push_token: bool,
    /// The AES key of pushes.
    pub push_key: bool,
}

/// An account as typed. Empty secrets leave the kept ones as they are. `Debug` prints no secret.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct AccountForm {
    /// Our name for it.
    pub name: String,
    /// Kind, stored name.
    pub kind: String,
    /// WeChat's app id.
    pub app_id: String,
    /// The app secret, only when typed.
    pub secret: String,
    /// The push token, only when typed.
    pub push_token: String,
    /// The AES key, only when typed.
    pub push_key: String,
    /// How pushes are encrypted: `safe`, `compatible`, `plain`.
    pub push_mode: String,
    /// The account's original id, `gh_…`.
    pub original_id: String,
    /// The invoicing platform's id on WeChat's side.
    pub platform_id: String,
    /// The telephone shown to buyers.
    pub contact_phone: String,
    /// Seconds within which the invoice is promised.
    pub contact_timeout: String,
}

impl std::fmt::Debug for AccountForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountForm")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("app_id", &self.app_id)
            .finish_non_exhaustive()
    }
}

impl AccountEditPage {
    fn secret_words(&self) -> [&'static str; 3] {
        let t = &self.shell.t.form;
        [t.secret_set, t.secret_missing, t.secret_keep]
    }
}
