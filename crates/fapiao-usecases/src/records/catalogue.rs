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

    /// Whether it applies on a day, `yyyy-mm-dd`.
    pub fn runs_on(&self, day: &str) -> bool {
        self.from.as_str() <= day && (self.until.is_empty() || day <= self.until.as_str())
    }
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_knows_what_applied_on_a_day() {
        let code = |short_name: &str, from: &str, until: &str, summary| TaxCode {
            code: "1030205010000000000".to_owned(),
            name: "茶".to_owned(),
            short_name: short_name.to_owned(),
            usual_rate: "0.13".to_owned(),
            summary,
            policies: String::new(),
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
