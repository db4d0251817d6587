//! The rows of the ledger, as use-cases see them. Times are UTC.

use crate::actor::Actor;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    card::CardState,
    delivery::{Channel, DeliveryState, PageType},
    ids::{
        AccountId, ApiKeyId, DeliveryId, InvoiceId, JobId, OrderId, ProductId, PushId, SegmentId,
        SellerId, StaffId, StoreId,
    },
    invoice::{Identity, InvoiceKind, InvoiceState},
    line::{InvoiceLine, OrderLine},
    money::Fen,
    order::OrderState,
    party::{SellerParty, Title},
    rate::Rate,
    totals::Totals,
};
use rust_decimal::Decimal;
use serde_json::Value;

/// How a seller's invoices come into being (开票模式, design decision 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuingMode {
    /// Our own platform issues and inserts.
    SelfBuilt,
    /// A third-party platform issues; we bring it the request.
    ExternalPlatform,
    /// WeChat's older unified calls.
    WechatUnified,
}

impl IssuingMode {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SelfBuilt => "self_built",
            Self::ExternalPlatform => "external_platform",
            Self::WechatUnified => "wechat_unified",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::SelfBuilt, Self::ExternalPlatform, Self::WechatUnified]
            .into_iter()
            .find(|it| it.as_str() == text)
    }
}

/// A legal entity that issues (销方).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seller {
    /// Its id.
    pub id: SellerId,
    /// As printed.
    pub party: SellerParty,
    /// Short name on the card, at most 9 Chinese characters.
    pub short_name: String,
    /// Two digits of the province.
    pub province: String,
    /// Issuing clerk; printed.
    pub drawer: String,
    /// Payee clerk, may be empty.
    pub payee: String,
    /// Reviewer, may be empty.
    pub reviewer: String,
    /// How it issues.
    pub mode: IssuingMode,
    /// The account that plays the platform role (owns the platform id and the card templates).
    pub platform_account: Option<AccountId>,
    /// The account whose authorisation pages buyers see.
    pub channel_account: Option<AccountId>,
    /// Refill the number stock when fewer are left.
    pub numbers_low: u32,
    /// How many numbers to fetch at once, at most 5000.
    pub numbers_fetch: u32,
    /// Refill the quota when less is left (net).
    pub quota_low: Fen,
    /// How much quota to fetch at once (net).
    pub quota_fetch: Fen,
    /// Row version.
    pub version: i64,
}

/// A shop or till group of a seller (门店).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// Its id.
    pub id: StoreId,
    /// Whose shop.
    pub seller: SellerId,
    /// Short code used by tills and imports, such as `S001`; unique.
    pub code: String,
    /// Name.
    pub name: String,
}

/// What sort of WeChat app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// 服务号.
    ServiceAccount,
    /// 开放平台 app.
    OpenPlatformApp,
    /// 小程序.
    MiniProgram,
}

impl AccountKind {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ServiceAccount => "service_account",
            Self::OpenPlatformApp => "open_platform_app",
            Self::MiniProgram => "mini_program",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::ServiceAccount,
            Self::OpenPlatformApp,
            Self::MiniProgram,
        ]
        .into_iter()
        .find(|it| it.as_str() == text)
    }
}

/// How pushes are protected; set here, never read from a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushMode {
    /// 安全模式.
    Safe,
    /// 兼容模式: only the encrypted part is read.
    Compatible,
    /// 明文模式: refused in production.
    Plain,
}

impl PushMode {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Compatible => "compatible",
            Self::Plain => "plain",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Safe, Self::Compatible, Self::Plain]
            .into_iter()
            .find(|it| it.as_str() == text)
    }
}

/// A WeChat app. Secrets are sealed: only the sealer of the server opens them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// For people.
    pub name: String,
    /// What sort.
    pub kind: AccountKind,
    /// WeChat's app id; unique.
    pub app_id: String,
    /// Original id (`gh_…`), may be empty.
    pub original_id: String,
    /// Sealed app secret.
    pub secret: SealedText,
    /// Sealed push token.
    pub push_token: SealedText,
    /// Sealed EncodingAESKey.
    pub push_key: SealedText,
    /// Sealed EncodingAESKey before the last change.
    pub previous_push_key: Option<SealedText>,
    /// How pushes are protected.
    pub push_mode: PushMode,
    /// The platform's id on WeChat's side, once known.
    pub platform_id: Option<String>,
    /// Telephone buyers see when an invoice is late.
    pub contact_phone: String,
    /// Seconds within which the invoice is promised.
    pub contact_timeout_secs: i64,
    /// When the contact was last set on WeChat's side.
    pub contact_set_at: Option<DateTime<Utc>>,
    /// When the last push of this account was accepted.
    pub last_push_at: Option<DateTime<Utc>>,
    /// Row version.
    pub version: i64,
}

/// An encrypted text as stored. `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct SealedText(pub String);

