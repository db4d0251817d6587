mod backup;
mod books;
mod closings;
pub(crate) mod evidence;
mod findings;
mod keeping;
mod master_key;
mod papers;
mod proof;
mod reports;
mod storage;
mod vat;

use crate::harness::TestApp;
use reqwest::{Client, StatusCode};

/// A page or file of the back-office.
pub(crate) async fn get(app: &TestApp, who: &Client, path: &str) -> (StatusCode, Vec<u8>) {
    let answer = who
        .get(format!("{}{path}", app.web()))
        .send()
        .await
        .unwrap();
    (answer.status(), answer.bytes().await.unwrap().to_vec())
}
