//! The merchant's calls, settings of the page, templates, files.

use serde_json::{Value, json};

use crate::scene::{Merchant, refused, stage};

const AUTH_URL: &str = "/card/invoice/getauthurl";
const BIZ: &str = "/card/invoice/setbizattr";

#[tokio::test]
async fn without_a_contact_there_is_no_page() {
    let stage = stage().await;
    let fresh = Merchant::sign_in(
        stage.running.base_url(),
        "wx000000merchant00",
        "merchant-secret",
    )
    .await;
    let mut body = fresh.page_request("A-1");
    body["s_pappid"] = json!(stage.merchant.s_pappid);
    refused(&fresh.post(AUTH_URL, body.clone()).await, 72063, "");
    refused(
        &fresh
            .post(&format!("{BIZ}?action=get_contact"), json!({}))
            .await,
        72063,
        "",
    );
    fresh.set_contact().await;
    assert_eq!(fresh.post(AUTH_URL, body).await["errcode"], 0);
    // An account that is no platform has no s_pappid of its own.
    refused(
        &fresh.post("/card/invoice/seturl", json!({})).await,
        72015,
        "",
    );
}

#[tokio::test]
async fn only_the_callers_own_card_ticket_opens_a_page() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let other = Merchant::sign_in(
        stage.running.base_url(),
        "wx0000000000other0",
        "other-secret",
    )
    .await;
    let js = merchant.get("/cgi-bin/ticket/getticket?type=jsapi").await;
    for (ticket, hint) in [
        ("made-up", "ticket is unknown"),
        (js["ticket"].as_str().unwrap(), "jsapi"),
        (other.ticket.as_str(), "another appid"),
        (merchant.token.as_str(), "access_token"),
    ] {
        let mut body = merchant.page_request("A-1");
        body["ticket"] = json!(ticket);
        refused(&merchant.post(AUTH_URL, body).await, 72031, hint);
    }
}

#[tokio::test]
async fn wrong_members_of_a_page_request_are_named() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    for (member, value, hint) in [
        ("money", json!("11300"), "money must be an integer"),
        ("money", json!(113.5), "money must be an integer"),
        ("timestamp", json!(1_767_225_600_000_i64), "timestamp"),
        ("type", json!("1"), "type must be an integer"),
        ("type", json!(3), "type must be 0, 1 or 2"),
        ("source", json!("h5"), "source must be one of"),
        ("redirect_url", json!("javascript:alert(1)"), "redirect_url"),
        ("s_pappid", json!("d3gx"), "s_pappid is unknown"),
        ("order_id", json!(""), "order_id is empty"),
        ("order_id", json!(1234), "order_id must be a string"),
    ] {
        let mut body = merchant.page_request("A-1");
        body[member] = value;
        refused(&merchant.post(AUTH_URL, body).await, 72031, hint);
    }
}

#[tokio::test]
async fn a_mini_program_gets_a_path_and_an_appid() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let mut body = merchant.page_request("A-1");
    body["source"] = json!("wxa");
    let answer = merchant.post(AUTH_URL, body).await;
    let path = answer["auth_url"].as_str().unwrap();
    assert!(path.starts_with("pages/"), "{answer}");
    assert!(answer["appid"].as_str().unwrap().starts_with("wx"));
    let page = merchant
        .http
        .get(format!("{}/{path}", merchant.base))
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 200);
}

#[tokio::test]
async fn what_the_buyer_filled_in_is_told_to_the_merchant_only() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    merchant.auth_url("A-1").await;
    let query = json!({"s_pappid": merchant.s_pappid, "order_id": "A-1"});
    let path = "/card/invoice/getauthdata";
    let before = merchant.post(path, query.clone()).await;
    assert_eq!(before["invoice_status"], "never auth");
    assert!(before.get("auth_time").is_none());
    merchant.authorise("A-1").await;
    let after = merchant.post(path, query.clone()).await;
    assert_eq!(after["invoice_status"], "auth success");
    assert_eq!(
        after["user_auth_info"]["biz_field"]["tax_no"], "91440300MADEMO0001",
        "{after}"
    );
    let mut wrong = query.clone();
    wrong["order_id"] = json!("A-2");
    refused(&merchant.post(path, wrong).await, 72038, "");
    let other = Merchant::sign_in(
        stage.running.base_url(),
        "wx0000000000other0",
        "other-secret",
    )
    .await;
    refused(&other.post(path, query.clone()).await, 72038, "");
    let mut foreign = query;
    foreign["s_pappid"] = json!(other.s_pappid);
    refused(
        &merchant.post(path, foreign).await,
        72038,
        "another s_pappid",
    );
    // A second page for an authorised order shows where it stands; nothing is asked again.
    merchant.auth_url("A-1").await;
}

