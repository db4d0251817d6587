//! A product of one's own for each test: own database, own sandboxes, free ports.

mod apart;
pub mod bills;
mod bucket;
mod database;
pub mod mails;
mod pair;
mod picture;
mod port;
mod wait;

pub use apart::{Apart, SecondNode, spawn_apart};
pub use bucket::{bucket, defaults};
use database::TestDatabase;
use fapiao_server::demo::{Demo, DemoOptions, PlatformSide};
use fapiao_usecases::{ports::Ports, records::JobRow};
pub use pair::spawn_pair_with_relay;
pub use picture::Picture;
use reqwest::{Client, Method, Response, StatusCode, redirect::Policy};
use serde_json::{Value, json};
use std::time::Duration;
use tempfile::TempDir;
pub use wait::{eventually, eventually_or, until};

/// How long a test waits for something that must happen.
const PATIENCE: Duration = Duration::from_secs(40);

/// Settings of every product: a test at four in the morning in China is like any other.
const ALWAYS: [(&str, &str); 2] = [
    ("FAPIAO_WORKER__NIGHTLY_COMPARISON", "false"),
    ("FAPIAO_ARCHIVE__NIGHTLY", "false"),
];

/// A running product with its sandboxes.
pub struct TestApp {
    demo: Option<Demo>,
    folder: TempDir,
    database: TestDatabase,
    /// The second installation's, in a pair.
    platform_database: Option<TestDatabase>,
    pub http: Client,
}

/// Starts a product.
pub async fn spawn_app() -> TestApp {
    spawn_app_with(&[]).await
}

/// Starts a product with further settings, as environment variables name them.
pub async fn spawn_app_with(settings: &[(&str, &str)]) -> TestApp {
    spawn(settings, None, false).await
}

/// Starts a product with the demo's collecting unit `U001`, in both roles, and its two fiscal bills.
pub async fn spawn_app_with_bills() -> TestApp {
    spawn(&[], None, true).await
}

/// Starts two installations that know each other only by the platform gateway: the merchant, which every helper of
/// [`TestApp`] talks to, and the platform of another company ([`TestApp::platform`]), which issues for the merchant's
/// third seller. Orders of [`TestApp::order`] and the API's helpers are those of that seller's store `S004`, with a key
/// of its own. Both have their own database and WeChat account; they share the WeChat and the tax sandbox.
pub async fn spawn_pair() -> TestApp {
    spawn_pair_with(&[]).await
}

/// As [`spawn_pair`], both with further settings.
pub async fn spawn_pair_with(settings: &[(&str, &str)]) -> TestApp {
    let database = TestDatabase::make().await;
    spawn(settings, Some(database), false).await
}

async fn spawn(
    settings: &[(&str, &str)],
    platform_database: Option<TestDatabase>,
    with_bills: bool,
) -> TestApp {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::make().await;
    let mut options = options(&folder, &database, platform_database.as_ref(), settings);
    options.with_bills = with_bills;
    let demo = Box::pin(Demo::start(options)).await.unwrap();
    for ports in demo.ports.iter().chain(demo.platform().map(|it| &it.ports)) {
        settled(ports).await;
    }
    let http = Client::builder()
        .redirect(Policy::none())
        .timeout(PATIENCE)
        .build()
        .unwrap();
    TestApp {
        demo: Some(demo),
        folder,
        database,
        platform_database,
        http,
    }
}

/// Waits until every job that is due was tried: a late one would undo what a test sets next (rates, stock).
async fn settled(ports: &Ports) {
    eventually_or("every job was tried", async || {
        let mut jobs = ports.store.jobs(None, None, 100).await.unwrap().rows;
        let now = ports.clock.now();
        let due = |it: &JobRow| it.state == "waiting" && it.attempts == 0 && it.run_at <= now;
        jobs.retain(|it| it.state == "running" || due(it));
        if jobs.is_empty() { Ok(()) } else { Err(jobs) }
    })
    .await;
}

fn options(
    folder: &TempDir,
    database: &TestDatabase,
    platform_database: Option<&TestDatabase>,
    settings: &[(&str, &str)],
) -> DemoOptions {
    let mut options = DemoOptions::on_free_ports(folder.path().to_owned());
    options.database = database.url();
    options.with_platform = platform_database.is_some();
    options.platform_database = platform_database.and_then(TestDatabase::url);
    options.settings = ALWAYS
        .iter()
        .chain(settings)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    options
}

