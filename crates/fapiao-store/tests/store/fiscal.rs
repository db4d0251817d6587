//! Fiscal bills: written once, brought into one wallet, found again by whatever names them.

use crate::harness::{Bench, on_both};
use chrono::TimeDelta;
use fapiao_domain::{
    card::CardState,
    delivery::DeliveryState,
    fiscal::BillIdentity,
    ids::{BillId, Id},
    money::Fen,
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ids::{fresh, short_code},
    jobs::{Job, QueuedJob},
    ports::{BillFilter, BillWrite, FiscalBills, Ledger, Rehearse},
    records::{
        Bill, BillCard, BillDelivery, BillFile, BillItem, BillSource, BillVoid, FiscalRole,
        FiscalUnit, TemplateStand, UnitTemplate,
    },
};
use serde_json::json;

fn unit_of(bench: &Bench, code: &str) -> FiscalUnit {
    FiscalUnit {
        id: fresh(bench.now()),
        code: code.to_owned(),
        name: format!("测试执收单位 {code}"),
        role: FiscalRole::Both,
        web_account: Some(bench.account.clone()),
        app_account: None,
        bureau_account: Some(bench.account.clone()),
        bureau_platform_id: String::new(),
        logo: None,
        template: UnitTemplate {
            stand: TemplateStand::Absent,
            card_id: String::new(),
            reason: String::new(),
            payee: String::new(),
            at: None,
        },
        closed: false,
        version: 0,
    }
}

async fn save(bench: &Bench, unit: &FiscalUnit) -> Result<(), StoreError> {
    bench
        .store
        .save_fiscal_unit(
            unit,
            Vec::new(),
            &Actor::CommandLine,
            "fiscal_unit.saved",
            json!({ "code": unit.code }),
        )
        .await
}

/// A saved unit.
async fn unit(bench: &Bench, code: &str) -> FiscalUnit {
    save(bench, &unit_of(bench, code)).await.unwrap();
    let found = bench.store.fiscal_unit_by_code(code).await.unwrap();
    found.unwrap()
}

fn bill_of(bench: &Bench, unit: &FiscalUnit, number: &str) -> Bill {
    let item = |name: &str, fen: i64| BillItem {
        name: name.to_owned(),
        quantity: "1".to_owned(),
        unit: "人".to_owned(),
        standard: String::new(),
        amount: Fen::new(fen).unwrap(),
    };
    Bill {
        id: fresh(bench.now()),
        unit: unit.id.clone(),
        identity: BillIdentity::read("44060126", number, "a1b2c3").unwrap(),
        payer: "张三".to_owned(),
        amount: Fen::new(5_000).unwrap(),
        items: vec![item("考试费", 2_000), item("报名费", 3_000)],
        remark: String::new(),
        issued_at: bench.now() - TimeDelta::minutes(5),
        file: None,
        void: None,
        created_at: bench.now(),
        version: 0,
    }
}

fn delivery_of(bench: &Bench, bill: &Bill) -> BillDelivery {
    let id: fapiao_domain::ids::BillDeliveryId = fresh(bench.now());
    BillDelivery {
        wechat_order_id: id.to_string(),
        id,
        bill: bill.id.clone(),
        source: BillSource::Web,
        app_id: "wx0000000000000001".to_owned(),
        short_code: short_code(),
        return_url: String::new(),
        state: DeliveryState::Created,
        reason: String::new(),
        authorised_at: None,
        expires_at: bench.now() + TimeDelta::days(30),
        card: None,
        created_at: bench.now(),
        version: 0,
    }
}

fn write(
    bill: &BillId,
    action: &'static str,
    changed: Option<&Bill>,
    deliveries: Vec<BillDelivery>,
) -> BillWrite {
    // As the product does: what goes on by itself has a job.
    let follows = deliveries.iter().filter_map(|it| match it.state {
        DeliveryState::PageOpened => Some(Job::ConfirmBill(it.id.clone())),
        DeliveryState::Authorised | DeliveryState::Issuing => Some(Job::InsertBill(it.id.clone())),
        _ => None,
    });
    BillWrite {
        id: bill.clone(),
        bill: changed.cloned(),
        then: follows.map(|job| QueuedJob::now(job, None)).collect(),
        deliveries,
        actor: Actor::System,
        action,
        note: json!({ "told": action }),
    }
}

