//! Pushes as a callback sees them.

use std::time::Duration;

use base64::Engine;
use serde_json::{Value, json};
use wechat_sandbox::{PushFormat, PushMode};

use crate::inbox::{Inbox, Received, param};
use crate::scene::{AES_KEY, APPID, Merchant, NUMBER, TOKEN, pushing_stage};

fn sha1_of(parts: &[&str]) -> String {
    use sha1::Digest;
    let mut sorted = parts.to_vec();
    sorted.sort_unstable();
    hex::encode(sha1::Sha1::digest(sorted.concat()))
}

fn check_signature(push: &Received) {
    let (timestamp, nonce) = (param(&push.query, "timestamp"), param(&push.query, "nonce"));
    assert_eq!(
        param(&push.query, "signature"),
        sha1_of(&[TOKEN, &timestamp, &nonce])
    );
}

/// Decrypts with a second implementation: block by block, by hand.
fn decrypt(encrypted: &str) -> (String, String) {
    use aes::cipher::{BlockCipherDecrypt, KeyInit};
    let engine = base64::engine::GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        base64::engine::GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
    );
    let key = engine.decode(format!("{AES_KEY}=")).unwrap();
    let cipher = aes::Aes256::new_from_slice(&key).unwrap();
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(encrypted)
        .unwrap();
    let mut before: Vec<u8> = key[..16].to_vec();
    let mut plain = Vec::new();
    for chunk in bytes.chunks(16) {
        let mut block = <[u8; 16]>::try_from(chunk).unwrap().into();
        cipher.decrypt_block(&mut block);
        plain.extend(block.iter().zip(&before).map(|(a, b)| a ^ b));
        before = chunk.to_vec();
    }
    assert_eq!(bytes.len() % 32, 0, "padded to blocks of 32");
    let padding = usize::from(*plain.last().unwrap());
    plain.truncate(plain.len() - padding);
    let length = u32::from_be_bytes(plain[16..20].try_into().unwrap()) as usize;
    let message = String::from_utf8(plain[20..20 + length].to_vec()).unwrap();
    (
        message,
        String::from_utf8(plain[20 + length..].to_vec()).unwrap(),
    )
}

fn xml_members(xml: &str) -> Value {
    let document = roxmltree::Document::parse(xml).unwrap();
    let mut members = json!({});
    for node in document.root_element().children() {
        members[node.tag_name().name()] = json!(node.text().unwrap_or_default());
    }
    members
}

async fn answered(merchant: &Merchant, inbox: &Inbox, count: usize) -> Vec<Received> {
    merchant.settled_ledger().await;
    let all = inbox.all();
    assert_eq!(all.len(), count);
    all
}

#[tokio::test]
async fn a_safe_push_is_signed_and_encrypted() {
    let inbox = Inbox::open(|_| Some("success".to_owned())).await;
    let stage = pushing_stage(&inbox.url, PushMode::Safe, PushFormat::Xml).await;
    stage.merchant.authorised("A-1").await;
    let pushes = answered(&stage.merchant, &inbox, 1).await;
    check_signature(&pushes[0]);
    let outer = xml_members(&pushes[0].body);
    assert_eq!(
        outer.as_object().unwrap().len(),
        2,
        "ToUserName and Encrypt only"
    );
    assert_eq!(outer["ToUserName"], "gh_demo00000001");
    let encrypted = outer["Encrypt"].as_str().unwrap();
    let query = &pushes[0].query;
    assert_eq!(param(query, "encrypt_type"), "aes");
    assert_eq!(
        param(query, "msg_signature"),
        sha1_of(&[
            TOKEN,
            &param(query, "timestamp"),
            &param(query, "nonce"),
            encrypted
        ])
    );
    let (message, appid) = decrypt(encrypted);
    assert_eq!(appid, APPID);
    let inner = xml_members(&message);
    assert_eq!(inner["Event"], "user_authorize_invoice");
    assert_eq!(inner["SuccOrderId"], "A-1");
    assert_eq!(inner["FailOrderId"], "", "empty, not absent");
    assert_eq!(inner["AuthorizeAppId"], APPID);
    assert_eq!(inner["Source"], "web");
    assert_eq!(inner["SPAppId"], stage.merchant.s_pappid.as_str());
    assert_eq!(inner["FromUserName"], param(query, "openid").as_str());
}

