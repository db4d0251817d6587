//! The pushes of one delivery on two nodes, and in every order.

use super::push_faults::{AGREED, account, answer_of, blackout, post, sealed, seen, told};
use crate::harness::{SecondNode, TestApp, company, eventually_or, spawn_app};
use fapiao_domain::ids::{DeliveryId, Id, OrderId};
use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::Value;
use std::collections::BTreeMap;
use tokio::task::JoinSet;

const CARD: &str = "update_invoice_status";

/// How often an order's timeline tells of an act.
async fn told_of(app: &TestApp, order: &Value, action: &str) -> usize {
    let id = OrderId::parse(order["id"].as_str().unwrap()).unwrap();
    let timeline = app.ports().store.timeline(&id).await.unwrap();
    timeline.iter().filter(|it| it.action == action).count()
}

/// T03 and F42: copies of one push at two nodes at once, and once more at the other node when all is done.
#[tokio::test]
async fn copies_at_two_nodes_make_one_row_one_job_and_one_invoice() {
    let app = spawn_app().await;
    let second = SecondNode::beside(&app).await;
    blackout(&app).await;
    let order = app.authorised_order("PO-1", &company()).await;
    let delivery = order["delivery"]["id"].as_str().unwrap();
    let account = account(&app).await;
    let at = app.ports().clock.now().timestamp();
    let plain = told(&account, "oBuyer", at, AGREED, &answer_of(delivery, ""));
    let address =
        |web: &str, query: &str| format!("{web}/wechat/callback/{}?{query}", account.app_id);
    let before = seen(&app).await;
    let mut copies = JoinSet::new();
    for serial in 0..40 {
        let (query, body) = sealed(&app, &account, &plain);
        let web = [app.web(), second.web()][serial % 2].clone();
        let request = app.http.post(address(&web, &query));
        copies.spawn(async move { request.body(body).send().await.unwrap().status() });
    }
    let answers = copies.join_all().await;
    assert!(
        answers.iter().all(|it| *it == StatusCode::OK),
        "{answers:?}"
    );
    app.await_state(&order, "carded").await;
    app.settled().await;
    for web in [second.web(), app.web()] {
        let (query, body) = sealed(&app, &account, &plain);
        let sent = app.http.post(address(&web, &query)).body(body);
        assert_eq!(sent.send().await.unwrap().status(), StatusCode::OK);
        let jobs = app.ports().store.jobs(None, None, 50).await.unwrap().rows;
        assert!(jobs.iter().all(|it| it.kind != "handle_push"), "{jobs:?}");
    }
    assert_eq!(seen(&app).await - before, 42);
    let pushes = app.ports().store.pushes(None, None, 50).await.unwrap().rows;
    let ours = pushes.iter().filter(|it| it.plain.contains(delivery));
    assert_eq!(ours.count(), 1, "one row, at whichever node it came");
    for action in ["delivery.authorised", "invoice.drafted", "invoice.issued"] {
        assert_eq!(told_of(&app, &order, action).await, 1, "{action}");
    }
    let numbers = app.tax_ledger().await["numbers"].as_array().unwrap().len();
    let ledger = app.wechat_ledger().await;
    let inserts = ledger["inserts"].as_array().unwrap().len();
    assert_eq!((numbers, inserts), (1, 1));
    second.stop().await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

fn permutations(items: &[usize]) -> Vec<Vec<usize>> {
    if items.len() <= 1 {
        return vec![items.to_vec()];
    }
    let mut all = Vec::new();
    for place in 0..items.len() {
        let mut rest = items.to_vec();
        let first = rest.remove(place);
        for mut order in permutations(&rest) {
            order.insert(0, first);
            all.push(order);
        }
    }
    all
}

/// F43: agreed, agreed once more, the card locked, unlocked and reimbursed: in each of the 120 orders the delivery and its
/// card end where the sorted pushes leave them, with one invoice each.
#[tokio::test]
async fn every_order_of_a_deliverys_pushes_ends_the_same() {
    let app = spawn_app().await;
    blackout(&app).await;
    let account = account(&app).await;
    let all = permutations(&[0, 1, 2, 3, 4]);
    assert_eq!(all.len(), 120);
    let orders = join_all((0..all.len()).map(async |serial| {
        let order = app.order(&format!("PO-2-{serial}")).await;
        app.open_page(&order).await;
        app.authorise(&order, &company()).await;
        let delivery = order["delivery"]["id"].as_str().unwrap();
        let at = app.ports().clock.now().timestamp();
        let agreed = told(&account, "oBuyer", at, AGREED, &answer_of(delivery, ""));
        assert_eq!(
            post(&app, sealed(&app, &account, &agreed)).await,
            StatusCode::OK
        );
        (order, at)
    }))
    .await;
    for (order, _) in &orders {
        app.await_state(order, "carded").await;
    }
    let ledger = app.wechat_ledger().await;
    let cards: BTreeMap<&str, &Value> = ledger["inserts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["order_id"].as_str().unwrap(), it))
        .collect();
    join_all(orders.iter().zip(&all).map(async |((order, at), sequence)| {
        let delivery = order["delivery"]["id"].as_str().unwrap();
        let (card, agreed) = (cards[delivery], answer_of(delivery, ""));
        let status = |word: &str, secs: i64| {
            let members = format!(
                "<Status>INVOICE_REIMBURSE_{word}</Status><CardId>{}</CardId><Code>{}</Code>",
                card["card_id"].as_str().unwrap(),
                card["code"].as_str().unwrap()
            );
            told(&account, "oBuyer", at + secs, CARD, &members)
        };
        let pushes = [
            told(&account, "oBuyer", *at, AGREED, &agreed),
            told(&account, "oBuyer", at + 1, AGREED, &agreed),
            status("LOCK", 2),
            status("INIT", 3),
            status("CLOSURE", 4),
        ];
        for which in sequence {
            let sent = post(&app, sealed(&app, &account, &pushes[*which])).await;
            assert_eq!(sent, StatusCode::OK);
        }
    }))
    .await;
    let store = &app.ports().store;
    for ((order, _), sequence) in orders.iter().zip(&all) {
        let id = DeliveryId::parse(order["delivery"]["id"].as_str().unwrap()).unwrap();
        eventually_or(&format!("{sequence:?} ends reimbursed"), async || {
            let card = store.card(&id).await.unwrap().unwrap();
            let ends = card.state.as_str() == "reimbursed";
            if ends { Ok(()) } else { Err(card) }
        })
        .await;
    }
    app.settled().await;
    let pushes = store.pushes(Some("stored"), None, 10).await.unwrap().rows;
    assert!(pushes.is_empty(), "{pushes:?}");
    for (order, _) in &orders {
        app.await_state(order, "carded").await;
        assert_eq!(told_of(&app, order, "delivery.authorised").await, 1);
    }
    let numbers = app.tax_ledger().await["numbers"].as_array().unwrap().len();
    let ledger = app.wechat_ledger().await;
    let inserts = ledger["inserts"].as_array().unwrap().len();
    assert_eq!((numbers, inserts), (120, 120));
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// F43 before anything was inserted: the buyer declined and agreed, and word of it comes twice, in every order. WeChat's
/// answer decides, whatever the last push said: where it holds the agreement there is one invoice, where it holds none the
/// delivery is refused.
#[tokio::test]
async fn every_order_of_declining_and_agreeing_ends_as_wechat_says() {
    let app = spawn_app().await;
    blackout(&app).await;
    let account = account(&app).await;
    let all = permutations(&[0, 1, 2]);
    let mut ended = Vec::new();
    for (serial, sequence) in all.iter().enumerate() {
        for agreed in [true, false] {
            let order = app.order(&format!("PO-3-{serial}-{agreed}")).await;
            app.open_page(&order).await;
            let delivery = order["delivery"]["id"].as_str().unwrap();
            if agreed {
                app.authorise(&order, &company()).await;
            }
            let at = app.ports().clock.now().timestamp();
            let push =
                |secs: i64, members: &str| told(&account, "oBuyer", at + secs, AGREED, members);
            let pushes = [
                push(0, &answer_of("", delivery)),
                push(1, &answer_of(delivery, "")),
                push(2, &answer_of(delivery, "")),
            ];
            for which in sequence {
                let sent = post(&app, sealed(&app, &account, &pushes[*which])).await;
                assert_eq!(sent, StatusCode::OK);
            }
            ended.push((order, agreed));
        }
    }
    for (order, agreed) in &ended {
        let end = if *agreed { "carded" } else { "refused" };
        app.await_state(order, end).await;
    }
    eventually_or("every push is handled", async || {
        let open = app.ports().store.pushes(Some("stored"), None, 10).await;
        let open = open.unwrap().rows;
        if open.is_empty() { Ok(()) } else { Err(open) }
    })
    .await;
    app.settled().await;
    for (order, agreed) in &ended {
        let times = usize::from(*agreed);
        assert_eq!(told_of(&app, order, "delivery.authorised").await, times);
        assert_eq!(told_of(&app, order, "delivery.refused").await, 1 - times);
    }
    let numbers = app.tax_ledger().await["numbers"].as_array().unwrap().len();
    assert_eq!(numbers, all.len());
    app.assert_ledger_holds().await;
    app.stop().await;
}
