//! Who did what, in an unbroken chain.

use super::{
    orders::ListFilter,
    parts::{Chip, Choice, Empty, Link, Pager, Raw, When},
    shell::Shell,
};
use askama::Template;

/// `/admin/audit`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/audit.html")]
pub struct AuditPage {
    /// The frame.
    pub shell: Shell,
    /// How many entries there are, in words; `None` for what a filter finds.
    pub count: Option<String>,
    /// The filter.
    pub filter: ListFilter,
    /// Who may have done something, the first with an empty value for all.
    pub everybody: Vec<Choice>,
    /// The set filters.
    pub chips: Vec<Chip>,
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
        Empty::new(self.shell.t.audit.none, self.shell.t.audit.none_why, None)
    }
}