#[tokio::test]
async fn compatible_and_plain_pushes_carry_clear_members() {
    for (mode, format) in [
        (PushMode::Compatible, PushFormat::Xml),
        (PushMode::Plain, PushFormat::Xml),
        (PushMode::Compatible, PushFormat::Json),
        (PushMode::Plain, PushFormat::Json),
    ] {
        let inbox = Inbox::open(|_| Some(String::new())).await;
        let stage = pushing_stage(&inbox.url, mode, format).await;
        stage.merchant.authorised("A-1").await;
        let pushes = answered(&stage.merchant, &inbox, 1).await;
        check_signature(&pushes[0]);
        let body = &pushes[0].body;
        let members = match format {
            PushFormat::Xml => xml_members(body),
            PushFormat::Json => serde_json::from_str(body).unwrap(),
        };
        assert_eq!(members["SuccOrderId"], "A-1");
        match mode {
            PushMode::Plain => {
                assert!(members.get("Encrypt").is_none());
                assert_eq!(param(&pushes[0].query, "msg_signature"), "");
            }
            _ => {
                let (inner, _) = decrypt(members["Encrypt"].as_str().unwrap());
                let json = inner.starts_with('{');
                assert_eq!(json, format == PushFormat::Json);
                assert!(inner.contains("A-1"));
            }
        }
    }
}

#[tokio::test]
async fn a_push_is_repeated_three_times_and_then_given_up() {
    let inbox = Inbox::open(|n| match n {
        0 => None, // Too slow.
        1 => Some("(500) no".to_owned()),
        _ => Some("<html>done</html>".to_owned()),
    })
    .await;
    let stage = pushing_stage(&inbox.url, PushMode::Safe, PushFormat::Xml).await;
    stage.merchant.authorised("A-1").await;
    answered(&stage.merchant, &inbox, 4).await;
    let ledger = stage.merchant.control("/sandbox/ledger").await;
    assert_eq!(ledger["pushes"][0]["outcome"], "given_up");
    assert_eq!(ledger["pushes"][0]["attempts"], 4);
    let id = ledger["pushes"][0]["id"].as_u64().unwrap();
    let push = stage
        .merchant
        .control(&format!("/sandbox/pushes/{id}"))
        .await;
    assert!(
        push["attempts"][0]["answer"]
            .as_str()
            .unwrap()
            .contains("400 ms"),
        "{push}"
    );
    assert_eq!(push["attempts"][1]["status"], 500);
}

#[tokio::test]
async fn a_good_answer_stops_the_repeats() {
    let inbox = Inbox::open(|n| {
        (n == 1)
            .then(|| "success".to_owned())
            .or(Some("no".to_owned()))
    })
    .await;
    let stage = pushing_stage(&inbox.url, PushMode::Safe, PushFormat::Xml).await;
    stage.merchant.authorised("A-1").await;
    let pushes = answered(&stage.merchant, &inbox, 2).await;
    let inner: Vec<String> = pushes
        .iter()
        .map(|push| decrypt(xml_members(&push.body)["Encrypt"].as_str().unwrap()).0)
        .collect();
    assert_eq!(inner[0], inner[1], "a repeat says the same");
}

#[tokio::test]
async fn pushes_are_lost_doubled_and_late_on_request() {
    let inbox = Inbox::open(|_| Some("success".to_owned())).await;
    let stage = pushing_stage(&inbox.url, PushMode::Plain, PushFormat::Xml).await;
    let merchant = &stage.merchant;
    merchant
        .control_post(
            "/sandbox/faults",
            json!([
                {"kind": "lost", "event": "user_authorize_invoice", "count": 1},
                {"kind": "doubled", "event": "update_*", "count": 1},
            ]),
        )
        .await;
    merchant.authorised("A-1").await;
    let ledger = merchant.settled_ledger().await;
    assert_eq!(ledger["pushes"][0]["outcome"], "lost");
    let query = json!({"s_pappid": merchant.s_pappid, "order_id": "A-1"});
    let data = merchant.post("/card/invoice/getauthdata", query).await;
    assert_eq!(data["invoice_status"], "auth success", "a poll finds it");
    merchant.authorised("A-2").await;
    let (card, media) = (merchant.template().await, merchant.pdf_with(NUMBER).await);
    let answer = merchant
        .insert(merchant.insert_body("A-2", &card, &media, NUMBER))
        .await;
    let code = answer["code"].as_str().unwrap();
    let lock = json!({"status": "INVOICE_REIMBURSE_LOCK"});
    merchant
        .control_post(&format!("/sandbox/cards/{code}/status"), lock)
        .await;
    merchant.settled_ledger().await;
    let statuses: Vec<_> = inbox
        .all()
        .into_iter()
        .filter(|push| push.body.contains("update_invoice_status"))
        .collect();
    assert_eq!(
        statuses.len(),
        3,
        "one for the platform, doubled, and one for the merchant"
    );
    assert!(statuses[0].body.contains(code) && statuses[0].body.contains("INVOICE_REIMBURSE_LOCK"));
    let late = json!({"kind": "late", "value": 300, "count": 1});
    merchant.control_post("/sandbox/faults", late).await;
    let before = inbox.all().len();
    merchant.authorised("A-3").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(inbox.all().len(), before, "not yet");
    merchant.settled_ledger().await;
    assert_eq!(inbox.all().len(), before + 1);
}

