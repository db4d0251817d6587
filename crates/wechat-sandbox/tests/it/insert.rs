//! One test for each way an insert is refused.

use serde_json::{Value, json};

use crate::pdf_samples;
use crate::scene::{Merchant, NUMBER, Stage, refused, stage};

/// A stage with an authorised order `A-1` and a body that would be accepted for it.
pub(crate) async fn ready() -> (Stage, Value) {
    let stage = stage().await;
    let merchant = &stage.merchant;
    merchant.authorised("A-1").await;
    let (card, media) = (merchant.template().await, merchant.pdf_with(NUMBER).await);
    let body = merchant.insert_body("A-1", &card, &media, NUMBER);
    (stage, body)
}

pub(crate) fn data(body: &mut Value) -> &mut Value {
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
