//! Keys of the REST API: made once, shown once.

use super::{
    SettingError,
    texts::{Reading, one},
};
use crate::{actor::Actor, idempotency::fingerprint, ids::fresh, ports::Ports, records::ApiKey};
use fapiao_domain::ids::{Id, StoreId};

/// Characters of a key that are kept to recognise it.
const PREFIX_LENGTH: usize = 9;

/// A key as typed.
#[derive(Clone, Debug, Default)]
pub struct KeyDraft {
    /// What uses it.
    pub name: String,
    /// A store id, or empty for all.
    pub store: String,
    /// Whether it may change something.
    pub may_write: bool,
}

/// Stores a key whose text (`fp_…`, random) the caller made; only its hash is kept.
///
/// # Errors
/// [`SettingError`].
pub async fn make_key(
    ports: &Ports,
    actor: &Actor,
    draft: &KeyDraft,
    text: &str,
) -> Result<ApiKey, SettingError> {
    let mut reading = Reading::default();
    let name = reading.required("name", &draft.name, 60);
    let store = match draft.store.as_str() {
        "" => None,
        id => match StoreId::parse(id) {
            Ok(id) if ports.store.store(&id).await?.is_some() => Some(id),
            Ok(_) | Err(_) => {
                reading.wrong("store", "E_CHOICE", "choose one from the list");
                None
            }
        },
    };
    let taken = ports
        .store
        .api_keys()
        .await?
        .iter()
        .any(|it| it.revoked_at.is_none() && it.name == name);
    if taken && !name.is_empty() {
        reading.wrong("name", "E_KEY_NAME_TAKEN", "another key has this name");
    }
    let now = ports.clock.now();
    let key = ApiKey {
        id: fresh(now),
        name,
        prefix: text.chars().take(PREFIX_LENGTH).collect(),
        hash: fingerprint(text.as_bytes()),
        store,
        may_write: draft.may_write,
        created_at: now,
        last_used_at: None,
        revoked_at: None,
    };
    let key = reading.end(Some(key))?;
    ports.store.add_api_key(&key, actor).await?;
    Ok(key)
}

/// Revokes a key whose name was typed to confirm it.
///
/// # Errors
/// [`SettingError`] when the word differs; `Ok(false)` when there is no such living key.
pub async fn revoke_key(
    ports: &Ports,
    actor: &Actor,
    key: &ApiKey,
    word: &str,
) -> Result<bool, SettingError> {
    if word.trim() != key.name {
        return Err(one("word", "E_WORD", "this is not the key's name"));
    }
    let now = ports.clock.now();
    Ok(ports.store.revoke_api_key(&key.id, now, actor).await?)
}
