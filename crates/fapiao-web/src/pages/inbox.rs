//! Every push that arrived, also the refused ones.

use super::{
    parts::{Action, Badge, Empty, Link, Pager, Raw, Tab, When},
    shell::Shell,
};
use askama::Template;

/// `/admin/inbox`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/inbox.html")]
pub struct InboxPage {
    /// The frame.
    pub shell: Shell,
    /// All, and each state.
    pub tabs: Vec<Tab>,
    /// The self-test of each account, for who may.
    pub tests: Vec<Action>,
    /// This page's rows, newest first.
    pub rows: Vec<PushRow>,
    /// Pages.
    pub pager: Pager,
}

/// One push.
#[derive(Clone, Debug)]
pub struct PushRow {
    /// Its page.
    pub href: String,
    /// When it arrived.
    pub at: When,
    /// The account's name or the unknown app id.
    pub account: String,
    /// The event's name as WeChat spells it; empty when it could not be read.
    pub event: String,
    /// The thing it is about.
    pub about: Option<Link>,
    /// Accepted, repeated, refused.
    pub verdict: Badge,
    /// Why it was refused, or what came of it.
    pub why: String,
    /// How often it came.
    pub seen: i64,
    /// As decrypted.
    pub raw: Vec<Raw>,
}

impl InboxPage {
    fn empty(&self) -> Empty {
        let t = &self.shell.t.inbox;
        let accounts = Link::new(self.shell.t.nav.accounts, "/admin/accounts");
        Empty::new(t.none, t.none_why, Some(accounts))
    }
}
