//! One test for each way an insert is refused.

use serde_json::{Value, json};
use wechat_sandbox::SandboxConfig;

use crate::pdf_samples;
use crate::scene::{Merchant, NUMBER, Stage, accounts, refused, stage};

/// A stage with an authorised order `A-1` and a body that would be accepted for it.
async fn ready() -> (Stage, Value) {
    let stage = stage().await;
    let merchant = &stage.merchant;
    merchant.authorised("A-1").await;
    let (card, media) = (merchant.template().await, merchant.pdf_with(NUMBER).await);
    let body = merchant.insert_body("A-1", &card, &media, NUMBER);
    (stage, body)
}

fn data(body: &mut Value) -> &mut Value {
    &mut body["card_ext"]["user_card"]["invoice_user_data"]
}

#[tokio::test]
async fn an_authorised_order_becomes_a_card() {
    let (stage, body) = ready().await;
    let answer = stage.merchant.insert(body).await;
    assert_eq!(answer["errcode"], 0, "{answer}");
    assert_eq!(answer["code"].as_str().unwrap().len(), 12);
    assert_eq!(answer["openid"].as_str().unwrap().len(), 28);
    let ledger = stage.merchant.control("/sandbox/ledger?order_id=A-1").await;
    let insert = &ledger["inserts"][0];
    assert_eq!(insert["billing_no"], NUMBER);
    assert_eq!(
        (&insert["fee"], &insert["tax"]),
        (&json!(11_300), &json!(1_300))
    );
    assert_eq!(insert["code"], answer["code"]);
    assert_eq!(insert["pdf_sha256"].as_str().unwrap().len(), 64);
}

#[tokio::test]
async fn the_order_id_is_good_for_one_card_only_even_after_the_card_was_cancelled() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let (body, answer) = merchant.carded("A-1", NUMBER).await;
    refused(&merchant.insert(body.clone()).await, 72056, "");
    let cancel = json!({
        "card_id": body["card_id"], "code": answer["code"],
        "reimburse_status": "INVOICE_REIMBURSE_CANCEL",
    });
    let path = "/card/invoice/platform/updatestatus";
    assert_eq!(merchant.post(path, cancel.clone()).await["errcode"], 0);
    refused(&merchant.insert(body).await, 72056, "");
    refused(&merchant.post(path, cancel).await, 72060, "");
    let again = merchant
        .post("/card/invoice/getauthurl", merchant.page_request("A-1"))
        .await;
    refused(&again, 72056, "");
}

#[tokio::test]
async fn the_same_invoice_does_not_go_into_a_second_card() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let (body, _) = merchant.carded("A-1", NUMBER).await;
    merchant.authorised("A-2").await;
    let mut second = body;
    second["order_id"] = json!("A-2");
    refused(&merchant.insert(second).await, 72042, "A-1");
}

#[tokio::test]
async fn an_order_nobody_authorised_is_refused() {
    let (stage, mut body) = ready().await;
    let merchant = &stage.merchant;
    merchant.auth_url("A-2").await;
    body["order_id"] = json!("A-2");
    refused(&merchant.insert(body.clone()).await, 72038, "not confirmed");
    merchant
        .control_post("/sandbox/orders/A-2/refuse", json!({}))
        .await;
    refused(&merchant.insert(body.clone()).await, 72038, "refused");
    body["order_id"] = json!("unknown");
    refused(
        &merchant.insert(body).await,
        72038,
        "do not belong together",
    );
}

#[tokio::test]
async fn a_rejected_order_is_burnt() {
    let (stage, body) = ready().await;
    let merchant = &stage.merchant;
    let reject = json!({"s_pappid": merchant.s_pappid, "order_id": "A-1", "reason": "税号有误"});
    let path = "/card/invoice/rejectinsert";
    assert_eq!(merchant.post(path, reject.clone()).await["errcode"], 0);
    refused(&merchant.insert(body).await, 72035, "");
    refused(&merchant.post(path, reject).await, 72035, "");
    let again = merchant
        .post("/card/invoice/getauthurl", merchant.page_request("A-1"))
        .await;
    refused(&again, 72035, "");
    let query = json!({"s_pappid": merchant.s_pappid, "order_id": "A-1"});
    let state = merchant.post("/card/invoice/getauthdata", query).await;
    assert_eq!(state["invoice_status"], "reject insert");
}

