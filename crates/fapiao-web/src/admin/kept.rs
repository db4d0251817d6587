//! What somebody typed is not lost when their session ended meanwhile: sealed into the sign-in page, and offered to the same
//! person afterwards. Nothing is sent by itself, and no secret is kept.

use super::{
    cookies::Jar,
    failure::{Failure, Kept},
    forms::form_of,
    frame::Frame,
    origin,
};
use crate::{
    app::App,
    edge,
    pages::kept::{KeptPage, KeptValue},
    preferences::is_own_path,
};
use actix_web::{
    HttpRequest, HttpResponse,
    dev::Payload,
    http::{StatusCode, header},
};
use fapiao_domain::ids::{Id, StaffId};
use fapiao_usecases::{errors::StoreError, records::SealedText};
use serde::{Deserialize, Serialize};

/// Longest form that is kept.
const FORM_BYTES: usize = 32 * 1024;
/// Longest sealed form: what comes back with the sign-in.
pub(super) const SEALED_BYTES: usize = 192 * 1024;
/// Minutes after which nobody is offered it any more.
const MINUTES: i64 = 60;
/// What seals it.
const FORM: &str = "admin.kept_form";
/// What seals whose browser it is.
const WHO: &str = "admin.who";

/// A form as it was typed.
#[derive(Serialize, Deserialize)]
struct KeptForm {
    /// Whose.
    staff: String,
    /// Where it was to go.
    path: String,
    /// The page it stood on.
    page: String,
    /// When, in Unix seconds.
    at: i64,
    /// Its members, in order.
    members: Vec<(String, String)>,
    /// Members that had a secret, which is typed again.
    secrets: Vec<String>,
}

/// Members whose values are secrets, by their names: passwords and keys, the texts of private keys, and the numbers of
/// people's papers.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let parts = ["password", "secret", "token", "document_number"];
    let names = ["old", "new", "again", "pem", "push_key", "api_key"];
    parts.iter().any(|it| name.contains(it)) || names.contains(&name.as_str())
}

/// What a browser remembers of who signs in here: sealed, so that nobody else writes it.
pub(super) fn who(app: &App, staff: &StaffId) -> String {
    app.ports.sealer.seal(WHO, staff.as_str()).0
}

fn who_was(app: &App, request: &HttpRequest) -> Option<StaffId> {
    let sealed = SealedText(Jar::Who.read(app, request)?);
    StaffId::parse(&app.ports.sealer.open(WHO, &sealed)?).ok()
}

/// The failure of a form that nobody is signed in for, with the form in it.
pub(super) async fn sign_in_with(
    app: &App,
    request: &HttpRequest,
    payload: &mut Payload,
) -> Failure {
    // Whoever wanted to leave has left.
    if request.path().starts_with("/admin/sign-") {
        return Failure::SignIn {
            next: String::new(),
            kept: Kept::Nothing,
        };
    }
    let next = page_before(request);
    let kept = match keep(app, request, payload, &next).await {
        Some(sealed) => Kept::Sealed(sealed),
        None => Kept::Lost,
    };
    Failure::SignIn { next, kept }
}

/// The failure of a form with a file, which is not kept.
pub(super) fn sign_in_without(request: &HttpRequest) -> Failure {
    Failure::SignIn {
        next: page_before(request),
        kept: Kept::Lost,
    }
}

async fn keep(
    app: &App,
    request: &HttpRequest,
    payload: &mut Payload,
    page: &str,
) -> Option<String> {
    let staff = who_was(app, request)?;
    let form = form_of(request, payload, &app.ports.public_base, FORM_BYTES).await;
    let form = form.ok()?;
    let mut kept = KeptForm {
        staff: staff.to_string(),
        path: request.path().to_owned(),
        page: page.to_owned(),
        at: app.ports.clock.now().timestamp(),
        members: Vec::new(),
        secrets: Vec::new(),
    };
    for (name, value) in form.pairs().filter(|(name, _)| *name != "csrf") {
        if !is_secret(name) {
            kept.members.push((name.to_owned(), value.to_owned()));
        } else if !value.is_empty() {
            kept.secrets.push(name.to_owned());
        }
    }
    let text = serde_json::to_string(&kept).ok()?;
    let sealed = app.ports.sealer.seal(FORM, &text).0;
    (sealed.len() <= SEALED_BYTES).then_some(sealed)
}

/// The page that a form stood on, as the browser tells it.
fn page_before(request: &HttpRequest) -> String {
    let told = request.headers().get(header::REFERER);
    let told = told.and_then(|it| url::Url::parse(it.to_str().ok()?).ok());
    let path = told
        .filter(|_| origin::is_ours(request.headers(), ""))
        .map(|it| {
            let query = it.query().map(|it| format!("?{it}")).unwrap_or_default();
            format!("{}{query}", it.path())
        });
    path.filter(|it| it.starts_with("/admin") && is_own_path(it))
        .unwrap_or_default()
}

/// What came back with a sign-in.
pub(super) enum Offer {
    /// Nothing was kept.
    Nothing,
    /// It is another person's, or too old.
    Gone,
    /// The page that offers it.
    Page(HttpResponse),
}

/// Offers a kept form to whoever signed in just now, if it is theirs.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn offer(frame: &Frame, sealed: &str) -> Result<Offer, StoreError> {
    if sealed.is_empty() {
        return Ok(Offer::Nothing);
    }
    let sealer = &frame.ports().sealer;
    let text = sealer.open(FORM, &SealedText(sealed.to_owned()));
    let kept = text.and_then(|it| serde_json::from_str::<KeptForm>(&it).ok());
    let age = |it: &KeptForm| frame.now().timestamp() - it.at;
    let theirs = |it: &KeptForm| it.staff == frame.staff.id.as_str() && age(it) < MINUTES * 60;
    let Some(kept) = kept.filter(theirs) else {
        return Ok(Offer::Gone);
    };
    let shell = frame.shell(None).await?;
    let page = KeptPage {
        page: if kept.page.is_empty() {
            "/admin".to_owned()
        } else {
            kept.page
        },
        action: kept.path,
        values: kept
            .members
            .into_iter()
            .map(|(name, value)| KeptValue { name, value })
            .collect(),
        secrets: kept.secrets,
        shell,
    };
    Ok(Offer::Page(edge::page(StatusCode::OK, &page)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_names() {
        for name in [
            "password",
            "secret",
            "push_token",
            "push_key",
            "API_KEY",
            "old",
            "new",
            "again",
            "pem",
            "document_number",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "key_id",
            "name",
            "amount",
            "lines-0-name",
            "reason",
            "version",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
