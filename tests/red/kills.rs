//! The product dies by SIGKILL in the middle of refunds: at the beginning and at the end of every kind of step, and while
//! the answer of a call is awaited. Started again, it goes on where it stood: nothing is lost and nothing done twice.

use super::{at_stage, await_card, card_status};
use crate::harness::{Apart, TestApp, mails::mail_server, person, spawn_apart, until};
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The kinds of jobs that carry a correction out: confirmation, red invoice, its paper and mail, card, new link.
const STEPS: [&str; 7] = [
    "follow_red_form",
    "issue_invoice",
    "poll_receipt",
    "render_invoice",
    "mail_invoice",
    "cancel_card",
    "reissue_order",
];

/// An invoice in a wallet whose buyer has an address for mail.
async fn sold(app: &TestApp, order_no: &str) -> Value {
    let order = app.authorised_order(order_no, &person("李雷")).await;
    let delivery = app.await_state(&order, "carded").await;
    json!({ "order": order["id"], "invoice": delivery["invoice"]["id"], "number": delivery["invoice"]["number"],
        "delivery": delivery["id"] })
}

/// Asks for the correction of an invoice, if anybody listens; whether it was decided.
async fn correct(app: &TestApp, of: &Value) -> bool {
    let number = of["number"].as_str().unwrap();
    let path = format!("/invoices/{}/red-letters", of["invoice"].as_str().unwrap());
    let body = json!({ "mode": "confirm", "reason": "01", "everything": true, "reissue": true });
    let sent = app
        .http
        .post(format!("{}/api/v1{path}", app.web()))
        .bearer_auth(app.till().1)
        .header("Idempotency-Key", number)
        .json(&body)
        .send()
        .await;
    sent.is_ok_and(|answer| answer.status() == StatusCode::CREATED)
}

/// Numbers of a kind that the tax authority accepted.
async fn numbers(app: &TestApp, kind: &str) -> Vec<String> {
    let ledger = app.tax_ledger().await;
    let all = ledger["numbers"].as_array().unwrap();
    let own = all.iter().filter(|it| it["kind"] == kind);
    own.map(|it| it["number"].as_str().unwrap().to_owned())
        .collect()
}

/// Every correction was carried out once: one confirmation, one red invoice, one new link, the card struck out.
async fn each_was_carried_out_once(app: &TestApp, all: &[Value]) {
    let mut links = BTreeSet::new();
    for sold in all {
        // The same request again: decided before, or now.
        assert!(correct(app, sold).await);
        let done = at_stage(app, sold, 0, "done").await;
        await_card(app, sold, "INVOICE_REIMBURSE_CANCEL").await;
        links.insert(done["delivery_id"].as_str().unwrap().to_owned());
        let order = format!("/orders/{}", sold["order"].as_str().unwrap());
        let order = app.get(&order).await.body;
        assert_eq!(order["deliveries"].as_array().unwrap().len(), 2, "{order}");
    }
    assert_eq!(links.len(), all.len());
    let ledger = app.tax_ledger().await;
    let forms = ledger["red_forms"].as_array().unwrap();
    assert_eq!(forms.len(), all.len(), "{forms:?}");
    let reds: BTreeSet<String> = numbers(app, "red").await.into_iter().collect();
    assert_eq!(reds.len(), all.len());
    assert_eq!(numbers(app, "blue").await.len(), all.len());
}

async fn dies_at_every_step(moment: &str) {
    let (port, mails) = mail_server().await;
    let url = format!("smtp://127.0.0.1:{port}");
    let mut apart = spawn_apart(&[
        ("FAPIAO_MAIL__ENABLED", "true"),
        ("FAPIAO_MAIL__SMTP_URL", &url),
        ("FAPIAO_MAIL__FROM", "fapiao@example.com"),
    ])
    .await;
    apart.start().await;
    let names = STEPS.map(|it| format!("K-{moment}-{it}"));
    let all = join_all(names.iter().map(|it| sold(&apart.app, it))).await;
    let mailed = || mails.lock().unwrap().len();
    until("all are mailed", async || mailed() >= all.len()).await;
    apart.kill().await;
    for (sold, step) in all.iter().zip(STEPS) {
        apart.start_doomed(&format!("{moment}:{step}"));
        let mut decided = false;
        until(&format!("{moment}:{step} is reached"), async || {
            decided = decided || correct(&apart.app, sold).await;
            apart.is_dead()
        })
        .await;
    }
    apart.start().await;
    each_was_carried_out_once(&apart.app, &all).await;
    // Each red invoice has one mail of its own; one that was sent again carries the same identity.
    let wanted = 2 * all.len();
    let identities = || -> BTreeSet<String> {
        let mails = mails.lock().unwrap();
        let lines = mails.iter().flat_map(|it| it.1.lines());
        lines
            .filter(|it| it.starts_with("Message-ID:"))
            .map(str::to_owned)
            .collect()
    };
    until("all red invoices are mailed", async || {
        identities().len() >= wanted
    })
    .await;
    assert_eq!(identities().len(), wanted);
    Box::pin(apart.stop()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_go_on_after_a_kill_at_the_beginning_of_every_step() {
    Box::pin(dies_at_every_step("claimed")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_go_on_after_a_kill_at_the_end_of_every_step() {
    Box::pin(dies_at_every_step("done")).await;
}

/// The far side did it, the answer was lost, and the product died before it could ask.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_far_side_did_before_a_kill_is_found_and_not_done_again() {
    let mut apart = spawn_apart(&[]).await;
    apart.start().await;
    let all = join_all(["KC-1", "KC-2", "KC-3"].map(|it| sold(&apart.app, it))).await;
    let lost = |call: &str| json!({ "service": call, "kind": "work_then_drop", "times": 1 });

    apart.app.tax_fault(&lost("QDHZQRDSQ")).await;
    assert!(correct(&apart.app, &all[0]).await);
    killed_when(&mut apart, async |app| {
        !app.tax_ledger().await["red_forms"]
            .as_array()
            .unwrap()
            .is_empty()
    })
    .await;
    at_stage(&apart.app, &all[0], 0, "done").await;
    await_card(&apart.app, &all[0], "INVOICE_REIMBURSE_CANCEL").await;

    apart.app.tax_fault(&lost("QDFPSC")).await;
    let before = numbers(&apart.app, "red").await.len();
    assert!(correct(&apart.app, &all[1]).await);
    killed_when(&mut apart, async |app| {
        numbers(app, "red").await.len() > before
    })
    .await;
    at_stage(&apart.app, &all[1], 0, "done").await;
    await_card(&apart.app, &all[1], "INVOICE_REIMBURSE_CANCEL").await;

    apart
        .app
        .wechat_fault(&json!({ "path": "/card/invoice/platform/updatestatus", "kind": "work_then_drop", "count": 1 }))
        .await;
    assert!(correct(&apart.app, &all[2]).await);
    killed_when(&mut apart, async |app| {
        card_status(app, &all[2]).await == "INVOICE_REIMBURSE_CANCEL"
    })
    .await;

    each_was_carried_out_once(&apart.app, &all).await;
    Box::pin(apart.stop()).await;
}

/// Kills the product as soon as something holds, clears all trouble and starts it again.
async fn killed_when(apart: &mut Apart, mut holds: impl AsyncFnMut(&TestApp) -> bool) {
    let app = &apart.app;
    until("the far side did it", async || holds(app).await).await;
    apart.kill().await;
    for base in [apart.app.sandbox(), apart.app.tax()] {
        apart
            .app
            .control(&base, Method::DELETE, "/sandbox/faults", None)
            .await;
    }
    apart.start().await;
}
