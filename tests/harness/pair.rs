//! What tests of two installations need beside a [`TestApp`].

use super::{TestApp, eventually, eventually_or, spawn_pair, until};
use fapiao_domain::ids::{DeliveryId, Id, OrderId, SellerId};
use fapiao_usecases::{
    actor::Actor,
    backoffice::payments::set_pay_merchant,
    errors::StoreError,
    ids::fresh,
    jobs::{ClaimedJob, Job, JobEnd},
    merchant::{orders::Caller, refusal::refuse_delivery},
    ports::{Ports, Scope},
    records::{Delivery, Gateway},
    run::run_job,
};
use serde_json::Value;
use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A pair whose merchant reaches the platform through a [`Relay`].
pub async fn spawn_pair_with_relay() -> (TestApp, Relay) {
    let app = spawn_pair().await;
    let relay = Relay::start(app.platform().web).await;
    app.change_gateway(|gateway| gateway.base_url = format!("http://{}/platform", relay.address))
        .await;
    (app, relay)
}

/// Stands between the two, counts, and loses what it is told to lose. Each connection carries one exchange.
#[derive(Clone)]
pub struct Relay {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    requests_to_lose: Arc<AtomicU32>,
    answers_to_lose: Arc<AtomicU32>,
    hides_papers: Arc<AtomicBool>,
}

impl Relay {
    async fn start(to: SocketAddr) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let relay = Relay {
            address: listener.local_addr().unwrap(),
            seen: Arc::default(),
            requests_to_lose: Arc::default(),
            answers_to_lose: Arc::default(),
            hides_papers: Arc::default(),
        };
        let inside = relay.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let relay = inside.clone();
                tokio::spawn(async move { relay.exchange(stream, to).await });
            }
        });
        relay
    }

    /// The next `count` POSTs do not arrive.
    pub fn lose_requests(&self, count: u32) {
        self.requests_to_lose.store(count, Ordering::SeqCst);
    }

    /// The next `count` POSTs arrive, but their answers do not come back.
    pub fn lose_answers(&self, count: u32) {
        self.answers_to_lose.store(count, Ordering::SeqCst);
    }

    /// Whether answers name no PDF, as of a platform that has not made it.
    pub fn hide_papers(&self, hides: bool) {
        self.hides_papers.store(hides, Ordering::SeqCst);
    }

    /// How often a call was made, such as `POST /platform/v1/requests`.
    pub fn seen(&self, call: &str) -> usize {
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|it| *it == call).count()
    }

    async fn exchange(&self, mut client: TcpStream, to: SocketAddr) -> Option<()> {
        let request = read_request(&mut client).await?;
        let head = String::from_utf8_lossy(&request).into_owned();
        let line = head.lines().next()?.rsplit_once(' ')?.0.to_owned();
        self.seen.lock().unwrap().push(line.clone());
        let is_post = line.starts_with("POST ");
        if is_post && take(&self.requests_to_lose) {
            return None;
        }
        let mut server = TcpStream::connect(to).await.ok()?;
        let end = head.find("\r\n")? + 2;
        server.write_all(&request[..end]).await.ok()?;
        server.write_all(b"connection: close\r\n").await.ok()?;
        server.write_all(&request[end..]).await.ok()?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer).await.ok()?;
        if is_post && take(&self.answers_to_lose) {
            return None;
        }
        if self.hides_papers.load(Ordering::SeqCst) {
            answer = without_papers(answer);
        }
        client.write_all(&answer).await.ok()?;
        client.shutdown().await.ok()
    }
}

/// The same answer, but for the PDF of its invoice.
fn without_papers(answer: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8_lossy(&answer);
    let parts = text.split_once("\r\n\r\n");
    let told = parts.and_then(|(head, body)| Some((head, serde_json::from_str(body).ok()?)));
    let Some((head, mut told)) = told else {
        return answer;
    };
    let told: &mut Value = &mut told;
    if let Some(pdf) = told.pointer_mut("/invoice/pdf") {
        *pdf = Value::Null;
    }
    let body = told.to_string();
    let kept = head
        .lines()
        .filter(|it| !it.to_ascii_lowercase().starts_with("content-length"));
    let head: Vec<&str> = kept.collect();
    let head = head.join("\r\n");
    format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn take(count: &AtomicU32) -> bool {
    let lower = |it: u32| it.checked_sub(1);
    count
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, lower)
        .is_ok()
}

async fn read_request(client: &mut TcpStream) -> Option<Vec<u8>> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = client.read(&mut buffer).await.ok()?;
        if read == 0 {
            return None;
        }
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, value)| value.trim().parse::<usize>().ok())
            .unwrap_or(0);
        if body.len() >= length {
            return Some(request);
        }
    }
}

impl TestApp {
    /// The merchant's seller that leaves issuing to the platform.
    pub fn outside_seller(&self) -> SellerId {
        SellerId::from_ulid("0000000000DEM0000000000003")
    }

    /// The delivery of an order as placed.
    pub fn delivery_id(&self, order: &Value) -> DeliveryId {
        DeliveryId::parse(order["delivery"]["id"].as_str().unwrap()).unwrap()
    }

    /// The acts of an order's timeline, oldest first.
    pub async fn timeline(&self, order: &Value) -> Vec<String> {
        let id = OrderId::parse(order["id"].as_str().unwrap()).unwrap();
        let lines = self.ports().store.timeline(&id).await.unwrap();
        lines.into_iter().rev().map(|it| it.action).collect()
    }

