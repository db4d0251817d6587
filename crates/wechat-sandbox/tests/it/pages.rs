//! The authorisation page and the phone, by form posts as a browser without script sends them.

use serde_json::{Value, json};

use crate::scene::{Merchant, NUMBER, refused, stage};

async fn open(merchant: &Merchant, url: &str) -> (u16, String) {
    let answer = merchant.http.get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn submit(merchant: &Merchant, url: &str, form: &[(&str, &str)]) -> reqwest::Response {
    merchant.http.post(url).form(form).send().await.unwrap()
}

fn location(answer: &reqwest::Response) -> String {
    assert_eq!(answer.status(), 303);
    answer.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_company_fills_the_page_and_goes_back_to_the_shop() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let mut body = merchant.page_request("A-1");
    body["redirect_url"] = json!("https://shop.example.com/orders/7?from=wechat");
    let answer = merchant.post("/card/invoice/getauthurl", body).await;
    let url = answer["auth_url"].as_str().unwrap();
    let page = merchant.http.get(url).send().await.unwrap();
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert!(
        policy.contains("form-action 'self' https://shop.example.com"),
        "{policy}"
    );
    let html = page.text().await.unwrap();
    assert!(html.contains("¥113.00") && html.contains("company_tax_no"));
    assert!(!html.contains("<script") && !html.contains("style=\""));
    let form = [
        ("kind", "company"),
        ("company_title", "深圳市演示有限公司 "),
        ("company_tax_no", "91440300MADEMO0001"),
        ("act", "authorise"),
    ];
    let sent = submit(merchant, url, &form).await;
    assert_eq!(
        location(&sent),
        "https://shop.example.com/orders/7?from=wechat"
    );
    let query = json!({"s_pappid": merchant.s_pappid, "order_id": "A-1"});
    let data = merchant.post("/card/invoice/getauthdata", query).await;
    let biz = &data["user_auth_info"]["biz_field"];
    assert_eq!(biz["title"], "深圳市演示有限公司 ", "as typed: {data}");
    assert_eq!(biz["tax_no"], "91440300MADEMO0001");
    // Pressed twice, nothing happens twice; opened again, the page says where things stand.
    assert_eq!(submit(merchant, url, &form).await.status(), 200);
    let (status, html) = open(merchant, url).await;
    assert_eq!(status, 200);
    assert!(html.contains("已提交开票申请"));
    let ledger = merchant.control("/sandbox/ledger").await;
    assert_eq!(ledger["pushes"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_page_asks_for_what_was_set_and_keeps_what_was_typed() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let fields = json!({"auth_field": {
        "user_field": {"show_title": 1, "show_email": 1, "require_email": 1},
        "biz_field": {"show_title": 1, "show_tax_no": 1, "require_tax_no": 1, "show_addr": 1,
            "custom_field": [{"key": "部门", "is_require": 1, "notice": "你的部门"}]},
    }});
    merchant
        .post("/card/invoice/setbizattr?action=set_auth_field", fields)
        .await;
    let url = merchant.auth_url("A-1").await;
    let (_, html) = open(merchant, &url).await;
    assert!(html.contains("person_email") && html.contains("你的部门"));
    assert!(!html.contains("person_phone") && !html.contains("company_bank_no"));
    let form = [
        ("kind", "company"),
        ("company_title", "演示公司"),
        ("company_tax_no", "91440300MADEMO0001"),
        ("company_addr", "演示路 1 号"),
        ("act", "authorise"),
    ];
    let answer = submit(merchant, &url, &form).await;
    assert_eq!(answer.status(), 422);
    let html = answer.text().await.unwrap();
    assert!(html.contains("请填写：部门") && html.contains("演示路 1 号"));
    let mut complete = form.to_vec();
    complete.push(("company_custom_3", "研发"));
    // Without a redirect_url the page itself says what happens next.
    let next = location(&submit(merchant, &url, &complete).await);
    let (_, html) = open(merchant, &format!("{}{next}", merchant.base)).await;
    assert!(html.contains("已提交开票申请"));
    let query = json!({"s_pappid": merchant.s_pappid, "order_id": "A-1"});
    let data = merchant.post("/card/invoice/getauthdata", query).await;
    assert_eq!(
        data["user_auth_info"]["biz_field"]["custom_field"],
        json!([{"key": "部门", "value": "研发"}])
    );
}

#[tokio::test]
async fn types_0_and_2_ask_for_no_title() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    for (page_type, word) in [(0, "授权开票"), (2, "领取发票")] {
        let order = format!("T-{page_type}");
        let mut body = merchant.page_request(&order);
        body["type"] = json!(page_type);
        let answer = merchant.post("/card/invoice/getauthurl", body).await;
        let url = answer["auth_url"].as_str().unwrap();
        let (_, html) = open(merchant, url).await;
        assert!(html.contains(word) && !html.contains("person_title"));
        location(&submit(merchant, url, &[("act", "authorise")]).await);
        let query = json!({"s_pappid": merchant.s_pappid, "order_id": order});
        let data = merchant.post("/card/invoice/getauthdata", query).await;
        assert_eq!(data["invoice_status"], "auth success");
        assert!(data.get("user_auth_info").is_none(), "{data}");
    }
}

#[tokio::test]
async fn refusing_is_told_and_a_new_page_may_be_asked_for() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let url = merchant.auth_url("A-1").await;
    location(&submit(merchant, &url, &[("act", "refuse")]).await);
    let (_, html) = open(merchant, &url).await;
    assert!(html.contains("已取消"));
    let ledger = merchant.control("/sandbox/ledger").await;
    let members = &ledger["pushes"][0]["members"];
    assert_eq!(
        (&members["SuccOrderId"], &members["FailOrderId"]),
        (&json!(""), &json!("A-1"))
    );
    let again = merchant.auth_url("A-1").await;
    let (_, html) = open(merchant, &again).await;
    assert!(html.contains("授权开票"));
}

#[tokio::test]
async fn forged_and_expired_links_open_nothing() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let url = merchant.auth_url("A-1").await;
    let forged = url.replace("orderid=A-1", "orderid=A-2");
    assert_eq!(open(merchant, &forged).await.0, 404);
    assert_eq!(open(merchant, &url[..url.len() - 3]).await.0, 404);
    merchant.advance(7200).await;
    assert_eq!(open(merchant, &url).await.0, 410);
    assert_eq!(
        submit(merchant, &url, &[("act", "authorise")])
            .await
            .status(),
        410
    );
}

