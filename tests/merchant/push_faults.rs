//! Pushes as a bad day sends them: a hundred times, in every order, none at all, a thousand at once, byte by byte, forged
//! by the hundred.

use crate::harness::{TestApp, company, eventually, eventually_or, spawn_app};
use chrono::TimeDelta;
use fapiao_domain::ids::{DeliveryId, Id, PushId};
use fapiao_usecases::{
    actor::Actor,
    ids::fresh,
    jobs::{ClaimedJob, Job, JobEnd},
    records::{Account, PushMode},
    run::run_job,
};
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;

pub(super) const AGREED: &str = "user_authorize_invoice";

pub(super) async fn account(app: &TestApp) -> Account {
    let app_id = &app.demo().secrets.app_id;
    let found = app.ports().store.account_by_app_id(app_id).await.unwrap();
    found.unwrap()
}

pub(super) fn address(app: &TestApp) -> String {
    let app_id = &app.demo().secrets.app_id;
    format!("{}/wechat/callback/{app_id}", app.web())
}

pub(super) fn told(account: &Account, sender: &str, at: i64, event: &str, members: &str) -> String {
    let to = &account.original_id;
    let to = if to.is_empty() { "gh_x" } else { to };
    format!(
        "<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>\
         <CreateTime>{at}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{event}]]></Event>{members}</xml>"
    )
}

/// A push as WeChat would send it now, in the account's mode: query and body.
pub(super) fn sealed(app: &TestApp, account: &Account, plain: &str) -> (String, String) {
    let now = app.ports().clock.now().timestamp();
    let gate = &app.ports().pushes;
    gate.seal(account, account.push_mode, plain, now, "778899001")
        .unwrap()
}

pub(super) async fn post(app: &TestApp, (query, body): (String, String)) -> StatusCode {
    let url = format!("{}?{query}", address(app));
    let sent = app.http.post(url).body(body).send().await.unwrap();
    sent.status()
}

pub(super) fn answer_of(succeeded: &str, failed: &str) -> String {
    format!("<SuccOrderId>{succeeded}</SuccOrderId><FailOrderId>{failed}</FailOrderId>")
}

/// From now on WeChat's pushes get lost.
pub(super) async fn blackout(app: &TestApp) {
    app.wechat_fault(&json!({ "event": AGREED, "kind": "lost" }))
        .await;
}

pub(super) async fn seen(app: &TestApp) -> i64 {
    let pushes = app
        .ports()
        .store
        .pushes(None, None, 200)
        .await
        .unwrap()
        .rows;
    pushes.iter().map(|it| it.seen).sum()
}

