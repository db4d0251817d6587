//! How long the month's VAT takes over many orders without an invoice:
//! `cargo run --release -p fapiao-store --example vat_bench [-- FILE-OR-URL [ORDERS]]`.
//!
//! Writes orders of three lines straight into the database, every hundredth of them as former versions wrote it, without
//! sums, and compares what the database sums with what is added up sale by sale, as it was done before sums were kept.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench stops at the first trouble, and prints"
)]

use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::{by_rate::by_rate, difference::compute_sale, money::Fen};
use fapiao_store::{Store, StoreConfig};
use fapiao_usecases::ports::{Bookkeeping, Clock, Moved, Period, Reports, Scope};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbBackend};
use std::{fmt::Write as _, sync::Arc, time::Instant};

/// Orders of one transaction.
const BATCH: u64 = 2000;
/// 1 November 2026 in Shanghai.
const START: i64 = 1_793_462_400_000;
/// Orders without sums: one of so many.
const FORMER: u64 = 100;
/// Sales read at once.
const PAGE: u32 = 500;

struct Wall;

impl Clock for Wall {
    #[expect(clippy::disallowed_methods, reason = "a bench runs in real time")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().unwrap_or_else(|| {
        let folder = std::env::temp_dir();
        folder.join("fapiao-vat-bench.db").display().to_string()
    });
    let count: u64 = arguments.next().map_or(1_000_000, |it| it.parse().unwrap());
    let url = if file.starts_with("postgres") {
        file
    } else {
        format!("sqlite://{file}")
    };
    let store = Store::open(StoreConfig {
        url: url.clone(),
        max_connections: 4,
        audit_key: [1; 32],
        clock: Arc::new(Wall),
    })
    .await
    .unwrap();
    store.migrate().await.unwrap();
    let from = DateTime::from_timestamp_millis(START).unwrap();
    let period = Period {
        seller: None,
        from,
        until: from + TimeDelta::days(30),
    };
    let known = store.sales_of(&period).await;
    if known.unwrap() == 0 {
        let since = Instant::now();
        fill(&url, count).await;
        println!("written: {count} orders in {:.1?}", since.elapsed());
    }
    for round in 1..=2 {
        let since = Instant::now();
        let rows = store.untouched_sales(&Scope::All, &period).await.unwrap();
        let summed = since.elapsed();
        let (touched, touched_sum) = one_by_one(&store, &period, &Moved::ONE_BY_ONE).await;
        println!(
            "round {round}: {summed:.1?} for the sum, {:.1?} with {touched} sales one by one",
            since.elapsed()
        );
        if round == 2 {
            let mut whole: Fen = rows.iter().map(|it| it.blue_net + it.blue_tax).sum();
            whole += touched_sum;
            let since = Instant::now();
            let (all, sum) = one_by_one(&store, &period, &[Moved::Sold]).await;
            println!("before: {:.1?} for {all} sales one by one", since.elapsed());
            assert_eq!(sum, whole, "both come to the same");
        }
    }
}

/// How many sales these causes find, and what they come to with tax.
async fn one_by_one(store: &Store, period: &Period, causes: &[Moved]) -> (u64, Fen) {
    let (mut count, mut sum) = (0, Fen::ZERO);
    for why in causes {
        let mut after = None;
        loop {
            let (sales, next) = store
                .moved_sales(&Scope::All, period, *why, after.as_ref(), PAGE)
                .await
                .unwrap();
            for sale in &sales {
                let order = &sale.order;
                let names = |_: &str| Some(String::new());
                let computed =
                    compute_sale(&order.lines, order.difference.as_ref(), &names).unwrap();
                let sold: Fen = by_rate(&computed.lines)
                    .iter()
                    .map(|it| it.net + it.tax)
                    .sum();
                let back: Fen = sale.moves.iter().map(|it| it.net + it.tax).sum();
                sum += sold + back;
                count += 1;
            }
            after = next;
            if after.is_none() {
                break;
            }
        }
    }
    (count, sum)
}

/// Rows of one table.
#[derive(Default)]
struct Rows(String);

impl Rows {
    fn add(&mut self, row: &str) {
        let comma = if self.0.is_empty() { "" } else { "," };
        let _ = write!(self.0, "{comma}({row})");
    }
}

async fn fill(url: &str, count: u64) {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await.unwrap();
    let settings = match db.get_database_backend() {
        DbBackend::Postgres => &[
            "SET synchronous_commit = off",
            "SET session_replication_role = replica",
        ][..],
        _ => &[
            "PRAGMA synchronous = OFF",
            "PRAGMA foreign_keys = OFF",
            "PRAGMA cache_size = -400000",
            "PRAGMA temp_store = MEMORY",
        ],
    };
    for setting in settings {
        db.execute_unprepared(setting).await.unwrap();
    }
    let seller = "sel_01KAHV0000000000000000000S";
    let store = "sto_01KAHV0000000000000000000T";
    for batch in 0..count.div_ceil(BATCH) {
        let (mut orders, mut lines, mut sums) = (Rows::default(), Rows::default(), Rows::default());
        for n in batch * BATCH..((batch + 1) * BATCH).min(count) {
            let o = format!("ord_01KAHV{n:020}");
            let at = START + i64::try_from(n).unwrap() * 2000;
            orders.add(&format!(
                "'{o}','{seller}','{store}','B{n}',{at},{at},'api','open',24953,2897,27850,'','',NULL,NULL,'','',''"
            ));
            for (no, code, rate, price) in [
                (1, "1080121010000000000", "0.13", "56.50"),
                (2, "1080121010000000000", "0.13", "56.50"),
                (3, "3040203000000000000", "0.06", "26.25"),
            ] {
                lines.add(&format!(
                    "'{o}',{no},'日用陶瓷餐具','{code}','16头','套','2','{price}',1,'{rate}',0"
                ));
            }
            if !n.is_multiple_of(FORMER) {
                sums.add(&format!("'{o}','0.13',0,20000,2600"));
                sums.add(&format!("'{o}','0.06',1,4953,297"));
            }
        }
        db.execute_unprepared("BEGIN").await.unwrap();
        for (table, rows) in [
            (
                "orders (id, seller_id, store_id, order_no, sold_at, created_at, source, state, amount, tax, total, fingerprint, remark, delivery_id, delivery_state, invoice_number, buyer, buyer_tax_number)",
                &orders.0,
            ),
            (
                "order_lines (order_id, no, name, tax_code, spec, unit, quantity, unit_price, tax_included, rate, discount)",
                &lines.0,
            ),
            ("order_sums (order_id, rate, service, net, tax)", &sums.0),
        ] {
            let text = format!("INSERT INTO {table} VALUES {rows}");
            db.execute_unprepared(&text).await.unwrap();
        }
        db.execute_unprepared("COMMIT").await.unwrap();
    }
    db.execute_unprepared("ANALYZE").await.unwrap();
    db.close().await.unwrap();
}
