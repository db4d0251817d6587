//! WeChat's own calls about fiscal bills, through the SDK.

use super::wechat_errors::{credentials, outside};
use async_trait::async_trait;
use fapiao_usecases::{
    errors::OutsideError,
    ports::{BillInsert, BillPage, InsertedCard, Sealer, WechatFiscal},
    records::Account,
};
use std::sync::Arc;
use wechat_invoice::{
    BillAuthPageRequest, BillSource, BillTemplate, FiscalBill, FiscalClient, InsertBill,
    TokenKeeper,
};

/// Calls of collecting units and bureaus.
pub struct Fiscal {
    keeper: TokenKeeper,
    sealer: Arc<dyn Sealer>,
}

impl Fiscal {
    /// With the shared token keeper.
    pub fn new(keeper: TokenKeeper, sealer: Arc<dyn Sealer>) -> Fiscal {
        Fiscal { keeper, sealer }
    }

    fn client(&self, account: &Account) -> Result<FiscalClient, OutsideError> {
        let account = credentials(&self.sealer, account)?;
        Ok(FiscalClient::new(&self.keeper, account))
    }
}

#[async_trait]
impl WechatFiscal for Fiscal {
    async fn bill_page(&self, account: &Account, page: &BillPage) -> Result<String, OutsideError> {
        let request = BillAuthPageRequest {
            s_pappid: page.platform_id.clone(),
            order_id: page.order_id.clone(),
            money_fen: page.amount.get(),
            source: if page.for_app {
                BillSource::App
            } else {
                BillSource::Web
            },
            redirect_url: Some(page.return_url.clone()).filter(|url| !url.is_empty()),
        };
        let answer = self.client(account)?.bill_auth_url(&request).await;
        Ok(answer.map_err(outside)?.auth_url)
    }

    async fn create_bill_template(
        &self,
        account: &Account,
        logo_url: &str,
        payee: &str,
    ) -> Result<String, OutsideError> {
        let template = BillTemplate {
            logo_url: logo_url.to_owned(),
            payee: payee.to_owned(),
        };
        let made = self.client(account)?.create_bill_card(&template).await;
        made.map_err(outside)
    }

    async fn insert_bill(
        &self,
        account: &Account,
        insert: &BillInsert,
    ) -> Result<InsertedCard, OutsideError> {
        let bill = &insert.bill;
        let request = InsertBill {
            order_id: insert.order_id.clone(),
            card_id: insert.card_id.clone(),
            app_id: insert.requesting_app_id.clone(),
            bill: FiscalBill {
                fee_fen: bill.amount.get(),
                title: bill.payer.clone(),
                billing_time: bill.issued_at.timestamp(),
                bill_code: bill.identity.code.clone(),
                bill_number: bill.identity.number.clone(),
                s_pdf_media_id: insert.media.clone(),
            },
        };
        let inserted = self.client(account)?.insert_bill(&request).await;
        let inserted = inserted.map_err(outside)?;
        Ok(InsertedCard {
            code: inserted.code,
            openid: inserted.openid.unwrap_or_default(),
        })
    }
}
