//! The cookies of the back-office: session, the door before it, a message, the chosen store.

use crate::app::App;
use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// What a cookie is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Jar {
    /// The signed-in session.
    Session,
    /// The form token before signing in.
    Door,
    /// A message shown once.
    Flash,
    /// The store chosen to look at.
    Store,
    /// Who signs in here, sealed: known when the session has ended.
    Who,
}

impl Jar {
    /// Its name. Over https no other host or path can set it.
    const fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Jar::Session, true) => "__Host-fapiao",
            (Jar::Session, false) => "fapiao_session",
            (Jar::Door, true) => "__Host-fapiao-door",
            (Jar::Door, false) => "fapiao_door",
            (Jar::Flash, true) => "__Host-fapiao-flash",
            (Jar::Flash, false) => "fapiao_flash",
            (Jar::Store, true) => "__Host-fapiao-store",
            (Jar::Store, false) => "fapiao_store",
            (Jar::Who, true) => "__Host-fapiao-who",
            (Jar::Who, false) => "fapiao_who",
        }
    }

    /// How long a browser keeps it; `None` until it is closed.
    const fn life(self) -> Option<Duration> {
        match self {
            Jar::Session | Jar::Door | Jar::Who => None,
            Jar::Flash => Some(Duration::seconds(60)),
            Jar::Store => Some(Duration::days(90)),
        }
    }

    /// Its value in a request.
    pub(super) fn read(self, app: &App, request: &HttpRequest) -> Option<String> {
        let cookie = request.cookie(self.name(is_secure(app)))?;
        Some(cookie.value().to_owned()).filter(|it| !it.is_empty())
    }

    /// A cookie to be set.
    pub(super) fn holding(self, app: &App, value: String) -> Cookie<'static> {
        let secure = is_secure(app);
        let mut cookie = Cookie::build(self.name(secure), value)
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(secure)
            .finish();
        cookie.set_max_age(self.life());
        cookie
    }

    /// A cookie that takes it away.
    pub(super) fn emptied(self, app: &App) -> Cookie<'static> {
        let mut cookie = self.holding(app, String::new());
        cookie.make_removal();
        cookie
    }
}

fn is_secure(app: &App) -> bool {
    app.ports.public_base.starts_with("https://")
}

/// 256 random bits as hex: cookies, tokens, keys.
pub(super) fn random_text() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}

/// Texts of any language travel in cookies as base64.
pub(super) fn wrap(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// Reads what [`wrap`] wrote.
pub(super) fn unwrap(text: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secure_cookies_are_bound_to_their_host() {
        for jar in [Jar::Session, Jar::Door, Jar::Flash, Jar::Store, Jar::Who] {
            assert!(jar.name(true).starts_with("__Host-"));
            assert!(!jar.name(false).starts_with("__"));
        }
    }

    #[test]
    fn random_texts_are_long_and_differ() {
        let (one, other) = (random_text(), random_text());
        assert_eq!(one.len(), 64);
        assert_ne!(one, other);
        assert_eq!(unwrap(&wrap("发票 1")).as_deref(), Some("发票 1"));
        assert_eq!(unwrap("%%%"), None);
    }
}
