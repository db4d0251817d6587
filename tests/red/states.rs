//! The states of a confirmation: how each is come by, what it leaves to do, and forms that buyers begin.
//!
//! | code | state | reached by |
//! |---|---|---|
//! | `01` | nobody has to agree | `letters::a_full_red_letter_…` |
//! | `02` | the buyer has to agree | `forms::a_buyer_who_posted_…` |
//! | `03` | we have to agree | `a_buyer_begins_and_the_seller_agrees` |
//! | `04` | both agree | `forms::a_buyer_who_posted_…`, `a_buyer_begins_and_the_seller_agrees` |
//! | `05` | refused by the buyer | `every_end_of_a_form_…`, `forms::a_refused_form_…` |
//! | `06` | refused by us | `a_buyer_begins_and_the_seller_refuses_…` |
//! | `07` | 72 hours passed | `forms::seventy_two_hours_…`, `a_buyer_begins_and_the_seller_refuses_or_lets_it_lapse` |
//! | `08` | withdrawn | `a_form_is_withdrawn_…`, `pages::a_confirmation_is_withdrawn_…` |
//! | `09` | withdrawn after the agreement | `every_end_of_a_form_…`, `a_buyer_who_agreed_withdraws_…`, `a_buyers_form_that_…` |
//! | `10` to `13` | void | `every_end_of_a_form_…` |
//!
//! The words of each state in both languages are looked at beside the page that shows them.

use super::{at_stage, at_state, at_state_of, carded, hurried_to, invoice_state, posted, refund};
use crate::{
    admin::sign_in::{hidden, signed_in},
    harness::{TestApp, spawn_app, until},
};
use fapiao_usecases::jobs::{Job, QueuedJob};
use futures_util::future::join_all;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

fn all() -> Value {
    json!({ "mode": "confirm", "reason": "02", "everything": true })
}

/// What a person does on the page of the only confirmation of an invoice.
async fn press(app: &TestApp, who: &Client, of: &Value, act: &str) -> String {
    press_of(app, who, of, 0, act).await
}

/// What a person does on the page of one of them, counted from 0.
pub(super) async fn press_of(
    app: &TestApp,
    who: &Client,
    of: &Value,
    place: usize,
    act: &str,
) -> String {
    let path = format!("/invoices/{}/red-letters", of["invoice"].as_str().unwrap());
    let form = app.get(&path).await.body["data"][place]["id"].clone();
    let here = format!("{}/admin/red-letters/{}", app.web(), form.as_str().unwrap());
    let shown = who.get(&here).send().await.unwrap().text().await.unwrap();
    if act.is_empty() {
        return shown;
    }
    assert!(
        shown.contains(&format!("name=\"act\" value=\"{act}\"")),
        "no {act} on {shown}"
    );
    let token = hidden(&shown, "csrf");
    let answer = who
        .post(format!("{here}/act"))
        .header("Origin", app.web())
        .form(&[("csrf", token.as_str()), ("act", act)])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    shown
}

/// The other side, or the authority, acts on the form about an invoice.
async fn answered(app: &TestApp, of: &Value, answers: &[&str]) {
    let ledger = app.tax_ledger().await;
    let forms = ledger["red_forms"].as_array().unwrap();
    let is_open = |it: &&Value| {
        ["01", "02", "03", "04"]
            .iter()
            .any(|at| it["hzqrxxztDm"] == *at)
    };
    let own = forms
        .iter()
        .filter(is_open)
        .find(|it| it["lzfphm"] == of["number"]);
    let key = own.unwrap()["uuid"].as_str().unwrap();
    for answer in answers {
        let path = format!("/sandbox/red-forms/{key}/answer");
        let body = json!({ "answer": answer });
        app.control(&app.tax(), Method::POST, &path, Some(&body))
            .await;
    }
}

