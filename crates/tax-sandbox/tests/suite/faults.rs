//! Trouble to order, and the access layer's own refusals.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::{Answer, Bench, SELLER, USING, invoice, now_seconds, seal, sign};

#[tokio::test]
async fn a_lost_answer_was_worked_and_the_repeat_finds_it() {
    let bench = Bench::new().await;
    let number = bench.stocked(1).await[0].clone();
    let good = invoice(&number, &bench.now().await);
    bench
        .fault(json!({"service": "QDFPSC", "kind": "work_then_drop", "times": 1}))
        .await;
    assert!(
        bench
            .try_call(USING, "QDFPSC", &json!([good]))
            .await
            .is_err(),
        "the answer is lost"
    );
    assert_eq!(
        bench.look(&format!("/invoices/{number}")).await["state"],
        "accepted"
    );
    assert_eq!(bench.verdict(&good).await.0, "03");
}

#[tokio::test]
async fn a_call_dropped_before_its_work_left_nothing() {
    let bench = Bench::new().await;
    let number = bench.stocked(1).await[0].clone();
    let good = invoice(&number, &bench.now().await);
    bench
        .fault(json!({"service": "QDFPSC", "kind": "drop_before", "times": 1}))
        .await;
    assert!(
        bench
            .try_call(USING, "QDFPSC", &json!([good]))
            .await
            .is_err()
    );
    assert_eq!(bench.look("/ledger").await["numbers"], json!([]));
    assert_eq!(bench.verdict(&good).await.0, "00");
}

#[tokio::test]
async fn every_other_fault_does_what_it_says_as_often_as_it_says() {
    let bench = Bench::new().await;
    let number = bench.stocked(2).await;
    let now = bench.now().await;
    let ask = json!({"nsrsbh": SELLER});
    bench.fault(json!({"service": "CXSXED", "kind": "error", "code": "Throttled", "message": "slow down", "times": 2})).await;
    for _ in 0..2 {
        assert_eq!(bench.call("CXSXED", &ask).await.error(), "Throttled");
    }
    bench.ok("CXSXED", &ask).await;
    bench
        .fault(json!({"kind": "refuse", "code": "99", "message": "系统繁忙", "times": 1}))
        .await;
    assert_eq!(
        bench.refused("CXNSRFXXX", &ask).await,
        ("99".into(), "系统繁忙".into())
    );
    bench
        .fault(json!({"service": "CXSXED", "kind": "delay", "ms": 200, "times": 1}))
        .await;
    let begun = Instant::now();
    bench.ok("CXSXED", &ask).await;
    assert!(Duration::from_millis(200) <= begun.elapsed());
    bench
        .fault(
            json!({"service": "QDFPSC", "kind": "refuse_invoices", "message": "风险", "times": 1}),
        )
        .await;
    bench
        .fault(json!({"kind": "hold", "polls": 2, "times": 1}))
        .await;
    let receipt = bench
        .upload(&[invoice(&number[0], &now), invoice(&number[1], &now)])
        .await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(bench.results(&receipt).await[1]["status"].clone());
    }
    assert_eq!(seen, ["01", "01", "00"]);
    assert_eq!(bench.results(&receipt).await[0]["message"], "风险");
    assert_eq!(
        bench.look("/faults").await,
        json!([]),
        "all faults are spent"
    );
    bench
        .fault(json!({"service": "CXSXED", "kind": "http", "status": 503}))
        .await;
    let text = seal(&bench.party, b"{}");
    let stamp = now_seconds().to_string();
    let signature = sign(&bench.party, "CXSXED", &stamp, &text);
    let answer = bench
        .send(USING, "CXSXED", &stamp, &signature, "Y", text.clone())
        .await
        .unwrap();
    assert_eq!(answer.status(), 503);
    bench
        .http
        .delete(format!("{}/sandbox/faults", bench.running.url()))
        .send()
        .await
        .unwrap();
    bench
        .fault(json!({"service": "CXSXED", "kind": "garbage", "times": 1}))
        .await;
    let answer = bench
        .send(USING, "CXSXED", &stamp, &signature, "Y", text)
        .await
        .unwrap();
    assert!(answer.text().await.unwrap().contains("<html>"));
}

#[tokio::test]
async fn a_forged_stale_or_unreadable_call_is_refused_in_the_clear() {
    let bench = Bench::new().await;
    let text = seal(
        &bench.party,
        json!({"nsrsbh": SELLER}).to_string().as_bytes(),
    );
    let now = now_seconds();
    let good = sign(&bench.party, "CXSXED", &now.to_string(), &text);
    let old = (now - 601).to_string();
    let cases = [
        (
            now.to_string(),
            "00".repeat(32),
            "Y",
            text.clone(),
            "SignatureInvalid",
        ),
        (
            now.to_string(),
            good.clone(),
            "Y",
            seal(&bench.party, b"{}"),
            "SignatureInvalid",
        ),
        (
            old.clone(),
            sign(&bench.party, "CXSXED", &old, &text),
            "Y",
            text.clone(),
            "TimestampExpired",
        ),
        (
            "yesterday".into(),
            good.clone(),
            "Y",
            text.clone(),
            "TimestampInvalid",
        ),
        (
            now.to_string(),
            good.clone(),
            "N",
            text.clone(),
            "SandboxFlag",
        ),
        (
            now.to_string(),
            sign(&bench.party, "CXSXED", &now.to_string(), "zzz"),
            "Y",
            "zzz".into(),
            "BodyUnreadable",
        ),
    ];
    for (stamp, signature, flag, body, code) in cases {
        let answer = bench
            .send(USING, "CXSXED", &stamp, &signature, flag, body)
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        assert_eq!(bench.read(&answer).error(), code);
    }
    let answer = bench
        .send(USING, "CXSXED", &now.to_string(), &good, "Y", text)
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(matches!(bench.read(&answer), Answer::Data(_)));
    assert_eq!(
        bench.call("NOTHING", &json!({})).await.error(),
        "ServiceNotFound"
    );
    assert_eq!(bench.refused("CXSXED", &json!({"nsrsbh": 5})).await.0, "10");
    assert_eq!(bench.refused("CXSXED", &json!([1])).await.0, "10");
}
