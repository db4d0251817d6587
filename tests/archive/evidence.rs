//! Evidence packs: whole, the same twice, without secrets, within rights.

use super::get;
use crate::{
    admin::sign_in::signed_in,
    harness::{
        TestApp, company, eventually_or, mails::mail_server, person, spawn_app, spawn_app_with,
    },
};
use fapiao_domain::ids::{Id as _, InvoiceId};
use fapiao_usecases::calendar;
use reqwest::StatusCode;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, io::Read as _};

/// The files of a ZIP, read by its list.
pub(crate) fn files_of(zip: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let number = |at: usize, width: usize| -> usize {
        zip[at..at + width]
            .iter()
            .rev()
            .fold(0, |sum, it| sum << 8 | usize::from(*it))
    };
    let end = zip.windows(4).rposition(|it| it == b"PK\x05\x06").unwrap();
    let (count, mut at) = (number(end + 10, 2), number(end + 16, 4));
    let mut files = BTreeMap::new();
    for _ in 0..count {
        let (name, head) = (number(at + 28, 2), number(at + 42, 4));
        let path = String::from_utf8(zip[at + 46..at + 46 + name].to_vec()).unwrap();
        let from = head + 30 + number(head + 26, 2) + number(head + 28, 2);
        let packed = &zip[from..from + number(at + 20, 4)];
        let mut content = Vec::new();
        if number(at + 10, 2) == 0 {
            content.extend_from_slice(packed);
        } else {
            flate2::read::DeflateDecoder::new(packed)
                .read_to_end(&mut content)
                .unwrap();
        }
        assert_eq!(content.len(), number(at + 24, 4), "{path}");
        assert!(files.insert(path, content).is_none());
        at += 46 + name + number(at + 30, 2) + number(at + 32, 2);
    }
    files
}

/// What is said about an invoice from the sale to the wallet.
const EXCHANGES: [&str; 5] = [
    "tax QDFPSC",
    "tax CXQDFPSCJG",
    "wechat card/invoice/insert",
    "wechat card/invoice/getauthdata",
    "wechat_push",
];

/// Waits until exchanges about some ids are written: that happens in batches, behind the act itself.
async fn exchanges_written<const N: usize>(
    app: &TestApp,
    about: [impl Into<String>; N],
    wanted: &[&str],
) {
    let about = about.map(Into::into);
    eventually_or(&format!("{wanted:?} are written down"), async || {
        let known = app.ports().store.exchanges_about(&about).await.unwrap();
        let said: Vec<String> = known
            .iter()
            .map(|it| format!("{} {}", it.system, it.operation))
            .collect();
        let is_said = |it: &&str| said.iter().any(|said| said.starts_with(it));
        if wanted.iter().all(is_said) {
            Ok(())
        } else {
            Err(said)
        }
    })
    .await;
}

