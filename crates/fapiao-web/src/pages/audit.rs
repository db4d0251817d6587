//! Who did what, in an unbroken chain.

use super::{
    orders::ListFilter,
    parts::{Badge, Empty, Link, Pager, Raw, When},
    shell::Shell,
};
use askama::Template;

/// `/admin/audit`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/audit.html")]
pub struct AuditPage {
    /// The frame.
    pub shell: Shell,
    /// The filter; `q`, `from` and `to` are used.
    pub filter: ListFilter,
    /// Whether the chain holds, as last checked.
    pub chain: Badge,
    /// When it was checked.
    pub checked: Option<When>,
    /// This page's rows, newest first.
    pub rows: Vec<AuditRow>,
    /// Pages.
    pub pager: Pager,
}

/// One entry.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// Its place in the chain.
    pub no: u64,
    /// When.
    pub at: When,
    /// Who: a person, a key, the machine.
    pub who: String,
    /// What was done, in words.
    pub what: String,
    /// To which thing.
    pub link: Option<Link>,
    /// Before and after, secrets masked.
    pub raw: Vec<Raw>,
    /// The entry's hash in hex.
    pub hash: String,
}

impl AuditRow {
    fn short_hash(&self) -> &str {
        self.hash.get(..10).unwrap_or(&self.hash)
    }
}

impl AuditPage {
    fn empty(&self) -> Empty {
        let common = &self.shell.t.common;
        let clear = Link::new(common.clear_filters, "/admin/audit");
        Empty::new(self.shell.t.audit.none, common.none_found_why, Some(clear))
    }
}
