//! Class codes, rates and card templates: what others decide and we keep.

use crate::{
    audit::Line,
    code_versions::revised,
    entity::{tax_code, template, usable_rate},
    error::missing,
    read,
    sql::{Sql, now_millis, select},
    tx::Tx,
    writer::Run,
};
use chrono::{DateTime, NaiveDate, Utc};
use fapiao_domain::{
    ids::{AccountId, Id, SellerId},
    invoice::InvoiceKind,
};
use fapiao_usecases::{
    actor::Actor,
    calendar,
    errors::StoreError,
    ports::CardTemplate,
    records::{TaxCode, UsableRate},
};

/// A stored class code.
pub(crate) fn code_record(model: tax_code::Model) -> TaxCode {
    TaxCode {
        code: model.code,
        name: model.name,
        short_name: model.short_name,
        usual_rate: model.usual_rate,
        summary: model.summary,
        policies: model.policies,
        tax_rates: model.tax_rates,
        levy_rates: model.levy_rates,
        difference: match model.difference_tax.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        from: model.valid_from,
        until: model.valid_until,
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

/// Stores codes and rates as dated rows; nothing is removed.
pub(crate) fn save<'t>(tx: &'t Tx, data: &'t TaxData) -> Run<'t, ()> {
    Box::pin(async move {
        let today = calendar::day(data.at);
        let known = tx
            .all::<tax_code::Model>(select::<tax_code::Entity>(""))
            .await?;
        let is_first = known.is_empty();
        let codes = revised(known, &data.codes, &today, &day_before);
        tx.insert::<tax_code::Entity>(
            &codes,
            "ON CONFLICT (code, valid_from) DO UPDATE SET valid_until = excluded.valid_until, name = excluded.name, \
             short_name = excluded.short_name, usual_rate = excluded.usual_rate, summary = excluded.summary, \
             policies = excluded.policies, tax_rates = excluded.tax_rates, levy_rates = excluded.levy_rates, \
             difference_tax = excluded.difference_tax",
        )
        .await?;
        let changed_rates = save_rates(tx, data, &today).await?;
        if !is_first && (!codes.is_empty() || changed_rates > 0) {
            tx.audit(
                Line::new(
                    &Actor::TaxAuthority,
                    "tax_data.changed",
                    data.seller.as_str(),
                )
                .with("codes", codes.len())
                .with("rates", changed_rates),
            );
        }
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

/// Adds and changes rates; one that is not listed any more ended yesterday. Gives how many rows changed.
async fn save_rates(tx: &Tx, data: &TaxData, today: &str) -> Result<usize, StoreError> {
    let sql = select::<usable_rate::Entity>("WHERE seller_id = ").bind(data.seller.as_str());
    let known = tx.all::<usable_rate::Model>(sql).await?;
    let fetched: Vec<usable_rate::Model> = data
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
    let is_same = |a: &usable_rate::Model, b: &usable_rate::Model| {
        a.rate == b.rate && a.levy == b.levy && a.valid_from == b.valid_from
    };
    let yesterday = day_before(today);
    let ended = known.iter().filter(|old| {
        let runs = old.valid_until.is_empty() || old.valid_until > yesterday;
        runs && !fetched.iter().any(|new| is_same(new, old))
    });
    let mut changed: Vec<usable_rate::Model> = ended
        .map(|old| usable_rate::Model {
            valid_until: yesterday.clone(),
            ..old.clone()
        })
        .collect();
    for new in fetched {
        let told = changed.iter().any(|it| is_same(it, &new));
        let stands = known
            .iter()
            .any(|old| is_same(old, &new) && old.valid_until == new.valid_until);
        if !told && !stands {
            changed.push(new);
        }
    }
    tx.insert::<usable_rate::Entity>(
        &changed,
        "ON CONFLICT (seller_id, rate, levy, valid_from) DO UPDATE SET valid_until = excluded.valid_until",
    )
    .await?;
    // The first table of a seller is no change.
    Ok(if known.is_empty() { 0 } else { changed.len() })
}

/// The eve of a day, `yyyy-mm-dd`; a text that is no day stays.
fn day_before(day: &str) -> String {
    let parsed: Option<NaiveDate> = day.parse().ok();
    parsed
        .and_then(|it| it.pred_opt())
        .map_or_else(|| day.to_owned(), |it| it.to_string())
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
