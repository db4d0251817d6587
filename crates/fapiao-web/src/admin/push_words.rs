//! The verdict on a push in words.

use super::job_words;
use crate::i18n::{Lang, Texts, fill1, states};
use fapiao_domain::{card::CardState, delivery::DeliveryState};
use fapiao_usecases::unified::PLAIN_ENDS_NOTHING;

/// What the stored verdict means; a verdict of an unknown kind is shown as it is stored.
pub(super) fn verdict(t: &Texts, stored: &str) -> String {
    let r = &t.refusals;
    if let Some(app_id) = stored.strip_prefix("no account has the app id ") {
        return fill1(r.no_account, app_id);
    }
    let words = match stored {
        "accepted" => r.accepted,
        "too_large" => r.too_large,
        "query" => r.query,
        "signature" => r.signature,
        "envelope" => r.envelope,
        "message_signature" => r.message_signature,
        "decryption" => r.decryption,
        "app_id" => r.app_id,
        "parties" => r.parties,
        "the account is set to plain pushes, which production refuses" => r.plain_in_production,
        "the push comes in compatible or safe mode, the account is set to plain mode" => {
            r.plain_expected
        }
        "the push comes in compatible or plain mode, the account is set to safe mode" => {
            r.safe_expected
        }
        "the push comes in safe mode, the account is set to compatible mode" => {
            r.compatible_expected
        }
        other => return other.to_owned(),
    };
    words.to_owned()
}

/// What came of a push. The outcomes come in English, where they are told apart in Chinese, too.
pub(super) fn outcome(lang: Lang, text: &str) -> String {
    if lang == Lang::En {
        return job_words::in_language(lang, text);
    }
    let word = match text {
        "confirmed by WeChat" => "微信已确认，开始开票",
        "the buyer declined" => "买家取消了开票",
        "plain mode signs no text, and nothing confirms that the buyer declined" => {
            "明文模式的推送内容没有签名，取消无法核实，不采用"
        }
        "WeChat does not confirm it (yet)" => "微信尚未确认，稍后再查",
        "no card of ours has this code" => "卡券不是本系统开出的",
        "the card stands there already" => "卡券已是该状态",
        "a payment whose order is not known" => "支付已核实，但不知道属于哪个订单",
        "the authorisation names no order" => "授权推送中没有单号",
        "it names another tax number" => "推送中的税号与发票不同，请核对",
        "issued" => "微信已代开",
        "taken back" => "微信已代为冲红",
        other => return outcome_of_parts(lang, other),
    };
    word.to_owned()
}

/// Outcomes that name something.
fn outcome_of_parts(lang: Lang, text: &str) -> String {
    let t = Texts::of(lang);
    let between = |head: &str, tail: &str| {
        let rest = text.strip_prefix(head)?;
        rest.strip_suffix(tail).map(str::to_owned)
    };
    let status = |word: &str| {
        let state = match word {
            "INVOICE_REIMBURSE_INIT" => CardState::Inserted,
            "INVOICE_REIMBURSE_LOCK" => CardState::Locked,
            "INVOICE_REIMBURSE_CLOSURE" => CardState::Reimbursed,
            "INVOICE_REIMBURSE_CANCEL" => CardState::Cancelled,
            _ => return None,
        };
        Some(states::card(t, state).word)
    };
    if let Some(word) = status(text) {
        return format!("卡券{word}（{text}）");
    }
    if text.starts_with("older than what is known") {
        return "早于已知的状态，不采用".to_owned();
    }
    if text.starts_with("the lost card code of ") {
        return "找回了丢失的卡券编号".to_owned();
    }
    if let Some(deliveries) = between("the card code is one of those lost by ", "") {
        return format!("卡券编号属于其中一个丢失编号的授权，请核对：{deliveries}");
    }
    if let Some(delivery) = between("there is no delivery ", "") {
        return format!("这里没有投递 {delivery}");
    }
    if let Some(order) = between("order id ", " is not one of ours") {
        return format!("单号 {order} 不是本系统的");
    }
    if let Some(serial) = between("serial ", " is not one of ours") {
        return format!("流水号 {serial} 不是本系统的");
    }
    if let Some(order) = between("the payment of order ", "") {
        return format!("与订单 {order} 的支付对应");
    }
    if let Some(word) = between("unknown card status ", "") {
        return format!("不认识的卡券状态 {word}");
    }
    if let Some(event) = between("event ", " needs no action") {
        return format!("事件 {event} 无需处理");
    }
    if let Some(why) = between("failed: ", "") {
        return format!("未成功：{}", job_words::in_language(lang, &why));
    }
    if let Some(why) = between(PLAIN_ENDS_NOTHING, "") {
        let why = job_words::in_language(lang, &why);
        return format!("明文模式的推送内容没有签名，不据此结束开票；微信查询的答复：{why}");
    }
    if between("the call is ", " already").is_some() {
        return "这次代开已有结果，无需再处理".to_owned();
    }
    if let Some(state) = between("the delivery is ", "") {
        let word = DeliveryState::parse(&state).map(|it| states::delivery(t, it).word);
        return format!("投递{}，无需再处理", word.unwrap_or_default());
    }
    job_words::in_language(lang, text)
}

#[cfg(test)]
mod tests {
    use super::{outcome, verdict};
    use crate::i18n::{Lang, Texts};

    #[test]
    fn the_outcomes_are_told_in_chinese() {
        let told = |text| outcome(Lang::Zh, text);
        assert_eq!(told("the delivery is carded"), "投递已入卡包，无需再处理");
        assert_eq!(
            told("event subscribe needs no action"),
            "事件 subscribe 无需处理"
        );
        assert_eq!(told("there is no delivery dlv_1"), "这里没有投递 dlv_1");
        assert_eq!(
            told("order id 2026-1 is not one of ours"),
            "单号 2026-1 不是本系统的"
        );
        assert_eq!(
            told("INVOICE_REIMBURSE_LOCK"),
            "卡券报销中（INVOICE_REIMBURSE_LOCK）"
        );
        let unsigned = "plain mode signs no text, so that this event ends no invoice; WeChat's query says: 税号有误";
        assert_eq!(
            told(unsigned),
            "明文模式的推送内容没有签名，不据此结束开票；微信查询的答复：税号有误"
        );
        assert_eq!(
            outcome(Lang::En, "the buyer declined"),
            "the buyer declined"
        );
    }

    #[test]
    fn known_verdicts_are_told_and_unknown_ones_shown() {
        let t = Texts::of(Lang::En);
        assert!(verdict(t, "decryption").contains("EncodingAESKey"));
        assert!(verdict(t, "no account has the app id wx1").contains("wx1"));
        let other = "the push comes in safe mode, the account is set to compatible mode";
        assert!(verdict(t, other).contains("compatible mode"));
        let chinese = verdict(Texts::of(Lang::Zh), other);
        assert!(!chinese.contains("push"), "{chinese}");
        assert_eq!(verdict(t, "the key is lost"), "the key is lost");
    }
}
