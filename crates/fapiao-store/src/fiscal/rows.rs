//! Rows of fiscal bills to records, and back.

use crate::{
    entity::{fiscal_bill, fiscal_bill_delivery, fiscal_unit},
    read,
};
use fapiao_domain::{card::CardState, delivery::DeliveryState, fiscal::BillIdentity};
use fapiao_usecases::{
    errors::StoreError,
    records::{
        Bill, BillCard, BillDelivery, BillFile, BillItem, BillSource, BillVoid, FiscalRole,
        FiscalUnit, Logo, TemplateStand, UnitTemplate,
    },
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// An item as it is stored, in JSON.
#[derive(Serialize, Deserialize)]
struct ItemForm {
    name: String,
    quantity: String,
    unit: String,
    standard: String,
    amount: i64,
}

fn items_text(items: &[BillItem]) -> Result<String, StoreError> {
    let forms: Vec<_> = items
        .iter()
        .map(|it| ItemForm {
            name: it.name.clone(),
            quantity: it.quantity.clone(),
            unit: it.unit.clone(),
            standard: it.standard.clone(),
            amount: it.amount.get(),
        })
        .collect();
    serde_json::to_string(&forms)
        .map_err(|error| StoreError::Corrupt(format!("the items of a bill: {error}")))
}

/// The items of a stored bill.
pub(crate) fn items(model: &fiscal_bill::Model) -> Result<Vec<BillItem>, StoreError> {
    let forms: Vec<ItemForm> = serde_json::from_str(&model.items).map_err(|error| {
        StoreError::Corrupt(format!("the items of fiscal bill {}: {error}", model.id))
    })?;
    forms
        .into_iter()
        .map(|it| {
            Ok(BillItem {
                amount: read::fen(it.amount)?,
                name: it.name,
                quantity: it.quantity,
                unit: it.unit,
                standard: it.standard,
            })
        })
        .collect()
}

/// A stored unit.
pub(super) fn unit(model: fiscal_unit::Model) -> Result<FiscalUnit, StoreError> {
    Ok(FiscalUnit {
        id: read::id(&model.id)?,
        role: read::word(FiscalRole::parse, &model.role, "role of fiscal bills")?,
        web_account: read::id_opt(model.web_account.as_deref())?,
        app_account: read::id_opt(model.app_account.as_deref())?,
        bureau_account: read::id_opt(model.bureau_account.as_deref())?,
        logo: model.logo_sha256.map(|sha256| Logo {
            sha256,
            png: model.logo_png,
        }),
        template: UnitTemplate {
            stand: read::word(
                TemplateStand::parse,
                &model.template_stand,
                "stand of a template",
            )?,
            card_id: model.template_card_id,
            reason: model.template_reason,
            payee: model.template_payee,
            at: read::time_opt(model.template_at)?,
        },
        code: model.code,
        name: model.name,
        bureau_platform_id: model.bureau_platform_id,
        closed: model.closed,
        version: model.version,
    })
}

/// The row of a unit, of its next version.
pub(super) fn unit_model(unit: &FiscalUnit) -> fiscal_unit::Model {
    let text = |id: Option<&_>| crate::audit::id_text(id);
    fiscal_unit::Model {
        id: unit.id.to_string(),
        code: unit.code.clone(),
        name: unit.name.clone(),
        role: unit.role.as_str().to_owned(),
        web_account: text(unit.web_account.as_ref()),
        app_account: text(unit.app_account.as_ref()),
        bureau_account: text(unit.bureau_account.as_ref()),
        bureau_platform_id: unit.bureau_platform_id.clone(),
        logo_sha256: unit.logo.as_ref().map(|it| it.sha256.clone()),
        logo_png: unit.logo.as_ref().is_some_and(|it| it.png),
        template_stand: unit.template.stand.as_str().to_owned(),
        template_card_id: unit.template.card_id.clone(),
        template_reason: unit.template.reason.clone(),
        template_payee: unit.template.payee.clone(),
        template_at: unit.template.at.map(|at| at.timestamp_millis()),
        closed: unit.closed,
        version: unit.version + 1,
    }
}

/// A stored bill.
pub(super) fn bill(model: fiscal_bill::Model) -> Result<Bill, StoreError> {
    let file = match (&model.file_sha256, model.file_size) {
        (Some(sha256), Some(size)) => Some(BillFile {
            sha256: sha256.clone(),
            size,
        }),
        _ => None,
    };
    let void = match model.void_at {
        Some(at) => Some(BillVoid {
            at: read::time(at)?,
            reason: model.void_reason.clone(),
        }),
        None => None,
    };
    Ok(Bill {
        id: read::id(&model.id)?,
        unit: read::id(&model.unit_id)?,
        amount: read::fen(model.amount)?,
        items: items(&model)?,
        issued_at: read::time(model.issued_at)?,
        file,
        void,
        created_at: read::time(model.created_at)?,
        version: model.version,
        identity: BillIdentity {
            code: model.code,
            number: model.number,
            check_code: model.check_code,
        },
        payer: model.payer,
        remark: model.remark,
    })
}

/// The row of a bill, of its next version.
pub(super) fn bill_model(bill: &Bill) -> Result<fiscal_bill::Model, StoreError> {
    Ok(fiscal_bill::Model {
        id: bill.id.to_string(),
        unit_id: bill.unit.to_string(),
        code: bill.identity.code.clone(),
        number: bill.identity.number.clone(),
        check_code: bill.identity.check_code.clone(),
        payer: bill.payer.clone(),
        amount: bill.amount.get(),
        items: items_text(&bill.items)?,
        remark: bill.remark.clone(),
        issued_at: bill.issued_at.timestamp_millis(),
        file_sha256: bill.file.as_ref().map(|it| it.sha256.clone()),
        file_size: bill.file.as_ref().map(|it| it.size),
        void_at: bill.void.as_ref().map(|it| it.at.timestamp_millis()),
        void_reason: bill
            .void
            .as_ref()
            .map_or_else(String::new, |it| it.reason.clone()),
        delivery_id: None,
        delivery_state: None,
        created_at: bill.created_at.timestamp_millis(),
        version: bill.version + 1,
    })
}

/// What a bill says, as one SHA-256 in hexadecimal digits: each part is preceded by its length. The line of the audit
/// chain that says the bill came carries it.
pub(crate) fn facts_digest(model: &fiscal_bill::Model) -> String {
    let [amount, issued_at, created_at] =
        [model.amount, model.issued_at, model.created_at].map(|number| number.to_string());
    let mut digest = Sha256::new();
    for part in [
        &model.id,
        &model.unit_id,
        &model.code,
        &model.number,
        &model.check_code,
        &model.payer,
        &amount,
        &model.items,
        &model.remark,
        &issued_at,
        &created_at,
    ] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    hex::encode(digest.finalize())
}

/// A stored delivery.
pub(super) fn delivery(model: fiscal_bill_delivery::Model) -> Result<BillDelivery, StoreError> {
    let card = match &model.card_template {
        None => None,
        Some(template) => Some(BillCard {
            template: template.clone(),
            account: read::id_opt(model.card_account.as_deref())?,
            state: read::word(CardState::parse, &model.card_state, "state of a card")?,
            media: read::time_opt(model.card_media_at)?.map(|at| (model.card_media.clone(), at)),
            asked_at: read::time_opt(model.card_asked_at)?,
            code: model.card_code.clone(),
            reported_at: model.card_reported_at,
        }),
    };
    Ok(BillDelivery {
        id: read::id(&model.id)?,
        bill: read::id(&model.bill_id)?,
        source: read::word(BillSource::parse, &model.source, "source of a fiscal bill")?,
        state: read::word(DeliveryState::parse, &model.state, "state of a delivery")?,
        authorised_at: read::time_opt(model.authorised_at)?,
        expires_at: read::time(model.expires_at)?,
        card,
        created_at: read::time(model.created_at)?,
        version: model.version,
        wechat_order_id: model.wechat_order_id,
        app_id: model.app_id,
        short_code: model.short_code,
        return_url: model.return_url,
        reason: model.reason,
    })
}

/// The row of a delivery, of its next version.
pub(super) fn delivery_model(it: &BillDelivery) -> fiscal_bill_delivery::Model {
    let card = it.card.as_ref();
    let media = card.and_then(|card| card.media.as_ref());
    fiscal_bill_delivery::Model {
        id: it.id.to_string(),
        bill_id: it.bill.to_string(),
        source: it.source.as_str().to_owned(),
        wechat_order_id: it.wechat_order_id.clone(),
        app_id: it.app_id.clone(),
        short_code: it.short_code.clone(),
        return_url: it.return_url.clone(),
        state: it.state.as_str().to_owned(),
        reason: it.reason.clone(),
        authorised_at: it.authorised_at.map(|at| at.timestamp_millis()),
        expires_at: it.expires_at.timestamp_millis(),
        card_template: card.map(|card| card.template.clone()),
        card_account: card.and_then(|card| card.account.as_ref().map(ToString::to_string)),
        card_state: card.map_or("", |card| card.state.as_str()).to_owned(),
        card_media: media.map_or_else(String::new, |(handle, _)| handle.clone()),
        card_media_at: media.map(|(_, at)| at.timestamp_millis()),
        card_asked_at: card
            .and_then(|card| card.asked_at)
            .map(|at| at.timestamp_millis()),
        card_code: card.map_or_else(String::new, |card| card.code.clone()),
        card_reported_at: card.and_then(|card| card.reported_at),
        created_at: it.created_at.timestamp_millis(),
        version: it.version + 1,
    }
}
