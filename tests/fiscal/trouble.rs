//! Bad days: refusals, deadlines, lost answers, and files that come late.

use super::{
    actions, agree, at_wechat, bill_id, calls_of, cards, counter, delivery_id, file, holder_does,
    id, job_that, open, payer_does, payers_page, rejected_there, sample,
};
use crate::harness::{TestApp, eventually, until};
use async_trait::async_trait;
use bytes::Bytes;
use fapiao_usecases::{
    actor::Actor,
    errors::OutsideError,
    fiscal::{attach_bill_file, expire_bills},
    ports::{FileStore, Ports},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Notify;

#[tokio::test]
async fn a_file_that_comes_after_the_agreement_carries_the_card_on() {
    let (app, counter) = counter().await;
    let bill = counter.create(&sample(3)).await;
    agree(&app, &bill).await;
    let waits = counter.await_state(id(&bill), "authorised").await;
    assert_eq!(waits["delivery"]["waits_for"], "file");
    job_that(&app, "insert_bill", delivery_id(&bill), "PDF").await;
    assert!(cards(&app).await.is_empty());
    app.assert_ledger_holds().await;
    counter.put_file(id(&bill), file(3)).await;
    counter.await_state(id(&bill), "carded").await;
    assert_eq!(cards(&app).await.len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_refused_payer_reads_why_and_a_new_link_brings_the_bill() {
    let (app, counter) = counter().await;
    let bill = counter.create(&sample(3)).await;
    let id = id(&bill);
    let (status, early) = counter
        .post(&format!("/bills/{id}/deliveries"), &json!({}))
        .await;
    assert_eq!(
        (status, early["code"].as_str()),
        (StatusCode::CONFLICT, Some("bill_not_now"))
    );
    agree(&app, &bill).await;
    counter.await_state(id, "authorised").await;
    let path = format!("/bills/{id}/refusal");
    let (status, wrong) = counter.post(&path, &json!({ "reason": "" })).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    let reason = json!({ "reason": "缴款金额需要更正" });
    let (status, refused) = counter.post(&path, &reason).await;
    assert_eq!(
        (status, &refused["delivery"]["state"]),
        (StatusCode::OK, &json!("refused"))
    );
    let there = rejected_there(&app, delivery_id(&bill)).await;
    assert_eq!(there["reject_reason"], "缴款金额需要更正");
    assert_eq!(there["reject_url"], bill["delivery"]["page_url"]);
    assert!(payers_page(&app, &bill).await.contains("缴款金额需要更正"));

    let (status, again) = counter
        .post(&format!("/bills/{id}/deliveries"), &json!({}))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{again}");
    assert_ne!(delivery_id(&again), delivery_id(&bill));
    let link = again["delivery"]["page_url"].as_str().unwrap();
    assert_ne!(link, bill["delivery"]["page_url"].as_str().unwrap());
    // The old link leads on to the new one.
    let (_, new) = link.rsplit_once('/').unwrap();
    assert!(payers_page(&app, &bill).await.contains(new));
    counter.put_file(id, file(3)).await;
    agree(&app, &again).await;
    counter.await_state(id, "carded").await;
    let (status, late) = counter.post(&path, &reason).await;
    assert_eq!(status, StatusCode::CONFLICT, "{late}");
    assert_eq!(cards(&app).await.len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_bill_that_nobody_opened_is_refused_without_a_word_to_wechat() {
    let (app, counter) = counter().await;
    let bill = counter.seeded(1).await;
    let path = format!("/bills/{}/refusal", id(&bill));
    let (status, refused) = counter.post(&path, &json!({ "reason": "重复提交" })).await;
    assert_eq!(status, StatusCode::OK, "{refused}");
    app.settled().await;
    assert_eq!(calls_of(&app, "/card/invoice/rejectinsert").await, 0);
    assert_eq!(actions(&app, &bill).await.last().unwrap(), "bill.refused");
    app.stop().await;
}

#[tokio::test]
async fn a_payer_who_declines_is_asked_once_more() {
    let (app, counter) = counter().await;
    let bill = counter.seeded(1).await;
    open(&app, &bill).await;
    payer_does(&app, &bill, "refuse").await;
    let declined = counter.await_state(id(&bill), "refused").await;
    assert!(
        declined["delivery"]["reason"]
            .as_str()
            .unwrap()
            .contains("declined"),
        "{declined}"
    );
    assert!(
        actions(&app, &bill)
            .await
            .contains(&"bill.declined".to_owned())
    );
    let path = format!("/bills/{}/deliveries", id(&bill));
    let (status, again) = counter.post(&path, &json!({ "source": "web" })).await;
    assert_eq!(status, StatusCode::CREATED, "{again}");
    agree(&app, &again).await;
    counter.await_state(id(&bill), "carded").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// The deadline of a bill's payer is over.
async fn overdue(app: &TestApp, bill: &Value) {
    let statement = format!(
        "UPDATE fiscal_bill_deliveries SET expires_at = expires_at - 3456000000 WHERE id = '{}'",
        delivery_id(bill)
    );
    assert_eq!(app.tamper(&statement).await, 1);
}

#[tokio::test]
async fn a_deadline_passes_by_itself_and_a_late_agreement_still_counts() {
    let (app, counter) = counter().await;
    let bill = counter.seeded(1).await;
    open(&app, &bill).await;
    overdue(&app, &bill).await;
    // Nobody does it: it is the product's own clock.
    counter.await_state(id(&bill), "expired").await;
    assert!(payers_page(&app, &bill).await.contains("过期"));
    let link = bill["delivery"]["page_url"].as_str().unwrap();
    let closed = app.http.get(format!("{link}/wechat")).send().await.unwrap();
    assert_eq!(closed.status(), StatusCode::SEE_OTHER);
    // WeChat's page was open all the time.
    payer_does(&app, &bill, "authorise").await;
    counter.await_state(id(&bill), "carded").await;
    assert_eq!(
        actions(&app, &bill).await[2..5],
        ["bill.page_opened", "bill.expired", "bill.authorised"]
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_agreement_to_an_older_page_is_turned_down_when_there_is_a_newer_one() {
    let (app, counter) = counter().await;
    let bill = counter.seeded(1).await;
    open(&app, &bill).await;
    overdue(&app, &bill).await;
    until("the deadline is noted", async || {
        expire_bills(app.ports()).await.unwrap();
        counter.bill(id(&bill)).await["delivery"]["state"] == "expired"
    })
    .await;
    let path = format!("/bills/{}/deliveries", id(&bill));
    let (status, newer) = counter.post(&path, &json!({})).await;
    assert_eq!(status, StatusCode::CREATED, "{newer}");
    payer_does(&app, &bill, "authorise").await;
    let there = rejected_there(&app, delivery_id(&bill)).await;
    assert!(
        there["reject_reason"]
            .as_str()
            .unwrap()
            .contains("新的链接"),
        "{there}"
    );
    agree(&app, &newer).await;
    counter.await_state(id(&bill), "carded").await;
    let there = cards(&app).await;
    assert_eq!(
        (there.len(), &there[0]["order_id"]),
        (1, &newer["delivery"]["id"])
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_lost_answer_to_the_insert_makes_one_card_whose_code_is_learnt_later() {
    let (app, counter) = counter().await;
    let fault = json!({ "path": "/nontax/insertbill", "kind": "work_then_drop", "count": 1 });
    app.wechat_fault(&fault).await;
    let bill = counter.seeded(1).await;
    agree(&app, &bill).await;
    let carded = counter.await_card(id(&bill), "code_unknown").await;
    assert_eq!(carded["delivery"]["state"], "carded");
    assert_eq!(carded["delivery"]["card"]["code"], Value::Null);
    let there = cards(&app).await;
    assert_eq!(there.len(), 1, "{there:?}");
    app.assert_ledger_holds().await;
    // Void meanwhile: nobody can strike it out yet, and a person is told.
    let path = format!("/bills/{}/void", id(&bill));
    let (status, void) = counter.post(&path, &json!({ "reason": "开错" })).await;
    assert_eq!(status, StatusCode::OK, "{void}");
    job_that(&app, "cancel_bill", delivery_id(&bill), "card_code_unknown").await;
    // The holder hands it in, and gets it back.
    let code = there[0]["code"].as_str().unwrap();
    holder_does(&app, code, "INVOICE_REIMBURSE_LOCK").await;
    let locked = counter.await_card(id(&bill), "locked").await;
    assert_eq!(locked["delivery"]["card"]["code"], code);
    holder_does(&app, code, "INVOICE_REIMBURSE_INIT").await;
    counter.await_card(id(&bill), "cancelled").await;
    assert_eq!(cards(&app).await[0]["status"], "INVOICE_REIMBURSE_CANCEL");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_question_lost_on_its_way_to_wechat_is_asked_again() {
    let (app, counter) = counter().await;
    for path in ["/nontax/insertbill", "/card/invoice/platform/setpdf"] {
        let fault = json!({ "path": path, "kind": "drop_before", "count": 1 });
        app.wechat_fault(&fault).await;
    }
    let bill = counter.seeded(1).await;
    agree(&app, &bill).await;
    let carded = counter.await_state(id(&bill), "carded").await;
    assert_eq!(carded["delivery"]["card"]["state"], "inserted");
    assert_eq!(cards(&app).await.len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_page_that_wechat_does_not_give_is_asked_for_at_the_next_visit() {
    let (app, counter) = counter().await;
    let fault = json!({ "path": "/nontax/getbillauthurl", "kind": "http_status", "value": 502 });
    app.wechat_fault(&fault).await;
    let bill = counter.seeded(1).await;
    let link = bill["delivery"]["page_url"].as_str().unwrap();
    let none = app.http.get(format!("{link}/wechat")).send().await.unwrap();
    assert_eq!(none.status(), StatusCode::SERVICE_UNAVAILABLE);
    app.control(&app.sandbox(), Method::DELETE, "/sandbox/faults", None)
        .await;
    agree(&app, &bill).await;
    counter.await_state(id(&bill), "carded").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn bills_on_their_way_go_on_after_a_restart() {
    let (mut app, counter) = counter().await;
    let bill = counter.create(&sample(3)).await;
    agree(&app, &bill).await;
    counter.await_state(id(&bill), "authorised").await;
    app.restart().await;
    let counter = super::Counter {
        base: app.web(),
        ..counter
    };
    counter.put_file(id(&bill), file(3)).await;
    let there = eventually("WeChat's order", async || {
        let there = at_wechat(&app, delivery_id(&bill)).await;
        (there["state"] == "inserted").then_some(there)
    })
    .await;
    let carded = counter.await_state(id(&bill), "carded").await;
    assert_eq!(carded["delivery"]["card"]["code"], there["code"]);
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// Keeps files, but only once something else has happened.
struct Held {
    inner: Arc<dyn FileStore>,
    gate: Arc<Notify>,
}

#[async_trait]
impl FileStore for Held {
    async fn put(&self, bytes: Bytes) -> Result<String, OutsideError> {
        self.gate.notified().await;
        self.inner.put(bytes).await
    }

    async fn get(&self, sha256: &str) -> Result<Option<Bytes>, OutsideError> {
        self.inner.get(sha256).await
    }

    async fn probe(&self) -> Result<(), OutsideError> {
        self.inner.probe().await
    }
}

#[tokio::test]
async fn an_agreement_while_the_file_is_being_kept_does_not_wait_for_the_next_hour() {
    let (app, counter) = counter().await;
    let bill = counter.create(&sample(3)).await;
    let gate = Arc::new(Notify::new());
    let ports = Ports {
        files: Arc::new(Held {
            inner: app.ports().files.clone(),
            gate: gate.clone(),
        }),
        ..app.ports().clone()
    };
    let (by, of) = (Actor::CommandLine, bill_id(&bill));
    let attaching = attach_bill_file(&ports, &by, &of, Bytes::from_static(file(3)));
    let agreeing = async {
        agree(&app, &bill).await;
        counter.await_state(id(&bill), "authorised").await;
        // The card's job has looked for the file in vain.
        job_that(&app, "insert_bill", delivery_id(&bill), "PDF").await;
        gate.notify_one();
    };
    let (attached, ()) = tokio::join!(attaching, agreeing);
    attached.unwrap();
    counter.await_state(id(&bill), "carded").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}
