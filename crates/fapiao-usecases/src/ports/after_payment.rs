//! Requests from payment receipts.

use super::{NewDelivery, Page};
use crate::{
    actor::Actor,
    errors::StoreError,
    jobs::QueuedJob,
    records::{ClaimState, Order, PaymentClaim},
};
use async_trait::async_trait;
use fapiao_domain::ids::{AccountId, ClaimId, OrderId, SellerId};

/// A claim that becomes a delivery of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Attachment {
    /// The claim, as it was read.
    pub claim: PaymentClaim,
    /// Its order.
    pub order: OrderId,
    /// The delivery; it begins and is agreed to in one step.
    pub delivery: NewDelivery,
    /// Deliveries of the order's other parts, where it becomes several invoices: they await the buyer.
    pub others: Vec<NewDelivery>,
    /// Until when the invoice is promised.
    pub due_at: chrono::DateTime<chrono::Utc>,
    /// What follows.
    pub then: Vec<QueuedJob>,
    /// Who.
    pub actor: Actor,
}

/// Storage of claims.
#[async_trait]
pub trait Claims: Send + Sync {
    /// Adds a claim; the stored one when WeChat's order id came before for the same account.
    async fn add_claim(&self, claim: &PaymentClaim) -> Result<PaymentClaim, StoreError>;
    /// One claim.
    async fn payment_claim(&self, id: &ClaimId) -> Result<Option<PaymentClaim>, StoreError>;
    /// Claims, newest first, one state or all, a page of up to 50.
    async fn claims(
        &self,
        state: Option<ClaimState>,
        after: Option<&str>,
    ) -> Result<Page<PaymentClaim>, StoreError>;
    /// How many wait for a person.
    async fn open_claims(&self) -> Result<u64, StoreError>;
    /// Open claims whose order id is one of these numbers.
    async fn claims_for(&self, numbers: &[&str]) -> Result<Vec<PaymentClaim>, StoreError>;
    /// Orders of these sellers whose payment has this transaction or trade number; at most two, which is one too many.
    async fn orders_paid_by(
        &self,
        sellers: &[SellerId],
        number: &str,
    ) -> Result<Vec<Order>, StoreError>;
    /// Makes the claim a delivery: row, states, jobs and audit in one commit. `Stale` when the claim is not open any
    /// more, `Exists` when the order has a delivery under way or an invoice.
    async fn attach_claim(&self, attachment: &Attachment) -> Result<(), StoreError>;
    /// Ends an open claim without an invoice and queues what follows, or notes why it is still open.
    async fn note_claim(
        &self,
        claim: &PaymentClaim,
        state: ClaimState,
        note: &str,
        actor: &Actor,
        then: Vec<QueuedJob>,
    ) -> Result<(), StoreError>;
    /// Claims WeChat is asked about, by id after `place`: those that wait, and those that were closed without an
    /// invoice; received at or after `since`.
    async fn claims_to_compare(
        &self,
        place: &str,
        since: chrono::DateTime<chrono::Utc>,
        limit: u32,
    ) -> Result<Vec<PaymentClaim>, StoreError>;
    /// Orders of these sellers, paid with WeChat and taken in at or after `since`, that have no invoice under way and no
    /// request from a receipt of these accounts: by id after `place`.
    async fn payments_to_compare(
        &self,
        sellers: &[SellerId],
        accounts: &[AccountId],
        place: &str,
        since: chrono::DateTime<chrono::Utc>,
        limit: u32,
    ) -> Result<Vec<Order>, StoreError>;
}
