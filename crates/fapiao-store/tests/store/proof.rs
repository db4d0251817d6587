//! `verify` finds what was tampered with, and the schema says how it stands.

use crate::harness::{AUDIT_KEY, Bench, on_both};
use fapiao_store::{Store, StoreConfig, StoreOpenError};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::{AnchorPlace, Ledger, Proofs, Sales, Scope},
};
use serde_json::json;

/// Switches the guards off, as somebody who owns the database can.
async fn without_guards(bench: &Bench, table: &str, statement: &str) {
    if bench.is_postgres() {
        bench
            .tamper(&format!("ALTER TABLE {table} DISABLE TRIGGER ALL"))
            .await
            .unwrap();
        bench.tamper(statement).await.unwrap();
        bench
            .tamper(&format!("ALTER TABLE {table} ENABLE TRIGGER ALL"))
            .await
            .unwrap();
        return;
    }
    let names = [
        "kept_update",
        "kept_delete",
        "issued_update",
        "number_update",
        "number_delete",
    ];
    for name in names {
        bench
            .tamper(&format!("DROP TRIGGER IF EXISTS {table}_{name}"))
            .await
            .unwrap();
    }
    assert_eq!(bench.tamper(statement).await.unwrap(), 1, "{statement}");
}

async fn history(bench: &Bench) {
    bench.stock(5, "1000").await;
    bench.issued("A-1").await;
    bench.issued("A-2").await;
}

on_both! {
    async fn a_sound_ledger_holds_every_rule(bench: &Bench) {
        history(bench).await;
        let results = bench.store.verify().await.unwrap();
        let ids: Vec<_> = results.iter().map(|check| check.id.as_str()).collect();
        assert_eq!(ids, ["I1", "I2", "I2b", "I2c", "I3", "I4", "I5", "I5b", "I6", "I6b", "I7", "I7b", "I8", "I9", "I10", "I10b", "I11", "I14", "I16", "I17", "I20", "I21", "I22", "I23", "I24", "I25", "I26", "I27", "B1", "B2", "B3", "B4"]);
        for check in &results {
            assert!(check.found.is_empty(), "{} {:?}", check.id, check.found);
            assert!(!check.title_zh.is_empty() && !check.title_en.is_empty() && !check.query.is_empty());
        }
        assert_eq!(bench.check("I8").await.looked_at, bench.ask("SELECT seq FROM audit_head").await);
    }
}

/// What may move on after an invoice was issued; everything else it states is kept.
const FREE: [&str; 6] = [
    "state",
    "reason",
    "receipt",
    "uploaded_at",
    "mailed_at",
    "version",
];

on_both! {
    async fn the_database_keeps_every_column_of_an_issued_invoice(bench: &Bench) {
        history(bench).await;
        let columns = bench.columns("invoices").await;
        assert!(columns.len() > 30, "{columns:?}");
        let mut open = Vec::new();
        for (column, kind) in columns.iter().filter(|(it, _)| !FREE.contains(&it.as_str())) {
            let other = match kind.to_lowercase().as_str() {
                "text" => format!("COALESCE({column}, '') || 'x'"),
                _ => format!("COALESCE({column}, 0) + 1"),
            };
            let change = format!("UPDATE invoices SET {column} = {other} WHERE number = '26310000000000001000'");
            match bench.tamper(&change).await {
                Ok(_) => open.push(column),
                Err(error) => {
                    let why = error.to_string();
                    let ours = ["never changed", "for ever"].iter().any(|it| why.contains(it));
                    assert!(ours, "{column}: {why}");
                }
            }
        }
        assert!(open.is_empty(), "guard these, or name them as free: {open:?}");
    }
}

