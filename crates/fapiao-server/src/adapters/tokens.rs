//! The SDK's token keeper on our database: one row per app id and kind for all nodes.

use async_trait::async_trait;
use fapiao_usecases::ports::Storage;
use std::sync::Arc;
use wechat_invoice::{
    CredentialKind, ExposeSecret, NewToken, SecretString, StoreError, StoredToken, TokenStore,
};

/// Rows of the shared database.
pub struct SharedTokens(pub Arc<dyn Storage>);

#[async_trait]
impl TokenStore for SharedTokens {
    async fn load(
        &self,
        app_id: &str,
        kind: CredentialKind,
    ) -> Result<Option<StoredToken>, StoreError> {
        let row = self.0.token(app_id, kind.as_str()).await?;
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
            .0
            .lease_token(app_id, kind.as_str(), holder, lease_secs)
            .await?)
    }

    async fn compare_and_swap(
        &self,
        app_id: &str,
        kind: CredentialKind,
        expected_generation: i64,
        new: &NewToken,
    ) -> Result<bool, StoreError> {
        let value = new.value.expose_secret();
        Ok(self
            .0
            .swap_token(
                app_id,
                kind.as_str(),
                expected_generation,
                value,
                new.expires_at,
            )
            .await?)
    }

    async fn release(
        &self,
        app_id: &str,
        kind: CredentialKind,
        holder: &str,
    ) -> Result<(), StoreError> {
        Ok(self.0.release_token(app_id, kind.as_str(), holder).await?)
    }
}
