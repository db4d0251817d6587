//! What WeChat would say to the authorisation, the accounts and the card of an insert.

use super::{Finding, InsertFacts, SafeStep, Weight, found};
use crate::records::AccountKind;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use fapiao_domain::{card::CardState, delivery::DeliveryState, invoice::InvoiceState};

/// WeChat deletes an upload that no card uses after three days.
const MEDIA_LIFE_HOURS: i64 = 72;
/// A template younger than this may not be usable yet.
const TEMPLATE_YOUNG_MINUTES: i64 = 15;
/// While an insert of ours may still be answered.
const INSERT_RUNS_SECS: i64 = 60;

pub(super) fn of_order_id(facts: &InsertFacts) -> Option<Finding> {
    use Weight::Certain;
    let delivery = &facts.delivery;
    match delivery.state {
        DeliveryState::Refused => Some(found(
            "72035",
            Certain,
            SafeStep::NewLink,
            "这次授权已被拒绝，授权单号作废；请重新生成开票链接",
            "this delivery was refused and its order id is burnt; make a new link",
        )),
        DeliveryState::Carded => Some(found(
            "72056",
            Certain,
            SafeStep::OpenInvoice,
            "这次授权的卡券已经在卡包中，不能再放一次",
            "the card of this delivery is in the wallet; it is never inserted twice",
        )),
        _ if delivery.authorised_at.is_none() => Some(found(
            "72038",
            Certain,
            SafeStep::AskWeChat,
            "微信还没有确认买家授权；再向微信查询一次",
            "WeChat has not confirmed that the buyer agreed; ask it once more",
        )),
        _ => None,
    }
}

pub(super) fn of_accounts(facts: &InsertFacts) -> Vec<Finding> {
    let mut out = Vec::new();
    if facts.platform.kind != AccountKind::ServiceAccount {
        out.push(found(
            "48001",
            Weight::Likely,
            SafeStep::Settings,
            format!(
                "账号“{}”不是服务号，微信只让服务号作为开票平台放入卡券",
                facts.platform.name
            ),
            format!(
                "account {} is no service account, and WeChat lets only those insert cards as a platform",
                facts.platform.name
            ),
        ));
    }
    match &facts.platform.platform_id {
        None => out.push(found(
            "72015",
            Weight::Certain,
            SafeStep::Settings,
            format!(
                "账号“{}”还没有开票平台识别码，可能尚未开通电子发票权限",
                facts.platform.name
            ),
            format!(
                "account {} has no platform id; e-invoicing may not be granted to it yet",
                facts.platform.name
            ),
        )),
        Some(id) => {
            if let Some(owner) = owner_of(id)
                && owner != facts.platform.app_id
            {
                out.push(found(
                    "72038",
                    Weight::Likely,
                    SafeStep::Settings,
                    format!(
                        "开票平台识别码属于 {owner}，不是账号 {}",
                        facts.platform.app_id
                    ),
                    format!(
                        "the platform id belongs to {owner}, not to {}",
                        facts.platform.app_id
                    ),
                ));
            }
        }
    }
    let young = facts
        .template_at
        .is_some_and(|at| facts.now - at < TimeDelta::minutes(TEMPLATE_YOUNG_MINUTES));
    // A refusal for good is on the delivery: nothing is tried by itself any more.
    if young && facts.delivery.state != DeliveryState::Failed {
        out.push(found(
            "40078",
            Weight::Likely,
            SafeStep::Retry,
            "卡券模板刚刚创建，微信可能还不能使用；会在 1、5、15 分钟后自动再试",
            "the card template is young and WeChat may not take it yet; it is tried again after 1, 5 and 15 minutes",
        ));
    }
    out
}

/// The app id inside a platform id: its first 18 bytes, as base64url. `None` when it has another form.
pub(super) fn owner_of(platform_id: &str) -> Option<String> {
    // Also seen with the two signs of plain base64.
    let head = platform_id.get(..24)?.replace('+', "-").replace('/', "_");
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(head).ok()?).ok()?;
    let plain = text.len() == 18 && text.bytes().all(|it| it.is_ascii_alphanumeric());
    (plain && text.starts_with("wx")).then_some(text)
}

pub(super) fn of_cards(facts: &InsertFacts) -> Vec<Finding> {
    let mut out = Vec::new();
    let elsewhere = facts
        .others
        .iter()
        .find(|card| card.state.is_delivered() && card.state != CardState::Cancelled);
    if let Some(card) = elsewhere {
        out.push(found(
            "72042",
            Weight::Certain,
            SafeStep::OpenInvoice,
            format!("同一张发票已通过另一次授权 {} 放入卡包", card.delivery),
            format!(
                "the same invoice is in a wallet already, by delivery {}",
                card.delivery
            ),
        ));
    }
    if facts.invoice.state == InvoiceState::FullyRed {
        out.push(found(
            "72042",
            Weight::Certain,
            SafeStep::OpenInvoice,
            "发票已全额红冲，不应再放入卡包",
            "the invoice was offset in full; it does not belong into a wallet",
        ));
    }
    let Some(card) = &facts.card else {
        return out;
    };
    if card.state == CardState::CodeUnknown {
        out.push(found(
            "72056",
            Weight::Certain,
            SafeStep::EnterCode,
            "卡券已在卡包中，只是编号随应答丢失；得知编号后在授权页面补录",
            "the card is in the wallet, only its code was lost with the answer; enter it on the delivery's page once known",
        ));
    }
    // WeChat has said no: that insert neither runs nor is its answer lost.
    let answered = facts.delivery.state == DeliveryState::Failed;
    let asked = card.state == CardState::Inserting && !answered;
    let running = asked
        && card
            .asked_at
            .is_some_and(|at| facts.now - at < TimeDelta::seconds(INSERT_RUNS_SECS));
    if running {
        out.push(found(
            "72054",
            Weight::Likely,
            SafeStep::Retry,
            "上一次放入卡包的请求可能还在进行；稍后再试，不会重复入卡",
            "the insert asked for just now may still run; try again in a moment, it cannot be inserted twice",
        ));
    } else if asked && card.asked_at.is_some() {
        out.push(found(
            "72056",
            Weight::Likely,
            SafeStep::Retry,
            "上一次的应答丢失；再试一次即可确认卡券是否已在卡包中，不会重复入卡",
            "the last answer was lost; trying again tells whether the card is there, and cannot insert it twice",
        ));
    }
    if let Some((media, at)) = &card.media
        && !media.is_empty()
        && facts.now - *at > TimeDelta::hours(MEDIA_LIFE_HOURS)
    {
        out.push(found(
            "72046",
            Weight::Likely,
            SafeStep::Retry,
            "上传给微信的 PDF 已超过三天，会自动重新上传",
            "the PDF was uploaded more than three days ago; it is uploaded anew by itself",
        ));
    }
    out
}
