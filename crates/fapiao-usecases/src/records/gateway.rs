//! Both ends of the platform gateway: the platform a seller asks, and the partners that ask us.

use super::SealedText;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{
    DeliveryId, InvoiceId, NoticeId, OffsetId, OrderId, PartnerId, RedFormId, RefundId, RequestId,
    SellerId, StoreId,
};

/// The external platform (第三方开票平台) of a seller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// Whose.
    pub seller: SellerId,
    /// Where its `/v1/…` begins, without a slash at the end.
    pub base_url: String,
    /// Names our key there.
    pub key_id: String,
    /// Our key, sealed.
    pub secret: SealedText,
    /// The platform's id at WeChat; empty until known.
    pub platform_id: String,
    /// What it calls itself; empty until it answered.
    pub platform_name: String,
    /// When it last answered to our registration.
    pub checked_at: Option<DateTime<Utc>>,
    /// Row version.
    pub version: i64,
}

/// A request that goes, or went, to the external platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformRequest {
    /// Its delivery; the order id there.
    pub delivery: DeliveryId,
    /// Who issues.
    pub seller: SellerId,
    /// What it is to become.
    pub invoice: InvoiceId,
    /// The body as it is sent, also when it is sent again.
    pub body: String,
    /// The platform's id; empty until it answered.
    pub remote_id: String,
    /// `ready`, `asked`, `unknown`, then the platform's own word.
    pub state: String,
    /// Why it was refused or failed.
    pub reason: String,
    /// The version of the newest answer that was acted on.
    pub answer_version: i64,
    /// When it was sent last.
    pub asked_at: Option<DateTime<Utc>>,
    /// When it was drawn up.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub changed_at: DateTime<Utc>,
}

/// What the external platform is asked to take back (红冲), or was: one per red confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformOffset {
    /// Our confirmation; the platform's follows the same states.
    pub form: RedFormId,
    /// What the platform knows it by; another one when it is begun again.
    pub offset_no: String,
    /// 1 the first time.
    pub attempt: i64,
    /// Who issued.
    pub seller: SellerId,
    /// The delivery whose invoice it takes back.
    pub delivery: DeliveryId,
    /// The body as it is sent, also when it is sent again.
    pub body: String,
    /// The platform's id; empty until it answered.
    pub remote_id: String,
    /// `ready`, `asked`, `unknown`, then the platform's own word.
    pub state: String,
    /// Why it was refused or failed.
    pub reason: String,
    /// What became of the card, in the contract's words; empty until known.
    pub card: String,
    /// The version of the newest answer that was acted on.
    pub answer_version: i64,
    /// When it was sent last.
    pub asked_at: Option<DateTime<Utc>>,
    /// When it was drawn up.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub changed_at: DateTime<Utc>,
}

/// A callback of the external platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformNotice {
    /// Its id.
    pub id: NoticeId,
    /// About whose request.
    pub seller: SellerId,
    /// The body.
    pub body: String,
    /// When it came first.
    pub received_at: DateTime<Utc>,
    /// `accepted`, or why it was refused.
    pub verdict: String,
    /// `stored`, `handled`, `ignored`, `parked` or `refused`.
    pub state: String,
    /// What came of it.
    pub outcome: String,
    /// How often it came.
    pub seen: i64,
}

/// A merchant that we are the platform of (合作商户).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// Its id.
    pub id: PartnerId,
    /// For people.
    pub name: String,
    /// The seller of ours in whose name its invoices are issued.
    pub seller: SellerId,
    /// Its requests are orders of this store.
    pub store: StoreId,
    /// Apps whose authorisation pages its buyers see.
    pub app_ids: Vec<String>,
    /// Where results go; empty for none.
    pub callback_url: String,
    /// Whether its requests are taken.
    pub active: bool,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Row version.
    pub version: i64,
}

/// A partner's key: signs its requests and our callbacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerKey {
    /// Its public name.
    pub id: String,
    /// Whose.
    pub partner: PartnerId,
    /// Sealed.
    pub secret: SealedText,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was used last (minute precision).
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A request of a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerRequest {
    /// Its id.
    pub id: RequestId,
    /// Whose.
    pub partner: PartnerId,
    /// WeChat's order id: the merchant's, not ours.
    pub outside_order: String,
    /// The app whose page the buyer saw.
    pub app_id: String,
    /// SHA-256 of the body.
    pub fingerprint: String,
    /// Our order.
    pub order: OrderId,
    /// Our delivery.
    pub delivery: DeliveryId,
    /// What the partner was last told: a state's word and a version, empty for nothing.
    pub reported: String,
    /// When it was told.
    pub reported_at: Option<DateTime<Utc>>,
    /// Why it could not be told; empty otherwise.
    pub trouble: String,
    /// When it came.
    pub created_at: DateTime<Utc>,
}

/// A partner's wish to take an invoice back, or part of it, and the refund of ours that does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerOffset {
    /// Its id.
    pub id: OffsetId,
    /// Whose.
    pub partner: PartnerId,
    /// Of which request.
    pub request: RequestId,
    /// The partner's number of it.
    pub offset_no: String,
    /// SHA-256 of the body.
    pub fingerprint: String,
    /// Our order.
    pub order: OrderId,
    /// Our refund.
    pub refund: RefundId,
    /// Its red confirmation.
    pub form: RedFormId,
    /// What the partner was last told: a state's word and a version, empty for nothing.
    pub reported: String,
    /// When it was told.
    pub reported_at: Option<DateTime<Utc>>,
    /// Why it could not be told; empty otherwise.
    pub trouble: String,
    /// When it came.
    pub created_at: DateTime<Utc>,
}
