//! Documents in a bucket: an S3-compatible server of its own.

use crate::harness::{bucket, company, defaults, spawn_app_with};
use bytes::Bytes;
use fapiao_server::adapters::files::Documents;
use fapiao_usecases::{errors::Advice, ports::FileStore};
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_bucket_keeps_gives_and_mends_documents() {
    let Some(bucket) = bucket().await else { return };
    let files = Documents::open(&bucket.settings("kept")).unwrap();
    files.probe().await.unwrap();
    let bytes = Bytes::from_static(b"%PDF-1.7 one");
    let name = files.put(bytes.clone()).await.unwrap();
    assert_eq!(files.get(&name).await.unwrap(), Some(bytes.clone()));

    // Twice the same bytes, also from two nodes at once: one object.
    let other = Documents::open(&bucket.settings("kept")).unwrap();
    let (one, two) = tokio::join!(files.put(bytes.clone()), other.put(bytes.clone()));
    assert_eq!((one.unwrap(), two.unwrap()), (name.clone(), name.clone()));

    // What is not there is not there; another folder of the bucket is another store.
    assert_eq!(files.get(&"0".repeat(64)).await.unwrap(), None);
    let elsewhere = Documents::open(&bucket.settings("elsewhere")).unwrap();
    assert_eq!(elsewhere.get(&name).await.unwrap(), None);

    // Damage is noticed, and mended by whoever stores the right bytes again.
    let path = format!("{}/{}/{name}", &name[..2], &name[2..4]);
    let damaged = Bytes::from_static(b"%PDF-1.7 two");
    other.put_named(&path, damaged).await.unwrap();
    assert_eq!(
        files.get(&name).await.unwrap_err().advice,
        Advice::NeedsPerson
    );
    assert_eq!(files.put(bytes.clone()).await.unwrap(), name);
    assert_eq!(files.get(&name).await.unwrap(), Some(bytes));

    // A bucket that is not there is an error that is tried again, not an empty store.
    let mut wrong = bucket.settings("kept");
    wrong.url = "s3://no-such-bucket".to_owned();
    let wrong = Documents::open(&wrong).unwrap();
    assert!(wrong.put(Bytes::from_static(b"x")).await.is_err());
}

#[tokio::test]
async fn a_server_that_says_nothing_does_not_hold_us_up() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut storage = defaults();
    storage.url = "s3://fapiao-test".to_owned();
    storage.endpoint = format!("http://{}", silent.local_addr().unwrap());
    storage.access_key = "AKIATEST".to_owned().into();
    storage.secret_key = "secret".to_owned().into();
    storage.allow_http = true;
    storage.timeout_secs = 1;
    let files = Documents::open(&storage).unwrap();
    let began = Instant::now();
    let error = files.get(&"0".repeat(64)).await.unwrap_err();
    assert!(matches!(error.advice, Advice::Retry { .. }), "{error:?}");
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn an_invoice_s_documents_lie_in_the_bucket() {
    let Some(bucket) = bucket().await else { return };
    let app = spawn_app_with(&[
        ("FAPIAO_STORAGE__URL", "s3://fapiao-test/app"),
        ("FAPIAO_STORAGE__ENDPOINT", &bucket.endpoint),
        ("FAPIAO_STORAGE__ACCESS_KEY", "AKIATEST"),
        ("FAPIAO_STORAGE__SECRET_KEY", "secret"),
        ("FAPIAO_STORAGE__ALLOW_HTTP", "true"),
    ])
    .await;
    let order = app.authorised_order("B-1", &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let id = fapiao_domain::ids::Id::parse(delivery["invoice"]["id"].as_str().unwrap()).unwrap();
    let files = Documents::open(&bucket.settings("app")).unwrap();
    let documents = app.ports().store.documents(&id).await.unwrap();
    assert!(documents.len() >= 2);
    for document in documents {
        assert!(
            files.get(&document.sha256).await.unwrap().is_some(),
            "{document:?}"
        );
    }
    app.assert_ledger_holds().await;
    app.stop().await;
}
