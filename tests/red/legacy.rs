//! Red letters behind a tax gateway: the older form directly, without a confirmation; the digital one through the
//! gateway's own. And what a device issued after the seller left it: by a digital invoice.

use super::{act, at_stage, at_state, await_card, carded, invoice_state, refund, states::press_of};
use crate::{
    admin::{
        sign_in::{hidden, signed_in},
        work::send,
    },
    harness::{TestApp, eventually, spawn_app},
    taxes::{behind_gateway, first_seller, invoice_of, serials},
};
use fapiao_domain::{
    ids::{DeliveryId, Id, InvoiceId, RedFormId},
    invoice::{Identity, InvoiceKind},
};
use fapiao_usecases::{
    actor::Actor,
    backoffice::tax_connections::{TaxConnectionDraft, save_tax_connection},
    platform::confirmations::FormAct,
    ports::Scope,
    records::{Invoice, Seller},
};
use reqwest::Method;
use serde_json::{Value, json};

async fn invoice(app: &TestApp, id: &Value) -> Invoice {
    invoice_of(app, &json!({ "invoice": { "id": id } })).await
}

/// The text of an invoice's paper, which follows a moment after the invoice.
async fn printed(app: &TestApp, id: &Value) -> String {
    let store = &app.ports().store;
    let id = InvoiceId::parse(id.as_str().unwrap()).unwrap();
    let sha256 = eventually("the paper", async || {
        let documents = store.documents(&id).await.unwrap();
        let pdf = documents.into_iter().find(|it| it.format == "pdf");
        Some(pdf?.sha256)
    })
    .await;
    let bytes = app.ports().files.get(&sha256).await.unwrap().unwrap();
    let text = lopdf::Document::load_mem(&bytes)
        .unwrap()
        .extract_text(&[1])
        .unwrap();
    text.chars().filter(|it| !it.is_whitespace()).collect()
}

#[tokio::test]
async fn the_older_form_is_taken_back_directly_with_the_reference_on_paper() {
    let app = spawn_app().await;
    behind_gateway(&app, "classic").await;
    let sold = carded(&app, "LG-1").await;
    let blue = invoice(&app, &sold["invoice"]).await;
    let Some(Identity::Classic { code, number, .. }) = &blue.identity else {
        panic!("{:?}", blue.identity)
    };
    // One of two, by its own amounts; then the rest.
    let part =
        json!({ "mode": "confirm", "reason": "02", "lines": [{ "line": "1", "quantity": "1" }] });
    refund(&app, &sold, "LG-1-a", &part).await;
    let done = at_stage(&app, &sold, 0, "done").await;
    let letter = &done["red_letters"][0];
    assert_eq!(
        (&letter["state"], &letter["number"]),
        (&json!("direct"), &json!(""))
    );
    assert_eq!(invoice_state(&app, &sold).await, "partly_red");
    let red = invoice(&app, &letter["red_invoice_id"]).await;
    assert!(matches!(red.identity, Some(Identity::Classic { .. })));
    assert_eq!(red.totals.total.get(), -5_650);
    assert!(
        red.remark
            .contains(&format!("对应正数发票代码:{code}号码:{number}")),
        "{}",
        red.remark
    );
    let text = printed(&app, &letter["red_invoice_id"]).await;
    for words in ["对应正数发票代码", code.as_str(), number.as_str(), "负数"] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let rest = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "LG-1-b", &rest).await;
    at_stage(&app, &sold, 1, "done").await;
    assert_eq!(invoice_state(&app, &sold).await, "fully_red");
    await_card(&app, &sold, "INVOICE_REIMBURSE_CANCEL").await;
    assert_eq!(app.tax_ledger().await["red_forms"], json!([]));
    assert_eq!(serials(&app).await.len(), 3);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_digital_invoice_behind_a_gateway_is_taken_back_through_its_confirmation() {
    let app = spawn_app().await;
    behind_gateway(&app, "digital").await;
    let sold = carded(&app, "LG-2").await;
    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "LG-2-c", &all).await;
    let done = at_stage(&app, &sold, 0, "done").await;
    assert_eq!(done["red_letters"][0]["code"], "01");
    await_card(&app, &sold, "INVOICE_REIMBURSE_CANCEL").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// The seller issues over the direct connection from now on.
