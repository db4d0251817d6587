//! What WeChat's page asks buyers for, drawn beside a preview.

use super::{
    field::Errors,
    parts::{Choice, Tone},
    shell::Shell,
};
use askama::Template;

/// `/admin/accounts/{id}/fields`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/buyer_form.html")]
pub struct BuyerFormPage {
    /// The frame.
    pub shell: Shell,
    /// The account's name.
    pub account: String,
    /// The account's page.
    pub account_href: String,
    /// The address of the form.
    pub action: String,
    /// The version that was read.
    pub version: i64,
    /// How WeChat's page stands to what was drawn.
    pub standing: FormStandingLine,
    /// Both halves: persons, organisations.
    pub halves: Vec<FormHalf>,
    /// The three ways to ask.
    pub ways: Vec<Choice>,
    /// What is wrong with it.
    pub errors: Errors,
}

/// One sentence on whether WeChat shows what was drawn.
#[derive(Clone, Debug)]
pub struct FormStandingLine {
    /// Its colour.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
    /// What follows.
    pub more: String,
}

/// The page of one kind of buyer.
#[derive(Clone, Debug)]
pub struct FormHalf {
    /// "个人抬头".
    pub title: &'static str,
    /// WeChat's usual inputs.
    pub asks: Vec<AskRow>,
    /// The merchant's own.
    pub own: Vec<OwnRow>,
}

/// One usual input.
#[derive(Clone, Debug)]
pub struct AskRow {
    /// The field's name.
    pub field: String,
    /// In words.
    pub label: &'static str,
    /// A stored name of a way to ask.
    pub value: String,
}

impl AskRow {
    fn is_hidden(&self) -> bool {
        self.value == "hidden"
    }

    fn is_required(&self) -> bool {
        self.value == "required"
    }
}

/// One row for an own field.
#[derive(Clone, Debug)]
pub struct OwnRow {
    /// What its fields' names begin with: `person_own_1`.
    pub field: String,
    /// Its name, or empty.
    pub name: String,
    /// Whether it must be filled in.
    pub required: bool,
    /// What stands beside it.
    pub hint: String,
}

impl OwnRow {
    fn name_field(&self) -> String {
        format!("{}_name", self.field)
    }

    fn wrong<'a>(&self, errors: &'a Errors) -> Vec<&'a str> {
        ["name", "hint"]
            .iter()
            .filter_map(|part| errors.of(&format!("{}_{part}", self.field)))
            .collect()
    }
}
