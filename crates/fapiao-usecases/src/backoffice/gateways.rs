//! The external platform of a seller, as it is typed.

use super::{SettingError, texts::Reading};
use crate::{
    actor::Actor,
    fields::FieldError,
    gateway::key_purpose,
    jobs::{Job, QueuedJob},
    ports::Ports,
    records::{Gateway, SealedText, Seller},
};

/// What staff type about a seller's external platform.
#[derive(Clone, Debug, Default)]
pub struct GatewayDraft {
    /// Where its `/v1/…` begins.
    pub base_url: String,
    /// Names our key there.
    pub key_id: String,
    /// Our key; empty keeps the stored one.
    pub secret: String,
    /// The platform's id at WeChat; empty to ask for it.
    pub platform_id: String,
}

/// Saves the external platform of a seller and asks it for its registration.
///
/// # Errors
/// [`SettingError`].
pub async fn save_gateway(
    ports: &Ports,
    actor: &Actor,
    seller: &Seller,
    draft: &GatewayDraft,
) -> Result<Gateway, SettingError> {
    let before = ports.store.gateway(&seller.id).await?;
    let mut reading = Reading::default();
    let base_url = web_address(ports, &mut reading, "base_url", &draft.base_url);
    let key_id = reading.required("key_id", &draft.key_id, 64);
    let platform_id = reading.optional("platform_id", &draft.platform_id, 128);
    let typed = draft.secret.trim();
    // A key is sealed for its id: another id needs its secret again.
    let kept = before.as_ref().filter(|it| it.key_id == key_id);
    let secret = match (typed, kept) {
        ("", Some(before)) => before.secret.clone(),
        ("", None) => {
            reading.wrong("secret", "E_REQUIRED", "this must be filled in");
            SealedText::default()
        }
        (typed, _) => ports.sealer.seal(&key_purpose(&key_id), typed),
    };
    let gateway = reading.end(Some(Gateway {
        seller: seller.id.clone(),
        base_url,
        key_id,
        secret,
        platform_id,
        platform_name: before
            .as_ref()
            .map_or_else(String::new, |it| it.platform_name.clone()),
        checked_at: before.as_ref().and_then(|it| it.checked_at),
        version: before.map_or(1, |it| it.version),
    }))?;
    let open = ports
        .store
        .open_at_other_platform(&seller.id, &gateway.platform_id)
        .await?;
    if open > 0 {
        return Err(SettingError::Invalid(vec![
            FieldError::new(
                "/platform_id",
                "E_PLATFORM_OPEN",
                format!(
                    "{open} deliveries were opened under the platform id of before, and only that platform can issue for \
                     them: wait until they are in the wallets, or end them; until then enter that id"
                ),
            )
            .in_chinese(format!(
                "还有 {open} 笔开票申请是以原来的平台识别码打开的，只能由那家平台开具：请等它们入卡包或先结束它们，在此之前请填原来的识别码"
            )),
        ]));
    }
    let ask = QueuedJob::now(Job::SyncTaxData(seller.id.clone()), Some(seller.id.clone()));
    ports
        .store
        .save_gateway_then(&gateway, vec![ask], actor)
        .await?;
    Ok(gateway)
}

/// An address that calls may go to: encrypted, unless this installation itself is not.
pub(super) fn web_address(ports: &Ports, reading: &mut Reading, field: &str, text: &str) -> String {
    let text = text.trim().trim_end_matches('/').to_owned();
    let rest = match text.strip_prefix("https://") {
        Some(rest) => Some(rest),
        None if ports.public_base.starts_with("http://") => text.strip_prefix("http://"),
        None => None,
    };
    let fits = |rest: &str| {
        !rest.is_empty()
            && rest.len() <= 400
            && rest
                .bytes()
                .all(|it| it.is_ascii_graphic() && !b"?#@\"<>\\".contains(&it))
    };
    if !rest.is_some_and(fits) {
        reading.wrong(
            field,
            "E_GATEWAY_URL",
            "an address like https://platform.example.com/platform, without query",
        );
    }
    text
}
