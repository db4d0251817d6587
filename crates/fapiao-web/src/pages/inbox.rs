//! Every push that arrived, also the refused ones.

use super::{
    parts::{Badge, Choice, Empty, Link, Pager, Raw, When},
    shell::Shell,
};
use askama::Template;

/// `/admin/inbox`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/inbox.html")]
pub struct InboxPage {
    /// The frame.
    pub shell: Shell,
    /// The chosen verdict, or empty.
    pub verdict: String,
    /// Verdicts to choose from, the first with an empty value for all.
    pub verdicts: Vec<Choice>,
    /// The chosen account, or empty.
    pub account: String,
    /// Accounts to choose from, the first with an empty value for all.
    pub accounts: Vec<Choice>,
    /// This page's rows, newest first.
    pub rows: Vec<PushRow>,
    /// Pages.
    pub pager: Pager,
}

/// One push.
#[derive(Clone, Debug)]
pub struct PushRow {
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
    /// Where it came from.
    pub from: String,
    /// As received and as decrypted.
    pub raw: Vec<Raw>,
}

impl InboxPage {
    fn empty(&self) -> Empty {
        let t = &self.shell.t.inbox;
        if self.verdict.is_empty() && self.account.is_empty() {
            let accounts = Link::new(self.shell.t.nav.accounts, "/admin/accounts");
            Empty::new(t.none, t.none_why, Some(accounts))
        } else {
            let clear = Link::new(self.shell.t.common.clear_filters, "/admin/inbox");
            Empty::new(
                t.none_found,
                self.shell.t.common.none_found_why,
                Some(clear),
            )
        }
    }
}
