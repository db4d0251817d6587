//! Two at the same moment. PostgreSQL lets them run side by side, SQLite one after the other: so the order of events is
//! forced on PostgreSQL, by a transaction that holds a row until the store's own one waits for it.

use crate::harness::{Bench, change};
use fapiao_domain::{
    delivery::DeliveryState, ids::OrderId, money::Fen, order::OrderState, totals::Totals,
};
use fapiao_store::Store;
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ids::fresh,
    ports::{
        Access, Attachment, Claims, DifferenceKind, Finding, Findings, MonthBooks, MonthCheck,
        MonthDifference, MonthFigures, MonthState, NewDelivery, Period, Reconciliations, Sales,
        Scope, StaffSaved,
    },
    records::{ClaimState, OrderPart, PaymentClaim, Role, Staff},
};
use sea_orm::{ConnectionTrait, DatabaseTransaction, TransactionTrait};
use std::{future::Future, time::Duration};
use tokio::task::JoinHandle;

/// Makes a test that needs writers side by side.
macro_rules! on_postgres {
    ($(async fn $name:ident($bench:ident: &Bench) $body:block)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let Some(bench) = Bench::postgres().await else {
                return;
            };
            async fn body($bench: &Bench) $body
            body(&bench).await;
            bench.close().await;
        }
    )*};
}

/// A transaction past the store that has run some statements and stays open.
async fn meanwhile(bench: &Bench, statements: &[String]) -> DatabaseTransaction {
    let open = bench.raw().await.begin().await.unwrap();
    for statement in statements {
        open.execute_unprepared(statement).await.unwrap();
    }
    open
}

