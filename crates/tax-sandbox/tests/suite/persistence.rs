//! The state file.

use serde_json::json;

use crate::client::{Bench, PARTY, SELLER, USING, config, invoice, request_key};
use tax_sandbox::{Party, TaxSandbox, TaxSandboxConfig};

#[tokio::test]
async fn a_restart_forgets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("not/yet/there/tax.journal");
    let party = Party::generate(PARTY);
    let setup = || TaxSandboxConfig {
        state_file: Some(file.clone()),
        ..config(&party)
    };
    let bench = Bench::with(setup()).await;
    let numbers = bench.stocked(3).await;
    bench.advance(1).await;
    let good = invoice(&numbers[0], &bench.now().await);
    let receipt = bench.upload(std::slice::from_ref(&good)).await;
    let key = request_key(USING);
    let ask = json!({"nsrsbh": SELLER, "lysl": 7, "ywlsh": key});
    let segment = bench.ok("QDFPPLFM", &ask).await;
    bench
        .control(
            &format!("/taxpayers/{SELLER}/gate"),
            &json!({"risk_class": "02"}),
        )
        .await;
    let mut before = bench.look("/ledger").await;
    bench.running.stop().await.unwrap();

    // A line cut short by a crash is dropped, the rest stands.
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.extend_from_slice(b"{\"upload\":{\"rec");
    std::fs::write(&file, bytes).unwrap();

    let bench = Bench::with(setup()).await;
    let mut after = bench.look("/ledger").await;
    before["now"] = json!(null);
    after["now"] = json!(null);
    assert_eq!(before, after);
    assert_eq!(bench.results(&receipt).await[0]["status"], "00");
    assert_eq!(bench.verdict(&good).await.0, "03");
    assert_eq!(bench.ok("QDFPPLFM", &ask).await, segment);
    assert_eq!(
        bench.ok("CXNSRFXXX", &json!({"nsrsbh": SELLER})).await["fxnsrlx"],
        "02"
    );
    assert!(
        3590 <= bench.look("/clock").await["offset_seconds"]
            .as_i64()
            .unwrap()
    );

    assert_eq!(bench.control("/reset", &json!({})).await.status(), 204);
    assert_eq!(bench.look("/ledger").await["segments"], json!([]));
    bench.running.stop().await.unwrap();
    let bench = Bench::with(setup()).await;
    assert_eq!(bench.look("/ledger").await["segments"], json!([]));
}

#[tokio::test]
async fn what_is_no_state_file_or_no_key_is_said_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    std::fs::write(&file, "Dear diary\n").unwrap();
    let party = Party::generate(PARTY);
    let wrong = TaxSandboxConfig {
        state_file: Some(file),
        ..config(&party)
    };
    let error = TaxSandbox::start(wrong).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("is no state file"), "{error}: {source}");
    let short = Party {
        sm4_key: "abc".into(),
        ..party
    };
    let error = TaxSandbox::start(config(&short)).await.unwrap_err();
    assert!(error.to_string().contains("32 hexadecimal"), "{error}");
}
