//! The switches of the top bar: language and store.

use super::{
    Answer,
    cookies::Jar,
    desk::Anyone,
    forms::Sent,
    frame::{add, go},
    sign_in::language_cookie,
};
use crate::{i18n::Lang, preferences::is_own_path};
use fapiao_domain::ids::{Id, StoreId};

/// `POST /admin/language`: kept with the person, on every device.
pub(super) async fn language(sent: Sent<Anyone>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let mut answer = go(back(form.get("back")));
    if let Some(lang) = Lang::parse(form.get("lang")) {
        let stored = match lang {
            Lang::Zh => "zh",
            Lang::En => "en",
        };
        if desk.staff.language != stored {
            // The language alone: the rest of the row may have been changed since this session was looked up.
            let store = &desk.ports().store;
            store.set_language(&desk.staff.id, stored).await?;
        }
        add(&mut answer, &language_cookie(&desk.app, lang));
    }
    Ok(answer)
}

/// `POST /admin/store`: which store this browser looks at; never more than the person may see.
pub(super) async fn store(sent: Sent<Anyone>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let mut answer = go(back(form.get("back")));
    let cookie = match StoreId::parse(form.get("store")) {
        Ok(id) if desk.ports().store.store(&id).await?.is_some() => {
            Jar::Store.holding(&desk.app, id.as_str().to_owned())
        }
        Ok(_) | Err(_) => Jar::Store.emptied(&desk.app),
    };
    add(&mut answer, &cookie);
    Ok(answer)
}

/// Back to the page, without the place in a list that no longer fits.
fn back(path: &str) -> &str {
    if is_own_path(path) && path.starts_with("/admin") {
        path
    } else {
        "/admin"
    }
}
