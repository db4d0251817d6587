//! The port of settings.

use crate::{
    Store, company,
    entity::{account, product, seller, store, tax_code, template, usable_rate},
    read,
    sql::{self, Sql, select},
    tax_data,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    ids::{AccountId, Id, SellerId, StoreId},
    invoice::InvoiceKind,
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::QueuedJob,
    ports::{CardTemplate, Setup},
    records::{Account, CodeBook, Product, Seller, Store as StoreRecord, TaxCode, UsableRate},
};
use std::sync::Arc;

#[async_trait]
impl Setup for Store {
    async fn sellers(&self) -> Result<Vec<Seller>, StoreError> {
        sql::all::<seller::Model>(self.reader(), select::<seller::Entity>("ORDER BY id"))
            .await?
            .into_iter()
            .map(company::seller_record)
            .collect()
    }

    async fn seller(&self, id: &SellerId) -> Result<Option<Seller>, StoreError> {
        let fresh = async {
            let sql = select::<seller::Entity>("WHERE id = ").bind(id.as_str());
            let found = sql::one::<seller::Model>(self.reader(), sql).await?;
            found.map(company::seller_record).transpose()
        };
        self.caches().sellers.get(id.as_str(), fresh).await
    }

    async fn save_seller_then(
        &self,
        seller: &Seller,
        then: Vec<QueuedJob>,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let input = (seller.clone(), then, actor.clone());
        let done = self.write(input, company::save_seller).await;
        self.caches().sellers.clear();
        self.caches().accounts.clear();
        done
    }

    async fn stores(&self) -> Result<Vec<StoreRecord>, StoreError> {
        sql::all::<store::Model>(self.reader(), select::<store::Entity>(""))
            .await?
            .into_iter()
            .map(company::store_record)
            .collect()
    }

    async fn store(&self, id: &StoreId) -> Result<Option<StoreRecord>, StoreError> {
        let fresh = self.one_store("id = ", id.as_str());
        self.caches().stores.get(id.as_str(), fresh).await
    }

    async fn store_by_code(&self, code: &str) -> Result<Option<StoreRecord>, StoreError> {
        let fresh = self.one_store("code = ", code);
        let key = format!("code:{code}");
        self.caches().stores.get(&key, fresh).await
    }

    async fn save_store(&self, store: &StoreRecord, actor: &Actor) -> Result<(), StoreError> {
        let input = (store.clone(), actor.clone());
        let done = self.write(input, company::save_store).await;
        self.caches().stores.clear();
        done
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        sql::all::<account::Model>(self.reader(), select::<account::Entity>("ORDER BY id"))
            .await?
            .into_iter()
            .map(company::account_record)
            .collect()
    }

    async fn account(&self, id: &AccountId) -> Result<Option<Account>, StoreError> {
        let fresh = self.one_account("id = ", id.as_str());
        self.caches().accounts.get(id.as_str(), fresh).await
    }

    async fn account_by_app_id(&self, app_id: &str) -> Result<Option<Account>, StoreError> {
        let fresh = self.one_account("app_id = ", app_id);
        let key = format!("app:{app_id}");
        self.caches().accounts.get(&key, fresh).await
    }

    async fn save_account_then(
        &self,
        account: &Account,
        then: Vec<QueuedJob>,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let input = (account.clone(), then, actor.clone());
        let done = self.write(input, company::save_account).await;
        self.caches().accounts.clear();
        done
    }

    async fn record_account_prepared(
        &self,
        id: &AccountId,
        platform_id: Option<&str>,
        contact_set_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let input = (id.clone(), platform_id.map(str::to_owned), contact_set_at);
        let done = self.write(input, company::note_prepared).await;
        self.caches().accounts.clear();
        done
    }

    async fn record_payments_linked(
        &self,
        id: &AccountId,
        merchant: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let input = (id.clone(), merchant.to_owned(), at);
        let done = self.write(input, company::note_payments_linked).await;
        self.caches().accounts.clear();
        done
    }

