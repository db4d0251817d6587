//! Words of the reconciliation's findings. The kinds themselves have theirs beside the files they stand in.

use super::texts;

texts! {
    /// Findings of the reconciliation.
    FindingWords {
        overview: "差异总览", "Findings";
        overview_means: "点类别看明细和处理办法。税局、额度与月度汇总每晚自动核对，也可现在核对。", "Open a kind for its rows and what to do. Tax side, quota and month are compared every night, or now.";
        area: "核对项目", "Compared";
        kind: "类别", "Kind";
        count: "数量", "Count";
        not_compared: "尚未核对", "not compared";
        amount: "金额或差额", "Amount or difference";
        compare: "现在与税局核对", "Compare with the tax side now";
        comparing: "已排队，后台正在与税局核对，稍后刷新本页", "Queued: it is being compared in the background, load this page again in a moment";
        nothing_to_compare: "没有自建平台的开票主体，或该月份还未开始", "No seller issues by itself, or the month has not begun";
        next_step: "处理办法", "What to do";
        back: "返回对账", "Back to the reconciliation";
        none: "没有这类差异", "None of this kind";
        none_why: "已核对的部分没有这类差异；未上传支付账单或未与税局核对的部分不在其内。", "What was compared agrees. What no statement was uploaded for, or the tax side was not asked about, is not part of it.";
        number: "发票号码或交易单号", "Invoice or payment number";
        at: "时间", "Time";
        here: "本系统", "Here";
        there: "对方", "There";
        said: "说明", "Note";
        quota: "发票额度核对", "Quota beside the tax side";
        quota_means: "本系统额度账与税局查询结果（CXSXED）；结果未定的发票单列，不算差异。", "Our quota ledger beside the tax side's answer (CXSXED); invoices whose outcome is open stand apart and are no drift.";
        quota_limit: "月度总额度", "Month's limit";
        quota_granted: "已下载", "Downloaded";
        quota_spent: "已用", "Spent";
        quota_open: "结果未定", "Open";
        quota_agrees: "一致", "Agrees";
        quota_differs: "不一致", "Differs";
        quota_never: "还没有问过税局的额度", "The tax side was not asked about the quota yet";
        seller: "开票主体", "Seller";
        asked: "核对于", "Asked";
        statements: "支付账单", "Payment statements";
        statements_means: "上传支付平台下载的账单（CSV），逐笔核对单号、金额、退款和手续费。识别微信支付、支付宝账单，或含 time、transaction_no、amount 列的文件，可选 trade_no、fee、rate、refund_no、refund_amount。", "Upload a payment service's statement (CSV): numbers, amounts, refunds and fees are compared one by one. Bills of WeChat Pay and Alipay are read, or a file with the columns time, transaction_no, amount and, if there are, trade_no, fee, rate, refund_no, refund_amount.";
        statement_file: "账单文件", "Statement";
        statement_days: "日期", "Days";
        statement_payments: "支付", "Payments";
        statement_refunds: "退款", "Refunds";
        statement_take: "上传并核对", "Upload and compare";
        statement_taken: "账单已收下：{0} 笔支付、{1} 笔退款", "Statement taken: {0} payments, {1} refunds";
        statement_known: "这份账单已经上传过", "This statement was taken before";
        statement_encoding: "文件既不是 UTF-8 也不是 GB18030 文本", "The file is neither UTF-8 nor GB18030 text";
        statement_heading: "文件缺少列：{0}", "The file lacks columns: {0}";
        statement_cell: "第 {0} 行，{1} 列的“{2}”无法读取", "Line {0}: `{2}` in column {1} cannot be read";
        statement_empty: "文件中没有支付记录", "There are no payments in the file";
        act_statement: "收下支付账单（{0} 笔支付）", "Payment statement taken ({0} payments)";
        act_mapping: "修改凭证导出映射", "Mapping of vouchers changed";
        act_closed: "{0} 账期锁定", "Books of {0} closed";
        act_opened: "{0} 账期解锁", "Books of {0} opened again";
        statement_too_long: "文件超过 20 万行，请按天上传", "The file has more than 200,000 lines: upload it day by day";
    }
}
