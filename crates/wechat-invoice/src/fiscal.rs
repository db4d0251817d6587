//! Fiscal e-bills (财政电子票据): the collecting unit asks for the page, the bureau inserts.
//!
//! Shared with ordinary invoices: `own_s_pappid`, `upload_pdf`, `pdf_url`, `get_auth_data`,
//! `reject_insert`, `update_status`, and the events.

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::answer::{Members, known_out, required};
use crate::debug::debug_only;
use crate::error::Error;
use crate::flex;
use crate::http::Spec;
use crate::platform::CardIdAnswer;
use crate::session::{Session, json};
use crate::token::TokenKeeper;

const GET_BILL_AUTH_URL: Spec = Spec::read("/nontax/getbillauthurl");
const CREATE_BILL_CARD: Spec = Spec::once("/nontax/createbillcard");
const INSERT_BILL: Spec = Spec::once("/nontax/insertbill");

/// Calls about fiscal bills for one account: the collecting unit's for the page, the bureau's for
/// the rest. Not callable through third-party platforms. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FiscalClient {
    session: Session,
}

/// Where the payer meets the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BillSource {
    /// A page inside WeChat (`web`).
    Web,
    /// A native app (`app`).
    App,
}

/// What [`FiscalClient::bill_auth_url`] wants to know.
#[derive(Clone, Debug)]
pub struct BillAuthPageRequest {
    /// The finance bureau's platform id.
    pub s_pappid: String,
    /// Your id of this delivery, used once and never again.
    pub order_id: String,
    /// Amount shown to the payer, in fen.
    pub money_fen: i64,
    /// The channel.
    pub source: BillSource,
    /// Where the page goes afterwards; sent for [`BillSource::Web`] only.
    pub redirect_url: Option<String>,
}

/// A page to open.
#[derive(Clone, PartialEq, Eq)]
pub struct BillAuthPage {
    /// The address.
    pub auth_url: String,
    /// How many seconds it lives; about 7200.
    pub valid_secs: Option<i64>,
    /// Members this version does not know.
    pub other: Members,
}

/// The look of a collecting unit's cards: one per unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillTemplate {
    /// The unit's logo on WeChat's network.
    pub logo_url: String,
    /// Name of the collecting unit.
    pub payee: String,
}

/// One bill into one payer's wallet.
#[derive(Clone, Debug)]
pub struct InsertBill {
    /// The authorised order id.
    pub order_id: String,
    /// From [`FiscalClient::create_bill_card`].
    pub card_id: String,
    /// App id of the account that asked for the page.
    pub app_id: String,
    /// The bill.
    pub bill: FiscalBill,
}

/// What the card shows.
#[derive(Clone)]
pub struct FiscalBill {
    /// Total in fen.
    pub fee_fen: i64,
    /// Who paid.
    pub title: String,
    /// When it was issued, Unix seconds.
    pub billing_time: i64,
    /// 票据代码. Goes into `billing_no`, as the official page has it.
    pub bill_code: String,
    /// 票据号码. Goes into `billing_code`.
    pub bill_number: String,
    /// From [`PlatformClient::upload_pdf`](crate::PlatformClient::upload_pdf).
    pub s_pdf_media_id: String,
}

/// A bill in a wallet. Keep `code` at once: no call gives it again.
#[derive(Clone, PartialEq, Eq)]
pub struct InsertedBill {
    /// The card's code.
    pub code: String,
    /// The payer.
    pub openid: Option<String>,
    /// Members this version does not know.
    pub other: Members,
}

debug_only!(FiscalBill {
    fee_fen,
    billing_time,
    bill_code,
    bill_number,
    s_pdf_media_id
});
debug_only!(InsertedBill {});
debug_only!(BillAuthPage { valid_secs });

#[derive(Serialize)]
struct PageRequest<'a> {
    s_pappid: &'a str,
    order_id: &'a str,
    money: i64,
    timestamp: i64,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_url: Option<&'a str>,
    ticket: &'a str,
}

#[derive(Deserialize)]
struct PageAnswer {
    #[serde(default, deserialize_with = "flex::trimmed")]
    auth_url: Option<String>,
    #[serde(default, deserialize_with = "flex::int")]
    expire_time: Option<i64>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Serialize)]
struct TemplateRequest<'a> {
    invoice_info: TemplateInfo<'a>,
}

#[derive(Serialize)]
struct TemplateInfo<'a> {
    base_info: TemplateBase<'a>,
    payee: &'a str,
}

#[derive(Serialize)]
struct TemplateBase<'a> {
    logo_url: &'a str,
}

#[derive(Serialize)]
struct InsertRequest<'a> {
    order_id: &'a str,
    card_id: &'a str,
    appid: &'a str,
    card_ext: CardExt<'a>,
}

#[derive(Serialize)]
struct CardExt<'a> {
    nonce_str: &'a str,
    user_card: UserCard<'a>,
}

#[derive(Serialize)]
struct UserCard<'a> {
    invoice_user_data: BillData<'a>,
}

#[derive(Serialize)]
struct BillData<'a> {
    fee: i64,
    title: &'a str,
    billing_time: i64,
    billing_no: &'a str,
    billing_code: &'a str,
    s_pdf_media_id: &'a str,
}

#[derive(Deserialize)]
struct InsertBillAnswer {
    #[serde(default, deserialize_with = "flex::trimmed")]
    code: Option<String>,
    #[serde(default, deserialize_with = "flex::trimmed")]
    openid: Option<String>,
    #[serde(flatten)]
    other: Members,
}

