//! A refund over three invoices of one order: the sums are worked out here, with whole numbers only, and the node stops
//! in the middle.

use super::{at_stage, refund};
use crate::harness::{TestApp, company, spawn_app, tea};
use fapiao_usecases::actor::Actor;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// Price with tax in fen, pieces, discount in fen.
const SOLD: [(i64, i64, i64); 3] = [(3_333, 3, 0), (2_500, 4, 1_000), (999, 7, 0)];
/// Pieces that come back first.
const BACK: [i64; 3] = [1, 1, 2];

/// Half up, of amounts above zero.
fn rounded(value: i64, over: i64) -> i64 {
    (2 * value + over) / (2 * over)
}

/// Tax of 13 % inside an amount.
fn tax_in(gross: i64) -> i64 {
    rounded(gross * 13, 113)
}

/// What was paid for a line.
fn paid((price, pieces, discount): (i64, i64, i64)) -> i64 {
    price * pieces - discount
}

fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

fn fen(text: &Value) -> i64 {
    let text = text.as_str().unwrap();
    text.replace('.', "").parse().unwrap()
}

/// Net and tax of each accepted invoice of a kind, sorted.
async fn accepted(app: &TestApp, kind: &str) -> Vec<(i64, i64)> {
    let ledger = app.tax_ledger().await;
    let mut found: Vec<(i64, i64)> = ledger["numbers"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["kind"] == kind)
        .map(|it| (fen(&it["net"]), fen(&it["tax"])))
        .collect();
    found.sort_unstable();
    found
}

/// One order, divided into three invoices by the seller's most lines.
async fn sold_in_three(app: &TestApp) -> Value {
    let store = &app.ports().store;
    for mut seller in store.sellers().await.unwrap() {
        seller.rules.lines = 2;
        store.save_seller(&seller, &Actor::System).await.unwrap();
    }
    let mut wanted = tea("T-3");
    let line = wanted["lines"][0].clone();
    let lines = SOLD.map(|(price, pieces, discount)| {
        let mut line = line.clone();
        line["unit_price"] = json!(yuan(price));
        line["quantity"] = json!(pieces.to_string());
        if discount > 0 {
            line["discount"] = json!(yuan(discount));
        }
        line
    });
    wanted["lines"] = json!(lines);
    let order = app.post("/orders", "T-3", &wanted).await;
    assert_eq!(order.status, StatusCode::CREATED, "{order:?}");
    let deliveries = order.body["deliveries"].as_array().unwrap().clone();
    assert_eq!(deliveries.len(), 3, "{:?}", order.body);
    for delivery in deliveries {
        let one = json!({ "id": order.body["id"], "delivery": delivery });
        app.open_page(&one).await;
        app.authorise(&one, &company()).await;
        app.await_state(&one, "carded").await;
    }
    json!({ "order": order.body["id"] })
}

#[tokio::test]
async fn three_invoices_are_taken_back_in_part_and_then_whole_over_a_restart() {
    let mut app = spawn_app().await;
    let sold = sold_in_three(&app).await;
    let blue = accepted(&app, "blue").await;
    let whole: i64 = SOLD.iter().copied().map(paid).sum();
    assert_eq!(blue.iter().map(|it| it.0 + it.1).sum::<i64>(), whole);

    // Pieces come back at what was paid for them, the discount shared: 33.33, 22.50 and 19.98.
    let back: Vec<i64> = SOLD
        .iter()
        .zip(BACK)
        .map(|(line, pieces)| rounded(paid(*line) * pieces, line.1))
        .collect();
    assert_eq!(back, [3_333, 2_250, 1_998]);
    let mut expected: Vec<(i64, i64)> = back
        .iter()
        .map(|gross| (tax_in(*gross) - gross, -tax_in(*gross)))
        .collect();
    expected.sort_unstable();
    let lines: Vec<Value> = (1..)
        .zip(BACK)
        .map(|(line, pieces)| json!({ "line": line.to_string(), "quantity": pieces.to_string() }))
        .collect();
    let mut body = json!({ "mode": "plan", "reason": "02", "lines": lines });
    let plan = refund(&app, &sold, "T-3-p", &body).await.body;
    assert_eq!(plan["red_letters"].as_array().unwrap().len(), 3, "{plan}");
    assert_eq!(plan["totals"]["total"], yuan(back.iter().sum()));
    assert_eq!(plan["left"], yuan(whole - back.iter().sum::<i64>()));
    body["mode"] = json!("confirm");
    let done = refund(&app, &sold, "T-3-c", &body).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    // The node stops while the steps run, and what is left of them is done by the next one.
    app.restart().await;
    at_stage(&app, &sold, 0, "done").await;
    assert_eq!(accepted(&app, "red").await, expected);

    let rest = json!({ "mode": "confirm", "reason": "02", "everything": true });
    let done = refund(&app, &sold, "T-3-r", &rest).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    app.restart().await;
    at_stage(&app, &sold, 1, "done").await;
    // Every invoice ends at nothing, net and tax alike: the last part takes what is left of both.
    let red = accepted(&app, "red").await;
    assert_eq!(red.len(), 6);
    for part in [0, 1] {
        let of = |all: &[(i64, i64)]| -> i64 {
            all.iter()
                .map(|it| if part == 0 { it.0 } else { it.1 })
                .sum()
        };
        assert_eq!(of(&blue) + of(&red), 0);
    }
    let order = format!("/orders/{}", sold["order"].as_str().unwrap());
    assert_eq!(app.get(&order).await.body["state"], "cancelled");
    app.assert_ledger_holds().await;
    app.stop().await;
}
