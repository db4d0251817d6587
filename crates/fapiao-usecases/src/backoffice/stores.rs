//! Stores as they are typed.

use super::{SettingError, texts::Reading};
use crate::{actor::Actor, errors::StoreError, ids::fresh, ports::Ports, records::Store};
use fapiao_domain::ids::{Id, SellerId, StoreId};

/// A store as typed.
#[derive(Clone, Debug, Default)]
pub struct StoreDraft {
    /// Code used by tills and imports.
    pub code: String,
    /// Name.
    pub name: String,
    /// A seller id.
    pub seller: String,
}

/// Saves a store; `before` is `None` for a new one.
///
/// # Errors
/// [`SettingError`].
pub async fn save_store(
    ports: &Ports,
    actor: &Actor,
    before: Option<&Store>,
    draft: &StoreDraft,
) -> Result<Store, SettingError> {
    let mut reading = Reading::default();
    let name = reading.required("name", &draft.name, 60);
    let code = draft.code.trim().to_owned();
    let is_code = |it: char| it.is_ascii_alphanumeric() || "._-".contains(it);
    if code.is_empty() || code.len() > 32 || !code.chars().all(is_code) {
        reading.wrong(
            "code",
            "E_STORE_CODE",
            "1 to 32 letters, digits, dots or dashes",
        );
    }
    let known = ports.store.store_by_code(&code).await?;
    if known.is_some_and(|known| before.is_none_or(|before| before.id != known.id)) {
        reading.wrong("code", "E_STORE_CODE_TAKEN", "another store has this code");
    }
    let seller = match SellerId::parse(&draft.seller) {
        Ok(id) if ports.store.seller(&id).await?.is_some() => Some(id),
        Ok(_) | Err(_) => {
            reading.wrong("seller", "E_CHOICE", "choose one from the list");
            None
        }
    };
    // Orders name their seller once and for all: a store with a past keeps it.
    if let (Some(before), Some(seller)) = (before, &seller)
        && before.seller != *seller
        && has_orders(ports, &before.id).await?
    {
        reading.wrong(
            "seller",
            "E_STORE_SELLER",
            "the store has orders of its seller; make a new store for another one",
        );
    }
    let id = match before {
        Some(before) => before.id.clone(),
        None => fresh(ports.clock.now()),
    };
    let store = seller.map(|seller| Store {
        id,
        seller,
        code,
        name,
        version: before.map_or(1, |it| it.version),
    });
    let store = reading.end(store)?;
    ports.store.save_store(&store, actor).await?;
    Ok(store)
}

async fn has_orders(ports: &Ports, store: &StoreId) -> Result<bool, StoreError> {
    let filter = crate::ports::OrderFilter {
        store: Some(store.clone()),
        limit: 1,
        ..Default::default()
    };
    let page = ports
        .store
        .orders(&crate::ports::Scope::All, &filter)
        .await?;
    Ok(!page.rows.is_empty())
}
