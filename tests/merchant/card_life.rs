//! What holders and their employers do with a card, and what is found out later.

use crate::{
    admin::{
        sign_in::signed_in,
        work::{location, page, send},
    },
    harness::{TestApp, company, eventually_or, spawn_app},
};
use fapiao_domain::{
    card::CardState,
    ids::{DeliveryId, Id, InvoiceId},
};
use fapiao_usecases::{
    platform::card_life::{CardStanding, cancel_card, card_standing},
    records::Card,
    step::StepError,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

async fn card(app: &TestApp, order: &Value) -> Card {
    let id = DeliveryId::parse(order["delivery"]["id"].as_str().unwrap()).unwrap();
    app.ports().store.card(&id).await.unwrap().unwrap()
}

async fn await_card(app: &TestApp, order: &Value, state: CardState) -> Card {
    eventually_or(&format!("the card is {state:?}"), async || {
        let card = card(app, order).await;
        if card.state == state {
            Ok(card)
        } else {
            Err(card)
        }
    })
    .await
}

async fn holder_does(app: &TestApp, code: &str, status: &str) {
    let path = format!("/sandbox/cards/{code}/status");
    app.control(
        &app.sandbox(),
        Method::POST,
        &path,
        Some(&json!({ "status": status })),
    )
    .await;
}

async fn standing(app: &TestApp, invoice: &InvoiceId) -> CardStanding {
    card_standing(app.ports(), invoice).await.unwrap()
}

#[tokio::test]
async fn a_card_that_an_employer_holds_is_in_the_way_of_a_red_letter() {
    let app = spawn_app().await;
    let order = app.authorised_order("L-1", &company()).await;
    app.await_state(&order, "carded").await;
    let at_first = card(&app, &order).await;
    let free = standing(&app, &at_first.invoice).await;
    assert!(free.may_cancel() && !free.warns(), "{free:?}");

    holder_does(&app, &at_first.code, "INVOICE_REIMBURSE_LOCK").await;
    await_card(&app, &order, CardState::Locked).await;
    let locked = standing(&app, &at_first.invoice).await;
    assert_eq!(
        (locked.word(), locked.may_cancel(), locked.warns()),
        ("locked", false, true)
    );
    let refused = cancel_card(app.ports(), &at_first.delivery).await;
    assert!(
        matches!(refused, Err(StepError::NotYet { .. })),
        "{refused:?}"
    );

    holder_does(&app, &at_first.code, "INVOICE_REIMBURSE_CLOSURE").await;
    await_card(&app, &order, CardState::Reimbursed).await;
    let refused = cancel_card(app.ports(), &at_first.delivery).await;
    assert!(
        matches!(&refused, Err(StepError::Parked { code, .. }) if code == "card_reimbursed"),
        "{refused:?}"
    );
    // WeChat was never asked for what it would have refused.
    let calls = app
        .control(&app.sandbox(), Method::GET, "/sandbox/calls", None)
        .await;
    assert!(!calls.to_string().contains("updatestatus"), "{calls}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_card_is_not_struck_out_before_its_invoice_was_offset() {
    let app = spawn_app().await;
    let order = app.authorised_order("L-2", &company()).await;
    app.await_state(&order, "carded").await;
    let card = card(&app, &order).await;
    let refused = cancel_card(app.ports(), &card.delivery).await;
    assert!(
        matches!(&refused, Err(StepError::Parked { code, .. }) if code == "invoice_not_offset"),
        "{refused:?}"
    );
    app.stop().await;
}

#[tokio::test]
async fn a_code_lost_with_its_answer_is_found_when_the_holder_hands_the_card_in() {
    let app = spawn_app().await;
    let fault = json!({ "path": "/card/invoice/insert", "kind": "work_then_drop", "count": 1 });
    app.wechat_fault(&fault).await;
    let order = app.authorised_order("L-3", &company()).await;
    app.await_state(&order, "carded").await;
    let lost = card(&app, &order).await;
    assert_eq!(
        (lost.state, lost.code.as_str()),
        (CardState::CodeUnknown, "")
    );
    assert!(standing(&app, &lost.invoice).await.warns());
    let cards = app
        .control(&app.sandbox(), Method::GET, "/sandbox/cards", None)
        .await;
    let code = cards["cards"][0]["code"].as_str().unwrap().to_owned();
    holder_does(&app, &code, "INVOICE_REIMBURSE_LOCK").await;
    let found = await_card(&app, &order, CardState::Locked).await;
    assert_eq!(found.code, code);
    assert!(!found.openid.is_empty());
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_insert_without_an_answer_whose_invoice_is_in_a_wallet_then_was_ours() {
    let app = spawn_app().await;
    let insert = "/card/invoice/insert";
    for fault in [
        json!({ "path": insert, "kind": "work_then_drop", "count": 1 }),
        json!({ "path": insert, "kind": "errcode", "value": 72042, "count": 1 }),
    ] {
        app.wechat_fault(&fault).await;
    }
    let order = app.authorised_order("L-42", &company()).await;
    app.await_state(&order, "carded").await;
    assert_eq!(card(&app, &order).await.state, CardState::CodeUnknown);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_lost_code_is_typed_in_by_who_may_decide_and_the_card_can_be_struck_out_again() {
    let app = spawn_app().await;
    let other = app.authorised_order("L-4", &company()).await;
    app.await_state(&other, "carded").await;
    let others = card(&app, &other).await.code;
    let fault = json!({ "path": "/card/invoice/insert", "kind": "work_then_drop", "count": 1 });
    app.wechat_fault(&fault).await;
    let order = app.authorised_order("L-5", &company()).await;
    app.await_state(&order, "carded").await;
    let lost = card(&app, &order).await;
    assert_eq!(lost.state, CardState::CodeUnknown);
    let there = app
        .control(&app.sandbox(), Method::GET, "/sandbox/cards", None)
        .await;
    let codes = there["cards"].as_array().unwrap().iter();
    let code = codes
        .filter_map(|it| it["code"].as_str())
        .find(|it| *it != others)
        .unwrap()
        .to_owned();

    let finance = signed_in(&app, "finance").await;
    let shown = format!("/admin/deliveries/{}", lost.delivery);
    let text = page(&app, &finance, &shown).await;
    // One sentence, one button, one form.
    assert!(
        text.contains("编号随微信的应答丢失") && text.contains("id=\"card\""),
        "{text}"
    );
    assert!(text.contains(&format!("href=\"{shown}#card\"")), "{text}");
    let path = format!("{shown}/card-code");
    let clerk = signed_in(&app, "clerk").await;
    let refused = send(&app, &clerk, &path, &[("code", code.as_str())]).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    for (typed, said) in [
        ("1234", "卡券编号为 6 至 32 位字母或数字"),
        ("12345678-901", "卡券编号为 6 至 32 位字母或数字"),
        (others.as_str(), "这个编号属于另一张卡券"),
    ] {
        let to = location(&send(&app, &finance, &path, &[("code", typed)]).await);
        let text = page(&app, &finance, &to).await;
        assert!(text.contains(said), "{typed}: {text}");
    }
    assert_eq!(card(&app, &order).await.state, CardState::CodeUnknown);
    // As people read it out, in groups.
    let spaced = format!("{} {} {}", &code[..4], &code[4..8], &code[8..]);
    let to = location(&send(&app, &finance, &path, &[("code", &spaced)]).await);
    assert!(page(&app, &finance, &to).await.contains("已记录卡券编号"));
    let known = card(&app, &order).await;
    assert_eq!(
        (known.state, known.code),
        (CardState::Inserted, code.clone())
    );
    assert!(standing(&app, &lost.invoice).await.may_cancel());
    let to = location(&send(&app, &finance, &path, &[("code", &code)]).await);
    assert!(page(&app, &finance, &to).await.contains("这张卡券已有编号"));
    app.assert_ledger_holds().await;
    app.stop().await;
}
