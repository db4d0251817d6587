//! Buyers who order and agree while the product dies under them.

use crate::{Failure, http::Connection};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// Where everything is.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) web: String,
    pub(crate) wechat: String,
    pub(crate) tax: String,
    pub(crate) api_key: String,
}

/// An order that was answered with success.
#[derive(Clone)]
pub(crate) struct Placed {
    pub(crate) order_no: String,
    pub(crate) order: String,
    pub(crate) delivery: String,
    pub(crate) authorised: bool,
}

/// What the buyers did.
pub(crate) struct Done {
    pub(crate) orders: Vec<Placed>,
}

impl Done {
    pub(crate) fn authorised(&self) -> usize {
        self.orders
            .iter()
            .filter(|placed| placed.authorised)
            .count()
    }
}

/// Running buyers.
pub(crate) struct Buyers {
    stop: Arc<AtomicBool>,
    orders: Arc<Mutex<Vec<Placed>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Buyers {
    pub(crate) fn start(target: &Target, count: usize) -> Buyers {
        let stop = Arc::new(AtomicBool::new(false));
        let orders = Arc::new(Mutex::new(Vec::new()));
        let threads = (0..count)
            .map(|buyer| {
                let (target, stop, orders) =
                    (target.clone(), Arc::clone(&stop), Arc::clone(&orders));
                thread::spawn(move || shop(&target, buyer, &stop, &orders))
            })
            .collect();
        Buyers {
            stop,
            orders,
            threads,
        }
    }

    /// Lets everybody finish what they began.
    pub(crate) fn stop(self) -> Done {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            drop(thread.join());
        }
        let orders = self
            .orders
            .lock()
            .map(|orders| orders.clone())
            .unwrap_or_default();
        Done { orders }
    }
}

fn shop(target: &Target, buyer: usize, stop: &AtomicBool, orders: &Mutex<Vec<Placed>>) {
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let order_no = format!("KILL-{buyer}-{number}");
        let told = insist(|| target.place(&order_no));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (page, delivery) = (
            text(&told["delivery"]["page_url"]),
            text(&told["delivery"]["id"]),
        );
        let mut placed = Placed {
            order_no,
            order: text(&told["id"]),
            delivery,
            authorised: false,
        };
        // Every fifth buyer never opens the page.
        if number % 5 != 4 {
            insist(|| target.open_page(&page));
            insist(|| target.authorise(&placed.delivery));
            placed.authorised = true;
        }
        if let Ok(mut orders) = orders.lock() {
            orders.push(placed);
        }
        thread::sleep(Duration::from_millis(40));
    }
}

/// Repeats until it is answered: what a till does while the server is away.
fn insist<T>(mut ask: impl FnMut() -> Result<T, Failure>) -> T {
    loop {
        match ask() {
            Ok(answer) => return answer,
            Err(_) => thread::sleep(Duration::from_millis(60)),
        }
    }
}

impl Target {
    fn place(&self, order_no: &str) -> Result<Value, Failure> {
        let order = json!({
            "order_no": order_no, "store": "S001",
            "lines": [
                { "name": "日用陶瓷餐具", "tax_code": "1080121010000000000", "unit": "套", "quantity": "2",
                  "unit_price": "56.50", "tax_included": true, "rate": "0.13" },
                { "name": "红富士苹果", "tax_code": "1010115010100000000", "unit": "千克", "quantity": "1.375",
                  "unit_price": "12.80", "tax_included": true, "rate": "0.09", "discount": "1.00" }
            ],
            "delivery": { "channel": "web", "page": "title" }
        });
        let bearer = format!("Bearer {}", self.api_key);
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Idempotency-Key", order_no),
        ];
        let answer = Connection::open(&self.web)?.post("/api/v1/orders", &headers, &order)?;
        if !matches!(answer.status, 200 | 201) {
            return Err(format!("{}: {}", answer.status, answer.text()));
        }
        answer.json()
    }

    fn open_page(&self, page: &str) -> Result<(), Failure> {
        let path = page.strip_prefix(&self.web).unwrap_or(page);
        let answer = Connection::open(&self.web)?.get(&format!("{path}/wechat"), &[])?;
        // Sent on to WeChat (302), or to the page's state because the buyer has agreed before.
        if answer.status < 400 {
            Ok(())
        } else {
            Err(format!("{}: {}", answer.status, answer.text()))
        }
    }

    fn authorise(&self, delivery: &str) -> Result<(), Failure> {
        let title = json!({ "company": { "title": "北京喆堃贸易有限公司", "tax_no": "91110105MA0000007L" } });
        let path = format!("/sandbox/orders/{delivery}/authorise");
        let answer = Connection::open(&self.wechat)?.post(&path, &[], &title)?;
        // 409: it is authorised already; the answer was lost on the way.
        if answer.status < 300 || answer.status == 409 {
            Ok(())
        } else {
            Err(format!("{}: {}", answer.status, answer.text()))
        }
    }

    /// Slows a call down so much that the product dies in the middle of it: before the work, or after it.
    pub(crate) fn order_trouble(
        &self,
        sandbox: &str,
        call: &str,
        after_work: bool,
    ) -> Result<(), Failure> {
        let (base, fault) = match (sandbox, after_work) {
            ("wechat", false) => (
                &self.wechat,
                json!({ "path": call, "kind": "delay", "value": 3000 }),
            ),
            ("wechat", true) => (
                &self.wechat,
                json!({ "path": call, "kind": "work_then_drop" }),
            ),
            (_, false) => (
                &self.tax,
                json!({ "service": call, "kind": "delay", "ms": 3000 }),
            ),
            (_, true) => (
                &self.tax,
                json!({ "service": call, "kind": "work_then_drop" }),
            ),
        };
        let answer = Connection::open(base)?.post("/sandbox/faults", &[], &fault)?;
        if answer.status < 300 {
            Ok(())
        } else {
            Err(format!("{}: {}", answer.status, answer.text()))
        }
    }

    pub(crate) fn clear_trouble(&self) -> Result<(), Failure> {
        for base in [&self.wechat, &self.tax] {
            let answer = Connection::open(base)?.delete("/sandbox/faults")?;
            if answer.status >= 300 {
                return Err(format!("{}: {}", answer.status, answer.text()));
            }
        }
        Ok(())
    }

    /// A call of the REST API that reads.
    pub(crate) fn read(&self, path: &str) -> Result<Value, Failure> {
        let bearer = format!("Bearer {}", self.api_key);
        let answer = Connection::open(&self.web)?.get(path, &[("Authorization", &bearer)])?;
        if answer.status == 200 {
            answer.json()
        } else {
            Err(format!("{path}: {}: {}", answer.status, answer.text()))
        }
    }
}
