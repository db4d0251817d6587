//! The 48 hours and the 12 hours, watched: badge, mail to those who may act, and a stop for a person.

use super::{ports_at, unanswered};
use crate::{
    admin::{sign_in::signed_in, work::page},
    harness::mails::mail_server,
    harness::{TestApp, spawn_app_with, spawn_pair, until},
};
use chrono::TimeDelta;
use fapiao_domain::{ids::Id, invoice::InvoiceState};
use fapiao_usecases::{
    backoffice::windows::watch_windows,
    ids::fresh,
    jobs::{ClaimedJob, Job, JobEnd},
    platform::{buyer_forms::find_red_forms, stock::refill_stock},
    ports::Ports,
    records::{Invoice, IssuingMode},
    run::run_job,
};
use std::time::Duration;

#[tokio::test]
async fn each_window_is_told_once_to_everybody_who_may_act() {
    let (port, mails) = mail_server().await;
    let url = format!("smtp://127.0.0.1:{port}");
    let app = spawn_app_with(&[
        ("FAPIAO_MAIL__ENABLED", "true"),
        ("FAPIAO_MAIL__SMTP_URL", &url),
        ("FAPIAO_MAIL__FROM", "fapiao@example.com"),
    ])
    .await;
    let invoice = unanswered(&app, "W-1").await;
    let since = invoice.issued_at.unwrap();
    let told = |text: &str| {
        let mails = mails.lock().unwrap();
        mails.iter().filter(|(_, mail)| mail.contains(text)).count()
    };
    let at = |hours: i64, minutes: i64| {
        ports_at(
            &app,
            since + TimeDelta::hours(hours) + TimeDelta::minutes(minutes),
        )
    };
    watch_windows(&at(11, 59)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(told("Message-ID: <upload-"), 0);
    // Owner, administrator and finance; neither clerk nor auditor.
    for (hours, stage, before) in [(12, "late", 0), (36, "stopped", 3), (48, "over", 6)] {
        watch_windows(&at(hours, 0)).await.unwrap();
        watch_windows(&at(hours, 1)).await.unwrap();
        let mark = format!("Message-ID: <upload-{stage}-");
        until(&mark, async || told(&mark) >= 3).await;
        assert_eq!(told(&mark), 3, "{stage}");
        assert_eq!(told("Message-ID: <upload-"), before + 3, "{stage}");
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(told("Message-ID: <upload-"), 9, "each once");
    let to: Vec<String> = {
        let mails = mails.lock().unwrap();
        let mut to: Vec<String> = mails
            .iter()
            .filter(|(_, mail)| mail.contains("Message-ID: <upload-late-"))
            .flat_map(|(to, _)| to.clone())
            .collect();
        to.sort();
        to
    };
    for (line, login) in to.iter().zip(["admin", "finance", "manager"]) {
        assert!(line.contains(&format!("{login}@example.com")), "{to:?}");
    }
    // From 36 hours on the next failure stops for a person, under a word of its own. The likeliest trouble first: still no
    // answer at all.
    let job = |attempt| ClaimedJob {
        id: fresh(since),
        fence: 1,
        job: Job::IssueInvoice(invoice.id.clone()),
        attempt,
        queued_at: since,
    };
    stops_at_36_hours(&app, &invoice, &at, &job).await;
    // So does an answer that says nothing of the invoice: 503 may come from before the tax side or from behind it. Set
    // beside the other trouble, so that no upload slips through in between.
    app.tax_fault(&serde_json::json!({ "service": "QDFPSC", "kind": "http", "status": 503 }))
        .await;
    stops_at_36_hours(&app, &invoice, &at, &job).await;
    // An upload that is taken and then forgotten goes on by itself so long, and then stops as well.
    let forgotten = ClaimedJob {
        job: Job::PollReceipt {
            seller: invoice.seller.clone(),
            receipt: "forgotten".to_owned(),
        },
        ..job(1)
    };
    let forget = async || {
        app.tamper(&format!(
            "UPDATE invoices SET state = 'uploading', receipt = 'forgotten', uploaded_at = issued_at WHERE id = '{}'",
            invoice.id
        ))
        .await;
    };
    // The worker goes on trying; what it is at would undo what is set here.
    app.put_off("issue_invoice").await;
    forget().await;
    let early = run_job(&at(35, 59), &forgotten).await;
    assert!(matches!(early.end, JobEnd::Done), "{early:?}");
    app.put_off("issue_invoice").await;
    forget().await;
    let late = run_job(&at(36, 0), &forgotten).await;
    assert!(
        matches!(&late.end, JobEnd::Parked { code, .. } if code == "upload_window"),
        "{late:?}"
    );
    // Retried by a person: uploaded again under its number.
    app.tamper("DELETE FROM jobs WHERE kind = 'issue_invoice'")
        .await;
    let again = run_job(&at(36, 1), &forgotten).await;
    assert!(matches!(again.end, JobEnd::Done), "{again:?}");
    let queued = "UPDATE jobs SET reason = reason WHERE kind = 'issue_invoice'";
    assert!(app.tamper(queued).await >= 1);
    app.stop().await;
}

/// One minute before the 36 hours the upload is queued again, under the same number; from then on a person is asked.
async fn stops_at_36_hours(
    app: &TestApp,
    invoice: &Invoice,
    at: &impl Fn(i64, i64) -> Ports,
    job: &impl Fn(u32) -> ClaimedJob,
) {
    let queued = async || {
        let jobs = app.ports().store.jobs(None, None, 50).await.unwrap().rows;
        jobs.iter()
            .any(|it| it.kind == "issue_invoice" && it.subject == invoice.id.as_str())
    };
    let stands = async || {
        let id = std::slice::from_ref(&invoice.id);
        let found = app.ports().store.invoices_by_id(id).await.unwrap();
        (found[0].state, found[0].identity.clone())
    };
    let (_, number) = stands().await;
    let early = run_job(&at(35, 59), &job(3)).await;
    assert!(matches!(early.end, JobEnd::Done), "{early:?}");
    assert!(queued().await, "it is uploaded again by itself");
    for (hours, minutes) in [(36, 0), (36, 1), (47, 59), (48, 0)] {
        let late = run_job(&at(hours, minutes), &job(3)).await;
        assert!(
            matches!(&late.end, JobEnd::Parked { code, .. } if code == "upload_window"),
            "{hours}:{minutes} {late:?}"
        );
    }
    assert_eq!(stands().await, (InvoiceState::OutcomeUnknown, number));
}

#[tokio::test]
async fn the_month_is_reminded_of_on_the_tenth_and_on_the_last_day() {
    let (port, mails) = mail_server().await;
    let url = format!("smtp://127.0.0.1:{port}");
    let app = spawn_app_with(&[
        ("FAPIAO_MAIL__ENABLED", "true"),
        ("FAPIAO_MAIL__SMTP_URL", &url),
        ("FAPIAO_MAIL__FROM", "fapiao@example.com"),
    ])
    .await;
    let order = app
        .authorised_order("W-2", &crate::harness::person("韩梅梅"))
        .await;
    app.await_state(&order, "carded").await;
    let month = fapiao_usecases::calendar::month(app.ports().clock.now());
    let (_, over) = fapiao_usecases::backoffice::months::bounds(&month).unwrap();
    let day = |day: i64| ports_at(&app, over + TimeDelta::days(day - 1) + TimeDelta::hours(9));
    let told = |text: &str| {
        let mails = mails.lock().unwrap();
        mails.iter().filter(|(_, mail)| mail.contains(text)).count()
    };
    watch_windows(&day(9)).await.unwrap();
    for (number, stage) in [(10, "due"), (11, "due"), (12, "last"), (12, "last")] {
        watch_windows(&day(number)).await.unwrap();
        let mark = format!("Message-ID: <month-{stage}-");
        until(&mark, async || told(&mark) >= 3).await;
        assert_eq!(told(&mark), 3, "{number} {stage}");
    }
    watch_windows(&day(13)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(told("Message-ID: <month-"), 6);
    app.stop().await;
}

#[tokio::test]
async fn staff_leave_their_address_and_home_shows_what_is_late() {
    let app = spawn_app_with(&[]).await;
    let admin = signed_in(&app, "admin").await;
    let staff = app.ports().store.staff().await.unwrap();
    let auditor = staff.iter().find(|it| it.login == "auditor").unwrap();
    let path = format!("/admin/staff/{}", auditor.id);
    let form = |email: &'static str| {
        [
            ("name", "赵审计"),
            ("login", "auditor"),
            ("email", email),
            ("role", "auditor"),
            ("active", "yes"),
        ]
    };
    let wrong = crate::admin::work::send(&app, &admin, &path, &form("nobody")).await;
    assert_eq!(wrong.status(), reqwest::StatusCode::UNPROCESSABLE_ENTITY);
    crate::admin::work::send(&app, &admin, &path, &form("zhao@example.com")).await;
    let saved = app.ports().store.staff().await.unwrap();
    assert!(saved.iter().any(|it| it.email == "zhao@example.com"));
    let text = page(&app, &admin, "/admin").await;
    assert!(
        !text.contains("上月汇总尚未确认"),
        "nothing was issued last month"
    );
    app.stop().await;
}

#[tokio::test]
async fn the_tax_side_is_not_asked_for_a_seller_whom_another_platform_serves() {
    let app = spawn_pair().await;
    let sellers = app.ports().store.sellers().await.unwrap();
    assert!(sellers.iter().any(|it| it.mode != IssuingMode::SelfBuilt));
    for seller in sellers {
        for done in [
            find_red_forms(app.ports(), &seller.id).await,
            refill_stock(app.ports(), &seller.id).await,
        ] {
            assert!(done.is_ok(), "{}: {done:?}", seller.party.name);
        }
    }
    app.stop().await;
}
