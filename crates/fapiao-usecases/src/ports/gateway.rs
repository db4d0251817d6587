//! The platform gateway: what is stored of it, and the calls.

use crate::{
    actor::Actor,
    errors::{OutsideError, StoreError},
    jobs::QueuedJob,
    ports::{
        issuing::NewInvoice,
        queue::Recorded,
        sales::{NewOrder, Page},
    },
    records::{Gateway, Partner, PartnerKey, PartnerRequest, PlatformNotice, PlatformRequest},
};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{DeliveryId, InvoiceId, NoticeId, PartnerId, RequestId, SellerId};
use serde_json::Value;

/// How the sending of a request went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestSent {
    /// It is about to be sent: saved before the call.
    Asked,
    /// No answer: ask before anything else.
    Unknown,
    /// The platform has it.
    Taken {
        /// Its id there.
        remote_id: String,
    },
}

/// An invoice that the external platform issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Which of ours.
    pub invoice: InvoiceId,
    /// The number it was given.
    pub number: String,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
}

/// A callback that is really the platform's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotice {
    /// Its id.
    pub id: NoticeId,
    /// About whose request.
    pub seller: SellerId,
    /// Unique for ever: the same news twice has the same key.
    pub dedup_key: String,
    /// The body.
    pub body: String,
}

/// A partner's request, wholly decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPartnerRequest {
    /// Its row.
    pub request: PartnerRequest,
    /// The body as received, without the title.
    pub body: String,
    /// The order it becomes, with its delivery.
    pub order: NewOrder,
}

/// What became of a partner's request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AcceptedRequest {
    /// Written now.
    New,
    /// The partner sent this order id before.
    Known(Box<PartnerRequest>),
}

