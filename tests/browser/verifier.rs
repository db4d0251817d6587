//! The verifier of an evidence pack, in a browser and from a local file, as an auditor opens it.

use super::browser;
use crate::{
    admin::sign_in::signed_in,
    archive::{evidence::files_of, get},
    harness::{TestApp, company, eventually, spawn_app},
    red::{at_stage, refund},
};
use fantoccini::{Client, Locator};
use flate2::Crc;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, path::Path};

type Files = BTreeMap<String, Vec<u8>>;

/// The files as a ZIP again, unpacked ones.
fn stored(files: &Files) -> Vec<u8> {
    let (mut zip, mut list) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let mut crc = Crc::new();
        crc.update(content);
        let size = u32::try_from(content.len()).unwrap().to_le_bytes();
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let about = [
            &[20, 0, 0, 8, 0, 0, 0, 0, 0, 0][..],
            &crc.sum().to_le_bytes(),
            &size,
            &size,
            &length,
            &[0, 0],
        ]
        .concat();
        list.extend_from_slice(b"PK\x01\x02\x14\x00");
        list.extend_from_slice(&about);
        list.extend_from_slice(&[0; 10]);
        list.extend_from_slice(&u32::try_from(zip.len()).unwrap().to_le_bytes());
        list.extend_from_slice(name.as_bytes());
        zip.extend_from_slice(b"PK\x03\x04");
        zip.extend_from_slice(&about);
        zip.extend_from_slice(name.as_bytes());
        zip.extend_from_slice(content);
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let begins = u32::try_from(zip.len()).unwrap().to_le_bytes();
    let size = u32::try_from(list.len()).unwrap().to_le_bytes();
    zip.extend(list);
    zip.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    for part in [&count[..], &count, &size, &begins, &[0, 0]] {
        zip.extend_from_slice(part);
    }
    zip
}

/// Whoever changes a file and knows how a pack is made corrects the list, too.
fn with_list_corrected(files: &mut Files) {
    let mut manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    for entry in manifest["files"].as_array_mut().unwrap() {
        let content = &files[entry["name"].as_str().unwrap()];
        entry["sha256"] = hex::encode(Sha256::digest(content)).into();
        entry["size"] = content.len().into();
    }
    files.insert(
        "manifest.json".to_owned(),
        manifest.to_string().into_bytes(),
    );
}

/// What the verifier says of a pack: its verdict, and its page as text.
async fn told(browser: &Client, folder: &Path, files: &Files) -> (String, String) {
    let (page, pack) = (folder.join("verify.html"), folder.join("pack.zip"));
    std::fs::write(&page, &files["verify.html"]).unwrap();
    std::fs::write(&pack, stored(files)).unwrap();
    let address = format!("file://{}", page.display());
    browser.goto(&address).await.unwrap();
    let input = browser.find(Locator::Id("file")).await.unwrap();
    input.send_keys(&pack.display().to_string()).await.unwrap();
    let verdict = browser
        .wait()
        .at_most(std::time::Duration::from_secs(10))
        .for_element(Locator::Id("verdict"))
        .await
        .unwrap();
    let word = verdict.attr("data-verdict").await.unwrap().unwrap();
    let text = browser.find(Locator::Id("out")).await.unwrap();
    (word, text.text().await.unwrap())
}

async fn pack(app: &TestApp, invoice: &str) -> Files {
    let auditor = signed_in(app, "auditor").await;
    let path = format!("/admin/evidence/invoice/{invoice}.zip");
    files_of(&get(app, &auditor, &path).await.1)
}

/// A pack whose exchanges have a call in them: they are written in batches, behind the act itself.
async fn pack_with(app: &TestApp, invoice: &str, operation: &str) -> Files {
    eventually(&format!("{operation} is written down"), async || {
        let files = pack(app, invoice).await;
        let said = files.iter().find(|it| it.0.ends_with("/exchanges.json"))?;
        let is_said = String::from_utf8_lossy(said.1).contains(operation);
        is_said.then_some(files)
    })
    .await
}

