//! One invoice is taken back: wholly, in parts, and never more than it has.

use super::{at_stage, await_card, card_status, carded, hurried_to, invoice_state, refund};
use crate::harness::{spawn_app, until};
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn a_full_red_letter_takes_all_back_and_strikes_the_card_out() {
    let app = spawn_app().await;
    let sold = carded(&app, "R-1").await;
    let body = json!({ "mode": "plan", "reason": "02", "everything": true });
    let plan = refund(&app, &sold, "R-1-p", &body).await;
    assert_eq!(plan.status, StatusCode::OK, "{plan:?}");
    assert_eq!(plan.body["totals"]["total"], "113.00");
    assert_eq!(plan.body["red_letters"][0]["totals"]["tax"], "-13.00");
    assert_eq!(plan.body["red_letters"][0]["returns_quota"], true);
    assert_eq!(plan.body["red_letters"][0]["buyers_use"], "unused");
    assert_eq!(plan.body["new_authorisations"], 0);
    assert_eq!(invoice_state(&app, &sold).await, "issued");

    let body = json!({ "mode": "confirm", "reason": "02", "everything": true, "plan": plan.body["plan"],
        "refund_no": "RF-1" });
    let done = refund(&app, &sold, "R-1-c", &body).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    let again = refund(&app, &sold, "R-1-c", &body).await;
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(again.body["id"], done.body["id"]);

    let finished = at_stage(&app, &sold, 0, "done").await;
    let letter = &finished["red_letters"][0];
    assert_eq!(
        (&letter["state"], &letter["code"]),
        (&json!("not_needed"), &json!("01"))
    );
    await_card(&app, &sold, "INVOICE_REIMBURSE_CANCEL").await;
    assert_eq!(invoice_state(&app, &sold).await, "fully_red");

    let red = letter["red_invoice_id"].as_str().unwrap();
    // The paper follows a moment after the tax authority's word.
    until("its paper", async || {
        let pdf = app
            .http
            .get(format!("{}/api/v1/invoices/{red}/file.pdf", app.web()))
            .bearer_auth(&app.demo().secrets.api_key)
            .send()
            .await
            .unwrap();
        pdf.headers()["content-type"] == "application/pdf"
    })
    .await;
    let twice = refund(
        &app,
        &sold,
        "R-1-d",
        &json!({ "mode": "confirm", "reason": "02", "everything": true }),
    )
    .await;
    assert_eq!(twice.body["code"], "refund_not_possible", "{twice:?}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn two_parts_and_the_rest_end_at_zero_to_the_fen() {
    let app = spawn_app().await;
    let mut order = crate::harness::tea("R-2");
    order["lines"][0]["quantity"] = json!("3");
    order["lines"][0]["unit_price"] = json!("33.33");
    let order = app.post("/orders", "R-2", &order).await.body;
    app.open_page(&order).await;
    app.authorise(&order, &crate::harness::company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let sold = json!({ "order": order["id"], "invoice": delivery["invoice"]["id"], "delivery": delivery["id"] });
    for place in 0..3_usize {
        let body = if place < 2 {
            json!({ "mode": "confirm", "reason": "02", "lines": [{ "line": "1", "quantity": "1" }] })
        } else {
            json!({ "mode": "confirm", "reason": "02", "everything": true })
        };
        let done = refund(&app, &sold, &format!("R-2-{place}"), &body).await;
        assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
        assert_eq!(done.body["totals"]["total"], "33.33");
        let stage = at_stage(&app, &sold, place, "done").await;
        assert_eq!(stage["red_letters"][0]["completes"], place == 2);
        if place < 2 {
            assert_eq!(invoice_state(&app, &sold).await, "partly_red");
            assert_eq!(card_status(&app, &sold).await, "INVOICE_REIMBURSE_INIT");
        }
    }
    await_card(&app, &sold, "INVOICE_REIMBURSE_CANCEL").await;
    let ledger = app.tax_ledger().await;
    let reds: Vec<&serde_json::Value> = ledger["numbers"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["kind"] == "red")
        .collect();
    let fen = |name: &str| -> i64 {
        let sum = reds.iter().map(|it| {
            it[name]
                .as_str()
                .unwrap()
                .replace('.', "")
                .parse::<i64>()
                .unwrap()
        });
        sum.sum()
    };
    assert_eq!((reds.len(), fen("gross")), (3, -9_999));
    assert_eq!(fen("net") + fen("tax"), -9_999);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn requests_at_the_same_time_never_take_more_than_there_is() {
    let app = spawn_app().await;
    let sold = carded(&app, "R-3").await;
    let body =
        json!({ "mode": "confirm", "reason": "02", "lines": [{ "line": "1", "quantity": "1" }] });
    let keys: Vec<String> = (0..6).map(|it| format!("R-3-{it}")).collect();
    let asked = keys.iter().map(|key| refund(&app, &sold, key, &body));
    let answers = futures_util::future::join_all(asked).await;
    let made = answers
        .iter()
        .filter(|it| it.status == StatusCode::CREATED)
        .count();
    assert_eq!(made, 2, "{answers:?}");
    for other in answers.iter().filter(|it| it.status != StatusCode::CREATED) {
        assert_eq!(other.status, StatusCode::CONFLICT, "{other:?}");
    }
    for place in 0..2 {
        hurried_to(&app, &sold, place, "done").await;
    }
    assert_eq!(invoice_state(&app, &sold).await, "fully_red");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn reasons_keep_their_rules() {
    let app = spawn_app().await;
    let sold = carded(&app, "R-4").await;
    let plan = |key: &'static str, body: serde_json::Value| {
        let (app, sold) = (&app, &sold);
        async move { refund(app, sold, key, &body).await }
    };
    let ended = plan(
        "a",
        json!({ "mode": "plan", "reason": "03", "everything": true }),
    )
    .await;
    assert_eq!(ended.body["code"], "refund_not_possible");
    let mistake = plan(
        "b",
        json!({ "mode": "plan", "reason": "01", "everything": true }),
    )
    .await;
    assert_eq!(mistake.body["code"], "refund_not_possible");
    let amount = plan(
        "c",
        json!({ "mode": "plan", "reason": "02", "amount": "10.00" }),
    )
    .await;
    assert_eq!(amount.body["code"], "refund_not_possible");
    let allowance = plan(
        "d",
        json!({ "mode": "plan", "reason": "04", "amount": "10.00" }),
    )
    .await;
    assert_eq!(allowance.body["totals"]["total"], "10.00", "{allowance:?}");
    let row = &allowance.body["red_letters"][0]["lines"][0];
    assert_eq!(
        (&row["quantity"], &row["gross"]),
        (&json!(null), &json!("-10.00"))
    );
    assert_eq!(allowance.body["red_letters"][0]["returns_quota"], false);
    let both = plan(
        "e",
        json!({ "mode": "plan", "reason": "04", "amount": "10.00", "everything": true }),
    )
    .await;
    assert_eq!(both.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = refund(
        &app,
        &sold,
        "f",
        &json!({ "mode": "confirm", "reason": "04", "amount": "10.00" }),
    )
    .await;
    assert_eq!(done.status, StatusCode::CREATED);
    at_stage(&app, &sold, 0, "done").await;
    assert_eq!(card_status(&app, &sold).await, "INVOICE_REIMBURSE_INIT");
    app.assert_ledger_holds().await;
    app.stop().await;
}
