//! What an account needs before its first call: a platform id to read, a contact to set.

use crate::{errors::Advice, ports::Ports, step::StepError};
use fapiao_domain::ids::AccountId;

/// Prepares an account at WeChat; safe to repeat.
///
/// # Errors
/// [`StepError`].
pub async fn prepare_account(ports: &Ports, id: &AccountId) -> Result<(), StepError> {
    let Some(account) = ports.store.account(id).await? else {
        return Ok(());
    };
    let plays_platform = ports
        .store
        .sellers()
        .await?
        .iter()
        .any(|seller| seller.platform_account.as_ref() == Some(id));
    let platform_id = if plays_platform {
        let now_known = ports.platform.platform_id(&account).await?;
        if let Some(before) = account
            .platform_id
            .as_deref()
            .filter(|before| *before != now_known)
        {
            return Err(StepError::parked(
                "platform_id_changed",
                format!(
                    "WeChat reports another platform id than before (it began {}…); check that the app id belongs to \
                     the same account, then clear the stored one",
                    before.chars().take(12).collect::<String>()
                ),
            ));
        }
        Some(now_known)
    } else {
        None
    };
    if account.contact_phone.is_empty() {
        return Err(StepError::parked(
            "contact_missing",
            "WeChat asks for a contact telephone before the first page; enter it in the account's settings",
        ));
    }
    match ports.merchant.set_contact(&account).await {
        Ok(()) => {}
        Err(error) if error.advice == Advice::AlreadyDone => {}
        Err(error) => return Err(error.into()),
    }
    ports
        .store
        .record_account_prepared(id, platform_id.as_deref(), ports.clock.now())
        .await?;
    Ok(())
}
