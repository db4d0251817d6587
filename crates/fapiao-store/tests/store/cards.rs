//! Cards: announced before they are asked for, inserted once.

use crate::harness::{Bench, on_both};
use chrono::TimeDelta;
use fapiao_domain::{
    card::CardState,
    delivery::DeliveryState,
    ids::{DeliveryId, InvoiceId, OrderId},
    order::OrderState,
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ports::{CardReport, CardStore, Followed, Issuing, Ledger, Sales, Scope},
    records::Document,
};
use serde_json::json;

async fn ready(bench: &Bench, number: &str) -> (OrderId, DeliveryId, InvoiceId) {
    let (order, delivery, invoice) = bench.issued(number).await;
    let document = Document {
        invoice: invoice.clone(),
        format: "pdf".to_owned(),
        sha256: number.to_owned(),
        sm3: String::new(),
        size: 1,
        origin: "rendered".to_owned(),
        created_at: bench.now(),
    };
    bench
        .store
        .record_documents(&invoice, vec![document], Vec::new())
        .await
        .unwrap();
    (order, delivery, invoice)
}

on_both! {
    async fn a_card_goes_its_way(bench: &Bench) {
        bench.stock(5, "1000").await;
        let (order, delivery, invoice) = ready(bench, "A-1").await;
        assert_eq!(bench.store.card(&delivery).await.unwrap(), None);
        let first = bench.store.begin_card(&delivery, &invoice, "tpl").await.unwrap();
        let again = bench.store.begin_card(&delivery, &invoice, "tpl").await.unwrap();
        assert_eq!(first, again);
        assert_eq!((first.state, first.template.as_str()), (CardState::Uploading, "tpl"));
        // A new look or payee before anything was asked for.
        let anew = bench.store.begin_card(&delivery, &invoice, "another").await.unwrap();
        assert_eq!((anew.state, anew.template.as_str()), (CardState::Uploading, "another"));
        assert_eq!(bench.store.card(&delivery).await.unwrap().unwrap(), anew);
        bench.store.record_media(&delivery, "media-1", bench.now()).await.unwrap();
        let early = bench.store.record_inserted(&delivery, Some("code-1"), "openid", json!({})).await;
        assert!(matches!(early, Err(StoreError::Stale { .. })), "{early:?}");
        for _ in 0..2 {
            bench.store.record_insert_asked(&delivery, bench.now()).await.unwrap();
        }
        // What may be on its way keeps its template.
        bench.store.begin_card(&delivery, &invoice, "tpl").await.unwrap();
        let asked = bench.store.card(&delivery).await.unwrap().unwrap();
        assert_eq!(asked.template, "another");
        // The second announcement has a moment of its own.
        let later = bench.now() + TimeDelta::milliseconds(1);
        assert_eq!((asked.state, asked.asked_at), (CardState::Inserting, Some(later)));
        assert_eq!(asked.media, Some(("media-1".to_owned(), bench.now())));
        for _ in 0..2 {
            bench.store.record_inserted(&delivery, Some("code-1"), "openid", json!({})).await.unwrap();
        }
        let card = bench.store.card(&delivery).await.unwrap().unwrap();
        assert_eq!((card.state, card.code.as_str(), card.openid.as_str()), (CardState::Inserted, "code-1", "openid"));
        assert_eq!(bench.delivery(&delivery).await.state, DeliveryState::Carded);
        let stored = bench.store.order(&Scope::All, &order).await.unwrap().unwrap();
        assert_eq!(stored.state, OrderState::Invoiced);
        for refused in [
            bench.store.record_insert_asked(&delivery, bench.now()).await.map(drop),
            bench.store.record_media(&delivery, "media-2", bench.now()).await,
        ] {
            assert!(matches!(refused, Err(StoreError::Stale { .. })));
        }
        let actions = bench.actions(&order).await;
        assert_eq!(actions[actions.len() - 5..], [
            "card.uploading", "card.insert_asked", "card.insert_asked", "card.inserted", "delivery.carded",
        ]);
    }

    async fn a_refused_insert_leaves_nothing_behind(bench: &Bench) {
        bench.stock(5, "1000").await;
        let (order, delivery, invoice) = ready(bench, "A-1").await;
        bench.store.begin_card(&delivery, &invoice, "tpl").await.unwrap();
        bench.store.record_media(&delivery, "media-1", bench.now()).await.unwrap();
        let first = bench.store.record_insert_asked(&delivery, bench.now()).await.unwrap();
        assert!(!first.before);
        for told in [true, false] {
            let refused = bench.store.record_insert_refused(&delivery, first.at, "72040").await;
            assert_eq!(refused.unwrap(), told);
        }
        let card = bench.store.card(&delivery).await.unwrap().unwrap();
        assert_eq!((card.state, card.asked_at), (CardState::Uploading, None));
        // The code of another lost answer is not looked for here.
        let report = CardReport {
            template: "tpl".to_owned(), code: "code-9".to_owned(), openid: "o".to_owned(), to: CardState::Locked, at: 1,
        };
        let found = bench.store.follow_card(&report, json!({})).await.unwrap();
        assert!(matches!(found, Followed::Unknown), "{found:?}");
        let second = bench.store.record_insert_asked(&delivery, bench.now()).await.unwrap();
        assert!(!second.before, "nothing is left of the refused one");
        bench.store.record_inserted(&delivery, Some("code-1"), "o", json!({})).await.unwrap();
        assert!(!bench.store.record_insert_refused(&delivery, second.at, "72040").await.unwrap());
        assert_eq!(bench.store.card(&delivery).await.unwrap().unwrap().state, CardState::Inserted);
        let actions = bench.actions(&order).await;
        assert_eq!(actions.iter().filter(|it| *it == "card.insert_refused").count(), 1);
    }

    async fn of_two_who_insert_at_once_neither_throws_the_others_answer_away(bench: &Bench) {
        bench.stock(5, "1000").await;
        let (_, delivery, invoice) = ready(bench, "A-1").await;
        // Both read that nothing was asked for, both upload, both announce.
        for _ in 0..2 {
            let read = bench.store.begin_card(&delivery, &invoice, "tpl").await.unwrap();
            assert_eq!(read.asked_at, None);
        }
        let one = bench.store.record_insert_asked(&delivery, bench.now()).await.unwrap();
        let other = bench.store.record_insert_asked(&delivery, bench.now()).await.unwrap();
        assert_eq!((one.before, other.before), (false, true));
        assert!(other.at > one.at);
        // The first is told "used" because the second got through: that is no word about the second.
        assert!(!bench.store.record_insert_refused(&delivery, one.at, "72042").await.unwrap());
        let card = bench.store.card(&delivery).await.unwrap().unwrap();
        assert_eq!((card.state, card.asked_at), (CardState::Inserting, Some(other.at)));
        bench.store.record_inserted(&delivery, Some("code-1"), "o", json!({})).await.unwrap();
        let card = bench.store.card(&delivery).await.unwrap().unwrap();
        assert_eq!((card.state, card.code.as_str()), (CardState::Inserted, "code-1"));
    }

    async fn a_lost_code_may_turn_up(bench: &Bench) {
        bench.stock(5, "1000").await;
        let (_, delivery, invoice) = ready(bench, "A-1").await;
        bench.store.begin_card(&delivery, &invoice, "tpl").await.unwrap();
        bench.store.record_insert_asked(&delivery, bench.now()).await.unwrap();
        bench.store.record_inserted(&delivery, None, "", json!({ "reconciled": "72042" })).await.unwrap();
        assert_eq!(bench.store.card(&delivery).await.unwrap().unwrap().state, CardState::CodeUnknown);
        assert_eq!(bench.delivery(&delivery).await.state, DeliveryState::Carded);
        bench.store.record_inserted(&delivery, Some("code-1"), "openid", json!({})).await.unwrap();
        assert_eq!(bench.store.card(&delivery).await.unwrap().unwrap().code, "code-1");
    }

    async fn a_card_follows_wechat(bench: &Bench) {
        bench.stock(5, "1000").await;
        let (_, delivery, invoice) = ready(bench, "A-1").await;
        bench.store.begin_card(&delivery, &invoice, "tpl").await.unwrap();
        bench.store.record_insert_asked(&delivery, bench.now()).await.unwrap();
        bench.store.record_inserted(&delivery, Some("code-1"), "openid", json!({})).await.unwrap();
        let report = |code: &str, to, at| CardReport {
            template: "tpl".to_owned(), code: code.to_owned(), openid: "o".to_owned(), to, at,
        };
        let follow = async |code, to, at| {
            let report = report(code, to, at);
            let foreseen = bench.store.foresee_report(&report).await.unwrap();
            let followed = bench.store.follow_card(&report, json!({})).await.unwrap();
            assert_eq!(foreseen, followed, "what is foreseen is what happens");
            followed
        };
        assert_eq!(follow("code-9", CardState::Locked, 1).await, Followed::Unknown);
        assert_eq!(follow("", CardState::Locked, 1).await, Followed::Unknown);
        let changed = |from, to| Followed::Changed { delivery: delivery.clone(), from, to };
        assert_eq!(follow("code-1", CardState::Locked, 5).await, changed(CardState::Inserted, CardState::Locked));
        assert_eq!(follow("code-1", CardState::Locked, 6).await, Followed::Same(delivery.clone()));
        let late = follow("code-1", CardState::Inserted, 4).await;
        assert_eq!(late, Followed::Outdated(delivery.clone(), CardState::Locked));
        assert_eq!(follow("code-1", CardState::Reimbursed, 2).await, changed(CardState::Locked, CardState::Reimbursed));
        let late = follow("code-1", CardState::Locked, 9).await;
        assert_eq!(late, Followed::Outdated(delivery.clone(), CardState::Reimbursed));
        assert_eq!(bench.store.card(&delivery).await.unwrap().unwrap().state, CardState::Reimbursed);
        bench.clock.advance(TimeDelta::seconds(1));
    }

    async fn a_lost_code_is_found_by_a_report_or_a_person(bench: &Bench) {
        bench.stock(5, "1000").await;
        let (_, first, invoice) = ready(bench, "A-1").await;
        let (_, second, other) = ready(bench, "A-2").await;
        for (delivery, invoice) in [(&first, &invoice), (&second, &other)] {
            bench.store.begin_card(delivery, invoice, "tpl").await.unwrap();
            bench.store.record_insert_asked(delivery, bench.now()).await.unwrap();
        }
        bench.store.record_inserted(&first, None, "", json!({})).await.unwrap();
        let report = |code: &str, at| CardReport {
            template: "tpl".to_owned(), code: code.to_owned(), openid: "holder".to_owned(), to: CardState::Locked, at,
        };
        // The second insert may be answered any moment: the code could be its.
        let early = bench.store.follow_card(&report("code-1", 1), json!({})).await.unwrap();
        assert_eq!(early, Followed::Early);
        bench.store.record_inserted(&second, None, "", json!({})).await.unwrap();
        let both = bench.store.follow_card(&report("code-1", 1), json!({})).await.unwrap();
        assert_eq!(both, Followed::Ambiguous(vec![first.clone(), second.clone()]));
        let actor = Actor::System;
        bench.store.adopt_code(&second, "code-2", &actor).await.unwrap();
        assert!(matches!(bench.store.adopt_code(&second, "code-3", &actor).await, Err(StoreError::Stale { .. })));
        let taken = bench.store.adopt_code(&first, "code-2", &actor).await;
        assert!(matches!(taken, Err(StoreError::Exists { .. })), "{taken:?}");
        let found = bench.store.follow_card(&report("code-1", 1), json!({})).await.unwrap();
        assert_eq!(found, Followed::Adopted(first.clone(), CardState::Locked));
        let card = bench.store.card(&first).await.unwrap().unwrap();
        assert_eq!((card.code.as_str(), card.openid.as_str(), card.state), ("code-1", "holder", CardState::Locked));
        assert_eq!(bench.store.cards_of(&invoice).await.unwrap(), vec![card]);
        let moved = bench.store.change_card(&first, CardState::Inserted, CardState::Cancelled, &actor, json!({})).await;
        assert!(matches!(moved, Err(StoreError::Stale { .. })), "{moved:?}");
        bench.store.change_card(&first, CardState::Locked, CardState::Cancelled, &actor, json!({})).await.unwrap();
        for check in bench.store.verify().await.unwrap() {
            assert!(check.found.is_empty(), "{check:?}");
        }
    }

    async fn one_code_is_one_card(bench: &Bench) {
        bench.stock(5, "1000").await;
        let (_, first, invoice) = ready(bench, "A-1").await;
        let (_, second, other) = ready(bench, "A-2").await;
        for (delivery, invoice) in [(&first, &invoice), (&second, &other)] {
            bench.store.begin_card(delivery, invoice, "tpl").await.unwrap();
            bench.store.record_insert_asked(delivery, bench.now()).await.unwrap();
        }
        bench.store.record_inserted(&first, Some("code-1"), "openid", json!({})).await.unwrap();
        let twice = bench.store.record_inserted(&second, Some("code-1"), "openid", json!({})).await;
        assert!(matches!(twice, Err(StoreError::Exists { .. })), "{twice:?}");
        assert_eq!(bench.delivery(&second).await.state, DeliveryState::Issuing);
    }
}