async fn left_its_gateway(app: &TestApp) -> Seller {
    let seller = first_seller(app).await;
    let known = app.ports().store.tax_connection(&seller.id).await.unwrap();
    let direct = TaxConnectionDraft {
        route: "direct".to_owned(),
        profile: "digital".to_owned(),
        version: known.map(|it| it.version),
        ..TaxConnectionDraft::default()
    };
    save_tax_connection(app.ports(), &Actor::CommandLine, &seller, &direct)
        .await
        .unwrap();
    seller
}

async fn handed_back(app: &TestApp, seller: &Seller) {
    let path = format!("/sandbox/taxpayers/{}/gate", seller.party.tax_number);
    let body = json!({ "device_handed_back": true });
    app.control(&app.tax(), Method::POST, &path, Some(&body))
        .await;
}

#[tokio::test]
async fn once_the_device_was_handed_back_a_digital_invoice_takes_back_what_it_issued() {
    let app = spawn_app().await;
    behind_gateway(&app, "classic").await;
    let sold = carded(&app, "LG-4").await;
    let blue = invoice(&app, &sold["invoice"]).await;
    let Some(Identity::Classic { code, number, .. }) = &blue.identity else {
        panic!("{:?}", blue.identity)
    };
    // One of two by the device itself, while it was there.
    let part =
        json!({ "mode": "confirm", "reason": "02", "lines": [{ "line": "1", "quantity": "1" }] });
    refund(&app, &sold, "LG-4-a", &part).await;
    at_stage(&app, &sold, 0, "done").await;
    let seller = left_its_gateway(&app).await;
    handed_back(&app, &seller).await;

    // The plan says by what the rest is taken back, that no quota returns, and what the authority looks at.
    let owner = signed_in(&app, "admin").await;
    let here = format!("/admin/orders/{}/refund", sold["order"].as_str().unwrap());
    let members = [("reason", "02"), ("what", "everything"), ("act", "plan")];
    let shown = send(&app, &owner, &here, &members).await;
    let shown = shown.text().await.unwrap();
    assert!(shown.contains("这张发票由税控设备开具"), "{shown}");
    let rest = json!({ "mode": "plan", "reason": "02", "everything": true });
    let planned = refund(&app, &sold, "LG-4-p", &rest).await;
    let letter = &planned.body["red_letters"][0];
    assert_eq!(letter["returns_quota"], false, "{planned:?}");
    assert_eq!(letter["buyers_use"], "unused", "{planned:?}");

    let rest = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "LG-4-b", &rest).await;
    let done = at_stage(&app, &sold, 1, "done").await;
    let letter = &done["red_letters"][0];
    assert_eq!(letter["code"], "01", "{letter}");
    assert_eq!(invoice_state(&app, &sold).await, "fully_red");
    let red = invoice(&app, &letter["red_invoice_id"]).await;
    assert_eq!(red.kind, InvoiceKind::DigitalOrdinary);
    assert!(matches!(red.identity, Some(Identity::Digital { .. })));
    assert_eq!(red.totals.total.get(), -5_650);
    let form = letter["number"].as_str().unwrap();
    let words =
        format!("被红冲蓝字税控发票代码：{code} 号码：{number} 红字发票信息确认单编号：{form}");
    assert!(red.remark.starts_with(&words), "{}", red.remark);
    let text = printed(&app, &letter["red_invoice_id"]).await;
    for words in [
        "被红冲蓝字税控发票代码",
        code.as_str(),
        number.as_str(),
        "负数",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    // The authority has the confirmation with code and number; the card is struck out as ever.
    let forms = app.tax_ledger().await["red_forms"].clone();
    assert_eq!(
        (&forms[0]["lzfpdm"], &forms[0]["lzfphm"]),
        (&json!(code), &json!(number))
    );
    await_card(&app, &sold, "INVOICE_REIMBURSE_CANCEL").await;
    // Nothing is left of it, here as there.
    let more = refund(&app, &sold, "LG-4-c", &rest).await;
    assert_eq!(more.body["code"], "refund_not_possible", "{more:?}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn while_the_device_is_in_use_the_authority_refuses_and_its_gateway_takes_the_invoice_back() {
    let app = spawn_app().await;
    behind_gateway(&app, "classic").await;
    let sold = carded(&app, "LG-3").await;
    left_its_gateway(&app).await;
    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "LG-3-c", &all).await;
    let letter = at_state(&app, &sold, "rejected").await;
    assert!(
        letter["message"].as_str().unwrap().contains("设备尚未缴销"),
        "{letter}"
    );
    at_stage(&app, &sold, 0, "stopped").await;
    assert_eq!(invoice_state(&app, &sold).await, "issued");
    // With its gateway again, the same letter goes the device's way.
    behind_gateway(&app, "classic").await;
    let id = RedFormId::parse(letter["id"].as_str().unwrap()).unwrap();
    act(app.ports(), &id, FormAct::Again).await;
    let done = at_stage(&app, &sold, 0, "done").await;
    assert_eq!(done["red_letters"][0]["state"], "direct", "{done}");
    let red = invoice(&app, &done["red_letters"][0]["red_invoice_id"]).await;
    assert_eq!(red.kind, InvoiceKind::ClassicOrdinary);
    assert_eq!(invoice_state(&app, &sold).await, "fully_red");
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// A person submits a refused invoice again from its page.
async fn submitted_again(app: &TestApp, who: &reqwest::Client, invoice: &str) {
    let here = format!("{}/admin/invoices/{invoice}", app.web());
    let shown = who.get(&here).send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("重新提交税局"), "{shown}");
    let sent = who
        .post(format!("{here}/upload"))
        .header("Origin", app.web())
        .form(&[("csrf", hidden(&shown, "csrf"))]);
    assert!(sent.send().await.unwrap().status().is_redirection());
}

