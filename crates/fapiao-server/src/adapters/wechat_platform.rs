//! WeChat in the platform role, through the SDK.

use super::wechat_errors::{credentials, outside};
use crate::config::{ClassicOrder, DigitalCode, Wechat};
use async_trait::async_trait;
use bytes::Bytes;
use fapiao_domain::{
    invoice::Identity,
    line::{InvoiceLine, LineKind},
    money::Fen,
    party::SellerParty,
};
use fapiao_usecases::{
    errors::{Advice, OutsideError},
    ports::{CardRequest, InsertedCard, Sealer, TemplateOrder, WechatPlatform},
    records::{Account, CardEntry},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use std::sync::Arc;
use wechat_invoice::{
    PlatformClient, TokenKeeper,
    platform::{
        self, CardLink, CardTemplate, ClassicMapping, DigitalMapping, IdentityMapping,
        InsertInvoice, InvoiceIdentity, InvoiceUserData, LogoFormat, ReimburseStatus,
    },
};

/// Calls of the account that owns the platform id.
pub struct Platform {
    keeper: TokenKeeper,
    sealer: Arc<dyn Sealer>,
    mapping: IdentityMapping,
}

impl Platform {
    /// With the shared token keeper, and what the settings say of code and number.
    pub fn new(keeper: TokenKeeper, sealer: Arc<dyn Sealer>, settings: &Wechat) -> Platform {
        let mapping = IdentityMapping {
            classic: match settings.classic_order {
                ClassicOrder::CodeFirst => ClassicMapping::CodeInBillingNo,
                ClassicOrder::NumberFirst => ClassicMapping::NumberInBillingNo,
            },
            digital: match settings.digital_code {
                DigitalCode::Empty => DigitalMapping::EmptyTexts,
                DigitalCode::LeftOut => DigitalMapping::LeftOut,
            },
        };
        Platform {
            keeper,
            sealer,
            mapping,
        }
    }

    fn client(&self, account: &Account) -> Result<PlatformClient, OutsideError> {
        let client = PlatformClient::new(&self.keeper, credentials(&self.sealer, account)?);
        Ok(client.with_identity_mapping(self.mapping))
    }
}

#[async_trait]
impl WechatPlatform for Platform {
    async fn platform_id(&self, account: &Account) -> Result<String, OutsideError> {
        self.client(account)?.own_s_pappid().await.map_err(outside)
    }

    async fn upload_logo(
        &self,
        account: &Account,
        logo: Bytes,
        png: bool,
    ) -> Result<String, OutsideError> {
        let format = if png {
            LogoFormat::Png
        } else {
            LogoFormat::Jpeg
        };
        self.client(account)?
            .upload_logo(logo, format)
            .await
            .map_err(outside)
    }

    async fn create_template(
        &self,
        account: &Account,
        template: &TemplateOrder,
    ) -> Result<String, OutsideError> {
        let template = CardTemplate {
            logo_url: template.logo_url.clone(),
            title: template.title.clone(),
            payee: template.payee.clone(),
            kind: template.kind.printed().to_owned(),
            custom: template.first.as_ref().map(card_link),
            promotion: template.second.as_ref().map(card_link),
        };
        self.client(account)?
            .create_card(&template)
            .await
            .map_err(outside)
    }

    async fn upload_pdf(&self, account: &Account, pdf: Bytes) -> Result<String, OutsideError> {
        self.client(account)?
            .upload_pdf(pdf, "invoice.pdf")
            .await
            .map_err(outside)
    }

    async fn check_upload(&self, account: &Account, media: &str) -> Result<(), OutsideError> {
        let held = self.client(account)?.pdf_url(media).await;
        held.map(|_| ()).map_err(outside)
    }

    async fn insert(
        &self,
        account: &Account,
        card: &CardRequest,
    ) -> Result<InsertedCard, OutsideError> {
        let request = InsertInvoice {
            order_id: card.order_id.clone(),
            card_id: card.card_id.clone(),
            app_id: card.requesting_app_id.clone(),
            invoice: user_data(card)?,
        };
        let inserted = self
            .client(account)?
            .insert(&request)
            .await
            .map_err(outside)?;
        Ok(InsertedCard {
            code: inserted.code,
            openid: inserted.openid.unwrap_or_default(),
        })
    }

    async fn cancel_card(
        &self,
        account: &Account,
        template: &str,
        code: &str,
    ) -> Result<(), OutsideError> {
        self.client(account)?
            .update_status(template, code, &ReimburseStatus::Cancel)
            .await
            .map_err(outside)
    }
}

fn card_link(entry: &CardEntry) -> CardLink {
    CardLink {
        name: entry.name.clone(),
        url: entry.url.clone(),
        sub_title: filled(&entry.hint),
    }
}

fn user_data(card: &CardRequest) -> Result<InvoiceUserData, OutsideError> {
    let invoice = &card.invoice;
    let incomplete = |what: &str| {
        OutsideError::new(
            "wechat",
            "incomplete",
            format!("invoice {} has no {what}", invoice.id),
            Advice::Never,
        )
    };
    let identity = match invoice
        .identity
        .clone()
        .ok_or_else(|| incomplete("number"))?
    {
        Identity::Digital { number } => InvoiceIdentity::Digital { number },
        Identity::Classic {
            code,
            number,
            check_code,
            ..
        } => InvoiceIdentity::Classic {
            code,
            number,
            check_code,
        },
    };
    let issued_at = invoice.issued_at.ok_or_else(|| incomplete("issue time"))?;
    let seller = &invoice.seller_party;
    let title = &invoice.title;
    let [maker, cashier, _] = invoice.clerks.clone();
    Ok(InvoiceUserData {
        fee_fen: invoice.totals.total.get(),
        fee_without_tax_fen: invoice.totals.amount.get(),
        tax_fen: invoice.totals.tax.get(),
        title: title.printed_name(),
        billing_time: issued_at.timestamp(),
        identity,
        lines: invoice
            .lines
            .iter()
            .filter(|line| line.kind != LineKind::Discount)
            .map(line)
            .collect(),
        s_pdf_media_id: card.media.clone(),
        s_trip_pdf_media_id: None,
        buyer_number: filled(&title.tax_number),
        buyer_address_and_phone: joined(&title.address, &title.phone),
        buyer_bank_account: joined(&title.bank, &title.bank_account),
        seller_number: filled(&seller.tax_number),
        seller_address_and_phone: address(seller),
        seller_bank_account: joined(&seller.bank, &seller.bank_account),
        remarks: filled(&invoice.remark),
        cashier: filled(&cashier),
        maker: filled(&maker),
    })
}

/// WeChat shows whole quantities only; others are left out, and the price is then the line's.
fn line(line: &InvoiceLine) -> platform::InvoiceLine {
    let whole = line
        .quantity
        .filter(|quantity| quantity.fract().is_zero())
        .and_then(|quantity| quantity.to_i64());
    let price = match (whole, line.unit_price) {
        (Some(_), Some(price)) => Fen::round_half_up(price).unwrap_or(line.amount),
        _ => line.amount,
    };
    debug_assert!(
        line.quantity
            .is_none_or(|quantity| quantity > Decimal::ZERO)
    );
    platform::InvoiceLine {
        name: line.name.clone(),
        quantity: whole,
        unit: filled(&line.unit).filter(|_| whole.is_some()),
        price_fen: price.get(),
    }
}

fn filled(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn joined(first: &str, second: &str) -> Option<String> {
    filled(&format!("{first} {second}"))
}

fn address(seller: &SellerParty) -> Option<String> {
    joined(&seller.address, &seller.phone)
}
