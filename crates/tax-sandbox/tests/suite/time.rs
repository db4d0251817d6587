//! What time forbids: 12 hours, 48 hours, the month's end, the year's end.

use serde_json::json;

use crate::client::{Bench, PARTY, SELLER, USING, invoice, request_key, text};

#[tokio::test]
async fn results_are_told_for_12_hours_and_the_same_upload_then_is_a_duplicate() {
    let bench = Bench::new().await;
    let number = bench.stocked(1).await[0].clone();
    let good = invoice(&number, &bench.now().await);
    let receipt = bench.upload(std::slice::from_ref(&good)).await;
    bench.advance(11).await;
    assert_eq!(bench.results(&receipt).await[0]["status"], "00");
    bench.advance(1).await;
    assert_eq!(
        bench
            .refused("CXQDFPSCJG", &json!({"sllsh": receipt}))
            .await
            .0,
        "30"
    );
    assert_eq!(
        bench.verdict(&good).await.0,
        "03",
        "uploaded again, it counts as success"
    );
}

#[tokio::test]
async fn an_invoice_older_than_48_hours_must_be_issued_anew() {
    let bench = Bench::new().await;
    let numbers = bench.stocked(2).await;
    let issued = bench.now().await;
    bench.advance(47).await;
    let early = bench.verdict(&invoice(&numbers[0], &issued)).await.1;
    assert!(!early.contains("E_LATE"));
    bench.advance(1).await;
    assert!(
        bench
            .verdict(&invoice(&numbers[1], &issued))
            .await
            .1
            .contains("E_LATE")
    );
    assert!(
        bench
            .verdict(&invoice(&numbers[1], "2099-01-01 00:00:00"))
            .await
            .1
            .contains("E_FUTURE")
    );
}

/// Hours from now to a local time of a later day.
fn hours_until(now: &str, day: &str) -> i64 {
    let parse =
        |text: &str| chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
    (parse(&format!("{day} 00:00:00")) - parse(now)).num_hours() + 1
}

/// The first day of the month after `now`.
fn next_month(now: &str) -> String {
    let (year, month): (i32, u32) = (now[..4].parse().unwrap(), now[5..7].parse().unwrap());
    if month == 12 {
        format!("{}-01-01", year + 1)
    } else {
        format!("{year}-{:02}-01", month + 1)
    }
}

#[tokio::test]
async fn last_month_is_confirmed_until_the_13th() {
    let bench = Bench::new().await;
    let numbers = bench.stocked(2).await;
    let issued = bench.now().await;
    assert_eq!(bench.verdict(&invoice(&numbers[0], &issued)).await.0, "00");
    let totals = |kind: &str, net: &str| {
        json!({
            "xsfnsrsbh": SELLER, "xsfsjswjgdm": "13300000000", "ptbh": PARTY, "yf": issued[..7], "ywlx": kind,
            "lzfpsl": "1", "lzfpje": net, "lzfpse": "9.00", "hzfpsl": "0", "hzfpje": "0.00", "hzfpse": "0.00",
        })
    };
    assert_eq!(
        bench.refused("SCFPHZQRXX", &totals("0", "100.00")).await.0,
        "10",
        "the month is not over"
    );
    bench
        .advance(hours_until(&issued, &next_month(&issued)))
        .await;
    let (code, message) = bench.refused("SCFPHZQRXX", &totals("0", "100.01")).await;
    assert_eq!(code, "40");
    assert!(
        message.contains("lzfpje 应为 100.00，上传的是 100.01"),
        "{message}"
    );
    assert_eq!(
        bench.refused("SCFPHZQRXX", &totals("1", "100.00")).await.0,
        "31"
    );
    bench.ok("SCFPHZQRXX", &totals("0", "100.00")).await;
    assert!(
        bench
            .verdict(&invoice(&numbers[1], &issued))
            .await
            .1
            .contains("E_MONTH"),
        "a confirmed month takes nothing"
    );
    bench.ok("SCFPHZQRXX", &totals("1", "100.00")).await;
    bench.advance(12 * 24).await;
    assert_eq!(
        bench.refused("SCFPHZQRXX", &totals("0", "100.00")).await.0,
        "30"
    );
    let month = bench
        .ok(
            "CXFPHZQRXX",
            &json!({"xsfnsrsbh": SELLER, "yf": issued[..7]}),
        )
        .await;
    assert_eq!(month["fphzqrxxList"][0]["qrzt"], "A");
}

#[tokio::test]
async fn quota_and_numbers_do_not_cross_their_month_and_year() {
    let bench = Bench::new().await;
    let old = bench.stocked(2).await;
    let now = bench.now().await;
    let new_year = format!("{}-01-01", now[..4].parse::<i32>().unwrap() + 1);
    bench.advance(hours_until(&now, &new_year)).await;
    let later = bench.now().await;
    let state = bench.ok("CXSXED", &json!({"nsrsbh": SELLER})).await;
    assert_eq!(
        (&state["yxzed"], &state["kysyed"]),
        (&json!("0.00"), &json!("10000000.00"))
    );
    let (_, message) = bench.verdict(&invoice(&old[0], &later)).await;
    assert!(
        message.contains("E_YEAR") && message.contains("E_QUOTA"),
        "{message}"
    );
    bench.quota("1000.00").await;
    let new = bench.segment(1).await;
    assert_eq!(new[0][..2], later[2..4]);
    assert!(
        new[0].ends_with("000000000000001"),
        "each year counts from 1: {}",
        new[0]
    );
    assert_eq!(bench.verdict(&invoice(&new[0], &later)).await.0, "00");
    // Issued on the last evening of the old year, uploaded in the new one: allowed.
    let eve = format!("{}-12-31 23:30:00", &now[..4]);
    let late = bench.verdict(&invoice(&old[1], &eve)).await.1;
    assert!(
        !late.contains("E_YEAR") && !late.contains("E_LATE"),
        "{late}"
    );
}

#[tokio::test]
async fn without_a_filed_return_quota_ends_on_the_15th() {
    let bench = Bench::new().await;
    bench
        .control(
            &format!("/taxpayers/{SELLER}/gate"),
            &json!({"return_filed": false}),
        )
        .await;
    let ask = json!({"nsrsbh": SELLER, "ptbh": PARTY, "sqlx": "0", "sqed": "1000.00", "ywlsh": request_key(USING)});
    assert!(text(&bench.ok("XZTHSXED", &ask).await["syqjz"]).ends_with("15"));
    let month = bench.now().await[..7].to_owned();
    assert_eq!(
        bench
            .refused("TZSXEDYXQ", &json!({"xsfnsrsbh": SELLER, "sxedsq": month}))
            .await
            .0,
        "31"
    );
    bench
        .control(
            &format!("/taxpayers/{SELLER}/gate"),
            &json!({"return_filed": true}),
        )
        .await;
    let end = text(
        &bench
            .ok("TZSXEDYXQ", &json!({"xsfnsrsbh": SELLER, "sxedsq": month}))
            .await["syqjz"],
    );
    assert!("28" <= &end[6..], "{end}");
}
