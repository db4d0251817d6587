//! The ways that go well: in WeChat, from an app, and without a single push.

use super::{
    actions, agree, calls_of, cards, counter, delivery_id, file, holder_does, hurry, id, open,
    payer_does, payers_page, sample,
};
use crate::harness::eventually;
use fapiao_server::{adapters::files::Documents, config::Config, proving};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::path::Path;

#[tokio::test]
async fn a_bill_goes_into_the_wallet_and_is_struck_out_when_its_bureau_voids_it() {
    let (app, counter) = counter().await;
    let bill = counter.create(&sample(3)).await;
    let id = id(&bill).to_owned();
    assert_eq!(bill["delivery"]["state"], "created");
    assert_eq!((&bill["file"], &bill["void"]), (&Value::Null, &Value::Null));

    // The same again is the same bill; other facts under its number are refused.
    let (status, again) = counter.post("/bills", &sample(3)).await;
    assert_eq!((status, &again["id"]), (StatusCode::OK, &bill["id"]));
    let mut other = sample(3);
    other["payer"] = json!("韩梅梅");
    let (status, refused) = counter.post("/bills", &other).await;
    assert_eq!(
        (status, refused["code"].as_str()),
        (StatusCode::CONFLICT, Some("bill_taken"))
    );

    // Another bill's PDF is refused; its own is taken, once or twice.
    let (status, refused) = counter.put_file(&id, file(1)).await;
    assert_eq!(
        (status, refused["code"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("bill_file_refused"))
    );
    for _ in 0..2 {
        let (status, with_file) = counter.put_file(&id, file(3)).await;
        assert_eq!(status, StatusCode::OK, "{with_file}");
        assert_eq!(with_file["file"]["size"], file(3).len());
    }

    // The payer reads what it is, and agrees on WeChat's page.
    let shown = payers_page(&app, &bill).await;
    for word in ["示例市职业技能鉴定中心", "80.00", "31060125", "0000000003"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    let address = open(&app, &bill).await;
    let page = app.http.get(&address).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(
        page.contains("财政电子票据") && page.contains("80.00"),
        "{page}"
    );
    let pressed = app.http.post(&address).form(&[("act", "authorise")]);
    let back = pressed.send().await.unwrap();
    let back = back.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(back, bill["delivery"]["page_url"].as_str().unwrap());

    let carded = counter.await_state(&id, "carded").await;
    let card = &carded["delivery"]["card"];
    assert_eq!(card["state"], "inserted");
    let there = cards(&app).await;
    assert_eq!(there.len(), 1, "{there:?}");
    let there = &there[0];
    assert_eq!(
        (&there["code"], &there["card_id"]),
        (&card["code"], &card["card_id"])
    );
    assert_eq!(
        (&there["fiscal"], &there["order_id"]),
        (&json!(true), &bill["delivery"]["id"])
    );
    assert_eq!(there["pdf_sha256"], carded["file"]["sha256"]);
    let facts = app.wechat_ledger().await["inserts"][0].clone();
    assert_eq!(
        (&facts["title"], &facts["fee"]),
        (&json!("李雷"), &json!(8000))
    );
    // WeChat calls the code number, and the number code.
    assert_eq!(facts["billing_no"], "31060125");
    assert_eq!(facts["billing_code"], "0000000003");
    assert!(payers_page(&app, &carded).await.contains("卡包"));

    // The holder's employer takes it, and gives it back; then the bureau declares the bill void.
    let code = card["code"].as_str().unwrap();
    holder_does(&app, code, "INVOICE_REIMBURSE_LOCK").await;
    counter.await_card(&id, "locked").await;
    holder_does(&app, code, "INVOICE_REIMBURSE_INIT").await;
    counter.await_card(&id, "inserted").await;
    let void = json!({ "reason": "缴款人信息有误" });
    for _ in 0..2 {
        let (status, void) = counter.post(&format!("/bills/{id}/void"), &void).await;
        assert_eq!(status, StatusCode::OK, "{void}");
        assert_eq!(void["void"]["reason"], "缴款人信息有误");
    }
    let void = counter.await_card(&id, "cancelled").await;
    assert_eq!(void["delivery"]["state"], "carded");
    assert_eq!(cards(&app).await[0]["status"], "INVOICE_REIMBURSE_CANCEL");
    let shown = payers_page(&app, &void).await;
    assert!(
        shown.contains("作废") && shown.contains("缴款人信息有误"),
        "{shown}"
    );
    let link = void["delivery"]["page_url"].as_str().unwrap();
    let download = app
        .http
        .get(format!("{link}/file.pdf"))
        .send()
        .await
        .unwrap();
    assert_eq!(download.status(), StatusCode::NOT_FOUND);

    let told = actions(&app, &bill).await;
    assert_eq!(
        told,
        [
            "bill.accepted",
            "bill.file_attached",
            "bill.page_opened",
            "bill.authorised",
            "bill.media_uploaded",
            "bill.insert_asked",
            "bill.inserted",
            "bill.card_changed",
            "bill.card_changed",
            "bill.voided",
            "bill.cancel_asked",
            "bill.card_cancelled",
        ]
    );
    app.assert_ledger_holds().await;
    let config = Config::load(Some(&app.settings_file()), &[]).unwrap();
    let files = Documents::open(&config.storage).unwrap();
    let kept = proving::documents(&*app.ports().store, &files).await;
    let kept = kept.unwrap();
    assert_eq!(
        (kept.looked_at, kept.found),
        (3, Vec::new()),
        "each bill's file is checked"
    );
    app.stop().await;
}

#[tokio::test]
async fn an_app_asks_for_its_page_and_the_push_comes_to_the_service_account() {
    let (app, counter) = counter().await;
    let mut wanted = sample(3);
    wanted["source"] = json!("app");
    let bill = counter.create(&wanted).await;
    let id = id(&bill).to_owned();
    counter.put_file(&id, file(3)).await;
    let (status, page) = counter.post(&format!("/bills/{id}/page"), &json!({})).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert_eq!(
        (&page["source"], &page["open_with"]),
        (&json!("app"), &json!("wechat_sdk"))
    );
    let app_id = &app.demo().secrets.app.app_id;
    assert_eq!(page["wechat"]["app_id"], app_id.as_str());
    payer_does(&app, &bill, "authorise").await;
    counter.await_state(&id, "carded").await;
    assert_eq!(cards(&app).await[0]["appid"], app_id.as_str());
    // An open-platform app has no push address.
    let service = &app.demo().secrets.app_id;
    let service = app.ports().store.account_by_app_id(service).await.unwrap();
    let pushes = app.ports().store.pushes(None, None, 50).await.unwrap().rows;
    let ours = pushes
        .iter()
        .find(|it| it.plain.contains(delivery_id(&bill)));
    let ours = ours.unwrap();
    assert_eq!(
        (&ours.account, ours.state.as_str()),
        (&service.map(|it| it.id), "handled")
    );
    let (status, late) = counter.post(&format!("/bills/{id}/page"), &json!({})).await;
    assert_eq!(
        (status, late["code"].as_str()),
        (StatusCode::CONFLICT, Some("bill_not_now"))
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn without_pushes_the_questions_find_who_agreed() {
    let (app, counter) = counter().await;
    app.wechat_fault(&json!({ "event": "user_authorize_invoice", "kind": "lost" }))
        .await;
    let bills = [counter.seeded(1).await, counter.seeded(2).await];
    for bill in &bills {
        agree(&app, bill).await;
    }
    for bill in &bills {
        assert_eq!(
            counter.bill(id(bill)).await["delivery"]["state"],
            "page_opened"
        );
        // Half a minute later.
        hurry(&app, "confirm_bill", delivery_id(bill)).await;
    }
    for bill in &bills {
        counter.await_state(id(bill), "carded").await;
    }
    let mut fees: Vec<_> = app.wechat_ledger().await["inserts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["fee"].as_i64().unwrap())
        .collect();
    fees.sort_unstable();
    assert_eq!(fees, [26_000, 156_050]);
    assert_eq!(
        calls_of(&app, "/nontax/createbillcard").await,
        1,
        "one template for each unit"
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_push_told_twice_and_a_payer_who_comes_twice_make_one_card() {
    let (app, counter) = counter().await;
    app.wechat_fault(&json!({ "event": "user_authorize_invoice", "kind": "doubled" }))
        .await;
    let bill = counter.seeded(1).await;
    open(&app, &bill).await;
    agree(&app, &bill).await;
    let carded = counter.await_state(id(&bill), "carded").await;
    // Whoever opens the link again is told where it stands.
    let link = carded["delivery"]["page_url"].as_str().unwrap();
    let again = app.http.get(format!("{link}/wechat")).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::SEE_OTHER);
    hurry(&app, "confirm_bill", delivery_id(&bill)).await;
    eventually("every job was done", async || {
        let jobs = app.ports().store.jobs(None, None, 200).await.unwrap().rows;
        let ours = jobs.iter().any(|it| it.subject == delivery_id(&bill));
        (!ours).then_some(())
    })
    .await;
    assert_eq!(cards(&app).await.len(), 1);
    assert_eq!(calls_of(&app, "/nontax/insertbill").await, 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

async fn fapiao(settings: &Path, arguments: &[&str]) -> (bool, String) {
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_fapiao"))
        .arg("--config")
        .arg(settings)
        .args(arguments)
        .env_remove("FAPIAO_DATABASE__URL")
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.success(), said)
}

#[tokio::test]
async fn a_backup_takes_the_files_of_bills_along_and_verify_misses_one_that_is_gone() {
    let (app, counter) = counter().await;
    let bill = counter.seeded(1).await;
    let sha256 = bill["file"]["sha256"].as_str().unwrap();
    let place = Path::new("documents")
        .join(&sha256[..2])
        .join(&sha256[2..4])
        .join(sha256);
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("backup");
    let settings = app.settings_file();
    let (done, said) = fapiao(&settings, &["backup", "--to", to.to_str().unwrap()]).await;
    assert!(done && said.contains("documents: 2 files"), "{said}");
    assert_eq!(std::fs::read(to.join(&place)).unwrap(), file(1));
    let (holds, said) = fapiao(&settings, &["verify"]).await;
    assert!(holds, "{said}");
    for rule in ["B1", "B2", "B3", "B4", "I18"] {
        assert!(said.contains(&format!("{rule:<4} holds")), "{said}");
    }
    std::fs::remove_file(settings.parent().unwrap().join(&place)).unwrap();
    let (holds, said) = fapiao(&settings, &["verify"]).await;
    assert!(
        !holds && said.contains(&format!("{sha256}: missing")),
        "{said}"
    );
    app.stop().await;
}
