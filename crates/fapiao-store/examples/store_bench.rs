//! How fast the ledger is on this machine: `cargo run --release -p fapiao-store --example store_bench [-- URL]`.
//!
//! Without an address a SQLite file in the temporary folder is used. The machine's fdatasync rate of the same minute
//! stands beside the figures, for a disk of today is not the disk of tomorrow.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench stops at the first trouble, and prints"
)]

use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::{
    by_rate::RateSum,
    delivery::{Channel, PageType},
    ids::{AccountId, OrderId, SellerId, StoreId},
    line::OrderLine,
    money::Fen,
    order::OrderState,
    party::SellerParty,
    rate::Rate,
    special::AskedKind,
    totals::Totals,
};
use fapiao_store::{Store, StoreConfig};
use fapiao_usecases::{
    actor::Actor,
    idempotency::Idempotency,
    ids::{fresh, short_code},
    jobs::{FinishedJob, JobEnd},
    ports::{
        Accepted, Clock, Inbox, JobQueue, Ledger, NewDelivery, NewOrder, NewPush, OrderFilter,
        Sales, Scope, Setup,
    },
    records::{
        Account, AccountKind, IssuingMode, Order, PushMode, SealedText, Seller,
        Store as StoreRecord,
    },
};
use std::{
    future::Future,
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

struct Wall;

impl Clock for Wall {
    #[expect(clippy::disallowed_methods, reason = "a bench runs in real time")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

struct Company {
    seller: SellerId,
    shop: StoreId,
    account: AccountId,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let url = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "sqlite::memory:".to_owned());
    println!("fdatasync of 4 KiB      {:>9}/s", fdatasync_rate());
    let store = Store::open(StoreConfig {
        url,
        max_connections: 8,
        audit_key: [1; 32],
        clock: Arc::new(Wall),
    })
    .await
    .unwrap();
    store.migrate().await.unwrap();
    let company = Arc::new(furnish(&store).await);
    let run = Wall.now().timestamp_millis();
    let serial = Arc::new(AtomicU64::new(0));

    for (callers, total) in [(1, 2_000), (8, 8_000), (64, 40_000), (256, 80_000)] {
        let (store, company, serial) = (store.clone(), company.clone(), serial.clone());
        let what = format!("orders, {callers} callers");
        closed_loop(&what, callers, total, move || {
            let (store, company, serial) = (store.clone(), company.clone(), serial.clone());
            async move {
                let new = order(&company, run, serial.fetch_add(1, Ordering::Relaxed));
                let answers = store.accept_orders(vec![new]).await.unwrap();
                assert_eq!(answers, [Accepted::New]);
            }
        })
        .await;
    }
    for (callers, total) in [(1, 2_000), (64, 40_000), (256, 80_000)] {
        let (store, company, serial) = (store.clone(), company.clone(), serial.clone());
        let what = format!("pushes, {callers} callers");
        closed_loop(&what, callers, total, move || {
            let (store, company, serial) = (store.clone(), company.clone(), serial.clone());
            async move {
                let new = push(&company, run, serial.fetch_add(1, Ordering::Relaxed));
                store.record_pushes(vec![new]).await.unwrap();
            }
        })
        .await;
    }
    drain(&store).await;
    lists(&store, run).await;
    let since = Instant::now();
    let results = store.verify().await.unwrap();
    let lines = results
        .iter()
        .find(|it| it.id == "I8")
        .map_or(0, |it| it.looked_at);
    for check in results.iter().filter(|check| !check.found.is_empty()) {
        // Pushes were drained without an outcome; everything else has to hold.
        assert_eq!(check.id, "I7", "{:?}", check.found);
    }
    println!(
        "verify                  {:>9} audit lines in {:.1} s",
        lines,
        since.elapsed().as_secs_f32()
    );
}

/// Callers that ask again as soon as they were answered.
async fn closed_loop<F, R>(what: &str, callers: usize, total: usize, act: F)
where
    F: Fn() -> R + Clone + Send + 'static,
    R: Future<Output = ()> + Send,
{
    let (since, cpu) = (Instant::now(), cpu_millis());
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let act = act.clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                for _ in 0..total / callers {
                    let asked = Instant::now();
                    act().await;
                    times.push(asked.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times: Vec<Duration> = Vec::with_capacity(total);
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    let rate = times.len() as u128 * 1_000_000 / since.elapsed().as_micros().max(1);
    let cpu = (cpu_millis() - cpu) * 1000 / times.len() as u64;
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!(
        "{what:<23} {rate:>9}/s   p50 {:>8.2?}   p99 {:>8.2?}   {cpu} µs of CPU each, caller included",
        at(50),
        at(99)
    );
}

/// Pages of the order list, as staff open them.
async fn lists(store: &Store, run: i64) {
    let text = |text: String| OrderFilter {
        text,
        ..OrderFilter::default()
    };
    let shop = store.stores().await.unwrap()[0].id.clone();
    let filters = [
        ("first page", OrderFilter::default()),
        ("one number", text(format!("B{run}-77"))),
        ("number begins", text(format!("B{run}"))),
        ("amount of all", text("113.00".to_owned())),
        ("amount of none", text("114.00".to_owned())),
        ("unknown buyer", text("上海".to_owned())),
        (
            "state of none",
            OrderFilter {
                state: Some(OrderState::Invoiced),
                ..OrderFilter::default()
            },
        ),
        (
            "state of all",
            OrderFilter {
                state: Some(OrderState::Delivering),
                store: Some(shop),
                ..OrderFilter::default()
            },
        ),
    ];
    for (name, filter) in filters {
        let since = Instant::now();
        let page = store.orders(&Scope::All, &filter).await.unwrap();
        println!(
            "list: {name:<17} {:>9.2?}   {} rows of {}",
            since.elapsed(),
            page.rows.len(),
            page.count
        );
    }
    let since = Instant::now();
    store.dashboard(&Scope::All, Wall.now()).await.unwrap();
    println!("home page               {:>9.2?}", since.elapsed());
}

/// Claims and ends what was queued.
async fn drain(store: &Store) {
    let since = Instant::now();
    let mut done = 0_u128;
    loop {
        let claimed = store.claim("bench", 64, 60).await.unwrap();
        if claimed.is_empty() {
            break;
        }
        done += claimed.len() as u128;
        let ends = claimed
            .into_iter()
            .map(|job| FinishedJob {
                id: job.id,
                fence: job.fence,
                end: JobEnd::Done,
            })
            .collect();
        store.finish(ends).await.unwrap();
    }
    println!(
        "claimed and finished    {:>9}/s   64 at once, one worker",
        done * 1_000_000 / since.elapsed().as_micros().max(1)
    );
}

/// CPU this process used so far, by Linux; 0 elsewhere.
fn cpu_millis() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    ticks * 10
}

fn fdatasync_rate() -> u128 {
    let path = std::env::temp_dir().join(format!("fapiao-bench-{}", std::process::id()));
    let mut file = std::fs::File::create(&path).unwrap();
    let since = Instant::now();
    let mut count = 0_u128;
    while since.elapsed() < Duration::from_secs(1) {
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
        count += 1;
    }
    std::fs::remove_file(path).unwrap();
    count * 1000 / since.elapsed().as_millis()
}

fn push(company: &Company, run: i64, serial: u64) -> NewPush {
    NewPush {
        id: fresh(Wall.now()),
        account: company.account.clone(),
        dedup_key: format!("{run}-{serial}"),
        event: "user_authorize_invoice".to_owned(),
        plain: "<xml><Event>user_authorize_invoice</Event></xml>".to_owned(),
        raw_query: String::new(),
        raw_body: String::new(),
    }
}

fn order(company: &Company, run: i64, serial: u64) -> NewOrder {
    let now = Wall.now();
    let fen = |yuan| Fen::parse_yuan(yuan).unwrap();
    let line = OrderLine {
        preference: None,
        name: "茶叶".to_owned(),
        tax_code: "1010101010000000000".to_owned(),
        spec: "250g".to_owned(),
        unit: "盒".to_owned(),
        quantity: "2".parse().unwrap(),
        unit_price: "11.30".parse().unwrap(),
        tax_included: true,
        rate: Rate::parse("0.13").unwrap(),
        discount: Fen::ZERO,
    };
    let number = format!("B{run}-{serial}");
    let id: OrderId = fresh(now);
    let answer = format!("{{\"id\":\"{id}\",\"filling\":\"{}\"}}", "-".repeat(240));
    NewOrder {
        order: Order {
            id,
            seller: company.seller.clone(),
            store: company.shop.clone(),
            order_no: number.clone(),
            sold_at: now,
            created_at: now,
            source: "api".to_owned(),
            state: OrderState::Open,
            lines: vec![line; 5],
            totals: Totals {
                amount: fen("100"),
                tax: fen("13"),
                total: fen("113"),
            },
            refunded: Fen::ZERO,
            fingerprint: "f".repeat(64),
            remark: String::new(),
            payment: None,
            difference: None,
            asked: AskedKind::Ordinary,
        },
        shares: Vec::new(),
        sums: vec![RateSum {
            rate: Rate::Percent("0.13".parse().unwrap()),
            service: false,
            net: fen("100"),
            tax: fen("13"),
        }],
        deliveries: vec![NewDelivery {
            id: fresh(now),
            account: company.account.clone(),
            channel: Channel::Web,
            page: PageType::Title,
            short_code: short_code(),
            return_url: String::new(),
            expires_at: now + TimeDelta::days(30),
            raw_title: None,
            invoice: None,
            part: None,
        }],
        idempotency: Some(Idempotency {
            scope: "key_1:POST /api/v1/orders".to_owned(),
            key: number,
            fingerprint: "f".repeat(64),
            status: 201,
            body: answer,
        }),
        actor: Actor::System,
    }
}

async fn furnish(store: &Store) -> Company {
    let now = Wall.now();
    let company = Company {
        seller: fresh(now),
        shop: fresh(now),
        account: fresh(now),
    };
    let account = Account {
        id: company.account.clone(),
        name: "bench".to_owned(),
        kind: AccountKind::ServiceAccount,
        app_id: format!("wx{}", now.timestamp_millis()),
        original_id: String::new(),
        secret: SealedText::default(),
        push_token: SealedText::default(),
        push_key: SealedText::default(),
        previous_push_key: None,
        push_mode: PushMode::Safe,
        platform_id: None,
        contact_phone: String::new(),
        contact_timeout_secs: 3600,
        contact_set_at: None,
        pay_merchant: String::new(),
        pay_linked_at: None,
        pay_seller: None,
        last_push_at: None,
        version: 1,
    };
    let seller = Seller {
        id: company.seller.clone(),
        party: SellerParty::default(),
        short_name: "bench".to_owned(),
        province: "31".to_owned(),
        drawer: String::new(),
        payee: String::new(),
        reviewer: String::new(),
        mode: IssuingMode::SelfBuilt,
        platform_account: None,
        channel_account: None,
        app_account: None,
        mini_program_account: None,
        numbers_low: 0,
        numbers_fetch: 1,
        quota_low: Fen::ZERO,
        quota_fetch: Fen::ZERO,
        rules: Default::default(),
        version: 1,
    };
    let shop = StoreRecord {
        id: company.shop.clone(),
        seller: company.seller.clone(),
        code: format!("B{}", now.timestamp_millis()),
        name: "bench".to_owned(),
        version: 1,
    };
    let actor = Actor::CommandLine;
    store.save_account(&account, &actor).await.unwrap();
    store.save_seller(&seller, &actor).await.unwrap();
    store.save_store(&shop, &actor).await.unwrap();
    company
}
