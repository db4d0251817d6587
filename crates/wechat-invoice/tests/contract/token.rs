use std::sync::Arc;

use serde_json::json;
use wechat_invoice::{
    Advice, CredentialKind, Error, ExposeSecret, MemoryTokenStore, MerchantClient, NewToken,
    PlatformClient, RenewalCause, TokenKeeper, TokenStore,
};

use crate::harness::{APP_ID, Clock, NOW, Reply, S_PAPPID, SECRET, Server, account};
use crate::platform::invoice;

pub(crate) const TOKEN: &str = "/cgi-bin/stable_token";
const READ: &str = "/card/invoice/getauthdata";
const NEVER: &str = r#"{"errcode":0,"errmsg":"ok","invoice_status":"never auth"}"#;

pub(crate) struct Nodes {
    pub(crate) server: Server,
    pub(crate) clock: Clock,
    pub(crate) store: Arc<MemoryTokenStore>,
}

impl Nodes {
    pub(crate) async fn start() -> Nodes {
        let clock = Clock::default();
        let store = Arc::new(MemoryTokenStore::with_clock(Arc::new(clock.clone())));
        Nodes {
            server: Server::start().await,
            clock,
            store,
        }
    }

    pub(crate) fn node(&self) -> TokenKeeper {
        self.server.keeper_on(self.store.clone(), &self.clock)
    }

    async fn plant(&self, value: &str, expires_in: i64) {
        let stored = self
            .store
            .load(APP_ID, CredentialKind::AccessToken)
            .await
            .unwrap();
        let generation = stored.map_or(0, |token| token.generation);
        let new = NewToken {
            value: value.into(),
            expires_at: NOW + expires_in,
        };
        let kind = CredentialKind::AccessToken;
        assert!(
            self.store
                .compare_and_swap(APP_ID, kind, generation, &new, RenewalCause::Ending)
                .await
                .unwrap()
        );
    }

    fn fetches(&self) -> usize {
        self.server.recorded(TOKEN).len()
    }
}

async fn token(keeper: &TokenKeeper) -> String {
    keeper
        .access_token(&account())
        .await
        .unwrap()
        .expose_secret()
        .to_owned()
}

