//! WeChat, by role. An account's secrets are opened by the adapter, never here.

use crate::{
    errors::OutsideError,
    records::{Account, CardEntry, Invoice, PushMode, RawTitleRecord},
};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    delivery::{Channel, PageType},
    invoice::InvoiceKind,
    money::Fen,
};

/// A page to ask WeChat for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthPage {
    /// The id under which WeChat knows the delivery.
    pub order_id: String,
    /// The platform's id.
    pub platform_id: String,
    /// Order amount with tax.
    pub amount: Fen,
    /// Where the buyer meets us.
    pub channel: Channel,
    /// Which page.
    pub page: PageType,
    /// Where the buyer goes afterwards, may be empty.
    pub return_url: String,
}

/// WeChat's answer to [`AuthPage`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthAnswer {
    /// A web address, or a mini-program path.
    pub url: String,
    /// The mini program to open, for mini programs.
    pub mini_program: Option<String>,
}

/// The time of an agreement of which WeChat does not say when it was given. It is older than every other: nothing is
/// taken for news because of it.
pub const AGREED_SOME_TIME: DateTime<Utc> = DateTime::UNIX_EPOCH;

/// When a buyer agreed, as it is written down: where WeChat does not say it, the moment in which we learnt of it.
pub fn agreed_at(told: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    if told == AGREED_SOME_TIME { now } else { told }
}

/// What WeChat says about a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthStatus {
    /// The buyer agreed.
    Authorised {
        /// When.
        at: DateTime<Utc>,
        /// What the buyer typed (page `title`).
        title: Option<Box<RawTitleRecord>>,
    },
    /// Not yet.
    NotYet,
    /// The merchant refused it before.
    Rejected,
    /// A status this version does not know.
    Other(String),
}

/// WeChat in the merchant role (商户).
#[async_trait]
pub trait WechatMerchant: Send + Sync {
    /// A fresh authorisation page.
    async fn auth_page(
        &self,
        account: &Account,
        page: &AuthPage,
    ) -> Result<AuthAnswer, OutsideError>;
    /// What became of it. The proof before anything is issued. `order_id` is what WeChat knows: our delivery's id, or
    /// that of the merchant whose platform we are.
    async fn auth_status(
        &self,
        account: &Account,
        platform_id: &str,
        order_id: &str,
    ) -> Result<AuthStatus, OutsideError>;
    /// Refuses for ever; the buyer sees the reason. Repeating it succeeds.
    async fn reject(
        &self,
        account: &Account,
        platform_id: &str,
        order_id: &str,
        reason: &str,
        url: &str,
    ) -> Result<(), OutsideError>;
    /// Sets the contact every page needs.
    async fn set_contact(&self, account: &Account) -> Result<(), OutsideError>;
    /// Links a payment merchant number to a platform id, so that payment receipts offer an invoice.
    async fn link_payments(
        &self,
        account: &Account,
        merchant: &str,
        platform_id: &str,
    ) -> Result<(), OutsideError>;
    /// The link as WeChat has it: merchant number and platform id; `None` if there is none.
    async fn payment_link(
        &self,
        account: &Account,
    ) -> Result<Option<(String, String)>, OutsideError>;
    /// Whether credentials work: fetches or reads a token.
    async fn probe(&self, account: &Account) -> Result<(), OutsideError>;
}

/// A card to insert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardRequest {
    /// What WeChat knows as the order id: our delivery's, its own after a payment, or that of the merchant whose
    /// platform we are.
    pub order_id: String,
    /// The template.
    pub card_id: String,
    /// The app id the page was asked with.
    pub requesting_app_id: String,
    /// The invoice; issued.
    pub invoice: Invoice,
    /// Handle of the uploaded PDF.
    pub media: String,
}

/// A template to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateOrder {
    /// From [`WechatPlatform::upload_logo`].
    pub logo_url: String,
    /// Short name in the list of cards.
    pub title: String,
    /// Full legal name of the issuer.
    pub payee: String,
    /// For which kind; its printed name stands on every card.
    pub kind: InvoiceKind,
    /// First entry.
    pub first: Option<CardEntry>,
    /// Second entry.
    pub second: Option<CardEntry>,
}

