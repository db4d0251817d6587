//! Preferential policies: told with a product or a line, checked, uploaded, printed into the structured file, repeated
//! on red letters.

use super::{imported, mistakes};
use crate::{
    admin::sign_in::{hidden, signed_in},
    harness::{Answer, TestApp, company, eventually, spawn_app, tea},
    merchant::unified::spawn_unified,
    red::at_stage,
    taxes::behind_gateway,
};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

/// Electricity, of which half the tax is given back; its discount; and a tea set under the simplified method.
fn favoured(order_no: &str) -> Value {
    let mut order = tea(order_no);
    order["lines"] = json!([
        {
            "name": "风电", "tax_code": "1100101020200000000", "unit": "千瓦时", "quantity": "200",
            "unit_price": "0.565", "tax_included": true, "rate": "0.13", "discount": "11.30", "preference": "12"
        },
        {
            "name": "旧茶具", "tax_code": "1080121010000000000", "unit": "套", "quantity": "1",
            "unit_price": "103.00", "tax_included": true, "rate": "0.03", "preference": "08"
        },
    ]);
    order
}

async fn carded(app: &TestApp, wanted: &Value) -> (Value, Value) {
    let key = wanted["order_no"].as_str().unwrap();
    let made = app.post("/orders", key, wanted).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let order = made.body;
    app.open_page(&order).await;
    app.authorise(&order, &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let path = format!("/invoices/{}", delivery["invoice"]["id"].as_str().unwrap());
    (order, app.get(&path).await.body)
}

/// The flags the tax side holds for an invoice, line by line.
async fn flags(app: &TestApp, number: &Value) -> Vec<Value> {
    let path = format!("/sandbox/invoices/{}", number.as_str().unwrap());
    let held = app.control(&app.tax(), Method::GET, &path, None).await;
    let lines = held["content"]["fpmxList"].as_array().unwrap();
    lines.iter().map(|it| it["yhzcbs"].clone()).collect()
}

async fn shown(app: &TestApp, who: &Client, path: &str) -> String {
    let answer = who
        .get(format!("{}{path}", app.web()))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}

#[tokio::test]
async fn what_was_told_reaches_the_tax_side_the_file_and_the_red_letter() {
    let app = spawn_app().await;
    let (order, invoice) = carded(&app, &favoured("PO-1")).await;
    let policies = |of: &Value| -> Vec<Value> {
        let lines = of["lines"].as_array().unwrap();
        lines.iter().map(|it| it["preference"].clone()).collect()
    };
    assert_eq!(policies(&order), ["12", "08"]);
    // The discount line repeats its line.
    assert_eq!(policies(&invoice), ["12", "12", "08"]);
    assert_eq!(flags(&app, &invoice["number"]).await, ["12", "12", "08"]);

    let id = invoice["id"].as_str().unwrap();
    let xml = app
        .http
        .get(format!("{}/api/v1/invoices/{id}/file.xml", app.web()))
        .bearer_auth(app.till().1)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let label = "<LabelType>特定征税方式标签</LabelType><LabelCode>05</LabelCode><LabelName>简易计税</LabelName>";
    assert!(xml.contains(label), "{xml}");
    let finance = signed_in(&app, "finance").await;
    let here = format!("/admin/invoices/{id}");
    let page = shown(&app, &finance, &here).await;
    assert!(
        page.contains("即征即退50%") && page.contains("按3%简易征收"),
        "{page}"
    );

    // Half of the electricity comes back: the red line states the policy, or the tax side would not take it.
    let path = format!("/orders/{}/refunds", order["id"].as_str().unwrap());
    let part =
        json!({ "mode": "confirm", "reason": "02", "lines": [{ "line": "1", "quantity": "100" }] });
    let done = app.post(&path, "PO-1-red", &part).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    let of = json!({ "order": order["id"] });
    let stage = at_stage(&app, &of, 0, "done").await;
    let red = stage["red_letters"][0]["red_invoice_id"].as_str().unwrap();
    let red = app.get(&format!("/invoices/{red}")).await.body;
    assert_eq!(policies(&red), ["12"]);
    assert_eq!(flags(&app, &red["number"]).await, ["12"]);
    app.assert_ledger_holds().await;
    app.stop().await;
}

async fn refused(app: &TestApp, key: &str, line: Value) -> Answer {
    let mut order = tea(key);
    order["lines"] = json!([line]);
    let answer = app.post("/orders", key, &order).await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{answer:?}"
    );
    answer
}

