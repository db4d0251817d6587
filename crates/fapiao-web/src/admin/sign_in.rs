//! The door: `/admin/sign-in` and `/admin/sign-out`.

use super::{
    Answer,
    cookies::{Jar, random_text, wrap},
    desk::{Anyone, Signed},
    failure::Failure,
    forms::{Sent, form_of},
    frame::{Frame, add, go},
    kept::{self, Offer},
    origin,
};
use crate::{
    api::body::shared,
    app::App,
    edge::{self, Context},
    i18n::fill1,
    pages::{parts::Tone, sign_in::SignInPage},
    preferences::is_own_path,
    security::language,
};
use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite},
    dev::Payload,
    http::{StatusCode, header},
    web,
};
use fapiao_usecases::backoffice::sign_in::{
    Attempt, LOCK_MINUTES, SessionSecrets, SignInError, session_of, sign_in, sign_out,
};

/// A form with two short fields, and what was kept of another; its signs may be written with three each.
const FORM_BYTES: usize = 16 * 1024 + 2 * kept::SEALED_BYTES;
/// Seconds after which a crowd at the door has passed.
const BUSY_SECS: u32 = 3;

/// `GET /admin/sign-in`.
pub(super) async fn show(app: web::Data<App>, request: HttpRequest) -> Answer {
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let next = query
        .filter(|(name, _)| name == "next")
        .map(|(_, value)| value.into_owned())
        .last()
        .unwrap_or_default();
    if let Some(token) = Jar::Session.read(&app, &request)
        && session_of(&app.ports, &token, app.settings.session_idle_hours)
            .await?
            .is_some()
    {
        return Ok(go(way_on(&next)));
    }
    let after = After {
        next: &next,
        kept: "",
    };
    Ok(door(&app, &request, StatusCode::OK, "", after, None))
}

/// The door in place of a page that somebody sent a form to after their session ended; `kept` is the form, sealed, empty
/// where it could not be kept.
pub(super) fn door_after(app: &App, request: &HttpRequest, next: &str, kept: &str) -> HttpResponse {
    let t = edge::bare(app, request).t;
    let why = if kept.is_empty() {
        t.kept.lost
    } else {
        t.kept.at_the_door
    };
    let status = StatusCode::UNAUTHORIZED;
    let after = After { next, kept };
    door(app, request, status, "", after, Some(why.to_owned()))
}

/// `POST /admin/sign-in`.
pub(super) async fn enter(request: HttpRequest, payload: web::Payload) -> Answer {
    let app = shared(&request)?;
    let mut payload: Payload = payload.into_inner();
    let form = form_of(&request, &mut payload, &app.ports.public_base, FORM_BYTES).await?;
    let (login, next) = (form.get("login"), form.get("next"));
    let kept = form.get("kept");
    let t = edge::bare(&app, &request).t;
    let again = |status, why: String| {
        let after = After { next, kept };
        door(&app, &request, status, login, after, Some(why))
    };
    let at_door = Jar::Door.read(&app, &request).unwrap_or_default();
    if !origin::same_token(form.get("csrf"), &at_door) {
        return Ok(again(StatusCode::FORBIDDEN, t.sign_in.ended.to_owned()));
    }
    let address = Context::of(&request).client.to_string();
    let attempt = Attempt {
        login,
        password: form.get("password"),
        address: &address,
    };
    let secrets = SessionSecrets {
        token: random_text(),
        csrf: random_text(),
    };
    let staff = match sign_in(&app.ports, &attempt, &secrets).await {
        Ok(staff) => staff,
        Err(SignInError::Wrong) => {
            let why = t.sign_in.wrong.to_owned();
            return Ok(again(StatusCode::UNPROCESSABLE_ENTITY, why));
        }
        Err(SignInError::Locked) => {
            let why = fill1(t.sign_in.too_many, LOCK_MINUTES);
            let answer = again(StatusCode::TOO_MANY_REQUESTS, why);
            return Ok(waiting(answer, LOCK_MINUTES * 60));
        }
        Err(SignInError::Busy) => {
            let answer = again(StatusCode::TOO_MANY_REQUESTS, t.told.busy.to_owned());
            return Ok(waiting(answer, BUSY_SECS));
        }
        Err(SignInError::Store(error)) => return Err(error.into()),
    };
    // A session from before ends: nobody can have been handed this one.
    if let Some(before) = Jar::Session.read(&app, &request)
        && let Some((before, _)) =
            session_of(&app.ports, &before, app.settings.session_idle_hours).await?
    {
        app.ports.store.close_session(&before.id_hash).await?;
    }
    let mut answer = match offered(&app, &request, &secrets.token, kept).await? {
        Offer::Nothing => go(way_on(next)),
        Offer::Gone => {
            let mut answer = go(way_on(next));
            let told = format!("{}|{}", Tone::Warn.class(), t.kept.gone);
            add(&mut answer, &Jar::Flash.holding(&app, wrap(&told)));
            answer
        }
        Offer::Page(page) => page,
    };
    add(&mut answer, &Jar::Session.holding(&app, secrets.token));
    add(&mut answer, &Jar::Door.emptied(&app));
    add(
        &mut answer,
        &Jar::Who.holding(&app, kept::who(&app, &staff.id)),
    );
    if let Some(lang) = crate::i18n::Lang::parse(&staff.language) {
        // Pages outside the back-office follow the person's language, too.
        add(&mut answer, &language_cookie(&app, lang));
    }
    Ok(answer)
}

