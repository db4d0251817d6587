//! The SDK's token keeper on our database: one row per app id and kind for all nodes.

use super::wechat_errors::outside;
use async_trait::async_trait;
use fapiao_usecases::ports::{Storage, TokenTrouble};
use std::{sync::Arc, time::Duration};
use wechat_invoice::{
    CredentialKind, Endpoints, Error, ExposeSecret, NewToken, RenewalCause, SecretString,
    StoreError, StoredToken, Timeouts, TokenKeeper, TokenStore, Transport,
};

/// Who is told of every call to WeChat, without secrets.
pub use wechat_invoice::Observer as CallObserver;

/// Rows of the shared database.
pub struct SharedTokens {
    store: Arc<dyn Storage>,
    /// The name of this process, for people who ask who renewed a token.
    node: String,
}

#[async_trait]
impl TokenStore for SharedTokens {
    async fn load(
        &self,
        app_id: &str,
        kind: CredentialKind,
    ) -> Result<Option<StoredToken>, StoreError> {
        let row = self.store.token(app_id, kind.as_str()).await?;
        Ok(row.map(|row| StoredToken {
            value: SecretString::from(row.value),
            expires_at: row.expires_at,
            generation: row.generation,
        }))
    }

    async fn try_lease(
        &self,
        app_id: &str,
        kind: CredentialKind,
        holder: &str,
        lease_secs: u32,
    ) -> Result<bool, StoreError> {
        Ok(self
            .store
            .lease_token(app_id, kind.as_str(), holder, lease_secs)
            .await?)
    }

    async fn compare_and_swap(
        &self,
        app_id: &str,
        kind: CredentialKind,
        expected_generation: i64,
        new: &NewToken,
        cause: RenewalCause,
    ) -> Result<bool, StoreError> {
        let value = new.value.expose_secret();
        Ok(self
            .store
            .swap_token(
                app_id,
                kind.as_str(),
                expected_generation,
                value,
                new.expires_at,
                (&self.node, cause.as_str()),
            )
            .await?)
    }

    async fn release(
        &self,
        app_id: &str,
        kind: CredentialKind,
        holder: &str,
    ) -> Result<(), StoreError> {
        Ok(self
            .store
            .release_token(app_id, kind.as_str(), holder)
            .await?)
    }

    async fn note_failure(&self, app_id: &str, kind: CredentialKind, error: &Error) {
        let trouble = outside(error.clone());
        let note = TokenTrouble {
            app_id: app_id.to_owned(),
            kind: kind.as_str().to_owned(),
            node: self.node.clone(),
            code: trouble.code,
            trouble: trouble.message,
        };
        if let Err(error) = self.store.note_token_trouble(&note).await {
            tracing::warn!(app_id, %error, "A token's trouble could not be noted");
        }
    }
}

/// A keeper of tokens for the API at `base`, shared by all nodes through the database. Uploads and inserts end within a
/// job's lease.
///
/// # Errors
/// Why the client cannot be built.
pub fn token_keeper(
    base: &str,
    store: Arc<dyn Storage>,
    node: String,
    observer: Option<CallObserver>,
) -> Result<TokenKeeper, String> {
    let base = url::Url::parse(base)
        .map_err(|_| "wechat.api_base is an address like https://api.weixin.qq.com".to_owned())?;
    let timeouts = Timeouts {
        upload: Duration::from_secs(20),
        ..Timeouts::default()
    };
    let endpoints = Endpoints::new(base).map_err(|error| error.to_string())?;
    let transport =
        Transport::with_timeouts(endpoints, timeouts).map_err(|error| error.to_string())?;
    let transport = match observer {
        Some(observer) => transport.observed(observer),
        None => transport,
    };
    Ok(TokenKeeper::new(
        transport,
        Arc::new(SharedTokens { store, node }),
    ))
}
