//! How long `verify` and a page of the ledger take over many invoices: `cargo xtask bench verify`, or
//! `cargo run --release -p fapiao-store --example verify_bench [-- FILE-OR-URL [COUNT]]`.
//!
//! Writes every row an invoice leaves behind (order, line, delivery, number, quota, invoice, line, documents, card, and
//! twelve lines of the audit chain) straight into a SQLite file, with a writer of its own for rows and chain: what
//! `verify` then says is said by other code than what wrote. A file that is there already is only read.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench stops at the first trouble, and prints"
)]

use chrono::{DateTime, TimeDelta, Utc};
use fapiao_store::{Store, StoreConfig};
use fapiao_usecases::ports::{Clock, Ledger, Period, Reports, Scope};
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbBackend};
use sha2::{Digest as _, Sha256};
use std::{fmt::Write as _, sync::Arc, time::Instant};

const KEY: [u8; 32] = [1; 32];
/// Invoices of one transaction.
const BATCH: u64 = 2000;
/// Numbers of one segment.
const SEGMENT: u64 = 5000;
/// 1 November 2026 in Shanghai.
const START: i64 = 1_793_462_400_000;

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
        folder.join("fapiao-verify-bench.db").display().to_string()
    });
    let count: u64 = arguments.next().map_or(1_000_000, |it| it.parse().unwrap());
    let on_postgres = file.starts_with("postgres");
    let url = if on_postgres {
        file.clone()
    } else {
        format!("sqlite://{file}")
    };
    let store = Store::open(StoreConfig {
        url: url.clone(),
        max_connections: 8,
        audit_key: KEY,
        clock: Arc::new(Wall),
    })
    .await
    .unwrap();
    store.migrate().await.unwrap();
    if store.ledger_sums(&Scope::All, &whole()).await.unwrap().0 == 0 {
        let since = Instant::now();
        fill(&url, count).await;
        println!("written: {count} invoices in {:.1?}", since.elapsed());
    }
    if !on_postgres {
        let size = std::fs::metadata(&file).unwrap().len();
        println!("file: {} MiB", size >> 20);
    }
    let (since, cpu) = (Instant::now(), cpu_seconds());
    let results = store.verify().await.unwrap();
    let (took, cpu) = (since.elapsed(), cpu_seconds() - cpu);
    println!("| rule | looked at | seconds | what |\n|---|---|---|---|");
    for result in &results {
        println!(
            "| {} | {} | {:.2} | {} |",
            result.id,
            result.looked_at,
            result.took_millis as f64 / 1000.0,
            result.title_en
        );
        assert!(result.found.is_empty(), "{} {:?}", result.id, result.found);
    }
    println!("verify: {:.1} s, {cpu:.1} CPU seconds", took.as_secs_f64());
    let period = whole();
    let since = Instant::now();
    let (rows, next) = store
        .ledger_rows(&Scope::All, &period, None, 1000)
        .await
        .unwrap();
    println!("ledger, first 1,000: {:.1?}", since.elapsed());
    assert!(rows.len() == 1000 && next.is_some());
    let since = Instant::now();
    let vat = store.vat_rows(&Scope::All, &period).await.unwrap();
    println!("VAT of all: {:.1?}, {} rows", since.elapsed(), vat.len());
}

/// All time.
fn whole() -> Period {
    Period {
        seller: None,
        from: DateTime::UNIX_EPOCH,
        until: Wall.now() + TimeDelta::days(3650),
    }
}

/// User and system time of this process so far.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split(' ')
        .collect();
    let ticks = |place: usize| fields.get(place).and_then(|it| it.parse::<f64>().ok());
    // Fields 14 and 15 of the file, in ticks of a hundredth of a second.
    (ticks(12).unwrap_or(0.0) + ticks(13).unwrap_or(0.0)) / 100.0
}

/// The chain, made anew from its description.
struct Chain {
    seq: i64,
    hash: String,
    rows: String,
}

impl Chain {
    fn line(&mut self, at: i64, action: &str, subject: &str, order: &str, data: &str) {
        self.seq += 1;
        let mut mac = Hmac::<Sha256>::new_from_slice(&KEY).unwrap();
        let (seq, when) = (self.seq.to_string(), at.to_string());
        for part in [
            &self.hash, &seq, &when, "system", action, subject, order, data,
        ] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        self.hash = hex::encode(mac.finalize().into_bytes());
        let comma = if self.rows.is_empty() { "" } else { "," };
        let _ = write!(
            self.rows,
            "{comma}({seq},{when},'system','{action}','{subject}','{order}','{data}','{}')",
            self.hash
        );
    }
}

/// The hash of what an invoice of one line states: numbers and texts of its header, then of its line.
fn content(numbers: &[i64], texts: &[&str], line_numbers: &[i64], line_texts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for (numbers, texts) in [(numbers, texts), (line_numbers, line_texts)] {
        for number in numbers {
            digest.update(8_u64.to_be_bytes());
            digest.update(number.to_be_bytes());
        }
        for text in texts {
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text.as_bytes());
        }
    }
    hex::encode(digest.finalize())
}