/// What was kept for whoever signed in under this token.
async fn offered(
    app: &web::Data<App>,
    request: &HttpRequest,
    token: &str,
    kept: &str,
) -> Result<Offer, Failure> {
    if kept.is_empty() {
        return Ok(Offer::Nothing);
    }
    let opened = session_of(&app.ports, token, app.settings.session_idle_hours).await?;
    let Some((session, staff)) = opened else {
        return Ok(Offer::Gone);
    };
    let frame = Frame::new(app.clone(), request, session, staff);
    Ok(kept::offer(&frame, kept).await?)
}

/// `POST /admin/sign-out`.
pub(super) async fn leave(sent: Sent<Anyone>) -> Answer {
    let frame: Signed = sent.desk;
    sign_out(frame.ports(), &frame.session).await?;
    let mut answer = go("/admin/sign-in");
    for jar in [Jar::Session, Jar::Flash, Jar::Store, Jar::Who] {
        add(&mut answer, &jar.emptied(&frame.app));
    }
    Ok(answer)
}

/// The cookie that pages for nobody in particular go by.
pub(super) fn language_cookie(app: &App, lang: crate::i18n::Lang) -> Cookie<'static> {
    Cookie::build(language::LANGUAGE_COOKIE, lang.tag())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.ports.public_base.starts_with("https://"))
        .max_age(actix_web::cookie::time::Duration::days(365))
        .finish()
}

/// Only to a page of the back-office.
fn way_on(next: &str) -> &str {
    let is_inside = next == "/admin" || next.starts_with("/admin/") || next.starts_with("/admin?");
    if is_inside && is_own_path(next) && !next.starts_with("/admin/sign-") {
        next
    } else {
        "/admin"
    }
}

/// What follows a sign-in.
#[derive(Clone, Copy)]
struct After<'a> {
    /// Where to go on to.
    next: &'a str,
    /// A form that was not taken, sealed; empty without one.
    kept: &'a str,
}

fn door(
    app: &App,
    request: &HttpRequest,
    status: StatusCode,
    login: &str,
    after: After<'_>,
    wrong: Option<String>,
) -> HttpResponse {
    let kept = Jar::Door
        .read(app, request)
        .filter(|it| it.len() == 64 && it.bytes().all(|it| it.is_ascii_hexdigit()));
    let csrf = kept.unwrap_or_else(random_text);
    let page = SignInPage {
        bare: edge::bare(app, request),
        login: login.chars().take(64).collect(),
        next: way_on(after.next).to_owned(),
        kept: after.kept.to_owned(),
        wrong,
        csrf: csrf.clone(),
    };
    let mut answer = edge::page(status, &page);
    add(&mut answer, &Jar::Door.holding(app, csrf));
    answer
}

fn waiting(mut answer: HttpResponse, secs: u32) -> HttpResponse {
    answer
        .headers_mut()
        .insert(header::RETRY_AFTER, secs.into());
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_on_stays_inside() {
        for inside in ["/admin", "/admin/orders?state=open", "/admin/orders/ord_1"] {
            assert_eq!(way_on(inside), inside);
        }
        for other in [
            "",
            "/",
            "//evil.example/admin/",
            "/administrator",
            "https://evil.example/admin",
            "/admin/sign-out",
            "/admin/\\evil",
        ] {
            assert_eq!(way_on(other), "/admin", "{other}");
        }
    }
}
