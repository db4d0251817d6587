//! Numbers and quota as ledgers: fetched once, refilled below their thresholds, turning with the year and the month.

use crate::harness::{Bench, on_both};
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::money::Fen;
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ports::{Issuing, Ledger, Reservation, Setup, StockOutlook},
    records::Seller,
};

on_both! {
    async fn an_unfinished_fetch_is_repeated_as_it_was(bench: &Bench) {
        let ask = |amount| bench.store.stock_request(&bench.seller, "segment", "26", amount);
        let (first, size) = ask(10).await.unwrap();
        assert_eq!((first.len(), size), (32, 10));
        assert_eq!(ask(50).await.unwrap(), (first.clone(), 10));
        let (quota, _) = bench.store.stock_request(&bench.seller, "quota", "2026-12", 5).await.unwrap();
        assert_ne!(quota, first);
        for _ in 0..2 {
            bench.store.add_segment(&first, &bench.seller, 26, "26310000000000000001", "26310000000000000010", 10)
                .await.unwrap();
        }
        assert_eq!(bench.store.numbers_left(&bench.seller, 26).await.unwrap(), 10);
        let (second, size) = ask(50).await.unwrap();
        assert_ne!(second, first);
        assert_eq!(size, 50);
    }

    async fn a_segment_must_hold_what_it_says(bench: &Bench) {
        for (first, last, size) in [
            ("26310000000000000001", "26310000000000000010", 9),
            ("26310000000000000001", "26310000000000000001", 0),
            ("123", "132", 10),
            ("2631000000000000000x", "26310000000000000010", 10),
        ] {
            let refused = bench.store.add_segment("r", &bench.seller, 26, first, last, size).await;
            assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{first} {refused:?}");
        }
        // Another request with numbers that are there already.
        bench.store.add_segment("r-1", &bench.seller, 26, "26310000000000000001", "26310000000000000010", 10).await.unwrap();
        let twice = bench.store
            .add_segment("r-2", &bench.seller, 26, "26310000000000000001", "26310000000000000010", 10).await;
        assert!(matches!(twice, Err(StoreError::Exists { .. })), "{twice:?}");
        let segments = bench.store.segments(&bench.seller).await.unwrap();
        assert_eq!(segments.len(), 1);
        assert_eq!((segments[0].year, segments[0].size, segments[0].taken), (26, 10, 0));
    }

    async fn quota_is_downloaded_once(bench: &Bench) {
        let amount = Fen::parse_yuan("500").unwrap();
        for request in ["q-1", "q-1", "q-2"] {
            bench.store.add_quota(request, &bench.seller, "2026-12", &fapiao_usecases::ports::QuotaGrant::of(amount)).await.unwrap();
        }
        let left = bench.store.quota_left(&bench.seller, "2026-12").await.unwrap();
        assert_eq!(left, Fen::parse_yuan("1000").unwrap());
        assert_eq!(bench.store.quota_left(&bench.seller, "2027-01").await.unwrap(), Fen::ZERO);
        assert_eq!(bench.store.quota_ledger(&bench.seller, 10).await.unwrap().len(), 2);
    }
}

/// Jobs that fill the stock up.
async fn refills(bench: &Bench) -> usize {
    let kinds = bench.job_kinds().await;
    kinds.iter().filter(|it| *it == "refill_stock").count()
}

/// Midnight in Shanghai at the end of 2026.
fn new_year() -> DateTime<Utc> {
    "2026-12-31T16:00:00Z".parse().unwrap()
}

