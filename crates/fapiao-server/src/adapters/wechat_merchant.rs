//! WeChat in the merchant role, through the SDK.

use super::wechat_errors::{credentials, outside};
use async_trait::async_trait;
use chrono::DateTime;
use fapiao_domain::delivery::{Channel, PageType};
use fapiao_usecases::{
    errors::OutsideError,
    ports::{AGREED_SOME_TIME, AuthAnswer, AuthPage, AuthStatus, Sealer, WechatMerchant},
    records::{Account, RawTitleRecord},
};
use std::sync::Arc;
use wechat_invoice::{
    MerchantClient, TokenKeeper,
    merchant::{
        self, AuthPageRequest, BuyerTitle, Contact, CustomValue, PageKind, PayMerchant, Refusal,
        Source,
    },
};

/// Calls of the account that owns the channel.
pub struct Merchant {
    keeper: TokenKeeper,
    sealer: Arc<dyn Sealer>,
}

impl Merchant {
    /// With the shared token keeper.
    pub fn new(keeper: TokenKeeper, sealer: Arc<dyn Sealer>) -> Merchant {
        Merchant { keeper, sealer }
    }

    fn client(&self, account: &Account) -> Result<MerchantClient, OutsideError> {
        Ok(MerchantClient::new(
            &self.keeper,
            credentials(&self.sealer, account)?,
        ))
    }
}

#[async_trait]
impl WechatMerchant for Merchant {
    async fn auth_page(
        &self,
        account: &Account,
        page: &AuthPage,
    ) -> Result<AuthAnswer, OutsideError> {
        let request = AuthPageRequest {
            s_pappid: page.platform_id.clone(),
            order_id: page.order_id.clone(),
            money_fen: page.amount.get(),
            source: match page.channel {
                Channel::Web => Source::Web,
                Channel::App => Source::App,
                Channel::MiniProgram => Source::MiniProgram,
                Channel::Wap => Source::Wap,
            },
            redirect_url: Some(page.return_url.clone()).filter(|url| !url.is_empty()),
            kind: match page.page {
                PageType::Confirm => PageKind::Confirm,
                PageType::Title => PageKind::Title,
                PageType::Collect => PageKind::Collect,
            },
        };
        let answer = self
            .client(account)?
            .get_auth_url(&request)
            .await
            .map_err(outside)?;
        Ok(AuthAnswer {
            url: answer.auth_url,
            mini_program: answer.mini_program_app_id,
        })
    }

    async fn auth_status(
        &self,
        account: &Account,
        platform_id: &str,
        order_id: &str,
    ) -> Result<AuthStatus, OutsideError> {
        let data = self
            .client(account)?
            .get_auth_data(platform_id, order_id)
            .await
            .map_err(outside)?;
        Ok(match data.status {
            merchant::AuthStatus::Authorised => AuthStatus::Authorised {
                at: data
                    .auth_time
                    .and_then(|at| DateTime::from_timestamp(at, 0))
                    .unwrap_or(AGREED_SOME_TIME),
                title: data.title.map(raw_title).map(Box::new),
            },
            merchant::AuthStatus::NotYet => AuthStatus::NotYet,
            merchant::AuthStatus::Rejected => AuthStatus::Rejected,
            merchant::AuthStatus::Other(word) => AuthStatus::Other(word),
        })
    }

    async fn reject(
        &self,
        account: &Account,
        platform_id: &str,
        order_id: &str,
        reason: &str,
        url: &str,
    ) -> Result<(), OutsideError> {
        let refusal = Refusal {
            s_pappid: platform_id.to_owned(),
            order_id: order_id.to_owned(),
            reason: reason.to_owned(),
            url: Some(url.to_owned()).filter(|url| !url.is_empty()),
        };
        self.client(account)?
            .reject_insert(&refusal)
            .await
            .map_err(outside)
    }

    async fn set_contact(&self, account: &Account) -> Result<(), OutsideError> {
        let contact = Contact {
            phone: account.contact_phone.clone(),
            time_out_secs: account.contact_timeout_secs,
            ..Contact::default()
        };
        self.client(account)?
            .set_contact(&contact)
            .await
            .map_err(outside)
    }

    async fn link_payments(
        &self,
        account: &Account,
        merchant: &str,
        platform_id: &str,
    ) -> Result<(), OutsideError> {
        let link = PayMerchant {
            mchid: merchant.to_owned(),
            s_pappid: platform_id.to_owned(),
            ..PayMerchant::default()
        };
        self.client(account)?
            .set_pay_merchant(&link)
            .await
            .map_err(outside)
    }

    async fn payment_link(
        &self,
        account: &Account,
    ) -> Result<Option<(String, String)>, OutsideError> {
        let link = self
            .client(account)?
            .get_pay_merchant()
            .await
            .map_err(outside)?;
        Ok(link.map(|link| (link.mchid, link.s_pappid)))
    }

    async fn probe(&self, account: &Account) -> Result<(), OutsideError> {
        self.keeper
            .access_token(&credentials(&self.sealer, account)?)
            .await
            .map(|_| ())
            .map_err(outside)
    }
}

fn raw_title(title: BuyerTitle) -> RawTitleRecord {
    match title {
        BuyerTitle::Person(person) => RawTitleRecord {
            organisation: false,
            name: person.title.unwrap_or_default(),
            phone: person.phone.unwrap_or_default(),
            email: person.email.unwrap_or_default(),
            own: own_values(&person.custom),
            ..RawTitleRecord::default()
        },
        BuyerTitle::Organisation(body) => {
            // WeChat's organisation page has no mail field of its own: merchants add one as a custom field.
            let email = body
                .custom
                .iter()
                .filter_map(|custom| custom.value.as_deref())
                .find(|value| value.contains('@'))
                .unwrap_or_default()
                .trim()
                .to_owned();
            RawTitleRecord {
                organisation: true,
                no_number: false,
                name: body.title.unwrap_or_default(),
                tax_number: body.tax_no.unwrap_or_default(),
                address: body.addr.unwrap_or_default(),
                phone: body.phone.unwrap_or_default(),
                bank: body.bank_type.unwrap_or_default(),
                bank_account: body.bank_no.unwrap_or_default(),
                email,
                own: own_values(&body.custom),
                override_reason: String::new(),
                document: None,
            }
        }
    }
}

/// What was filled in; fields left empty are left out.
fn own_values(custom: &[CustomValue]) -> Vec<(String, String)> {
    custom
        .iter()
        .filter_map(|it| Some((it.key.clone()?, it.value.clone()?)))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}
