//! The inbox of pushes and the queue of jobs.

use crate::{
    actor::Actor,
    errors::StoreError,
    jobs::{ClaimedJob, FinishedJob, QueuedJob},
    ports::sales::Page,
    records::{JobRow, Push},
};
use async_trait::async_trait;
use fapiao_domain::ids::{AccountId, JobId, OrderId, PushId};

/// A verified push to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPush {
    /// Its id.
    pub id: PushId,
    /// Which account it came to.
    pub account: AccountId,
    /// Hash of app id, event, sender, time and business id; unique for ever.
    pub dedup_key: String,
    /// The event's name.
    pub event: String,
    /// The decrypted text.
    pub plain: String,
    /// The query as it came.
    pub raw_query: String,
    /// The body as it came.
    pub raw_body: String,
}

/// Whether a push was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Stored, and its job queued.
    New,
    /// Seen before.
    AlreadyKnown,
}

/// What came of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushEnd {
    /// `handled`, `ignored` or `parked`.
    pub state: &'static str,
    /// Why, in words; never empty.
    pub outcome: String,
    /// Set when nobody signed what it says and nothing confirms it either: the audit chain gets a warning.
    pub unproved: Option<Unproved>,
}

/// What an unsigned push claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unproved {
    /// The order id it named, as it named it.
    pub named: String,
    /// The order in whose timeline the warning belongs, if that id is known here.
    pub order: Option<OrderId>,
}

impl PushEnd {
    /// An end that asks for no warning.
    pub fn new(state: &'static str, outcome: impl Into<String>) -> PushEnd {
        PushEnd {
            state,
            outcome: outcome.into(),
            unproved: None,
        }
    }
}

/// The inbox.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Stores pushes and queues [`crate::jobs::Job::HandlePush`] for the new ones; one commit, an answer per item in
    /// order. Single callers are gathered into sets. Hot.
    async fn record_pushes(&self, pushes: Vec<NewPush>) -> Result<Vec<Recorded>, StoreError>;

    /// Notes a refused push for staff, at most a few a second; query and body are cut to 4 KiB each.
    async fn record_refused(
        &self,
        account: Option<&AccountId>,
        verdict: &str,
        query: &str,
        body: &str,
    ) -> Result<(), StoreError>;

    /// One push.
    async fn push(&self, id: &PushId) -> Result<Option<Push>, StoreError>;

    /// Notes what came of a push, with the warning it asks for: a line `push.unproved` of the audit chain for each, or,
    /// when they come by the thousand, a line `push.unproved_many` a minute that counts them.
    async fn record_push_outcome(&self, id: &PushId, end: &PushEnd) -> Result<(), StoreError>;

    /// A page of pushes, newest first; `state` is one of [`Push::state`]'s words.
    async fn pushes(
        &self,
        state: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Push>, StoreError>;

    /// Handles a stored push once more: one that was parked or ignored becomes `stored` and its job is queued. `false`
    /// for others.
    async fn handle_again(&self, id: &PushId, actor: &Actor) -> Result<bool, StoreError>;
}

/// How the queue stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueStats {
    /// Due or later.
    pub waiting: i64,
    /// Under a lease.
    pub running: i64,
    /// For a person.
    pub parked: i64,
    /// Seconds since the oldest due job became due.
    pub oldest_due_secs: i64,
}

/// The queue.
#[async_trait]
pub trait JobQueue: Send + Sync {
    /// Everything that is left to do about any of these, running, waiting or stopped; what runs next comes first.
    async fn jobs_about(&self, subjects: &[&str]) -> Result<Vec<JobRow>, StoreError>;

    /// Queues jobs. A waiting job of the same unique key only moves forward.
    async fn enqueue(&self, jobs: Vec<QueuedJob>) -> Result<(), StoreError>;

    /// Takes up to `max` due jobs for `lease_secs` by the database's clock, sellers in turn. Jobs whose lease ended
    /// count as due. Hot.
    async fn claim(
        &self,
        worker: &str,
        max: u32,
        lease_secs: u32,
    ) -> Result<Vec<ClaimedJob>, StoreError>;

    /// Ends jobs; an item with an old fence changes nothing. Of one unique key at most one stays parked. Single callers are gathered into sets. Hot.
    async fn finish(&self, jobs: Vec<FinishedJob>) -> Result<(), StoreError>;

    /// Frees the leases a worker of this name still holds: called at its start.
    async fn free_leases(&self, worker: &str) -> Result<u32, StoreError>;

    /// Waits until a job is queued by this process or `millis` pass.
    async fn wait_for_work(&self, millis: u64);

    /// Counts.
    async fn queue_stats(&self) -> Result<QueueStats, StoreError>;

    /// A page of jobs for staff: `parked`, `waiting`, `running` or all; newest trouble first.
    async fn jobs(
        &self,
        state: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<JobRow>, StoreError>;

    /// Stopped jobs about any of these, newest trouble first.
    async fn stopped_jobs(&self, subjects: &[&str]) -> Result<Vec<JobRow>, StoreError>;

    /// Runs a parked or waiting job at once with fresh attempts. `false` when it is gone or running.
    async fn retry_job(&self, id: &JobId, actor: &Actor) -> Result<bool, StoreError>;

    /// Gives a parked job up, with a reason. `false` when it is gone or not parked.
    async fn abandon_job(
        &self,
        id: &JobId,
        reason: &str,
        actor: &Actor,
    ) -> Result<bool, StoreError>;
}
