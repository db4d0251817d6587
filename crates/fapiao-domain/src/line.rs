//! Lines: as an order states them, and as an invoice carries them.

use crate::{money::Fen, preference::Preference, rate::Rate};
use rust_decimal::Decimal;

/// A line as the shop states it (明细). Parsed values only; the rules that join them are in [`crate::totals`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLine {
    /// What was sold, without the class short name: `苹果`.
    pub name: String,
    /// Class code (税收分类编码), 19 digits.
    pub tax_code: String,
    /// Specification (规格型号), may be empty.
    pub spec: String,
    /// Unit (单位), may be empty.
    pub unit: String,
    /// How many; at most 13 decimals.
    pub quantity: Decimal,
    /// Price of one unit in yuan; at most 13 decimals; with tax when `tax_included`.
    pub unit_price: Decimal,
    /// Whether price and discount include the tax: then the gross amount drives the line, else the net amount.
    pub tax_included: bool,
    /// How the line is taxed.
    pub rate: Rate,
    /// The preferential policy that applies to what was sold, where one was told.
    pub preference: Option<Preference>,
    /// Discount of the whole line (折扣), zero or positive, with tax when `tax_included`.
    pub discount: Fen,
}

/// Whether a line stands alone or belongs to a discount pair (发票行性质, `fphxz`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// `00`: an ordinary line.
    Normal,
    /// `01`: a discount line (折扣行), directly after its discounted line.
    Discount,
    /// `02`: a discounted line (被折扣行).
    Discounted,
}

impl LineKind {
    /// The two-digit code of the tax interface.
    pub const fn code(self) -> &'static str {
        match self {
            LineKind::Normal => "00",
            LineKind::Discount => "01",
            LineKind::Discounted => "02",
        }
    }

    /// Reads the two-digit code.
    pub fn from_code(code: &str) -> Option<LineKind> {
        [LineKind::Normal, LineKind::Discount, LineKind::Discounted]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// What stands where no tax can be named.
pub const NO_TAX: &str = "***";

/// The sum of the taxes of some lines as printed, in yuan; `None` when none of them can bear tax, and [`NO_TAX`] stands
/// there instead.
pub fn printed_tax_sum(lines: &[InvoiceLine], sum: Fen) -> Option<String> {
    let some = lines.iter().any(|line| line.rate.can_bear_tax());
    some.then(|| sum.to_string())
}

/// A line as the invoice carries it: `amount + tax = gross`, to the fen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceLine {
    /// 1, 2, 3, … without gaps (`mxxh`).
    pub no: u32,
    /// Its part in a discount pair.
    pub kind: LineKind,
    /// Item name without the short name (`xmmc`).
    pub name: String,
    /// Class code, 19 digits.
    pub tax_code: String,
    /// Short name of the class (简称), valid on the issue date: `水果`. The printed name is `*水果*苹果`.
    pub short_name: String,
    /// Specification; empty on discount lines.
    pub spec: String,
    /// Unit; empty on discount lines.
    pub unit: String,
    /// Quantity; `None` on discount lines and where the price is left open.
    pub quantity: Option<Decimal>,
    /// Net unit price (`dj`), at most 13 decimals; present exactly when `quantity` is.
    pub unit_price: Option<Decimal>,
    /// Net amount (金额, `je`).
    pub amount: Fen,
    /// How it is taxed.
    pub rate: Rate,
    /// The preferential policy that was told; the tax side is also told what follows from the rate, see
    /// [`Preference::of_rate`].
    pub preference: Option<Preference>,
    /// Tax (税额, `se`).
    pub tax: Fen,
    /// Gross amount (`hsje`).
    pub gross: Fen,
}

impl InvoiceLine {
    /// The name as printed and as the tax interface wants it: `*short*name`.
    pub fn printed_name(&self) -> String {
        format!("*{}*{}", self.short_name, self.name)
    }

    /// The policy the tax side is told: what was stated, else what follows from the rate. `is_levy` as for
    /// [`Preference::of_rate`].
    pub fn policy(&self, is_levy: bool) -> Option<Preference> {
        self.preference
            .or_else(|| Preference::of_rate(self.rate, is_levy))
    }

    /// The tax as printed: yuan with two decimals, [`NO_TAX`] where the line is exempt, nothing where it is not taxed.
    pub fn printed_tax(&self) -> String {
        match self.rate {
            Rate::Exempt => NO_TAX.to_owned(),
            Rate::NotTaxed => String::new(),
            Rate::Zero | Rate::Percent(_) => self.tax.to_string(),
        }
    }
}
