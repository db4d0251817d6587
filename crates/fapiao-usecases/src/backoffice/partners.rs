//! Merchants that we are the platform of, as they are typed, and their keys.

use super::{SettingError, gateways::web_address, texts::Reading};
use crate::{
    actor::Actor,
    errors::StoreError,
    gateway::key_purpose,
    ids::{fresh, short_code},
    ports::Ports,
    records::{IssuingMode, Partner, PartnerKey, Store},
};
use fapiao_domain::ids::{Id, SellerId, StoreId};

/// Most apps of one merchant.
const APPS_MAX: usize = 50;

/// A merchant as typed.
#[derive(Clone, Debug, Default)]
pub struct PartnerDraft {
    /// Name.
    pub name: String,
    /// A seller id; fixed once saved.
    pub seller: String,
    /// App ids, one a line.
    pub app_ids: String,
    /// Where results go, may be empty.
    pub callback_url: String,
    /// Whether its requests are taken.
    pub active: bool,
}

/// Saves a merchant; `before` is `None` for a new one, which gets a store of its own so that its orders stand apart.
///
/// # Errors
/// [`SettingError`].
pub async fn save_partner(
    ports: &Ports,
    actor: &Actor,
    before: Option<&Partner>,
    draft: &PartnerDraft,
) -> Result<Partner, SettingError> {
    let mut reading = Reading::default();
    let name = reading.required("name", &draft.name, 60);
    let app_ids: Vec<String> = draft
        .app_ids
        .split([',', '\n', ' ', '，'])
        .map(|it| it.trim().to_owned())
        .filter(|it| !it.is_empty())
        .collect();
    let is_app = |it: &String| {
        it.len() <= 64
            && it
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || it == b'_' || it == b'-')
    };
    if app_ids.is_empty() || app_ids.len() > APPS_MAX || !app_ids.iter().all(is_app) {
        reading.wrong(
            "app_ids",
            "E_APP_IDS",
            format!("1 to {APPS_MAX} app ids, one a line, such as wx1234567890abcdef"),
        );
    }
    let callback_url = match draft.callback_url.trim() {
        "" => String::new(),
        text => web_address(ports, &mut reading, "callback_url", text),
    };
    let seller = match before {
        Some(before) => Some(before.seller.clone()),
        None => issuing_seller(ports, &mut reading, &draft.seller).await?,
    };
    let now = ports.clock.now();
    let partner = seller.map(|seller| Partner {
        id: before.map_or_else(|| fresh(now), |it| it.id.clone()),
        name,
        seller,
        store: before.map_or_else(|| fresh::<StoreId>(now), |it| it.store.clone()),
        app_ids,
        callback_url,
        active: draft.active,
        created_at: before.map_or(now, |it| it.created_at),
        version: before.map_or(1, |it| it.version),
    });
    let partner = reading.end(partner)?;
    if before.is_none() {
        let store = Store {
            id: partner.store.clone(),
            seller: partner.seller.clone(),
            code: format!("P-{}", short_code()),
            name: partner.name.clone(),
            version: 1,
        };
        ports.store.save_store(&store, actor).await?;
    }
    ports.store.save_partner(&partner, actor).await?;
    Ok(partner)
}

/// Only a seller that this installation issues for itself can issue for others.
async fn issuing_seller(
    ports: &Ports,
    reading: &mut Reading,
    text: &str,
) -> Result<Option<SellerId>, StoreError> {
    let seller = match SellerId::parse(text) {
        Ok(id) => ports.store.seller(&id).await?,
        Err(_) => None,
    };
    let seller = seller.filter(|it| it.mode == IssuingMode::SelfBuilt);
    if seller.is_none() {
        reading.wrong("seller", "E_CHOICE", "choose one from the list");
    }
    Ok(seller.map(|it| it.id))
}

/// Makes a key; its secret is shown once, by whoever calls. Older keys stay until they are revoked, so that a merchant
/// can change over without a gap.
///
/// # Errors
/// [`StoreError`].
pub async fn make_partner_key(
    ports: &Ports,
    actor: &Actor,
    partner: &Partner,
    key_id: &str,
    secret: &str,
) -> Result<PartnerKey, StoreError> {
    let key = PartnerKey {
        id: key_id.to_owned(),
        partner: partner.id.clone(),
        secret: ports.sealer.seal(&key_purpose(key_id), secret),
        created_at: ports.clock.now(),
        last_used_at: None,
        revoked_at: None,
    };
    ports.store.add_partner_key(&key, actor).await?;
    Ok(key)
}