#[tokio::test]
async fn the_wallet_shows_the_card_with_its_file_and_moves_it() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let (body, answer) = merchant.carded("A-1", NUMBER).await;
    let code = answer["code"].as_str().unwrap();
    let (_, html) = open(merchant, &format!("{}/phone", merchant.base)).await;
    assert!(html.contains(&format!("/phone/cards/{code}")) && html.contains("¥113.00"));
    let card = format!("{}/phone/cards/{code}", merchant.base);
    let (_, html) = open(merchant, &card).await;
    for words in [
        NUMBER,
        "Demo item",
        "深圳市示例商贸有限公司",
        "可报销",
        "file.pdf",
    ] {
        assert!(html.contains(words), "{words}");
    }
    let file = merchant
        .http
        .get(format!("{card}/file.pdf"))
        .send()
        .await
        .unwrap();
    assert_eq!(file.headers()["content-type"], "application/pdf");
    assert!(file.bytes().await.unwrap().starts_with(b"%PDF-"));
    assert_eq!(open(merchant, &format!("{card}/trip.pdf")).await.0, 404);
    let press = |status: &'static str| {
        let url = format!("{card}/status");
        async move {
            submit(merchant, &url, &[("status", status)])
                .await
                .status()
                .as_u16()
        }
    };
    assert_eq!(press("close").await, 409, "not without a lock");
    assert_eq!(press("lock").await, 303);
    let cancel = json!({"card_id": body["card_id"], "code": code, "reimburse_status": "INVOICE_REIMBURSE_CANCEL"});
    let path = "/card/invoice/platform/updatestatus";
    refused(&merchant.post(path, cancel.clone()).await, 72023, "");
    assert_eq!(press("unlock").await, 303);
    assert_eq!(press("lock").await, 303);
    assert_eq!(press("close").await, 303);
    refused(&merchant.post(path, cancel).await, 72061, "");
    let (_, html) = open(merchant, &card).await;
    assert!(html.contains("已报销"));
}

/// What a person reads on a page: no tags, no styles, nothing that is a value of the interface.
fn read_by_people(html: &str) -> String {
    let body = html.split("<body>").nth(1).unwrap_or(html);
    let body = body.split("<details").next().unwrap();
    let mut text = String::new();
    for piece in body.split('<').skip(1) {
        text.push_str(piece.split_once('>').map_or("", |it| it.1));
        text.push(' ');
    }
    text
}

#[tokio::test]
async fn the_phone_speaks_chinese_throughout() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let base = stage.running.base_url();
    let url = merchant.auth_url("A-1").await;
    let mut pages = vec![url.clone(), format!("{url}x")];
    pages.extend(
        [
            "",
            "/scan",
            "/title",
            "/title?kind=person",
            "?buyer=nobody",
            "/cards/0",
        ]
        .map(|path| format!("{base}/phone{path}")),
    );
    for page in &pages {
        let (_, html) = open(merchant, page).await;
        assert!(html.contains("lang=\"zh-CN\""), "{page}: {html}");
        let text = read_by_people(&html);
        // Two words of Latin letters in a row are a sentence; names of interfaces stand alone.
        let words: Vec<&str> = text
            .split([' ', '\n'])
            .filter(|it| !it.is_empty())
            .collect();
        let is_word = |it: &str| it.len() > 1 && it.bytes().all(|byte| byte.is_ascii_alphabetic());
        let sentence = words
            .windows(2)
            .find(|pair| is_word(pair[0]) && is_word(pair[1]));
        assert_eq!(sentence, None, "{page}: {text}");
    }
    merchant.authorise("A-1").await;
    let (_, html) = open(merchant, &url).await;
    assert!(
        html.contains("已提交开票申请") && !html.contains("Authorised"),
        "{html}"
    );
}

