use serde::{Deserialize, Serialize};

use super::MerchantClient;
use crate::answer::{Members, known_out};
use crate::debug::debug_only;
use crate::error::Error;
use crate::flex;
use crate::http::Spec;

pub(crate) const GET_AUTH_DATA: Spec = Spec::read("/card/invoice/getauthdata");

/// How far an authorisation is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthStatus {
    /// `auth success`: the buyer confirmed.
    Authorised,
    /// `never auth`: the page was issued, the buyer has not confirmed.
    NotYet,
    /// `reject insert`: the merchant refused; the order id is burnt.
    Rejected,
    /// Another word (no list of them is documented), as sent.
    Other(String),
}

impl AuthStatus {
    fn read(text: &str) -> AuthStatus {
        match text.trim() {
            "auth success" => AuthStatus::Authorised,
            "never auth" => AuthStatus::NotYet,
            "reject insert" => AuthStatus::Rejected,
            other => AuthStatus::Other(other.to_owned()),
        }
    }
}

/// What WeChat knows of an authorisation. This, not the push, is the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthData {
    /// How far it is.
    pub status: AuthStatus,
    /// When the buyer confirmed, in Unix seconds.
    pub auth_time: Option<i64>,
    /// What the buyer filled in; only on pages of [`PageKind::Title`](super::PageKind::Title).
    pub title: Option<BuyerTitle>,
    /// Members this version does not know.
    pub other: Members,
}

/// Who the buyer says to be (抬头). Free text, blanks around it removed: check it before use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuyerTitle {
    /// A person.
    Person(PersonTitle),
    /// A company or another organisation.
    Organisation(OrganisationTitle),
}

/// What a person filled in.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct PersonTitle {
    /// Name on the invoice.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub title: Option<String>,
    /// Telephone.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub email: Option<String>,
    /// The merchant's own fields.
    #[serde(default, rename = "custom_field", deserialize_with = "flex::list")]
    pub custom: Vec<CustomValue>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub other: Members,
}

/// What an organisation filled in.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct OrganisationTitle {
    /// Name on the invoice.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub title: Option<String>,
    /// Tax number (税号).
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub tax_no: Option<String>,
    /// Address.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub addr: Option<String>,
    /// Telephone.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub phone: Option<String>,
    /// Bank (开户行).
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub bank_type: Option<String>,
    /// Bank account.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub bank_no: Option<String>,
    /// The merchant's own fields.
    #[serde(default, rename = "custom_field", deserialize_with = "flex::list")]
    pub custom: Vec<CustomValue>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub other: Members,
}

/// The value of one field that the merchant added to the page.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct CustomValue {
    /// Name of the field, as set by
    /// [`set_auth_fields`](super::MerchantClient::set_auth_fields).
    #[serde(default, deserialize_with = "flex::text")]
    pub key: Option<String>,
    /// What the buyer wrote.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub value: Option<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub other: Members,
}

debug_only!(PersonTitle {});
debug_only!(OrganisationTitle {});
debug_only!(CustomValue { key });

#[derive(Serialize)]
pub(crate) struct OrderKey<'a> {
    pub(crate) s_pappid: &'a str,
    pub(crate) order_id: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default, deserialize_with = "flex::text")]
    invoice_status: Option<String>,
    #[serde(default, deserialize_with = "flex::int")]
    auth_time: Option<i64>,
    #[serde(default, deserialize_with = "flex::object")]
    user_auth_info: Option<UserAuthInfo>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Deserialize)]
struct UserAuthInfo {
    #[serde(default, deserialize_with = "flex::object")]
    user_field: Option<PersonTitle>,
    #[serde(default, deserialize_with = "flex::object")]
    biz_field: Option<OrganisationTitle>,
}

impl UserAuthInfo {
    /// One of the two; where both objects are there, the one that was filled in.
    fn title(self) -> Option<BuyerTitle> {
        // Members that nobody knows fill nothing in.
        let person = self.user_field.filter(|it| {
            let nothing = PersonTitle {
                other: it.other.clone(),
                ..PersonTitle::default()
            };
            *it != nothing
        });
        let organisation = self.biz_field.filter(|it| {
            let nothing = OrganisationTitle {
                other: it.other.clone(),
                ..OrganisationTitle::default()
            };
            *it != nothing
        });
        organisation
            .map(BuyerTitle::Organisation)
            .or(person.map(BuyerTitle::Person))
    }
}

impl MerchantClient {
    /// Asks whether a buyer has authorised, and what was filled in
    /// (`POST /card/invoice/getauthdata`). Safe to repeat; poll slowly.
    ///
    /// After payment (支付后开票), `s_pappid` and `order_id` are the event's `SPAppId` and
    /// `SuccOrderId`.
    ///
    /// Caller: the merchant, with the account of the channel (service account, mini program or app). For
    /// fiscal bills the bureau asks as well.
    ///
    /// # Errors
    /// [`Error::Refused`] with 72038 where page and ids do not belong together.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/auth/api_invoicebizgetauthdata.html>
    pub async fn get_auth_data(&self, s_pappid: &str, order_id: &str) -> Result<AuthData, Error> {
        let key = OrderKey { s_pappid, order_id };
        let answer: Answer = self.session.post(&GET_AUTH_DATA, &[], &key).await?;
        Ok(AuthData {
            status: AuthStatus::read(answer.invoice_status.as_deref().unwrap_or_default()),
            auth_time: answer.auth_time,
            title: answer.user_auth_info.and_then(UserAuthInfo::title),
            other: known_out(answer.other),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_of_a_title_that_are_new_are_kept_and_fill_nothing_in() {
        let info: UserAuthInfo = serde_json::from_value(json!({
            "user_field": { "new_of_person": "" },
            "biz_field": {
                "title": "北京喆堃龘贸易有限公司",
                "new_of_body": { "a": 1 },
                "custom_field": [{ "key": "部门", "value": "采购", "new_of_field": 2 }],
            },
        }))
        .unwrap();
        let Some(BuyerTitle::Organisation(title)) = info.title() else {
            panic!("the organisation's page was filled in")
        };
        assert_eq!(title.other["new_of_body"], json!({ "a": 1 }));
        assert_eq!(title.custom[0].other["new_of_field"], 2);
        assert_eq!(title.other.len(), 1);
    }
}
