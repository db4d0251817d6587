//! Words about special invoices.

use super::texts;

texts! {
    /// Orders that ask for a special invoice.
    Special {
        kind: "票种", "Kind of invoice";
        ordinary: "普通发票", "Ordinary";
        special: "增值税专用发票", "Special (VAT)";
        short: "专票", "Special";
        short_ordinary: "普票", "Ordinary";
        digital_ordinary: "数电普票", "Digital, ordinary";
        digital_special: "数电专票", "Digital, special";
        classic_ordinary: "税控普票", "Older form";
        help: "专用发票只开给有税号的单位，且明细不能有免税、零税率或不征税项目。", "A special invoice goes to an organisation with a tax number, and no line may be exempt, zero-rated or not taxed.";
        needs_company: "买家须填写单位抬头和税号；个人抬头不能开具专用发票。", "The buyer has to give an organisation with its tax number: a person cannot receive a special invoice.";
        buyer: "这是一张增值税专用发票：请填写单位抬头和税号，个人抬头不能开具。", "This is a special VAT invoice: give an organisation with its tax number. It cannot be issued to a person.";
        buyer_stopped: "增值税专用发票只能开给有税号的单位，而你提交的抬头不是，因此没有自动开具。请把单位名称和税号告诉商家，由商家工作人员更正后继续。", "A special VAT invoice goes to an organisation with a tax number, and the title you gave is none, so it was not issued by itself. Tell the shop the organisation's name and tax number: its staff correct the title, and it goes on.";
        not_deductible: "含贷款、餐饮、居民日常或娱乐服务：按规定，购买方取得专用发票也不能抵扣这部分进项税额。", "With loans, catering, daily services or entertainment: by law the buyer cannot deduct this tax, special invoice or not.";
        column: "票种：ordinary 普通发票，special 增值税专用发票；可省略", "Kind of invoice: ordinary or special; may be left out";
    }
}
