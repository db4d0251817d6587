//! The unified invoicing calls (统一开票): legacy. WeChat's current list no longer carries them, and
//! the field reports that they have stopped working for new accounts.

use serde::{Deserialize, Serialize};

use super::MerchantClient;
use crate::answer::{Members, known_out};
use crate::debug::debug_only;
use crate::error::Error;
use crate::flex;
use crate::http::Spec;

// Keyed by the serial: repeating with the same serial is what WeChat asks for (73105).
const MAKE_OUT: Spec = Spec::once("/card/invoice/makeoutinvoice");
const CLEAR_OUT: Spec = Spec::once("/card/invoice/clearoutinvoice");
// The path is misspelt on WeChat's side.
const QUERY: Spec = Spec::read("/card/invoice/queryinvoceinfo");

/// A blue invoice for WeChat's unified call. Every amount is decimal **yuan as text**.
///
/// The member names are WeChat's (pinyin initials of the Chinese terms).
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct MakeOutInvoice {
    /// The buyer's openid.
    pub wxopenid: String,
    /// The authorised order id (订单号).
    pub ddh: String,
    /// Serial of this request (发票请求流水号), unique; repeat with the same one after a lost answer.
    pub fpqqlsh: String,
    /// Seller: tax number.
    pub nsrsbh: String,
    /// Seller: name.
    pub nsrmc: String,
    /// Seller: address.
    pub nsrdz: String,
    /// Seller: telephone.
    pub nsrdh: String,
    /// Seller: bank.
    pub nsrbank: String,
    /// Seller: bank account.
    pub nsrbankid: String,
    /// Buyer: name.
    pub ghfmc: String,
    /// Buyer: tax number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ghfnsrsbh: Option<String>,
    /// Buyer: address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ghfdz: Option<String>,
    /// Buyer: telephone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ghfdh: Option<String>,
    /// Buyer: bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ghfbank: Option<String>,
    /// Buyer: bank account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ghfbankid: Option<String>,
    /// Issuer (开票人).
    pub kpr: String,
    /// Payee clerk (收款人).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skr: Option<String>,
    /// Reviewer (复核人).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fhr: Option<String>,
    /// Total including tax, in yuan.
    pub jshj: String,
    /// Total excluding tax, in yuan. Missing from WeChat's table, yet required (73013).
    pub hjje: String,
    /// Total tax, in yuan.
    pub hjse: String,
    /// Remarks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bz: Option<String>,
    /// Trade: `0` commerce, `1` other. Optional by the table, yet required (73015).
    pub hylx: String,
    /// The lines.
    pub invoicedetail_list: Vec<MakeOutLine>,
}

/// A line of [`MakeOutInvoice`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MakeOutLine {
    /// `0` ordinary, `1` discount, `2` the line being discounted.
    pub fphxz: String,
    /// 19-digit class code (税收分类编码).
    pub spbm: String,
    /// Name.
    pub xmmc: String,
    /// Unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dw: Option<String>,
    /// Specification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ggxh: Option<String>,
    /// Quantity.
    pub xmsl: String,
    /// Unit price, in yuan.
    pub xmdj: String,
    /// Amount excluding tax, in yuan with two decimals.
    pub xmje: String,
    /// Rate, as in `0.13`.
    pub sl: String,
    /// Tax, in yuan with two decimals.
    pub se: String,
    /// Whether a preferential policy (优惠政策) is used: `1`, else `0` or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub yhzcbs: Option<String>,
    /// Why the rate is zero: `1` exempt (免税), `2` not taxed (不征税), `3` zero-rated; none when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lslbs: Option<String>,
    /// The policy in Chinese; with `yhzcbs` = `1` it is required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zzstsgl: Option<String>,
}

/// The offset of a blue invoice. Not usable for digital invoices, which have no code.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct ClearOutInvoice {
    /// The buyer's openid.
    pub wxopenid: String,
    /// A new serial of its own.
    pub fpqqlsh: String,
    /// Seller: tax number.
    pub nsrsbh: String,
    /// Seller: name.
    pub nsrmc: String,
    /// Code of the blue invoice.
    pub yfpdm: String,
    /// Number of the blue invoice.
    pub yfphm: String,
}

