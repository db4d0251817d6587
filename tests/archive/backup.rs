//! A backup while orders come in, and its way back into an empty folder, by the binary itself.

use crate::harness::{TestApp, company, spawn_app_with_bills};
use fapiao_usecases::{
    actor::Actor, fiscal::save_unit_logo, platform::template::DEFAULT_LOGO, ports::Scope,
};
use reqwest::StatusCode;
use std::{
    path::Path,
    process::Output,
    sync::atomic::{AtomicBool, Ordering},
};

pub(super) async fn fapiao(settings: &Path, arguments: &[&str]) -> Output {
    tokio::process::Command::new(env!("CARGO_BIN_EXE_fapiao"))
        .arg("--config")
        .arg(settings)
        .args(arguments)
        .env_remove("FAPIAO_DATABASE__URL")
        .output()
        .await
        .unwrap()
}

pub(super) fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The app's settings with everything that is kept in another folder.
fn moved(app: &TestApp, folder: &Path) -> std::path::PathBuf {
    let text = std::fs::read_to_string(app.settings_file()).unwrap();
    let mut settings: toml::Table = text.parse().unwrap();
    let mut set = |section: &str, key: &str, value: String| {
        let section = settings
            .entry(section)
            .or_insert_with(|| toml::Table::new().into());
        section
            .as_table_mut()
            .unwrap()
            .insert(key.to_owned(), value.into());
    };
    if !text.contains("postgres://") {
        set(
            "database",
            "url",
            format!("sqlite://{}", folder.join("fapiao.db").display()),
        );
    }
    set(
        "storage",
        "url",
        format!("file://{}", folder.join("documents").display()),
    );
    let path = folder.join("fapiao.toml");
    std::fs::write(&path, toml::to_string(&settings).unwrap()).unwrap();
    path
}

