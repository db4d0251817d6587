//! Proof that lasts: runs in the background, results kept, anchors outside the database.

use super::get;
use crate::{
    admin::sign_in::{hidden, signed_in},
    harness::{TestApp, company, eventually, eventually_or, spawn_app, spawn_app_with},
};
use chrono::Utc;
use fapiao_archive::evidence::read_anchor;
use fapiao_server::{
    adapters::files::Documents,
    config::Config,
    proving::{Depth, Prover},
};
use fapiao_usecases::{
    actor::Actor,
    ports::{CheckResult, FileStore, SealedPlace},
};
use reqwest::StatusCode;
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

#[tokio::test]
async fn a_check_runs_in_the_background_and_its_result_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("anchors.jsonl").display().to_string();
    let app = spawn_app_with(&[("FAPIAO_ARCHIVE__ANCHOR_FILE", &file)]).await;
    let order = app.authorised_order("V-1", &company()).await;
    app.await_state(&order, "carded").await;
    let auditor = signed_in(&app, "auditor").await;
    let (_, page) = get(&app, &auditor, "/admin/ledger").await;
    let token = hidden(&String::from_utf8(page).unwrap(), "csrf");
    let asked = auditor
        .post(format!("{}/admin/ledger/check", app.web()))
        .header("Origin", app.web())
        .form(&[("csrf", token)])
        .send()
        .await
        .unwrap();
    assert_eq!(asked.status(), StatusCode::SEE_OTHER);
    let store = &app.ports().store;
    let run = eventually_or("the check is done", async || {
        let run = store.proof_runs(1).await.unwrap().remove(0);
        if run.state == "done" {
            Ok(run)
        } else {
            Err(run)
        }
    })
    .await;
    assert!(run.holds, "{run:?}");
    assert!(
        run.results
            .iter()
            .any(|it| it.id == "I18" && it.looked_at > 1)
    );
    assert!(run.results.iter().any(|it| it.id == "I19"));
    let (_, page) = get(&app, &auditor, "/admin/ledger").await;
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("SELECT") && page.contains("I19"), "{page}");

    // Anchors were written where the database does not reach; a cut or rewritten chain does not agree with them.
    store.make_anchor().await.unwrap();
    let newest = store.anchors(1).await.unwrap().remove(0);
    assert!(
        store
            .check_anchors(std::slice::from_ref(&newest))
            .await
            .unwrap()
            .found
            .is_empty()
    );
    let kept = std::fs::read_to_string(&file).unwrap();
    let first = read_anchor(kept.lines().next().unwrap()).unwrap();
    assert!(
        store
            .check_anchors(&[first])
            .await
            .unwrap()
            .found
            .is_empty()
    );
    let mut cut = newest.clone();
    cut.seq += 1_000_000;
    let mut rewritten = newest;
    rewritten.hash = "0".repeat(64);
    for forged in [cut, rewritten] {
        let found = store.check_anchors(&[forged]).await.unwrap().found;
        assert_eq!(found.len(), 1, "{found:?}");
    }
    app.stop().await;
}

/// What a proof of the whole installation says of one rule.
async fn rule(app: &TestApp, id: &str) -> CheckResult {
    let config = Config::load(Some(&app.settings_file()), &[]).unwrap();
    let files = Arc::new(Documents::open(&config.storage).unwrap());
    let ports = app.ports();
    let prover = Prover::new(&config, files);
    let proved = prover.prove(
        &*ports.store,
        &*ports.sealer,
        ports.clock.now(),
        Depth::NIGHTLY,
    );
    let mut results = proved.await.unwrap();
    results.retain(|it| it.id == id);
    results.remove(0)
}

