//! Class codes, rates and card templates: what others decide and we keep.

use crate::{
    entity::{tax_code, template, usable_rate},
    error::missing,
    read,
    sql::{Sql, now_millis},
    tx::Tx,
    writer::Run,
};
use chrono::{DateTime, Utc};
use fapiao_domain::{
    ids::{AccountId, Id, SellerId},
    invoice::InvoiceKind,
};
use fapiao_usecases::{
    errors::StoreError,
    ports::CardTemplate,
    records::{TaxCode, UsableRate},
};
use std::collections::BTreeMap;

/// A stored class code.
pub(crate) fn code_record(model: tax_code::Model) -> TaxCode {
    TaxCode {
        code: model.code,
        name: model.name,
        short_name: model.short_name,
        usual_rate: model.usual_rate,
        summary: model.summary,
    }
}

/// A stored rate.
pub(crate) fn rate_record(model: usable_rate::Model) -> Result<UsableRate, StoreError> {
    Ok(UsableRate {
        rate: read::rate(&model.rate)?,
        levy: model.levy,
        from: model.valid_from,
        until: model.valid_until,
    })
}

/// A stored template.
pub(crate) fn template_record(model: template::Model) -> Result<CardTemplate, StoreError> {
    Ok(CardTemplate {
        account: read::id(&model.account_id)?,
        seller: read::id(&model.seller_id)?,
        kind: read::word(InvoiceKind::parse, &model.kind, "kind of invoice")?,
        payee: model.payee,
        design_version: model.design_version,
        created_at: read::time(model.created_at)?,
        card_id: model.card_id,
    })
}

/// What the tax authority said about a seller's codes and rates.
pub(crate) struct TaxData {
    pub(crate) seller: SellerId,
    pub(crate) codes: Vec<TaxCode>,
    pub(crate) rates: Vec<UsableRate>,
    pub(crate) at: DateTime<Utc>,
}

/// Stores codes (added and changed ones) and rates (all of them).
pub(crate) fn save<'t>(tx: &'t Tx, data: &'t TaxData) -> Run<'t, ()> {
    Box::pin(async move {
        let codes: BTreeMap<&str, tax_code::Model> = data
            .codes
            .iter()
            .map(|code| {
                let model = tax_code::Model {
                    code: code.code.clone(),
                    name: code.name.clone(),
                    short_name: code.short_name.clone(),
                    usual_rate: code.usual_rate.clone(),
                    summary: code.summary,
                };
                (code.code.as_str(), model)
            })
            .collect();
        let codes: Vec<_> = codes.into_values().collect();
        tx.insert::<tax_code::Entity>(
            &codes,
            "ON CONFLICT (code) DO UPDATE SET name = excluded.name, short_name = excluded.short_name, \
             usual_rate = excluded.usual_rate, summary = excluded.summary",
        )
        .await?;
        let old =
            Sql::new("DELETE FROM usable_rates WHERE seller_id = ").bind(data.seller.as_str());
        tx.exec(old).await?;
        let rates: Vec<_> = data
            .rates
            .iter()
            .map(|rate| usable_rate::Model {
                seller_id: data.seller.to_string(),
                rate: rate.rate.to_string(),
                levy: rate.levy,
                valid_from: rate.from.clone(),
                valid_until: rate.until.clone(),
            })
            .collect();
        tx.insert::<usable_rate::Entity>(&rates, "ON CONFLICT DO NOTHING")
            .await?;
        let sql = Sql::new("UPDATE sellers SET tax_data_at = ")
            .bind(data.at.timestamp_millis())
            .add(" WHERE id = ")
            .bind(data.seller.as_str());
        match tx.exec(sql).await? {
            0 => Err(missing(format!("seller {}", data.seller))),
            _ => Ok(()),
        }
    })
}

/// For whom a template is wanted, and for how many seconds the right to make it is taken.
pub(crate) type Lease = (AccountId, SellerId, InvoiceKind, u32);

/// Takes the right to make a template, unless somebody holds it.
pub(crate) fn lease_template<'t>(
    tx: &'t Tx,
    (account, seller, kind, secs): &'t Lease,
) -> Run<'t, bool> {
    Box::pin(async move {
        let now = now_millis(tx.backend);
        let sql = Sql::new(
            "INSERT INTO template_leases (account_id, seller_id, kind, leased_until) VALUES (",
        )
        .bind(account.as_str())
        .add(", ")
        .bind(seller.as_str())
        .add(", ")
        .bind(kind.as_str())
        .add(&format!(", {now} + "))
        .bind(i64::from(*secs) * 1000)
        .add(&format!(
            ") ON CONFLICT (account_id, seller_id, kind) DO UPDATE SET leased_until = excluded.leased_until \
             WHERE template_leases.leased_until <= {now} RETURNING kind"
        ));
        Ok(!tx.rows(sql).await?.is_empty())
    })
}
