//! Each rule of `verify` finds what it is about, once somebody who owns the database switched the guards off and changed it.

use crate::{
    accepting::{key, keyed},
    harness::Bench,
    inbox::push,
    reds::taken_back,
};
use fapiao_usecases::{
    ports::{Inbox, Issuing, Upkeep},
    proof_words::{in_chinese, next_step},
    records::Document,
};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement,
};

/// Two invoices of one segment with their documents, one of them in a wallet; a third that was taken back; an order that
/// the API answered with its key; pushes that were answered at once.
async fn history(bench: &Bench) {
    bench.stock(9, "10000").await;
    for number in ["A-1", "A-2"] {
        let (_, _, id) = bench.issued(number).await;
        let document = |format: &str| Document {
            invoice: id.clone(),
            format: format.to_owned(),
            sha256: format!("{format}-{number}"),
            sm3: String::new(),
            size: 1,
            origin: "rendered".to_owned(),
            created_at: bench.now(),
        };
        let made = vec![document("pdf"), document("xml")];
        let recorded = bench.store.record_documents(&id, made, Vec::new()).await;
        recorded.unwrap();
    }
    taken_back(bench, "A-3").await;
    bench
        .accept(keyed(bench.order("A-4"), key("k", "body")))
        .await;
    let pushes: Vec<_> = (0..1000).map(|at| push(bench, &at.to_string())).collect();
    let times = pushes.iter().map(|it| (it.id.clone(), 3)).collect();
    bench.store.record_pushes(pushes).await.unwrap();
    bench.store.note_push_times(times).await.unwrap();
}

async fn run(db: &DatabaseConnection, statement: &str) -> u64 {
    let statement = Statement::from_string(db.get_database_backend(), statement.to_owned());
    db.execute_raw(statement).await.unwrap().rows_affected()
}

/// A connection that no trigger and no foreign key stands against any more.
async fn unguarded(bench: &Bench) -> DatabaseConnection {
    let mut options = ConnectOptions::new(bench.url());
    options.max_connections(1);
    let db = Database::connect(options).await.unwrap();
    if db.get_database_backend() == DbBackend::Postgres {
        run(&db, "SET session_replication_role = replica").await;
        return db;
    }
    run(&db, "PRAGMA foreign_keys = OFF").await;
    let query = "SELECT name FROM sqlite_master WHERE type = 'trigger'";
    let query = Statement::from_string(DbBackend::Sqlite, query.to_owned());
    for row in db.query_all_raw(query).await.unwrap() {
        let name: String = row.try_get_by_index(0).unwrap();
        run(&db, &format!("DROP TRIGGER {name}")).await;
    }
    db
}

const CARD: &str = "INSERT INTO cards (delivery_id, invoice_id, state, template, code, openid, version) \
     SELECT delivery_id, id, 'inserted', 'tpl', 'c-' || order_no, '', 1 FROM invoices \
     WHERE blue_id IS NULL AND order_no IN ('A-1', 'A-2')";

