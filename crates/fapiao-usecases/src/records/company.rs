//! Sellers and their stores.

use crate::parts::MAX_PARTS;
use fapiao_domain::{
    ids::{AccountId, SellerId, StoreId},
    money::Fen,
    party::SellerParty,
    split::SplitLimits,
    totals::MAX_LINES,
};

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
    /// The app its buyers come from; `None` where the company has only one.
    pub app_account: Option<AccountId>,
    /// The mini program its buyers come from; `None` where the company has only one.
    pub mini_program_account: Option<AccountId>,
    /// Refill the number stock when fewer are left.
    pub numbers_low: u32,
    /// How many numbers to fetch at once, at most 5000.
    pub numbers_fetch: u32,
    /// Refill the quota when less is left (net).
    pub quota_low: Fen,
    /// How much quota to fetch at once (net).
    pub quota_fetch: Fen,
    /// What one invoice may hold, and what its remark shows.
    pub rules: InvoiceRules,
    /// Row version.
    pub version: i64,
}

/// What a seller's invoices may hold and show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvoiceRules {
    /// Most net amount of one invoice (单张开票限额); `None` where the month's quota is the only limit.
    pub limit: Option<Fen>,
    /// Most lines of one invoice, discount lines included; 2 to 2000.
    pub lines: u32,
    /// Whether the banks and accounts of both sides are printed in the remark.
    pub shows_banks: bool,
}

impl Default for InvoiceRules {
    fn default() -> Self {
        Self {
            limit: None,
            lines: MAX_LINES as u32,
            shows_banks: false,
        }
    }
}

impl InvoiceRules {
    /// As an order is split by them.
    pub fn split_limits(&self) -> SplitLimits {
        SplitLimits {
            net: self.limit,
            lines: self.lines as usize,
            pieces: MAX_PARTS,
        }
    }
}

impl Seller {
    /// Whether its buyers see pages of this account, or its cards are the account's.
    pub fn uses(&self, account: &AccountId) -> bool {
        let here = |of: &Option<AccountId>| of.as_ref() == Some(account);
        here(&self.channel_account)
            || here(&self.platform_account)
            || here(&self.app_account)
            || here(&self.mini_program_account)
    }
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
    /// Rises with every save; a save of an older one is `Stale`.
    pub version: i64,
}
