//! Fiscal bills from a counter into a wallet, over HTTP and against WeChat's sandbox.

mod bureau;
mod compared;
mod flow;
mod refused;
mod roles;
mod templates;
mod trouble;
mod undecided;
mod voided;
mod waiting;

use crate::harness::{TestApp, eventually, eventually_or, spawn_app_with_bills};
use fapiao_domain::ids::BillId;
use fapiao_usecases::{
    actor::Actor,
    idempotency::fingerprint,
    ids::fresh,
    ports::Ports,
    records::{ApiKey, JobRow, Store},
};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

const BILLS: &str = include_str!("../fixtures/bills/bills.json");
const FILES: [&[u8]; 3] = [
    include_bytes!("../fixtures/bills/31060125-0000000001.pdf"),
    include_bytes!("../fixtures/bills/31060125-0000000002.pdf"),
    include_bytes!("../fixtures/bills/31060125-0000000003.pdf"),
];

/// A sample bill as a body, 1 to 3. The demo has the first two already, with their files.
fn sample(which: usize) -> Value {
    let bills: Value = serde_json::from_str(BILLS).unwrap();
    bills[which - 1].clone()
}

fn file(which: usize) -> &'static [u8] {
    FILES[which - 1]
}

/// A key that was made for a test: of one store, or of the whole company.
async fn key(ports: &Ports, text: &str, store: Option<&Store>, may_write: bool) -> String {
    let made = ApiKey {
        id: fresh(ports.clock.now()),
        name: text.replacen("fp_", "", 1),
        prefix: text.chars().take(9).collect(),
        hash: fingerprint(text.as_bytes()),
        store: store.map(|it| it.id.clone()),
        may_write,
        created_at: ports.clock.now(),
        last_used_at: None,
        revoked_at: None,
    };
    let by = Actor::CommandLine;
    ports.store.add_api_key(&made, &by).await.unwrap();
    text.to_owned()
}

/// Whoever calls the REST API of one installation.
struct Counter {
    http: Client,
    base: String,
    key: String,
}