#[tokio::test]
async fn what_does_not_fit_is_refused_at_its_place() {
    let app = spawn_app().await;
    // Class code, rate, policy, and what is told.
    let power = "1100101020200000000";
    let film = "1070601010000000000";
    for (place, (code, rate, policy, told)) in [
        (power, "0.13", "19", "E_PREFERENCE"),
        (power, "exempt", "12", "E_PREFERENCE"),
        (power, "0.13", "08", "E_PREFERENCE"),
        (power, "0.13", "14", "E_PREFERENCE_CLASS"),
        (film, "0.03", "12", "E_PREFERENCE_LEVY"),
        (
            "6010000000000000000",
            "not_taxed",
            "03",
            "E_PREFERENCE_CLASS",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let line = json!({
            "name": "项目", "tax_code": code, "quantity": "1", "unit_price": "113.00", "tax_included": true,
            "rate": rate, "preference": policy
        });
        let answer = refused(&app, &format!("PO-2-{place}"), line).await;
        assert_eq!(
            answer.wrong_fields(),
            ["/lines/0/preference"],
            "{rate} {policy}"
        );
        assert_eq!(answer.body["errors"][0]["code"], told, "{rate} {policy}");
        let message = answer.body["errors"][0]["message"].as_str().unwrap();
        assert!(message.is_ascii(), "English alone: {message}");
    }
    // The same number with another policy is another order.
    let mut order = favoured("PO-3");
    order.as_object_mut().unwrap().remove("delivery");
    let made = app.post("/orders", "PO-3", &order).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    order["lines"][1]["preference"] = json!("01");
    let taken = app.post("/orders", "PO-3-again", &order).await;
    assert_eq!(taken.status, StatusCode::CONFLICT, "{taken:?}");
    app.stop().await;
}

#[tokio::test]
async fn a_gateway_and_a_device_are_told_in_their_own_words() {
    for profile in ["digital", "classic"] {
        let app = spawn_app().await;
        behind_gateway(&app, profile).await;
        let (_, invoice) = carded(&app, &favoured("PO-4")).await;
        // The device refuses lines whose words do not say the policy.
        if profile == "digital" {
            assert_eq!(flags(&app, &invoice["number"]).await, ["12", "12", "08"]);
        }
        assert_eq!(invoice["lines"][0]["preference"], "12", "{invoice}");
        app.assert_ledger_holds().await;
        app.stop().await;
    }
}

#[tokio::test]
async fn wechats_unified_call_names_the_policy() {
    let app = spawn_unified().await;
    let wanted = favoured("PO-5");
    let made = app.post("/orders", "PO-5", &wanted).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    app.open_page(&made.body).await;
    app.authorise(&made.body, &company()).await;
    let sent = eventually("the call", async || {
        let path = "/sandbox/calls?limit=500";
        let seen = app.control(&app.sandbox(), Method::GET, path, None).await;
        let mut calls = seen["calls"].as_array().or(seen.as_array())?.iter();
        let made = calls.find(|it| it["path"] == "/card/invoice/makeoutinvoice");
        made.cloned()
    })
    .await;
    let text = sent.to_string();
    assert!(
        text.contains("即征即退50%") && text.contains("按3%简易征收"),
        "{text}"
    );
    app.stop().await;
}

#[tokio::test]
async fn a_product_and_a_file_may_tell_it() {
    let app = spawn_app().await;
    let finance = signed_in(&app, "admin").await;
    let page = shown(&app, &finance, "/admin/products/new").await;
    assert!(
        page.contains("name=\"preference\"") && page.contains("12 即征即退50%"),
        "{page}"
    );
    let token = hidden(&page, "csrf");
    let save = |policy: &'static str| {
        let form = [
            ("csrf", token.as_str()),
            ("sku", "WIND"),
            ("name", "风电"),
            ("tax_code", "1100101020200000000"),
            ("unit", "千瓦时"),
            ("unit_price", "0.565"),
            ("tax_included", "yes"),
            ("rate", "0.13"),
            ("preference", policy),
        ];
        finance
            .post(format!("{}/admin/products", app.web()))
            .header("Origin", app.web())
            .form(&form)
            .send()
    };
    for (policy, told) in [
        (
            "14",
            "不允许使用“14 即征即退100%”；允许的优惠政策为：01 简易征收、",
        ),
        ("03", "“03 免税”适用于免税，不适用于 13%"),
    ] {
        let wrong = save(policy).await.unwrap();
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let text = wrong.text().await.unwrap();
        assert!(text.contains(told), "{policy}: {text}");
    }
    assert_eq!(save("12").await.unwrap().status(), StatusCode::SEE_OTHER);
    let products = app.get("/products").await.body;
    let wind = products["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["sku"] == "WIND")
        .unwrap();
    assert_eq!(wind["preference"], "12");
    let list = shown(&app, &finance, "/admin/products?q=WIND").await;
    assert!(list.contains("即征即退50%"), "{list}");

    // Chosen by its code, the product brings its policy along.
    let page = shown(&app, &finance, "/admin/orders/new").await;
    let token = hidden(&page, "csrf");
    let form = [
        ("csrf", token.as_str()),
        ("order_no", "PO-6"),
        ("store", "S001"),
        ("tax_included", "yes"),
        ("lines-0-name", "WIND"),
        ("lines-0-quantity", "200"),
        // Of the same product, once without its policy and once with one that its class does not permit.
        ("lines-1-name", "WIND"),
        ("lines-1-quantity", "1"),
        ("lines-1-preference", "none"),
    ];
    let mut wrong = form.to_vec();
    wrong.push(("lines-1-preference", "14"));
    let answer = finance
        .post(format!("{}/admin/orders", app.web()))
        .header("Origin", app.web())
        .form(&wrong)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text().await.unwrap();
    assert!(
        text.contains("href=\"#lines-1-preference\"") && text.contains("value=\"14\" selected"),
        "{text}"
    );
    let made = finance
        .post(format!("{}/admin/orders", app.web()))
        .header("Origin", app.web())
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(made.status(), StatusCode::SEE_OTHER);
    assert_eq!(policies_of(&app, "PO-6").await, [json!("12"), Value::Null]);

    // A file names it by code or in Chinese.
    let file = "order_no,name,store,tax_code,unit,quantity,unit_price,tax_included,rate,preference\n\
        PO-7,风电,S001,1100101020200000000,千瓦时,200,0.565,yes,0.13,即征即退50%\n\
        PO-8,风电,S001,1100101020200000000,千瓦时,200,0.565,yes,0.13,\n\
        PO-9,风电,S001,1100101020200000000,千瓦时,200,0.565,yes,0.13,即征即退\n";
    let report = imported(&app, file).await;
    assert_eq!(report.created, 2);
    assert_eq!(mistakes(&report), [(4, "preference")]);
    assert_eq!(policy_of(&app, "PO-7").await, "12");
    assert_eq!(policy_of(&app, "PO-8").await, Value::Null);
    app.stop().await;
}

async fn policy_of(app: &TestApp, order_no: &str) -> Value {
    policies_of(app, order_no).await.remove(0)
}

async fn policies_of(app: &TestApp, order_no: &str) -> Vec<Value> {
    let found = app.get(&format!("/orders?text={order_no}")).await.body;
    let path = format!("/orders/{}", found["data"][0]["id"].as_str().unwrap());
    let order = app.get(&path).await.body;
    let lines = order["lines"].as_array().unwrap();
    lines.iter().map(|it| it["preference"].clone()).collect()
}
