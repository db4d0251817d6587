use wechat_invoice::{CredentialKind, ExposeSecret};

use super::fixture::call;
use crate::harness::{NOW, account};

#[tokio::test]
async fn access_token() {
    let call = call("access_token").await;
    let keeper = call.server.keeper();
    for _ in 0..3 {
        let token = keeper.access_token(&account()).await.unwrap();
        assert_eq!(token.expose_secret(), "91_stableDemoToken");
    }
    call.took_place(); // Once: it is kept.
}

#[tokio::test]
async fn renew() {
    let call = call("renew").await;
    let keeper = call.server.keeper();
    let kind = CredentialKind::AccessToken;
    let token = keeper.renew(&account(), kind, &"91_refused".into()).await;
    assert_eq!(token.unwrap().expose_secret(), "92_forced");
    call.took_place();
}

#[tokio::test]
async fn card_ticket() {
    let call = call("card_ticket").await;
    let ticket = call.server.keeper().card_ticket(&account()).await.unwrap();
    assert_eq!(ticket.expose_secret(), "ticket_demo_AbC123");
    call.took_place();
}

#[tokio::test]
async fn classic_access_token() {
    let call = call("classic_access_token").await;
    let token = call
        .server
        .keeper()
        .classic_access_token(&account())
        .await
        .unwrap();
    assert_eq!(token.value.expose_secret(), "88_demoTokenDemoTokenDemo");
    assert_eq!(token.expires_at, NOW + 7200);
    call.took_place();
}
