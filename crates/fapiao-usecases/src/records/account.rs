//! WeChat apps and their sealed secrets.

use chrono::{DateTime, Utc};
use fapiao_domain::ids::{AccountId, SellerId};

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
    /// The payment merchant number (商户号) whose receipts offer our invoices, may be empty.
    pub pay_merchant: String,
    /// When the merchant number was last linked on WeChat's side.
    pub pay_linked_at: Option<DateTime<Utc>>,
    /// The seller whose platform the merchant number is linked to; `None` where all sellers of the account share one.
    pub pay_seller: Option<SellerId>,
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
