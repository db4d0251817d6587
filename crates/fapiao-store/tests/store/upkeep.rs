//! What is kept for a time goes, files are known by their rows, and a digest tells two ledgers apart.

use crate::{
    accepting::{key, keyed},
    harness::{Bench, on_both},
    inbox::push,
};
use chrono::TimeDelta;
use fapiao_usecases::{
    actor::Actor,
    ports::{Accepted, Ages, Inbox, Issuing, LedgerDigest, NewInvoice, Sales, Upkeep},
    proof_words::in_chinese,
};

const AGES: Ages = Ages {
    session_idle_hours: 12,
    request_days: 30,
    document_days: 30,
    exchange_days: 90,
};

async fn found(bench: &Bench) -> Vec<String> {
    let found = bench.store.leftovers(&AGES).await.unwrap().found;
    for line in &found {
        assert!(in_chinese(line).is_some(), "{line}");
    }
    found
}

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

on_both! {
    async fn what_outlives_its_time_is_found_once_it_was_swept_for(bench: &Bench) {
        let now = bench.now().timestamp_millis();
        let (delivery_order, delivery) = bench.order_to_deliver("A-1");
        bench.accept(keyed(delivery_order, key("k", "body"))).await;
        let old = now - 100 * DAY_MILLIS;
        for statement in [
            format!("UPDATE idempotency SET created_at = {old}"),
            format!("UPDATE deliveries SET has_document = 1, created_at = {old} WHERE id = '{delivery}'"),
            format!("INSERT INTO sessions (id_hash, staff_id, csrf, created_at, seen_at) VALUES ('h', 'usr_x', 'c', {old}, {old})"),
            format!("INSERT INTO gateway_nonces (key_id, nonce, expires_at) VALUES ('key_x', 'n', {old})"),
            format!("INSERT INTO exchanges (id, at, system, operation, request, answer, outcome, took_millis) \
                     VALUES ('exc_x', {old}, 'tax', 'issue', '', '', 'answered', 1)"),
            format!("INSERT INTO proof_runs (id, cause, state, worker, leased_until, asked_at, took_millis, holds, results) \
                     VALUES ('run_x', 'run_x', 'running', 'w', {old}, {old}, 0, FALSE, '[]')"),
        ] {
            bench.tamper(&statement).await.unwrap();
        }
        // Nobody swept yet: a ledger that was put back from a backup is not at fault.
        assert!(found(bench).await.is_empty());
        bench.store.note_swept(bench.now() - TimeDelta::days(200)).await.unwrap();
        assert!(found(bench).await.is_empty());
        bench.store.note_swept(bench.now()).await.unwrap();
        // An older sweep of another node changes nothing.
        bench.store.note_swept(bench.now() - TimeDelta::days(200)).await.unwrap();
        let all = found(bench).await;
        for words in [
            "a session of usr_x outlived", "the answer to request k of key_1:POST /api/v1/orders", "a nonce of key key_x",
            "still keeps the number of its buyer's document", "exchange exc_x outlived", "check run_x is held by w",
        ] {
            assert!(all.iter().any(|it| it.contains(words)), "{words}: {all:?}");
        }
        assert_eq!(all.len(), 6);
        // What is swept is gone, and nothing is left to find.
        bench.store.forget_nonces(bench.now()).await.unwrap();
        assert_eq!(found(bench).await.len(), 5);
        for statement in [
            "DELETE FROM sessions", "DELETE FROM idempotency", "UPDATE deliveries SET has_document = 0",
            "DELETE FROM exchanges", "DELETE FROM proof_runs",
        ] {
            bench.tamper(statement).await.unwrap();
        }
        assert!(found(bench).await.is_empty());
    }

    async fn a_job_held_beyond_its_lease_is_found(bench: &Bench) {
        bench.store.record_pushes(vec![push(bench, "a")]).await.unwrap();
        bench.tamper("UPDATE jobs SET state = 'running', worker = 'w', due_at = 5").await.unwrap();
        bench.store.note_swept(bench.now()).await.unwrap();
        let all = found(bench).await;
        assert!(all.len() == 1 && all[0].contains("(handle_push) is held by w beyond its lease"), "{all:?}");
        bench.tamper("UPDATE jobs SET state = 'waiting', worker = ''").await.unwrap();
    }

    async fn files_are_known_by_the_rows_that_name_them(bench: &Bench) {
        let names = ["a", "b", "c"].map(|it| it.repeat(64));
        let drawn = format!("{{\"logo\":{{\"sha256\":\"{}\",\"png\":true}}}}", names[1]);
        bench.tamper(&format!("INSERT INTO designs (kind, subject, value, version, saved_at) VALUES ('card', 's', '{drawn}', 1, 0)"))
            .await.unwrap();
        let known = bench.store.known_files(&names).await.unwrap();
        assert_eq!(known.into_iter().collect::<Vec<_>>(), [names[1].clone()]);
    }

    async fn kept_texts_come_newest_first_from_every_place(bench: &Bench) {
        for name in ["a", "b", "c"] {
            let mut push = push(bench, name);
            push.plain = format!("<xml>{name}</xml>");
            bench.store.record_pushes(vec![push]).await.unwrap();
            bench.clock.advance(TimeDelta::seconds(1));
        }
        let page = bench.store.kept_texts("pushes", 1, 1).await.unwrap();
        assert!(page.len() == 1 && page[0].text.starts_with("<xml>b</xml>"), "{page:?}");
        for place in bench.store.text_places() {
            bench.store.kept_texts(place, 0, 5).await.unwrap();
        }
        let audit = bench.store.kept_texts("audit_entries", 0, 1).await.unwrap();
        assert!(audit[0].text.contains("user_authorize_invoice"), "{audit:?}");
        assert!(bench.store.kept_texts("accounts", 0, 5).await.unwrap().is_empty());
    }

    async fn the_same_acts_give_the_same_digest_on_another_database(bench: &Bench) {
        // On PostgreSQL its twin is a SQLite file.
        let twin = bench.twin_on_sqlite().await;
        let both = [bench, &twin];
        let (new, delivery) = bench.order_to_deliver("订单-1 \"引号\"");
        let new = keyed(new, key("k", "body"));
        for it in both {
            assert_eq!(it.store.accept_orders(vec![new.clone()]).await.unwrap(), [Accepted::New]);
            let row = it.delivery(&delivery).await;
            it.store.change_delivery(it.authorisation(&row), None).await.unwrap();
            it.clock.advance(TimeDelta::seconds(7));
        }
        let row = bench.delivery(&delivery).await;
        let invoice = bench.invoice_of(&row);
        for it in both {
            let draft = NewInvoice { invoice: invoice.clone(), delivery_version: row.version, warnings: Vec::new() };
            it.store.draft_invoice(draft, &Actor::System).await.unwrap();
        }
        // A second order on one of them alone, then on both.
        let second = bench.order("A-2");
        twin.store.accept_orders(vec![second.clone()]).await.unwrap();
        let (here, there) = (bench.store.ledger_digest().await.unwrap(), twin.store.ledger_digest().await.unwrap());
        assert_ne!(here.digest, there.digest);
        bench.store.accept_orders(vec![second]).await.unwrap();
        let (here, there) = (bench.store.ledger_digest().await.unwrap(), twin.store.ledger_digest().await.unwrap());
        assert_eq!(here, there);
        assert!(rows(&here, "audit_entries") > 5 && rows(&here, "invoice_lines") > 0, "{here:?}");
        twin.close().await;
    }

    async fn the_digest_changes_with_every_row_and_not_by_looking(bench: &Bench) {
        bench.authorised("A-1").await;
        let before = bench.store.ledger_digest().await.unwrap();
        assert_eq!(bench.store.ledger_digest().await.unwrap(), before);
        assert_eq!(rows(&before, "orders"), 1);
        assert_eq!(rows(&before, "order_lines"), 2);
        assert_eq!(rows(&before, "refunds"), 0);
        bench.tamper("UPDATE deliveries SET reason = 'x'").await.unwrap();
        let after = bench.store.ledger_digest().await.unwrap();
        assert_ne!(after.digest, before.digest);
        let apart: Vec<_> = after.tables.iter().zip(&before.tables).filter(|(a, b)| a != b).map(|(a, _)| a.table).collect();
        assert_eq!(apart, ["deliveries"]);
        bench.tamper("UPDATE deliveries SET reason = ''").await.unwrap();
        assert_eq!(bench.store.ledger_digest().await.unwrap(), before);
    }
}

fn rows(digest: &LedgerDigest, table: &str) -> i64 {
    let found = digest.tables.iter().find(|it| it.table == table);
    found.unwrap().rows
}
