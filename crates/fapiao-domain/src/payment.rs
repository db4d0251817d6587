//! How a sale was paid, in the tax interface's words (支付渠道, `zfqdDm`).

/// A channel of payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentChannel {
    /// The shop's word: `wechat`, `alipay`, `cash`.
    pub word: &'static str,
    /// Three digits.
    pub code: &'static str,
    /// As printed in the remark.
    pub printed: &'static str,
}

const fn channel(word: &'static str, code: &'static str, printed: &'static str) -> PaymentChannel {
    PaymentChannel {
        word,
        code,
        printed,
    }
}

/// Every channel that has a code of its own; the last is for all others.
pub const CHANNELS: [PaymentChannel; 14] = [
    channel("cash", "001", "现金"),
    channel("bank", "002", "银行转账"),
    channel("bill", "003", "票据"),
    channel("debit_card", "004", "借记卡"),
    channel("credit_card", "005", "信用卡"),
    channel("gift_card", "006", "礼品卡"),
    channel("coupon", "007", "优惠券"),
    channel("points", "008", "积分"),
    channel("alipay", "009", "支付宝"),
    channel("wechat", "010", "微信支付"),
    channel("unionpay", "011", "云闪付"),
    channel("apple_pay", "012", "Apple Pay"),
    channel("samsung_pay", "013", "Samsung Pay"),
    channel("other", "099", "其他"),
];

/// The channel of a shop's word; `other` for a word of its own.
pub fn channel_of(word: &str) -> &'static PaymentChannel {
    CHANNELS
        .iter()
        .find(|it| it.word == word)
        .unwrap_or(&CHANNELS[CHANNELS.len() - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_their_codes_and_others_are_others() {
        assert_eq!(channel_of("wechat").code, "010");
        assert_eq!(channel_of("alipay").printed, "支付宝");
        assert_eq!(channel_of("barter").code, "099");
        let mut codes: Vec<_> = CHANNELS.iter().map(|it| it.code).collect();
        codes.dedup();
        assert_eq!(codes.len(), CHANNELS.len());
    }
}
