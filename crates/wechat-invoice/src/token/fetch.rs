//! The two calls that give out credentials.

use bytes::Bytes;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::keeper::TokenKeeper;
use super::{CredentialKind, NewToken};
use crate::account::Account;
use crate::answer::{self, Members, required, typed};
use crate::error::Error;
use crate::flex;
use crate::http::{Body, Spec};

const STABLE_TOKEN: Spec = Spec::credential("/cgi-bin/stable_token", &["access_token"]);
const CLASSIC_TOKEN: Spec = Spec::credential("/cgi-bin/token", &["access_token"]);
const GET_TICKET: Spec = Spec::credential("/cgi-bin/ticket/getticket", &["ticket"]);

/// WeChat promises at most this; a longer promise is not believed.
const LIFE_SECS_MAX: i64 = 7200;

/// How the stable token is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The current token, or a new one if it is about to end. Harmless at any rate.
    Normal,
    /// A new token at once, the current one dies. Twenty a day.
    Forced,
}

#[derive(Serialize)]
struct StableTokenRequest<'a> {
    grant_type: &'static str,
    appid: &'a str,
    secret: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    force_refresh: Option<bool>,
}

#[derive(Deserialize)]
struct CredentialAnswer {
    #[serde(default, deserialize_with = "flex::text", alias = "ticket")]
    access_token: Option<String>,
    #[serde(default, deserialize_with = "flex::int")]
    expires_in: Option<i64>,
}

impl TokenKeeper {
    pub(super) async fn fetch(
        &self,
        account: &Account,
        kind: CredentialKind,
        mode: Mode,
    ) -> Result<NewToken, Error> {
        match kind {
            CredentialKind::AccessToken => self.fetch_token(account, mode).await,
            // Boxed: a ticket call needs a token, and the compiler a finite type.
            CredentialKind::CardTicket => Box::pin(self.fetch_ticket(account)).await,
        }
    }

    /// A token of the classic family (`GET /cgi-bin/token`), for tools that need one of their own.
    ///
    /// **Each call ends the classic token of before** within five minutes; the stable tokens that
    /// [`access_token`](TokenKeeper::access_token) gives out are another family and live on. The
    /// secret travels in the query, as the interface wants it.
    ///
    /// Caller: tools.
    ///
    /// # Errors
    /// As [`access_token`](TokenKeeper::access_token).
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/en/Basic_Information/Get_access_token.html>
    pub async fn classic_access_token(&self, account: &Account) -> Result<NewToken, Error> {
        let secret = account.secret().expose_secret();
        let query = [
            ("grant_type", "client_credential"),
            ("appid", account.app_id()),
            ("secret", secret),
        ];
        let raw = self
            .transport()
            .send(None, &CLASSIC_TOKEN, Method::GET, &query, &Body::None)
            .await?;
        let members = answer::members(&CLASSIC_TOKEN, &raw, &[secret])?;
        self.credential(&CLASSIC_TOKEN, "access_token", members)
    }

    /// Asks WeChat in normal mode, past store and back-off, and keeps nothing.
    pub(crate) async fn check_credential(&self, account: &Account) -> Result<(), Error> {
        self.fetch_token(account, Mode::Normal).await.map(|_| ())
    }

    async fn fetch_token(&self, account: &Account, mode: Mode) -> Result<NewToken, Error> {
        let secret = account.secret().expose_secret();
        let request = StableTokenRequest {
            grant_type: "client_credential",
            appid: account.app_id(),
            secret,
            force_refresh: (mode == Mode::Forced).then_some(true),
        };
        let json = serde_json::to_vec(&request).expect("three strings and a switch are JSON");
        let body = Body::Json(Bytes::from(json));
        let raw = self
            .transport()
            .send(None, &STABLE_TOKEN, Method::POST, &[], &body)
            .await?;
        let members = answer::members(&STABLE_TOKEN, &raw, &[secret])?;
        self.credential(&STABLE_TOKEN, "access_token", members)
    }

    async fn fetch_ticket(&self, account: &Account) -> Result<NewToken, Error> {
        let query = [("type", "wx_card")];
        let members = self
            .call(account, &GET_TICKET, Method::GET, &query, &Body::None)
            .await?;
        self.credential(&GET_TICKET, "ticket", members)
    }

    fn credential(&self, spec: &Spec, name: &str, members: Members) -> Result<NewToken, Error> {
        let answer: CredentialAnswer = typed(spec, members)?;
        let value = required(
            spec,
            name,
            answer.access_token.filter(|text| !text.is_empty()),
        )?;
        let life = required(
            spec,
            "expires_in",
            answer.expires_in.filter(|secs| 0 < *secs),
        )?;
        let expires_at = self.now() + life.min(LIFE_SECS_MAX);
        Ok(NewToken {
            value: SecretString::from(value),
            expires_at,
        })
    }
}