impl SealedText {
    /// Whether nothing was stored.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for SealedText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() {
            "SealedText(empty)"
        } else {
            "SealedText(…)"
        })
    }
}

/// A catalogue entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// The shop's own number; unique.
    pub sku: String,
    /// Name.
    pub name: String,
    /// Class code.
    pub tax_code: String,
    /// Specification.
    pub spec: String,
    /// Unit.
    pub unit: String,
    /// Usual price in yuan.
    pub unit_price: Decimal,
    /// Whether the price includes tax.
    pub tax_included: bool,
    /// Usual rate.
    pub rate: Rate,
}

/// A class code (税收分类编码) as the tax authority knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxCode {
    /// 19 digits.
    pub code: String,
    /// Name.
    pub name: String,
    /// Short name, printed between asterisks.
    pub short_name: String,
    /// Usual rate as in the API, such as `0.13`.
    pub usual_rate: String,
    /// Summary items cannot be used on lines.
    pub summary: bool,
}

/// A rate a seller may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsableRate {
    /// The rate.
    pub rate: Rate,
    /// A levy (征收率) rather than a rate (税率).
    pub levy: bool,
    /// First day, `yyyy-mm-dd`.
    pub from: String,
    /// Last day, or empty.
    pub until: String,
}

/// What was sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// Who sold.
    pub seller: SellerId,
    /// Where.
    pub store: StoreId,
    /// The shop's own number; unique within the seller.
    pub order_no: String,
    /// When it was sold.
    pub sold_at: DateTime<Utc>,
    /// When we accepted it.
    pub created_at: DateTime<Utc>,
    /// Where it came from: `api`, `csv`, `admin`.
    pub source: String,
    /// Where it stands.
    pub state: OrderState,
    /// Its lines.
    pub lines: Vec<OrderLine>,
    /// What an invoice of it will say.
    pub totals: Totals,
    /// SHA-256 of what was ordered: tells a repetition from a different order under the same number.
    pub fingerprint: String,
    /// Free remark for the invoice.
    pub remark: String,
}

/// One attempt to bring one invoice to one buyer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id, known to WeChat as the order id.
    pub id: DeliveryId,
    /// Which order.
    pub order: OrderId,
    /// Who issues.
    pub seller: SellerId,
    /// The account whose page the buyer sees.
    pub account: AccountId,
    /// Where the buyer meets us.
    pub channel: Channel,
    /// Which page.
    pub page: PageType,
    /// Code of our short link `/o/{code}`.
    pub short_code: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// Why it was refused or failed; empty otherwise.
    pub reason: String,
    /// Where the buyer is sent after WeChat's page, may be empty.
    pub return_url: String,
    /// After this moment an unanswered page expires.
    pub expires_at: DateTime<Utc>,
    /// When WeChat says the buyer agreed.
    pub authorised_at: Option<DateTime<Utc>>,
    /// The title as the buyer typed it.
    pub raw_title: Option<RawTitleRecord>,
    /// The invoice, once drafted.
    pub invoice: Option<InvoiceId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Row version.
    pub version: i64,
}

/// The title as WeChat handed it over, before any check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawTitleRecord {
    /// Whether the buyer filled in the organisation page.
    pub organisation: bool,
    /// Name.
    pub name: String,
    /// Tax number.
    pub tax_number: String,
    /// Address.
    pub address: String,
    /// Telephone.
    pub phone: String,
    /// Bank.
    pub bank: String,
    /// Account number.
    pub bank_account: String,
    /// Mail address.
    pub email: String,
    /// A person in the back-office accepts it as it is, and why; empty otherwise.
    pub override_reason: String,
}

/// A legal document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// Its id.
    pub id: InvoiceId,
    /// Of which order.
    pub order: OrderId,
    /// For which delivery.
    pub delivery: DeliveryId,
    /// Who issues.
    pub seller: SellerId,
    /// Kind.
    pub kind: InvoiceKind,
    /// Number, once reserved.
    pub identity: Option<Identity>,
    /// Where it stands.
    pub state: InvoiceState,
    /// Why it is blocked or refused; empty otherwise.
    pub reason: String,
    /// The seller as it was when drafted.
    pub seller_party: SellerParty,
    /// Two digits of the province.
    pub province: String,
    /// Clerks, as they were when drafted: drawer, payee, reviewer.
    pub clerks: [String; 3],
    /// Buyer.
    pub title: Title,
    /// Lines.
    pub lines: Vec<InvoiceLine>,
    /// Sums.
    pub totals: Totals,
    /// Remark as printed.
    pub remark: String,
    /// Issue time, fixed when the number is taken.
    pub issued_at: Option<DateTime<Utc>>,
    /// The tax authority's receipt of the last upload.
    pub receipt: String,
    /// When it was uploaded last.
    pub uploaded_at: Option<DateTime<Utc>>,
    /// When it was drafted.
    pub created_at: DateTime<Utc>,
    /// Row version.
    pub version: i64,
}

