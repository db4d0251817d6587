//! Words about orders that become several invoices, and about difference tax.

use super::texts;

texts! {
    /// Several invoices of one order, limits, difference tax.
    Parts {
        part: "第 {0} 张，共 {1} 张", "Invoice {0} of {1}";
        heading: "本单发票", "Invoices of this order";
        means: "超出单张限额或行数的订单自动拆成多张发票，每张单独授权；各张之和与订单一分不差。", "An order beyond the limits of one invoice becomes several, each agreed to by itself; they add up to the order, to the fen.";
        buyer: "本单需开 {0} 张发票，请逐张确认。", "This order needs {0} invoices. Please agree to each.";
        open: "去确认", "Agree";
        this_one: "当前", "this one";
        limits: "单张发票", "One invoice";
        limit: "单张限额（不含税，元）", "Limit of one invoice (net, yuan)";
        limit_help: "超出时自动拆成多张；留空则只受本月额度限制。", "Orders beyond it are divided. Leave empty where only the month's quota limits.";
        lines: "单张最多行数", "Most lines of one invoice";
        lines_help: "含折扣行，2 至 2000。", "Discount lines included, 2 to 2000.";
        banks: "备注显示双方开户行及账号", "Print the banks of both sides in the remark";
        difference: "差额征税", "Difference tax";
        difference_help: "只用于规定可差额征税的编码；整单须恰好一行，含税价，无折扣。", "Only for class codes that allow it: exactly one line, priced with tax, without a discount.";
        difference_none: "不适用", "None";
        difference_whole: "全额开票（扣除额只作记录）", "Whole amount (the deduction is only recorded)";
        difference_reduced: "差额开票（扣除额不计税）", "Reduced (the deduction leaves the tax base)";
        difference_choose: "已填写扣除额：请选择差额征税的方式，或清空扣除额", "There is a deduction: choose the mode of the difference tax, or empty the deduction";
        deduction: "扣除额（含税，元）", "Deduction (with tax, yuan)";
        deduction_short: "扣除额", "Deduction";
        whole_only: "差额征税的发票只能全额红冲；请整单退款，其余另行销售。", "An invoice with difference tax can only be taken back whole: refund all of it and sell the rest anew.";
        column_difference: "差额征税：whole 全额开票，reduced 差额开票；可省略", "Difference tax: whole or reduced; may be left out";
        column_deduction: "扣除额（元，含税），与差额征税同填", "Deduction in yuan with tax, together with difference tax";
    }
}
