//! A seller's settings for WeChat's unified calls (legacy).

use super::{
    Answer,
    desk::{Configurer, Configures},
    failure::Failure,
    forms::{Sent, setting_errors},
    frame::Frame,
};
use crate::{
    i18n::fill1,
    pages::{
        field::Errors,
        parts::Choice,
        shell::Section,
        unified::{UnifiedEditPage, UnifiedForm},
    },
};
use actix_web::web;
use fapiao_domain::ids::{Id, SellerId};
use fapiao_usecases::{
    backoffice::unified::{UnifiedDraft, save_unified},
    errors::StoreError,
    records::{IssuingMode, Seller},
};

async fn load(frame: &Frame, id: &str) -> Result<Seller, Failure> {
    let id = SellerId::parse(id)?;
    let seller = frame.ports().store.seller(&id).await?;
    seller.ok_or(Failure::NotFound)
}

/// `GET /admin/sellers/{id}/unified`.
pub(super) async fn show(desk: Configurer, id: web::Path<String>) -> Answer {
    let seller = load(&desk, &id).await?;
    let settings = desk.ports().store.unified_settings(&seller.id).await?;
    let form = match settings {
        Some(it) => UnifiedForm {
            merchant_id: it.merchant_id,
            trade: it.trade,
            platform_id: it.platform_id,
            version: it.version.to_string(),
        },
        None => UnifiedForm {
            trade: "0".to_owned(),
            ..UnifiedForm::default()
        },
    };
    let page = page(&desk, &seller, form, Errors::default()).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/sellers/{id}/unified`.
pub(super) async fn save(sent: Sent<Configures>, id: web::Path<String>) -> Answer {
    let (desk, sent) = (sent.desk, sent.form);
    let seller = load(&desk, &id).await?;
    let form: UnifiedForm = sent.typed()?;
    let draft = UnifiedDraft {
        merchant_id: form.merchant_id.clone(),
        trade: form.trade.clone(),
        platform_id: form.platform_id.clone(),
        version: form.version.parse().unwrap_or_default(),
    };
    let errors = match save_unified(desk.ports(), &desk.actor(), &seller, &draft).await {
        Ok(_) => {
            let text = fill1(desk.t().unified.saved, &seller.party.name);
            let to = format!("/admin/sellers/{}/unified", seller.id);
            return Ok(desk.done(&to, &text));
        }
        Err(error) => setting_errors(error, desk.lang(), "merchant_id")?,
    };
    let page = page(&desk, &seller, form, errors).await?;
    Ok(desk.wrong(&page))
}

async fn page(
    frame: &Frame,
    seller: &Seller,
    form: UnifiedForm,
    errors: Errors,
) -> Result<UnifiedEditPage, StoreError> {
    let t = frame.t();
    Ok(UnifiedEditPage {
        shell: frame.shell(Section::Sellers).await?,
        seller_href: format!("/admin/sellers/{}", seller.id),
        seller: seller.party.name.clone(),
        is_new: form.version.is_empty(),
        form,
        errors,
        trades: vec![
            Choice::new("0", t.unified.trade_commerce),
            Choice::new("1", t.unified.trade_other),
        ],
        in_use: seller.mode == IssuingMode::WechatUnified,
    })
}
