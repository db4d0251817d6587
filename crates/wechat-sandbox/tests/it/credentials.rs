//! Tokens, tickets, quotas.

use serde_json::{Value, json};

use crate::scene::{APPID, Merchant, SECRET, refused, stage};

async fn classic(merchant: &Merchant, query: &str) -> Value {
    let url = format!("{}/cgi-bin/token?{query}", merchant.base);
    merchant
        .http
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

async fn stable(merchant: &Merchant, force: bool) -> Value {
    let body = json!({"grant_type": "client_credential", "appid": APPID, "secret": SECRET, "force_refresh": force});
    merchant.control_post("/cgi-bin/stable_token", body).await
}

#[tokio::test]
async fn wrong_credentials_are_told_apart() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    for (query, code) in [
        ("grant_type=x&appid=a&secret=b".to_owned(), 40002),
        ("grant_type=client_credential&secret=b".to_owned(), 41002),
        (format!("grant_type=client_credential&appid={APPID}"), 41004),
        (
            "grant_type=client_credential&appid=wxnobody&secret=b".to_owned(),
            40013,
        ),
        (
            format!("grant_type=client_credential&appid={APPID}&secret=b"),
            40125,
        ),
    ] {
        refused(&classic(merchant, &query).await, code, "");
    }
    let wrong_type = json!({"grant_type": "client_credential", "appid": 7, "secret": SECRET});
    refused(
        &merchant
            .control_post("/cgi-bin/stable_token", wrong_type)
            .await,
        72031,
        "appid",
    );
}

#[tokio::test]
async fn tokens_of_every_bad_kind_are_refused_by_their_own_code() {
    let stage = stage().await;
    let good = &stage.merchant.token;
    let path = "/card/invoice/setbizattr?action=get_contact";
    for (token, code) in [
        (String::new(), 41001),
        ("short".to_owned(), 40014),
        (format!("{good}x"), 40001),
        (stage.merchant.ticket.clone(), 40001),
    ] {
        let wrong = Merchant::sign_in(stage.running.base_url(), APPID, SECRET).await;
        let wrong = Merchant { token, ..wrong };
        refused(&wrong.post(path, json!({})).await, code, "");
    }
}

#[tokio::test]
async fn a_token_expires_and_says_so() {
    let stage = stage().await;
    stage.merchant.advance(7200).await;
    let path = "/card/invoice/setbizattr?action=get_contact";
    refused(
        &stage.merchant.post(path, json!({})).await,
        42001,
        "expired",
    );
}

#[tokio::test]
async fn a_classic_token_outlives_its_successor_by_five_minutes() {
    let stage = stage().await;
    let query = format!("grant_type=client_credential&appid={APPID}&secret={SECRET}");
    let first = classic(&stage.merchant, &query).await;
    assert_eq!(first["expires_in"], 7200);
    let second = classic(&stage.merchant, &query).await;
    assert_ne!(first["access_token"], second["access_token"]);
    let path = "/card/invoice/setbizattr?action=get_contact";
    let with = |token: &Value| Merchant {
        http: stage.merchant.http.clone(),
        base: stage.merchant.base.clone(),
        appid: APPID.to_owned(),
        token: token.as_str().unwrap().to_owned(),
        ticket: String::new(),
        s_pappid: String::new(),
    };
    let old = with(&first["access_token"]);
    assert_eq!(old.post(path, json!({})).await["errcode"], 0);
    stage.merchant.advance(300).await;
    refused(&old.post(path, json!({})).await, 40001, "not latest");
    assert_eq!(
        with(&second["access_token"]).post(path, json!({})).await["errcode"],
        0
    );
    // The stable family never noticed.
    assert_eq!(stage.merchant.post(path, json!({})).await["errcode"], 0);
}

#[tokio::test]
async fn the_stable_token_is_stable_until_forced_or_nearly_over() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    assert_eq!(
        stable(merchant, false).await["access_token"],
        merchant.token.as_str()
    );
    merchant.advance(6901).await;
    let renewed = stable(merchant, false).await;
    assert_ne!(renewed["access_token"], merchant.token.as_str());
    let path = "/card/invoice/setbizattr?action=get_contact";
    assert_eq!(
        merchant.post(path, json!({})).await["errcode"],
        0,
        "both are good for a while"
    );
    let forced = stable(merchant, true).await;
    assert_ne!(forced["access_token"], renewed["access_token"]);
    refused(&merchant.post(path, json!({})).await, 40001, "");
    // Within thirty seconds nothing is refreshed.
    assert_eq!(
        stable(merchant, true).await["access_token"],
        forced["access_token"]
    );
}