/// An accepted bill and its delivery.
async fn accepted(bench: &Bench, unit: &FiscalUnit, number: &str) -> (Bill, BillDelivery) {
    let bill = bill_of(bench, unit, number);
    let delivery = delivery_of(bench, &bill);
    let new = write(&bill.id, "bill.accepted", Some(&bill), vec![delivery]);
    bench.store.write_bill(new).await.unwrap();
    found(bench, &bill.id).await
}

async fn found(bench: &Bench, id: &BillId) -> (Bill, BillDelivery) {
    let bill = bench.store.bill(id).await.unwrap().unwrap();
    let deliveries = bench.store.bill_deliveries(id).await.unwrap();
    (bill, deliveries.into_iter().next().unwrap())
}

async fn goes(bench: &Bench, delivery: &mut BillDelivery, to: DeliveryState) {
    delivery.state = to;
    let change = write(&delivery.bill, "bill.changed", None, vec![delivery.clone()]);
    bench.store.write_bill(change).await.unwrap();
    delivery.version += 1;
}

/// Its card is in the wallet.
async fn carded(bench: &Bench, bill: &mut Bill, delivery: &mut BillDelivery, code: &str) {
    bill.file = Some(BillFile {
        sha256: "ab".repeat(32),
        size: 9,
    });
    let change = write(&bill.id, "bill.file_attached", Some(bill), Vec::new());
    bench.store.write_bill(change).await.unwrap();
    bill.version += 1;
    delivery.authorised_at = Some(bench.now());
    goes(bench, delivery, DeliveryState::Authorised).await;
    delivery.card = Some(BillCard {
        account: None,
        template: "p-card".to_owned(),
        state: CardState::Inserting,
        media: Some(("media-1".to_owned(), bench.now())),
        asked_at: Some(bench.now()),
        code: String::new(),
        reported_at: None,
    });
    goes(bench, delivery, DeliveryState::Issuing).await;
    let card = delivery.card.as_mut().unwrap();
    card.state = CardState::Inserted;
    card.code = code.to_owned();
    goes(bench, delivery, DeliveryState::Carded).await;
}

async fn numbers(bench: &Bench, filter: &BillFilter) -> Vec<String> {
    let page = bench.store.bills(filter, None, 0).await.unwrap();
    assert_eq!(page.count as usize, page.rows.len());
    let numbers = page.rows.into_iter();
    numbers.map(|it| it.bill.identity.number).collect()
}

fn is_refused(outcome: &Result<u64, sea_orm::DbErr>, why: &str) -> bool {
    outcome
        .as_ref()
        .is_err_and(|error| error.to_string().contains(why))
}

