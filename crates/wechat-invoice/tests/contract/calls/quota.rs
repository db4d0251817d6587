use wechat_invoice::QuotaClient;

use super::fixture::{Call, call};
use crate::harness::account;

fn client(call: &Call) -> QuotaClient {
    QuotaClient::new(&call.server.keeper(), account())
}

#[tokio::test]
async fn quota() {
    let call = call("quota").await;
    let quota = client(&call).quota("/card/invoice/insert").await.unwrap();
    assert_eq!(
        (quota.daily_limit, quota.used, quota.remain),
        (Some(100_000), Some(12), Some(99_988))
    );
    let rate = quota.rate.unwrap();
    assert_eq!((rate.call_count, rate.refresh_second), (Some(60), Some(60)));
    call.took_place();
}

#[tokio::test]
async fn clear_all() {
    let call = call("clear_all").await;
    client(&call).clear_all().await.unwrap();
    call.took_place();
}

#[tokio::test]
async fn clear_all_by_secret() {
    let call = call("clear_all_by_secret").await;
    let client = client(&call);
    client.clear_all_by_secret().await.unwrap();
    client.clear_all_by_secret().await.unwrap();
    call.took_place();
    assert!(
        call.server.recorded("/cgi-bin/stable_token").is_empty(),
        "no token is needed"
    );
}

#[tokio::test]
async fn clear_one() {
    let call = call("clear_one").await;
    client(&call)
        .clear_one("/card/invoice/insert")
        .await
        .unwrap();
    call.took_place();
}

#[tokio::test]
async fn request_details() {
    let call = call("request_details").await;
    let details = client(&call)
        .request_details("5f3e-1a2b-3c4d")
        .await
        .unwrap();
    assert_eq!(
        (details.invoke_time, details.cost_in_ms),
        (Some(1_767_225_600), Some(30))
    );
    assert_eq!(details.request_url.as_deref(), Some("access_token=token-1"));
    assert_eq!(details.request_body.as_deref(), Some("{}"));
    assert_eq!(
        details.response_body.as_deref(),
        Some("{\"errcode\":72031}")
    );
    assert_eq!(details.client_ip.as_deref(), Some("203.0.113.9"));
    assert_eq!(details.other["tomorrow"], 1);
    assert!(!format!("{details:?}").contains("token-1"));
    call.took_place();
}

#[tokio::test]
async fn callback_ips() {
    let call = call("callback_ips").await;
    let addresses = client(&call).callback_ips().await.unwrap();
    assert_eq!(addresses, ["203.0.113.9", "203.0.113.0/24"]);
    call.took_place();
}

#[tokio::test]
async fn api_ips() {
    let call = call("api_ips").await;
    assert_eq!(client(&call).api_ips().await.unwrap(), ["203.0.113.10"]);
    call.took_place();
}

#[tokio::test]
async fn check_credential() {
    let call = call("check_credential").await;
    let client = client(&call);
    client.check_credential().await.unwrap();
    let refused = client.check_credential().await.unwrap_err();
    assert_eq!(
        (refused.errcode(), refused.rid()),
        (Some(40125), Some("5f3e-1a2b-3c4d"))
    );
    call.took_place();
}
