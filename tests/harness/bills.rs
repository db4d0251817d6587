//! What tests of fiscal bills need: keys of the whole company, and bills with the files of their bureau.

use super::{Answer, TestApp, eventually_or};
use fapiao_domain::ids::{ApiKeyId, Id, StoreId};
use fapiao_usecases::{actor::Actor, idempotency::fingerprint, ids::fresh, records::ApiKey};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// The bills whose files are there. The demo has the first two already.
const SAMPLES: &str = include_str!("../fixtures/bills/bills.json");
const FILES: [&[u8]; 3] = [
    include_bytes!("../fixtures/bills/31060125-0000000001.pdf"),
    include_bytes!("../fixtures/bills/31060125-0000000002.pdf"),
    include_bytes!("../fixtures/bills/31060125-0000000003.pdf"),
];

/// The body of a sample bill, from 1.
pub fn sample_bill(number: usize) -> Value {
    let mut all: Vec<Value> = serde_json::from_str(SAMPLES).unwrap();
    all.remove(number - 1)
}

/// Its file.
pub fn sample_bill_file(number: usize) -> &'static [u8] {
    FILES[number - 1]
}

/// The bills of an installation, over its REST API, with a key of the whole company.
pub struct Bills<'a> {
    pub app: &'a TestApp,
    pub key: String,
}

impl<'a> Bills<'a> {
    pub async fn of(app: &'a TestApp) -> Bills<'a> {
        let key = app.new_key(None, true).await;
        Bills { app, key }
    }

    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let url = format!("{}/api/v1{path}", self.app.web());
        let mut request = self.app.http.request(method, url).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.json(body);
        }
        Answer::read(request.send().await.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    /// Hands a file in, declared as a media type.
    pub async fn put(&self, id: &str, media: &str, file: impl Into<reqwest::Body>) -> Answer {
        let url = format!("{}/api/v1/bills/{id}/file", self.app.web());
        let request = self.app.http.put(url).bearer_auth(&self.key);
        let request = request.header("Content-Type", media).body(file);
        Answer::read(request.send().await.unwrap()).await
    }

    pub async fn put_pdf(&self, id: &str, file: &'static [u8]) -> Answer {
        self.put(id, "application/pdf", file).await
    }

    /// Takes a bill in.
    pub async fn accept(&self, bill: &Value) -> Value {
        let answer = self.post("/bills", bill).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.body
    }

    /// Takes the third sample in, the one that the demo has not, with its file.
    pub async fn accept_sample(&self) -> Value {
        let bill = self.accept(&sample_bill(3)).await;
        let answer = self.put_pdf(id_of(&bill), sample_bill_file(3)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.body
    }

    /// The payer opens the link and is sent on to WeChat: the address there.
    pub async fn open(&self, bill: &Value) -> String {
        let page = bill["delivery"]["page_url"].as_str().unwrap();
        let request = self.app.http.get(format!("{page}/wechat"));
        let sent_on = request.send().await.unwrap();
        assert_eq!(sent_on.status(), StatusCode::FOUND);
        sent_on.headers()["location"].to_str().unwrap().to_owned()
    }

    /// The payer agrees on WeChat's page.
    pub async fn agree(&self, bill: &Value) {
        let order_id = bill["delivery"]["wechat"]["order_id"].as_str().unwrap();
        let path = format!("/sandbox/orders/{order_id}/authorise");
        let sandbox = self.app.sandbox();
        self.app
            .control(&sandbox, Method::POST, &path, Some(&json!({})))
            .await;
    }

    /// Waits until the bill's delivery stands where it should.
    pub async fn await_state(&self, bill: &Value, state: &str) -> Value {
        let path = format!("/bills/{}", id_of(bill));
        eventually_or(&format!("the bill is {state}"), async || {
            let answer = self.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
            if answer.body["delivery"]["state"] == state {
                Ok(answer.body)
            } else {
                Err(answer.body)
            }
        })
        .await
    }
}

/// The id of a bill.
pub fn id_of(bill: &Value) -> &str {
    bill["id"].as_str().unwrap()
}

impl TestApp {
    /// A new API key: of one store or of the whole company.
    pub async fn new_key(&self, store: Option<StoreId>, may_write: bool) -> String {
        let now = self.ports().clock.now();
        let id: ApiKeyId = fresh(now);
        let text = format!("fp_{}", id.as_str());
        let key = ApiKey {
            name: text.clone(),
            prefix: text.chars().take(9).collect(),
            hash: fingerprint(text.as_bytes()),
            store,
            may_write,
            created_at: now,
            last_used_at: None,
            revoked_at: None,
            id,
        };
        let added = self.ports().store.add_api_key(&key, &Actor::System).await;
        added.unwrap();
        text
    }
}
