//! Confirmations: the buyer's answer, silence, refusal, lost answers, a stop in between.

use super::{at_stage, at_state, await_card, carded, hurried_to, posted, refund};
use crate::harness::spawn_app;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

fn all() -> Value {
    json!({ "mode": "confirm", "reason": "02", "everything": true })
}

/// The tax side's own key of the only form.
async fn key_of(app: &crate::harness::TestApp) -> String {
    let ledger = app.tax_ledger().await;
    ledger["red_forms"][0]["uuid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_buyer_who_posted_the_invoice_has_to_agree() {
    let app = spawn_app().await;
    let sold = carded(&app, "F-1").await;
    posted(&app, &sold).await;
    assert_eq!(
        refund(&app, &sold, "F-1-c", &all()).await.status,
        StatusCode::CREATED
    );
    let waiting = at_state(&app, &sold, "awaits_buyer").await;
    assert_eq!(
        (&waiting["code"], &waiting["waits_for"]),
        (&json!("02"), &json!("buyer"))
    );
    assert!(waiting["lapses_at"].is_string());
    let path = format!("/sandbox/red-forms/{}/answer", key_of(&app).await);
    app.control(
        &app.tax(),
        Method::POST,
        &path,
        Some(&json!({ "answer": "Y" })),
    )
    .await;
    let done = hurried_to(&app, &sold, 0, "done").await;
    assert_eq!(done["red_letters"][0]["code"], "04");
    await_card(&app, &sold, "INVOICE_REIMBURSE_CANCEL").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_refused_form_stops_the_refund_and_waits_for_staff() {
    let app = spawn_app().await;
    let sold = carded(&app, "F-2").await;
    posted(&app, &sold).await;
    refund(&app, &sold, "F-2-c", &all()).await;
    at_state(&app, &sold, "awaits_buyer").await;
    let path = format!("/sandbox/red-forms/{}/answer", key_of(&app).await);
    app.control(
        &app.tax(),
        Method::POST,
        &path,
        Some(&json!({ "answer": "N" })),
    )
    .await;
    let refused = at_state(&app, &sold, "refused_by_buyer").await;
    assert_eq!(refused["waits_for"], "staff");
    let stopped = at_stage(&app, &sold, 0, "stopped").await;
    assert_eq!(stopped["red_letters"][0]["red_invoice_id"], Value::Null);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn seventy_two_hours_of_silence_end_a_form() {
    let app = spawn_app().await;
    let sold = carded(&app, "F-3").await;
    posted(&app, &sold).await;
    refund(&app, &sold, "F-3-c", &all()).await;
    at_state(&app, &sold, "awaits_buyer").await;
    let later = json!({ "seconds": 72 * 3600 + 60 });
    app.control(
        &app.tax(),
        Method::POST,
        "/sandbox/clock/advance",
        Some(&later),
    )
    .await;
    let expired = at_state(&app, &sold, "expired").await;
    assert_eq!(expired["code"], "07");
    at_stage(&app, &sold, 0, "stopped").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_lost_answer_to_the_application_makes_no_second_form() {
    let app = spawn_app().await;
    let sold = carded(&app, "F-4").await;
    app.tax_fault(&json!({ "service": "QDHZQRDSQ", "kind": "work_then_drop", "times": 1 }))
        .await;
    refund(&app, &sold, "F-4-c", &all()).await;
    at_stage(&app, &sold, 0, "done").await;
    let ledger = app.tax_ledger().await;
    assert_eq!(
        ledger["red_forms"].as_array().unwrap().len(),
        1,
        "{}",
        ledger["red_forms"]
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_lost_answer_to_the_red_upload_is_repeated_under_the_same_number() {
    let app = spawn_app().await;
    let sold = carded(&app, "F-5").await;
    app.tax_fault(&json!({ "service": "QDFPSC", "kind": "work_then_drop", "times": 1 }))
        .await;
    refund(&app, &sold, "F-5-c", &all()).await;
    at_stage(&app, &sold, 0, "done").await;
    let ledger = app.tax_ledger().await;
    assert_eq!(ledger["numbers"].as_array().unwrap().len(), 2);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_refund_goes_on_after_a_restart() {
    let mut app = spawn_app().await;
    let sold = carded(&app, "F-6").await;
    posted(&app, &sold).await;
    refund(&app, &sold, "F-6-c", &all()).await;
    at_state(&app, &sold, "awaits_buyer").await;
    let path = format!("/sandbox/red-forms/{}/answer", key_of(&app).await);
    app.control(
        &app.tax(),
        Method::POST,
        &path,
        Some(&json!({ "answer": "Y" })),
    )
    .await;
    app.restart().await;
    hurried_to(&app, &sold, 0, "done").await;
    await_card(&app, &sold, "INVOICE_REIMBURSE_CANCEL").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}
