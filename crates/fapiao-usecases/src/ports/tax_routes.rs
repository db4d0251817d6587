//! Connections to the tax side in storage, and invoices whose number a gateway gives.

use crate::{
    actor::Actor,
    errors::StoreError,
    jobs::QueuedJob,
    records::{Document, GatewayAnswerRecord, Papers, StockTold, TaxConnection},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    ids::{InvoiceId, SellerId},
    invoice::Identity,
};

/// Whether a gateway was asked for an invoice before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Never: the intent is saved now, the call may go out.
    First,
    /// It may have been: the gateway is asked what it has before anything is sent.
    Before,
    /// It stands elsewhere already.
    Elsewhere,
}

/// An invoice that a gateway issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// Which of ours.
    pub invoice: InvoiceId,
    /// What it was given.
    pub identity: Identity,
    /// Its issue time.
    pub issued_at: DateTime<Utc>,
    /// What came with it.
    pub answer: GatewayAnswerRecord,
}

/// A file of an invoice that staff handed in, and what it proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachedFile {
    /// The file, stored already.
    pub document: Document,
    /// For an invoice that was not known to be issued: number and issue time, which the file carries.
    pub settles: Option<Assigned>,
    /// What is queued with it.
    pub then: Vec<QueuedJob>,
}

/// Storage of the ways to the tax side.
#[async_trait]
pub trait TaxRoutes: Send + Sync {
    /// The connection of a seller; `None` is the direct one.
    async fn tax_connection(&self, seller: &SellerId) -> Result<Option<TaxConnection>, StoreError>;

    /// Adds it, or saves a changed one whose `version` is still the stored one, with what follows.
    async fn save_tax_connection(
        &self,
        connection: &TaxConnection,
        then: Vec<QueuedJob>,
        actor: &Actor,
    ) -> Result<(), StoreError>;

    /// Notes what a test of the connection found, unless another one than `version` was saved meanwhile.
    async fn note_tax_test(
        &self,
        seller: &SellerId,
        version: i64,
        verdict: &str,
        actor: &Actor,
    ) -> Result<(), StoreError>;

    /// How many invoices of a seller were asked of a gateway and have no answer yet.
    async fn open_at_gateway(&self, seller: &SellerId) -> Result<i64, StoreError>;

    /// Which of these invoices get their number from a gateway: their seller's route, as long as no number was taken.
    async fn at_gateway(&self, invoices: &[InvoiceId]) -> Result<Vec<InvoiceId>, StoreError>;

    /// Saves the intent to ask for an invoice: it becomes `uploading`.
    async fn record_asked(&self, invoice: &InvoiceId) -> Result<Asked, StoreError>;

    /// Stores number, code and issue time of an issued invoice and queues [`crate::jobs::Job::RenderInvoice`].
    /// Repeating it changes nothing; another number for it, or its number on another invoice, is `Exists`.
    async fn record_assigned(&self, assigned: Assigned, actor: &Actor) -> Result<(), StoreError>;

    /// Records a file that staff handed in, and with it that the invoice is issued, in one transaction. The same file again
    /// changes nothing; another file of its format is `Exists`.
    async fn record_attached(&self, file: AttachedFile, actor: &Actor) -> Result<(), StoreError>;

    /// What a gateway said about an invoice; `None` when it came another way.
    async fn gateway_answer(
        &self,
        invoice: &InvoiceId,
    ) -> Result<Option<GatewayAnswerRecord>, StoreError>;

    /// Notes that a gateway finished the files of an invoice.
    async fn note_papers(&self, invoice: &InvoiceId, papers: &Papers) -> Result<(), StoreError>;

    /// Notes what a gateway has left; the same figures again only move the time.
    async fn note_stock(&self, seller: &SellerId, told: &StockTold) -> Result<(), StoreError>;

    /// What a gateway told about its stock, newest first, at most `limit` rows.
    async fn stock_told(&self, seller: &SellerId, limit: u32)
    -> Result<Vec<StockTold>, StoreError>;
}
