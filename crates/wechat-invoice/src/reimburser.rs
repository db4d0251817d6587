//! The reimburser's role (报销方): reading buyers' invoices and marking them as reimbursed.

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::answer::{Members, known_out};
use crate::debug::debug_only;
use crate::error::Error;
use crate::flex;
use crate::http::Spec;
use crate::platform::ReimburseStatus;
use crate::session::Session;
use crate::token::TokenKeeper;

const GET: Spec = Spec::read("/card/invoice/reimburse/getinvoiceinfo");
const GET_BATCH: Spec = Spec::read("/card/invoice/reimburse/getinvoicebatch");
const UPDATE: Spec = Spec::once("/card/invoice/reimburse/updateinvoicestatus");
const UPDATE_BATCH: Spec = Spec::once("/card/invoice/reimburse/updatestatusbatch");
/// WeChat documents no limit.
const BATCH_MAX: usize = 20;

/// Calls of the reimburser's role for one account. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ReimburserClient {
    session: Session,
}

/// A card as a buyer hands it over: from `chooseInvoice` or a link on the card.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct CardRef {
    /// The template.
    pub card_id: String,
    /// Exactly as received.
    pub encrypt_code: String,
}

debug_only!(CardRef { card_id });

/// An invoice in somebody's wallet.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct WalletInvoice {
    /// The template.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub card_id: Option<String>,
    /// The holder.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub openid: Option<String>,
    /// Kind of invoice, as in the template.
    #[serde(default, rename = "type", deserialize_with = "flex::trimmed")]
    pub kind: Option<String>,
    /// Issuer, as in the template.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub payee: Option<String>,
    /// Free text of the template.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub detail: Option<String>,
    /// Valid from, Unix seconds.
    #[serde(default, deserialize_with = "flex::int")]
    pub begin_time: Option<i64>,
    /// Valid until, Unix seconds; decades ahead.
    #[serde(default, deserialize_with = "flex::int")]
    pub end_time: Option<i64>,
    /// The invoice.
    #[serde(default, deserialize_with = "flex::object")]
    pub user_info: Option<WalletInvoiceData>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub other: Members,
}

/// The invoice on a card. Amounts in fen.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct WalletInvoiceData {
    /// Total including tax.
    #[serde(default, deserialize_with = "flex::int")]
    pub fee: Option<i64>,
    /// Total excluding tax.
    #[serde(default, deserialize_with = "flex::int")]
    pub fee_without_tax: Option<i64>,
    /// Total tax.
    #[serde(default, deserialize_with = "flex::int")]
    pub tax: Option<i64>,
    /// The buyer.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub title: Option<String>,
    /// When it was issued, Unix seconds.
    #[serde(default, deserialize_with = "flex::int")]
    pub billing_time: Option<i64>,
    /// As sent; see [`identity`](WalletInvoiceData::identity).
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub billing_no: Option<String>,
    /// As sent.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub billing_code: Option<String>,
    /// Check code.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub check_code: Option<String>,
    /// Lines.
    #[serde(default, deserialize_with = "flex::list")]
    pub info: Vec<WalletInvoiceLine>,
    /// Short description of the lines.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub detail: Option<String>,
    /// Short-lived address of the PDF.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub pdf_url: Option<String>,
    /// Short-lived address of the second PDF; WeChat spells the member in three ways.
    #[serde(
        default,
        alias = "trip_pdf_ur",
        alias = "tri_pdf_url",
        deserialize_with = "flex::trimmed"
    )]
    pub trip_pdf_url: Option<String>,
    /// State of the card, as sent; see [`status`](WalletInvoiceData::status).
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub reimburse_status: Option<String>,
    /// Buyer's tax number.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub buyer_number: Option<String>,
    /// Buyer's address and telephone.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub buyer_address_and_phone: Option<String>,
    /// Buyer's bank and account.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub buyer_bank_account: Option<String>,
    /// Seller's tax number.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub seller_number: Option<String>,
    /// Seller's address and telephone.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub seller_address_and_phone: Option<String>,
    /// Seller's bank and account.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub seller_bank_account: Option<String>,
    /// Remarks.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub remarks: Option<String>,
    /// Payee clerk.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub cashier: Option<String>,
    /// Issuer.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub maker: Option<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub other: Members,
}

/// A line of an invoice in a wallet. Amounts in fen.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct WalletInvoiceLine {
    /// Item.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub name: Option<String>,
    /// Quantity, as sent.
    #[serde(default, deserialize_with = "flex::text")]
    pub num: Option<String>,
    /// Unit.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub unit: Option<String>,
    /// Unit price.
    #[serde(default, deserialize_with = "flex::int")]
    pub price: Option<i64>,
    /// Amount; seen in samples only.
    #[serde(default, deserialize_with = "flex::int")]
    pub fee: Option<i64>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub other: Members,
}

debug_only!(WalletInvoice {
    card_id,
    kind,
    payee
});
debug_only!(WalletInvoiceData {
    fee,
    fee_without_tax,
    tax,
    billing_time,
    reimburse_status
});

/// Code and number of an invoice in a wallet, told apart by their lengths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadIdentity {
    /// 发票代码; none for digital invoices.
    pub code: Option<String>,
    /// 发票号码.
    pub number: Option<String>,
}