    async fn products(&self) -> Result<Vec<Product>, StoreError> {
        sql::all::<product::Model>(self.reader(), select::<product::Entity>("ORDER BY sku"))
            .await?
            .into_iter()
            .map(company::product_record)
            .collect()
    }

    async fn save_product(&self, product: &Product, actor: &Actor) -> Result<(), StoreError> {
        let input = (product.clone(), actor.clone());
        self.write(input, company::save_product).await
    }

    async fn tax_codes(&self) -> Result<Arc<CodeBook>, StoreError> {
        let fresh = async {
            let sql = select::<tax_code::Entity>("ORDER BY code");
            let found = sql::all::<tax_code::Model>(self.reader(), sql).await?;
            let codes = found.into_iter().map(tax_data::code_record).collect();
            Ok(Arc::new(CodeBook::new(codes)))
        };
        self.caches().tax_codes.get("", fresh).await
    }

    async fn usable_rates(&self, seller: &SellerId) -> Result<Vec<UsableRate>, StoreError> {
        let fresh = async {
            let sql = select::<usable_rate::Entity>("WHERE seller_id = ")
                .bind(seller.as_str())
                .add(" ORDER BY rate, levy, valid_from");
            sql::all::<usable_rate::Model>(self.reader(), sql)
                .await?
                .into_iter()
                .map(tax_data::rate_record)
                .collect()
        };
        self.caches().rates.get(seller.as_str(), fresh).await
    }

    async fn save_tax_data(
        &self,
        seller: &SellerId,
        codes: &[TaxCode],
        rates: &[UsableRate],
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let data = tax_data::TaxData {
            seller: seller.clone(),
            codes: codes.to_vec(),
            rates: rates.to_vec(),
            at,
        };
        let done = self.write(data, tax_data::save).await;
        self.caches().tax_codes.clear();
        self.caches().rates.clear();
        done
    }

    async fn tax_data_at(&self, seller: &SellerId) -> Result<Option<DateTime<Utc>>, StoreError> {
        let sql = select::<seller::Entity>("WHERE id = ").bind(seller.as_str());
        match sql::one::<seller::Model>(self.reader(), sql).await? {
            Some(model) => read::time_opt(model.tax_data_at),
            None => Ok(None),
        }
    }

    async fn template(
        &self,
        account: &AccountId,
        seller: &SellerId,
        kind: InvoiceKind,
        payee: &str,
    ) -> Result<Option<CardTemplate>, StoreError> {
        let sql = select::<template::Entity>("WHERE account_id = ")
            .bind(account.as_str())
            .add(" AND seller_id = ")
            .bind(seller.as_str())
            .add(" AND kind = ")
            .bind(kind.as_str())
            .add(" AND payee = ")
            .bind(payee)
            .add(" ORDER BY created_at DESC, card_id DESC LIMIT 1");
        let found = sql::one::<template::Model>(self.reader(), sql).await?;
        found.map(tax_data::template_record).transpose()
    }

    async fn lease_template(
        &self,
        account: &AccountId,
        seller: &SellerId,
        kind: InvoiceKind,
        lease_secs: u32,
    ) -> Result<bool, StoreError> {
        let wish = (account.clone(), seller.clone(), kind, lease_secs);
        self.write(wish, tax_data::lease_template).await
    }
}

impl Store {
    async fn one_store(&self, by: &str, value: &str) -> Result<Option<StoreRecord>, StoreError> {
        let condition = Sql::new(by).bind(value);
        let sql = select::<store::Entity>("WHERE ").join(condition);
        let found = sql::one::<store::Model>(self.reader(), sql).await?;
        found.map(company::store_record).transpose()
    }

    async fn one_account(&self, by: &str, value: &str) -> Result<Option<Account>, StoreError> {
        let condition = Sql::new(by).bind(value);
        let sql = select::<account::Entity>("WHERE ").join(condition);
        let found = sql::one::<account::Model>(self.reader(), sql).await?;
        found.map(company::account_record).transpose()
    }
}
