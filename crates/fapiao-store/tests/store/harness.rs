//! A database per test, and the company that sells in it.

use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::{
    delivery::{Channel, DeliveryState, PageType},
    ids::{AccountId, DeliveryId, Id, InvoiceId, OrderId, SellerId, StoreId},
    invoice::{InvoiceKind, InvoiceState},
    line::{InvoiceLine, LineKind, OrderLine},
    money::Fen,
    order::OrderState,
    party::{SellerParty, Title, TitleKind},
    rate::Rate,
    special::AskedKind,
    totals::Totals,
};
use fapiao_store::{Store, StoreConfig};
use fapiao_usecases::{
    actor::Actor,
    ids::{fresh, short_code},
    jobs::{Job, QueuedJob},
    ports::{
        Accepted, Authorisation, CheckResult, Clock, DeliveryChange, Issuing, JobQueue, Ledger,
        NewDelivery, NewInvoice, NewOrder, Sales, Scope, Setup, UploadOutcome,
    },
    records::{
        Account, AccountKind, Delivery, Invoice, IssuingMode, Order, PushMode, RawTitleRecord,
        SealedText, Seller, Store as StoreRecord,
    },
};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// The key of the audit chain in tests.
pub(crate) const AUDIT_KEY: [u8; 32] = [7; 32];

/// Makes a test that runs on SQLite, and one that runs on PostgreSQL.
macro_rules! on_both {
    ($(async fn $name:ident($bench:ident: &Bench) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports, reason = "a test takes what it needs")]
            use super::*;

            async fn body($bench: &$crate::harness::Bench) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let bench = $crate::harness::Bench::sqlite().await;
                body(&bench).await;
                bench.close().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let Some(bench) = $crate::harness::Bench::postgres().await else {
                    return;
                };
                body(&bench).await;
                bench.close().await;
            }
        }
    )*};
}
pub(crate) use on_both;

/// A clock that a test moves.
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    /// Moves it forward.
    pub(crate) fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// A store on a database of its own.
pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) seller: SellerId,
    pub(crate) shop: StoreId,
    pub(crate) account: AccountId,
    url: String,
    /// The PostgreSQL server and the database to drop.
    drop: Option<(String, String)>,
    _folder: Option<tempfile::TempDir>,
}

/// 1 December 2026, 10:00 in Shanghai.
pub(crate) const START: i64 = 1_796_090_400_000;

