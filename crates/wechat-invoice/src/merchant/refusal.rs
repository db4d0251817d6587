use serde::Serialize;

use super::MerchantClient;
use crate::error::Error;
use crate::http::Spec;

const REJECT_INSERT: Spec = Spec::once("/card/invoice/rejectinsert");
const REASON_CHARS_MAX: usize = 60;

/// Why a buyer gets no invoice for an authorised order (拒绝开票).
#[derive(Clone, Debug, Serialize)]
pub struct Refusal {
    /// The platform of the authorisation.
    pub s_pappid: String,
    /// The authorised order id; burnt by the refusal.
    pub order_id: String,
    /// Shown to the buyer; 60 characters at most.
    pub reason: String,
    /// A link in WeChat's notice: where to try again, say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl MerchantClient {
    /// Refuses an authorised order and tells the buyer (`POST /card/invoice/rejectinsert`).
    ///
    /// **Irreversible**: the order id can never carry a card afterwards; a new attempt needs a new
    /// id and a new authorisation.
    ///
    /// Caller: the merchant, with the account of the channel (service account, mini program or app).
    ///
    /// # Errors
    /// [`Error::Refused`] with 72035 if it was refused before (advice
    /// [`Done`](crate::Advice::Done)), 72038 if it never was authorised. After
    /// [`Error::OutcomeUnknown`] a repeat is safe: it answers 72035 if the first one got through.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/FiscalReceipt/api_invoicebizrejectinsert.html>
    pub async fn reject_insert(&self, refusal: &Refusal) -> Result<(), Error> {
        let call = REJECT_INSERT.name();
        let reason = refusal.reason.trim();
        if reason.is_empty() || REASON_CHARS_MAX < reason.chars().count() {
            return Err(Error::invalid(
                call,
                "reason",
                "must have 1 to 60 characters",
            ));
        }
        self.session.act(&REJECT_INSERT, &[], refusal).await
    }
}
