//! Collects concurrent callers of one set-wise write into a set (design decision 18).
//!
//! Nobody waits on purpose: a set is whatever queued up while the commit before was running.

use crate::error::repeat;
use crate::{
    tx::Tx,
    writer::{Run, Work, Writer, stopped},
};
use fapiao_usecases::errors::StoreError;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// Most items of one set, unless a single caller brings more.
const SET: usize = 256;

/// A set-wise write: an answer per item, in order.
pub(crate) type Act<I, O> = for<'t> fn(&'t Tx, &'t [I]) -> Run<'t, Vec<O>>;

/// The callers of one set-wise write.
pub(crate) struct Lane<I, O> {
    queue: Arc<Queue<I, O>>,
    act: Act<I, O>,
}

struct Queue<I, O>(Mutex<VecDeque<Caller<I, O>>>);

/// Where a caller's answers go.
type Reply<O> = oneshot::Sender<Result<Vec<O>, StoreError>>;

struct Caller<I, O> {
    items: Vec<I>,
    reply: Reply<O>,
}

impl<I, O> Queue<I, O> {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Caller<I, O>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<I, O> Lane<I, O>
where
    I: Send + Sync + 'static,
    O: Send + 'static,
{
    /// A lane for this write.
    pub(crate) fn new(act: Act<I, O>) -> Lane<I, O> {
        Lane {
            queue: Arc::new(Queue(Mutex::default())),
            act,
        }
    }

    /// Joins the next set and waits for its commit.
    pub(crate) async fn call(&self, writer: &Writer, items: Vec<I>) -> Result<Vec<O>, StoreError> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let (reply, answer) = oneshot::channel();
        let alone = {
            let mut queue = self.queue.lock();
            queue.push_back(Caller { items, reply });
            queue.len() == 1
        };
        if alone {
            writer.post(Box::new(Set::waiting(self.queue.clone(), self.act)));
        }
        answer.await.map_err(|_| stopped())?
    }
}

/// The callers whose turn it is.
struct Set<I, O> {
    queue: Arc<Queue<I, O>>,
    act: Act<I, O>,
    items: Vec<I>,
    /// How many items each caller brought.
    callers: Vec<(usize, Reply<O>)>,
    made: Vec<O>,
}

impl<I, O> Set<I, O> {
    fn waiting(queue: Arc<Queue<I, O>>, act: Act<I, O>) -> Set<I, O> {
        Set {
            queue,
            act,
            items: Vec::new(),
            callers: Vec::new(),
            made: Vec::new(),
        }
    }

    fn seat(&mut self, caller: Caller<I, O>) {
        self.callers.push((caller.items.len(), caller.reply));
        self.items.extend(caller.items);
    }
}

impl<I, O> Work for Set<I, O>
where
    I: Send + Sync + 'static,
    O: Send + 'static,
{
    fn take(&mut self) -> Option<Box<dyn Work>> {
        let queue = self.queue.clone();
        let mut waiting = queue.lock();
        while let Some(next) = waiting.front() {
            if !self.items.is_empty() && self.items.len() + next.items.len() > SET {
                return Some(Box::new(Set::waiting(self.queue.clone(), self.act)));
            }
            if let Some(caller) = waiting.pop_front() {
                self.seat(caller);
            }
        }
        None
    }

    fn run<'t>(&'t mut self, tx: &'t Tx) -> Run<'t, ()> {
        Box::pin(async move {
            if !self.items.is_empty() {
                self.made = (self.act)(tx, &self.items).await?;
            }
            Ok(())
        })
    }

    fn split(self: Box<Self>) -> Vec<Box<dyn Work>> {
        let mut items = self.items.into_iter();
        let mut pieces: Vec<Box<dyn Work>> = Vec::new();
        for (count, reply) in self.callers {
            let mut piece = Set::waiting(self.queue.clone(), self.act);
            piece.seat(Caller {
                items: items.by_ref().take(count).collect(),
                reply,
            });
            pieces.push(Box::new(piece));
        }
        pieces
    }

    fn callers(&self) -> usize {
        self.callers.len()
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let mut made = self.made.into_iter();
        for (count, reply) in self.callers {
            let answer = match &outcome {
                Ok(()) => Ok(made.by_ref().take(count).collect()),
                Err(error) => Err(repeat(error)),
            };
            // A caller that went away does not want the answer.
            let _ = reply.send(answer);
        }
    }
}
