//! Links with what staff know of the title: confirmed by the buyer, or issued first and collected.

use super::{
    sign_in::signed_in,
    work::{location, page, send},
};
use crate::harness::{TestApp, company, eventually_or, spawn_app, tea};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

const TITLE: [(&str, &str); 3] = [
    ("organisation", "yes"),
    ("name", "北京喆堃龘贸易有限公司"),
    ("tax_number", "91110105MA0000007L"),
];

/// An order that nobody made a link for, and the address of its page.
async fn bare(app: &TestApp, order_no: &str) -> (Value, String) {
    let mut wanted = tea(order_no);
    wanted.as_object_mut().unwrap().remove("delivery");
    let placed = app.post("/orders", order_no, &wanted).await;
    assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
    let here = format!("/admin/orders/{}", placed.body["id"].as_str().unwrap());
    (placed.body, here)
}

async fn made(app: &TestApp, who: &Client, here: &str, way: &str) -> Value {
    let mut members = vec![("page", way), ("channel", "web")];
    members.extend(TITLE);
    let to = location(&send(app, who, &format!("{here}/deliveries"), &members).await);
    assert!(to.starts_with(here), "{to}");
    let id = here.rsplit('/').next().unwrap();
    app.get(&format!("/orders/{id}")).await.body
}

#[tokio::test]
async fn staff_who_know_the_title_have_the_buyer_confirm_it() {
    let app = spawn_app().await;
    let clerk = signed_in(&app, "clerk").await;
    let (_, here) = bare(&app, "LN-1").await;
    let form = format!("{here}/deliveries/new");
    let shown = page(&app, &clerk, &here).await;
    assert!(shown.contains(&form), "{shown}");
    let shown = page(&app, &clerk, &form).await;
    for way in [
        "买家在微信填写抬头",
        "抬头已知，买家确认后开票",
        "先开票，买家稍后领取",
    ] {
        assert!(shown.contains(way), "{way}: {shown}");
    }
    let order = made(&app, &clerk, &here, "confirm").await;
    assert_eq!(order["delivery"]["page"], "confirm");
    app.open_page(&order).await;
    app.authorise(&order, &json!({})).await;
    app.await_state(&order, "carded").await;
    let ledger = app.wechat_ledger().await;
    assert_eq!(ledger["inserts"][0]["title"], TITLE[1].1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_invoice_issued_first_waits_for_its_buyer() {
    let app = spawn_app().await;
    let clerk = signed_in(&app, "clerk").await;
    let (_, here) = bare(&app, "LN-2").await;
    let order = made(&app, &clerk, &here, "collect").await;
    let path = format!("/deliveries/{}", order["delivery"]["id"].as_str().unwrap());
    eventually_or("the invoice", async || {
        let shown = app.get(&path).await.body;
        let issued = shown["invoice"].is_object() && shown["state"] == "created";
        if issued { Ok(()) } else { Err(shown) }
    })
    .await;
    app.open_page(&order).await;
    app.authorise(&order, &json!({})).await;
    app.await_state(&order, "carded").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_wrong_title_is_told_beside_its_field_and_keeps_what_was_typed() {
    let app = spawn_app().await;
    let clerk = signed_in(&app, "clerk").await;
    let (_, here) = bare(&app, "LN-3").await;
    let to = format!("{here}/deliveries");
    let wrong = [
        ("page", "collect"),
        ("channel", "wap"),
        ("organisation", "yes"),
        ("name", "示例贸易有限公司"),
        ("tax_number", "91110105MA000000L7"),
    ];
    let answer = send(&app, &clerk, &to, &wrong).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let shown = answer.text().await.unwrap();
    assert!(
        shown.contains("value=\"示例贸易有限公司\"")
            && shown.contains("value=\"91110105MA000000L7\"")
            && shown.contains("id=\"tax_number-wrong\""),
        "{shown}"
    );
    // A title that would be passed over is none that is thrown away silently.
    let unused = [("page", "title"), ("channel", "web"), ("name", "示例")];
    let answer = send(&app, &clerk, &to, &unused).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().await.unwrap().contains("请留空"));
    // The buyer's own page needs none.
    let plain = [
        ("page", "title"),
        ("channel", "web"),
        ("organisation", "yes"),
    ];
    location(&send(&app, &clerk, &to, &plain).await);
    let id = here.rsplit('/').next().unwrap();
    let order = app.get(&format!("/orders/{id}")).await.body;
    app.open_page(&order).await;
    app.authorise(&order, &company()).await;
    app.await_state(&order, "carded").await;
    app.stop().await;
}

#[tokio::test]
async fn a_new_order_whose_title_is_known_goes_on_with_the_title() {
    let app = spawn_app().await;
    let clerk = signed_in(&app, "clerk").await;
    let order = [
        ("order_no", "LN-4"),
        ("store", "S001"),
        ("tax_included", "yes"),
        ("deliver", "yes"),
        ("page", "collect"),
        ("channel", "web"),
        ("lines-0-name", "日用陶瓷餐具"),
        ("lines-0-tax_code", "1080121010000000000"),
        ("lines-0-unit", "套"),
        ("lines-0-quantity", "1"),
        ("lines-0-unit_price", "113"),
        ("lines-0-rate", "0.13"),
    ];
    let to = location(&send(&app, &clerk, "/admin/orders", &order).await);
    assert!(
        to.contains("/deliveries/new?page=collect&channel=web"),
        "{to}"
    );
    assert!(page(&app, &clerk, &to).await.contains("LN-4"));
    app.stop().await;
}
