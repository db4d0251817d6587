//! Words of the guided correction of a wrong title.

use super::texts;

texts! {
    /// Wrong title: taken back in full and issued anew, in one go.
    RedCorrect {
        means: "原发票全额红冲，同一订单重新生成开票链接；买家重新授权并填写正确抬头后，新发票自动开出。不退款。", "The invoice is taken back in full and the same order gets a new link; once the buyer agrees with the right title, the new invoice is issued by itself. No money moves.";
        means_rest: "该发票已部分红冲 {0}：余下的 {1} 以“{2}”红冲，同一订单就余下部分重新生成开票链接；买家重新授权并填写正确抬头后，新发票自动开出。先前的退款不变，不再退款。", "{0} of this invoice was taken back before: the other {1} is taken back as \u{201c}{2}\u{201d}, and the same order gets a new link for what is left of it; once the buyer agrees with the right title, the new invoice is issued by itself. Earlier refunds stay, no more money moves.";
        all_red: "该发票已全部红冲，没有可更正的余额。要为订单重新开票，请在订单页查看余额并生成新的开票链接。", "All of this invoice was taken back: nothing of it is left to correct. Whether something of the order is left to be invoiced, and a new link for it, is on the order's page.";
        now: "当前抬头", "Title as issued";
        note: "备注（内部可见）", "Remark (for staff)";
        note_hint: "例如：买家要求改为公司抬头", "For example: the buyer asked for the company's title";
        confirm: "确认红冲并重开", "Take back and issue anew";
        ask: "原发票将全额红冲。确定继续？", "The invoice will be taken back in full. Go on?";
        begun: "已开始更正，系统将逐步完成。", "Begun; it is carried out step by step.";
        steps: "进度", "Steps";
        what_happens: "将依次完成", "What happens, in this order";
        decided: "确认更正", "Decided";
        form: "红字确认单", "Red confirmation";
        form_direct: "此类发票不需要确认单", "This kind of invoice needs none";
        red: "开具红字发票", "Red invoice";
        card: "作废原卡券", "Former card struck out";
        card_struck: "卡券已作废", "The card is struck out";
        card_none: "原发票没有进入卡包", "The former invoice was in no wallet";
        card_stays: "报销方已锁定或已报销，卡券留在卡包；红票已另行送达", "An employer holds it: the card stays, the red invoice is delivered beside it";
        link: "新的开票链接", "New link for the buyer";
        link_give: "请把链接发给买家：", "Give it to the buyer:";
        agreed: "买家重新授权", "The buyer agrees";
        issued: "新发票开出并放入卡包", "New invoice in the wallet";
        to_come: "等待前一步", "After the step before";
        under_way: "进行中", "Under way";
        stopped: "已停止：请打开确认单处理，处理后自动继续。", "Stopped: open the confirmation and decide there; it then goes on by itself.";
        given_up: "上次更正已放弃，可以重新开始。", "The last correction was given up; it can be begun anew.";
        mail: "红字发票将通过邮件送达 {0}", "The red invoice goes to {0} by mail";
        not_possible: "现在不能更正", "It cannot be corrected now";
        plan: "整个订单的退款请用", "For refunds of the order use";
    }
}
