//! Sellers, stores, accounts and the catalogue: their rows and how they are saved.

use crate::{
    asked_platforms::{link_payments_anew, link_payments_of},
    audit::{Line, id_text},
    entity::{account, product, seller, store},
    error::{exists, missing, stale},
    read,
    sql::{Sql, select},
    stock,
    tx::Tx,
    writer::Run,
};
use chrono::{DateTime, Utc};
use fapiao_domain::{
    ids::{AccountId, Id},
    money::Fen,
    party::SellerParty,
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::QueuedJob,
    records::{
        Account, AccountKind, InvoiceRules, IssuingMode, Product, PushMode, SealedText, Seller,
        Store as StoreRecord,
    },
};
use sea_orm::{EntityTrait, IdenStatic, Iterable, ModelTrait};

/// A stored seller.
pub(crate) fn seller_record(model: seller::Model) -> Result<Seller, StoreError> {
    Ok(Seller {
        id: read::id(&model.id)?,
        party: SellerParty {
            name: model.name,
            tax_number: model.tax_number,
            address: model.address,
            phone: model.phone,
            bank: model.bank,
            bank_account: model.bank_account,
            taxpayer: None,
        },
        short_name: model.short_name,
        province: model.province,
        drawer: model.drawer,
        payee: model.payee,
        reviewer: model.reviewer,
        mode: read::word(IssuingMode::parse, &model.mode, "issuing mode")?,
        platform_account: read::id_opt(model.platform_account.as_deref())?,
        channel_account: read::id_opt(model.channel_account.as_deref())?,
        app_account: read::id_opt(model.app_account.as_deref())?,
        mini_program_account: read::id_opt(model.mini_program_account.as_deref())?,
        numbers_low: read::count(model.numbers_low),
        numbers_fetch: read::count(model.numbers_fetch),
        quota_low: read::fen(model.quota_low)?,
        quota_fetch: read::fen(model.quota_fetch)?,
        rules: InvoiceRules {
            limit: model.invoice_limit.map(read::fen).transpose()?,
            lines: read::count(model.invoice_lines),
            shows_banks: model.shows_banks,
        },
        version: model.version,
    })
}

/// A stored store.
pub(crate) fn store_record(model: store::Model) -> Result<StoreRecord, StoreError> {
    Ok(StoreRecord {
        id: read::id(&model.id)?,
        seller: read::id(&model.seller_id)?,
        code: model.code,
        name: model.name,
        version: model.version,
    })
}

/// A stored account.
pub(crate) fn account_record(model: account::Model) -> Result<Account, StoreError> {
    Ok(Account {
        id: read::id(&model.id)?,
        name: model.name,
        kind: read::word(AccountKind::parse, &model.kind, "kind of account")?,
        app_id: model.app_id,
        original_id: model.original_id,
        secret: SealedText(model.secret),
        push_token: SealedText(model.push_token),
        push_key: SealedText(model.push_key),
        previous_push_key: model.previous_push_key.map(SealedText),
        push_mode: read::word(PushMode::parse, &model.push_mode, "push mode")?,
        platform_id: model.platform_id,
        contact_phone: model.contact_phone,
        contact_timeout_secs: model.contact_timeout_secs,
        contact_set_at: read::time_opt(model.contact_set_at)?,
        pay_merchant: model.pay_merchant,
        pay_linked_at: read::time_opt(model.pay_linked_at)?,
        pay_seller: model.pay_seller_id.as_deref().map(read::id).transpose()?,
        last_push_at: read::time_opt(model.last_push_at)?,
        version: model.version,
    })
}

/// A stored catalogue entry.
pub(crate) fn product_record(model: product::Model) -> Result<Product, StoreError> {
    Ok(Product {
        id: read::id(&model.id)?,
        sku: model.sku,
        name: model.name,
        tax_code: model.tax_code,
        spec: model.spec,
        unit: model.unit,
        unit_price: read::decimal(&model.unit_price)?,
        tax_included: model.tax_included,
        rate: read::rate(&model.rate)?,
        preference: read::preference(&model.preference)?,
    })
}

/// Saves a row whose version is still the stored one, or adds it; `kept` columns are written by others only.
async fn save_versioned<E>(
    tx: &Tx,
    model: &E::Model,
    id: &str,
    version: i64,
    kept: &[&str],
) -> Result<bool, StoreError>
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E> + Sync,
{
    let table = E::default().table_name().to_owned();
    let mut sql = Sql::new(format!("UPDATE {table} SET version = version + 1"));
    for column in E::Column::iter() {
        let name = column.as_str();
        if name != "id" && name != "version" && !kept.contains(&name) {
            sql = sql.add(&format!(", {name} = ")).bind(model.get(column));
        }
    }
    sql = sql
        .add(" WHERE id = ")
        .bind(id)
        .add(" AND version = ")
        .bind(version);
    if tx.exec(sql).await? == 1 {
        return Ok(false);
    }
    let added = tx
        .insert::<E>(
            std::slice::from_ref(model),
            "ON CONFLICT (id) DO NOTHING RETURNING id",
        )
        .await?;
    if added.is_empty() {
        return Err(stale(format!("row {id} of {table}")));
    }
    Ok(true)
}

