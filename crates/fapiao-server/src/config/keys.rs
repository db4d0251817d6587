//! Keys as bytes.

use super::{Config, ConfigError};
use base64::{Engine, engine::general_purpose::STANDARD};
use fapiao_store::{AuditKey, AuditKeys};
use secrecy::{ExposeSecret, SecretString};

impl Config {
    /// The key that seals secrets.
    ///
    /// # Errors
    /// [`ConfigError::Rule`] unless it is 32 bytes in base64.
    pub fn master_key(&self) -> Result<[u8; 32], ConfigError> {
        key_bytes("secrets.master_key", &self.secrets.master_key)
    }

    /// The keys that sealed secrets before it.
    ///
    /// # Errors
    /// As [`Config::master_key`].
    pub fn master_keys_before(&self) -> Result<Vec<[u8; 32]>, ConfigError> {
        let keys = self.secrets.master_keys_before.iter();
        keys.map(|key| key_bytes("secrets.master_keys_before", key))
            .collect()
    }

    /// The key of the audit chain.
    ///
    /// # Errors
    /// As [`Config::master_key`].
    pub fn audit_key(&self) -> Result<[u8; 32], ConfigError> {
        key_bytes("secrets.audit_key", &self.secrets.audit_key)
    }

    /// All keys of the audit chain.
    ///
    /// # Errors
    /// As [`Config::master_key`].
    pub fn audit_keys(&self) -> Result<AuditKeys, ConfigError> {
        let mut before = Vec::new();
        for entry in &self.secrets.audit_keys_before {
            let (id, key) = entry
                .expose_secret()
                .split_once(':')
                .ok_or(ConfigError::Rule {
                    key: "secrets.audit_keys_before",
                    message: "each is the key's name, a colon and the key: 1:BASE64".to_owned(),
                })?;
            before.push(AuditKey {
                id: id.trim().to_owned(),
                bytes: key_bytes(
                    "secrets.audit_keys_before",
                    &SecretString::from(key.to_owned()),
                )?,
            });
        }
        let present = AuditKey {
            id: self.secrets.audit_key_id.clone(),
            bytes: self.audit_key()?,
        };
        Ok(AuditKeys::new(present, before))
    }
}

fn key_bytes(key: &'static str, text: &SecretString) -> Result<[u8; 32], ConfigError> {
    STANDARD
        .decode(text.expose_secret().trim())
        .ok()
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
        .ok_or_else(|| ConfigError::Rule {
            key,
            message:
                "32 random bytes in base64 are needed; make them with `openssl rand -base64 32`"
                    .to_owned(),
        })
}