impl Bench {
    pub(crate) async fn sqlite() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("ledger.db").display());
        Bench::on(url, None, Some(folder)).await
    }

    pub(crate) async fn postgres() -> Option<Bench> {
        #[expect(
            clippy::disallowed_methods,
            reason = "tests learn where PostgreSQL is from the command that runs them"
        )]
        let admin = std::env::var("FAPIAO_TEST_DATABASE_URL").ok()?;
        let id: OrderId = fresh(wall());
        let name = format!("fapiao_test_{}", id.as_str().to_lowercase());
        let server = Database::connect(&admin).await.unwrap();
        server
            .execute_unprepared(&format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        let (base, _) = admin.rsplit_once('/').unwrap();
        let url = format!("{base}/{name}");
        Some(Bench::on(url, Some((admin, name)), None).await)
    }

    async fn on(
        url: String,
        drop: Option<(String, String)>,
        folder: Option<tempfile::TempDir>,
    ) -> Bench {
        let bench = Bench::empty(url, drop, folder).await;
        bench.furnish().await;
        bench
    }

    /// Nothing is in it yet.
    async fn empty(
        url: String,
        drop: Option<(String, String)>,
        folder: Option<tempfile::TempDir>,
    ) -> Bench {
        let clock = Arc::new(TestClock(AtomicI64::new(START)));
        let store = open(&url, &clock).await;
        store.migrate().await.unwrap();
        let now = clock.now();
        Bench {
            store,
            seller: fresh(now),
            shop: fresh(now),
            account: fresh(now),
            clock,
            url,
            drop,
            _folder: folder,
        }
    }

    /// The same company on a SQLite file of its own: what is written to both is the same.
    pub(crate) async fn twin_on_sqlite(&self) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("ledger.db").display());
        let twin = Bench {
            seller: self.seller.clone(),
            shop: self.shop.clone(),
            account: self.account.clone(),
            ..Bench::empty(url, None, Some(folder)).await
        };
        twin.furnish().await;
        twin
    }

    async fn furnish(&self) {
        let account = account(&self.account, "wx0000000000000001");
        self.store
            .save_account(&account, &Actor::CommandLine)
            .await
            .unwrap();
        let seller = seller(&self.seller, &self.account);
        self.store
            .save_seller(&seller, &Actor::CommandLine)
            .await
            .unwrap();
        let shop = StoreRecord {
            id: self.shop.clone(),
            seller: self.seller.clone(),
            code: "S001".to_owned(),
            name: "南京西路店".to_owned(),
            version: 1,
        };
        self.store
            .save_store(&shop, &Actor::CommandLine)
            .await
            .unwrap();
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Another process on the same database.
    pub(crate) async fn another(&self) -> Store {
        open(&self.url, &self.clock).await
    }

    /// A connection past the store.
    pub(crate) async fn raw(&self) -> DatabaseConnection {
        Database::connect(&self.url).await.unwrap()
    }

    /// Runs a statement past the store.
    pub(crate) async fn tamper(&self, statement: &str) -> Result<u64, sea_orm::DbErr> {
        let raw = self.raw().await;
        let statement = Statement::from_string(raw.get_database_backend(), statement.to_owned());
        let done = raw
            .execute_raw(statement)
            .await
            .map(|it| it.rows_affected());
        raw.close().await.unwrap();
        done
    }

    /// A number told past the store.
    pub(crate) async fn ask(&self, query: &str) -> i64 {
        let raw = self.raw().await;
        let statement = Statement::from_string(raw.get_database_backend(), query.to_owned());
        let row = raw.query_one_raw(statement).await.unwrap().unwrap();
        raw.close().await.unwrap();
        row.try_get_by_index(0).unwrap()
    }

    /// The columns of a table and their types, as the database has them.
    pub(crate) async fn columns(&self, table: &str) -> Vec<(String, String)> {
        let raw = self.raw().await;
        let query = if self.is_postgres() {
            format!(
                "SELECT column_name::text, data_type::text FROM information_schema.columns WHERE table_name = '{table}'"
            )
        } else {
            format!("SELECT name, type FROM pragma_table_info('{table}')")
        };
        let statement = Statement::from_string(raw.get_database_backend(), query);
        let rows = raw.query_all_raw(statement).await.unwrap();
        let cell = |row: &sea_orm::QueryResult, at| row.try_get_by_index(at).unwrap();
        let columns = rows.iter().map(|row| (cell(row, 0), cell(row, 1)));
        let columns = columns.collect();
        raw.close().await.unwrap();
        columns
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The quota ledger in words, newest first.
    pub(crate) async fn store_ledger(&self) -> Vec<String> {
        let lines = self.store.quota_ledger(&self.seller, 100).await.unwrap();
        lines
            .into_iter()
            .map(|line| format!("{} {}", line.kind, line.amount))
            .collect()
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.drop.is_some()
    }

    pub(crate) async fn close(self) {
        // Whatever the test was about: the ledger does not contradict itself.
        self.assert_sound().await;
        self.drop_unsound().await;
    }

    /// Removes the database of a test that tampered with it.
    pub(crate) async fn drop_unsound(self) {
        drop(self.store);
        if let Some((admin, name)) = self.drop {
            let server = Database::connect(&admin).await.unwrap();
            server
                .execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)"))
                .await
                .unwrap();
        }
    }

    pub(crate) async fn assert_sound(&self) {
        for check in self.store.verify().await.unwrap() {
            assert!(
                check.found.is_empty(),
                "{} {}: {:?}",
                check.id,
                check.title_en,
                check.found
            );
        }
    }

    /// What `verify` says about one rule.
    pub(crate) async fn check(&self, id: &str) -> CheckResult {
        let results = self.store.verify().await.unwrap();
        results.into_iter().find(|check| check.id == id).unwrap()
    }

    // ---- what the tests sell -----------------------------------------------------------------

    /// An order of two lines, ¥113.00 in all.
    pub(crate) fn order(&self, number: &str) -> NewOrder {
        NewOrder {
            order: order(&self.seller, &self.shop, number, self.now()),
            // As orders of former versions have it; what keeps them says so.
            sums: Vec::new(),
            shares: Vec::new(),
            deliveries: Vec::new(),
            idempotency: None,
            actor: Actor::System,
        }
    }

    pub(crate) fn new_delivery(&self) -> NewDelivery {
        NewDelivery {
            id: fresh(self.now()),
            account: self.account.clone(),
            channel: Channel::Web,
            page: PageType::Title,
            short_code: short_code(),
            return_url: String::new(),
            expires_at: self.now() + TimeDelta::days(30),
            raw_title: None,
            part: None,
            invoice: None,
        }
    }

    /// An order with a delivery.
    pub(crate) fn order_to_deliver(&self, number: &str) -> (NewOrder, DeliveryId) {
        let mut new = self.order(number);
        let delivery = self.new_delivery();
        let id = delivery.id.clone();
        new.deliveries = vec![delivery];
        (new, id)
    }

    pub(crate) async fn accept(&self, new: NewOrder) -> OrderId {
        let id = new.order.id.clone();
        let answers = self.store.accept_orders(vec![new]).await.unwrap();
        assert_eq!(answers, [Accepted::New]);
        id
    }

    pub(crate) async fn delivery(&self, id: &DeliveryId) -> Delivery {
        let found = self.store.delivery(&Scope::All, id).await.unwrap();
        found.unwrap()
    }

    pub(crate) async fn invoice(&self, id: &InvoiceId) -> Invoice {
        let found = self.store.invoice(&Scope::All, id).await.unwrap();
        found.unwrap()
    }

    /// An accepted order whose buyer agreed.
    pub(crate) async fn authorised(&self, number: &str) -> (OrderId, DeliveryId) {
        let (new, delivery) = self.order_to_deliver(number);
        let order = self.accept(new).await;
        let row = self.delivery(&delivery).await;
        self.store
            .change_delivery(self.authorisation(&row), None)
            .await
            .unwrap();
        (order, delivery)
    }

    pub(crate) fn authorisation(&self, row: &Delivery) -> DeliveryChange {
        let title = RawTitleRecord {
            organisation: true,
            name: "上海某某贸易有限公司".to_owned(),
            tax_number: "91310000MA1FL0AB17".to_owned(),
            email: "buyer@example.com".to_owned(),
            ..RawTitleRecord::default()
        };
        DeliveryChange {
            authorisation: Some(Authorisation {
                at: self.now(),
                raw_title: Some(title),
                due_at: self.now() + TimeDelta::days(3),
            }),
            then: vec![QueuedJob::now(
                Job::DraftInvoice(row.id.clone()),
                Some(self.seller.clone()),
            )],
            ..change(row, DeliveryState::Authorised)
        }
    }

    /// A drafted invoice; its draft job is done.
    pub(crate) async fn drafted(&self, number: &str) -> (OrderId, DeliveryId, InvoiceId) {
        let (order, delivery) = self.authorised(number).await;
        let row = self.delivery(&delivery).await;
        let invoice = self.invoice_of(&row);
        let id = invoice.id.clone();
        let new = NewInvoice {
            invoice,
            delivery_version: row.version,
            warnings: Vec::new(),
        };
        self.store.draft_invoice(new, &Actor::System).await.unwrap();
        (order, delivery, id)
    }

    pub(crate) fn invoice_of(&self, delivery: &Delivery) -> Invoice {
        invoice(delivery, self.now())
    }

    /// Refill below so many numbers and so much quota.
    pub(crate) async fn set_limits(&self, numbers: u32, quota: &str) {
        let seller = self.store.seller(&self.seller).await.unwrap().unwrap();
        let seller = Seller {
            numbers_low: numbers,
            quota_low: Fen::parse_yuan(quota).unwrap(),
            ..seller
        };
        self.store
            .save_seller(&seller, &Actor::CommandLine)
            .await
            .unwrap();
    }

    /// Numbers and quota for the running year and month.
    pub(crate) async fn stock(&self, numbers: i64, quota: &str) {
        let first = format!("2631{:016}", 1000);
        let last = format!("2631{:016}", 1000 + numbers - 1);
        self.store
            .add_segment(&request("s"), &self.seller, 26, &first, &last, numbers)
            .await
            .unwrap();
        let quota = Fen::parse_yuan(quota).unwrap();
        self.store
            .add_quota(
                &request("q"),
                &self.seller,
                "2026-12",
                &fapiao_usecases::ports::QuotaGrant::of(quota),
            )
            .await
            .unwrap();
    }

    /// An issued invoice.
    pub(crate) async fn issued(&self, number: &str) -> (OrderId, DeliveryId, InvoiceId) {
        let (order, delivery, id) = self.drafted(number).await;
        self.store
            .reserve(std::slice::from_ref(&id), self.now())
            .await
            .unwrap();
        let receipt = format!("receipt-{number}");
        self.store
            .record_upload(&self.seller, &receipt, std::slice::from_ref(&id), 0)
            .await
            .unwrap();
        self.store
            .record_outcomes(&[(id.clone(), UploadOutcome::Issued)], json!({}))
            .await
            .unwrap();
        (order, delivery, id)
    }

    /// Kinds of the jobs there are, in the order of their names.
    pub(crate) async fn job_kinds(&self) -> Vec<String> {
        let page = self.store.jobs(None, None, 200).await.unwrap();
        let mut kinds: Vec<_> = page.rows.into_iter().map(|row| row.kind).collect();
        kinds.sort();
        kinds
    }

    /// Actions of an order's timeline, oldest first.
    pub(crate) async fn actions(&self, order: &OrderId) -> Vec<String> {
        let mut lines = self.store.timeline(order).await.unwrap();
        lines.reverse();
        lines.into_iter().map(|line| line.action).collect()
    }
}

