//! Bills that turn out to be void, and what becomes of their cards.

use super::{
    agree, calls_of, cards, counter, delivery_id, file, holder_does, hurry, id, job_that, open,
    payer_does, payers_page, rejected_there, sample,
};
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn a_void_bill_reaches_nobody() {
    let (app, counter) = counter().await;
    let void = json!({ "reason": "已退款" });
    // Nobody opened it; the page is open; the payer agreed and its file is missing.
    let idle = counter.seeded(1).await;
    let opened = counter.seeded(2).await;
    let agreed = counter.create(&sample(3)).await;
    open(&app, &opened).await;
    agree(&app, &agreed).await;
    counter.await_state(id(&agreed), "authorised").await;
    for bill in [&idle, &opened, &agreed] {
        let (status, answer) = counter
            .post(&format!("/bills/{}/void", id(bill)), &void)
            .await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
    for (bill, state) in [
        (&idle, "refused"),
        (&opened, "refused"),
        (&agreed, "failed"),
    ] {
        let ended = counter.await_state(id(bill), state).await;
        assert!(payers_page(&app, &ended).await.contains("已退款"));
    }
    rejected_there(&app, delivery_id(&agreed)).await;
    // Whoever agrees at WeChat after all is turned down there.
    payer_does(&app, &opened, "authorise").await;
    rejected_there(&app, delivery_id(&opened)).await;
    let (status, again) = counter
        .post(&format!("/bills/{}/deliveries", id(&idle)), &json!({}))
        .await;
    assert_eq!(status, StatusCode::CONFLICT, "{again}");
    // The file may still come, and brings nothing.
    counter.put_file(id(&agreed), file(3)).await;
    app.settled().await;
    assert!(cards(&app).await.is_empty());
    assert_eq!(calls_of(&app, "/nontax/insertbill").await, 0);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_card_that_was_reimbursed_stays_and_a_person_is_told() {
    let (app, counter) = counter().await;
    let bill = counter.seeded(1).await;
    agree(&app, &bill).await;
    let carded = counter.await_state(id(&bill), "carded").await;
    let code = carded["delivery"]["card"]["code"].as_str().unwrap();
    holder_does(&app, code, "INVOICE_REIMBURSE_LOCK").await;
    counter.await_card(id(&bill), "locked").await;
    let path = format!("/bills/{}/void", id(&bill));
    let (status, void) = counter.post(&path, &json!({ "reason": "开错" })).await;
    assert_eq!(status, StatusCode::OK, "{void}");
    job_that(&app, "cancel_bill", delivery_id(&bill), "72023").await;
    holder_does(&app, code, "INVOICE_REIMBURSE_CLOSURE").await;
    counter.await_card(id(&bill), "reimbursed").await;
    hurry(&app, "cancel_bill", delivery_id(&bill)).await;
    job_that(&app, "cancel_bill", delivery_id(&bill), "card_reimbursed").await;
    assert_eq!(
        calls_of(&app, "/card/invoice/platform/updatestatus").await,
        0
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_card_is_struck_out_although_wechats_report_of_the_lock_was_lost() {
    let (app, counter) = counter().await;
    let bill = counter.seeded(1).await;
    agree(&app, &bill).await;
    let carded = counter.await_state(id(&bill), "carded").await;
    let code = carded["delivery"]["card"]["code"]
        .as_str()
        .unwrap()
        .to_owned();
    app.wechat_fault(&json!({ "event": "update_invoice_status", "kind": "lost", "count": 1 }))
        .await;
    holder_does(&app, &code, "INVOICE_REIMBURSE_LOCK").await;
    let path = format!("/bills/{}/void", id(&bill));
    counter.post(&path, &json!({ "reason": "开错" })).await;
    // WeChat's refusal says what its report did not.
    counter.await_card(id(&bill), "locked").await;
    job_that(&app, "cancel_bill", delivery_id(&bill), "72023").await;
    holder_does(&app, &code, "INVOICE_REIMBURSE_INIT").await;
    counter.await_card(id(&bill), "cancelled").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}
