//! Pushes that are built to hurt, at a fixed rate: every one is refused, and nothing of them stays in memory.
//!
//! Entity bombs, deep nests, wide and long ones, noise as long as a push may be and forged cipher texts, each with and
//! without the parameters of a sealed push; and bodies that are too large.

use crate::{
    Failure,
    figures::{Waits, joined},
    place::Place,
    pushes::paced,
    usage::{Usage, most_held_kib},
    wire::Server,
};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// How hard.
#[derive(clap::Args)]
pub(crate) struct Settings {
    /// Pushes a second.
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// Pushes in all.
    #[arg(long, default_value_t = 4000)]
    count: u32,
}

/// The longest body that is read.
const BODY_MAX: usize = 64 * 1024;

pub(crate) async fn run(place: &Place, settings: &Settings) -> Result<Value, Failure> {
    let server = Arc::new(place.product()?);
    let path = format!("/wechat/callback/{}", place.secrets()?.app_id);
    let messages: Arc<Vec<(Vec<u8>, u16)>> = Arc::new(
        bodies()
            .iter()
            .map(|(query, body, status)| {
                let path = format!("{path}?{query}");
                (
                    server.post(&path, &[("Content-Type", "text/xml")], body),
                    *status,
                )
            })
            .collect(),
    );
    // Once each, so that what is made once is not counted.
    for (message, status) in messages.iter() {
        refused(&server, message, *status).await?;
    }
    let held_before = most_held_kib(place.watched().product)?;
    let before = Usage::now(place.watched())?;
    let (rate, start) = (
        settings.rate.max(1),
        Instant::now() + Duration::from_millis(100),
    );
    let plan = move |number: usize| start + Duration::from_secs(1) * number as u32 / rate;
    let mut due = paced(settings.count as usize, plan);
    let mut posting = JoinSet::new();
    while let Some(number) = due.recv().await {
        let (server, messages) = (Arc::clone(&server), Arc::clone(&messages));
        posting.spawn(async move {
            let (message, status) = &messages[number % messages.len()];
            refused(&server, message, *status).await?;
            Ok::<Duration, Failure>(plan(number).elapsed())
        });
    }
    let mut waits = Waits::default();
    while let Some(ended) = posting.join_next().await {
        waits.add(ended.map_err(|error| error.to_string())??);
    }
    let usage = Usage::now(place.watched())?.since(&before);
    let grown = most_held_kib(place.watched().product)?.saturating_sub(held_before);
    let told = json!({
        "what": "hostile",
        "rate": rate,
        "count": waits.count(),
        "grown_mib": grown as f64 / 1024.0,
    });
    Ok(joined(joined(told, waits.summary()), usage))
}

/// Asks, and wants exactly this refusal.
async fn refused(server: &Server, message: &[u8], status: u16) -> Result<(), Failure> {
    // Each on a connection of its own, as strangers come.
    let answer = server.connect().await?.ask(message).await?;
    if answer.status == status {
        return Ok(());
    }
    Err(format!(
        "a hostile push was answered with {} instead of {status}: {}",
        answer.status,
        answer.text()
    ))
}

/// Query, body and what must be answered.
fn bodies() -> Vec<(String, String, u16)> {
    let sealed =
        "signature=0&timestamp=1767225600&nonce=1&openid=o&encrypt_type=aes&msg_signature=0";
    let entities: String = (1..9)
        .map(|n| format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10)))
        .collect();
    let laughs = format!("<!DOCTYPE x [<!ENTITY a0 \"ha\">{entities}]><xml><A>&a8;</A></xml>");
    let deep = format!("<xml>{}{}</xml>", "<a>".repeat(9000), "</a>".repeat(9000));
    let wide = format!("<xml>{}</xml>", "<a/>".repeat(16_000));
    let list = format!("{{\"a\":{}{}}}", "[".repeat(32_000), "]".repeat(32_000));
    let noise = "x".repeat(BODY_MAX);
    let forged = format!("<xml><Encrypt>{}</Encrypt></xml>", "QUJD".repeat(16_000));
    let bodies = [laughs, deep, wide, list, noise, forged];
    let mut all: Vec<_> = bodies
        .iter()
        .flat_map(|body| ["", sealed].map(|query| (query.to_owned(), body.clone(), 403)))
        .collect();
    all.push((sealed.to_owned(), "x".repeat(BODY_MAX + 1), 413));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_the_last_are_short_enough_to_be_read() {
        let all = bodies();
        let (last, others) = all.split_last().unwrap();
        assert!(BODY_MAX < last.1.len());
        for (_, body, _) in others {
            assert!(body.len() <= BODY_MAX, "{}", body.len());
        }
    }
}