/// Begins something on a store and returns once it waits for a row that `open` holds.
async fn waits<T: Send + 'static>(
    bench: &Bench,
    store: Store,
    act: impl FnOnce(Store) -> std::pin::Pin<Box<dyn Future<Output = T> + Send>> + Send + 'static,
) -> JoinHandle<T> {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                   AND wait_event_type = 'Lock'";
    let before = bench.ask(waiting).await;
    let task = tokio::spawn(async move { act(store).await });
    for _ in 0..4000 {
        if bench.ask(waiting).await > before {
            return task;
        }
        assert!(!task.is_finished(), "it did not wait");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it neither ended nor waited");
}

/// A delivery that brings one half of an order.
pub(crate) fn half(bench: &Bench, no: u32) -> NewDelivery {
    let fen = |yuan| Fen::parse_yuan(yuan).unwrap();
    NewDelivery {
        part: Some(OrderPart {
            no,
            of: 2,
            totals: Totals {
                amount: fen("50"),
                tax: fen("6.5"),
                total: fen("56.5"),
            },
            lines: Vec::new(),
        }),
        ..bench.new_delivery()
    }
}

fn person(bench: &Bench, login: &str, role: Role) -> Staff {
    Staff {
        id: fresh(bench.now()),
        login: login.to_owned(),
        name: login.to_owned(),
        email: String::new(),
        password_hash: "$argon2id$1".to_owned(),
        role,
        store: None,
        language: "zh".to_owned(),
        disabled: false,
        last_sign_in_at: None,
        version: 1,
    }
}

fn locked(person: &Staff) -> Staff {
    Staff {
        disabled: true,
        ..person.clone()
    }
}

async fn state_of(bench: &Bench, order: &OrderId) -> OrderState {
    let found = bench.store.order(&Scope::All, order).await.unwrap();
    found.unwrap().state
}

on_postgres! {
    async fn an_order_follows_two_parts_that_end_at_the_same_moment(bench: &Bench) {
        let mut new = bench.order("A-1");
        new.deliveries = vec![half(bench, 1), half(bench, 2)];
        let ids: Vec<_> = new.deliveries.iter().map(|it| it.id.clone()).collect();
        let order = bench.accept(new).await;
        assert_eq!(state_of(bench, &order).await, OrderState::Delivering);
        // Both parts end in transactions of their own, and both wait for the order.
        let held = meanwhile(bench, &[format!("SELECT id FROM orders WHERE id = '{order}' FOR UPDATE")]).await;
        let mut ends = Vec::new();
        for (store, id) in [(bench.store.clone(), &ids[0]), (bench.another().await, &ids[1])] {
            let end = change(&bench.delivery(id).await, DeliveryState::Refused);
            ends.push(waits(bench, store, |store| {
                Box::pin(async move { store.change_delivery(end, None).await })
            }).await);
        }
        held.commit().await.unwrap();
        for end in ends {
            end.await.unwrap().unwrap();
        }
        // Nothing is under way any more, and nobody would come back to say so.
        assert_eq!(state_of(bench, &order).await, OrderState::Open);
    }

    async fn of_two_owners_who_lock_each_other_out_one_stays(bench: &Bench) {
        let (one, two) = (person(bench, "one", Role::Owner), person(bench, "two", Role::Owner));
        for it in [&one, &two] {
            assert_eq!(bench.store.save_staff(it, &Actor::CommandLine).await.unwrap(), StaffSaved::Done);
        }
        let first = meanwhile(bench, &[
            "SELECT id FROM staff ORDER BY id FOR UPDATE".to_owned(),
            format!("UPDATE staff SET disabled = TRUE, version = version + 1 WHERE id = '{}'", one.id),
        ]).await;
        let other = locked(&two);
        let second = waits(bench, bench.store.clone(), |store| {
            Box::pin(async move { store.save_staff(&other, &Actor::CommandLine).await })
        }).await;
        first.commit().await.unwrap();
        assert_eq!(second.await.unwrap().unwrap(), StaffSaved::LastOwner);
        assert!(!bench.store.staff_by_id(&two.id).await.unwrap().unwrap().disabled);
    }

    async fn two_who_begin_a_comparison_at_once_share_one(bench: &Bench) {
        let other = bench.another().await;
        let mut begun = Vec::new();
        for turn in 0..12 {
            let store = if turn % 2 == 0 { bench.store.clone() } else { other.clone() };
            let id = fresh(bench.now());
            begun.push(tokio::spawn(async move {
                store.begin_reconciliation(&id, "staff", &Actor::System).await.unwrap()
            }));
        }
        let mut runs = std::collections::BTreeSet::new();
        for it in begun {
            runs.insert(it.await.unwrap());
        }
        assert_eq!(runs.len(), 1);
        assert_eq!(bench.ask("SELECT count(*) FROM reconciliations").await, 1);
    }

    async fn a_broken_promise_is_told_once_however_many_nodes_look(bench: &Bench) {
        let (order, delivery) = bench.authorised("A-1").await;
        let late = bench.now() + chrono::TimeDelta::days(9);
        let first = meanwhile(bench, &[
            format!("UPDATE deliveries SET overdue_at = {} WHERE id = '{delivery}'", late.timestamp_millis()),
        ]).await;
        let second = waits(bench, bench.another().await, move |store| {
            Box::pin(async move { store.note_overdue(late, 100).await })
        }).await;
        first.commit().await.unwrap();
        assert_eq!(second.await.unwrap().unwrap(), 0);
        assert!(!bench.actions(&order).await.contains(&"delivery.overdue".to_owned()));
    }
}

/// The agreement is written past the store, so that the ledger's own rules are not asked about it afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyer_who_agrees_is_not_passed_over_by_a_payment_receipt() {
    let Some(bench) = Bench::postgres().await else {
        return;
    };
    let (new, delivery) = bench.order_to_deliver("A-1");
    let order = bench.accept(new).await;
    let claim = PaymentClaim {
        id: fresh(bench.now()),
        account: bench.account.clone(),
        platform_id: "platform".to_owned(),
        wechat_order_id: "4200001".to_owned(),
        raw_title: None,
        authorised_at: bench.now(),
        state: ClaimState::Open,
        note: String::new(),
        order: None,
        delivery: None,
        created_at: bench.now(),
        version: 1,
    };
    bench.store.add_claim(&claim).await.unwrap();
    let agrees = meanwhile(
        &bench,
        &[format!(
            "UPDATE deliveries SET state = 'authorised', authorised_at = 1, version = version + 1 WHERE id = '{delivery}'"
        )],
    )
    .await;
    let attachment = Attachment {
        claim,
        order: order.clone(),
        delivery: bench.new_delivery(),
        others: Vec::new(),
        due_at: bench.now(),
        then: Vec::new(),
        actor: Actor::System,
    };
    let receipt = waits(&bench, bench.store.clone(), |store| {
        Box::pin(async move { store.attach_claim(&attachment).await })
    })
    .await;
    agrees.commit().await.unwrap();
    let refused = receipt.await.unwrap();
    assert!(
        matches!(&refused, Err(StoreError::Exists { what }) if what.contains("under way")),
        "{refused:?}"
    );
    let row = bench.delivery(&delivery).await;
    assert_eq!((row.state, row.version), (DeliveryState::Authorised, 2));
    assert_eq!(bench.store.deliveries_of(&order).await.unwrap().len(), 1);
    bench.drop_unsound().await;
}

