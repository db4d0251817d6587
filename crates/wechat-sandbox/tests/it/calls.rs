//! The merchant's calls and the settings of the page.

use serde_json::json;

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
