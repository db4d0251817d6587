//! Words about refunds and red letters.

use super::texts;

texts! {
    /// Refunds, red confirmations and red invoices.
    Red {
        title: "退款与红冲", "Refunds and red letters";
        list: "红字确认单", "Red letters";
        none: "没有红字确认单", "No red letters";
        link: "退款 / 红冲", "Refund or red letter";
        means: "先试算，再确认：确认之前什么都不会发生。", "Plan first, then confirm: nothing happens before.";
        what: "退多少", "How much";
        everything: "全部剩余", "All that is left";
        by_lines: "按明细", "By line";
        by_amount: "按金额（折让）", "An amount (allowance)";
        amount: "含税金额", "Amount with tax";
        quantity: "退回数量", "Quantity back";
        reason: "原因", "Reason";
        mistake: "01 开票有误（抬头等）", "01 Wrong invoice (title …)";
        returned: "02 销货退回", "02 Goods returned";
        ended: "03 服务中止", "03 Service ended";
        allowance: "04 销售折让", "04 Allowance";
        invoice: "哪张发票", "Which invoice";
        any_invoice: "整个订单", "The whole order";
        replace: "整张红冲并按余额重开（买家须重新授权）", "Take the invoice back whole and issue the rest anew (the buyer agrees again)";
        despite: "卡券被报销方锁定时仍继续，卡券留在卡包", "Go on although an employer holds the card; it stays in the wallet";
        note: "备注", "Note";
        plan: "试算", "Plan";
        confirm: "确认执行", "Confirm and carry out";
        word: "输入订单号 {0} 以确认", "Type the order number {0} to confirm";
        word_means: "红字发票开出后不能撤销。", "A red invoice cannot be undone once it is issued.";
        word_wrong: "未执行：请在确认栏输入该订单的订单号。", "Nothing was done: type this order's number to confirm.";
        planned: "将会发生", "What would happen";
        gives_back: "退回", "Given back";
        left: "订单剩余", "Left of the order";
        reissued: "重新开具", "Issued anew";
        authorisations: "需买家重新授权次数", "New agreements of the buyer";
        letter: "红冲发票 {0}", "Red letter on invoice {0}";
        no_letters: "不需要红字发票：只减少将来的开票金额。", "No red letter is needed: only what will be invoiced becomes less.";
        card_held: "卡券已被报销方锁定或已报销，无法作废：请先解锁，或勾选仍继续。", "An employer holds the card, it cannot be struck out: have it unlocked, or tick to go on.";
        quota_back: "额度退回本月", "Quota comes back this month";
        quota_stays: "额度不退回", "Quota does not come back";
        history: "已有退款", "Refunds so far";
        waits_us: "系统处理中", "Under way";
        waits_staff: "等待本方处理", "Waits for staff";
        waits_buyer: "等待买家确认", "Waits for the buyer";
        waits_nobody: "已结束", "Over";
        lapses: "逾期失效", "Lapses";
        form_number: "确认单编号", "Form number";
        again: "重新申请", "Apply again";
        give_up: "放弃", "Give up";
        withdraw: "撤回", "Withdraw";
        done: "已安排，系统将逐步完成。", "Decided; it is carried out step by step.";
        acted: "已处理。", "Done.";
        upload_again: "重新提交税局", "Submit again";
        uploaded: "已重新提交税局。", "Sent to the tax authority again.";
        not_uploaded: "发票状态已变化，未重新提交；请按当前状态处理。", "The invoice has moved on, nothing was sent: look at where it stands now.";
        stage_running: "进行中", "Running";
        stage_stopped: "已停止，等待处理", "Stopped";
        stage_done: "已完成", "Done";
        stage_given_up: "已放弃", "Given up";
        s_planned: "待申请", "To be applied for";
        s_asked: "申请中", "Applied for";
        s_direct: "直接红冲", "Direct";
        s_not_needed: "无需确认", "Needs no answer";
        s_awaits_buyer: "待购方确认", "Buyer to confirm";
        s_awaits_seller: "待销方确认", "Seller to confirm";
        s_confirmed: "双方已确认", "Confirmed";
        s_refused_by_buyer: "购方拒绝", "Refused by the buyer";
        s_refused_by_seller: "销方拒绝", "Refused by the seller";
        s_expired: "72 小时未确认，已失效", "Lapsed after 72 hours";
        s_withdrawn: "已撤销", "Withdrawn";
        s_withdrawn_after: "确认后撤销", "Withdrawn after agreement";
        s_void_abnormal: "作废：异常凭证", "Void: abnormal voucher";
        s_void_taxpayer: "作废：纳税人状态", "Void: taxpayer's state";
        s_void_refused: "作废：自然人拒收", "Void: refused by a person";
        s_void_refund: "作废：已申请退税", "Void: tax refund filed";
        s_rejected: "税局未受理", "Not taken by the tax authority";
        s_given_up: "已放弃", "Given up";
        s_issued: "红票已开具", "Red invoice issued";
    }
}
