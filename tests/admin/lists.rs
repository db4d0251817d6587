//! All deliveries on one page: by state, channel and deadline, in pages.

use super::{
    sign_in::signed_in,
    work::{page, send},
};
use crate::harness::{company, spawn_app, tea};
use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn deliveries_are_listed_by_state_channel_and_deadline() {
    let app = spawn_app().await;
    let carded = app.authorised_order("LS-1", &company()).await;
    app.await_state(&carded, "carded").await;
    app.order("LS-2").await;
    let mut wanted = tea("LS-3");
    wanted["delivery"]["channel"] = json!("app");
    let answer = app.post("/orders", "LS-3", &wanted).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    let brief = app.order("LS-4").await;
    let brief = brief["delivery"]["id"].as_str().unwrap();
    let soon = (app.ports().clock.now() + TimeDelta::hours(2)).timestamp_millis();
    let statement = format!("UPDATE deliveries SET expires_at = {soon} WHERE id = '{brief}'");
    assert_eq!(app.tamper(&statement).await, 1);
    let clerk = signed_in(&app, "clerk").await;
    let shown = async |query: &str| page(&app, &clerk, &format!("/admin/deliveries{query}")).await;
    let all = shown("").await;
    for no in ["LS-1", "LS-2", "LS-3"] {
        assert!(all.contains(no), "{no}");
    }
    let only = shown("?state=carded").await;
    assert!(only.contains("LS-1") && !only.contains("LS-2"), "{only}");
    let only = shown("?channel=app").await;
    assert!(only.contains("LS-3") && !only.contains("LS-2"), "{only}");
    assert!(only.contains("手机应用"));
    let only = shown("?state=refused").await;
    assert!(only.contains("没有符合条件的投递"), "{only}");
    let only = shown("?ends=day").await;
    assert!(only.contains("LS-4") && !only.contains("LS-2"), "{only}");
    let only = shown("?ends=three_days").await;
    assert!(!only.contains("LS-1"), "what is carded has no deadline");
    // The number opens the delivery.
    let id = carded["delivery"]["id"].as_str().unwrap();
    assert!(all.contains(&format!(
        "<a class=\"open\" href=\"/admin/deliveries/{id}\">LS-1</a>"
    )));
    app.stop().await;
}

#[tokio::test]
async fn many_deliveries_come_in_pages_that_keep_the_filter() {
    let app = spawn_app().await;
    let orders: Vec<_> = (0..120).map(|no| tea(&format!("PG-{no:03}"))).collect();
    for order in &orders {
        let key = order["order_no"].as_str().unwrap();
        let answer = app.post("/orders", key, order).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    }
    let owner = signed_in(&app, "admin").await;
    let mut seen = std::collections::BTreeSet::new();
    let mut address = "/admin/deliveries?state=created".to_owned();
    for turn in 0.. {
        assert!(turn < 10, "the pages do not end");
        let text = page(&app, &owner, &address).await;
        assert!(text.contains("共 120 条"), "{text}");
        for row in text.split("<a class=\"open\"").skip(1) {
            let no = row.split('>').nth(1).unwrap().split('<').next().unwrap();
            assert!(seen.insert(no.to_owned()), "{no} twice");
        }
        let Some((before, _)) = text
            .split_once("rel=\"next\"")
            .map(|(_, rest)| rest.split_once("\">").unwrap())
        else {
            break;
        };
        let next = before.split("href=\"").nth(1).unwrap();
        assert!(next.contains("state=created"), "{next}");
        address = next.replace("&#38;", "&").replace("&amp;", "&");
    }
    assert_eq!(seen.len(), 120);
    // A cursor that is none of ours is the caller's mistake.
    let wrong = owner
        .get(format!("{}/admin/deliveries?after=nonsense", app.web()))
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    let _ = send(
        &app,
        &owner,
        "/admin/language",
        &[("lang", "en"), ("back", "/admin")],
    )
    .await;
    let text = page(&app, &owner, "/admin/deliveries?state=created").await;
    assert!(text.contains("All deliveries") && !text.contains("全部投递"));
    app.stop().await;
}
