//! Words about single red confirmations.

use super::texts;

texts! {
    /// The list of red confirmations, the page of one, and what each state means.
    RedFormWords {
        attention: "红字确认单待处理", "Red letters wait for staff";
        heap_staff: "待本方处理", "Waits for staff";
        heap_buyer: "待购方确认", "Waits for the buyer";
        heap_running: "进行中", "Under way";
        heap_done: "已开红票", "Issued";
        none_why: "在订单页选择“退款 / 红冲”，或更正抬头时，系统会在需要时申请确认单。", "Refunds and wrong titles, begun on an order's page, apply for them where they are needed.";
        blue: "对应蓝票", "Blue invoice";
        red: "红字发票", "Red invoice";
        whole: "全额红冲", "The whole invoice";
        rest: "红冲剩余部分", "What was left of the invoice";
        part: "部分红冲", "Part of the invoice";
        extent: "范围", "Extent";
        asked: "申请时间", "Applied for";
        entered: "税局受理", "Taken by the tax authority";
        carried_out_at: "红票开具", "Red invoice issued";
        line_no: "蓝票行号", "Blue line";
        lines: "红冲明细", "What is taken back";
        waits: "下一步", "Next";
        until: "截止 {0}。", "Until {0}.";
        open: "查看确认单", "Open the confirmation";
        agree: "同意", "Agree";
        refuse: "拒绝", "Refuse";
        refuse_ask: "拒绝后购方需要重新发起。确定拒绝？", "The buyer would have to begin anew. Refuse?";
        withdraw_ask: "撤回后可以重新申请或放弃。确定撤回？", "It can be applied for again afterwards, or given up. Withdraw it?";
        give_up_ask: "放弃后，此确认单的金额不再计入退款。确定放弃？", "Its amount is taken out of the refund. Give it up?";
        wrong_title: "抬头有误，红冲重开", "Wrong title: take back and issue anew";
        open_red: "查看红字发票", "Open the red invoice";
        moved_on: "确认单状态已变化，未执行；请按当前状态处理。", "The confirmation has moved on, nothing was done: look at where it stands now.";
        carried_out: "红字发票已在开具或已开具，无法撤回。", "Its red invoice is under way or issued: it cannot be withdrawn any more.";
        outside: "税局没有确认此操作，系统会自动查询结果：{0}", "The tax authority did not confirm this; its state is looked up by itself: {0}";
        m_planned: "待申请：同一张蓝票的上一张确认单结束后自动申请。", "Applied for by itself once the confirmation before it on the same invoice is over.";
        m_asked: "已提交税局，等待确认单编号；结果不明时自动查询，不会重复申请。", "Sent to the tax authority, its number is awaited; an unknown outcome is looked up and never asked twice.";
        m_direct: "此类发票不需要确认单，直接开具红字发票。", "This kind of invoice needs no confirmation: the red invoice is issued directly.";
        m_not_needed: "对方无需确认，系统正在开具红字发票。", "Nobody has to agree; the red invoice is being issued.";
        m_awaits_buyer: "购方须在电子税务局确认；72 小时未确认则失效。", "The buyer agrees in the tax authority's own system; without an answer it lapses after 72 hours.";
        m_awaits_seller: "购方发起，须由本方同意或拒绝；72 小时未答复则失效。", "The buyer began it: agree or refuse; without an answer it lapses after 72 hours.";
        m_confirmed: "双方已同意，系统正在开具红字发票。", "Both sides agree; the red invoice is being issued.";
        m_refused_by_buyer: "购方不同意。与购方核实后可以重新申请，或者放弃。", "The buyer does not agree. Settle it with the buyer, then apply again or give it up.";
        m_refused_by_seller: "本方已拒绝。需要时可以重新申请，或者放弃。", "We refused it. Apply again if it is needed after all, or give it up.";
        m_expired: "购方没有在 72 小时内答复。提醒购方后重新申请，或者放弃。", "The buyer did not answer within 72 hours. Remind the buyer and apply again, or give it up.";
        m_withdrawn: "确认单已撤销。可以重新申请，或者放弃。", "It was withdrawn. Apply again, or give it up.";
        m_void_abnormal: "蓝票被列为异常凭证，税局作废了确认单。请联系主管税务机关。", "The blue invoice is an abnormal voucher and the tax authority voided the confirmation. Ask the tax office in charge.";
        m_void_taxpayer: "纳税人状态不允许红冲，税局作废了确认单。请联系主管税务机关。", "The taxpayer's state does not allow it and the tax authority voided the confirmation. Ask the tax office in charge.";
        m_void_refused: "自然人购方拒收了蓝票，税局作废了确认单。核实后重新申请，或者放弃。", "The buyer, a person, refused the blue invoice and the tax authority voided the confirmation. Look into it, then apply again or give it up.";
        m_void_refund: "购方已用蓝票申请退税，税局作废了确认单。请与购方核实。", "The buyer filed a tax refund with the blue invoice and the tax authority voided the confirmation. Settle it with the buyer.";
        m_rejected: "税局没有受理申请。按税局答复更正后重新申请，或者放弃。", "The tax authority did not take the application. Mend what it names and apply again, or give it up.";
        m_given_up: "已放弃，不再开具红字发票；其金额不计入退款。", "Given up: no red invoice comes of it, and its amount does not count as refunded.";
        m_issuing: "红字发票正在开具。", "The red invoice is being issued.";
        m_issued: "红字发票已开具，确认单已完成。", "The red invoice is issued; nothing is left to do.";
        red_refused: "红字发票被税局拒绝", "Red invoice refused";
        m_red_refused: "税局拒绝了红字发票。打开红字发票，重新提交；不再红冲时，先撤回确认单，再放弃。", "The tax authority refused the red invoice. Open it and submit it again; to leave it at that, withdraw the confirmation, then give it up.";
        m_over_and_refused: "确认单已失效，其红字发票被税局拒绝，号码不再使用。放弃后可以重新办理退款。", "The confirmation no longer stands and its red invoice was refused; that number is not used again. Give it up, then decide the refund anew.";
        m_red_refused_direct: "开票设备拒绝了红字发票。打开红字发票，重新提交；不再红冲时，放弃。", "The device refused the red invoice. Open it and submit it again; to leave it at that, give it up.";
        m_red_refused_confirmed: "税局拒绝了红字发票。打开红字发票，重新提交；不再红冲时，请购方在电子税务局撤销确认单，系统查到后即可放弃。", "The tax authority refused the red invoice. Open it and submit it again; to leave it at that, have the buyer withdraw the confirmation at the tax authority: it can be given up as soon as that is found.";
    }
}

texts! {
    /// Acts about refunds and red letters, in timelines.
    RedActs {
        decided: "退款已确认，退回 {0}", "Refund decided, {0} back";
        correction: "更正发票已确认：红冲后重开", "Correction decided: taken back, then issued anew";
        reissued: "重新生成开票链接", "A new link for the rest was made";
        planned: "安排红字确认单 {0}，蓝票 {1}", "Red letter of {0} planned on invoice {1}";
        begun_by_buyer: "购方发起红字确认单 {0}，蓝票 {1}，等待本方答复", "The buyer began a red confirmation of {0} on invoice {1}; it waits for our answer";
        again: "重新申请红字确认单", "The confirmation is applied for again";
        form: "红字确认单：{0}", "Red confirmation: {0}";
        carried_out: "红字确认单已完成，红票 {0}", "Red confirmation carried out by invoice {0}";
        drafted: "红字发票已拟好", "Red invoice drawn up";
        taken_back: "蓝票被红冲 {0}", "The blue invoice was taken back by {0}";
        upload_again: "以原号码或流水号重新提交税局", "Sent to the tax authority again under its own number or serial";
    }
}