/// An answer with its body read.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    async fn read(response: Response) -> Answer {
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer {
            status,
            headers,
            body,
        }
    }

    /// The pointers of a problem's `errors`.
    pub fn wrong_fields(&self) -> Vec<String> {
        self.body["errors"]
            .as_array()
            .map(|errors| {
                errors
                    .iter()
                    .filter_map(|it| it["pointer"].as_str().map(str::to_owned))
                    .collect()
            })
            .unwrap_or_default()
    }
}

impl TestApp {
    pub fn demo(&self) -> &Demo {
        self.demo.as_ref().unwrap()
    }

    pub fn ports(&self) -> &Ports {
        self.demo().ports.as_ref().unwrap()
    }

    /// The second installation of a pair.
    pub fn platform(&self) -> &PlatformSide {
        self.demo().platform().unwrap()
    }

    /// The store whose till this is, and its key.
    pub fn till(&self) -> (&'static str, &str) {
        match self.demo().platform() {
            Some(platform) => ("S004", &platform.outside.api_key),
            None => ("S001", &self.demo().secrets.api_key),
        }
    }

    /// The settings it runs with, as every other command reads them.
    pub fn settings_file(&self) -> std::path::PathBuf {
        self.folder.path().join("fapiao.toml")
    }

    /// Runs a statement past the product; how many rows it changed.
    pub async fn tamper(&self, statement: &str) -> u64 {
        let config = fapiao_server::config::Config::load(Some(&self.settings_file()), &[]).unwrap();
        let url = secrecy::ExposeSecret::expose_secret(&config.database.url);
        let raw = sea_orm::Database::connect(url).await.unwrap();
        let done = sea_orm::ConnectionTrait::execute_unprepared(&raw, statement)
            .await
            .unwrap();
        raw.close().await.unwrap();
        done.rows_affected()
    }

    /// Waits until every job that is due was tried, here and at the platform: nothing more happens by itself then.
    pub async fn settled(&self) {
        settled(self.ports()).await;
        if let Some(platform) = self.demo().platform() {
            settled(&platform.ports).await;
        }
    }

    /// Puts off what waits to be tried again, by an hour, and lets what runs come to its end first: a test that does the
    /// step itself is not overtaken.
    pub async fn put_off(&self, kind: &str) {
        let statement = format!(
            "UPDATE jobs SET run_at = run_at + 3600000, due_at = due_at + 3600000 \
             WHERE kind = '{kind}' AND state = 'waiting'"
        );
        let ports = self.ports();
        until(&format!("{kind} is put off"), async || {
            let soon = ports.clock.now() + chrono::TimeDelta::minutes(30);
            let jobs = ports.store.jobs(None, None, 100).await.unwrap().rows;
            let near = |it: &JobRow| it.state == "waiting" && it.run_at <= soon;
            let is_near =
                (jobs.iter()).any(|it| it.kind == kind && (it.state == "running" || near(it)));
            if is_near {
                self.tamper(&statement).await;
            }
            !is_near
        })
        .await;
    }

    pub fn web(&self) -> String {
        format!("http://{}", self.demo().web)
    }

    pub fn sandbox(&self) -> String {
        format!("http://{}", self.demo().sandbox)
    }

    pub fn tax(&self) -> String {
        format!("http://{}", self.demo().tax)
    }

    /// Stops everything and starts it again with the same data.
    pub async fn restart(&mut self) {
        self.restart_with(&[]).await;
    }

    /// The same with further settings.
    pub async fn restart_with(&mut self, settings: &[(&str, &str)]) {
        self.demo.take().unwrap().stop().await;
        let platform = self.platform_database.as_ref();
        let options = options(&self.folder, &self.database, platform, settings);
        self.demo = Some(Box::pin(Demo::start(options)).await.unwrap());
    }

    /// Stops everything in order.
    pub async fn stop(mut self) {
        self.demo.take().unwrap().stop().await;
        self.database.drop().await;
        if let Some(database) = self.platform_database {
            database.drop().await;
        }
    }

