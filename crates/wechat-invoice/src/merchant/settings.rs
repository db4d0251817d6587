use serde::{Deserialize, Serialize};

use super::MerchantClient;
use crate::answer::{Members, required};
use crate::error::Error;
use crate::flex;
use crate::http::Spec;
use crate::session::NoMembers;

pub(super) const SET_BIZ_ATTR: Spec = Spec::read("/card/invoice/setbizattr");

/// Whom buyers can ask. Must be set before the first authorisation page, per calling account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// Telephone, shown to the buyer.
    pub phone: String,
    /// Within how many seconds the merchant means to issue.
    pub time_out_secs: i64,
    /// Members this version does not know; read, never sent.
    pub other: Members,
}

/// Which payment merchant number belongs to which invoicing platform (支付后开票).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PayMerchant {
    /// WeChat Pay merchant number (商户号).
    pub mchid: String,
    /// The invoicing platform that serves it.
    pub s_pappid: String,
    /// Members this version does not know; read, never sent.
    pub other: Members,
}

#[derive(Serialize)]
struct SetContact<'a> {
    contact: ContactOut<'a>,
}

#[derive(Serialize)]
struct ContactOut<'a> {
    phone: &'a str,
    time_out: i64,
}

#[derive(Deserialize)]
struct ContactAnswer {
    #[serde(default, deserialize_with = "flex::object")]
    contact: Option<ContactIn>,
}

#[derive(Deserialize)]
struct ContactIn {
    #[serde(default, deserialize_with = "flex::text")]
    phone: Option<String>,
    #[serde(default, deserialize_with = "flex::int")]
    time_out: Option<i64>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Serialize)]
struct SetPayMerchant<'a> {
    paymch_info: PayMerchantOut<'a>,
}

#[derive(Serialize)]
struct PayMerchantOut<'a> {
    mchid: &'a str,
    s_pappid: &'a str,
}

#[derive(Deserialize)]
struct PayMerchantAnswer {
    #[serde(default, deserialize_with = "flex::object")]
    paymch_info: Option<PayMerchantIn>,
}

#[derive(Deserialize)]
struct PayMerchantIn {
    #[serde(default, deserialize_with = "flex::text")]
    mchid: Option<String>,
    #[serde(default, deserialize_with = "flex::text")]
    s_pappid: Option<String>,
    #[serde(flatten)]
    other: Members,
}

impl MerchantClient {
    /// Sets the contact (`setbizattr`, action `set_contact`). The last write wins.
    ///
    /// Caller: the merchant, with the account of the channel (service account, mini program or app). Each
    /// account of its own, before its first page.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty telephone or a time-out that is not positive.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/auth/api_invoicebizsetattr.html>
    pub async fn set_contact(&self, contact: &Contact) -> Result<(), Error> {
        let call = SET_BIZ_ATTR.name();
        if contact.phone.trim().is_empty() {
            return Err(Error::invalid(call, "contact.phone", "must not be empty"));
        }
        if contact.time_out_secs <= 0 {
            return Err(Error::invalid(
                call,
                "contact.time_out",
                "must be positive seconds",
            ));
        }
        let out = ContactOut {
            phone: contact.phone.trim(),
            time_out: contact.time_out_secs,
        };
        let body = SetContact { contact: out };
        self.session
            .act(&SET_BIZ_ATTR, &[("action", "set_contact")], &body)
            .await
    }

    /// Reads the contact (action `get_contact`); `None` if it was never set.
    ///
    /// Caller: the merchant, with the account of the channel (service account, mini program or app).
    ///
    /// # Errors
    /// As every call; WeChat's 72063 (never set) is `None` here.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/auth/api_invoicebizsetattr.html>
    pub async fn get_contact(&self) -> Result<Option<Contact>, Error> {
        let query = [("action", "get_contact")];
        let answer = self
            .session
            .post::<ContactAnswer>(&SET_BIZ_ATTR, &query, &NoMembers {})
            .await;
        let Some(answer) = never_set(answer, 72063)? else {
            return Ok(None);
        };
        let contact = required(&SET_BIZ_ATTR, "contact", answer.contact)?;
        Ok(Some(Contact {
            phone: required(&SET_BIZ_ATTR, "contact.phone", contact.phone)?,
            time_out_secs: required(&SET_BIZ_ATTR, "contact.time_out", contact.time_out)?,
            other: contact.other,
        }))
    }

    /// Links a payment merchant number to an invoicing platform (action `set_pay_mch`). One link
    /// per calling account; the last write wins.
    ///
    /// Caller: the account that is bound to the merchant number.
    ///
    /// # Errors
    /// [`Error::Refused`] with 72030 if the merchant number is not bound to this account.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/auth/api_invoicebizsetattr.html>
    pub async fn set_pay_merchant(&self, link: &PayMerchant) -> Result<(), Error> {
        let out = PayMerchantOut {
            mchid: &link.mchid,
            s_pappid: &link.s_pappid,
        };
        let body = SetPayMerchant { paymch_info: out };
        self.session
            .act(&SET_BIZ_ATTR, &[("action", "set_pay_mch")], &body)
            .await
    }

    /// Reads the link (action `get_pay_mch`); `None` if it was never set.
    ///
    /// Caller: the account that is bound to the merchant number.
    ///
    /// # Errors
    /// As every call; WeChat's 72028 (never set) is `None` here.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/auth/api_invoicebizsetattr.html>
    pub async fn get_pay_merchant(&self) -> Result<Option<PayMerchant>, Error> {
        let query = [("action", "get_pay_mch")];
        let answer = self
            .session
            .post::<PayMerchantAnswer>(&SET_BIZ_ATTR, &query, &NoMembers {})
            .await;
        let Some(answer) = never_set(answer, 72028)? else {
            return Ok(None);
        };
        let link = required(&SET_BIZ_ATTR, "paymch_info", answer.paymch_info)?;
        Ok(Some(PayMerchant {
            mchid: required(&SET_BIZ_ATTR, "paymch_info.mchid", link.mchid)?,
            s_pappid: required(&SET_BIZ_ATTR, "paymch_info.s_pappid", link.s_pappid)?,
            other: link.other,
        }))
    }
}

/// "Never set" is an answer, not a failure.
pub(super) fn never_set<T>(answer: Result<T, Error>, errcode: i64) -> Result<Option<T>, Error> {
    match answer {
        Err(error) if error.errcode() == Some(errcode) => Ok(None),
        other => other.map(Some),
    }
}
