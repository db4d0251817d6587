//! Quota that goes back, ends early, or comes back from what was refused: each once, whoever asks how often.

use crate::harness::{Bench, on_both};
use fapiao_domain::{ids::InvoiceId, invoice::InvoiceState, money::Fen};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ports::{
        Issuing, QuotaGrant, QuotaReturned, QuotaTerms, Reservation, StockOutlook, UploadOutcome,
    },
};
use serde_json::json;

const MONTH: &str = "2026-12";

fn yuan(text: &str) -> Fen {
    Fen::parse_yuan(text).unwrap()
}

async fn left(bench: &Bench) -> Fen {
    bench.store.quota_left(&bench.seller, MONTH).await.unwrap()
}

async fn give_back(bench: &Bench, amount: &str) -> Result<(), StoreError> {
    let (amount, who) = (yuan(amount), Actor::CommandLine);
    bench
        .store
        .begin_quota_return(&bench.seller, MONTH, amount, &who)
        .await
}

async fn record(bench: &Bench, said: &[(InvoiceId, UploadOutcome)]) {
    bench.store.record_outcomes(said, json!({})).await.unwrap();
}

fn refused() -> UploadOutcome {
    UploadOutcome::Refused {
        reason: "no".to_owned(),
    }
}

const UNKNOWN: UploadOutcome = UploadOutcome::Unknown { again: false };

/// An invoice of 100.00 net with its number.
async fn reserved(bench: &Bench, number: &str) -> InvoiceId {
    let (_, _, id) = bench.drafted(number).await;
    let ids = std::slice::from_ref(&id);
    let answers = bench.store.reserve(ids, bench.now()).await.unwrap();
    assert!(matches!(answers[0], Reservation::Reserved { .. }));
    id
}