#[tokio::test]
async fn a_pack_holds_offline_and_a_changed_byte_is_found() {
    let Some(browser) = browser().await else {
        return;
    };
    let app = spawn_app().await;
    let order = app.authorised_order("EV-1", &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let blue = delivery["invoice"]["id"].as_str().unwrap();
    let sold = json!({ "order": order["id"], "invoice": blue });
    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "EV-1-r", &all).await;
    let done = at_stage(&app, &sold, 0, "done").await;
    let red = done["red_letters"][0]["red_invoice_id"].as_str().unwrap();
    app.ports().store.make_anchor().await.unwrap();
    let folder = tempfile::tempdir().unwrap();

    let files = pack(&app, blue).await;
    let (verdict, text) = told(&browser, folder.path(), &files).await;
    assert_eq!(verdict, "holds", "{text}");

    // The red invoice's pack has its form, and equals it.
    let red_files = pack_with(&app, red, "QDHZQRDSQ").await;
    let form = red_files
        .keys()
        .find(|it| it.ends_with("/confirmation.json"));
    let form: Value = serde_json::from_slice(&red_files[form.unwrap()]).unwrap();
    assert_eq!(
        (&form["reason"], &form["total"]),
        (&json!("02"), &json!("-113.00"))
    );
    assert_eq!(form["blue_number"], delivery["invoice"]["number"]);
    assert!(!form["number"].as_str().unwrap().is_empty());
    let (verdict, text) = told(&browser, folder.path(), &red_files).await;
    assert_eq!(verdict, "holds", "{text}");
    // One byte of the PDF.
    let name = |files: &Files, ending: &str| {
        files
            .keys()
            .find(|it| it.ends_with(ending))
            .unwrap()
            .clone()
    };
    let pdf = name(&files, ".pdf");
    let mut changed = files.clone();
    changed.get_mut(&pdf).unwrap()[1000] ^= 1;
    let (verdict, text) = told(&browser, folder.path(), &changed).await;
    assert!(verdict == "broken" && text.contains(&pdf), "{text}");
    // The same, with the list made to fit: the invoice and the audit record name another hash.
    with_list_corrected(&mut changed);
    let (verdict, text) = told(&browser, folder.path(), &changed).await;
    assert!(verdict == "broken" && text.contains("版式文件"), "{text}");

    // An amount in the invoice's record.
    let mut changed = files.clone();
    let record = name(&files, "/invoice.json");
    let text = String::from_utf8(files[&record].clone()).unwrap();
    changed.insert(
        record.clone(),
        text.replacen("\"113.00\"", "\"913.00\"", 1).into_bytes(),
    );
    with_list_corrected(&mut changed);
    assert_eq!(told(&browser, folder.path(), &changed).await.0, "broken");

    // Somebody else's name, and amounts that add up again: what was issued had another hash.
    let mut changed = files.clone();
    let text = String::from_utf8(files[&record].clone()).unwrap();
    let mut forged: Value = serde_json::from_str(&text).unwrap();
    forged["buyer"]["name"] = "王五有限公司".into();
    forged["lines"][0]["amount"] = "1100.00".into();
    forged["lines"][0]["gross"] = "1113.00".into();
    forged["amount"] = "1100.00".into();
    forged["total"] = "1113.00".into();
    changed.insert(record.clone(), forged.to_string().into_bytes());
    with_list_corrected(&mut changed);
    let (verdict, text) = told(&browser, folder.path(), &changed).await;
    assert_eq!(verdict, "broken", "{text}");
    for what in ["— buyer.name", "— amount", "— lines[0].gross"] {
        assert!(text.contains(what), "{what}: {text}");
    }
    // The same in what was hashed.
    let content = name(&files, "/content.json");
    let text = String::from_utf8(files[&content].clone()).unwrap();
    let text = text.replace("11300", "111300").replace("10000", "110000");
    changed.insert(content, text.into_bytes());
    with_list_corrected(&mut changed);
    let (verdict, text) = told(&browser, folder.path(), &changed).await;
    assert!(
        verdict == "broken" && text.contains("/content.json"),
        "{text}"
    );

    // A line of the timeline: its fingerprint is not in the chain.
    let mut changed = files.clone();
    let timeline = name(&files, "/timeline.json");
    let text = String::from_utf8(files[&timeline].clone()).unwrap();
    changed.insert(
        timeline,
        text.replacen("\"system\"", "\"buyer\"", 1).into_bytes(),
    );
    with_list_corrected(&mut changed);
    let (verdict, text) = told(&browser, folder.path(), &changed).await;
    assert!(
        verdict == "broken" && text.contains("审计记录的指纹"),
        "{text}"
    );

    // The form of the red invoice.
    let mut changed = red_files.clone();
    let form = name(&red_files, "/confirmation.json");
    let text = String::from_utf8(red_files[&form].clone()).unwrap();
    changed.insert(form, text.replace("-113.00", "-13.00").into_bytes());
    with_list_corrected(&mut changed);
    assert_eq!(told(&browser, folder.path(), &changed).await.0, "broken");

    // A file that was put in, one that was taken out.
    let mut changed = files.clone();
    changed.insert("invoices/extra.txt".to_owned(), b"x".to_vec());
    assert_eq!(told(&browser, folder.path(), &changed).await.0, "broken");
    let mut changed = files.clone();
    changed.remove(&pdf);
    assert_eq!(told(&browser, folder.path(), &changed).await.0, "broken");

    browser.close().await.unwrap();
    app.stop().await;
}
