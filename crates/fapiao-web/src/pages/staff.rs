//! People of the back-office.

use super::{
    field::Errors,
    parts::{Badge, Choice, When},
    shell::Shell,
};
use askama::Template;

/// `/admin/staff`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/staff_list.html")]
pub struct StaffListPage {
    /// The frame.
    pub shell: Shell,
    /// All of them.
    pub rows: Vec<StaffRow>,
}

/// One person.
#[derive(Clone, Debug)]
pub struct StaffRow {
    /// Their page.
    pub href: String,
    /// Name.
    pub name: String,
    /// Sign-in name.
    pub login: String,
    /// Role, in words.
    pub role: &'static str,
    /// Which store they see, in words.
    pub store: String,
    /// Active, locked, not yet signed in.
    pub state: Badge,
    /// Last seen.
    pub seen: Option<When>,
}

/// `/admin/staff/new` and `/admin/staff/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/staff_edit.html")]
pub struct StaffEditPage {
    /// The frame.
    pub shell: Shell,
    /// The address of the form.
    pub action: String,
    /// Whether it is a new one.
    pub is_new: bool,
    /// What was typed or stands.
    pub form: StaffForm,
    /// What is wrong with it.
    pub errors: Errors,
    /// Roles.
    pub roles: Vec<Choice>,
    /// Stores, the first with an empty value for all.
    pub stores: Vec<Choice>,
    /// What each role may do, for the table beside the form: role and sentence.
    pub role_notes: Vec<(String, String)>,
}

impl StaffEditPage {
    /// There is no old password to keep for somebody new.
    fn password_help(&self) -> &'static str {
        let t = &self.shell.t.staff;
        if self.is_new {
            t.password_first
        } else {
            t.password_help
        }
    }
}

/// `/admin/password`: everybody's own.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/password.html")]
pub struct PasswordPage {
    /// The frame.
    pub shell: Shell,
    /// What is wrong.
    pub errors: Errors,
}

/// A person as typed. `Debug` prints no password.
#[derive(Clone, Default)]
pub struct StaffForm {
    /// Name.
    pub name: String,
    /// Sign-in name.
    pub login: String,
    /// Where they are told of windows that close.
    pub email: String,
    /// Role, stored name.
    pub role: String,
    /// A store id; empty means all.
    pub store: String,
    /// A new password, only when typed.
    pub password: String,
    /// Whether they may sign in.
    pub active: bool,
    /// The version that was read; empty for a new person.
    pub version: String,
}

impl StaffForm {
    /// Reads the members of the sent form; unknown ones are passed over.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> StaffForm {
        let mut form = StaffForm::default();
        for (name, value) in pairs {
            match name {
                "name" => form.name = value.trim().to_owned(),
                "login" => form.login = value.trim().to_owned(),
                "email" => form.email = value.trim().to_owned(),
                "role" => form.role = value.to_owned(),
                "store" => form.store = value.to_owned(),
                "password" => form.password = value.to_owned(),
                "active" => form.active = value == "yes",
                "version" => value.clone_into(&mut form.version),
                _ => {}
            }
        }
        form
    }
}

impl std::fmt::Debug for StaffForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StaffForm")
            .field("login", &self.login)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}
