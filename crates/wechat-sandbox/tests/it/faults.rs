//! Faults of calls.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::scene::{NUMBER, refused, stage};

const INSERT: &str = "/card/invoice/insert";

#[tokio::test]
async fn an_ordered_code_is_answered_as_often_as_ordered() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let order =
        json!({"path": "/card/invoice/setbizattr", "kind": "errcode", "value": 45011, "count": 2});
    merchant.control_post("/sandbox/faults", order).await;
    let path = "/card/invoice/setbizattr?action=get_contact";
    refused(
        &merchant.post(path, json!({})).await,
        45011,
        "ordered fault",
    );
    refused(&merchant.post(path, json!({})).await, 45011, "");
    assert_eq!(merchant.post(path, json!({})).await["errcode"], 0);
    let faults = merchant.control("/sandbox/faults").await;
    assert_eq!(faults["faults"][0]["struck"], 2);
}

#[tokio::test]
async fn a_lost_answer_leaves_the_work_done_and_a_lost_question_does_not() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    merchant.authorised("A-1").await;
    let (card, media) = (merchant.template().await, merchant.pdf_with(NUMBER).await);
    let body = merchant.insert_body("A-1", &card, &media, NUMBER);
    let order = |kind: &str| json!({"path": INSERT, "kind": kind, "count": 1});
    merchant
        .control_post("/sandbox/faults", order("drop_before"))
        .await;
    let lost = merchant.try_post(INSERT, &body).await;
    assert!(lost.is_err(), "{lost:?}");
    assert_eq!(
        merchant.control("/sandbox/ledger").await["inserts"],
        json!([])
    );
    merchant
        .control_post("/sandbox/faults", order("work_then_drop"))
        .await;
    let lost = merchant.try_post(INSERT, &body).await;
    assert!(lost.is_err(), "{lost:?}");
    let ledger = merchant.control("/sandbox/ledger").await;
    assert_eq!(ledger["inserts"][0]["order_id"], "A-1");
    refused(&merchant.insert(body).await, 72056, "");
}

#[tokio::test]
async fn garbage_status_and_delay_come_as_ordered() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let path = "/card/invoice/setbizattr?action=get_contact";
    let order = |kind: &str, value: i64| json!({"path": "/card/*", "kind": kind, "value": value, "count": 1});
    merchant
        .control_post("/sandbox/faults", order("garbage", 0))
        .await;
    let answer = merchant.try_post(path, &json!({})).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.json::<serde_json::Value>().await.is_err());
    merchant
        .control_post("/sandbox/faults", order("http_status", 502))
        .await;
    assert_eq!(
        merchant.try_post(path, &json!({})).await.unwrap().status(),
        502
    );
    merchant
        .control_post("/sandbox/faults", order("delay", 150))
        .await;
    let started = Instant::now();
    assert_eq!(merchant.post(path, json!({})).await["errcode"], 0);
    assert!(Duration::from_millis(150) <= started.elapsed());
}

#[tokio::test]
async fn a_delay_ends_with_its_fault() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let order = json!({"path": "/card/*", "kind": "delay", "value": 600_000, "count": 1});
    merchant.control_post("/sandbox/faults", order).await;
    let held = merchant.post("/card/invoice/setbizattr?action=get_contact", json!({}));
    let release = async {
        while merchant.control("/sandbox/faults").await["faults"][0]["struck"] != 1 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let url = format!("{}/sandbox/faults", merchant.base);
        merchant.http.delete(url).send().await.unwrap();
    };
    let (answer, ()) = tokio::join!(held, release);
    assert_eq!(answer["errcode"], 0, "{answer}");
}

#[tokio::test]
async fn faults_by_chance_strike_some_and_spare_some() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let order = json!({"kind": "errcode", "value": -1, "percent": 50});
    merchant.control_post("/sandbox/faults", order).await;
    let path = "/card/invoice/setbizattr?action=get_contact";
    let mut struck = 0;
    for _ in 0..100 {
        struck += i32::from(merchant.post(path, json!({})).await["errcode"] == -1);
    }
    assert!((10..90).contains(&struck), "{struck}");
    let url = format!("{}/sandbox/faults", merchant.base);
    let cleared = merchant.http.delete(url).send().await.unwrap();
    assert_eq!(
        cleared.json::<serde_json::Value>().await.unwrap()["removed"],
        1
    );
    assert_eq!(merchant.post(path, json!({})).await["errcode"], 0);
}

#[tokio::test]
async fn an_order_that_makes_no_sense_is_refused_with_the_reason() {
    let stage = stage().await;
    for (order, words) in [
        (json!({"kind": "explode"}), "explode"),
        (json!({"kind": "errcode"}), "needs a value"),
        (
            json!({"kind": "lost", "path": "/card/invoice/insert"}),
            "by event",
        ),
        (
            json!({"kind": "delay", "value": 1, "event": "x"}),
            "by path",
        ),
        (json!({"kind": "http_status", "value": 7}), "HTTP status"),
        (json!({"kind": "lost", "count": 0}), "count"),
        (json!({"kind": "lost", "colour": "red"}), "colour"),
    ] {
        let answer = stage.merchant.control_post("/sandbox/faults", order).await;
        assert_eq!(answer["status"], 422);
        assert!(
            answer["detail"].as_str().unwrap().contains(words),
            "{answer}"
        );
    }
}
