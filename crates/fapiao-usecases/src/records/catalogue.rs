//! Products, class codes and usable rates.

use fapiao_domain::{ids::ProductId, preference::Preference, rate::Rate};
use rust_decimal::Decimal;

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
    /// The preferential policy its sales state, if any.
    pub preference: Option<Preference>,
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
    /// The preferential policies it permits, in Chinese with 、 between them; empty where nothing was told.
    pub policies: String,
    /// The rates (税率) it permits, such as `13%、9%`; empty where nothing was told.
    pub tax_rates: String,
    /// The levies (征收率) it permits, written likewise.
    pub levy_rates: String,
    /// Whether difference tax (差额征税) may be used with it; `None` where nothing was told.
    pub difference: Option<bool>,
    /// First day, `yyyy-mm-dd`; empty where it was never told.
    pub from: String,
    /// Last day, or empty.
    pub until: String,
}

impl TaxCode {
    /// Whether a line of this class may state a policy; anything may where nothing was told.
    pub fn permits(&self, policy: Preference) -> bool {
        self.policies.is_empty() || self.policies.split('、').any(|it| it == policy.printed())
    }

    /// The rates and levies it permits, rates first; empty where nothing was told.
    pub fn rates(&self) -> Vec<Decimal> {
        [&self.tax_rates, &self.levy_rates]
            .into_iter()
            .flat_map(|it| fractions(it))
            .collect()
    }

    /// Whether a line of this class may bear a rate. Where nothing was told anything may; a list of rates alone says
    /// nothing of levies, and 1% is the levy of 3% reduced. Exempt, not-taxed and 1.5% lines follow from policies; a
    /// zero rate is the buyer's being abroad and no matter of the class.
    pub fn permits_rate(&self, rate: Rate) -> bool {
        let by_policy =
            || Preference::of_rate(rate, false).is_some_and(|policy| self.permits(policy));
        let value = match rate {
            Rate::Zero => return true,
            Rate::Exempt | Rate::NotTaxed => return by_policy(),
            Rate::Percent(value) => value,
        };
        let told = self.rates();
        if told.is_empty() || told.contains(&value) || (rate.is_relief() && by_policy()) {
            return true;
        }
        let is_levy = LEVIES.contains(&value);
        (is_levy && self.levy_rates.is_empty())
            || (value == REDUCED && told.contains(&REDUCED_FROM))
    }

    /// Whether it applies on a day, `yyyy-mm-dd`.
    pub fn runs_on(&self, day: &str) -> bool {
        self.from.as_str() <= day && (self.until.is_empty() || day <= self.until.as_str())
    }
}

/// 1%, the levy of small-scale taxpayers while it is reduced.
const REDUCED: Decimal = Decimal::from_parts(1, 0, 0, false, 2);
/// 3%, which it is reduced from.
const REDUCED_FROM: Decimal = Decimal::from_parts(3, 0, 0, false, 2);
/// What levies there are.
const LEVIES: [Decimal; 3] = [
    REDUCED,
    REDUCED_FROM,
    Decimal::from_parts(5, 0, 0, false, 2),
];

/// Reads `13%、9%`; what is no percentage is left out.
fn fractions(list: &str) -> impl Iterator<Item = Decimal> {
    list.split('、').filter_map(|it| {
        let percent: Decimal = it.trim().strip_suffix('%')?.parse().ok()?;
        Some((percent / Decimal::ONE_HUNDRED).normalize())
    })
}

/// All class codes with all their versions: what applied on a day stays known for ever.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeBook {
    versions: Vec<TaxCode>,
}

impl CodeBook {
    /// Puts versions in order.
    pub fn new(mut versions: Vec<TaxCode>) -> CodeBook {
        versions.sort_by(|a, b| (&a.code, &a.from).cmp(&(&b.code, &b.from)));
        CodeBook { versions }
    }

    /// Whether nothing was fetched yet.
    pub fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    /// Every version, by code and first day.
    pub fn all(&self) -> &[TaxCode] {
        &self.versions
    }

    /// The versions of a code, oldest first.
    pub fn versions(&self, code: &str) -> &[TaxCode] {
        let from = self.versions.partition_point(|it| it.code.as_str() < code);
        let rest = &self.versions[from..];
        &rest[..rest.partition_point(|it| it.code == code)]
    }

