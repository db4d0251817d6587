//! Fetching numbers and quota: a lost answer is asked for again under the same request.

use crate::harness::on_both;
use fapiao_domain::money::Fen;
use fapiao_usecases::{
    errors::StoreError,
    ports::{Issuing, Ledger},
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
            bench.store.add_quota(request, &bench.seller, "2026-12", amount).await.unwrap();
        }
        let left = bench.store.quota_left(&bench.seller, "2026-12").await.unwrap();
        assert_eq!(left, Fen::parse_yuan("1000").unwrap());
        assert_eq!(bench.store.quota_left(&bench.seller, "2027-01").await.unwrap(), Fen::ZERO);
        assert_eq!(bench.store.quota_ledger(&bench.seller, 10).await.unwrap().len(), 2);
    }
}
