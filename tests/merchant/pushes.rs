//! Pushes: forged, replayed, doubled, oversized.

use crate::harness::{company, spawn_app};
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn a_forged_push_is_refused_and_shown_to_staff() {
    let app = spawn_app().await;
    let address = format!(
        "{}/wechat/callback/{}",
        app.web(),
        app.demo().secrets.app_id
    );
    let plain = "<xml><ToUserName>gh_x</ToUserName><FromUserName>o</FromUserName><CreateTime>1</CreateTime>\
                 <MsgType>event</MsgType><Event>user_authorize_invoice</Event><SuccOrderId>x</SuccOrderId></xml>";
    for query in [
        "",
        "?signature=0&timestamp=1&nonce=2&openid=o",
        "?encrypt_type=raw",
    ] {
        let answer = app
            .http
            .post(format!("{address}{query}"))
            .body(plain)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{query}");
    }
    let huge = app
        .http
        .post(&address)
        .body("x".repeat(70_000))
        .send()
        .await
        .unwrap();
    assert_eq!(huge.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let pushes = app.ports().store.pushes(None, None, 20).await.unwrap().rows;
    assert!(
        !pushes.is_empty() && pushes.iter().all(|push| push.state == "refused"),
        "{pushes:?}"
    );
    app.stop().await;
}

#[tokio::test]
async fn a_doubled_push_makes_one_invoice() {
    let app = spawn_app().await;
    app.wechat_fault(&json!({ "kind": "doubled", "count": 1 }))
        .await;
    let order = app.authorised_order("P-1", &company()).await;
    app.await_state(&order, "carded").await;
    let ledger = app.tax_ledger().await;
    assert_eq!(ledger["numbers"].as_array().unwrap().len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn the_address_check_echoes_only_for_wechat() {
    let app = spawn_app().await;
    let address = format!(
        "{}/wechat/callback/{}",
        app.web(),
        app.demo().secrets.app_id
    );
    let wrong = app
        .http
        .get(format!(
            "{address}?signature=00&timestamp=1&nonce=2&echostr=hello"
        ))
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), StatusCode::FORBIDDEN);
    let unknown = app
        .http
        .get(format!("{}/wechat/callback/wx0", app.web()))
        .send()
        .await
        .unwrap();
    assert_eq!(unknown.status(), StatusCode::FORBIDDEN);
    app.stop().await;
}