/// Says what a unique rule was about.
fn taken(error: StoreError, what: String) -> StoreError {
    match error {
        StoreError::Exists { .. } => exists(what),
        other => other,
    }
}

/// Saves a seller.
pub(crate) fn save_seller<'t>(
    tx: &'t Tx,
    (seller, then, actor): &'t (Seller, Vec<QueuedJob>, Actor),
) -> Run<'t, ()> {
    Box::pin(async move {
        let before = select::<seller::Entity>("WHERE id = ").bind(seller.id.as_str());
        let before: Option<seller::Model> = tx.one(before).await?;
        let party = seller.party.clone();
        let model = seller::Model {
            id: seller.id.to_string(),
            name: party.name,
            tax_number: party.tax_number,
            address: party.address,
            phone: party.phone,
            bank: party.bank,
            bank_account: party.bank_account,
            short_name: seller.short_name.clone(),
            province: seller.province.clone(),
            drawer: seller.drawer.clone(),
            payee: seller.payee.clone(),
            reviewer: seller.reviewer.clone(),
            mode: seller.mode.as_str().to_owned(),
            platform_account: id_text(seller.platform_account.as_ref()),
            channel_account: id_text(seller.channel_account.as_ref()),
            app_account: id_text(seller.app_account.as_ref()),
            mini_program_account: id_text(seller.mini_program_account.as_ref()),
            numbers_low: i64::from(seller.numbers_low),
            numbers_fetch: i64::from(seller.numbers_fetch),
            quota_low: seller.quota_low.get(),
            quota_fetch: seller.quota_fetch.get(),
            invoice_limit: seller.rules.limit.map(Fen::get),
            invoice_lines: i64::from(seller.rules.lines),
            shows_banks: seller.rules.shows_banks,
            tax_data_at: None,
            version: seller.version,
        };
        let kept = ["tax_data_at"];
        let new =
            save_versioned::<seller::Entity>(tx, &model, &model.id, model.version, &kept).await?;
        let platform = |it: &seller::Model| (it.mode.clone(), it.platform_account.clone());
        if let Some(before) = before {
            if platform(&before) != platform(&model) {
                link_payments_anew(tx, &model.id).await?;
            }
            if before.province != model.province {
                stock::leave_province(tx, &seller.id, actor).await?;
            }
        }
        tx.enqueue_all(then);
        tx.audit(
            Line::new(actor, "seller.saved", &model.id)
                .with("short_name", model.short_name)
                .with("mode", model.mode)
                .with("new", new),
        );
        Ok(())
    })
}

/// Saves a store: over the version that was read, or not at all.
pub(crate) fn save_store<'t>(tx: &'t Tx, (store, actor): &'t (StoreRecord, Actor)) -> Run<'t, ()> {
    Box::pin(async move {
        let model = store::Model {
            id: store.id.to_string(),
            seller_id: store.seller.to_string(),
            code: store.code.clone(),
            name: store.name.clone(),
            version: store.version,
        };
        save_versioned::<store::Entity>(tx, &model, &model.id, model.version, &[])
            .await
            .map_err(|error| taken(error, format!("a store with the code {}", store.code)))?;
        tx.audit(
            Line::new(actor, "store.saved", store.id.as_str())
                .with("code", store.code.as_str())
                .with("name", store.name.as_str()),
        );
        Ok(())
    })
}

