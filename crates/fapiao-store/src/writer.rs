//! Group commit: many writes, one transaction, one answer each after the commit.
//!
//! While one commit runs, writes queue up; the next transaction takes them all, each in a savepoint of its own, so that
//! one that fails does not hurt the others. SQLite has one such writer; PostgreSQL has a few side by side.

use crate::{
    error::{repeat, unavailable, wants_restart},
    keys::AuditKeys,
    rehearsal::Notes,
    signals::Signals,
    tx::{Aftermath, Tx},
};
use fapiao_usecases::{errors::StoreError, ports::Clock};
use sea_orm::DatabaseConnection;
use std::{future::Future, pin::Pin, sync::Arc, time::Duration};
use tokio::sync::{Mutex, mpsc, oneshot};

/// Most writes of one transaction.
const GROUP: usize = 256;
/// How often a transaction is run again after a deadlock.
const RESTARTS: u32 = 5;
/// A database that does not answer for so long is treated as gone.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running write.
pub(crate) type Run<'t, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 't>>;

/// Something to do within a transaction, for one caller or several.
pub(crate) trait Work: Send {
    /// Called once when its turn comes. What does not fit is left over for the next transaction.
    fn take(&mut self) -> Option<Box<dyn Work>>;
    /// Does it. May be called again after everything was undone.
    fn run<'t>(&'t mut self, tx: &'t Tx) -> Run<'t, ()>;
    /// One piece per caller, so that a failing one does not hurt the others; a single caller stays whole.
    fn split(self: Box<Self>) -> Vec<Box<dyn Work>>;
    /// How many callers wait for it.
    fn callers(&self) -> usize;
    /// Tells every caller.
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

/// What one writer task needs.
pub(crate) struct WriterParts {
    pub(crate) database: DatabaseConnection,
    pub(crate) audit_keys: AuditKeys,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) signals: Arc<Signals>,
    /// Set when nothing is to be committed: what would have been is noted there.
    pub(crate) rehearsal: Option<Arc<Notes>>,
}

/// The way to the writer tasks. They end when the last of these is dropped.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::UnboundedSender<Box<dyn Work>>,
}

impl Writer {
    /// Starts `tasks` writers.
    pub(crate) fn start(parts: WriterParts, tasks: u32) -> Writer {
        let (queue, inbox) = mpsc::unbounded_channel();
        let inbox = Arc::new(Mutex::new(inbox));
        let parts = Arc::new(parts);
        for _ in 0..tasks.max(1) {
            tokio::spawn(serve(parts.clone(), inbox.clone()));
        }
        Writer { queue }
    }

    /// Hands work over; its callers are answered after the commit.
    pub(crate) fn post(&self, work: Box<dyn Work>) {
        // Without a writer the work is dropped, and its callers see that nobody will answer.
        let _ = self.queue.send(work);
    }

    /// Runs one write and waits until it is committed.
    pub(crate) async fn write<I, T>(
        &self,
        input: I,
        act: for<'t> fn(&'t Tx, &'t I) -> Run<'t, T>,
    ) -> Result<T, StoreError>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.post(Box::new(Single {
            input,
            act,
            made: None,
            reply,
        }));
        answer.await.map_err(|_| stopped())?
    }
}

/// Nobody answers any more.
pub(crate) fn stopped() -> StoreError {
    unavailable("the writer stopped before it answered", false)
}