impl WalletInvoiceData {
    /// State of the card.
    pub fn status(&self) -> Option<ReimburseStatus> {
        self.reimburse_status.as_deref().map(ReimburseStatus::read)
    }

    /// Which of `billing_no` and `billing_code` is what: 20 digits are a digital number, 10 or 12 a
    /// code, 8 a classic number. WeChat's pages disagree, the lengths do not.
    pub fn identity(&self) -> ReadIdentity {
        let mut read = ReadIdentity::default();
        for text in [&self.billing_no, &self.billing_code].into_iter().flatten() {
            match text.len() {
                20 | 8 => read.number = Some(text.clone()),
                10 | 12 => read.code = Some(text.clone()),
                _ => {}
            }
        }
        read
    }
}

#[derive(Serialize)]
struct Items<'a> {
    item_list: &'a [CardRef],
}

#[derive(Deserialize)]
struct ItemsAnswer {
    #[serde(default, deserialize_with = "flex::list")]
    item_list: Vec<WalletInvoice>,
}

#[derive(Serialize)]
struct Update<'a> {
    card_id: &'a str,
    encrypt_code: &'a str,
    reimburse_status: &'a str,
}

#[derive(Serialize)]
struct UpdateBatch<'a> {
    openid: &'a str,
    reimburse_status: &'a str,
    invoice_list: &'a [CardRef],
}

impl ReimburserClient {
    /// A client for the account that reads invoices.
    pub fn new(keeper: &TokenKeeper, account: Account) -> ReimburserClient {
        ReimburserClient {
            session: Session::new(keeper, account),
        }
    }

    /// Reads one invoice (`POST /card/invoice/reimburse/getinvoiceinfo`).
    ///
    /// Caller: whoever reads invoices: verified service account, mini program or app.
    ///
    /// # Errors
    /// [`Error::Refused`] with 72015, 72017, 72023, 72024, 40073 or 40101.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/reimbursement/api_invoicebxgetinvoice>
    pub async fn invoice(&self, card: &CardRef) -> Result<WalletInvoice, Error> {
        let mut invoice: WalletInvoice = self.session.post(&GET, &[], card).await?;
        invoice.other = known_out(invoice.other);
        Ok(invoice)
    }

    /// Reads up to 20 invoices (`POST /card/invoice/reimburse/getinvoicebatch`). One wrong card
    /// fails them all.
    ///
    /// Caller: whoever reads invoices: verified service account, mini program or app.
    ///
    /// # Errors
    /// [`Error::Invalid`] for none or too many; otherwise as [`invoice`](ReimburserClient::invoice).
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/reimbursement/api_invoicereimbursegetinvoicebatch>
    pub async fn invoices(&self, cards: &[CardRef]) -> Result<Vec<WalletInvoice>, Error> {
        check_batch(&GET_BATCH, "item_list", cards)?;
        let body = Items { item_list: cards };
        let answer: ItemsAnswer = self.session.post(&GET_BATCH, &[], &body).await?;
        Ok(answer.item_list)
    }

    /// Changes one card (`POST /card/invoice/reimburse/updateinvoicestatus`): lock, then close;
    /// [`Init`](ReimburseStatus::Init) unlocks. **Closing cannot be undone.**
    ///
    /// Caller: whoever reads invoices: verified service account, mini program or app.
    ///
    /// # Errors
    /// [`Error::Refused`] with 72039 when closing what is not locked, 72023 if another account
    /// holds the lock.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/reimbursement/api_invoicebxupdatainvoicestatus>
    pub async fn update_status(
        &self,
        card: &CardRef,
        status: &ReimburseStatus,
    ) -> Result<(), Error> {
        check_status(&UPDATE, status)?;
        let CardRef {
            card_id,
            encrypt_code,
        } = card;
        let body = Update {
            card_id,
            encrypt_code,
            reimburse_status: status.as_str(),
        };
        self.session.act(&UPDATE, &[], &body).await
    }

    /// Changes up to 20 cards of one holder, all or none
    /// (`POST /card/invoice/reimburse/updatestatusbatch`).
    ///
    /// Caller: whoever reads invoices: verified service account, mini program or app.
    ///
    /// # Errors
    /// As [`update_status`](ReimburserClient::update_status).
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/reimbursement/api_invoicereimburseupdatestatusbatch>
    pub async fn update_statuses(
        &self,
        openid: &str,
        cards: &[CardRef],
        status: &ReimburseStatus,
    ) -> Result<(), Error> {
        check_status(&UPDATE_BATCH, status)?;
        check_batch(&UPDATE_BATCH, "invoice_list", cards)?;
        let body = UpdateBatch {
            openid,
            reimburse_status: status.as_str(),
            invoice_list: cards,
        };
        self.session.act(&UPDATE_BATCH, &[], &body).await
    }
}

fn check_batch(spec: &Spec, field: &'static str, cards: &[CardRef]) -> Result<(), Error> {
    if cards.is_empty() || BATCH_MAX < cards.len() {
        return Err(Error::invalid(
            spec.name(),
            field,
            "must have 1 to 20 cards",
        ));
    }
    Ok(())
}

fn check_status(spec: &Spec, status: &ReimburseStatus) -> Result<(), Error> {
    use ReimburseStatus as S;
    if matches!(status, S::Init | S::Lock | S::Closure) {
        return Ok(());
    }
    let rule = "must be INIT, LOCK or CLOSURE: CANCEL is the platform's";
    Err(Error::invalid(spec.name(), "reimburse_status", rule))
}