#[tokio::test]
async fn an_apps_event_goes_to_the_service_account() {
    let inbox = Inbox::open(|_| Some("success".to_owned())).await;
    let stage = pushing_stage(&inbox.url, PushMode::Plain, PushFormat::Xml).await;
    let mut app = Merchant::sign_in(
        stage.running.base_url(),
        "wx0000000000open00",
        "open-secret",
    )
    .await;
    app.s_pappid = stage.merchant.s_pappid.clone();
    app.set_contact().await;
    app.authorised("APP-1").await;
    let pushes = answered(&app, &inbox, 1).await;
    let members = xml_members(&pushes[0].body);
    assert_eq!(members["ToUserName"], "gh_demo00000001");
    assert_eq!(members["AuthorizeAppId"], "wx0000000000open00");
    // The platform inserts with the app's appid.
    let merchant = &stage.merchant;
    let (card, media) = (merchant.template().await, merchant.pdf_with(NUMBER).await);
    let mut body = merchant.insert_body("APP-1", &card, &media, NUMBER);
    body["appid"] = json!("wx0000000000open00");
    assert_eq!(merchant.insert(body).await["errcode"], 0);
}

#[tokio::test]
async fn any_event_can_be_sent_and_any_push_repeated() {
    let inbox = Inbox::open(|_| Some("success".to_owned())).await;
    let stage = pushing_stage(&inbox.url, PushMode::Plain, PushFormat::Xml).await;
    let merchant = &stage.merchant;
    let event = json!({"appid": APPID, "event": "brand_new_event", "openid": "oSOMEBODY",
        "members": {"Number": 7, "Text": "a ]]> b"}});
    let sent = merchant.control_post("/sandbox/pushes", event).await;
    let pushes = answered(merchant, &inbox, 1).await;
    let members = xml_members(&pushes[0].body);
    assert_eq!(members["Event"], "brand_new_event");
    assert_eq!(members["FromUserName"], "oSOMEBODY");
    assert_eq!(members["Number"], "7");
    assert_eq!(members["Text"], "a ]]> b");
    let id = &sent["pushes"][0];
    merchant
        .control_post(&format!("/sandbox/pushes/{id}/repeat"), json!({}))
        .await;
    answered(merchant, &inbox, 2).await;
    let bad = json!({"appid": APPID, "event": "x", "members": {"a b": 1}});
    assert_eq!(
        merchant.control_post("/sandbox/pushes", bad).await["status"],
        422
    );
}

#[tokio::test]
async fn a_title_chosen_on_the_phone_is_pushed() {
    let inbox = Inbox::open(|_| Some("success".to_owned())).await;
    let stage = pushing_stage(&inbox.url, PushMode::Plain, PushFormat::Xml).await;
    let merchant = &stage.merchant;
    let body = json!({"attach": "counter-07:order-7", "biz_name": "示例小店"});
    let link = merchant
        .post("/card/invoice/biz/getselecttitleurl", body)
        .await;
    let url = link["url"].as_str().unwrap();
    assert!(
        merchant
            .http
            .get(url)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains("示例小店")
    );
    merchant
        .http
        .post(url)
        .form(&[("kind", "company")])
        .send()
        .await
        .unwrap();
    let pushes = answered(merchant, &inbox, 1).await;
    let members = xml_members(&pushes[0].body);
    assert_eq!(members["Event"], "submit_invoice_title");
    assert_eq!(members["attach"], "counter-07:order-7");
    assert_eq!(members["title_type"], "InvoiceUserTitleBusinessType");
}

#[tokio::test]
async fn the_push_address_is_verified_as_the_console_does() {
    let good = Inbox::open(|_| Some("(echo)".to_owned())).await;
    let stage = pushing_stage(&good.url, PushMode::Safe, PushFormat::Xml).await;
    let path = format!("/sandbox/accounts/{APPID}/verify-url");
    let answer = stage.merchant.control_post(&path, json!({})).await;
    assert_eq!(answer["verified"], true, "{answer}");
    check_signature(&good.all()[0]);
    let bad = Inbox::open(|_| Some("hello".to_owned())).await;
    let stage = pushing_stage(&bad.url, PushMode::Safe, PushFormat::Xml).await;
    let answer = stage.merchant.control_post(&path, json!({})).await;
    assert_eq!(answer["verified"], false);
    assert!(
        answer["reason"].as_str().unwrap().contains("hello"),
        "{answer}"
    );
}
