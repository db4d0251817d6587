//! What an account needs before its first call: a platform id to read, a contact to set.

use crate::{
    errors::{Advice, StoreError},
    merchant::{
        after_payment::is_for,
        pages::{PageError, platform_id_of},
    },
    ports::Ports,
    records::Account,
    step::StepError,
};
use fapiao_domain::ids::AccountId;

/// Until the platform id is looked for again.
const PLATFORM_RETRY_SECS: u32 = 10;

/// Prepares an account at WeChat; safe to repeat.
///
/// # Errors
/// [`StepError`].
pub async fn prepare_account(ports: &Ports, id: &AccountId) -> Result<(), StepError> {
    let Some(account) = ports.store.account(id).await? else {
        return Ok(());
    };
    let for_invoices = ports
        .store
        .sellers()
        .await?
        .iter()
        .any(|seller| seller.platform_account.as_ref() == Some(id));
    let for_bills = || async {
        let units = ports.store.fiscal_units().await?;
        Ok::<_, StoreError>(
            units
                .iter()
                .any(|unit| unit.bureau_account.as_ref() == Some(id)),
        )
    };
    let plays_platform = for_invoices || for_bills().await?;
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
                    "微信报告的开票平台识别码与此前不同（此前以 {0} 开头）：请确认 AppID 属于同一账号，再清除已保存的识别码 / \
                     WeChat reports another platform id than before (it began {0}…); check that the app id belongs to \
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
            "微信账号没有填写联系电话，微信要求在第一个授权页之前填写：请在账号设置中填写 / WeChat asks for a contact telephone before the first page; enter it in the account's settings",
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
    if !account.pay_merchant.is_empty() && account.pay_linked_at.is_none() {
        link_payments(ports, &account).await?;
    }
    Ok(())
}

/// The platform that the receipts lead to: that of the chosen seller, or the one that all sellers of the account share.
async fn platform_to_link(ports: &Ports, account: &Account) -> Result<String, StepError> {
    let mut shared: Option<String> = None;
    let sellers = ports.store.sellers().await?;
    for seller in sellers.iter().filter(|it| is_for(account, it)) {
        // The platform id may have been read a moment ago, in this very job.
        let id = match platform_id_of(ports, seller).await {
            Ok(id) => id,
            Err(PageError::Store(error)) => return Err(error.into()),
            Err(other) => return Err(StepError::not_yet(PLATFORM_RETRY_SECS, other.to_string())),
        };
        if shared.as_ref().is_some_and(|it| *it != id) {
            return Err(StepError::parked(
                "payment_link",
                "使用该账号的各开票主体的开票平台不同，而商户号只能关联一个：请在“支付后开票”选择商户号所属的开票主体 / \
                 the sellers of this account go with different platforms, and a merchant number is linked to one: choose \
                 the seller whose receipts these are on the page of payment receipts",
            ));
        }
        shared = Some(id);
    }
    shared.ok_or_else(|| {
        StepError::parked(
            "payment_link",
            "没有开票主体使用该账号：请先在开票主体设置中选择它 / no seller uses this account; choose it in the seller's settings first",
        )
    })
}

/// Links the merchant number to the platform id of the seller whose pages the account shows.
async fn link_payments(ports: &Ports, account: &Account) -> Result<(), StepError> {
    let platform_id = platform_to_link(ports, account).await?;
    ports
        .merchant
        .link_payments(account, &account.pay_merchant, &platform_id)
        .await?;
    ports
        .store
        .record_payments_linked(&account.id, &account.pay_merchant, ports.clock.now())
        .await?;
    Ok(())
}