/// F42: the same push a hundred times at once.
#[tokio::test]
async fn a_hundred_copies_at_once_make_one_invoice() {
    let app = spawn_app().await;
    blackout(&app).await;
    let order = app.authorised_order("PF-1", &company()).await;
    let delivery = order["delivery"]["id"].as_str().unwrap();
    let account = account(&app).await;
    let at = app.ports().clock.now().timestamp();
    let plain = told(&account, "oBuyer", at, AGREED, &answer_of(delivery, ""));
    let before = seen(&app).await;
    let mut copies = JoinSet::new();
    for _ in 0..100 {
        let (query, body) = sealed(&app, &account, &plain);
        let request = app.http.post(format!("{}?{query}", address(&app)));
        copies.spawn(async move { request.body(body).send().await.unwrap().status() });
    }
    let answers = copies.join_all().await;
    assert!(
        answers.iter().all(|it| *it == StatusCode::OK),
        "{answers:?}"
    );
    app.await_state(&order, "carded").await;
    assert_eq!(seen(&app).await - before, 100);
    let pushes = app.ports().store.pushes(None, None, 50).await.unwrap().rows;
    let ours = pushes.iter().filter(|it| it.plain.contains(delivery));
    assert_eq!(ours.count(), 1, "one row, however often it came");
    let numbers = app.tax_ledger().await["numbers"].as_array().unwrap().len();
    let inserts = app.wechat_ledger().await["inserts"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!((numbers, inserts), (1, 1));
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// F43: cancelled, then agreed; the two pushes come in either order, and one of them twice.
#[tokio::test]
async fn the_order_of_pushes_does_not_matter() {
    let app = spawn_app().await;
    blackout(&app).await;
    let account = account(&app).await;
    let orders = [
        [0, 1, 0],
        [1, 0, 1],
        [0, 0, 1],
        [1, 1, 0],
        [0, 1, 1],
        [1, 0, 0],
    ];
    for (serial, sequence) in orders.into_iter().enumerate() {
        let order = app.order(&format!("PF-2-{serial}")).await;
        let delivery = order["delivery"]["id"].as_str().unwrap();
        app.open_page(&order).await;
        let refuse = format!("/sandbox/orders/{delivery}/refuse");
        let sandbox = app.sandbox();
        app.control(&sandbox, Method::POST, &refuse, Some(&json!({})))
            .await;
        app.open_page(&order).await;
        app.authorise(&order, &company()).await;
        let at = app.ports().clock.now().timestamp();
        let both = [
            told(&account, "oBuyer", at, AGREED, &answer_of("", delivery)),
            told(&account, "oBuyer", at + 1, AGREED, &answer_of(delivery, "")),
        ];
        for which in sequence {
            let status = post(&app, sealed(&app, &account, &both[which])).await;
            assert_eq!(status, StatusCode::OK);
        }
        app.await_state(&order, "carded").await;
    }
    let numbers = app.tax_ledger().await["numbers"].as_array().unwrap().len();
    assert_eq!(numbers, orders.len());
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// F44: no push at all. Whoever agreed within ten minutes is found within fifteen, also on an old receipt.
#[tokio::test]
async fn a_blackout_of_pushes_loses_nothing() {
    let app = spawn_app().await;
    blackout(&app).await;
    let store = &app.ports().store;
    let now = app.ports().clock.now();
    let order = app.order("PF-3").await;
    let id = DeliveryId::parse(order["delivery"]["id"].as_str().unwrap()).unwrap();
    app.open_page(&order).await;
    // The questions go on as the page's age says; the delivery's own age says nothing.
    app.tamper("UPDATE deliveries SET created_at = created_at - 172800000")
        .await;
    for (minutes, at_most) in [(0, 30), (2, 30), (10, 120), (14, 120), (100, 600)] {
        let claimed = ClaimedJob {
            id: fresh(now),
            fence: 1,
            job: Job::ConfirmAuthorisation(id.clone()),
            attempt: 1,
            queued_at: app.ports().clock.now() - TimeDelta::minutes(minutes),
        };
        let end = run_job(app.ports(), &claimed).await.end;
        let JobEnd::Retry {
            delay_secs, counts, ..
        } = end
        else {
            panic!("{end:?}");
        };
        assert!(
            (1..=at_most).contains(&delay_secs) && !counts,
            "{minutes} min: {delay_secs} s"
        );
    }
    // A second look at the page hours later brings the next question forward, and the quick pace with it.
    let poll = async || {
        let jobs = store.jobs(Some("waiting"), None, 50).await.unwrap().rows;
        jobs.into_iter()
            .find(|job| job.kind == "confirm_authorisation" && job.subject == id.as_str())
            .unwrap()
    };
    app.tamper(
        "UPDATE jobs SET run_at = run_at + 3600000, due_at = due_at + 3600000, queued_at = queued_at - 72000000 \
         WHERE kind = 'confirm_authorisation'",
    )
    .await;
    assert!(poll().await.run_at > now + TimeDelta::minutes(50));
    app.open_page(&order).await;
    let brought = poll().await;
    assert!(brought.run_at <= app.ports().clock.now() + TimeDelta::seconds(31));
    assert!(
        now - brought.queued_at < TimeDelta::minutes(1),
        "{brought:?}"
    );

    let mut orders = vec![order];
    for serial in 0..9 {
        let order = app.order(&format!("PF-3-{serial}")).await;
        app.open_page(&order).await;
        orders.push(order);
    }
    for order in &orders {
        app.authorise(order, &company()).await;
    }
    // Half a minute later.
    for job in store.jobs(Some("waiting"), None, 200).await.unwrap().rows {
        if job.kind == "confirm_authorisation" {
            store.retry_job(&job.id, &Actor::System).await.unwrap();
        }
    }
    for order in &orders {
        app.await_state(order, "carded").await;
    }
    let pushes = store.pushes(None, None, 50).await.unwrap().rows;
    assert!(pushes.iter().all(|it| it.event != AGREED), "{pushes:?}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// F45 and T02: whoever forges is told nothing, counted, and fills no disk; in plain mode nobody's word ends a delivery.
#[tokio::test]
async fn forgers_are_counted_and_end_nothing() {
    let app = spawn_app().await;
    let order = app.order("PF-4").await;
    let delivery = order["delivery"]["id"].as_str().unwrap();
    app.open_page(&order).await;
    let account = account(&app).await;
    let at = app.ports().clock.now().timestamp();
    let declined = told(&account, "oThief", at, AGREED, &answer_of("", delivery));
    let began = Instant::now();
    for serial in 0..300 {
        let (query, body) = sealed(&app, &account, &declined);
        let forged = query.replace("778899001", &serial.to_string());
        assert_eq!(post(&app, (forged, body)).await, StatusCode::FORBIDDEN);
    }
    let kept = app.ports().store.pushes(Some("refused"), None, 100).await;
    let kept = kept.unwrap().rows.len();
    // Five at once and two a second.
    let most = 6 + 2 * began.elapsed().as_secs() as usize;
    assert!((1..=most).contains(&kept), "a sample: {kept}");
    let metrics = app.http.get(format!("{}/metrics", app.web()));
    let metrics = metrics.send().await.unwrap().text().await.unwrap();
    let counted = metrics
        .lines()
        .find(|it| it.starts_with("fapiao_pushes_total{outcome=\"refused\"}"));
    let counted: u64 = counted
        .unwrap()
        .rsplit(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(counted >= 300, "{counted}");

    // Plain mode: the signature is right, the text is anybody's.
    eventually_or("the account is set", async || {
        let mut account = self::account(&app).await;
        account.push_mode = PushMode::Plain;
        let store = &app.ports().store;
        store.save_account(&account, &Actor::System).await
    })
    .await;
    let account = self::account(&app).await;
    assert_eq!(
        post(&app, sealed(&app, &account, &declined)).await,
        StatusCode::OK
    );
    let ignored = eventually("the push is ignored", async || {
        let found = app.ports().store.pushes(Some("ignored"), None, 50).await;
        found.unwrap().rows.into_iter().next()
    })
    .await;
    assert!(ignored.outcome.contains("plain mode"), "{ignored:?}");
    let stands = app.get(&format!("/deliveries/{delivery}")).await.body;
    assert_eq!(stands["state"], "page_opened", "{stands}");
    app.stop().await;
}

/// T03: known for ever, also after a restart.
#[tokio::test]
async fn a_push_is_known_after_a_restart() {
    let mut app = spawn_app().await;
    let order = app.authorised_order("PF-5", &company()).await;
    app.await_state(&order, "carded").await;
    let push = async |app: &TestApp| {
        let pushes = app.ports().store.pushes(None, None, 50).await.unwrap().rows;
        pushes.into_iter().find(|it| it.event == AGREED).unwrap()
    };
    let first = push(&app).await;
    // As if it had come a month ago.
    app.tamper("UPDATE pushes SET received_at = received_at - 2592000000")
        .await;
    app.restart().await;
    for _ in 0..3 {
        let again = (first.raw_query.clone(), first.raw_body.clone());
        assert_eq!(post(&app, again).await, StatusCode::OK);
    }
    let known = push(&app).await;
    assert_eq!((&known.id, known.seen), (&first.id, first.seen + 3));
    assert_eq!(known.state, "handled");
    let jobs = app.ports().store.jobs(None, None, 100).await.unwrap().rows;
    assert!(jobs.iter().all(|it| it.kind != "handle_push"), "{jobs:?}");
    let numbers = app.tax_ledger().await["numbers"].as_array().unwrap().len();
    assert_eq!(numbers, 1);
    app.stop().await;
}

/// F46: a body that comes byte by byte holds a connection for seconds, not for ever.
#[tokio::test]
async fn a_slow_body_is_given_up() {
    let app = spawn_app().await;
    let path = address(&app);
    let path = path.strip_prefix(&app.web()).unwrap();
    let mut stream = tokio::net::TcpStream::connect(app.demo().web)
        .await
        .unwrap();
    let head = format!(
        "POST {path}?signature=0 HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 1000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let began = Instant::now();
    let (mut read, mut write) = stream.into_split();
    let drip = tokio::spawn(async move {
        while write.write_all(b"<").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    });
    let mut answer = [0; 12];
    read.read_exact(&mut answer).await.unwrap();
    let took = began.elapsed();
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 408");
    // The whole of it would take minutes.
    assert!(took < Duration::from_secs(60), "{took:?}");
    drip.abort();
    let order = app.authorised_order("PF-6", &company()).await;
    app.await_state(&order, "carded").await;
    app.stop().await;
}

/// F48 in small, as much as a debug build takes: a thousand pushes of twenty buyers at once. `cargo xtask bench pushes`
/// sends ten thousand within two seconds and tells how long the answers took.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_loses_nothing_and_keeps_each_senders_order() {
    const SENDERS: usize = 20;
    const EACH: usize = 50;
    let app = spawn_app().await;
    let account = account(&app).await;
    let at = app.ports().clock.now().timestamp();
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        let sealed: Vec<_> = (0..EACH)
            .map(|serial| {
                let members = format!("<OrderId>burst-{sender}-{serial}</OrderId>");
                let from = format!("oBurst{sender}");
                sealed(
                    &app,
                    &account,
                    &told(&account, &from, at, "card_pay_order", &members),
                )
            })
            .collect();
        let (http, address) = (app.http.clone(), address(&app));
        senders.spawn(async move {
            for (query, body) in sealed {
                let request = http.post(format!("{address}?{query}")).body(body);
                assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
            }
        });
    }
    senders.join_all().await;

    let store = &app.ports().store;
    let (mut after, mut written) = (None, Vec::new());
    loop {
        let page = store.audit(after.as_deref(), 200).await.unwrap();
        let received = page.rows.iter().filter(|it| it.action == "push.received");
        written.extend(received.map(|it| it.subject.clone()));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    written.reverse();
    let mut serials: Vec<Vec<usize>> = vec![Vec::new(); SENDERS];
    for id in written {
        let push = store.push(&PushId::parse(&id).unwrap()).await.unwrap();
        let plain = push.unwrap().plain;
        if let Some(named) = plain.split("burst-").nth(1) {
            let (sender, rest) = named.split_once('-').unwrap();
            let serial = rest.split('<').next().unwrap();
            serials[sender.parse::<usize>().unwrap()].push(serial.parse().unwrap());
        }
    }
    let all: Vec<usize> = (0..EACH).collect();
    for (sender, serials) in serials.iter().enumerate() {
        assert_eq!(*serials, all, "sender {sender}");
    }
    app.assert_ledger_holds().await;
    app.stop().await;
}
