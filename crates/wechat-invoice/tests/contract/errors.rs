use wechat_invoice::codes::all_codes;
use wechat_invoice::{
    Advice, Endpoints, Error, MemoryTokenStore, MerchantClient, TokenKeeper, Transport, code_info,
};

use crate::harness::{APP_ID, Reply, S_PAPPID, Server, account};
use crate::platform::invoice;

const READ: &str = "/card/invoice/getauthdata";
const INSERT: &str = "/card/invoice/insert";

#[tokio::test]
async fn an_address_where_nobody_listens_is_not_reached() {
    let server = Server::start().await;
    // A port that was just given back.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let store = std::sync::Arc::new(MemoryTokenStore::new());
    // The token is there already, so that the insert itself is what fails.
    server
        .keeper_on(store.clone(), &Default::default())
        .access_token(&account())
        .await
        .unwrap();
    let transport = Transport::new(Endpoints::new(base.parse().unwrap()).unwrap()).unwrap();
    let keeper = TokenKeeper::with_clock(
        transport,
        store,
        std::sync::Arc::new(crate::harness::Clock::default()),
    );
    let platform = wechat_invoice::PlatformClient::new(&keeper, account());
    let error = platform.insert(&invoice()).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Transport {
                call: "card/invoice/insert",
                ..
            }
        ),
        "{error:?}"
    );
    assert!(matches!(error.advice(), Advice::Retryable { .. }));
    assert!(!error.to_string().contains("access_token"), "{error}");
}

#[tokio::test]
async fn a_read_that_breaks_off_is_just_transport() {
    for reply in [Reply::Close, Reply::BreakOff, Reply::Silence] {
        let server = Server::start().await;
        server.reply(READ, reply);
        let error = server
            .merchant()
            .get_auth_data(S_PAPPID, "1")
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_read_that_answers_nonsense_is_undecodable() {
    let replies = [
        Reply::Status(500, "{}".into()),
        Reply::Json("oops".into()),
        Reply::Json("{}".into()),
        Reply::Json(r#"{"errcode":"many"}"#.into()),
        Reply::Bytes(vec![0xff; 10]),
        Reply::Bytes(vec![b' '; 1024 * 1024 + 1]),
        Reply::Redirect("http://127.0.0.1:1/steal".into()),
    ];
    for reply in replies {
        let server = Server::start().await;
        server.reply(READ, reply);
        let error = server
            .merchant()
            .get_auth_data(S_PAPPID, "1")
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Undecodable { .. }), "{error:?}");
        assert!(
            !error.to_string().contains("oops"),
            "answers are not quoted"
        );
    }
}

#[tokio::test]
async fn a_slow_answer_within_the_limit_is_an_answer() {
    let server = Server::start().await;
    let delay = std::time::Duration::from_millis(300);
    server.reply(
        INSERT,
        Reply::Slow(delay, r#"{"errcode":0,"errmsg":"ok","code":"1"}"#.into()),
    );
    assert_eq!(
        server.platform().insert(&invoice()).await.unwrap().code,
        "1"
    );
}

#[tokio::test]
async fn a_refusal_keeps_text_and_request_id() {
    let server = Server::start().await;
    server.json(
        READ,
        r#"{"errcode":72038,"errmsg":"invoice order never auth hint: [abc], rid: 5f3e-1a2b-3c4d"}"#,
    );
    let error = server
        .merchant()
        .get_auth_data(S_PAPPID, "1")
        .await
        .unwrap_err();
    assert_eq!(error.rid(), Some("5f3e-1a2b-3c4d"));
    assert!(error.to_string().contains("hint: [abc]"));
    assert_eq!(error.call(), "card/invoice/getauthdata");
    assert_eq!(error.code_info().unwrap().code, 72038);
}

#[tokio::test]
async fn every_documented_code_has_its_advice_and_unknown_ones_need_a_person() {
    let tokens = [40001, 40014, 42001];
    for info in all_codes().filter(|info| !tokens.contains(&info.code)) {
        let error = refused("card/invoice/insert", info.code);
        assert_eq!(error.advice(), info.advice, "{}", info.code);
    }
    assert_eq!(
        refused("card/invoice/insert", 99_999).advice(),
        Advice::NeedsPerson
    );
    assert!(code_info(99_999).is_none());
    assert_eq!(
        refused("cgi-bin/stable_token", 40001).advice(),
        Advice::NeedsPerson
    );
    assert_eq!(
        refused("card/invoice/rejectinsert", 72035).advice(),
        Advice::Done
    );
    assert_eq!(
        refused("card/invoice/insert", 72035).advice(),
        Advice::NeedsPerson
    );
    assert_eq!(
        refused("card/invoice/getauthurl", 72056).advice(),
        Advice::NeedsPerson
    );
}

fn refused(call: &'static str, errcode: i64) -> Error {
    Error::Refused {
        call,
        errcode,
        errmsg: String::new(),
        rid: None,
    }
}

#[tokio::test]
async fn clients_tell_whose_they_are() {
    let server = Server::start().await;
    let merchant: MerchantClient = server.merchant();
    assert_eq!(merchant.account().app_id(), APP_ID);
}
