//! Inserts whose answer was lost and which WeChat refuses afterwards: a person looks into the wallet.

use super::{
    Counter, actions, agree, bill_id, calls_of, cards, counter, delivery_id, hurry, id, job,
    job_that, rejected_there,
};
use crate::harness::TestApp;
use fapiao_usecases::{
    actor::Actor,
    fiscal::{BillError, card_is_absent},
    ports::BillRow,
};
use reqwest::StatusCode;
use serde_json::{Value, json};

const INSERT: &str = "/nontax/insertbill";

/// A bill whose insert got no answer first, and a no later: whether `first` reached WeChat's books is what differs.
async fn undecided(app: &TestApp, counter: &Counter, first: &str) -> Value {
    for fault in [
        json!({ "path": INSERT, "kind": first, "count": 1 }),
        json!({ "path": INSERT, "kind": "errcode", "value": 72040, "count": 1 }),
    ] {
        app.wechat_fault(&fault).await;
    }
    let bill = counter.seeded(1).await;
    agree(app, &bill).await;
    let failed = counter.await_state(id(&bill), "failed").await;
    assert_eq!(failed["delivery"]["card"]["state"], "inserting");
    job_that(app, "insert_bill", delivery_id(&bill), "72040").await;
    failed
}

/// So long ago that no answer comes any more.
async fn long_ago(app: &TestApp, bill: &Value) {
    let statement = format!(
        "UPDATE fiscal_bill_deliveries SET card_asked_at = card_asked_at - 660000 WHERE id = '{}'",
        delivery_id(bill)
    );
    assert_eq!(app.tamper(&statement).await, 1);
}

async fn is_absent(app: &TestApp, bill: &Value, reason: &str) -> Result<BillRow, BillError> {
    card_is_absent(app.ports(), &Actor::CommandLine, &bill_id(bill), reason).await
}

async fn ask_anew(counter: &Counter, bill: &Value) -> (StatusCode, Value) {
    let path = format!("/bills/{}/deliveries", id(bill));
    counter.post(&path, &json!({})).await
}

#[tokio::test]
async fn a_card_that_a_person_did_not_find_is_asked_for_anew() {
    let (app, counter) = counter().await;
    let bill = undecided(&app, &counter, "drop_before").await;
    let (status, early) = ask_anew(&counter, &bill).await;
    assert_eq!(status, StatusCode::CONFLICT, "{early}");
    // The answer may still come, and a reason is needed.
    let early = is_absent(&app, &bill, "电话核实").await;
    assert!(matches!(early, Err(BillError::NotNow { .. })), "{early:?}");
    long_ago(&app, &bill).await;
    let unsaid = is_absent(&app, &bill, " ").await;
    assert!(matches!(unsaid, Err(BillError::Invalid(_))), "{unsaid:?}");
    let row = is_absent(&app, &bill, "电话核实").await.unwrap();
    assert!(row.delivery.reason.contains("电话核实"), "{row:?}");
    assert!(
        actions(&app, &bill)
            .await
            .contains(&"bill.card_absent".to_owned())
    );
    // Once is enough.
    let again = is_absent(&app, &bill, "电话核实").await;
    assert!(matches!(again, Err(BillError::NotNow { .. })), "{again:?}");
    let (status, next) = ask_anew(&counter, &bill).await;
    assert_eq!(status, StatusCode::CREATED, "{next}");
    rejected_there(&app, delivery_id(&bill)).await;
    // The job that stopped inserts nothing any more.
    hurry(&app, "insert_bill", delivery_id(&bill)).await;
    agree(&app, &next).await;
    counter.await_state(id(&bill), "carded").await;
    assert_eq!(cards(&app).await.len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_card_that_a_person_did_not_find_is_inserted_by_the_stopped_job_after_all() {
    let (app, counter) = counter().await;
    let bill = undecided(&app, &counter, "drop_before").await;
    long_ago(&app, &bill).await;
    is_absent(&app, &bill, "截图核实").await.unwrap();
    hurry(&app, "insert_bill", delivery_id(&bill)).await;
    counter.await_state(id(&bill), "carded").await;
    let there = cards(&app).await;
    assert_eq!((there.len(), calls_of(&app, INSERT).await), (1, 3));
    assert_eq!(there[0]["order_id"], delivery_id(&bill));
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn wechat_knows_better_than_whoever_did_not_find_the_card() {
    let (app, counter) = counter().await;
    let bill = undecided(&app, &counter, "work_then_drop").await;
    assert_eq!(cards(&app).await.len(), 1);
    long_ago(&app, &bill).await;
    is_absent(&app, &bill, "没有看清").await.unwrap();
    hurry(&app, "insert_bill", delivery_id(&bill)).await;
    // "Order id used" is the answer to our own call, which a person took for lost.
    counter.await_card(id(&bill), "code_unknown").await;
    assert_eq!(cards(&app).await.len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_void_bill_whose_card_is_not_there_is_over_and_its_payer_told() {
    let (app, counter) = counter().await;
    let bill = undecided(&app, &counter, "drop_before").await;
    let path = format!("/bills/{}/void", id(&bill));
    let (status, void) = counter.post(&path, &json!({ "reason": "已退款" })).await;
    assert_eq!(status, StatusCode::OK, "{void}");
    job_that(&app, "cancel_bill", delivery_id(&bill), "放入卡包").await;
    long_ago(&app, &bill).await;
    is_absent(&app, &bill, "电话核实").await.unwrap();
    let there = rejected_there(&app, delivery_id(&bill)).await;
    assert!(
        there["reject_reason"].as_str().unwrap().contains("已退款"),
        "{there}"
    );
    if job(&app, "cancel_bill", delivery_id(&bill)).await.is_some() {
        hurry(&app, "cancel_bill", delivery_id(&bill)).await;
    }
    hurry(&app, "insert_bill", delivery_id(&bill)).await;
    app.settled().await;
    assert!(cards(&app).await.is_empty());
    assert!(job(&app, "cancel_bill", delivery_id(&bill)).await.is_none());
    app.assert_ledger_holds().await;
    app.stop().await;
}
