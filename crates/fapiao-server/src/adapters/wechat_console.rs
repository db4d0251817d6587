//! Settings and counters on WeChat's side, through the SDK.

use super::wechat_errors::{credentials, outside};
use async_trait::async_trait;
use fapiao_usecases::{
    errors::OutsideError,
    ports::{CallsLeft, Sealer, WechatConsole},
    records::{Account, Ask, BuyerForm, OrganisationForm, OwnField, PersonForm},
};
use std::sync::Arc;
use wechat_invoice::{
    MerchantClient, QuotaClient, TokenKeeper,
    merchant::{AuthFields, CustomField, OrganisationFields, PersonFields},
};

/// What every account calls.
const MERCHANT_CALLS: &[&str] = &[
    "/card/invoice/getauthurl",
    "/card/invoice/getauthdata",
    "/card/invoice/rejectinsert",
    "/card/invoice/setbizattr",
    "/cgi-bin/ticket/getticket",
];
/// And what the account that plays the platform calls.
const ALL_CALLS: &[&str] = &[
    "/card/invoice/getauthurl",
    "/card/invoice/getauthdata",
    "/card/invoice/rejectinsert",
    "/card/invoice/setbizattr",
    "/cgi-bin/ticket/getticket",
    "/card/invoice/platform/setpdf",
    "/card/invoice/insert",
    "/card/invoice/platform/updatestatus",
    "/card/invoice/platform/createcard",
];

/// Calls about an account itself.
pub struct Console {
    keeper: TokenKeeper,
    sealer: Arc<dyn Sealer>,
}

impl Console {
    /// With the shared token keeper.
    pub fn new(keeper: TokenKeeper, sealer: Arc<dyn Sealer>) -> Console {
        Console { keeper, sealer }
    }

    fn merchant(&self, account: &Account) -> Result<MerchantClient, OutsideError> {
        let credentials = credentials(&self.sealer, account)?;
        Ok(MerchantClient::new(&self.keeper, credentials))
    }

    fn quota(&self, account: &Account) -> Result<QuotaClient, OutsideError> {
        let credentials = credentials(&self.sealer, account)?;
        Ok(QuotaClient::new(&self.keeper, credentials))
    }
}

#[async_trait]
impl WechatConsole for Console {
    async fn set_buyer_form(
        &self,
        account: &Account,
        form: &BuyerForm,
    ) -> Result<(), OutsideError> {
        self.merchant(account)?
            .set_auth_fields(&fields_of(form))
            .await
            .map_err(outside)
    }

    async fn buyer_form(&self, account: &Account) -> Result<Option<BuyerForm>, OutsideError> {
        let fields = self.merchant(account)?.get_auth_fields().await;
        Ok(fields.map_err(outside)?.map(form_of))
    }

    async fn contact(&self, account: &Account) -> Result<Option<(String, i64)>, OutsideError> {
        let contact = self.merchant(account)?.get_contact().await;
        let contact = contact.map_err(outside)?;
        Ok(contact.map(|it| (it.phone, it.time_out_secs)))
    }

    async fn pay_merchant(
        &self,
        account: &Account,
    ) -> Result<Option<(String, String)>, OutsideError> {
        let link = self.merchant(account)?.get_pay_merchant().await;
        Ok(link.map_err(outside)?.map(|it| (it.mchid, it.s_pappid)))
    }

    async fn test_credential(&self, account: &Account) -> Result<(), OutsideError> {
        self.quota(account)?
            .check_credential()
            .await
            .map_err(outside)
    }

    fn counted_calls(&self, plays_platform: bool) -> &'static [&'static str] {
        if plays_platform {
            ALL_CALLS
        } else {
            MERCHANT_CALLS
        }
    }

    async fn calls_left(&self, account: &Account, path: &str) -> Result<CallsLeft, OutsideError> {
        let quota = self.quota(account)?.quota(path).await.map_err(outside)?;
        Ok(CallsLeft {
            limit: quota.daily_limit,
            used: quota.used,
            left: quota.remain,
        })
    }

    async fn reset_calls(&self, account: &Account, path: Option<&str>) -> Result<(), OutsideError> {
        let client = self.quota(account)?;
        match path {
            Some(path) => client.clear_one(path).await,
            // By secret: it works when the quota of the token itself is used up, too.
            None => client.clear_all_by_secret().await,
        }
        .map_err(outside)
    }
}

/// Both switches are sent: some of WeChat's pages say that showing is requiring, others know them apart.
fn fields_of(form: &BuyerForm) -> AuthFields {
    let (person, body) = (&form.person, &form.organisation);
    let must = |ask: Ask| ask == Ask::Required;
    AuthFields {
        person: PersonFields {
            show_title: true,
            show_phone: person.phone.is_shown(),
            show_email: person.email.is_shown(),
            require_phone: must(person.phone),
            require_email: must(person.email),
            custom_field: customs(&person.own),
            ..PersonFields::default()
        },
        organisation: OrganisationFields {
            show_title: true,
            show_tax_no: body.tax_number.is_shown(),
            show_addr: body.address.is_shown(),
            show_phone: body.phone.is_shown(),
            show_bank_type: body.bank.is_shown(),
            show_bank_no: body.bank_account.is_shown(),
            require_tax_no: must(body.tax_number),
            require_addr: must(body.address),
            require_phone: must(body.phone),
            require_bank_type: must(body.bank),
            require_bank_no: must(body.bank_account),
            custom_field: customs(&body.own),
            ..OrganisationFields::default()
        },
        ..AuthFields::default()
    }
}

fn customs(own: &[OwnField]) -> Vec<CustomField> {
    own.iter()
        .map(|it| CustomField {
            key: it.name.clone(),
            is_require: it.required,
            notice: Some(it.hint.clone()).filter(|hint| !hint.is_empty()),
            ..CustomField::default()
        })
        .collect()
}

fn form_of(fields: AuthFields) -> BuyerForm {
    let (person, body) = (fields.person, fields.organisation);
    BuyerForm {
        person: PersonForm {
            phone: Ask::of(person.show_phone, person.require_phone),
            email: Ask::of(person.show_email, person.require_email),
            own: person.custom_field.into_iter().map(own_field).collect(),
        },
        organisation: OrganisationForm {
            tax_number: Ask::of(body.show_tax_no, body.require_tax_no),
            address: Ask::of(body.show_addr, body.require_addr),
            phone: Ask::of(body.show_phone, body.require_phone),
            bank: Ask::of(body.show_bank_type, body.require_bank_type),
            bank_account: Ask::of(body.show_bank_no, body.require_bank_no),
            own: body.custom_field.into_iter().map(own_field).collect(),
        },
    }
}

fn own_field(custom: CustomField) -> OwnField {
    OwnField {
        name: custom.key,
        required: custom.is_require,
        hint: custom.notice.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_the_same_after_wechat() {
        let mut form = BuyerForm::default();
        form.organisation.bank = Ask::Required;
        form.organisation.bank_account = Ask::Optional;
        form.person.phone = Ask::Required;
        assert_eq!(form_of(fields_of(&form)), form);
    }
}
