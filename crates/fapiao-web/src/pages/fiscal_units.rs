//! Collecting units of fiscal bills: the list and the form of one.

use super::{
    field::Errors,
    parts::{Badge, Choice, Empty, Link, Tone},
    shell::Shell,
};
use askama::Template;
use serde::Deserialize;

/// `/admin/fiscal-units`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/fiscal_units.html")]
pub struct FiscalUnitListPage {
    /// The frame.
    pub shell: Shell,
    /// All of them.
    pub rows: Vec<FiscalUnitRow>,
    /// Whether this person may change them.
    pub can_edit: bool,
}

/// One unit.
#[derive(Clone, Debug)]
pub struct FiscalUnitRow {
    /// Its page.
    pub href: String,
    /// Its full name.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Our role, in words.
    pub role: &'static str,
    /// How far its card template is.
    pub template: Badge,
    /// Whether it takes new bills.
    pub state: Badge,
}

impl FiscalUnitListPage {
    fn empty(&self) -> Empty {
        let t = &self.shell.t.fiscal_unit;
        let action = self
            .can_edit
            .then(|| Link::new(t.new, "/admin/fiscal-units/new"));
        Empty::new(t.none, t.none_why, action)
    }
}

/// `/admin/fiscal-units/new` and `/admin/fiscal-units/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/fiscal_unit.html")]
pub struct FiscalUnitPage {
    /// The frame.
    pub shell: Shell,
    /// The address of the form: the thing's own, or the list's for a new one.
    pub action: String,
    /// Whether it is a new one.
    pub is_new: bool,
    /// Whether this person may change it.
    pub can_edit: bool,
    /// What was typed or stands.
    pub form: FiscalUnitForm,
    /// What is wrong with it.
    pub errors: Errors,
    /// Roles, each with what it means.
    pub roles: Vec<(Choice, &'static str)>,
    /// Whether the payer's accounts are chosen; all three of a new unit, whose role is not fixed yet.
    pub asks: bool,
    /// Whether the bureau's account is chosen.
    pub inserts: bool,
    /// Whether the bureau is elsewhere, and its platform id is typed.
    pub hands_over: bool,
    /// Service accounts, the first with an empty value for none.
    pub service_accounts: Vec<Choice>,
    /// Open-platform apps, the first with an empty value for none.
    pub apps: Vec<Choice>,
    /// Its card template; `None` for a new unit.
    pub template: Option<TemplateBlock>,
}

/// Where a unit's card template stands.
#[derive(Clone, Debug)]
pub struct TemplateBlock {
    /// The colour, the sentence, what to do.
    pub standing: (Tone, &'static str, String),
    /// What WeChat said, or a person noted; may be empty.
    pub reason: String,
    /// Whether a person has to say what became of it.
    pub settles: bool,
    /// The `card_id` as typed.
    pub card_id: String,
    /// The address of the picture on its cards; `None` where no card is made here.
    pub logo: Option<String>,
}

/// A unit as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct FiscalUnitForm {
    /// The row version that was read; empty for a new unit.
    pub version: String,
    /// Its full name.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Our role, stored name.
    pub role: String,
    /// The unit's service account, its id.
    pub web_account: String,
    /// The open-platform app, its id.
    pub app_account: String,
    /// The bureau's service account, its id.
    pub bureau_account: String,
    /// The bureau's platform id, where it is elsewhere.
    pub bureau_platform_id: String,
    /// `yes` when it takes no new bills.
    pub closed: String,
}

impl FiscalUnitPage {
    /// The role of a unit that has one, with what it means.
    fn role(&self) -> (&str, &'static str) {
        let chosen = self.roles.iter().find(|(it, _)| it.value == self.form.role);
        chosen.map_or(("", ""), |(it, means)| (it.label.as_str(), means))
    }

    fn choices(&self) -> Vec<Choice> {
        self.roles.iter().map(|(it, _)| it.clone()).collect()
    }
}
