//! `/admin/password`: everybody changes their own.

use super::{
    Answer,
    desk::{Anyone, Signed},
    forms::{Sent, setting_errors},
};
use crate::pages::{field::Errors, shell::Section, staff::PasswordPage};
use fapiao_usecases::backoffice::own_password::{PasswordDraft, change_own_password};

/// `GET /admin/password`.
pub(super) async fn show(desk: Signed) -> Answer {
    let page = PasswordPage {
        shell: desk.shell(Section::Home).await?,
        errors: Errors::default(),
    };
    Ok(desk.page(&page))
}

/// `POST /admin/password`.
pub(super) async fn save(sent: Sent<Anyone>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let draft = PasswordDraft {
        old: form.get("old").to_owned(),
        new: form.get("new").to_owned(),
        again: form.get("again").to_owned(),
    };
    let errors = match change_own_password(desk.ports(), &desk.staff, &desk.session, &draft).await {
        Ok(()) => return Ok(desk.done("/admin", desk.t().staff.password_changed)),
        Err(error) => setting_errors(error, desk.lang(), "old")?,
    };
    let page = PasswordPage {
        shell: desk.shell(Section::Home).await?,
        errors,
    };
    Ok(desk.wrong(&page))
}