/// A change of state as the use-cases write it.
pub(crate) fn change(row: &Delivery, to: DeliveryState) -> DeliveryChange {
    DeliveryChange {
        id: row.id.clone(),
        expected_version: row.version,
        from: row.state,
        to,
        reason: String::new(),
        refusal_url: None,
        authorisation: None,
        then: Vec::new(),
        actor: Actor::WeChat,
        note: json!({}),
    }
}

/// A request number that was not used before.
pub(crate) fn request(prefix: &str) -> String {
    let id: OrderId = fresh(wall());
    format!("{prefix}-{id}")
}

/// The wall clock, for names that must differ.
#[expect(clippy::disallowed_methods, reason = "names of test databases")]
pub(crate) fn wall() -> DateTime<Utc> {
    Utc::now()
}

pub(crate) async fn open(url: &str, clock: &Arc<TestClock>) -> Store {
    let config = StoreConfig {
        url: url.to_owned(),
        max_connections: 6,
        audit_key: AUDIT_KEY,
        clock: clock.clone(),
    };
    Store::open(config).await.unwrap()
}

pub(crate) fn account(id: &AccountId, app_id: &str) -> Account {
    Account {
        id: id.clone(),
        name: "测试服务号".to_owned(),
        kind: AccountKind::ServiceAccount,
        app_id: app_id.to_owned(),
        original_id: "gh_1".to_owned(),
        secret: SealedText("sealed-secret".to_owned()),
        push_token: SealedText("sealed-token".to_owned()),
        push_key: SealedText("sealed-key".to_owned()),
        previous_push_key: None,
        push_mode: PushMode::Safe,
        platform_id: None,
        contact_phone: "021-00000000".to_owned(),
        contact_timeout_secs: 3600,
        contact_set_at: None,
        pay_merchant: String::new(),
        pay_linked_at: None,
        pay_seller: None,
        last_push_at: None,
        version: 1,
    }
}

