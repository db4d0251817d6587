//! A clean stop and a start continue.

use serde_json::json;
use wechat_sandbox::{PushConfig, PushFormat, PushMode, SandboxConfig};

use crate::inbox::Inbox;
use crate::scene::{APPID, Merchant, NUMBER, SECRET, TOKEN, accounts, refused, stage_with};

fn config(folder: &tempfile::TempDir) -> SandboxConfig {
    SandboxConfig {
        accounts: accounts(),
        state_file: Some(folder.path().join("deep/wechat.jsonl")),
        ..SandboxConfig::default()
    }
}

#[tokio::test]
async fn cards_orders_tokens_files_and_the_clock_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = stage_with(config(&folder)).await;
    let (body, answer) = first.merchant.carded("A-1", NUMBER).await;
    first.merchant.authorised("A-2").await;
    let spare = first.merchant.pdf_with("26999000000000000002").await;
    let png = b"\x89PNG\r\n\x1a\nrest".to_vec();
    let logo = first
        .merchant
        .upload("/cgi-bin/media/uploadimg", "media", Some("a.png"), png)
        .await;
    first.merchant.advance(60).await;
    first.merchant.settings(json!({"insert_takes_ms": 1})).await;
    let before = first.merchant.control("/sandbox/ledger").await;
    let encrypted =
        first.merchant.control("/sandbox/cards").await["cards"][0]["encrypt_code"].clone();
    first.running.stop().await;

    let again = wechat_sandbox::Sandbox::start(config(&folder))
        .await
        .unwrap();
    first.merchant.base = again.base_url().to_owned();
    let merchant = &first.merchant;
    // The old token and ticket are still good, the contact is still set.
    refused(&merchant.insert(body.clone()).await, 72056, "");
    merchant.auth_url("A-3").await;
    // A logo is known by what it is: the sandbox has another port now.
    let template = json!({"invoice_info": {"payee": "示例", "type": "电子发票(普通发票)",
        "base_info": {"logo_url": logo["url"], "title": "示例"}}});
    let path = "/card/invoice/platform/createcard";
    assert_eq!(merchant.post(path, template).await["errcode"], 0);
    assert_eq!(merchant.control("/sandbox/ledger").await, before);
    let cards = merchant.control("/sandbox/cards").await;
    assert_eq!(cards["cards"][0]["encrypt_code"], encrypted);
    assert_eq!(merchant.control("/sandbox/clock").await["ahead_secs"], 60);
    assert_eq!(
        merchant.control("/sandbox/settings").await["insert_takes_ms"],
        1
    );
    let code = answer["code"].as_str().unwrap();
    let file = format!("{}/phone/cards/{code}/file.pdf", merchant.base);
    assert!(
        merchant
            .http
            .get(file)
            .send()
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap()
            .starts_with(b"%PDF-")
    );
    // What was authorised before can be inserted now, from a file uploaded before.
    let card = body["card_id"].as_str().unwrap();
    let second = merchant.insert_body("A-2", card, &spare, "26999000000000000002");
    assert_eq!(merchant.insert(second).await["errcode"], 0);
    again.stop().await;
}

#[tokio::test]
async fn files_leave_memory_and_come_back_from_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mut small = config(&folder);
    small.settings.media_memory_bytes = 2000;
    let stage = stage_with(small).await;
    let merchant = &stage.merchant;
    let mut ids = Vec::new();
    for number in 0..8_u8 {
        let bytes = vec![number; 900];
        ids.push((merchant.media(bytes.clone()).await, bytes));
    }
    for (id, bytes) in ids {
        let body = json!({"action": "get_url", "s_media_id": id});
        let link = merchant.post("/card/invoice/platform/getpdf", body).await;
        let url = link["pdf_url"].as_str().unwrap();
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
    }
    stage.running.stop().await;
}

#[tokio::test]
async fn a_torn_last_line_costs_only_itself() {
    let folder = tempfile::tempdir().unwrap();
    let first = stage_with(config(&folder)).await;
    first.merchant.carded("A-1", NUMBER).await;
    first.running.stop().await;
    let path = folder.path().join("deep/wechat.jsonl");
    let mut text = std::fs::read_to_string(&path).unwrap();
    text.push_str("{\"k\":\"order\",\"v\":{\"appid\":\"wx");
    std::fs::write(&path, text).unwrap();
    let again = stage_with(config(&folder)).await;
    assert_eq!(
        again.merchant.control("/sandbox/state").await["counts"]["cards"],
        1
    );
}

#[tokio::test]
async fn a_push_not_yet_answered_goes_out_after_the_restart() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = Inbox::open(|_| Some("success".to_owned())).await;
    let pushing = |url: &str| {
        let mut config = config(&folder);
        config.accounts[0].push = Some(PushConfig {
            url: url.to_owned(),
            token: TOKEN.to_owned(),
            aes_key: String::new(),
            mode: PushMode::Plain,
            format: PushFormat::Xml,
        });
        config
    };
    // Nobody listens on port 9, and the next try is far away.
    let mut nowhere = pushing("http://127.0.0.1:9/callback");
    nowhere.settings.push_repeat_after_ms = 60_000;
    let first = stage_with(nowhere).await;
    first.merchant.authorised("A-1").await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    first.running.stop().await;
    let again = wechat_sandbox::Sandbox::start(pushing(&inbox.url))
        .await
        .unwrap();
    let merchant = Merchant::sign_in(again.base_url(), APPID, SECRET).await;
    let ledger = merchant.settled_ledger().await;
    assert_eq!(ledger["pushes"][0]["outcome"], "answered", "{ledger}");
    assert!(inbox.all()[0].body.contains("A-1"));
}

#[tokio::test]
async fn a_reset_forgets_everything_but_the_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let stage = stage_with(config(&folder)).await;
    stage.merchant.carded("A-1", NUMBER).await;
    stage.merchant.advance(100).await;
    stage
        .merchant
        .control_post("/sandbox/reset", json!({}))
        .await;
    let state = stage.merchant.control("/sandbox/state").await;
    assert_eq!(state["counts"]["cards"], 0);
    assert_eq!(state["counts"]["accounts"], 5);
    assert_eq!(state["clock"]["ahead_secs"], 0);
    let path = "/card/invoice/setbizattr?action=get_contact";
    refused(&stage.merchant.post(path, json!({})).await, 40001, "");
    stage.running.stop().await;
    let again = wechat_sandbox::Sandbox::start(config(&folder))
        .await
        .unwrap();
    let merchant = Merchant::sign_in(again.base_url(), APPID, SECRET).await;
    assert_eq!(
        merchant.control("/sandbox/state").await["counts"]["orders"],
        0
    );
}
