//! Templates of collecting units: made once each, whatever happens to the answer.

use super::{
    Counter, agree, calls_of, cards, counter, delivery_id, file, hurry, id, job, job_that, sample,
};
use crate::harness::{TestApp, until};
use fapiao_domain::ids::{FiscalUnitId, Id};
use fapiao_usecases::{
    actor::Actor,
    fiscal::{UnitDraft, save_unit, settle_template},
    records::{FiscalUnit, TemplateStand},
};
use reqwest::Method;
use serde_json::{Value, json};

/// Another collecting unit, in both roles, with the demo's account.
async fn second_unit(app: &TestApp) -> FiscalUnit {
    let app_id = &app.demo().secrets.app_id;
    let found = app.ports().store.account_by_app_id(app_id).await.unwrap();
    let account = found.unwrap().id;
    let draft = UnitDraft {
        name: "示例市图书馆".to_owned(),
        code: "U002".to_owned(),
        role: "both".to_owned(),
        web_account: account.as_str().to_owned(),
        bureau_account: account.as_str().to_owned(),
        ..UnitDraft::default()
    };
    let saved = save_unit(app.ports(), &Actor::CommandLine, None, &draft).await;
    saved.unwrap()
}

async fn unit(app: &TestApp, id: &FiscalUnitId) -> FiscalUnit {
    let found = app.ports().store.fiscal_unit(id).await.unwrap();
    found.unwrap()
}

async fn settings(app: &TestApp, change: Value) {
    let path = "/sandbox/settings";
    app.control(&app.sandbox(), Method::PATCH, path, Some(&change))
        .await;
}

#[tokio::test]
async fn a_template_that_is_too_young_is_waited_for() {
    let (app, counter) = counter().await;
    settings(&app, json!({ "template_ready_after_secs": 3600 })).await;
    let bill = counter.seeded(1).await;
    agree(&app, &bill).await;
    job_that(&app, "insert_bill", delivery_id(&bill), "40078").await;
    let waits = counter.bill(id(&bill)).await;
    assert_eq!(waits["delivery"]["state"], "issuing");
    assert_eq!(waits["delivery"]["card"]["state"], "uploading");
    app.assert_ledger_holds().await;
    settings(&app, json!({ "template_ready_after_secs": 0 })).await;
    hurry(&app, "insert_bill", delivery_id(&bill)).await;
    counter.await_state(id(&bill), "carded").await;
    assert_eq!(calls_of(&app, "/nontax/insertbill").await, 2);
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// A unit whose template's answer was lost, and a bill of it whose payer agreed.
async fn template_lost(app: &TestApp, counter: &Counter) -> (FiscalUnitId, Value) {
    let fault = json!({ "path": "/nontax/createbillcard", "kind": "work_then_drop", "count": 1 });
    app.wechat_fault(&fault).await;
    let unit = second_unit(app).await.id;
    job_that(
        app,
        "ensure_bill_template",
        unit.as_str(),
        "template_unknown",
    )
    .await;
    let mut wanted = sample(3);
    wanted["unit"] = json!("U002");
    let bill = counter.create(&wanted).await;
    counter.put_file(id(&bill), file(3)).await;
    agree(app, &bill).await;
    job_that(app, "insert_bill", delivery_id(&bill), "模板").await;
    (unit, bill)
}

/// Templates of the second unit that WeChat has.
async fn templates(app: &TestApp) -> Vec<String> {
    let state = app
        .control(&app.sandbox(), Method::GET, "/sandbox/state", None)
        .await;
    let all = state["templates"].as_array().unwrap().iter();
    all.filter(|it| it["payee"] == "示例市图书馆")
        .map(|it| it["card_id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_template_whose_answer_was_lost_is_settled_by_a_person_and_never_asked_for_twice() {
    let (app, counter) = counter().await;
    let (unit_id, bill) = template_lost(&app, &counter).await;
    assert_eq!(
        unit(&app, &unit_id).await.template.stand,
        TemplateStand::Unknown
    );
    // Pressing the button asks nobody.
    hurry(&app, "ensure_bill_template", unit_id.as_str()).await;
    job_that(
        &app,
        "ensure_bill_template",
        unit_id.as_str(),
        "template_unknown",
    )
    .await;
    let made = templates(&app).await;
    assert_eq!(made.len(), 1);
    let by = Actor::CommandLine;
    assert!(
        settle_template(app.ports(), &by, &unit_id, "x y")
            .await
            .is_err()
    );
    settle_template(app.ports(), &by, &unit_id, &made[0])
        .await
        .unwrap();
    assert_eq!(
        unit(&app, &unit_id).await.template.stand,
        TemplateStand::Ready
    );
    hurry(&app, "insert_bill", delivery_id(&bill)).await;
    let carded = counter.await_state(id(&bill), "carded").await;
    assert_eq!(carded["delivery"]["card"]["card_id"], made[0].as_str());
    assert_eq!(templates(&app).await, made);
    until("nothing stays stopped", async || {
        job(&app, "ensure_bill_template", unit_id.as_str())
            .await
            .is_none()
    })
    .await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_template_that_a_person_did_not_find_is_asked_for_anew() {
    let (app, counter) = counter().await;
    let (unit_id, bill) = template_lost(&app, &counter).await;
    let by = Actor::CommandLine;
    settle_template(app.ports(), &by, &unit_id, "")
        .await
        .unwrap();
    until("the template is there", async || {
        unit(&app, &unit_id).await.template.stand == TemplateStand::Ready
    })
    .await;
    if job(&app, "insert_bill", delivery_id(&bill)).await.is_some() {
        hurry(&app, "insert_bill", delivery_id(&bill)).await;
    }
    counter.await_state(id(&bill), "carded").await;
    assert_eq!(
        (templates(&app).await.len(), cards(&app).await.len()),
        (2, 1)
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}