#[tokio::test]
async fn rejecting_needs_an_authorisation_and_a_reason() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    merchant.auth_url("A-1").await;
    let path = "/card/invoice/rejectinsert";
    let body = json!({"s_pappid": merchant.s_pappid, "order_id": "A-1", "reason": "退款"});
    refused(&merchant.post(path, body.clone()).await, 72038, "");
    merchant.authorise("A-1").await;
    let mut silent = body.clone();
    silent.as_object_mut().unwrap().remove("reason");
    refused(&merchant.post(path, silent).await, 72031, "reason is empty");
    assert_eq!(merchant.post(path, body).await["errcode"], 0);
}

#[tokio::test]
async fn the_six_actions_keep_what_they_are_given() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let action = |name: &str| format!("{BIZ}?action={name}");
    refused(
        &merchant.post(&action("get_auth_field"), json!({})).await,
        72029,
        "",
    );
    refused(
        &merchant.post(&action("get_pay_mch"), json!({})).await,
        72028,
        "",
    );
    refused(
        &merchant.post(&action("set_everything"), json!({})).await,
        72027,
        "",
    );
    let fields = json!({"auth_field": {
        "user_field": {"show_title": 1, "show_email": 1, "require_email": 1},
        "biz_field": {"show_title": 1, "show_tax_no": 1,
            "custom_field": [{"key": "部门", "is_require": 1, "notice": "你的部门"}]},
    }});
    assert_eq!(
        merchant.post(&action("set_auth_field"), fields).await["errcode"],
        0
    );
    let got = merchant.post(&action("get_auth_field"), json!({})).await;
    assert_eq!(got["auth_field"]["user_field"]["show_email"], 1, "{got}");
    assert_eq!(
        got["auth_field"]["biz_field"]["custom_field"][0]["key"],
        "部门"
    );
    let wrong = json!({"auth_field": {"user_field": {"show_title": true}, "biz_field": {}}});
    refused(
        &merchant.post(&action("set_auth_field"), wrong).await,
        72031,
        "show_title",
    );
    let long = json!({"auth_field": {"user_field": {"custom_field": [{"key": "太长的键名字"}]}, "biz_field": {}}});
    refused(
        &merchant.post(&action("set_auth_field"), long).await,
        45021,
        "custom_field",
    );
    let link = json!({"paymch_info": {"mchid": "1900000001", "s_pappid": merchant.s_pappid}});
    assert_eq!(
        merchant.post(&action("set_pay_mch"), link.clone()).await["errcode"],
        0
    );
    assert_eq!(
        merchant.post(&action("get_pay_mch"), json!({})).await["paymch_info"],
        link["paymch_info"]
    );
    let bad = json!({"paymch_info": {"mchid": "12", "s_pappid": merchant.s_pappid}});
    refused(&merchant.post(&action("set_pay_mch"), bad).await, 72030, "");
    assert_eq!(
        merchant.post(&action("get_contact"), json!({})).await["contact"],
        json!({"phone": "075500000000", "time_out": 259_200})
    );
    let text = json!({"contact": {"phone": "1", "time_out": "60"}});
    refused(
        &merchant.post(&action("set_contact"), text).await,
        72031,
        "contact.time_out",
    );
}

#[tokio::test]
async fn a_template_is_checked_and_made_anew_each_time() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    assert_ne!(merchant.template().await, merchant.template().await);
    let path = "/card/invoice/platform/createcard";
    let good = json!({"invoice_info": {
        "base_info": {"logo_url": "https://mmbiz.qpic.cn/demo/logo.png", "title": "示例小店",
            "custom_url_name": "查看订单", "custom_url": "https://shop.example.com/card"},
        "payee": "深圳市示例商贸有限公司", "type": "电子发票(普通发票)"}});
    let with = |pointer: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    for (pointer, value, code, hint) in [
        ("/invoice_info/payee", json!(""), 72031, "payee is empty"),
        (
            "/invoice_info/base_info/title",
            json!("一二三四五六七八九十"),
            45021,
            "title",
        ),
        (
            "/invoice_info/base_info/custom_url_name",
            json!("查看订单详情"),
            45021,
            "custom_url_name",
        ),
        (
            "/invoice_info/base_info/custom_url",
            json!("ftp://x"),
            72031,
            "custom_url",
        ),
        (
            "/invoice_info/base_info/logo_url",
            json!("https://cdn.example.com/l.png"),
            40141,
            "logo",
        ),
        (
            "/invoice_info",
            json!("text"),
            72031,
            "invoice_info must be an object",
        ),
    ] {
        refused(&merchant.post(path, with(pointer, value)).await, code, hint);
    }
    let plain = Merchant::sign_in(
        stage.running.base_url(),
        "wx000000merchant00",
        "merchant-secret",
    )
    .await;
    refused(&plain.post(path, good).await, 72015, "");
}

