//! Who we are: sellers, stores, accounts, catalogue, tax data, templates, tokens.

use crate::{
    actor::Actor,
    errors::StoreError,
    jobs::QueuedJob,
    records::{Account, CodeBook, Product, Seller, Store, TaxCode, UsableRate},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    ids::{AccountId, SellerId, StoreId},
    invoice::InvoiceKind,
};

/// A card template at WeChat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardTemplate {
    /// WeChat's id.
    pub card_id: String,
    /// The account that made it.
    pub account: AccountId,
    /// For which seller.
    pub seller: SellerId,
    /// For which kind.
    pub kind: InvoiceKind,
    /// The payee it was made for: a changed name needs a new template.
    pub payee: String,
    /// The design it was made of; 0 for none.
    pub design_version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Settings of the company.
#[async_trait]
pub trait Setup: Send + Sync {
    /// All sellers.
    async fn sellers(&self) -> Result<Vec<Seller>, StoreError>;
    /// One seller; cached for a few seconds.
    async fn seller(&self, id: &SellerId) -> Result<Option<Seller>, StoreError>;
    /// Adds a seller, or saves a changed one whose `version` is still the stored one, and queues `then`. A merchant number
    /// whose receipts lead to another platform by that is linked anew.
    async fn save_seller_then(
        &self,
        seller: &Seller,
        then: Vec<QueuedJob>,
        actor: &Actor,
    ) -> Result<(), StoreError>;
    /// As [`Setup::save_seller_then`], with nothing to follow.
    async fn save_seller(&self, seller: &Seller, actor: &Actor) -> Result<(), StoreError> {
        self.save_seller_then(seller, Vec::new(), actor).await
    }

    /// All stores.
    async fn stores(&self) -> Result<Vec<Store>, StoreError>;
    /// One store; cached for a few seconds.
    async fn store(&self, id: &StoreId) -> Result<Option<Store>, StoreError>;
    /// One store by its code; cached for a few seconds.
    async fn store_by_code(&self, code: &str) -> Result<Option<Store>, StoreError>;
    /// Adds or changes a store.
    async fn save_store(&self, store: &Store, actor: &Actor) -> Result<(), StoreError>;

    /// All accounts.
    async fn accounts(&self) -> Result<Vec<Account>, StoreError>;
    /// One account; cached for a few seconds.
    async fn account(&self, id: &AccountId) -> Result<Option<Account>, StoreError>;
    /// One account by WeChat's app id; cached for a few seconds.
    async fn account_by_app_id(&self, app_id: &str) -> Result<Option<Account>, StoreError>;
    /// Adds an account, or saves a changed one whose `version` is still the stored one, and queues `then`. A merchant
    /// number whose receipts lead to another platform id by that is linked anew.
    async fn save_account_then(
        &self,
        account: &Account,
        then: Vec<QueuedJob>,
        actor: &Actor,
    ) -> Result<(), StoreError>;
    /// As [`Setup::save_account_then`], with nothing to follow.
    async fn save_account(&self, account: &Account, actor: &Actor) -> Result<(), StoreError> {
        self.save_account_then(account, Vec::new(), actor).await
    }
    /// Notes what was prepared at WeChat: the platform id and when the contact was set.
    async fn record_account_prepared(
        &self,
        id: &AccountId,
        platform_id: Option<&str>,
        contact_set_at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Notes that WeChat linked this merchant number, unless another was typed meanwhile.
    async fn record_payments_linked(
        &self,
        id: &AccountId,
        merchant: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// The catalogue.
    async fn products(&self) -> Result<Vec<Product>, StoreError>;
    /// Adds or changes a catalogue entry.
    async fn save_product(&self, product: &Product, actor: &Actor) -> Result<(), StoreError>;

    /// Class codes with all their versions; cached for a minute.
    async fn tax_codes(&self) -> Result<std::sync::Arc<CodeBook>, StoreError>;
    /// Rates a seller may use or might once; cached for a minute.
    async fn usable_rates(&self, seller: &SellerId) -> Result<Vec<UsableRate>, StoreError>;
    /// Stores what the tax authority said. Nothing is removed: what changed or is not listed any more gets a last day.
    async fn save_tax_data(
        &self,
        seller: &SellerId,
        codes: &[TaxCode],
        rates: &[UsableRate],
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;
    /// When tax data was last fetched for a seller.
    async fn tax_data_at(&self, seller: &SellerId) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// The template for a seller, kind and payee name.
    async fn template(
        &self,
        account: &AccountId,
        seller: &SellerId,
        kind: InvoiceKind,
        payee: &str,
    ) -> Result<Option<CardTemplate>, StoreError>;
    /// Takes the right to make a template for `lease_secs`: making one is not repeatable at WeChat.
    async fn lease_template(
        &self,
        account: &AccountId,
        seller: &SellerId,
        kind: InvoiceKind,
        lease_secs: u32,
    ) -> Result<bool, StoreError>;
}

/// One credential of one app, shared by all nodes.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// The token or ticket.
    pub value: String,
    /// Unix seconds.
    pub expires_at: i64,
    /// Rises with every change.
    pub generation: i64,
}

impl std::fmt::Debug for TokenRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "TokenRow(expires_at: {}, generation: {})",
            self.expires_at, self.generation
        )
    }
}

/// Rows of the token keeper. `kind` is `access_token` or `ticket`.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// The stored credential.
    async fn token(&self, app_id: &str, kind: &str) -> Result<Option<TokenRow>, StoreError>;
    /// Takes the right to refresh for `lease_secs` by the database's clock.
    async fn lease_token(
        &self,
        app_id: &str,
        kind: &str,
        holder: &str,
        lease_secs: u32,
    ) -> Result<bool, StoreError>;
    /// Replaces the credential if its generation is still the expected one (0 for none), ends the lease, and notes which
    /// node did it and why (`by`).
    async fn swap_token(
        &self,
        app_id: &str,
        kind: &str,
        expected_generation: i64,
        value: &str,
        expires_at: i64,
        by: (&str, &str),
    ) -> Result<bool, StoreError>;
    /// Ends a lease without a new credential.
    async fn release_token(&self, app_id: &str, kind: &str, holder: &str)
    -> Result<(), StoreError>;
}
