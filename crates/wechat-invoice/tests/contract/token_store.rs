//! What is stored and what is not, and stores that fail.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use wechat_invoice::{
    Account, Advice, CredentialKind, Error, ExposeSecret, MemoryTokenStore, NewToken, RenewalCause,
    StoreError, StoredToken, TokenStore,
};

use crate::harness::{APP_ID, Clock, NOW, SECRET, Server, account};
use crate::token::{Nodes, TOKEN};

#[tokio::test]
async fn credentials_of_wrong_shape_are_not_stored() {
    let bodies = [
        r#"{"expires_in":7200}"#,
        r#"{"access_token":"","expires_in":7200}"#,
        r#"{"access_token":"a"}"#,
        r#"{"access_token":"a","expires_in":0}"#,
    ];
    for body in bodies {
        let nodes = Nodes::start().await;
        nodes.server.json(TOKEN, body);
        let error = nodes.node().access_token(&account()).await.unwrap_err();
        assert!(
            matches!(error, Error::Undecodable { .. }),
            "{body}: {error:?}"
        );
        assert!(
            nodes
                .store
                .load(APP_ID, CredentialKind::AccessToken)
                .await
                .unwrap()
                .is_none()
        );
    }
}

/// A store whose database is away.
struct Broken(AtomicU32);

#[async_trait::async_trait]
impl TokenStore for Broken {
    async fn load(&self, _: &str, _: CredentialKind) -> Result<Option<StoredToken>, StoreError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Err("the database is away".into())
    }
    async fn try_lease(
        &self,
        _: &str,
        _: CredentialKind,
        _: &str,
        _: u32,
    ) -> Result<bool, StoreError> {
        Ok(true)
    }
    async fn compare_and_swap(
        &self,
        _: &str,
        _: CredentialKind,
        _: i64,
        _: &NewToken,
        _: RenewalCause,
    ) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn release(&self, _: &str, _: CredentialKind, _: &str) -> Result<(), StoreError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_broken_store_is_named_and_wechat_left_alone() {
    let server = Server::start().await;
    let store = Arc::new(Broken(AtomicU32::new(0)));
    let keeper = server.keeper_on(store.clone(), &Clock::default());
    let error = keeper.access_token(&account()).await.unwrap_err();
    assert!(matches!(error, Error::Store { .. }), "{error:?}");
    assert!(error.to_string().contains("the database is away"));
    assert!(matches!(error.advice(), Advice::Retryable { .. }));
    assert_eq!(
        (store.0.load(Ordering::SeqCst), server.recorded(TOKEN).len()),
        (1, 0)
    );
}

#[tokio::test]
async fn the_classic_token_is_fetched_apart() {
    let server = Server::start().await;
    let path = "/cgi-bin/token";
    server.json(path, r#"{"access_token":"classic","expires_in":7200}"#);
    server.json(
        path,
        &format!(r#"{{"errcode":40001,"errmsg":"{SECRET} is wrong"}}"#),
    );
    let keeper = server.keeper();
    let token = keeper.classic_access_token(&account()).await.unwrap();
    assert_eq!(
        (token.value.expose_secret(), token.expires_at),
        ("classic", NOW + 7200)
    );
    let request = &server.recorded(path)[0];
    assert_eq!((request.method.as_str(), request.body.len()), ("GET", 0));
    let names = ["grant_type", "appid", "secret"].map(|name| request.param(name).unwrap());
    assert_eq!(names, ["client_credential", APP_ID, SECRET]);
    let error = keeper.classic_access_token(&account()).await.unwrap_err();
    assert_eq!(
        error.advice(),
        Advice::NeedsPerson,
        "40001 is a wrong secret here"
    );
    assert!(!error.to_string().contains(SECRET));
    assert!(
        server.recorded(TOKEN).is_empty(),
        "the stable family is left alone"
    );
}

/// A store that keeps what it was told about failures and causes.
struct Told(MemoryTokenStore, Mutex<Vec<String>>);

#[async_trait::async_trait]
impl TokenStore for Told {
    async fn load(
        &self,
        id: &str,
        kind: CredentialKind,
    ) -> Result<Option<StoredToken>, StoreError> {
        self.0.load(id, kind).await
    }
    async fn try_lease(
        &self,
        id: &str,
        kind: CredentialKind,
        holder: &str,
        secs: u32,
    ) -> Result<bool, StoreError> {
        self.0.try_lease(id, kind, holder, secs).await
    }
    async fn compare_and_swap(
        &self,
        id: &str,
        kind: CredentialKind,
        generation: i64,
        new: &NewToken,
        cause: RenewalCause,
    ) -> Result<bool, StoreError> {
        self.1.lock().unwrap().push(cause.as_str().to_owned());
        self.0
            .compare_and_swap(id, kind, generation, new, cause)
            .await
    }
    async fn release(
        &self,
        id: &str,
        kind: CredentialKind,
        holder: &str,
    ) -> Result<(), StoreError> {
        self.0.release(id, kind, holder).await
    }
    async fn note_failure(&self, id: &str, kind: CredentialKind, error: &Error) {
        let line = format!("{id} {} {:?}", kind.as_str(), error.errcode());
        self.1.lock().unwrap().push(line);
    }
}

#[tokio::test]
async fn a_store_is_told_why_there_is_no_credential_and_why_another() {
    let server = Server::start().await;
    server.json(TOKEN, r#"{"errcode":40164,"errmsg":"invalid ip"}"#);
    server.json(TOKEN, r#"{"access_token":"a","expires_in":7200}"#);
    let told = Arc::new(Told(MemoryTokenStore::new(), Mutex::default()));
    let clock = Clock::default();
    let keeper = server.keeper_on(told.clone(), &clock);
    keeper.access_token(&account()).await.unwrap_err();
    keeper.access_token(&account()).await.unwrap_err(); // Backing off: WeChat is not asked, nothing is told.
    clock.pass(600);
    let first = keeper.access_token(&account()).await.unwrap();
    // Refused by WeChat, which gives another one when asked (the old answer goes to another account); refused again, and
    // only a forced one differs.
    server.json(TOKEN, r#"{"access_token":"b","expires_in":7200}"#);
    let other = Account::new("wx2", SECRET.into());
    keeper.access_token(&other).await.unwrap();
    let kind = CredentialKind::AccessToken;
    let second = keeper.renew(&account(), kind, &first).await.unwrap();
    clock.pass(600);
    server.json(TOKEN, r#"{"access_token":"c","expires_in":7200}"#);
    keeper.renew(&account(), kind, &second).await.unwrap();
    clock.pass(7200);
    keeper.access_token(&account()).await.unwrap();
    let failure = format!("{APP_ID} access_token Some(40164)");
    let expected = [
        failure.as_str(),
        "first",
        "first",
        "refused",
        "forced",
        "ending",
    ];
    assert_eq!(*told.1.lock().unwrap(), expected);
}
