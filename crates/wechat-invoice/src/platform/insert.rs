use serde::{Deserialize, Serialize};

use super::PlatformClient;
use super::identity::InvoiceIdentity;
use crate::answer::{Members, known_out, required};
use crate::debug::debug_only;
use crate::error::Error;
use crate::flex;
use crate::http::Spec;

const INSERT: Spec = Spec::once("/card/invoice/insert");

/// One invoice into one buyer's wallet.
#[derive(Clone, Debug)]
pub struct InsertInvoice {
    /// The authorised order id.
    pub order_id: String,
    /// From [`PlatformClient::create_card`]; must belong to the calling account (40073).
    pub card_id: String,
    /// App id of the account that asked for the authorisation page. Not an `s_pappid`.
    pub app_id: String,
    /// The invoice.
    pub invoice: InvoiceUserData,
}

/// What the card shows. Amounts in fen (分), times in Unix seconds.
#[derive(Clone)]
pub struct InvoiceUserData {
    /// Total including tax; must be `fee_without_tax_fen + tax_fen`.
    pub fee_fen: i64,
    /// Total excluding tax.
    pub fee_without_tax_fen: i64,
    /// Total tax.
    pub tax_fen: i64,
    /// Buyer's name on the invoice (抬头).
    pub title: String,
    /// When it was issued.
    pub billing_time: i64,
    /// Number, or code and number.
    pub identity: InvoiceIdentity,
    /// Lines; may be empty.
    pub lines: Vec<InvoiceLine>,
    /// From [`PlatformClient::upload_pdf`], not older than 3 days.
    pub s_pdf_media_id: String,
    /// A second PDF (travel list), uploaded likewise.
    pub s_trip_pdf_media_id: Option<String>,
    /// Buyer's tax number.
    pub buyer_number: Option<String>,
    /// Buyer's address and telephone, one text.
    pub buyer_address_and_phone: Option<String>,
    /// Buyer's bank and account, one text.
    pub buyer_bank_account: Option<String>,
    /// Seller's tax number.
    pub seller_number: Option<String>,
    /// Seller's address and telephone, one text.
    pub seller_address_and_phone: Option<String>,
    /// Seller's bank and account, one text.
    pub seller_bank_account: Option<String>,
    /// Remarks.
    pub remarks: Option<String>,
    /// Payee clerk (收款人).
    pub cashier: Option<String>,
    /// Issuer (开票人).
    pub maker: Option<String>,
}

/// A line on the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceLine {
    /// Item name.
    pub name: String,
    /// Whole quantity; leave fractions out.
    pub quantity: Option<i64>,
    /// Unit.
    pub unit: Option<String>,
    /// Unit price in fen.
    pub price_fen: i64,
}

/// A card in a wallet. Keep `code` at once: no call gives it again.
#[derive(Clone, PartialEq, Eq)]
pub struct InsertedCard {
    /// The card's code; together with `card_id` it names the card.
    pub code: String,
    /// The buyer, presumably as the app id of the request knows them.
    pub openid: Option<String>,
    /// The buyer across accounts, where they are bound to an open-platform account.
    pub unionid: Option<String>,
    /// Members this version does not know.
    pub other: Members,
}

debug_only!(InvoiceUserData {
    fee_fen,
    fee_without_tax_fen,
    tax_fen,
    billing_time,
    identity,
    s_pdf_media_id
});
debug_only!(InsertedCard {});

#[derive(Serialize)]
struct Request<'a> {
    order_id: &'a str,
    card_id: &'a str,
    appid: &'a str,
    card_ext: CardExt<'a>,
}

/// An object here; in other card interfaces WeChat wants it as a text.
#[derive(Serialize)]
struct CardExt<'a> {
    nonce_str: &'a str,
    user_card: UserCard<'a>,
}

#[derive(Serialize)]
struct UserCard<'a> {
    invoice_user_data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    fee: i64,
    title: &'a str,
    billing_time: i64,
    billing_no: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check_code: Option<&'a str>,
    fee_without_tax: i64,
    tax: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    info: Vec<Line<'a>>,
    s_pdf_media_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    s_trip_pdf_media_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_address_and_phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_bank_account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seller_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seller_address_and_phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seller_bank_account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remarks: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cashier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maker: Option<&'a str>,
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    num: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a str>,
    price: i64,
}

#[derive(Deserialize)]
pub(crate) struct InsertAnswer {
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub(crate) code: Option<String>,
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub(crate) openid: Option<String>,
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub(crate) unionid: Option<String>,
    #[serde(flatten)]
    pub(crate) other: Members,
}

