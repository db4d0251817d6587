//! Class codes (商品和服务税收分类编码): a demonstration table that the control API can change.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The stamp (`sjc`) of everything the sandbox ships with.
const SHIPPED: &str = "20260101000000";
const TABLE: &str = include_str!("../data/class_codes.tsv");

/// One class code.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClassCode {
    /// 19 digits.
    pub(crate) code: String,
    pub(crate) name: String,
    /// The part between the stars of a printed line name.
    pub(crate) short_name: String,
    /// Tax rates, `13%、9%`.
    #[serde(default)]
    pub(crate) tax_rates: String,
    /// Levy rates, same form.
    #[serde(default)]
    pub(crate) levy_rates: String,
    /// Permitted policies by name, `免税、简易征收`.
    #[serde(default)]
    pub(crate) policies: String,
    /// A heading of the table, not to be used on an invoice.
    #[serde(default)]
    pub(crate) summary: bool,
    #[serde(default)]
    pub(crate) difference_tax: bool,
    /// `tdyslxdm`: the special element whose own capability must be used instead.
    #[serde(default)]
    pub(crate) special: String,
    /// First day of use, `yyyy-MM-dd`.
    #[serde(default = "first_day")]
    pub(crate) starts: String,
    /// Last day of use, or empty.
    #[serde(default)]
    pub(crate) ends: String,
    /// When the row last changed, `yyyyMMddHHmmss`.
    #[serde(default)]
    pub(crate) stamp: String,
}

fn first_day() -> String {
    "2016-05-01".into()
}

impl ClassCode {
    /// Not taxed (不征税): codes that begin with 6.
    pub(crate) fn not_taxed(&self) -> bool {
        self.code.starts_with('6')
    }

    /// Summary items may not be used, telecommunication excepted.
    pub(crate) fn heading(&self) -> bool {
        self.summary && !self.telecom()
    }

    pub(crate) fn telecom(&self) -> bool {
        self.code.starts_with("303")
    }

    pub(crate) fn permits_rate(&self, rate: Decimal) -> bool {
        [&self.tax_rates, &self.levy_rates]
            .iter()
            .flat_map(|list| list.split('、'))
            .any(|percent| parse_percent(percent) == Some(rate))
    }

    pub(crate) fn permits_policy(&self, policy: &str) -> bool {
        self.policies.split('、').any(|name| name == policy)
    }

    /// The code one level up: levels end after 1, 3, 5 … digits.
    pub(crate) fn parent(&self) -> String {
        let used = self.code.trim_end_matches('0').len();
        let level = if used <= 1 { 0 } else { (used - 2) / 2 * 2 + 1 };
        format!("{:0<19}", &self.code[..level])
    }
}

fn parse_percent(text: &str) -> Option<Decimal> {
    let number: Decimal = text.strip_suffix('%')?.parse().ok()?;
    Some(number / Decimal::ONE_HUNDRED)
}

/// The shipped table by code.
pub(crate) fn shipped() -> BTreeMap<String, ClassCode> {
    TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(parse_row)
        .collect()
}

fn parse_row(line: &str) -> Option<(String, ClassCode)> {
    let cells: Vec<&str> = line.split('\t').collect();
    let [
        code,
        name,
        short,
        tax,
        levy,
        policies,
        summary,
        difference,
        special,
    ] = cells[..]
    else {
        return None;
    };
    let row = ClassCode {
        code: code.into(),
        name: name.into(),
        short_name: short.into(),
        tax_rates: tax.into(),
        levy_rates: levy.into(),
        policies: policies.into(),
        summary: summary == "Y",
        difference_tax: difference == "Y",
        special: special.into(),
        starts: first_day(),
        ends: String::new(),
        stamp: SHIPPED.into(),
    };
    Some((code.into(), row))
}

/// The policy behind `yhzcbs`, or `None` for a value that does not exist.
pub(crate) fn policy_name(flag: &str) -> Option<&'static str> {
    Some(match flag {
        "01" => "简易征收",
        "02" => "稀土产品",
        "03" => "免税",
        "04" => "不征税",
        "05" => "先征后退",
        "06" => "100%先征后退",
        "07" => "50%先征后退",
        "08" => "按3%简易征收",
        "09" => "按5%简易征收",
        "10" => "按5%简易征收减按1.5%计征",
        "11" => "即征即退30%",
        "12" => "即征即退50%",
        "13" => "即征即退70%",
        "14" => "即征即退100%",
        "15" => "超税负3%即征即退",
        "16" => "超税负8%即征即退",
        "17" => "超税负12%即征即退",
        "18" => "超税负6%即征即退",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_shipped_table_is_whole() {
        let table = shipped();
        assert_eq!(table.len(), TABLE.lines().count() - 1, "a row was skipped");
        for row in table.values() {
            assert!(
                row.code.len() == 19 && row.code.bytes().all(|b| b.is_ascii_digit()),
                "{row:?}"
            );
            assert!(
                !row.name.is_empty() && !row.short_name.is_empty(),
                "{row:?}"
            );
        }
        let tea = &table["1010116010000000000"];
        assert!(tea.permits_rate(Decimal::new(9, 2)) && !tea.permits_rate(Decimal::new(13, 2)));
        assert!(tea.permits_policy("免税"));
        assert_eq!(tea.parent(), "1010116000000000000");
        assert_eq!(table["1010000000000000000"].parent(), "1000000000000000000");
        assert!(table["1010000000000000000"].heading() && !table["3030100000000000000"].heading());
    }
}
