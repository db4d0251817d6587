//! How code and number of an invoice go into WeChat's members, and which template the older form needs.

use crate::{
    harness::{TestApp, company, eventually, spawn_app_with},
    taxes::{behind_gateway, first_seller},
};
use fapiao_usecases::backoffice::{
    access::{Answers, Task, check_tasks},
    onboarding::Outcome,
};
use reqwest::Method;
use serde_json::{Value, json};

async fn wechat_takes(app: &TestApp, settings: Value) {
    let path = "/sandbox/settings";
    app.control(&app.sandbox(), Method::PATCH, path, Some(&settings))
        .await;
}

/// The code that the last insert of an order was refused with.
async fn refused_with(app: &TestApp, order: &Value) -> String {
    let id = order["delivery"]["id"].as_str().unwrap();
    eventually("the insert is refused", async || {
        let jobs = app.ports().store.jobs(Some("parked"), None, 50).await;
        let rows = jobs.unwrap().rows;
        let job = rows.into_iter().find(|it| it.subject == id)?;
        Some(job.code)
    })
    .await
}

#[tokio::test]
async fn a_digital_number_goes_without_a_code_as_the_settings_say() {
    let app = spawn_app_with(&[("FAPIAO_WECHAT__DIGITAL_CODE", "left_out")]).await;
    wechat_takes(&app, json!({ "digital_billing_code": "omitted" })).await;
    let order = app.authorised_order("CH-4", &company()).await;
    app.await_state(&order, "carded").await;
    wechat_takes(&app, json!({ "digital_billing_code": "empty" })).await;
    let order = app.authorised_order("CH-5", &company()).await;
    refused_with(&app, &order).await;
    app.stop().await;
}

#[tokio::test]
async fn code_and_number_of_the_older_form_go_as_the_settings_say() {
    let app = spawn_app_with(&[("FAPIAO_WECHAT__CLASSIC_ORDER", "number_first")]).await;
    behind_gateway(&app, "classic").await;
    wechat_takes(&app, json!({ "classic_mapping": "number_in_billing_no" })).await;
    let order = app.authorised_order("CH-6", &company()).await;
    app.await_state(&order, "carded").await;
    // The check-list knows which template such a seller needs.
    let seller = first_seller(&app).await;
    let checked = check_tasks(app.ports(), Some(&seller), &Answers::default()).await;
    let checked = checked.unwrap();
    let template = checked.iter().find(|it| it.task == Task::Template).unwrap();
    assert_eq!(template.outcome, Outcome::Done, "{:?}", template.found);
    wechat_takes(&app, json!({ "classic_mapping": "code_in_billing_no" })).await;
    let order = app.authorised_order("CH-7", &company()).await;
    assert_eq!(refused_with(&app, &order).await, "wechat_72041");
    app.stop().await;
}
