//! Everything that is printed on one invoice: the input of the renderers.

use crate::{
    invoice::{Identity, InvoiceKind},
    line::InvoiceLine,
    money::Fen,
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
    /// What only some invoices carry; [`Extras::default`] for the others.
    pub extras: Extras,
}

impl InvoiceFace {
    /// The day of issue as printed: `2026年03月05日`.
    pub fn printed_day(&self) -> String {
        self.issued_at.format("%Y年%m月%d日").to_string()
    }
}

/// What only some invoices carry on their face.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// Difference tax (差额征税): its mark beside the symbol, and the figures of the structured file.
    pub difference: Option<DifferenceTax>,
    /// Trade with elements of its own (特定业务), such as 建筑服务.
    pub business: Option<SpecialBusiness>,
    /// Additional elements (附加要素): name and value. Their text is part of the remark.
    pub additional: Vec<(String, String)>,
    /// Payments: channel (支付渠道) and the channel's number (交易单号). Their text is part of the remark.
    pub payments: Vec<(String, String)>,
    /// Cipher area of the older form (密文区): up to four rows of up to 28 characters, from the tax device only.
    pub cipher: Vec<String>,
    /// The supervisory seal (发票监制章). Only an adapter of the real tax authority supplies one; renderers refuse a
    /// sample with it.
    pub seal: Option<SealPicture>,
}

/// How the deduction of difference tax is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceKind {
    /// 差额征税-全额开票: the whole price is on the invoice.
    Full,
    /// 差额征税-差额开票: the tax leaves the deduction out.
    Difference,
}

impl DifferenceKind {
    /// Code of the structured file: `01` full, `02` difference.
    pub const fn code(self) -> &'static str {
        match self {
            DifferenceKind::Full => "01",
            DifferenceKind::Difference => "02",
        }
    }

    /// The name that is stored and shown in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            DifferenceKind::Full => "whole",
            DifferenceKind::Difference => "reduced",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<DifferenceKind> {
        [DifferenceKind::Full, DifferenceKind::Difference]
            .into_iter()
            .find(|it| it.as_str() == text)
    }

    /// The words of the mark.
    pub const fn printed(self) -> &'static str {
        match self {
            DifferenceKind::Full => "全额开票",
            DifferenceKind::Difference => "差额开票",
        }
    }
}

/// Difference tax (差额征税) of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DifferenceTax {
    /// Which of the two ways.
    pub kind: DifferenceKind,
    /// The amount taken off (扣除额).
    pub deduction: Fen,
}

/// A trade whose invoices carry elements of their own (特定业务).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecialBusiness {
    /// The words of the mark, such as `建筑服务`: at most seven characters.
    pub name: String,
    /// The elements: name and value, such as `建筑项目名称` and its name. Their text is part of the remark.
    pub elements: Vec<(String, String)>,
}

/// A picture of a seal: rows of red, green, blue and opacity, one byte each.
#[derive(Clone, PartialEq, Eq)]
pub struct SealPicture {
    /// Dots in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width * height * 4` bytes.
    pub rgba: std::sync::Arc<[u8]>,
}

impl std::fmt::Debug for SealPicture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealPicture({} x {})", self.width, self.height)
    }
}

/// What a red invoice refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedReference {
    /// The blue invoice.
    pub blue: Identity,
    /// Number of the confirmation form (红字发票信息确认单编号).
    pub confirmation: String,
}
