//! The ways of buyers to an invoice that another company's platform issues, and the pages that fit.

use crate::harness::{TestApp, company, eventually_or, person, spawn_pair, tea};
use fapiao_usecases::jobs::Job;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

async fn place(app: &TestApp, order_no: &str, extra: Value) -> Value {
    let mut order = tea(order_no);
    order["store"] = json!(app.till().0);
    for (member, value) in extra.as_object().unwrap() {
        order[member] = value.clone();
    }
    let answer = app.post("/orders", order_no, &order).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.body
}

/// One card, inserted by the platform for the page that the buyer saw, under the order id that WeChat knows.
async fn assert_one_card(app: &TestApp, order_id: &str, page_app: &str) {
    let ledger = app.wechat_ledger().await;
    let inserts = ledger["inserts"].as_array().unwrap();
    assert_eq!(inserts.len(), 1, "{inserts:?}");
    assert_eq!(inserts[0]["order_id"], order_id);
    assert_eq!(inserts[0]["appid"], page_app);
    let platform = app.platform().secrets.app_id.as_str();
    assert_eq!(inserts[0]["platform_appid"], platform);
    app.assert_ledger_holds().await;
}

#[tokio::test]
async fn an_app_and_a_mini_program_ask_for_invoices_of_another_platform() {
    let app = spawn_pair().await;
    let secrets = app.demo().secrets.clone();
    for (order_no, channel, page_app) in [
        ("X-APP", "app", &secrets.app.app_id),
        ("X-MINI", "mini_program", &secrets.mini_program.app_id),
    ] {
        let order = place(
            &app,
            order_no,
            json!({ "delivery": { "channel": channel } }),
        )
        .await;
        let id = order["delivery"]["id"].as_str().unwrap();
        let page = format!("/deliveries/{id}/wechat-page");
        let page = app.post(&page, order_no, &json!({})).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        app.authorise(&order, &company()).await;
        app.await_state(&order, "carded").await;
        let ledger = app.wechat_ledger().await;
        let inserts = ledger["inserts"].as_array().unwrap();
        let own = inserts.iter().find(|it| it["order_id"] == id).unwrap();
        assert_eq!(own["appid"], page_app.as_str());
    }
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_app_that_the_platform_does_not_know_waits_for_a_person() {
    let app = spawn_pair().await;
    let store = &app.platform().ports.store;
    let mut partner = store.partners().await.unwrap().remove(0);
    let all = partner.app_ids.clone();
    partner.app_ids.truncate(1);
    let by = fapiao_usecases::actor::Actor::CommandLine;
    store.save_partner(&partner, &by).await.unwrap();
    let order = place(&app, "X-NEW", json!({ "delivery": { "channel": "app" } })).await;
    let id = order["delivery"]["id"].as_str().unwrap();
    let page = format!("/deliveries/{id}/wechat-page");
    app.post(&page, "X-NEW", &json!({})).await;
    app.authorise(&order, &company()).await;
    let parked = app.parked("send_request").await;
    assert!(
        parked.contains("is not registered for this merchant"),
        "{parked}"
    );
    // The platform's staff register the app; the merchant's staff retry.
    let mut partner = store.partners().await.unwrap().remove(0);
    partner.app_ids = all;
    store.save_partner(&partner, &by).await.unwrap();
    app.run(&Job::SendRequest(app.delivery_id(&order))).await;
    app.await_state(&order, "carded").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_receipt_of_a_payment_leads_to_the_sellers_own_platform() {
    let app = spawn_pair().await;
    app.link_payments_outside().await;
    let paid = json!({ "mchid": "1900000001", "money": 11_300 });
    let paid = app
        .control(
            &app.sandbox(),
            Method::POST,
            "/sandbox/payments",
            Some(&paid),
        )
        .await;
    let number = paid["order"]["order_id"].as_str().unwrap().to_owned();
    let payment = json!({ "channel": "wechat", "transaction_no": number });
    let mut order = tea("X-PAY");
    order.as_object_mut().unwrap().remove("delivery");
    order["store"] = json!(app.till().0);
    order["payment"] = payment;
    let placed = app.post("/orders", "X-PAY", &order).await;
    assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
    let path = format!("/sandbox/orders/{number}/authorise");
    app.control(&app.sandbox(), Method::POST, &path, Some(&person("钱七")))
        .await;
    eventually_or("the card", async || {
        let found = app.get("/orders?order_no=X-PAY").await.body;
        let state = found["data"][0]["delivery_state"].clone();
        if state == "carded" {
            Ok(())
        } else {
            Err(state)
        }
    })
    .await;
    let page_app = app.demo().secrets.app_id.clone();
    assert_one_card(&app, &number, &page_app).await;
    app.stop().await;
}

#[tokio::test]
async fn the_pages_title_and_confirm_lead_to_the_platform_and_collect_is_refused() {
    let app = spawn_pair().await;
    let title = json!({ "kind": "organisation", "name": "北京喆堃龘贸易有限公司", "tax_number": "91110105MA0000007L" });
    let mut collect = tea("X-2");
    collect["store"] = json!(app.till().0);
    collect["delivery"] = json!({ "channel": "web", "page": "collect", "title": title });
    let refused = app.post("/orders", "X-2", &collect).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{refused:?}"
    );
    assert_eq!(refused.wrong_fields(), ["/delivery/page"]);
    assert_eq!(refused.body["errors"][0]["code"], "E_PAGE_MODE");

    let wanted = json!({ "delivery": { "channel": "web", "page": "confirm", "title": title } });
    let order = place(&app, "X-0", wanted).await;
    app.open_page(&order).await;
    app.authorise(&order, &json!({})).await;
    app.await_state(&order, "carded").await;
    let ledger = app.wechat_ledger().await;
    assert_eq!(ledger["inserts"][0]["title"], "北京喆堃龘贸易有限公司");
    // Also an invoice that is there already: its card is the platform's to insert.
    let id = order["id"].as_str().unwrap();
    let again = json!({ "channel": "web", "page": "collect" });
    let refused = app
        .post(&format!("/orders/{id}/deliveries"), "again", &again)
        .await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{refused:?}"
    );
    assert_eq!(refused.wrong_fields(), ["/page"]);
    app.assert_ledger_holds().await;
    app.stop().await;
}

