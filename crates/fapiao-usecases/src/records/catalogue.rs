//! Products, class codes and usable rates.

use fapiao_domain::{ids::ProductId, rate::Rate};
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
