//! The tax side (`design` decision 4): numbers, quota, rates, uploads and their results.

use super::buyers_use::BuyersUse;
use super::quota::{QuotaGrant, QuotaReturned, QuotaTerm};
use super::tax_gateway::{
    GatewayDocument, GatewayIssue, GatewayVerdict, IssuedThere, MonthFigures, MonthTold, QuotaTold,
};
use crate::{
    errors::{Advice, OutsideError},
    records::{Invoice, Seller, StockTold, TaxCode, TaxRoute, UsableRate},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    confirmation::FormState,
    document::PersonDocument,
    face::{InvoiceFace, SealPicture},
    invoice::Identity,
    money::Fen,
    party::TaxpayerKind,
    red::{RedLine, RedReason},
    totals::Totals,
};
use rust_decimal::Decimal;

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
    /// For a red invoice: what its face does not say.
    pub red: Option<RedUpload>,
    /// The document of a buyer who is a natural person.
    pub document: Option<PersonDocument>,
}

/// What the tax side wants to know about a red invoice beside its face.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedUpload {
    /// The confirmation's key at the tax side.
    pub form_key: String,
    /// The blue line of each line, by place.
    pub blue_lines: Vec<u32>,
}

/// An application for a red confirmation (红字确认单申请), by the seller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedApplication {
    /// Ours: the same application again carries the same. The direct connection has no place for it.
    pub serial: String,
    /// The blue invoice, issued.
    pub blue: Invoice,
    /// Why.
    pub reason: RedReason,
    /// Lines, below zero.
    pub lines: Vec<RedLine>,
    /// Their sums, below zero.
    pub totals: Totals,
}

/// A confirmation as the tax side tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormStatus {
    /// Its key.
    pub key: String,
    /// Its number.
    pub number: String,
    /// Where it stands.
    pub state: FormState,
    /// Whether the seller began it.
    pub ours: bool,
    /// Why; `None` for a word we do not know.
    pub reason: Option<RedReason>,
    /// Net and tax, below zero.
    pub amount: Fen,
    /// Tax, below zero.
    pub tax: Fen,
    /// When it was entered.
    pub entered_at: Option<DateTime<Utc>>,
    /// The number of its red invoice, or empty.
    pub red_number: String,
}

/// A confirmation that a buyer began (购方发起) and the seller has not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuyerForm {
    /// How it stands.
    pub status: FormStatus,
    /// The number of the blue invoice.
    pub blue: String,
}

/// One row of a confirmation as the tax side has it; amounts and quantity below zero, the price above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormRow {
    /// The blue line.
    pub blue_no: u32,
    /// Quantity and price, both or neither.
    pub quantity: Option<(Decimal, Decimal)>,
    /// Net.
    pub amount: Fen,
    /// Tax.
    pub tax: Fen,
}

