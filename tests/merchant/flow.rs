//! From the till to the wallet.

use crate::harness::{company, eventually, person, spawn_app, tea};
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn an_order_becomes_exactly_one_card_with_a_readable_invoice() {
    let app = spawn_app().await;
    let order = app.order("A-1001").await;
    assert_eq!(
        order["totals"],
        json!({ "amount": "100.00", "tax": "13.00", "total": "113.00" })
    );
    assert_eq!(order["delivery"]["state"], "created");

    app.open_page(&order).await;
    app.authorise(&order, &company()).await;
    let delivery = app.await_state(&order, "carded").await;

    let number = delivery["invoice"]["number"].as_str().unwrap();
    assert!(
        number.len() == 20 && &number[2..5] == "999",
        "a sandbox number can never be real: {number}"
    );
    let id = delivery["invoice"]["id"].as_str().unwrap();
    let invoice = app.get(&format!("/invoices/{id}")).await.body;
    assert_eq!(invoice["number"], number);
    assert_eq!(invoice["state"], "issued");
    assert_eq!(invoice["totals"], order["totals"]);
    assert_eq!(invoice["lines"].as_array().unwrap().len(), 1);
    assert_eq!(invoice["documents"].as_array().unwrap().len(), 3);

    let pdf = app
        .http
        .get(format!("{}/api/v1/invoices/{id}/file.pdf", app.web()))
        .bearer_auth(&app.demo().secrets.api_key)
        .send()
        .await
        .unwrap();
    assert_eq!(pdf.headers()["content-type"], "application/pdf");
    assert!(pdf.bytes().await.unwrap().starts_with(b"%PDF-"));

    let ledger = app.wechat_ledger().await;
    let inserts = ledger["inserts"].as_array().unwrap();
    assert_eq!(inserts.len(), 1);
    assert_eq!(inserts[0]["fee"], 11_300);
    assert_eq!(inserts[0]["fee_without_tax"], 10_000);
    assert_eq!(inserts[0]["tax"], 1_300);
    assert_eq!(inserts[0]["billing_no"], number);
    assert_eq!(inserts[0]["title"], "北京喆堃龘贸易有限公司");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_person_needs_no_tax_number_and_is_printed_as_one() {
    let app = spawn_app().await;
    let order = app.authorised_order("A-1002", &person("欧阳娜娜")).await;
    app.await_state(&order, "carded").await;
    let ledger = app.wechat_ledger().await;
    assert_eq!(ledger["inserts"][0]["title"], "欧阳娜娜（个人）");
    app.stop().await;
}

#[tokio::test]
async fn a_wrong_tax_number_waits_for_a_person_and_takes_no_number() {
    let app = spawn_app().await;
    let title =
        json!({ "company": { "title": "示例科技有限公司", "tax_no": "91110105MA000000L7" } });
    let order = app.authorised_order("A-1003", &title).await;
    app.await_state(&order, "authorised").await;
    let job = eventually("a person's turn", async || {
        let jobs = app.ports().store.jobs(Some("parked"), None, 10).await;
        jobs.unwrap().rows.into_iter().next()
    })
    .await;
    assert_eq!(
        (job.kind.as_str(), job.code.as_str()),
        ("draft_invoice", "title_invalid")
    );
    assert!(
        app.tax_ledger().await["numbers"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_lost_push_is_found_by_asking() {
    let app = spawn_app().await;
    app.wechat_fault(&json!({ "kind": "lost", "count": 1 }))
        .await;
    let order = app.order("A-1004").await;
    app.open_page(&order).await;
    app.authorise(&order, &company()).await;
    let id = order["delivery"]["id"].as_str().unwrap();
    // The scheduled question comes after 30 seconds; the queue's own button brings it forward.
    let jobs = app
        .ports()
        .store
        .jobs(Some("waiting"), None, 50)
        .await
        .unwrap()
        .rows;
    let poll = jobs
        .iter()
        .find(|job| job.kind == "confirm_authorisation" && job.subject == id)
        .unwrap();
    let by = fapiao_usecases::actor::Actor::System;
    assert!(app.ports().store.retry_job(&poll.id, &by).await.unwrap());
    app.await_state(&order, "carded").await;
    app.stop().await;
}

#[tokio::test]
async fn a_lost_answer_to_insert_never_makes_a_second_card() {
    let app = spawn_app().await;
    let fault = json!({ "path": "/card/invoice/insert", "kind": "work_then_drop", "count": 1 });
    app.wechat_fault(&fault).await;
    let order = app.authorised_order("A-1005", &company()).await;
    app.await_state(&order, "carded").await;
    let ledger = app.wechat_ledger().await;
    assert_eq!(ledger["inserts"].as_array().unwrap().len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn everything_goes_on_after_a_restart() {
    let mut app = spawn_app().await;
    let order = app.order("A-1006").await;
    app.open_page(&order).await;
    app.restart().await;
    let again = app.post("/orders", "A-1006", &tea("A-1006")).await;
    assert_eq!(again.status, StatusCode::CREATED);
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(again.body["id"], order["id"]);
    app.authorise(&order, &company()).await;
    app.await_state(&order, "carded").await;
    app.stop().await;
}

#[tokio::test]
async fn the_buyer_sees_where_the_invoice_stands_and_can_download_it() {
    let app = spawn_app().await;
    let order = app.authorised_order("A-1007", &company()).await;
    app.await_state(&order, "carded").await;
    let page = order["delivery"]["page_url"].as_str().unwrap();
    let shown = app.http.get(page).send().await.unwrap();
    let text = shown.text().await.unwrap();
    assert!(
        text.contains("113.00") && text.contains("file.pdf"),
        "{text}"
    );
    let pdf = app
        .http
        .get(format!("{page}/file.pdf"))
        .send()
        .await
        .unwrap();
    assert_eq!(pdf.status(), StatusCode::OK);
    assert!(pdf.bytes().await.unwrap().starts_with(b"%PDF-"));
    // The data and the OFD as well: a buyer's accounting may ask for them.
    for format in ["xml", "ofd"] {
        let path = format!("file.{format}");
        assert!(text.contains(&path), "{path}: {text}");
        let file = app.http.get(format!("{page}/{path}"));
        assert_eq!(file.send().await.unwrap().status(), StatusCode::OK);
    }
    let none = app.http.get(format!("{page}/file.exe")).send();
    assert_eq!(none.await.unwrap().status(), StatusCode::NOT_FOUND);
    let state = app
        .control(&app.sandbox(), Method::GET, "/sandbox/state", None)
        .await;
    assert_eq!(state["counts"]["cards"], 1);
    app.stop().await;
}
