//! What staff do with their forms.

use super::sign_in::{hidden, signed_in};
use crate::harness::{TestApp, company, spawn_app};
use reqwest::{Client, Response, StatusCode};
use serde_json::json;

/// A page's text; the page must be there.
pub async fn page(app: &TestApp, who: &Client, path: &str) -> String {
    let answer = who
        .get(format!("{}{path}", app.web()))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}

/// Sends a form with the session's token.
pub async fn send(app: &TestApp, who: &Client, path: &str, members: &[(&str, &str)]) -> Response {
    let token = hidden(&page(app, who, "/admin").await, "csrf");
    let mut form = vec![("csrf", token.as_str())];
    form.extend_from_slice(members);
    who.post(format!("{}{path}", app.web()))
        .header("Origin", app.web())
        .form(&form)
        .send()
        .await
        .unwrap()
}

pub fn location(answer: &Response) -> String {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{answer:?}");
    answer.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_order_typed_by_hand_keeps_what_was_typed_until_it_is_right() {
    let app = spawn_app().await;
    let clerk = signed_in(&app, "clerk").await;
    let mut members = vec![
        ("order_no", "H-1"),
        ("store", "S001"),
        ("tax_included", "yes"),
        ("deliver", "yes"),
        ("channel", "web"),
        ("lines-1-name", "日用陶瓷餐具"),
        ("lines-1-tax_code", "1080121010000000000"),
        ("lines-1-unit", "套"),
        ("lines-1-quantity", "many"),
        ("lines-1-unit_price", "1,130.00"),
        ("lines-1-rate", "0.13"),
    ];
    let wrong = send(&app, &clerk, "/admin/orders", &members).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = wrong.text().await.unwrap();
    assert!(text.contains("value=\"1,130.00\""), "what was typed stays");
    assert!(text.contains("href=\"#lines-1-quantity\""), "{text}");
    members[8].1 = "2";
    let made = location(&send(&app, &clerk, "/admin/orders", &members).await);
    let text = page(&app, &clerk, &made).await;
    assert!(text.contains("¥2,260.00") && text.contains("/o/"), "{text}");
    // The same again is the same order, not a second one.
    assert_eq!(
        location(&send(&app, &clerk, "/admin/orders", &members).await),
        made
    );
    app.stop().await;
}

#[tokio::test]
async fn a_title_is_corrected_by_who_may_decide_and_the_invoice_goes_on() {
    let app = spawn_app().await;
    let title =
        json!({ "company": { "title": "示例科技有限公司", "tax_no": "91110105MA000000L7" } });
    let order = app.authorised_order("H-2", &title).await;
    app.await_state(&order, "authorised").await;
    let delivery = order["delivery"]["id"].as_str().unwrap();
    let path = format!("/admin/deliveries/{delivery}/title");
    let mut members = vec![
        ("organisation", "yes"),
        ("name", "上海示例商贸有限公司"),
        ("tax_number", "91310000MA1FL0007D"),
    ];
    let clerk = signed_in(&app, "clerk").await;
    let refused = send(&app, &clerk, &path, &members).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let finance = signed_in(&app, "finance").await;
    let wrong = send(&app, &finance, &path, &members).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    members[2].1 = "91310000MA1FL0007C";
    location(&send(&app, &finance, &path, &members).await);
    app.await_state(&order, "carded").await;
    // What had stopped for a person is gone from the list.
    let parked = app.ports().store.jobs(Some("parked"), None, 10).await;
    let parked = parked.unwrap().rows;
    assert!(parked.is_empty(), "{parked:?}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_refusal_reaches_the_buyer_and_a_new_link_can_be_made() {
    let app = spawn_app().await;
    let order = app.order("H-3").await;
    let finance = signed_in(&app, "finance").await;
    let delivery = order["delivery"]["id"].as_str().unwrap();
    let refusal = format!("/admin/deliveries/{delivery}/refusal");
    let empty = send(&app, &finance, &refusal, &[("reason", " ")]).await;
    assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let order_page = location(&send(&app, &finance, &refusal, &[("reason", "已退货")]).await);
    let shown = app
        .http
        .get(order["delivery"]["page_url"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert!(shown.text().await.unwrap().contains("已退货"));
    let again = format!("{order_page}/deliveries");
    location(&send(&app, &finance, &again, &[("channel", "web")]).await);
    let text = page(&app, &finance, &order_page).await;
    assert_eq!(text.matches("class=\"delivery\"").count(), 2, "{text}");
    // One at a time.
    location(&send(&app, &finance, &again, &[("channel", "web")]).await);
    let text = page(&app, &finance, &order_page).await;
    assert_eq!(text.matches("class=\"delivery\"").count(), 2);
    app.stop().await;
}

#[tokio::test]
async fn names_cannot_become_markup_on_any_page() {
    let app = spawn_app().await;
    let evil = "\"><script>alert(1)</script>";
    let mut order = crate::harness::tea("X-\"><b>");
    order["lines"][0]["spec"] = json!(evil);
    let made = app.post("/orders", "xss", &order).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let owner = signed_in(&app, "admin").await;
    let store = [("name", evil), ("code", "S900"), ("seller", "")];
    let wrong = send(&app, &owner, "/admin/stores", &store).await;
    let wrong = wrong.text().await.unwrap();
    let id = made.body["id"].as_str().unwrap();
    let found = format!("/admin/orders?q={}", urlencode(evil));
    for (path, text) in [
        ("form", wrong),
        (
            "order",
            page(&app, &owner, &format!("/admin/orders/{id}")).await,
        ),
        ("list", page(&app, &owner, "/admin/orders").await),
        ("search", page(&app, &owner, &found).await),
        ("audit", page(&app, &owner, "/admin/audit").await),
    ] {
        assert!(!text.contains("<script>alert"), "{path}");
        assert!(!text.contains("X-\"><b>"), "{path}");
    }
    app.stop().await;
}

pub fn urlencode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn secrets_go_in_and_never_come_out() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let members = [
        ("name", "小程序"),
        ("kind", "mini_program"),
        ("app_id", "wx00000000000000ab"),
        ("secret", "s3cret-of-the-app-0123456789"),
        ("push_token", "t0ken-of-pushes"),
        ("push_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
        ("push_mode", "safe"),
        ("contact_phone", "021-60000000"),
        ("contact_timeout", "3600"),
    ];
    let made = location(&send(&app, &owner, "/admin/accounts", &members).await);
    let mut pages = vec![page(&app, &owner, &made).await];
    for path in ["/admin/accounts", "/admin/audit", "/admin/onboarding"] {
        pages.push(page(&app, &owner, path).await);
    }
    for text in &pages {
        for (_, secret) in &members[3..6] {
            assert!(!text.contains(secret));
        }
    }
    // Saved again without them, they are kept.
    let mut again = members;
    for member in &mut again[3..6] {
        member.1 = "";
    }
    location(&send(&app, &owner, &made, &again).await);
    let account = app
        .ports()
        .store
        .account_by_app_id("wx00000000000000ab")
        .await
        .unwrap()
        .unwrap();
    let opened = app
        .ports()
        .sealer
        .open("account.secret:wx00000000000000ab", &account.secret);
    assert_eq!(opened.as_deref(), Some("s3cret-of-the-app-0123456789"));
    app.stop().await;
}

#[tokio::test]
async fn a_key_is_shown_once_and_stops_when_revoked() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let members = [("name", "收银机"), ("store", ""), ("right", "read")];
    let made = send(&app, &owner, "/admin/keys", &members).await;
    assert_eq!(made.status(), StatusCode::OK);
    let text = made.text().await.unwrap();
    let start = text.find("fp_").unwrap();
    let key = text[start..].split('<').next().unwrap().to_owned();
    let list = page(&app, &owner, "/admin/keys").await;
    assert!(!list.contains(&key) && list.contains(&key[..9]));
    let ping = async || {
        let request = app.http.get(format!("{}/api/v1/ping", app.web()));
        request.bearer_auth(&key).send().await.unwrap().status()
    };
    assert_eq!(ping().await, StatusCode::OK);
    let keys = app.ports().store.api_keys().await.unwrap();
    let id = &keys.iter().find(|it| it.name == "收银机").unwrap().id;
    let revocation = format!("/admin/keys/{id}/revocation");
    send(&app, &owner, &revocation, &[("word", "other")]).await;
    assert_eq!(
        ping().await,
        StatusCode::OK,
        "the wrong word revokes nothing"
    );
    send(&app, &owner, &revocation, &[("word", "收银机")]).await;
    assert_eq!(ping().await, StatusCode::UNAUTHORIZED);
    app.stop().await;
}

#[tokio::test]
async fn a_file_is_looked_at_before_it_is_taken() {
    let app = spawn_app().await;
    let clerk = signed_in(&app, "clerk").await;
    let heading = "order_no,store,name,tax_code,unit,quantity,unit_price,tax_included,rate";
    let good = "D-1,S001,日用陶瓷餐具,1080121010000000000,套,1,113.00,yes,0.13";
    let foreign = "D-2,S003,日用陶瓷餐具,1080121010000000000,套,1,113.00,yes,0.13";
    let file = format!("{heading}\n{good}\n{foreign}\n");
    let token = hidden(&page(&app, &clerk, "/admin/import").await, "csrf");
    let part = reqwest::multipart::Part::bytes(file.into_bytes()).file_name("day.csv");
    let form = reqwest::multipart::Form::new()
        .text("csrf", token)
        .part("file", part);
    let looked = clerk
        .post(format!("{}/admin/import", app.web()))
        .header("Origin", app.web())
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert_eq!(looked.status(), StatusCode::OK);
    let text = looked.text().await.unwrap();
    assert!(
        text.contains("S003"),
        "the other store's row is refused: {text}"
    );
    assert_eq!(app.get("/orders").await.body["data"], json!([]));
    let content = hidden(&text, "content");
    let rows = [("content", content.as_str()), ("do", "bad_rows")];
    let rows = send(&app, &clerk, "/admin/import/orders", &rows).await;
    let rows = rows.text().await.unwrap();
    assert!(rows.contains("D-2") && !rows.contains("D-1"), "{rows}");
    let take = [("content", content.as_str()), ("do", "import")];
    location(&send(&app, &clerk, "/admin/import/orders", &take).await);
    let orders = app.get("/orders").await.body;
    assert_eq!(orders["data"].as_array().unwrap().len(), 1, "{orders}");
    app.stop().await;
}

#[tokio::test]
async fn a_clerk_neither_sees_nor_touches_another_store() {
    let app = spawn_app().await;
    let mut foreign = crate::harness::tea("S-1");
    foreign["store"] = json!("S002");
    let key = fapiao_usecases::records::ApiKey {
        id: fapiao_usecases::ids::fresh(app.ports().clock.now()),
        name: "every store".to_owned(),
        prefix: "fp_every".to_owned(),
        hash: fapiao_usecases::idempotency::fingerprint(b"fp_every_store"),
        store: None,
        may_write: true,
        created_at: app.ports().clock.now(),
        last_used_at: None,
        revoked_at: None,
    };
    let by = fapiao_usecases::actor::Actor::System;
    app.ports().store.add_api_key(&key, &by).await.unwrap();
    let made = app
        .http
        .post(format!("{}/api/v1/orders", app.web()))
        .bearer_auth("fp_every_store")
        .header("Idempotency-Key", "foreign")
        .json(&foreign)
        .send()
        .await
        .unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    let made: serde_json::Value = made.json().await.unwrap();
    let clerk = signed_in(&app, "clerk").await;
    let order = made["id"].as_str().unwrap();
    let delivery = made["delivery"]["id"].as_str().unwrap();
    for path in [
        format!("/admin/orders/{order}"),
        format!("/admin/deliveries/{delivery}"),
        "/admin/orders/ord_nonsense".to_owned(),
    ] {
        let answer = clerk
            .get(format!("{}{path}", app.web()))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let link = format!("/admin/orders/{order}/deliveries");
    let answer = send(&app, &clerk, &link, &[("channel", "web")]).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert!(!page(&app, &clerk, "/admin/orders").await.contains("S-1"));
    app.stop().await;
}

#[tokio::test]
async fn signing_out_ends_the_session_for_good() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let kept = signed_in(&app, "admin").await;
    location(&send(&app, &owner, "/admin/sign-out", &[]).await);
    let answer = owner
        .get(format!("{}/admin/orders?state=open", app.web()))
        .send()
        .await
        .unwrap();
    let door = location(&answer);
    assert!(
        door.starts_with("/admin/sign-in?next=%2Fadmin%2Forders"),
        "{door}"
    );
    page(&app, &kept, "/admin").await;
    // A changed password ends every session of that person.
    let finance = signed_in(&app, "finance").await;
    let everybody = app.ports().store.staff().await.unwrap();
    let id = &everybody
        .iter()
        .find(|it| it.login == "finance")
        .unwrap()
        .id;
    let members = [
        ("name", "王会计"),
        ("login", "finance"),
        ("role", "finance"),
        ("store", ""),
        ("password", "a new and long password"),
        ("active", "yes"),
    ];
    location(&send(&app, &kept, &format!("/admin/staff/{id}"), &members).await);
    let answer = finance
        .get(format!("{}/admin", app.web()))
        .send()
        .await
        .unwrap();
    assert_eq!(location(&answer), "/admin/sign-in");
    app.stop().await;
}

#[tokio::test]
async fn guesses_are_stopped_and_the_door_says_when_to_come_back() {
    let app = spawn_app().await;
    let client = Client::builder().cookie_store(true).build().unwrap();
    let door = format!("{}/admin/sign-in", app.web());
    let page = client
        .get(&door)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let token = hidden(&page, "csrf");
    let knock = async |login: &str, token: &str| {
        let form = [("csrf", token), ("login", login), ("password", "guess")];
        client.post(&door).form(&form).send().await.unwrap()
    };
    for login in ["admin", "nobody"] {
        for _ in 0..8 {
            assert_eq!(
                knock(login, &token).await.status(),
                StatusCode::UNPROCESSABLE_ENTITY
            );
        }
        let locked = knock(login, &token).await;
        assert_eq!(locked.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(locked.headers()["retry-after"], "900");
    }
    assert_eq!(knock("clerk", "").await.status(), StatusCode::FORBIDDEN);
    app.stop().await;
}

#[tokio::test]
async fn the_check_list_finds_the_company_ready_after_the_first_invoice() {
    let app = spawn_app().await;
    let order = app.authorised_order("H-9", &company()).await;
    app.await_state(&order, "carded").await;
    let owner = signed_in(&app, "admin").await;
    let list = page(&app, &owner, "/admin/onboarding").await;
    assert!(!list.contains("<li class=\"bad\">"), "{list}");
    // Nobody has used the mini program yet, so nothing was pushed to its address.
    assert_eq!(list.matches("<li class=\"wait\">").count(), 1, "{list}");
    assert!(list.matches("<li class=\"ok\">").count() > 15);
    app.stop().await;
}

#[tokio::test]
async fn the_language_is_changed_alone_and_an_old_form_overwrites_nobody() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let finance = signed_in(&app, "finance").await;
    let person = async || {
        let everybody = app.ports().store.staff().await.unwrap();
        everybody
            .into_iter()
            .find(|it| it.login == "finance")
            .unwrap()
    };
    let before = person().await;
    let path = format!("/admin/staff/{}", before.id);
    let read = hidden(&page(&app, &owner, &path).await, "version");
    location(
        &send(
            &app,
            &finance,
            "/admin/language",
            &[("lang", "en"), ("back", "/admin")],
        )
        .await,
    );
    let after = person().await;
    assert_eq!(after.language, "en");
    assert_eq!(
        (after.version, &after.password_hash),
        (before.version, &before.password_hash)
    );
    let form = |name: &'static str| {
        [
            ("name", name),
            ("login", "finance"),
            ("role", "finance"),
            ("active", "yes"),
        ]
    };
    let sent = |name| [form(name).to_vec(), vec![("version", read.as_str())]].concat();
    location(&send(&app, &owner, &path, &sent("王会计")).await);
    // Somebody else still has the form open as it was.
    let late = send(&app, &owner, &path, &sent("王老师")).await;
    assert_eq!(late.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = late.text().await.unwrap();
    assert!(text.contains("内容已被他人更改"), "{text}");
    let saved = person().await;
    assert_eq!(
        (saved.name.as_str(), saved.language.as_str()),
        ("王会计", "en")
    );
    app.stop().await;
}
