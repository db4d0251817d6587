//! The control API itself.

use serde_json::{Value, json};
use wechat_sandbox::{AccountConfig, Sandbox, SandboxConfig, StartError};

use crate::scene::{APPID, Merchant, accounts, stage, stage_with};

#[tokio::test]
async fn accounts_are_made_while_running() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let account = json!({"appid": "wxnewone", "secret": "s3cret", "platform": true, "name": "新店",
        "push": {"url": "http://127.0.0.1:9/x", "token": "t", "mode": "plain"}});
    let made = merchant.control_post("/sandbox/accounts", account).await;
    assert!(
        made["original_id"].as_str().unwrap().starts_with("gh_"),
        "{made}"
    );
    assert!(40 < made["s_pappid"].as_str().unwrap().len());
    assert!(!made.to_string().contains("s3cret"));
    let new = Merchant::sign_in(stage.running.base_url(), "wxnewone", "s3cret").await;
    assert_eq!(made["s_pappid"], new.s_pappid.as_str());
    let listed = merchant.control("/sandbox/accounts").await;
    assert_eq!(listed["accounts"].as_array().unwrap().len(), 6);
    for (body, words) in [
        (json!({"appid": "", "secret": "s"}), "appid"),
        (json!({"appid": "wx1", "secret": ""}), "secret"),
        (
            json!({"appid": "wx1", "secret": "s", "colour": 1}),
            "colour",
        ),
        (
            json!({"appid": "wx1", "secret": "s",
                "push": {"url": "http://x/", "token": "t", "aes_key": "short"}}),
            "aes_key",
        ),
        (
            json!({"appid": "wx1", "secret": "s", "kind": "open",
                "push": {"url": "http://x/", "token": "t", "mode": "plain"}}),
            "events_to",
        ),
    ] {
        let answer = merchant.control_post("/sandbox/accounts", body).await;
        assert_eq!(answer["status"], 422);
        assert!(
            answer["detail"].as_str().unwrap().contains(words),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_platform_id_decodes_to_its_owner() {
    let stage = stage().await;
    use base64::Engine;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(&stage.merchant.s_pappid)
        .unwrap();
    assert!(bytes.starts_with(format!("{APPID}_").as_bytes()));
    assert_eq!(stage.merchant.s_pappid.len(), 68);
}

#[tokio::test]
async fn decisions_are_taken_once_and_explained() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    merchant.auth_url("A-1").await;
    let path = "/sandbox/orders/A-1/authorise";
    for (body, words) in [
        (json!({}), "needs a person or a company"),
        (json!({"person": {"title": ""}}), "title is empty"),
        (json!({"person": {"title": "x", "tax_no": "1"}}), "tax_no"),
        (
            json!({"person": {"title": "x"}, "company": {"title": "y"}}),
            "not both",
        ),
        (
            json!({"person": {"title": "x"}, "buyer": "nobody"}),
            "nobody",
        ),
    ] {
        let answer = merchant.control_post(path, body).await;
        assert_eq!(answer["status"], 422);
        assert!(
            answer["detail"].as_str().unwrap().contains(words),
            "{answer}"
        );
    }
    let person = json!({"person": {"title": "王小明", "email": "a@example.com"}});
    let answer = merchant.control_post(path, person.clone()).await;
    assert_eq!(
        answer["order"]["title"]["fields"]["email"], "a@example.com",
        "{answer}"
    );
    assert_eq!(merchant.control_post(path, person).await["status"], 409);
    assert_eq!(
        merchant
            .control_post("/sandbox/orders/A-1/refuse", json!({}))
            .await["status"],
        409
    );
    assert_eq!(
        merchant
            .control_post("/sandbox/orders/B-1/refuse", json!({}))
            .await["status"],
        404
    );
}

#[tokio::test]
async fn an_authorisation_is_rejected_or_withdrawn_elsewhere() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    for (order, what, told) in [
        ("R-1", "reject", "reject insert"),
        ("R-2", "withdraw", "never auth"),
    ] {
        merchant.auth_url(order).await;
        let path = format!("/sandbox/orders/{order}/{what}");
        let early = merchant.control_post(&path, json!({})).await;
        assert_eq!(early["status"], 409, "{early}");
        merchant.authorise(order).await;
        let pushes = merchant.control("/sandbox/pushes").await["pushes"].clone();
        let done = merchant.control_post(&path, json!({})).await;
        assert_eq!(done["order"]["order_id"], order, "{done}");
        let asked = json!({"order_id": order, "s_pappid": merchant.s_pappid});
        let answer = merchant.post("/card/invoice/getauthdata", asked).await;
        assert_eq!(answer["invoice_status"], told, "{answer}");
        let after = merchant.control("/sandbox/pushes").await["pushes"].clone();
        assert_eq!(
            pushes.as_array().unwrap().len(),
            after.as_array().unwrap().len()
        );
    }
    let twice = merchant
        .control_post("/sandbox/orders/R-1/reject", json!({"reason": "x"}))
        .await;
    assert_eq!(twice["status"], 409);
    // Withdrawn, the buyer may agree again.
    merchant.authorise("R-2").await;
    let wrong = merchant
        .control_post("/sandbox/orders/R-2/reject", json!({"colour": 1}))
        .await;
    assert_eq!(wrong["status"], 422);
}

