//! Everything that is printed on one invoice: the input of the renderers.

use crate::{
    invoice::{Identity, InvoiceKind},
    line::InvoiceLine,
    party::{SellerParty, Title},
    totals::Totals,
};
use chrono::NaiveDateTime;

/// The face of an invoice (票面). Rendering it twice gives the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceFace {
    /// Ordinary or special.
    pub kind: InvoiceKind,
    /// Number, or code, number and check code.
    pub identity: Identity,
    /// Issue time in Asia/Shanghai; the paper shows the date.
    pub issued_at: NaiveDateTime,
    /// Who issues.
    pub seller: SellerParty,
    /// Two digits of the seller's province, such as `33`.
    pub province: String,
    /// Who receives.
    pub buyer: Title,
    /// Lines in order.
    pub lines: Vec<InvoiceLine>,
    /// Sums.
    pub totals: Totals,
    /// Remark (备注), already in the order of the layout rules; lines separated by `\n`.
    pub remark: String,
    /// Issuing clerk (开票人); mandatory.
    pub drawer: String,
    /// Payee clerk (收款人), may be empty.
    pub payee: String,
    /// Reviewer (复核人), may be empty.
    pub reviewer: String,
    /// For a red invoice: the number of the blue one and the confirmation form.
    pub red: Option<RedReference>,
    /// Whether the authority behind it is a sandbox: the paper then carries the sample mark everywhere.
    pub sample: bool,
}

/// What a red invoice refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedReference {
    /// The blue invoice.
    pub blue: Identity,
    /// Number of the confirmation form (红字发票信息确认单编号).
    pub confirmation: String,
}
