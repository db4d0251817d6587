//! What the page asks buyers for, saved twice in quick succession.

use crate::harness::{spawn_app, until};
use fapiao_usecases::{
    actor::Actor,
    merchant::buyer_form::push_buyer_form,
    ports::{BUYER_FORM, NewDesign},
    records::{Ask, BuyerForm},
    step::StepError,
};
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn a_form_that_was_overtaken_while_wechat_was_told_is_not_the_last_word() {
    let app = spawn_app().await;
    // The account is set up at WeChat: nothing else calls it from here on.
    let order = app.order("F-1").await;
    app.open_page(&order).await;
    let store = &app.ports().store;
    let account = store.account_by_app_id(&app.demo().secrets.app_id).await;
    let account = account.unwrap().unwrap();
    let draw = async |phone: Ask| {
        let mut form = BuyerForm::default();
        form.person.phone = phone;
        let drawn = NewDesign {
            kind: BUYER_FORM,
            subject: account.id.to_string(),
            expected_version: None,
            value: form.to_json(),
            then: Vec::new(),
        };
        store.save_design(drawn, &Actor::System).await.unwrap();
    };
    draw(Ask::Optional).await;
    app.wechat_fault(
        &json!({ "path": "/card/invoice/setbizattr", "kind": "delay", "value": 8000, "count": 1 }),
    )
    .await;
    let (ports, id) = (app.ports().clone(), account.id.clone());
    let slow = tokio::spawn(async move { push_buyer_form(&ports, &id).await });
    until("the first call is on its way", async || {
        let faults = app
            .control(&app.sandbox(), Method::GET, "/sandbox/faults", None)
            .await;
        !faults.to_string().contains("\"struck\":0")
    })
    .await;
    // Staff draw another one meanwhile.
    draw(Ask::Required).await;
    app.control(&app.sandbox(), Method::DELETE, "/sandbox/faults", None)
        .await;
    let end = slow.await.unwrap();
    assert!(matches!(end, Err(StepError::NotYet { .. })), "{end:?}");
    push_buyer_form(app.ports(), &account.id).await.unwrap();
    let shown = app.ports().console.buyer_form(&account).await;
    assert_eq!(shown.unwrap().unwrap().person.phone, Ask::Required);
    let page = order["delivery"]["page_url"].as_str().unwrap();
    let seen = app.http.get(page).send().await.unwrap();
    assert_eq!(seen.status(), StatusCode::OK);
    app.stop().await;
}
