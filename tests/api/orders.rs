//! The REST API: bad input is named, repetition is harmless.

use crate::harness::{spawn_app, tea};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let app = spawn_app().await;
    let mut order = tea("W-1");
    order["lines"][0]["quantity"] = json!("many");
    order["lines"][0]["rate"] = json!("13%");
    order["store"] = json!("S999");
    order["colour"] = json!("blue");
    let answer = app.post("/orders", "w-1", &order).await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{answer:?}"
    );
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    let fields = answer.wrong_fields();
    for pointer in ["/lines/0/quantity", "/lines/0/rate", "/store", "/colour"] {
        assert!(
            fields.iter().any(|field| field == pointer),
            "{pointer} is missing in {fields:?}"
        );
    }
    app.stop().await;
}

#[tokio::test]
async fn what_a_line_says_and_what_it_is_taxed_with_are_named_in_one_answer() {
    let app = spawn_app().await;
    for (rate, store) in [("0.12", "S001"), ("13%", "S001"), ("0.13", "S999")] {
        let mut order = tea("W-2");
        order["store"] = json!(store);
        order["lines"][0]["name"] = json!("");
        order["lines"][0]["tax_code"] = json!("99");
        order["lines"][0]["rate"] = json!(rate);
        let answer = app.post("/orders", "w-2", &order).await;
        let mut fields = answer.wrong_fields();
        fields.sort();
        let last = if store == "S999" {
            "/store"
        } else {
            "/lines/0/rate"
        };
        let mut wanted = vec!["/lines/0/name", "/lines/0/tax_code", last];
        wanted.sort_unstable();
        assert_eq!(fields, wanted, "{rate} {store}");
    }
    app.stop().await;
}

#[tokio::test]
async fn chinese_says_as_much_as_english() {
    let app = spawn_app().await;
    let told = async |order: &Value| -> Value {
        let sent = app
            .http
            .post(format!("{}/api/v1/orders", app.web()))
            .bearer_auth(app.till().1)
            .header("Idempotency-Key", "w-3")
            .header("Accept-Language", "zh-CN")
            .json(order);
        let answer = sent.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        answer.json::<Value>().await.unwrap()["errors"].clone()
    };
    let message = |errors: &Value, pointer: &str| {
        let mut errors = errors.as_array().unwrap().iter();
        let found = errors.find(|it| it["pointer"] == pointer);
        found.unwrap()["message"].as_str().unwrap().to_owned()
    };
    let mut order = tea("W-3");
    order["store"] = json!("S999");
    order["sold_at"] = json!("2999-01-01T00:00:00+08:00");
    let errors = told(&order).await;
    assert!(message(&errors, "/store").contains("S999"), "{errors}");
    let late = message(&errors, "/sold_at");
    assert!(
        late.contains("时钟") && !late.contains("T14:07"),
        "{errors}"
    );
    let mut order = tea("W-3");
    order["lines"][0]["discount"] = json!("99999.00");
    let errors = told(&order).await;
    let large = message(&errors, "/lines/0/discount");
    assert!(large.starts_with("折扣 99999.00 大于该行金额"), "{errors}");
    let mut order = tea("W-3");
    order["delivery"] = json!({
        "channel": "web", "page": "confirm",
        "title": { "kind": "organisation", "name": "北京某某科技有限公司", "tax_number": "91110105MA000000L7" },
    });
    let errors = told(&order).await;
    let number = message(&errors, "/delivery/title/tax_number");
    assert!(number.contains("可能是 91110105MA0000007L"), "{errors}");
    app.stop().await;
}

