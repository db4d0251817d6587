//! A card of the external platform and the offset of its invoice, close together: whichever comes first, the wallet holds
//! no card of a dead invoice, and both installations say so.

use crate::{
    harness::{TestApp, company, spawn_pair, until},
    red::{at_stage, at_state, await_card, bring_forward, refund},
};
use fapiao_domain::{
    card::CardState,
    delivery::DeliveryState,
    ids::{DeliveryId, Id},
    invoice::InvoiceState,
};
use fapiao_usecases::{
    actor::Actor,
    ports::{Ports, Scope},
    records::Delivery,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// A merchant's order whose invoice the platform has issued, while its card is held up by a fault at WeChat: the order, and
/// the platform's own delivery.
async fn issued_without_card(app: &TestApp, order_no: &str, fault: &Value) -> (Value, Delivery) {
    app.wechat_fault(fault).await;
    let order = app.authorised_order(order_no, &company()).await;
    let there = app.at_platform(&order, "issuing").await;
    let id = app.delivery_id(&order);
    until("the merchant hears of the invoice", async || {
        let store = &app.ports().store;
        let delivery = store.delivery(&Scope::All, &id).await.unwrap().unwrap();
        let Some(invoice) = delivery.invoice else {
            return false;
        };
        let known = store.invoices_by_id(&[invoice]).await.unwrap();
        app.hurry_once(&["follow_request"]).await;
        known.iter().any(|it| it.state == InvoiceState::Issued)
    })
    .await;
    let shown = app.get(&format!("/deliveries/{id}")).await.body;
    let sold =
        json!({ "order": order["id"], "invoice": shown["invoice"]["id"], "delivery": id.as_str() });
    (sold, there)
}

async fn take_back(app: &TestApp, sold: &Value, key: &str) {
    let body = json!({ "mode": "confirm", "reason": "02", "everything": true });
    let done = refund(app, sold, key, &body).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
}

async fn card_at(ports: &Ports, delivery: &DeliveryId) -> Option<CardState> {
    let card = ports.store.card(delivery).await.unwrap();
    card.map(|it| it.state)
}

#[tokio::test]
async fn an_offset_that_arrives_while_the_card_is_inserted_strikes_it_out_on_both_sides() {
    let app = spawn_pair().await;
    // WeChat inserts the card and is slow to say so.
    let slow = json!({ "path": "/card/invoice/insert", "kind": "work_then_drop", "count": 1 });
    let (sold, there) = issued_without_card(&app, "OC-1", &slow).await;
    let platform = &app.platform().ports;
    until("the card is asked for", async || {
        card_at(platform, &there.id)
            .await
            .is_some_and(|it| it != CardState::Uploading)
    })
    .await;
    take_back(&app, &sold, "OC-1-c").await;
    // The lost answer is found out at the next try, and the code is read off the wallet.
    until("the card is found", async || {
        for job in platform
            .store
            .jobs(Some("waiting"), None, 50)
            .await
            .unwrap()
            .rows
        {
            if job.kind == "deliver_card" {
                platform
                    .store
                    .retry_job(&job.id, &Actor::System)
                    .await
                    .unwrap();
            }
        }
        bring_forward(&app).await;
        card_at(platform, &there.id).await == Some(CardState::CodeUnknown)
    })
    .await;
    let cards = app
        .control(&app.sandbox(), Method::GET, "/sandbox/cards", None)
        .await;
    let code = cards["cards"][0]["code"].as_str().unwrap();
    fapiao_usecases::platform::card_life::enter_code(
        platform,
        &Scope::All,
        &there.id,
        code,
        &Actor::CommandLine,
    )
    .await
    .unwrap();
    await_card(&app, &sold, "INVOICE_REIMBURSE_CANCEL").await;
    both_struck_out(&app, &sold, &there).await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// Both ledgers say what the wallet says.
async fn both_struck_out(app: &TestApp, sold: &Value, there: &Delivery) {
    let here = app.delivery_id(&json!({ "delivery": { "id": sold["delivery"] } }));
    until("struck out on both sides", async || {
        bring_forward(app).await;
        app.hurry_once(&["follow_request"]).await;
        let platform = &app.platform().ports;
        card_at(platform, &there.id).await == Some(CardState::Cancelled)
            && card_at(app.ports(), &here).await == Some(CardState::Cancelled)
    })
    .await;
    at_stage(app, sold, 0, "done").await;
}

#[tokio::test]
async fn a_card_inserted_a_moment_before_the_offset_is_struck_out_by_the_one_that_inserted_it() {
    let app = spawn_pair().await;
    let slow =
        json!({ "path": "/card/invoice/insert", "kind": "delay", "value": 25_000, "count": 1 });
    let (sold, there) = issued_without_card(&app, "OC-2", &slow).await;
    let platform = &app.platform().ports;
    until("the card is asked for", async || {
        card_at(platform, &there.id).await == Some(CardState::Inserting)
    })
    .await;
    // The whole offset is over before WeChat's answer comes.
    take_back(&app, &sold, "OC-2-c").await;
    until("the red invoice", async || {
        bring_forward(&app).await;
        let invoice = there_invoice(platform, &there).await;
        invoice == InvoiceState::FullyRed
    })
    .await;
    assert_eq!(
        card_at(platform, &there.id).await,
        Some(CardState::Inserting)
    );
    app.control(&app.sandbox(), Method::DELETE, "/sandbox/faults", None)
        .await;
    until("the answer", async || {
        card_at(platform, &there.id).await != Some(CardState::Inserting)
    })
    .await;
    await_card(&app, &sold, "INVOICE_REIMBURSE_CANCEL").await;
    both_struck_out(&app, &sold, &there).await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

async fn there_invoice(platform: &Ports, there: &Delivery) -> InvoiceState {
    let delivery = platform.store.delivery(&Scope::All, &there.id).await;
    let invoice = delivery.unwrap().unwrap().invoice.unwrap();
    let found = platform.store.invoices_by_id(&[invoice]).await.unwrap();
    found[0].state
}

#[tokio::test]
async fn news_of_the_card_that_comes_after_news_of_its_end_ends_it_here_too() {
    let app = spawn_pair().await;
    // Without callbacks the merchant asks; what it asks about the request is held back.
    app.move_callbacks("").await;
    let held =
        json!({ "path": "/card/invoice/platform/setpdf", "kind": "errcode", "value": 45009 });
    let (sold, there) = issued_without_card(&app, "OC-3", &held).await;
    app.put_off("follow_request").await;
    app.control(&app.sandbox(), Method::DELETE, "/sandbox/faults", None)
        .await;
    let platform = &app.platform().ports;
    until("the card at the platform", async || {
        hurry_at(platform, "deliver_card").await;
        card_at(platform, &there.id).await == Some(CardState::Inserted)
    })
    .await;
    take_back(&app, &sold, "OC-3-c").await;
    at_state(&app, &sold, "not_needed").await;
    await_card(&app, &sold, "INVOICE_REIMBURSE_CANCEL").await;
    until("the end of the offset", async || {
        bring_forward(&app).await;
        let jobs = app.ports().store.jobs(None, None, 50).await.unwrap().rows;
        !jobs.iter().any(|it| it.kind == "follow_red_form")
    })
    .await;
    // Only now the merchant asks about the request, and hears that the card was delivered.
    let here = app.delivery_id(&json!({ "delivery": { "id": sold["delivery"] } }));
    assert_eq!(card_at(app.ports(), &here).await, None);
    both_struck_out(&app, &sold, &there).await;
    let lines = app.timeline(&json!({ "id": sold["order"] })).await;
    let at = |act: &str| lines.iter().position(|it| it == act);
    assert!(at("card.inserted") < at("card.changed"), "{lines:?}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

async fn hurry_at(ports: &Ports, kind: &str) {
    for job in ports
        .store
        .jobs(Some("waiting"), None, 50)
        .await
        .unwrap()
        .rows
    {
        if job.kind == kind {
            ports
                .store
                .retry_job(&job.id, &Actor::System)
                .await
                .unwrap();
        }
    }
}

#[tokio::test]
async fn a_card_that_never_was_asked_for_keeps_no_offset_waiting() {
    let app = spawn_pair().await;
    let held =
        json!({ "path": "/card/invoice/platform/setpdf", "kind": "errcode", "value": 45009 });
    let (sold, there) = issued_without_card(&app, "OC-4", &held).await;
    let platform = &app.platform().ports;
    until("the card is begun", async || {
        card_at(platform, &there.id).await == Some(CardState::Uploading)
    })
    .await;
    take_back(&app, &sold, "OC-4-c").await;
    until("the red invoice", async || {
        bring_forward(&app).await;
        there_invoice(platform, &there).await == InvoiceState::FullyRed
    })
    .await;
    until("the platform's delivery ends", async || {
        hurry_at(platform, "deliver_card").await;
        let delivery = platform.store.delivery(&Scope::All, &there.id).await;
        delivery.unwrap().unwrap().state == DeliveryState::Failed
    })
    .await;
    // No card is to come, so that nobody waits for one to be struck out.
    let id = app.delivery_id(&json!({ "delivery": { "id": sold["delivery"] } }));
    until("the merchant's offset ends", async || {
        bring_forward(&app).await;
        app.hurry_once(&["follow_request"]).await;
        let jobs = app.ports().store.jobs(None, None, 50).await.unwrap().rows;
        let delivery = app.ports().store.delivery(&Scope::All, &id).await;
        delivery.unwrap().unwrap().state == DeliveryState::Failed
            && !jobs
                .iter()
                .any(|it| it.kind == "follow_red_form" || it.kind == "follow_request")
    })
    .await;
    assert_eq!(app.wechat_ledger().await["inserts"], json!([]));
    at_stage(&app, &sold, 0, "done").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}
