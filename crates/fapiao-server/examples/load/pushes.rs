//! Acknowledgement of pushes: an open loop at a fixed rate, each push truly encrypted and signed.
//!
//! A push that must wait does not hold back those behind it, and its waiting time counts from the moment it was
//! planned for. The pushes are about deliveries that do not exist: the workers are busy with reading and ignoring
//! every one of them while the next are acknowledged.

use crate::{
    Failure,
    figures::{Waits, joined, millis},
    place::Place,
    shop::{expect, jobs_done, milliseconds},
    usage::Usage,
    wire::Server,
};
use fapiao_server::demo::DemoSecrets;
use serde_json::{Value, json};
use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, task::JoinSet, time::sleep};
use wechat_invoice::callback::{CallbackCipher, PushFormat};

/// Everything that was acknowledged must have been worked on this long after the last one.
const HANDLED_WITHIN: Duration = Duration::from_secs(180);

/// How hard.
#[derive(clap::Args)]
pub(crate) struct Settings {
    /// Pushes a second.
    #[arg(long, default_value_t = 500)]
    rate: u32,
    /// Seconds measured.
    #[arg(long, default_value_t = 30)]
    seconds: u32,
    /// Seconds before, not measured.
    #[arg(long, default_value_t = 2)]
    warm_up: u32,
    /// A burst of so many seconds instead, on connections that are new, measured from its first push on.
    #[arg(long)]
    burst_seconds: Option<u32>,
}

/// One push's fate: how late it was sent, and when it was acknowledged, both from the planned moment.
struct Sent {
    number: usize,
    lag: Duration,
    wait: Duration,
}

pub(crate) async fn run(place: &Place, settings: &Settings) -> Result<Value, Failure> {
    let server = Arc::new(place.product()?);
    let rate = settings.rate.max(1);
    let (warm_up, seconds) = match settings.burst_seconds {
        Some(seconds) => (0, seconds),
        None => (settings.warm_up, settings.seconds),
    };
    let unmeasured = (rate * warm_up) as usize;
    let total = (rate * (warm_up + seconds)) as usize;
    let messages = Arc::new(sealed(&place.secrets()?, &server, total)?);
    let handled_before = jobs_done(&server, "handle_push").await?;

    let start = Instant::now() + Duration::from_millis(100);
    let plan = move |number: usize| start + Duration::from_secs(1) * number as u32 / rate;
    let mut due = paced(total, plan);
    let mut posting = JoinSet::new();
    let mut before = None;
    while let Some(number) = due.recv().await {
        if number == unmeasured {
            before = Some(Usage::now(place.watched())?);
        }
        let (server, messages) = (Arc::clone(&server), Arc::clone(&messages));
        posting.spawn(async move { post(&server, &messages[number], number, plan(number)).await });
    }
    let before = before.ok_or("nothing was to be sent")?;
    let usage = Usage::now(place.watched())?.since(&before);
    let (mut waits, mut lags) = (Waits::default(), Waits::default());
    while let Some(ended) = posting.join_next().await {
        let sent = ended.map_err(|error| error.to_string())??;
        if unmeasured <= sent.number {
            waits.add(sent.wait);
            lags.add(sent.lag);
        }
    }
    let sent = Instant::now();
    let wanted = handled_before + total as u64;
    while jobs_done(&server, "handle_push").await? < wanted {
        if HANDLED_WITHIN < sent.elapsed() {
            let done = jobs_done(&server, "handle_push").await? - handled_before;
            return Err(format!(
                "{total} pushes were acknowledged, but only {done} handled within {HANDLED_WITHIN:?}"
            ));
        }
        sleep(Duration::from_millis(50)).await;
    }
    let told = json!({
        "what": if settings.burst_seconds.is_some() { "burst" } else { "pushes" },
        "rate": rate,
        "seconds": seconds,
        "count": waits.count(),
        "generator_lag_p99_ms": lags.summary()["p99_ms"],
        "all_handled_after_ms": millis(sent.elapsed()),
    });
    Ok(joined(joined(told, waits.summary()), usage))
}

/// Tells each push's number at its planned moment. A thread of its own: the timers of the runtime only know whole
/// milliseconds.
pub(crate) fn paced(
    total: usize,
    plan: impl Fn(usize) -> Instant + Send + 'static,
) -> mpsc::UnboundedReceiver<usize> {
    let (sender, due) = mpsc::unbounded_channel();
    thread::spawn(move || {
        for number in 0..total {
            thread::sleep(plan(number).saturating_duration_since(Instant::now()));
            if sender.send(number).is_err() {
                return;
            }
        }
    });
    due
}

async fn post(
    server: &Server,
    message: &[u8],
    number: usize,
    planned: Instant,
) -> Result<Sent, Failure> {
    let lag = planned.elapsed();
    let answer = server.ask(message).await?;
    let wait = planned.elapsed();
    expect(200, &answer)?;
    let text = answer.text();
    if !matches!(text.trim(), "" | "success") {
        return Err(format!(
            "a push was answered with `{text}`, which WeChat would repeat"
        ));
    }
    Ok(Sent { number, lag, wait })
}

/// The requests, as WeChat would send them in safe mode.
fn sealed(secrets: &DemoSecrets, server: &Server, total: usize) -> Result<Vec<Vec<u8>>, Failure> {
    let cipher = CallbackCipher::new(
        secrets.push_token.clone().into(),
        &secrets.push_key.clone().into(),
        secrets.app_id.clone(),
    )
    .map_err(|error| error.to_string())?;
    let now = milliseconds();
    let (seconds, app_id) = (now / 1000, &secrets.app_id);
    (0..total)
        .map(|number| {
            let plain = format!(
                "<xml><ToUserName><![CDATA[gh_bench]]></ToUserName>\
                 <FromUserName><![CDATA[oBENCH{number:08}]]></FromUserName>\
                 <CreateTime>{seconds}</CreateTime><MsgType><![CDATA[event]]></MsgType>\
                 <Event><![CDATA[user_authorize_invoice]]></Event>\
                 <SuccOrderId><![CDATA[{}]]></SuccOrderId><FailOrderId><![CDATA[]]></FailOrderId>\
                 <AuthorizeAppId><![CDATA[{app_id}]]></AuthorizeAppId><Source><![CDATA[web]]></Source></xml>",
                unknown_delivery(now, number)
            );
            let nonce = (100_000_000 + number).to_string();
            let push = cipher
                .seal(&plain, PushFormat::Xml, &seconds.to_string(), &nonce)
                .map_err(|error| error.to_string())?;
            let path = format!("/wechat/callback/{app_id}?{}", push.query);
            Ok(server.post(&path, &[("Content-Type", "text/xml")], &push.body))
        })
        .collect()
}

/// An id of the right form that no delivery has: the time in it is far ahead.
fn unknown_delivery(run: u128, number: usize) -> String {
    format!("dlv_7Z{run:016}{number:08}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use fapiao_domain::ids::{DeliveryId, Id};

    #[test]
    fn the_unknown_deliveries_have_the_form_of_known_ones() {
        let id = unknown_delivery(milliseconds(), 15_999);
        assert!(DeliveryId::parse(&id).is_ok(), "{id}");
    }
}
