//! The door.

use super::shell::Bare;
use askama::Template;

/// `/admin/sign-in`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/sign_in.html")]
pub struct SignInPage {
    /// The frame.
    pub bare: Bare,
    /// What was typed as the name.
    pub login: String,
    /// Where to go on to; a path of ours.
    pub next: String,
    /// A form that was not taken because the session had ended, sealed; may be empty.
    pub kept: String,
    /// Why it failed: one sentence, the same for a wrong name and a wrong password.
    pub wrong: Option<String>,
    /// The token of the not yet signed-in session.
    pub csrf: String,
}
