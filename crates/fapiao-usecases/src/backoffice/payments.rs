//! Which payment merchant number offers our invoices on its receipts.

use super::SettingError;
use crate::{
    actor::Actor,
    fields::FieldError,
    jobs::{Job, QueuedJob},
    ports::Ports,
    records::Account,
};
use fapiao_domain::ids::{Id, SellerId};

/// Saves the merchant number of an account, and whose platform its receipts lead to; WeChat is told by a job. Saving the
/// same again links it anew. Without a seller all sellers of the account must go with one platform.
///
/// # Errors
/// [`SettingError`].
pub async fn set_pay_merchant(
    ports: &Ports,
    account: Account,
    merchant: &str,
    seller: Option<&str>,
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
    let seller = match seller.map(str::trim).filter(|it| !it.is_empty()) {
        None => None,
        Some(text) => {
            let found = match SellerId::parse(text) {
                Ok(id) => ports.store.seller(&id).await?,
                Err(_) => None,
            };
            let found = found.filter(|it| it.uses(&account.id)).ok_or_else(|| {
                SettingError::Invalid(vec![FieldError::new(
                    "/seller",
                    "E_PAY_SELLER",
                    "a seller that uses this account",
                )])
            })?;
            Some(found.id)
        }
    };
    let account = Account {
        pay_seller: seller,
        pay_merchant: merchant.to_owned(),
        pay_linked_at: None,
        ..account
    };
    let job = QueuedJob::now(Job::PrepareAccount(account.id.clone()), None);
    ports
        .store
        .save_account_then(&account, vec![job], actor)
        .await?;
    Ok(account)
}
