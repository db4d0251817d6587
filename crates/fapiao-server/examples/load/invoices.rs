//! Invoices from end to end: from the buyer's agreement to the card in the wallet.

use crate::{
    Failure,
    figures::{Waits, joined, millis},
    place::Place,
    shop::{Shop, expect, jobs_done, text},
    usage::Usage,
    wire::Server,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Requests under way at the same time.
const WIDTH: usize = 32;
/// A load that takes longer is given up.
const PATIENCE: Duration = Duration::from_secs(600);
/// What is agreed to alone is in the wallet sooner than this, or something is wrong.
const SINGLE_PATIENCE: Duration = Duration::from_secs(60);
const TITLE: &str = r#"{"company":{"title":"北京喆堃贸易有限公司","tax_no":"91110105MA0000007L"}}"#;

/// How many at once.
#[derive(clap::Args)]
pub(crate) struct Settings {
    /// Invoices.
    #[arg(long, default_value_t = 1500)]
    count: usize,
    /// Milliseconds that WeChat and the tax authority take for each call, on top of their work.
    #[arg(long, default_value_t = 0)]
    delay_ms: u64,
}

/// How many one by one.
#[derive(clap::Args)]
pub(crate) struct Singles {
    /// Invoices.
    #[arg(long, default_value_t = 20)]
    count: usize,
    /// As above.
    #[arg(long, default_value_t = 0)]
    delay_ms: u64,
}

/// The shop with WeChat beside it.
struct Street<'a> {
    place: &'a Place,
    shop: Shop,
    wechat: Server,
}