/// Rows of one table.
#[derive(Default)]
struct Rows(String);

impl Rows {
    fn add(&mut self, row: &str) {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        let _ = write!(self.0, "({row})");
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
            "PRAGMA cache_size = -400000",
            "PRAGMA temp_store = MEMORY",
        ],
    };
    for setting in settings {
        db.execute_unprepared(setting).await.unwrap();
    }
    let mut chain = Chain {
        seq: 0,
        hash: String::new(),
        rows: String::new(),
    };
    let seller = "sel_01KAHV0000000000000000000S";
    let store = "sto_01KAHV0000000000000000000T";
    let party = "{\"name\":\"上海示例商贸有限公司\",\"tax_number\":\"91310000MA1FL0007C\",\"address\":\"上海市黄浦区示例路1号\",\"phone\":\"021-60000000\",\"bank\":\"示例银行\",\"bank_account\":\"6200000000000000001\"}";
    let title = "{\"kind\":\"organisation\",\"name\":\"北京示例科技有限公司\",\"tax_number\":\"91110105MA0000007L\",\"address\":\"\",\"phone\":\"\",\"bank\":\"\",\"bank_account\":\"\",\"email\":\"\"}";
    for batch in 0..count.div_ceil(BATCH) {
        let (mut orders, mut order_lines, mut deliveries) =
            (Rows::default(), Rows::default(), Rows::default());
        let (mut invoices, mut lines, mut documents) =
            (Rows::default(), Rows::default(), Rows::default());
        let (mut cards, mut quota, mut segments) =
            (Rows::default(), Rows::default(), Rows::default());
        for n in batch * BATCH..((batch + 1) * BATCH).min(count) {
            let ulid = format!("01KAHV{n:020}");
            let (o, d, i) = (
                format!("ord_{ulid}"),
                format!("dlv_{ulid}"),
                format!("inv_{ulid}"),
            );
            let number = format!("269990{:014}", n + 1);
            let at = START + i64::try_from(n).unwrap() * 2000;
            let segment = format!("seg_01KAHV{:020}", n / SEGMENT);
            if n.is_multiple_of(SEGMENT) {
                let taken = SEGMENT.min(count - n);
                let last = n + SEGMENT;
                segments.add(&format!(
                    "'{segment}','{seller}',26,'{number}','269990{last:014}',{SEGMENT},{taken},'r{n}',{at}"
                ));
            }
            let hash = |what: &str| hex::encode(Sha256::digest(format!("{what}{n}").as_bytes()));
            let (pdf, xml) = (hash("pdf"), hash("xml"));
            orders.add(&format!("'{o}','{seller}','{store}','B{n}',{at},{at},'api','invoiced',10000,1300,11300,'{}','','{d}','carded','{number}','北京示例科技有限公司','91110105MA0000007L'", hash("o")));
            order_lines.add(&format!(
                "'{o}',1,'日用陶瓷餐具','1080121010000000000','16头','套','2','56.50',1,'0.13',0"
            ));
            deliveries.add(&format!("'{d}','{o}','{seller}','{store}','acc_01KAHV0000000000000000000A','web','title','C{n}','carded','','',{},{at},NULL,'{i}',{at},5", at + 1));
            invoices.add(&format!("'{i}','{o}','{d}','{seller}','{store}','B{n}','digital_ordinary','','{number}','','','{segment}','issued','','{party}','31','王会计','','','{title}','北京示例科技有限公司','91110105MA0000007L',10000,1300,11300,'',{at},'R{}',{at},NULL,{at},4", n / 100));
            lines.add(&format!("'{i}',1,'0','日用陶瓷餐具','1080121010000000000','陶瓷制品','16头','套','2','50',10000,'0.13',1300,11300"));
            documents.add(&format!("'{i}','pdf','{pdf}',50500,'rendered',{at}"));
            documents.add(&format!("'{i}','xml','{xml}',3500,'rendered',{at}"));
            cards.add(&format!(
                "'{d}','{i}','inserted','tpl',NULL,NULL,{at},'c{n}','o{n}',4"
            ));
            quota.add(&format!("'{seller}','2026-11','spend','{i}',-10000,{at}"));
            chain.line(at, "order.accepted", &o, &o, "{\"total\":\"113.00\"}");
            chain.line(at, "delivery.created", &d, &o, "{\"to\":\"created\"}");
            chain.line(
                at,
                "delivery.page_opened",
                &d,
                &o,
                "{\"from\":\"created\",\"to\":\"page_opened\"}",
            );
            chain.line(
                at,
                "delivery.authorised",
                &d,
                &o,
                "{\"from\":\"page_opened\",\"to\":\"authorised\"}",
            );
            chain.line(at, "invoice.drafted", &i, &o, &format!("{{\"delivery\":{{\"from\":\"authorised\",\"id\":\"{d}\",\"to\":\"issuing\"}},\"to\":\"ready\"}}"));
            chain.line(
                at,
                "invoice.reserved",
                &i,
                &o,
                &format!("{{\"from\":\"ready\",\"number\":\"{number}\",\"to\":\"reserved\"}}"),
            );
            chain.line(
                at,
                "invoice.uploaded",
                &i,
                &o,
                "{\"from\":\"reserved\",\"to\":\"uploading\"}",
            );
            let order_no = format!("B{n}");
            let states = content(
                &[10_000, 1_300, 11_300, at, 0],
                &[
                    &i,
                    &o,
                    &d,
                    seller,
                    store,
                    &order_no,
                    "digital_ordinary",
                    "",
                    &number,
                    "",
                    "",
                    party,
                    "31",
                    "王会计",
                    "",
                    "",
                    title,
                    "北京示例科技有限公司",
                    "91110105MA0000007L",
                    "",
                    "",
                    "",
                    "",
                ],
                &[1, 10_000, 1_300, 11_300],
                &[
                    &i,
                    "0",
                    "日用陶瓷餐具",
                    "1080121010000000000",
                    "陶瓷制品",
                    "16头",
                    "套",
                    "2",
                    "50",
                    "0.13",
                    "",
                ],
            );
            chain.line(
                at,
                "invoice.issued",
                &i,
                &o,
                &format!(
                    "{{\"content_sha256\":\"{states}\",\"from\":\"uploading\",\"to\":\"issued\"}}"
                ),
            );
            chain.line(
                at,
                "invoice.documents",
                &i,
                &o,
                &format!("{{\"pdf\":\"{pdf}\",\"xml\":\"{xml}\"}}"),
            );
            chain.line(at, "card.uploading", &d, &o, "{\"card_to\":\"uploading\"}");
            chain.line(
                at,
                "card.inserting",
                &d,
                &o,
                "{\"card_from\":\"uploading\",\"card_to\":\"inserting\"}",
            );
            chain.line(at, "card.inserted", &d, &o, "{\"card_from\":\"inserting\",\"card_to\":\"inserted\",\"from\":\"issuing\",\"to\":\"carded\"}");
        }
        db.execute_unprepared("BEGIN").await.unwrap();
        let tables = [
            (
                "segments (id, seller_id, issue_year, first_number, last_number, size, taken, request, fetched_at)",
                &segments.0,
            ),
            (
                "orders (id, seller_id, store_id, order_no, sold_at, created_at, source, state, amount, tax, total, fingerprint, remark, delivery_id, delivery_state, invoice_number, buyer, buyer_tax_number)",
                &orders.0,
            ),
            (
                "order_lines (order_id, no, name, tax_code, spec, unit, quantity, unit_price, tax_included, rate, discount)",
                &order_lines.0,
            ),
            (
                "deliveries (id, order_id, seller_id, store_id, account_id, channel, page, short_code, state, reason, return_url, expires_at, authorised_at, raw_title, invoice_id, created_at, version)",
                &deliveries.0,
            ),
            (
                "invoices (id, order_id, delivery_id, seller_id, store_id, order_no, kind, code, number, check_code, machine, segment_id, state, reason, seller_party, province, drawer, payee, reviewer, title, buyer, buyer_tax_number, amount, tax, total, remark, issued_at, receipt, uploaded_at, mailed_at, created_at, version)",
                &invoices.0,
            ),
            (
                "invoice_lines (invoice_id, no, kind, name, tax_code, short_name, spec, unit, quantity, unit_price, amount, rate, tax, gross)",
                &lines.0,
            ),
            (
                "documents (invoice_id, format, sha256, size, origin, created_at)",
                &documents.0,
            ),
            (
                "cards (delivery_id, invoice_id, state, template, media, media_at, asked_at, code, openid, version)",
                &cards.0,
            ),
            (
                "quota_ledger (seller_id, month, kind, reference, amount, at)",
                &quota.0,
            ),
            (
                "audit_entries (seq, at, actor, action, subject, order_id, data, hash)",
                &chain.rows,
            ),
        ];
        for (table, rows) in tables {
            if !rows.is_empty() {
                let text = format!("INSERT INTO {table} VALUES {rows}");
                db.execute_unprepared(&text).await.unwrap();
            }
        }
        chain.rows.clear();
        db.execute_unprepared("COMMIT").await.unwrap();
    }
    let spent = count * 10_000;
    for text in [
        format!(
            "INSERT INTO quota_ledger (seller_id, month, kind, reference, amount, at) VALUES ('{seller}', '2026-11', 'download', 'q1', {}, {START})",
            spent + 500
        ),
        format!(
            "INSERT INTO quota_balances (seller_id, month, balance) VALUES ('{seller}', '2026-11', 500)"
        ),
        format!(
            "UPDATE audit_head SET seq = {}, hash = '{}' WHERE id = 1",
            chain.seq, chain.hash
        ),
    ] {
        db.execute_unprepared(&text).await.unwrap();
    }
    db.close().await.unwrap();
}
