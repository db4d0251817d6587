//! The ways of buyers to an invoice that another company's platform issues, and the pages that fit.

use crate::harness::{TestApp, company, person, spawn_pair, tea};
use fapiao_usecases::jobs::Job;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

async fn place(app: &TestApp, order_no: &str, extra: Value) -> Value {
    let mut order = tea(order_no);
    order["store"] = json!(app.till().0);
    for (member, value) in extra.as_object().unwrap() {
        order[member] = value.clone();
    }
    let answer = app.post("/orders", order_no, &order).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.body
}

/// One card, inserted by the platform for the page that the buyer saw, under the order id that WeChat knows.
async fn assert_one_card(app: &TestApp, order_id: &str, page_app: &str) {
    let ledger = app.wechat_ledger().await;
    let inserts = ledger["inserts"].as_array().unwrap();
    assert_eq!(inserts.len(), 1, "{inserts:?}");
    assert_eq!(inserts[0]["order_id"], order_id);
    assert_eq!(inserts[0]["appid"], page_app);
    let platform = app.platform().secrets.app_id.as_str();
    assert_eq!(inserts[0]["platform_appid"], platform);
    app.assert_ledger_holds().await;
}

#[tokio::test]
async fn an_app_and_a_mini_program_ask_for_invoices_of_another_platform() {
    let app = spawn_pair().await;
    let secrets = app.demo().secrets.clone();
    for (order_no, channel, page_app) in [
        ("X-APP", "app", &secrets.app.app_id),
        ("X-MINI", "mini_program", &secrets.mini_program.app_id),
    ] {
        let order = place(
            &app,
            order_no,
            json!({ "delivery": { "channel": channel } }),
        )
        .await;
        let id = order["delivery"]["id"].as_str().unwrap();
        let page = format!("/deliveries/{id}/wechat-page");
        let page = app.post(&page, order_no, &json!({})).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        app.authorise(&order, &company()).await;
        app.await_state(&order, "carded").await;
        let ledger = app.wechat_ledger().await;
        let inserts = ledger["inserts"].as_array().unwrap();
        let own = inserts.iter().find(|it| it["order_id"] == id).unwrap();
        assert_eq!(own["appid"], page_app.as_str());
    }
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_app_that_the_platform_does_not_know_waits_for_a_person() {
    let app = spawn_pair().await;
    let store = &app.platform().ports.store;
    let mut partner = store.partners().await.unwrap().remove(0);
    let all = partner.app_ids.clone();
    partner.app_ids.truncate(1);
    let by = fapiao_usecases::actor::Actor::CommandLine;
    store.save_partner(&partner, &by).await.unwrap();
    let order = place(&app, "X-NEW", json!({ "delivery": { "channel": "app" } })).await;
    let id = order["delivery"]["id"].as_str().unwrap();
    let page = format!("/deliveries/{id}/wechat-page");
    app.post(&page, "X-NEW", &json!({})).await;
    app.authorise(&order, &company()).await;
    let parked = app.parked("send_request").await;
    assert!(
        parked.contains("is not registered for this merchant"),
        "{parked}"
    );
    // The platform's staff register the app; the merchant's staff retry.
    let mut partner = store.partners().await.unwrap().remove(0);
    partner.app_ids = all;
    store.save_partner(&partner, &by).await.unwrap();
    app.run(&Job::SendRequest(app.delivery_id(&order))).await;
    app.await_state(&order, "carded").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_receipt_of_a_payment_leads_to_the_sellers_own_platform() {
    let app = spawn_pair().await;
    app.link_payments_outside().await;
    let paid = json!({ "mchid": "1900000001", "money": 11_300 });
    let paid = app
        .control(
            &app.sandbox(),
            Method::POST,
            "/sandbox/payments",
            Some(&paid),
        )
        .await;
    let number = paid["order"]["order_id"].as_str().unwrap().to_owned();
    let payment = json!({ "channel": "wechat", "transaction_no": number });
    let mut order = tea("X-PAY");
    order.as_object_mut().unwrap().remove("delivery");
    order["store"] = json!(app.till().0);
    order["payment"] = payment;
    let placed = app.post("/orders", "X-PAY", &order).await;
    assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
    let path = format!("/sandbox/orders/{number}/authorise");
    app.control(&app.sandbox(), Method::POST, &path, Some(&person("钱七")))
        .await;
    let mut state = Value::Null;
    for _ in 0..800 {
        let found = app.get("/orders?order_no=X-PAY").await.body;
        state = found["data"][0]["delivery_state"].clone();
        if state == "carded" {
            let page_app = app.demo().secrets.app_id.clone();
            assert_one_card(&app, &number, &page_app).await;
            return app.stop().await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("still {state}");
}

#[tokio::test]
async fn the_pages_title_and_confirm_lead_to_the_platform_and_collect_is_refused() {
    let app = spawn_pair().await;
    let title = json!({ "kind": "organisation", "name": "北京喆堃龘贸易有限公司", "tax_number": "91110105MA0000007L" });
    let mut collect = tea("X-2");
    collect["store"] = json!(app.till().0);
    collect["delivery"] = json!({ "channel": "web", "page": "collect", "title": title });
    let refused = app.post("/orders", "X-2", &collect).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{refused:?}"
    );
    assert_eq!(refused.wrong_fields(), ["/delivery/page"]);
    assert_eq!(refused.body["errors"][0]["code"], "E_PAGE_MODE");

    let wanted = json!({ "delivery": { "channel": "web", "page": "confirm", "title": title } });
    let order = place(&app, "X-0", wanted).await;
    app.open_page(&order).await;
    app.authorise(&order, &json!({})).await;
    app.await_state(&order, "carded").await;
    let ledger = app.wechat_ledger().await;
    assert_eq!(ledger["inserts"][0]["title"], "北京喆堃龘贸易有限公司");
    // Also an invoice that is there already: its card is the platform's to insert.
    let id = order["id"].as_str().unwrap();
    let again = json!({ "channel": "web", "page": "collect" });
    let refused = app
        .post(&format!("/orders/{id}/deliveries"), "again", &again)
        .await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{refused:?}"
    );
    assert_eq!(refused.wrong_fields(), ["/page"]);
    app.assert_ledger_holds().await;
    app.stop().await;
}
