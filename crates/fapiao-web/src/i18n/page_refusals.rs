//! Words about pages that WeChat does not give.

use super::texts;

texts! {
    /// A buyer who is not sent on to WeChat.
    PageRefusal {
        act_refused: "微信没有给出授权页", "WeChat gave no authorisation page";
        act_given: "微信已给出授权页", "WeChat gave the authorisation page again";
        refused: "买家打不开授权页：微信返回 {0}", "Buyers cannot open the authorisation page: WeChat answers {0}";
        foreseen: "买家打不开授权页：微信会以 {0} 拒绝", "Buyers cannot open the authorisation page: WeChat would refuse it with {0}";
        blocked: "买家打不开授权页", "Buyers cannot open the authorisation page";
        since: "自 {0} 起。处理后请买家重新打开链接，成功后此提示消失。", "Since {0}. Once mended, let the buyer open the link again; this notice goes away when it works.";
        account: "检查微信账号设置", "Look at the account's settings";
    }
}