/// What the query tells about an issued invoice.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct IssuedInvoice {
    /// Serial of the request.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub fpqqlsh: Option<String>,
    /// Invoice code.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub fpdm: Option<String>,
    /// Invoice number.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub fphm: Option<String>,
    /// Check code.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub jym: Option<String>,
    /// Issue time in China, `yyyyMMddHHmmss`.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub kprq: Option<String>,
    /// Where the PDF is.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub pdfurl: Option<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub other: Members,
}

debug_only!(MakeOutInvoice {
    ddh,
    fpqqlsh,
    jshj,
    hjje,
    hjse
});
debug_only!(ClearOutInvoice { fpqqlsh });
debug_only!(IssuedInvoice { fpqqlsh });

#[derive(Serialize)]
struct Wrapped<'a, T> {
    invoiceinfo: &'a T,
}

#[derive(Serialize)]
struct QueryKey<'a> {
    fpqqlsh: &'a str,
    nsrsbh: &'a str,
}

#[derive(Deserialize)]
struct QueryAnswer {
    #[serde(default, deserialize_with = "flex::object")]
    invoicedetail: Option<IssuedInvoice>,
    #[serde(flatten)]
    flat: Members,
}

impl MerchantClient {
    /// Legacy: has WeChat's chosen platform issue (`POST /card/invoice/makeoutinvoice`). The result
    /// comes as [`Event::IssueResult`](crate::callback::Event::IssueResult) or by
    /// [`query_invoice`](MerchantClient::query_invoice).
    ///
    /// Caller: the merchant.
    ///
    /// # Errors
    /// [`Error::Refused`] with 73xxx codes. After [`Error::OutcomeUnknown`], query first; a repeat
    /// must carry the **same** `fpqqlsh`.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/offiaccount/WeChat_Invoice/E_Invoice/Vendor_API_List.html>
    pub async fn make_out_invoice(&self, invoice: &MakeOutInvoice) -> Result<(), Error> {
        if invoice.invoicedetail_list.is_empty() {
            let rule = "must have at least one line";
            return Err(Error::invalid(MAKE_OUT.name(), "invoicedetail_list", rule));
        }
        self.session
            .act(
                &MAKE_OUT,
                &[],
                &Wrapped {
                    invoiceinfo: invoice,
                },
            )
            .await
    }

    /// Legacy: offsets a blue invoice (`POST /card/invoice/clearoutinvoice`). The card itself must
    /// be cancelled by [`PlatformClient::update_status`](crate::PlatformClient::update_status).
    ///
    /// Caller: the merchant.
    ///
    /// # Errors
    /// As [`make_out_invoice`](MerchantClient::make_out_invoice).
    ///
    /// Source: <https://developers.weixin.qq.com/doc/offiaccount/WeChat_Invoice/E_Invoice/Vendor_API_List.html>
    pub async fn clear_out_invoice(&self, offset: &ClearOutInvoice) -> Result<(), Error> {
        self.session
            .act(
                &CLEAR_OUT,
                &[],
                &Wrapped {
                    invoiceinfo: offset,
                },
            )
            .await
    }

    /// Legacy: looks an issued invoice up (`POST /card/invoice/queryinvoceinfo`, misspelt so).
    /// WeChat answers nested or flat; both are read.
    ///
    /// Caller: the merchant.
    ///
    /// # Errors
    /// [`Error::Refused`] with 73107 while it is being issued, 73109 for an unknown serial.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/offiaccount/WeChat_Invoice/E_Invoice/Vendor_API_List.html>
    pub async fn query_invoice(
        &self,
        fpqqlsh: &str,
        seller_tax_no: &str,
    ) -> Result<IssuedInvoice, Error> {
        let key = QueryKey {
            fpqqlsh,
            nsrsbh: seller_tax_no,
        };
        let answer: QueryAnswer = self.session.post(&QUERY, &[], &key).await?;
        let nested = answer.invoicedetail;
        match nested {
            Some(detail) => Ok(detail),
            None => crate::answer::typed(&QUERY, known_out(answer.flat)),
        }
    }
}
