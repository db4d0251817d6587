//! The card of an invoice that is taken back while nobody knows whether the card is in the wallet.

use super::{await_card, bring_jobs_forward, refund};
use crate::harness::{self, TestApp, company, spawn_app};
use fapiao_domain::{
    card::CardState,
    ids::{DeliveryId, Id},
};
use fapiao_usecases::{actor::Actor, platform::card_life::enter_code, ports::Scope};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const INSERT: &str = "/card/invoice/insert";

/// Waits for something, and lets the jobs of a kind run meanwhile.
async fn until(app: &TestApp, kind: &str, what: &str, mut holds: impl AsyncFnMut() -> bool) {
    harness::until(what, async || {
        let holds = holds().await;
        if !holds {
            bring_jobs_forward(app, kind).await;
        }
        holds
    })
    .await;
}

async fn state(app: &TestApp, id: &DeliveryId) -> Option<CardState> {
    let card = app.ports().store.card(id).await.unwrap();
    card.map(|it| it.state)
}

/// An invoice that is issued and taken back in full while every insert of its card stays without an answer; `first` is
/// what happens to the first one.
async fn taken_back_on_its_way(app: &TestApp, order_no: &str, first: &str) -> (DeliveryId, Value) {
    app.wechat_fault(&json!({ "path": INSERT, "kind": first, "count": 1 }))
        .await;
    app.wechat_fault(&json!({ "path": INSERT, "kind": "drop_before" }))
        .await;
    let order = app.authorised_order(order_no, &company()).await;
    let id = DeliveryId::parse(order["delivery"]["id"].as_str().unwrap()).unwrap();
    until(app, "nothing", "the card is asked for", async || {
        state(app, &id).await == Some(CardState::Inserting)
    })
    .await;
    let card = app.ports().store.card(&id).await.unwrap().unwrap();
    let of =
        json!({ "order": order["id"], "invoice": card.invoice.as_str(), "delivery": id.as_str() });
    let body = json!({ "mode": "confirm", "reason": "02", "everything": true });
    let answer = refund(app, &of, "back", &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    until(app, "follow_red_form", "taken back", async || {
        super::invoice_state(app, &of).await == "fully_red"
    })
    .await;
    // It is looked at again now that the invoice is dead.
    let asked = async || app.ports().store.card(&id).await.unwrap().unwrap().asked_at;
    let before = asked().await;
    until(app, "deliver_card", "asked for again", async || {
        asked().await > before
    })
    .await;
    assert_eq!(state(app, &id).await, Some(CardState::Inserting));
    app.control(&app.sandbox(), Method::DELETE, "/sandbox/faults", None)
        .await;
    (id, of)
}

#[tokio::test]
async fn a_card_whose_insert_had_no_answer_is_found_and_struck_out_after_a_full_refund() {
    let app = spawn_app().await;
    let (id, of) = taken_back_on_its_way(&app, "Q-1", "work_then_drop").await;
    until(&app, "deliver_card", "found out", async || {
        state(&app, &id).await == Some(CardState::CodeUnknown)
    })
    .await;
    // Nobody can strike it out without its code: a person is told.
    let parked = async || {
        let jobs = app.ports().store.jobs(Some("parked"), None, 50).await;
        let rows = jobs.unwrap().rows;
        rows.iter().any(|it| it.code == "card_code_unknown")
    };
    until(&app, "cancel_card", "a person is told", parked).await;
    let cards = app
        .control(&app.sandbox(), Method::GET, "/sandbox/cards", None)
        .await;
    let code = cards["cards"][0]["code"].as_str().unwrap().to_owned();
    enter_code(app.ports(), &Scope::All, &id, &code, &Actor::System)
        .await
        .unwrap();
    // Nothing else has to be done by hand.
    await_card(&app, &of, "INVOICE_REIMBURSE_CANCEL").await;
    until(&app, "nothing", "struck out here", async || {
        state(&app, &id).await == Some(CardState::Cancelled) && !parked().await
    })
    .await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_card_whose_cancellation_had_no_answer_is_known_as_cancelled() {
    let app = spawn_app().await;
    let cancel = "/card/invoice/platform/updatestatus";
    for fault in [
        json!({ "path": cancel, "kind": "work_then_drop", "count": 1 }),
        json!({ "path": cancel, "kind": "errcode", "value": 72024, "count": 1 }),
    ] {
        app.wechat_fault(&fault).await;
    }
    let order = app.authorised_order("Q-24", &company()).await;
    app.await_state(&order, "carded").await;
    let id = DeliveryId::parse(order["delivery"]["id"].as_str().unwrap()).unwrap();
    let card = app.ports().store.card(&id).await.unwrap().unwrap();
    let of =
        json!({ "order": order["id"], "invoice": card.invoice.as_str(), "delivery": id.as_str() });
    let body = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &of, "lost", &body).await;
    until(&app, "cancel_card", "struck out here", async || {
        state(&app, &id).await == Some(CardState::Cancelled)
    })
    .await;
    await_card(&app, &of, "INVOICE_REIMBURSE_CANCEL").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_card_that_never_arrived_is_inserted_to_be_sure_and_struck_out_after_a_full_refund() {
    let app = spawn_app().await;
    let (id, of) = taken_back_on_its_way(&app, "Q-2", "drop_before").await;
    until(&app, "deliver_card", "inserted", async || {
        state(&app, &id).await.is_some_and(CardState::is_delivered)
    })
    .await;
    await_card(&app, &of, "INVOICE_REIMBURSE_CANCEL").await;
    until(&app, "nothing", "struck out here", async || {
        state(&app, &id).await == Some(CardState::Cancelled)
    })
    .await;
    app.assert_ledger_holds().await;
    app.stop().await;
}