impl Counter {
    /// With a key of the whole company.
    async fn of(app: &TestApp) -> Counter {
        Counter {
            http: app.http.clone(),
            base: app.web(),
            key: key(app.ports(), "fp_counter_of_the_company", None, true).await,
        }
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> (StatusCode, Value) {
        let mut request = self
            .http
            .request(method, format!("{}/api/v1{path}", self.base))
            .bearer_auth(&self.key);
        if let Some((kind, bytes)) = body {
            request = request.header("content-type", kind).body(bytes);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        (status, body)
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.ask(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let body = ("application/json", body.to_string().into_bytes());
        self.ask(Method::POST, path, Some(body)).await
    }

    async fn put_file(&self, id: &str, bytes: &[u8]) -> (StatusCode, Value) {
        let body = ("application/pdf", bytes.to_vec());
        self.ask(Method::PUT, &format!("/bills/{id}/file"), Some(body))
            .await
    }

    /// A new bill.
    async fn create(&self, body: &Value) -> Value {
        let (status, bill) = self.post("/bills", body).await;
        assert_eq!(status, StatusCode::CREATED, "{bill}");
        bill
    }

    /// One of the bills that the demo has.
    async fn seeded(&self, which: usize) -> Value {
        let number = sample(which)["number"].as_str().unwrap().to_owned();
        let (status, found) = self.get(&format!("/bills?text={number}")).await;
        assert_eq!(status, StatusCode::OK, "{found}");
        assert_eq!(found["data"].as_array().unwrap().len(), 1, "{found}");
        found["data"][0].clone()
    }

    async fn bill(&self, id: &str) -> Value {
        let (status, bill) = self.get(&format!("/bills/{id}")).await;
        assert_eq!(status, StatusCode::OK, "{bill}");
        bill
    }

    /// Waits until a bill's latest delivery stands where it should.
    async fn await_state(&self, id: &str, state: &str) -> Value {
        eventually_or(&format!("the bill's delivery is {state}"), async || {
            let bill = self.bill(id).await;
            if bill["delivery"]["state"] == state {
                Ok(bill)
            } else {
                Err(bill["delivery"].clone())
            }
        })
        .await
    }

    /// Waits until a bill's card stands where it should.
    async fn await_card(&self, id: &str, state: &str) -> Value {
        eventually_or(&format!("the bill's card is {state}"), async || {
            let bill = self.bill(id).await;
            if bill["delivery"]["card"]["state"] == state {
                Ok(bill)
            } else {
                Err(bill["delivery"].clone())
            }
        })
        .await
    }
}

/// A product with the demo's bills, and a caller.
async fn counter() -> (TestApp, Counter) {
    let app = spawn_app_with_bills().await;
    let counter = Counter::of(&app).await;
    (app, counter)
}

fn id(bill: &Value) -> &str {
    bill["id"].as_str().unwrap()
}

fn bill_id(bill: &Value) -> BillId {
    fapiao_domain::ids::Id::parse(id(bill)).unwrap()
}

fn delivery_id(bill: &Value) -> &str {
    bill["delivery"]["id"].as_str().unwrap()
}

/// The payer opens the link and is sent on: the address at WeChat.
async fn open(app: &TestApp, bill: &Value) -> String {
    let link = bill["delivery"]["page_url"].as_str().unwrap();
    let answer = app.http.get(format!("{link}/wechat")).send().await.unwrap();
    let status = answer.status();
    let address = answer.headers().get("location").cloned();
    assert_eq!(
        status,
        StatusCode::FOUND,
        "{}",
        answer.text().await.unwrap()
    );
    address.unwrap().to_str().unwrap().to_owned()
}

/// What the payer's page says.
async fn payers_page(app: &TestApp, bill: &Value) -> String {
    let link = bill["delivery"]["page_url"].as_str().unwrap();
    let answer = app.http.get(link).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.text().await.unwrap()
}

/// The payer agrees, declines, … at WeChat, without a browser.
async fn payer_does(app: &TestApp, bill: &Value, what: &str) {
    let path = format!("/sandbox/orders/{}/{what}", delivery_id(bill));
    app.control(&app.sandbox(), Method::POST, &path, Some(&json!({})))
        .await;
}

/// Opens the link and agrees.
async fn agree(app: &TestApp, bill: &Value) {
    open(app, bill).await;
    payer_does(app, bill, "authorise").await;
}

/// WeChat's own record of a delivery.
async fn at_wechat(app: &TestApp, delivery: &str) -> Value {
    let path = format!("/sandbox/orders/{delivery}");
    app.control(&app.sandbox(), Method::GET, &path, None).await
}

/// Waits until WeChat knows that a delivery brings no card.
async fn rejected_there(app: &TestApp, delivery: &str) -> Value {
    eventually("WeChat's word of the refusal", async || {
        let there = at_wechat(app, delivery).await;
        (there["state"] == "rejected").then_some(there)
    })
    .await
}

/// Cards that lie in the pretend wallet.
async fn cards(app: &TestApp) -> Vec<Value> {
    let found = app
        .control(&app.sandbox(), Method::GET, "/sandbox/cards", None)
        .await;
    found["cards"].as_array().unwrap().clone()
}

/// The holder or an employer changes a card at WeChat.
async fn holder_does(app: &TestApp, code: &str, status: &str) {
    let path = format!("/sandbox/cards/{code}/status");
    let body = json!({ "status": status });
    app.control(&app.sandbox(), Method::POST, &path, Some(&body))
        .await;
}

/// How often an address of WeChat's was called.
async fn calls_of(app: &TestApp, path: &str) -> usize {
    let path = format!("/sandbox/calls?path={path}");
    let found = app.control(&app.sandbox(), Method::GET, &path, None).await;
    found["calls"].as_array().unwrap().len()
}

/// The job of a kind about something, when there is one.
async fn job(app: &TestApp, kind: &str, subject: &str) -> Option<JobRow> {
    let jobs = app.ports().store.jobs(None, None, 200).await.unwrap().rows;
    let mut found = jobs.into_iter();
    found.find(|it| it.kind == kind && it.subject == subject)
}

/// Waits for a job that goes on later, or waits for a person, for this reason.
async fn job_that(app: &TestApp, kind: &str, subject: &str, told: &str) -> JobRow {
    eventually_or(&format!("{kind} says {told}"), async || {
        match job(app, kind, subject).await {
            Some(it) if it.code.contains(told) || it.reason.contains(told) => Ok(it),
            other => Err(other),
        }
    })
    .await
}

/// Runs a job that waits, unless it ran by itself.
async fn hurry(app: &TestApp, kind: &str, subject: &str) {
    let Some(found) = job(app, kind, subject).await else {
        return;
    };
    let by = Actor::CommandLine;
    app.ports().store.retry_job(&found.id, &by).await.unwrap();
}

/// Actions of a bill's timeline, in order.
async fn actions(app: &TestApp, bill: &Value) -> Vec<String> {
    let lines = app.ports().store.bill_timeline(&bill_id(bill)).await;
    lines.unwrap().into_iter().map(|it| it.action).collect()
}