on_both! {
    async fn a_return_leaves_the_balance_at_once_and_only_one_is_under_way(bench: &Bench) {
        bench.stock(5, "1000").await;
        assert!(matches!(give_back(bench, "1000.01").await, Err(StoreError::Stale { .. })));
        give_back(bench, "400").await.unwrap();
        assert_eq!(left(bench).await, yuan("600"));
        assert!(matches!(give_back(bench, "1").await, Err(StoreError::Exists { .. })));
        assert!(bench.job_kinds().await.contains(&"return_quota".to_owned()));
        let open = bench.store.open_quota_return(&bench.seller).await.unwrap().unwrap();
        assert_eq!((open.amount, open.month.as_str(), open.request.len()), (yuan("400"), MONTH, 32));
        for outcome in [QuotaReturned::Taken, QuotaReturned::Refused("late".to_owned())] {
            bench.store.close_quota_return(&open.request, &outcome).await.unwrap();
        }
        assert_eq!(left(bench).await, yuan("600"), "what was taken does not come back");
        let mut ledger = bench.store_ledger().await;
        ledger.sort();
        assert_eq!(ledger, ["download 1000.00", "sent_back -400.00"]);
        assert_eq!(bench.store.open_quota_return(&bench.seller).await.unwrap(), None);
        // Another may follow, and is refused: it comes back once.
        give_back(bench, "600").await.unwrap();
        assert_eq!(left(bench).await, Fen::ZERO);
        let open = bench.store.open_quota_return(&bench.seller).await.unwrap().unwrap();
        for outcome in [QuotaReturned::Refused("no".to_owned()), QuotaReturned::Refused("no".to_owned()), QuotaReturned::Taken] {
            bench.store.close_quota_return(&open.request, &outcome).await.unwrap();
        }
        assert_eq!(left(bench).await, yuan("600"));
    }

    async fn of_two_who_send_back_and_issue_at_once_nobody_gets_what_is_not_there(bench: &Bench) {
        bench.stock(20, "1000").await;
        let other = bench.another().await;
        let mut ids = Vec::new();
        for at in 0..8 {
            ids.push(bench.drafted(&format!("Q-{at}")).await.2);
        }
        let (seller, who, at) = (bench.seller.clone(), Actor::CommandLine, bench.now());
        let (answers, mine, theirs) = tokio::join!(
            bench.store.reserve(&ids, at),
            bench.store.begin_quota_return(&seller, MONTH, yuan("300"), &who),
            other.begin_quota_return(&seller, MONTH, yuan("300"), &who),
        );
        let taken = answers.unwrap().iter().filter(|it| matches!(it, Reservation::Reserved { .. })).count();
        let sent = [mine.is_ok(), theirs.is_ok()].iter().filter(|it| **it).count();
        assert!(sent <= 1, "{mine:?} {theirs:?}");
        let expected = 100_000 - 10_000 * i64::try_from(taken).unwrap() - 30_000 * i64::try_from(sent).unwrap();
        assert_eq!(left(bench).await.get(), expected);
    }

    async fn what_was_refused_comes_back_once_however_often_it_changes(bench: &Bench) {
        bench.stock(5, "150").await;
        let id = reserved(bench, "R-1").await;
        let (_, _, waiting) = bench.drafted("R-2").await;
        let ids = std::slice::from_ref(&waiting);
        let blocked = bench.store.reserve(ids, bench.now()).await.unwrap();
        assert_eq!(blocked, [Reservation::NoQuota { left: yuan("50") }]);
        let receipt = std::slice::from_ref(&id);
        bench.store.record_upload(&bench.seller, "receipt", receipt, 0).await.unwrap();
        record(bench, &[(id.clone(), refused())]).await;
        assert_eq!(left(bench).await, yuan("150"));
        assert_eq!(bench.invoice(&waiting).await.state, InvoiceState::Ready, "it wakes who waits for quota");
        // The same again, and turns within one set.
        record(bench, &[(id.clone(), refused())]).await;
        assert_eq!(left(bench).await, yuan("150"));
        record(bench, &[(id.clone(), UNKNOWN), (id.clone(), refused()), (id.clone(), UNKNOWN)]).await;
        assert_eq!(left(bench).await, yuan("50"));
        record(bench, &[(id.clone(), refused())]).await;
        assert_eq!(left(bench).await, yuan("150"));
        // Handed over once more although it was refused: taken again, and spent when it is issued after all.
        bench.store.record_upload(&bench.seller, "second", receipt, 0).await.unwrap();
        assert_eq!(left(bench).await, yuan("50"));
        record(bench, &[(id.clone(), UploadOutcome::Issued)]).await;
        assert_eq!(left(bench).await, yuan("50"));
        assert_eq!(bench.invoice(&id).await.state, InvoiceState::Issued);
    }

    async fn a_refused_invoice_takes_again_no_more_than_is_left(bench: &Bench) {
        bench.stock(5, "150").await;
        let id = reserved(bench, "R-1").await;
        bench.store.record_upload(&bench.seller, "receipt", std::slice::from_ref(&id), 0).await.unwrap();
        record(bench, &[(id.clone(), refused())]).await;
        reserved(bench, "R-2").await;
        assert_eq!(left(bench).await, yuan("50"));
        record(bench, &[(id.clone(), UNKNOWN)]).await;
        assert_eq!(left(bench).await, Fen::ZERO);
        record(bench, &[(id.clone(), refused())]).await;
        assert_eq!(left(bench).await, yuan("50"));
        // Of an ended month nothing is left to be taken, and what comes back then ends, too.
        assert_eq!(bench.store.end_quota("2027-01").await.unwrap(), 1);
        record(bench, &[(id.clone(), UNKNOWN), (id.clone(), refused())]).await;
        assert_eq!(left(bench).await, Fen::ZERO);
    }

    async fn quota_whose_last_day_is_over_holds_until_it_is_extended(bench: &Bench) {
        bench.stock(5, "1000").await;
        let day = |ahead: i64| {
            fapiao_usecases::calendar::day(bench.now() + chrono::TimeDelta::days(ahead))
        };
        assert_eq!(bench.store.quota_until(&bench.seller, MONTH).await.unwrap(), "");
        let grant = QuotaGrant { amount: yuan("1"), until: day(-1) };
        bench.store.add_quota("early", &bench.seller, MONTH, &grant).await.unwrap();
        let (_, _, id) = bench.drafted("L-1").await;
        let ids = std::slice::from_ref(&id);
        let answers = bench.store.reserve(ids, bench.now()).await.unwrap();
        assert_eq!(answers, [Reservation::QuotaLapsed { until: day(-1) }]);
        let held = bench.invoice(&id).await;
        assert_eq!((held.state, held.reason.as_str()), (InvoiceState::Blocked, "quota_lapsed"));
        assert_eq!(bench.store.numbers_left(&bench.seller, 26).await.unwrap(), 5);
        assert_eq!(left(bench).await, yuan("1001"));
        // An earlier day changes nothing; today is within the term.
        bench.store.extend_quota(&bench.seller, MONTH, &day(-2)).await.unwrap();
        assert_eq!(bench.store.quota_until(&bench.seller, MONTH).await.unwrap(), day(-1));
        bench.store.extend_quota(&bench.seller, MONTH, &day(0)).await.unwrap();
        assert_eq!(bench.invoice(&id).await.state, InvoiceState::Ready);
        let answers = bench.store.reserve(ids, bench.now()).await.unwrap();
        assert!(matches!(answers[0], Reservation::Reserved { .. }));
        // What is downloaded later with an earlier end does not shorten it.
        let grant = QuotaGrant { amount: yuan("1"), until: day(-1) };
        bench.store.add_quota("later", &bench.seller, MONTH, &grant).await.unwrap();
        assert_eq!(bench.store.quota_until(&bench.seller, MONTH).await.unwrap(), day(0));
    }
}

/// What `verify` finds after a change past the store.
async fn found_after(bench: &Bench, statement: &str) -> Vec<String> {
    bench
        .tamper("DROP TRIGGER quota_ledger_kept_delete")
        .await
        .unwrap();
    bench.tamper(statement).await.unwrap();
    bench.check("I16").await.found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_that_gave_nothing_back_is_found() {
    let bench = Bench::sqlite().await;
    bench.stock(5, "1000").await;
    let id = reserved(&bench, "R-1").await;
    record(&bench, &[(id.clone(), refused())]).await;
    assert_eq!(bench.check("I16").await.found, Vec::<String>::new());
    let found = found_after(&bench, "DELETE FROM quota_ledger WHERE kind = 'refused'").await;
    assert!(
        found
            .iter()
            .any(|it| it.contains("is refused and did not give back")),
        "{found:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_return_whose_line_vanished_is_found() {
    let bench = Bench::sqlite().await;
    bench.stock(5, "1000").await;
    give_back(&bench, "10").await.unwrap();
    assert_eq!(bench.check("I16").await.found, Vec::<String>::new());
    let found = found_after(&bench, "DELETE FROM quota_ledger WHERE kind = 'sent_back'").await;
    assert!(
        found
            .iter()
            .any(|it| it.contains("of quota is open: the ledger says otherwise")),
        "{found:?}"
    );
}
