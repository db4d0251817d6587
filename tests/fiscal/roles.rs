//! Unit and bureau in two installations, and who may see and do what.

use super::{
    Counter, actions, agree, cards, counter, delivery_id, file, id, key, open, payer_does,
    payers_page, rejected_there, sample,
};
use crate::{
    admin::sign_in::{hidden, signed_in},
    harness::{TestApp, eventually, spawn_pair},
};
use fapiao_domain::ids::Id;
use fapiao_usecases::{
    actor::Actor,
    fiscal::{UnitDraft, save_unit},
    ports::Ports,
};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

async fn account(ports: &Ports, app_id: &str) -> String {
    let found = ports.store.account_by_app_id(app_id).await.unwrap();
    found.unwrap().id.as_str().to_owned()
}

/// The collecting unit in one installation, its finance bureau in the other.
pub(super) async fn unit_and_bureau() -> (TestApp, Counter, Counter) {
    let app = spawn_pair().await;
    let by = Actor::CommandLine;
    let platform = app.platform();
    let bureau_app = &platform.secrets.app_id;
    let platform_id = eventually("the bureau's platform id", async || {
        let found = platform.ports.store.account_by_app_id(bureau_app).await;
        found.unwrap().unwrap().platform_id
    })
    .await;
    let unit = UnitDraft {
        name: "示例市图书馆".to_owned(),
        code: "LIB".to_owned(),
        role: "unit".to_owned(),
        web_account: account(app.ports(), &app.demo().secrets.app_id).await,
        bureau_platform_id: platform_id,
        ..UnitDraft::default()
    };
    save_unit(app.ports(), &by, None, &unit).await.unwrap();
    let unit = UnitDraft {
        role: "bureau".to_owned(),
        bureau_account: account(&platform.ports, bureau_app).await,
        web_account: String::new(),
        bureau_platform_id: String::new(),
        ..unit
    };
    save_unit(&platform.ports, &by, None, &unit).await.unwrap();
    let here = Counter::of(&app).await;
    let there = Counter {
        http: app.http.clone(),
        base: format!("http://{}", platform.web),
        key: key(&platform.ports, "fp_bureau_of_the_company", None, true).await,
    };
    (app, here, there)
}

pub(super) fn of_the_library(which: usize) -> Value {
    let mut bill = sample(which);
    bill["unit"] = json!("LIB");
    bill
}

