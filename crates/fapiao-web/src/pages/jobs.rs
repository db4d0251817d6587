//! What the machine could not finish alone.

use super::{
    parts::{Badge, Empty, Link, Pager, Raw, Tab, When},
    shell::Shell,
};
use askama::Template;

/// `/admin/jobs`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/job_list.html")]
pub struct JobListPage {
    /// The frame.
    pub shell: Shell,
    /// Needs a person, waits for its next try, runs.
    pub tabs: Vec<Tab>,
    /// This page's rows, the newest trouble first.
    pub rows: Vec<JobRow>,
    /// Whether "retry all" is offered.
    pub can_retry_all: bool,
    /// Pages.
    pub pager: Pager,
}

/// One job.
#[derive(Clone, Debug)]
pub struct JobRow {
    /// Its id.
    pub id: String,
    /// What it does: "把发票卡券插入买家卡包".
    pub what: &'static str,
    /// To which thing.
    pub which: Link,
    /// Its state.
    pub state: Badge,
    /// Why it stopped, in words.
    pub why: String,
    /// What to do about it.
    pub next: String,
    /// Where to do it, when that is another page.
    pub mend: Option<Link>,
    /// Tries so far.
    pub attempts: u32,
    /// Since when it stands.
    pub since: When,
    /// The next try by itself.
    pub next_try: Option<When>,
    /// The last error, word for word.
    pub raw: Vec<Raw>,
    /// Whether retrying is safe now.
    pub can_retry: bool,
    /// Whether it can be given up.
    pub can_give_up: bool,
}

impl JobListPage {
    fn empty(&self) -> Empty {
        let t = &self.shell.t.job;
        Empty::new(t.none, t.none_why, None)
    }
}
