//! Waiting for what happens by itself.

use super::PATIENCE;
use std::time::{Duration, Instant};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(25);

/// Asks again and again until there is an answer.
///
/// Every wait of every test is as patient: how long a busy machine takes is none of a test's business.
///
/// # Panics
/// After [`PATIENCE`], with what was waited for.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(began.elapsed() < PATIENCE, "in vain: {what}");
        tokio::time::sleep(PAUSE).await;
    }
}
