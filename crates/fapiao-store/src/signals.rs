//! Who waits for what in this process: workers for due jobs, requests for a change of a delivery.

use crate::tx::Aftermath;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// Wakes those who wait, after a commit.
#[derive(Default)]
pub(crate) struct Signals {
    work: Notify,
    deliveries: Mutex<HashMap<String, Arc<Notify>>>,
}

impl Signals {
    /// Tells what a commit brought.
    pub(crate) fn tell(&self, aftermath: &Aftermath) {
        if aftermath.work_due {
            // One permit is kept for a worker that is just about to wait.
            self.work.notify_waiters();
            self.work.notify_one();
        }
        if !aftermath.changed.is_empty() {
            let deliveries = self.deliveries();
            for id in &aftermath.changed {
                if let Some(waiting) = deliveries.get(id) {
                    waiting.notify_waiters();
                }
            }
        }
    }

    /// Waits for due work.
    pub(crate) async fn work(&self, millis: u64) {
        let _ = tokio::time::timeout(Duration::from_millis(millis), self.work.notified()).await;
    }

    /// Waits for a change of a delivery.
    pub(crate) async fn delivery(&self, id: &str, millis: u64) {
        let place = Place {
            signals: self,
            id,
            waiting: Some(self.deliveries().entry(id.to_owned()).or_default().clone()),
        };
        if let Some(waiting) = &place.waiting {
            let _ = tokio::time::timeout(Duration::from_millis(millis), waiting.notified()).await;
        }
    }

    fn deliveries(&self) -> MutexGuard<'_, HashMap<String, Arc<Notify>>> {
        self.deliveries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who waits for a delivery. The last one takes the entry away, also when its request is dropped.
struct Place<'a> {
    signals: &'a Signals,
    id: &'a str,
    waiting: Option<Arc<Notify>>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut deliveries = self.signals.deliveries();
        self.waiting = None;
        let unused = deliveries
            .get(self.id)
            .is_some_and(|left| Arc::strong_count(left) == 1);
        if unused {
            deliveries.remove(self.id);
        }
    }
}
