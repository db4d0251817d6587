//! Rates and class codes as dated data: synced, never lost, searched, printed as of the issue date.

use crate::{
    admin::sign_in::{hidden, signed_in},
    harness::{TestApp, company, spawn_app, until},
};
use fapiao_usecases::jobs::{Job, QueuedJob};
use reqwest::{Client, Method, StatusCode};
use serde_json::json;

const CHINA: &str = "1080121010000000000";

async fn page(app: &TestApp, who: &Client, path: &str) -> String {
    let answer = who
        .get(format!("{}{path}", app.web()))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}

#[tokio::test]
async fn a_changed_short_name_is_printed_from_its_day_and_the_old_one_stays_known() {
    let app = spawn_app().await;
    let store = &app.ports().store;
    let before = store.tax_codes().await.unwrap();
    let was = before.versions(CHINA).last().unwrap().clone();
    let changed = json!({
        "code": CHINA, "name": was.name, "short_name": "陶瓷新名", "tax_rates": "13%", "starts": was.from
    });
    app.control(
        &app.tax(),
        Method::POST,
        "/sandbox/class-codes",
        Some(&changed),
    )
    .await;
    let admin = signed_in(&app, "admin").await;
    let token = hidden(&page(&app, &admin, "/admin/tax-codes").await, "csrf");
    let asked = admin
        .post(format!("{}/admin/tax-codes/sync", app.web()))
        .header("Origin", app.web())
        .form(&[("csrf", token.as_str())])
        .send()
        .await
        .unwrap();
    assert_eq!(asked.status(), StatusCode::SEE_OTHER);
    until("the new name", async || {
        store.tax_codes().await.unwrap().versions(CHINA).len() >= 2
    })
    .await;
    let book = store.tax_codes().await.unwrap();
    let versions = book.versions(CHINA);
    assert_eq!(versions[0].short_name, was.short_name);
    assert!(!versions[0].until.is_empty() && versions[1].until.is_empty());
    assert!(versions[0].until < versions[1].from);
    // What is issued today carries today's name.
    let order = app.authorised_order("T-1", &company()).await;
    let done = app.await_state(&order, "carded").await;
    let invoice = app
        .get(&format!(
            "/invoices/{}",
            done["invoice"]["id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(
        invoice.body["lines"][0]["printed_name"],
        "*陶瓷新名*日用陶瓷餐具"
    );
    // The page finds it by initials, and tells the version before.
    let text = page(&app, &admin, "/admin/tax-codes?q=tcxm").await;
    assert!(text.contains(CHINA) && text.contains("陶瓷新名"), "{text}");
    assert!(text.contains(&format!("*{}*", was.short_name)), "{text}");
    let text = page(
        &app,
        &admin,
        &format!("/admin/tax-codes?q={CHINA}&day={}", versions[0].until),
    )
    .await;
    assert!(
        !text.contains("<span class=\"sub\">*陶瓷新名*</span>"),
        "{text}"
    );
    app.stop().await;
}

#[tokio::test]
async fn the_product_form_finds_a_code_and_suggests_its_usual_rate() {
    let app = spawn_app().await;
    let admin = signed_in(&app, "admin").await;
    let token = hidden(&page(&app, &admin, "/admin/products/new").await, "csrf");
    let send = |members: Vec<(&'static str, String)>| {
        let mut form = vec![
            ("csrf", token.clone()),
            ("name", "红富士".to_owned()),
            ("sku", "F-9".to_owned()),
        ];
        form.extend(members);
        admin
            .post(format!("{}/admin/products", app.web()))
            .header("Origin", app.web())
            .form(&form)
            .send()
    };
    let found = send(vec![
        ("do", "find_code".to_owned()),
        ("find_code", "pg".to_owned()),
    ])
    .await
    .unwrap();
    assert_eq!(found.status(), StatusCode::OK);
    let text = found.text().await.unwrap();
    assert!(
        text.contains("value=\"use:1010115010100000000\"") && text.contains("value=\"红富士\""),
        "{text}"
    );
    let taken = send(vec![("do", "use:1010115010100000000".to_owned())])
        .await
        .unwrap();
    let text = taken.text().await.unwrap();
    assert!(text.contains("value=\"1010115010100000000\""), "{text}");
    assert!(text.contains("<option value=\"0.09\" selected"), "{text}");
    app.stop().await;
}

#[tokio::test]
async fn a_sync_that_brings_nothing_new_changes_nothing() {
    let app = spawn_app().await;
    let store = &app.ports().store;
    let seller = store.sellers().await.unwrap()[0].id.clone();
    let before = store.tax_codes().await.unwrap();
    let rates = store.usable_rates(&seller).await.unwrap();
    let synced = store.tax_data_at(&seller).await.unwrap();
    let job = QueuedJob::now(Job::SyncTaxData(seller.clone()), Some(seller.clone()));
    store.enqueue(vec![job]).await.unwrap();
    until("the sync", async || {
        store.tax_data_at(&seller).await.unwrap() != synced
    })
    .await;
    assert_eq!(store.tax_codes().await.unwrap(), before);
    assert_eq!(store.usable_rates(&seller).await.unwrap(), rates);
    let chain = store.audit(None, 200).await.unwrap();
    assert!(chain.rows.iter().all(|it| it.action != "tax_data.changed"));
    app.stop().await;
}
