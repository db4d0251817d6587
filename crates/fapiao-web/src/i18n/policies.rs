//! Words about preferential policies.

use super::{Texts, texts};
use crate::pages::parts::Choice;
use fapiao_domain::preference::Preference;

texts! {
    /// Preferential policies of products and lines.
    Policies {
        name: "优惠政策", "Preferential policy";
        none: "无，或由税率决定", "None, or as the rate says";
        help: "即征即退、先征后退、简易征收等由商品或企业决定的政策；免税、不征税选对应税率即可。", "What the product or the seller decides, such as refunds or the simplified method. Exempt and not taxed follow from the rate.";
        as_product: "按商品", "As the product";
        without: "无", "None";
        column: "优惠政策代码 01–18；可省略", "Preferential policy, 01 to 18; may be left out";
        simplified: "简易征收", "Simplified method";
        rare_earth: "稀土产品", "Rare earths";
        exempt: "免税", "Exempt";
        not_taxed: "不征税", "Not taxed";
        refund_later: "先征后退", "Refunded later";
        refund_later_100: "100%先征后退", "Refunded later, 100%";
        refund_later_50: "50%先征后退", "Refunded later, 50%";
        simplified_3: "按3%简易征收", "Simplified method, 3%";
        simplified_5: "按5%简易征收", "Simplified method, 5%";
        relief: "按5%简易征收减按1.5%计征", "5% reduced to 1.5%";
        refund_30: "即征即退30%", "Refunded at once, 30%";
        refund_50: "即征即退50%", "Refunded at once, 50%";
        refund_70: "即征即退70%", "Refunded at once, 70%";
        refund_100: "即征即退100%", "Refunded at once, 100%";
        above_3: "超税负3%即征即退", "Refunded above a burden of 3%";
        above_8: "超税负8%即征即退", "Refunded above a burden of 8%";
        above_12: "超税负12%即征即退", "Refunded above a burden of 12%";
        above_6: "超税负6%即征即退", "Refunded above a burden of 6%";
    }
}

/// The choice of a line without a policy, whatever its product says.
pub const WITHOUT: &str = "none";

/// A policy in words.
pub fn word(t: &Texts, policy: Preference) -> &'static str {
    let t = &t.policies;
    match policy {
        Preference::Simplified => t.simplified,
        Preference::RareEarth => t.rare_earth,
        Preference::Exempt => t.exempt,
        Preference::NotTaxed => t.not_taxed,
        Preference::RefundLater => t.refund_later,
        Preference::RefundLater100 => t.refund_later_100,
        Preference::RefundLater50 => t.refund_later_50,
        Preference::Simplified3 => t.simplified_3,
        Preference::Simplified5 => t.simplified_5,
        Preference::Relief => t.relief,
        Preference::Refund30 => t.refund_30,
        Preference::Refund50 => t.refund_50,
        Preference::Refund70 => t.refund_70,
        Preference::Refund100 => t.refund_100,
        Preference::RefundAbove3 => t.above_3,
        Preference::RefundAbove8 => t.above_8,
        Preference::RefundAbove12 => t.above_12,
        Preference::RefundAbove6 => t.above_6,
    }
}

/// What can be chosen for a line: what its product says, none, then every policy by its code.
pub fn line_choices(t: &Texts) -> Vec<Choice> {
    let named = Preference::ALL
        .into_iter()
        .map(|it| Choice::new(it.code(), format!("{it} {}", word(t, it))));
    [
        Choice::new("", t.policies.as_product),
        Choice::new(WITHOUT, t.policies.without),
    ]
    .into_iter()
    .chain(named)
    .collect()
}

/// What can be chosen: none, then every policy by its code.
pub fn choices(t: &Texts) -> Vec<Choice> {
    let named = Preference::ALL
        .into_iter()
        .map(|it| Choice::new(it.code(), format!("{it} {}", word(t, it))));
    std::iter::once(Choice::new("", t.policies.none))
        .chain(named)
        .collect()
}
