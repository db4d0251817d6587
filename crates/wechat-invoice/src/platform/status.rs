use serde::Serialize;

use super::PlatformClient;
use crate::error::Error;
use crate::http::Spec;

const UPDATE_STATUS: Spec = Spec::once("/card/invoice/platform/updatestatus");

/// State of a card (报销状态).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReimburseStatus {
    /// `INVOICE_REIMBURSE_INIT`: in the wallet; also "unlock".
    Init,
    /// `INVOICE_REIMBURSE_LOCK`: submitted to a reimburser.
    Lock,
    /// `INVOICE_REIMBURSE_CLOSURE`: reimbursed, gone from the wallet. Irreversible.
    Closure,
    /// `INVOICE_REIMBURSE_CANCEL`: offset by a red-letter invoice, struck out. Irreversible.
    Cancel,
    /// Another word, as sent.
    Other(String),
}

impl ReimburseStatus {
    /// WeChat's word.
    pub fn as_str(&self) -> &str {
        match self {
            ReimburseStatus::Init => "INVOICE_REIMBURSE_INIT",
            ReimburseStatus::Lock => "INVOICE_REIMBURSE_LOCK",
            ReimburseStatus::Closure => "INVOICE_REIMBURSE_CLOSURE",
            ReimburseStatus::Cancel => "INVOICE_REIMBURSE_CANCEL",
            ReimburseStatus::Other(word) => word,
        }
    }

    /// Reads WeChat's word; unknown ones are kept.
    pub fn read(word: &str) -> ReimburseStatus {
        match word.trim() {
            "INVOICE_REIMBURSE_INIT" => ReimburseStatus::Init,
            "INVOICE_REIMBURSE_LOCK" => ReimburseStatus::Lock,
            "INVOICE_REIMBURSE_CLOSURE" => ReimburseStatus::Closure,
            "INVOICE_REIMBURSE_CANCEL" => ReimburseStatus::Cancel,
            other => ReimburseStatus::Other(other.to_owned()),
        }
    }
}

#[derive(Serialize)]
struct Request<'a> {
    card_id: &'a str,
    code: &'a str,
    reimburse_status: &'a str,
}

impl PlatformClient {
    /// Changes the state of a delivered card (`POST /card/invoice/platform/updatestatus`).
    ///
    /// A platform sets [`Cancel`](ReimburseStatus::Cancel) after the tax-side red-letter invoice is
    /// confirmed, and [`Init`](ReimburseStatus::Init). `code` is what
    /// [`insert`](PlatformClient::insert) gave, not an invoice code.
    ///
    /// Caller: the account that owns the `s_pappid`.
    ///
    /// # Errors
    /// [`Error::Refused`] with 72023 while a reimburser holds the card, 72060 if it is cancelled
    /// already (advice [`Done`](crate::Advice::Done)).
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/platform/api_invoicekpupdatainvoicestatus.html>
    pub async fn update_status(
        &self,
        card_id: &str,
        code: &str,
        status: &ReimburseStatus,
    ) -> Result<(), Error> {
        let call = UPDATE_STATUS.name();
        if !matches!(status, ReimburseStatus::Cancel | ReimburseStatus::Init) {
            let rule = "must be CANCEL or INIT: LOCK and CLOSURE are the reimburser's";
            return Err(Error::invalid(call, "reimburse_status", rule));
        }
        let request = Request {
            card_id,
            code,
            reimburse_status: status.as_str(),
        };
        self.session.act(&UPDATE_STATUS, &[], &request).await
    }
}
