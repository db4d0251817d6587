//! Orders accepted per second: a closed loop over kept connections.

use crate::{
    Failure,
    figures::{Waits, joined},
    place::Place,
    shop::{Shop, expect},
    usage::Usage,
};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    task::JoinSet,
    time::{sleep_until, timeout_at},
};

/// How hard.
#[derive(clap::Args)]
pub(crate) struct Settings {
    /// Connections, each with one request under way.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Seconds measured.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// Seconds before, not measured.
    #[arg(long, default_value_t = 2)]
    warm_up: u64,
}

/// The part of the run that counts.
#[derive(Clone, Copy)]
struct Window {
    from: Instant,
    until: Instant,
}

pub(crate) async fn run(place: &Place, settings: &Settings) -> Result<Value, Failure> {
    let shop = Arc::new(Shop::open(place)?);
    let number = Arc::new(AtomicUsize::new(0));
    let from = Instant::now() + Duration::from_secs(settings.warm_up);
    let until = from + Duration::from_secs(settings.seconds);
    let window = Window { from, until };
    let mut tills = JoinSet::new();
    for _ in 0..settings.connections {
        tills.spawn(till(Arc::clone(&shop), Arc::clone(&number), window));
    }
    sleep_until(from.into()).await;
    let before = Usage::now(place.watched())?;
    sleep_until(until.into()).await;
    let usage = Usage::now(place.watched())?.since(&before);

    let mut waits = Waits::default();
    let patience = (until + Duration::from_secs(60)).into();
    while let Some(ended) = timeout_at(patience, tills.join_next())
        .await
        .map_err(|_| "orders were not answered within a minute")?
    {
        waits.join(ended.map_err(|error| error.to_string())??);
    }
    let accepted = waits.count();
    let told = json!({
        "what": "orders",
        "connections": settings.connections,
        "seconds": settings.seconds,
        "count": accepted,
        "per_second": accepted as f64 / settings.seconds as f64,
    });
    Ok(joined(joined(told, waits.summary()), usage))
}

async fn till(shop: Arc<Shop>, number: Arc<AtomicUsize>, window: Window) -> Result<Waits, Failure> {
    let mut connection = shop.server.connect().await?;
    let mut waits = Waits::default();
    loop {
        let order = shop.order(number.fetch_add(1, Ordering::Relaxed));
        let asked = Instant::now();
        if window.until <= asked {
            return Ok(waits);
        }
        let answer = connection.ask(&order).await?;
        let answered = Instant::now();
        expect(201, &answer)?;
        if window.from <= answered && answered < window.until {
            waits.add(answered - asked);
        }
    }
}