pub(crate) fn seller(id: &SellerId, account: &AccountId) -> Seller {
    Seller {
        id: id.clone(),
        party: seller_party(),
        short_name: "测试商贸".to_owned(),
        province: "31".to_owned(),
        drawer: "王五".to_owned(),
        payee: String::new(),
        reviewer: String::new(),
        mode: IssuingMode::SelfBuilt,
        platform_account: Some(account.clone()),
        channel_account: Some(account.clone()),
        app_account: None,
        mini_program_account: None,
        numbers_low: 2,
        numbers_fetch: 10,
        quota_low: Fen::parse_yuan("150").unwrap(),
        quota_fetch: Fen::parse_yuan("1000").unwrap(),
        rules: Default::default(),
        version: 1,
    }
}

fn seller_party() -> SellerParty {
    SellerParty {
        name: "上海测试商贸有限公司".to_owned(),
        tax_number: "91310000MA1FL0CD25".to_owned(),
        ..SellerParty::default()
    }
}

fn sums(amount: &str, tax: &str, total: &str) -> Totals {
    Totals {
        amount: Fen::parse_yuan(amount).unwrap(),
        tax: Fen::parse_yuan(tax).unwrap(),
        total: Fen::parse_yuan(total).unwrap(),
    }
}

pub(crate) fn order(seller: &SellerId, shop: &StoreId, number: &str, now: DateTime<Utc>) -> Order {
    let line = |name: &str, quantity: &str, price: &str| OrderLine {
        preference: None,
        name: name.to_owned(),
        tax_code: "1010101010000000000".to_owned(),
        spec: String::new(),
        unit: "盒".to_owned(),
        quantity: quantity.parse().unwrap(),
        unit_price: price.parse().unwrap(),
        tax_included: true,
        rate: Rate::parse("0.13").unwrap(),
        discount: Fen::ZERO,
    };
    Order {
        id: fresh(now),
        seller: seller.clone(),
        store: shop.clone(),
        order_no: number.to_owned(),
        sold_at: now,
        created_at: now,
        source: "api".to_owned(),
        state: OrderState::Open,
        lines: vec![
            line("茶叶", "1", "56.50"),
            line("㛃茶", "0.50000000", "113"),
        ],
        totals: sums("100", "13", "113"),
        refunded: Fen::ZERO,
        fingerprint: format!("fingerprint of {number}"),
        remark: "备注".to_owned(),
        payment: None,
        difference: None,
        asked: AskedKind::Ordinary,
    }
}

