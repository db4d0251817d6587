//! Invoices asked for on a payment's receipt.

use super::push_faults::{AGREED, account, answer_of, post, sealed, told};
use crate::{
    admin::{
        sign_in::signed_in,
        work::{location, page, send},
    },
    harness::{TestApp, company, eventually, eventually_or, spawn_app, tea},
};
use fapiao_domain::ids::Id;
use fapiao_usecases::{
    actor::Actor,
    backoffice::reconciliation::{begin, fix},
    merchant::{
        after_payment::{AttachError, attach_by_number},
        claims::dismiss,
    },
    records::{ClaimState, Difference, DifferenceKind, PaymentClaim},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// A payment over 113.00 whose receipt offers an invoice; gives WeChat's order id.
async fn paid(app: &TestApp) -> String {
    let paid = json!({ "mchid": "1900000001", "money": 11_300 });
    let answer = app
        .control(
            &app.sandbox(),
            Method::POST,
            "/sandbox/payments",
            Some(&paid),
        )
        .await;
    answer["order"]["order_id"].as_str().unwrap().to_owned()
}

async fn asked(app: &TestApp, order_id: &str) {
    let path = format!("/sandbox/orders/{order_id}/authorise");
    app.control(&app.sandbox(), Method::POST, &path, Some(&company()))
        .await;
}

fn order(order_no: &str, payment: Value) -> Value {
    let mut order = tea(order_no);
    order.as_object_mut().unwrap().remove("delivery");
    order["payment"] = payment;
    order
}

async fn claim(app: &TestApp) -> PaymentClaim {
    eventually("a claim", async || {
        let found = app.ports().store.claims(None, None).await.unwrap().rows;
        found.into_iter().next()
    })
    .await
}

async fn carded(app: &TestApp, order_no: &str) -> Value {
    eventually_or(&format!("the card of {order_no}"), async || {
        let found = app.get(&format!("/orders?order_no={order_no}")).await.body;
        let order = found["data"][0].clone();
        if order["delivery_state"] == "carded" {
            Ok(order)
        } else {
            Err(order)
        }
    })
    .await
}

#[tokio::test]
async fn the_receipts_order_is_found_by_its_transaction_or_trade_number() {
    let app = spawn_app().await;
    for (order_no, member) in [("PAY-1", "transaction_no"), ("PAY-2", "trade_no")] {
        let number = paid(&app).await;
        let payment = json!({ "channel": "wechat", member: number });
        let placed = app
            .post("/orders", order_no, &order(order_no, payment))
            .await;
        assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
        assert_eq!(placed.body["payment"][member], number.as_str());
        asked(&app, &number).await;
        carded(&app, order_no).await;
    }
    let ledger = app.wechat_ledger().await;
    assert_eq!(ledger["inserts"].as_array().unwrap().len(), 2);
    assert_eq!(app.ports().store.open_claims().await.unwrap(), 0);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_request_that_comes_before_its_order_waits_for_it() {
    let app = spawn_app().await;
    let number = paid(&app).await;
    asked(&app, &number).await;
    assert_eq!(claim(&app).await.state, ClaimState::Open);
    // An awaiting delivery of the order ends: the buyer came another way.
    let mut late = order(
        "PAY-3",
        json!({ "channel": "wechat", "transaction_no": number }),
    );
    late["delivery"] = json!({ "channel": "web" });
    let placed = app.post("/orders", "PAY-3", &late).await;
    assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
    carded(&app, "PAY-3").await;
    let first = placed.body["delivery"]["id"].as_str().unwrap();
    let superseded = app.get(&format!("/deliveries/{first}")).await.body;
    assert_eq!(superseded["state"], "failed");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_person_finds_the_order_or_ends_the_request() {
    let app = spawn_app().await;
    let ports = app.ports();
    let by = Actor::CommandLine;
    let number = paid(&app).await;
    asked(&app, &number).await;
    let open = claim(&app).await;
    assert_eq!(ports.store.open_claims().await.unwrap(), 1);
    let missing = attach_by_number(ports, &open.id, "NO-SUCH", &by).await;
    assert!(matches!(missing, Err(AttachError::NoOrder(_))));
    let placed = app
        .post(
            "/orders",
            "PAY-4",
            &order("PAY-4", json!({ "channel": "cash" })),
        )
        .await;
    assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
    attach_by_number(ports, &open.id, "PAY-4", &by)
        .await
        .unwrap();
    let row = carded(&app, "PAY-4").await;
    assert!(row["invoice_number"].is_string());
    let twice = dismiss(ports, &open.id, "重复", "", &by).await;
    assert!(matches!(twice, Err(AttachError::Gone)));

    let number = paid(&app).await;
    asked(&app, &number).await;
    let other = eventually("another claim", async || {
        let claims = ports.store.claims(Some(ClaimState::Open), None).await;
        claims.unwrap().rows.into_iter().next()
    })
    .await;
    let again = attach_by_number(ports, &other.id, "PAY-4", &by).await;
    assert!(matches!(again, Err(AttachError::UnderWay(_))));
    assert!(matches!(
        dismiss(ports, &other.id, " ", "", &by).await,
        Err(AttachError::Note)
    ));
    assert!(matches!(
        dismiss(ports, &other.id, "x", "javascript:1", &by).await,
        Err(AttachError::Url)
    ));
    dismiss(
        ports,
        &other.id,
        "不是本店的支付",
        "https://shop.example/help",
        &by,
    )
    .await
    .unwrap();
    assert_eq!(ports.store.open_claims().await.unwrap(), 0);
    // The buyer is told at WeChat, with the reason and where to read on.
    let told = told_no(&app, &number).await;
    assert_eq!(told["reject_reason"], "不是本店的支付");
    assert_eq!(told["reject_url"], "https://shop.example/help");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn payments_are_read_strictly() {
    let app = spawn_app().await;
    let wrong =
        json!({ "channel": "We Chat", "transaction_no": "4 2", "trade_no": "x".repeat(65) });
    let answer = app.post("/orders", "PAY-5", &order("PAY-5", wrong)).await;
    assert_eq!(
        answer.wrong_fields(),
        [
            "/payment/channel",
            "/payment/transaction_no",
            "/payment/trade_no"
        ]
    );
    app.stop().await;
}

/// The order at WeChat, once it was refused.
async fn told_no(app: &TestApp, order_id: &str) -> Value {
    let path = format!("/sandbox/orders/{order_id}");
    eventually("the refusal at WeChat", async || {
        let order = app.control(&app.sandbox(), Method::GET, &path, None).await;
        (order["state"] == "rejected").then_some(order)
    })
    .await
}

#[tokio::test]
async fn staff_see_the_promise_close_with_a_reason_and_the_comparison_finds_what_wechat_was_not_told()
 {
    let app = spawn_app().await;
    let finance = signed_in(&app, "finance").await;
    let number = paid(&app).await;
    asked(&app, &number).await;
    let open = claim(&app).await;
    let text = page(&app, &finance, "/admin/payments").await;
    assert!(
        text.contains(&number) && text.contains("承诺开票时限"),
        "{text}"
    );
    // What waits on both sides is no difference.
    assert_eq!(differences(&app).await, []);
    let silent = json!({ "path": "/card/invoice/rejectinsert", "kind": "errcode", "value": 45009 });
    app.wechat_fault(&silent).await;
    let path = format!("/admin/payments/{}/dismissal", open.id);
    let to = location(&send(&app, &finance, &path, &[("note", "无法核实支付")]).await);
    let text = page(&app, &finance, &to).await;
    assert!(text.contains("申请已关闭，正在通过微信告知买家"), "{text}");
    // The job is lost, as after a hand on the database, and not at work: the comparison finds it.
    app.settled().await;
    app.tamper(&format!("DELETE FROM jobs WHERE subject = '{}'", open.id))
        .await;
    app.control(&app.sandbox(), Method::DELETE, "/sandbox/faults", None)
        .await;
    let found = differences(&app).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].kind, DifferenceKind::RefusedHere);
    assert_eq!(found[0].subject, open.id.as_str());
    let runs = app
        .ports()
        .store
        .reconciliations(None, 1)
        .await
        .unwrap()
        .rows;
    let text = page(&app, &finance, "/admin/reconciliation").await;
    assert!(text.contains("/admin/payments?state=dismissed"), "{text}");
    let path = format!("/admin/reconciliation/{}/fix", runs[0].id);
    let members = [
        ("subject", found[0].subject.as_str()),
        ("kind", "refused_here"),
    ];
    send(&app, &finance, &path, &members).await;
    let told = told_no(&app, &number).await;
    assert_eq!(told["reject_reason"], "无法核实支付");
    assert!(
        told["reject_url"].as_str().unwrap().ends_with("/o"),
        "{told}"
    );
    assert_eq!(differences(&app).await, []);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_request_that_was_refused_at_wechat_by_others_is_closed_here() {
    let app = spawn_app().await;
    let number = paid(&app).await;
    asked(&app, &number).await;
    let open = claim(&app).await;
    let path = format!("/sandbox/orders/{number}/reject");
    app.control(&app.sandbox(), Method::POST, &path, None).await;
    let found = differences(&app).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].kind, DifferenceKind::RejectedThere);
    let runs = app
        .ports()
        .store
        .reconciliations(None, 1)
        .await
        .unwrap()
        .rows;
    let by = Actor::CommandLine;
    let kind = found[0].kind;
    let went = fix(app.ports(), &runs[0].id, &found[0].subject, kind, &by).await;
    assert!(went.unwrap());
    assert_eq!(claim(&app).await.state, ClaimState::Dismissed);
    assert_eq!(claim(&app).await.id, open.id);
    assert_eq!(differences(&app).await, []);
    app.stop().await;
}

/// The next push about an agreement never arrives.
async fn lose_the_push(app: &TestApp) {
    let lost = json!({ "event": "user_authorize_invoice", "kind": "lost", "count": 1 });
    app.wechat_fault(&lost).await;
}

#[tokio::test]
async fn a_request_whose_push_was_lost_is_found_by_asking_for_the_paid_order() {
    let app = spawn_app().await;
    let finance = signed_in(&app, "finance").await;
    let mut orders = Vec::new();
    // WeChat knows the request by one of a payment's numbers only.
    for (order_no, payment) in [
        ("PAY-L1", ["transaction_no", "trade_no"]),
        ("PAY-L2", ["trade_no", "transaction_no"]),
    ] {
        let number = paid(&app).await;
        let [known, other] = payment;
        let payment =
            json!({ "channel": "wechat", known: number, other: format!("4200{order_no}") });
        let body = order(order_no, payment);
        let placed = app.post("/orders", order_no, &body).await;
        assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
        orders.push((number, placed.body["id"].as_str().unwrap().to_owned()));
    }
    // Nobody asked yet, or nobody that we could have heard of.
    assert_eq!(differences(&app).await, []);
    lose_the_push(&app).await;
    asked(&app, &orders[1].0).await;
    app.settled().await;
    let found = differences(&app).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].kind, DifferenceKind::AuthorisedThere);
    assert_eq!(found[0].subject, orders[1].1);
    let text = page(&app, &finance, "/admin/reconciliation").await;
    let link = format!("/admin/orders/{}", orders[1].1);
    assert!(text.contains(&link) && text.contains("待开票"), "{text}");
    let store = &app.ports().store;
    let run = store.reconciliations(None, 1).await.unwrap().rows;
    let path = format!("/admin/reconciliation/{}/fix", run[0].id);
    let members = [
        ("subject", found[0].subject.as_str()),
        ("kind", "authorised_there"),
    ];
    send(&app, &finance, &path, &members).await;
    carded(&app, "PAY-L2").await;
    assert_eq!(differences(&app).await, []);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_agreement_that_wechat_confirms_later_than_its_push_is_asked_for_again() {
    let app = spawn_app().await;
    let number = paid(&app).await;
    let payment = json!({ "channel": "wechat", "transaction_no": number });
    let placed = app.post("/orders", "PAY-N", &order("PAY-N", payment)).await;
    assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
    let account = account(&app).await;
    let at = app.ports().clock.now().timestamp();
    let push = told(&account, "oBuyer", at, AGREED, &answer_of(&number, ""));
    assert_eq!(
        post(&app, sealed(&app, &account, &push)).await,
        StatusCode::OK
    );
    let store = &app.ports().store;
    let waiting = eventually("a push that waits", async || {
        let jobs = store.jobs(None, None, 50).await.unwrap().rows;
        let mut found = jobs.into_iter().filter(|it| it.kind == "handle_push");
        found.find(|it| it.reason.contains("does not confirm yet"))
    })
    .await;
    lose_the_push(&app).await;
    asked(&app, &number).await;
    let by = Actor::CommandLine;
    store.retry_job(&waiting.id, &by).await.unwrap();
    carded(&app, "PAY-N").await;
    let open = store.pushes(Some("stored"), None, 10).await.unwrap().rows;
    assert!(open.is_empty(), "{open:?}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// What a comparison finds now.
async fn differences(app: &TestApp) -> Vec<Difference> {
    let store = &app.ports().store;
    let run = begin(app.ports(), "cli", &Actor::CommandLine)
        .await
        .unwrap();
    eventually("the end of the comparison", async || {
        let run = store.reconciliation(&run).await.unwrap().unwrap();
        run.done.then_some(())
    })
    .await;
    store.differences(&run, 50).await.unwrap()
}

#[tokio::test]
async fn what_was_typed_stays_when_it_is_not_taken() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let account = app.ports().store.accounts().await.unwrap().remove(0);
    let members = [("account", account.id.as_str()), ("merchant", "19000x")];
    let answer = send(&app, &owner, "/admin/payments/links", &members).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text().await.unwrap();
    assert!(text.contains("value=\"19000x\""), "{text}");
    let number = paid(&app).await;
    asked(&app, &number).await;
    let open = claim(&app).await;
    for (act, members, kept) in [
        ("order", &[("order_no", "AB-404")][..], "value=\"AB-404\""),
        (
            "dismissal",
            &[("note", "无法核实"), ("url", "ftp://x")],
            "value=\"无法核实\"",
        ),
    ] {
        let path = format!("/admin/payments/{}/{act}", open.id);
        let answer = send(&app, &owner, &path, members).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{act}");
        let text = answer.text().await.unwrap();
        assert!(text.contains(kept), "{act}: {text}");
    }
    app.stop().await;
}
