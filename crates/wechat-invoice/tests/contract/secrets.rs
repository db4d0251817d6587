//! No token, ticket, secret or key reaches a `Debug`, a `Display` or a log line.

use std::io::Write;
use std::sync::{Arc, Mutex};

use wechat_invoice::callback::{CallbackCipher, Event, PushFormat};
use wechat_invoice::merchant::{AuthPageRequest, PageKind, Source};
use wechat_invoice::reimburser::CardRef;
use wechat_invoice::title::{GivenTitle, UserTitle};
use wechat_invoice::{
    CredentialKind, FiscalClient, MemoryTokenStore, MerchantClient, PlatformClient, QuotaClient,
    ReimburserClient, StoredToken, TitleClient, TokenStore, choose_invoice_signature,
};

use crate::callback::{KEY, NONCE, TIME, TOKEN, cipher};
use crate::harness::{APP_ID, Clock, NOW, Reply, S_PAPPID, SECRET, Server, account};
use crate::platform::invoice;

/// What must never be seen. The test server gives out `token-1`, `ticket-1` and so on.
const HIDDEN: [&str; 8] = [
    SECRET,
    "token-",
    "ticket-",
    TOKEN,
    KEY,
    "access_token=",
    "91440300MADEMO0001",
    "700100200300",
];

#[track_caller]
fn assert_clean(text: &str) {
    for hidden in HIDDEN {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
}

#[tokio::test]
async fn clients_and_stores_show_nothing() {
    let server = Server::start().await;
    let store = Arc::new(MemoryTokenStore::new());
    let keeper = server.keeper_on(store.clone(), &Clock::default());
    keeper.card_ticket(&account()).await.unwrap();
    let stored: StoredToken = store
        .load(APP_ID, CredentialKind::AccessToken)
        .await
        .unwrap()
        .unwrap();
    let ticket = keeper.card_ticket(&account()).await.unwrap();
    let shown = [
        format!("{:?}", account()),
        format!("{keeper:?}"),
        format!("{:?}", keeper.transport()),
        format!("{stored:?} {ticket:?}"),
        format!("{:?}", MerchantClient::new(&keeper, account())),
        format!("{:?}", PlatformClient::new(&keeper, account())),
        format!("{:?}", ReimburserClient::new(&keeper, account())),
        format!("{:?}", TitleClient::new(&keeper, account())),
        format!("{:?}", FiscalClient::new(&keeper, account())),
        format!("{:?}", QuotaClient::new(&keeper, account())),
        format!("{:?}", cipher()),
        format!("{:?}", choose_invoice_signature(&ticket, APP_ID, NOW, "n")),
    ];
    for text in &shown {
        assert_clean(text);
    }
    assert!(shown[0].contains(APP_ID), "what is public stays readable");
}

#[tokio::test]
async fn every_kind_of_error_is_safe_to_log() {
    let path = "/card/invoice/insert";
    let replies = [
        Reply::Close,
        Reply::BreakOff,
        Reply::Silence,
        Reply::Status(500, "access_token=token-1".into()),
        Reply::Json(r#"token-1 is no JSON"#.into()),
        Reply::Json(format!(
            r#"{{"errcode":40013,"errmsg":"bad token-1 of {SECRET}"}}"#
        )),
        Reply::Json(r#"{"errcode":"token-1"}"#.into()),
        Reply::Redirect("http://127.0.0.1:1/?access_token=token-1".into()),
    ];
    for reply in replies {
        let server = Server::start().await;
        server.reply(path, reply);
        let error = server.platform().insert(&invoice()).await.unwrap_err();
        assert_clean(&format!("{error} {error:?} {error:#?}"));
    }
    for body in [
        format!(r#"{{"errcode":40125,"errmsg":"{SECRET} is wrong"}}"#),
        "token-9".into(),
    ] {
        let server = Server::start().await;
        server.json("/cgi-bin/stable_token", &body);
        let error = server.platform().insert(&invoice()).await.unwrap_err();
        assert_clean(&format!("{error} {error:?}"));
    }
}

#[tokio::test]
async fn what_buyers_gave_is_not_shown() {
    let server = Server::start().await;
    server.json(
        "/card/invoice/getauthdata",
        r#"{"errcode":0,"errmsg":"ok","invoice_status":"auth success","user_auth_info":{"biz_field":{"title":"x","tax_no":"91440300MADEMO0001"}}}"#,
    );
    server.json(
        "/card/invoice/insert",
        r#"{"errcode":0,"errmsg":"ok","code":"700100200300"}"#,
    );
    let data = server
        .merchant()
        .get_auth_data(S_PAPPID, "1")
        .await
        .unwrap();
    let card = server.platform().insert(&invoice()).await.unwrap();
    let given = GivenTitle {
        tax_no: Some("91440300MADEMO0001".into()),
        ..Default::default()
    };
    let card_ref = CardRef {
        card_id: "p".into(),
        encrypt_code: "700100200300".into(),
    };
    let event = "<xml><Event>update_invoice_status</Event><CardId>p</CardId><Code>700100200300</Code></xml>";
    let event = Event::read(event).unwrap();
    let push = "<xml><FromUserName>o</FromUserName><ToUserName>g</ToUserName><Code>700100200300</Code></xml>";
    let push = cipher().seal(push, PushFormat::Xml, TIME, NONCE).unwrap();
    let opened = cipher().open(&push.query, push.body.as_bytes()).unwrap();
    let shown = format!(
        "{data:?} {card:?} {:?} {:?} {card_ref:?} {event:?} {opened:?}",
        invoice(),
        UserTitle::Given(given),
    );
    assert_clean(&shown);
}

#[test]
fn setup_errors_do_not_quote_keys() {
    let wrong = format!("{KEY}x");
    let error = CallbackCipher::new(TOKEN.into(), &wrong.as_str().into(), APP_ID).unwrap_err();
    assert_clean(&format!("{error} {error:?}"));
}

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn logs_of_a_whole_run_are_clean() {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || writer.clone())
        .finish();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    tracing::subscriber::with_default(subscriber, || {
        runtime.block_on(async {
            let server = Server::start().await;
            server.json(
                "/card/invoice/getauthurl",
                r#"{"errcode":42001,"errmsg":"token-1 expired"}"#,
            );
            server.json(
                "/card/invoice/getauthurl",
                r#"{"errcode":0,"errmsg":"ok","auth_url":"https://x"}"#,
            );
            server.reply("/card/invoice/insert", Reply::Close);
            let page = AuthPageRequest {
                s_pappid: S_PAPPID.into(),
                order_id: "INV1".into(),
                money_fen: 1,
                source: Source::Web,
                redirect_url: None,
                kind: PageKind::Confirm,
            };
            server.merchant().get_auth_url(&page).await.unwrap();
            server.platform().insert(&invoice()).await.unwrap_err();
        });
    });
    let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("card/invoice/insert"), "{log}");
    let of_ours: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("wechat_invoice"))
        .collect();
    assert!(3 < of_ours.len());
    assert_clean(&of_ours.join("\n"));
}