    /// Changes how the merchant reaches the platform, once what that told about itself at the start is written: else
    /// the change would meet it.
    pub async fn change_gateway(&self, change: impl Fn(&mut Gateway)) {
        let store = &self.ports().store;
        until("the platform told of itself", async || {
            let gateway = store.gateway(&self.outside_seller()).await;
            let mut gateway = gateway.unwrap().unwrap();
            if gateway.checked_at.is_none() {
                return false;
            }
            change(&mut gateway);
            match store.save_gateway(&gateway, &Actor::CommandLine).await {
                Ok(_) => true,
                // The platform was asked meanwhile, and what it told was noted.
                Err(StoreError::Stale { .. }) => false,
                Err(error) => panic!("{error}"),
            }
        })
        .await;
    }

    /// Sends the platform's callbacks elsewhere.
    pub async fn move_callbacks(&self, url: &str) {
        let store = &self.platform().ports.store;
        let mut partner = store.partners().await.unwrap().remove(0);
        url.clone_into(&mut partner.callback_url);
        store
            .save_partner(&partner, &Actor::CommandLine)
            .await
            .unwrap();
    }

    /// The receipts of payments lead to the outside seller's platform, as staff choose.
    pub async fn link_payments_outside(&self) {
        let (ports, by) = (self.ports(), Actor::CommandLine);
        let app_id = &self.demo().secrets.app_id;
        let seller = self.outside_seller().to_string();
        // The product prepares the account at the same time.
        let id = eventually_or("the payments are linked", async || {
            let account = ports.store.account_by_app_id(app_id).await;
            let account = account.unwrap().unwrap();
            let (id, merchant) = (account.id.clone(), account.pay_merchant.clone());
            let set = set_pay_merchant(ports, account, &merchant, Some(&seller), &by).await;
            set.map(|_| id)
        })
        .await;
        self.run(&Job::PrepareAccount(id)).await;
        // The worker has the same job: it must not link anew what a test links next.
        until("the account is prepared", async || {
            let jobs = ports.store.jobs(None, None, 100).await.unwrap().rows;
            let mut open = jobs.iter().filter(|it| it.state != "parked");
            open.all(|it| it.kind != "prepare_account")
        })
        .await;
    }

    /// Why the merchant's job of a kind waits for a person, once it does.
    pub async fn parked(&self, kind: &str) -> String {
        eventually(&format!("{kind} waits for a person"), async || {
            let jobs = self.ports().store.jobs(Some("parked"), None, 50).await;
            let found = jobs.unwrap().rows.into_iter().find(|it| it.kind == kind);
            Some(found?.reason)
        })
        .await
    }

    /// The platform's own delivery of a merchant's order, once it stands in a state.
    pub async fn at_platform(&self, order: &Value, state: &str) -> Delivery {
        let store = &self.platform().ports.store;
        let partner = store.partners().await.unwrap().remove(0);
        let outside = order["delivery"]["id"].as_str().unwrap();
        eventually_or(&format!("the platform's delivery is {state}"), async || {
            let request = store.partner_request_by_order(&partner.id, outside).await;
            let Some(request) = request.unwrap() else {
                return Err(None);
            };
            let found = store.delivery(&Scope::All, &request.delivery).await;
            let found = found.unwrap().unwrap();
            if found.state.as_str() == state {
                Ok(found)
            } else {
                Err(Some(found))
            }
        })
        .await
    }

    /// The platform's staff refuse.
    pub async fn refuse_at_platform(&self, delivery: &Delivery, reason: &str) {
        let caller = Caller {
            actor: Actor::CommandLine,
            scope: Scope::All,
            source: "admin",
        };
        let ports = &self.platform().ports;
        refuse_delivery(ports, &caller, &delivery.id, reason, "", None, &|_| {
            String::new()
        })
        .await
        .unwrap();
    }

    /// Runs a job of the merchant here and now; it must get done.
    pub async fn run(&self, job: &Job) {
        run(self.ports(), job).await;
    }

    /// Runs a job of the platform here and now; it must get done.
    pub async fn run_at_platform(&self, job: &Job) {
        run(&self.platform().ports, job).await;
    }

    /// Waits for a state while waiting jobs of some kinds are brought forward, as staff may do.
    pub async fn hurry(&self, kinds: &[&str], order: &Value, state: &str) {
        let id = self.delivery_id(order);
        let store = &self.ports().store;
        eventually_or(&format!("the delivery is {state}"), async || {
            let delivery = store.delivery(&Scope::All, &id).await.unwrap().unwrap();
            if delivery.state.as_str() == state {
                return Ok(());
            }
            self.hurry_once(kinds).await;
            Err(delivery)
        })
        .await;
    }

    /// Brings waiting jobs of some kinds forward.
    pub async fn hurry_once(&self, kinds: &[&str]) {
        let store = &self.ports().store;
        let jobs = store.jobs(Some("waiting"), None, 50).await.unwrap().rows;
        for job in jobs
            .into_iter()
            .filter(|it| kinds.contains(&it.kind.as_str()))
        {
            store.retry_job(&job.id, &Actor::System).await.unwrap();
        }
    }
}

async fn run(ports: &Ports, job: &Job) {
    let claimed = ClaimedJob {
        id: fresh(ports.clock.now()),
        fence: 1,
        job: job.clone(),
        attempt: 1,
        queued_at: ports.clock.now(),
    };
    let finished = run_job(ports, &claimed).await;
    assert_eq!(finished.end, JobEnd::Done, "{job:?}");
}