#[tokio::test]
async fn appid_platform_and_account_have_to_belong_together() {
    let (stage, body) = ready().await;
    let base = stage.running.base_url();
    let mut wrong = body.clone();
    wrong["appid"] = json!("wx000000merchant00");
    refused(
        &stage.merchant.insert(wrong.clone()).await,
        72038,
        "do not belong together",
    );
    wrong["appid"] = json!(stage.merchant.s_pappid);
    refused(&stage.merchant.insert(wrong).await, 72031, "s_pappid");
    // Another platform: its own template, and still not its order.
    let other = Merchant::sign_in(base, "wx0000000000other0", "other-secret").await;
    let mut foreign = body.clone();
    refused(
        &other.insert(foreign.clone()).await,
        40073,
        "another account",
    );
    foreign["card_id"] = json!(other.template().await);
    refused(&other.insert(foreign).await, 72038, "another platform");
    // An account without the platform permission.
    let plain = Merchant::sign_in(base, "wx000000merchant00", "merchant-secret").await;
    refused(&plain.insert(body).await, 72015, "");
}

#[tokio::test]
async fn an_unknown_template_is_refused() {
    let (stage, mut body) = ready().await;
    body["card_id"] = json!("pUNKNOWN");
    refused(&stage.merchant.insert(body).await, 40073, "unknown");
}

#[tokio::test]
async fn a_fresh_template_has_to_ripen_when_the_sandbox_is_set_so() {
    let (stage, body) = ready().await;
    stage
        .merchant
        .settings(json!({"template_ready_after_secs": 300}))
        .await;
    refused(&stage.merchant.insert(body.clone()).await, 40078, "fresh");
    stage.merchant.advance(300).await;
    assert_eq!(stage.merchant.insert(body).await["errcode"], 0);
}

#[tokio::test]
async fn wrong_types_and_missing_members_are_named() {
    let (stage, body) = ready().await;
    let merchant = &stage.merchant;
    for (member, value, hint) in [
        (
            "fee",
            json!("11300"),
            "fee must be an integer, not a string",
        ),
        (
            "fee",
            json!(113.0),
            "fee must be an integer, not a decimal number",
        ),
        ("fee", json!(-1), "fee must not be negative"),
        ("tax", json!(null), "tax must be an integer, not null"),
        (
            "billing_time",
            json!("1767225900"),
            "billing_time must be an integer",
        ),
        (
            "billing_time",
            json!(1_767_225_900_000_i64),
            "billing_time must be Unix seconds",
        ),
        ("title", json!(7), "title must be a string"),
        ("title", json!(" "), "title is empty"),
        ("billing_no", json!(""), "billing_no is empty"),
        (
            "info",
            json!([{"name": "x", "num": 1.5, "price": 1}]),
            "info[0].num",
        ),
        (
            "info",
            json!([{"name": "x", "num": 1}]),
            "info[0].price is empty",
        ),
        (
            "s_pdf_media_id",
            json!(9),
            "s_pdf_media_id must be a string",
        ),
    ] {
        let mut wrong = body.clone();
        data(&mut wrong)[member] = value;
        refused(&merchant.insert(wrong).await, 72031, hint);
    }
    let mut text = body.clone();
    text["card_ext"] = json!(body["card_ext"].to_string());
    refused(
        &merchant.insert(text).await,
        72031,
        "card_ext must be an object, not a string",
    );
    let mut flat = body.clone();
    flat["card_ext"]["user_card"] = body["card_ext"]["user_card"]["invoice_user_data"].clone();
    refused(&merchant.insert(flat).await, 72031, "fee is empty");
    let path = "/card/invoice/insert";
    refused(
        &merchant.post_raw(path, "{\"order_id\":\"A-1\",}").await,
        47001,
        "",
    );
    refused(&merchant.post_raw(path, "").await, 44002, "");
    let escaped = body.to_string().replace("Demo item", "\\u53d1");
    refused(&merchant.post_raw(path, &escaped).await, 40033, "");
    // None of it has used the order up.
    assert_eq!(merchant.insert(body).await["errcode"], 0);
}

#[tokio::test]
async fn code_and_number_have_to_look_like_an_invoice() {
    let (stage, body) = ready().await;
    let merchant = &stage.merchant;
    for (no, code, errcode) in [
        ("2699900000000000000X", "", 72041),
        (NUMBER, "04400000", 72041),
        ("123", "", 72043),
        ("044000000001", "1000001", 72043),
        ("044000000001", "10000001", 72045),
    ] {
        let mut wrong = body.clone();
        data(&mut wrong)["billing_no"] = json!(no);
        data(&mut wrong)["billing_code"] = json!(code);
        refused(&merchant.insert(wrong).await, errcode, "");
    }
}

