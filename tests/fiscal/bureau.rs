//! A unit gets another bureau, or another name: never while something goes on under the one before.

use super::{
    agree, calls_of, cards, counter, delivery_id, file, id, job, job_that, open, payer_does, sample,
};
use crate::harness::{TestApp, until};
use bytes::Bytes;
use fapiao_domain::ids::Id;
use fapiao_usecases::{
    actor::Actor,
    backoffice::SettingError,
    fields::FieldError,
    fiscal::{UnitDraft, save_unit, save_unit_logo, settle_template},
    ids::fresh,
    records::{Account, FiscalUnit, TemplateStand},
};
use reqwest::StatusCode;
use serde_json::json;

async fn unit(app: &TestApp) -> FiscalUnit {
    let found = app.ports().store.fiscal_unit_by_code("U001").await;
    found.unwrap().unwrap()
}

/// A second service account, which WeChat does not know.
async fn other_account(app: &TestApp) -> Account {
    let store = &app.ports().store;
    let known = store.account_by_app_id(&app.demo().secrets.app_id).await;
    let other = Account {
        id: fresh(app.ports().clock.now()),
        name: "另一个财政局".to_owned(),
        app_id: "wx00000000000000aa".to_owned(),
        original_id: "gh_other".to_owned(),
        pay_seller: None,
        pay_merchant: String::new(),
        platform_id: Some("another-platform-id".to_owned()),
        version: 0,
        ..known.unwrap().unwrap()
    };
    store
        .save_account(&other, &Actor::CommandLine)
        .await
        .unwrap();
    other
}

/// The unit as its page would save it.
fn draft(unit: &FiscalUnit) -> UnitDraft {
    let id = |it: &Option<fapiao_domain::ids::AccountId>| {
        it.as_ref().map_or_else(String::new, ToString::to_string)
    };
    UnitDraft {
        name: unit.name.clone(),
        code: unit.code.clone(),
        role: unit.role.as_str().to_owned(),
        web_account: id(&unit.web_account),
        app_account: id(&unit.app_account),
        bureau_account: id(&unit.bureau_account),
        ..UnitDraft::default()
    }
}

async fn save(
    app: &TestApp,
    change: impl FnOnce(&mut UnitDraft),
) -> Result<FiscalUnit, Vec<FieldError>> {
    let before = unit(app).await;
    let mut draft = draft(&before);
    change(&mut draft);
    let by = Actor::CommandLine;
    match save_unit(app.ports(), &by, Some(&before), &draft).await {
        Ok(saved) => Ok(saved),
        Err(SettingError::Invalid(errors)) => Err(errors),
        Err(SettingError::Store(error)) => panic!("{error}"),
    }
}

