//! Invoices whose number a tax gateway gives: issued, lost, slow, refused, doubled, unsigned.

use super::{behind_gateway, draft, first_seller, invoice_of, serials};
use crate::{
    admin::{
        sign_in::signed_in,
        work::{page, send},
    },
    harness::{company, eventually, spawn_app, tea, until},
};
use fapiao_domain::invoice::Identity;
use fapiao_usecases::{
    actor::Actor,
    backoffice::{SettingError, tax_connections::save_tax_connection},
    records::TaxConnection,
};
use serde_json::json;

#[tokio::test]
async fn a_gateway_gives_number_and_files_and_the_card_carries_them() {
    let app = spawn_app().await;
    behind_gateway(&app, "digital").await;
    let order = app.authorised_order("G-1", &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let there = serials(&app).await;
    assert_eq!(there.len(), 1, "{there:?}");
    assert_eq!(there[0]["serial"], delivery["invoice"]["id"]);
    assert_eq!(there[0]["number"], delivery["invoice"]["number"]);
    let invoice = invoice_of(&app, &delivery).await;
    assert!(matches!(invoice.identity, Some(Identity::Digital { .. })));
    let documents = app.ports().store.documents(&invoice.id).await.unwrap();
    let made: Vec<(&str, &str)> = documents
        .iter()
        .map(|it| (it.format.as_str(), it.origin.as_str()))
        .collect();
    assert_eq!(made, [("pdf", "received"), ("xml", "received")]);
    let ledger = app.wechat_ledger().await;
    let insert = &ledger["inserts"][0];
    assert_eq!(insert["billing_no"], there[0]["number"], "{insert}");
    assert_eq!(insert["billing_code"], "", "{insert}");
    let stock = app
        .ports()
        .store
        .stock_told(&first_seller(&app).await.id, 5)
        .await
        .unwrap();
    assert!(stock[0].quota_left.is_some());
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_lost_answer_is_asked_about_and_no_second_number_is_taken() {
    let app = spawn_app().await;
    behind_gateway(&app, "digital").await;
    app.tax_fault(&json!({ "service": "gateway.issue", "kind": "work_then_drop", "times": 1 }))
        .await;
    let order = app.authorised_order("G-2", &company()).await;
    app.hurry(&["issue_invoice"], &order, "carded").await;
    let there = serials(&app).await;
    assert_eq!(there.len(), 1, "{there:?}");
    let acts = app.timeline(&order).await;
    assert!(
        acts.iter().any(|it| it == "invoice.outcome_unknown"),
        "{acts:?}"
    );
    assert_eq!(acts.iter().filter(|it| *it == "invoice.issued").count(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn nonsense_in_place_of_an_answer_leaves_the_outcome_unknown() {
    let app = spawn_app().await;
    behind_gateway(&app, "digital").await;
    app.tax_fault(&json!({ "service": "gateway.issue", "kind": "garbage", "times": 1 }))
        .await;
    let order = app.authorised_order("G-3", &company()).await;
    app.hurry(&["issue_invoice"], &order, "carded").await;
    assert_eq!(serials(&app).await.len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_refusal_fails_the_delivery_with_the_gateway_s_reason() {
    let app = spawn_app().await;
    behind_gateway(&app, "digital").await;
    let fault = json!({ "service": "QDFPSC", "kind": "refuse_invoices", "times": 1, "message": "购买方信息有误" });
    app.tax_fault(&fault).await;
    let order = app.authorised_order("G-4", &company()).await;
    let delivery = app.await_state(&order, "failed").await;
    assert!(
        delivery["reason"]
            .as_str()
            .unwrap()
            .contains("购买方信息有误"),
        "{delivery}"
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_slow_gateway_is_followed_until_it_has_issued() {
    let app = spawn_app().await;
    behind_gateway(&app, "digital").await;
    app.tax_fault(&json!({ "service": "gateway.issue", "kind": "hold", "polls": 2, "times": 1 }))
        .await;
    let order = app.authorised_order("G-5", &company()).await;
    until("the gateway's `accepted` is followed", async || {
        let jobs = app.ports().store.jobs(Some("waiting"), None, 50).await;
        let rows = jobs.unwrap().rows;
        rows.iter()
            .any(|it| it.reason.contains("taken the invoice on"))
    })
    .await;
    app.hurry(&["issue_invoice"], &order, "carded").await;
    assert_eq!(serials(&app).await.len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_wrong_signature_waits_for_a_person_and_issues_nothing() {
    let app = spawn_app().await;
    let saved = behind_gateway(&app, "digital").await;
    let seller = first_seller(&app).await;
    let wrong = fapiao_usecases::backoffice::tax_connections::TaxConnectionDraft {
        secret: "another secret".to_owned(),
        ..draft(&app, "digital")
    };
    let by = Actor::CommandLine;
    let changed: TaxConnection = save_tax_connection(app.ports(), &by, &seller, &wrong)
        .await
        .unwrap();
    assert_eq!(changed.version, saved.version);
    // Whoever tests the connection reads it in words.
    let owner = signed_in(&app, "admin").await;
    let here = format!("/admin/sellers/{}/tax", seller.id);
    send(&app, &owner, &format!("{here}/test"), &[]).await;
    let told = page(&app, &owner, &here).await;
    assert!(
        told.contains("税务网关不接受这把密钥") && told.contains("核对税务连接"),
        "{told}"
    );
    assert!(!told.contains("the tax gateway"), "{told}");
    let order = app.authorised_order("G-6", &company()).await;
    let parked = parked(&app).await;
    assert!(parked.contains("401"), "{parked}");
    assert!(serials(&app).await.is_empty());
    // Mended, it goes on.
    save_tax_connection(app.ports(), &by, &seller, &draft(&app, "digital"))
        .await
        .unwrap();
    let store = &app.ports().store;
    for job in store.jobs(Some("parked"), None, 50).await.unwrap().rows {
        store.retry_job(&job.id, &by).await.unwrap();
    }
    app.await_state(&order, "carded").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// Why the first parked job of the draft or the issue waits.
async fn parked(app: &crate::harness::TestApp) -> String {
    eventually("something waits for a person", async || {
        let jobs = app.ports().store.jobs(Some("parked"), None, 50).await;
        let mut rows = jobs.unwrap().rows.into_iter();
        let job = rows.find(|it| ["draft_invoice", "issue_invoice"].contains(&it.kind.as_str()));
        Some(job?.reason)
    })
    .await
}

#[tokio::test]
async fn the_way_is_not_changed_while_an_answer_is_awaited() {
    let app = spawn_app().await;
    behind_gateway(&app, "digital").await;
    app.tax_fault(&json!({ "service": "gateway.issue", "kind": "http", "status": 502 }))
        .await;
    let order = app.authorised_order("G-7", &company()).await;
    let seller = first_seller(&app).await;
    until("an answer of the gateway is awaited", async || {
        app.ports().store.open_at_gateway(&seller.id).await.unwrap() > 0
    })
    .await;
    let back = fapiao_usecases::backoffice::tax_connections::TaxConnectionDraft {
        route: "direct".to_owned(),
        ..draft(&app, "digital")
    };
    let refused = save_tax_connection(app.ports(), &Actor::CommandLine, &seller, &back).await;
    let Err(SettingError::Invalid(errors)) = refused else {
        panic!("changed under way: {refused:?}")
    };
    assert_eq!(errors[0].code, "E_TAX_ROUTE_OPEN");
    app.control(&app.tax(), reqwest::Method::DELETE, "/sandbox/faults", None)
        .await;
    app.hurry(&["issue_invoice"], &order, "carded").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn the_older_form_is_issued_printed_and_named_to_wechat_by_code_number_and_check_code() {
    let app = spawn_app().await;
    behind_gateway(&app, "classic").await;
    let order = app.authorised_order("G-8", &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let invoice = invoice_of(&app, &delivery).await;
    let Some(Identity::Classic {
        code,
        number,
        check_code,
        machine,
    }) = &invoice.identity
    else {
        panic!("{:?}", invoice.identity)
    };
    assert_eq!(
        (code.len(), number.len(), check_code.len(), machine.len()),
        (12, 8, 20, 12)
    );
    let ledger = app.wechat_ledger().await;
    let insert = &ledger["inserts"][0];
    let named = [&insert["billing_no"], &insert["billing_code"]];
    assert!(
        named.iter().any(|it| *it == code) && named.iter().any(|it| *it == number),
        "{insert}"
    );
    assert_eq!(insert["check_code"], *check_code);
    let documents = app.ports().store.documents(&invoice.id).await.unwrap();
    let pdf = documents.iter().find(|it| it.format == "pdf").unwrap();
    assert_eq!(pdf.origin, "rendered");
    let bytes = app.ports().files.get(&pdf.sha256).await.unwrap().unwrap();
    let text = lopdf::Document::load_mem(&bytes)
        .unwrap()
        .extract_text(&[1])
        .unwrap();
    let text: String = text.chars().filter(|it| !it.is_whitespace()).collect();
    for printed in [code.as_str(), number, machine, &check_code[..5]] {
        assert!(text.contains(printed), "{printed} in {text}");
    }
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_tax_device_takes_shorter_remarks_and_says_clerks_and_payments_elsewhere() {
    let app = spawn_app().await;
    behind_gateway(&app, "classic").await;
    let mut wanted = tea("G-9");
    wanted["store"] = json!(app.till().0);
    wanted["payment"] = json!({ "channel": "wechat", "transaction_no": "4200000009" });
    // 115 Chinese characters fill the 230 bytes of a device; the order itself may have 200.
    wanted["remark"] = json!("货".repeat(116));
    let answer = app.post("/orders", "g-9", &wanted).await;
    assert_eq!(answer.wrong_fields(), ["/remark"], "{answer:?}");
    let error = &answer.body["errors"][0];
    assert_eq!(error["code"], "E_REMARK_DEVICE", "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("232 bytes") && message.contains("230"),
        "{message}"
    );
    assert!(serials(&app).await.is_empty(), "nothing was issued");

    wanted["remark"] = json!("货".repeat(115));
    let answer = app.post("/orders", "g-9-b", &wanted).await;
    assert!(answer.status.is_success(), "{answer:?}");
    app.open_page(&answer.body).await;
    app.authorise(&answer.body, &company()).await;
    let delivery = app.await_state(&answer.body, "carded").await;
    let invoice = invoice_of(&app, &delivery).await;
    assert_eq!(invoice.remark, "货".repeat(115));
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_test_of_the_direct_connection_is_remembered() {
    let app = spawn_app().await;
    let seller = first_seller(&app).await;
    let owner = signed_in(&app, "admin").await;
    let here = format!("/admin/sellers/{}/tax", seller.id);
    let before = page(&app, &owner, &here).await;
    assert!(before.contains("尚未测试"), "{before}");
    send(&app, &owner, &format!("{here}/test"), &[]).await;
    let after = page(&app, &owner, &here).await;
    assert!(!after.contains("尚未测试"), "{after}");
    // The form that was open meanwhile is still the present one.
    let members = [
        ("route", "direct"),
        ("profile", "digital"),
        ("version", "0"),
    ];
    let answer = send(&app, &owner, &here, &members).await;
    assert!(answer.status().is_redirection(), "{answer:?}");
    let again = page(&app, &owner, &here).await;
    assert!(again.contains("尚未测试"), "a saved way is not tested yet");
    app.stop().await;
}
