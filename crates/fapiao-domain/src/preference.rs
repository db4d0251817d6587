//! Preferential policies (优惠政策): facts about a product or its seller that a line states beside its rate.
//!
//! A few follow from the rate itself; refunds after payment, rare earths and the rest do not and have to be told.

use crate::rate::Rate;
use rust_decimal::Decimal;
use std::fmt;
use thiserror::Error;

/// A policy of the tax interface (优惠政策标识, `yhzcbs`), `01` to `18`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Preference {
    /// `01` 简易征收: the simplified method, without its percentage.
    Simplified,
    /// `02` 稀土产品: rare earths.
    RareEarth,
    /// `03` 免税: exempt.
    Exempt,
    /// `04` 不征税: not taxed.
    NotTaxed,
    /// `05` 先征后退: levied, then given back.
    RefundLater,
    /// `06` 100%先征后退.
    RefundLater100,
    /// `07` 50%先征后退.
    RefundLater50,
    /// `08` 按3%简易征收.
    Simplified3,
    /// `09` 按5%简易征收.
    Simplified5,
    /// `10` 按5%简易征收减按1.5%计征: residential leases.
    Relief,
    /// `11` 即征即退30%: given back as soon as it is levied.
    Refund30,
    /// `12` 即征即退50%.
    Refund50,
    /// `13` 即征即退70%.
    Refund70,
    /// `14` 即征即退100%.
    Refund100,
    /// `15` 超税负3%即征即退: what exceeds a burden of 3% is given back.
    RefundAbove3,
    /// `16` 超税负8%即征即退.
    RefundAbove8,
    /// `17` 超税负12%即征即退.
    RefundAbove12,
    /// `18` 超税负6%即征即退.
    RefundAbove6,
}

/// A text names no policy.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is no preferential policy: write its code, 01 to 18, or leave it out")]
pub struct PreferenceError(pub String);

/// Which rates go with a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goes {
    /// Any rate above zero but the 1.5% relief.
    Taxed,
    /// 3% or 5%.
    Levies,
    /// Exactly this one.
    Only(Rate),
}

impl Preference {
    /// All of them, by code.
    pub const ALL: [Preference; 18] = [
        Self::Simplified,
        Self::RareEarth,
        Self::Exempt,
        Self::NotTaxed,
        Self::RefundLater,
        Self::RefundLater100,
        Self::RefundLater50,
        Self::Simplified3,
        Self::Simplified5,
        Self::Relief,
        Self::Refund30,
        Self::Refund50,
        Self::Refund70,
        Self::Refund100,
        Self::RefundAbove3,
        Self::RefundAbove8,
        Self::RefundAbove12,
        Self::RefundAbove6,
    ];

