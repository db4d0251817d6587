//! Refunds of whole orders: before an invoice exists, replaced invoices, wrong titles, held cards.

use super::{at_stage, await_card, card_status, carded, refund};
use crate::{
    admin::{sign_in::signed_in, work::page},
    harness::{company, person, spawn_app, until},
    merchant::reconciliation::rejected_there,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn before_an_invoice_exists_a_refund_lessens_what_is_invoiced() {
    let app = spawn_app().await;
    let order = app.order("B-1").await;
    let sold = json!({ "order": order["id"] });
    let body =
        json!({ "mode": "confirm", "reason": "02", "lines": [{ "line": "1", "quantity": "1" }] });
    let done = refund(&app, &sold, "B-1-c", &body).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    assert_eq!(done.body["red_letters"], json!([]));
    assert_eq!(done.body["stage"], "done");
    // What was sold stays beside what was given back.
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    let found = app.get("/orders?order_no=B-1").await.body;
    for shown in [app.get(&path).await.body, found["data"][0].clone()] {
        assert_eq!(
            (&shown["totals"]["total"], &shown["refunded"]),
            (&json!("113.00"), &json!("56.50"))
        );
    }
    let owner = signed_in(&app, "admin").await;
    let shown = page(&app, &owner, &format!("/admin{path}")).await;
    assert!(
        shown.contains("已退") && shown.contains("−¥56.50") && shown.contains("余额"),
        "{shown}"
    );
    let page = order["delivery"]["page_url"].as_str().unwrap();
    let shown = || async {
        app.http
            .get(page)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    };
    let told = shown().await;
    assert!(
        told.contains("¥56.50") && !told.contains("113.00"),
        "{told}"
    );
    app.open_page(&order).await;
    app.authorise(&order, &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let told = shown().await;
    assert!(
        told.contains("¥56.50") && !told.contains("113.00"),
        "{told}"
    );
    let path = format!("/invoices/{}", delivery["invoice"]["id"].as_str().unwrap());
    let invoice = app.get(&path).await.body;
    assert_eq!(
        invoice["totals"],
        json!({ "amount": "50.00", "tax": "6.50", "total": "56.50" })
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_buyer_is_not_asked_for_the_title_of_an_order_that_was_given_back() {
    let app = spawn_app().await;
    let order = app.order("B-2").await;
    let sold = json!({ "order": order["id"] });
    let body = json!({ "mode": "confirm", "reason": "02", "everything": true });
    let done = refund(&app, &sold, "B-2-c", &body).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    let page = order["delivery"]["page_url"].as_str().unwrap();
    let told = app
        .http
        .get(page)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(told.contains("订单已退款，无需开票"), "{told}");
    assert!(
        !told.contains("the order was refunded") && !told.contains("/wechat\""),
        "{told}"
    );
    let path = format!(
        "/deliveries/{}/wechat-page",
        order["delivery"]["id"].as_str().unwrap()
    );
    let refused = app.post(&path, "B-2-w", &json!({})).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{refused:?}");
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    let after = app.get(&path).await.body;
    assert_eq!(
        (&after["state"], &after["delivery"]["state"]),
        (&json!("cancelled"), &json!("refused"))
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_buyer_who_agrees_after_the_whole_order_was_given_back_is_told_at_wechat() {
    let app = spawn_app().await;
    let order = app.order("B-3").await;
    app.open_page(&order).await;
    // A part given back changes nothing for the page; the rest ends it.
    let part =
        json!({ "mode": "confirm", "reason": "02", "lines": [{ "line": "1", "quantity": "1" }] });
    let sold = json!({ "order": order["id"] });
    refund(&app, &sold, "B-3-a", &part).await;
    let id = order["delivery"]["id"].as_str().unwrap();
    let path = format!("/deliveries/{id}");
    assert_eq!(app.get(&path).await.body["state"], "page_opened");
    let rest = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "B-3-b", &rest).await;
    assert_eq!(app.get(&path).await.body["state"], "refused");
    app.authorise(&order, &company()).await;
    let there = rejected_there(&app, id).await;
    assert_eq!(there["reject_reason"], "订单已退款，无需开票");
    assert_eq!(app.get(&path).await.body["state"], "refused");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_wrong_title_is_taken_back_and_the_buyer_asked_anew() {
    let app = spawn_app().await;
    let sold = carded(&app, "W-1").await;
    let path = format!(
        "/invoices/{}/red-letters",
        sold["invoice"].as_str().unwrap()
    );
    let body = json!({ "mode": "confirm", "reason": "01", "everything": true, "reissue": true });
    let done = app.post(&path, "W-1-c", &body).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    assert_eq!(
        (&done.body["kind"], &done.body["totals"]["total"]),
        (&json!("correction"), &json!("0.00"))
    );
    let finished = at_stage(&app, &sold, 0, "done").await;
    let delivery = finished["delivery_id"].as_str().unwrap();
    assert_ne!(delivery, sold["delivery"].as_str().unwrap());
    let shown = app.get(&format!("/deliveries/{delivery}")).await.body;
    let order = json!({ "id": sold["order"], "delivery": shown });
    app.open_page(&order).await;
    app.authorise(&order, &person("欧阳娜娜")).await;
    let second = app.await_state(&order, "carded").await;
    assert_ne!(second["invoice"]["id"], sold["invoice"]);
    await_card(&app, &sold, "INVOICE_REIMBURSE_CANCEL").await;
    let again = json!({ "delivery": delivery });
    assert_eq!(card_status(&app, &again).await, "INVOICE_REIMBURSE_INIT");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_replaced_invoice_is_issued_anew_for_the_rest() {
    let app = spawn_app().await;
    let sold = carded(&app, "P-1").await;
    let mut body = json!({ "mode": "plan", "reason": "02", "replace": true,
        "lines": [{ "line": "1", "quantity": "1" }] });
    let plan = refund(&app, &sold, "P-1-p", &body).await.body;
    assert_eq!(plan["new_authorisations"], 1);
    assert_eq!(
        (&plan["reissued"], &plan["left"]),
        (&json!("56.50"), &json!("56.50"))
    );
    assert_eq!(plan["red_letters"][0]["totals"]["total"], "-113.00");
    body["mode"] = json!("confirm");
    refund(&app, &sold, "P-1-c", &body).await;
    let finished = at_stage(&app, &sold, 0, "done").await;
    let shown = app
        .get(&format!(
            "/deliveries/{}",
            finished["delivery_id"].as_str().unwrap()
        ))
        .await
        .body;
    let order = json!({ "id": sold["order"], "delivery": shown });
    app.open_page(&order).await;
    app.authorise(&order, &company()).await;
    let second = app.await_state(&order, "carded").await;
    let path = format!("/invoices/{}", second["invoice"]["id"].as_str().unwrap());
    assert_eq!(app.get(&path).await.body["totals"]["total"], "56.50");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_held_card_warns_before_and_stays() {
    let app = spawn_app().await;
    let sold = carded(&app, "L-1").await;
    let ledger = app.wechat_ledger().await;
    let card = &ledger["inserts"][0];
    lock(&app, card).await;
    let body = json!({ "mode": "confirm", "reason": "02", "everything": true });
    until("the card is known to be held", async || {
        let plan = json!({ "mode": "plan", "reason": "02", "everything": true });
        let plan = refund(&app, &sold, "L-1-p", &plan).await;
        plan.body["red_letters"][0]["card_is_held"] == true
    })
    .await;
    let refused = refund(&app, &sold, "L-1-c", &body).await;
    assert_eq!(refused.body["code"], "card_held", "{refused:?}");
    let mut despite = body.clone();
    despite["despite_card_lock"] = json!(true);
    assert_eq!(
        refund(&app, &sold, "L-1-d", &despite).await.status,
        StatusCode::CREATED
    );
    at_stage(&app, &sold, 0, "done").await;
    assert_eq!(card_status(&app, &sold).await, "INVOICE_REIMBURSE_LOCK");
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// An employer takes the card for reimbursement.
async fn lock(app: &crate::harness::TestApp, card: &Value) {
    let code = card["code"].as_str().unwrap();
    let body = json!({ "status": "INVOICE_REIMBURSE_LOCK" });
    let path = format!("/sandbox/cards/{code}/status");
    app.control(&app.sandbox(), Method::POST, &path, Some(&body))
        .await;
}

#[tokio::test]
async fn asking_anew_belongs_to_a_wrong_invoice_and_to_no_other_reason() {
    let app = spawn_app().await;
    let sold = carded(&app, "R-anew").await;
    for reason in ["02", "03", "04"] {
        let body = json!({ "mode": "plan", "reason": reason, "everything": true, "reissue": true });
        let answer = refund(&app, &sold, "anew", &body).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{answer:?}"
        );
        assert_eq!(answer.wrong_fields(), ["/reissue"]);
        let told = answer.body["errors"][0]["message"].as_str().unwrap();
        assert!(told.contains("`replace`"), "{told}");
    }
    let body = json!({ "mode": "plan", "reason": "02", "everything": true, "reissue": false });
    let answer = refund(&app, &sold, "anew", &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    app.stop().await;
}

#[tokio::test]
async fn what_was_refunded_while_the_buyer_was_at_wechat_is_refused_and_not_retried() {
    let app = spawn_app().await;
    let order = app.order("RF-W").await;
    app.open_page(&order).await;
    let sold = json!({ "order": order["id"] });
    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    let done = refund(&app, &sold, "RF-W-c", &all).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    // As it stands when the agreement and the refund are written in the same instant.
    let id = order["delivery"]["id"].as_str().unwrap();
    app.tamper(&format!(
        "UPDATE deliveries SET state = 'page_opened', reason = '' WHERE id = '{id}'"
    ))
    .await;
    app.authorise(&order, &company()).await;
    app.await_state(&order, "authorised").await;
    let owner = signed_in(&app, "admin").await;
    let refusal = format!(
        "/admin/deliveries/{}#refusal",
        order["delivery"]["id"].as_str().unwrap()
    );
    until("the draft stops", async || {
        page(&app, &owner, "/admin/jobs")
            .await
            .contains("订单没有可开票的余额")
    })
    .await;
    let jobs = page(&app, &owner, "/admin/jobs").await;
    // The one thing that helps is offered, by name; the same again is not.
    assert!(
        jobs.contains(&refusal) && !jobs.contains("/retry\""),
        "{jobs}"
    );
    assert!(
        jobs.contains("投递 dlv_") && !jobs.contains("订单 dlv_"),
        "{jobs}"
    );
    let here = format!("/admin/orders/{}", order["id"].as_str().unwrap());
    let shown = page(&app, &owner, &here).await;
    assert!(
        shown.contains(&refusal) && !shown.contains(&format!("{here}/retry")),
        "{shown}"
    );
    app.stop().await;
}