/// A change past the store, the rule that finds it, and words of what it says.
macro_rules! falsified {
    ($($name:ident: $rule:literal, $words:literal => [$($statement:expr),+ $(,)?];)*) => {$(
        mod $name {
            use super::*;

            async fn body(bench: &Bench) {
                history(bench).await;
                let sound = bench.check($rule).await;
                assert!(sound.found.is_empty(), "{sound:?}");
                let db = unguarded(bench).await;
                for statement in [$($statement),+] {
                    run(&db, statement).await;
                }
                db.close().await.unwrap();
                let found = bench.check($rule).await.found;
                assert!(found.iter().any(|it| it.contains($words)), "{found:?}");
                // Whoever reads it is told in Chinese too, and what to do next.
                for line in &found {
                    assert!(in_chinese(line).is_some(), "{line}");
                }
                assert!(!next_step($rule).zh.is_empty());
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

falsified! {
    a_number_twice: "I1", "is used 2 times" => [
        "DROP INDEX ux_invoices_number",
        "UPDATE invoices SET number = '26310000000000001000' WHERE number = '26310000000000001001'",
    ];
    another_buyer: "I3", "does not state any more" => [
        "UPDATE invoices SET buyer = '别人', title = REPLACE(title, buyer, '别人') WHERE number = '26310000000000001000'",
    ];
    another_day: "I3", "does not state any more" => [
        "UPDATE invoices SET issued_at = issued_at - 86400000 WHERE number = '26310000000000001000'",
    ];
    net_and_tax_moved_together: "I3", "does not state any more" => [
        "UPDATE invoices SET amount = amount + 5, tax = tax - 5 WHERE number = '26310000000000001000'",
        "UPDATE invoice_lines SET amount = amount + 5, tax = tax - 5 WHERE no = 1 AND invoice_id = \
         (SELECT id FROM invoices WHERE number = '26310000000000001000')",
    ];
    another_name_of_a_line: "I3", "does not state any more" => [
        "UPDATE invoice_lines SET name = '咖啡' WHERE no = 1 AND invoice_id = \
         (SELECT id FROM invoices WHERE number = '26310000000000001000')",
    ];
    another_rate_of_a_line: "I3", "does not state any more" => [
        "UPDATE invoice_lines SET rate = '0.06' WHERE no = 2 AND invoice_id = \
         (SELECT id FROM invoices WHERE number = '26310000000000001000')",
    ];
    a_line_in_another_place: "I3", "does not state any more" => [
        "UPDATE invoice_lines SET no = 9 WHERE no = 1 AND invoice_id = \
         (SELECT id FROM invoices WHERE number = '26310000000000001000')",
    ];
    a_line_of_a_red_letter: "I3", "does not state any more" => [
        "UPDATE invoice_lines SET name = '咖啡' WHERE no = 1 AND invoice_id = \
         (SELECT id FROM invoices WHERE blue_id IS NOT NULL)",
    ];
    a_card_code_twice: "I5", "is held by 2 deliveries" => [
        "DROP INDEX ux_cards_code",
        CARD,
        "UPDATE cards SET code = 'c'",
    ];
    an_answer_whose_order_is_gone: "I6", "was answered with ord_" => [
        "DELETE FROM order_lines WHERE order_id = (SELECT id FROM orders WHERE order_no = 'A-4')",
        "DELETE FROM orders WHERE order_no = 'A-4'",
    ];
    an_answer_with_other_totals: "I6", "is stored otherwise than request k" => [
        "UPDATE orders SET amount = amount + 1, tax = tax - 1 WHERE order_no = 'A-4'",
    ];
    an_answer_with_another_number: "I6", "is stored otherwise than request k" => [
        "UPDATE orders SET order_no = 'A-5' WHERE order_no = 'A-4'",
    ];
    an_answer_about_nothing: "I6", "names nothing that is stored" => [
        "UPDATE idempotency SET body = '{}'",
    ];
    an_answered_push_that_went: "I6b", "was answered and is not in the inbox" => [
        "DELETE FROM pushes WHERE dedup_key = '7'",
    ];
    an_answered_push_called_refused: "I6b", "was answered and is not in the inbox" => [
        "UPDATE pushes SET verdict = 'stranger', state = 'refused' WHERE dedup_key = '7'",
    ];
    a_push_that_waited_too_long: "I9", "waited 4501 ms for its answer" => [
        "UPDATE pushes SET answered_ms = 4501 WHERE dedup_key = '7'",
    ];
    pushes_that_waited_a_second: "I9", "11 of 1000 pushes waited a second or longer" => [
        "UPDATE pushes SET answered_ms = 1000 WHERE CAST(dedup_key AS BIGINT) < 11",
    ];
    a_push_that_nothing_follows: "I7", "has neither outcome nor job" => [
        "DELETE FROM jobs WHERE kind = 'handle_push'",
    ];
    a_push_without_a_verdict: "I7b", "has no verdict" => [
        "UPDATE pushes SET verdict = ''",
    ];
    a_wallet_without_its_paper: "I10", "has no recorded pdf" => [
        CARD,
        "DELETE FROM documents WHERE sha256 = 'pdf-A-1'",
    ];
    another_paper: "I10b", "has another SHA-256 than the chain recorded" => [
        "UPDATE documents SET sha256 = 'pdf-A-2' WHERE sha256 = 'pdf-A-1'",
    ];
    a_paper_that_went: "I10b", "the xml that the chain recorded of invoice" => [
        "DELETE FROM documents WHERE sha256 = 'xml-A-1'",
    ];
    a_paper_from_nowhere: "I10b", "was never recorded in the chain" => [
        "UPDATE documents SET format = 'ofd' WHERE sha256 = 'xml-A-1'",
    ];
    a_red_letter_for_somebody_else: "I20", "takes nothing back" => [
        "UPDATE invoices SET buyer = '别人' WHERE blue_id IS NOT NULL",
    ];
    a_blue_invoice_below_zero: "I20", "is below zero and not red" => [
        "UPDATE invoices SET amount = -amount, tax = -tax, total = -total WHERE order_no = 'A-1'",
    ];
    another_sum_of_a_confirmation: "I21", "differs from confirmation" => [
        "UPDATE red_forms SET amount = amount - 1, total = total - 1",
    ];
    another_line_of_a_confirmation: "I21", "differs from its confirmation" => [
        "UPDATE red_form_lines SET name = '咖啡' WHERE no = 1",
    ];
    a_confirmation_carried_out_by_nothing: "I21", "is carried out without an issued red invoice" => [
        "UPDATE invoices SET state = 'reserved' WHERE blue_id IS NOT NULL",
    ];
    more_taken_back_than_there_was: "I22", "invoice " => [
        "UPDATE red_form_lines SET amount = amount * 3, tax = tax * 3, gross = gross * 3",
    ];
    a_blue_invoice_that_forgot_its_red_letter: "I23", "were taken back" => [
        "UPDATE invoices SET state = 'issued' WHERE state = 'fully_red'",
    ];
    an_order_that_gave_back_more: "I24", "its refunds say" => [
        "UPDATE orders SET refunded = refunded + 1 WHERE order_no = 'A-3'",
    ];
    sums_by_rate_that_are_not_the_order_s: "I26", "A-1" => [
        "INSERT INTO order_sums (order_id, rate, service, net, tax) \
         SELECT id, '0.13', 0, amount, tax + 1 FROM orders WHERE order_no = 'A-1'",
    ];
    fen_that_moved_between_rates: "I26", "is kept by rate as 0.06 100 + 1300, 0.13 9900 + 0, its lines come to 0.13 10000 + 1300" => [
        "INSERT INTO order_sums (order_id, rate, service, net, tax) SELECT id, '0.13', 0, amount - 100, 0 FROM orders \
         WHERE order_no = 'A-1'",
        "INSERT INTO order_sums (order_id, rate, service, net, tax) SELECT id, '0.06', 0, 100, tax FROM orders \
         WHERE order_no = 'A-1'",
    ];
    a_confirmation_that_nobody_follows: "I11", "confirmation rdf_" => [
        "DELETE FROM invoices WHERE blue_id IS NOT NULL",
        "DELETE FROM jobs WHERE kind = 'follow_red_form'",
        "UPDATE red_forms SET carried_out_at = NULL",
    ];
    a_red_letter_that_nobody_uploads: "I11", "is uploading without a job" => [
        "DELETE FROM jobs",
        "UPDATE invoices SET state = 'uploading' WHERE blue_id IS NOT NULL",
    ];
    an_invoice_that_nobody_draws: "I27", "has no paper and no job that makes one" => [
        "DELETE FROM jobs WHERE kind = 'render_invoice'",
    ];
    quota_that_was_never_given_back: "I25", "did not give its quota back" => [
        "DELETE FROM quota_ledger WHERE kind = 'return'",
    ];
    quota_given_back_in_another_month: "I25", "gives back what it should not" => [
        "UPDATE quota_ledger SET month = '2020-01' WHERE kind = 'return'",
    ];
    quota_given_back_of_a_month_that_is_over: "I25", "gives back what it should not" => [
        "UPDATE invoices SET issued_at = issued_at - 3000000000 WHERE state = 'fully_red'",
    ];
    quota_given_back_twice_over: "I25", "gives back what it should not" => [
        "UPDATE quota_ledger SET amount = amount * 2 WHERE kind = 'return'",
    ];
}