    /// The code of the tax interface, which is also what is stored and written in the API.
    pub const fn code(self) -> &'static str {
        self.names().0
    }

    /// The policy in Chinese, as class codes list what they permit (`zzstsgl`) and older interfaces state it.
    pub const fn printed(self) -> &'static str {
        self.names().1
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Simplified => ("01", "简易征收"),
            Self::RareEarth => ("02", "稀土产品"),
            Self::Exempt => ("03", "免税"),
            Self::NotTaxed => ("04", "不征税"),
            Self::RefundLater => ("05", "先征后退"),
            Self::RefundLater100 => ("06", "100%先征后退"),
            Self::RefundLater50 => ("07", "50%先征后退"),
            Self::Simplified3 => ("08", "按3%简易征收"),
            Self::Simplified5 => ("09", "按5%简易征收"),
            Self::Relief => ("10", "按5%简易征收减按1.5%计征"),
            Self::Refund30 => ("11", "即征即退30%"),
            Self::Refund50 => ("12", "即征即退50%"),
            Self::Refund70 => ("13", "即征即退70%"),
            Self::Refund100 => ("14", "即征即退100%"),
            Self::RefundAbove3 => ("15", "超税负3%即征即退"),
            Self::RefundAbove8 => ("16", "超税负8%即征即退"),
            Self::RefundAbove12 => ("17", "超税负12%即征即退"),
            Self::RefundAbove6 => ("18", "超税负6%即征即退"),
        }
    }

    /// Reads the code, or the Chinese text that spreadsheets tend to carry; `None` for an empty text.
    ///
    /// # Errors
    /// [`PreferenceError`] for anything else.
    pub fn parse(text: &str) -> Result<Option<Preference>, PreferenceError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        Self::ALL
            .into_iter()
            .find(|it| it.code() == text || it.printed() == text)
            .map(Some)
            .ok_or_else(|| PreferenceError(text.chars().take(32).collect()))
    }

    /// The policy that a rate states by itself. With `is_levy` (a general taxpayer under the simplified method) 3% and
    /// 5% state theirs.
    pub fn of_rate(rate: Rate, is_levy: bool) -> Option<Preference> {
        match rate {
            Rate::Exempt => Some(Self::Exempt),
            Rate::NotTaxed => Some(Self::NotTaxed),
            Rate::Zero => None,
            Rate::Percent(_) if rate.is_relief() => Some(Self::Relief),
            Rate::Percent(value) if is_levy && value == THREE => Some(Self::Simplified3),
            Rate::Percent(value) if is_levy && value == FIVE => Some(Self::Simplified5),
            Rate::Percent(_) => None,
        }
    }

    const fn goes(self) -> Goes {
        match self {
            Self::Simplified => Goes::Levies,
            Self::Exempt => Goes::Only(Rate::Exempt),
            Self::NotTaxed => Goes::Only(Rate::NotTaxed),
            Self::Simplified3 => Goes::Only(Rate::Percent(THREE)),
            Self::Simplified5 => Goes::Only(Rate::Percent(FIVE)),
            Self::Relief => Goes::Only(Rate::Percent(RELIEF)),
            Self::RareEarth
            | Self::RefundLater
            | Self::RefundLater100
            | Self::RefundLater50
            | Self::Refund30
            | Self::Refund50
            | Self::Refund70
            | Self::Refund100
            | Self::RefundAbove3
            | Self::RefundAbove8
            | Self::RefundAbove12
            | Self::RefundAbove6 => Goes::Taxed,
        }
    }

    /// Whether a line of this rate may state the policy.
    pub fn goes_with(self, rate: Rate) -> bool {
        match (self.goes(), rate) {
            (Goes::Taxed, Rate::Percent(_)) => !rate.is_relief(),
            (Goes::Levies, Rate::Percent(value)) => value == THREE || value == FIVE,
            (Goes::Taxed | Goes::Levies, _) => false,
            (Goes::Only(only), rate) => only == rate,
        }
    }

    /// The rates that go with it, in English.
    pub fn rates(self) -> String {
        match self.goes() {
            Goes::Taxed => "a rate above 0 other than 0.015".to_owned(),
            Goes::Levies => "0.03 or 0.05".to_owned(),
            Goes::Only(rate) => rate.to_string(),
        }
    }

    /// The rates that go with it, in Chinese.
    pub fn rates_in_chinese(self) -> String {
        match self.goes() {
            Goes::Taxed => "大于 0 且不是 1.5% 的税率".to_owned(),
            Goes::Levies => "3% 或 5% 的征收率".to_owned(),
            Goes::Only(rate) => rate.printed(),
        }
    }

    /// Whether it says that the simplified method was used (简易计税), whatever the percentage.
    pub const fn is_simplified(self) -> bool {
        matches!(
            self,
            Self::Simplified | Self::Simplified3 | Self::Simplified5
        )
    }
}

const THREE: Decimal = Decimal::from_parts(3, 0, 0, false, 2);
const FIVE: Decimal = Decimal::from_parts(5, 0, 0, false, 2);
const RELIEF: Decimal = Decimal::from_parts(15, 0, 0, false, 3);

/// The code.
impl fmt::Display for Preference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// What tax devices and WeChat's unified calls are told instead of one code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceFlags {
    /// `1` when a policy is used, else `0` (`yhzcbs`).
    pub favoured: &'static str,
    /// Why the rate is zero: `1` exempt, `2` not taxed, `3` zero-rated; empty when it is not (`lslbs`).
    pub zero_rate: &'static str,
    /// The policy in Chinese; empty without one (`zzstsgl`).
    pub policy: &'static str,
}

