//! The key with which a seller's papers are signed: put in by an administrator, sealed, never shown again.

use super::SettingError;
use crate::{
    actor::Actor,
    errors::StoreError,
    fields::FieldError,
    ports::{Ports, SigningKey, signing_purpose},
};
use fapiao_domain::ids::SellerId;

/// Longest text of key and certificates.
const MOST_BYTES: usize = 64 * 1024;

/// Puts the key of a key store (PKCS#12) in the place of the one before.
///
/// # Errors
/// [`SettingError::Invalid`] with the reason: a wrong password, or no key that can sign today.
pub async fn save_signing_store(
    ports: &Ports,
    actor: &Actor,
    seller: &SellerId,
    file: &[u8],
    password: &str,
) -> Result<SigningKey, SettingError> {
    let wrong = |message: String| {
        SettingError::Invalid(vec![FieldError::new("/store", "E_SIGNING_KEY", message)])
    };
    if file.len() > MOST_BYTES {
        return Err(wrong(format!(
            "the file has {} bytes; a key store has at most {MOST_BYTES}",
            file.len()
        )));
    }
    let pem = ports
        .renderer
        .open_key_store(file, password)
        .map_err(wrong)?;
    save_signing_key(ports, actor, seller, &pem)
        .await
        .map_err(|error| match error {
            SettingError::Invalid(errors) => SettingError::Invalid(
                errors
                    .into_iter()
                    .map(|it| FieldError {
                        pointer: "/store".to_owned(),
                        ..it
                    })
                    .collect(),
            ),
            other => other,
        })
}

/// Puts a key in the place of the one before. `pem` holds the private key and its certificate.
///
/// # Errors
/// [`SettingError::Invalid`] with the reason when the text holds no key that can sign today.
pub async fn save_signing_key(
    ports: &Ports,
    actor: &Actor,
    seller: &SellerId,
    pem: &str,
) -> Result<SigningKey, SettingError> {
    let wrong = |message: String| {
        SettingError::Invalid(vec![FieldError::new("/pem", "E_SIGNING_KEY", message)])
    };
    if pem.len() > MOST_BYTES {
        return Err(wrong(format!(
            "the text has {} bytes; a key with its certificates has at most {MOST_BYTES}",
            pem.len()
        )));
    }
    let facts = ports.renderer.inspect_signing(pem).map_err(wrong)?;
    let now = ports.clock.now();
    if !(facts.not_before..=facts.not_after).contains(&now) {
        return Err(wrong(format!(
            "the certificate holds from {} until {}: ask its issuer for one that holds today",
            facts.not_before.format("%Y-%m-%d"),
            facts.not_after.format("%Y-%m-%d")
        )));
    }
    let key = SigningKey {
        seller: seller.clone(),
        sealed: ports.sealer.seal(&signing_purpose(seller), pem),
        facts,
        added_at: now,
    };
    ports.store.save_signing_key(&key, actor).await?;
    Ok(key)
}

/// Takes the key away: later papers are not signed.
///
/// # Errors
/// [`StoreError`].
pub async fn remove_signing_key(
    ports: &Ports,
    actor: &Actor,
    seller: &SellerId,
) -> Result<bool, StoreError> {
    ports.store.remove_signing_key(seller, actor).await
}