struct Single<I, T> {
    input: I,
    act: for<'t> fn(&'t Tx, &'t I) -> Run<'t, T>,
    made: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<I, T> Work for Single<I, T>
where
    I: Send + Sync + 'static,
    T: Send + 'static,
{
    fn take(&mut self) -> Option<Box<dyn Work>> {
        None
    }

    fn run<'t>(&'t mut self, tx: &'t Tx) -> Run<'t, ()> {
        Box::pin(async move {
            self.made = Some((self.act)(tx, &self.input).await?);
            Ok(())
        })
    }

    fn split(self: Box<Self>) -> Vec<Box<dyn Work>> {
        vec![self]
    }

    fn callers(&self) -> usize {
        1
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let made = self.made;
        let answer = outcome.and_then(|()| made.ok_or_else(stopped));
        // A caller that went away does not want the answer.
        let _ = self.reply.send(answer);
    }
}

async fn serve(parts: Arc<WriterParts>, inbox: Arc<Mutex<mpsc::UnboundedReceiver<Box<dyn Work>>>>) {
    let mut left_over: Vec<Box<dyn Work>> = Vec::new();
    loop {
        let mut group = std::mem::take(&mut left_over);
        {
            let mut inbox = inbox.lock().await;
            if group.is_empty() {
                match inbox.recv().await {
                    Some(work) => group.push(work),
                    None => return,
                }
                // Callers that were woken by the last commit are about to ask again: let them.
                tokio::task::yield_now().await;
            }
            while group.len() < GROUP {
                match inbox.try_recv() {
                    Ok(work) => group.push(work),
                    Err(_) => break,
                }
            }
        }
        for work in &mut group {
            left_over.extend(work.take());
        }
        // In a task of its own: a panic loses this group (its callers are told), not the writer.
        if let Err(error) = tokio::spawn(run_group(parts.clone(), group)).await {
            tracing::error!(%error, "A write panicked; its transaction was rolled back");
        }
    }
}

enum Attempt {
    Committed(Aftermath, Vec<(usize, StoreError)>),
    Again,
    Failed(StoreError),
}

async fn run_group(parts: Arc<WriterParts>, mut group: Vec<Box<dyn Work>>) {
    let mut restarts = 0;
    loop {
        let attempt = tokio::time::timeout(PATIENCE, attempt(&parts, &mut group)).await;
        let silent = || Attempt::Failed(unavailable("the database did not answer in time", false));
        match attempt.unwrap_or_else(|_| silent()) {
            Attempt::Committed(aftermath, failures) => {
                parts.signals.tell(&aftermath);
                let mut failures = failures.into_iter().peekable();
                for (place, work) in group.into_iter().enumerate() {
                    let failed = failures.next_if(|(at, _)| *at == place);
                    work.answer(failed.map_or(Ok(()), |(_, error)| Err(error)));
                }
                return;
            }
            Attempt::Again => {}
            Attempt::Failed(error) if wants_restart(&error) && restarts < RESTARTS => {
                restarts += 1;
                tokio::time::sleep(Duration::from_millis(5 * u64::from(restarts))).await;
            }
            Attempt::Failed(error) => {
                tracing::warn!(%error, writes = group.len(), "A transaction failed");
                for work in group {
                    work.answer(Err(repeat(&error)));
                }
                return;
            }
        }
    }
}

async fn attempt(parts: &WriterParts, group: &mut Vec<Box<dyn Work>>) -> Attempt {
    let tx = match Tx::begin(&parts.database, parts.clock.now()).await {
        Ok(tx) => tx,
        Err(error) => return Attempt::Failed(error),
    };
    let shared = group.len() > 1;
    let mut failures = Vec::new();
    for place in 0..group.len() {
        if shared && let Err(error) = tx.plain("SAVEPOINT one").await {
            tx.rollback().await;
            return Attempt::Failed(error);
        }
        let mark = tx.mark();
        let Err(error) = group[place].run(&tx).await else {
            if shared && let Err(error) = tx.plain("RELEASE SAVEPOINT one").await {
                tx.rollback().await;
                return Attempt::Failed(error);
            }
            continue;
        };
        if wants_restart(&error) {
            tx.rollback().await;
            return Attempt::Failed(error);
        }
        if group[place].callers() > 1 {
            tx.rollback().await;
            let work = group.remove(place);
            group.extend(work.split());
            return Attempt::Again;
        }
        if shared {
            // When even this fails, the database gave the whole transaction up (disk full, I/O error).
            let undone = tx
                .plain("ROLLBACK TO SAVEPOINT one; RELEASE SAVEPOINT one")
                .await;
            if undone.is_err() {
                tx.rollback().await;
                return Attempt::Failed(error);
            }
            tx.forget_since(&mark);
            failures.push((place, error));
        } else {
            tx.rollback().await;
            return Attempt::Committed(Aftermath::default(), vec![(place, error)]);
        }
    }
    if let Some(notes) = &parts.rehearsal {
        let noted = tx.note_owed(notes).await;
        tx.rollback().await;
        return match noted {
            Ok(()) => Attempt::Committed(Aftermath::default(), failures),
            Err(error) => Attempt::Failed(error),
        };
    }
    match tx.commit(&parts.audit_keys).await {
        Ok(aftermath) => Attempt::Committed(aftermath, failures),
        Err(error) => Attempt::Failed(error),
    }
}
