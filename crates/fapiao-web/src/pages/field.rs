//! Form fields with their errors. A page calls `errors.text(…)`; what comes back prints itself.

use super::parts::Choice;
use crate::i18n::fill2;
use askama::{Template, filters::HtmlSafe};
use std::{borrow::Borrow, sync::OnceLock};

/// What is wrong with one field, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name; also its id on the page.
    pub field: String,
    /// What is wrong and what to write instead.
    pub message: String,
    /// What the page calls the field, noted when the field is drawn.
    label: OnceLock<String>,
}

impl FieldError {
    /// The message for the list above the form, where it does not stand beside its field: "单价：必填字段缺失".
    pub fn listed(&self, between: &str) -> String {
        match self.label.get() {
            Some(label) if !self.message.to_lowercase().contains(&label.to_lowercase()) => {
                fill2(between, label, &self.message)
            }
            Some(_) | None => self.message.clone(),
        }
    }
}

/// All that is wrong with a form; empty when it is shown first.
#[derive(Clone, Debug, Default)]
pub struct Errors(pub Vec<FieldError>);

impl Errors {
    /// Notes an error.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError {
            field: field.into(),
            message: message.into(),
            label: OnceLock::new(),
        });
    }

    /// Notes what the page calls a field. The list of errors stands above the fields, so a page that has any is drawn
    /// twice: see `Frame::wrong`.
    pub fn named(&self, field: &str, label: impl FnOnce() -> String) {
        let mut label = Some(label);
        for it in self.0.iter().filter(|it| it.field == field) {
            if let Some(label) = label.take() {
                it.label.get_or_init(label);
            }
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|it| it.field == field)
            .map(|it| it.message.as_str())
    }

    fn field<'a>(&'a self, kind: Kind<'a>, name: &'a str, label: &'a str) -> Field<'a> {
        self.named(name, || label.to_owned());
        Field {
            kind,
            name,
            label,
            help: "",
            optional: "",
            wrong: self.of(name),
            required: false,
            mono: false,
            autofocus: false,
            hint: "",
            autocomplete: "off",
            inputmode: "",
            max: 0,
        }
    }

    /// A line of text.
    pub fn text<'a>(&'a self, name: &'a str, label: &'a str, value: &'a str) -> Field<'a> {
        self.field(
            Kind::Text {
                kind: "text",
                value,
            },
            name,
            label,
        )
    }

    /// A date, `2026-03-05`.
    pub fn date<'a>(&'a self, name: &'a str, label: &'a str, value: &'a str) -> Field<'a> {
        self.field(
            Kind::Text {
                kind: "date",
                value,
            },
            name,
            label,
        )
    }

    /// A password that is typed, never shown.
    pub fn password<'a>(&'a self, name: &'a str, label: &'a str) -> Field<'a> {
        self.field(
            Kind::Text {
                kind: "password",
                value: "",
            },
            name,
            label,
        )
    }

    /// Several lines of text.
    pub fn area<'a>(&'a self, name: &'a str, label: &'a str, value: &'a str) -> Field<'a> {
        self.field(Kind::Area { value }, name, label)
    }

    /// One of several.
    pub fn select<'a>(
        &'a self,
        name: &'a str,
        label: &'a str,
        choices: &'a [Choice],
        value: &'a str,
    ) -> Field<'a> {
        self.field(Kind::Select { choices, value }, name, label)
    }

    /// Any of several; each sends `name`.
    pub fn boxes<'a>(
        &'a self,
        name: &'a str,
        label: &'a str,
        choices: &'a [Choice],
        values: &'a [String],
    ) -> Field<'a> {
        self.field(Kind::Boxes { choices, values }, name, label)
    }

    /// Yes or no; sends `name=yes` when ticked.
    pub fn check<'a>(
        &'a self,
        name: &'a str,
        label: &'a str,
        checked: impl Borrow<bool>,
    ) -> Field<'a> {
        self.field(
            Kind::Check {
                checked: *checked.borrow(),
            },
            name,
            label,
        )
    }

    /// A secret that can be set and never read: an empty field leaves it as it is.
    pub fn secret<'a>(
        &'a self,
        name: &'a str,
        label: &'a str,
        is_set: &bool,
        words: [&'a str; 3],
    ) -> Field<'a> {
        let [set, missing, keep] = words;
        self.field(
            Kind::Secret {
                is_set: *is_set,
                set,
                missing,
                keep,
            },
            name,
            label,
        )
    }
}

#[derive(Clone, Copy, Debug)]
enum Kind<'a> {
    Text {
        kind: &'a str,
        value: &'a str,
    },
    Area {
        value: &'a str,
    },
    Select {
        choices: &'a [Choice],
        value: &'a str,
    },
    Boxes {
        choices: &'a [Choice],
        values: &'a [String],
    },
    Check {
        checked: bool,
    },
    Secret {
        is_set: bool,
        set: &'a str,
        missing: &'a str,
        keep: &'a str,
    },
}

/// One field: label above, help under, the error in words.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "shared/field.html")]
pub struct Field<'a> {
    kind: Kind<'a>,
    name: &'a str,
    label: &'a str,
    help: &'a str,
    optional: &'a str,
    wrong: Option<&'a str>,
    required: bool,
    mono: bool,
    autofocus: bool,
    hint: &'a str,
    autocomplete: &'a str,
    inputmode: &'a str,
    max: u32,
}

impl<'a> Field<'a> {
    /// Explains what to write.
    pub const fn help(mut self, help: &'a str) -> Self {
        self.help = help;
        self
    }

    /// Says that it may stay empty, with the word for that.
    pub const fn optional(mut self, word: &'a str) -> Self {
        self.optional = word;
        self
    }

    /// Must be filled in.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// An identifier: monospaced.
    pub const fn mono(mut self) -> Self {
        self.mono = true;
        self
    }

    /// The cursor starts here.
    pub const fn first(mut self) -> Self {
        self.autofocus = true;
        self
    }

    /// An example, shown while empty.
    pub const fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// What the browser may fill in.
    pub const fn autocomplete(mut self, what: &'a str) -> Self {
        self.autocomplete = what;
        self
    }

    /// Digits: phones show their number pad.
    pub const fn digits(mut self) -> Self {
        self.inputmode = "numeric";
        self
    }

    /// An amount or a decimal.
    pub const fn decimal(mut self) -> Self {
        self.inputmode = "decimal";
        self
    }

    /// At most so many characters.
    pub const fn max(mut self, characters: u32) -> Self {
        self.max = characters;
        self
    }
}

impl HtmlSafe for Field<'_> {}
