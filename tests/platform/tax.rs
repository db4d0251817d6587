//! The tax authority: late, silent, refusing.

use crate::harness::{company, spawn_app};
use serde_json::json;

#[tokio::test]
async fn a_lost_upload_answer_is_repeated_under_the_same_number() {
    let app = spawn_app().await;
    app.tax_fault(&json!({ "service": "QDFPSC", "kind": "work_then_drop", "times": 1 }))
        .await;
    let order = app.authorised_order("T-1", &company()).await;
    app.await_state(&order, "carded").await;
    let ledger = app.tax_ledger().await;
    let numbers = ledger["numbers"].as_array().unwrap();
    assert_eq!(numbers.len(), 1, "{numbers:?}");
    assert_eq!(numbers[0]["state"], "accepted");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_refused_invoice_keeps_its_number_and_tells_why() {
    let app = spawn_app().await;
    let fault = json!({ "service": "QDFPSC", "kind": "refuse_invoices", "times": 1, "message": "购买方信息有误" });
    app.tax_fault(&fault).await;
    let order = app.authorised_order("T-2", &company()).await;
    let delivery = app.await_state(&order, "failed").await;
    assert!(
        delivery["reason"]
            .as_str()
            .unwrap()
            .contains("购买方信息有误"),
        "{delivery}"
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn many_orders_get_many_different_numbers() {
    let app = spawn_app().await;
    let mut orders = Vec::new();
    for index in 0..30 {
        orders.push(
            app.authorised_order(&format!("T-3-{index}"), &company())
                .await,
        );
    }
    let mut numbers = std::collections::HashSet::new();
    for order in &orders {
        let delivery = app.await_state(order, "carded").await;
        numbers.insert(delivery["invoice"]["number"].as_str().unwrap().to_owned());
    }
    assert_eq!(numbers.len(), orders.len());
    app.assert_ledger_holds().await;
    app.stop().await;
}
