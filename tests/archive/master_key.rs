//! The master key is changed while the product runs: every secret is sealed again, and opened by the new key alone.

use super::backup::{fapiao, said};
use crate::{
    harness::{TestApp, company, person, spawn_app, spawn_pair},
    rules::documents::{NUMBER, held, told},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use fapiao_server::{config::Config, wiring};
use fapiao_usecases::{
    actor::Actor,
    backoffice::{master_key::reseal, signing::save_signing_key},
    ports::{SealedPlace, SealedSecrets as _, Sealer as _},
};
use serde_json::json;
use std::path::{Path, PathBuf};

const SIGNING: &str = include_str!("../../crates/fapiao-pdf/tests/keys/p256.pem");

/// The app's settings with another master key, and those before it.
fn settings(app: &TestApp, folder: &Path, present: &str, before: &[&str]) -> PathBuf {
    let text = std::fs::read_to_string(app.settings_file()).unwrap();
    let mut settings: toml::Table = text.parse().unwrap();
    let secrets = settings["secrets"].as_table_mut().unwrap();
    secrets.insert("master_key".to_owned(), present.into());
    let keys: Vec<toml::Value> = before.iter().map(|it| (*it).into()).collect();
    secrets.insert("master_keys_before".to_owned(), keys.into());
    let path = folder.join(format!("{}.toml", before.len()));
    std::fs::write(&path, toml::to_string(&settings).unwrap()).unwrap();
    path
}

/// How many secrets there are of each place, when the settings open all of them with their present key.
async fn opened(path: &Path) -> Option<Vec<(SealedPlace, String)>> {
    let config = Config::load(Some(path), &[]).unwrap();
    let store = wiring::open_store(&config).await.unwrap();
    let sealer = wiring::sealer(&config).unwrap();
    let all = store.sealed_secrets().await.unwrap();
    all.iter()
        .map(|it| {
            let is_current = sealer.is_current(&it.purpose, &it.sealed);
            let text = sealer.open(&it.purpose, &it.sealed)?;
            (is_current && !text.is_empty()).then_some((it.place, text))
        })
        .collect()
}

#[tokio::test]
async fn every_secret_is_sealed_again_and_the_old_key_is_not_needed_any_more() {
    // A merchant beside a platform has a key of each kind but two.
    let app = spawn_pair().await;
    let seller = app.ports().store.sellers().await.unwrap().remove(0);
    save_signing_key(app.ports(), &Actor::CommandLine, &seller.id, SIGNING)
        .await
        .unwrap();
    crate::taxes::behind_gateway(&app, "digital").await;
    let old = app.demo().secrets.master_key.clone();
    let new = STANDARD.encode([7_u8; 32]);
    let folder = tempfile::tempdir().unwrap();
    let before = opened(&settings(&app, folder.path(), &old, &[])).await;
    let before = before.expect("the old key opens all");
    for place in [
        SealedPlace::AccountSecret,
        SealedPlace::PushToken,
        SealedPlace::PushKey,
        SealedPlace::PlatformKey,
        SealedPlace::TaxGateway,
        SealedPlace::SigningKey,
    ] {
        assert!(before.iter().any(|it| it.0 == place), "{place:?}");
    }

    // The new key alone opens nothing: each is named, nothing is changed, and the exit code says so.
    let alone = settings(&app, folder.path(), &new, &[]);
    let told = fapiao(&alone, &["rotate-master-key"]).await;
    assert!(!told.status.success(), "{}", said(&told));
    assert_eq!(said(&told).matches("LOST").count(), before.len());
    assert!(
        said(&told).contains(&format!("the signing key of seller {}", seller.id)),
        "{}",
        said(&told)
    );

    // A run that broke off after a part: that part is not done twice.
    let both = settings(&app, folder.path(), &new, &[&old]);
    let config = Config::load(Some(&both), &[]).unwrap();
    let store = wiring::open_store(&config).await.unwrap();
    let sealer = wiring::sealer(&config).unwrap();
    let first = store.sealed_secrets().await.unwrap().remove(0);
    let text = sealer.open(&first.purpose, &first.sealed).unwrap();
    let sealed = sealer.seal(&first.purpose, &text);
    let by = Actor::CommandLine;
    let part = store
        .replace_sealed(vec![(first.clone(), sealed.clone())], &by)
        .await;
    assert_eq!(part.unwrap(), 1);
    // What somebody changed meanwhile is left alone.
    let late = store.replace_sealed(vec![(first, sealed)], &by).await;
    assert_eq!(late.unwrap(), 0);

    let told = fapiao(&both, &["rotate-master-key"]).await;
    assert!(told.status.success(), "{}", said(&told));
    let wanted = format!(
        "{} secret(s) sealed again with the present master key, 1 were already",
        before.len() - 1
    );
    assert!(said(&told).contains(&wanted), "{}", said(&told));
    assert_eq!(
        opened(&alone).await.as_ref(),
        Some(&before),
        "by the new key alone"
    );
    let again = reseal(&store, &sealer, &by).await.unwrap();
    assert_eq!(
        (again.done, again.lost.len(), again.unfinished),
        (0, 0, false)
    );

    // The chain tells of it.
    let lines = app.ports().store.audit(None, 50).await.unwrap();
    assert!(
        lines.rows.iter().any(|it| it.action == "secrets.resealed"),
        "{lines:?}"
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_node_works_on_through_the_whole_change() {
    let mut app = spawn_app().await;
    let old = app.demo().secrets.master_key.clone();
    let new = STANDARD.encode([9_u8; 32]);
    let issues = async |app: &TestApp, order_no: &str| {
        let order = app.authorised_order(order_no, &company()).await;
        app.await_state(&order, "carded").await;
    };
    app.restart_with(&[
        ("FAPIAO_SECRETS__MASTER_KEY", &new),
        ("FAPIAO_SECRETS__MASTER_KEYS_BEFORE", &old),
    ])
    .await;
    issues(&app, "MK-1").await;
    let folder = tempfile::tempdir().unwrap();
    let both = settings(&app, folder.path(), &new, &[&old]);
    let told = fapiao(&both, &["rotate-master-key"]).await;
    assert!(told.status.success(), "{}", said(&told));
    issues(&app, "MK-2").await;
    app.restart_with(&[("FAPIAO_SECRETS__MASTER_KEY", &new)])
        .await;
    issues(&app, "MK-3").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// A buyer's document waits for the upload while the key changes.
#[tokio::test]
async fn the_document_of_a_buyer_is_sealed_again_too() {
    let mut app = spawn_app().await;
    let card = json!({ "type": "201", "number": NUMBER });
    let mut order = app.post("/orders", "MK-D", &told("MK-D", &card)).await.body;
    let old = app.demo().secrets.master_key.clone();
    let new = STANDARD.encode([5_u8; 32]);
    let folder = tempfile::tempdir().unwrap();
    let both = settings(&app, folder.path(), &new, &[&old]);
    let told = fapiao(&both, &["rotate-master-key"]).await;
    assert!(told.status.success(), "{}", said(&told));
    let alone = settings(&app, folder.path(), &new, &[]);
    let opened = opened(&alone).await.expect("the new key opens all");
    let kept = (SealedPlace::BuyerDocument, NUMBER.to_owned());
    assert!(opened.contains(&kept), "{opened:?}");
    app.restart_with(&[("FAPIAO_SECRETS__MASTER_KEY", &new)])
        .await;
    // It listens elsewhere now.
    let page = order["delivery"]["page_url"].as_str().unwrap();
    let code = page.rsplit('/').next().unwrap();
    order["delivery"]["page_url"] = json!(format!("{}/o/{code}", app.web()));
    app.open_page(&order).await;
    app.authorise(&order, &person("王小明")).await;
    let carded = app.await_state(&order, "carded").await;
    assert_eq!(held(&app, &carded).await["zrrzjhm"], NUMBER);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_reader_that_stops_early_ends_a_command_quietly() {
    let mut running = tokio::process::Command::new(env!("CARGO_BIN_EXE_fapiao"))
        .arg("openapi")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // As `| head` does after its lines, only at once.
    drop(running.stdout.take());
    let ended = running.wait_with_output().await.unwrap();
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}
