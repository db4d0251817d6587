//! Callers that let an answer wait until something changes, and what a bill's page says of what goes on meanwhile.

use super::{agree, counter, delivery_id, file, id, job_that, open, sample};
use crate::admin::{sign_in::signed_in, work::page};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// As long as a caller may wait.
const LONG: Duration = Duration::from_secs(30);

#[tokio::test]
async fn an_answer_waits_until_the_bill_moves_on() {
    let (app, counter) = counter().await;
    let bill = counter.seeded(1).await;
    let path = format!("/bills/{}?wait=30", id(&bill));
    let began = Instant::now();
    let opening = async {
        // The caller looks at the bill first.
        tokio::time::sleep(Duration::from_millis(500)).await;
        open(&app, &bill).await
    };
    let ((status, opened), _) = tokio::join!(counter.get(&path), opening);
    assert_eq!(
        (status, &opened["delivery"]["state"]),
        (StatusCode::OK, &json!("page_opened"))
    );
    // A wait that nothing ends is over in time.
    let short = format!("/bills/{}?wait=1", id(&bill));
    let (_, same) = counter.get(&short).await;
    assert_eq!(same["delivery"]["state"], "page_opened");
    assert!(began.elapsed() < LONG, "{:?}", began.elapsed());
    // Nobody waits for what is over.
    agree(&app, &bill).await;
    counter.await_state(id(&bill), "carded").await;
    let began = Instant::now();
    let (status, over) = counter.get(&path).await;
    assert_eq!(
        (status, &over["delivery"]["state"]),
        (StatusCode::OK, &json!("carded"))
    );
    assert!(began.elapsed() < LONG);
    for wrong in ["wait=31", "wait=soon", "until=5"] {
        let (status, problem) = counter.get(&format!("/bills/{}?{wrong}", id(&bill))).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::BAD_REQUEST, &json!("invalid_query")),
            "{wrong}"
        );
    }
    app.stop().await;
}

#[tokio::test]
async fn a_bill_that_is_handed_in_may_wait_for_its_payer_in_the_same_call() {
    let (app, counter) = counter().await;
    let (status, refused) = counter.post("/bills?wait=99", &sample(3)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
    let came = async {
        let bill = crate::harness::eventually("the bill", async || {
            let (_, found) = counter.get("/bills?text=0000000003").await;
            found["data"].as_array().unwrap().first().cloned()
        })
        .await;
        open(&app, &bill).await
    };
    let third = sample(3);
    let ((status, bill), _) = tokio::join!(counter.post("/bills?wait=30", &third), came);
    assert_eq!(
        (status, &bill["delivery"]["state"]),
        (StatusCode::CREATED, &json!("page_opened")),
        "{bill}"
    );
    app.stop().await;
}

/// The page of a bill, as staff read it.
async fn shown(app: &crate::harness::TestApp, who: &Client, bill: &Value) -> String {
    page(app, who, &format!("/admin/bills/{}", id(bill))).await
}

#[tokio::test]
async fn the_page_of_a_bill_shows_what_waits_and_how_earlier_deliveries_ended() {
    let (app, counter) = counter().await;
    let finance = signed_in(&app, "finance").await;
    let bill = counter.create(&sample(3)).await;
    agree(&app, &bill).await;
    job_that(&app, "insert_bill", delivery_id(&bill), "PDF").await;
    let text = shown(&app, &finance, &bill).await;
    let (_, work) = text.split_once("id=\"work\"").unwrap();
    let (work, _) = work.split_once("</section>").unwrap();
    assert!(
        work.contains("把财政票据放入微信卡包")
            && work.contains("等待上传票据的 PDF 文件")
            && work.contains("下次"),
        "{work}"
    );
    assert!(!text.contains("id=\"earlier\""), "there was none before");
    let refusal = format!("/bills/{}/refusal", id(&bill));
    let reason = json!({ "reason": "缴款金额需要更正" });
    counter.post(&refusal, &reason).await;
    let again = format!("/bills/{}/deliveries", id(&bill));
    let (status, next) = counter.post(&again, &json!({ "source": "app" })).await;
    assert_eq!(status, StatusCode::CREATED, "{next}");
    counter.put_file(id(&bill), file(3)).await;
    let text = shown(&app, &finance, &bill).await;
    let (_, earlier) = text.split_once("id=\"earlier\"").unwrap();
    let (earlier, _) = earlier.split_once("</section>").unwrap();
    assert!(
        earlier.contains("缴款金额需要更正") && earlier.contains("微信网页"),
        "{earlier}"
    );
    // A link that was refused hands nothing out; the newer one does.
    for (of, status) in [(&bill, StatusCode::NOT_FOUND), (&next, StatusCode::OK)] {
        let link = of["delivery"]["page_url"].as_str().unwrap();
        let paper = app.http.get(format!("{link}/file.pdf")).send().await;
        assert_eq!(paper.unwrap().status(), status);
        let page = super::payers_page(&app, of).await;
        assert_eq!(page.contains("/file.pdf"), status == StatusCode::OK);
    }
    app.stop().await;
}