fn compared(bench: &Bench, state: MonthState, version: i64) -> MonthCheck {
    MonthCheck {
        seller: bench.seller.clone(),
        month: "2026-11".to_owned(),
        state,
        ours: MonthFigures::default(),
        theirs: Some(MonthFigures::default()),
        differences: Vec::new(),
        more: 0,
        more_of: Vec::new(),
        trouble: String::new(),
        checked_at: Some(bench.now()),
        confirmed_at: None,
        confirmed_by: String::new(),
        version,
    }
}

crate::harness::on_both! {
    async fn the_overview_counts_also_what_a_month_does_not_list(bench: &Bench) {
        let store = &bench.store;
        let mut check = compared(bench, MonthState::Differs, 0);
        check.differences = vec![MonthDifference {
            kind: DifferenceKind::MissingHere,
            invoice: String::new(),
            code: String::new(),
            number: "26317000000000000001".to_owned(),
            issued_at: bench.now().timestamp_millis(),
            here: None,
            there: Some((10_000, 1_300)),
            said: String::new(),
        }];
        check.more = 12;
        check.more_of = vec![(DifferenceKind::MissingHere, 5), (DifferenceKind::MissingThere, 7)];
        store.save_month(&check).await.unwrap();
        assert_eq!(store.months(&bench.seller).await.unwrap()[0].more_of, check.more_of);
        let from = "2026-10-31T16:00:00Z".parse().unwrap();
        let until = "2026-11-30T16:00:00Z".parse().unwrap();
        let period = Period { seller: None, from, until };
        let counts = store.finding_counts(&Scope::All, &period).await.unwrap();
        let count = |finding| counts.iter().find(|it| it.finding == finding).unwrap().count;
        assert_eq!((count(Finding::TheirsOnly), count(Finding::MissingThere)), (6, 7));
        assert_eq!((count(Finding::TaxAmount), count(Finding::MonthDiffers)), (0, 1));
    }

    async fn a_slow_comparison_does_not_undo_a_confirmation(bench: &Bench) {
        let store = &bench.store;
        let month = async || store.month(&bench.seller, "2026-11").await.unwrap().unwrap();
        store.save_month(&compared(bench, MonthState::Differs, 0)).await.unwrap();
        let began = month().await;
        store.save_month(&compared(bench, MonthState::Matches, began.version)).await.unwrap();
        store.note_confirmation(&bench.seller, "2026-11", true, &Actor::CommandLine).await.unwrap();
        let confirmed = month().await;
        assert_eq!(confirmed.state, MonthState::Confirmed);
        // One that began before comes back at last.
        store.save_month(&compared(bench, MonthState::Matches, began.version)).await.unwrap();
        assert_eq!(month().await, confirmed);
        let standing = store.month_standing(&bench.seller, "2026-11").await.unwrap();
        assert_eq!(standing, Some((MonthState::Confirmed, Some(bench.now()))));
        store.save_month(&compared(bench, MonthState::Closed, confirmed.version)).await.unwrap();
        assert_eq!(month().await.state, MonthState::Closed);
        assert_eq!(store.month_standing(&bench.seller, "2026-10").await.unwrap(), None);
    }
}