/// An inserted card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsertedCard {
    /// Its code: persist at once.
    pub code: String,
    /// Whose wallet.
    pub openid: String,
}

/// WeChat in the platform role (开票平台).
#[async_trait]
pub trait WechatPlatform: Send + Sync {
    /// The account's own platform id; constant.
    async fn platform_id(&self, account: &Account) -> Result<String, OutsideError>;
    /// Uploads a picture for cards and gives its address; harmless to repeat.
    async fn upload_logo(
        &self,
        account: &Account,
        logo: Bytes,
        png: bool,
    ) -> Result<String, OutsideError>;
    /// Makes a card template; **not** repeatable: each call makes another one.
    async fn create_template(
        &self,
        account: &Account,
        template: &TemplateOrder,
    ) -> Result<String, OutsideError>;
    /// Uploads a PDF; the handle lives three days.
    async fn upload_pdf(&self, account: &Account, pdf: Bytes) -> Result<String, OutsideError>;
    /// Asks for an upload by its handle: WeChat answers when it holds the file.
    async fn check_upload(&self, account: &Account, media: &str) -> Result<(), OutsideError>;
    /// Puts the card into the wallet. `AlreadyDone` when WeChat says the delivery has its card.
    async fn insert(
        &self,
        account: &Account,
        card: &CardRequest,
    ) -> Result<InsertedCard, OutsideError>;
    /// Strikes a card out after its invoice was offset. Irreversible; repeating it succeeds. `AlreadyDone` when it was
    /// struck out before.
    async fn cancel_card(
        &self,
        account: &Account,
        template: &str,
        code: &str,
    ) -> Result<(), OutsideError>;
}

/// A push that is really WeChat's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedPush {
    /// The decrypted text.
    pub plain: String,
    /// The event's name.
    pub event: String,
    /// Unique for ever: see [`super::NewPush::dedup_key`].
    pub dedup_key: String,
}

/// What a stored push means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushMeaning {
    /// The buyer agreed to, or refused, one of our deliveries (or an order id that is not ours).
    Authorisation {
        /// WeChat's order id.
        order_id: String,
        /// Agreed.
        agreed: bool,
        /// The platform id WeChat named; the order id is not ours after a payment.
        platform_id: Option<String>,
        /// The buyer's openid with the account that received the push.
        openid: String,
    },
    /// What became of a unified call (legacy).
    UnifiedResult {
        /// Its serial.
        serial: String,
        /// The seller's tax number.
        tax_number: String,
        /// Whether it was issued, where WeChat said so.
        issued: Option<bool>,
    },
    /// A card's reimbursement state changed.
    CardStatus {
        /// Template.
        card_id: String,
        /// Card code.
        code: String,
        /// The holder's openid.
        openid: String,
        /// When, in Unix seconds.
        at: i64,
        /// The new state; `None` when the word is unknown.
        state: Option<fapiao_domain::card::CardState>,
        /// WeChat's word.
        word: String,
    },
    /// Another event: kept, nothing to do.
    Other(String),
}

/// Verifies and opens pushes, and reads stored ones.
pub trait PushGate: Send + Sync {
    /// The address check: the text to echo. `query` is the raw query string, so that a doubled parameter is seen.
    ///
    /// # Errors
    /// Why it is refused, for staff; the caller answers with one uniform refusal.
    fn verify_address(&self, account: &Account, query: &str) -> Result<String, String>;
    /// Verifies signature and mode, decrypts, and names the push.
    ///
    /// # Errors
    /// As [`PushGate::verify_address`].
    fn open(&self, account: &Account, query: &str, body: &[u8]) -> Result<OpenedPush, String>;
    /// Makes a push as WeChat does in this mode: query and body. For the self-test. `at` is the time stamp in Unix
    /// seconds.
    ///
    /// # Errors
    /// What the account lacks.
    fn seal(
        &self,
        account: &Account,
        mode: PushMode,
        plain: &str,
        at: i64,
        nonce: &str,
    ) -> Result<(String, String), String>;
    /// What a stored, decrypted push means.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, plain: &str) -> Result<PushMeaning, String>;
}
