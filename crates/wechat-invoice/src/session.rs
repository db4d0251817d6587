use bytes::Bytes;
use reqwest::Method;
use secrecy::ExposeSecret;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::account::Account;
use crate::answer::{self, Members, without};
use crate::error::Error;
use crate::http::{Body, Spec};
use crate::token::{CredentialKind, TokenKeeper};

/// An account and its keeper: what every client consists of.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    keeper: TokenKeeper,
    account: Account,
}

/// The two characters that "get" actions want.
#[derive(Serialize)]
pub(crate) struct NoMembers {}

impl Session {
    pub(crate) fn new(keeper: &TokenKeeper, account: Account) -> Session {
        Session {
            keeper: keeper.clone(),
            account,
        }
    }

    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    pub(crate) fn keeper(&self) -> &TokenKeeper {
        &self.keeper
    }

    pub(crate) fn now(&self) -> i64 {
        self.keeper.now()
    }

    /// As [`Session::post`], for bodies that carry the ticket. One that WeChat finds stale is fetched again once.
    pub(crate) async fn post_with_ticket<A: DeserializeOwned>(
        &self,
        spec: &Spec,
        body_with: impl Fn(&str) -> Result<Body, Error>,
    ) -> Result<A, Error> {
        let mut ticket = self.keeper.card_ticket(&self.account).await?;
        for last in [false, true] {
            let body = body_with(ticket.expose_secret())?;
            let sent = self
                .keeper
                .call(&self.account, spec, Method::POST, &[], &body)
                .await;
            match sent {
                Ok(members) => return answer::typed(spec, members),
                Err(error) if !last && is_about_the_ticket(&error) => {
                    let kind = CredentialKind::CardTicket;
                    let other = self.keeper.renew(&self.account, kind, &ticket).await;
                    ticket = other.map_err(|_| without(error, ticket.expose_secret()))?;
                }
                Err(error) => return Err(without(error, ticket.expose_secret())),
            }
        }
        unreachable!("the second round always returns")
    }

    pub(crate) async fn post<A: DeserializeOwned>(
        &self,
        spec: &Spec,
        query: &[(&str, &str)],
        body: &impl Serialize,
    ) -> Result<A, Error> {
        let body = json(spec, body)?;
        let members = self
            .keeper
            .call(&self.account, spec, Method::POST, query, &body)
            .await?;
        answer::typed(spec, members)
    }

    /// As [`Session::post`], for calls whose answer is the envelope alone.
    pub(crate) async fn act(
        &self,
        spec: &Spec,
        query: &[(&str, &str)],
        body: &impl Serialize,
    ) -> Result<(), Error> {
        let body = json(spec, body)?;
        self.keeper
            .call(&self.account, spec, Method::POST, query, &body)
            .await?;
        Ok(())
    }

    pub(crate) async fn get<A: DeserializeOwned>(
        &self,
        spec: &Spec,
        query: &[(&str, &str)],
    ) -> Result<A, Error> {
        let (keeper, account) = (&self.keeper, &self.account);
        let members = keeper
            .call(account, spec, Method::GET, query, &Body::None)
            .await?;
        answer::typed(spec, members)
    }

    pub(crate) async fn upload<A: DeserializeOwned>(
        &self,
        spec: &Spec,
        query: &[(&str, &str)],
        file: Body,
    ) -> Result<A, Error> {
        let members = self
            .keeper
            .call(&self.account, spec, Method::POST, query, &file)
            .await?;
        answer::typed(spec, members)
    }

    /// A call that carries its credentials in the body or the query, and no token.
    pub(crate) async fn post_without_token(
        &self,
        spec: &Spec,
        query: &[(&str, &str)],
        body: &impl Serialize,
        blot: &[&str],
    ) -> Result<Members, Error> {
        let body = json(spec, body)?;
        let raw = self
            .keeper
            .transport()
            .send(None, spec, Method::POST, query, &body)
            .await?;
        answer::members(spec, &raw, blot)
    }
}

/// WeChat has no code of its own for a stale ticket: a parameter error that names it.
fn is_about_the_ticket(error: &Error) -> bool {
    matches!(error, Error::Refused { errcode: 72031 | 40097, errmsg, .. }
        if errmsg.to_ascii_lowercase().contains("ticket"))
}

/// Raw UTF-8: WeChat refuses `\u` escapes (40033) or counts them as characters (45021).
pub(crate) fn json(spec: &Spec, body: &impl Serialize) -> Result<Body, Error> {
    let bytes = serde_json::to_vec(body)
        .map_err(|error| Error::invalid(spec.name(), "body", error.to_string()))?;
    Ok(Body::Json(Bytes::from(bytes)))
}
