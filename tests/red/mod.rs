//! Red letters and refunds, over HTTP with both sandboxes.

mod cards;
mod collected;
mod forms;
mod kills;
mod legacy;
mod letters;
mod pages;
mod refunds;
mod several;
mod states;

use crate::harness::{Answer, TestApp, company, eventually_or, until};
use fapiao_domain::ids::RedFormId;
use fapiao_usecases::{
    actor::Actor,
    platform::confirmations::{FormAct, act_on_form},
    ports::{Ports, Scope},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

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
    eventually_or(&format!("the refund is {stage}"), async || {
        let answer = app.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        is_at(answer.body["data"][place].clone(), "stage", stage)
    })
    .await
}

/// As [`at_stage`], while confirmations that wait look again at once.
pub(crate) async fn hurried_to(app: &TestApp, of: &Value, place: usize, stage: &str) -> Value {
    let path = format!("/orders/{}/refunds", of["order"].as_str().unwrap());
    eventually_or(&format!("the refund is {stage}"), async || {
        bring_forward(app).await;
        let refund = app.get(&path).await.body["data"][place].clone();
        is_at(refund, "stage", stage)
    })
    .await
}

/// What was read, if its member says so.
fn is_at(read: Value, member: &str, wanted: &str) -> Result<Value, Value> {
    if read[member] == wanted {
        Ok(read)
    } else {
        Err(read)
    }
}

/// The first red letter of the first refund, once it stands at a state.
pub(crate) async fn at_state(app: &TestApp, of: &Value, state: &str) -> Value {
    let path = format!("/invoices/{}/red-letters", of["invoice"].as_str().unwrap());
    let letter = eventually_or(&format!("the letter is {state}"), async || {
        let letter = app.get(&path).await.body["data"][0].clone();
        if letter["state"] != state {
            bring_forward(app).await;
        }
        is_at(letter, "state", state)
    })
    .await;
    followed(app).await;
    letter
}

/// The first red letter of the order's refund at a place, once it stands at a state.
pub(crate) async fn at_state_of(app: &TestApp, of: &Value, place: usize, state: &str) -> Value {
    let path = format!("/orders/{}/refunds", of["order"].as_str().unwrap());
    let letter = eventually_or(&format!("the letter is {state}"), async || {
        let letter = app.get(&path).await.body["data"][place]["red_letters"][0].clone();
        if letter["state"] != state {
            bring_forward(app).await;
        }
        is_at(letter, "state", state)
    })
    .await;
    followed(app).await;
    letter
}

/// Waits until no job is at a confirmation: what staff do next would meet its writing.
async fn followed(app: &TestApp) {
    until("the confirmations are followed", async || {
        let jobs = app.ports().store.jobs(Some("running"), None, 50).await;
        let rows = jobs.unwrap().rows;
        rows.iter().all(|it| it.kind != "follow_red_form")
    })
    .await;
}

/// Acts on a confirmation. The job that follows it may write at the same moment: then it is read and begun again.
pub(crate) async fn act(ports: &Ports, id: &RedFormId, what: FormAct) {
    let by = Actor::CommandLine;
    eventually_or("the confirmation is acted on", async || {
        act_on_form(ports, &Scope::All, &by, id, what).await
    })
    .await;
}

/// Lets waiting confirmations look again now.
pub(crate) async fn bring_forward(app: &TestApp) {
    bring_jobs_forward(app, "follow_red_form").await;
}

/// Lets waiting jobs of a kind run now.
pub(crate) async fn bring_jobs_forward(app: &TestApp, kind: &str) {
    app.hurry_once(&[kind]).await;
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
    eventually_or(&format!("the card is {status}"), async || {
        let seen = card_status(app, of).await;
        if seen == status { Ok(()) } else { Err(seen) }
    })
    .await;
}

/// An invoice's state.
pub(crate) async fn invoice_state(app: &TestApp, of: &Value) -> String {
    let path = format!("/invoices/{}", of["invoice"].as_str().unwrap());
    app.get(&path).await.body["state"]
        .as_str()
        .unwrap()
        .to_owned()
}
