//! Offsets of invoices that one installation issued for another: what both ends store of them.

use crate::{
    actor::Actor,
    errors::StoreError,
    jobs::QueuedJob,
    ports::red::NewRefund,
    records::{Invoice, PartnerOffset, PlatformOffset},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{InvoiceId, OffsetId, PartnerId, RedFormId, RequestId};
use serde_json::Value;

/// How the sending of an offset went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetSent {
    /// It is about to be sent: saved before the call.
    Asked,
    /// No answer: ask before anything else.
    Unknown,
}

/// Where the platform says an offset stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetSaid {
    /// Of which confirmation.
    pub form: RedFormId,
    /// The platform's id of it.
    pub remote_id: String,
    /// Its word.
    pub state: String,
    /// Why, where it gave a reason.
    pub reason: String,
    /// What became of the card.
    pub card: String,
    /// Rises with every change.
    pub version: i64,
    /// What follows.
    pub then: Vec<QueuedJob>,
}

/// A red invoice that somebody else issued in the seller's name.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceivedRed {
    /// The invoice as the confirmation wants it, without its number.
    pub red: Invoice,
    /// Code; empty for a digital one.
    pub code: String,
    /// Number.
    pub number: String,
    /// Check code; empty for a digital one.
    pub check_code: String,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// Who told.
    pub actor: Actor,
    /// Facts for the timeline.
    pub note: Value,
}

/// A partner's offset, wholly decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPartnerOffset {
    /// Its row.
    pub offset: PartnerOffset,
    /// The refund that does it.
    pub refund: NewRefund,
}

/// What became of a partner's offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AcceptedOffset {
    /// Written now.
    New,
    /// The partner sent this number before.
    Known(Box<PartnerOffset>),
}

/// Storage of offsets.
#[async_trait]
pub trait OffsetStore: Send + Sync {
    /// What the external platform is asked for a confirmation.
    async fn platform_offset(&self, form: &RedFormId)
    -> Result<Option<PlatformOffset>, StoreError>;
    /// The same by the number the platform knows.
    async fn platform_offset_by_no(
        &self,
        offset_no: &str,
    ) -> Result<Option<PlatformOffset>, StoreError>;
    /// Writes one down before it is sent, in place of an earlier attempt's.
    async fn draft_offset(&self, offset: PlatformOffset) -> Result<(), StoreError>;
    /// Notes how sending went. What the platform said in the meantime stays.
    async fn record_offset(&self, form: &RedFormId, sent: OffsetSent) -> Result<(), StoreError>;
    /// Notes where it stands at the platform, and queues what follows. An answer older than one seen before changes
    /// nothing.
    async fn note_offset(&self, said: OffsetSaid) -> Result<(), StoreError>;
    /// Writes a red invoice that somebody else issued for a confirmation that allows it, with everything that follows
    /// from it. Repeating it gives the same invoice; another number is `Exists`.
    async fn receive_red(&self, received: ReceivedRed) -> Result<InvoiceId, StoreError>;

    /// Takes a partner's offset on: the refund with its confirmation and the row, in one transaction. `Stale` when the
    /// order moved on since it was planned.
    async fn accept_partner_offset(
        &self,
        new: NewPartnerOffset,
        actor: &Actor,
    ) -> Result<AcceptedOffset, StoreError>;
    /// One partner's offset.
    async fn partner_offset(&self, id: &OffsetId) -> Result<Option<PartnerOffset>, StoreError>;
    /// A partner's offset by the partner's number.
    async fn partner_offset_by_no(
        &self,
        partner: &PartnerId,
        offset_no: &str,
    ) -> Result<Option<PartnerOffset>, StoreError>;
    /// The offsets of one request, oldest first.
    async fn partner_offsets_of(
        &self,
        request: &RequestId,
    ) -> Result<Vec<PartnerOffset>, StoreError>;
    /// The newest offsets of one partner or of all.
    async fn partner_offsets(
        &self,
        partner: Option<&PartnerId>,
        limit: u32,
    ) -> Result<Vec<PartnerOffset>, StoreError>;
    /// Notes what a partner was told, or why it could not be.
    async fn record_offset_report(
        &self,
        id: &OffsetId,
        reported: &str,
        trouble: &str,
    ) -> Result<(), StoreError>;
}
