//! Which payment merchant number offers our invoices on its receipts.

use super::SettingError;
use crate::{
    actor::Actor,
    fields::FieldError,
    jobs::{Job, QueuedJob},
    ports::Ports,
    records::Account,
};

/// Saves the merchant number of an account; WeChat is told by a job. Saving the same number again links it anew.
///
/// # Errors
/// [`SettingError`].
pub async fn set_pay_merchant(
    ports: &Ports,
    account: Account,
    merchant: &str,
    actor: &Actor,
) -> Result<Account, SettingError> {
    let merchant = merchant.trim();
    let fits = (8..=10).contains(&merchant.len()) && merchant.bytes().all(|b| b.is_ascii_digit());
    if !fits {
        return Err(SettingError::Invalid(vec![FieldError::new(
            "/merchant",
            "E_PAY_MERCHANT",
            "a merchant number of 8 to 10 digits",
        )]));
    }
    let account = Account {
        pay_merchant: merchant.to_owned(),
        pay_linked_at: None,
        ..account
    };
    ports.store.save_account(&account, actor).await?;
    let job = QueuedJob::now(Job::PrepareAccount(account.id.clone()), None);
    ports.store.enqueue(vec![job]).await?;
    Ok(account)
}
