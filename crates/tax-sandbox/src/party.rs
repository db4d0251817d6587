//! Who is connected, and for whom.

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::amount::Amount;

/// A connected party (直连单位): a platform with a key for its bodies and a secret for its
/// signatures.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Its platform number, sent as header `jrdwptbh` and as `ptbh` in bodies; at most 20 characters.
    pub id: String,
    /// The SM4 key: 32 hexadecimal digits.
    pub sm4_key: String,
    /// The secret of `access_signature`.
    pub secret: String,
}

impl std::fmt::Debug for Party {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Party")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Party {
    /// A party with a fresh random key and secret.
    pub fn generate(id: impl Into<String>) -> Party {
        Party {
            id: id.into(),
            sm4_key: hex::encode(rand::random::<[u8; 16]>()),
            secret: hex::encode(rand::random::<[u8; 32]>()),
        }
    }

    pub(crate) fn key(&self) -> Option<[u8; 16]> {
        hex::decode(&self.sm4_key).ok()?.try_into().ok()
    }
}

/// A key of the tax gateway (税务网关): what a vendor or a tax-control server gives to its customer.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayKey {
    /// Sent as header `x-gateway-key`.
    pub id: String,
    /// Signs the calls.
    pub secret: String,
    /// The connected party behind the gateway; its taxpayers are the key's.
    pub party: String,
    /// Whether the gateway makes the files of digital invoices itself. Those of the older form are always the caller's.
    #[serde(default = "yes")]
    pub makes_files: bool,
}

impl std::fmt::Debug for GatewayKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GatewayKey")
            .field("id", &self.id)
            .field("party", &self.party)
            .finish_non_exhaustive()
    }
}

/// A taxpayer (使用单位) whose invoices a party may bring.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taxpayer {
    /// Tax number (纳税人识别号 / 统一社会信用代码).
    pub tax_number: String,
    /// The registered name; uploads must carry exactly this one.
    pub name: String,
    /// The connected party that may act for it.
    pub party: String,
    /// Its own platform number, sent as header `sydwptbh`.
    pub using_party: String,
    /// `1` general, `2` small-scale (`nsrlx`).
    #[serde(default = "general")]
    pub kind: String,
    /// Two province digits such as `33`; decides the authority's code and name.
    #[serde(default = "zhejiang")]
    pub province: String,
    /// Risk class `fxnsrlx`: empty, or `01` (Ⅰ, high) to `04`. `01` closes the gate.
    #[serde(default)]
    pub risk_class: String,
    /// Warning level `nsryjjb`: empty, `01` red, `02` yellow, `03` blue. `01` closes the gate.
    #[serde(default)]
    pub warning_level: String,
    /// Risk flag `fxnsrbz`; true closes the gate.
    #[serde(default)]
    pub risk_flag: bool,
    /// Taxpayer state `nsrztdm`; anything but `03` (normal) and `09` closes the gate.
    #[serde(default = "normal")]
    pub state: String,
    /// Credit level `nsrxydj`.
    #[serde(default = "credit_a")]
    pub credit: String,
    /// What may be issued in a month, net (总额度), as a decimal string in yuan.
    #[serde(default = "ten_million")]
    pub month_quota: Amount,
    /// Issues as needed (按需开票): the month quota is not limited.
    #[serde(default)]
    pub on_demand: bool,
    /// Whether last month's return was filed. If not, quota ends on the 15th until it is extended.
    #[serde(default = "yes")]
    pub return_filed: bool,
    /// Whether its tax devices were handed back (税控设备缴销): it issues the older form no more, and digital red letters take
    /// back what the devices issued.
    #[serde(default)]
    pub device_handed_back: bool,
}

fn general() -> String {
    "1".into()
}
fn zhejiang() -> String {
    "33".into()
}
fn normal() -> String {
    "03".into()
}
fn credit_a() -> String {
    "A".into()
}
fn ten_million() -> Amount {
    Amount(Decimal::new(10_000_000, 0))
}
fn yes() -> bool {
    true
}

impl Taxpayer {
    /// A general taxpayer in good standing with a month quota of ¥10 million.
    pub fn general(
        tax_number: impl Into<String>,
        name: impl Into<String>,
        party: impl Into<String>,
        using_party: impl Into<String>,
    ) -> Taxpayer {
        Taxpayer {
            tax_number: tax_number.into(),
            name: name.into(),
            party: party.into(),
            using_party: using_party.into(),
            kind: general(),
            province: zhejiang(),
            risk_class: String::new(),
            warning_level: String::new(),
            risk_flag: false,
            state: normal(),
            credit: credit_a(),
            month_quota: ten_million(),
            on_demand: false,
            return_filed: true,
            device_handed_back: false,
        }
    }

    /// The same as a small-scale taxpayer (小规模纳税人).
    #[must_use]
    pub fn small_scale(self) -> Taxpayer {
        Taxpayer {
            kind: "2".into(),
            ..self
        }
    }

