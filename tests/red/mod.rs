//! Red letters and refunds, over HTTP with both sandboxes.

mod cards;
mod forms;
mod kills;
mod legacy;
mod letters;
mod pages;
mod refunds;
mod several;
mod states;

use crate::harness::{Answer, TestApp, company};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long a step may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// An order whose card is in the wallet.
pub(crate) async fn carded(app: &TestApp, order_no: &str) -> Value {
    let order = app.authorised_order(order_no, &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    json!({ "order": order["id"], "invoice": delivery["invoice"]["id"], "number": delivery["invoice"]["number"],
        "delivery": delivery["id"] })
}

/// Asks for a refund.
pub(crate) async fn refund(app: &TestApp, of: &Value, key: &str, body: &Value) -> Answer {
    let path = format!("/orders/{}/refunds", of["order"].as_str().unwrap());
    app.post(&path, key, body).await
}

/// The order's refund at a place, once it stands at a stage.
pub(crate) async fn at_stage(app: &TestApp, of: &Value, place: usize, stage: &str) -> Value {
    let path = format!("/orders/{}/refunds", of["order"].as_str().unwrap());
    let began = Instant::now();
    loop {
        let answer = app.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let refund = &answer.body["data"][place];
        if refund["stage"] == stage {
            return refund.clone();
        }
        assert!(began.elapsed() < PATIENCE, "not {stage}: {refund}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// The first red letter of the first refund, once it stands at a state.
pub(crate) async fn at_state(app: &TestApp, of: &Value, state: &str) -> Value {
    let path = format!("/invoices/{}/red-letters", of["invoice"].as_str().unwrap());
    let began = Instant::now();
    loop {
        let answer = app.get(&path).await;
        let letter = &answer.body["data"][0];
        if letter["state"] == state {
            return letter.clone();
        }
        assert!(began.elapsed() < PATIENCE, "not {state}: {letter}");
        bring_forward(app).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// The first red letter of the order's refund at a place, once it stands at a state.
pub(crate) async fn at_state_of(app: &TestApp, of: &Value, place: usize, state: &str) -> Value {
    let path = format!("/orders/{}/refunds", of["order"].as_str().unwrap());
    let began = Instant::now();
    loop {
        let letter = app.get(&path).await.body["data"][place]["red_letters"][0].clone();
        if letter["state"] == state {
            return letter;
        }
        assert!(began.elapsed() < PATIENCE, "not {state}: {letter}");
        bring_forward(app).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// Lets waiting confirmations look again now.
pub(crate) async fn bring_forward(app: &TestApp) {
    bring_jobs_forward(app, "follow_red_form").await;
}

/// Lets waiting jobs of a kind run now.
pub(crate) async fn bring_jobs_forward(app: &TestApp, kind: &str) {
    let store = &app.ports().store;
    let by = fapiao_usecases::actor::Actor::System;
    for job in store.jobs(Some("waiting"), None, 50).await.unwrap().rows {
        if job.kind == kind {
            store.retry_job(&job.id, &by).await.unwrap();
        }
    }
}

/// The buyer's bookkeeper has posted the invoice: they have to agree to a red letter.
pub(crate) async fn posted(app: &TestApp, of: &Value) {
    let path = format!("/sandbox/invoices/{}/usage", of["number"].as_str().unwrap());
    app.control(
        &app.tax(),
        Method::POST,
        &path,
        Some(&json!({ "posting": "02" })),
    )
    .await;
}

/// Where the card stands at WeChat.
pub(crate) async fn card_status(app: &TestApp, of: &Value) -> String {
    let ledger = app.wechat_ledger().await;
    let inserts = ledger["inserts"].as_array().unwrap();
    let own = inserts.iter().find(|it| it["order_id"] == of["delivery"]);
    own.unwrap()["status"].as_str().unwrap().to_owned()
}

/// Waits for the card to be struck out.
pub(crate) async fn await_card(app: &TestApp, of: &Value, status: &str) {
    let began = Instant::now();
    while card_status(app, of).await != status {
        assert!(began.elapsed() < PATIENCE, "the card is not {status}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// An invoice's state.
pub(crate) async fn invoice_state(app: &TestApp, of: &Value) -> String {
    let path = format!("/invoices/{}", of["invoice"].as_str().unwrap());
    app.get(&path).await.body["state"]
        .as_str()
        .unwrap()
        .to_owned()
}
