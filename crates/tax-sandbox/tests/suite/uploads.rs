//! Uploads, their results, repeats, quota spent.

use std::time::Duration;

use serde_json::json;

use crate::client::{
    Bench, PARTY, SELLER, USING, config, invoice, line, request_key, text, with_lines,
};
use tax_sandbox::Party;

#[tokio::test]
async fn a_correct_invoice_is_in_progress_first_and_accepted_then() {
    let slow = tax_sandbox::TaxSandboxConfig {
        latency: Duration::from_millis(300),
        ..config(&Party::generate(PARTY))
    };
    let bench = Bench::with(slow).await;
    let numbers = bench.stocked(2).await;
    let now = bench.now().await;
    let receipt = bench
        .upload(&[invoice(&numbers[0], &now), invoice(&numbers[1], &now)])
        .await;
    let early = bench.results(&receipt).await;
    assert!(early.iter().all(|row| row["status"] == "01"), "{early:?}");
    tokio::time::sleep(Duration::from_millis(350)).await;
    let late = bench.results(&receipt).await;
    assert!(late.iter().all(|row| row["status"] == "00"), "{late:?}");
    assert_eq!(
        late.iter()
            .map(|row| text(&row["fphm"]))
            .collect::<Vec<_>>(),
        numbers
    );
}

#[tokio::test]
async fn the_same_invoice_again_is_a_duplicate_and_another_content_fails() {
    let bench = Bench::new().await;
    let numbers = bench.stocked(1).await;
    let now = bench.now().await;
    let good = invoice(&numbers[0], &now);
    assert_eq!(bench.verdict(&good).await.0, "00");
    let mut same = good.clone();
    same["ip"] = json!("192.0.2.99");
    same["hjje"] = json!(100);
    assert_eq!(bench.verdict(&same).await.0, "03");
    let mut other = good.clone();
    other["bz"] = json!("another remark");
    let (status, message) = bench.verdict(&other).await;
    assert_eq!(status, "02");
    assert!(message.starts_with("E_REUSED"), "{message}");
    let ledger = bench.look("/ledger").await;
    assert_eq!(ledger["numbers"][0]["state"], "accepted");
    assert_eq!(ledger["numbers"][0]["uploads"], 3);
    assert_eq!(
        ledger["quota"][0]["spent"], "100.00",
        "a repeat spends nothing"
    );
}

#[tokio::test]
async fn a_failed_number_may_be_corrected() {
    let bench = Bench::new().await;
    let numbers = bench.stocked(1).await;
    let mut wrong = invoice(&numbers[0], &bench.now().await);
    wrong["jshj"] = json!("109.01");
    let (status, message) = bench.verdict(&wrong).await;
    assert_eq!(status, "02");
    assert!(message.contains("E_TOTAL:"), "{message}");
    assert_eq!(bench.look("/ledger").await["numbers"][0]["state"], "failed");
    wrong["jshj"] = json!("109.00");
    assert_eq!(bench.verdict(&wrong).await.0, "00");
}

#[tokio::test]
async fn quota_and_numbers_must_have_been_taken_first() {
    let bench = Bench::new().await;
    let numbers = bench.segment(3).await;
    let now = bench.now().await;
    assert!(
        bench
            .verdict(&invoice(&numbers[0], &now))
            .await
            .1
            .starts_with("E_QUOTA")
    );
    bench.quota("150.00").await;
    let receipt = bench
        .upload(&[invoice(&numbers[0], &now), invoice(&numbers[1], &now)])
        .await;
    let rows = bench.results(&receipt).await;
    assert_eq!(
        (&rows[0]["status"], &rows[1]["status"]),
        (&json!("00"), &json!("02")),
        "the second finds 50.00 left"
    );
    let beyond = format!("{:020}", numbers[2].parse::<u128>().unwrap() + 1);
    assert!(
        bench
            .verdict(&invoice(&beyond, &now))
            .await
            .1
            .starts_with("E_NUMBER")
    );
    assert!(
        bench
            .verdict(&invoice("26330000009990000001", &now))
            .await
            .1
            .starts_with("E_NUMBER")
    );
    let state = bench.ok("CXSXED", &json!({"nsrsbh": SELLER})).await;
    assert_eq!(
        (&state["yxzed"], &state["yxzwsyed"]),
        (&json!("150.00"), &json!("50.00"))
    );
    let back = json!({"nsrsbh": SELLER, "ptbh": PARTY, "sqlx": "1", "sqed": "50.01", "ywlsh": request_key(USING)});
    assert_eq!(bench.refused("XZTHSXED", &back).await.0, "21");
}