on_both! {
    async fn the_stock_is_refilled_when_it_falls_below_a_threshold_and_not_before(bench: &Bench) {
        bench.set_limits(3, "250").await;
        bench.stock(5, "100000").await;
        let mut ids = Vec::new();
        for at in 0..5 {
            ids.push(bench.drafted(&format!("N-{at}")).await.2);
        }
        // 5 numbers, 3 wanted: the first two leave 4 and 3, the third 2.
        for (at, wanted) in [(0, 0), (1, 0), (2, 1)] {
            bench.store.reserve(&ids[at..=at], bench.now()).await.unwrap();
            assert_eq!(refills(bench).await, wanted, "after {} numbers", at + 1);
        }
        assert_eq!(bench.store.numbers_left(&bench.seller, 26).await.unwrap(), 2);
    }

    async fn the_quota_is_refilled_when_it_falls_below_a_threshold_and_not_before(bench: &Bench) {
        bench.set_limits(1, "250").await;
        bench.stock(50, "450").await;
        let mut ids = Vec::new();
        for at in 0..3 {
            ids.push(bench.drafted(&format!("Q-{at}")).await.2);
        }
        // 100.00 net each: 350 and 250 are enough, 150 is not.
        for (at, wanted) in [(0, 0), (1, 0), (2, 1)] {
            bench.store.reserve(&ids[at..=at], bench.now()).await.unwrap();
            assert_eq!(refills(bench).await, wanted, "after {} invoices", at + 1);
        }
        let mut ledger = bench.store_ledger().await;
        ledger.sort_by(|one, other| other.cmp(one));
        assert_eq!(ledger, ["spend -100.00", "spend -100.00", "spend -100.00", "download 450.00"]);
        let left = bench.store.quota_left(&bench.seller, "2026-12").await.unwrap();
        assert_eq!(left, Fen::parse_yuan("150").unwrap());
    }

    async fn the_ledgers_run_down_to_nothing_and_never_below(bench: &Bench) {
        bench.set_limits(1, "0").await;
        bench.stock(3, "250").await;
        let mut ids = Vec::new();
        for at in 0..3 {
            ids.push(bench.drafted(&format!("E-{at}")).await.2);
        }
        let answers = bench.store.reserve(&ids, bench.now()).await.unwrap();
        let left = Fen::parse_yuan("50").unwrap();
        assert!(matches!(answers[1], Reservation::Reserved { .. }));
        assert_eq!(answers[2], Reservation::NoQuota { left });
        // What found no quota took no number either.
        assert_eq!(bench.store.numbers_left(&bench.seller, 26).await.unwrap(), 1);
        bench.store.add_quota("q-more", &bench.seller, "2026-12", &fapiao_usecases::ports::QuotaGrant::of(left)).await.unwrap();
        bench.store.reserve(&ids, bench.now()).await.unwrap();
        assert_eq!(bench.store.numbers_left(&bench.seller, 26).await.unwrap(), 0);
        assert_eq!(bench.store.quota_left(&bench.seller, "2026-12").await.unwrap(), Fen::ZERO);
        let segments = bench.store.segments(&bench.seller).await.unwrap();
        assert_eq!((segments[0].taken, segments[0].size), (3, 3));
        let ledger = bench.store.quota_ledger(&bench.seller, 100).await.unwrap();
        assert_eq!(ledger.iter().map(|it| it.amount.get()).sum::<i64>(), 0, "the ledger is the balance");
    }

    async fn at_midnight_in_shanghai_year_and_month_turn_together(bench: &Bench) {
        bench.set_limits(1, "0").await;
        bench.stock(10, "1000").await;
        let mut ids = Vec::new();
        for at in 0..4 {
            ids.push(bench.drafted(&format!("Y-{at}")).await.2);
        }
        let last = new_year() - TimeDelta::milliseconds(1);
        bench.store.reserve(&ids[..1], last).await.unwrap();
        assert_eq!(bench.invoice(&ids[0]).await.identity.unwrap().number(), "26310000000000001000");
        // One millisecond later nine numbers and ¥900 of the old year are of no use.
        let answers = bench.store.reserve(&ids[1..], new_year()).await.unwrap();
        assert!(answers.iter().all(|it| *it == Reservation::NoNumber), "{answers:?}");
        assert_eq!(refills(bench).await, 1);
        // Numbers of the new year without its quota, and then both.
        bench.store
            .add_segment("s-27", &bench.seller, 27, "27310000000000000001", "27310000000000000010", 10)
            .await.unwrap();
        let answers = bench.store.reserve(&ids[1..2], new_year()).await.unwrap();
        assert_eq!(answers, [Reservation::NoQuota { left: Fen::ZERO }]);
        let amount = Fen::parse_yuan("500").unwrap();
        bench.store.add_quota("q-27", &bench.seller, "2027-01", &fapiao_usecases::ports::QuotaGrant::of(amount)).await.unwrap();
        bench.store.reserve(&ids[1..], new_year()).await.unwrap();
        for (at, number) in [(1, "27310000000000000001"), (2, "27310000000000000002"), (3, "27310000000000000003")] {
            let row = bench.invoice(&ids[at]).await;
            assert_eq!(row.identity.unwrap().number(), number);
            assert_eq!(row.issued_at, Some(new_year()));
        }
        // An invoice of the old year that is still on its way keeps its number and its time.
        let again = bench.store.reserve(&ids[..1], new_year() + TimeDelta::hours(1)).await.unwrap();
        assert!(matches!(&again[0], Reservation::Reserved { identity, issued_at }
            if identity.number() == "26310000000000001000" && *issued_at == last));
        assert_eq!(bench.store.numbers_left(&bench.seller, 26).await.unwrap(), 9);
        assert_eq!(bench.store.numbers_left(&bench.seller, 27).await.unwrap(), 7);
    }

    async fn after_a_move_the_numbers_of_the_former_province_stay_unused(bench: &Bench) {
        bench.set_limits(1, "0").await;
        bench.stock(10, "1000").await;
        let mut ids = Vec::new();
        for at in 0..3 {
            ids.push(bench.drafted(&format!("P-{at}")).await.2);
        }
        bench.store.reserve(&ids[..1], bench.now()).await.unwrap();
        // Asked for before the move, answered after it.
        let (late, _) = bench.store.stock_request(&bench.seller, "segment", "26", 10).await.unwrap();
        let seller = bench.store.seller(&bench.seller).await.unwrap().unwrap();
        let moved = Seller { province: "33".to_owned(), ..seller.clone() };
        bench.store.save_seller(&moved, &Actor::CommandLine).await.unwrap();
        assert_eq!(refills(bench).await, 1, "others are asked for");
        bench.store.add_segment(&late, &bench.seller, 26, "26310000000000005001", "26310000000000005010", 10).await.unwrap();
        assert_eq!(bench.store.numbers_left(&bench.seller, 26).await.unwrap(), 0);
        let answers = bench.store.reserve(&ids[1..2], bench.now()).await.unwrap();
        assert_eq!(answers, [Reservation::NoNumber]);
        let (next, _) = bench.store.stock_request(&bench.seller, "segment", "26", 10).await.unwrap();
        assert_ne!(next, late, "the former fetch is not repeated");
        bench.store.add_segment(&next, &bench.seller, 26, "26330000000000000001", "26330000000000000010", 10).await.unwrap();
        bench.store.reserve(&ids[1..2], bench.now()).await.unwrap();
        let row = bench.invoice(&ids[1]).await;
        assert_eq!(row.identity.unwrap().number(), "26330000000000000001");
        assert_eq!(row.province, "33", "drafted before the move, issued after it");
        assert_eq!(bench.invoice(&ids[0]).await.province, "31");
        // Back again: what was closed stays closed.
        let back = Seller { version: moved.version + 1, ..seller };
        bench.store.save_seller(&back, &Actor::CommandLine).await.unwrap();
        assert_eq!(bench.store.numbers_left(&bench.seller, 26).await.unwrap(), 0);
        let segments = bench.store.segments(&bench.seller).await.unwrap();
        assert_eq!(segments.len(), 3);
        assert!(segments.iter().all(|it| it.closed_at.is_some()), "{segments:?}");
        let lines = bench.store.audit(None, 100).await.unwrap().rows;
        let closings = lines.iter().filter(|it| it.action == "stock.segment_closed");
        assert_eq!(closings.count(), 3);
    }

    async fn what_is_left_of_a_months_quota_lapses_with_a_line(bench: &Bench) {
        bench.stock(10, "1000").await;
        let (_, _, id) = bench.drafted("L-1").await;
        bench.store.reserve(&[id], bench.now()).await.unwrap();
        let amount = Fen::parse_yuan("700").unwrap();
        bench.store.add_quota("q-27", &bench.seller, "2027-01", &fapiao_usecases::ports::QuotaGrant::of(amount)).await.unwrap();
        assert_eq!(bench.store.end_quota("2026-12").await.unwrap(), 0, "its month runs");
        assert_eq!(bench.store.end_quota("2027-01").await.unwrap(), 1);
        assert_eq!(bench.store.end_quota("2027-01").await.unwrap(), 0, "once");
        assert_eq!(bench.store.quota_left(&bench.seller, "2026-12").await.unwrap(), Fen::ZERO);
        assert_eq!(bench.store.quota_left(&bench.seller, "2027-01").await.unwrap(), amount);
        let ledger = bench.store.quota_ledger(&bench.seller, 100).await.unwrap();
        let old: Vec<(&str, String)> = ledger
            .iter()
            .filter(|it| it.month == "2026-12")
            .map(|it| (it.kind.as_str(), it.amount.to_string()))
            .collect();
        assert!(old.contains(&("end", "-900.00".to_owned())), "{old:?}");
        let lapsed = bench.store.audit(None, 10).await.unwrap();
        assert!(lapsed.rows.iter().any(|it| it.action == "stock.quota_ended"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_balance_that_is_not_its_ledger_is_found() {
    let bench = Bench::sqlite().await;
    bench.stock(10, "1000").await;
    bench
        .tamper("UPDATE quota_balances SET balance = balance + 1")
        .await
        .unwrap();
    let found: Vec<String> = bench
        .store
        .verify()
        .await
        .unwrap()
        .into_iter()
        .flat_map(|it| it.found)
        .collect();
    assert!(
        found
            .iter()
            .any(|it| it.contains("ledger and balance differ")),
        "{found:?}"
    );
    // The ledger itself cannot be rewritten.
    for statement in [
        "UPDATE quota_ledger SET amount = 1",
        "DELETE FROM quota_ledger",
    ] {
        assert!(bench.tamper(statement).await.is_err(), "{statement}");
    }
    bench.drop_unsound().await;
}