/// Storage of both ends.
#[async_trait]
pub trait GatewayStore: Send + Sync {
    /// The external platform of a seller.
    async fn gateway(&self, seller: &SellerId) -> Result<Option<Gateway>, StoreError>;
    /// Adds it, or saves a changed one whose `version` is still the stored one, and queues `then`. A merchant number whose
    /// receipts lead to another platform id by that is linked anew.
    async fn save_gateway_then(
        &self,
        gateway: &Gateway,
        then: Vec<QueuedJob>,
        actor: &Actor,
    ) -> Result<(), StoreError>;
    /// As [`GatewayStore::save_gateway_then`], with nothing to follow.
    async fn save_gateway(&self, gateway: &Gateway, actor: &Actor) -> Result<(), StoreError> {
        self.save_gateway_then(gateway, Vec::new(), actor).await
    }
    /// Notes what the platform told about itself.
    async fn note_registration(
        &self,
        seller: &SellerId,
        platform_id: &str,
        platform_name: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Writes a drafted invoice with the request that is to bring it, and queues [`crate::jobs::Job::SendRequest`].
    async fn draft_request(
        &self,
        new: NewInvoice,
        body: String,
        actor: &Actor,
    ) -> Result<(), StoreError>;
    /// The request of a delivery.
    async fn platform_request(
        &self,
        delivery: &DeliveryId,
    ) -> Result<Option<PlatformRequest>, StoreError>;
    /// Notes how sending went; the invoice becomes `uploading` or `outcome_unknown`. What was decided in the meantime
    /// stays. Queues `then`.
    async fn record_request(
        &self,
        delivery: &DeliveryId,
        sent: RequestSent,
        then: Vec<QueuedJob>,
    ) -> Result<(), StoreError>;
    /// Notes where the platform says the request stands. An answer older than one seen before changes nothing.
    async fn note_answer(
        &self,
        delivery: &DeliveryId,
        state: &str,
        reason: &str,
        version: i64,
    ) -> Result<(), StoreError>;
    /// The platform issued: the invoice takes its number and is `issued`. Repeating it changes nothing; another number
    /// is `Exists`.
    async fn record_received(&self, received: Received, note: Value) -> Result<(), StoreError>;
    /// The platform refused, or could not issue: the invoice is `refused`, its delivery `failed`. Queues `then`.
    async fn record_request_refused(
        &self,
        delivery: &DeliveryId,
        reason: &str,
        then: Vec<QueuedJob>,
    ) -> Result<(), StoreError>;
    /// The platform's card is in the wallet: the delivery becomes `carded`. Repeating it changes nothing.
    async fn record_outside_card(
        &self,
        delivery: &DeliveryId,
        template: &str,
        code: Option<&str>,
        openid: &str,
        note: Value,
    ) -> Result<(), StoreError>;

    /// Remembers a nonce of a key until a moment; `false` when it was used before.
    async fn use_nonce(
        &self,
        key_id: &str,
        nonce: &str,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError>;

    /// Stores a callback with its job; one commit.
    async fn record_notice(&self, notice: NewNotice) -> Result<Recorded, StoreError>;
    /// Notes a refused callback for staff.
    async fn refuse_notice(
        &self,
        seller: &SellerId,
        verdict: &str,
        body: &str,
    ) -> Result<(), StoreError>;
    /// One callback.
    async fn notice(&self, id: &NoticeId) -> Result<Option<PlatformNotice>, StoreError>;
    /// Notes what came of a callback.
    async fn record_notice_outcome(
        &self,
        id: &NoticeId,
        state: &str,
        outcome: &str,
    ) -> Result<(), StoreError>;
    /// The newest callbacks of a seller's platform.
    async fn notices(
        &self,
        seller: &SellerId,
        limit: u32,
    ) -> Result<Vec<PlatformNotice>, StoreError>;

    /// All partners.
    async fn partners(&self) -> Result<Vec<Partner>, StoreError>;
    /// One partner.
    async fn partner(&self, id: &PartnerId) -> Result<Option<Partner>, StoreError>;
    /// Adds a partner, or saves a changed one whose `version` is still the stored one.
    async fn save_partner(&self, partner: &Partner, actor: &Actor) -> Result<(), StoreError>;
    /// The keys of a partner, newest first.
    async fn partner_keys(&self, partner: &PartnerId) -> Result<Vec<PartnerKey>, StoreError>;
    /// One key.
    async fn partner_key(&self, id: &str) -> Result<Option<PartnerKey>, StoreError>;
    /// Adds a key.
    async fn add_partner_key(&self, key: &PartnerKey, actor: &Actor) -> Result<(), StoreError>;
    /// Revokes a key. `false` when there is none or it was revoked before.
    async fn revoke_partner_key(
        &self,
        id: &str,
        at: DateTime<Utc>,
        actor: &Actor,
    ) -> Result<bool, StoreError>;
    /// Notes that a key was used; at most once a minute is written.
    async fn touch_partner_key(&self, id: &str, at: DateTime<Utc>) -> Result<(), StoreError>;

    /// Takes a partner's request on: order, delivery, request and job in one transaction.
    async fn accept_partner_request(
        &self,
        new: NewPartnerRequest,
    ) -> Result<AcceptedRequest, StoreError>;
    /// One request.
    async fn partner_request(&self, id: &RequestId) -> Result<Option<PartnerRequest>, StoreError>;
    /// A partner's request by WeChat's order id.
    async fn partner_request_by_order(
        &self,
        partner: &PartnerId,
        outside_order: &str,
    ) -> Result<Option<PartnerRequest>, StoreError>;
    /// The partner's request behind one of our deliveries.
    async fn partner_request_of(
        &self,
        delivery: &DeliveryId,
    ) -> Result<Option<PartnerRequest>, StoreError>;
    /// A page of requests, newest first, of one partner or of all.
    async fn partner_requests(
        &self,
        partner: Option<&PartnerId>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<PartnerRequest>, StoreError>;
    /// Notes what a partner was told, or why it could not be.
    async fn record_report(
        &self,
        id: &RequestId,
        reported: &str,
        trouble: &str,
    ) -> Result<(), StoreError>;
}

/// A call to another installation, to be signed.
#[derive(Clone, PartialEq, Eq)]
pub struct GatewayCall {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The whole address.
    pub url: String,
    /// JSON, or empty.
    pub body: String,
    /// Names the key.
    pub key_id: String,
    /// The key, opened.
    pub secret: String,
}

impl std::fmt::Debug for GatewayCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GatewayCall({} {})", self.method, self.url)
    }
}

/// Any answer with a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayAnswer {
    /// HTTP status.
    pub status: u16,
    /// Body, at most 16 MiB.
    pub body: Bytes,
}

/// Calls over the platform gateway.
#[async_trait]
pub trait Gateways: Send + Sync {
    /// Signs and sends. Without an answer the advice is `Retry` when nothing was sent, else `OutcomeUnknown`.
    async fn call(&self, call: GatewayCall) -> Result<GatewayAnswer, OutsideError>;
}
