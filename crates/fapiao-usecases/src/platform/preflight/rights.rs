//! Rights that WeChat took back: what the last real call of an account was answered.

use super::{Finding, SafeStep, Weight, found};
use crate::{
    asked::seller_as_asked,
    errors::StoreError,
    ports::{Ports, RefusedRight},
    records::{Account, Delivery},
};
use chrono::TimeDelta;
use fapiao_domain::ids::AccountId;

/// Calls of a delivery's accounts that WeChat refused when they were made last: the merchant's, and the platform's where we
/// are it.
///
/// # Errors
/// [`StoreError`].
pub async fn refused_rights(
    ports: &Ports,
    delivery: &Delivery,
) -> Result<Vec<Finding>, StoreError> {
    let platform = match ports.store.seller(&delivery.seller).await? {
        Some(seller) => {
            seller_as_asked(ports, delivery, seller)
                .await?
                .platform_account
        }
        None => None,
    };
    refused_to(ports, platform.iter().chain([&delivery.account])).await
}

/// Calls of these accounts that WeChat refused when they were made last.
///
/// # Errors
/// [`StoreError`].
pub async fn refused_to(
    ports: &Ports,
    accounts: impl IntoIterator<Item = &AccountId> + Send,
) -> Result<Vec<Finding>, StoreError> {
    let refused = ports.store.refused_rights().await?;
    if refused.is_empty() {
        return Ok(Vec::new());
    }
    let mut wanted: Vec<AccountId> = accounts.into_iter().cloned().collect();
    wanted.sort();
    wanted.dedup();
    let mut findings = Vec::new();
    for id in wanted {
        if let Some(account) = ports.store.account(&id).await? {
            let own = refused.iter().filter(|it| it.app_id == account.app_id);
            findings.extend(own.map(|it| finding(&account, it)));
        }
    }
    Ok(findings)
}

fn finding(account: &Account, refused: &RefusedRight) -> Finding {
    let (name, call) = (&account.name, &refused.call);
    let at = (refused.at + TimeDelta::hours(8)).format("%m-%d %H:%M");
    let (zh, en) = console(call);
    found(
        code(&refused.code),
        Weight::Likely,
        SafeStep::Retry,
        format!("{at} 微信以“无权限”拒绝了账号“{name}”的调用 {call}：{zh}，恢复后重试"),
        format!(
            "at {at} WeChat refused account {name} the call {call} for want of a right: {en}, then try again"
        ),
    )
}

/// Where the right is looked after at WeChat.
fn console(call: &str) -> (&'static str, &'static str) {
    let of_platform = call.starts_with("card/invoice/platform/")
        || matches!(call, "card/invoice/insert" | "card/invoice/seturl");
    if call.starts_with("nontax/") {
        (
            "财政电子票据的权限请联系 wxfapiao@tencent.com",
            "ask wxfapiao@tencent.com about the permission for fiscal bills",
        )
    } else if of_platform {
        (
            "在公众平台的电子发票插件中检查开票平台权限",
            "look after the platform permission in the invoicing plug-in of WeChat's console",
        )
    } else {
        (
            "在公众平台 功能 → 电子发票 检查权限是否仍为“已开通”",
            "look in WeChat's console, Functions → electronic invoices, whether the permission is still open",
        )
    }
}

/// The code as findings carry it.
fn code(code: &str) -> &'static str {
    match code {
        "72015" => "72015",
        "61007" => "61007",
        "50002" => "50002",
        _ => "48001",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_names_the_console_that_gives_its_right() {
        assert!(console("card/invoice/insert").0.contains("开票平台权限"));
        assert!(
            console("card/invoice/platform/setpdf")
                .1
                .contains("platform permission")
        );
        assert!(console("card/invoice/getauthurl").0.contains("已开通"));
        assert!(console("nontax/insertbill").0.contains("wxfapiao"));
    }

    #[test]
    fn codes_are_told_as_wechat_told_them() {
        for told in ["48001", "72015", "61007", "50002"] {
            assert_eq!(code(told), told);
        }
    }
}
