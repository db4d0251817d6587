//! A store whose writes are rolled back and noted: the very statements of the product, without their effect.

use crate::{Caches, Inner, Lanes, Store, cache::Touched, writer::Writer};
use crate::{
    audit::Line,
    signals::Signals,
    throttle::{Throttle, Warnings},
    writer::WriterParts,
};
use fapiao_usecases::{
    jobs::QueuedJob,
    ports::{PlannedChange, RehearsalLog, Rehearse, Rehearsed, Storage},
};
use std::sync::{Arc, Mutex, PoisonError};

/// What a rehearsal would have written.
#[derive(Default)]
pub(crate) struct Notes(Mutex<Rehearsed>);

impl Notes {
    /// Notes what a transaction owed at its end.
    pub(crate) fn keep(&self, lines: &[Line], jobs: &[QueuedJob]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.changes.extend(lines.iter().map(|line| PlannedChange {
            action: line.action().to_owned(),
            subject: line.subject().to_owned(),
            data: line.data(),
        }));
        let job = |it: &QueuedJob| (it.job.kind().to_owned(), it.job.subject());
        all.jobs.extend(jobs.iter().map(job));
    }

    fn told(&self) -> Rehearsed {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.clone()
    }
}

impl Rehearse for Store {
    fn rehearse(&self) -> (Arc<dyn Storage>, RehearsalLog) {
        let notes = Arc::new(Notes::default());
        let inner = &self.inner;
        // Nobody is woken by what did not happen.
        let signals = Arc::new(Signals::default());
        let parts = WriterParts {
            database: inner.write.clone(),
            audit_keys: inner.audit_keys.clone(),
            clock: inner.clock.clone(),
            signals: signals.clone(),
            rehearsal: Some(notes.clone()),
        };
        let store = Store {
            inner: Arc::new(Inner {
                readers_to_spare: 1,
                checks: inner.checks.clone(),
                read: inner.read.clone(),
                write: inner.write.clone(),
                writer: Writer::start(parts, 1),
                lanes: Lanes::default(),
                caches: Caches::default(),
                touched: Touched::default(),
                throttle: Throttle::default(),
                warnings: Warnings::default(),
                signals,
                audit_keys: inner.audit_keys.clone(),
                clock: inner.clock.clone(),
                temporary: None,
            }),
        };
        (Arc::new(store), Arc::new(move || notes.told()))
    }
}