#[tokio::test]
async fn the_mappings_of_code_and_number_are_settings() {
    let (stage, mut body) = ready().await;
    let merchant = &stage.merchant;
    let media = merchant
        .media(pdf_samples::in_form("(044000000001 No 10000001) Tj"))
        .await;
    data(&mut body)["s_pdf_media_id"] = json!(media);
    data(&mut body)["billing_no"] = json!("10000001");
    data(&mut body)["billing_code"] = json!("044000000001");
    data(&mut body)["check_code"] = json!("00000000000000000001");
    merchant
        .settings(json!({"classic_mapping": "code_in_billing_no"}))
        .await;
    refused(
        &merchant.insert(body.clone()).await,
        72041,
        "wrong way round",
    );
    merchant
        .settings(json!({"classic_mapping": "number_in_billing_no"}))
        .await;
    assert_eq!(merchant.insert(body.clone()).await["errcode"], 0);
    // The other way round it is still the same invoice.
    merchant
        .settings(json!({"classic_mapping": "either"}))
        .await;
    merchant.authorised("A-2").await;
    body["order_id"] = json!("A-2");
    data(&mut body)["billing_no"] = json!("044000000001");
    data(&mut body)["billing_code"] = json!("10000001");
    refused(&merchant.insert(body).await, 72042, "A-1");
}

#[tokio::test]
async fn the_missing_code_of_a_digital_invoice_is_a_setting() {
    let (stage, body) = ready().await;
    let merchant = &stage.merchant;
    let mut omitted = body.clone();
    data(&mut omitted)
        .as_object_mut()
        .unwrap()
        .remove("billing_code");
    merchant
        .settings(json!({"digital_billing_code": "empty"}))
        .await;
    refused(
        &merchant.insert(omitted.clone()).await,
        72031,
        "billing_code is missing",
    );
    merchant
        .settings(json!({"digital_billing_code": "omitted"}))
        .await;
    refused(&merchant.insert(body).await, 72031, "left out");
    assert_eq!(merchant.insert(omitted).await["errcode"], 0);
}

#[tokio::test]
async fn a_file_dies_after_three_days_unless_a_card_uses_it() {
    let (stage, body) = ready().await;
    let merchant = &stage.merchant;
    merchant.advance(3 * 86_400).await;
    let merchant = Merchant::sign_in(
        stage.running.base_url(),
        &merchant.appid,
        crate::scene::SECRET,
    )
    .await;
    refused(&merchant.insert(body.clone()).await, 72046, "three days");
    let mut fresh = body;
    let media = merchant.pdf_with(NUMBER).await;
    data(&mut fresh)["s_pdf_media_id"] = json!(media);
    assert_eq!(merchant.insert(fresh).await["errcode"], 0);
    merchant.advance(4 * 86_400).await;
    let merchant = Merchant::sign_in(
        stage.running.base_url(),
        &merchant.appid,
        crate::scene::SECRET,
    )
    .await;
    let link = merchant
        .post(
            "/card/invoice/platform/getpdf",
            json!({"action": "get_url", "s_media_id": media}),
        )
        .await;
    assert_eq!(link["pdf_url_expire_time"], 7200, "{link}");
}

#[tokio::test]
async fn files_that_are_no_invoice_are_refused() {
    let (stage, body) = ready().await;
    let merchant = &stage.merchant;
    for (bytes, errcode, hint) in [
        (b"not a pdf".to_vec(), 72040, "%PDF-"),
        (b"%PDF-1.7\nbroken".to_vec(), 72040, "cannot be read"),
        (
            pdf_samples::simple("(No number at all) Tj"),
            72047,
            "billing_no",
        ),
        (
            pdf_samples::type0("发票号码：26999000000000000002"),
            72047,
            NUMBER,
        ),
    ] {
        let mut wrong = body.clone();
        data(&mut wrong)["s_pdf_media_id"] = json!(merchant.media(bytes).await);
        refused(&merchant.insert(wrong).await, errcode, hint);
    }
    let mut unknown = body.clone();
    data(&mut unknown)["s_pdf_media_id"] = json!("42");
    refused(&merchant.insert(unknown).await, 72046, "42");
    let mut trip = body.clone();
    data(&mut trip)["s_trip_pdf_media_id"] = json!(merchant.media(b"no pdf".to_vec()).await);
    refused(&merchant.insert(trip).await, 72040, "s_trip_pdf_media_id");
    assert_eq!(merchant.insert(body).await["errcode"], 0);
}