#[tokio::test]
async fn a_pack_has_everything_about_an_invoice_and_proves_it() {
    let app = spawn_app().await;
    let order = app.authorised_order("E-1", &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let id = delivery["invoice"]["id"].as_str().unwrap();
    let number = delivery["invoice"]["number"].as_str().unwrap();
    app.ports().store.make_anchor().await.unwrap();
    let about = [delivery["id"].as_str().unwrap(), id, number];
    exchanges_written(&app, about, &EXCHANGES).await;

    let auditor = signed_in(&app, "auditor").await;
    let path = format!("/admin/evidence/invoice/{id}.zip");
    let (status, zip) = get(&app, &auditor, &path).await;
    assert_eq!(status, StatusCode::OK);
    let files = files_of(&zip);
    let folder = format!("invoices/{number}");
    let json = |name: &str| -> Value { serde_json::from_slice(&files[name]).unwrap() };

    // Every file is listed with its hash, and nothing else is there.
    let manifest = json("manifest.json");
    let listed = manifest["files"].as_array().unwrap();
    assert_eq!(listed.len() + 1, files.len());
    for entry in listed {
        let content = &files[entry["name"].as_str().unwrap()];
        assert_eq!(entry["sha256"], hex::encode(Sha256::digest(content)));
        assert_eq!(entry["size"], content.len());
    }
    assert!(files["verify.html"].starts_with(b"<!doctype html>"));
    let invoice = json(&format!("{folder}/invoice.json"));
    assert_eq!(invoice["total"], "113.00");
    assert_eq!(invoice["order"]["order_no"], "E-1");
    let pdf = &files[&format!("{folder}/{number}.pdf")];
    assert!(pdf.starts_with(b"%PDF"));
    assert!(files.contains_key(&format!("{folder}/{number}.xml")));
    assert!(files[&format!("{folder}/{number}.ofd")].starts_with(b"PK"));

    // What was said to the tax authority and to WeChat, both ways.
    let exchanges = json(&format!("{folder}/exchanges.json"));
    let said: Vec<String> = exchanges
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            format!(
                "{} {}",
                it["system"].as_str().unwrap(),
                it["operation"].as_str().unwrap()
            )
        })
        .collect();
    for wanted in EXCHANGES {
        let is_there = said.iter().any(|it| it.starts_with(wanted));
        assert!(is_there, "{wanted} in {said:?}");
    }
    let text = String::from_utf8(zip_text(&files)).unwrap();
    assert!(
        !text.contains("access_token\":\""),
        "no token may be in a pack"
    );

    // The lines' fingerprints stand in the chain, and come to the anchor's digest.
    let anchors = json("chain/anchors.json");
    assert!(!anchors.as_array().unwrap().is_empty());
    for anchor in anchors.as_array().unwrap() {
        let name = format!("chain/prints-{}-{}.bin", anchor["first_seq"], anchor["seq"]);
        assert_eq!(
            anchor["digest"],
            hex::encode(Sha256::digest(&files[&name])),
            "{name}"
        );
    }
    let timeline = json(&format!("{folder}/timeline.json"));
    assert!(timeline.as_array().unwrap().len() > 6);

    // The month holds the same; the same question gives the same bytes (the chain grew by the two downloads).
    let month = calendar::month(app.ports().clock.now());
    let (status, whole) = get(
        &app,
        &auditor,
        &format!("/admin/evidence/month.zip?month={month}"),
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(files_of(&whole)[&format!("{folder}/{number}.pdf")], *pdf);
    let api = |path: String| {
        let request = app.http.get(format!("{}/api/v1{path}", app.web()));
        let request = request.bearer_auth(&app.demo().secrets.api_key);
        async move { request.send().await.unwrap().bytes().await.unwrap() }
    };
    let one = api(format!("/invoices/{id}/evidence.zip")).await;
    let two = api(format!("/invoices/{id}/evidence.zip")).await;
    assert!(
        one == two && one.starts_with(b"PK"),
        "a pack is deterministic"
    );

    let clerk = signed_in(&app, "clerk").await;
    assert_eq!(get(&app, &clerk, &path).await.0, StatusCode::FORBIDDEN);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_pack_has_the_mails_every_document_and_a_month_all_of_both() {
    let (port, mails) = mail_server().await;
    let url = format!("smtp://127.0.0.1:{port}");
    let app = spawn_app_with(&[
        ("FAPIAO_MAIL__ENABLED", "true"),
        ("FAPIAO_MAIL__SMTP_URL", &url),
        ("FAPIAO_MAIL__FROM", "fapiao@example.com"),
    ])
    .await;
    let mut invoices = Vec::new();
    for order_no in ["E-2", "E-3"] {
        let order = app.authorised_order(order_no, &person("李雷")).await;
        let delivery = app.await_state(&order, "carded").await;
        let text = |name: &str| delivery["invoice"][name].as_str().unwrap().to_owned();
        let (id, number) = (text("id"), text("number"));
        let about = [
            number.clone(),
            id.clone(),
            delivery["id"].as_str().unwrap().to_owned(),
        ];
        exchanges_written(&app, about, &[&EXCHANGES[..], &["mail "]].concat()).await;
        invoices.push((id, number));
    }
    // Also that they were sent is noted.
    app.settled().await;
    assert_eq!(mails.lock().unwrap().len(), 2);
    app.ports().store.make_anchor().await.unwrap();

    let auditor = signed_in(&app, "auditor").await;
    let month = calendar::month(app.ports().clock.now());
    let path = format!("/admin/evidence/month.zip?month={month}");
    let (status, whole) = get(&app, &auditor, &path).await;
    assert_eq!(status, StatusCode::OK);
    let whole = files_of(&whole);
    let mut wanted: Vec<String> = ["manifest.json", "verify.html", "chain/anchors.json"]
        .map(str::to_owned)
        .to_vec();
    for (id, number) in &invoices {
        let path = format!("/admin/evidence/invoice/{id}.zip");
        let (status, zip) = get(&app, &auditor, &path).await;
        assert_eq!(status, StatusCode::OK);
        let files = files_of(&zip);
        let folder = format!("invoices/{number}");
        // Each document is the stored file, byte for byte.
        let invoice = InvoiceId::parse(id).unwrap();
        let documents = app.ports().store.documents(&invoice).await.unwrap();
        let formats: Vec<_> = documents.iter().map(|it| it.format.as_str()).collect();
        assert_eq!(formats, ["ofd", "pdf", "xml"]);
        for document in &documents {
            let content = &files[&format!("{folder}/{number}.{}", document.format)];
            assert_eq!(document.sha256, hex::encode(Sha256::digest(content)));
            assert_eq!(document.sm3, fapiao_usecases::keeping::sm3(content));
        }
        let said: Value =
            serde_json::from_slice(&files[&format!("{folder}/invoice.json")]).unwrap();
        let sums: Vec<&str> = documents.iter().map(|it| it.sm3.as_str()).collect();
        let listed = said["documents"].as_array().unwrap();
        let listed: Vec<_> = listed
            .iter()
            .map(|it| it["sm3"].as_str().unwrap())
            .collect();
        assert_eq!(listed, sums);
        assert!(files[&format!("{folder}/{number}.ofd")].starts_with(b"PK"));
        // The mail is there, with whom it went to and what became of it.
        let said: Value =
            serde_json::from_slice(&files[&format!("{folder}/exchanges.json")]).unwrap();
        let sent: Vec<&Value> = said
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| it["system"] == "mail")
            .collect();
        assert_eq!(sent.len(), 1, "{said}");
        let text = sent[0].to_string();
        assert!(
            text.contains("buyer@example.com") && text.contains(&format!("{number}.pdf")),
            "{text}"
        );
        assert_eq!(sent[0]["outcome"], "answered", "{text}");
        let timeline =
            String::from_utf8(files[&format!("{folder}/timeline.json")].clone()).unwrap();
        assert!(timeline.contains("mail.sent") && timeline.contains("content_sha256"));
        // The month has the same files about it, word for word.
        for (name, content) in files.iter().filter(|it| it.0.starts_with("invoices/")) {
            assert!(
                whole[name] == *content,
                "{name} differs in the month's pack"
            );
            wanted.push(name.clone());
        }
    }
    // And nothing else, but the chain's fingerprints; all of it is in its list.
    let others: Vec<&String> = whole
        .keys()
        .filter(|it| !wanted.contains(it) && !it.starts_with("chain/prints-"))
        .collect();
    assert!(others.is_empty(), "{others:?}");
    assert!(wanted.iter().all(|it| whole.contains_key(it)));
    let manifest: Value = serde_json::from_slice(&whole["manifest.json"]).unwrap();
    let listed = manifest["files"].as_array().unwrap();
    assert_eq!(listed.len() + 1, whole.len());
    for entry in listed {
        let content = &whole[entry["name"].as_str().unwrap()];
        assert_eq!(entry["sha256"], hex::encode(Sha256::digest(content)));
    }
    app.assert_ledger_holds().await;
    app.stop().await;
}

fn zip_text(files: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    files
        .iter()
        .filter(|(name, _)| name.ends_with(".json"))
        .flat_map(|(_, content)| content.clone())
        .collect()
}