    /// Why this taxpayer may not issue now, or `None` when the gate is open.
    pub(crate) fn closed_gate(&self) -> Option<String> {
        if self.risk_class == "01" {
            Some("纳税人风险类型为 Ⅰ 类（fxnsrlx 01）".into())
        } else if self.warning_level == "01" {
            Some("纳税人预警级别为红色（nsryjjb 01）".into())
        } else if self.risk_flag {
            Some("纳税人被列为风险纳税人（fxnsrbz Y）".into())
        } else if self.state != "03" && self.state != "09" {
            Some(format!("纳税人状态为 {}，须为 03 或 09", self.state))
        } else {
            None
        }
    }

    pub(crate) fn rates(&self) -> &'static [UsableRate] {
        if self.kind == "2" {
            SMALL_SCALE
        } else {
            GENERAL
        }
    }
}

/// A rate a taxpayer may use, as `CXKYSL` lists it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UsableRate {
    /// Millionths.
    micro: i64,
    /// A levy rate (征收率) rather than a tax rate.
    pub(crate) levy: bool,
    from: (i32, u32, u32),
    /// Last day, when the end is known.
    to: Option<(i32, u32, u32)>,
}

impl UsableRate {
    pub(crate) fn value(&self) -> Decimal {
        Decimal::new(self.micro, 6).normalize()
    }

    pub(crate) fn from(&self) -> NaiveDate {
        day(self.from)
    }

    pub(crate) fn to(&self) -> Option<NaiveDate> {
        self.to.map(day)
    }

    pub(crate) fn valid_on(&self, date: NaiveDate) -> bool {
        self.from() <= date && self.to().is_none_or(|last| date <= last)
    }

    /// Stopped by a later law, as opposed to one whose end merely lies ahead.
    pub(crate) fn stopped(&self, today: NaiveDate) -> bool {
        self.to().is_some_and(|last| last < today)
    }
}

fn day((year, month, day): (i32, u32, u32)) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day)
        .unwrap_or_else(|| NaiveDate::default().with_day(1).unwrap_or_default())
}

const fn rate(micro: i64, from: (i32, u32, u32)) -> UsableRate {
    UsableRate {
        micro,
        levy: false,
        from,
        to: None,
    }
}
const fn past(micro: i64, from: (i32, u32, u32), to: (i32, u32, u32)) -> UsableRate {
    UsableRate {
        micro,
        levy: false,
        from,
        to: Some(to),
    }
}
const fn levy(micro: i64, from: (i32, u32, u32)) -> UsableRate {
    UsableRate {
        micro,
        levy: true,
        from,
        to: None,
    }
}

const GENERAL: &[UsableRate] = &[
    rate(130_000, (2019, 4, 1)),
    rate(90_000, (2019, 4, 1)),
    rate(60_000, (2016, 5, 1)),
    rate(0, (2016, 5, 1)),
    levy(50_000, (2016, 5, 1)),
    levy(30_000, (2014, 7, 1)),
    past(170_000, (1994, 1, 1), (2018, 4, 30)),
    past(160_000, (2018, 5, 1), (2019, 3, 31)),
    past(110_000, (2016, 5, 1), (2018, 4, 30)),
    past(100_000, (2018, 5, 1), (2019, 3, 31)),
];

const SMALL_SCALE: &[UsableRate] = &[
    UsableRate {
        micro: 10_000,
        levy: true,
        from: (2023, 1, 1),
        to: Some((2027, 12, 31)),
    },
    levy(30_000, (2014, 7, 1)),
    levy(50_000, (2016, 5, 1)),
    rate(0, (2016, 5, 1)),
];

/// The tax bureau of a province by its two digits: name without 国家税务总局 and 税务局.
pub(crate) fn province_name(digits: &str) -> &'static str {
    match digits {
        "11" => "北京市",
        "12" => "天津市",
        "13" => "河北省",
        "14" => "山西省",
        "15" => "内蒙古自治区",
        "21" => "辽宁省",
        "22" => "吉林省",
        "23" => "黑龙江省",
        "31" => "上海市",
        "32" => "江苏省",
        "33" => "浙江省",
        "34" => "安徽省",
        "35" => "福建省",
        "36" => "江西省",
        "37" => "山东省",
        "41" => "河南省",
        "42" => "湖北省",
        "43" => "湖南省",
        "44" => "广东省",
        "45" => "广西壮族自治区",
        "46" => "海南省",
        "50" => "重庆市",
        "51" => "四川省",
        "52" => "贵州省",
        "53" => "云南省",
        "54" => "西藏自治区",
        "61" => "陕西省",
        "62" => "甘肃省",
        "63" => "青海省",
        "64" => "宁夏回族自治区",
        "65" => "新疆维吾尔自治区",
        _ => "沙箱",
    }
}
