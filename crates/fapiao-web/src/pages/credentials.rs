//! Tokens and counters: one block per app id.

use super::{
    parts::{Badge, Empty, Link, When},
    shell::Shell,
};
use askama::Template;

/// `/admin/tokens`; with `?quota={account}` the counters of that account.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/credentials.html")]
pub struct CredentialsPage {
    /// The frame.
    pub shell: Shell,
    /// One per account.
    pub apps: Vec<AppBlock>,
    /// Whether this person may test and reset.
    pub can_act: bool,
}

/// The credentials of one account.
#[derive(Clone, Debug)]
pub struct AppBlock {
    /// The account's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// WeChat's app id.
    pub app_id: String,
    /// Its token and its ticket.
    pub credentials: Vec<CredentialRow>,
    /// Who renewed when, newest first.
    pub history: Vec<NoteRow>,
    /// The newest failure that no renewal followed.
    pub trouble: Option<NoteRow>,
    /// What is left of each interface; `None` until asked.
    pub quota: Option<Vec<QuotaRow>>,
}

/// One shared row.
#[derive(Clone, Debug)]
pub struct CredentialRow {
    /// "访问令牌".
    pub kind: &'static str,
    /// Whether it is good.
    pub state: Badge,
    /// Until when.
    pub until: Option<When>,
    /// How often it was renewed.
    pub generation: i64,
}

/// One renewal or failure.
#[derive(Clone, Debug)]
pub struct NoteRow {
    /// When.
    pub at: When,
    /// Which credential.
    pub kind: &'static str,
    /// The node.
    pub node: String,
    /// Renewed or failed.
    pub state: Badge,
    /// The generation it made; 0 for a failure.
    pub generation: i64,
    /// The far side's code; empty without one.
    pub code: String,
    /// Why it was renewed; empty for a failure.
    pub cause: &'static str,
    /// What went wrong, in the reader's language; empty for a renewal.
    pub trouble: String,
}

/// What is left of one interface.
#[derive(Clone, Debug)]
pub struct QuotaRow {
    /// Its path.
    pub path: &'static str,
    /// Allowed a day, made, left; empty where WeChat did not say.
    pub counts: [String; 3],
    /// WeChat's refusal; empty when it answered.
    pub trouble: String,
    /// Whether a reset is offered.
    pub can_reset: bool,
}

impl NoteRow {
    fn generation_text(&self) -> String {
        match self.generation {
            0 => String::new(),
            number => number.to_string(),
        }
    }
}

impl CredentialsPage {
    fn empty(&self) -> Empty {
        let t = self.shell.t;
        let action = self
            .can_act
            .then(|| Link::new(t.account.new, "/admin/accounts/new"));
        Empty::new(t.credential.none, t.credential.none_why, action)
    }
}