#[tokio::test]
async fn every_buyer_has_a_phone_of_their_own() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let chosen = merchant
        .http
        .get(format!("{}/phone?buyer=lihua", merchant.base))
        .send()
        .await
        .unwrap();
    let cookie = chosen.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let url = merchant.auth_url("A-1").await;
    let form = [
        ("act", "authorise"),
        ("kind", "person"),
        ("person_title", "李华"),
    ];
    let request = merchant
        .http
        .post(&url)
        .header("cookie", &cookie)
        .form(&form);
    assert_eq!(request.send().await.unwrap().status(), 303);
    let (card, media) = (merchant.template().await, merchant.pdf_with(NUMBER).await);
    let body = merchant.insert_body("A-1", &card, &media, NUMBER);
    assert_eq!(merchant.insert(body).await["errcode"], 0);
    let phone = format!("{}/phone", merchant.base);
    assert!(open(merchant, &phone).await.1.contains("卡包里还没有发票"));
    let hers = merchant
        .http
        .get(&phone)
        .header("cookie", &cookie)
        .send()
        .await
        .unwrap();
    assert!(hers.text().await.unwrap().contains("¥113.00"));
    let nobody = format!("{phone}?buyer=nobody");
    assert_eq!(open(merchant, &nobody).await.0, 404);
}

#[tokio::test]
async fn the_scanner_opens_links_and_mini_program_paths_only() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let scan = |text: &str| {
        let query = url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        merchant
            .http
            .get(format!("{}/phone/scan?url={query}", merchant.base))
            .send()
    };
    let answer = scan("https://shop.example.com/o/abc").await.unwrap();
    assert_eq!(location(&answer), "https://shop.example.com/o/abc");
    let answer = scan("pages/authinvoice/index?a=1").await.unwrap();
    assert_eq!(location(&answer), "/authinvoice?a=1");
    assert_eq!(scan("javascript:alert(1)").await.unwrap().status(), 422);
    assert_eq!(scan("").await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_rejection_reaches_the_phone_with_its_reason() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    merchant.authorised("A-1").await;
    let body = json!({"s_pappid": merchant.s_pappid, "order_id": "A-1",
        "reason": "<b>税号</b>有误", "url": "https://shop.example.com/retry"});
    merchant.post("/card/invoice/rejectinsert", body).await;
    let (_, html) = open(merchant, &format!("{}/phone", merchant.base)).await;
    assert!(html.contains("税号") && html.contains("https://shop.example.com/retry"));
    assert!(
        !html.contains("<b>税号</b>"),
        "what merchants write is text"
    );
}

#[tokio::test]
async fn a_payment_receipt_leads_to_a_page_whose_order_id_wechat_chose() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let pay = json!({"mchid": "1900000001", "money": 5_000});
    let early = merchant
        .control_post("/sandbox/payments", pay.clone())
        .await;
    assert_eq!(early["status"], 409, "{early}");
    let link = json!({"paymch_info": {"mchid": "1900000001", "s_pappid": merchant.s_pappid}});
    merchant
        .post("/card/invoice/setbizattr?action=set_pay_mch", link)
        .await;
    let paid = merchant.control_post("/sandbox/payments", pay).await;
    let order_id = paid["order"]["order_id"].as_str().unwrap();
    assert_eq!(order_id.len(), 28);
    let (_, html) = open(merchant, &format!("{}/phone", merchant.base)).await;
    assert!(html.contains("微信支付凭证") && html.contains(order_id));
    let url = paid["order"]["page_url"].as_str().unwrap();
    let form = [
        ("act", "authorise"),
        ("kind", "person"),
        ("person_title", "王小明"),
    ];
    location(&submit(merchant, url, &form).await);
    let query = json!({"s_pappid": merchant.s_pappid, "order_id": order_id});
    let data = merchant.post("/card/invoice/getauthdata", query).await;
    assert_eq!(
        data["user_auth_info"]["user_field"]["title"], "王小明",
        "{data}"
    );
}

#[tokio::test]
async fn the_console_shows_all_of_it_without_secrets() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    merchant.carded("A-1", NUMBER).await;
    merchant
        .control_post(
            "/sandbox/faults",
            json!({"path": "/card/*", "kind": "delay", "value": 1}),
        )
        .await;
    let (status, html) = open(merchant, &format!("{}/", merchant.base)).await;
    assert_eq!(status, 200);
    for words in [
        "A-1",
        NUMBER,
        "user_authorize_invoice",
        "/card/invoice/insert",
        "delay 1",
    ] {
        assert!(html.contains(words), "{words}");
    }
    let state: Value = merchant.control("/sandbox/state").await;
    assert_eq!(state["counts"]["cards"], 1);
    for secret in [
        crate::scene::SECRET,
        merchant.token.as_str(),
        merchant.ticket.as_str(),
    ] {
        assert!(!html.contains(secret) && !state.to_string().contains(secret));
    }
}
