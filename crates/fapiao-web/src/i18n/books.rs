//! Words of a seller's books: the mapping of vouchers.

use super::texts;

texts! {
    /// A seller's mapping.
    Books {
        title: "凭证导出映射", "Mapping of vouchers";
        means: "按财务软件的模板设定科目、凭证字、列名与顺序；不设定则用默认值。只影响以后的导出。", "Accounts, the voucher's word, columns and their order as the bookkeeping program wants them; the defaults hold otherwise. It counts for exports from now on.";
        link: "凭证导出映射", "Mapping of vouchers";
        is_default: "当前为默认值。", "The defaults hold now.";
        is_own: "已按本主体设定", "Set for this seller";
        changed: "修改于", "Changed";
        word: "凭证字", "Voucher's word";
        currency: "币别", "Currency";
        prepaid: "先收款、以后月份开票的，经预收账款", "What was paid in an earlier month than invoiced goes through the prepaid account";
        prepaid_help: "收款当月：借收款科目，贷预收账款；开票月：借预收账款，贷收入和税。", "In the month of payment: debit where it was paid into, credit prepaid; in the month of the invoice: debit prepaid, credit revenue and tax.";
        accounts: "科目", "Accounts";
        code: "代码", "Code";
        name: "名称", "Name";
        columns: "列", "Columns";
        vouchers: "凭证的列", "Columns of vouchers";
        sales: "销售发票的列", "Columns of sales invoices";
        columns_help: "每行一列，按顺序：列名 = 字段；固定内容写成 列名 = \"内容\"。可用字段：{0}", "One column a line, in order: heading = field; for a fixed value, heading = \"value\". Fields: {0}";
        file: "映射文件", "Mapping file";
        file_means: "下载当前映射（TOML），修改后上传；文件有错时逐行指出，不会保存。", "Download the mapping (TOML), change it, upload it; what is wrong is named line by line and nothing is saved.";
        download: "下载映射", "Download the mapping";
        upload: "上传映射", "Upload the mapping";
        reset: "恢复默认值", "Back to the defaults";
        saved: "映射已保存", "Mapping saved";
        was_reset: "已恢复默认值", "The defaults hold again";
        at_line: "第 {0} 行 {1}：{2}", "Line {0}, {1}: {2}";
        at_column: "第 {0} 列：{1}", "Column {0}: {1}";
        not_text: "文件不是 UTF-8 文本", "The file is not UTF-8 text";
    }
}
