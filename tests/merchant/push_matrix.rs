//! Pushes as an enemy would send them: every mode, every parameter kept, dropped, emptied, doubled, altered; bodies that
//! are swapped, oversized, malformed or bombs. The whole HTTP service is called within the process.

use crate::{
    admin::{sign_in::signed_in, work::page},
    harness::{TestApp, company, eventually, spawn_app, until},
};
use actix_web::{
    http::StatusCode,
    test::{TestRequest, call_service, init_service},
    web,
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ports::Ports,
    records::{Account, AuditEntry, PushMode},
};
use secrecy::SecretString;
use std::collections::BTreeMap;
use wechat_invoice::callback::{self, CallbackCipher, PushFormat};

const MODES: [PushMode; 3] = [PushMode::Safe, PushMode::Compatible, PushMode::Plain];
const PARAMETERS: [&str; 6] = [
    "signature",
    "timestamp",
    "nonce",
    "openid",
    "encrypt_type",
    "msg_signature",
];

/// What is done to one parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Kept,
    Dropped,
    Emptied,
    Doubled,
    Altered,
}

const OPS: [Op; 5] = [Op::Kept, Op::Dropped, Op::Emptied, Op::Doubled, Op::Altered];

/// Every assignment of an operation to each parameter, except those that say the same twice (a missing one cannot be
/// dropped).
fn assignments(given: &BTreeMap<String, String>) -> Vec<[Op; 6]> {
    let mut all = vec![[Op::Kept; 6]];
    for (place, name) in PARAMETERS.iter().enumerate() {
        let mut more = Vec::new();
        for base in &all {
            for op in OPS {
                if op == Op::Dropped && !given.contains_key(*name) {
                    continue;
                }
                let mut next = *base;
                next[place] = op;
                more.push(next);
            }
        }
        all = more;
    }
    all
}

fn query(given: &BTreeMap<String, String>, ops: &[Op; 6]) -> String {
    let mut pairs: Vec<String> = Vec::new();
    for (name, op) in PARAMETERS.iter().zip(ops) {
        let value = given.get(*name);
        let shown = value.map_or("aes", String::as_str);
        match op {
            Op::Kept => pairs.extend(value.map(|it| format!("{name}={it}"))),
            Op::Dropped => {}
            Op::Emptied => pairs.push(format!("{name}=")),
            Op::Doubled => {
                pairs.push(format!("{name}={shown}"));
                pairs.push(format!("{name}={shown}"));
            }
            Op::Altered => pairs.push(format!("{name}={}", altered(value))),
        }
    }
    pairs.join("&")
}

/// Another value of the same form; for a parameter that is not there, one that another mode would have.
fn altered(value: Option<&String>) -> String {
    let Some(value) = value else {
        return "aes".to_owned();
    };
    let last = value.chars().last().unwrap();
    let other = if last == '1' { '2' } else { '1' };
    let mut text: String = value.chars().take(value.chars().count() - 1).collect();
    text.push(other);
    text
}

fn pairs(query: &str) -> BTreeMap<String, String> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

async fn account(app: &TestApp) -> Account {
    let app_id = &app.demo().secrets.app_id;
    let found = app.ports().store.account_by_app_id(app_id).await.unwrap();
    found.unwrap()
}

async fn set_mode(app: &TestApp, mode: PushMode) -> Account {
    change_account(app, |account| account.push_mode = mode).await;
    account(app).await
}

fn web_side(ports: &Ports) -> web::Data<fapiao_web::App> {
    let settings = fapiao_web::WebSettings {
        production: false,
        api_body_bytes: 1 << 20,
        upload_bytes: 10 << 20,
        push_max_body_bytes: 64 * 1024,
        api_calls_per_second: 100,
        gateway_calls_per_second: 50,
        session_idle_hours: 12,
        trusted_proxies: Vec::new(),
        version: "test".to_owned(),
        metrics: None,
    };
    web::Data::new(fapiao_web::App::new(ports.clone(), settings))
}

/// The whole web side, called without a socket.
macro_rules! service {
    ($app:expr) => {
        init_service(fapiao_web::application(web_side($app.ports()))).await
    };
}

/// Posts a push and gives the status.
macro_rules! post {
    ($service:expr, $app_id:expr, $query:expr, $body:expr) => {{
        let request = TestRequest::post()
            .uri(&format!("/wechat/callback/{}?{}", $app_id, $query))
            .set_payload($body.to_owned())
            .to_request();
        call_service($service, request).await.status()
    }};
}

