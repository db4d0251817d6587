//! Orders are accepted once, whatever repeats itself.

use crate::harness::on_both;
use fapiao_domain::{ids::Id, order::OrderState};
use fapiao_usecases::{
    idempotency::Idempotency,
    ids::fresh,
    ports::{Accepted, NewOrder, Sales, Scope},
};
use serde_json::{Value, json};
use std::collections::HashSet;

pub(crate) fn key(name: &str, body: &str) -> Idempotency {
    Idempotency {
        scope: "key_1:POST /api/v1/orders".to_owned(),
        key: name.to_owned(),
        fingerprint: body.to_owned(),
        status: 201,
        body: format!("answer to {body}"),
    }
}

/// Its answer names the order, as the API's does.
pub(crate) fn keyed(mut new: NewOrder, mut key: Idempotency) -> NewOrder {
    let totals = new.order.totals;
    key.body = json!({
        "id": new.order.id.as_str(), "order_no": new.order.order_no, "said": key.body,
        "totals": { "amount": totals.amount.to_string(), "tax": totals.tax.to_string(), "total": totals.total.to_string() },
    })
    .to_string();
    new.idempotency = Some(key);
    new
}

/// An answer with nothing but what the test put into its body.
fn plain(answer: Accepted) -> Accepted {
    match answer {
        Accepted::Replayed { status, body } => {
            let body: Value = serde_json::from_str(&body).unwrap();
            let body = body["said"].as_str().unwrap().to_owned();
            Accepted::Replayed { status, body }
        }
        other => other,
    }
}

