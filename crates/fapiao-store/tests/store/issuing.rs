//! Numbers and quota: both or neither, once, and again the same.

use crate::{
    harness::{Bench, on_both, request},
    races::half,
};
use chrono::TimeDelta;
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{Id, InvoiceId},
    invoice::{Identity, InvoiceState},
    money::Fen,
    order::OrderState,
};
use fapiao_usecases::{
    errors::StoreError,
    ids::fresh,
    jobs::{Job, QueuedJob},
    ports::{
        Asked, Issuing, JobQueue, Naming, Reservation, Sales, Scope, TaxRoutes, UploadOutcome,
    },
    records::Document,
};
use serde_json::json;
use std::collections::HashSet;

fn number_of(reservation: &Reservation) -> &str {
    match reservation {
        Reservation::Reserved { identity, .. } => identity.number(),
        other => panic!("{other:?}"),
    }
}

fn document(invoice: &InvoiceId, hash: &str, bench: &Bench) -> Document {
    Document {
        invoice: invoice.clone(),
        format: "pdf".to_owned(),
        sha256: hash.to_owned(),
        sm3: String::new(),
        size: 1234,
        origin: "rendered".to_owned(),
        created_at: bench.now(),
    }
}

on_both! {
    async fn a_reservation_takes_number_and_quota_together(bench: &Bench) {
        bench.stock(5, "1000").await;
        bench.clock.advance(TimeDelta::seconds(1));
        let (order, delivery, id) = bench.drafted("A-1").await;
        let answers = bench.store.reserve(std::slice::from_ref(&id), bench.now()).await.unwrap();
        let identity = Identity::Digital { number: "26310000000000001000".to_owned() };
        let reserved = Reservation::Reserved { identity: identity.clone(), issued_at: bench.now() };
        assert_eq!(answers.as_slice(), std::slice::from_ref(&reserved));
        assert_eq!(bench.store.numbers_left(&bench.seller, 26).await.unwrap(), 4);
        assert_eq!(bench.store.quota_left(&bench.seller, "2026-12").await.unwrap(), Fen::parse_yuan("900").unwrap());
        let row = bench.invoice(&id).await;
        assert_eq!((row.identity, row.issued_at, row.state), (Some(identity), Some(bench.now()), InvoiceState::Reserved));
        // Later, and again: the same number and the same time.
        bench.clock.advance(TimeDelta::hours(1));
        let again = bench.store.reserve(&[id.clone(), id.clone()], bench.now()).await.unwrap();
        assert_eq!(again, [reserved.clone(), reserved]);
        assert_eq!(bench.store.numbers_left(&bench.seller, 26).await.unwrap(), 4);
        let ledger = bench.store_ledger().await;
        assert_eq!(ledger, ["spend -100.00", "download 1000.00"]);
        assert_eq!(bench.actions(&order).await.last().unwrap(), "invoice.reserved");
        assert_eq!(bench.delivery(&delivery).await.state, DeliveryState::Issuing);
        let gone = bench.store.reserve(&[fresh(bench.now())], bench.now()).await;
        assert!(matches!(gone, Err(StoreError::NotFound { .. })));
    }

    async fn the_last_number_is_given_once(bench: &Bench) {
        bench.stock(3, "100000").await;
        let mut ids = Vec::new();
        for at in 0..6 {
            ids.push(bench.drafted(&format!("A-{at}")).await.2);
        }
        let answers = bench.store.reserve(&ids, bench.now()).await.unwrap();
        let numbers: HashSet<_> = answers[..3].iter().map(number_of).collect();
        assert_eq!(numbers.len(), 3);
        assert_eq!(answers[3..], [Reservation::NoNumber, Reservation::NoNumber, Reservation::NoNumber]);
        let blocked = bench.invoice(&ids[4]).await;
        assert_eq!((blocked.state, blocked.reason.as_str()), (InvoiceState::Blocked, "no_number"));
        assert!(bench.job_kinds().await.contains(&"refill_stock".to_owned()));
        // A second try changes nothing more.
        bench.store.reserve(&ids[4..5], bench.now()).await.unwrap();
        assert_eq!(bench.invoice(&ids[4]).await.version, blocked.version);
        // New numbers wake the blocked ones.
        bench.store.add_segment(&request("s"), &bench.seller, 26, "26310000000000009990", "26310000000000010009", 20)
            .await.unwrap();
        assert_eq!(bench.invoice(&ids[4]).await.state, InvoiceState::Ready);
        let answers = bench.store.reserve(&ids, bench.now()).await.unwrap();
        assert_eq!(number_of(&answers[5]), "26310000000000009992");
        assert_eq!(answers.iter().map(number_of).collect::<HashSet<_>>().len(), 6);
    }

    async fn a_blocked_invoice_may_try_again_by_itself(bench: &Bench) {
        let (_, _, id) = bench.drafted("A-1").await;
        let ids = [id.clone()];
        assert_eq!(bench.store.reserve(&ids, bench.now()).await.unwrap(), [Reservation::NoNumber]);
        bench.stock(5, "50").await;
        let left = Fen::parse_yuan("50").unwrap();
        assert_eq!(bench.store.reserve(&ids, bench.now()).await.unwrap(), [Reservation::NoQuota { left }]);
        assert_eq!(bench.store.numbers_left(&bench.seller, 26).await.unwrap(), 5);
        bench.tamper("UPDATE invoices SET state = 'blocked', reason = 'no_quota' WHERE state = 'ready'").await.unwrap();
        bench.store.add_quota(&request("q"), &bench.seller, "2026-12", &fapiao_usecases::ports::QuotaGrant::of(Fen::parse_yuan("60").unwrap())).await.unwrap();
        let answers = bench.store.reserve(&ids, bench.now()).await.unwrap();
        assert_eq!(number_of(&answers[0]), "26310000000000001000");
        assert_eq!(bench.store.quota_left(&bench.seller, "2026-12").await.unwrap(), Fen::parse_yuan("10").unwrap());
    }

    async fn stock_is_of_a_year_and_a_month(bench: &Bench) {
        bench.stock(5, "1000").await;
        let (_, _, id) = bench.drafted("A-1").await;
        // 2027-01-01 00:00 in Shanghai, still 2026 in Greenwich.
        let new_year = chrono::DateTime::parse_from_rfc3339("2026-12-31T16:00:00Z").unwrap().to_utc();
        let answers = bench.store.reserve(std::slice::from_ref(&id), new_year).await.unwrap();
        assert_eq!(answers, [Reservation::NoNumber]);
        let eve = new_year - TimeDelta::seconds(1);
        let answers = bench.store.reserve(std::slice::from_ref(&id), eve).await.unwrap();
        assert_eq!(number_of(&answers[0]), "26310000000000001000");
    }

    async fn two_processes_never_take_the_same_number(bench: &Bench) {
        bench.stock(60, "100000").await;
        let other = bench.another().await;
        let mut ids = Vec::new();
        for at in 0..60 {
            ids.push(bench.drafted(&format!("A-{at}")).await.2);
        }
        let mut callers = Vec::new();
        for (at, id) in ids.iter().enumerate() {
            for store in [&bench.store, &other] {
                let (store, id, now) = (store.clone(), id.clone(), bench.now());
                callers.push(tokio::spawn(async move {
                    let answers = store.reserve(std::slice::from_ref(&id), now).await.unwrap();
                    (at, number_of(&answers[0]).to_owned())
                }));
            }
        }
        let mut numbers = HashSet::new();
        for caller in callers {
            numbers.insert(caller.await.unwrap());
        }
        // Both processes were told the same number for the same invoice.
        assert_eq!(numbers.len(), 60);
        assert_eq!(numbers.iter().map(|(_, number)| number).collect::<HashSet<_>>().len(), 60);
        assert_eq!(bench.store.numbers_left(&bench.seller, 26).await.unwrap(), 0);
    }

    async fn an_upload_is_followed_to_its_end(bench: &Bench) {
        bench.stock(5, "1000").await;
        let (order, _, id) = bench.drafted("A-1").await;
        let ids = [id.clone()];
        let early = bench.store.record_upload(&bench.seller, "r-1", &ids, 0).await;
        assert!(matches!(early, Err(StoreError::Stale { .. })), "{early:?}");
        bench.store.reserve(&ids, bench.now()).await.unwrap();
        for _ in 0..2 {
            bench.store.record_upload(&bench.seller, "r-1", &ids, 0).await.unwrap();
        }
        let waiting = bench.store.awaiting_receipt("r-1").await.unwrap();
        assert_eq!(waiting.len(), 1);
        assert_eq!((waiting[0].state, waiting[0].uploaded_at), (InvoiceState::Uploading, Some(bench.now())));
        assert_eq!(bench.store.reserve(&ids, bench.now()).await.unwrap(), [Reservation::NotReady(InvoiceState::Uploading)]);
        // The window for asking is over: up again, under the same number.
        bench.store.record_outcomes(&[(id.clone(), UploadOutcome::Unknown { again: true })], json!({ "why": "late" })).await.unwrap();
        assert_eq!(bench.invoice(&id).await.state, InvoiceState::OutcomeUnknown);
        let answers = bench.store.reserve(&ids, bench.now()).await.unwrap();
        assert_eq!(number_of(&answers[0]), "26310000000000001000");
        bench.store.record_upload(&bench.seller, "r-2", &ids, 0).await.unwrap();
        assert!(bench.store.awaiting_receipt("r-1").await.unwrap().is_empty());
        for _ in 0..2 {
            bench.store.record_outcomes(&[(id.clone(), UploadOutcome::Issued)], json!({})).await.unwrap();
        }
        assert_eq!(bench.invoice(&id).await.state, InvoiceState::Issued);
        // A late receipt or a late doubt changes nothing.
        bench.store.record_upload(&bench.seller, "r-3", &ids, 0).await.unwrap();
        let doubt = bench.store.record_outcomes(&[(id.clone(), UploadOutcome::Unknown { again: true })], json!({})).await;
        assert!(matches!(doubt, Err(StoreError::Stale { .. })));
        assert_eq!(bench.invoice(&id).await.receipt, "r-2");
        let actions = bench.actions(&order).await;
        assert_eq!(actions[4..], [
            "invoice.reserved", "invoice.uploaded", "invoice.outcome_unknown", "invoice.uploaded", "invoice.issued",
        ]);
        assert!(bench.job_kinds().await.contains(&"render_invoice".to_owned()));
    }

    async fn an_outcome_without_its_upload_is_still_an_outcome(bench: &Bench) {
        bench.stock(5, "1000").await;
        let (_, _, id) = bench.drafted("A-1").await;
        bench.store.reserve(std::slice::from_ref(&id), bench.now()).await.unwrap();
        bench.store.record_outcomes(&[(id.clone(), UploadOutcome::Issued)], json!({})).await.unwrap();
        assert_eq!(bench.invoice(&id).await.state, InvoiceState::Issued);
    }

    async fn a_refusal_fails_the_delivery_and_frees_the_order(bench: &Bench) {
        bench.stock(5, "1000").await;
        let (order, delivery, id) = bench.drafted("A-1").await;
        let ids = [id.clone()];
        bench.store.reserve(&ids, bench.now()).await.unwrap();
        bench.store.record_upload(&bench.seller, "r-1", &ids, 0).await.unwrap();
        let refused = UploadOutcome::Refused { reason: "购买方税号有误".to_owned() };
        for _ in 0..2 {
            bench.store.record_outcomes(&[(id.clone(), refused.clone())], json!({})).await.unwrap();
        }
        let row = bench.delivery(&delivery).await;
        assert_eq!((row.state, row.reason.as_str()), (DeliveryState::Failed, "购买方税号有误"));
        assert_eq!(bench.invoice(&id).await.reason, "购买方税号有误");
        let stored = bench.store.order(&Scope::All, &order).await.unwrap().unwrap();
        assert_eq!(stored.state, OrderState::Open);
        // Mended: drafted anew under the same delivery, with a number of its own.
        let new = fapiao_usecases::ports::NewInvoice { invoice: bench.invoice_of(&row), delivery_version: row.version, warnings: Vec::new() };
        let second = new.invoice.id.clone();
        bench.store.draft_invoice(new, &fapiao_usecases::actor::Actor::System).await.unwrap();
        let answers = bench.store.reserve(std::slice::from_ref(&second), bench.now()).await.unwrap();
        assert_eq!(number_of(&answers[0]), "26310000000000001001");
        assert_eq!(bench.store.invoices_of(&order).await.unwrap().len(), 2);
    }

    async fn a_part_whose_order_moved_on_is_not_taken_for_drafted(bench: &Bench) {
        bench.stock(5, "1000").await;
        let (mut new, first) = bench.order_to_deliver("A-1");
        new.deliveries[0].part = half(bench, 1).part;
        let second = half(bench, 2);
        let part = second.id.clone();
        new.deliveries.push(second);
        bench.accept(new).await;
        let mut drafts = Vec::new();
        for id in [&first, &part] {
            let agreed = bench.authorisation(&bench.delivery(id).await);
            bench.store.change_delivery(agreed, None).await.unwrap();
            let row = bench.delivery(id).await;
            drafts.push(fapiao_usecases::ports::NewInvoice {
                invoice: bench.invoice_of(&row), delivery_version: row.version, warnings: Vec::new(),
            });
        }
        let by = fapiao_usecases::actor::Actor::System;
        bench.store.draft_invoice(drafts.remove(0), &by).await.unwrap();
        // Worked out from books of before: its job has to look again, not to end.
        let refused = bench.store.draft_invoice(drafts.remove(0), &by).await;
        assert!(matches!(refused, Err(StoreError::Stale { .. })), "{refused:?}");
        let row = bench.delivery(&part).await;
        assert_eq!((row.state, row.invoice), (DeliveryState::Authorised, None));
    }

    async fn no_answer_is_asked_about_rarer_and_rarer_and_not_at_all_once_a_person_was_told(bench: &Bench) {
        bench.stock(5, "1000").await;
        let (_, _, id) = bench.drafted("A-1").await;
        let (_, _, other) = bench.drafted("A-2").await;
        let pause = async |id: &InvoiceId| {
            let jobs = bench.store.jobs(Some("waiting"), None, 50).await.unwrap().rows;
            let due = jobs.into_iter().filter(|it| it.kind == "issue_invoice" && it.subject == id.as_str());
            due.map(|it| (it.run_at - it.queued_at).num_seconds()).collect::<Vec<_>>()
        };
        for job in bench.store.claim("w", 50, 60).await.unwrap() {
            let end = fapiao_usecases::jobs::JobEnd::Done;
            let done = fapiao_usecases::jobs::FinishedJob { id: job.id, fence: job.fence, end };
            bench.store.finish(vec![done]).await.unwrap();
        }
        let ids = [id.clone(), other.clone()];
        bench.store.reserve(&ids, bench.now()).await.unwrap();
        bench.store.record_upload(&bench.seller, "r-1", &ids, 0).await.unwrap();
        let unknown = |id: &InvoiceId, again| vec![(id.clone(), UploadOutcome::Unknown { again })];
        bench.store.record_outcomes(&unknown(&id, true), json!({})).await.unwrap();
        bench.store.record_outcomes(&unknown(&other, false), json!({})).await.unwrap();
        assert_eq!(bench.invoice(&other).await.state, InvoiceState::OutcomeUnknown);
        assert_eq!(pause(&id).await, [5]);
        assert_eq!(pause(&other).await, [0; 0]);
    }

    async fn the_hours_at_a_gateway_run_from_the_first_question(bench: &Bench) {
        let (_, _, id) = bench.drafted("A-1").await;
        assert_eq!(bench.store.record_asked(&id).await.unwrap(), Asked::First);
        let first = bench.invoice(&id).await.uploaded_at.unwrap();
        bench.tamper("UPDATE invoices SET uploaded_at = uploaded_at - 3600000").await.unwrap();
        for _ in 0..2 {
            let unknown = vec![(id.clone(), UploadOutcome::Unknown { again: true })];
            bench.store.record_outcomes(&unknown, json!({})).await.unwrap();
            assert_eq!(bench.store.record_asked(&id).await.unwrap(), Asked::Before);
        }
        let now = bench.invoice(&id).await.uploaded_at.unwrap();
        assert_eq!(first - now, TimeDelta::hours(1));
    }

    async fn an_issued_invoice_never_changes(bench: &Bench) {
        bench.stock(5, "1000").await;
        let (_, _, id) = bench.issued("A-1").await;
        for change in ["total = total + 1, tax = tax + 1", "buyer = 'x'", "number = '26310000000000001004'",
                       "state = 'ready'", "issued_at = 0", "remark = ''", "number = NULL"] {
            let refused = bench.tamper(&format!("UPDATE invoices SET {change}")).await;
            assert!(refused.is_err(), "{change}");
        }
        for statement in ["DELETE FROM invoices", "DELETE FROM invoice_lines", "UPDATE invoice_lines SET name = 'x'",
                          "DELETE FROM audit_entries", "UPDATE audit_entries SET at = 0",
                          "DELETE FROM quota_ledger", "UPDATE quota_ledger SET amount = 0"] {
            assert!(bench.tamper(statement).await.is_err(), "{statement}");
        }
        if bench.is_postgres() {
            for table in ["invoices", "audit_entries", "quota_ledger"] {
                assert!(bench.tamper(&format!("TRUNCATE {table} CASCADE")).await.is_err(), "{table}");
            }
        }
        assert_eq!(bench.tamper("UPDATE invoices SET receipt = 'r', state = 'partly_red'").await.unwrap(), 1);
        bench.tamper("UPDATE invoices SET state = 'issued'").await.unwrap();
        assert_eq!(bench.invoice(&id).await.state, InvoiceState::Issued);
    }

    async fn documents_are_recorded_once(bench: &Bench) {
        bench.stock(5, "1000").await;
        let (order, delivery, id) = bench.issued("A-1").await;
        let then = vec![QueuedJob::now(Job::DeliverCard(delivery), Some(bench.seller.clone()))];
        for _ in 0..2 {
            bench.store.record_documents(&id, vec![document(&id, "aa", bench)], then.clone()).await.unwrap();
        }
        let other = bench.store.record_documents(&id, vec![document(&id, "bb", bench)], Vec::new()).await;
        assert!(matches!(other, Err(StoreError::Exists { .. })));
        assert_eq!(bench.store.documents(&id).await.unwrap(), [document(&id, "aa", bench)]);
        let actions = bench.actions(&order).await;
        assert_eq!(actions.iter().filter(|it| *it == "invoice.documents").count(), 1);
        let kinds = bench.job_kinds().await;
        assert_eq!(kinds.iter().filter(|it| *it == "deliver_card").count(), 1);
        assert!(!bench.store.was_mailed(&id).await.unwrap());
        assert!(bench.store.record_mail(&id, "b***@example.com").await.unwrap());
        assert!(!bench.store.record_mail(&id, "b***@example.com").await.unwrap());
        assert!(bench.store.was_mailed(&id).await.unwrap());
    }

    async fn running_low_asks_for_more_once(bench: &Bench) {
        bench.stock(3, "400").await;
        let (_, _, first) = bench.drafted("A-1").await;
        let (_, _, second) = bench.drafted("A-2").await;
        bench.store.reserve(&[first], bench.now()).await.unwrap();
        assert!(!bench.job_kinds().await.contains(&"refill_stock".to_owned()));
        bench.store.reserve(&[second], bench.now()).await.unwrap();
        let (_, _, third) = bench.drafted("A-3").await;
        bench.store.reserve(&[third], bench.now()).await.unwrap();
        let kinds = bench.job_kinds().await;
        assert_eq!(kinds.iter().filter(|it| *it == "refill_stock").count(), 1);
        let stats = bench.store.queue_stats().await.unwrap();
        assert_eq!((stats.running, stats.parked), (0, 0));
    }

    async fn a_draft_of_yesterday_gets_the_name_of_its_issue_date(bench: &Bench) {
        let (order, _, id) = bench.drafted("N-1").await;
        let tomorrow = bench.now() + TimeDelta::days(1);
        let asked = [id.clone()];
        assert_eq!(bench.store.drafted_before(&asked, bench.now()).await.unwrap(), []);
        assert_eq!(bench.store.drafted_before(&asked, tomorrow).await.unwrap(), asked);
        bench.store.rename_lines(&id, vec![(1, "新简称".to_owned())]).await.unwrap();
        let renamed = bench.invoice(&id).await;
        assert_eq!((renamed.lines[0].short_name.as_str(), renamed.lines[0].no), ("新简称", 1));
        assert!(bench.actions(&order).await.contains(&"invoice.renamed".to_owned()));
        // With a number it stands for ever: for us, and for whoever else writes into the database.
        bench.stock(10, "100000").await;
        bench.store.reserve(&asked, bench.now()).await.unwrap();
        bench.store.rename_lines(&id, vec![(1, "太迟".to_owned())]).await.unwrap();
        assert_eq!(bench.invoice(&id).await.lines, renamed.lines);
        assert_eq!(bench.store.drafted_before(&asked, tomorrow).await.unwrap(), []);
        assert!(bench.tamper("UPDATE invoice_lines SET short_name = 'x'").await.is_err());
    }
}
