//! Cards that WeChat refuses, and agreements that came to nothing: mended, asked for anew, or ended.

use super::{
    agree, calls_of, cards, counter, delivery_id, hurry, id, job_that, rejected_there,
    roles::{of_the_library, unit_and_bureau},
};
use crate::harness::TestApp;
use reqwest::StatusCode;
use serde_json::{Value, json};

const REJECT: &str = "/card/invoice/rejectinsert";

/// A bill whose payer agreed, and whose card WeChat refused.
async fn refused(app: &TestApp, counter: &super::Counter) -> Value {
    let fault =
        json!({ "path": "/nontax/insertbill", "kind": "errcode", "value": 72040, "count": 1 });
    app.wechat_fault(&fault).await;
    let bill = counter.seeded(1).await;
    agree(app, &bill).await;
    let failed = counter.await_state(id(&bill), "failed").await;
    job_that(app, "insert_bill", delivery_id(&bill), "72040").await;
    failed
}

#[tokio::test]
async fn a_refused_card_keeps_its_agreement_until_it_is_mended() {
    let (app, counter) = counter().await;
    let bill = refused(&app, &counter).await;
    // The question that was queued when the page was opened comes late: it ends nothing.
    hurry(&app, "confirm_bill", delivery_id(&bill)).await;
    app.settled().await;
    assert_eq!(calls_of(&app, REJECT).await, 0);
    hurry(&app, "insert_bill", delivery_id(&bill)).await;
    counter.await_state(id(&bill), "carded").await;
    assert_eq!(cards(&app).await.len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_refused_card_that_is_asked_for_anew_is_never_inserted_by_its_old_job() {
    let (app, counter) = counter().await;
    let bill = refused(&app, &counter).await;
    let path = format!("/bills/{}/deliveries", id(&bill));
    let (status, again) = counter.post(&path, &json!({})).await;
    assert_eq!(status, StatusCode::CREATED, "{again}");
    // WeChat's reason was for staff: the payer reads what to do.
    let there = rejected_there(&app, delivery_id(&bill)).await;
    assert_eq!(there["reject_reason"], "已重新发出领取链接，请使用新的链接");
    hurry(&app, "insert_bill", delivery_id(&bill)).await;
    app.settled().await;
    assert!(cards(&app).await.is_empty());
    agree(&app, &again).await;
    counter.await_state(id(&bill), "carded").await;
    assert_eq!(cards(&app).await.len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn the_payer_of_a_refused_card_is_told_when_the_bill_is_void() {
    let (app, counter) = counter().await;
    let bill = refused(&app, &counter).await;
    let reason = "文件有误，".repeat(11);
    let path = format!("/bills/{}/void", id(&bill));
    let (status, void) = counter.post(&path, &json!({ "reason": reason })).await;
    assert_eq!(status, StatusCode::OK, "{void}");
    let there = rejected_there(&app, delivery_id(&bill)).await;
    let told = there["reject_reason"].as_str().unwrap();
    assert!(told.starts_with("票据已作废：文件有误"), "{told}");
    assert!(told.chars().count() <= 60, "{told}");
    hurry(&app, "insert_bill", delivery_id(&bill)).await;
    app.settled().await;
    assert!(cards(&app).await.is_empty());
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_order_id_that_others_used_is_not_asked_for_anew() {
    let (app, counter) = counter().await;
    let fault =
        json!({ "path": "/nontax/insertbill", "kind": "errcode", "value": 72056, "count": 1 });
    app.wechat_fault(&fault).await;
    let bill = counter.seeded(1).await;
    agree(&app, &bill).await;
    job_that(&app, "insert_bill", delivery_id(&bill), "order_id_used").await;
    let path = format!("/bills/{}/deliveries", id(&bill));
    let (status, refused) = counter.post(&path, &json!({})).await;
    assert_eq!(status, StatusCode::CONFLICT, "{refused}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_bureau_takes_the_next_agreement_after_one_that_came_to_nothing() {
    let (app, unit, bureau) = unit_and_bureau().await;
    let bill = unit.create(&of_the_library(1)).await;
    agree(&app, &bill).await;
    let agreed = unit.await_state(id(&bill), "authorised").await;
    let mut handed = of_the_library(1);
    handed["authorisation"] = json!({ "order_id": "mistyped-1", "app_id": "wx0000000000000000" });
    let theirs = bureau.create(&handed).await;
    // While the first is looked for, another is not taken, and is not taken for granted either.
    handed["authorisation"] = agreed["delivery"]["wechat"].clone();
    let (status, waits) = bureau.post("/bills", &handed).await;
    assert_eq!(
        (status, waits["code"].as_str()),
        (StatusCode::CONFLICT, Some("bill_not_now"))
    );
    let path = format!("/bills/{}/refusal", id(&theirs));
    bureau.post(&path, &json!({ "reason": "单号有误" })).await;
    let (status, taken) = bureau.post("/bills", &handed).await;
    assert_eq!(
        (status, &taken["id"]),
        (StatusCode::OK, &theirs["id"]),
        "{taken}"
    );
    bureau.put_file(id(&theirs), super::file(1)).await;
    bureau.await_state(id(&theirs), "carded").await;
    // The same hand-over once more is the same delivery.
    let (status, again) = bureau.post("/bills", &handed).await;
    assert_eq!(
        (status, &again["delivery"]["id"]),
        (StatusCode::OK, &taken["delivery"]["id"])
    );
    assert_eq!(cards(&app).await.len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}
