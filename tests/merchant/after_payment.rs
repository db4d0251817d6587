//! Invoices asked for on a payment's receipt.

use crate::harness::{TestApp, company, spawn_app, tea};
use fapiao_usecases::{
    actor::Actor,
    merchant::after_payment::{AttachError, attach_by_number, dismiss},
    records::{ClaimState, PaymentClaim},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// A payment over 113.00 whose receipt offers an invoice; gives WeChat's order id.
async fn paid(app: &TestApp) -> String {
    let paid = json!({ "mchid": "1900000001", "money": 11_300 });
    let answer = app
        .control(
            &app.sandbox(),
            Method::POST,
            "/sandbox/payments",
            Some(&paid),
        )
        .await;
    answer["order"]["order_id"].as_str().unwrap().to_owned()
}

async fn asked(app: &TestApp, order_id: &str) {
    let path = format!("/sandbox/orders/{order_id}/authorise");
    app.control(&app.sandbox(), Method::POST, &path, Some(&company()))
        .await;
}

fn order(order_no: &str, payment: Value) -> Value {
    let mut order = tea(order_no);
    order.as_object_mut().unwrap().remove("delivery");
    order["payment"] = payment;
    order
}

async fn claim(app: &TestApp) -> PaymentClaim {
    for _ in 0..400 {
        let found = app.ports().store.claims(None, None).await.unwrap().rows;
        if let Some(claim) = found.into_iter().next() {
            return claim;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("no claim came")
}

async fn carded(app: &TestApp, order_no: &str) -> Value {
    for _ in 0..800 {
        let found = app.get(&format!("/orders?order_no={order_no}")).await.body;
        if found["data"][0]["delivery_state"] == "carded" {
            return found["data"][0].clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("{order_no} was never carded")
}

#[tokio::test]
async fn the_receipts_order_is_found_by_its_transaction_or_trade_number() {
    let app = spawn_app().await;
    for (order_no, member) in [("PAY-1", "transaction_no"), ("PAY-2", "trade_no")] {
        let number = paid(&app).await;
        let payment = json!({ "channel": "wechat", member: number });
        let placed = app
            .post("/orders", order_no, &order(order_no, payment))
            .await;
        assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
        assert_eq!(placed.body["payment"][member], number.as_str());
        asked(&app, &number).await;
        carded(&app, order_no).await;
    }
    let ledger = app.wechat_ledger().await;
    assert_eq!(ledger["inserts"].as_array().unwrap().len(), 2);
    assert_eq!(app.ports().store.open_claims().await.unwrap(), 0);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_request_that_comes_before_its_order_waits_for_it() {
    let app = spawn_app().await;
    let number = paid(&app).await;
    asked(&app, &number).await;
    assert_eq!(claim(&app).await.state, ClaimState::Open);
    // An awaiting delivery of the order ends: the buyer came another way.
    let mut late = order(
        "PAY-3",
        json!({ "channel": "wechat", "transaction_no": number }),
    );
    late["delivery"] = json!({ "channel": "web" });
    let placed = app.post("/orders", "PAY-3", &late).await;
    assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
    carded(&app, "PAY-3").await;
    let first = placed.body["delivery"]["id"].as_str().unwrap();
    let superseded = app.get(&format!("/deliveries/{first}")).await.body;
    assert_eq!(superseded["state"], "failed");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_person_finds_the_order_or_ends_the_request() {
    let app = spawn_app().await;
    let ports = app.ports();
    let by = Actor::CommandLine;
    let number = paid(&app).await;
    asked(&app, &number).await;
    let open = claim(&app).await;
    assert_eq!(ports.store.open_claims().await.unwrap(), 1);
    let missing = attach_by_number(ports, &open.id, "NO-SUCH", &by).await;
    assert!(matches!(missing, Err(AttachError::NoOrder(_))));
    let placed = app
        .post(
            "/orders",
            "PAY-4",
            &order("PAY-4", json!({ "channel": "cash" })),
        )
        .await;
    assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
    attach_by_number(ports, &open.id, "PAY-4", &by)
        .await
        .unwrap();
    let row = carded(&app, "PAY-4").await;
    assert!(row["invoice_number"].is_string());
    let twice = dismiss(ports, &open.id, "重复", &by).await;
    assert!(matches!(twice, Err(AttachError::Gone)));

    let number = paid(&app).await;
    asked(&app, &number).await;
    let other = loop {
        let claims = ports
            .store
            .claims(Some(ClaimState::Open), None)
            .await
            .unwrap();
        if let Some(claim) = claims.rows.into_iter().next() {
            break claim;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    };
    let again = attach_by_number(ports, &other.id, "PAY-4", &by).await;
    assert!(matches!(again, Err(AttachError::UnderWay(_))));
    assert!(matches!(
        dismiss(ports, &other.id, " ", &by).await,
        Err(AttachError::Note)
    ));
    dismiss(ports, &other.id, "不是本店的支付", &by)
        .await
        .unwrap();
    assert_eq!(ports.store.open_claims().await.unwrap(), 0);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn payments_are_read_strictly() {
    let app = spawn_app().await;
    let wrong =
        json!({ "channel": "We Chat", "transaction_no": "4 2", "trade_no": "x".repeat(65) });
    let answer = app.post("/orders", "PAY-5", &order("PAY-5", wrong)).await;
    assert_eq!(
        answer.wrong_fields(),
        [
            "/payment/channel",
            "/payment/transaction_no",
            "/payment/trade_no"
        ]
    );
    app.stop().await;
}
