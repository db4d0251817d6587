use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::MerchantClient;
use super::settings::{SET_BIZ_ATTR, never_set};
use crate::answer::{Members, required};
use crate::error::Error;
use crate::flex;
use crate::session::NoMembers;

const KEY_CHARS_MAX: usize = 5;

/// What a page of [`PageKind::Title`](super::PageKind::Title) asks buyers for (授权页字段).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthFields {
    /// Asked of persons.
    #[serde(rename = "user_field", default)]
    pub person: PersonFields,
    /// Asked of organisations.
    #[serde(rename = "biz_field", default)]
    pub organisation: OrganisationFields,
    /// Members this version does not know; read, never sent.
    #[serde(flatten, skip_serializing)]
    pub other: Members,
}

/// Asked of persons. Each `show_…` puts the input on the page, `require_…` makes it mandatory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFields {
    /// Shows the name (抬头).
    #[serde(default, with = "switch")]
    pub show_title: bool,
    /// Shows the telephone.
    #[serde(default, with = "switch")]
    pub show_phone: bool,
    /// Shows the e-mail address.
    #[serde(default, with = "switch")]
    pub show_email: bool,
    /// Wants the telephone.
    #[serde(default, with = "switch")]
    pub require_phone: bool,
    /// Wants the e-mail address.
    #[serde(default, with = "switch")]
    pub require_email: bool,
    /// Inputs of the merchant's own.
    #[serde(
        default,
        deserialize_with = "flex::list",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub custom_field: Vec<CustomField>,
    /// Members this version does not know; read, never sent.
    #[serde(flatten, skip_serializing)]
    pub other: Members,
}

/// Asked of organisations. Each `show_…` puts the input on the page, `require_…` makes it mandatory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationFields {
    /// Shows the name (抬头).
    #[serde(default, with = "switch")]
    pub show_title: bool,
    /// Shows the tax number (税号).
    #[serde(default, with = "switch")]
    pub show_tax_no: bool,
    /// Shows the address.
    #[serde(default, with = "switch")]
    pub show_addr: bool,
    /// Shows the telephone.
    #[serde(default, with = "switch")]
    pub show_phone: bool,
    /// Shows the bank (开户行).
    #[serde(default, with = "switch")]
    pub show_bank_type: bool,
    /// Shows the bank account.
    #[serde(default, with = "switch")]
    pub show_bank_no: bool,
    /// Wants the tax number.
    #[serde(default, with = "switch")]
    pub require_tax_no: bool,
    /// Wants the address.
    #[serde(default, with = "switch")]
    pub require_addr: bool,
    /// Wants the telephone.
    #[serde(default, with = "switch")]
    pub require_phone: bool,
    /// Wants the bank.
    #[serde(default, with = "switch")]
    pub require_bank_type: bool,
    /// Wants the bank account.
    #[serde(default, with = "switch")]
    pub require_bank_no: bool,
    /// Inputs of the merchant's own.
    #[serde(
        default,
        deserialize_with = "flex::list",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub custom_field: Vec<CustomField>,
    /// Members this version does not know; read, never sent.
    #[serde(flatten, skip_serializing)]
    pub other: Members,
}

/// An input of the merchant's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct CustomField {
    /// Its name, 5 characters at most.
    #[serde(deserialize_with = "key")]
    pub key: String,
    /// Whether it must be filled in. WeChat's answers spell it with a capital or leave it out.
    #[serde(default, alias = "Is_require", deserialize_with = "flex::switch")]
    pub is_require: bool,
    /// A hint for the buyer.
    #[serde(default, deserialize_with = "flex::trimmed")]
    pub notice: Option<String>,
    /// Members this version does not know; read, never sent.
    #[serde(flatten)]
    pub other: Members,
}

fn key<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(flex::text(from)?.unwrap_or_default())
}

impl Serialize for CustomField {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("key", &self.key)?;
        map.serialize_entry("is_require", &u8::from(self.is_require))?;
        if let Some(notice) = &self.notice {
            map.serialize_entry("notice", notice)?;
        }
        map.end()
    }
}

/// 0 and 1 on the wire, in answers also as text or not at all.
mod switch {
    use serde::{Deserializer, Serializer};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the shape that serde calls"
    )]
    pub(super) fn serialize<S: Serializer>(on: &bool, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u8(u8::from(*on))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
        crate::flex::switch(from)
    }
}

#[derive(Serialize)]
struct SetFields<'a> {
    auth_field: &'a AuthFields,
}

#[derive(Deserialize)]
struct FieldsAnswer {
    #[serde(default, deserialize_with = "flex::object")]
    auth_field: Option<AuthFields>,
}

impl MerchantClient {
    /// Sets what title pages ask for (`setbizattr`, action `set_auth_field`). The last write wins.
    ///
    /// Caller: the merchant, with the account of the channel (service account, mini program or app). Once,
    /// and after changes; works on title pages only.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a custom field whose name is empty or longer than 5 characters.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/auth/api_invoicebizsetattr.html>
    pub async fn set_auth_fields(&self, fields: &AuthFields) -> Result<(), Error> {
        let custom = fields
            .person
            .custom_field
            .iter()
            .chain(&fields.organisation.custom_field);
        for field in custom {
            if field.key.trim().is_empty() || KEY_CHARS_MAX < field.key.chars().count() {
                let rule = format!("`{}` must have 1 to 5 characters", field.key);
                return Err(Error::invalid(
                    SET_BIZ_ATTR.name(),
                    "custom_field.key",
                    rule,
                ));
            }
        }
        let body = SetFields { auth_field: fields };
        self.session
            .act(&SET_BIZ_ATTR, &[("action", "set_auth_field")], &body)
            .await
    }

    /// Reads what title pages ask for (action `get_auth_field`); `None` if it was never set.
    ///
    /// Caller: the merchant, with the account of the channel (service account, mini program or app).
    ///
    /// # Errors
    /// As every call; WeChat's 72029 (never set) is `None` here.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/auth/api_invoicebizsetattr.html>
    pub async fn get_auth_fields(&self) -> Result<Option<AuthFields>, Error> {
        let query = [("action", "get_auth_field")];
        let answer = self
            .session
            .post::<FieldsAnswer>(&SET_BIZ_ATTR, &query, &NoMembers {})
            .await;
        let Some(answer) = never_set(answer, 72029)? else {
            return Ok(None);
        };
        required(&SET_BIZ_ATTR, "auth_field", answer.auth_field).map(Some)
    }
}