#[tokio::test]
async fn another_bureau_waits_until_nothing_is_open_and_cards_stay_with_the_old_one() {
    let (app, counter) = counter().await;
    let other = other_account(&app).await.id;
    let bill = counter.seeded(1).await;
    open(&app, &bill).await;
    let exchange = |it: &mut UnitDraft| it.bureau_account = other.to_string();
    let refused = save(&app, exchange).await.unwrap_err();
    let [wrong] = refused.as_slice() else {
        panic!("{refused:?}");
    };
    assert_eq!(
        (wrong.pointer.as_str(), wrong.code.as_str()),
        ("/bureau_account", "E_BILLS_OPEN")
    );
    assert!(
        wrong.message.starts_with("1 deliveries")
            && wrong.chinese.as_deref().unwrap().contains("1 次投递"),
        "{wrong:?}"
    );
    // Everything else may be changed meanwhile.
    save(&app, |it| it.closed = true).await.unwrap();
    save(&app, |it| it.closed = false).await.unwrap();
    payer_does(&app, &bill, "authorise").await;
    counter.await_state(id(&bill), "carded").await;
    let saved = save(&app, exchange).await.unwrap();
    assert_eq!(saved.bureau_account, Some(other));
    assert_eq!(saved.template.stand, TemplateStand::Absent);
    // The card belongs to the account that inserted it.
    let path = format!("/bills/{}/void", id(&bill));
    let (status, void) = counter.post(&path, &json!({ "reason": "开错" })).await;
    assert_eq!(status, StatusCode::OK, "{void}");
    counter.await_card(id(&bill), "cancelled").await;
    assert_eq!(cards(&app).await[0]["status"], "INVOICE_REIMBURSE_CANCEL");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_template_in_the_making_keeps_the_name_and_the_account_it_was_asked_with() {
    let (app, _counter) = counter().await;
    // The answer is lost: nobody knows whether it was made.
    let fault = json!({ "path": "/nontax/createbillcard", "kind": "work_then_drop", "count": 1 });
    app.wechat_fault(&fault).await;
    save(&app, |it| it.name = "示例市考试院".to_owned())
        .await
        .unwrap();
    let unit_id = unit(&app).await.id;
    let (kind, subject) = ("ensure_bill_template", unit_id.as_str());
    job_that(&app, kind, subject, "template_unknown").await;
    let other = other_account(&app).await.id;
    let codes = |errors: Vec<FieldError>| {
        let codes: Vec<_> = errors.into_iter().map(|it| (it.pointer, it.code)).collect();
        codes
    };
    let named = save(&app, |it| it.name = "另一个名称".to_owned()).await;
    let open = |field: &str| (field.to_owned(), "E_TEMPLATE_OPEN".to_owned());
    assert_eq!(codes(named.unwrap_err()), [open("/name")]);
    let moved = save(&app, |it| it.bureau_account = other.to_string()).await;
    assert_eq!(codes(moved.unwrap_err()), [open("/bureau_account")]);
    let (by, before) = (Actor::CommandLine, unit(&app).await);
    let pictured = save_unit_logo(app.ports(), &by, &before, Bytes::from_static(b"x")).await;
    let Err(SettingError::Invalid(errors)) = pictured else {
        panic!("{pictured:?}");
    };
    assert_eq!(codes(errors), [open("/logo")]);
    // Settled, it goes on with the name it was asked with.
    settle_template(app.ports(), &by, &unit_id, "")
        .await
        .unwrap();
    until("the template is there", async || {
        unit(&app).await.template.stand == TemplateStand::Ready
    })
    .await;
    assert_eq!(unit(&app).await.template.payee, "示例市考试院");
    app.stop().await;
}

#[tokio::test]
async fn cards_that_wait_for_a_template_go_on_as_soon_as_it_is_there() {
    let (app, counter) = counter().await;
    let fault = json!({ "path": "/nontax/createbillcard", "kind": "errcode", "value": 40150 });
    app.wechat_fault(&fault).await;
    save(&app, |it| it.name = "示例市考试院".to_owned())
        .await
        .unwrap();
    let unit_id = unit(&app).await.id;
    until("WeChat's refusal", async || {
        unit(&app).await.template.stand == TemplateStand::Refused
    })
    .await;
    let bill = counter.create(&sample(3)).await;
    counter.put_file(id(&bill), file(3)).await;
    agree(&app, &bill).await;
    job_that(&app, "insert_bill", delivery_id(&bill), "模板").await;
    // Nobody looks for an hour.
    app.put_off("insert_bill").await;
    app.control(
        &app.sandbox(),
        reqwest::Method::DELETE,
        "/sandbox/faults",
        None,
    )
    .await;
    settle_template(app.ports(), &Actor::CommandLine, &unit_id, "")
        .await
        .unwrap();
    counter.await_state(id(&bill), "carded").await;
    until("its job is done", async || {
        job(&app, "insert_bill", delivery_id(&bill)).await.is_none()
    })
    .await;
    assert_eq!(calls_of(&app, "/nontax/insertbill").await, 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}
