//! Stores: shops and till groups of a seller.

use super::{
    field::Errors,
    parts::{Choice, Empty, Link},
    shell::Shell,
};
use askama::Template;
use serde::Deserialize;

/// `/admin/stores`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/store_list.html")]
pub struct StoreListPage {
    /// The frame.
    pub shell: Shell,
    /// All of them.
    pub rows: Vec<StoreRow>,
    /// Whether this person may change them.
    pub can_edit: bool,
}

/// One store.
#[derive(Clone, Debug)]
pub struct StoreRow {
    /// Its page.
    pub href: String,
    /// The shop's own code, used in the API and in imports.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The seller's name.
    pub seller: String,
    /// The list of its orders.
    pub orders: String,
}

impl StoreListPage {
    fn empty(&self) -> Empty {
        let t = &self.shell.t.store;
        let action = self.can_edit.then(|| Link::new(t.new, "/admin/stores/new"));
        Empty::new(t.none, t.none_why, action)
    }
}

/// `/admin/stores/new` and `/admin/stores/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/store_edit.html")]
pub struct StoreEditPage {
    /// The frame.
    pub shell: Shell,
    /// The address of the form.
    pub action: String,
    /// Whether it is a new one.
    pub is_new: bool,
    /// What was typed or stands.
    pub form: StoreForm,
    /// What is wrong with it.
    pub errors: Errors,
    /// Sellers.
    pub sellers: Vec<Choice>,
}

impl StoreEditPage {
    /// A store belongs to a seller: without one there is nothing to choose.
    fn no_sellers(&self) -> Empty {
        let t = &self.shell.t.seller;
        let first = Link::new(t.new, "/admin/sellers/new");
        Empty::new(t.none, t.none_why, Some(first))
    }
}

/// A store as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StoreForm {
    /// The shop's own code.
    pub code: String,
    /// Its name as buyers know it.
    pub name: String,
    /// A seller id.
    pub seller: String,
    /// The row version that was read; empty for a new store.
    pub version: String,
}
