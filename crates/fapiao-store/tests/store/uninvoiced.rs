//! Sales without an invoice: what the database sums is what would be summed sale by sale.

use crate::harness::{Bench, on_both};
use chrono::TimeDelta;
use fapiao_domain::{by_rate::RateSum, money::Fen, rate::Rate};
use fapiao_usecases::ports::{Issued, Moved, NewOrder, Period, Reports, Scope, VatRow};

fn sum(rate: &str, service: bool, net: &str, tax: &str) -> RateSum {
    RateSum {
        rate: Rate::parse(rate).unwrap(),
        service,
        net: Fen::parse_yuan(net).unwrap(),
        tax: Fen::parse_yuan(tax).unwrap(),
    }
}

/// An order whose sums are kept.
fn kept(bench: &Bench, number: &str) -> NewOrder {
    let mut new = bench.order(number);
    new.sums = vec![
        sum("0.13", false, "60", "7.80"),
        sum("0.13", true, "40", "5.20"),
    ];
    new.order.lines[0].unit_price = "67.80".parse().unwrap();
    new.order.lines[1].unit_price = "90.40".parse().unwrap();
    new.order.lines[1].tax_code = "3070401000000000000".to_owned();
    new
}

/// Order numbers that a cause finds.
async fn found(bench: &Bench, period: &Period, why: Moved) -> Vec<String> {
    let page = bench
        .store
        .moved_sales(&Scope::All, period, why, None, 100)
        .await
        .unwrap();
    let numbers = page.0.into_iter().map(|it| it.order.order_no);
    let mut numbers: Vec<String> = numbers.collect();
    numbers.sort();
    numbers
}

async fn summed(bench: &Bench, scope: &Scope, period: &Period) -> Vec<VatRow> {
    let mut rows = bench.store.untouched_sales(scope, period).await.unwrap();
    rows.sort_by_key(|it| it.service);
    rows
}

on_both! {
    async fn each_sale_is_summed_by_the_database_or_looked_at_and_never_both(bench: &Bench) {
        bench.stock(5, "1000").await;
        for number in ["A-1", "A-2"] {
            bench.accept(kept(bench, number)).await;
        }
        // Of a former version: nothing is kept of what it comes to.
        bench.accept(bench.order("A-3")).await;
        // Invoiced wholly.
        bench.issued("A-4").await;
        let now = bench.now();
        let period = Period {
            seller: None,
            from: now - TimeDelta::hours(1),
            until: now + TimeDelta::hours(1),
        };
        let rows = summed(bench, &Scope::All, &period).await;
        assert_eq!(rows.len(), 2, "{rows:?}");
        for (row, net, tax) in [(&rows[0], "120", "15.60"), (&rows[1], "80", "10.40")] {
            assert_eq!((row.rate.as_str(), row.issued), ("0.13", Issued::None));
            assert_eq!((row.blue_count, row.red_count), (2, 0), "{row:?}");
            assert_eq!(row.blue_net, Fen::parse_yuan(net).unwrap());
            assert_eq!(row.blue_tax, Fen::parse_yuan(tax).unwrap());
        }
        assert_eq!(found(bench, &period, Moved::Touched).await, ["A-3"]);
        assert_eq!(found(bench, &period, Moved::Sold).await, ["A-1", "A-2", "A-3"]);
        for why in [Moved::Late, Moved::Invoiced, Moved::GivenBack] {
            assert!(found(bench, &period, why).await.is_empty(), "{why:?}");
        }
        // Another seller, another store and the month after have none of it.
        let other = Period { seller: Some(fapiao_usecases::ids::fresh(now)), ..period.clone() };
        assert!(summed(bench, &Scope::All, &other).await.is_empty());
        let elsewhere = Scope::Store(fapiao_usecases::ids::fresh(now));
        assert!(summed(bench, &elsewhere, &period).await.is_empty());
        let next = Period { from: period.until, until: now + TimeDelta::days(31), ..period };
        assert!(summed(bench, &Scope::All, &next).await.is_empty());
        assert!(found(bench, &next, Moved::Touched).await.is_empty());
    }
}
