//! The tax side (`design` decision 4): numbers, quota, rates, uploads and their results.

use crate::{
    errors::OutsideError,
    records::{Seller, TaxCode, UsableRate},
};
use async_trait::async_trait;
use fapiao_domain::{
    face::{InvoiceFace, SealPicture},
    money::Fen,
};

/// Whether a seller may issue now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaxpayerGate {
    /// Yes.
    Open,
    /// No, and why (risk class, warning level, taxpayer state).
    Closed(String),
}

/// An invoice to upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueFace {
    /// What is on it; its issue time is the one fixed with the number.
    pub face: InvoiceFace,
    /// Which lines carry a levy (征收率) rather than a rate, by line number.
    pub levy_lines: Vec<u32>,
    /// Payment channel and transaction number, both or neither.
    pub payment: Option<(String, String)>,
}

/// What the authority says about one number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaxVerdict {
    /// Accepted (`00`) or accepted before (`03`).
    Accepted,
    /// Not decided yet (`01`).
    InProgress,
    /// Refused (`02`), and why.
    Refused(String),
}

/// The answer for one number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxResult {
    /// 20 digits.
    pub number: String,
    /// The verdict.
    pub verdict: TaxVerdict,
}

/// The tax authority. Every call that changes something carries a serial of ours and may be repeated.
#[async_trait]
pub trait TaxAuthority: Send + Sync {
    /// Whether this is a sandbox: documents then carry the sample mark.
    fn is_sandbox(&self) -> bool;

    /// The picture of the supervisory seal (发票监制章) of a province, two digits: only the real authority's adapter has
    /// one, and documents of a sandbox are refused with it.
    fn seal(&self, _province: &str) -> Option<SealPicture> {
        None
    }

    /// Whether the seller may issue now; cached for a few minutes by the adapter.
    async fn gate(&self, seller: &Seller) -> Result<TaxpayerGate, OutsideError>;

    /// Fetches a segment of `size` numbers (at most 5000): first and last number, and how many.
    /// Repeating a request number with the same size gives the same segment.
    async fn fetch_segment(
        &self,
        seller: &Seller,
        request: &str,
        size: u32,
    ) -> Result<(String, String, u32), OutsideError>;

    /// Downloads quota (net amount) for the running month: what was granted. Repeatable like a segment.
    async fn fetch_quota(
        &self,
        seller: &Seller,
        request: &str,
        amount: Fen,
    ) -> Result<Fen, OutsideError>;

    /// Rates the seller may use.
    async fn rates(&self, seller: &Seller) -> Result<Vec<UsableRate>, OutsideError>;

    /// Class codes.
    async fn class_codes(&self, seller: &Seller) -> Result<Vec<TaxCode>, OutsideError>;

    /// Uploads 1 to 100 invoices and returns the receipt. `OutcomeUnknown` when no answer came: upload the same numbers
    /// again, the authority recognises them.
    async fn upload(&self, seller: &Seller, invoices: &[IssueFace])
    -> Result<String, OutsideError>;

    /// What became of an upload. Only within 12 hours of it; later the error's advice is `OutcomeUnknown`.
    async fn results(&self, seller: &Seller, receipt: &str)
    -> Result<Vec<TaxResult>, OutsideError>;

    /// Whether the authority answers: for the doctor and the checklist.
    async fn probe(&self, seller: &Seller) -> Result<(), OutsideError>;
}
