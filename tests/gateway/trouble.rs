//! Lost answers, lost and doubled callbacks, refusals: the end is the same, once.

use super::calls::Caller;
use crate::admin::{sign_in::signed_in, work::page};
use crate::harness::{
    TestApp, company, eventually, person, spawn_pair, spawn_pair_with_relay, until,
};
use crate::taxes::ports_at;
use chrono::TimeDelta;
use fapiao_usecases::{
    ids::fresh,
    jobs::{ClaimedJob, Job, JobEnd},
    ports::Scope,
    run::run_job,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Waits until the merchant stored a callback that says this.
async fn notice_of(app: &TestApp, state: &str) -> Value {
    let seller = app.outside_seller();
    eventually(&format!("a callback that says {state}"), async || {
        let notices = app.ports().store.notices(&seller, 50).await.unwrap();
        let taken = notices.iter().filter(|it| it.state != "refused");
        let mut bodies = taken.map(|it| serde_json::from_str::<Value>(&it.body).unwrap());
        bodies.find(|it| it["state"] == state)
    })
    .await
}

#[tokio::test]
async fn a_request_whose_answer_is_lost_is_asked_about_and_not_sent_twice() {
    let (app, relay) = spawn_pair_with_relay().await;
    // Without callbacks, so that the merchant has to ask.
    app.move_callbacks("").await;
    relay.lose_answers(1);
    let order = app.authorised_order("E-3001", &company()).await;
    until("the answer is missed", async || {
        let lines = app.timeline(&order).await;
        lines.iter().any(|it| it == "request.unknown")
    })
    .await;
    app.hurry(&["send_request", "follow_request"], &order, "carded")
        .await;
    let posts = relay.seen("POST /platform/v1/requests");
    assert_eq!(posts, 1, "asked before anything is sent again");
    let ledger = app.wechat_ledger().await;
    assert_eq!(ledger["inserts"].as_array().unwrap().len(), 1);
    let lines = app.timeline(&order).await;
    assert!(lines.contains(&"request.unknown".to_owned()), "{lines:?}");
    assert!(lines.contains(&"request.taken".to_owned()), "{lines:?}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_request_that_never_arrived_is_sent_again() {
    let (app, relay) = spawn_pair_with_relay().await;
    relay.lose_requests(1);
    let order = app.authorised_order("E-3002", &company()).await;
    app.hurry(&["send_request"], &order, "carded").await;
    assert_eq!(relay.seen("POST /platform/v1/requests"), 2);
    let rows = app.platform().ports.store.partner_requests(None, None, 10);
    assert_eq!(rows.await.unwrap().rows.len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_platform_that_delivers_and_never_makes_the_paper_is_for_a_person_in_the_end() {
    let (app, relay) = spawn_pair_with_relay().await;
    app.move_callbacks("").await;
    relay.hide_papers(true);
    let order = app.authorised_order("E-3002p", &company()).await;
    app.at_platform(&order, "carded").await;
    let id = app.delivery_id(&order);
    let store = &app.ports().store;
    let follow = |days: i64| {
        let now = app.ports().clock.now() + TimeDelta::days(days);
        let claimed = ClaimedJob {
            id: fresh(now),
            fence: 1,
            job: Job::FollowRequest(id.clone()),
            attempt: 1,
            queued_at: now,
        };
        let ports = ports_at(&app, now);
        async move { run_job(&ports, &claimed).await.end }
    };
    until("the merchant hears of the invoice", async || {
        app.hurry_once(&["send_request", "follow_request"]).await;
        let request = store.platform_request(&id).await.unwrap();
        request.is_some_and(|it| it.state == "issued")
    })
    .await;
    // Rarer and rarer, and not for ever.
    let end = follow(1).await;
    assert!(
        matches!(end, JobEnd::Retry { delay_secs, .. } if delay_secs > 600),
        "{end:?}"
    );
    let end = follow(31).await;
    assert!(
        matches!(&end, JobEnd::Parked { code, .. } if code == "platform_silent"),
        "{end:?}"
    );
    // Made after all, everything is fetched.
    relay.hide_papers(false);
    app.hurry(&["follow_request"], &order, "carded").await;
    let invoice = store.delivery(&Scope::All, &id).await.unwrap().unwrap();
    let papers = store.documents(&invoice.invoice.unwrap()).await.unwrap();
    assert_eq!(papers.len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn lost_callbacks_are_found_by_asking() {
    let app = spawn_pair().await;
    app.move_callbacks("http://127.0.0.1:9/nowhere").await;
    let order = app.authorised_order("E-3003", &company()).await;
    app.hurry(&["follow_request"], &order, "carded").await;
    let seller = app.outside_seller();
    assert!(
        app.ports()
            .store
            .notices(&seller, 9)
            .await
            .unwrap()
            .is_empty()
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn callbacks_alone_bring_the_invoice_and_doubled_forged_or_late_ones_change_nothing() {
    let app = spawn_pair().await;
    let order = app.authorised_order("E-3004", &person("赵六")).await;
    app.await_state(&order, "carded").await;
    let body = notice_of(&app, "delivered").await.to_string();
    let web = app.web();
    let seller = app.outside_seller();
    let path = format!("/platform/callback/{seller}");
    let outside = app.platform().outside.clone();
    let before = app.timeline(&order).await;

    // The same news under a new nonce is stored once; the same nonce again is refused.
    let right = Caller::of(&outside.key_id, &outside.key);
    let (status, told) = right.call(&app, Method::POST, &web, &path, &body).await;
    assert_eq!((status, &told["stored"]), (StatusCode::OK, &json!(true)));
    let (status, _) = right.call(&app, Method::POST, &web, &path, &body).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let forged = Caller::of(&outside.key_id, "guess");
    let (status, _) = forged.call(&app, Method::POST, &web, &path, &body).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let late = Caller {
        ahead: -600,
        ..Caller::of(&outside.key_id, &outside.key)
    };
    let (status, _) = late.call(&app, Method::POST, &web, &path, &body).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let nobody = "/platform/callback/sel_00000000000000000000000000";
    let caller = Caller::of(&outside.key_id, &outside.key);
    let (status, _) = caller.call(&app, Method::POST, &web, nobody, &body).await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    let notices = app.ports().store.notices(&seller, 50).await.unwrap();
    let refused = notices.iter().filter(|it| it.state == "refused").count();
    assert_eq!(refused, 3, "{notices:?}");
    // Staff read why: another secret than the platform's, clocks apart, sent once more.
    let admin = signed_in(&app, "admin").await;
    let shown = page(&app, &admin, &format!("/admin/sellers/{seller}/platform")).await;
    for why in ["签名不符：密钥与平台的不一致", "相差过大", "随机串重复"] {
        assert!(shown.contains(why), "{why}: {shown}");
    }
    assert!(!shown.contains("the signature does not fit"), "{shown}");
    assert_eq!(app.timeline(&order).await, before);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_refusal_of_the_platform_reaches_staff_buyer_and_wechat() {
    let app = spawn_pair().await;
    // The tax authority lets nobody issue: the request waits at the platform, whose staff refuse it.
    let gate = "/sandbox/taxpayers/91330106MA2K00041P/gate";
    let closed = json!({ "risk_flag": true });
    app.control(&app.tax(), Method::POST, gate, Some(&closed))
        .await;
    let order = app.authorised_order("E-3005", &company()).await;
    let delivery = app.at_platform(&order, "authorised").await;
    app.refuse_at_platform(&delivery, "商户合同已到期").await;
    let seen = app.await_state(&order, "failed").await;
    assert_eq!(seen["reason"], "商户合同已到期", "{seen}");
    let page = order["delivery"]["page_url"].as_str().unwrap();
    let shown = app.http.get(page).send().await.unwrap();
    let shown = shown.text().await.unwrap();
    assert!(shown.contains("商户合同已到期"), "{shown}");
    let lines = app.timeline(&order).await;
    assert!(lines.contains(&"request.refused".to_owned()), "{lines:?}");
    let id = order["delivery"]["id"].as_str().unwrap();
    let path = format!("/sandbox/orders/{id}");
    until("WeChat is told", async || {
        let there = app.control(&app.sandbox(), Method::GET, &path, None).await;
        there["state"] == "rejected"
    })
    .await;
    // The order is open for another try.
    let order_id = order["id"].as_str().unwrap();
    let wanted = json!({ "channel": "web", "page": "title" });
    let path = format!("/orders/{order_id}/deliveries");
    let second = app.post(&path, "again", &wanted).await;
    assert_eq!(second.status, StatusCode::CREATED, "{second:?}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// What a crash between two steps leaves behind, at every step: the job runs again.
#[tokio::test]
async fn repeating_every_step_changes_nothing() {
    let app = spawn_pair().await;
    let order = app.authorised_order("E-3006", &company()).await;
    app.await_state(&order, "carded").await;
    let id = app.delivery_id(&order);
    app.settled().await;
    let before = (app.timeline(&order).await, app.wechat_ledger().await);
    for job in [
        Job::DraftInvoice(id.clone()),
        Job::SendRequest(id.clone()),
        Job::FollowRequest(id.clone()),
        Job::SendRequest(id.clone()),
    ] {
        app.run(&job).await;
    }
    let request = app.platform().ports.store.partner_requests(None, None, 1);
    let request = request.await.unwrap().rows.remove(0);
    app.run_at_platform(&Job::ConfirmAuthorisation(request.delivery.clone()))
        .await;
    app.run_at_platform(&Job::DeliverCard(request.delivery.clone()))
        .await;
    app.run_at_platform(&Job::ReportResult(request.id.clone()))
        .await;
    let after = (app.timeline(&order).await, app.wechat_ledger().await);
    assert_eq!(before, after);
    app.assert_ledger_holds().await;
    app.stop().await;
}
