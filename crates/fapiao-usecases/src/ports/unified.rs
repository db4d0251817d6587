//! WeChat's unified calls (统一开票接口, legacy): what is stored of them, and the calls.

use crate::{
    actor::Actor,
    errors::{OutsideError, StoreError},
    ports::{issuing::NewInvoice, queue::Recorded},
    records::{Account, Invoice, UnifiedCall, UnifiedSettings},
};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{DeliveryId, InvoiceId, RedFormId, SellerId};

/// An invoice to be made out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnifiedOrder {
    /// The buyer's openid with the account.
    pub openid: String,
    /// The authorised order id.
    pub order_id: String,
    /// Serial of the request: the same however often it is sent.
    pub serial: String,
    /// Trade: `0` commerce, `1` other.
    pub trade: String,
    /// What is to be on it.
    pub invoice: Invoice,
}

/// An invoice to be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnifiedClear {
    /// The buyer's openid with the account.
    pub openid: String,
    /// A serial of its own.
    pub serial: String,
    /// Seller's tax number.
    pub tax_number: String,
    /// Seller's name.
    pub name: String,
    /// Code of the blue invoice.
    pub code: String,
    /// Its number.
    pub number: String,
}

/// What WeChat says was issued under a serial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnifiedIssued {
    /// Code; empty for a digital invoice.
    pub code: String,
    /// Number.
    pub number: String,
    /// Check code; empty for a digital invoice.
    pub check_code: String,
    /// When, if it can be read.
    pub issued_at: Option<DateTime<Utc>>,
    /// Where the PDF is; may be empty.
    pub pdf_url: String,
}

/// How a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnifiedSent {
    /// It is about to be sent: saved before the call.
    Asked,
    /// No answer: query before anything else.
    Unknown,
    /// WeChat took it on.
    Taken,
}

/// The calls themselves.
#[async_trait]
pub trait WechatUnified: Send + Sync {
    /// Has the invoice made out. Repeating it with the same serial has no further effect.
    async fn make_out(&self, account: &Account, order: &UnifiedOrder) -> Result<(), OutsideError>;
    /// Has an invoice taken back in full.
    async fn clear_out(&self, account: &Account, clear: &UnifiedClear) -> Result<(), OutsideError>;
    /// What became of a serial. Code `73107` while it is being issued, `73109` when it is not known.
    async fn look_up(
        &self,
        account: &Account,
        serial: &str,
        tax_number: &str,
    ) -> Result<UnifiedIssued, OutsideError>;
    /// The PDF behind an address that WeChat gave.
    async fn fetch_pdf(&self, url: &str) -> Result<Bytes, OutsideError>;
}

/// Storage of the unified calls.
#[async_trait]
pub trait UnifiedStore: Send + Sync {
    /// What a seller needs for them; `None` until staff entered it.
    async fn unified_settings(
        &self,
        seller: &SellerId,
    ) -> Result<Option<UnifiedSettings>, StoreError>;
    /// Adds it, or saves a changed one whose `version` is still the stored one.
    async fn save_unified_settings(
        &self,
        settings: &UnifiedSettings,
        actor: &Actor,
    ) -> Result<(), StoreError>;
    /// Keeps the openid that a push named: the call wants it, and nothing else tells it.
    async fn note_unified_buyer(
        &self,
        delivery: &DeliveryId,
        openid: &str,
    ) -> Result<(), StoreError>;
    /// That openid.
    async fn unified_buyer(&self, delivery: &DeliveryId) -> Result<Option<String>, StoreError>;
    /// Writes a drafted invoice with the call that is to bring it, and queues [`crate::jobs::Job::MakeOut`].
    async fn draft_make_out(
        &self,
        new: NewInvoice,
        serial: &str,
        actor: &Actor,
    ) -> Result<(), StoreError>;
    /// Writes the call down that takes an invoice back. `AlreadyKnown` when there is one.
    async fn draft_clear_out(
        &self,
        form: &RedFormId,
        blue: &UnifiedCall,
        serial: &str,
    ) -> Result<Recorded, StoreError>;
    /// The call that makes a delivery's invoice out.
    async fn make_out_call(&self, delivery: &DeliveryId)
    -> Result<Option<UnifiedCall>, StoreError>;
    /// The call that made an invoice out.
    async fn made_out(&self, invoice: &InvoiceId) -> Result<Option<UnifiedCall>, StoreError>;
    /// The call that carries a red confirmation out.
    async fn clear_out_call(&self, form: &RedFormId) -> Result<Option<UnifiedCall>, StoreError>;
    /// The call with a serial.
    async fn unified_call(&self, serial: &str) -> Result<Option<UnifiedCall>, StoreError>;
    /// Notes how a call went; the invoice of one that makes out becomes `uploading` or `outcome_unknown`.
    async fn record_unified(&self, subject: &str, sent: UnifiedSent) -> Result<(), StoreError>;
    /// The invoice was made out: it takes code and number and is `issued`. Repeating it changes nothing; another number
    /// is `Exists`.
    async fn record_made_out(
        &self,
        call: &UnifiedCall,
        issued: &UnifiedIssued,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;
    /// A call ended: `issued` or `failed`. A failed one that makes out leaves its invoice `refused` and its delivery
    /// `failed`.
    async fn end_unified(&self, call: &UnifiedCall, reason: &str) -> Result<(), StoreError>;
}
