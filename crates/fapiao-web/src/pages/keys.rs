//! Keys of the REST API.

use super::{
    field::Errors,
    parts::{Badge, Choice, Empty, Link, When},
    shell::Shell,
};
use askama::Template;

/// `/admin/keys`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/key_list.html")]
pub struct KeyListPage {
    /// The frame.
    pub shell: Shell,
    /// All of them, the living first.
    pub rows: Vec<KeyRow>,
}

/// One key.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// Its id, for revoking.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The first characters, enough to tell it from others.
    pub prefix: String,
    /// The store it is bound to, or all; in words.
    pub store: String,
    /// What it may do, in words.
    pub right: &'static str,
    /// When it was made.
    pub created: When,
    /// When it was used last.
    pub used: Option<When>,
    /// Active or revoked.
    pub state: Badge,
    /// Whether it can be revoked.
    pub can_revoke: bool,
}

impl KeyListPage {
    fn empty(&self) -> Empty {
        let t = &self.shell.t.key;
        Empty::new(
            t.none,
            t.none_why,
            Some(Link::new(t.new, "/admin/keys/new")),
        )
    }
}

/// `/admin/keys/new`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/key_new.html")]
pub struct KeyNewPage {
    /// The frame.
    pub shell: Shell,
    /// What was typed.
    pub form: KeyForm,
    /// What is wrong with it.
    pub errors: Errors,
    /// Stores, the first with an empty value for all.
    pub stores: Vec<Choice>,
    /// What a key may do: `write` or `read`.
    pub rights: Vec<Choice>,
}

/// A key as typed.
#[derive(Clone, Debug, Default)]
pub struct KeyForm {
    /// Its name.
    pub name: String,
    /// A store id, or empty.
    pub store: String,
    /// What it may do: `write` or `read`.
    pub right: String,
}

impl KeyForm {
    /// Reads the members of the sent form; unknown ones are passed over.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> KeyForm {
        let mut form = KeyForm::default();
        for (name, value) in pairs {
            match name {
                "name" => form.name = value.trim().to_owned(),
                "store" => form.store = value.to_owned(),
                "right" => form.right = value.to_owned(),
                _ => {}
            }
        }
        form
    }
}

/// The answer to a new key: its secret, once.
#[derive(Clone, Template)]
#[template(path = "admin/key_made.html")]
pub struct KeyMadePage {
    /// The frame.
    pub shell: Shell,
    /// Its name.
    pub name: String,
    /// The whole key; it is not kept and never shown again.
    pub secret: String,
    /// A line to try it with.
    pub curl: String,
}