impl DeviceFlags {
    /// The flags of a line.
    pub fn of(rate: Rate, preference: Option<Preference>) -> DeviceFlags {
        let stated = preference.or_else(|| Preference::of_rate(rate, false));
        DeviceFlags {
            favoured: if stated.is_some() { "1" } else { "0" },
            zero_rate: match rate {
                Rate::Exempt => "1",
                Rate::NotTaxed => "2",
                Rate::Zero => "3",
                Rate::Percent(_) => "",
            },
            policy: stated.map_or("", Preference::printed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> Rate {
        Rate::parse(text).unwrap()
    }

    #[test]
    fn every_policy_takes_the_rates_of_the_table_and_no_other() {
        let rates = [
            "0.13",
            "0.09",
            "0.06",
            "0.05",
            "0.03",
            "0.015",
            "0.01",
            "0",
            "exempt",
            "not_taxed",
        ];
        // One letter per rate above: whether the policy goes with it.
        let table = [
            ("01", "简易征收", "...yy....."),
            ("02", "稀土产品", "yyyyy.y..."),
            ("03", "免税", "........y."),
            ("04", "不征税", ".........y"),
            ("05", "先征后退", "yyyyy.y..."),
            ("06", "100%先征后退", "yyyyy.y..."),
            ("07", "50%先征后退", "yyyyy.y..."),
            ("08", "按3%简易征收", "....y....."),
            ("09", "按5%简易征收", "...y......"),
            ("10", "按5%简易征收减按1.5%计征", ".....y...."),
            ("11", "即征即退30%", "yyyyy.y..."),
            ("12", "即征即退50%", "yyyyy.y..."),
            ("13", "即征即退70%", "yyyyy.y..."),
            ("14", "即征即退100%", "yyyyy.y..."),
            ("15", "超税负3%即征即退", "yyyyy.y..."),
            ("16", "超税负8%即征即退", "yyyyy.y..."),
            ("17", "超税负12%即征即退", "yyyyy.y..."),
            ("18", "超税负6%即征即退", "yyyyy.y..."),
        ];
        assert_eq!(table.len(), Preference::ALL.len());
        for ((code, printed, marks), it) in table.into_iter().zip(Preference::ALL) {
            assert_eq!((it.code(), it.printed()), (code, printed));
            assert_eq!(Preference::parse(code), Ok(Some(it)));
            assert_eq!(Preference::parse(&format!(" {printed} ")), Ok(Some(it)));
            for (text, mark) in rates.iter().zip(marks.chars()) {
                let goes = it.goes_with(rate(text));
                assert_eq!(goes, mark == 'y', "{code} with {text}");
            }
        }
        assert_eq!(Preference::parse(" "), Ok(None));
        for odd in ["1", "00", "19", "即征即退", "12 "].map(|it| it.replace(' ', "x")) {
            assert!(Preference::parse(&odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn some_follow_from_the_rate() {
        for (text, is_levy, flag) in [
            ("exempt", false, "03"),
            ("not_taxed", true, "04"),
            ("0", true, ""),
            ("0.13", true, ""),
            ("0.03", false, ""),
            ("0.03", true, "08"),
            ("0.05", true, "09"),
            ("0.015", false, "10"),
        ] {
            let told = Preference::of_rate(rate(text), is_levy);
            assert_eq!(told.map_or("", Preference::code), flag, "{text}");
            assert!(told.is_none_or(|it| it.goes_with(rate(text))), "{text}");
        }
    }

    #[test]
    fn a_device_is_told_in_three_members() {
        let flags = |text: &str, preference| {
            let it = DeviceFlags::of(rate(text), preference);
            (it.favoured, it.zero_rate, it.policy)
        };
        assert_eq!(flags("0.13", None), ("0", "", ""));
        assert_eq!(flags("0", None), ("0", "3", ""));
        assert_eq!(flags("exempt", None), ("1", "1", "免税"));
        assert_eq!(flags("not_taxed", None), ("1", "2", "不征税"));
        assert_eq!(
            flags("0.13", Some(Preference::Refund50)),
            ("1", "", "即征即退50%")
        );
        assert_eq!(
            flags("0.03", Some(Preference::Simplified3)),
            ("1", "", "按3%简易征收")
        );
    }
}