fn event(sender: &str, at: i64, name: &str, members: &str) -> String {
    format!(
        "<xml><ToUserName><![CDATA[gh_x]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>\
         <CreateTime>{at}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>{members}</xml>"
    )
}

fn now(app: &TestApp) -> i64 {
    app.ports().clock.now().timestamp()
}

async fn without_original_id(app: &TestApp) {
    change_account(app, |account| account.original_id = String::new()).await;
}

/// Saves a change of the account; the jobs that prepare it save their own beside, so a stale row is read again.
async fn change_account(app: &TestApp, change: impl Fn(&mut Account)) {
    until("the account is at rest", async || {
        let mut account = account(app).await;
        change(&mut account);
        let store = &app.ports().store;
        match store.save_account(&account, &Actor::System).await {
            Err(StoreError::Stale { .. }) => false,
            saved => {
                saved.unwrap();
                true
            }
        }
    })
    .await;
}

#[tokio::test]
async fn exactly_one_combination_is_accepted() {
    let app = spawn_app().await;
    without_original_id(&app).await;
    let service = service!(app);
    let (mut tried, mut accepted) = (0, Vec::new());
    for set in MODES {
        let account = set_mode(&app, set).await;
        for sent in MODES {
            let plain = event("oMatrix", now(&app) + tried, "nothing_special", "");
            let gate = &app.ports().pushes;
            let (right, body) = gate
                .seal(&account, sent, &plain, now(&app), "778899001")
                .unwrap();
            let given = pairs(&right);
            for ops in assignments(&given) {
                let changes = ops.iter().filter(|op| **op != Op::Kept).count();
                // The gate alone sees every combination; over HTTP go all with up to two changes.
                let query = query(&given, &ops);
                let opened = gate.open(&account, &query, body.as_bytes()).is_ok();
                tried += 1;
                if opened {
                    accepted.push((set, sent, ops));
                }
                if changes <= 2 {
                    let status = post!(&service, account.app_id, query, body);
                    let wanted = if opened {
                        StatusCode::OK
                    } else {
                        StatusCode::FORBIDDEN
                    };
                    assert_eq!(status, wanted, "{set:?} {sent:?} {ops:?}");
                }
            }
        }
    }
    let right: Vec<_> = MODES
        .into_iter()
        .map(|mode| (mode, mode, [Op::Kept; 6]))
        .collect();
    assert_eq!(accepted, right, "of {tried}");
    assert!(tried > 100_000, "{tried}");
    app.stop().await;
}

