//! A page that WeChat does not give: what our own data tell beforehand, and the trace that staff see until it is given.
//!
//! The trace is lines of the order's timeline: `delivery.page_refused`, and `delivery.page_given` when a later visit went
//! well.

use crate::{
    actor::Actor,
    errors::{OutsideError, StoreError},
    ports::Ports,
    records::{Account, Delivery},
};
use chrono::{DateTime, Utc};
use fapiao_domain::ids::Id;
use serde_json::json;

const REFUSED: &str = "delivery.page_refused";
const GIVEN: &str = "delivery.page_given";
/// The code of a refusal that no call was needed for, because something is missing here.
const NOT_READY: &str = "not_ready";
/// The code where WeChat did not answer.
const NO_ANSWER: &str = "no_answer";

pub(super) const NO_SELLER: &str = "the seller is gone";
pub(super) const NO_FOREIGN_ID: &str = "the external platform has not told its id yet";
pub(super) const NO_PLATFORM: &str = "the seller has no platform account";
pub(super) const PLATFORM_GONE: &str = "the platform account is gone";
pub(super) const NOT_PREPARED: &str = "the platform account has not been prepared at WeChat yet";
pub(super) const ACCOUNT_GONE: &str = "the WeChat account is gone";

/// Why the last buyer who came was not sent on to WeChat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRefusal {
    /// WeChat's code such as `72063`, the same with `foreseen_` in front where it was not asked, `not_ready`, or
    /// `no_answer`.
    pub code: String,
    /// In words, Chinese and English with ` / ` between them.
    pub reason: String,
    /// Since when.
    pub at: DateTime<Utc>,
}

impl PageRefusal {
    /// WeChat's own code, also where it was foreseen; empty where there is none.
    pub fn number(&self) -> &str {
        let number = self.code.strip_prefix("foreseen_").unwrap_or(&self.code);
        if matches!(number, NOT_READY | NO_ANSWER) {
            ""
        } else {
            number
        }
    }
}

/// What stops a delivery's page now; `None` when nothing does, or nobody has come yet.
///
/// # Errors
/// [`StoreError`].
pub async fn page_refusal(
    ports: &Ports,
    delivery: &Delivery,
) -> Result<Option<PageRefusal>, StoreError> {
    let lines = ports.store.timeline(&delivery.order).await?;
    // Newest first.
    let last = lines.into_iter().find(|it| {
        it.subject == delivery.id.as_str() && matches!(it.action.as_str(), REFUSED | GIVEN)
    });
    Ok(last.filter(|it| it.action == REFUSED).map(|it| {
        let text = |name: &str| it.data[name].as_str().unwrap_or_default().to_owned();
        PageRefusal {
            code: text("code"),
            reason: text("reason"),
            at: it.at,
        }
    }))
}

/// Keeps what came of asking for a page. One line per change: a buyer who tries again and again adds nothing.
pub(super) async fn keep(
    ports: &Ports,
    delivery: &Delivery,
    refused: Option<(String, String)>,
) -> Result<(), StoreError> {
    let known = page_refusal(ports, delivery).await?;
    let (action, data) = match (refused, known) {
        (Some((code, _)), Some(known)) if known.code == code => return Ok(()),
        (Some((code, reason)), _) => (REFUSED, json!({ "code": code, "reason": reason })),
        (None, Some(_)) => (GIVEN, json!({})),
        (None, None) => return Ok(()),
    };
    let subject = delivery.id.as_str();
    ports
        .store
        .append_audit(&Actor::System, action, subject, data)
        .await
}

/// What WeChat answered.
pub(super) fn answered(error: &OutsideError) -> (String, String) {
    let code = if error.code.is_empty() {
        NO_ANSWER.to_owned()
    } else {
        error.code.clone()
    };
    (code, error.message.clone())
}

/// Something is missing here.
pub(super) fn not_ready(what: &str) -> (String, String) {
    let zh = match what {
        NO_SELLER => "开票主体已不存在",
        NO_FOREIGN_ID => "第三方开票平台还没有给出识别码",
        NO_PLATFORM => "开票主体没有选定开票平台账号",
        PLATFORM_GONE => "开票平台账号已不存在",
        NOT_PREPARED => "开票平台账号尚未在微信准备好",
        ACCOUNT_GONE => "所用的微信账号已不存在",
        _ => "请查看接入向导",
    };
    let reason = format!("开票设置尚未完成：{zh} / invoicing is not set up completely: {what}");
    (NOT_READY.to_owned(), reason)
}

/// What WeChat would refuse for certain, from our own rows: then it is not asked. That nothing is left to invoice, and
/// that the order id is used up, is told by the delivery itself.
pub(super) fn foreseen(account: &Account) -> Option<(&'static str, String)> {
    let name = &account.name;
    account.contact_phone.trim().is_empty().then(|| {
        (
            "72063",
            format!(
                "账号“{name}”还没有联系电话：请在账号页填写，推送到微信后再请买家打开链接 / account {name} has no contact \
                 telephone: enter it on the account's page, then let the buyer open the link again"
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_tells_wechats_own_number() {
        let of = |code: &str| PageRefusal {
            code: code.to_owned(),
            reason: String::new(),
            at: DateTime::UNIX_EPOCH,
        };
        assert_eq!(of("72063").number(), "72063");
        assert_eq!(of("foreseen_72031").number(), "72031");
        assert_eq!(of(NOT_READY).number(), "");
        assert_eq!(of(NO_ANSWER).number(), "");
    }
}
