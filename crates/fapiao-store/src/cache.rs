//! Settings that every request looks up, kept for a few seconds.

use fapiao_usecases::errors::StoreError;
use std::{
    collections::HashMap,
    future::Future,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Most entries of one cache: asking for unknown keys does not fill the memory.
const MOST: usize = 10_000;

/// Answers by key, for a while. Saves of this process empty it; those of other nodes are seen when the time is over.
pub(crate) struct Cache<T> {
    keep: Duration,
    entries: Mutex<State<T>>,
}

struct State<T> {
    /// Rises when the cache is emptied: an answer read before that is not kept.
    round: u64,
    known: HashMap<String, (Instant, T)>,
}

impl<T: Clone> Cache<T> {
    /// A cache that keeps answers for so long.
    pub(crate) fn new(keep: Duration) -> Cache<T> {
        Cache {
            keep,
            entries: Mutex::new(State {
                round: 0,
                known: HashMap::new(),
            }),
        }
    }

    /// The known answer, or a fresh one.
    pub(crate) async fn get(
        &self,
        key: &str,
        fresh: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let round = {
            let state = self.lock();
            if let Some((since, value)) = state.known.get(key)
                && since.elapsed() < self.keep
            {
                return Ok(value.clone());
            }
            state.round
        };
        let value = fresh.await?;
        let mut state = self.lock();
        if state.known.len() >= MOST {
            state.known.clear();
        }
        if state.round == round {
            state
                .known
                .insert(key.to_owned(), (Instant::now(), value.clone()));
        }
        Ok(value)
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        let mut state = self.lock();
        state.round += 1;
        state.known.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When things were last marked as used, so that a busy key does not cause a write per request.
#[derive(Default)]
pub(crate) struct Touched(Mutex<HashMap<String, i64>>);

impl Touched {
    /// Whether `every` milliseconds passed since the last time; notes this time if so.
    pub(crate) fn is_due(&self, key: &str, at: i64, every: i64) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last
            .get(key)
            .is_some_and(|last| (0..every).contains(&(at - last)))
        {
            return false;
        }
        if last.len() >= MOST {
            last.clear();
        }
        last.insert(key.to_owned(), at);
        true
    }
}
