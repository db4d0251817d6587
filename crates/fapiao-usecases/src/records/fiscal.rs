//! Fiscal e-bills (财政电子票据), their collecting units, and their way into wallets.

use super::Logo;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    card::CardState,
    delivery::DeliveryState,
    fiscal::BillIdentity,
    ids::{AccountId, BillDeliveryId, BillId, FiscalUnitId},
    money::Fen,
};

/// Which of the two roles of fiscal bills this installation plays for a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FiscalRole {
    /// Both: it asks the payer, and inserts the card (自建平台).
    Both,
    /// The collecting unit (执收单位): it asks the payer; the bureau elsewhere inserts the card.
    Unit,
    /// The finance bureau (财政局): the unit elsewhere asked the payer; the card is inserted here.
    Bureau,
}

impl FiscalRole {
    /// All roles.
    pub const ALL: [FiscalRole; 3] = [Self::Both, Self::Unit, Self::Bureau];

    /// The stored name, also used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Unit => "unit",
            Self::Bureau => "bureau",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// Whether payers are asked here.
    pub const fn asks(self) -> bool {
        matches!(self, Self::Both | Self::Unit)
    }

    /// Whether cards are inserted here.
    pub const fn inserts(self) -> bool {
        matches!(self, Self::Both | Self::Bureau)
    }
}

/// How far a unit's card template is. Making one is not repeatable at WeChat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TemplateStand {
    /// None was asked for.
    Absent,
    /// Asked for; no answer is stored yet.
    Asked,
    /// Asked for, and the answer is lost: a person says whether it is there.
    Unknown,
    /// WeChat said no.
    Refused,
    /// There.
    Ready,
}

impl TemplateStand {
    /// All of them.
    pub const ALL: [TemplateStand; 5] = [
        Self::Absent,
        Self::Asked,
        Self::Unknown,
        Self::Refused,
        Self::Ready,
    ];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Asked => "asked",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
            Self::Ready => "ready",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// The card template of a unit: one for each unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitTemplate {
    /// How far it is.
    pub stand: TemplateStand,
    /// WeChat's `card_id`; empty until it is there.
    pub card_id: String,
    /// What WeChat said, or what a person noted; may be empty.
    pub reason: String,
    /// The unit's name when it was asked for.
    pub payee: String,
    /// When it was asked for, or entered.
    pub at: Option<DateTime<Utc>>,
}

/// A collecting unit (执收单位).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiscalUnit {
    /// Its id.
    pub id: FiscalUnitId,
    /// A short code of our own that the API names it by; unique.
    pub code: String,
    /// Its full name; the payee on the card.
    pub name: String,
    /// What we are for it.
    pub role: FiscalRole,
    /// The service account whose pages payers see; `None` for [`FiscalRole::Bureau`].
    pub web_account: Option<AccountId>,
    /// The open-platform app, where payers come from an app.
    pub app_account: Option<AccountId>,
    /// The bureau's service account; `None` for [`FiscalRole::Unit`].
    pub bureau_account: Option<AccountId>,
    /// The bureau's platform id, as the bureau told it; only for [`FiscalRole::Unit`].
    pub bureau_platform_id: String,
    /// The picture on the cards; a plain one without it.
    pub logo: Option<Logo>,
    /// Its card template; unused for [`FiscalRole::Unit`].
    pub template: UnitTemplate,
    /// Takes no new bills any more.
    pub closed: bool,
    /// Row version; 0 before it was saved.
    pub version: i64,
}

/// One charged item of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillItem {
    /// 项目名称.
    pub name: String,
    /// 数量 as printed; may be empty.
    pub quantity: String,
    /// 单位; may be empty.
    pub unit: String,
    /// 标准 (price of one) as printed; may be empty.
    pub standard: String,
    /// 金额.
    pub amount: Fen,
}

/// The official file of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillFile {
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
    /// Bytes.
    pub size: i64,
}

/// A bill that its bureau declared void (作废).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillVoid {
    /// When we were told.
    pub at: DateTime<Utc>,
    /// Why; the payer reads it.
    pub reason: String,
}

/// A fiscal bill as the bureau's system made it: a fact from outside that never changes here. Only its file may come
/// later, and it may be declared void.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// Its id.
    pub id: BillId,
    /// Whose bill.
    pub unit: FiscalUnitId,
    /// Code, number and check code; code and number are unique.
    pub identity: BillIdentity,
    /// Who paid.
    pub payer: String,
    /// What was paid.
    pub amount: Fen,
    /// What for; their sum is the amount. May be empty.
    pub items: Vec<BillItem>,
    /// Remark as printed; may be empty.
    pub remark: String,
    /// When the bureau issued it.
    pub issued_at: DateTime<Utc>,
    /// Its PDF, once it came.
    pub file: Option<BillFile>,
    /// When it was declared void.
    pub void: Option<BillVoid>,
    /// When it came to us.
    pub created_at: DateTime<Utc>,
    /// Row version; 0 before it was saved.
    pub version: i64,
}

/// Where a payer meets us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BillSource {
    /// A page inside WeChat.
    Web,
    /// A native app.
    App,
    /// At the collecting unit, which is elsewhere.
    Elsewhere,
}

impl BillSource {
    /// All of them.
    pub const ALL: [BillSource; 3] = [Self::Web, Self::App, Self::Elsewhere];

    /// The stored name, also used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::App => "app",
            Self::Elsewhere => "elsewhere",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// The card of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillCard {
    /// WeChat's `card_id`.
    pub template: String,
    /// The bureau's account that inserts it, and that alone can strike it out.
    pub account: Option<AccountId>,
    /// Where it stands.
    pub state: CardState,
    /// The uploaded PDF, and when it was uploaded.
    pub media: Option<(String, DateTime<Utc>)>,
    /// When its insert was asked for last, without an answer that says no.
    pub asked_at: Option<DateTime<Utc>>,
    /// Its code; empty until it is known.
    pub code: String,
    /// When WeChat last reported a change, in Unix seconds of its clock.
    pub reported_at: Option<i64>,
}

/// One attempt to bring one bill to its payer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillDelivery {
    /// Its id.
    pub id: BillDeliveryId,
    /// Which bill.
    pub bill: BillId,
    /// Where the payer meets us.
    pub source: BillSource,
    /// Under which order id WeChat knows it: our id, or the unit's own for [`BillSource::Elsewhere`].
    pub wechat_order_id: String,
    /// App id of the account that asked for the page.
    pub app_id: String,
    /// The code of its link.
    pub short_code: String,
    /// Where the payer goes afterwards; empty for our own page.
    pub return_url: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// Why it ended, for the payer and staff; may be empty.
    pub reason: String,
    /// When the payer agreed.
    pub authorised_at: Option<DateTime<Utc>>,
    /// Until when the payer is waited for.
    pub expires_at: DateTime<Utc>,
    /// Its card, once one is on its way.
    pub card: Option<BillCard>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Row version; 0 before it was saved.
    pub version: i64,
}
