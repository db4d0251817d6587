//! A refund over three invoices of one order: the sums are worked out here, with whole numbers only, and the node stops
//! in the middle.

use super::{at_stage, at_state, posted, refund};
use crate::{
    admin::{sign_in::signed_in, work::send},
    harness::{TestApp, company, spawn_app, tea, until},
};
use fapiao_usecases::actor::Actor;
use reqwest::{Method, StatusCode};
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
    let mut invoices = Vec::new();
    for delivery in deliveries {
        let one = json!({ "id": order.body["id"], "delivery": delivery });
        app.open_page(&one).await;
        app.authorise(&one, &company()).await;
        let carded = app.await_state(&one, "carded").await;
        invoices.push(carded["invoice"].clone());
    }
    json!({ "order": order.body["id"], "invoices": invoices })
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

/// The last one that was waited for decides: until then nothing of the others is invoiced anew, and no other refund is
/// worked out over what is undecided.
#[tokio::test]
async fn what_is_left_is_invoiced_anew_once_the_last_letter_is_carried_out_or_given_up() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let sold = sold_in_three(&app).await;
    let second =
        json!({ "number": sold["invoices"][1]["number"], "invoice": sold["invoices"][1]["id"] });
    posted(&app, &second).await;
    let both = json!({ "mode": "confirm", "reason": "02", "replace": true,
        "lines": [{ "line": "1", "quantity": "1" }, { "line": "2", "quantity": "1" }] });
    let decided = refund(&app, &sold, "T-4-c", &both).await;
    assert_eq!(
        decided.body["red_letters"].as_array().unwrap().len(),
        2,
        "{decided:?}"
    );
    let form = at_state(&app, &second, "awaits_buyer").await;
    let ledger = app.tax_ledger().await;
    let own = ledger["red_forms"].as_array().unwrap().iter();
    let key = own
        .clone()
        .find(|it| it["lzfphm"] == second["number"])
        .unwrap()["uuid"]
        .clone();
    let path = format!("/sandbox/red-forms/{}/answer", key.as_str().unwrap());
    app.control(
        &app.tax(),
        Method::POST,
        &path,
        Some(&json!({ "answer": "N" })),
    )
    .await;
    at_state(&app, &second, "refused_by_buyer").await;
    let first = format!("/invoices/{}", sold["invoices"][0]["id"].as_str().unwrap());
    until("the first is taken back", async || {
        app.get(&first).await.body["state"] == "fully_red"
    })
    .await;
    let stopped = at_stage(&app, &sold, 0, "stopped").await;
    assert_eq!(stopped["delivery_id"], Value::Null);
    // Another refund says what stands in its way.
    let plan =
        json!({ "mode": "plan", "reason": "02", "lines": [{ "line": "3", "quantity": "1" }] });
    let plan = refund(&app, &sold, "T-4-p", &plan).await;
    assert_eq!(
        (plan.status, &plan.body["code"]),
        (StatusCode::CONFLICT, &json!("refund_not_possible")),
        "{plan:?}"
    );
    assert!(
        plan.body["detail"]
            .as_str()
            .unwrap()
            .contains("give it up first"),
        "{plan:?}"
    );
    let here = format!("/admin/orders/{}/refund", sold["order"].as_str().unwrap());
    let members = [("reason", "02"), ("what", "everything"), ("act", "plan")];
    let shown = send(&app, &owner, &here, &members)
        .await
        .text()
        .await
        .unwrap();
    assert!(shown.contains("红字确认单未成功（购方拒绝）"), "{shown}");

    let act = format!("/admin/red-letters/{}/act", form["id"].as_str().unwrap());
    send(&app, &owner, &act, &[("act", "give_up")]).await;
    let done = at_stage(&app, &sold, 0, "done").await;
    // Only the first invoice was taken back: two of its three pieces are invoiced anew.
    let delivery = done["delivery_id"].as_str().unwrap();
    let shown = app.get(&format!("/deliveries/{delivery}")).await.body;
    let anew = json!({ "id": sold["order"], "delivery": shown });
    app.open_page(&anew).await;
    app.authorise(&anew, &company()).await;
    let carded = app.await_state(&anew, "carded").await;
    let path = format!("/invoices/{}", carded["invoice"]["id"].as_str().unwrap());
    let invoice = app.get(&path).await.body;
    assert_eq!(invoice["totals"]["total"], yuan(2 * SOLD[0].0), "{invoice}");
    let other = format!("/invoices/{}", second["invoice"].as_str().unwrap());
    assert_eq!(app.get(&other).await.body["state"], "issued");
    app.assert_ledger_holds().await;
    app.stop().await;
}