/// A change past the store, and the rule that finds it.
macro_rules! found_by {
    ($($name:ident: $table:literal, $statement:literal => $rule:literal;)*) => {$(
        mod $name {
            use super::*;

            async fn body(bench: &Bench) {
                history(bench).await;
                without_guards(bench, $table, $statement).await;
                let check = bench.check($rule).await;
                assert!(!check.found.is_empty(), "{} found nothing", $rule);
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                body(&Bench::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                if let Some(bench) = Bench::postgres().await {
                    body(&bench).await;
                    bench.drop_unsound().await;
                }
            }
        }
    )*};
}

found_by! {
    a_changed_line: "audit_entries", "UPDATE audit_entries SET actor = 'buyer' WHERE seq = 5" => "I8";
    a_changed_time: "audit_entries", "UPDATE audit_entries SET at = at + 1 WHERE seq = 5" => "I8";
    a_removed_line: "audit_entries", "DELETE FROM audit_entries WHERE seq = 5" => "I8";
    a_cut_tail: "audit_entries", "DELETE FROM audit_entries WHERE seq = (SELECT max(seq) FROM audit_entries)" => "I8";
    a_first_line_removed: "audit_entries", "DELETE FROM audit_entries WHERE seq = 1" => "I8";
    a_moved_head: "audit_head", "UPDATE audit_head SET seq = seq + 1" => "I8";
    a_changed_number: "invoices",
        "UPDATE invoices SET number = '26310000000000001003' WHERE number = '26310000000000001001'" => "I3";
    a_hole_in_a_segment: "invoices",
        "UPDATE invoices SET number = '26310000000000001004' WHERE number = '26310000000000001000'" => "I2";
    a_segment_set_back: "segments", "UPDATE segments SET taken = taken - 1" => "I2";
    a_number_from_nowhere: "invoices",
        "UPDATE invoices SET segment_id = NULL WHERE number = '26310000000000001000'" => "I2b";
    an_older_form_without_its_code: "invoices",
        "UPDATE invoices SET kind = 'classic_ordinary' WHERE number = '26310000000000001000'" => "I2c";
    a_changed_sum: "invoices",
        "UPDATE invoices SET amount = amount + 1, total = total + 1 WHERE number = '26310000000000001000'" => "I4";
    quota_out_of_nothing: "quota_balances", "UPDATE quota_balances SET balance = balance + 1" => "I16";
    a_forgotten_spending: "quota_ledger",
        "DELETE FROM quota_ledger WHERE reference = (SELECT max(reference) FROM quota_ledger WHERE kind = 'spend')" => "I16";
    an_issued_invoice_taken_back: "invoices",
        "UPDATE invoices SET state = 'ready' WHERE number = '26310000000000001000'" => "I14";
    a_delivery_without_its_card: "deliveries",
        "UPDATE deliveries SET state = 'carded' WHERE id = (SELECT max(id) FROM deliveries)" => "I5b";
    an_order_without_its_delivery: "deliveries",
        "UPDATE deliveries SET state = 'refused' WHERE id = (SELECT max(id) FROM deliveries)" => "I17";
}

/// What I8 says after a change past the store.
async fn chain_after(bench: &Bench, table: &str, statement: &str) -> Vec<String> {
    without_guards(bench, table, statement).await;
    bench.check("I8").await.found
}

/// A chain of so many lines, whose ranges and packs end in its middle.
async fn chain_of(bench: &Bench, lines: i64) {
    let last = bench.ask("SELECT seq FROM audit_head").await;
    for at in last..lines {
        let data = json!({ "at": at, "text": "引号 \" 与换行\n 与 7 3 数字" });
        bench
            .store
            .append_audit(&Actor::System, "sign_in.done", &format!("usr_{at}"), data)
            .await
            .unwrap();
    }
    assert_eq!(bench.ask("SELECT count(*) FROM audit_entries").await, lines);
}

on_both! {
    async fn a_fault_is_found_at_every_line_of_a_chain_in_ranges(bench: &Bench) {
        // Seventeen lines: four ranges of four lines, read two at a time, and one line over.
        chain_of(bench, 17).await;
        assert!(bench.check("I8").await.found.is_empty());
        assert_eq!(bench.check("I8").await.looked_at, 17);
        for seq in 1..=17 {
            let change = format!("UPDATE audit_entries SET at = at + 1 WHERE seq = {seq}");
            let found = chain_after(bench, "audit_entries", &change).await;
            assert!(found.len() == 1 && found[0].starts_with(&format!("line {seq} (")), "{found:?}");
            without_guards(bench, "audit_entries", &change.replace('+', "-")).await;
        }
        assert!(bench.check("I8").await.found.is_empty());
    }

    async fn a_forged_hash_at_a_joint_is_found_from_both_sides(bench: &Bench) {
        chain_of(bench, 17).await;
        for seq in [4, 8, 12] {
            let forge = format!("UPDATE audit_entries SET hash = 'f' || hash WHERE seq = {seq}");
            let found = chain_after(bench, "audit_entries", &forge).await;
            let lines: Vec<&str> = found.iter().filter_map(|it| it.split(' ').nth(1)).collect();
            assert_eq!(lines, [seq.to_string(), (seq + 1).to_string()], "{found:?}");
            let mend = format!("UPDATE audit_entries SET hash = substr(hash, 2) WHERE seq = {seq}");
            without_guards(bench, "audit_entries", &mend).await;
        }
    }

    async fn missing_lines_are_named_once_across_joints(bench: &Bench) {
        chain_of(bench, 17).await;
        bench.tamper("CREATE TABLE kept AS SELECT * FROM audit_entries").await.unwrap();
        for seq in 3..=9 {
            without_guards(bench, "audit_entries", &format!("DELETE FROM audit_entries WHERE seq = {seq}")).await;
        }
        let found = bench.check("I8").await.found;
        assert_eq!(found, ["lines 3 to 9 are missing"]);
        // The first line and the last go too.
        for seq in [1, 17] {
            without_guards(bench, "audit_entries", &format!("DELETE FROM audit_entries WHERE seq = {seq}")).await;
        }
        let found = bench.check("I8").await.found;
        assert_eq!(found, [
            "lines 1 to 1 are missing", "lines 3 to 9 are missing",
            "the chain ends at line 16, but its end was left at line 17",
        ]);
        bench.tamper("INSERT INTO audit_entries SELECT * FROM kept WHERE seq NOT IN (SELECT seq FROM audit_entries)").await.unwrap();
        bench.tamper("DROP TABLE kept").await.unwrap();
    }

    async fn lines_put_in_where_none_belong_are_found(bench: &Bench) {
        chain_of(bench, 9).await;
        for seq in [0, -7, 900_000_000_000_i64] {
            let copy = format!(
                "INSERT INTO audit_entries (seq, at, actor, action, subject, order_id, data, hash) \
                 SELECT {seq}, at, actor, action, subject, order_id, data, hash FROM audit_entries WHERE seq = 9"
            );
            let found = chain_after(bench, "audit_entries", &copy).await;
            assert!(!found.is_empty(), "line {seq}");
            without_guards(bench, "audit_entries", &format!("DELETE FROM audit_entries WHERE seq = {seq}")).await;
        }
        assert!(bench.check("I8").await.found.is_empty());
    }

    async fn a_row_in_another_order_s_place_is_found(bench: &Bench) {
        history(bench).await;
        let moved = |to: &str| format!(
            "UPDATE invoices SET order_id = (SELECT id FROM orders WHERE order_no = '{to}') WHERE order_no = 'A-2'"
        );
        without_guards(bench, "invoices", &moved("A-1")).await;
        for rule in ["I3", "I14"] {
            let found = bench.check(rule).await.found;
            assert!(!found.is_empty(), "{rule} found nothing");
        }
        without_guards(bench, "invoices", &moved("A-2")).await;
    }

    async fn lines_of_many_orders_are_followed_to_the_end(bench: &Bench) {
        for no in 0..9 {
            bench.authorised(&format!("A-{no}")).await;
        }
        let check = bench.check("I14").await;
        assert!(check.found.is_empty());
        assert_eq!(check.looked_at, bench.ask("SELECT count(*) FROM audit_entries WHERE order_id IS NOT NULL").await);
        // Each order is in one of the ranges.
        for no in 0..9 {
            let change = |from: &str, to: &str| format!(
                "UPDATE deliveries SET state = '{to}' WHERE state = '{from}' AND order_id = (SELECT id FROM orders WHERE order_no = 'A-{no}')"
            );
            without_guards(bench, "deliveries", &change("authorised", "issuing")).await;
            let found = bench.check("I14").await.found;
            assert!(found.len() == 1 && found[0].contains("is issuing, the chain left it at authorised"), "{found:?}");
            without_guards(bench, "deliveries", &change("issuing", "authorised")).await;
        }
    }
}

on_both! {
    async fn a_check_that_nobody_looks_after_holds_up_no_write(bench: &Bench) {
        for pause in 0..40 {
            let check = bench.store.verify();
            tokio::pin!(check);
            tokio::select! {
                _ = &mut check => continue,
                () = tokio::time::sleep(std::time::Duration::from_micros(pause * 100)) => {}
            }
            // A right to write that nobody gives back is an error when the pool's patience ends.
            bench.store.append_audit(&Actor::System, "sign_in.done", "usr_x", json!({})).await.unwrap();
        }
        // Nor does any keep a later check from its turn.
        assert!(bench.store.verify().await.unwrap().iter().all(|check| check.found.is_empty()));
    }

    async fn a_lost_job_is_found(bench: &Bench) {
        bench.authorised("A-1").await;
        assert!(bench.check("I11").await.found.is_empty());
        bench.tamper("UPDATE jobs SET subject = 'gone'").await.unwrap();
        assert_eq!(bench.check("I11").await.found.len(), 1);
        bench.tamper("UPDATE jobs SET subject = (SELECT id FROM deliveries)").await.unwrap();
    }

    async fn the_database_s_own_anchors_tell_of_a_cut_chain(bench: &Bench) {
        bench.accept(bench.order("A-1")).await;
        for _ in 0..2 {
            bench.store.append_audit(&Actor::System, "sign_in.done", "usr_x", json!({})).await.unwrap();
            bench.store.make_anchor().await.unwrap();
        }
        let anchors = bench.store.anchors(9).await.unwrap();
        let (last, before) = (anchors[0].seq, anchors[1].seq);
        let sound = bench.store.check_anchors(&anchors[..1]).await.unwrap();
        assert!(sound.found.is_empty() && sound.looked_at == 2, "{sound:?}");

        // Nobody kept them outside: the lines are cut off, and the head is set back to where it stood.
        let hash = &anchors[1].hash;
        without_guards(bench, "audit_entries", &format!("DELETE FROM audit_entries WHERE seq > {before}")).await;
        let back = format!("UPDATE audit_head SET seq = {before}, hash = '{hash}' WHERE id = 1");
        without_guards(bench, "audit_head", &back).await;
        let found = bench.store.check_anchors(&[]).await.unwrap().found;
        assert!(found.len() == 1 && found[0].starts_with(&format!("line {last} was there on ")), "{found:?}");
    }

    async fn an_anchor_is_mailed_once_to_each_and_brought_again_where_it_was_lost(bench: &Bench) {
        bench.accept(bench.order("A-1")).await;
        let seq = bench.store.make_anchor().await.unwrap().unwrap().seq;
        for _ in 0..2 {
            let mails = ["a@example.com", "b@example.com"].map(|to| {
                QueuedJob::now(Job::MailAnchor { seq, to: to.to_owned() }, None)
            });
            bench.store.note_anchored(seq, AnchorPlace::Mail, mails.to_vec()).await.unwrap();
        }
        assert_eq!(bench.ask("SELECT count(*) FROM jobs WHERE kind = 'mail_anchor'").await, 2);

        // A file that was lost for good gets its anchors once more; a mail does not.
        bench.store.note_anchored(seq, AnchorPlace::File, Vec::new()).await.unwrap();
        let brought = async |place| {
            let brought = bench.store.anchors_brought(place).await.unwrap();
            brought.iter().map(|it| it.0).collect::<Vec<_>>()
        };
        assert_eq!(brought(AnchorPlace::File).await, [seq]);
        bench.store.bring_anchors_again(&[seq]).await.unwrap();
        assert!(brought(AnchorPlace::File).await.is_empty());
        assert_eq!(brought(AnchorPlace::Mail).await, [seq]);
        assert_eq!(bench.store.anchors_due(AnchorPlace::File, 9).await.unwrap().len(), 1);
    }

    async fn another_key_does_not_verify(bench: &Bench) {
        bench.accept(bench.order("A-1")).await;
        let thief = Store::open(StoreConfig {
            url: bench.url().to_owned(),
            max_connections: 2,
            audit_key: [8; 32],
            clock: bench.clock.clone(),
        }).await.unwrap();
        let results = thief.verify().await.unwrap();
        let chain = results.iter().find(|check| check.id == "I8").unwrap();
        assert!(!chain.found.is_empty());
        assert_ne!(AUDIT_KEY, [8; 32]);
    }

    async fn the_chain_is_read_in_pages(bench: &Bench) {
        for at in 0..25 {
            bench.store.append_audit(&Actor::System, "sign_in.done", &format!("usr_{at}"), json!({ "at": at })).await.unwrap();
        }
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = bench.store.audit(after.as_deref(), 10).await.unwrap();
            seen.extend(page.rows.into_iter().map(|line| line.seq));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let wanted: Vec<i64> = (1..=28).rev().collect();
        assert_eq!(seen, wanted);
    }

    async fn the_schema_says_how_it_stands(bench: &Bench) {
        let status = bench.store.schema_status().await.unwrap();
        assert!(status.is_current() && status.applied.len() >= 7, "{status:?}");
        let others = [bench.another().await, bench.another().await, bench.another().await];
        let (a, b, c) = tokio::join!(others[0].migrate(), others[1].migrate(), others[2].migrate());
        a.and(b).and(c).unwrap();
        bench.tamper("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20990101_000001_tomorrow', 0)")
            .await.unwrap();
        let newer = bench.store.migrate().await;
        assert!(matches!(&newer, Err(StoreOpenError::NewerSchema(names)) if names.len() == 1), "{newer:?}");
        assert!(!bench.store.schema_status().await.unwrap().is_current());
    }

    async fn a_scope_is_part_of_every_read(bench: &Bench) {
        let (new, delivery) = bench.order_to_deliver("A-1");
        let order = bench.accept(new).await;
        let scope = Scope::Store(bench.shop.clone());
        assert!(bench.store.order(&scope, &order).await.unwrap().is_some());
        assert!(bench.store.delivery(&scope, &delivery).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_wrong_address_is_told_apart() {
    let bench = Bench::sqlite().await;
    for (url, wanted) in [
        ("mysql://x", "must begin with"),
        ("sqlite:///proc/nowhere/x.db", "cannot"),
    ] {
        let config = StoreConfig {
            url: url.to_owned(),
            max_connections: 2,
            audit_key: AUDIT_KEY,
            clock: bench.clock.clone(),
        };
        assert!(!format!("{config:?}").contains("nowhere"));
        let refused = Store::open(config).await.unwrap_err().to_string();
        assert!(refused.contains(wanted), "{refused}");
    }
}

#[tokio::test]
async fn a_temporary_database_goes_with_its_store() {
    let bench = Bench::sqlite().await;
    let config = StoreConfig {
        url: "sqlite::memory:".to_owned(),
        max_connections: 2,
        audit_key: AUDIT_KEY,
        clock: bench.clock.clone(),
    };
    let store = Store::open(config).await.unwrap();
    store.migrate().await.unwrap();
    store.ping().await.unwrap();
    let lost = bench
        .store
        .append_audit(&Actor::System, "a", "b", json!(null))
        .await;
    assert!(!matches!(lost, Err(StoreError::Corrupt(_))));
}
