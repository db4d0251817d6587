//! Pushes: stored once for ever, with their job.

use crate::harness::{Bench, on_both};
use fapiao_usecases::{
    errors::StoreError,
    ids::fresh,
    jobs::{FinishedJob, Job, JobEnd},
    ports::{Inbox, JobQueue, NewPush, PushEnd, Recorded, Setup, Unproved},
};
use std::time::Duration;

pub(crate) fn push(bench: &Bench, key: &str) -> NewPush {
    NewPush {
        id: fresh(bench.now()),
        account: bench.account.clone(),
        dedup_key: key.to_owned(),
        event: "user_authorize_invoice".to_owned(),
        plain: "<xml/>".to_owned(),
        raw_query: String::new(),
        raw_body: String::new(),
    }
}

on_both! {
    async fn a_push_is_stored_once_with_one_job(bench: &Bench) {
        let first = push(bench, "a");
        let answers = bench.store
            .record_pushes(vec![first.clone(), push(bench, "a"), push(bench, "b")]).await.unwrap();
        assert_eq!(answers, [Recorded::New, Recorded::AlreadyKnown, Recorded::New]);
        assert_eq!(bench.store.record_pushes(vec![push(bench, "a")]).await.unwrap(), [Recorded::AlreadyKnown]);
        let stored = bench.store.push(&first.id).await.unwrap().unwrap();
        assert_eq!((stored.seen, stored.state.as_str(), stored.verdict.as_str()), (3, "stored", "accepted"));
        assert_eq!(stored.received_at, bench.now());
        assert_eq!(bench.store.queue_stats().await.unwrap().waiting, 2);
        let account = bench.store.account(&bench.account).await.unwrap().unwrap();
        assert_eq!((account.last_push_at, account.version), (Some(bench.now()), 1));
    }

    async fn a_hundred_repetitions_at_once_are_one_push(bench: &Bench) {
        let other = bench.another().await;
        let mut callers = Vec::new();
        for at in 0..100 {
            let store = if at % 2 == 0 { bench.store.clone() } else { other.clone() };
            let push = push(bench, "same");
            callers.push(tokio::spawn(async move { store.record_pushes(vec![push]).await.unwrap()[0] }));
        }
        let mut new = 0;
        for caller in callers {
            new += u32::from(caller.await.unwrap() == Recorded::New);
        }
        assert_eq!(new, 1);
        assert_eq!(bench.ask("SELECT seen FROM pushes").await, 100);
        assert_eq!(bench.ask("SELECT count(*) FROM jobs").await, 1);
    }

    async fn an_outcome_is_noted(bench: &Bench) {
        let first = push(bench, "a");
        bench.store.record_pushes(vec![first.clone()]).await.unwrap();
        let claimed = bench.store.claim("w", 10, 60).await.unwrap();
        assert_eq!(claimed[0].job, Job::HandlePush(first.id.clone()));
        bench.store.record_push_outcome(&first.id, &PushEnd::new("handled", "authorised")).await.unwrap();
        bench.store.finish(vec![FinishedJob { id: claimed[0].id.clone(), fence: claimed[0].fence, end: JobEnd::Done }])
            .await.unwrap();
        let stored = bench.store.push(&first.id).await.unwrap().unwrap();
        assert_eq!((stored.state.as_str(), stored.outcome.as_str()), ("handled", "authorised"));
        let unknown = bench.store.record_push_outcome(&fresh(bench.now()), &PushEnd::new("handled", "")).await;
        assert!(matches!(unknown, Err(StoreError::NotFound { .. })));
    }

    async fn what_nothing_proves_is_warned_of_once_each_and_not_without_end(bench: &Bench) {
        let unproved = PushEnd {
            unproved: Some(Unproved { named: "dlv_unknown".to_owned(), order: None }),
            ..PushEnd::new("ignored", "there is no delivery dlv_unknown")
        };
        let pushes: Vec<_> = (0..2100).map(|at| push(bench, &format!("k{at}"))).collect();
        bench.store.record_pushes(pushes.clone()).await.unwrap();
        let mut ends = tokio::task::JoinSet::new();
        for push in pushes {
            let (store, end) = (bench.store.clone(), unproved.clone());
            ends.spawn(async move { store.record_push_outcome(&push.id, &end).await.unwrap() });
        }
        ends.join_all().await;
        let own = bench.ask("SELECT count(*) FROM audit_entries WHERE action = 'push.unproved'").await;
        assert!((2000..2060).contains(&own), "{own}");
        let counted = bench.ask("SELECT count(*) FROM audit_entries WHERE action = 'push.unproved_many'").await;
        assert!((1..5).contains(&counted), "{counted}");
        assert_eq!(bench.ask("SELECT count(*) FROM pushes WHERE state = 'ignored'").await, 2100);
    }

    async fn refused_pushes_are_noted_sparingly(bench: &Bench) {
        let body = "税".repeat(5000);
        for _ in 0..50 {
            bench.store.record_refused(Some(&bench.account), "wrong signature", "signature=1", &body).await.unwrap();
        }
        bench.store.record_refused(None, "no such app", "", "a\0b").await.unwrap();
        let page = bench.store.pushes(None, None, 100).await.unwrap();
        assert!((1..20).contains(&page.rows.len()), "{}", page.rows.len());
        let of = |verdict: &str| page.rows.iter().find(|it| it.verdict == verdict).unwrap();
        let noted = of("wrong signature");
        assert_eq!(noted.state, "refused");
        // Another kind of trouble is not hidden by the flood.
        assert_eq!(of("no such app").state, "refused");
        assert!((4000..=4096).contains(&noted.raw_body.len()) && noted.raw_cut && noted.plain.is_empty());
        assert_eq!(noted.raw_query, "signature=1");
        assert_eq!(bench.ask("SELECT count(*) FROM audit_entries WHERE action = 'push.refused'").await, 2);
        assert_eq!(bench.ask("SELECT count(*) FROM jobs").await, 0);
    }

    async fn a_kept_push_has_its_verdict_and_one_effect(bench: &Bench) {
        let first = push(bench, "a");
        bench.store.record_pushes(vec![first.clone(), push(bench, "b")]).await.unwrap();
        bench.store.record_refused(None, "no such app", "", "").await.unwrap();
        bench.store.record_push_outcome(&first.id, &PushEnd::new("handled", "authorised")).await.unwrap();
        let check = bench.check("I7b").await;
        assert_eq!((check.looked_at, check.found), (3, vec![]));
        bench.store.record_push_outcome(&first.id, &PushEnd::new("handled", "")).await.unwrap();
        bench.tamper("UPDATE pushes SET verdict = 'accepted' WHERE state = 'refused'").await.unwrap();
        let found = bench.check("I7b").await.found;
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().any(|it| it.ends_with("without an outcome")), "{found:?}");
        assert!(found.iter().any(|it| it.ends_with("but its verdict is accepted")), "{found:?}");
        // As it was: every test ends with a sound ledger.
        bench.store.record_push_outcome(&first.id, &PushEnd::new("handled", "authorised")).await.unwrap();
        bench.tamper("UPDATE pushes SET verdict = 'no such app' WHERE state = 'refused'").await.unwrap();
    }

    async fn the_list_pages_without_loss(bench: &Bench) {
        let pushes: Vec<_> = (0..25).map(|at| push(bench, &format!("k{at}"))).collect();
        bench.store.record_pushes(pushes).await.unwrap();
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = bench.store.pushes(Some("stored"), after.as_deref(), 10).await.unwrap();
            assert_eq!(page.count, 25);
            seen.extend(page.rows.into_iter().map(|push| push.id));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        seen.dedup();
        assert_eq!(seen.len(), 25);
    }

    async fn work_wakes_who_waits_for_it(bench: &Bench) {
        let store = bench.store.clone();
        let waiting = tokio::spawn(async move {
            let since = std::time::Instant::now();
            store.wait_for_work(20_000).await;
            since.elapsed()
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        bench.store.record_pushes(vec![push(bench, "a")]).await.unwrap();
        assert!(waiting.await.unwrap() < Duration::from_secs(10));
    }
}
