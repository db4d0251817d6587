//! Deliveries change by what was read, and orders follow.

use crate::harness::{Bench, change, on_both};
use chrono::TimeDelta;
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{DeliveryId, Id},
    order::OrderState,
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    idempotency::{Effect, Idempotency},
    ids::fresh,
    ports::{Issuing, JobQueue, NewInvoice, Sales, Scope},
};
use std::time::{Duration, Instant};

fn answer(delivery: &DeliveryId) -> String {
    format!("{{\"id\":\"{delivery}\"}}")
}

fn once(key: &str, delivery: &DeliveryId) -> Option<Idempotency> {
    Some(Idempotency {
        scope: "key_1:POST refusal".to_owned(),
        key: key.to_owned(),
        fingerprint: "body".to_owned(),
        status: 200,
        body: answer(delivery),
    })
}

async fn order_state(bench: &Bench, id: &fapiao_domain::ids::OrderId) -> OrderState {
    bench
        .store
        .order(&Scope::All, id)
        .await
        .unwrap()
        .unwrap()
        .state
}

on_both! {
    async fn an_authorisation_brings_title_job_and_timeline(bench: &Bench) {
        let (order, id) = bench.authorised("A-1").await;
        let row = bench.delivery(&id).await;
        assert_eq!((row.state, row.version), (DeliveryState::Authorised, 2));
        assert_eq!(row.authorised_at, Some(bench.now()));
        assert_eq!(row.raw_title.clone().unwrap().name, "上海某某贸易有限公司");
        assert_eq!(bench.job_kinds().await, ["draft_invoice"]);
        let jobs = bench.store.jobs(None, None, 10).await.unwrap();
        assert_eq!(jobs.rows[0].order, Some(order.clone()));
        assert_eq!(order_state(bench, &order).await, OrderState::Delivering);
        let by_code = bench.store.delivery_by_code(&row.short_code).await.unwrap();
        assert_eq!(by_code, Some(row));
        let lines = bench.store.timeline(&order).await.unwrap();
        assert_eq!(lines[0].action, "delivery.authorised");
        assert_eq!(lines[0].data["from"], "created");
        // Neither title nor tax number are in the chain.
        assert!(lines.iter().all(|line| !line.data.to_string().contains("9131")));
    }

    async fn what_was_read_decides(bench: &Bench) {
        let (new, id) = bench.order_to_deliver("A-1");
        let order = bench.accept(new).await;
        let row = bench.delivery(&id).await;
        let refuse = change(&row, DeliveryState::Refused);
        bench.store.change_delivery(refuse.clone(), None).await.unwrap();
        let again = bench.store.change_delivery(refuse, None).await;
        assert!(matches!(again, Err(StoreError::Stale { .. })), "{again:?}");
        let mut old_state = change(&bench.delivery(&id).await, DeliveryState::Authorised);
        old_state.from = DeliveryState::Created;
        let refused = bench.store.change_delivery(old_state, None).await;
        assert!(matches!(refused, Err(StoreError::Stale { .. })), "{refused:?}");
        assert_eq!(order_state(bench, &order).await, OrderState::Open);
        assert_eq!(bench.delivery(&id).await.version, 2);
    }

    async fn a_repeated_request_gets_the_first_answer(bench: &Bench) {
        let (new, id) = bench.order_to_deliver("A-1");
        bench.accept(new).await;
        let row = bench.delivery(&id).await;
        let stale = bench.store.change_delivery(
            fapiao_usecases::ports::DeliveryChange { expected_version: 9, ..change(&row, DeliveryState::Refused) },
            once("k", &id),
        ).await;
        assert!(matches!(stale, Err(StoreError::Stale { .. })));
        // The failed try did not keep the key.
        let done = bench.store.change_delivery(change(&row, DeliveryState::Refused), once("k", &id)).await.unwrap();
        assert_eq!(done, Effect::Done(()));
        let replayed = bench.store.change_delivery(change(&row, DeliveryState::Refused), once("k", &id)).await.unwrap();
        assert_eq!(replayed, Effect::Replayed { status: 200, body: answer(&id) });
        let mut other = once("k", &id).unwrap();
        other.fingerprint = "another body".to_owned();
        let reused = bench.store.change_delivery(change(&row, DeliveryState::Refused), Some(other)).await.unwrap();
        assert_eq!(reused, Effect::KeyReused);
    }

    async fn one_delivery_at_a_time(bench: &Bench) {
        let (new, first) = bench.order_to_deliver("A-1");
        let order = bench.accept(new).await;
        let add = |key| bench.store.add_deliveries(&order, vec![bench.new_delivery()], key, &Actor::System);
        let refused = add(None).await;
        assert!(matches!(&refused, Err(StoreError::Exists { what }) if what.contains(first.as_str())), "{refused:?}");
        let row = bench.delivery(&first).await;
        bench.store.change_delivery(change(&row, DeliveryState::Refused), None).await.unwrap();
        assert_eq!(add(once("k", &first)).await.unwrap(), Effect::Done(()));
        assert!(matches!(add(once("k", &first)).await.unwrap(), Effect::Replayed { .. }));
        let all = bench.store.deliveries_of(&order).await.unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].id, first);
        assert_eq!(order_state(bench, &order).await, OrderState::Delivering);
        let nobody = bench.store.add_deliveries(&fresh(bench.now()), vec![bench.new_delivery()], None, &Actor::System).await;
        assert!(matches!(nobody, Err(StoreError::NotFound { .. })));
    }

    async fn sixty_four_wishes_make_one_delivery(bench: &Bench) {
        let order = bench.accept(bench.order("A-1")).await;
        let mut callers = Vec::new();
        for _ in 0..64 {
            let (store, order, wanted) = (bench.store.clone(), order.clone(), bench.new_delivery());
            callers.push(tokio::spawn(async move { store.add_deliveries(&order, vec![wanted], None, &Actor::Buyer).await }));
        }
        let mut made = 0;
        for caller in callers {
            match caller.await.unwrap() {
                Ok(_) => made += 1,
                Err(StoreError::Exists { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(made, 1);
    }

    async fn an_order_with_an_invoice_gets_no_second_delivery(bench: &Bench) {
        bench.stock(5, "1000").await;
        let (order, delivery, _) = bench.issued("A-1").await;
        let row = bench.delivery(&delivery).await;
        // WeChat refused the card; the invoice stays.
        bench.store.change_delivery(change(&row, DeliveryState::Failed), None).await.unwrap();
        assert_eq!(order_state(bench, &order).await, OrderState::Invoiced);
        let refused = bench.store.add_deliveries(&order, vec![bench.new_delivery()], None, &Actor::System).await;
        assert!(matches!(refused, Err(StoreError::Exists { .. })), "{refused:?}");
    }

    async fn unanswered_pages_expire(bench: &Bench) {
        let (new, id) = bench.order_to_deliver("A-1");
        let order = bench.accept(new).await;
        let (_, kept) = bench.authorised("A-2").await;
        assert_eq!(bench.store.expire_deliveries(bench.now(), 100).await.unwrap(), 0);
        let later = bench.now() + TimeDelta::days(31);
        assert_eq!(bench.store.expire_deliveries(later, 100).await.unwrap(), 1);
        assert_eq!(bench.delivery(&id).await.state, DeliveryState::Expired);
        assert_eq!(bench.delivery(&kept).await.state, DeliveryState::Authorised);
        assert_eq!(order_state(bench, &order).await, OrderState::Open);
        assert_eq!(bench.actions(&order).await.last().unwrap(), "delivery.expired");
        // An authorisation that arrives late is still one.
        let row = bench.delivery(&id).await;
        bench.store.change_delivery(bench.authorisation(&row), None).await.unwrap();
    }

    async fn a_corrected_title_is_stored_once(bench: &Bench) {
        let (_, id) = bench.authorised("A-1").await;
        let row = bench.delivery(&id).await;
        let mut title = row.raw_title.clone().unwrap();
        title.name = "更正后的名称".to_owned();
        title.override_reason = "营业执照".to_owned();
        let actor = Actor::Staff(fresh(bench.now()));
        bench.store.correct_title(&id, row.version, title.clone(), Vec::new(), &actor).await.unwrap();
        assert_eq!(bench.delivery(&id).await.raw_title, Some(title.clone()));
        let again = bench.store.correct_title(&id, row.version, title, Vec::new(), &actor).await;
        assert!(matches!(again, Err(StoreError::Stale { .. })));
    }

    async fn who_waits_for_a_delivery_is_woken(bench: &Bench) {
        let (new, id) = bench.order_to_deliver("A-1");
        bench.accept(new).await;
        let row = bench.delivery(&id).await;
        let (store, waited_for) = (bench.store.clone(), id.clone());
        let waiting = tokio::spawn(async move {
            let since = Instant::now();
            store.delivery_changed(&waited_for, 20_000).await;
            since.elapsed()
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        bench.store.change_delivery(change(&row, DeliveryState::PageOpened), None).await.unwrap();
        assert!(waiting.await.unwrap() < Duration::from_secs(10));
        let nobody: DeliveryId = fresh(bench.now());
        bench.store.delivery_changed(&nobody, 10).await;
    }

    async fn savepoints_keep_failing_writes_apart(bench: &Bench) {
        let mut rows = Vec::new();
        for at in 0..30 {
            let (new, id) = bench.order_to_deliver(&format!("A-{at}"));
            bench.accept(new).await;
            rows.push(bench.delivery(&id).await);
        }
        let mut callers = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let mut wanted = bench.authorisation(row);
            if at % 3 == 0 {
                wanted.expected_version += 1;
            }
            let store = bench.store.clone();
            callers.push(tokio::spawn(async move { (at, store.change_delivery(wanted, None).await) }));
        }
        for caller in callers {
            let (at, answer) = caller.await.unwrap();
            assert_eq!(answer.is_ok(), at % 3 != 0, "{at}: {answer:?}");
        }
        // Jobs of the failed ones were not queued.
        assert_eq!(bench.store.queue_stats().await.unwrap().waiting, 20);
    }

    async fn a_draft_needs_the_delivery_as_it_was_read(bench: &Bench) {
        let (order, id) = bench.authorised("A-1").await;
        let row = bench.delivery(&id).await;
        let stale = NewInvoice { invoice: bench.invoice_of(&row), delivery_version: 1, warnings: Vec::new() };
        let refused = bench.store.draft_invoice(stale, &Actor::System).await;
        assert!(matches!(refused, Err(StoreError::Stale { .. })));
        let good = NewInvoice { invoice: bench.invoice_of(&row), delivery_version: row.version, warnings: Vec::new() };
        bench.store.draft_invoice(good.clone(), &Actor::System).await.unwrap();
        let again = bench.store.draft_invoice(good.clone(), &Actor::System).await;
        assert!(matches!(again, Err(StoreError::Stale { .. })));
        let drafted = bench.invoice(&good.invoice.id).await;
        assert_eq!(drafted, good.invoice);
        let delivery = bench.delivery(&id).await;
        assert_eq!((delivery.state, delivery.invoice), (DeliveryState::Issuing, Some(good.invoice.id)));
        assert_eq!(bench.actions(&order).await.last().unwrap(), "invoice.drafted");
        assert_eq!(bench.job_kinds().await, ["draft_invoice", "issue_invoice"]);
    }
}