#[tokio::test]
async fn logos_are_pictures_of_limited_size_and_come_back() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let path = "/cgi-bin/media/uploadimg";
    let png = b"\x89PNG\r\n\x1a\nrest".to_vec();
    let answer = merchant
        .upload(path, "media", Some("logo.png"), png.clone())
        .await;
    assert!(answer.get("errcode").is_none(), "{answer}");
    let back = merchant
        .http
        .get(answer["url"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(back.headers()["content-type"], "image/png");
    assert_eq!(back.bytes().await.unwrap(), png);
    refused(
        &merchant
            .upload(path, "media", Some("a.gif"), b"GIF89a".to_vec())
            .await,
        40005,
        "PNG",
    );
    let mut large = png.clone();
    large.resize(1024 * 1024 + 1, 0);
    refused(
        &merchant.upload(path, "media", Some("a.png"), large).await,
        40009,
        "",
    );
    refused(
        &merchant
            .upload(path, "picture", Some("a.png"), png.clone())
            .await,
        47001,
        "picture",
    );
    let permanent = merchant.upload(
        "/cgi-bin/material/add_material?type=image",
        "media",
        Some("a.png"),
        png,
    );
    assert!(permanent.await["media_id"].is_string());
}

#[tokio::test]
async fn a_file_goes_up_under_the_right_name_and_comes_down_by_its_link() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let path = "/card/invoice/platform/setpdf";
    refused(
        &merchant.upload(path, "media", Some("a.pdf"), vec![1]).await,
        47001,
        "media",
    );
    refused(
        &merchant.upload(path, "pdf", None, vec![1]).await,
        40005,
        "filename",
    );
    refused(
        &merchant.upload(path, "pdf", Some("a.txt"), vec![1]).await,
        40005,
        ".pdf",
    );
    refused(
        &merchant.upload(path, "pdf", Some("a.pdf"), vec![]).await,
        41005,
        "empty",
    );
    merchant.settings(json!({"max_pdf_bytes": 1000})).await;
    refused(
        &merchant
            .upload(path, "pdf", Some("a.pdf"), vec![0; 1001])
            .await,
        40009,
        "1000",
    );
    // What is in it is not looked at here.
    let mut bytes: Vec<u8> = (0..=255).collect();
    bytes.extend_from_slice(b"\r\n--not the boundary\r\n\r\n");
    let id = merchant.media(bytes.clone()).await;
    assert!(id.parse::<u64>().is_ok());
    let get = "/card/invoice/platform/getpdf";
    refused(
        &merchant.post(get, json!({"s_media_id": id})).await,
        72027,
        "",
    );
    let answer = merchant
        .post(&format!("{get}?action=get_url"), json!({"s_media_id": id}))
        .await;
    assert_eq!(answer["pdf_url_expire_time"], 7200);
    let url = answer["pdf_url"].as_str().unwrap();
    assert_eq!(
        merchant
            .http
            .get(url)
            .send()
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap(),
        bytes
    );
    let cut = &url[..url.len() - 1];
    let dead: Value = merchant
        .http
        .get(cut)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(dead["ret"], 2);
    merchant.advance(7200).await;
    let dead: Value = merchant
        .http
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(dead["ret"], 7);
}

#[tokio::test]
async fn a_chunked_upload_is_not_read() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let url = format!(
        "{}/card/invoice/platform/setpdf?access_token={}",
        merchant.base, merchant.token
    );
    let host = merchant.base.strip_prefix("http://").unwrap();
    let path = url.strip_prefix(&merchant.base).unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         content-type: multipart/form-data; boundary=B\r\ntransfer-encoding: chunked\r\n\r\n\
         5\r\n--B--\r\n0\r\n\r\n"
    );
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("\"errcode\":41005"), "{answer}");
}

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
    merchant.settings(json!({"unified_calls": false})).await;
    refused(&merchant.post(make, body).await, 48001, "");
}