#[tokio::test]
async fn a_captured_query_with_other_orders_takes_no_number() {
    let app = spawn_app().await;
    without_original_id(&app).await;
    let account = set_mode(&app, PushMode::Plain).await;
    let service = service!(app);
    let order = app.order("T-2").await;
    app.open_page(&order).await;
    let own = order["delivery"]["id"].as_str().unwrap().to_owned();
    let body = |order_id: &str, at: i64| {
        let members = format!("<SuccOrderId>{order_id}</SuccOrderId><FailOrderId></FailOrderId>");
        event("oThief", at, "user_authorize_invoice", &members)
    };
    let at = now(&app);
    let (query, _) = app
        .ports()
        .pushes
        .seal(&account, PushMode::Plain, &body(&own, at), at, "1")
        .unwrap();
    // In plain mode nothing signs the body: the push is let in, and is no more than a hint.
    for serial in 0..1000 {
        let other = format!("dlv_01J8ZC3N6T9Q4W2E5R7Y8{serial:05}");
        let status = post!(&service, account.app_id, query, body(&other, at + serial));
        assert_eq!(status, StatusCode::OK);
    }
    assert_eq!(
        post!(&service, account.app_id, query, body(&own, at)),
        StatusCode::OK
    );
    handled(&app, 1001).await;
    assert!(
        app.tax_ledger().await["numbers"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let delivery = app.get(&format!("/deliveries/{own}")).await.body;
    assert_eq!(delivery["state"], "page_opened");
    // One warning each, and the one about the order that exists is in its timeline.
    let warned = warnings(&app).await;
    assert_eq!(warned.len(), 1001);
    let mut named: Vec<_> = warned
        .iter()
        .map(|it| it.data["named"].as_str().unwrap())
        .collect();
    named.sort_unstable();
    named.dedup();
    assert_eq!(named.len(), 1001);
    let about: Vec<_> = warned.iter().filter(|it| it.order.is_some()).collect();
    assert_eq!(about.len(), 1);
    assert_eq!(about[0].data["named"], own.as_str());
    let owner = signed_in(&app, "admin").await;
    let shown = format!("/admin/orders/{}", order["id"].as_str().unwrap());
    let text = page(&app, &owner, &shown).await;
    let told = format!("推送没有签名，也没有得到微信证实：{own}");
    assert!(
        text.contains(&told) && text.contains("微信尚未确认"),
        "{text}"
    );
    let text = page(&app, &owner, "/admin/audit").await;
    assert!(text.contains("推送没有签名"), "{text}");
    app.stop().await;
}

/// Every warning of a push that nothing proves.
async fn warnings(app: &TestApp) -> Vec<AuditEntry> {
    let (mut after, mut found) = (None, Vec::new());
    loop {
        let store = &app.ports().store;
        let page = store.audit(after.as_deref(), 200).await.unwrap();
        let lines = page.rows.into_iter();
        found.extend(lines.filter(|it| it.action == "push.unproved"));
        match page.next {
            Some(next) => after = Some(next),
            None => return found,
        }
    }
}

/// Waits until so many pushes were handled or ignored: as long as there are more and more.
async fn handled(app: &TestApp, wanted: usize) {
    let store = &app.ports().store;
    let mut before = 0;
    while before < wanted {
        let what = format!("more than {before} of {wanted} pushes");
        before = eventually(&what, async || {
            let mut done = 0;
            for state in ["handled", "ignored", "parked"] {
                done += store.pushes(Some(state), None, 1).await.unwrap().count as usize;
            }
            (done > before).then_some(done)
        })
        .await;
    }
}

#[tokio::test]
async fn a_replayed_push_is_answered_and_does_nothing_again() {
    let app = spawn_app().await;
    let order = app.authorised_order("T-3", &company()).await;
    app.await_state(&order, "carded").await;
    let store = &app.ports().store;
    let push = store.pushes(None, None, 10).await.unwrap().rows;
    let push = push
        .into_iter()
        .find(|it| it.event == "user_authorize_invoice")
        .unwrap();
    let service = service!(app);
    let app_id = app.demo().secrets.app_id.clone();
    for _ in 0..30 {
        let status = post!(&service, app_id, push.raw_query, push.raw_body);
        assert_eq!(status, StatusCode::OK);
    }
    let again = store.push(&push.id).await.unwrap().unwrap();
    assert_eq!(
        (again.seen, again.state.as_str()),
        (push.seen + 30, "handled")
    );
    let jobs = store.jobs(None, None, 100).await.unwrap().rows;
    assert!(jobs.iter().all(|job| job.kind != "handle_push"), "{jobs:?}");
    assert_eq!(
        app.tax_ledger().await["numbers"].as_array().unwrap().len(),
        1
    );
    app.stop().await;
}

#[tokio::test]
async fn hostile_bodies_are_refused_and_never_expanded() {
    let app = spawn_app().await;
    without_original_id(&app).await;
    let service = service!(app);
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><xml><Event>&b;</Event></xml>";
    let outside =
        "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><xml><Event>&f;</Event></xml>";
    let deep = format!("<xml>{}{}</xml>", "<a>".repeat(2000), "</a>".repeat(2000));
    let wide = format!("<xml>{}</xml>", "<a>1</a>".repeat(5000));
    let attribute = format!("<xml a=\"{}\"><Event>e</Event></xml>", "x".repeat(50_000));
    let hostile: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"not xml".to_vec(),
        b"<xml><Event>half".to_vec(),
        b"{\"Event\": ".to_vec(),
        b"{\"Event\":\"a\",\"Event\":\"b\"}".to_vec(),
        vec![0xff, 0xfe, b'<', 0, b'x', 0],
        b"<?xml version=\"1.0\" encoding=\"UTF-16\"?><xml/>".to_vec(),
        b"<?php echo 1 ?><xml/>".to_vec(),
        bomb.as_bytes().to_vec(),
        outside.as_bytes().to_vec(),
        deep.into_bytes(),
        wide.into_bytes(),
        attribute.into_bytes(),
        "[".repeat(60_000).into_bytes(),
    ];
    for mode in MODES {
        let account = set_mode(&app, mode).await;
        let gate = &app.ports().pushes;
        let plain = event("oHostile", 1, "x", "");
        let (query, _) = gate.seal(&account, mode, &plain, now(&app), "1").unwrap();
        for body in &hostile {
            let status = post!(&service, account.app_id, query, body);
            assert_eq!(
                status,
                StatusCode::FORBIDDEN,
                "{mode:?} {:?}",
                body.get(..40)
            );
        }
        let huge = "x".repeat(64 * 1024 + 1);
        assert_eq!(
            post!(&service, account.app_id, query, huge),
            StatusCode::PAYLOAD_TOO_LARGE
        );
    }
    let stored = app
        .ports()
        .store
        .pushes(Some("stored"), None, 10)
        .await
        .unwrap();
    assert_eq!(stored.count, 0);
    app.stop().await;
}

#[tokio::test]
async fn pushes_for_another_app_are_refused() {
    let app = spawn_app().await;
    let service = service!(app);
    let secrets = &app.demo().secrets;
    let account = account(&app).await;
    let sealed = |app_id: &str, token: &str| {
        let cipher = CallbackCipher::new(
            SecretString::from(token.to_owned()),
            &SecretString::from(secrets.push_key.clone()),
            app_id,
        );
        let mode = match account.push_mode {
            PushMode::Safe => callback::PushMode::Safe,
            PushMode::Compatible => callback::PushMode::Compatible,
            PushMode::Plain => callback::PushMode::Plain,
        };
        let to = if account.original_id.is_empty() {
            "gh_x"
        } else {
            &account.original_id
        };
        let plain = event("oOther", 5, "nothing_special", "").replace("gh_x", to);
        let sealed =
            cipher
                .unwrap()
                .with_mode(mode)
                .seal(&plain, PushFormat::Xml, "1767225600", "1");
        sealed.unwrap()
    };
    let right = sealed(&account.app_id, &secrets.push_token);
    let other_app = sealed("wx00000000000000ff", &secrets.push_token);
    let other_token = sealed(&account.app_id, "another-token");
    assert_eq!(
        post!(&service, account.app_id, right.query, right.body),
        StatusCode::OK
    );
    for wrong in [&other_app, &other_token] {
        let status = post!(&service, account.app_id, wrong.query, wrong.body);
        assert_eq!(status, StatusCode::FORBIDDEN);
    }
    // Right in itself, and sent to an address nobody owns.
    let status = post!(&service, "wx00000000000000ff", right.query, right.body);
    assert_eq!(status, StatusCode::FORBIDDEN);
    let refused = app
        .ports()
        .store
        .pushes(Some("refused"), None, 10)
        .await
        .unwrap();
    assert_eq!(refused.rows.len(), 3);
    assert!(
        refused
            .rows
            .iter()
            .all(|it| !it.raw_query.is_empty() && !it.raw_body.is_empty())
    );
    app.stop().await;
}

#[tokio::test]
async fn unknown_events_and_members_are_kept_and_answered() {
    let app = spawn_app().await;
    without_original_id(&app).await;
    let service = service!(app);
    let account = set_mode(&app, PushMode::Safe).await;
    let gate = &app.ports().pushes;
    let at = now(&app);
    let texts = [
        event("oA", at, "card_pay_order", "<OrderId>1</OrderId>"),
        event(
            "oA",
            at,
            "user_authorize_invoice",
            "<SuccOrderId>not-ours</SuccOrderId><Novelty>1</Novelty>",
        ),
        event(
            "oA",
            at,
            "update_invoice_status",
            "<Status>INVOICE_REIMBURSE_SOMETHING</Status><CardId>c</CardId><Code>1</Code>",
        ),
        event(
            "oA",
            at,
            "update_invoice_status",
            "<Status>INVOICE_REIMBURSE_LOCK</Status><CardId>c</CardId><Code>1</Code>",
        ),
    ];
    for text in &texts {
        let (query, body) = gate.seal(&account, PushMode::Safe, text, at, "1").unwrap();
        assert_eq!(post!(&service, account.app_id, query, body), StatusCode::OK);
    }
    // The agreement of an order that is not ours may come from a payment: WeChat is asked about it, and goes on being
    // asked while it does not know the order.
    handled(&app, 3).await;
    let count = async |state| {
        app.ports()
            .store
            .pushes(Some(state), None, 10)
            .await
            .unwrap()
            .count
    };
    assert_eq!(count("ignored").await, 2);
    assert_eq!(count("stored").await, 1);
    assert_eq!(
        count("parked").await,
        1,
        "a status word nobody knows waits for a person"
    );
    app.stop().await;
}
