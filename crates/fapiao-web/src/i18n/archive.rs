//! Words of reports, proof and evidence.

use super::texts;

texts! {
    /// Reports for finance.
    Report {
        title: "财务报表", "Reports";
        ledger: "发票台账", "Invoice ledger";
        vat: "增值税汇总", "VAT summary";
        reconciliation: "对账", "Reconciliation";
        month: "月份", "Month";
        all_sellers: "全部开票主体", "All sellers";
        show: "查看", "Show";
        download: "下载", "Download";
        download_xlsx: "下载 XLSX", "Download XLSX";
        download_csv: "下载 CSV", "Download CSV";
        evidence: "本月证据包", "Evidence of the month";
        header: "{0}，所属期 {1}，制表 {2}，{3}", "{0}, period {1}, made by {2}, {3}";
        none: "本月没有发票", "No invoices this month";
        none_why: "按开票日期统计，月份以北京时间为界。", "Counted by issue date; months begin at midnight in Shanghai.";
        no_orders: "没有符合条件的订单", "No such orders";
        no_orders_why: "按销售时间统计；未开票的订单也列在这里。", "Counted by time of sale; orders without an invoice are listed too.";
        page_sum: "本页小计", "This page";
        sum: "合计", "Total";
        rate: "税率", "Rate";
        subject: "货物或服务", "Goods or services";
        goods: "货物", "Goods";
        services: "服务", "Services";
        how: "开票方式", "How invoiced";
        special: "开具增值税专用发票", "Special invoices";
        ordinary: "开具其他发票", "Other invoices";
        without: "未开具发票", "Without an invoice";
        blue: "蓝字", "Blue";
        red: "红字", "Red";
        count: "份数", "Count";
        net: "金额", "Net";
        tax: "税额", "Tax";
        gross: "价税合计", "Gross";
        result: "结果", "Result";
        orders: "订单数", "Orders";
        sold: "订单金额", "Sold";
        invoiced: "已开票金额", "Invoiced";
        apart: "差额", "Difference";
        sold_at: "销售时间", "Sold at";
        equal: "一致", "Equal";
        rounding: "尾差", "Rounding";
        under: "少开", "Under-invoiced";
        over: "多开", "Over-invoiced";
        missing: "未开票", "Not invoiced";
        card_outlives: "已全额红冲，卡仍有效", "taken back, but the card is alive";
        segments: "号段核对", "Segments of numbers";
        held: "发票持有", "Held by invoices";
        taken: "已取用", "Taken";
        rest: "剩余", "Left";
        store: "门店", "Store";
        vat_means: "按开票月份统计，红字发票计入其自身的月份。未开具发票一行为本期销售、期末未开票的订单；以前期间的订单在本期补开的，从该行扣除。", "By month of issue, red invoices in their own month. Without an invoice: orders sold in the period and not invoiced at its end; orders of earlier periods that were invoiced in this one are taken out again.";
    }
}
