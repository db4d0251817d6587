//! The shop refuses.

use crate::harness::{company, spawn_app, until};
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn a_refusal_burns_the_delivery_and_a_new_one_can_be_asked_for() {
    let app = spawn_app().await;
    let order = app.order("R-1").await;
    let id = order["delivery"]["id"].as_str().unwrap();
    let refusal = json!({ "reason": "抬头有误，请重新申请" });
    let refused = app
        .post(&format!("/deliveries/{id}/refusal"), "r-1", &refusal)
        .await;
    assert_eq!(
        (refused.status, &refused.body["state"]),
        (StatusCode::OK, &json!("refused")),
        "{refused:?}"
    );
    let again = app
        .post(&format!("/deliveries/{id}/refusal"), "r-1", &refusal)
        .await;
    assert_eq!(again.headers["idempotent-replayed"], "true");

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
    assert!(shown.contains("抬头有误"), "the buyer reads why: {shown}");
    let order_id = order["id"].as_str().unwrap();
    let wanted = json!({ "channel": "web", "page": "title" });
    let second = app
        .post(&format!("/orders/{order_id}/deliveries"), "r-2", &wanted)
        .await;
    assert_eq!(second.status, StatusCode::CREATED, "{second:?}");
    assert_ne!(second.body["id"], order["delivery"]["id"]);
    let third = app
        .post(&format!("/orders/{order_id}/deliveries"), "r-3", &wanted)
        .await;
    assert_eq!(
        third.status,
        StatusCode::CONFLICT,
        "one at a time: {third:?}"
    );
    app.stop().await;
}

#[tokio::test]
async fn an_authorised_delivery_is_rejected_at_wechat_too() {
    let app = spawn_app().await;
    let title =
        json!({ "company": { "title": "示例科技有限公司", "tax_no": "91110105MA000000L7" } });
    let order = app.authorised_order("R-2", &title).await;
    app.await_state(&order, "authorised").await;
    let id = order["delivery"]["id"].as_str().unwrap();
    let refused = app
        .post(
            &format!("/deliveries/{id}/refusal"),
            "r-2",
            &json!({ "reason": "税号有误" }),
        )
        .await;
    assert_eq!(refused.status, StatusCode::OK, "{refused:?}");
    until("WeChat is told", async || {
        let path = format!("/sandbox/orders/{id}");
        let there = app
            .control(&app.sandbox(), reqwest::Method::GET, &path, None)
            .await;
        there["state"] == "rejected"
    })
    .await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_issued_invoice_cannot_be_refused() {
    let app = spawn_app().await;
    let order = app.authorised_order("R-3", &company()).await;
    app.await_state(&order, "carded").await;
    let id = order["delivery"]["id"].as_str().unwrap();
    let late = app
        .post(
            &format!("/deliveries/{id}/refusal"),
            "r-3",
            &json!({ "reason": "太晚" }),
        )
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{late:?}");
    app.stop().await;
}
