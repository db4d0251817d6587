//! The comparison with WeChat: each difference is found, by whom it may be, and its one fix mends it.

use crate::{
    admin::{
        sign_in::signed_in,
        work::{location, page, send},
    },
    harness::{TestApp, company, eventually, spawn_app},
};
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{Id, ReconciliationId};
use fapiao_usecases::{
    actor::Actor,
    backoffice::reconciliation::{begin, begin_nightly},
    records::{Difference, DifferenceKind, JobRow},
};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

async fn ended(app: &TestApp, run: &ReconciliationId) -> Vec<Difference> {
    let store = &app.ports().store;
    eventually("the end of the comparison", async || {
        let run = store.reconciliation(run).await.unwrap().unwrap();
        run.done.then_some(())
    })
    .await;
    store.differences(run, u32::MAX).await.unwrap()
}

/// Compares now, as staff do.
async fn compared(app: &TestApp, who: &Client) -> (ReconciliationId, Vec<Difference>) {
    let to = location(&send(app, who, "/admin/reconciliation", &[]).await);
    let run = to.split("run=").nth(1).unwrap();
    let run = ReconciliationId::parse(run.split('#').next().unwrap()).unwrap();
    let found = ended(app, &run).await;
    (run, found)
}

fn kinds(found: &[Difference]) -> Vec<DifferenceKind> {
    found.iter().map(|it| it.kind).collect()
}

async fn fix(app: &TestApp, who: &Client, run: &ReconciliationId, it: &Difference) -> String {
    let members = [("subject", it.subject.as_str()), ("kind", it.kind.as_str())];
    let path = format!("/admin/reconciliation/{run}/fix");
    let to = location(&send(app, who, &path, &members).await);
    page(app, who, &to).await
}

/// An order whose buyer agreed without that we heard of it.
async fn agreed_unheard(app: &TestApp, no: &str) -> Value {
    let order = app.order(no).await;
    app.open_page(&order).await;
    let lost = json!({ "event": "user_authorize_invoice", "kind": "lost", "count": 1 });
    app.wechat_fault(&lost).await;
    // The poll is kept away, too, so that only the comparison can find it.
    let id = order["delivery"]["id"].as_str().unwrap();
    app.tamper(&format!("DELETE FROM jobs WHERE subject = '{id}'"))
        .await;
    app.authorise(&order, &company()).await;
    order
}