#[tokio::test]
async fn every_end_of_a_form_is_told_and_leaves_the_refund_to_a_person() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let ends: [(&[&str], &str, &str, &str); 6] = [
        // Agreed and taken back before we looked.
        (&["Y", "C"], "withdrawn_after", "09", "确认后撤销"),
        (&["10"], "void_abnormal", "10", "异常凭证"),
        (&["11"], "void_taxpayer", "11", "纳税人状态"),
        (&["12"], "void_refused", "12", "自然人拒收"),
        (&["13"], "void_refund", "13", "已申请退税"),
        (&["N"], "refused_by_buyer", "05", "购方拒绝"),
    ];
    let numbers: Vec<String> = (0..ends.len()).map(|it| format!("E-{it}")).collect();
    let sold = join_all(numbers.iter().map(|it| carded(&app, it))).await;
    for (sold, (answers, state, code, words)) in sold.iter().zip(ends) {
        posted(&app, sold).await;
        let key = sold["number"].as_str().unwrap();
        refund(&app, sold, key, &all()).await;
        at_state(&app, sold, "awaits_buyer").await;
        answered(&app, sold, answers).await;
        let form = at_state(&app, sold, state).await;
        assert_eq!(
            (&form["code"], &form["waits_for"]),
            (&json!(code), &json!("staff"))
        );
        at_stage(&app, sold, 0, "stopped").await;
        let shown = press(&app, &owner, sold, "").await;
        assert!(shown.contains(words), "{words} in {shown}");
        assert!(shown.contains("value=\"again\"") && shown.contains("value=\"give_up\""));
        assert_eq!(invoice_state(&app, sold).await, "issued");
    }
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_form_is_withdrawn_applied_for_again_and_given_up() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let sold = carded(&app, "A-1").await;
    posted(&app, &sold).await;
    refund(&app, &sold, "A-1-c", &all()).await;
    at_state(&app, &sold, "awaits_buyer").await;
    press(&app, &owner, &sold, "withdraw").await;
    assert_eq!(at_state(&app, &sold, "withdrawn").await["code"], "08");
    press(&app, &owner, &sold, "again").await;
    at_state(&app, &sold, "awaits_buyer").await;
    let forms = app.tax_ledger().await["red_forms"].clone();
    assert_eq!(forms.as_array().unwrap().len(), 2, "{forms}");
    // The second one lapses: 72 hours without an answer.
    let later = json!({ "seconds": 72 * 3600 + 60 });
    app.control(
        &app.tax(),
        Method::POST,
        "/sandbox/clock/advance",
        Some(&later),
    )
    .await;
    assert_eq!(at_state(&app, &sold, "expired").await["code"], "07");
    press(&app, &owner, &sold, "give_up").await;
    at_stage(&app, &sold, 0, "given_up").await;
    // Nothing was given back: all of it can be refunded.
    let plan = json!({ "mode": "plan", "reason": "02", "everything": true });
    let plan = refund(&app, &sold, "A-1-p", &plan).await;
    assert_eq!(plan.body["totals"]["total"], "113.00", "{plan:?}");
    let order = format!("/admin/orders/{}", sold["order"].as_str().unwrap());
    let shown = owner.get(format!("{}{order}", app.web())).send();
    let shown = shown.await.unwrap().text().await.unwrap();
    for words in ["已撤销", "重新申请红字确认单", "72 小时未确认", "已放弃"] {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// The buyer begins a form at the tax authority, and we look.
async fn begun_by_buyer(app: &TestApp, of: &Value, form: Value) -> Value {
    posted(app, of).await;
    let begun = app
        .control(&app.tax(), Method::POST, "/sandbox/red-forms", Some(&form))
        .await;
    assert_eq!(begun["state"], "03", "{begun}");
    look(app).await;
    let found = at_state(app, of, "awaits_seller").await;
    assert_eq!(found["number"], begun["number"], "{found}");
    found
}

async fn look(app: &TestApp) {
    let store = &app.ports().store;
    let sellers = store.sellers().await.unwrap();
    let jobs = sellers
        .iter()
        .map(|it| QueuedJob::now(Job::FindRedForms(it.id.clone()), Some(it.id.clone())));
    store.enqueue(jobs.collect()).await.unwrap();
}

#[tokio::test]
async fn a_buyer_begins_and_the_seller_agrees() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let sold = carded(&app, "B-1").await;
    let half = json!({ "number": sold["number"], "reason": "02",
        "lines": [{ "line": 1, "quantity": "1" }] });
    let found = begun_by_buyer(&app, &sold, half).await;
    assert_eq!(
        (&found["code"], &found["waits_for"]),
        (&json!("03"), &json!("staff"))
    );
    assert!(found["lapses_at"].is_string());
    // Found once more, it stays one.
    look(&app).await;
    let listed = owner.get(format!("{}/admin/red-letters?state=staff", app.web()));
    let listed = listed.send().await.unwrap().text().await.unwrap();
    assert!(listed.contains("待销方确认"), "{listed}");
    let shown = press(&app, &owner, &sold, "agree").await;
    assert!(shown.contains("购方发起红字确认单"), "{shown}");
    let done = hurried_to(&app, &sold, 0, "done").await;
    assert_eq!(done["red_letters"].as_array().unwrap().len(), 1);
    assert_eq!(done["red_letters"][0]["code"], "04");
    assert_eq!(done["totals"]["total"], "56.50");
    assert_eq!(invoice_state(&app, &sold).await, "partly_red");
    // What is left can still be refunded, and no more.
    let rest = json!({ "mode": "plan", "reason": "02", "everything": true });
    let rest = refund(&app, &sold, "B-1-p", &rest).await;
    assert_eq!(rest.body["totals"]["total"], "56.50", "{rest:?}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_buyer_begins_and_the_seller_refuses_or_lets_it_lapse() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let sold = carded(&app, "B-2").await;
    let form = json!({ "number": sold["number"], "reason": "02" });
    begun_by_buyer(&app, &sold, form.clone()).await;
    press(&app, &owner, &sold, "refuse").await;
    let over = at_state(&app, &sold, "given_up").await;
    assert_eq!(over["red_invoice_id"], Value::Null);
    at_stage(&app, &sold, 0, "given_up").await;
    let told = app.tax_ledger().await["red_forms"][0]["hzqrxxztDm"].clone();
    assert_eq!(told, "06");
    // Once more, and nobody answers for 72 hours.
    let begun = app
        .control(&app.tax(), Method::POST, "/sandbox/red-forms", Some(&form))
        .await;
    look(&app).await;
    let path = format!("/orders/{}/refunds", sold["order"].as_str().unwrap());
    until("it is found", async || {
        let refunds = app.get(&path).await.body;
        refunds["data"][1]["red_letters"][0]["number"] == begun["number"]
    })
    .await;
    let later = json!({ "seconds": 72 * 3600 + 60 });
    app.control(
        &app.tax(),
        Method::POST,
        "/sandbox/clock/advance",
        Some(&later),
    )
    .await;
    hurried_to(&app, &sold, 1, "given_up").await;
    assert_eq!(invoice_state(&app, &sold).await, "issued");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_red_invoice_refused_for_good_is_given_up_and_its_number_stays_spent() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let sold = carded(&app, "U-2").await;
    app.tax_fault(
        &json!({ "service": "QDFPSC", "kind": "refuse_invoices", "times": 1,
        "message": "税局校验未通过" }),
    )
    .await;
    refund(&app, &sold, "U-2-c", &all()).await;
    let stopped = at_stage(&app, &sold, 0, "stopped").await;
    let red = stopped["red_letters"][0]["red_invoice_id"]
        .as_str()
        .unwrap();
    press(&app, &owner, &sold, "withdraw").await;
    at_state(&app, &sold, "withdrawn").await;
    press(&app, &owner, &sold, "give_up").await;
    at_stage(&app, &sold, 0, "given_up").await;
    // Its number is not used again: neither by itself nor by the next red letter.
    let here = format!("{}/admin/invoices/{red}", app.web());
    let shown = owner.get(&here).send().await.unwrap().text().await.unwrap();
    let upload = owner
        .post(format!("{here}/upload"))
        .header("Origin", app.web())
        .form(&[("csrf", hidden(&shown, "csrf"))]);
    assert_eq!(upload.send().await.unwrap().status(), StatusCode::SEE_OTHER);
    let refused = app.get(&format!("/invoices/{red}")).await.body;
    assert_eq!(refused["state"], "refused");
    refund(&app, &sold, "U-2-d", &all()).await;
    let done = at_stage(&app, &sold, 1, "done").await;
    let next = done["red_letters"][0]["red_invoice_id"].as_str().unwrap();
    let issued = app.get(&format!("/invoices/{next}")).await.body;
    assert_ne!(issued["number"], refused["number"]);
    assert_eq!(invoice_state(&app, &sold).await, "fully_red");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_buyer_who_agreed_withdraws_after_the_red_invoice_was_refused() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let sold = carded(&app, "U-3").await;
    posted(&app, &sold).await;
    app.tax_fault(
        &json!({ "service": "QDFPSC", "kind": "refuse_invoices", "times": 1,
        "message": "税局校验未通过" }),
    )
    .await;
    refund(&app, &sold, "U-3-c", &all()).await;
    at_state(&app, &sold, "awaits_buyer").await;
    answered(&app, &sold, &["Y"]).await;
    at_state(&app, &sold, "confirmed").await;
    at_stage(&app, &sold, 0, "stopped").await;
    // The seller began it and the buyer acted last: only the buyer can take it back.
    let shown = press(&app, &owner, &sold, "").await;
    assert!(
        shown.contains("红字发票被税局拒绝") && shown.contains("请购方在电子税务局撤销确认单"),
        "{shown}"
    );
    assert!(!shown.contains("value=\"withdraw\"") && !shown.contains("value=\"give_up\""));
    answered(&app, &sold, &["C"]).await;
    let over = at_state(&app, &sold, "withdrawn_after").await;
    assert_eq!(
        (&over["code"], &over["waits_for"]),
        (&json!("09"), &json!("staff"))
    );
    press(&app, &owner, &sold, "give_up").await;
    at_stage(&app, &sold, 0, "given_up").await;
    refund(&app, &sold, "U-3-d", &all()).await;
    at_state_of(&app, &sold, 1, "awaits_buyer").await;
    answered(&app, &sold, &["Y"]).await;
    at_state_of(&app, &sold, 1, "confirmed").await;
    at_stage(&app, &sold, 1, "done").await;
    assert_eq!(invoice_state(&app, &sold).await, "fully_red");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_buyers_form_that_we_agreed_to_is_taken_back_when_its_red_invoice_is_refused() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let sold = carded(&app, "U-4").await;
    let form = json!({ "number": sold["number"], "reason": "02" });
    begun_by_buyer(&app, &sold, form).await;
    app.tax_fault(
        &json!({ "service": "QDFPSC", "kind": "refuse_invoices", "times": 1,
        "message": "税局校验未通过" }),
    )
    .await;
    press(&app, &owner, &sold, "agree").await;
    at_stage(&app, &sold, 0, "stopped").await;
    // We acted last, so it is ours to take back; then nothing of it is left to decide.
    press(&app, &owner, &sold, "withdraw").await;
    at_stage(&app, &sold, 0, "given_up").await;
    let told = app.tax_ledger().await["red_forms"][0]["hzqrxxztDm"].clone();
    assert_eq!(told, "09");
    assert_eq!(invoice_state(&app, &sold).await, "issued");
    app.assert_ledger_holds().await;
    app.stop().await;
}