#[tokio::test]
async fn one_order_id_of_two_accounts_needs_the_appid() {
    let stage = stage().await;
    stage.merchant.auth_url("A-1").await;
    let other = Merchant::sign_in(
        stage.running.base_url(),
        "wx0000000000other0",
        "other-secret",
    )
    .await;
    other.set_contact().await;
    other.auth_url("A-1").await;
    let body = json!({"person": {"title": "x"}});
    let answer = other
        .control_post("/sandbox/orders/A-1/authorise", body)
        .await;
    assert_eq!(answer["status"], 409, "{answer}");
    other.authorise("A-1").await;
    let mine = stage
        .merchant
        .control(&format!("/sandbox/orders/A-1?appid={APPID}"))
        .await;
    assert_eq!(
        mine["state"], "waiting",
        "the other account's decision is its own"
    );
}

#[tokio::test]
async fn other_sites_cannot_steer_the_sandbox() {
    let stage = stage().await;
    let url = format!("{}/sandbox/reset", stage.merchant.base);
    let from = |origin: &str| {
        stage
            .merchant
            .http
            .post(&url)
            .header("origin", origin)
            .send()
    };
    assert_eq!(
        from("https://evil.example.com").await.unwrap().status(),
        403
    );
    assert_eq!(from(&stage.merchant.base).await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_api_describes_itself_and_its_answers_are_as_described() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let document = merchant.control("/sandbox/openapi.json").await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    merchant.carded("A-1", "26999000000000000001").await;
    for (path, schema) in [
        ("/sandbox/ledger", "Ledger"),
        ("/sandbox/state", "State"),
        ("/sandbox/clock", "Clock"),
        ("/sandbox/settings", "Settings"),
        ("/sandbox/orders/A-1", "Order"),
    ] {
        let answer = merchant.control(path).await;
        let described = document["components"]["schemas"][schema]["properties"].as_object();
        let described = described.unwrap_or_else(|| panic!("no schema {schema}"));
        for name in answer.as_object().unwrap().keys() {
            assert!(
                described.contains_key(name),
                "{schema} does not describe {name}"
            );
        }
        for name in described.keys() {
            assert!(answer.get(name).is_some(), "{path} does not carry {name}");
        }
    }
}

#[tokio::test]
async fn settings_are_changed_by_name_and_unknown_ones_refused() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let url = format!("{}/sandbox/settings", merchant.base);
    let patch = |body: Value| merchant.http.patch(&url).json(&body).send();
    let answer: Value = patch(json!({"push_repeats": 1}))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer["push_repeats"], 1);
    assert_eq!(answer["check_pdf"], true, "the others stay");
    assert_eq!(
        patch(json!({"push_repeat": 1})).await.unwrap().status(),
        422
    );
    assert_eq!(
        patch(json!({"push_repeats": "1"})).await.unwrap().status(),
        422
    );
}

#[tokio::test]
async fn the_pdf_check_can_be_switched_off() {
    let mut config = SandboxConfig {
        accounts: accounts(),
        ..SandboxConfig::default()
    };
    config.settings.check_pdf = false;
    let stage = stage_with(config).await;
    let merchant = &stage.merchant;
    merchant.authorised("A-1").await;
    let (card, media) = (
        merchant.template().await,
        merchant.media(b"%PDF-1.7".to_vec()).await,
    );
    let body = merchant.insert_body("A-1", &card, &media, "26999000000000000001");
    assert_eq!(merchant.insert(body).await["errcode"], 0);
}

#[tokio::test]
async fn a_wrong_configuration_is_named_at_the_start() {
    let bad = SandboxConfig {
        accounts: vec![AccountConfig::merchant("wx 1", "s")],
        ..SandboxConfig::default()
    };
    assert!(
        matches!(Sandbox::start(bad).await, Err(StartError::Account(why)) if why.contains("appid"))
    );
    let first = stage().await;
    let taken = SandboxConfig {
        listen: first.running.addr(),
        ..SandboxConfig::default()
    };
    assert!(matches!(
        Sandbox::start(taken).await,
        Err(StartError::Listen { .. })
    ));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.toml");
    std::fs::write(&path, "listen = \"127.0.0.1:0\"\ncolour = 1\n").unwrap();
    assert!(
        SandboxConfig::read(&path)
            .unwrap_err()
            .to_string()
            .contains("colour")
    );
    let text = "[[accounts]]\nappid = \"wx1\"\nsecret = \"s\"\nplatform = true\n";
    std::fs::write(&path, text).unwrap();
    assert!(SandboxConfig::read(&path).unwrap().accounts[0].platform);
    let json = folder.path().join("sandbox.json");
    std::fs::write(
        &json,
        "{\"accounts\":[{\"appid\":\"wx1\",\"secret\":\"s\"}]}",
    )
    .unwrap();
    assert_eq!(SandboxConfig::read(&json).unwrap().accounts.len(), 1);
}
