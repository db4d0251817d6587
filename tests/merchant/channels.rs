//! The ways a buyer comes to WeChat's page, and what each page type means.

use crate::harness::{Picture, TestApp, company, eventually, eventually_or, spawn_app, tea};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn organisation() -> Value {
    json!({ "kind": "organisation", "name": "北京喆堃龘贸易有限公司", "tax_number": "91110105MA0000007L" })
}

fn wanted(order_no: &str, delivery: Value) -> Value {
    let mut order = tea(order_no);
    order["delivery"] = delivery;
    order
}

async fn place(app: &TestApp, order_no: &str, delivery: Value) -> Value {
    let answer = app
        .post("/orders", order_no, &wanted(order_no, delivery))
        .await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.body
}

async fn wechat_page(app: &TestApp, order: &Value, key: &str) -> Value {
    let id = order["delivery"]["id"].as_str().unwrap();
    let answer = app
        .post(&format!("/deliveries/{id}/wechat-page"), key, &json!({}))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.body
}

#[tokio::test]
async fn an_app_opens_the_page_and_never_comes_back() {
    let app = spawn_app().await;
    let order = place(&app, "CH-APP", json!({ "channel": "app" })).await;
    let page = wechat_page(&app, &order, "a").await;
    assert_eq!(page["open_with"], "wechat_sdk");
    assert!(page["auth_url"].as_str().unwrap().starts_with("http"));
    assert!(page["appid"].is_null());
    assert_eq!(page["wechat_order_id"], order["delivery"]["id"]);
    app.authorise(&order, &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    assert!(delivery["due_at"].is_string());
    assert_eq!(delivery["overdue"], false);
    // An open-platform app has no push address: the event came to the service account's.
    let pushes = app.ports().store.pushes(None, None, 10).await.unwrap().rows;
    let service = app
        .ports()
        .store
        .account_by_app_id(&app.demo().secrets.app_id)
        .await
        .unwrap()
        .unwrap();
    assert!(
        pushes
            .iter()
            .any(|push| push.account == Some(service.id.clone()) && push.state == "handled")
    );
    let late = app
        .post(
            &format!(
                "/deliveries/{}/wechat-page",
                order["delivery"]["id"].as_str().unwrap()
            ),
            "b",
            &json!({}),
        )
        .await;
    assert_eq!(
        (late.status, late.body["code"].as_str()),
        (StatusCode::CONFLICT, Some("delivery_not_open"))
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_mini_program_gets_a_path_and_an_app_id_and_its_own_push_address() {
    let app = spawn_app().await;
    let order = place(&app, "CH-MINI", json!({ "channel": "mini_program" })).await;
    let page = wechat_page(&app, &order, "m").await;
    assert_eq!(page["open_with"], "navigate_to_mini_program");
    assert!(page["auth_url"].as_str().unwrap().starts_with("pages/"));
    assert!(page["appid"].as_str().unwrap().starts_with("wx"));
    // The short link cannot lead there, and says so.
    let link = order["delivery"]["page_url"].as_str().unwrap();
    let shown = app.http.get(link).send().await.unwrap();
    assert!(shown.text().await.unwrap().contains("请在小程序中开票"));
    app.authorise(&order, &company()).await;
    app.await_state(&order, "carded").await;
    let mini = app
        .ports()
        .store
        .account_by_app_id(&app.demo().secrets.mini_program.app_id)
        .await
        .unwrap()
        .unwrap();
    let pushes = app.ports().store.pushes(None, None, 10).await.unwrap().rows;
    assert!(
        pushes
            .iter()
            .any(|push| push.account == Some(mini.id.clone()))
    );
    app.stop().await;
}

#[tokio::test]
async fn a_known_title_is_only_confirmed() {
    let app = spawn_app().await;
    let order = place(
        &app,
        "CH-0",
        json!({ "channel": "web", "page": "confirm", "title": organisation() }),
    )
    .await;
    app.open_page(&order).await;
    app.authorise(&order, &json!({})).await;
    app.await_state(&order, "carded").await;
    let ledger = app.wechat_ledger().await;
    assert_eq!(ledger["inserts"][0]["title"], "北京喆堃龘贸易有限公司");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_invoice_issued_first_is_collected_later() {
    let app = spawn_app().await;
    let order = place(
        &app,
        "CH-2",
        json!({ "channel": "web", "page": "collect", "title": organisation() }),
    )
    .await;
    let id = order["delivery"]["id"].as_str().unwrap();
    // The number is there before anybody opened the page, and whoever waits hears of it.
    let delivery = eventually_or("the invoice", async || {
        let began = Instant::now();
        let delivery = app.get(&format!("/deliveries/{id}?wait=30")).await.body;
        assert!(began.elapsed() < Duration::from_secs(30));
        let issued = delivery["invoice"].is_object();
        assert_eq!(delivery["waits_for"], if issued { "buyer" } else { "us" });
        if issued { Ok(delivery) } else { Err(delivery) }
    })
    .await;
    assert_eq!(delivery["state"], "created");
    let refused = app
        .post(
            &format!("/deliveries/{id}/refusal"),
            "no",
            &json!({ "reason": "太晚" }),
        )
        .await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{refused:?}");
    app.open_page(&order).await;
    app.authorise(&order, &json!({})).await;
    let done = app.await_state(&order, "carded").await;
    assert_eq!(done["invoice"], delivery["invoice"]);
    assert_eq!(
        app.wechat_ledger().await["inserts"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn pages_ask_for_what_they_need() {
    let app = spawn_app().await;
    for (number, delivery, pointer) in [
        (
            1,
            json!({ "channel": "web", "page": "confirm" }),
            "/delivery/title",
        ),
        (
            2,
            json!({ "channel": "web", "page": "collect" }),
            "/delivery/title",
        ),
        (
            3,
            json!({ "channel": "web", "page": "title", "title": organisation() }),
            "/delivery/title",
        ),
        (
            4,
            json!({ "channel": "web", "page": "confirm",
                    "title": { "kind": "organisation", "name": "示例", "tax_number": "91110105MA000000L7" } }),
            "/delivery/title/tax_number",
        ),
        (
            5,
            json!({ "channel": "web", "page": "confirm", "title": { "kind": "firm", "name": "示例" } }),
            "/delivery/title/kind",
        ),
    ] {
        let order_no = format!("CH-W{number}");
        let answer = app
            .post("/orders", &order_no, &wanted(&order_no, delivery))
            .await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{answer:?}"
        );
        assert_eq!(answer.wrong_fields(), [pointer]);
    }
    app.stop().await;
}

#[tokio::test]
async fn a_receipt_carries_a_code_that_leads_to_the_page() {
    let app = spawn_app().await;
    let order = app.order("CH-QR").await;
    let id = order["id"].as_str().unwrap();
    let code = order["delivery"]["page_url"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    for (format, start) in [("svg", &b"<svg "[..]), ("png", &b"\x89PNG"[..])] {
        let answer = app
            .http
            .get(format!(
                "{}/api/v1/orders/{id}/receipt-qr.{format}",
                app.web()
            ))
            .bearer_auth(&app.demo().secrets.api_key)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["short-code"], code.as_str());
        let bytes = answer.bytes().await.unwrap();
        assert!(bytes.starts_with(start));
        let picture = match format {
            "svg" => Picture::of_svg(std::str::from_utf8(&bytes).unwrap()),
            _ => Picture::of_png(&bytes),
        };
        // A reader that is not ours finds the link in it, and the link is the buyer's page.
        let link = picture.code();
        assert_eq!(link, format!("{}/o/{code}", app.ports().public_base));
        assert_eq!(link, order["delivery"]["page_url"].as_str().unwrap());
        let shown = app.http.get(&link).send().await.unwrap();
        assert_eq!(shown.status(), StatusCode::OK);
        assert!(shown.text().await.unwrap().contains("113.00"));
    }
    let odd = app.get(&format!("/orders/{id}/receipt-qr.bmp")).await;
    assert_eq!(odd.status, StatusCode::NOT_FOUND);
    // Typed by hand, with a blank and in small letters.
    let typed = format!("{} {}", &code[..5], &code[5..]).to_lowercase();
    let sent_on = app
        .http
        .get(format!("{}/o", app.web()))
        .query(&[("code", typed)])
        .send()
        .await
        .unwrap();
    assert_eq!(sent_on.headers()["location"], format!("/o/{code}").as_str());
    let page = format!("{}/o/{code}", app.web());
    let shown = app.http.get(page).send().await.unwrap();
    assert_eq!(shown.status(), StatusCode::OK);
    assert!(shown.text().await.unwrap().contains("113.00"));
    app.stop().await;
}

#[tokio::test]
async fn a_refusal_carries_its_link_to_the_buyer() {
    let app = spawn_app().await;
    let title =
        json!({ "company": { "title": "示例科技有限公司", "tax_no": "91110105MA000000L7" } });
    let order = app.authorised_order("CH-NO", &title).await;
    app.await_state(&order, "authorised").await;
    let id = order["delivery"]["id"].as_str().unwrap();
    let path = format!("/deliveries/{id}/refusal");
    let wrong = app
        .post(
            &path,
            "x",
            &json!({ "reason": "税号有误", "url": "javascript:alert(1)" }),
        )
        .await;
    assert_eq!(wrong.wrong_fields(), ["/url"]);
    let link = "https://shop.example.com/invoice/again";
    let refused = app
        .post(&path, "y", &json!({ "reason": "税号有误", "url": link }))
        .await;
    assert_eq!(refused.body["refusal_url"], link, "{refused:?}");
    let page = order["delivery"]["page_url"].as_str().unwrap();
    let shown = app
        .http
        .get(page)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(shown.contains("税号有误") && shown.contains(link));
    let path = format!("/sandbox/orders/{id}");
    let there = eventually("WeChat's word of the refusal", async || {
        let there = app.control(&app.sandbox(), Method::GET, &path, None).await;
        (there["state"] == "rejected").then_some(there)
    })
    .await;
    assert_eq!(there["reject_url"], link);
    app.stop().await;
}

#[tokio::test]
async fn agreeing_twice_is_told_and_a_broken_promise_is_noted_once() {
    let app = spawn_app().await;
    let title =
        json!({ "company": { "title": "示例科技有限公司", "tax_no": "91110105MA000000L7" } });
    let order = app.authorised_order("CH-LATE", &title).await;
    let delivery = app.await_state(&order, "authorised").await;
    let page = order["delivery"]["page_url"].as_str().unwrap();
    let again = app.http.get(format!("{page}/wechat")).send().await.unwrap();
    let here = again.headers()["location"].to_str().unwrap().to_owned();
    let shown = app
        .http
        .get(format!("{}{here}", app.web()))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(shown.contains("你已授权过"), "{shown}");
    assert!(shown.contains("商家承诺在"), "{shown}");
    let due: chrono::DateTime<chrono::Utc> = delivery["due_at"].as_str().unwrap().parse().unwrap();
    let store = &app.ports().store;
    let after = due + chrono::TimeDelta::seconds(1);
    assert_eq!(
        store
            .note_overdue(due - chrono::TimeDelta::seconds(1), 10)
            .await
            .unwrap(),
        0
    );
    assert_eq!(store.note_overdue(after, 10).await.unwrap(), 1);
    assert_eq!(store.note_overdue(after, 10).await.unwrap(), 0);
    let id = order["delivery"]["id"].as_str().unwrap();
    assert_eq!(
        app.get(&format!("/deliveries/{id}")).await.body["overdue"],
        true
    );
    // A page that nobody opened expires by the same clock.
    let other = app.order("CH-OLD").await;
    assert_eq!(
        store
            .expire_deliveries(after + chrono::TimeDelta::hours(1), 10)
            .await
            .unwrap(),
        1
    );
    assert_eq!(app.await_state(&other, "expired").await["final"], true);
    app.assert_ledger_holds().await;
    app.stop().await;
}
