//! A right that WeChat takes back is told on the orders and bills it stops, until a call goes through.

use crate::{
    admin::{
        sign_in::signed_in,
        work::{location, page, send},
    },
    harness::{TestApp, company, eventually, spawn_app, spawn_app_with_bills, until},
};
use reqwest::Method;
use serde_json::{Value, json};

/// Gives the demo's account the platform permission, or takes it back.
async fn grant(app: &TestApp, granted: bool) {
    let secrets = &app.demo().secrets;
    let path = format!("/sandbox/accounts/{}/platform", secrets.app_id);
    let body = json!({ "granted": granted });
    app.control(&app.sandbox(), Method::POST, &path, Some(&body))
        .await;
}

async fn refused_calls(app: &TestApp) -> Vec<(String, String)> {
    let refused = app.ports().store.refused_rights().await.unwrap();
    refused.into_iter().map(|it| (it.call, it.code)).collect()
}

async fn says(app: &TestApp, who: &reqwest::Client, path: &str, words: &str) -> String {
    eventually(words, async || {
        let text = page(app, who, path).await;
        text.contains(words).then_some(text)
    })
    .await
}

#[tokio::test]
async fn a_platform_right_that_was_taken_back_is_told_until_a_call_goes_through() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    assert!(refused_calls(&app).await.is_empty());
    let waiting = app.order("R-0").await;
    let order = app.order("R-1").await;
    app.open_page(&order).await;
    grant(&app, false).await;
    app.authorise(&order, &company()).await;
    let shown = |order: &Value| format!("/admin/orders/{}", order["id"].as_str().unwrap());
    let told = "微信以“无权限”拒绝了账号";
    let text = says(&app, &owner, &shown(&order), told).await;
    let setpdf = "card/invoice/platform/setpdf";
    assert!(
        text.contains(setpdf) && text.contains("检查开票平台权限") && text.contains("72015"),
        "{text}"
    );
    // One safe step: to try again, once the console gives the right back.
    let acts = text
        .split("class=\"acts\"")
        .find(|it| it.contains("button primary"));
    assert!(acts.is_some_and(|it| it.contains("重试")), "{text}");
    assert_eq!(
        refused_calls(&app).await,
        [(setpdf.to_owned(), "72015".to_owned())]
    );
    // An order that has not come so far is warned of it, too.
    let text = page(&app, &owner, &shown(&waiting)).await;
    assert!(text.contains(told), "{text}");
    grant(&app, true).await;
    let retry = format!("{}/retry", shown(&order));
    location(&send(&app, &owner, &retry, &[]).await);
    app.await_state(&order, "carded").await;
    until("nothing is remembered", async || {
        refused_calls(&app).await.is_empty()
    })
    .await;
    let text = page(&app, &owner, &shown(&waiting)).await;
    assert!(!text.contains(told), "{text}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_call_that_an_account_may_not_make_any_more_is_told_on_the_bill_it_stops() {
    let app = spawn_app_with_bills().await;
    let owner = signed_in(&app, "admin").await;
    let fault = json!({ "path": "/nontax/insertbill", "kind": "errcode", "value": 48001 });
    app.wechat_fault(&fault).await;
    let bills = crate::harness::bills::Bills::of(&app).await;
    let bill = bills.accept_sample().await;
    bills.open(&bill).await;
    bills.agree(&bill).await;
    let shown = format!("/admin/bills/{}", crate::harness::bills::id_of(&bill));
    let text = says(&app, &owner, &shown, "微信以“无权限”拒绝了账号").await;
    assert!(
        text.contains("nontax/insertbill") && text.contains("wxfapiao@tencent.com"),
        "{text}"
    );
    app.control(&app.sandbox(), Method::DELETE, "/sandbox/faults", None)
        .await;
    location(&send(&app, &owner, &format!("{shown}/retry"), &[]).await);
    bills.await_state(&bill, "carded").await;
    until("nothing is remembered", async || {
        refused_calls(&app).await.is_empty()
    })
    .await;
    app.stop().await;
}
