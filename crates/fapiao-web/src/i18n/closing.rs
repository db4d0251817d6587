//! Words of closed months.

use super::texts;

texts! {
    /// Closing a month of a seller's books.
    Closing {
        title: "锁账", "Closed month";
        closed: "已锁账", "Closed";
        close: "锁定本月", "Close the month";
        close_means: "锁定后，本月各报表按此刻的内容保存，以后下载不变；之后发生的变化逐张列出。", "The month's reports are kept as they are now and downloads stay the same; what changes later is listed invoice by invoice.";
        open: "解除锁定", "Open again";
        open_means: "解除后，本月报表按最新数据导出，保存的文件不再提供；可再次锁定。", "Reports of the month are made of current data again and the kept files are no longer offered; it can be closed anew.";
        by: "{0} 于 {1} 锁账", "Closed by {0} on {1}";
        snapshot: "快照", "Snapshot";
        compare: "查看快照与变化", "Snapshot and changes";
        same_sums: "张数与金额未变", "Count and amounts unchanged";
        other_sums: "锁账后有变化", "Changed since";
        choose_seller: "选择开票主体后可锁定本月。", "Choose a seller to close its month.";
        now_closed: "{0} 已锁账", "{0} is closed";
        now_open: "{0} 已解除锁定", "{0} is open again";
        known_closed: "{0} 此前已锁账", "{0} was closed before";
        not_over: "本月尚未结束，不能锁定", "The month is not over and cannot be closed";
        while_changing: "锁账过程中有发票变动或新到的订单，未锁定，请重试", "An invoice changed or a sale came while the month was being closed: nothing is closed, please try again";
        then: "锁账时", "When closed";
        now: "现在", "Now";
        apart: "差异", "Difference";
        invoices: "发票张数", "Invoices";
        changes: "锁账后的变化", "Changes since";
        unchanged: "与锁账时完全一致。", "Everything is as it was when the month was closed.";
        most: "共 {0} 张有变化，列出前 {1} 张。", "{0} invoices changed; the first {1} are listed.";
        change: "变化", "Change";
        added: "新增", "Added";
        gone: "已不在本月", "No longer in the month";
        amounts: "金额或票种变化", "Amount or kind changed";
        state: "状态变化", "State changed";
        files: "保存的报表", "Kept reports";
        files_means: "与锁账时逐字节相同；报表页下载的也是这些文件。", "Byte for byte as they were; the reports' pages hand out these files, too.";
    }
}
