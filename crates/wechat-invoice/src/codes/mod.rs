//! What each of WeChat's error codes means, and what to do next, in Chinese and English.

mod card;
mod credential;
mod invoice;
mod unified;

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// The same call again, after at least this long; give up after so many attempts.
    Retryable {
        /// Seconds to wait before the first repeat; longer before later ones.
        after_secs: u32,
        /// How many repeats make sense before a person should look.
        attempts: u8,
    },
    /// Somebody must change something first; [`CodeInfo::who`] says who.
    NeedsPerson,
    /// This request will never be taken: a fault of the program or of its data.
    Never,
    /// An earlier call of yours has done this already. If there was none, treat it as
    /// [`NeedsPerson`](Advice::NeedsPerson).
    Done,
    /// It may or may not have been done: ask WeChat before anything else.
    AskFirst,
}

impl Advice {
    /// A stable word: `retryable`, `needs_person`, `never`, `done` or `ask_first`.
    pub fn as_str(self) -> &'static str {
        match self {
            Advice::Retryable { .. } => "retryable",
            Advice::NeedsPerson => "needs_person",
            Advice::Never => "never",
            Advice::Done => "done",
            Advice::AskFirst => "ask_first",
        }
    }
}

/// Who can mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Nobody has to.
    Nobody,
    /// The programmers of the caller.
    Code,
    /// Whoever runs the service and its settings.
    Operations,
    /// The administrator of the account, in WeChat's console.
    Admin,
    /// The bookkeeper, who knows the invoice.
    Bookkeeper,
    /// The buyer.
    Buyer,
    /// WeChat.
    WeChat,
}

/// A sentence in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// Simplified Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

/// An error code, explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeInfo {
    /// WeChat's `errcode`.
    pub code: i64,
    /// What a program should do.
    pub advice: Advice,
    /// Who can mend it.
    pub who: Who,
    /// Why it happens.
    pub cause: Text,
    /// What a person should do.
    pub next_step: Text,
}

/// Explains a documented code; `None` for others, which always need a person.
pub fn code_info(errcode: i64) -> Option<&'static CodeInfo> {
    all_codes().find(|info| info.code == errcode)
}

/// Every documented code, by family.
pub fn all_codes() -> impl Iterator<Item = &'static CodeInfo> {
    let families: [&[CodeInfo]; 4] = [
        credential::CODES,
        invoice::CODES,
        unified::CODES,
        card::CODES,
    ];
    families.into_iter().flatten()
}

// The vocabulary of the tables.
const SOON: Advice = Advice::Retryable {
    after_secs: 5,
    attempts: 3,
};
const BUSY: Advice = Advice::Retryable {
    after_secs: 2,
    attempts: 3,
};
const MINUTE: Advice = Advice::Retryable {
    after_secs: 60,
    attempts: 5,
};
const LATER: Advice = Advice::Retryable {
    after_secs: 900,
    attempts: 8,
};
const HOURS: Advice = Advice::Retryable {
    after_secs: 3600,
    attempts: 26,
};
const NEXT_DAY: Advice = Advice::Retryable {
    after_secs: 21_600,
    attempts: 8,
};
const PERSON: Advice = Advice::NeedsPerson;
const NEVER: Advice = Advice::Never;
const DONE: Advice = Advice::Done;

const fn t(zh: &'static str, en: &'static str) -> Text {
    Text { zh, en }
}

const fn code(code: i64, advice: Advice, who: Who, cause: Text, next_step: Text) -> CodeInfo {
    CodeInfo {
        code,
        advice,
        who,
        cause,
        next_step,
    }
}

// Next steps that several codes share.
const REPORT_BUG: Text = t(
    "请求本身有误，重试无效：把完整错误文本和 rid 交给开发人员修复。",
    "The request itself is wrong and repeating it is useless: give the whole text and the rid to the developers.",
);
const WAIT: Text = t(
    "系统会自动重试，无需操作。",
    "It is repeated by itself; nothing to do.",
);
const WAIT_THEN_REPORT: Text = t(
    "稍后自动重试；若持续出现，携带 rid 联系微信发票团队。",
    "It is repeated by itself; if it lasts, contact WeChat's invoice team with the rid.",
);
const NEW_AUTHORISATION: Text = t(
    "该订单号不能再用：生成新的订单号，请买家重新授权。",
    "This order id is spent: make a new one and ask the buyer to authorise again.",
);
const CHECK_PDF: Text = t(
    "重新获取税务机关开具的原始 PDF，核对号码与金额后重新上传，再插入卡包。",
    "Fetch the tax authority's original PDF again, compare number and amounts, upload it anew and insert the card again.",
);
const CHECK_IDS: Text = t(
    "核对 s_pappid、授权所用 appid、订单号与调用账号是否属于同一次授权，并查询授权状态。",
    "Check that s_pappid, the authorising app id, the order id and the calling account belong together, and query the authorisation.",
);
const CHECK_MAPPING: Text = t(
    "核对发票代码、号码与字段映射设置，修正后再试。",
    "Check code, number and the setting that maps them to WeChat's members, then try again.",
);
const LOOK_UP_CARD: Text = t(
    "若此前的插卡请求是我方发出的，卡券已在买家卡包中（code 未知）；否则换新订单号重新授权。",
    "If an earlier insert was ours, the card is in the buyer's wallet (its code unknown); otherwise use a new order id and ask for a new authorisation.",
);
