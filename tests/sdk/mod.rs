//! The examples of `wechat-invoice`, run against `wechat-sandbox`: what the SDK's README promises.

mod backend;
mod calls;

use crate::harness::eventually;
use reqwest::Client;
use serde_json::{Value, json};
use wechat_sandbox::{AccountConfig, Running, Sandbox, SandboxConfig};

// `main` of each is not called here.
#[allow(dead_code, reason = "their `main` is for the command line")]
#[path = "../../crates/wechat-invoice/examples/deliver.rs"]
mod deliver;
#[allow(dead_code, reason = "their `main` is for the command line")]
#[path = "../../crates/wechat-invoice/examples/explain.rs"]
mod explain;
#[allow(dead_code, reason = "their `main` is for the command line")]
#[path = "../../crates/wechat-invoice/examples/push.rs"]
mod push;
#[allow(dead_code, reason = "their `main` is for the command line")]
#[path = "../../crates/wechat-invoice/examples/reimburse.rs"]
mod reimburse;

const APP_ID: &str = "wx1234567890abcdef";
const SECRET: &str = "0123456789abcdef0123456789abcdef";

async fn sandbox() -> Running {
    let config = SandboxConfig {
        accounts: vec![AccountConfig::self_built(APP_ID, SECRET)],
        ..SandboxConfig::default()
    };
    Sandbox::start(config).await.unwrap()
}

fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

async fn told(client: &Client, url: &str) -> Value {
    client.get(url).send().await.unwrap().json().await.unwrap()
}

/// The buyer: waits for a page and confirms it.
async fn somebody_authorises(base: String) {
    let client = client();
    let order = eventually("the example asks for a page", async || {
        let state = told(&client, &format!("{base}/sandbox/state")).await;
        state["orders"][0]["order_id"].as_str().map(str::to_owned)
    })
    .await;
    let url = format!("{base}/sandbox/orders/{order}/authorise");
    let answer = client.post(url).json(&json!({})).send().await.unwrap();
    assert!(answer.status().is_success());
}

#[tokio::test]
async fn the_sdks_examples_deliver_an_invoice_and_reimburse_it() {
    let sandbox = sandbox().await;
    let base = sandbox.base_url().to_owned();
    let account: Vec<String> = [&base, APP_ID, SECRET].map(str::to_owned).to_vec();
    let mut said = Vec::new();
    let delivered = deliver::run(&account, &mut said);
    let (delivered, ()) = tokio::join!(delivered, somebody_authorises(base.clone()));
    delivered.unwrap();
    let said = String::from_utf8(said).unwrap();
    assert!(
        said.contains("Open this page") && said.contains("in the wallet; its code is "),
        "{said}"
    );

    let cards = told(&client(), &format!("{base}/sandbox/cards")).await;
    let card = &cards["cards"][0];
    assert!(said.contains(card["code"].as_str().unwrap()));
    let chosen = json!([{ "card_id": card["card_id"], "encrypt_code": card["encrypt_code"], "app_id": APP_ID }]);
    // As a page hands it over: a text that holds the list.
    let chosen =
        json!({ "err_msg": "choose_invoice:ok", "choose_invoice_info": chosen.to_string() });
    let mut said = Vec::new();
    let arguments = [account, vec![chosen.to_string()]].concat();
    reimburse::run(&arguments, &mut said).await.unwrap();
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("11300 fen, INVOICE_REIMBURSE_INIT"), "{said}");
    assert!(said.contains("locked 1\nclosed 1"), "{said}");
    let cards = told(&client(), &format!("{base}/sandbox/cards")).await;
    assert_eq!(cards["cards"][0]["status"], "INVOICE_REIMBURSE_CLOSURE");
    sandbox.stop().await;
}

#[test]
fn the_sdks_example_of_pushes_needs_no_network() {
    let mut said = Vec::new();
    push::run(&mut said).unwrap();
    let said = String::from_utf8(said).unwrap();
    assert!(said.starts_with("authorised: INV1\nremember: "), "{said}");
    assert!(said.ends_with("refused: signature\n"), "{said}");
}

#[test]
fn the_sdks_example_explains_codes_in_two_languages() {
    let mut said = Vec::new();
    explain::run(&["72063".to_owned(), "1".to_owned()], &mut said).unwrap();
    let said = String::from_utf8(said).unwrap();
    assert!(
        said.starts_with("72063 [") && said.contains("set_contact"),
        "{said}"
    );
    assert!(
        said.ends_with("1: not documented, needs a person\n"),
        "{said}"
    );
    let mut all = Vec::new();
    explain::run(&[], &mut all).unwrap();
    assert!(String::from_utf8(all).unwrap().lines().count() > 150 * 5);
}
