//! From order lines to invoice lines and totals.

use crate::money::Fen;

/// The sums of a document: `amount + tax = total`, exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Totals {
    /// Net (合计金额, `hjje`).
    pub amount: Fen,
    /// Tax (合计税额, `hjse`).
    pub tax: Fen,
    /// Gross (价税合计, `jshj`).
    pub total: Fen,
}