on_both! {
    async fn an_order_reads_back_to_the_last_digit(bench: &Bench) {
        let (new, delivery) = bench.order_to_deliver("A-1");
        let mut wanted = new.order.clone();
        let id = bench.accept(new).await;
        wanted.state = OrderState::Delivering;
        let found = bench.store.order(&Scope::All, &id).await.unwrap().unwrap();
        assert_eq!(found, wanted);
        assert_eq!(found.lines[1].quantity.to_string(), "0.50000000");
        let by_no = bench.store.order_by_no(&Scope::All, &bench.seller, "A-1").await.unwrap();
        assert_eq!(by_no, Some(wanted));
        let elsewhere = Scope::Store(fresh(bench.now()));
        assert_eq!(bench.store.order(&elsewhere, &id).await.unwrap(), None);
        assert_eq!(bench.store.delivery(&elsewhere, &delivery).await.unwrap(), None);
        assert_eq!(bench.actions(&id).await, ["order.accepted", "delivery.created"]);
    }

    async fn sixty_four_callers_with_one_key_make_one_order(bench: &Bench) {
        let mut callers = Vec::new();
        for _ in 0..64 {
            let (store, new) = (bench.store.clone(), keyed(bench.order("A-1"), key("k", "body")));
            callers.push(tokio::spawn(async move { store.accept_orders(vec![new]).await.unwrap().remove(0) }));
        }
        let mut made = 0;
        for caller in callers {
            match plain(caller.await.unwrap()) {
                Accepted::New => made += 1,
                Accepted::Replayed { status, body } => assert_eq!((status, body.as_str()), (201, "answer to body")),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(made, 1);
        assert_eq!(bench.ask("SELECT count(*) FROM orders").await, 1);
        assert_eq!(bench.ask("SELECT count(*) FROM order_lines").await, 2);
    }

    async fn two_processes_with_the_same_orders_make_each_once(bench: &Bench) {
        let other = bench.another().await;
        let mut callers = Vec::new();
        for at in 0..200 {
            let store = if at % 2 == 0 { bench.store.clone() } else { other.clone() };
            let number = format!("A-{}", at / 4);
            let new = keyed(bench.order(&number), key(&number, &number));
            callers.push(tokio::spawn(async move { store.accept_orders(vec![new]).await.unwrap().remove(0) }));
        }
        let mut made = 0;
        for caller in callers {
            match caller.await.unwrap() {
                Accepted::New => made += 1,
                Accepted::Replayed { .. } => {}
                refused => panic!("{refused:?}"),
            }
        }
        assert_eq!(made, 50);
        assert_eq!(bench.ask("SELECT count(*) FROM orders").await, 50);
    }

    async fn a_set_answers_each_of_its_items(bench: &Bench) {
        bench.accept(keyed(bench.order("A-1"), key("first", "one"))).await;
        let taken = bench.store.order_by_no(&Scope::All, &bench.seller, "A-1").await.unwrap().unwrap();
        let mut other_words = bench.order("A-1");
        other_words.order.fingerprint = "something else".to_owned();
        let answers = bench.store.accept_orders(vec![
            keyed(bench.order("A-1"), key("first", "one")),
            keyed(bench.order("A-9"), key("first", "two")),
            keyed(bench.order("A-1"), key("second", "one")),
            other_words,
            keyed(bench.order("A-2"), key("third", "three")),
            keyed(bench.order("A-2"), key("third", "three")),
            bench.order("A-2"),
            bench.order("A-3"),
        ]).await.unwrap();
        let answers: Vec<_> = answers.into_iter().map(plain).collect();
        let second = bench.store.order_by_no(&Scope::All, &bench.seller, "A-2").await.unwrap().unwrap();
        let replay = |body: &str| Accepted::Replayed { status: 201, body: format!("answer to {body}") };
        assert_eq!(answers, [
            replay("one"),
            Accepted::KeyReused,
            Accepted::OrderNoTaken { existing: taken.id.clone(), same: true },
            Accepted::OrderNoTaken { existing: taken.id, same: false },
            Accepted::New,
            replay("three"),
            Accepted::OrderNoTaken { existing: second.id, same: true },
            Accepted::New,
        ]);
        // A key whose order was not written is free again.
        let answers = bench.store.accept_orders(vec![keyed(bench.order("A-4"), key("second", "one"))]).await.unwrap();
        assert_eq!(answers, [Accepted::New]);
        assert_eq!(bench.ask("SELECT count(*) FROM orders").await, 4);
    }

    async fn one_broken_order_does_not_hurt_the_others(bench: &Bench) {
        let mut callers = Vec::new();
        for at in 0..20 {
            let mut new = bench.order(&format!("A-{at}"));
            if at == 7 {
                // Breaks the rule of the table that net and tax make the gross amount.
                new.order.totals.total = new.order.totals.amount;
            }
            let store = bench.store.clone();
            callers.push(tokio::spawn(async move { (at, store.accept_orders(vec![new]).await) }));
        }
        for caller in callers {
            let (at, answer) = caller.await.unwrap();
            assert_eq!(answer.is_ok(), at != 7, "{at}: {answer:?}");
        }
        assert_eq!(bench.ask("SELECT count(*) FROM orders").await, 19);
    }

    async fn a_large_set_goes_past_the_limit_of_values(bench: &Bench) {
        let orders: Vec<_> = (0..3000).map(|at| bench.order(&format!("A-{at:04}"))).collect();
        let ids: HashSet<_> = orders.iter().map(|new| new.order.id.as_str().to_owned()).collect();
        assert_eq!(ids.len(), 3000);
        let answers = bench.store.accept_orders(orders).await.unwrap();
        assert!(answers.iter().all(|answer| *answer == Accepted::New));
        assert_eq!(bench.ask("SELECT count(*) FROM order_lines").await, 6000);
        assert_eq!(bench.store.accept_orders(Vec::new()).await.unwrap(), []);
    }

    async fn a_column_of_a_newer_version_is_left_alone(bench: &Bench) {
        let id = bench.accept(bench.order("A-1")).await;
        for table in ["orders", "order_lines", "deliveries", "invoices", "jobs", "sellers", "audit_entries"] {
            bench.tamper(&format!("ALTER TABLE {table} ADD COLUMN of_tomorrow TEXT")).await.unwrap();
        }
        assert!(bench.store.order(&Scope::All, &id).await.unwrap().is_some());
        bench.stock(5, "1000").await;
        bench.issued("A-2").await;
        assert!(bench.store.order(&Scope::All, &id).await.unwrap().is_some());
    }
}
