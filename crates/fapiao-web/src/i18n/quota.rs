//! Words about quota that goes back, ends early, or comes back.

use super::texts;

texts! {
    /// Terms of the month's quota.
    QuotaWords {
        give_back: "退回额度", "Return quota";
        give_back_means: "把本月用不完的额度退给税局；最多 {0}（申领线以上的部分，低于申领线系统又会自动申领）。退回后要用须重新申领。", "Sends quota of this month that nobody needs back to the tax authority: at most {0}, what lies above the refill line, since below it quota is fetched again. To use it after all it has to be fetched anew.";
        give_back_nothing: "余额没有超过申领线，没有可以退回的额度；需要退回时，请先在开票主体的设置里调低申领线。", "Nothing lies above the refill line. To return quota, lower the refill line in the seller's settings first.";
        amount: "退回金额（不含税）", "Amount, net of tax";
        sure: "确认退回，余额立即减少", "Yes, return it; the balance falls at once";
        not_sure: "请勾选确认", "Please tick to confirm";
        go: "退回", "Return";
        under_way: "{0} 正在退回，等待税局应答；应答丢失时系统以同一请求号重发，不会重复退回。", "{0} is on its way back. A lost answer is asked for again under the same request number, so nothing goes back twice.";
        told: "额度 {0} 已提交退回", "{0} of quota is being returned";
        ends: "本月额度只能用到 {0}", "This month's quota may be used until {0}";
        ends_means: "上月增值税申报完成前，税局只给到申报期限；申报后系统自动申请延长到月底，也可点“立即申领号码”催办。", "Until last month's VAT return is filed the tax authority grants it up to the filing deadline only. Once it is filed the extension to the end of the month is asked for by itself; fetching numbers asks at once.";
        ended: "本月额度已于 {0} 到期，暂停开票", "This month's quota could be used until {0}; issuing is held";
        sent_back: "退回税局", "returned to the tax authority";
        kept: "税局未收，仍可用", "not taken, still usable";
        refused: "税局拒开，恢复", "refused invoice, restored";
        spend_again: "再次上传，占用", "uploaded again, reserved";
        act_asked: "决定退回 {0} 额度 {1}", "Quota of {0}, {1}: to be returned";
        act_returned: "税局已收回 {0} 额度 {1}", "Quota of {0}, {1}: returned";
        act_refused: "税局未收回 {0} 额度 {1}，仍可使用", "Quota of {0}, {1}: not taken back, still usable";
        act_extended: "{0} 额度延长到 {1}", "Quota of {0} may be used until {1}";
        job_return: "退回额度", "Return quota";
        job_extend: "延长额度使用期", "Extend the quota's term";
    }
}