/// A file of an invoice, named by its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// `pdf`, `xml` or `ofd`.
    pub format: String,
    /// SHA-256, hex: the name in the file store.
    pub sha256: String,
    /// Bytes.
    pub size: i64,
    /// `rendered` by us or `received` from the authority.
    pub origin: String,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
}

/// The invoice in a wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Of which delivery: at most one card each.
    pub delivery: DeliveryId,
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// Where it stands.
    pub state: CardState,
    /// The template's id at WeChat.
    pub template: String,
    /// WeChat's handle of the uploaded PDF, and when it was uploaded.
    pub media: Option<(String, DateTime<Utc>)>,
    /// When insert was last asked for.
    pub asked_at: Option<DateTime<Utc>>,
    /// The card's code; lost with a lost answer.
    pub code: String,
    /// The holder's openid.
    pub openid: String,
    /// Row version.
    pub version: i64,
}

/// A stock of numbers (号段).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its id.
    pub id: SegmentId,
    /// Whose.
    pub seller: SellerId,
    /// Two-digit year: a number carries only dates of its year.
    pub year: i32,
    /// First number.
    pub first: String,
    /// Last number.
    pub last: String,
    /// How many.
    pub size: i64,
    /// How many were taken.
    pub taken: i64,
    /// When it was fetched.
    pub fetched_at: DateTime<Utc>,
}

/// A received push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// Its id.
    pub id: PushId,
    /// Which account it came to; `None` when it was refused before that was known.
    pub account: Option<AccountId>,
    /// The event's name, empty when refused.
    pub event: String,
    /// The decrypted text; empty when refused.
    pub plain: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// `accepted`, or why it was refused.
    pub verdict: String,
    /// `stored`, `handled`, `ignored`, `parked` or `refused`.
    pub state: String,
    /// What came of it, for staff.
    pub outcome: String,
    /// How often the same push was seen.
    pub seen: i64,
}

/// One line of the audit chain; an order's timeline is its lines.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// 1, 2, 3, … without gaps.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// What: `order.accepted`, `invoice.issued`, …
    pub action: String,
    /// To what: an id.
    pub subject: String,
    /// The order it belongs to, if any.
    pub order: Option<OrderId>,
    /// Facts: numbers, reasons, masked requests and answers.
    pub data: Value,
    /// Hash of this line and the one before.
    pub hash: String,
}

/// A job as staff see it.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRow {
    /// Its id.
    pub id: JobId,
    /// Kind.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// The order it belongs to, if that can be told.
    pub order: Option<OrderId>,
    /// `waiting`, `running` or `parked`.
    pub state: String,
    /// Tries so far.
    pub attempts: i64,
    /// When it runs next.
    pub run_at: DateTime<Utc>,
    /// When it was queued.
    pub queued_at: DateTime<Utc>,
    /// A stable word for what kind of trouble; empty without trouble.
    pub code: String,
    /// The last trouble in words.
    pub reason: String,
}

/// What a person of the back-office may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything, including staff and secrets.
    Owner,
    /// Settings, accounts, keys; not staff.
    Admin,
    /// Orders, invoices, refusals, retries.
    Finance,
    /// Orders of one's own store.
    Clerk,
    /// Reads everything, changes nothing.
    Auditor,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 5] = [
        Role::Owner,
        Role::Admin,
        Role::Finance,
        Role::Clerk,
        Role::Auditor,
    ];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Finance => "finance",
            Self::Clerk => "clerk",
            Self::Auditor => "auditor",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// May change orders, deliveries and jobs.
    pub const fn may_work(self) -> bool {
        matches!(
            self,
            Self::Owner | Self::Admin | Self::Finance | Self::Clerk
        )
    }

    /// May refuse, retry and override: acts with legal weight.
    pub const fn may_decide(self) -> bool {
        matches!(self, Self::Owner | Self::Admin | Self::Finance)
    }

    /// May change settings and see keys.
    pub const fn may_configure(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

/// A person of the back-office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// Their id.
    pub id: StaffId,
    /// Sign-in name; unique.
    pub login: String,
    /// Name as shown.
    pub name: String,
    /// argon2id in PHC form.
    pub password_hash: String,
    /// What they may do.
    pub role: Role,
    /// Only this store, or all.
    pub store: Option<StoreId>,
    /// `zh` or `en`.
    pub language: String,
    /// Cannot sign in any more.
    pub disabled: bool,
    /// When they signed in last.
    pub last_sign_in_at: Option<DateTime<Utc>>,
}

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie's value.
    pub id_hash: String,
    /// Whose.
    pub staff: StaffId,
    /// The token forms carry.
    pub csrf: String,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was used last (minute precision).
    pub seen_at: DateTime<Utc>,
}

/// A key of the REST API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// For people.
    pub name: String,
    /// First characters, to recognise it.
    pub prefix: String,
    /// SHA-256 of the whole key.
    pub hash: String,
    /// Only this store, or all.
    pub store: Option<StoreId>,
    /// May write, or only read.
    pub may_write: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was used last (minute precision).
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}
