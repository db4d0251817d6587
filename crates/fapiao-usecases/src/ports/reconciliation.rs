//! Comparing with WeChat, and what one node does for all.

use crate::{
    actor::Actor,
    errors::StoreError,
    jobs::QueuedJob,
    ports::sales::Page,
    records::{Delivery, Difference, DifferenceKind, ReconciliationRun},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::ReconciliationId;

/// Runs of the comparison.
#[async_trait]
pub trait Reconciliations: Send + Sync {
    /// Begins a run and queues [`crate::jobs::Job::Reconcile`], or gives the one that is under way.
    async fn begin_reconciliation(
        &self,
        id: &ReconciliationId,
        cause: &str,
        actor: &Actor,
    ) -> Result<ReconciliationId, StoreError>;

    /// One run.
    async fn reconciliation(
        &self,
        id: &ReconciliationId,
    ) -> Result<Option<ReconciliationRun>, StoreError>;

    /// A page of runs, newest first.
    async fn reconciliations(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<ReconciliationRun>, StoreError>;

    /// Deliveries WeChat is asked about, by id after `place`: those a buyer opened, that are under way, or that
    /// ended without a card; made at or after `since`.
    async fn deliveries_to_compare(
        &self,
        place: &str,
        since: DateTime<Utc>,
        carded_since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// What our own rows tell without asking: codes that were lost, issued invoices nobody brings to a wallet, and
    /// agreements to deliveries we do not have.
    async fn own_differences(
        &self,
        before: DateTime<Utc>,
        since: DateTime<Utc>,
    ) -> Result<Vec<Difference>, StoreError>;

    /// Saves how far a run came and what it found; `done` ends it. Repeating it changes nothing.
    async fn record_compared(
        &self,
        run: &ReconciliationRun,
        found: Vec<Difference>,
        done: bool,
    ) -> Result<(), StoreError>;

    /// The differences of a run, open ones first, at most `limit`.
    async fn differences(
        &self,
        run: &ReconciliationId,
        limit: u32,
    ) -> Result<Vec<Difference>, StoreError>;

    /// Marks a difference as taken care of and queues its fix. `false` when it was before.
    async fn fix_difference(
        &self,
        run: &ReconciliationId,
        subject: &str,
        kind: DifferenceKind,
        then: Vec<QueuedJob>,
        actor: &Actor,
    ) -> Result<bool, StoreError>;

    /// Takes the right to do something for all nodes until it runs out, by the product's clock.
    async fn take_lease(&self, name: &str, holder: &str, secs: i64) -> Result<bool, StoreError>;

    /// Deletes up to `limit` answers of repeated requests that were given before; how many.
    async fn forget_requests(&self, before: DateTime<Utc>, limit: u32) -> Result<u64, StoreError>;

    /// Whether a cursor is one of ours.
    fn reads_cursor(&self, cursor: &str) -> bool;

    /// Deliveries by filter, newest first.
    async fn deliveries_page(
        &self,
        scope: &crate::ports::Scope,
        filter: &DeliveryFilter,
    ) -> Result<Page<DeliveryRow>, StoreError>;
}

/// Which deliveries to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Only this state.
    pub state: Option<fapiao_domain::delivery::DeliveryState>,
    /// Only this channel.
    pub channel: Option<fapiao_domain::delivery::Channel>,
    /// Only those that await a buyer and end before.
    pub ends_before: Option<DateTime<Utc>>,
    /// Cursor.
    pub after: Option<String>,
    /// At most this many rows, up to 200.
    pub limit: u32,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    /// The delivery.
    pub delivery: Delivery,
    /// The shop's number of its order.
    pub order_no: String,
    /// Gross amount of the order.
    pub total: fapiao_domain::money::Fen,
}
