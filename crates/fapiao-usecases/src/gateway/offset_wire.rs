//! The documents of an offset (红冲): what is to be taken back of an issued invoice, and what became of it.

use super::{WireInvoice, WireTotals};
use fapiao_domain::{
    confirmation::FormState,
    line::{InvoiceLine, LineKind},
    red::RedLine,
};
use serde::{Deserialize, Serialize};

/// `POST /v1/offsets`: take an issued invoice back, or part of it. Sent again with the same `offset_no` and the same
/// content it has no further effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffsetRequest {
    /// The merchant's own number of this offset; at most 64 visible ASCII characters.
    pub offset_no: String,
    /// The order id of the request whose invoice is taken back.
    pub order_id: String,
    /// Who issued.
    pub seller_tax_number: String,
    /// `01` wrongly issued, `02` goods returned, `03` service ended, `04` allowance.
    pub reason: String,
    /// What is taken back; none for all that is left.
    #[serde(default)]
    pub lines: Vec<OffsetLine>,
    /// What it adds up to by the merchant's reckoning, below zero as on the red invoice; the platform's must be the same.
    pub totals: WireTotals,
    /// A remark for the platform's staff, may be empty.
    #[serde(default)]
    pub note: String,
}

/// Part of a line. With neither quantity nor amount: all that is left of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffsetLine {
    /// Which line of the request, counted from 1.
    pub line: u32,
    /// Decimal text, above zero; for goods returned and services ended.
    #[serde(default)]
    pub quantity: String,
    /// Decimal text, yuan with tax, above zero; for allowances and lines without a quantity.
    #[serde(default)]
    pub amount: String,
}

impl OffsetLine {
    /// From a red line against the lines of its blue invoice.
    pub fn of(red: &RedLine, blue: &[InvoiceLine]) -> OffsetLine {
        let quantity = red.line.quantity.map(|it| (-it).normalize().to_string());
        let amount = match quantity {
            Some(_) => String::new(),
            None => (-red.line.gross).to_string(),
        };
        OffsetLine {
            line: place_of(red.blue_no, blue),
            quantity: quantity.unwrap_or_default(),
            amount,
        }
    }
}

/// The line of the request behind a line of the invoice: each has one, discounts stand beneath theirs.
fn place_of(no: u32, blue: &[InvoiceLine]) -> u32 {
    let own = |it: &&InvoiceLine| it.kind != LineKind::Discount && it.no <= no;
    u32::try_from(blue.iter().filter(own).count()).unwrap_or(u32::MAX)
}

/// Where an offset stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffsetState {
    /// Taken on; the tax authority has not been asked yet, or has not answered.
    Accepted,
    /// The buyer has to agree in the tax authority's own system.
    AwaitsBuyer,
    /// The red invoice is at the tax authority.
    Issuing,
    /// The red invoice exists. What becomes of the card is told beside it.
    Issued,
    /// It came to nothing, and why: the end. A new one needs a new number.
    Failed,
}

impl OffsetState {
    /// The word of the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            OffsetState::Accepted => "accepted",
            OffsetState::AwaitsBuyer => "awaits_buyer",
            OffsetState::Issuing => "issuing",
            OffsetState::Issued => "issued",
            OffsetState::Failed => "failed",
        }
    }
}

/// What becomes of the card of an invoice that was taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffsetCard {
    /// There is none.
    #[default]
    None,
    /// It stays: part of the invoice stands.
    Kept,
    /// It will be struck out.
    Pending,
    /// An employer holds it; it is struck out when it is released, and stays when it was reimbursed.
    Held,
    /// It was struck out.
    Cancelled,
}

impl OffsetCard {
    /// The word of the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            OffsetCard::None => "none",
            OffsetCard::Kept => "kept",
            OffsetCard::Pending => "pending",
            OffsetCard::Held => "held",
            OffsetCard::Cancelled => "cancelled",
        }
    }
}

/// The answer to an offset, and the body of a callback about one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffsetResult {
    /// The platform's id of it.
    pub id: String,
    /// The merchant's.
    pub offset_no: String,
    /// The order id of the request.
    pub order_id: String,
    /// Where it stands.
    pub state: OffsetState,
    /// Why it failed; shown to staff.
    #[serde(default)]
    pub reason: String,
    /// Rises with every change: a smaller one than seen before is old news.
    pub version: i64,
    /// The red confirmation, once the tax authority has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<WireConfirmation>,
    /// The red invoice, once issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<WireInvoice>,
    /// What becomes of the card.
    #[serde(default)]
    pub card: OffsetCard,
}

/// A red confirmation (红字发票信息确认单).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireConfirmation {
    /// Its number at the tax authority, may be empty.
    #[serde(default)]
    pub number: String,
    /// The tax authority's two digits, `01` to `13`.
    pub state: String,
}

impl WireConfirmation {
    /// The state as our own confirmations know it.
    pub fn known_state(&self) -> Option<FormState> {
        FormState::from_code(&self.state)
    }
}
