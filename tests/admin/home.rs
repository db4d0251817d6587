//! What the first page asks staff to do.

use crate::{
    admin::sign_in::signed_in,
    harness::{company, spawn_app},
    red::{at_stage, carded, refund},
};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_refused_invoice_is_asked_for_until_it_is_begun_anew() {
    let app = spawn_app().await;
    let fault = json!({
        "service": "QDFPSC", "kind": "refuse_invoices", "times": 1, "message": "购买方信息有误"
    });
    app.tax_fault(&fault).await;
    let order = app.authorised_order("H-1", &company()).await;
    app.await_state(&order, "failed").await;
    let admin = signed_in(&app, "admin").await;
    let read = async |path: &str| {
        let page = admin.get(format!("{}{path}", app.web())).send().await;
        page.unwrap().text().await.unwrap()
    };
    let home = read("/admin").await;
    assert!(home.contains("开票失败，尚未重新开具"), "{home}");
    assert!(home.contains("/admin/deliveries?state=failed"), "{home}");
    let listed = read("/admin/deliveries?state=failed").await;
    assert!(listed.contains("H-1"), "{listed}");

    let path = format!("/orders/{}/deliveries", order["id"].as_str().unwrap());
    let again = json!({ "channel": "web" });
    let made = app.api(Method::POST, &path, Some("H-1-2"), Some(&again));
    assert!(made.await.status.is_success());
    let home = read("/admin").await;
    assert!(!home.contains("开票失败，尚未重新开具"), "{home}");
    app.stop().await;
}

#[tokio::test]
async fn red_invoices_are_told_apart_and_lower_the_amounts() {
    let app = spawn_app().await;
    carded(&app, "H-2").await;
    let given_back = carded(&app, "H-3").await;
    let admin = signed_in(&app, "admin").await;
    let read = async || {
        let page = admin.get(format!("{}/admin", app.web())).send().await;
        page.unwrap().text().await.unwrap()
    };
    let before = read().await;
    assert!(before.contains("¥226.00"), "{before}");
    assert!(!before.contains("其中红字"), "{before}");
    let whole = json!({ "mode": "confirm", "reason": "02", "everything": true });
    let taken = refund(&app, &given_back, "H-3-r", &whole).await;
    assert!(taken.status.is_success(), "{taken:?}");
    at_stage(&app, &given_back, 0, "done").await;
    let after = read().await;
    assert!(
        after.contains("<dd>3</dd><dd>¥113.00 · 其中红字 1 张</dd>"),
        "{after}"
    );
    assert!(after.contains("已减红字 · 3 张，其中红字 1 张"), "{after}");
    app.stop().await;
}
