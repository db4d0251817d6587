//! The legacy unified calls: WeChat has the invoice made out, and tells by event and query.

use crate::{
    admin::{
        sign_in::signed_in,
        work::{page, send},
    },
    harness::{TestApp, company, eventually, eventually_or, person, spawn_app, until},
    red::{act, at_state, hurried_to, invoice_state, refund},
};
use fapiao_domain::ids::{Id, OrderId, SellerId};
use fapiao_usecases::{
    actor::Actor,
    jobs::Job,
    platform::confirmations::FormAct,
    records::{IssuingMode, UnifiedSettings},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// A product whose first seller is set to the unified calls.
pub async fn spawn_unified() -> TestApp {
    let app = spawn_app().await;
    let store = &app.ports().store;
    let id = SellerId::from_ulid("0000000000DEM0000000000001");
    let mut seller = store.seller(&id).await.unwrap().unwrap();
    seller.mode = IssuingMode::WechatUnified;
    let by = Actor::CommandLine;
    store.save_seller(&seller, &by).await.unwrap();
    let settings = UnifiedSettings {
        seller: id,
        merchant_id: "DEMO01".to_owned(),
        trade: "0".to_owned(),
        platform_id: String::new(),
        version: 0,
    };
    store.save_unified_settings(&settings, &by).await.unwrap();
    app
}

async fn calls(app: &TestApp, path: &str) -> usize {
    let seen = app
        .control(
            &app.sandbox(),
            Method::GET,
            "/sandbox/calls?limit=500",
            None,
        )
        .await;
    let list = seen["calls"].as_array().or(seen.as_array()).unwrap();
    list.iter().filter(|it| it["path"] == path).count()
}

async fn settings(app: &TestApp, change: &Value) {
    let path = "/sandbox/settings";
    app.control(&app.sandbox(), Method::PATCH, path, Some(change))
        .await;
}

/// Lets waiting jobs of the kind look again until the delivery stands where it should.
async fn hurry(app: &TestApp, order: &Value, state: &str) -> Value {
    let id = order["delivery"]["id"].as_str().unwrap();
    eventually_or(state, async || {
        let seen = app.get(&format!("/deliveries/{id}")).await.body;
        if seen["state"] == state {
            return Ok(seen);
        }
        app.hurry_once(&["make_out"]).await;
        Err(seen)
    })
    .await
}

async fn timeline(app: &TestApp, order: &Value) -> Vec<String> {
    let id = OrderId::parse(order["id"].as_str().unwrap()).unwrap();
    let lines = app.ports().store.timeline(&id).await.unwrap();
    lines.into_iter().rev().map(|it| it.action).collect()
}

const MAKE: &str = "/card/invoice/makeoutinvoice";

#[tokio::test]
async fn wechat_makes_the_invoice_out_and_takes_it_back() {
    let app = spawn_unified().await;
    let order = app.authorised_order("U-1", &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let id = delivery["invoice"]["id"].as_str().unwrap();
    let invoice = app.get(&format!("/invoices/{id}")).await.body;
    assert_eq!(invoice["state"], "issued", "{invoice}");
    assert_eq!(invoice["totals"], order["totals"]);
    assert_eq!(invoice["number"].as_str().unwrap().len(), 8);
    assert_eq!(invoice["code"].as_str().unwrap().len(), 12);
    assert_eq!(
        invoice["documents"].as_array().unwrap().len(),
        1,
        "{invoice}"
    );
    assert_eq!(calls(&app, MAKE).await, 1);
    // Nothing of ours was issued, and the card is the platform's behind the call.
    assert!(
        app.tax_ledger().await["numbers"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert_eq!(calls(&app, "/card/invoice/insert").await, 0);

    // Part of it cannot be taken back this way; all of it can.
    let sold = json!({ "order": order["id"], "invoice": id, "delivery": delivery["id"] });
    let part =
        json!({ "mode": "confirm", "reason": "02", "lines": [{ "line": "1", "quantity": "1" }] });
    refund(&app, &sold, "U-1-p", &part).await;
    let letter = at_state(&app, &sold, "rejected").await;
    assert!(
        letter["message"].as_str().unwrap().contains("in full only"),
        "{letter}"
    );
    give_up(&app, &letter).await;
    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    let done = refund(&app, &sold, "U-1-c", &all).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    hurried_to(&app, &sold, 1, "done").await;
    assert_eq!(invoice_state(&app, &sold).await, "fully_red");
    assert_eq!(calls(&app, "/card/invoice/clearoutinvoice").await, 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_offset_whose_beginning_was_cut_short_goes_on() {
    let app = spawn_unified().await;
    let order = app.authorised_order("U-1k", &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let sold = json!({ "order": order["id"], "invoice": delivery["invoice"]["id"], "delivery": delivery["id"] });
    let clear = "/card/invoice/clearoutinvoice";
    app.wechat_fault(&json!({ "path": clear, "kind": "drop_before", "count": 1 }))
        .await;
    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "U-1k-c", &all).await;
    let letter = at_state(&app, &sold, "asked").await;
    let id = Id::parse(letter["id"].as_str().unwrap()).unwrap();
    let store = &app.ports().store;
    until("the call's outcome is unknown", async || {
        let call = store.clear_out_call(&id).await.unwrap();
        call.is_some_and(|it| it.state == "unknown")
    })
    .await;
    // As a kill between the confirmation's state and its call left it.
    let gone = app
        .tamper("DELETE FROM unified_requests WHERE kind = 'clear'")
        .await;
    assert_eq!(gone, 1);
    hurried_to(&app, &sold, 0, "done").await;
    assert_eq!(invoice_state(&app, &sold).await, "fully_red");
    app.assert_ledger_holds().await;
    app.stop().await;
}

async fn give_up(app: &TestApp, letter: &Value) {
    let id = Id::parse(letter["id"].as_str().unwrap()).unwrap();
    act(app.ports(), &id, FormAct::GiveUp).await;
}

#[tokio::test]
async fn a_failure_reaches_staff_and_buyer_with_its_reason() {
    let app = spawn_unified().await;
    settings(
        &app,
        &json!({ "unified_fails": "the taxpayer's quota is used up" }),
    )
    .await;
    let order = app.authorised_order("U-2", &person("张三")).await;
    let seen = app.await_state(&order, "failed").await;
    let why = seen["reason"].as_str().unwrap();
    assert!(why.contains("73000"), "{why}");
    assert!(why.contains("quota is used up"), "{why}");
    let page = order["delivery"]["page_url"].as_str().unwrap();
    let shown = app
        .http
        .get(page)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        shown.contains("quota is used up") || shown.contains("73000"),
        "{shown}"
    );
    let lines = timeline(&app, &order).await;
    assert!(lines.contains(&"unified.failed".to_owned()), "{lines:?}");
    // WeChat is told, and with it the buyer on WeChat's own pages.
    let path = format!("/sandbox/orders/{}", seen["id"].as_str().unwrap());
    let sandbox = app.sandbox();
    eventually("the refusal at WeChat", async || {
        let order = app.control(&sandbox, Method::GET, &path, None).await;
        (order["state"] == "rejected").then_some(())
    })
    .await;
    // The order is open for another try.
    settings(&app, &json!({ "unified_fails": "" })).await;
    let wanted = json!({ "channel": "web", "page": "title" });
    let path = format!("/orders/{}/deliveries", order["id"].as_str().unwrap());
    let second = app.post(&path, "again", &wanted).await;
    assert_eq!(second.status, StatusCode::CREATED, "{second:?}");
    let order = json!({ "id": order["id"], "delivery": second.body });
    app.open_page(&order).await;
    app.authorise(&order, &person("张三")).await;
    app.await_state(&order, "carded").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_lost_answer_is_queried_and_not_sent_twice() {
    let app = spawn_unified().await;
    app.wechat_fault(&json!({ "path": MAKE, "kind": "work_then_drop", "count": 1 }))
        .await;
    // Without the event, so that only the query can tell.
    let event = "cloud_invoice_invoiceresult_event";
    app.wechat_fault(&json!({ "event": event, "kind": "lost" }))
        .await;
    let order = app.authorised_order("U-3", &company()).await;
    hurry(&app, &order, "carded").await;
    assert_eq!(calls(&app, MAKE).await, 1);
    let lines = timeline(&app, &order).await;
    assert!(lines.contains(&"unified.unknown".to_owned()), "{lines:?}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_call_that_never_arrived_is_sent_again_under_the_same_serial() {
    let app = spawn_unified().await;
    app.wechat_fault(&json!({ "path": MAKE, "kind": "drop_before", "count": 1 }))
        .await;
    let order = app.authorised_order("U-4", &company()).await;
    hurry(&app, &order, "carded").await;
    assert_eq!(calls(&app, MAKE).await, 2);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_doubled_event_and_one_before_the_answer_change_nothing() {
    let app = spawn_unified().await;
    let event = "cloud_invoice_invoiceresult_event";
    app.wechat_fault(&json!({ "event": event, "kind": "doubled", "count": 1 }))
        .await;
    // The event is sent while the call is still being answered.
    app.wechat_fault(&json!({ "path": MAKE, "kind": "work_then_drop", "count": 1 }))
        .await;
    let order = app.authorised_order("U-5", &company()).await;
    hurry(&app, &order, "carded").await;
    let before = timeline(&app, &order).await;
    let id =
        fapiao_domain::ids::DeliveryId::parse(order["delivery"]["id"].as_str().unwrap()).unwrap();
    let claimed = |job: Job| fapiao_usecases::jobs::ClaimedJob {
        id: fapiao_usecases::ids::fresh(chrono::Utc::now()),
        fence: 1,
        job,
        attempt: 1,
        queued_at: chrono::Utc::now(),
    };
    for job in [Job::MakeOut(id.clone()), Job::DraftInvoice(id)] {
        fapiao_usecases::run::run_job(app.ports(), &claimed(job)).await;
    }
    assert_eq!(timeline(&app, &order).await, before);
    let issued = before.iter().filter(|it| *it == "invoice.issued").count();
    assert_eq!(issued, 1, "{before:?}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn without_the_push_nobody_knows_the_openid_and_a_person_looks() {
    let app = spawn_unified().await;
    let event = "user_authorize_invoice";
    app.wechat_fault(&json!({ "event": event, "kind": "lost" }))
        .await;
    let order = app.authorised_order("U-6", &company()).await;
    let job = eventually("somebody is asked", async || {
        app.hurry_once(&["confirm_authorisation"]).await;
        let parked = app.ports().store.jobs(Some("parked"), None, 50).await;
        let mut rows = parked.unwrap().rows.into_iter();
        rows.find(|it| it.kind == "make_out")
    })
    .await;
    assert_eq!(job.code, "openid_missing");
    assert_eq!(calls(&app, MAKE).await, 0);
    let id = order["delivery"]["id"].as_str().unwrap();
    let seen = app.get(&format!("/deliveries/{id}")).await.body;
    assert_eq!(seen["state"], "issuing");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn the_page_collect_is_refused() {
    let app = spawn_unified().await;
    let mut wanted = crate::harness::tea("U-7");
    wanted["delivery"] = json!({ "channel": "web", "page": "collect",
        "title": { "kind": "person", "name": "张三" } });
    let refused = app.post("/orders", "U-7", &wanted).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{refused:?}"
    );
    assert_eq!(refused.wrong_fields(), ["/delivery/page"]);
    app.stop().await;
}

#[tokio::test]
async fn its_settings_are_entered_in_the_back_office_and_a_later_hand_is_told() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let id = SellerId::from_ulid("0000000000DEM0000000000001");
    let path = format!("/admin/sellers/{id}/unified");
    let post = async |prefix: &str, version: &str| {
        let members = [
            ("merchant_id", prefix),
            ("trade", "1"),
            ("platform_id", ""),
            ("version", version),
        ];
        send(&app, &owner, &path, &members).await
    };
    let text = page(&app, &owner, &path).await;
    assert!(text.contains("name=\"version\" value=\"\""), "{text}");
    let wrong = post("DEMO-1", "").await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(post("DEMO77", "").await.status(), StatusCode::SEE_OTHER);
    let kept = async || {
        let store = &app.ports().store;
        store.unified_settings(&id).await.unwrap().unwrap()
    };
    let first = kept().await;
    assert_eq!(
        (first.merchant_id.as_str(), first.trade.as_str()),
        ("DEMO77", "1")
    );
    let version = first.version.to_string();
    assert_eq!(
        post("DEMO78", &version).await.status(),
        StatusCode::SEE_OTHER
    );
    let late = post("DEMO79", &version).await;
    assert_eq!(late.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.text().await.unwrap().contains("内容已被他人更改"));
    assert_eq!(kept().await.merchant_id, "DEMO78");
    app.stop().await;
}
