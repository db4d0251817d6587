use bytes::Bytes;
use reqwest::Method;
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::account::Account;
use crate::answer::{self, Members};
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

    pub(crate) async fn ticket(&self) -> Result<SecretString, Error> {
        self.keeper.card_ticket(&self.account).await
    }

    pub(crate) async fn other_ticket(&self, failed: &SecretString) -> Result<SecretString, Error> {
        self.keeper
            .renew(&self.account, CredentialKind::CardTicket, failed)
            .await
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
        file: Body,
    ) -> Result<A, Error> {
        let members = self
            .keeper
            .call(&self.account, spec, Method::POST, &[], &file)
            .await?;
        answer::typed(spec, members)
    }

    /// A call that carries its credentials in the body and no token.
    pub(crate) async fn post_without_token(
        &self,
        spec: &Spec,
        body: &impl Serialize,
        blot: &[&str],
    ) -> Result<Members, Error> {
        let body = json(spec, body)?;
        let raw = self
            .keeper
            .transport()
            .send(spec, Method::POST, &[], &body)
            .await?;
        answer::members(spec, &raw, blot)
    }
}

/// Raw UTF-8: WeChat refuses `\u` escapes (40033) or counts them as characters (45021).
fn json(spec: &Spec, body: &impl Serialize) -> Result<Body, Error> {
    let bytes = serde_json::to_vec(body)
        .map_err(|error| Error::invalid(spec.name(), "body", error.to_string()))?;
    Ok(Body::Json(Bytes::from(bytes)))
}