#[tokio::test]
async fn a_backup_made_while_orders_come_in_is_restored_into_an_empty_folder_and_holds() {
    let app = spawn_app_with_bills().await;
    let unit = app.ports().store.fiscal_unit_by_code("U001").await;
    let logo = bytes::Bytes::from_static(DEFAULT_LOGO);
    let unit = save_unit_logo(app.ports(), &Actor::System, &unit.unwrap().unwrap(), logo).await;
    let logo = unit.unwrap().logo.unwrap().sha256;
    let order = app.authorised_order("BK-1", &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let number = delivery["invoice"]["number"].as_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("backup");
    let stop = AtomicBool::new(false);
    let selling = async {
        let mut placed = 0;
        while !stop.load(Ordering::SeqCst) {
            app.order(&format!("BK-more-{placed}")).await;
            placed += 1;
        }
        placed
    };
    let backing_up = async {
        let made = fapiao(
            &app.settings_file(),
            &["backup", "--to", to.to_str().unwrap()],
        )
        .await;
        stop.store(true, Ordering::SeqCst);
        made
    };
    let (placed, made) = tokio::join!(selling, backing_up);
    assert!(made.status.success(), "{}", said(&made));
    assert!(
        placed > 0 && said(&made).contains("is whole"),
        "{}",
        said(&made)
    );
    let again = fapiao(
        &app.settings_file(),
        &["backup", "--to", to.to_str().unwrap()],
    )
    .await;
    assert!(
        !again.status.success() && said(&again).contains("is there already"),
        "{}",
        said(&again)
    );

    // While the node runs nothing is put in the place of its ledger, also not on a wish.
    let over = ["restore", "--from", to.to_str().unwrap(), "--replace"];
    let running = fapiao(&app.settings_file(), &over).await;
    if !std::fs::read_to_string(app.settings_file())
        .unwrap()
        .contains("postgres://")
    {
        assert!(
            !running.status.success() && said(&running).contains(".db.lock"),
            "{}",
            said(&running)
        );
        app.order("BK-after").await;
    }

    // Into an empty folder.
    let elsewhere = folder.path().join("elsewhere");
    std::fs::create_dir_all(&elsewhere).unwrap();
    let settings = moved(&app, &elsewhere);
    let on_postgres = std::fs::read_to_string(&settings)
        .unwrap()
        .contains("postgres://");
    let from = ["restore", "--from", to.to_str().unwrap()];
    let restored = fapiao(&settings, &from).await;
    assert!(restored.status.success(), "{}", said(&restored));
    assert!(
        said(&restored).contains("The restored ledger holds."),
        "{}",
        said(&restored)
    );
    // Every rule, the documents' bytes among them.
    let proved = fapiao(&settings, &["verify", "--json"]).await;
    let proved_text = String::from_utf8_lossy(&proved.stdout).into_owned();
    let proved: serde_json::Value =
        serde_json::from_str(proved_text.lines().last().unwrap()).unwrap();
    assert_eq!(proved["holds"], true, "{proved}");
    let documents = proved["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["id"] == "I18");
    assert!(
        documents.unwrap()["looked_at"].as_i64().unwrap() >= 2,
        "{proved}"
    );

    // The secrets open with the keys of the settings, and the invoice is there.
    let config = fapiao_server::config::Config::load(Some(&settings), &[]).unwrap();
    let store = fapiao_server::wiring::open_store(&config).await.unwrap();
    let clock = std::sync::Arc::new(fapiao_server::adapters::clock::SystemClock);
    let ports = fapiao_server::wiring::wire(&config, store, clock).unwrap();
    // What new card templates are made with came along.
    assert!(ports.files.get(&logo).await.unwrap().is_some());
    let accounts = ports.store.accounts().await.unwrap();
    assert!(!accounts.is_empty());
    for account in &accounts {
        let there = app
            .ports()
            .store
            .account(&account.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(there.secret.0, account.secret.0);
        let purpose = format!("account.secret:{}", account.app_id);
        let opened = ports.sealer.open(&purpose, &account.secret);
        assert!(opened.is_some_and(|it| !it.is_empty()));
    }
    let found = ports
        .store
        .invoice_by_number(&Scope::All, "", number)
        .await
        .unwrap();
    assert!(found.is_some());
    drop(ports);

    if !on_postgres {
        // A database that is there is not written over, unless it is said, and then it is kept aside.
        let refused = fapiao(&settings, &from).await;
        assert!(
            !refused.status.success() && said(&refused).contains("--replace"),
            "{}",
            said(&refused)
        );
        let replaced = fapiao(
            &settings,
            &["restore", "--from", to.to_str().unwrap(), "--replace"],
        )
        .await;
        assert!(replaced.status.success(), "{}", said(&replaced));
        assert!(elsewhere.join("fapiao.db.before-restore").is_file());
        // A damaged or missing document is named before anything is put back.
        let kept = std::fs::read(elsewhere.join("fapiao.db")).unwrap();
        let place = to
            .join("documents")
            .join(&logo[..2])
            .join(&logo[2..4])
            .join(&logo);
        let whole = std::fs::read(&place).unwrap();
        std::fs::write(&place, b"something else").unwrap();
        let damaged = fapiao(&settings, &over).await;
        assert!(
            !damaged.status.success()
                && said(&damaged).contains(place.to_str().unwrap())
                && said(&damaged).contains("nothing was restored"),
            "{}",
            said(&damaged)
        );
        assert_eq!(std::fs::read(elsewhere.join("fapiao.db")).unwrap(), kept);
        std::fs::write(&place, whole).unwrap();
        // A copy that was changed is not a backup.
        let copy = to.join("fapiao.db");
        let mut bytes = std::fs::read(&copy).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&copy, bytes).unwrap();
        let changed = fapiao(
            &settings,
            &["restore", "--from", to.to_str().unwrap(), "--replace"],
        )
        .await;
        assert!(
            !changed.status.success() && said(&changed).contains("its hash differs"),
            "{}",
            said(&changed)
        );
    }
    std::fs::remove_file(to.join("backup.json")).unwrap();
    let no_backup = fapiao(&settings, &from).await;
    assert!(
        !no_backup.status.success() && said(&no_backup).contains("whole backup"),
        "{}",
        said(&no_backup)
    );
    assert_eq!(app.get("/ping").await.status, StatusCode::OK);
    app.stop().await;
}
