//! Why a refund cannot be planned.

use super::texts;

texts! {
    /// What stands in the way of a refund, and what to do about it.
    RefundWords {
        reason: "请选择原因。", "Choose a reason.";
        amount: "“{0}”不是大于 0 的金额，请按 12.34 的形式填写。", "\u{201c}{0}\u{201d} is no amount above 0; write it like 12.34.";
        quantity: "“{0}”不是大于 0 的数量。", "\u{201c}{0}\u{201d} is no quantity above 0.";
        lines_unused: "已填写退回数量：请把“退多少”改为“按明细”，或清空数量。", "Quantities are filled in: choose \u{201c}By line\u{201d}, or empty them.";
        amount_unused: "已填写金额：请把“退多少”改为“按金额（折让）”，或清空金额。", "An amount is filled in: choose \u{201c}An amount (allowance)\u{201d}, or empty it.";
        in_flight: "订单有发票正在开具或结果未知：等税局答复后再退款。", "An invoice of the order is on its way or without its answer: refund once the tax authority has answered.";
        not_issued: "所选发票没有开具成功，或本身就是红字发票，不能红冲。", "The chosen invoice was never issued, or is red itself: it cannot be taken back.";
        unsettled: "订单有一笔退款的红字确认单未成功（{0}）：请先在“已有退款”中重新申请或放弃，再办理新的退款。", "A red confirmation of an earlier refund failed ({0}): apply for it again or give it up first, under \u{201c}Refunds so far\u{201d}; then refund.";
        plan_changed: "订单在试算后有变化，请按新的结果重新确认。", "The order changed since the plan was made: look at the new plan and decide again.";
        number_taken: "退款单号 {0} 已用于此订单的另一笔退款。", "Refund number {0} was used for another refund of this order.";
        lines: "订单明细无法重新计算：{0}", "The order's lines cannot be computed any more: {0}";
        too_much: "不能退 {0}：订单只剩 {1}。", "{0} cannot be given back: {1} is left of the order.";
        needs_allowance: "只填金额即为折让：请选择原因 04，或改为按明细填写数量。", "An amount without lines is an allowance: use reason 04, or give quantities by line.";
        mistake: "原因 01 用于更正开错的发票，不退款：选择那张发票并全部红冲，系统随后重开。", "Reason 01 corrects a wrong invoice and gives no money back: choose that invoice, all that is left; it is issued anew.";
        mistake_partly: "该发票已部分红冲，原因 01 只能整张红冲：要改抬头，请在发票页“更正抬头”，余下部分会红冲并重开；要退款，请选择原因 02、03 或 04。", "Part of this invoice was taken back before, and reason 01 takes an invoice whole only: to change the title, correct it on the invoice's page, which takes the rest back and issues it anew; to refund, use 02, 03 or 04.";
        returned: "服务不能退货：请选择原因 03（服务中止）或 04（销售折让）。", "Services cannot be returned: use 03 (service ended) or 04 (allowance).";
        ended: "货物不适用服务中止：请选择原因 02（销货退回）或 04（销售折让）。", "Goods are returned, not ended: use 02 (goods returned) or 04 (allowance).";
        allowance: "原因 04 不适用于所填内容。", "Reason 04 does not fit what was filled in.";
        inconsistent: "第 {0} 行的余额与发票不符，请先在“账目核对”查明。", "Line {0} has less left than its invoices say: look at the ledger check first.";
        unpaired: "第 {0} 行是没有对应商品的折扣行。", "Line {0} is a discount without its line.";
        gift_line: "第 {0} 行为赠品，未收款，没有可红冲的金额。", "Line {0} was given for nothing: there is no amount to take back.";
        unknown_line: "没有第 {0} 行，或该行不能单独红冲。", "There is no line {0} that could be taken back.";
        repeated: "第 {0} 行重复填写。", "Line {0} is named twice.";
        nothing_left: "没有可退的余额，或没有填写任何一行。", "Nothing is left to give back, or no line is filled in.";
        line_too_much: "第 {0} 行不能退 {1}：只剩 {2}。", "Line {0}: {1} cannot be taken back, {2} is left.";
        not_positive: "第 {0} 行：数量或金额须大于 0。", "Line {0}: quantity or amount must be above 0.";
        needs_quantity: "第 {0} 行有单价：请填写退回数量，或使用原因 04。", "Line {0} has a price: give the quantity, or use reason 04.";
        needs_amount: "第 {0} 行没有数量：请填写退回金额。", "Line {0} has no quantity: give the amount.";
        too_small: "第 {0} 行：退回部分太小，折不成整分；请多退一些，或退剩余全部。", "Line {0}: so small a part cannot be expressed in fen; take back more, or the rest.";
        checks: "红字发票通不过税局的 {0} 项校验，首先：{1}", "The red invoice would fail {0} checks of the tax side, first: {1}";
    }
}
