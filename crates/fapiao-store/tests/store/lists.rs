//! Pages: complete, scoped, found by whatever staff type.

use crate::harness::{Bench, on_both};
use chrono::TimeDelta;
use fapiao_domain::{
    delivery::DeliveryState, invoice::InvoiceState, money::Fen, order::OrderState,
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ids::fresh,
    ports::{InvoiceFilter, Issuing, Ledger, OrderFilter, Sales, Scope, Setup},
    records::Store as StoreRecord,
};

fn text(text: &str) -> OrderFilter {
    OrderFilter {
        text: text.to_owned(),
        ..OrderFilter::default()
    }
}

async fn found(bench: &Bench, filter: OrderFilter) -> Vec<String> {
    let page = bench.store.orders(&Scope::All, &filter).await.unwrap();
    page.rows.into_iter().map(|row| row.order_no).collect()
}

on_both! {
    async fn orders_are_found_by_what_staff_type(bench: &Bench) {
        bench.stock(5, "1000").await;
        bench.issued("A_1%").await;
        bench.accept(bench.order("AB1x")).await;
        bench.accept(bench.order("茶-1")).await;
        assert_eq!(found(bench, text("A_1%")).await, ["A_1%"]);
        assert_eq!(found(bench, text("A_")).await, ["A_1%"]);
        assert_eq!(found(bench, text(" 茶 ")).await, ["茶-1"]);
        assert_eq!(found(bench, text("2631000000000000")).await, ["A_1%"]);
        assert_eq!(found(bench, text("上海某某")).await, ["A_1%"]);
        assert_eq!(found(bench, text("91310000MA1FL0AB17")).await, ["A_1%"]);
        assert_eq!(found(bench, text("¥113.00")).await.len(), 3);
        assert_eq!(found(bench, text("113")).await.len(), 3);
        assert_eq!(found(bench, text("114")).await.len(), 0);
        assert_eq!(found(bench, text("'; DROP TABLE orders; --")).await.len(), 0);
        let open = OrderFilter { state: Some(OrderState::Open), ..text("A") };
        assert_eq!(found(bench, open).await, ["AB1x"]);
        let issuing = OrderFilter { delivery_state: Some(DeliveryState::Issuing), ..text("") };
        assert_eq!(found(bench, issuing).await, ["A_1%"]);
        let page = bench.store.orders(&Scope::All, &text("A_1%")).await.unwrap();
        let row = &page.rows[0];
        assert_eq!((row.invoice_number.as_str(), row.buyer.as_str()), ("26310000000000001000", "上海某某贸易有限公司"));
        assert_eq!((row.store_name.as_str(), row.delivery_state), ("南京西路店", Some(DeliveryState::Issuing)));
        assert_eq!((page.count, page.sum), (1, Some(Fen::parse_yuan("113").unwrap())));
    }

    async fn a_sum_may_be_larger_than_any_single_amount(bench: &Bench) {
        for number in ["A-1", "A-2"] {
            let mut new = bench.order(number);
            let yuan = |text| Fen::parse_yuan(text).unwrap();
            new.order.totals.amount = yuan("600000000");
            new.order.totals.tax = Fen::ZERO;
            new.order.totals.total = yuan("600000000");
            bench.accept(new).await;
        }
        let page = bench.store.orders(&Scope::All, &text("A-")).await.unwrap();
        assert_eq!(page.sum.unwrap().to_string(), "1200000000.00");
    }

    async fn pages_are_complete_and_newest_first(bench: &Bench) {
        let mut numbers = Vec::new();
        for at in 0..25 {
            bench.clock.advance(TimeDelta::seconds(i64::from(at % 3)));
            numbers.push(format!("A-{at:02}"));
            bench.accept(bench.order(&numbers[at as usize])).await;
        }
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let filter = OrderFilter { limit: 7, after, ..text("A-") };
            let page = bench.store.orders(&Scope::All, &filter).await.unwrap();
            assert_eq!((page.count, page.sum), (25, Some(Fen::parse_yuan("2825").unwrap())));
            seen.extend(page.rows.into_iter().map(|row| (row.created_at, row.order_no)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert!(seen.windows(2).all(|pair| pair[0].0 >= pair[1].0));
        let mut sorted: Vec<_> = seen.into_iter().map(|(_, number)| number).collect();
        sorted.sort();
        assert_eq!(sorted, numbers);
        let nonsense = OrderFilter { after: Some("nonsense".to_owned()), limit: 1, ..text("") };
        let refused = bench.store.orders(&Scope::All, &nonsense).await;
        assert!(matches!(refused, Err(StoreError::Cursor)), "{refused:?}");
    }

    async fn a_search_that_finds_too_many_counts_no_further(bench: &Bench) {
        let mut orders = Vec::new();
        for at in 0..10_050 {
            orders.push(bench.order(&format!("B-{at:05}")));
        }
        bench.store.accept_orders(orders).await.unwrap();
        bench.clock.advance(TimeDelta::seconds(1));
        bench.accept(bench.order("B-newest")).await;
        for many in ["", "B-", "113.00"] {
            let page = bench.store.orders(&Scope::All, &text(many)).await.unwrap();
            assert_eq!((page.count, page.sum, page.rows.len()), (10_000, None, 50), "{many}");
            assert_eq!(page.rows[0].order_no, "B-newest");
            let next = OrderFilter { after: page.next, ..text(many) };
            let second = bench.store.orders(&Scope::All, &next).await.unwrap();
            assert!(second.rows.iter().all(|row| !page.rows.contains(row)));
        }
        let few = bench.store.orders(&Scope::All, &text("B-0999")).await.unwrap();
        assert_eq!(few.count, 10);
    }

    async fn a_store_sees_its_own_orders_only(bench: &Bench) {
        bench.accept(bench.order("A-1")).await;
        let other = StoreRecord {
            id: fresh(bench.now()), seller: bench.seller.clone(), code: "S002".to_owned(), name: "徐家汇店".to_owned(),
            version: 1,
        };
        bench.store.save_store(&other, &Actor::System).await.unwrap();
        let mut new = bench.order("B-1");
        new.order.store = other.id.clone();
        bench.accept(new).await;
        let scope = Scope::Store(other.id.clone());
        let page = bench.store.orders(&scope, &text("")).await.unwrap();
        assert_eq!((page.rows.len(), page.rows[0].order_no.as_str(), page.count), (1, "B-1", 1));
        // A filter does not widen the scope.
        let filter = OrderFilter { store: Some(bench.shop.clone()), ..text("") };
        assert_eq!(bench.store.orders(&scope, &filter).await.unwrap().rows.len(), 0);
        let day = OrderFilter {
            from: Some(bench.now()), until: Some(bench.now() + TimeDelta::seconds(1)), ..text("")
        };
        assert_eq!(found(bench, day).await.len(), 2);
        let before = OrderFilter { until: Some(bench.now()), ..text("") };
        assert_eq!(found(bench, before).await.len(), 0);
    }

    async fn invoices_are_listed_and_found(bench: &Bench) {
        bench.stock(5, "1000").await;
        let (_, _, first) = bench.issued("A-1").await;
        bench.clock.advance(TimeDelta::seconds(5));
        bench.drafted("A-2").await;
        let list = |filter: InvoiceFilter| async move {
            bench.store.invoices(&Scope::All, &filter).await.unwrap()
        };
        let all = list(InvoiceFilter::default()).await;
        assert_eq!((all.rows.len(), all.count, all.sum), (2, 2, Some(Fen::parse_yuan("226").unwrap())));
        assert_eq!(all.rows[0].order_no, "A-2");
        assert_eq!((all.rows[1].id.clone(), all.rows[1].state), (first.clone(), InvoiceState::Issued));
        for search in ["2631", "A-1"] {
            let hits = list(InvoiceFilter { text: search.to_owned(), ..InvoiceFilter::default() }).await;
            assert_eq!(hits.rows.len(), 1, "{search}");
            assert_eq!(hits.rows[0].id, first);
        }
        let ready = list(InvoiceFilter { state: Some(InvoiceState::Ready), ..InvoiceFilter::default() }).await;
        assert_eq!(ready.rows.len(), 1);
        let paged = list(InvoiceFilter { limit: 1, ..InvoiceFilter::default() }).await;
        let rest = list(InvoiceFilter { limit: 1, after: paged.next, ..InvoiceFilter::default() }).await;
        assert_eq!((rest.rows[0].id.clone(), rest.next), (first.clone(), None));
        let elsewhere = Scope::Store(fresh(bench.now()));
        assert_eq!(bench.store.invoices(&elsewhere, &InvoiceFilter::default()).await.unwrap().count, 0);
        assert_eq!(bench.store.invoice(&elsewhere, &first).await.unwrap(), None);
        assert_eq!(bench.store.invoices_by_id(&[first.clone(), first, fresh(bench.now())]).await.unwrap().len(), 1);
    }

    async fn the_home_page_counts(bench: &Bench) {
        bench.stock(5, "1000").await;
        bench.issued("A-1").await;
        bench.clock.advance(TimeDelta::days(1));
        bench.issued("A-2").await;
        bench.drafted("A-3").await;
        let (new, _) = bench.order_to_deliver("A-4");
        bench.accept(new).await;
        let home = bench.store.dashboard(&Scope::All, bench.now()).await.unwrap();
        assert_eq!((home.orders_today, home.issued_today.all, home.awaiting_buyer), (3, 1, 1));
        assert_eq!((home.in_progress, home.parked), (1, 0));
        assert_eq!((home.issued_today.red, home.issued_today.total), (0, Fen::parse_yuan("113").unwrap()));
        assert_eq!((home.issued_month.all, home.issued_month.total), (2, Fen::parse_yuan("226").unwrap()));
        assert_eq!(home.by_day.len(), 30);
        let days: Vec<_> = home.by_day[28..].iter().map(|it| (it.day.as_str(), it.all, it.red)).collect();
        assert_eq!(days, [("2026-12-01", 1, 0), ("2026-12-02", 1, 0)]);
        let elsewhere = Scope::Store(fresh(bench.now()));
        assert_eq!(bench.store.dashboard(&elsewhere, bench.now()).await.unwrap().orders_today, 0);
        bench.store.ping().await.unwrap();
    }
}
