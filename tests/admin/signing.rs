//! The key with which a seller's papers are signed, and the three files of an invoice.

use super::{
    sign_in::signed_in,
    work::{location, page, send},
};
use crate::harness::{TestApp, company, spawn_app};
use reqwest::StatusCode;

const KEY: &str = include_str!("../../crates/fapiao-pdf/tests/keys/p256.pem");

/// A file of an invoice, over the API.
async fn file(app: &TestApp, id: &str, format: &str) -> (String, Vec<u8>) {
    let answer = app
        .http
        .get(format!("{}/api/v1/invoices/{id}/file.{format}", app.web()))
        .bearer_auth(&app.demo().secrets.api_key)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{format}");
    let media = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    (media, answer.bytes().await.unwrap().to_vec())
}

fn is_signed(pdf: &[u8]) -> bool {
    let mark = b"/ETSI.CAdES.detached";
    pdf.windows(mark.len()).any(|window| window == mark)
}

async fn issued(app: &TestApp, order_no: &str) -> String {
    let order = app.authorised_order(order_no, &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    delivery["invoice"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn papers_are_signed_while_the_seller_has_a_key() {
    let app = spawn_app().await;
    let plain = issued(&app, "SIG-1").await;
    let (media, pdf) = file(&app, &plain, "pdf").await;
    assert_eq!(media, "application/pdf");
    assert!(!is_signed(&pdf), "no key, no signature");
    let (media, ofd) = file(&app, &plain, "ofd").await;
    assert_eq!(media, "application/ofd");
    assert!(ofd.starts_with(b"PK\x03\x04"));
    assert_eq!(file(&app, &plain, "xml").await.0, "application/xml");

    let admin = signed_in(&app, "admin").await;
    let seller = app.ports().store.sellers().await.unwrap().remove(0).id;
    let path = format!("/admin/sellers/{seller}/signing");
    let text = page(&app, &admin, &path).await;
    assert!(text.contains("PDF 电子签名"), "{text}");
    let wrong = send(&app, &admin, &path, &[("pem", "nothing")]).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let clerk = signed_in(&app, "clerk").await;
    let refused = send(&app, &clerk, &path, &[("pem", KEY)]).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let saved = send(&app, &admin, &path, &[("pem", KEY)]).await;
    assert_eq!(location(&saved), path);
    let text = page(&app, &admin, &path).await;
    assert!(text.contains("Example Trading"), "{text}");
    assert!(!text.contains("PRIVATE KEY-----"), "the key is never shown");

    let signed = issued(&app, "SIG-2").await;
    let (_, pdf) = file(&app, &signed, "pdf").await;
    assert!(is_signed(&pdf));
    let removed = send(&app, &admin, &format!("{path}/removal"), &[]).await;
    assert_eq!(location(&removed), path);
    let later = issued(&app, "SIG-3").await;
    assert!(!is_signed(&file(&app, &later, "pdf").await.1));
    app.assert_ledger_holds().await;
    app.stop().await;
}