#[tokio::test]
async fn a_unit_asks_its_payer_and_a_bureau_elsewhere_inserts() {
    let (app, unit, bureau) = unit_and_bureau().await;
    let bill = unit.create(&of_the_library(1)).await;
    open(&app, &bill).await;
    let (status, early) = unit
        .post(
            &format!("/bills/{}/outcome", id(&bill)),
            &json!({ "carded": true }),
        )
        .await;
    assert_eq!(status, StatusCode::CONFLICT, "{early}");
    payer_does(&app, &bill, "authorise").await;
    let agreed = unit.await_state(id(&bill), "authorised").await;
    assert_eq!(agreed["delivery"]["waits_for"], "bureau");
    app.assert_ledger_holds().await;

    // What the unit hands over is what the bureau types.
    let mut handed = of_the_library(1);
    let (status, refused) = bureau.post("/bills", &handed).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    assert_eq!(refused["errors"][0]["pointer"], "/authorisation");
    handed["authorisation"] = agreed["delivery"]["wechat"].clone();
    let theirs = bureau.create(&handed).await;
    assert_eq!(theirs["delivery"]["source"], "elsewhere");
    bureau.await_state(id(&theirs), "authorised").await;
    let (status, file_taken) = bureau.put_file(id(&theirs), file(1)).await;
    assert_eq!(status, StatusCode::OK, "{file_taken}");
    let carded = bureau.await_state(id(&theirs), "carded").await;
    let there = cards(&app).await;
    assert_eq!(there.len(), 1, "{there:?}");
    assert_eq!(there[0]["code"], carded["delivery"]["card"]["code"]);
    assert_eq!(there[0]["order_id"], delivery_id(&bill));
    assert_eq!(there[0]["appid"], app.demo().secrets.app_id.as_str());
    assert_eq!(
        there[0]["platform_appid"],
        app.platform().secrets.app_id.as_str()
    );
    // Its payer is asked by nobody there.
    let (status, page) = bureau
        .post(&format!("/bills/{}/page", id(&theirs)), &json!({}))
        .await;
    assert_eq!(status, StatusCode::CONFLICT, "{page}");

    let told = json!({ "carded": true });
    for _ in 0..2 {
        let (status, done) = unit
            .post(&format!("/bills/{}/outcome", id(&bill)), &told)
            .await;
        assert_eq!(
            (status, &done["delivery"]["state"]),
            (StatusCode::OK, &json!("carded"))
        );
    }
    assert!(payers_page(&app, &bill).await.contains("卡包"));
    app.assert_ledger_holds().await;

    // The bureau declares it void, and strikes its own card out; the unit notes the same.
    let void = json!({ "reason": "开错" });
    bureau
        .post(&format!("/bills/{}/void", id(&theirs)), &void)
        .await;
    bureau.await_card(id(&theirs), "cancelled").await;
    let (status, noted) = unit
        .post(&format!("/bills/{}/void", id(&bill)), &void)
        .await;
    assert_eq!(
        (status, &noted["void"]["reason"]),
        (StatusCode::OK, &json!("开错"))
    );
    app.settled().await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_outcome_that_failed_is_told_to_the_payer_and_asked_for_anew() {
    let (app, unit, bureau) = unit_and_bureau().await;
    let bill = unit.create(&of_the_library(2)).await;
    agree(&app, &bill).await;
    unit.await_state(id(&bill), "authorised").await;
    let told = json!({ "carded": false, "reason": "财政部门未找到该票据" });
    let (status, failed) = unit
        .post(&format!("/bills/{}/outcome", id(&bill)), &told)
        .await;
    assert_eq!(
        (status, &failed["delivery"]["state"]),
        (StatusCode::OK, &json!("failed"))
    );
    let there = rejected_there(&app, delivery_id(&bill)).await;
    assert_eq!(there["reject_reason"], "财政部门未找到该票据");
    let (status, again) = unit
        .post(&format!("/bills/{}/deliveries", id(&bill)), &json!({}))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{again}");
    agree(&app, &again).await;
    let agreed = unit.await_state(id(&bill), "authorised").await;
    let mut handed = of_the_library(2);
    handed["authorisation"] = agreed["delivery"]["wechat"].clone();
    let theirs = bureau.create(&handed).await;
    bureau.await_state(id(&theirs), "authorised").await;
    bureau.put_file(id(&theirs), file(2)).await;
    bureau.await_state(id(&theirs), "carded").await;
    // The same agreement under another bill.
    let mut second = of_the_library(3);
    second["authorisation"] = handed["authorisation"].clone();
    let (status, refused) = bureau.post("/bills", &second).await;
    assert_eq!(status, StatusCode::CONFLICT, "{refused}");
    assert_eq!(cards(&app).await.len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_bureau_that_is_told_too_early_waits_for_the_payer() {
    let (app, unit, bureau) = unit_and_bureau().await;
    let bill = unit.create(&of_the_library(1)).await;
    open(&app, &bill).await;
    let mut handed = of_the_library(1);
    handed["authorisation"] = bill["delivery"]["wechat"].clone();
    let theirs = bureau.create(&handed).await;
    bureau.put_file(id(&theirs), file(1)).await;
    app.settled().await;
    assert_eq!(
        bureau.bill(id(&theirs)).await["delivery"]["state"],
        "created"
    );
    assert!(cards(&app).await.is_empty());
    payer_does(&app, &bill, "authorise").await;
    let jobs = app
        .platform()
        .ports
        .store
        .jobs(None, None, 50)
        .await
        .unwrap();
    for job in jobs.rows.iter().filter(|it| it.kind == "confirm_bill") {
        let store = &app.platform().ports.store;
        store.retry_job(&job.id, &Actor::CommandLine).await.unwrap();
    }
    bureau.await_state(id(&theirs), "carded").await;
    assert_eq!(cards(&app).await.len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_key_of_one_store_gets_nothing_and_a_reading_key_changes_nothing() {
    let (app, counter) = counter().await;
    let bill = counter.seeded(1).await;
    let store = &app.ports().store;
    let shop = store.store_by_code("S001").await.unwrap().unwrap();
    let till = Counter {
        key: key(app.ports(), "fp_till_of_one_store", Some(&shop), true).await,
        http: app.http.clone(),
        base: app.web(),
    };
    let reader = Counter {
        key: key(app.ports(), "fp_reader_of_the_company", None, false).await,
        http: app.http.clone(),
        base: app.web(),
    };
    let of_bill = format!("/bills/{}", id(&bill));
    let reading = [
        "/bills".to_owned(),
        of_bill.clone(),
        format!("{of_bill}/file.pdf"),
        "/fiscal-units".to_owned(),
    ];
    for path in &reading {
        assert_eq!(till.get(path).await.0, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(reader.get(path).await.0, StatusCode::OK, "{path}");
    }
    let reason = json!({ "reason": "试" });
    for who in [&till, &reader] {
        for (path, body) in [
            ("/bills".to_owned(), sample(3)),
            (format!("{of_bill}/page"), json!({})),
            (format!("{of_bill}/deliveries"), json!({})),
            (format!("{of_bill}/refusal"), reason.clone()),
            (format!("{of_bill}/void"), reason.clone()),
            (format!("{of_bill}/outcome"), json!({ "carded": true })),
        ] {
            let (status, refused) = who.post(&path, &body).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path}: {refused}");
        }
        let (status, refused) = who.put_file(id(&bill), file(1)).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{refused}");
    }
    assert_eq!(
        actions(&app, &bill).await,
        ["bill.accepted", "bill.file_attached"]
    );
    app.stop().await;
}

async fn status(app: &TestApp, who: &Client, path: &str) -> StatusCode {
    let answer = who
        .get(format!("{}{path}", app.web()))
        .send()
        .await
        .unwrap();
    answer.status()
}

#[tokio::test]
async fn staff_of_one_store_see_no_bills_and_an_auditor_only_reads() {
    let (app, counter) = counter().await;
    let bill = counter.seeded(1).await;
    let of_bill = format!("/admin/bills/{}", id(&bill));
    let clerk = signed_in(&app, "clerk").await;
    for path in [
        "/admin/bills",
        "/admin/bills/new",
        &of_bill,
        "/admin/fiscal-units",
    ] {
        let status = status(&app, &clerk, path).await;
        assert!(
            [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&status),
            "{path}: {status}"
        );
    }
    let auditor = signed_in(&app, "auditor").await;
    let shown = auditor
        .get(format!("{}{of_bill}", app.web()))
        .send()
        .await
        .unwrap();
    assert_eq!(shown.status(), StatusCode::OK);
    assert_eq!(status(&app, &auditor, "/admin/bills").await, StatusCode::OK);
    let text = shown.text().await.unwrap();
    assert!(
        text.contains("0000000001") && !text.contains("name=\"reason\""),
        "{text}"
    );
    let csrf = hidden(&text, "csrf");
    for act in ["refusal", "void", "deliveries"] {
        for who in [&auditor, &clerk] {
            let form = [("csrf", csrf.as_str()), ("reason", "试"), ("source", "web")];
            let pressed = who.post(format!("{}{of_bill}/{act}", app.web()));
            let pressed = pressed
                .header("Origin", app.web())
                .form(&form)
                .send()
                .await
                .unwrap();
            assert!(
                [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&pressed.status()),
                "{act}: {}",
                pressed.status()
            );
        }
    }
    assert_eq!(
        actions(&app, &bill).await,
        ["bill.accepted", "bill.file_attached"]
    );
    app.stop().await;
}
