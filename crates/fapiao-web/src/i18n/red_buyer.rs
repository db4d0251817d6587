//! What buyers are told about red letters: on their page and by mail.

use super::texts;

texts! {
    /// Red letters, for the buyer.
    RedBuyer {
        taken_back: "发票已全额红冲", "This invoice was taken back";
        taken_back_means: "商家已开具红字发票，原发票已全额红冲，不能再用于报销或抵扣。", "The shop issued a red invoice against it: it no longer counts and cannot be handed in or deducted.";
        next_means: "请重新授权，商家将为这笔订单重新开票。", "Please agree anew: the shop then issues a new invoice for this order.";
        next: "重新开票", "Get the new invoice";
        next_done: "查看新发票", "See the new invoice";
        download_blue: "下载原发票 PDF", "Download the former invoice";
        reds: "红字发票", "Red invoices";
        number: "红字发票号码", "Red invoice no.";
        total: "红冲金额", "Taken back";
        reason: "原因", "Reason";
        left: "原发票剩余有效金额 {0}", "{0} of the invoice still counts";
        download: "下载", "Download";
        mistake: "开票有误", "Wrong invoice";
        returned: "销货退回", "Goods returned";
        ended: "服务中止", "Service ended";
        allowance: "销售折让", "Allowance";
        subject: "发票红冲通知：{0}，{1}", "Invoice taken back: {0}, {1}";
        mail_whole: "您在“{0}”的发票 {1} 已全额红冲，红字发票见附件。原发票自即日起作废，请勿再用于报销或抵扣。", "your invoice {1} from {0} was taken back in full; the red invoice is attached. The former invoice no longer counts: please do not hand it in or deduct it.";
        mail_part: "您在“{0}”的发票 {1} 已部分红冲，红字发票见附件。原发票须与红字发票一并使用，剩余有效金额 {2}。", "part of your invoice {1} from {0} was taken back; the red invoice is attached. Keep both together: {2} of the invoice still counts.";
        mail_again: "这笔订单将重新开票：请打开下面的页面，重新授权后即可收到新发票。", "A new invoice follows for this order: open the page below and agree anew.";
        mail_blue: "对应蓝字发票", "Blue invoice no.";
        mail_page: "查看发票与红字发票", "See the invoice and its red letters";
    }
}
