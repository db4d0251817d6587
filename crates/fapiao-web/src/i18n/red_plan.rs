//! Words of a refund's plan: what happens after the confirmation, step by step.

use super::texts;

texts! {
    /// What a refund is going to do.
    RedPlan {
        steps: "确认后依次完成", "After the confirmation, in this order";
        form: "申请红字确认单", "Red confirmation applied for";
        form_said: "共 {0} 张。购方已勾选抵扣或入账的，须由购方在 72 小时内确认；其余自动继续。", "{0} in all. A buyer who has deducted or booked the invoice has to agree within 72 hours; the others go on by themselves.";
        red_mail: "由邮件送达 {0}", "Goes to {0} by mail";
        red_page: "买家在开票页面下载", "The buyer downloads it on the invoice page";
        card: "微信卡券", "Card in WeChat";
        card_struck: "全额红冲的发票，卡券作废。", "The card of an invoice that is taken back whole is struck out.";
        card_kept: "部分红冲的发票，卡券保留，卡面仍为原金额；红字发票另行送达。", "The card of an invoice that is taken back in part stays and shows the former amount; the red invoice is delivered beside it.";
        card_none: "没有需要作废的卡券。", "There is no card to strike out.";
        anew: "买家重新授权，余额重开", "The buyer agrees anew, the rest is issued";
        anew_said: "系统生成新的开票链接；买家授权后开具 {0}。", "A new link is made; once the buyer agrees, {0} is issued.";
        not_yours: "退款与红冲由财务、管理员或负责人办理；这里可以查看已有的退款。", "Refunds and red letters are for finance, administrators and owners; here you see those that were made.";
        content: "退款内容", "The refund";
        change: "修改退款内容", "Change the refund";
        sold: "已售", "Sold";
        left: "可退", "Left";
        back: "退回数量", "Quantity back";
        back_hint: "选择“按明细”时填写；原因 04 填含税金额。", "For \u{201c}By line\u{201d}; with reason 04 the amount with tax.";
        amount_hint: "选择“按金额”时填写，仅限原因 04。", "For \u{201c}An amount\u{201d}, with reason 04 only.";
        net_and_tax: "金额 {0} + 税额 {1}", "{0} net + {1} tax";
        authorisations: "需买家重新授权 {0} 次", "The buyer agrees anew: {0}";
        none_anew: "不重开，买家无需操作", "Nothing is issued anew, the buyer does nothing";
    }
}