#[tokio::test]
async fn parallel_inserts_of_one_order_meet_each_other() {
    let (stage, body) = ready().await;
    let merchant = &stage.merchant;
    merchant.settings(json!({"insert_takes_ms": 300})).await;
    let (first, second) = tokio::join!(merchant.insert(body.clone()), async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        merchant.insert(body.clone()).await
    });
    assert_eq!(first["errcode"], 0, "{first}");
    refused(&second, 72054, "");
}

#[tokio::test]
async fn an_expired_authorisation_is_refused_when_set_so() {
    let (stage, body) = ready().await;
    stage
        .merchant
        .settings(json!({"authorisation_lifetime_secs": 3600}))
        .await;
    stage.merchant.advance(3600).await;
    refused(&stage.merchant.insert(body).await, 72050, "");
}

#[tokio::test]
async fn a_restricted_account_reaches_its_white_list_only() {
    let mut all = accounts();
    all[0].restricted = true;
    let stage = crate::scene::stage_with(SandboxConfig {
        accounts: all,
        ..SandboxConfig::default()
    })
    .await;
    let merchant = &stage.merchant;
    merchant.authorised("A-1").await;
    let (card, media) = (merchant.template().await, merchant.pdf_with(NUMBER).await);
    let body = merchant.insert_body("A-1", &card, &media, NUMBER);
    refused(&merchant.insert(body.clone()).await, 72022, "");
    // The openid is learnt from the push that was written down though nobody took it.
    let ledger = merchant.control("/sandbox/ledger").await;
    let openid = ledger["pushes"][0]["from"].clone();
    let list = json!({"openid": [openid], "username": ["demo"]});
    assert_eq!(
        merchant.post("/card/testwhitelist/set", list).await["errcode"],
        0
    );
    assert_eq!(merchant.insert(body).await["errcode"], 0);
}

#[tokio::test]
async fn a_fiscal_bill_goes_its_own_way() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let mut page = merchant.page_request("FIN-1");
    page.as_object_mut().unwrap().remove("type");
    page["source"] = json!("wap");
    refused(
        &merchant.post("/nontax/getbillauthurl", page.clone()).await,
        72031,
        "source",
    );
    page["source"] = json!("web");
    let answer = merchant.post("/nontax/getbillauthurl", page).await;
    assert_eq!(answer["expire_time"], 7200, "{answer}");
    merchant
        .control_post("/sandbox/orders/FIN-1/authorise", json!({}))
        .await;
    let card = merchant
        .post(
            "/nontax/createbillcard",
            json!({"invoice_info": {"payee": "示例单位",
                "base_info": {"logo_url": "https://mmbiz.qpic.cn/demo/unit.png"}}}),
        )
        .await;
    let media = merchant
        .media(pdf_samples::simple("(44060126 0000000001) Tj"))
        .await;
    let body = json!({
        "order_id": "FIN-1", "card_id": card["card_id"], "appid": merchant.appid,
        "card_ext": {"user_card": {"invoice_user_data": {
            "fee": 5000, "title": "Demo Payer", "billing_time": 1_767_225_900,
            "billing_no": "44060126", "billing_code": "0000000001", "s_pdf_media_id": media,
        }}},
    });
    let mut as_invoice =
        merchant.insert_body("FIN-1", card["card_id"].as_str().unwrap(), &media, NUMBER);
    as_invoice["card_ext"]["nonce_str"] = json!("n");
    refused(&merchant.insert(as_invoice).await, 40073, "other product");
    let answer = merchant.post("/nontax/insertbill", body.clone()).await;
    assert_eq!(answer["errcode"], 0, "{answer}");
    refused(&merchant.post("/nontax/insertbill", body).await, 72056, "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_try_at_once_each_order_gets_one_card() {
    let stage = stage().await;
    let merchant = std::sync::Arc::new(stage.merchant);
    let card = merchant.template().await;
    let mut tries = tokio::task::JoinSet::new();
    for order in 0..50_u64 {
        let number = (26_999_000_000_000_000_000 + u128::from(order)).to_string();
        let order = format!("MANY-{order}");
        merchant.authorised(&order).await;
        let body = merchant.insert_body(&order, &card, &merchant.pdf_with(&number).await, &number);
        for _ in 0..4 {
            let (merchant, body) = (merchant.clone(), body.clone());
            tries.spawn(async move { merchant.insert(body).await["errcode"].as_i64().unwrap() });
        }
    }
    let codes = tries.join_all().await;
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 50);
    assert!(
        codes.iter().all(|code| matches!(code, 0 | 72054 | 72056)),
        "{codes:?}"
    );
    let ledger = merchant.control("/sandbox/ledger").await;
    assert_eq!(ledger["inserts"].as_array().unwrap().len(), 50);
}
