//! What a seller needs for WeChat's unified calls (legacy), as it is typed.

use super::{SettingError, texts::Reading};
use crate::{
    actor::Actor,
    ports::Ports,
    records::{Seller, UnifiedSettings},
};

/// What staff type.
#[derive(Clone, Debug, Default)]
pub struct UnifiedDraft {
    /// The six characters that every serial begins with; may be empty.
    pub merchant_id: String,
    /// `0` or `1`.
    pub trade: String,
    /// The platform id for the authorisation page; may be empty.
    pub platform_id: String,
    /// The row version that was read; 0 for none.
    pub version: i64,
}

/// Saves them.
///
/// # Errors
/// [`SettingError`].
pub async fn save_unified(
    ports: &Ports,
    actor: &Actor,
    seller: &Seller,
    draft: &UnifiedDraft,
) -> Result<UnifiedSettings, SettingError> {
    let settings = read(seller, draft)?;
    ports.store.save_unified_settings(&settings, actor).await?;
    Ok(settings)
}

fn read(seller: &Seller, draft: &UnifiedDraft) -> Result<UnifiedSettings, SettingError> {
    let mut reading = Reading::default();
    let merchant_id = reading.optional("merchant_id", &draft.merchant_id, 6);
    let fits = |byte: u8| byte.is_ascii_alphanumeric();
    if !merchant_id.is_empty() && (merchant_id.len() != 6 || !merchant_id.bytes().all(fits)) {
        reading.wrong("merchant_id", "E_SERIAL_PREFIX", "six letters or digits");
    }
    if !matches!(draft.trade.as_str(), "0" | "1") {
        reading.wrong("trade", "E_CHOICE", "choose one from the list");
    }
    let platform_id = reading.optional("platform_id", &draft.platform_id, 128);
    reading.end(Some(UnifiedSettings {
        seller: seller.id.clone(),
        merchant_id,
        trade: draft.trade.clone(),
        platform_id,
        version: draft.version,
    }))
}
