//! The quota's terms: unused quota goes back once, an early end is extended, and what was refused comes back.

use super::first_seller;
use crate::{
    admin::{
        sign_in::signed_in,
        work::{location, page, send},
    },
    harness::{TestApp, company, eventually, spawn_app, tea},
    red::bring_jobs_forward,
};
use fapiao_domain::{
    ids::{DeliveryId, Id},
    invoice::InvoiceState,
    money::Fen,
};
use fapiao_usecases::{
    calendar,
    ports::{QuotaReturned, Scope, UploadOutcome},
    records::{Invoice, JobRow, Seller},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

fn month(app: &TestApp) -> String {
    calendar::month(app.ports().clock.now())
}

async fn left(app: &TestApp, seller: &Seller) -> Fen {
    let store = &app.ports().store;
    store.quota_left(&seller.id, &month(app)).await.unwrap()
}

/// What the tax side says was downloaded, less what went back.
async fn downloaded(app: &TestApp, seller: &Seller) -> Fen {
    let told = app.ports().tax.quota(seller).await.unwrap();
    told.granted.unwrap()
}

/// The lines of the ledger of some kinds, the oldest first.
async fn lines(app: &TestApp, seller: &Seller, kinds: &[&str]) -> Vec<(String, i64)> {
    let ledger = app.ports().store.quota_ledger(&seller.id, 500).await;
    let mut lines: Vec<(String, i64)> = ledger
        .unwrap()
        .into_iter()
        .filter(|it| kinds.contains(&it.kind.as_str()))
        .map(|it| (it.kind, it.amount.get()))
        .collect();
    lines.reverse();
    lines
}

/// The invoice of an order's delivery, once it is drafted.
async fn invoice_for(app: &TestApp, order: &Value) -> Option<Invoice> {
    let id = DeliveryId::parse(order["delivery"]["id"].as_str()?).ok()?;
    let store = &app.ports().store;
    let delivery = store.delivery(&Scope::All, &id).await.unwrap()?;
    store
        .invoice(&Scope::All, &delivery.invoice?)
        .await
        .unwrap()
}

/// Waits for the first stock of a seller that has issued once.
async fn stocked(app: &TestApp) -> Seller {
    let order = app.authorised_order("Q-0", &company()).await;
    app.await_state(&order, "carded").await;
    first_seller(app).await
}

async fn no_return_under_way(app: &TestApp, seller: &Seller) {
    let store = &app.ports().store;
    eventually("the end of the return", async || {
        let open = store.open_quota_return(&seller.id).await.unwrap();
        open.is_none().then_some(())
    })
    .await;
}

#[tokio::test]
async fn unused_quota_goes_back_once_although_the_answer_was_lost() {
    let app = spawn_app().await;
    let seller = stocked(&app).await;
    let (before, there) = (left(&app, &seller).await, downloaded(&app, &seller).await);
    let most = before - seller.quota_low;
    let finance = signed_in(&app, "finance").await;
    let here = format!("/admin/stock?seller={}", seller.id);
    let shown = page(&app, &finance, &here).await;
    assert!(
        shown.contains("退回额度") && shown.contains(&most.display_yuan()),
        "{shown}"
    );
    // Neither without the tick, nor more than lies above the refill line, nor nothing.
    let too_much = (most + Fen::new(1).unwrap()).to_string();
    for (amount, sure, told) in [
        ("1000.00", "", "请勾选确认"),
        (too_much.as_str(), "yes", "金额须大于 ¥0.00，最多 ¥"),
        ("0", "yes", "金额须大于 ¥0.00，最多 ¥"),
        ("viel", "yes", "金额须大于 ¥0.00，最多 ¥"),
    ] {
        let form = [
            ("seller", seller.id.as_str()),
            ("amount", amount),
            ("sure", sure),
        ];
        let wrong = send(&app, &finance, "/admin/stock/return", &form).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY, "{amount}");
        let text = wrong.text().await.unwrap();
        assert!(text.contains(told), "{amount}: {text}");
    }
    assert_eq!(left(&app, &seller).await, before);
    // Who only sells, or only looks, decides nothing.
    for login in ["clerk", "auditor"] {
        let who = signed_in(&app, login).await;
        let form = [
            ("seller", seller.id.as_str()),
            ("amount", "1"),
            ("sure", "yes"),
        ];
        let answer = send(&app, &who, "/admin/stock/return", &form).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{login}");
    }

    // The tax side takes it and its answer is lost: the same request number again has no further effect.
    app.tax_fault(&json!({ "service": "XZTHSXED", "kind": "work_then_drop", "times": 1 }))
        .await;
    let form = [
        ("seller", seller.id.as_str()),
        ("amount", "1,200.50"),
        ("sure", "yes"),
    ];
    let sent = send(&app, &finance, "/admin/stock/return", &form).await;
    assert_eq!(location(&sent), here);
    let amount = Fen::parse_yuan("1200.50").unwrap();
    assert_eq!(left(&app, &seller).await, before - amount);
    eventually("the lost answer", async || {
        let there_now = downloaded(&app, &seller).await;
        (there_now == there - amount).then_some(())
    })
    .await;
    // While nobody knows, nothing further goes back; it stays unknown as long as the next try is put off.
    app.put_off("return_quota").await;
    let open = app.ports().store.open_quota_return(&seller.id).await;
    if open.unwrap().is_some() {
        let again = send(&app, &finance, "/admin/stock/return", &form).await;
        let text = again.text().await.unwrap();
        assert!(text.contains("正在退回"), "{text}");
    }
    bring_jobs_forward(&app, "return_quota").await;
    no_return_under_way(&app, &seller).await;
    assert_eq!(downloaded(&app, &seller).await, there - amount);
    assert_eq!(
        lines(&app, &seller, &["sent_back", "kept"]).await,
        [("sent_back".to_owned(), -120_050)]
    );
    let audit = signed_in(&app, "auditor").await;
    let text = page(&app, &audit, "/admin/audit").await;
    assert!(
        text.contains("决定退回") && text.contains("税局已收回"),
        "{text}"
    );

    // Both ledgers still agree.
    let asked = fapiao_usecases::backoffice::quota::check(app.ports(), &seller.id).await;
    asked.unwrap();
    let store = &app.ports().store;
    let known = store.quota_checks(Some(&seller.id), &month(&app)).await;
    assert!(known.unwrap()[0].agrees());
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn what_the_tax_side_does_not_take_stays_usable() {
    let app = spawn_app().await;
    let seller = stocked(&app).await;
    let (before, there) = (left(&app, &seller).await, downloaded(&app, &seller).await);
    let refusal = json!({
        "service": "XZTHSXED", "kind": "refuse", "code": "21", "message": "nothing unused", "times": 1
    });
    app.tax_fault(&refusal).await;
    let finance = signed_in(&app, "finance").await;
    let form = [
        ("seller", seller.id.as_str()),
        ("amount", "500"),
        ("sure", "yes"),
    ];
    location(&send(&app, &finance, "/admin/stock/return", &form).await);
    no_return_under_way(&app, &seller).await;
    assert_eq!(left(&app, &seller).await, before);
    assert_eq!(downloaded(&app, &seller).await, there);
    let told = lines(&app, &seller, &["sent_back", "kept"]).await;
    assert_eq!(
        told,
        [
            ("sent_back".to_owned(), -50_000),
            ("kept".to_owned(), 50_000)
        ]
    );
    // A second word about the same request changes nothing.
    let ledger = app.ports().store.quota_ledger(&seller.id, 500).await;
    let request = ledger
        .unwrap()
        .into_iter()
        .find(|it| it.kind == "kept")
        .unwrap()
        .reference;
    let store = &app.ports().store;
    for outcome in [
        QuotaReturned::Refused("again".to_owned()),
        QuotaReturned::Taken,
    ] {
        store.close_quota_return(&request, &outcome).await.unwrap();
    }
    assert_eq!(left(&app, &seller).await, before);
    app.assert_ledger_holds().await;
    app.stop().await;
}

async fn filed(app: &TestApp, seller: &Seller, is_filed: bool) {
    let path = format!("/sandbox/taxpayers/{}/gate", seller.party.tax_number);
    let body = json!({ "return_filed": is_filed });
    app.control(&app.tax(), Method::POST, &path, Some(&body))
        .await;
}

#[tokio::test]
async fn quota_that_ended_early_holds_issuing_until_it_is_extended() {
    let app = spawn_app().await;
    let seller = stocked(&app).await;
    filed(&app, &seller, false).await;
    let yesterday = calendar::day(app.ports().clock.now() - chrono::TimeDelta::days(1));
    let ended = format!(
        "UPDATE quota_balances SET valid_until = '{yesterday}' WHERE seller_id = '{}'",
        seller.id
    );
    assert_eq!(app.tamper(&ended).await, 1);
    let order = app.authorised_order("Q-1", &company()).await;
    let held = eventually("the invoice that is held", async || {
        let invoice = invoice_for(&app, &order).await?;
        (invoice.state == InvoiceState::Blocked).then_some(invoice)
    })
    .await;
    assert!(held.identity.is_none(), "no number is taken");
    let finance = signed_in(&app, "finance").await;
    let here = format!("/admin/stock?seller={}", seller.id);
    let shown = page(&app, &finance, &here).await;
    assert!(
        shown.contains(&format!("本月额度已于 {yesterday} 到期")),
        "{shown}"
    );
    // The extension was asked for by itself and waits for the return.
    let store = &app.ports().store;
    eventually("the extension that waits", async || {
        let jobs = store.jobs(Some("waiting"), None, 50).await.unwrap().rows;
        // Tried once: one that runs is not brought forward below.
        let tried = |it: &JobRow| it.kind == "extend_quota" && !it.reason.is_empty();
        jobs.into_iter().find(tried)
    })
    .await;

    filed(&app, &seller, true).await;
    bring_jobs_forward(&app, "extend_quota").await;
    app.await_state(&order, "carded").await;
    let until_day = store.quota_until(&seller.id, &month(&app)).await.unwrap();
    assert!(until_day > yesterday, "{until_day}");
    let shown = page(&app, &finance, &here).await;
    assert!(!shown.contains("到期"), "{shown}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// A refused invoice was never issued: what it took of the quota comes back, once, and its number stays spent.
#[tokio::test]
async fn a_refused_invoice_gives_its_quota_back_exactly_once() {
    let app = spawn_app().await;
    let seller = stocked(&app).await;
    let before = left(&app, &seller).await;
    app.tax_fault(&json!({ "kind": "refuse_invoices", "message": "E_TEST: no", "times": 1 }))
        .await;
    let order = app.authorised_order("Q-2", &company()).await;
    app.await_state(&order, "failed").await;
    assert_eq!(left(&app, &seller).await, before);
    let mine = ["refused", "spend_again"];
    assert_eq!(
        lines(&app, &seller, &mine).await,
        [("refused".to_owned(), 10_000)]
    );
    let store = &app.ports().store;
    let invoice = invoice_for(&app, &order).await.unwrap();
    let id = invoice.id.clone();
    assert_eq!(invoice.state, InvoiceState::Refused);
    assert!(invoice.identity.is_some(), "its number stays spent");

    // The same verdict again changes nothing.
    let said = |outcome| [(id.clone(), outcome)];
    let no = || UploadOutcome::Refused {
        reason: "E_TEST: no".to_owned(),
    };
    let record = async |outcome| {
        let said = said(outcome);
        store.record_outcomes(&said, json!({})).await.unwrap();
    };
    record(no()).await;
    assert_eq!(left(&app, &seller).await, before);
    // An upload of the same number that was still under way takes it again, and its own refusal gives it back.
    let net = Fen::new(10_000).unwrap();
    record(UploadOutcome::Unknown { again: false }).await;
    assert_eq!(left(&app, &seller).await, before - net);
    record(no()).await;
    assert_eq!(left(&app, &seller).await, before);
    record(UploadOutcome::Unknown { again: false }).await;
    record(UploadOutcome::Issued).await;
    assert_eq!(left(&app, &seller).await, before - net);
    app.assert_ledger_holds().await;

    // On the page of the quota each line says what it is.
    let finance = signed_in(&app, "finance").await;
    let text = page(
        &app,
        &finance,
        &format!("/admin/stock?seller={}", seller.id),
    )
    .await;
    assert!(
        text.contains("税局拒开，恢复") && text.contains(&format!("/admin/invoices/{id}")),
        "{text}"
    );
    app.stop().await;
}

/// Quota of small orders does not run out although all of them are refused.
#[tokio::test]
async fn refusals_do_not_use_the_quota_up() {
    let app = spawn_app().await;
    let seller = stocked(&app).await;
    let before = left(&app, &seller).await;
    app.tax_fault(&json!({ "kind": "refuse_invoices", "message": "E_TEST: no", "times": 3 }))
        .await;
    for n in 0..3 {
        let mut wanted = tea(&format!("Q-3-{n}"));
        wanted["lines"][0]["quantity"] = json!((n + 1).to_string());
        let made = app.post("/orders", &format!("Q-3-{n}"), &wanted).await.body;
        app.open_page(&made).await;
        app.authorise(&made, &company()).await;
        app.await_state(&made, "failed").await;
    }
    assert_eq!(left(&app, &seller).await, before);
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// What is left is more than the line where more is fetched, and less than one large invoice needs.
#[tokio::test]
async fn an_invoice_above_what_is_left_fetches_what_it_needs() {
    let app = spawn_app().await;
    let seller = stocked(&app).await;
    let has = left(&app, &seller).await;
    assert!(has > seller.quota_low);
    let mut wanted = tea("Q-4");
    wanted["lines"][0]["quantity"] = json!("4");
    wanted["lines"][0]["unit_price"] = json!("9999999.99");
    let made = app.post("/orders", "Q-4", &wanted).await.body;
    let net = made["totals"]["amount"].as_str().unwrap();
    assert!(Fen::parse_sum(net).unwrap() > has, "{net} of {has}");
    app.open_page(&made).await;
    app.authorise(&made, &company()).await;
    app.await_state(&made, "carded").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}
