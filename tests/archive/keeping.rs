//! What is kept up by itself: the night's check, anchors outside, alarms. The clock is the test's.

use super::get;
use crate::{
    admin::sign_in::signed_in,
    harness::{TestApp, bucket, company, eventually, mails::mail_server, spawn_app_with},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use fapiao_archive::evidence::read_anchor;
use fapiao_server::{adapters::files::Documents, config::Config, keeping::Keeper, proving};
use fapiao_usecases::{
    ports::{Clock, Ports},
    proof_words::in_chinese,
};
use std::{sync::Arc, time::Duration};

struct At(DateTime<Utc>);

impl Clock for At {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// A keeper whose clock stands still; the settings are the app's, changed.
fn keeper(app: &TestApp, at: DateTime<Utc>, change: impl FnOnce(&mut Config)) -> Keeper {
    let mut config = Config::load(Some(&app.settings_file()), &[]).unwrap();
    change(&mut config);
    let files = Arc::new(Documents::open(&config.storage).unwrap());
    let ports = Ports {
        clock: Arc::new(At(at)),
        ..app.ports().clone()
    };
    Keeper::new(ports, files, &config, "test".to_owned())
}

/// The newest run, once it has ended.
async fn ended(app: &TestApp) -> fapiao_usecases::ports::ProofRun {
    eventually("the check ends", async || {
        let runs = app.ports().store.proof_runs(1).await.unwrap();
        runs.into_iter().find(|it| it.state == "done")
    })
    .await
}

#[tokio::test]
async fn the_night_s_check_is_asked_for_once_from_three_o_clock_on() {
    let app = spawn_app_with(&[("FAPIAO_ARCHIVE__NIGHTLY", "false")]).await;
    let shanghai = |hour, minute| {
        let day = NaiveDate::from_ymd_opt(2031, 3, 9).unwrap();
        day.and_hms_opt(hour, minute, 0).unwrap().and_utc() - TimeDelta::hours(8)
    };
    let look = async |at, nightly| {
        let keeper = keeper(&app, at, |config| config.archive.nightly = nightly);
        keeper.now_and_then().await.unwrap();
        app.ports().store.proof_runs(10).await.unwrap()
    };
    assert!(look(shanghai(2, 59), true).await.is_empty());
    assert!(look(shanghai(3, 0), false).await.is_empty());
    let runs = look(shanghai(3, 0), true).await;
    assert_eq!(
        (runs.len(), runs[0].cause.as_str()),
        (1, "night:2031-03-09")
    );
    // The node carries it out; the rest of the night nobody asks again.
    assert!(ended(&app).await.holds);
    assert_eq!(look(shanghai(23, 59), true).await.len(), 1);
    let next = look(shanghai(3, 0) + TimeDelta::days(1), true).await;
    assert_eq!(
        (next.len(), next[0].cause.as_str()),
        (2, "night:2031-03-10")
    );
    ended(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn anchors_go_to_file_mail_and_bucket_every_hour() {
    let (port, mails) = mail_server().await;
    let url = format!("smtp://127.0.0.1:{port}");
    let app = spawn_app_with(&[
        ("FAPIAO_ARCHIVE__ANCHOR_STORAGE", "false"),
        ("FAPIAO_MAIL__ENABLED", "true"),
        ("FAPIAO_MAIL__SMTP_URL", &url),
        ("FAPIAO_MAIL__FROM", "fapiao@example.com"),
    ])
    .await;
    let bucket = bucket().await;
    let file = tempfile::tempdir()
        .unwrap()
        .keep()
        .join("kept/anchors.jsonl");
    let order = app.authorised_order("K-1", &company()).await;
    app.await_state(&order, "carded").await;
    let store = &app.ports().store;
    let keep_up = async |at| {
        let keeper = keeper(&app, at, |config| {
            config.archive.nightly = false;
            config.archive.anchor_file = file.display().to_string();
            config.archive.anchor_mails = ["auditor@example.com", "refused@example.com"]
                .map(str::to_owned)
                .to_vec();
            config.archive.anchor_storage = true;
            if let Some(bucket) = &bucket {
                config.storage = bucket.settings("anchored");
            }
        });
        keeper.now_and_then().await.unwrap();
    };
    store.make_anchor().await.unwrap();
    let newest = store.anchors(1).await.unwrap().remove(0);
    app.order("K-2").await;
    let known = store.anchors(50).await.unwrap().len();

    keep_up(newest.at + TimeDelta::minutes(59)).await;
    assert_eq!(store.anchors(50).await.unwrap().len(), known);
    keep_up(newest.at + TimeDelta::minutes(60)).await;
    let anchors = store.anchors(50).await.unwrap();
    assert_eq!(anchors.len(), known + 1);
    assert_eq!(anchors[0].first_seq, newest.seq + 1);

    // Each place has each of them once, however often it is looked after.
    keep_up(newest.at + TimeDelta::minutes(59)).await;
    let kept = std::fs::read_to_string(&file).unwrap();
    let mut kept: Vec<_> = kept.lines().map(|it| read_anchor(it).unwrap()).collect();
    kept.reverse();
    assert_eq!(kept, anchors);
    // Whose address is refused keeps no mail from the other, and none comes again for it: that job waits by itself.
    app.settled().await;
    let mailed: Vec<String> = mails
        .lock()
        .unwrap()
        .iter()
        .filter(|(to, _)| to[0].contains("auditor@example.com"))
        // Long lines are folded.
        .map(|(_, text)| text.replace("=\r\n", ""))
        .collect();
    assert_eq!(mailed.len(), anchors.len());
    assert!(
        mailed.iter().any(|it| it.contains(&anchors[0].seal)),
        "{mailed:?}"
    );
    let mut config = Config::load(Some(&app.settings_file()), &[]).unwrap();
    if let Some(bucket) = &bucket {
        config.storage = bucket.settings("anchored");
    }
    let files = Documents::open(&config.storage).unwrap();
    let objects = files.read_named(proving::ANCHOR_FOLDER).await.unwrap();
    let mut stored: Vec<_> = objects
        .iter()
        .map(|it| read_anchor(std::str::from_utf8(it).unwrap()).unwrap())
        .collect();
    stored.sort_by_key(|it| std::cmp::Reverse(it.seq));
    assert_eq!(stored, anchors);

    // The check reads both places; a line of the file that says otherwise is found.
    config.archive.anchor_file = file.display().to_string();
    config.archive.anchor_storage = true;
    let agreed = proving::anchors(&**store, &files, &config.archive)
        .await
        .unwrap();
    assert!(
        agreed.found.is_empty() && agreed.looked_at >= anchors.len() as i64,
        "{agreed:?}"
    );
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace(&anchors[0].hash, &"0".repeat(64))).unwrap();
    let found = proving::anchors(&**store, &files, &config.archive)
        .await
        .unwrap()
        .found;
    assert_eq!(found.len(), 1, "{found:?}");

    // What is gone from one place is in the other; what is gone from both is told, until it is put back or brought anew.
    std::fs::remove_file(&file).unwrap();
    let found = proving::anchors(&**store, &files, &config.archive)
        .await
        .unwrap()
        .found;
    assert!(found.is_empty(), "{found:?}");
    config.archive.anchor_storage = false;
    let found = proving::anchors(&**store, &files, &config.archive)
        .await
        .unwrap()
        .found;
    let all = format!("{0} of {0} anchors that were kept in ", anchors.len());
    assert!(found.len() == 1 && found[0].starts_with(&all), "{found:?}");
    assert!(in_chinese(&found[0]).is_some(), "{found:?}");
    let missing = proving::missing_anchors(&**store, &config, &files);
    let missing = missing.await.unwrap().unwrap();
    assert_eq!(missing.len(), anchors.len());
    store.bring_anchors_again(&missing).await.unwrap();
    keep_up(newest.at + TimeDelta::minutes(59)).await;
    let found = proving::anchors(&**store, &files, &config.archive)
        .await
        .unwrap()
        .found;
    assert!(found.is_empty(), "{found:?}");

    // A place that takes nothing holds up no other.
    app.order("K-3").await;
    let stuck = keeper(&app, newest.at + TimeDelta::hours(3), |config| {
        config.archive.nightly = false;
        config.archive.anchor_file = file.join("below-a-file").display().to_string();
        config.archive.anchor_storage = true;
        if let Some(bucket) = &bucket {
            config.storage = bucket.settings("anchored");
        }
    });
    stuck.now_and_then().await.unwrap_err();
    let objects = files.read_named(proving::ANCHOR_FOLDER).await.unwrap();
    assert_eq!(objects.len(), anchors.len() + 1);
    app.stop().await;
}

#[tokio::test]
async fn a_broken_rule_is_on_the_home_page_and_in_a_mail_until_it_holds_again() {
    let (port, mails) = mail_server().await;
    let url = format!("smtp://127.0.0.1:{port}");
    let app = spawn_app_with(&[
        ("FAPIAO_ARCHIVE__NIGHTLY", "false"),
        ("FAPIAO_MAIL__ENABLED", "true"),
        ("FAPIAO_MAIL__SMTP_URL", &url),
        ("FAPIAO_MAIL__FROM", "fapiao@example.com"),
    ])
    .await;
    let order = app.authorised_order("W-1", &company()).await;
    app.await_state(&order, "carded").await;
    let store = &app.ports().store;
    let auditor = signed_in(&app, "auditor").await;
    let page = async |path: &str| {
        let (_, page) = get(&app, &auditor, path).await;
        String::from_utf8(page).unwrap()
    };
    let warning = "账目核对发现不符";
    assert!(!page("/admin").await.contains(warning));

    // Somebody who can write to the database adds to a balance.
    app.settled().await;
    assert!(
        app.tamper("UPDATE quota_balances SET balance = balance + 1")
            .await
            >= 1
    );
    store
        .ask_proof("run_by_test_1", "run_by_test_1")
        .await
        .unwrap();
    let run = ended(&app).await;
    assert!(!run.holds);
    assert!(page("/admin").await.contains(warning));
    let ledger = page("/admin/ledger").await;
    assert!(ledger.contains("ledger and balance differ"), "{ledger}");
    // The query stands beside each result.
    for rule in &run.results {
        let shown = askama_escaped(&rule.query);
        assert!(
            ledger.contains(&format!("query-{}", rule.id)) && ledger.contains(&shown),
            "{}",
            rule.id
        );
    }
    let alarm = keeper(&app, app.ports().clock.now(), |config| {
        config.archive.nightly = false;
        config.archive.anchor_storage = false;
        config.archive.alarm_mails = ["boss@example.com", "refused@example.com"]
            .map(str::to_owned)
            .to_vec();
    });
    alarm.now_and_then().await.unwrap();
    alarm.now_and_then().await.unwrap();
    let told = |mails: &crate::harness::mails::Mails| {
        let mails = mails.lock().unwrap();
        mails
            .iter()
            .filter(|(to, _)| to[0].contains("boss@example.com"))
            .count()
    };
    app.settled().await;
    assert_eq!(told(&mails), 1, "once");

    app.tamper("UPDATE quota_balances SET balance = balance - 1")
        .await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    store
        .ask_proof("run_by_test_2", "run_by_test_2")
        .await
        .unwrap();
    let run = eventually("the second check ends", async || {
        let run = ended(&app).await;
        (run.id == "run_by_test_2").then_some(run)
    })
    .await;
    assert!(run.holds, "{run:?}");
    assert!(!page("/admin").await.contains(warning));
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// As a page shows it.
fn askama_escaped(text: &str) -> String {
    text.replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}