impl PlatformClient {
    /// Puts an invoice into the wallet of the buyer who authorised the order
    /// (`POST /card/invoice/insert`).
    ///
    /// **At most once per order id**, for ever. Write down that you are about to call it; after
    /// [`Error::OutcomeUnknown`] the card may be there, and a repeat then answers 72056 or 72018
    /// (advice [`Done`](crate::Advice::Done)) without telling the code.
    ///
    /// Caller: the account that owns the `s_pappid`. The app id in the body is the channel's.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the amounts do not add up or the identity has the wrong length (nothing
    /// is sent); [`Error::Refused`] with the codes of the table, 72038 where ids do not belong
    /// together, 72040, 72047 or 72082 where WeChat dislikes the PDF.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/platform/api_insertinvoice.html>
    pub async fn insert(&self, insert: &InsertInvoice) -> Result<InsertedCard, Error> {
        insert.check()?;
        let nonce = hex::encode(rand::random::<[u8; 16]>());
        let invoice_user_data = self.data(&insert.invoice);
        let user_card = UserCard { invoice_user_data };
        let request = Request {
            order_id: &insert.order_id,
            card_id: &insert.card_id,
            appid: &insert.app_id,
            card_ext: CardExt {
                nonce_str: &nonce,
                user_card,
            },
        };
        let answer: InsertAnswer = self.session.post(&INSERT, &[], &request).await?;
        Ok(InsertedCard {
            code: required(&INSERT, "code", answer.code)?,
            openid: answer.openid,
            unionid: answer.unionid,
            other: known_out(answer.other),
        })
    }

    fn data<'a>(&self, invoice: &'a InvoiceUserData) -> Data<'a> {
        let billing = self.mapping.members(&invoice.identity);
        let line = |line: &'a InvoiceLine| Line {
            name: &line.name,
            num: line.quantity,
            unit: filled(line.unit.as_ref()),
            price: line.price_fen,
        };
        Data {
            fee: invoice.fee_fen,
            title: invoice.title.trim(),
            billing_time: invoice.billing_time,
            billing_no: billing.billing_no,
            billing_code: billing.billing_code,
            check_code: billing.check_code,
            fee_without_tax: invoice.fee_without_tax_fen,
            tax: invoice.tax_fen,
            info: invoice.lines.iter().map(line).collect(),
            s_pdf_media_id: &invoice.s_pdf_media_id,
            s_trip_pdf_media_id: filled(invoice.s_trip_pdf_media_id.as_ref()),
            buyer_number: filled(invoice.buyer_number.as_ref()),
            buyer_address_and_phone: filled(invoice.buyer_address_and_phone.as_ref()),
            buyer_bank_account: filled(invoice.buyer_bank_account.as_ref()),
            seller_number: filled(invoice.seller_number.as_ref()),
            seller_address_and_phone: filled(invoice.seller_address_and_phone.as_ref()),
            seller_bank_account: filled(invoice.seller_bank_account.as_ref()),
            remarks: filled(invoice.remarks.as_ref()),
            cashier: filled(invoice.cashier.as_ref()),
            maker: filled(invoice.maker.as_ref()),
        }
    }
}

impl InsertInvoice {
    fn check(&self) -> Result<(), Error> {
        let call = INSERT.name();
        let InvoiceUserData {
            fee_fen,
            fee_without_tax_fen,
            tax_fen,
            ..
        } = self.invoice;
        // WeChat does not add up, but the buyer does.
        if fee_without_tax_fen.checked_add(tax_fen) != Some(fee_fen) {
            let rule = format!(
                "of {fee_fen} fen is not fee_without_tax {fee_without_tax_fen} + tax {tax_fen}"
            );
            return Err(Error::invalid(call, "fee", rule));
        }
        if fee_fen < 0 || fee_without_tax_fen < 0 || tax_fen < 0 {
            return Err(Error::invalid(call, "fee", "must not be negative"));
        }
        let invoice = &self.invoice;
        let texts = [
            ("order_id", &self.order_id),
            ("card_id", &self.card_id),
            ("appid", &self.app_id),
            ("title", &invoice.title),
            ("s_pdf_media_id", &invoice.s_pdf_media_id),
        ];
        for (field, text) in texts {
            if text.trim().is_empty() {
                return Err(Error::invalid(call, field, "must not be empty"));
            }
        }
        if !(1_000_000_000..10_000_000_000).contains(&invoice.billing_time) {
            return Err(Error::invalid(
                call,
                "billing_time",
                "must be ten-digit Unix seconds",
            ));
        }
        invoice.identity.check(call)
    }
}

/// Empty members are left out: WeChat reads an empty text as a value.
fn filled(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}
