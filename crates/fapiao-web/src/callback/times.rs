//! How long pushes waited for their answers: written down behind the answers, many at once, so that none waits for it.

use fapiao_domain::ids::PushId;
use fapiao_usecases::ports::Storage;
use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How long times are gathered. Those of a node that ends meanwhile are not known.
const GATHER: Duration = Duration::from_secs(1);

/// Times that wait to be written.
#[derive(Clone, Default)]
pub(crate) struct PushTimes(Arc<Mutex<Vec<(PushId, i64)>>>);

impl PushTimes {
    fn lock(&self) -> MutexGuard<'_, Vec<(PushId, i64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a time down. The first one starts the gathering.
    pub(crate) fn note(&self, store: &Arc<dyn Storage>, push: PushId, took: Duration) {
        let millis = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
        let first = {
            let mut waiting = self.lock();
            waiting.push((push, millis));
            waiting.len() == 1
        };
        if first {
            let (times, store) = (self.clone(), store.clone());
            tokio::spawn(async move {
                tokio::time::sleep(GATHER).await;
                let gathered = mem::take(&mut *times.lock());
                if let Err(error) = store.note_push_times(gathered).await {
                    tracing::warn!("How long pushes waited could not be written down: {error}");
                }
            });
        }
    }
}
