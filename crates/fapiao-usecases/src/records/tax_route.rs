//! How a seller reaches the tax side, and what it issues there.

use super::SealedText;
use chrono::{DateTime, Utc};
use fapiao_domain::{ids::SellerId, invoice::InvoiceKind, money::Fen};

/// The way to the tax side (design decision 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaxRoute {
    /// The direct connection (乐企直连): we take numbers from segments and upload.
    Direct,
    /// A tax gateway (税务网关): a vendor or a tax-control server gives the number.
    Gateway,
}

impl TaxRoute {
    /// Both.
    pub const ALL: [TaxRoute; 2] = [Self::Direct, Self::Gateway];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Gateway => "gateway",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// Which form of invoice a seller issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaxProfile {
    /// Digital (数电票): one number of 20 digits.
    Digital,
    /// The older form (税控电子普通发票): code, number, check code and machine, from a tax device behind a gateway.
    Classic,
}

impl TaxProfile {
    /// Both.
    pub const ALL: [TaxProfile; 2] = [Self::Digital, Self::Classic];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Digital => "digital",
            Self::Classic => "classic",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// The kind of an ordinary invoice of this profile.
    pub const fn ordinary(self) -> InvoiceKind {
        match self {
            Self::Digital => InvoiceKind::DigitalOrdinary,
            Self::Classic => InvoiceKind::ClassicOrdinary,
        }
    }
}

/// The connection of one seller. A seller without one issues digital invoices over the direct connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxConnection {
    /// Whose.
    pub seller: SellerId,
    /// Which way.
    pub route: TaxRoute,
    /// What is issued.
    pub profile: TaxProfile,
    /// Where the gateway's `/v1/…` begins, without a slash at the end.
    pub base_url: String,
    /// Names our key there.
    pub key_id: String,
    /// Our key, sealed for [`gateway_purpose`].
    pub secret: SealedText,
    /// What the last test found: empty when it answered, else why not.
    pub verdict: String,
    /// When it was tested last.
    pub checked_at: Option<DateTime<Utc>>,
    /// Row version.
    pub version: i64,
}

/// What the secret of a seller's tax gateway is sealed for. Key and address are part of it: a secret that was given for
/// one gateway is never sent to another.
pub fn gateway_purpose(seller: &SellerId, key_id: &str) -> String {
    format!("seller.tax_gateway:{seller}:{key_id}")
}

/// A file that a gateway announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnouncedFile {
    /// `pdf`, `ofd` or `xml`.
    pub format: String,
    /// SHA-256, hex.
    pub sha256: String,
}

/// Who makes the files of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Papers {
    /// We do: a tax-control server gives numbers only.
    Ours,
    /// The gateway, which is still at it.
    Pending,
    /// The gateway: these.
    Made(Vec<AnnouncedFile>),
}

/// What a gateway said about an issued invoice beside its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayAnswerRecord {
    /// Rows of the cipher area (密文区) of the older form.
    pub cipher: Vec<String>,
    /// Who makes its files.
    pub papers: Papers,
}

/// A volume of numbers of the older form (发票卷), as a tax-control server tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Code, 12 digits; empty for digital numbers.
    pub code: String,
    /// First number.
    pub first: String,
    /// Last number.
    pub last: String,
    /// How many are left.
    pub left: i64,
}

/// What a gateway says it still has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockTold {
    /// When it was told.
    pub at: DateTime<Utc>,
    /// Numbers left; `None` where they come one by one without limit.
    pub numbers_left: Option<i64>,
    /// Net amount left this month; `None` where it is not limited.
    pub quota_left: Option<Fen>,
    /// The month of the quota, `yyyy-mm`.
    pub month: String,
    /// Volumes of the older form.
    pub volumes: Vec<Volume>,
}