impl<'a> Street<'a> {
    async fn open(place: &'a Place, delay_ms: u64) -> Result<Street<'a>, Failure> {
        let street = Street {
            place,
            shop: Shop::open(place)?,
            wechat: place.wechat()?,
        };
        street.slow_down(delay_ms).await?;
        Ok(street)
    }

    /// Calls of the sandboxes take so much longer from now on.
    async fn slow_down(&self, delay_ms: u64) -> Result<(), Failure> {
        let tax = self.place.tax()?;
        let faults = [
            (&self.wechat, json!({ "kind": "delay", "value": delay_ms })),
            (
                &tax,
                json!({ "kind": "delay", "service": "*", "ms": delay_ms }),
            ),
        ];
        for (server, fault) in faults {
            let cleared = server.ask(&server.delete("/sandbox/faults")).await?;
            if 0 < delay_ms && cleared.status < 300 {
                let json = [("Content-Type", "application/json")];
                let order = server.post("/sandbox/faults", &json, &fault.to_string());
                let ordered = server.ask(&order).await?;
                if 300 <= ordered.status {
                    return Err(format!("the delay was refused: {}", ordered.text()));
                }
            }
        }
        Ok(())
    }

    /// Order `number` with its page opened: only the buyer's agreement is missing. Gives the delivery.
    async fn prepared(&self, number: usize) -> Result<String, Failure> {
        let server = &self.shop.server;
        let order = server.ask(&self.shop.order(number)).await?;
        expect(201, &order)?;
        let order = order.json()?;
        let page = text(&order, "/delivery/page_url")?;
        let path = format!("{}/wechat", self.place.path_of(&page));
        let sent_on = server.ask(&server.get(&path, &[])).await?;
        if !(300..400).contains(&sent_on.status) {
            return Err(format!(
                "{path} answered {}: {}",
                sent_on.status,
                sent_on.text()
            ));
        }
        text(&order, "/delivery/id")
    }

    /// The buyer agrees.
    async fn agreed(&self, delivery: &str) -> Result<(), Failure> {
        let path = format!("/sandbox/orders/{delivery}/authorise");
        let json = [("Content-Type", "application/json")];
        let agreed = self
            .wechat
            .ask(&self.wechat.post(&path, &json, TITLE))
            .await?;
        expect(200, &agreed)
    }

    async fn state(&self, delivery: &str, wait_secs: u32) -> Result<String, Failure> {
        let asked = self.shop.delivery(delivery, wait_secs);
        let answer = self.shop.server.ask(&asked).await?;
        expect(200, &answer)?;
        let delivery = answer.json()?;
        let state = text(&delivery, "/state")?;
        if matches!(state.as_str(), "failed" | "refused" | "expired") {
            return Err(format!("a delivery ended badly: {delivery}"));
        }
        Ok(state)
    }

    /// Waits until the product has counted so many cards.
    async fn counted(&self, wanted: u64) -> Result<Instant, Failure> {
        let server = &self.shop.server;
        let began = Instant::now();
        loop {
            let done = jobs_done(server, "deliver_card").await?;
            if wanted <= done {
                return Ok(Instant::now());
            }
            if PATIENCE < began.elapsed() {
                return Err(format!(
                    "{} cards are missing after {PATIENCE:?}",
                    wanted - done
                ));
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Looks at each of them; gives when the last one was in its wallet, at least `counted`.
    async fn looked_at(&self, all: &[String], counted: Instant) -> Result<Instant, Failure> {
        let mut last = counted;
        for delivery in all {
            while self.state(delivery, 1).await? != "carded" {
                // Counted although it was not there yet (a job that ran twice): this one came later.
                last = Instant::now();
                if PATIENCE < counted.elapsed() {
                    return Err(format!(
                        "delivery {delivery} got no card within {PATIENCE:?}"
                    ));
                }
            }
        }
        Ok(last)
    }
}

pub(crate) async fn run(place: &Place, settings: &Settings) -> Result<Value, Failure> {
    let street = Street::open(place, 0).await?;
    let preparing = Instant::now();
    let deliveries: Vec<String> = stream::iter(0..settings.count)
        .map(|number| street.prepared(number))
        .buffer_unordered(WIDTH)
        .try_collect()
        .await?;
    let prepared_ms = millis(preparing.elapsed());
    street.slow_down(settings.delay_ms).await?;
    let done_before = jobs_done(&street.shop.server, "deliver_card").await?;

    let before = Usage::now(place.watched())?;
    let began = Instant::now();
    stream::iter(&deliveries)
        .map(|delivery| street.agreed(delivery))
        .buffer_unordered(WIDTH)
        .try_collect::<()>()
        .await?;
    let agreed_ms = millis(began.elapsed());
    let counted = street
        .counted(done_before + deliveries.len() as u64)
        .await?;
    let usage = Usage::now(place.watched())?.since(&before);
    street.slow_down(0).await?;
    let carded_at = street.looked_at(&deliveries, counted).await?;
    let took = carded_at - began;
    let told = json!({
        "what": "invoices",
        "delay_ms": settings.delay_ms,
        "count": settings.count,
        "per_second": settings.count as f64 / took.as_secs_f64(),
        "seconds": took.as_secs_f64(),
        "prepared_ms": prepared_ms,
        "agreed_ms": agreed_ms,
    });
    Ok(joined(told, usage))
}

pub(crate) async fn one_by_one(place: &Place, settings: &Singles) -> Result<Value, Failure> {
    let street = Street::open(place, settings.delay_ms).await?;
    let before = Usage::now(place.watched())?;
    let mut waits = Waits::default();
    for number in 0..settings.count {
        let delivery = street.prepared(number).await?;
        // Let everything come to rest.
        sleep(Duration::from_millis(500)).await;
        let began = Instant::now();
        street.agreed(&delivery).await?;
        while street.state(&delivery, 10).await? != "carded" {
            if SINGLE_PATIENCE < began.elapsed() {
                return Err(format!(
                    "delivery {delivery} got no card within {SINGLE_PATIENCE:?}"
                ));
            }
        }
        waits.add(began.elapsed());
    }
    let usage = Usage::now(place.watched())?.since(&before);
    street.slow_down(0).await?;
    let told = json!({
        "what": "singles", "delay_ms": settings.delay_ms, "count": settings.count,
    });
    Ok(joined(joined(told, waits.summary()), usage))
}
