//! Looks of cards: what can be drawn, a preview, the templates made.

use super::{
    field::Errors,
    parts::{Badge, Choice, Empty, Link, Tone, When},
    shell::Shell,
};
use askama::Template;
use serde::Deserialize;

/// `/admin/cards?seller=&kind=`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/cards.html")]
pub struct CardsPage {
    /// The frame.
    pub shell: Shell,
    /// Sellers to choose from: address and name.
    pub sellers: Vec<Choice>,
    /// The chosen seller's address.
    pub here_seller: String,
    /// Kinds of invoices to choose from: address and name.
    pub kinds: Vec<Choice>,
    /// The chosen kind's address.
    pub here: String,
    /// The cards of the chosen seller and kind; `None` without a seller.
    pub card: Option<CardBlock>,
    /// Whether this person may change them.
    pub can_edit: bool,
    /// What is wrong with what was sent.
    pub errors: Errors,
}

/// The cards of one seller and kind.
#[derive(Clone, Debug)]
pub struct CardBlock {
    /// The seller's id.
    pub seller: String,
    /// The kind's stored name.
    pub kind: String,
    /// The payee as it stands on cards.
    pub payee: String,
    /// The kind as it stands on cards.
    pub kind_printed: &'static str,
    /// The title when none is typed.
    pub usual_title: String,
    /// What was typed or stands.
    pub form: CardForm,
    /// Where the logo is shown from.
    pub logo: String,
    /// Whether there is one of their own.
    pub has_logo: bool,
    /// The colour, the sentence and what follows.
    pub standing: (Tone, &'static str, String),
    /// The try that waits for a person: its id.
    pub unknown: Option<String>,
    /// Templates made, newest first.
    pub templates: Vec<TemplateRow>,
    /// The last tries.
    pub tries: Vec<TryRow>,
}

/// A design as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CardForm {
    /// Title.
    pub title: String,
    /// First entry.
    pub first_name: String,
    /// Its link.
    pub first_url: String,
    /// Its hint.
    pub first_hint: String,
    /// Second entry.
    pub second_name: String,
    /// Its link.
    pub second_url: String,
    /// Its hint.
    pub second_hint: String,
    /// `yes` for the plain picture.
    pub without_logo: String,
    /// The version that was read.
    pub version: String,
}

/// One template.
#[derive(Clone, Debug)]
pub struct TemplateRow {
    /// WeChat's id.
    pub card_id: String,
    /// The payee it was made for.
    pub payee: String,
    /// When.
    pub made: When,
    /// In use, or for old cards.
    pub state: Badge,
}

/// One try.
#[derive(Clone, Debug)]
pub struct TryRow {
    /// When WeChat was asked.
    pub at: When,
    /// The payee.
    pub payee: String,
    /// How it ended.
    pub state: Badge,
    /// Why; may be empty.
    pub reason: String,
}

impl CardsPage {
    fn empty(&self) -> Empty {
        let t = self.shell.t;
        let action = self
            .can_edit
            .then(|| Link::new(t.seller.new, "/admin/sellers/new"));
        Empty::new(t.card_look.none, t.card_look.none_why, action)
    }
}
