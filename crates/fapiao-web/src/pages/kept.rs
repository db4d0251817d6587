//! A form that was sent after its session ended, offered again.

use super::shell::Shell;
use askama::Template;

/// What is shown after signing in again.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/kept.html")]
pub struct KeptPage {
    /// The frame.
    pub shell: Shell,
    /// Where the form goes.
    pub action: String,
    /// The page it stood on.
    pub page: String,
    /// What was typed, in order.
    pub values: Vec<KeptValue>,
    /// Names of secrets, which are typed again.
    pub secrets: Vec<String>,
}

/// One member of a form.
#[derive(Clone, Debug)]
pub struct KeptValue {
    /// Its name in the form.
    pub name: String,
    /// What was typed.
    pub value: String,
}

impl KeptPage {
    /// What a person recognises: the members with a text.
    fn shown(&self) -> impl Iterator<Item = &KeptValue> {
        let is_text = |it: &&KeptValue| !it.value.trim().is_empty() && it.name != "version";
        self.values.iter().filter(is_text)
    }
}