#[tokio::test]
async fn a_secret_that_got_into_a_text_is_found_and_never_printed() {
    let app = spawn_app().await;
    let order = app.authorised_order("S-1", &company()).await;
    app.await_state(&order, "carded").await;
    // Everything that a whole way leaves behind is free of them.
    let sound = rule(&app, "I12").await;
    assert!(sound.found.is_empty() && sound.looked_at > 20, "{sound:?}");
    let ports = app.ports();
    let sealed = ports.store.sealed_secrets().await.unwrap();
    let secret = sealed
        .iter()
        .find(|it| it.place == SealedPlace::AccountSecret)
        .unwrap();
    let text = ports.sealer.open(&secret.purpose, &secret.sealed).unwrap();
    let (_, token) = ports.store.held_tokens().await.unwrap().remove(0);
    for said in [&text, &token] {
        let data = json!({ "said": format!("it answered {said}!") });
        let noted = ports
            .store
            .append_audit(&Actor::System, "sign_in.done", "usr_x", data);
        noted.await.unwrap();
    }
    let key = app.till().1.to_owned();
    app.tamper(&format!(
        "INSERT INTO exchanges (id, at, system, operation, request, answer, outcome, took_millis) \
         VALUES ('exc_key', 0, 'tax', 'issue', 'Bearer {key}', '', 'answered', 1)"
    ))
    .await;
    let found = rule(&app, "I12").await.found;
    let has = |words: &str| found.iter().any(|it| it.contains(words));
    assert!(
        has(&format!(
            "of audit_entries holds the secret of WeChat account {}",
            secret.of
        )),
        "{found:?}"
    );
    assert!(has("of audit_entries holds access_token of "), "{found:?}");
    assert!(
        has("row exc_key of exchanges holds API key key_"),
        "{found:?}"
    );
    assert_eq!(found.len(), 3);
    let said = found.join("\n");
    assert!(!said.contains(&text) && !said.contains(&token) && !said.contains(&key));

    // The page tells it in the reader's language, with what to do next.
    let auditor = signed_in(&app, "auditor").await;
    ports
        .store
        .ask_proof("run_secret", "run_secret")
        .await
        .unwrap();
    eventually("the check is done", async || {
        let runs = ports.store.proof_runs(1).await.unwrap();
        (runs[0].state == "done").then_some(())
    })
    .await;
    let (_, page) = get(&app, &auditor, "/admin/ledger").await;
    let page = String::from_utf8(page).unwrap();
    assert!(
        page.contains("exchanges 表的 exc_key 行含有 API key"),
        "{page}"
    );
    assert!(page.contains("下一步：请立即在源头"), "{page}");
    for id in ["I6", "I6b", "I9", "I12", "I13"] {
        assert!(page.contains(&format!("id=\"query-{id}\"")), "{id}");
    }
    assert!(!page.contains(&text) && !page.contains(&token) && !page.contains(&key));
    app.stop().await;
}

#[tokio::test]
async fn a_file_that_was_begun_and_left_unfinished_is_found_after_a_day() {
    let app = spawn_app().await;
    let order = app.authorised_order("F-1", &company()).await;
    app.await_state(&order, "carded").await;
    let config = Config::load(Some(&app.settings_file()), &[]).unwrap();
    let files = Documents::open(&config.storage).unwrap();
    let stray = files.put("%PDF-1.7 of nobody".into()).await.unwrap();
    let logo = files
        .put(b"\x89PNG of a replaced logo".to_vec().into())
        .await
        .unwrap();
    let folder = std::path::PathBuf::from(config.storage.url.strip_prefix("file://").unwrap());
    let place = |name: &str| folder.join(&name[..2]).join(&name[2..4]).join(name);
    let begun = place(&stray).with_file_name("abc#1");
    std::fs::write(&begun, b"half").unwrap();
    let sound = rule(&app, "I13").await;
    assert!(sound.found.is_empty() && sound.looked_at > 4, "{sound:?}");
    // Every file is two days old now: those of the ledger, the stray one, the logo, the half one.
    let old = SystemTime::now() - Duration::from_secs(2 * 24 * 60 * 60);
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let file = std::fs::File::options().append(true).open(path).unwrap();
                file.set_modified(old).unwrap();
            }
        }
    }
    // A file that no row names is no contradiction: a month opened again leaves some.
    let found = rule(&app, "I13").await.found;
    assert_eq!(found.len(), 1, "{found:?} {logo} {stray}");
    assert!(found[0].contains("abc#1 was begun and never finished"));
    app.stop().await;
}

#[tokio::test]
async fn how_long_a_push_waited_is_written_down_and_checked() {
    let app = spawn_app().await;
    let order = app.authorised_order("P-1", &company()).await;
    app.await_state(&order, "carded").await;
    eventually("the time is written", async || {
        let rule = rule(&app, "I9").await;
        (rule.looked_at > 0 && rule.found.is_empty()).then_some(())
    })
    .await;
    let late = "UPDATE pushes SET answered_ms = 4800 WHERE answered_ms IS NOT NULL";
    assert!(app.tamper(late).await > 0);
    let found = rule(&app, "I9").await.found;
    assert!(
        found[0].contains("waited 4800 ms for its answer"),
        "{found:?}"
    );
    // A push of two days ago was told when it was new.
    let then = (Utc::now() - chrono::TimeDelta::days(2)).timestamp_millis();
    app.tamper(&format!("UPDATE pushes SET received_at = {then}"))
        .await;
    assert!(rule(&app, "I9").await.found.is_empty());
    app.stop().await;
}
