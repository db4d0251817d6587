//! Waiting for what happens by itself.

use super::PATIENCE;
use std::{
    fmt::Debug,
    time::{Duration, Instant},
};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(25);

/// Asks again and again until there is an answer.
///
/// Every wait of every test is as patient: how long a busy machine takes is none of a test's business.
///
/// # Panics
/// After [`PATIENCE`], with what was waited for.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    eventually_or(what, async || ask().await.ok_or("nothing")).await
}

/// As [`eventually`], for what holds or does not.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    eventually(what, async || holds().await.then_some(())).await;
}

/// As [`eventually`]; what was seen instead is told in the end.
pub async fn eventually_or<T, E: Debug>(
    what: &str,
    mut ask: impl AsyncFnMut() -> Result<T, E>,
) -> T {
    let began = Instant::now();
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(seen) => assert!(began.elapsed() < PATIENCE, "in vain: {what}: {seen:?}"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