#[tokio::test]
async fn a_ticket_is_kept_until_five_minutes_before_its_end() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let path = "/cgi-bin/ticket/getticket?type=wx_card";
    assert_eq!(merchant.get(path).await["ticket"], merchant.ticket.as_str());
    let js = merchant.get("/cgi-bin/ticket/getticket?type=jsapi").await;
    assert_ne!(js["ticket"], merchant.ticket.as_str());
    merchant.advance(6950).await;
    assert_ne!(merchant.get(path).await["ticket"], merchant.ticket.as_str());
}

#[tokio::test]
async fn the_method_has_to_be_right() {
    let stage = stage().await;
    refused(
        &stage.merchant.get("/card/invoice/getauthurl").await,
        43002,
        "POST",
    );
    let path = "/cgi-bin/ticket/getticket?type=wx_card";
    refused(&stage.merchant.post(path, json!({})).await, 43001, "GET");
    let url = format!("{}/card/invoice/nothing", stage.merchant.base);
    assert_eq!(
        stage.merchant.http.get(url).send().await.unwrap().status(),
        404
    );
}

#[tokio::test]
async fn daily_quotas_end_and_are_reset() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    merchant.settings(json!({"daily_limit": 3})).await;
    let path = "/card/invoice/setbizattr?action=get_contact";
    while merchant.post(path, json!({})).await["errcode"] == 0 {}
    refused(&merchant.post(path, json!({})).await, 45009, "quota");
    let asked = json!({"cgi_path": "/card/invoice/setbizattr"});
    let quota = merchant
        .post("/cgi-bin/openapi/quota/get", asked.clone())
        .await;
    assert_eq!(quota["quota"]["remain"], 0, "{quota}");
    let unknown = json!({"cgi_path": "/nothing"});
    refused(
        &merchant.post("/cgi-bin/openapi/quota/get", unknown).await,
        76021,
        "",
    );
    assert_eq!(
        merchant.post("/cgi-bin/openapi/quota/clear", asked).await["errcode"],
        0
    );
    assert_eq!(merchant.post(path, json!({})).await["errcode"], 0);
    for _ in 0..10 {
        let answer = merchant
            .control_post(
                "/cgi-bin/clear_quota/v2",
                json!({"appid": APPID, "appsecret": SECRET}),
            )
            .await;
        assert_eq!(answer["errcode"], 0, "{answer}");
    }
    refused(
        &merchant
            .post("/cgi-bin/clear_quota", json!({"appid": APPID}))
            .await,
        48006,
        "",
    );
    merchant.advance(86_400).await;
    let merchant = Merchant::sign_in(stage.running.base_url(), APPID, SECRET).await;
    assert_eq!(
        merchant.post(path, json!({})).await["errcode"],
        0,
        "a new day"
    );
}

#[tokio::test]
async fn a_call_can_be_looked_up_by_its_request_id() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let answer = merchant
        .post("/card/invoice/getauthurl", json!({"s_pappid": "x"}))
        .await;
    let rid = answer["errmsg"]
        .as_str()
        .unwrap()
        .rsplit("rid: ")
        .next()
        .unwrap()
        .to_owned();
    let found = merchant
        .post("/cgi-bin/openapi/rid/get", json!({"rid": rid}))
        .await;
    assert_eq!(
        found["request"]["request_url"], "/card/invoice/getauthurl",
        "{found}"
    );
    assert_eq!(found["request"]["request_body"], "{\"s_pappid\":\"x\"}");
}

#[tokio::test]
async fn a_caller_outside_the_white_list_gets_no_token() {
    let stage = stage().await;
    let account = json!({"appid": "wxlisted", "secret": "s", "ip_whitelist": ["203.0.113.9"]});
    stage
        .merchant
        .control_post("/sandbox/accounts", account)
        .await;
    let answer = classic(
        &stage.merchant,
        "grant_type=client_credential&appid=wxlisted&secret=s",
    )
    .await;
    refused(&answer, 40164, "127.0.0.1");
}

#[tokio::test]
async fn the_minutes_calls_have_a_limit_where_one_is_set() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    merchant.settings(json!({"minute_limit": 2})).await;
    let path = "/card/invoice/seturl";
    for _ in 0..2 {
        assert_eq!(merchant.post(path, json!({})).await["errcode"], 0);
    }
    refused(&merchant.post(path, json!({})).await, 45011, "");
    let told = merchant
        .post("/cgi-bin/openapi/quota/get", json!({"cgi_path": path}))
        .await;
    assert_eq!(
        told["rate_limit"],
        json!({"call_count": 2, "refresh_second": 60})
    );
    assert_eq!(
        told["quota"]["used"], 3,
        "one of the stage, two of ours; a refused call does not count"
    );
    merchant.advance(60).await;
    assert_eq!(merchant.post(path, json!({})).await["errcode"], 0);
    stage.running.stop().await;
}
