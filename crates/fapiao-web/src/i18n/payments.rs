//! Words about invoices asked for on payment receipts, and the printed receipt of the till.

use super::texts;

texts! {
    /// Payment receipts.
    Payment {
        nav: "支付后开票", "Payment receipts";
        title: "支付后开票", "Invoices from payment receipts";
        means: "买家在微信支付凭证上点“开发票”，由此进入。", "What buyers ask for on WeChat's payment receipts.";
        links: "商户号关联", "Merchant numbers";
        links_means: "关联后，带 receipt=Y 的支付会显示开票入口。", "Once linked, payments sent with receipt=Y offer an invoice.";
        merchant: "微信支付商户号", "Merchant number";
        link: "关联到微信", "Link at WeChat";
        link_seller: "开票主体", "Seller";
        link_any: "各主体共用同一平台", "All sellers share one platform";
        at_wechat: "微信侧", "At WeChat";
        linked: "已关联", "linked";
        not_linked: "尚未关联", "not linked yet";
        ask: "向微信查询", "Ask WeChat";
        said_link: "微信返回：商户号 {0}，开票平台 {1}", "WeChat says: merchant number {0}, platform {1}";
        said_none: "微信返回：没有关联商户号", "WeChat says: no merchant number is linked";
        said_error: "微信没有返回结果：{0}", "WeChat did not tell: {0}";
        link_queued: "已保存商户号 {0}，正在关联到微信。", "Merchant number {0} is saved and being linked at WeChat.";
        link_wrong: "商户号须为 8 至 10 位数字，开票主体须使用这个账号。", "A merchant number has 8 to 10 digits, and the seller must use this account.";
        requests: "开票申请", "Requests";
        requests_means: "按支付的交易单号或商户订单号对应订单；对不上的在这里等待处理。", "Matched to orders by transaction or trade number; what fits none waits here.";
        open: "待对应", "Waiting";
        matched: "已对应", "Matched";
        dismissed: "已关闭", "Closed";
        all: "全部", "All";
        at: "时间", "Received";
        number: "支付单号", "Payment number";
        state: "状态", "State";
        to_order: "查看订单", "Open the order";
        attach: "对应到订单", "Attach to the order";
        attached: "已对应到订单 {0}，开始开票。", "Attached to order {0}; the invoice is on its way.";
        no_order: "没有订单号为 {0} 的订单。", "There is no order {0}.";
        under_way: "订单 {0} 已开票或正在开票。", "Order {0} is invoiced or being invoiced already.";
        gone: "这项申请已处理。", "This request is settled already.";
        dismiss: "关闭申请", "Close the request";
        dismiss_why: "关闭原因（买家会看到）", "Why it is closed (the buyer reads it)";
        dismiss_wrong: "请填写 1 至 60 个字的原因。", "Say why in 1 to 60 characters.";
        dismiss_url_wrong: "给买家的链接须是完整的 https 网址。", "The link for the buyer must be a whole https address.";
        dismissed_told: "申请已关闭，正在通过微信告知买家。", "The request is closed; the buyer is being told at WeChat.";
        none: "没有开票申请", "No requests";
        none_why: "买家在支付凭证上申请开票后会出现在这里。", "They appear here when buyers ask on a payment receipt.";
        note_no_order: "没有订单使用这个交易单号或商户订单号", "no order has this transaction or trade number";
        note_several: "有多张订单使用这个单号", "several orders have this transaction or trade number";
        note_under_way: "对应的订单已开票或正在开票", "its order is invoiced or being invoiced already";
        receipt: "收银小票", "Receipt";
        receipt58: "打印小票 58 mm", "Print the receipt, 58 mm";
        receipt80: "打印小票 80 mm", "Print the receipt, 80 mm";
        receipt_total: "合计", "Total";
        receipt_scan: "微信扫码开发票", "Scan with WeChat for the invoice";
        receipt_type: "或打开 {0} 输入短码", "or open {0} and type the code";
        receipt_until: "开票截止", "Until";
        receipt_none: "本单没有可用的开票链接", "There is no open invoice link for this order";
        due: "承诺开票时限", "Promised by";
        overdue: "已超时", "overdue";
        refuse_url: "给买家的链接（选填）", "Link for the buyer (optional)";
        refuse_url_help: "买家可由此查看说明或重新申请，须为 https 网址。", "Where the buyer reads on or asks again; an https address.";
    }
}