on_both! {
    async fn a_unit_has_its_code_alone_and_is_changed_by_its_version(bench: &Bench) {
        let first = unit(bench, "U001").await;
        assert_eq!((first.version, first.role), (1, FiscalRole::Both));
        assert!(matches!(save(bench, &unit_of(bench, "U001")).await, Err(StoreError::Exists { .. })));
        let second = unit(bench, "U002").await;
        let mut changed = FiscalUnit { code: "U001".to_owned(), ..second.clone() };
        assert!(matches!(save(bench, &changed).await, Err(StoreError::Exists { .. })));
        changed.code = "U003".to_owned();
        changed.web_account = None;
        changed.template = UnitTemplate {
            stand: TemplateStand::Ready,
            card_id: "p-card".to_owned(),
            reason: String::new(),
            payee: changed.name.clone(),
            at: Some(bench.now()),
        };
        changed.logo = Some(fapiao_usecases::records::Logo { sha256: "cd".repeat(32), png: true });
        save(bench, &changed).await.unwrap();
        assert!(matches!(save(bench, &changed).await, Err(StoreError::Stale { .. })));
        let now = bench.store.fiscal_unit(&second.id).await.unwrap().unwrap();
        assert_eq!(now, FiscalUnit { version: 2, ..changed });
        assert_eq!(bench.store.fiscal_unit_by_code("U002").await.unwrap(), None);
        let all = bench.store.fiscal_units().await.unwrap();
        assert_eq!(all.iter().map(|it| it.code.as_str()).collect::<Vec<_>>(), ["U001", "U003"]);
    }

    async fn a_bill_reads_back_as_it_was_written_and_comes_once(bench: &Bench) {
        let unit = unit(bench, "U001").await;
        let new = bill_of(bench, &unit, "0000000001");
        let delivery = delivery_of(bench, &new);
        let accept = |bill: &Bill, delivery: &BillDelivery| {
            write(&bill.id, "bill.accepted", Some(bill), vec![delivery.clone()])
        };
        bench.store.write_bill(accept(&new, &delivery)).await.unwrap();
        let stored = found(bench, &new.id).await;
        assert_eq!(stored.0, Bill { version: 1, ..new.clone() });
        assert_eq!(stored.1, BillDelivery { version: 1, ..delivery.clone() });
        let by_number = bench.store.bill_by_number("44060126", "0000000001").await.unwrap();
        assert_eq!(by_number, Some(stored.0.clone()));
        assert_eq!(bench.store.bill_by_number("44060126", "0000000002").await.unwrap(), None);
        let by_code = bench.store.bill_delivery_by_code(&delivery.short_code).await.unwrap();
        assert_eq!(by_code, Some(stored.1.clone()));
        assert_eq!(bench.store.bill_delivery_by_code("").await.unwrap(), None);
        assert_eq!(bench.store.bill_delivery(&delivery.id).await.unwrap(), Some(stored.1));
        // The same number again, another bill with its link, and a bill without a delivery.
        let again = bill_of(bench, &unit, "0000000001");
        let outcome = bench.store.write_bill(accept(&again, &delivery_of(bench, &again))).await;
        assert!(matches!(outcome, Err(StoreError::Exists { .. })), "{outcome:?}");
        let other = bill_of(bench, &unit, "0000000002");
        let same_link = BillDelivery { short_code: delivery.short_code.clone(), ..delivery_of(bench, &other) };
        let outcome = bench.store.write_bill(accept(&other, &same_link)).await;
        assert!(matches!(outcome, Err(StoreError::Exists { .. })), "{outcome:?}");
        assert_eq!(bench.store.bill(&other.id).await.unwrap(), None, "nothing of it was written");
        let outcome = bench.store.write_bill(write(&other.id, "bill.accepted", Some(&other), Vec::new())).await;
        assert!(outcome.is_err());
        let outcome = bench.store.write_bill(write(&other.id, "bill.changed", None, Vec::new())).await;
        assert!(matches!(outcome, Err(StoreError::NotFound { .. })), "{outcome:?}");
    }

    async fn of_two_changes_from_the_same_version_one_is_stale(bench: &Bench) {
        let unit = unit(bench, "U001").await;
        let (bill, delivery) = accepted(bench, &unit, "0000000001").await;
        let other = bench.another().await;
        let opened = |reason: &str| {
            let changed = BillDelivery {
                state: DeliveryState::PageOpened,
                reason: reason.to_owned(),
                ..delivery.clone()
            };
            write(&bill.id, "bill.page_opened", None, vec![changed])
        };
        let (one, two) = tokio::join!(
            bench.store.write_bill(opened("one")),
            other.write_bill(opened("two")),
        );
        let stale = [&one, &two].iter().filter(|it| matches!(it, Err(StoreError::Stale { .. }))).count();
        assert!(one.is_ok() != two.is_ok() && stale == 1, "{one:?} {two:?}");
        assert_eq!(bench.job_kinds().await, ["confirm_bill"], "what was not written is not followed");
        assert_eq!(bench.store.bill_timeline(&bill.id).await.unwrap().len(), 2);
    }

    async fn a_new_attempt_begins_when_the_last_one_ended(bench: &Bench) {
        let unit = unit(bench, "U001").await;
        let (bill, mut first) = accepted(bench, &unit, "0000000001").await;
        bench.clock.advance(TimeDelta::seconds(1));
        let second = delivery_of(bench, &bill);
        let begin = || write(&bill.id, "bill.asked_again", None, vec![second.clone()]);
        let outcome = bench.store.write_bill(begin()).await;
        assert!(matches!(outcome, Err(StoreError::Exists { .. })), "{outcome:?}");
        goes(bench, &mut first, DeliveryState::Expired).await;
        bench.store.write_bill(begin()).await.unwrap();
        assert_eq!(found(bench, &bill.id).await.1.id, second.id);
        // The payer agrees to the first page after all: the same write ends the second.
        let (mut ended, mut agreed) = (found(bench, &bill.id).await.1, first);
        ended.state = DeliveryState::Refused;
        agreed.state = DeliveryState::Authorised;
        let both = write(&bill.id, "bill.authorised", None, vec![agreed, ended]);
        bench.store.write_bill(both).await.unwrap();
        // A third is asked for; agreeing to it, too, would bring the bill into two wallets.
        bench.clock.advance(TimeDelta::seconds(1));
        let third = delivery_of(bench, &bill);
        bench.store.write_bill(write(&bill.id, "bill.asked_again", None, vec![third])).await.unwrap();
        let (_, mut third) = found(bench, &bill.id).await;
        third.state = DeliveryState::Authorised;
        let outcome = bench.store.write_bill(write(&bill.id, "bill.authorised", None, vec![third])).await;
        assert!(matches!(outcome, Err(StoreError::Exists { .. })), "{outcome:?}");
    }

    async fn what_a_bill_says_is_never_changed(bench: &Bench) {
        let unit = unit(bench, "U001").await;
        let (mut bill, mut delivery) = accepted(bench, &unit, "0000000001").await;
        carded(bench, &mut bill, &mut delivery, "700100").await;
        bill.void = Some(BillVoid { at: bench.now(), reason: "开错".to_owned() });
        let mut void = write(&bill.id, "bill.voided", Some(&bill), Vec::new());
        void.then = vec![QueuedJob::now(Job::CancelBill(delivery.id.clone()), None)];
        bench.store.write_bill(void).await.unwrap();
        let (stored, delivery) = found(bench, &bill.id).await;
        assert_eq!((stored.file.is_some(), stored.void.clone()), (true, bill.void.clone()));
        let mut open = Vec::new();
        for (column, kind) in bench.columns("fiscal_bills").await {
            if ["version", "delivery_id", "delivery_state"].contains(&column.as_str()) {
                continue;
            }
            let other = match kind.to_lowercase().as_str() {
                "text" => format!("COALESCE({column}, '') || 'x'"),
                _ => format!("COALESCE({column}, 0) + 1"),
            };
            for change in [
                format!("UPDATE fiscal_bills SET {column} = {other}"),
                format!("UPDATE fiscal_bills SET {column} = NULL"),
            ] {
                let outcome = bench.tamper(&change).await;
                if !["never changed", "set once", "void once"].iter().any(|it| is_refused(&outcome, it)) {
                    open.push(change);
                }
            }
        }
        assert!(open.is_empty(), "{open:?}");
        assert!(is_refused(&bench.tamper("DELETE FROM fiscal_bills").await, "never changed or removed"));
        assert!(is_refused(&bench.tamper("DELETE FROM fiscal_bill_deliveries").await, "never removed"));
        for change in [
            "bill_id = 'bil_x'", "wechat_order_id = 'x'", "short_code = 'x'", "created_at = 1",
            "card_code = ''", "card_template = 'other'",
        ] {
            let outcome = bench.tamper(&format!("UPDATE fiscal_bill_deliveries SET {change}")).await;
            assert!(is_refused(&outcome, "never removed") || is_refused(&outcome, "keeps its code"), "{change}");
        }
        if bench.is_postgres() {
            let outcome = bench.tamper("TRUNCATE fiscal_bills, fiscal_bill_deliveries").await;
            assert!(is_refused(&outcome, "never"));
        }
        // Nor through the store, which names what it was given.
        let forged = Bill { payer: "李四".to_owned(), ..stored.clone() };
        let outcome = bench.store.write_bill(write(&bill.id, "bill.changed", Some(&forged), Vec::new())).await;
        assert!(matches!(outcome, Err(StoreError::Corrupt(_))), "{outcome:?}");
        let other_file = Bill { file: Some(BillFile { sha256: "ef".repeat(32), size: 9 }), ..stored.clone() };
        let outcome = bench.store.write_bill(write(&bill.id, "bill.changed", Some(&other_file), Vec::new())).await;
        assert!(matches!(outcome, Err(StoreError::Corrupt(_))), "{outcome:?}");
        assert_eq!(found(bench, &bill.id).await, (stored, delivery));
    }

    async fn cards_are_found_by_template_and_code(bench: &Bench) {
        let unit = unit(bench, "U001").await;
        let (mut bill, mut delivery) = accepted(bench, &unit, "0000000001").await;
        carded(bench, &mut bill, &mut delivery, "700100").await;
        let by_card = |template: &'static str, code: &'static str| bench.store.bill_delivery_by_card(template, code);
        assert_eq!(by_card("p-card", "700100").await.unwrap().unwrap(), delivery);
        assert_eq!(delivery.card.as_ref().unwrap().media, Some(("media-1".to_owned(), bench.now())));
        assert_eq!(by_card("p-other", "700100").await.unwrap(), None);
        assert_eq!(by_card("p-card", "").await.unwrap(), None);
        // The same card for another bill.
        let (mut other, mut its) = accepted(bench, &unit, "0000000002").await;
        carded(bench, &mut other, &mut its, "700101").await;
        let (mut third, mut lost) = accepted(bench, &unit, "0000000003").await;
        carded(bench, &mut third, &mut lost, "").await;
        let card = lost.card.as_mut().unwrap();
        card.state = CardState::CodeUnknown;
        goes(bench, &mut lost, DeliveryState::Carded).await;
        let open = bench.store.bill_cards_without_code("p-card").await.unwrap();
        assert_eq!(open, [lost.clone()]);
        assert_eq!(bench.store.bill_cards_without_code("p-other").await.unwrap(), []);
        lost.card.as_mut().unwrap().code = "700101".to_owned();
        let taken = write(&third.id, "bill.changed", None, vec![lost]);
        let outcome = bench.store.write_bill(taken).await;
        assert!(matches!(outcome, Err(StoreError::Exists { .. })), "{outcome:?}");
        // Files are named for the check and for backups, each once.
        let hashes = bench.store.document_hashes(None, 10).await.unwrap();
        assert_eq!(hashes, [("ab".repeat(32), 9)]);
        assert_eq!(bench.store.document_hashes(Some(&"ab".repeat(32)), 10).await.unwrap(), []);
    }

    async fn the_list_filters_and_goes_on_page_by_page(bench: &Bench) {
        let (one, two) = (unit(bench, "U001").await, unit(bench, "U002").await);
        let mut all = Vec::new();
        for at in 1..=5 {
            bench.clock.advance(TimeDelta::seconds(1));
            let unit = if at == 5 { &two } else { &one };
            all.push(accepted(bench, unit, &format!("12345600{at:02}")).await);
        }
        goes(bench, &mut all[1].1, DeliveryState::Refused).await;
        let mut void = all[2].0.clone();
        void.void = Some(BillVoid { at: bench.now(), reason: "开错".to_owned() });
        bench.store.write_bill(write(&void.id, "bill.voided", Some(&void), Vec::new())).await.unwrap();
        let filter = BillFilter::default;
        let text = |text: &str| BillFilter { text: text.to_owned(), ..filter() };
        assert_eq!(numbers(bench, &filter()).await, ["1234560005", "1234560004", "1234560003", "1234560002", "1234560001"]);
        assert_eq!(numbers(bench, &BillFilter { unit: Some(two.id.clone()), ..filter() }).await, ["1234560005"]);
        let refused = BillFilter { state: Some(DeliveryState::Refused), ..filter() };
        assert_eq!(numbers(bench, &refused).await, ["1234560002"]);
        assert_eq!(numbers(bench, &BillFilter { void: Some(true), ..filter() }).await, ["1234560003"]);
        assert_eq!(numbers(bench, &BillFilter { void: Some(false), ..filter() }).await.len(), 4);
        assert_eq!(numbers(bench, &BillFilter { void: Some(false), ..text("123456") }).await.len(), 4);
        assert_eq!(numbers(bench, &text("1234560004")).await, ["1234560004"]);
        assert_eq!(numbers(bench, &text("12")).await.len(), 5);
        assert_eq!(numbers(bench, &text("34")).await, Vec::<String>::new());
        assert_eq!(numbers(bench, &text(" 44060126 1234560001")).await, ["1234560001"]);
        assert_eq!(numbers(bench, &text("440601261234560")).await.len(), 5);
        assert_eq!(numbers(bench, &text("440601271234560001")).await, Vec::<String>::new());
        assert_eq!(numbers(bench, &text("三")).await.len(), 5);
        for nobody in ["李", "%", "_", "张%"] {
            assert_eq!(numbers(bench, &text(nobody)).await, Vec::<String>::new(), "{nobody}");
        }
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = bench.store.bills(&filter(), after.as_deref(), 2).await.unwrap();
            assert_eq!((page.count, page.sum), (5, Some(Fen::new(25_000).unwrap())));
            seen.extend(page.rows.into_iter().map(|it| (it.bill.id, it.delivery.state)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let expected = all.iter().rev().map(|(bill, delivery)| (bill.id.clone(), delivery.state));
        assert_eq!(seen, expected.collect::<Vec<_>>());
        assert!(matches!(bench.store.bills(&filter(), Some("%%"), 2).await, Err(StoreError::Cursor)));
    }

    async fn the_timeline_is_the_bills_lines_and_names_no_payer(bench: &Bench) {
        let unit = unit(bench, "U001").await;
        let (mut bill, mut delivery) = accepted(bench, &unit, "0000000001").await;
        accepted(bench, &unit, "0000000002").await;
        carded(bench, &mut bill, &mut delivery, "700100").await;
        let lines = bench.store.bill_timeline(&bill.id).await.unwrap();
        let actions: Vec<_> = lines.iter().map(|it| it.action.as_str()).collect();
        assert_eq!(actions, ["bill.accepted", "bill.file_attached", "bill.changed", "bill.changed", "bill.changed"]);
        assert!(lines.windows(2).all(|two| two[0].seq < two[1].seq));
        assert!(lines.iter().all(|it| it.subject == bill.id.as_str() && it.order.is_none()));
        assert_eq!(lines[0].data["told"], "bill.accepted");
        assert_eq!(lines[0].data["facts_sha256"].as_str().unwrap().len(), 64);
        assert_eq!(lines[1].data["file_sha256"], "ab".repeat(32));
        assert_eq!(lines[4].data["deliveries"], json!([{
            "id": delivery.id.as_str(), "from": "issuing", "to": "carded", "card_from": "inserting", "card_to": "inserted",
        }]));
        assert!(!format!("{lines:?}").contains("张三"));
    }

    async fn overdue_payers_are_found_the_longest_first(bench: &Bench) {
        let unit = unit(bench, "U001").await;
        let mut ids = Vec::new();
        for at in 1..=4 {
            let bill = bill_of(bench, &unit, &format!("000000000{at}"));
            let delivery = BillDelivery {
                expires_at: bench.now() + TimeDelta::hours(10 - at),
                ..delivery_of(bench, &bill)
            };
            ids.push(delivery.id.clone());
            let new = write(&bill.id, "bill.accepted", Some(&bill), vec![delivery]);
            bench.store.write_bill(new).await.unwrap();
        }
        let mut agreed = bench.store.bill_delivery(&ids[3]).await.unwrap().unwrap();
        goes(bench, &mut agreed, DeliveryState::Authorised).await;
        let before = bench.now() + TimeDelta::hours(8);
        let due = bench.store.overdue_bill_deliveries(before, 9).await.unwrap();
        assert_eq!(due.iter().map(|it| &it.id).collect::<Vec<_>>(), [&ids[2], &ids[1]]);
        assert_eq!(bench.store.overdue_bill_deliveries(before, 1).await.unwrap().len(), 1);
    }

    async fn a_rehearsed_write_leaves_nothing_behind(bench: &Bench) {
        let unit = unit(bench, "U001").await;
        let (bill, delivery) = accepted(bench, &unit, "0000000001").await;
        let (trial, log) = bench.store.rehearse();
        let changed = BillDelivery { state: DeliveryState::PageOpened, ..delivery.clone() };
        trial.write_bill(write(&bill.id, "bill.page_opened", None, vec![changed])).await.unwrap();
        let told = log();
        assert_eq!(told.changes.len(), 1);
        assert_eq!((told.changes[0].action.as_str(), told.changes[0].subject.as_str()), ("bill.page_opened", bill.id.as_str()));
        assert_eq!(told.jobs, [("confirm_bill".to_owned(), delivery.id.to_string())]);
        assert_eq!(found(bench, &bill.id).await, (bill, delivery));
    }
}

/// Switches a guard off and changes something, as somebody who owns the database can; what the rule then says.
async fn found_after(bench: &Bench, rule: &str, guard: Option<(&str, &str)>, change: &str) {
    if let Some((table, name)) = guard {
        let off = if bench.is_postgres() {
            format!("ALTER TABLE {table} DISABLE TRIGGER {table}_{name}")
        } else {
            format!("DROP TRIGGER {table}_{name}")
        };
        bench.tamper(&off).await.unwrap();
    }
    assert_eq!(bench.check(rule).await.found, Vec::<String>::new());
    bench.tamper(change).await.unwrap();
    let found = bench.check(rule).await.found;
    assert!(!found.is_empty(), "{rule} does not find {change}");
}

/// A change past the store, the guard that has to be switched off for it, and the rule that finds it.
macro_rules! found_by {
    ($($name:ident: $guard:expr, $change:literal => $rule:literal;)*) => {$(
        mod $name {
            use super::*;

            async fn body(bench: &Bench) {
                let unit = unit(bench, "U001").await;
                let (mut bill, mut delivery) = accepted(bench, &unit, "0000000001").await;
                carded(bench, &mut bill, &mut delivery, "700100").await;
                let (_, mut open) = accepted(bench, &unit, "0000000002").await;
                goes(bench, &mut open, DeliveryState::PageOpened).await;
                bench.assert_sound().await;
                found_after(bench, $rule, $guard, $change).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body(&Bench::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
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
    another_payer: Some(("fiscal_bills", "kept_update")),
        "UPDATE fiscal_bills SET payer = '李四' WHERE number = '0000000002'" => "B1";
    another_sum_with_its_items: Some(("fiscal_bills", "kept_update")),
        "UPDATE fiscal_bills SET amount = 100000, items = replace(items, '2000', '97000')" => "B1";
    another_file: Some(("fiscal_bills", "file_update")),
        "UPDATE fiscal_bills SET file_sha256 = 'x' WHERE number = '0000000001'" => "B1";
    a_file_from_nowhere: None,
        "UPDATE fiscal_bills SET file_sha256 = 'x', file_size = 1 WHERE number = '0000000002'" => "B1";
    a_delivery_past_the_store: None,
        "UPDATE fiscal_bill_deliveries SET state = 'expired' WHERE state = 'page_opened'" => "B1";
    a_row_that_shows_another_state: None,
        "UPDATE fiscal_bills SET delivery_state = 'refused'" => "B2";
    a_card_without_a_carded_delivery: None,
        "UPDATE fiscal_bill_deliveries SET state = 'failed' WHERE state = 'carded'" => "B3";
    a_carded_delivery_without_a_card: None,
        "UPDATE fiscal_bill_deliveries SET state = 'carded' WHERE state = 'page_opened'" => "B3";
    a_lost_job: None, "UPDATE jobs SET subject = 'gone' WHERE kind = 'confirm_bill'" => "B4";
    a_void_bill_whose_card_stays: None,
        "UPDATE fiscal_bills SET void_at = 1, version = 9 WHERE number = '0000000001'" => "B4";
}