/// Saves an account. Its secrets are sealed by whoever calls; the chain names none of them.
pub(crate) fn save_account<'t>(
    tx: &'t Tx,
    (account, then, actor): &'t (Account, Vec<QueuedJob>, Actor),
) -> Run<'t, ()> {
    Box::pin(async move {
        let before = select::<account::Entity>("WHERE id = ").bind(account.id.as_str());
        let before: Option<account::Model> = tx.one(before).await?;
        let model = account::Model {
            id: account.id.to_string(),
            name: account.name.clone(),
            kind: account.kind.as_str().to_owned(),
            app_id: account.app_id.clone(),
            original_id: account.original_id.clone(),
            secret: account.secret.0.clone(),
            push_token: account.push_token.0.clone(),
            push_key: account.push_key.0.clone(),
            previous_push_key: account.previous_push_key.as_ref().map(|key| key.0.clone()),
            push_mode: account.push_mode.as_str().to_owned(),
            platform_id: account.platform_id.clone(),
            contact_phone: account.contact_phone.clone(),
            contact_timeout_secs: account.contact_timeout_secs,
            contact_set_at: account.contact_set_at.map(|at| at.timestamp_millis()),
            last_push_at: account.last_push_at.map(|at| at.timestamp_millis()),
            version: account.version,
            pay_merchant: account.pay_merchant.clone(),
            pay_linked_at: account.pay_linked_at.map(|at| at.timestamp_millis()),
            pay_seller_id: account.pay_seller.as_ref().map(ToString::to_string),
        };
        let kept = ["last_push_at"];
        let new = save_versioned::<account::Entity>(tx, &model, &model.id, model.version, &kept)
            .await
            .map_err(|error| {
                taken(
                    error,
                    format!("an account with the app id {}", account.app_id),
                )
            })?;
        if before.is_some_and(|before| before.platform_id != model.platform_id) {
            link_payments_of(tx, &model.id).await?;
        }
        tx.enqueue_all(then);
        tx.audit(
            Line::new(actor, "account.saved", &model.id)
                .with("app_id", model.app_id)
                .with("name", model.name)
                .with("push_mode", model.push_mode)
                .with("new", new),
        );
        Ok(())
    })
}

/// What was prepared at WeChat.
pub(crate) type Prepared = (AccountId, Option<String>, DateTime<Utc>);

/// Notes what was prepared at WeChat.
pub(crate) fn note_prepared<'t>(tx: &'t Tx, (id, platform, at): &'t Prepared) -> Run<'t, ()> {
    Box::pin(async move {
        let before = select::<account::Entity>("WHERE id = ").bind(id.as_str());
        let before: Option<account::Model> = tx.one(before).await?;
        let sql = Sql::new("UPDATE accounts SET version = version + 1, contact_set_at = ")
            .bind(at.timestamp_millis())
            .add(", platform_id = COALESCE(CAST(")
            .bind(platform.clone())
            .add(" AS TEXT), platform_id) WHERE id = ")
            .bind(id.as_str());
        if tx.exec(sql).await? == 0 {
            return Err(missing(format!("account {id}")));
        }
        if platform.is_some() && before.is_some_and(|before| before.platform_id != *platform) {
            link_payments_of(tx, id.as_str()).await?;
        }
        let mut line = Line::new(&Actor::System, "account.prepared", id.as_str());
        if let Some(platform) = platform {
            line = line.with("platform_id", platform.as_str());
        }
        tx.audit(line);
        Ok(())
    })
}

/// A merchant number that WeChat linked.
pub(crate) type PaymentsLinked = (AccountId, String, DateTime<Utc>);

/// Notes a linked merchant number.
pub(crate) fn note_payments_linked<'t>(
    tx: &'t Tx,
    (id, merchant, at): &'t PaymentsLinked,
) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = Sql::new("UPDATE accounts SET version = version + 1, pay_linked_at = ")
            .bind(at.timestamp_millis())
            .add(" WHERE id = ")
            .bind(id.as_str())
            .add(" AND pay_merchant = ")
            .bind(merchant.as_str());
        if tx.exec(sql).await? == 0 {
            return Err(stale(format!("account {id}")));
        }
        tx.audit(
            Line::new(&Actor::System, "account.payments_linked", id.as_str())
                .with("merchant", merchant.as_str()),
        );
        Ok(())
    })
}

/// Saves a catalogue entry.
pub(crate) fn save_product<'t>(tx: &'t Tx, (product, actor): &'t (Product, Actor)) -> Run<'t, ()> {
    Box::pin(async move {
        let model = product::Model {
            id: product.id.to_string(),
            sku: product.sku.clone(),
            name: product.name.clone(),
            tax_code: product.tax_code.clone(),
            spec: product.spec.clone(),
            unit: product.unit.clone(),
            unit_price: product.unit_price.to_string(),
            tax_included: product.tax_included,
            rate: product.rate.to_string(),
            preference: read::preference_code(product.preference),
        };
        tx.insert::<product::Entity>(
            &[model],
            "ON CONFLICT (id) DO UPDATE SET sku = excluded.sku, name = excluded.name, tax_code = excluded.tax_code, \
             spec = excluded.spec, unit = excluded.unit, unit_price = excluded.unit_price, \
             tax_included = excluded.tax_included, rate = excluded.rate, preference = excluded.preference",
        )
        .await
        .map_err(|error| taken(error, format!("a product with the number {}", product.sku)))?;
        tx.audit(
            Line::new(actor, "product.saved", product.id.as_str())
                .with("sku", product.sku.as_str())
                .with("tax_code", product.tax_code.as_str())
                .with("rate", product.rate.to_string())
                .with("preference", read::preference_code(product.preference)),
        );
        Ok(())
    })
}