#[tokio::test]
async fn agreed_there_and_unknown_here_becomes_an_invoice_by_one_button() {
    let app = spawn_app().await;
    let finance = signed_in(&app, "finance").await;
    let order = agreed_unheard(&app, "RC-1").await;
    let (run, found) = compared(&app, &finance).await;
    assert_eq!(kinds(&found), [DifferenceKind::AuthorisedThere]);
    assert_eq!(
        (found[0].here.as_str(), found[0].there.as_str()),
        ("page_opened", "authorised")
    );
    let shown = format!("/admin/reconciliation?run={run}");
    let text = page(&app, &finance, &shown).await;
    assert!(
        text.contains("有 1 处不一致待处理") && text.contains("确认授权并开票"),
        "{text}"
    );
    // Who only reads sees it and has no button.
    let auditor = signed_in(&app, "auditor").await;
    let text = page(&app, &auditor, &shown).await;
    assert!(text.contains("买家已授权，这里还不知道") && !text.contains("确认授权并开票"));
    let path = format!("/admin/reconciliation/{run}/fix");
    let refused = send(
        &app,
        &auditor,
        &path,
        &[("subject", "x"), ("kind", "no_card")],
    )
    .await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let text = fix(&app, &finance, &run, &found[0]).await;
    assert!(text.contains("已处理。"), "{text}");
    app.await_state(&order, "carded").await;
    // Pressed twice it is done once.
    let text = fix(&app, &finance, &run, &found[0]).await;
    assert!(text.contains("之前已处理过"), "{text}");
    let (_, found) = compared(&app, &finance).await;
    assert_eq!(found, []);
    let inserts = app.wechat_ledger().await["inserts"].clone();
    assert_eq!(inserts.as_array().unwrap().len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_refusal_that_wechat_was_not_told_is_told_it() {
    let app = spawn_app().await;
    let finance = signed_in(&app, "finance").await;
    let order = agreed_unheard(&app, "RC-2").await;
    let id = order["delivery"]["id"].as_str().unwrap();
    // Refused here as an unopened link, while the buyer had agreed: nobody told WeChat.
    let fault = json!({ "path": "/card/invoice/rejectinsert", "kind": "errcode", "value": 45009 });
    app.wechat_fault(&fault).await;
    let refusal = json!({ "reason": "已退货" });
    let answer = app
        .post(&format!("/deliveries/{id}/refusal"), "RC-2-r", &refusal)
        .await;
    assert!(answer.status.is_success(), "{answer:?}");
    // Tried once, in vain: a try under way would tell it after all.
    app.settled().await;
    app.tamper(&format!("DELETE FROM jobs WHERE subject = '{id}'"))
        .await;
    app.control(&app.sandbox(), Method::DELETE, "/sandbox/faults", None)
        .await;
    let (run, found) = compared(&app, &finance).await;
    assert_eq!(kinds(&found), [DifferenceKind::RefusedHere], "{found:?}");
    fix(&app, &finance, &run, &found[0]).await;
    eventually("WeChat to know", async || {
        let path = format!("/sandbox/orders/{id}");
        let order = app.control(&app.sandbox(), Method::GET, &path, None).await;
        order.to_string().contains("rejected").then_some(())
    })
    .await;
    let (_, found) = compared(&app, &finance).await;
    assert_eq!(found, []);
    app.stop().await;
}

/// What somebody else does with the account at WeChat, which tells nobody.
async fn elsewhere(app: &TestApp, delivery: &str, what: &str) {
    let path = format!("/sandbox/orders/{delivery}/{what}");
    app.control(&app.sandbox(), Method::POST, &path, None).await;
}

/// A new link of the same order, whose buyer agrees and gets the card.
async fn invoiced_by_a_new_link(app: &TestApp, order: &Value, key: &str) {
    let path = format!("/orders/{}/deliveries", order["id"].as_str().unwrap());
    let wanted = json!({ "channel": "web", "page": "title" });
    let made = app.post(&path, key, &wanted).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let again = json!({ "id": order["id"], "delivery": made.body });
    app.open_page(&again).await;
    app.authorise(&again, &company()).await;
    app.await_state(&again, "carded").await;
}

#[tokio::test]
async fn refused_there_before_we_heard_of_the_agreement_is_refused_here() {
    let app = spawn_app().await;
    let finance = signed_in(&app, "finance").await;
    let order = agreed_unheard(&app, "RC-6").await;
    let id = order["delivery"]["id"].as_str().unwrap();
    elsewhere(&app, id, "reject").await;
    let (run, found) = compared(&app, &finance).await;
    assert_eq!(kinds(&found), [DifferenceKind::RejectedThere]);
    let (here, there) = (found[0].here.as_str(), found[0].there.as_str());
    assert_eq!((here, there), ("page_opened", "rejected"));
    let text = page(&app, &finance, &format!("/admin/reconciliation?run={run}")).await;
    assert!(text.contains("微信已拒绝这次授权，这里还在开票"), "{text}");
    let text = fix(&app, &finance, &run, &found[0]).await;
    assert!(text.contains("已处理。"), "{text}");
    app.await_state(&order, "refused").await;
    let (_, found) = compared(&app, &finance).await;
    assert_eq!(found, []);
    // The order is open for another link, and nothing was issued on the way.
    assert_eq!(app.tax_ledger().await["numbers"], json!([]));
    invoiced_by_a_new_link(&app, &order, "RC-6-b").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// An issued order whose card WeChat puts off, as long as the fault stands.
async fn with_waiting_card(app: &TestApp, order_no: &str) -> Value {
    let held =
        json!({ "path": "/card/invoice/platform/setpdf", "kind": "errcode", "value": 45009 });
    app.wechat_fault(&held).await;
    let order = app.authorised_order(order_no, &company()).await;
    let id = order["delivery"]["id"].as_str().unwrap();
    eventually("the waiting card", async || {
        let jobs = app.ports().store.jobs(Some("waiting"), None, 50).await;
        let waits = |it: &JobRow| it.subject == id && it.kind == "deliver_card" && it.attempts > 0;
        jobs.unwrap().rows.iter().any(waits).then_some(())
    })
    .await;
    order
}

#[tokio::test]
async fn refused_there_while_the_card_waits_ends_the_delivery_and_keeps_the_invoice() {
    let app = spawn_app().await;
    let finance = signed_in(&app, "finance").await;
    let order = with_waiting_card(&app, "RC-7").await;
    let id = order["delivery"]["id"].as_str().unwrap();
    elsewhere(&app, id, "reject").await;
    app.control(&app.sandbox(), Method::DELETE, "/sandbox/faults", None)
        .await;
    let (run, found) = compared(&app, &finance).await;
    assert_eq!(kinds(&found), [DifferenceKind::RejectedThere], "{found:?}");
    assert_eq!(found[0].here, "issuing");
    fix(&app, &finance, &run, &found[0]).await;
    let delivery = app.await_state(&order, "failed").await;
    // Its card is not tried again, and nobody has to decide anything; the invoice stands and can be had.
    nothing_left(&app, id).await;
    let lines = app.ports().store.timeline(&order_id(&order)).await.unwrap();
    let given_up = lines
        .iter()
        .find(|it| it.action == "job.abandoned")
        .unwrap();
    assert_eq!(given_up.data["kind"], "deliver_card", "{given_up:?}");
    assert_eq!(app.wechat_ledger().await["inserts"], json!([]));
    let invoice = delivery["invoice"]["id"].as_str().unwrap().to_owned();
    let stands = app.get(&format!("/invoices/{invoice}")).await.body;
    assert_eq!(stands["state"], "issued", "{stands}");
    let (_, found) = compared(&app, &finance).await;
    assert_eq!(found, []);
    app.assert_ledger_holds().await;
    app.stop().await;
}

fn order_id(order: &Value) -> fapiao_domain::ids::OrderId {
    Id::parse(order["id"].as_str().unwrap()).unwrap()
}

/// Neither a draft nor a card of a delivery is tried any more, and nothing waits for a person. The question whether the
/// buyer agreed may come once more; it ends by itself.
async fn nothing_left(app: &TestApp, delivery: &str) {
    eventually("no job left", async || {
        let jobs = app.ports().store.jobs(None, None, 50).await.unwrap().rows;
        let tries = |it: &JobRow| {
            it.subject == delivery && matches!(it.kind.as_str(), "draft_invoice" | "deliver_card")
        };
        (!jobs.iter().any(tries)).then_some(())
    })
    .await;
    let parked = app.ports().store.jobs(Some("parked"), None, 50).await;
    assert_eq!(parked.unwrap().rows, []);
}

#[tokio::test]
async fn a_card_that_is_being_tried_while_its_delivery_is_ended_stops_nobody() {
    let app = spawn_app().await;
    let finance = signed_in(&app, "finance").await;
    // The card waits at WeChat; there the order is refused, and staff end the delivery here.
    let slow = json!({ "path": "/card/invoice/platform/setpdf", "kind": "delay", "value": 50_000 });
    app.wechat_fault(&slow).await;
    let order = app.authorised_order("RC-9", &company()).await;
    let id = order["delivery"]["id"].as_str().unwrap();
    eventually("the card on its way", async || {
        let jobs = app.ports().store.jobs(Some("running"), None, 50).await;
        let rows = jobs.unwrap().rows;
        let tries = |it: &JobRow| it.subject == id && it.kind == "deliver_card";
        rows.iter().any(tries).then_some(())
    })
    .await;
    elsewhere(&app, id, "reject").await;
    let (run, found) = compared(&app, &finance).await;
    assert_eq!(kinds(&found), [DifferenceKind::RejectedThere], "{found:?}");
    fix(&app, &finance, &run, &found[0]).await;
    app.await_state(&order, "failed").await;
    app.control(&app.sandbox(), Method::DELETE, "/sandbox/faults", None)
        .await;
    nothing_left(&app, id).await;
    assert_eq!(app.wechat_ledger().await["inserts"], json!([]));
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn authorised_here_and_not_there_ends_the_delivery() {
    let app = spawn_app().await;
    let finance = signed_in(&app, "finance").await;
    // A tax number that a person has to look at keeps it where it is.
    let odd = json!({ "company": { "title": "示例科技有限公司", "tax_no": "91110105MA000000L7" } });
    let order = app.authorised_order("RC-8", &odd).await;
    let id = order["delivery"]["id"].as_str().unwrap();
    eventually("the person's turn", async || {
        let jobs = app.ports().store.jobs(Some("parked"), None, 50).await;
        let rows = jobs.unwrap().rows;
        rows.iter().any(|it| it.subject == id).then_some(())
    })
    .await;
    elsewhere(&app, id, "withdraw").await;
    let (run, found) = compared(&app, &finance).await;
    assert_eq!(kinds(&found), [DifferenceKind::NotAuthorisedThere]);
    let (here, there) = (found[0].here.as_str(), found[0].there.as_str());
    assert_eq!((here, there), ("authorised", "not_yet"));
    let text = page(&app, &finance, &format!("/admin/reconciliation?run={run}")).await;
    assert!(text.contains("这里已授权，微信没有这次授权"), "{text}");
    fix(&app, &finance, &run, &found[0]).await;
    app.await_state(&order, "failed").await;
    nothing_left(&app, id).await;
    let (_, found) = compared(&app, &finance).await;
    assert_eq!(found, []);
    assert_eq!(app.tax_ledger().await["numbers"], json!([]));
    invoiced_by_a_new_link(&app, &order, "RC-8-b").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// WeChat tells of no card by its code; that it does not know the agreement is how a card that is only here shows.
#[tokio::test]
async fn a_card_that_wechat_knows_nothing_of_is_told_to_a_person() {
    let app = spawn_app().await;
    let finance = signed_in(&app, "finance").await;
    let order = app.authorised_order("RC-12", &company()).await;
    app.await_state(&order, "carded").await;
    let id = order["delivery"]["id"].as_str().unwrap();
    let (_, found) = compared(&app, &finance).await;
    assert_eq!(found, [], "it is there");
    elsewhere(&app, id, "withdraw").await;
    let (run, found) = compared(&app, &finance).await;
    assert_eq!(kinds(&found), [DifferenceKind::CardOnlyHere]);
    let (here, there) = (found[0].here.as_str(), found[0].there.as_str());
    assert_eq!((here, there), ("carded", "not_yet"));
    // Only a person can tell whether the buyer has it: the row leads to it, and nothing is done by itself.
    let text = page(&app, &finance, &format!("/admin/reconciliation?run={run}")).await;
    assert!(text.contains("这里已入卡包，微信没有这次授权"), "{text}");
    let leads = format!("href=\"/admin/deliveries/{id}\"");
    assert!(text.matches(&leads).count() >= 2, "{text}");
    app.await_state(&order, "carded").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_agreement_to_an_unknown_delivery_and_a_lost_code_are_found_without_asking() {
    let app = spawn_app().await;
    let finance = signed_in(&app, "finance").await;
    let fault = json!({ "path": "/card/invoice/insert", "kind": "work_then_drop", "count": 1 });
    app.wechat_fault(&fault).await;
    let order = app.authorised_order("RC-3", &company()).await;
    app.await_state(&order, "carded").await;
    let account = app.ports().store.accounts().await.unwrap().remove(0);
    let nobody = "dlv_01J8ZC3N6T9Q4W2E5R7Y8U1P0A";
    let push = json!({ "appid": account.app_id, "event": "user_authorize_invoice",
        "members": { "SuccOrderId": nobody, "FailOrderId": "", "AuthorizeAppId": account.app_id, "Source": "web" } });
    app.control(&app.sandbox(), Method::POST, "/sandbox/pushes", Some(&push))
        .await;
    eventually("the push", async || {
        let ignored = app.ports().store.pushes(Some("ignored"), None, 1).await;
        (ignored.unwrap().count == 1).then_some(())
    })
    .await;
    let text = page(&app, &finance, "/admin/inbox?tab=ignored").await;
    assert!(text.contains(&format!("这里没有投递 {nobody}")), "{text}");
    let (run, found) = compared(&app, &finance).await;
    assert_eq!(
        kinds(&found),
        [DifferenceKind::CodeUnknown, DifferenceKind::UnknownHere]
    );
    // The code leads to the form on the delivery's page; a person types what the buyer reads off the wallet.
    let text = page(&app, &finance, &format!("/admin/reconciliation?run={run}")).await;
    let form = format!("/admin/deliveries/{}#card", found[0].subject);
    assert!(text.contains(&form), "{text}");
    // A push handled again that is still nobody's is not told every night.
    fix(&app, &finance, &run, &found[1]).await;
    let (_, found) = compared(&app, &finance).await;
    assert_eq!(kinds(&found), [DifferenceKind::CodeUnknown]);
    app.stop().await;
}

#[tokio::test]
async fn an_issued_invoice_nobody_brings_is_brought() {
    let app = spawn_app().await;
    let finance = signed_in(&app, "finance").await;
    let fault =
        json!({ "path": "/card/invoice/platform/setpdf", "kind": "errcode", "value": 45009 });
    app.wechat_fault(&fault).await;
    let order = app.authorised_order("RC-4", &company()).await;
    let id = order["delivery"]["id"].as_str().unwrap();
    eventually("the waiting card", async || {
        let jobs = app.ports().store.jobs(Some("waiting"), None, 50).await;
        let rows = jobs.unwrap().rows;
        let card = |it: &JobRow| it.subject == id && it.kind == "deliver_card" && it.attempts > 0;
        rows.iter().any(card).then_some(())
    })
    .await;
    app.control(&app.sandbox(), Method::DELETE, "/sandbox/faults", None)
        .await;
    // Its job is gone, as after a hand on the database; an hour later that is a difference.
    app.tamper(&format!("DELETE FROM jobs WHERE subject = '{id}'"))
        .await;
    let own = app
        .ports()
        .store
        .own_differences(
            app.ports().clock.now() + chrono::TimeDelta::minutes(1),
            app.ports().clock.now() - chrono::TimeDelta::days(1),
        )
        .await
        .unwrap();
    assert_eq!(kinds(&own), [DifferenceKind::NoCard], "{own:?}");
    let run = begin(app.ports(), "staff", &Actor::CommandLine)
        .await
        .unwrap();
    ended(&app, &run).await;
    let store = &app.ports().store;
    let run = store.reconciliation(&run).await.unwrap().unwrap();
    assert_eq!(run.found, 0, "it is not due yet");
    // What a run an hour later writes down.
    let later = begin(app.ports(), "cli", &Actor::CommandLine)
        .await
        .unwrap();
    ended(&app, &later).await;
    let ran = store.reconciliation(&later).await.unwrap().unwrap();
    store
        .record_compared(&ran, own.clone(), true)
        .await
        .unwrap();
    let text = fix(&app, &finance, &later, &own[0]).await;
    assert!(text.contains("已处理。"), "{text}");
    app.await_state(&order, "carded").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn it_runs_once_a_night_on_one_node_and_survives_a_silent_wechat() {
    let app = spawn_app().await;
    let night = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
    let ports = app.ports();
    // Half past three in China is half past seven in the evening before, UTC.
    let at = night("2026-11-20T19:30:00Z");
    assert!(
        !begin_nightly(ports, "a", night("2026-11-20T12:00:00Z"))
            .await
            .unwrap()
    );
    assert!(begin_nightly(ports, "a", at).await.unwrap());
    assert!(
        !begin_nightly(ports, "b", at).await.unwrap(),
        "one node only"
    );
    assert!(
        !begin_nightly(ports, "a", at).await.unwrap(),
        "once a night"
    );
    let runs = ports.store.reconciliations(None, 5).await.unwrap().rows;
    assert_eq!((runs.len(), runs[0].cause.as_str()), (1, "nightly"));
    ended(&app, &runs[0].id).await;

    let order = app.order("RC-5").await;
    app.open_page(&order).await;
    let silent = json!({ "path": "/card/invoice/getauthdata", "kind": "errcode", "value": 45009 });
    app.wechat_fault(&silent).await;
    let run = begin(ports, "staff", &Actor::CommandLine).await.unwrap();
    assert_eq!(ended(&app, &run).await, []);
    let whole = ports.store.reconciliation(&run).await.unwrap().unwrap();
    assert_eq!((whole.asked, whole.unanswered), (1, 1));
    let owner = signed_in(&app, "admin").await;
    let text = page(&app, &owner, "/admin/reconciliation").await;
    assert!(text.contains("其中 1 笔没有得到应答"), "{text}");
    app.stop().await;
}

/// What the WeChat sandbox has of a delivery.
async fn at_wechat(app: &TestApp, delivery: &str) -> Value {
    let path = format!("/sandbox/orders/{delivery}");
    app.control(&app.sandbox(), Method::GET, &path, None).await
}

/// An order whose page the buyer left open, while the invoice was asked for on the payment's receipt instead.
async fn superseded(app: &TestApp, no: &str) -> Value {
    let paid = json!({ "mchid": "1900000001", "money": 11_300 });
    let paid = app
        .control(
            &app.sandbox(),
            Method::POST,
            "/sandbox/payments",
            Some(&paid),
        )
        .await;
    let number = paid["order"]["order_id"].as_str().unwrap();
    let mut wanted = crate::harness::tea(no);
    wanted["payment"] = json!({ "channel": "wechat", "transaction_no": number });
    let placed = app.post("/orders", no, &wanted).await;
    assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
    app.open_page(&placed.body).await;
    let path = format!("/sandbox/orders/{number}/authorise");
    app.control(&app.sandbox(), Method::POST, &path, Some(&company()))
        .await;
    app.await_state(&placed.body, "failed").await;
    placed.body
}

pub async fn rejected_there(app: &TestApp, delivery: &str) -> Value {
    eventually("WeChat to know", async || {
        let order = at_wechat(app, delivery).await;
        (order["state"] == "rejected").then_some(order)
    })
    .await
}

#[tokio::test]
async fn who_agrees_on_a_page_that_was_passed_over_is_told_where_the_order_stands() {
    let app = spawn_app().await;
    let order = superseded(&app, "RC-9").await;
    let id = order["delivery"]["id"].as_str().unwrap();
    app.authorise(&order, &company()).await;
    let there = rejected_there(&app, id).await;
    assert_eq!(there["reject_reason"], "买家已在支付凭证上申请开票");
    let link = order["delivery"]["page_url"].as_str().unwrap();
    assert!(there["reject_url"].as_str().unwrap() == link, "{there}");
    // The link leads on to the invoice that was asked for on the receipt.
    let row = eventually("the card of the receipt", async || {
        let found = app.get("/orders?order_no=RC-9").await.body["data"][0].clone();
        (found["delivery_state"] == "carded").then_some(found)
    })
    .await;
    let shown = app
        .http
        .get(link)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        shown.contains("买家已在支付凭证上申请开票") && shown.contains("查看这笔订单的发票"),
        "{shown}"
    );
    assert!(row["invoice_number"].is_string());
    let inserts = app.wechat_ledger().await["inserts"].clone();
    assert_eq!(inserts.as_array().unwrap().len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_agreement_to_a_failed_delivery_that_nobody_heard_of_is_found_and_refused() {
    let app = spawn_app().await;
    let finance = signed_in(&app, "finance").await;
    let order = superseded(&app, "RC-10").await;
    let id = order["delivery"]["id"].as_str().unwrap();
    let lost = json!({ "event": "user_authorize_invoice", "kind": "lost", "count": 1 });
    app.wechat_fault(&lost).await;
    app.tamper(&format!("DELETE FROM jobs WHERE subject = '{id}'"))
        .await;
    app.authorise(&order, &company()).await;
    let (run, found) = compared(&app, &finance).await;
    assert_eq!(kinds(&found), [DifferenceKind::RefusedHere], "{found:?}");
    let (here, there) = (found[0].here.as_str(), found[0].there.as_str());
    assert_eq!((here, there), ("failed", "authorised"));
    fix(&app, &finance, &run, &found[0]).await;
    rejected_there(&app, id).await;
    let (_, found) = compared(&app, &finance).await;
    assert_eq!(found, []);
    app.stop().await;
}

#[tokio::test]
async fn who_agrees_anew_after_the_comparison_ended_a_delivery_is_told_so() {
    let app = spawn_app().await;
    let finance = signed_in(&app, "finance").await;
    let odd = json!({ "company": { "title": "示例科技有限公司", "tax_no": "91110105MA000000L7" } });
    let order = app.authorised_order("RC-11", &odd).await;
    let id = order["delivery"]["id"].as_str().unwrap();
    app.await_state(&order, "authorised").await;
    elsewhere(&app, id, "withdraw").await;
    let (run, found) = compared(&app, &finance).await;
    assert_eq!(kinds(&found), [DifferenceKind::NotAuthorisedThere]);
    fix(&app, &finance, &run, &found[0]).await;
    app.await_state(&order, "failed").await;
    // Two pushes of the same second that say the same are one push.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    app.authorise(&order, &company()).await;
    let there = rejected_there(&app, id).await;
    assert_eq!(there["reject_reason"], "开票申请在微信已失效（核对时发现）");
    assert_eq!(app.tax_ledger().await["numbers"], json!([]));
    invoiced_by_a_new_link(&app, &order, "RC-11-b").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_issued_invoice_whose_buyer_agrees_anew_comes_to_the_wallet_after_all() {
    let app = spawn_app().await;
    let finance = signed_in(&app, "finance").await;
    let order = with_waiting_card(&app, "RC-12").await;
    let id = order["delivery"]["id"].as_str().unwrap();
    elsewhere(&app, id, "withdraw").await;
    let (run, found) = compared(&app, &finance).await;
    assert_eq!(kinds(&found), [DifferenceKind::NotAuthorisedThere]);
    fix(&app, &finance, &run, &found[0]).await;
    app.await_state(&order, "failed").await;
    app.tamper(&format!("DELETE FROM jobs WHERE subject = '{id}'"))
        .await;
    app.control(&app.sandbox(), Method::DELETE, "/sandbox/faults", None)
        .await;
    // The first agreement had the same second or an earlier one.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let lost = json!({ "event": "user_authorize_invoice", "kind": "lost", "count": 1 });
    app.wechat_fault(&lost).await;
    app.authorise(&order, &company()).await;
    let (run, found) = compared(&app, &finance).await;
    assert_eq!(kinds(&found), [DifferenceKind::NoCard], "{found:?}");
    fix(&app, &finance, &run, &found[0]).await;
    app.await_state(&order, "carded").await;
    let numbers = app.tax_ledger().await["numbers"].clone();
    assert_eq!(numbers.as_array().unwrap().len(), 1, "one invoice");
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// After the tax side refused the invoice, an order that is begun anew leaves no agreement open at WeChat: the buyer is told.
#[tokio::test]
async fn an_agreement_whose_invoice_was_refused_is_rejected_when_the_order_is_begun_anew() {
    let app = spawn_app().await;
    let fault = json!({
        "service": "QDFPSC", "kind": "refuse_invoices", "times": 1, "message": "购买方信息有误"
    });
    app.tax_fault(&fault).await;
    let order = app.authorised_order("RC-13", &company()).await;
    app.await_state(&order, "failed").await;
    let id = order["delivery"]["id"].as_str().unwrap();
    app.settled().await;
    assert_eq!(at_wechat(&app, id).await["state"], "authorised");
    invoiced_by_a_new_link(&app, &order, "RC-13-b").await;
    let there = rejected_there(&app, id).await;
    let reason = there["reject_reason"].as_str().unwrap();
    assert!(reason.contains("购买方信息有误"), "{there}");
    let finance = signed_in(&app, "finance").await;
    let (_, found) = compared(&app, &finance).await;
    assert_eq!(found, []);
    app.assert_ledger_holds().await;
    app.stop().await;
}