#[tokio::test]
async fn a_call_brings_1_to_100_invoices_and_a_receipt_is_known_to_its_owner_only() {
    let bench = Bench::new().await;
    let numbers = bench.stocked(101).await;
    let now = bench.now().await;
    let all: Vec<_> = numbers.iter().map(|number| invoice(number, &now)).collect();
    assert_eq!(bench.refused("QDFPSC", &json!(all)).await.0, "12");
    assert_eq!(bench.refused("QDFPSC", &json!([])).await.0, "12");
    let receipt = bench.upload(&all[..100]).await;
    assert_eq!(
        bench
            .results(&receipt)
            .await
            .iter()
            .filter(|row| row["status"] == "00")
            .count(),
        100
    );
    assert_eq!(
        bench
            .refused("CXQDFPSCJG", &json!({"sllsh": "nothing"}))
            .await
            .0,
        "11"
    );
    let foreign = bench
        .call_as("SY0000000002", "CXQDFPSCJG", &json!({"sllsh": receipt}))
        .await
        .data();
    assert_eq!(foreign["returncode"], "11");
}

#[tokio::test]
async fn hundreds_of_uploads_a_second_keep_the_ledger_straight() {
    let bench = std::sync::Arc::new(Bench::new().await);
    let numbers = bench.stocked(400).await;
    let now = bench.now().await;
    let begun = std::time::Instant::now();
    let tasks: Vec<_> = numbers
        .chunks(25)
        .map(|chunk| {
            let (bench, chunk, now) = (bench.clone(), chunk.to_vec(), now.clone());
            tokio::spawn(async move {
                for number in chunk {
                    assert_eq!(bench.verdict(&invoice(&number, &now)).await.0, "00");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    eprintln!("400 uploads and polls, unoptimised: {:?}", begun.elapsed());
    let ledger = bench.look("/ledger").await;
    assert_eq!(ledger["quota"][0]["spent"], "40000.00");
    assert_eq!(ledger["months"][0]["blue"]["count"], 400);
    assert!(
        ledger["numbers"]
            .as_array()
            .unwrap()
            .iter()
            .all(|n| n["state"] == "accepted" && n["uploads"] == 1)
    );
}

#[tokio::test]
async fn month_totals_and_usage_tell_what_was_accepted() {
    let bench = Bench::new().await;
    let numbers = bench.stocked(2).await;
    let now = bench.now().await;
    bench.verdict(&invoice(&numbers[0], &now)).await;
    let lines = vec![line(1, "50.00", "4.50", "54.50")];
    bench
        .verdict(&with_lines(
            &numbers[1],
            &now,
            lines,
            ("50.00", "4.50", "54.50"),
        ))
        .await;
    let month = bench
        .ok("CXFPHZQRXX", &json!({"xsfnsrsbh": SELLER, "yf": now[..7]}))
        .await["fphzqrxxList"][0]
        .clone();
    assert_eq!(
        [
            &month["lzfpsl"],
            &month["lzfpje"],
            &month["lzfpse"],
            &month["qrzt"]
        ],
        ["2", "150.00", "13.50", "N"]
    );
    let day = now[..10].replace('-', "");
    let usage = bench
        .ok(
            "FPZTXXCX",
            &json!({"fplx": "82", "fphm": numbers[0], "kprq": day}),
        )
        .await;
    assert_eq!(
        [
            &usage["fpzt"],
            &usage["hzsdbs"],
            &usage["fpyt"],
            &usage["rzzt"]
        ],
        ["0", "N", "0", "01"]
    );
    assert_eq!(
        bench
            .refused(
                "FPZTXXCX",
                &json!({"fplx": "82", "fphm": numbers[0], "kprq": "20200101"})
            )
            .await
            .0,
        "11"
    );
}