    /// The version that applies on a day, `yyyy-mm-dd`.
    pub fn on(&self, code: &str, day: &str) -> Option<&TaxCode> {
        self.versions(code).iter().rev().find(|it| it.runs_on(day))
    }

    /// The same, if it may stand on a line: summary items may not.
    pub fn usable(&self, code: &str, day: &str) -> Option<&TaxCode> {
        self.on(code, day).filter(|it| !it.summary)
    }

    /// What applies on a day, by code.
    pub fn of_day<'a>(&'a self, day: &'a str) -> impl Iterator<Item = &'a TaxCode> {
        self.versions.iter().filter(move |it| it.runs_on(day))
    }
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

impl UsableRate {
    /// Whether it may be used on a day, `yyyy-mm-dd`.
    pub fn runs_on(&self, day: &str) -> bool {
        self.from.as_str() <= day && (self.until.is_empty() || day <= self.until.as_str())
    }

    /// Whether these are a general taxpayer's on a day: a small-scale one has levies only, and zero rates.
    pub fn are_general(rates: &[UsableRate], day: &str) -> bool {
        rates
            .iter()
            .any(|it| it.runs_on(day) && !it.levy && !it.rate.fraction().is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_permits_the_rates_it_was_told_with() {
        let code = |tax_rates: &str, levy_rates: &str, policies: &str| TaxCode {
            code: "1010115010100000000".to_owned(),
            name: "苹果".to_owned(),
            short_name: "水果".to_owned(),
            usual_rate: "0.09".to_owned(),
            summary: false,
            policies: policies.to_owned(),
            difference: None,
            tax_rates: tax_rates.to_owned(),
            levy_rates: levy_rates.to_owned(),
            from: String::new(),
            until: String::new(),
        };
        let rates = [
            "0.13",
            "0.09",
            "0.05",
            "0.03",
            "0.015",
            "0.01",
            "0",
            "exempt",
            "not_taxed",
        ];
        // One letter per rate above.
        for (code, marks) in [
            (code("", "", ""), "yyyyyyyyy"),
            (code("9%", "", ""), ".yyyyyyyy"),
            (code("13%、9%", "1%、3%、5%", "简易征收"), "yyyy.yy.."),
            (code("9%", "3%", "免税"), ".y.y.yyy."),
            (code("9%", "5%", "按5%简易征收减按1.5%计征"), ".yy.y.y.."),
            (code("", "5%、1.5%", "不征税"), "..y.y.y.y"),
        ] {
            let permitted: String = rates
                .iter()
                .map(|it| Rate::parse(it).unwrap())
                .map(|it| if code.permits_rate(it) { 'y' } else { '.' })
                .collect();
            assert_eq!(permitted, marks, "{code:?}");
        }
    }

    #[test]
    fn a_book_knows_what_applied_on_a_day() {
        let code = |short_name: &str, from: &str, until: &str, summary| TaxCode {
            code: "1030205010000000000".to_owned(),
            name: "茶".to_owned(),
            short_name: short_name.to_owned(),
            usual_rate: "0.13".to_owned(),
            summary,
            policies: String::new(),
            tax_rates: String::new(),
            levy_rates: String::new(),
            difference: None,
            from: from.to_owned(),
            until: until.to_owned(),
        };
        let mut other = code("米", "", "", true);
        other.code = "1010101010000000000".to_owned();
        let book = CodeBook::new(vec![
            code("新", "2026-03-01", "2026-12-31", false),
            other,
            code("旧", "2016-05-01", "2026-02-28", false),
        ]);
        let name = |day: &str| {
            book.on("1030205010000000000", day)
                .map(|it| it.short_name.as_str())
        };
        assert_eq!(
            (name("2026-02-28"), name("2026-03-01")),
            (Some("旧"), Some("新"))
        );
        assert_eq!((name("2027-01-01"), name("2016-04-30")), (None, None));
        assert_eq!(book.versions("1030205010000000000").len(), 2);
        assert!(book.on("1010101010000000000", "2026-01-01").is_some());
        assert!(book.usable("1010101010000000000", "2026-01-01").is_none());
        assert!(book.versions("9").is_empty() && book.of_day("2026-05-05").count() == 2);
    }
}