#[tokio::test]
async fn the_stable_token_is_asked_for_in_normal_mode() {
    let nodes = Nodes::start().await;
    assert_eq!(token(&nodes.node()).await, "token-1");
    let request = nodes.server.only(TOKEN);
    assert!(request.query.is_empty(), "the secret is in the body only");
    let expected = json!({"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET});
    assert_eq!(request.json(), expected);
}

#[tokio::test]
async fn a_token_is_kept_until_about_five_minutes_before_its_end() {
    let nodes = Nodes::start().await;
    let keeper = nodes.node();
    assert_eq!(token(&keeper).await, "token-1");
    nodes.clock.pass(7200 - 301);
    assert_eq!(token(&keeper).await, "token-1");
    nodes.clock.pass(70);
    assert_eq!(token(&keeper).await, "token-2");
    let stored = nodes
        .store
        .load(APP_ID, CredentialKind::AccessToken)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (stored.generation, stored.value.expose_secret()),
        (2, "token-2")
    );
}

#[tokio::test]
async fn a_hundred_callers_of_eight_nodes_cause_one_fetch() {
    let nodes = Nodes::start().await;
    let slow = std::time::Duration::from_millis(300);
    let body = r#"{"access_token":"the-one","expires_in":7200}"#;
    nodes.server.reply(TOKEN, Reply::Slow(slow, body.into()));
    let keepers: Vec<TokenKeeper> = (0..8).map(|_| nodes.node()).collect();
    let callers: Vec<_> = (0..100)
        .map(|n| {
            let keeper = keepers[n % 8].clone();
            tokio::spawn(async move { token(&keeper).await })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), "the-one");
    }
    assert_eq!(nodes.fetches(), 1);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_the_call_repeated() {
    for errcode in [40001, 40014, 42001] {
        let nodes = Nodes::start().await;
        nodes.server.json(
            READ,
            &json!({"errcode": errcode, "errmsg": "expired"}).to_string(),
        );
        nodes.server.json(READ, NEVER);
        nodes.plant("superseded", 7200).await;
        let merchant = MerchantClient::new(&nodes.node(), account());
        merchant.get_auth_data(S_PAPPID, "1").await.unwrap();
        let sent: Vec<_> = nodes.server.recorded(READ);
        assert_eq!(sent[0].param("access_token"), Some("superseded"));
        assert_eq!(sent[1].param("access_token"), Some("token-1"));
        assert_eq!(nodes.fetches(), 1);
        assert!(
            nodes
                .server
                .only(TOKEN)
                .json()
                .get("force_refresh")
                .is_none()
        );
    }
}

#[tokio::test]
async fn a_refused_token_does_not_make_an_insert_uncertain() {
    let nodes = Nodes::start().await;
    let path = "/card/invoice/insert";
    nodes
        .server
        .json(path, r#"{"errcode":42001,"errmsg":"access_token expired"}"#);
    nodes
        .server
        .json(path, r#"{"errcode":0,"errmsg":"ok","code":"1"}"#);
    let platform = PlatformClient::new(&nodes.node(), account());
    assert_eq!(platform.insert(&invoice()).await.unwrap().code, "1");
    let sent = nodes.server.recorded(path);
    assert_eq!((sent.len(), sent[0].text()), (2, sent[1].text()));
}

#[tokio::test]
async fn the_second_refusal_is_final() {
    let nodes = Nodes::start().await;
    nodes
        .server
        .json(READ, r#"{"errcode":40001,"errmsg":"invalid credential"}"#);
    let merchant = MerchantClient::new(&nodes.node(), account());
    let error = merchant.get_auth_data(S_PAPPID, "1").await.unwrap_err();
    assert_eq!(error.errcode(), Some(40001));
    assert!(matches!(error.advice(), Advice::Retryable { .. }));
    assert_eq!(nodes.server.recorded(READ).len(), 2);
}

#[tokio::test]
async fn eight_nodes_whose_token_died_renew_it_once() {
    let nodes = Nodes::start().await;
    nodes.plant("dead", 7200).await;
    let keepers: Vec<TokenKeeper> = (0..8).map(|_| nodes.node()).collect();
    for keeper in &keepers {
        assert_eq!(token(keeper).await, "dead");
    }
    let renewals: Vec<_> = keepers
        .iter()
        .map(|keeper| {
            let keeper = keeper.clone();
            tokio::spawn(async move {
                let kind = CredentialKind::AccessToken;
                let token = keeper
                    .renew(&account(), kind, &"dead".into())
                    .await
                    .unwrap();
                token.expose_secret().to_owned()
            })
        })
        .collect();
    for renewal in renewals {
        assert_eq!(renewal.await.unwrap(), "token-1");
    }
    assert_eq!(nodes.fetches(), 1);
}

#[tokio::test]
async fn force_is_used_only_when_wechat_keeps_the_refused_one_and_once_a_minute() {
    let nodes = Nodes::start().await;
    for value in ["stuck", "forced-1", "forced-1", "forced-1", "forced-2"] {
        nodes.server.json(
            TOKEN,
            &json!({"access_token": value, "expires_in": 7200}).to_string(),
        );
    }
    nodes.plant("stuck", 7200).await;
    let keeper = nodes.node();
    let renew = async |failed: &str| {
        let kind = CredentialKind::AccessToken;
        let token = keeper.renew(&account(), kind, &failed.into()).await;
        token.map(|token| token.expose_secret().to_owned())
    };
    assert_eq!(renew("stuck").await.unwrap(), "forced-1");
    let forced = |n: usize| {
        nodes.server.recorded(TOKEN)[n]
            .json()
            .get("force_refresh")
            .is_some()
    };
    assert!(!forced(0) && forced(1));

    // The forced one is refused at once: no force within the minute.
    let error = renew("forced-1").await.unwrap_err();
    assert!(
        matches!(error, Error::CredentialPending { .. }),
        "{error:?}"
    );
    assert!(!forced(2));
    assert_eq!(nodes.fetches(), 3);

    nodes.clock.pass(61);
    assert_eq!(renew("forced-1").await.unwrap(), "forced-2");
    assert!(!forced(3) && forced(4));
}

#[tokio::test]
async fn a_dead_token_endpoint_is_not_stormed_and_the_living_token_serves_on() {
    let nodes = Nodes::start().await;
    nodes.server.reply(TOKEN, Reply::Status(503, String::new()));
    nodes.plant("living", 200).await;
    let keeper = nodes.node();
    for _ in 0..50 {
        assert_eq!(token(&keeper).await, "living");
    }
    assert_eq!(nodes.fetches(), 1, "one try, then back-off");
    nodes.clock.pass(191);
    let error = keeper.access_token(&account()).await.unwrap_err();
    assert!(matches!(error, Error::Undecodable { .. }), "{error:?}");
    for _ in 0..50 {
        keeper.access_token(&account()).await.unwrap_err();
    }
    assert_eq!(nodes.fetches(), 2);
    // Ten minutes of constant asking: the pauses grow.
    for _ in 0..600 {
        nodes.clock.pass(1);
        keeper.access_token(&account()).await.unwrap_err();
    }
    assert!(nodes.fetches() <= 12, "{} fetches", nodes.fetches());
}

#[tokio::test]
async fn a_refused_credential_backs_off_too_and_says_why() {
    let nodes = Nodes::start().await;
    let body = r#"{"errcode":40164,"errmsg":"invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: 11111111-22222222-33333333"}"#;
    nodes.server.json(TOKEN, body);
    let keeper = nodes.node();
    for _ in 0..20 {
        let error = keeper.access_token(&account()).await.unwrap_err();
        assert_eq!(
            (error.errcode(), error.advice()),
            (Some(40164), Advice::NeedsPerson)
        );
    }
    assert_eq!(nodes.fetches(), 1);
}

#[tokio::test]
async fn a_node_waits_while_another_holds_the_lease() {
    let nodes = Nodes::start().await;
    let kind = CredentialKind::AccessToken;
    assert!(
        nodes
            .store
            .try_lease(APP_ID, kind, "another node", 30)
            .await
            .unwrap()
    );
    let keeper = nodes.node();
    let waiting = tokio::spawn(async move { token(&keeper).await });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    nodes.plant("theirs", 7200).await;
    assert_eq!(waiting.await.unwrap(), "theirs");
    assert_eq!(nodes.fetches(), 0);
}

#[tokio::test]
async fn a_crashed_holder_blocks_the_others_no_longer_than_its_lease() {
    let nodes = Nodes::start().await;
    let kind = CredentialKind::AccessToken;
    assert!(
        nodes
            .store
            .try_lease(APP_ID, kind, "crashed node", 30)
            .await
            .unwrap()
    );
    let keeper = nodes.node();
    let error = keeper.access_token(&account()).await.unwrap_err();
    assert!(
        matches!(error, Error::CredentialPending { .. }),
        "{error:?}"
    );
    nodes.clock.pass(31);
    assert_eq!(token(&keeper).await, "token-1");
}

#[tokio::test]
async fn a_token_that_wechat_keeps_for_its_last_minutes_is_not_asked_for_again_and_again() {
    let nodes = Nodes::start().await;
    nodes
        .server
        .json(TOKEN, r#"{"access_token":"old","expires_in":"200"}"#);
    let keeper = nodes.node();
    for _ in 0..20 {
        assert_eq!(token(&keeper).await, "old");
    }
    assert_eq!(nodes.fetches(), 1);
    nodes.clock.pass(31);
    token(&keeper).await;
    assert_eq!(nodes.fetches(), 2);
}

#[tokio::test]
async fn tickets_are_kept_like_tokens() {
    let nodes = Nodes::start().await;
    let keeper = nodes.node();
    let ticket = async || {
        keeper
            .card_ticket(&account())
            .await
            .unwrap()
            .expose_secret()
            .to_owned()
    };
    assert_eq!(
        (ticket().await.as_str(), ticket().await.as_str()),
        ("ticket-1", "ticket-1")
    );
    nodes.clock.pass(7000);
    assert_eq!(ticket().await, "ticket-2");
    let row = nodes
        .store
        .load(APP_ID, CredentialKind::CardTicket)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.generation, 2);
}