#[tokio::test]
async fn a_direct_red_invoice_that_the_device_refused_is_submitted_again_or_given_up() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    behind_gateway(&app, "classic").await;
    let sold = carded(&app, "LG-4").await;
    let fault = json!({ "service": "QDFPSC", "kind": "refuse_invoices", "times": 1, "message": "设备时钟不符" });
    app.tax_fault(&fault).await;
    let part =
        json!({ "mode": "confirm", "reason": "02", "lines": [{ "line": "1", "quantity": "1" }] });
    refund(&app, &sold, "LG-4-a", &part).await;
    let stopped = at_stage(&app, &sold, 0, "stopped").await;
    let red = stopped["red_letters"][0]["red_invoice_id"]
        .as_str()
        .unwrap();
    submitted_again(&app, &owner, red).await;
    at_stage(&app, &sold, 0, "done").await;
    assert_eq!(invoice_state(&app, &sold).await, "partly_red");
    // Given up, the rest can be taken back by the next refund.
    app.tax_fault(&fault).await;
    let rest = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "LG-4-b", &rest).await;
    at_stage(&app, &sold, 1, "stopped").await;
    press_of(&app, &owner, &sold, 1, "give_up").await;
    at_stage(&app, &sold, 1, "given_up").await;
    app.assert_ledger_holds().await;
    refund(&app, &sold, "LG-4-c", &rest).await;
    at_stage(&app, &sold, 2, "done").await;
    assert_eq!(invoice_state(&app, &sold).await, "fully_red");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_invoice_that_the_device_refused_is_submitted_again_under_its_serial() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    behind_gateway(&app, "classic").await;
    let fault = json!({ "service": "QDFPSC", "kind": "refuse_invoices", "times": 1, "message": "设备时钟不符" });
    app.tax_fault(&fault).await;
    let order = app
        .authorised_order("LG-5", &crate::harness::company())
        .await;
    let failed = app.await_state(&order, "failed").await;
    let id = DeliveryId::parse(failed["id"].as_str().unwrap()).unwrap();
    let delivery = app.ports().store.delivery(&Scope::All, &id).await.unwrap();
    let refused = delivery.unwrap().invoice.unwrap();
    submitted_again(&app, &owner, refused.as_str()).await;
    let carded = app.await_state(&order, "carded").await;
    assert_eq!(carded["invoice"]["id"], refused.as_str());
    assert_eq!(serials(&app).await.len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}
