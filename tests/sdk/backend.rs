//! The clients' sample backend (`deploy/clients/backend`), run with Node against a real product.

use crate::harness::{TestApp, company, eventually_or, spawn_app};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// The backend, or `None` where Node is not installed.
#[allow(clippy::print_stderr, reason = "a test that skips says so")]
async fn backend(app: &TestApp) -> Option<(Child, String)> {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../deploy/clients/backend/invoices.js"
    );
    let spawned = Command::new("node")
        .arg(script)
        .env("FAPIAO_BASE", app.web())
        .env("FAPIAO_KEY", app.till().1)
        .env("PORT", "0")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let mut node = match spawned {
        Ok(node) => node,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("NOT CHECKED: node is not installed");
            return None;
        }
        Err(error) => panic!("node: {error}"),
    };
    let mut lines = BufReader::new(node.stdout.take().unwrap()).lines();
    let address = lines.next_line().await.unwrap().unwrap();
    Some((node, address))
}

async fn ask(app: &TestApp, method: Method, url: String) -> Value {
    let answer = app.http.request(method, url).send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, StatusCode::OK, "{text}");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn a_client_gets_its_invoice_through_the_sample_backend() {
    let app = spawn_app().await;
    let Some((_node, base)) = backend(&app).await else {
        return;
    };
    let page = app
        .http
        .get(&base)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("data-invoice") && page.contains("/invoice.js"));

    let tap = format!("{base}/my/orders/H5-1001/invoice?channel=app");
    let made = ask(&app, Method::POST, tap.clone()).await;
    let delivery = made["id"].as_str().unwrap();
    assert_eq!(
        (&made["state"], &made["final"], &made["invoice"]),
        (&json!("created"), &json!(false), &Value::Null)
    );
    assert!(made["page_url"].as_str().unwrap().starts_with("http"));
    let again = ask(&app, Method::POST, tap).await;
    assert_eq!(again["id"], made["id"], "a second tap makes nothing new");

    let page = ask(
        &app,
        Method::POST,
        format!("{base}/my/invoices/{delivery}/page"),
    )
    .await;
    assert!(page["auth_url"].as_str().unwrap().starts_with("http"));
    assert!(page["appid"].is_null(), "only mini programs need it");

    // The app never comes back; the buyer agrees in WeChat, and the app asks when it is looked at again.
    app.authorise(&json!({ "delivery": made }), &company())
        .await;
    // As a client does: no answer is no state, it asks again.
    let state: Value = eventually_or("the end", async || {
        let url = format!("{base}/my/invoices/{delivery}");
        let answer = app.http.get(url).send().await.unwrap();
        if answer.status() != StatusCode::OK {
            return Err(Value::Null);
        }
        let state: Value = answer.json().await.unwrap();
        if state["final"] == true {
            Ok(state)
        } else {
            Err(state)
        }
    })
    .await;
    assert_eq!(state["state"], "carded", "{state}");
    assert_eq!(state["invoice"].as_str().unwrap().len(), 20);
    assert!(
        state.get("title").is_none(),
        "whose title it is is nobody's business"
    );
    let stranger = app
        .http
        .get(format!("{base}/my/invoices/dlv_0"))
        .send()
        .await
        .unwrap();
    assert_eq!(stranger.status(), StatusCode::NOT_FOUND);
    app.stop().await;
}