async fn shown(app: &TestApp, order: &Value) -> String {
    let page = order["delivery"]["page_url"].as_str().unwrap();
    let answer = app.http.get(page).send().await.unwrap();
    answer.text().await.unwrap()
}

#[tokio::test]
async fn the_buyers_page_explains_what_became_of_an_agreement() {
    let app = spawn_pair().await;
    // Agreed before: a title that waits for staff, and the page once more.
    let wrong =
        json!({ "company": { "title": "示例科技有限公司", "tax_no": "91110105MA000000L7" } });
    let again = app.authorised_order("X-AGAIN", &wrong).await;
    app.await_state(&again, "authorised").await;
    let page = again["delivery"]["page_url"].as_str().unwrap();
    let back = app.http.get(format!("{page}/wechat")).send().await.unwrap();
    let here = back.headers()["location"].to_str().unwrap().to_owned();
    let seen = app
        .http
        .get(format!("{}{here}", app.web()))
        .send()
        .await
        .unwrap();
    let seen = seen.text().await.unwrap();
    assert!(seen.contains("你已授权过"), "{seen}");

    // Refused by the shop, with a reason and a link.
    let id = again["delivery"]["id"].as_str().unwrap();
    let link = "https://shop.example.com/invoice/again";
    let refusal = json!({ "reason": "税号有误", "url": link });
    let refused = app
        .post(&format!("/deliveries/{id}/refusal"), "no", &refusal)
        .await;
    assert!(refused.status.is_success(), "{refused:?}");
    let seen = shown(&app, &again).await;
    assert!(seen.contains("税号有误") && seen.contains(link), "{seen}");

    // Declined by the buyer on WeChat's page.
    let declined = app.order("X-DECLINED").await;
    app.open_page(&declined).await;
    let id = declined["delivery"]["id"].as_str().unwrap();
    let path = format!("/sandbox/orders/{id}/refuse");
    app.control(&app.sandbox(), Method::POST, &path, None).await;
    app.await_state(&declined, "refused").await;
    let seen = shown(&app, &declined).await;
    assert!(seen.contains("你在微信页面上取消了开票"), "{seen}");

    // Nobody came in time.
    let late = app.order("X-LATE").await;
    let until: chrono::DateTime<chrono::Utc> = late["delivery"]["expires_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let after = until + chrono::TimeDelta::hours(1);
    let store = &app.ports().store;
    assert_eq!(store.expire_deliveries(after, 10).await.unwrap(), 1);
    let seen = shown(&app, &late).await;
    assert!(seen.contains("过期") || seen.contains("失效"), "{seen}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn the_wizard_looks_at_the_sellers_platform() {
    use fapiao_usecases::backoffice::{
        access::{Answers, Task, Way, check_tasks},
        onboarding::{Found, Outcome},
    };
    let app = spawn_pair().await;
    let ports = app.ports();
    let seller = ports
        .store
        .seller(&app.outside_seller())
        .await
        .unwrap()
        .unwrap();
    let look = async || {
        let answers = Answers {
            own_platform: false,
            ways: [Way::OfficialAccount, Way::App].into(),
            ..Answers::default()
        };
        let checked = check_tasks(ports, Some(&seller), &answers).await.unwrap();
        let found = checked
            .into_iter()
            .find(|it| it.task == Task::ForeignPlatform);
        let found = found.unwrap();
        (found.outcome, found.found)
    };
    assert_eq!(
        look().await,
        (Outcome::Done, Found::Text("示例开票平台".to_owned()))
    );
    // Red confirmations of its buyers are the platform's: nothing is asked at our own tax connection.
    app.run(&Job::FindRedForms(seller.id.clone())).await;
    let wrong = async |words: &str| {
        let (outcome, found) = look().await;
        assert_eq!(outcome, Outcome::Wrong);
        let Found::Said(why) = found else {
            panic!("{found:?}")
        };
        assert!(why.contains(words), "{why}");
    };
    // The app is not registered; the platform's id is another one; the key is revoked; nobody answers.
    let by = fapiao_usecases::actor::Actor::CommandLine;
    let theirs = &app.platform().ports.store;
    let mut partner = theirs.partners().await.unwrap().remove(0);
    let all = partner.app_ids.clone();
    partner.app_ids.truncate(1);
    theirs.save_partner(&partner, &by).await.unwrap();
    wrong("尚未登记 AppID").await;
    let mut partner = theirs.partners().await.unwrap().remove(0);
    partner.app_ids = all;
    theirs.save_partner(&partner, &by).await.unwrap();
    // The product may be noting at the same time what the platform told of itself.
    let found = eventually_or("another platform", async || {
        app.change_gateway(|it| it.platform_id = "another".to_owned())
            .await;
        let (outcome, found) = look().await;
        if outcome == Outcome::Wrong {
            Ok(found)
        } else {
            Err(found)
        }
    })
    .await;
    assert!(
        matches!(&found, Found::Said(why) if why.contains("识别码")),
        "{found:?}"
    );
    let key = app.platform().outside.key_id.clone();
    let now = ports.clock.now();
    theirs.revoke_partner_key(&key, now, &by).await.unwrap();
    wrong("平台不接受这把密钥").await;
    app.change_gateway(|it| it.base_url = "http://127.0.0.1:9/platform".to_owned())
        .await;
    wrong("没有应答").await;
    app.stop().await;
}

#[tokio::test]
async fn the_tax_side_is_not_asked_about_a_seller_of_another_platform() {
    let app = spawn_pair().await;
    let seller = app.outside_seller();
    // Numbers, quota and what buyers want of red letters are its platform's: asking would be refused each time.
    app.run(&Job::RefillStock(seller.clone())).await;
    app.run(&Job::FindRedForms(seller)).await;
    app.stop().await;
}
