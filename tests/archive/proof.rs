//! Proof that lasts: runs in the background, results kept, anchors outside the database.

use super::get;
use crate::{
    admin::sign_in::{hidden, signed_in},
    harness::{company, eventually_or, spawn_app_with},
};
use fapiao_archive::evidence::read_anchor;
use reqwest::StatusCode;

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