#[tokio::test]
async fn characters_that_nobody_sees_are_refused_by_the_name_of_their_field() {
    let app = spawn_app().await;
    let mut order = tea("W-1");
    order["order_no"] = json!("W-\u{202e}1");
    order["remark"] = json!("请\u{200b}开票");
    order["lines"][0]["name"] = json!("\u{2066}瓷碗");
    order["lines"][0]["spec"] = json!("16\u{feff}头");
    let answer = app.post("/orders", "w-1", &order).await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{answer:?}"
    );
    let mut fields = answer.wrong_fields();
    fields.sort();
    assert_eq!(
        fields,
        ["/lines/0/name", "/lines/0/spec", "/order_no", "/remark"]
    );
    for error in answer.body["errors"].as_array().unwrap() {
        assert_eq!(error["code"], "E_INVISIBLE", "{error}");
    }
    let chinese = app
        .http
        .post(format!("{}/api/v1/orders", app.web()))
        .bearer_auth(app.till().1)
        .header("Idempotency-Key", "w-1-zh")
        .header("Accept-Language", "zh-CN")
        .json(&order)
        .send()
        .await
        .unwrap();
    let text = chinese.text().await.unwrap();
    assert!(text.contains("第 3 个字符看不见（U+202E）"), "{text}");
    // What is seen passes, also where it is rare.
    let mut rare = tea("W-1");
    rare["lines"][0]["name"] = json!("龘瓷碗　½ №1");
    let answer = app.post("/orders", "w-1-b", &rare).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    app.stop().await;
}

#[tokio::test]
async fn amounts_as_json_numbers_are_refused_with_a_reason() {
    let app = spawn_app().await;
    let mut order = tea("W-2");
    order["lines"][0]["unit_price"] = json!(56.5);
    let answer = app.post("/orders", "w-2", &order).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.wrong_fields(), ["/lines/0/unit_price"]);
    let message = answer.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("string"), "{message}");
    app.stop().await;
}

#[tokio::test]
async fn a_post_without_a_key_or_with_a_reused_one_is_refused() {
    let app = spawn_app().await;
    let bare = app
        .api(Method::POST, "/orders", None, Some(&tea("W-3")))
        .await;
    assert_eq!(bare.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        app.post("/orders", "w-3", &tea("W-3")).await.status,
        StatusCode::CREATED
    );
    let reused = app.post("/orders", "w-3", &tea("W-4")).await;
    assert_eq!(reused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let same_no = app.post("/orders", "w-5", &tea("W-3")).await;
    assert_eq!(
        same_no.status,
        StatusCode::OK,
        "the same order under another key: {same_no:?}"
    );
    let mut other = tea("W-3");
    other["lines"][0]["quantity"] = json!("3");
    let conflict = app.post("/orders", "w-6", &other).await;
    assert_eq!(conflict.status, StatusCode::CONFLICT);
    app.stop().await;
}

#[tokio::test]
async fn sixty_four_clients_with_one_order_make_one_order() {
    let app = spawn_app().await;
    let order = tea("W-7");
    let answers =
        futures_util::future::join_all((0..64).map(|_| app.post("/orders", "w-7", &order))).await;
    let ids: std::collections::HashSet<&Value> =
        answers.iter().map(|answer| &answer.body["id"]).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert!(answers.iter().all(|answer| answer.status.is_success()));
    let listed = app.get("/orders?order_no=W-7").await;
    let rows = listed.body["data"]
        .as_array()
        .or(listed.body["orders"].as_array())
        .unwrap()
        .len();
    assert_eq!(rows, 1);
    app.stop().await;
}

#[tokio::test]
async fn nobody_gets_in_without_a_key() {
    let app = spawn_app().await;
    for path in ["/api/v1/orders", "/api/v1/invoices", "/api/v1/ping"] {
        let answer = app
            .http
            .get(format!("{}{path}", app.web()))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
        let wrong = app
            .http
            .get(format!("{}{path}", app.web()))
            .bearer_auth("fp_wrong")
            .send()
            .await
            .unwrap();
        assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    let admin = app
        .http
        .get(format!("{}/admin/orders", app.web()))
        .send()
        .await
        .unwrap();
    assert!(admin.status().is_redirection());
    app.stop().await;
}

#[tokio::test]
async fn health_and_metrics_answer() {
    let app = spawn_app().await;
    for path in [
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/v1/openapi.json",
        "/api/docs",
    ] {
        let answer = app
            .http
            .get(format!("{}{path}", app.web()))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
    app.stop().await;
}
