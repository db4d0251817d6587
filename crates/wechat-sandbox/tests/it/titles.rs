//! Titles, and the legacy unified calls.

use serde_json::json;

use wechat_sandbox::{Sandbox, SandboxConfig};

use crate::scene::{NUMBER, accounts, refused, stage, stage_with};

#[tokio::test]
async fn titles_are_scanned_while_the_code_is_fresh() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let page = merchant
        .http
        .get(format!("{}/phone/title", merchant.base))
        .send()
        .await
        .unwrap();
    let html = page.text().await.unwrap();
    let text = html
        .split("<code>")
        .nth(1)
        .unwrap()
        .split("</code>")
        .next()
        .unwrap()
        .to_owned();
    let path = "/card/invoice/scantitle";
    let title = merchant.post(path, json!({"scan_text": text})).await;
    assert_eq!(title["title_type"], 0, "{title}");
    assert!(!title["tax_no"].as_str().unwrap().is_empty());
    refused(
        &merchant.post(path, json!({"scan_text": "hello"})).await,
        72031,
        "scan_text",
    );
    merchant.advance(301).await;
    refused(
        &merchant.post(path, json!({"scan_text": text})).await,
        72044,
        "",
    );
}

#[tokio::test]
async fn a_title_link_stores_a_title_on_the_phone() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let path = "/card/invoice/biz/getusertitleurl";
    let body = json!({"user_fill": 0, "title": "新公司", "tax_no": "91440300MADEMO0009"});
    let mut short = body.clone();
    short["tax_no"] = json!("123");
    refused(&merchant.post(path, short).await, 72031, "tax_no");
    let link = merchant.post(path, body).await;
    let url = link["url"].as_str().unwrap();
    let page = merchant
        .http
        .get(url)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("新公司"));
    let sent = merchant
        .http
        .post(url)
        .form(&[("title", "新公司")])
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status(), 200);
    let order = merchant.auth_url("A-1").await;
    let page = merchant
        .http
        .get(order)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("91440300MADEMO0009"));
}

#[tokio::test]
async fn the_legacy_unified_calls_issue_clear_and_query() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    merchant.authorised("A-1").await;
    let ledger = merchant.control("/sandbox/ledger").await;
    let openid = ledger["pushes"][0]["from"].clone();
    let make = "/card/invoice/makeoutinvoice";
    let body = json!({"invoiceinfo": {
        "wxopenid": openid, "ddh": "A-1", "fpqqlsh": "DEMO01202601010001",
        "nsrsbh": "91440300MADEMO0001", "nsrmc": "Demo Seller Ltd", "nsrdz": "Demo Road 1",
        "nsrdh": "075500000000", "nsrbank": "Demo Bank", "nsrbankid": "6222",
        "ghfmc": "Demo Buyer", "kpr": "A", "jshj": "113.00", "hjje": "100.00", "hjse": "13.00",
        "hylx": "0", "invoicedetail_list": [{"fphxz": "0", "spbm": "1090000000000000000",
            "xmmc": "Demo item", "xmsl": "1", "xmdj": "100.00", "xmje": "100.00", "sl": "0.13",
            "se": "13.00"}]}});
    let mut wrong = body.clone();
    wrong["invoiceinfo"]["hjje"] = json!("");
    refused(&merchant.post(make, wrong).await, 73013, "hjje");
    let mut number = body.clone();
    number["invoiceinfo"]["jshj"] = json!(113);
    refused(
        &merchant.post(make, number).await,
        72031,
        "jshj must be a string",
    );
    assert_eq!(merchant.post(make, body.clone()).await["errmsg"], "sucesss");
    assert_eq!(
        merchant.post(make, body.clone()).await["errcode"],
        0,
        "same serial, same order"
    );
    let mut other = body.clone();
    other["invoiceinfo"]["fpqqlsh"] = json!("DEMO01202601010002");
    refused(&merchant.post(make, other).await, 73108, "");
    let query = json!({"fpqqlsh": "DEMO01202601010001", "nsrsbh": "91440300MADEMO0001"});
    let found = merchant.post("/card/invoice/queryinvoceinfo", query).await;
    let detail = &found["invoicedetail"];
    assert_eq!(detail["kprq"].as_str().unwrap().len(), 14, "{found}");
    let clear = json!({"invoiceinfo": {
        "wxopenid": openid, "fpqqlsh": "DEMO01202601010003", "nsrsbh": "91440300MADEMO0001",
        "nsrmc": "Demo Seller Ltd", "yfpdm": detail["fpdm"], "yfphm": detail["fphm"]}});
    assert_eq!(
        merchant.post("/card/invoice/clearoutinvoice", clear).await["errcode"],
        0
    );
    let ledger = merchant.control("/sandbox/ledger").await;
    let results = ledger["pushes"].as_array().unwrap().iter();
    let results = results.filter(|push| push["event"] == "cloud_invoice_invoiceresult_event");
    assert!(results.clone().all(|push| push["members"]["status"] == 100));
    assert_eq!(results.count(), 2);
    // An order that has its card by the other way is not made out a second time.
    merchant.carded("A-2", NUMBER).await;
    let mut second = body.clone();
    second["invoiceinfo"]["ddh"] = json!("A-2");
    second["invoiceinfo"]["fpqqlsh"] = json!("DEMO01202601010004");
    refused(&merchant.post(make, second).await, 73108, "has its card");
    let cards = merchant.control("/sandbox/cards?order_id=A-2").await;
    assert_eq!(cards["cards"].as_array().unwrap().len(), 1, "{cards}");
    merchant.settings(json!({"unified_calls": false})).await;
    refused(&merchant.post(make, body).await, 48001, "");
}