    /// A call of the REST API with the demo's key.
    pub async fn api(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Answer {
        let mut request = self
            .http
            .request(method, format!("{}/api/v1{path}", self.web()))
            .bearer_auth(self.till().1);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        Answer::read(request.send().await.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.api(Method::GET, path, None, None).await
    }

    pub async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.api(Method::POST, path, Some(key), Some(body)).await
    }

    /// Any call of a sandbox's control API; the answer must be a success.
    pub async fn control(
        &self,
        base: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Value {
        let mut request = self.http.request(method, format!("{base}{path}"));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = Answer::read(request.send().await.unwrap()).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        answer.body
    }

    /// Trouble at WeChat.
    pub async fn wechat_fault(&self, fault: &Value) {
        self.control(
            &self.sandbox(),
            Method::POST,
            "/sandbox/faults",
            Some(fault),
        )
        .await;
    }

    /// Trouble at the tax authority.
    pub async fn tax_fault(&self, fault: &Value) {
        self.control(&self.tax(), Method::POST, "/sandbox/faults", Some(fault))
            .await;
    }

    /// Places an order with a delivery and gives its answer.
    pub async fn order(&self, order_no: &str) -> Value {
        let mut wanted = tea(order_no);
        wanted["store"] = json!(self.till().0);
        let answer = self.post("/orders", order_no, &wanted).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.body
    }

    /// The buyer opens the page and is sent on to WeChat: the address there.
    pub async fn open_page(&self, order: &Value) -> String {
        let page = order["delivery"]["page_url"].as_str().unwrap();
        let shown = self.http.get(page).send().await.unwrap();
        assert_eq!(shown.status(), StatusCode::OK);
        let sent_on = self
            .http
            .get(format!("{page}/wechat"))
            .send()
            .await
            .unwrap();
        assert!(
            sent_on.status().is_redirection(),
            "{:?}",
            sent_on.text().await
        );
        sent_on.headers()["location"].to_str().unwrap().to_owned()
    }

    /// The buyer agrees, with a company's or a person's title.
    pub async fn authorise(&self, order: &Value, title: &Value) {
        let id = order["delivery"]["id"].as_str().unwrap();
        let path = format!("/sandbox/orders/{id}/authorise");
        self.control(&self.sandbox(), Method::POST, &path, Some(title))
            .await;
    }

    /// From the order to the buyer's agreement.
    pub async fn authorised_order(&self, order_no: &str, title: &Value) -> Value {
        let order = self.order(order_no).await;
        self.open_page(&order).await;
        self.authorise(&order, title).await;
        order
    }

    /// Waits, by the API's own long poll, until the delivery stands where it should.
    pub async fn await_state(&self, order: &Value, state: &str) -> Value {
        let id = order["delivery"]["id"].as_str().unwrap();
        eventually_or(&format!("the delivery is {state}"), async || {
            let answer = self.get(&format!("/deliveries/{id}?wait=2")).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
            if answer.body["state"] == state {
                Ok(answer.body)
            } else {
                Err(answer.body)
            }
        })
        .await
    }

    /// Everything the WeChat sandbox accepted and sent.
    pub async fn wechat_ledger(&self) -> Value {
        self.control(&self.sandbox(), Method::GET, "/sandbox/ledger", None)
            .await
    }

    /// Everything the tax sandbox holds.
    pub async fn tax_ledger(&self) -> Value {
        self.control(&self.tax(), Method::GET, "/sandbox/ledger", None)
            .await
    }

    /// Every invariant must hold.
    pub async fn assert_ledger_holds(&self) {
        let mut checks = self.ports().store.verify().await.unwrap();
        if let Some(platform) = self.demo().platform() {
            checks.extend(platform.ports.store.verify().await.unwrap());
        }
        for check in checks {
            assert!(
                check.found.is_empty(),
                "{} {}: {:?}",
                check.id,
                check.title_en,
                check.found
            );
        }
    }
}

/// Two boxes of tea at 56.50 with 13 % of tax inside, for store S001: 100.00 + 13.00 = 113.00.
pub fn tea(order_no: &str) -> Value {
    json!({
        "order_no": order_no,
        "store": "S001",
        "lines": [{
            "name": "日用陶瓷餐具", "tax_code": "1080121010000000000", "spec": "16头", "unit": "套",
            "quantity": "2", "unit_price": "56.50", "tax_included": true, "rate": "0.13"
        }],
        "delivery": { "channel": "web", "page": "title" }
    })
}

/// A company with a valid code.
pub fn company() -> Value {
    json!({ "company": {
        "title": "北京喆堃龘贸易有限公司", "tax_no": "91110105MA0000007L", "addr": "北京市朝阳区样例路1号",
        "phone": "010-60000000", "bank_type": "示例银行北京分行", "bank_no": "6200000000000000003"
    }})
}

/// A person.
pub fn person(name: &str) -> Value {
    json!({ "person": { "title": name, "phone": "13800000000", "email": "buyer@example.com" } })
}