/// What the seller says to a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FormAnswer {
    /// Agrees to one the buyer began.
    Agree,
    /// Refuses one the buyer began.
    Refuse,
    /// Withdraws one of its own.
    Withdraw,
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

    /// The seller's kind of taxpayer, cached like the gate; `None` where the connection does not tell it.
    async fn taxpayer(&self, _seller: &Seller) -> Result<Option<TaxpayerKind>, OutsideError> {
        Ok(None)
    }

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
    ) -> Result<QuotaGrant, OutsideError>;

    /// Gives unused quota of the running month back. Repeatable like a segment: what was given back once is not taken
    /// again.
    async fn return_quota(
        &self,
        seller: &Seller,
        _request: &str,
        _amount: Fen,
    ) -> Result<QuotaReturned, OutsideError> {
        Err(no_quota_terms(seller))
    }

    /// Asks for the quota of the running month (`yyyy-mm`) to stay valid until the month ends. Repeatable.
    async fn extend_quota(&self, seller: &Seller, _month: &str) -> Result<QuotaTerm, OutsideError> {
        Err(no_quota_terms(seller))
    }

    /// The running month's quota as the tax side has it.
    async fn quota(&self, seller: &Seller) -> Result<QuotaTold, OutsideError>;

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

    /// Applies for a red confirmation. It carries no serial: `OutcomeUnknown` when no answer came, and then
    /// [`TaxAuthority::red_forms`] tells whether it was taken.
    async fn apply_red(
        &self,
        seller: &Seller,
        _application: &RedApplication,
    ) -> Result<FormStatus, OutsideError> {
        Err(no_red_forms(seller))
    }

    /// The confirmations about one blue invoice, oldest first.
    async fn red_forms(
        &self,
        seller: &Seller,
        _blue: &Identity,
    ) -> Result<Vec<FormStatus>, OutsideError> {
        Err(no_red_forms(seller))
    }

    /// How a confirmation stands, by its key.
    async fn red_form(&self, seller: &Seller, _key: &str) -> Result<FormStatus, OutsideError> {
        Err(no_red_forms(seller))
    }

    /// What the buyer of an issued blue invoice did with it; `None` where the connection does not tell it.
    async fn buyers_use(
        &self,
        _seller: &Seller,
        _blue: &Invoice,
    ) -> Result<Option<BuyersUse>, OutsideError> {
        Ok(None)
    }

    /// Confirmations that buyers began and that wait for the seller's answer; none where the connection tells of none.
    async fn forms_of_buyers(&self, _seller: &Seller) -> Result<Vec<BuyerForm>, OutsideError> {
        Ok(Vec::new())
    }

    /// The rows of a confirmation, by its key.
    async fn form_rows(&self, seller: &Seller, _key: &str) -> Result<Vec<FormRow>, OutsideError> {
        Err(no_red_forms(seller))
    }

    /// Agrees, refuses or withdraws: where the confirmation stands then.
    async fn answer_red(
        &self,
        seller: &Seller,
        _number: &str,
        _key: &str,
        _answer: FormAnswer,
    ) -> Result<FormState, OutsideError> {
        Err(no_red_forms(seller))
    }

    /// The way to the tax side of this seller.
    async fn route(&self, _seller: &Seller) -> Result<TaxRoute, OutsideError> {
        Ok(TaxRoute::Direct)
    }

    /// Asks a gateway for an invoice. Its serial is the invoice's id, so that the same again has no further effect;
    /// `OutcomeUnknown` when no answer came, and then [`TaxAuthority::issued_there`] tells.
    async fn issue_there(
        &self,
        seller: &Seller,
        _issue: &GatewayIssue<'_>,
    ) -> Result<GatewayVerdict, OutsideError> {
        Err(no_gateway(seller))
    }

    /// What a gateway has under a serial; `None` when it never heard of it.
    async fn issued_there(
        &self,
        seller: &Seller,
        _serial: &str,
    ) -> Result<Option<GatewayVerdict>, OutsideError> {
        Err(no_gateway(seller))
    }

    /// A file that a gateway made.
    async fn document(
        &self,
        seller: &Seller,
        _serial: &str,
        _format: &str,
    ) -> Result<GatewayDocument, OutsideError> {
        Err(no_gateway(seller))
    }

    /// What a gateway has left of numbers and quota.
    async fn stock_left(&self, seller: &Seller) -> Result<StockTold, OutsideError> {
        Err(no_gateway(seller))
    }

    /// The totals of a month (`yyyy-mm`) as the tax side has them, and whether they are confirmed.
    async fn month_totals(&self, seller: &Seller, month: &str) -> Result<MonthTold, OutsideError>;

    /// The tax side's own invoices among these numbers of a month; from a gateway also those we do not know. `asked`
    /// are ours: identity and issue time.
    async fn month_invoices(
        &self,
        seller: &Seller,
        month: &str,
        asked: &[Invoice],
    ) -> Result<Vec<IssuedThere>, OutsideError>;

    /// Confirms the totals of a month. The tax side refuses others than its own; repeating is harmless.
    async fn confirm_month(
        &self,
        seller: &Seller,
        month: &str,
        figures: &MonthFigures,
    ) -> Result<(), OutsideError>;

    /// Takes a confirmation back, before the 13th.
    async fn withdraw_month(
        &self,
        seller: &Seller,
        month: &str,
        figures: &MonthFigures,
    ) -> Result<(), OutsideError>;

    /// Whether the authority answers: for the doctor and the checklist.
    async fn probe(&self, seller: &Seller) -> Result<(), OutsideError>;
}

/// A connection that keeps the quota itself.
fn no_quota_terms(seller: &Seller) -> OutsideError {
    let message = format!(
        "the tax connection of seller {} neither takes quota back nor extends it",
        seller.id
    );
    OutsideError::new("tax", "unfit", message, Advice::Never)
}

/// A connection that knows no red confirmations.
fn no_red_forms(seller: &Seller) -> OutsideError {
    let message = format!(
        "the tax connection of seller {} carries no red confirmations",
        seller.id
    );
    OutsideError::new("tax", "unfit", message, Advice::Never)
}

/// A connection where we take the numbers ourselves.
fn no_gateway(seller: &Seller) -> OutsideError {
    let message = format!(
        "seller {} is not connected through a tax gateway",
        seller.id
    );
    OutsideError::new("tax", "unfit", message, Advice::Never)
}
