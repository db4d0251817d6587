//! Invoices that were issued first and taken back before their buyer collected them: the page ends, the buyer is told, and
//! the order is free for a new link.

use super::{at_stage, refund};
use crate::{
    admin::{
        sign_in::signed_in,
        work::{page, send},
    },
    harness::{TestApp, company, eventually_or, person, spawn_app, tea},
    merchant::reconciliation::rejected_there,
};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// An order whose invoice is issued and waits to be collected; `of` as the refunds take it.
async fn waiting(app: &TestApp, order_no: &str) -> (Value, Value) {
    let mut wanted = tea(order_no);
    let title = json!({ "kind": "organisation", "name": "北京喆堃龘贸易有限公司", "tax_number": "91110105MA0000007L" });
    wanted["delivery"] = json!({ "channel": "web", "page": "collect", "title": title });
    let placed = app.post("/orders", order_no, &wanted).await;
    assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
    let order = placed.body;
    let path = format!("/deliveries/{}", order["delivery"]["id"].as_str().unwrap());
    let delivery = eventually_or("the invoice is issued", async || {
        let shown = app.get(&path).await.body;
        let issued = shown["invoice"].is_object();
        if issued { Ok(shown) } else { Err(shown) }
    })
    .await;
    let of = json!({ "order": order["id"], "invoice": delivery["invoice"]["id"], "delivery": delivery["id"] });
    (order, of)
}

async fn delivery(app: &TestApp, of: &Value) -> Value {
    let path = format!("/deliveries/{}", of["delivery"].as_str().unwrap());
    app.get(&path).await.body
}

#[tokio::test]
async fn a_whole_refund_before_the_invoice_was_collected_ends_its_page() {
    let app = spawn_app().await;
    let (order, of) = waiting(&app, "CO-1").await;
    app.open_page(&order).await;
    let body = json!({ "mode": "confirm", "reason": "02", "everything": true });
    let done = refund(&app, &of, "CO-1-c", &body).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    at_stage(&app, &of, 0, "done").await;
    let ended = delivery(&app, &of).await;
    assert_eq!(
        (&ended["state"], &ended["final"], &ended["waits_for"]),
        (&json!("refused"), &json!(true), &json!("nobody"))
    );
    assert_eq!(
        ended["reason"],
        "the invoice was taken back in full: it comes into no wallet"
    );
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    let after = app.get(&path).await.body;
    assert_eq!(
        (&after["state"], &after["refunded"]),
        (&json!("cancelled"), &json!("113.00"))
    );
    let owner = signed_in(&app, "admin").await;
    let shown = page(&app, &owner, &format!("/admin{path}")).await;
    assert!(
        shown.contains("已全额红冲") && !shown.contains("打印小票"),
        "{shown}"
    );
    // Whoever had the page open at WeChat and agrees is told there.
    app.authorise(&order, &company()).await;
    let id = of["delivery"].as_str().unwrap();
    let there = rejected_there(&app, id).await;
    assert_eq!(there["reject_reason"], "这张发票已全额红冲，不再放入卡包");
    assert!(
        app.wechat_ledger().await["inserts"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_wrong_title_that_nobody_collected_is_corrected_by_a_new_link() {
    let app = spawn_app().await;
    let (_, of) = waiting(&app, "CO-2").await;
    let path = format!("/invoices/{}/red-letters", of["invoice"].as_str().unwrap());
    let body = json!({ "mode": "confirm", "reason": "01", "everything": true, "reissue": true });
    let done = app.post(&path, "CO-2-c", &body).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    let finished = at_stage(&app, &of, 0, "done").await;
    let fresh = finished["delivery_id"].as_str().unwrap();
    let shown = app.get(&format!("/deliveries/{fresh}")).await.body;
    let order = json!({ "id": of["order"], "delivery": shown });
    app.open_page(&order).await;
    app.authorise(&order, &person("欧阳娜娜")).await;
    app.await_state(&order, "carded").await;
    assert_eq!(delivery(&app, &of).await["state"], "refused");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_invoice_issued_first_that_the_tax_side_refuses_frees_its_order() {
    let app = spawn_app().await;
    let fault = json!({ "service": "QDFPSC", "kind": "refuse_invoices", "times": 1, "message": "购买方信息有误" });
    app.tax_fault(&fault).await;
    let mut wanted = tea("CO-4");
    let title = json!({ "kind": "organisation", "name": "北京喆堃龘贸易有限公司", "tax_number": "91110105MA0000007L" });
    wanted["delivery"] = json!({ "channel": "web", "page": "collect", "title": title });
    let order = app.post("/orders", "CO-4", &wanted).await.body;
    let owner = signed_in(&app, "admin").await;
    let here = format!("/admin/orders/{}", order["id"].as_str().unwrap());
    eventually_or("the page tells of the refusal", async || {
        let shown = page(&app, &owner, &here).await;
        let told = shown.contains("购买方信息有误") && !shown.contains("等待买家领取");
        if told { Ok(()) } else { Err(shown) }
    })
    .await;
    let delivery = order["delivery"]["id"].as_str().unwrap();
    let path = format!("/deliveries/{delivery}/refusal");
    let refused = app
        .post(&path, "CO-4-r", &json!({ "reason": "抬头有误" }))
        .await;
    assert_eq!(refused.status, StatusCode::OK, "{refused:?}");
    let path = format!("/orders/{}/deliveries", order["id"].as_str().unwrap());
    let anew = app
        .post(
            &path,
            "CO-4-n",
            &json!({ "channel": "web", "page": "title" }),
        )
        .await;
    assert_eq!(anew.status, StatusCode::CREATED, "{anew:?}");
    let again = json!({ "id": order["id"], "delivery": anew.body });
    app.open_page(&again).await;
    app.authorise(&again, &company()).await;
    app.await_state(&again, "carded").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_link_left_over_from_before_may_be_refused_once_its_invoice_is_taken_back() {
    let app = spawn_app().await;
    let (order, of) = waiting(&app, "CO-3").await;
    let owner = signed_in(&app, "admin").await;
    let act = format!(
        "/admin/deliveries/{}/refusal",
        of["delivery"].as_str().unwrap()
    );
    // While its invoice counts the page stays, and staff read why in their language.
    let told = send(&app, &owner, &act, &[("reason", "买家已取消")]).await;
    let told = told.text().await.unwrap();
    assert!(!told.contains("only waits for its buyer"), "{told}");
    assert_eq!(delivery(&app, &of).await["state"], "created");
    let body = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &of, "CO-3-c", &body).await;
    at_stage(&app, &of, 0, "done").await;
    // As versions before left it.
    app.settled().await;
    let id = of["delivery"].as_str().unwrap();
    app.tamper(&format!(
        "UPDATE deliveries SET state = 'created' WHERE id = '{id}'"
    ))
    .await;
    let path = format!("/deliveries/{id}/refusal");
    let refused = app
        .post(&path, "CO-3-r", &json!({ "reason": "已退款" }))
        .await;
    assert_eq!(refused.status, StatusCode::OK, "{refused:?}");
    assert_eq!(delivery(&app, &of).await["state"], "refused");
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    assert_eq!(app.get(&path).await.body["state"], "cancelled");
    app.stop().await;
}
