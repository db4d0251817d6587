use serde_json::json;
use wechat_invoice::QuotaClient;

use crate::harness::{APP_ID, SECRET, Server, account};

fn client(server: &Server) -> QuotaClient {
    QuotaClient::new(&server.keeper(), account())
}

#[tokio::test]
async fn what_is_left_is_told() {
    let server = Server::start().await;
    let path = "/cgi-bin/openapi/quota/get";
    server.json(
        path,
        r#"{"errcode":0,"errmsg":"ok","quota":{"daily_limit":100000,"used":"12","remain":99988}}"#,
    );
    let quota = client(&server).quota("/card/invoice/insert").await.unwrap();
    assert_eq!(
        (quota.daily_limit, quota.used, quota.remain),
        (Some(100_000), Some(12), Some(99_988))
    );
    assert_eq!(
        server.only(path).json(),
        json!({"cgi_path": "/card/invoice/insert"})
    );
}

#[tokio::test]
async fn counters_are_reset_by_token_and_by_secret() {
    let server = Server::start().await;
    let ok = r#"{"errcode":0,"errmsg":"ok"}"#;
    let paths = [
        "/cgi-bin/clear_quota",
        "/cgi-bin/clear_quota/v2",
        "/cgi-bin/openapi/quota/clear",
    ];
    for path in paths {
        server.json(path, ok);
    }
    let client = client(&server);
    client.clear_all().await.unwrap();
    client.clear_all_by_secret().await.unwrap();
    client.clear_one("/card/invoice/insert").await.unwrap();
    let [all, by_secret, one] = paths.map(|path| server.only(path));
    assert_eq!(all.json(), json!({"appid": APP_ID}));
    assert_eq!(
        by_secret.json(),
        json!({"appid": APP_ID, "appsecret": SECRET})
    );
    assert!(
        by_secret.query.is_empty(),
        "no token, and no secret in the query"
    );
    assert_eq!(one.json(), json!({"cgi_path": "/card/invoice/insert"}));
}

#[tokio::test]
async fn a_request_id_tells_what_wechat_received() {
    let server = Server::start().await;
    let path = "/cgi-bin/openapi/rid/get";
    let request = json!({
        "invoke_time": 1767225600, "cost_in_ms": 30, "client_ip": "203.0.113.9",
        "request_url": "access_token=token-1", "request_body": "{}", "response_body": "{}"
    });
    server.json(
        path,
        &json!({"errcode":0,"errmsg":"ok","request":request}).to_string(),
    );
    let details = client(&server).request_details("1-2-3").await.unwrap();
    assert_eq!(
        (details.cost_in_ms, details.client_ip.as_deref()),
        (Some(30), Some("203.0.113.9"))
    );
    assert!(!format!("{details:?}").contains("token-1"));
    assert_eq!(server.only(path).json(), json!({"rid": "1-2-3"}));
}

#[tokio::test]
async fn addresses_come_without_an_errcode() {
    let server = Server::start().await;
    let (pushes, api) = ("/cgi-bin/getcallbackip", "/cgi-bin/get_api_domain_ip");
    server.json(pushes, r#"{"ip_list":["203.0.113.9","203.0.113.0/24"]}"#);
    server.json(api, r#"{"errcode":0,"ip_list":["203.0.113.10"]}"#);
    assert_eq!(
        client(&server).callback_ips().await.unwrap(),
        ["203.0.113.9", "203.0.113.0/24"]
    );
    assert_eq!(client(&server).api_ips().await.unwrap(), ["203.0.113.10"]);
    assert_eq!(
        (server.only(pushes).method, server.only(pushes).body.len()),
        ("GET".into(), 0)
    );
}

#[tokio::test]
async fn a_credential_is_checked_without_harming_the_running_token() {
    let server = Server::start().await;
    server.json(
        "/cgi-bin/stable_token",
        r#"{"errcode":40125,"errmsg":"invalid appsecret, rid: 1-2-3"}"#,
    );
    let error = client(&server).check_credential().await.unwrap_err();
    assert_eq!((error.errcode(), error.rid()), (Some(40125), Some("1-2-3")));
    let body = server.only("/cgi-bin/stable_token").json();
    assert!(body.get("force_refresh").is_none(), "never forced");
}