#[tokio::test]
async fn a_unified_request_under_way_at_a_stop_is_done_after_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let config = || SandboxConfig {
        accounts: accounts(),
        state_file: Some(folder.path().join("wechat.jsonl")),
        ..SandboxConfig::default()
    };
    let mut stage = stage_with(config()).await;
    stage.merchant.authorised("A-1").await;
    let ledger = stage.merchant.control("/sandbox/ledger").await;
    let body = json!({"invoiceinfo": {
        "wxopenid": ledger["pushes"][0]["from"], "ddh": "A-1", "fpqqlsh": "DEMO01202601010001",
        "nsrsbh": "91440300MADEMO0001", "nsrmc": "Demo Seller Ltd", "nsrdz": "Demo Road 1",
        "nsrdh": "075500000000", "nsrbank": "Demo Bank", "nsrbankid": "6222",
        "ghfmc": "Demo Buyer", "kpr": "A", "jshj": "113.00", "hjje": "100.00", "hjse": "13.00",
        "hylx": "0", "invoicedetail_list": [{"fphxz": "0", "spbm": "1090000000000000000",
            "xmmc": "Demo item", "xmsl": "1", "xmdj": "100.00", "xmje": "100.00", "sl": "0.13",
            "se": "13.00"}]}});
    stage
        .merchant
        .settings(json!({"unified_takes_ms": 60_000}))
        .await;
    let made = stage
        .merchant
        .post("/card/invoice/makeoutinvoice", body)
        .await;
    assert_eq!(made["errcode"], 0, "{made}");
    let query = json!({"fpqqlsh": "DEMO01202601010001", "nsrsbh": "91440300MADEMO0001"});
    let path = "/card/invoice/queryinvoceinfo";
    refused(&stage.merchant.post(path, query.clone()).await, 73107, "");
    stage.running.stop().await;

    let again = Sandbox::start(config()).await.unwrap();
    stage.merchant.base = again.base_url().to_owned();
    let found = stage.merchant.post(path, query).await;
    assert_eq!(found["errcode"], 0, "{found}");
    let cards = stage.merchant.control("/sandbox/cards?order_id=A-1").await;
    assert_eq!(cards["cards"].as_array().unwrap().len(), 1, "{cards}");
    again.stop().await;
}