fn invoice(delivery: &Delivery, now: DateTime<Utc>) -> Invoice {
    let line = |no: u32| InvoiceLine {
        preference: None,
        no,
        kind: LineKind::Normal,
        name: "茶叶".to_owned(),
        tax_code: "1010101010000000000".to_owned(),
        short_name: "茶".to_owned(),
        spec: String::new(),
        unit: "盒".to_owned(),
        quantity: Some("1".parse().unwrap()),
        unit_price: Some("50.0000000000000".parse().unwrap()),
        amount: Fen::parse_yuan("50").unwrap(),
        rate: Rate::parse("0.13").unwrap(),
        tax: Fen::parse_yuan("6.5").unwrap(),
        gross: Fen::parse_yuan("56.5").unwrap(),
    };
    Invoice {
        id: fresh(now),
        order: delivery.order.clone(),
        delivery: delivery.id.clone(),
        seller: delivery.seller.clone(),
        kind: InvoiceKind::DigitalOrdinary,
        identity: None,
        state: InvoiceState::Ready,
        reason: String::new(),
        seller_party: seller_party(),
        province: "31".to_owned(),
        clerks: ["王五".to_owned(), String::new(), "赵六".to_owned()],
        title: Title {
            kind: TitleKind::Organisation,
            name: "上海某某贸易有限公司".to_owned(),
            tax_number: "91310000MA1FL0AB17".to_owned(),
            address: "上海市黄浦区".to_owned(),
            phone: String::new(),
            bank: String::new(),
            bank_account: String::new(),
            email: "buyer@example.com".to_owned(),
        },
        lines: vec![line(1), line(2)],
        sources: Vec::new(),
        red: None,
        totals: sums("100", "13", "113"),
        difference: None,
        payments: Vec::new(),
        remark: "备注".to_owned(),
        issued_at: None,
        receipt: String::new(),
        uploaded_at: None,
        created_at: now,
        version: 1,
    }
}