impl FiscalClient {
    /// A client for the collecting unit or the bureau.
    pub fn new(keeper: &TokenKeeper, account: Account) -> FiscalClient {
        FiscalClient {
            session: Session::new(keeper, account),
        }
    }

    /// Collecting unit: the page on which a payer collects a bill (`POST /nontax/getbillauthurl`).
    ///
    /// Caller: the collecting unit (执收单位).
    ///
    /// # Errors
    /// As [`get_auth_url`](crate::MerchantClient::get_auth_url).
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/FiscalReceipt/api_notaxinvoicegetauthurl.html>
    pub async fn bill_auth_url(&self, page: &BillAuthPageRequest) -> Result<BillAuthPage, Error> {
        let call = GET_BILL_AUTH_URL.name();
        if page.money_fen < 0 {
            return Err(Error::invalid(call, "money", "must not be negative"));
        }
        for (field, text) in [("s_pappid", &page.s_pappid), ("order_id", &page.order_id)] {
            if text.trim().is_empty() {
                return Err(Error::invalid(call, field, "must not be empty"));
            }
        }
        let on_a_page = page.source == BillSource::Web;
        let body_with = |ticket: &str| {
            let request = PageRequest {
                s_pappid: &page.s_pappid,
                order_id: &page.order_id,
                money: page.money_fen,
                timestamp: self.session.now(),
                source: if on_a_page { "web" } else { "app" },
                redirect_url: page.redirect_url.as_deref().filter(|_| on_a_page),
                ticket,
            };
            json(&GET_BILL_AUTH_URL, &request)
        };
        let answer: PageAnswer = self
            .session
            .post_with_ticket(&GET_BILL_AUTH_URL, body_with)
            .await?;
        let auth_url = required(&GET_BILL_AUTH_URL, "auth_url", answer.auth_url)?;
        Ok(BillAuthPage {
            auth_url,
            valid_secs: answer.expire_time,
            other: known_out(answer.other),
        })
    }

    /// Bureau: a template for one collecting unit (`POST /nontax/createbillcard`). **Not
    /// idempotent**; keep the `card_id`.
    ///
    /// Caller: the finance bureau (财政局).
    ///
    /// # Errors
    /// As [`create_card`](crate::PlatformClient::create_card).
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/FiscalReceipt/api_notaxinvoicecreatecard.html>
    pub async fn create_bill_card(&self, template: &BillTemplate) -> Result<String, Error> {
        let BillTemplate { logo_url, payee } = template;
        for (field, text) in [("logo_url", logo_url), ("payee", payee)] {
            if text.trim().is_empty() {
                return Err(Error::invalid(
                    CREATE_BILL_CARD.name(),
                    field,
                    "must not be empty",
                ));
            }
        }
        let invoice_info = TemplateInfo {
            base_info: TemplateBase { logo_url },
            payee,
        };
        let request = TemplateRequest { invoice_info };
        let answer: CardIdAnswer = self.session.post(&CREATE_BILL_CARD, &[], &request).await?;
        required(&CREATE_BILL_CARD, "card_id", answer.card_id)
    }

    /// Bureau: puts a bill into the payer's wallet (`POST /nontax/insertbill`). At most once per
    /// order id, as [`insert`](crate::PlatformClient::insert).
    ///
    /// Caller: the finance bureau (财政局).
    ///
    /// # Errors
    /// As [`insert`](crate::PlatformClient::insert).
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/FiscalReceipt/api_notaxinvoiceinsert.html>
    pub async fn insert_bill(&self, insert: &InsertBill) -> Result<InsertedBill, Error> {
        let bill = &insert.bill;
        let texts = [
            ("order_id", &insert.order_id),
            ("card_id", &insert.card_id),
            ("appid", &insert.app_id),
            ("title", &bill.title),
            ("billing_no", &bill.bill_code),
            ("billing_code", &bill.bill_number),
            ("s_pdf_media_id", &bill.s_pdf_media_id),
        ];
        for (field, text) in texts {
            if text.trim().is_empty() {
                return Err(Error::invalid(
                    INSERT_BILL.name(),
                    field,
                    "must not be empty",
                ));
            }
        }
        if bill.fee_fen < 0 {
            return Err(Error::invalid(
                INSERT_BILL.name(),
                "fee",
                "must not be negative",
            ));
        }
        if !(1_000_000_000..10_000_000_000).contains(&bill.billing_time) {
            return Err(Error::invalid(
                INSERT_BILL.name(),
                "billing_time",
                "must be ten-digit Unix seconds",
            ));
        }
        let nonce = hex::encode(rand::random::<[u8; 16]>());
        let invoice_user_data = BillData {
            fee: bill.fee_fen,
            title: bill.title.trim(),
            billing_time: bill.billing_time,
            billing_no: &bill.bill_code,
            billing_code: &bill.bill_number,
            s_pdf_media_id: &bill.s_pdf_media_id,
        };
        let user_card = UserCard { invoice_user_data };
        let request = InsertRequest {
            order_id: &insert.order_id,
            card_id: &insert.card_id,
            appid: &insert.app_id,
            card_ext: CardExt {
                nonce_str: &nonce,
                user_card,
            },
        };
        let answer: InsertBillAnswer = self.session.post(&INSERT_BILL, &[], &request).await?;
        Ok(InsertedBill {
            code: required(&INSERT_BILL, "code", answer.code)?,
            openid: answer.openid,
            other: known_out(answer.other),
        })
    }
}
