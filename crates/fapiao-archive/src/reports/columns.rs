//! Columns of the reports and how a row fills them.

use super::words::{
    card_words, issued_words, kind_words, match_words, moment, payment_words, reason_words,
    source_words, state_words,
};
use crate::{tables::Cell, vat};
use fapiao_domain::{invoice::InvoiceKind, money::Fen};
use fapiao_usecases::ports::{LedgerLine, LedgerRow, MatchRow, VatRow};
use rust_decimal::Decimal;

/// Columns of the invoices, as the tax bureau's own export has them, then ours.
pub const LEDGER: [&str; 30] = [
    "序号",
    "发票代码",
    "发票号码",
    "数电发票号码",
    "销方识别号",
    "销方名称",
    "购方识别号",
    "购买方名称",
    "开票日期",
    "金额",
    "税额",
    "价税合计",
    "发票来源",
    "发票票种",
    "发票状态",
    "是否正数发票",
    "发票风险等级",
    "开票人",
    "备注",
    "订单号",
    "支付渠道",
    "交易单号",
    "门店",
    "红冲原因",
    "对应蓝票号码",
    "确认单编号",
    "微信卡状态",
    "交付时间",
    "上传结果",
    "文件哈希",
];

/// Columns of the lines. 特定业务类型 is empty, as the tax bureau's export has it for invoices of no special business: what
/// construction, freight, property and the like are issued with is a capability and layout of its own, which the platform
/// does not issue, and class codes that need one are never offered.
pub const LINES: [&str; 28] = [
    "序号",
    "发票代码",
    "发票号码",
    "数电发票号码",
    "销方识别号",
    "销方名称",
    "购方识别号",
    "购买方名称",
    "开票日期",
    "税收分类编码",
    "特定业务类型",
    "货物或应税劳务名称",
    "规格型号",
    "单位",
    "数量",
    "单价",
    "金额",
    "税率",
    "税额",
    "价税合计",
    "发票来源",
    "发票票种",
    "发票状态",
    "是否正数发票",
    "发票风险等级",
    "开票人",
    "备注",
    "订单号",
];

/// Columns of the VAT.
pub const VAT: [&str; 12] = [
    "税率",
    "货物或服务",
    "开票方式",
    "蓝字份数",
    "蓝字金额",
    "蓝字税额",
    "红字份数",
    "红字金额",
    "红字税额",
    "金额合计",
    "税额合计",
    "价税合计",
];

/// Columns of the reconciliation.
pub const MATCHES: [&str; 10] = [
    "订单号",
    "门店",
    "销售时间",
    "订单金额",
    "已开票金额",
    "差额",
    "发票份数",
    "发票号码",
    "结果",
    "微信卡状态",
];

/// Columns of the results of the reconciliation.
pub(super) const RESULTS: [&str; 5] = ["结果", "订单数", "订单金额", "已开票金额", "差额"];

/// Columns of segments of numbers: what was taken is held by invoices, issued or not yet, and what is left is the rest.
pub(super) const SEGMENTS: [&str; 9] = [
    "开票主体",
    "起始号码",
    "终止号码",
    "总数",
    "已取用",
    "发票持有",
    "其中未开具",
    "差异",
    "剩余",
];

/// Columns of payments by channel.
pub(super) const PAYMENTS: [&str; 5] = [
    "支付渠道",
    "订单数",
    "订单金额",
    "缺少交易单号",
    "交易单号重复",
];

/// Columns of payments that do not match.
pub(super) const PAYMENT_FAULTS: [&str; 7] = [
    "订单号",
    "销售时间",
    "订单金额",
    "支付渠道",
    "交易单号",
    "商户单号",
    "差异",
];

/// Columns of numbers by what the tax authority said.
pub(super) const TAX_SIDE: [&str; 3] = ["税局状态", "发票份数", "价税合计"];

/// Columns of numbers that the tax authority has not confirmed.
pub(super) const UNCONFIRMED: [&str; 7] = [
    "发票号码",
    "订单号",
    "取号时间",
    "上传时间",
    "价税合计",
    "税局状态",
    "税局答复",
];

/// Digital numbers have a column of their own.
fn numbers(row: &LedgerRow) -> [Cell; 3] {
    let digital = row.kind != InvoiceKind::ClassicOrdinary;
    let (classic, digital) = if digital {
        ("", row.number.as_str())
    } else {
        (row.number.as_str(), "")
    };
    [row.code.as_str().into(), classic.into(), digital.into()]
}

const fn positive(row: &LedgerRow) -> &'static str {
    if row.total.get() < 0 { "否" } else { "是" }
}

/// What an invoice and each of its lines begin with: its numbers, the parties and when it was issued.
fn head(row: &LedgerRow) -> impl Iterator<Item = Cell> {
    let parties = [
        row.seller_tax_number.as_str().into(),
        row.seller_name.as_str().into(),
        row.buyer_tax_number.as_str().into(),
        row.buyer_name.as_str().into(),
        moment(row.issued_at).into(),
    ];
    numbers(row).into_iter().chain(parties)
}

/// What follows the amounts of an invoice and of each of its lines.
fn tail(row: &LedgerRow) -> [Cell; 8] {
    [
        source_words(row.kind).into(),
        kind_words(row.kind).into(),
        state_words(row.state).into(),
        positive(row).into(),
        // Only the bureau knows its own view of the risk.
        "".into(),
        row.drawer.as_str().into(),
        row.remark.as_str().into(),
        row.order_no.as_str().into(),
    ]
}

pub(super) fn ledger_cells(no: i64, row: &LedgerRow) -> Vec<Cell> {
    let mut cells = vec![Cell::Count(no)];
    cells.extend(head(row));
    cells.extend([row.amount.into(), row.tax.into(), row.total.into()]);
    cells.extend(tail(row));
    cells.extend([
        payment_words(&row.payment_channel).into(),
        row.payment_number.as_str().into(),
        row.store.as_str().into(),
        row.red_reason.map_or("", reason_words).into(),
        row.blue_number.as_str().into(),
        row.confirmation.as_str().into(),
        card_words(row.card).into(),
        row.delivered_at.map(moment).unwrap_or_default().into(),
        if row.uploaded_at.is_some() {
            "成功"
        } else {
            ""
        }
        .into(),
        row.pdf_hash.as_str().into(),
    ]);
    cells
}

pub(super) fn line_cells(no: i64, row: &LedgerRow, line: &LedgerLine) -> Vec<Cell> {
    let mut cells = vec![Cell::Count(no)];
    cells.extend(head(row));
    cells.extend([
        line.tax_code.as_str().into(),
        "".into(),
        line.name.as_str().into(),
        line.spec.as_str().into(),
        line.unit.as_str().into(),
        decimal(&line.quantity),
        decimal(&line.unit_price),
        line.amount.into(),
        vat::rate_words(&line.rate).into(),
        line.tax.into(),
        line.gross.into(),
    ]);
    cells.extend(tail(row));
    cells
}

/// The last row of a table: amounts under their headings.
pub(super) fn sum_cells(headings: &[&str], amounts: &[(&str, Fen)]) -> Vec<Cell> {
    let cell = |(place, heading): (usize, &&str)| {
        let amount = amounts.iter().find(|(name, _)| name == heading);
        match amount {
            _ if place == 0 => "合计".into(),
            Some((_, amount)) => (*amount).into(),
            None => "".into(),
        }
    };
    headings.iter().enumerate().map(cell).collect()
}

/// A stored quantity or price as a number; nothing where there is none.
pub(crate) fn decimal(stored: &str) -> Cell {
    match stored.parse::<Decimal>() {
        Ok(value) => Cell::Decimal(value.normalize()),
        Err(_) => stored.into(),
    }
}

pub(super) fn vat_cells(row: &VatRow) -> Vec<Cell> {
    let (net, tax) = (row.blue_net + row.red_net, row.blue_tax + row.red_tax);
    vec![
        vat::rate_words(&row.rate).into(),
        if row.service { "服务" } else { "货物" }.into(),
        issued_words(row.issued).into(),
        row.blue_count.into(),
        row.blue_net.into(),
        row.blue_tax.into(),
        row.red_count.into(),
        row.red_net.into(),
        row.red_tax.into(),
        net.into(),
        tax.into(),
        (net + tax).into(),
    ]
}

pub(super) fn vat_sum(rows: &[VatRow]) -> Vec<Cell> {
    let sum = |of: fn(&VatRow) -> Fen| rows.iter().map(of).sum::<Fen>();
    let (blue_net, blue_tax) = (sum(|it| it.blue_net), sum(|it| it.blue_tax));
    let (red_net, red_tax) = (sum(|it| it.red_net), sum(|it| it.red_tax));
    // An invoice with several rates stands in several rows: its count cannot be added up.
    vec![
        "合计".into(),
        "".into(),
        "".into(),
        "".into(),
        blue_net.into(),
        blue_tax.into(),
        "".into(),
        red_net.into(),
        red_tax.into(),
        (blue_net + red_net).into(),
        (blue_tax + red_tax).into(),
        (blue_net + red_net + blue_tax + red_tax).into(),
    ]
}

pub(super) fn match_cells(row: &MatchRow) -> Vec<Cell> {
    let card = card_words(row.card).to_owned();
    vec![
        row.order_no.as_str().into(),
        row.store.as_str().into(),
        moment(row.sold_at).into(),
        row.sold.into(),
        row.invoiced.into(),
        Fen::of_sum(row.invoiced.get() - row.sold.get()).into(),
        row.invoices.into(),
        row.numbers.as_str().into(),
        match_words(row.result).into(),
        if row.card_outlives {
            format!("{card}（已全额红冲，卡仍有效）")
        } else {
            card
        }
        .into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{agreement, findings, mapping::Mapping};

    /// The tax bureau's own export, its order kept, then what only we know.
    #[test]
    fn the_ledger_has_the_tax_bureau_s_columns_then_ours() {
        let bureau = "序号 发票代码 发票号码 数电发票号码 销方识别号 销方名称 购方识别号 购买方名称 开票日期 金额 税额 价税合计 \
                      发票来源 发票票种 发票状态 是否正数发票 发票风险等级 开票人 备注";
        let ours = "订单号 支付渠道 交易单号 门店 红冲原因 对应蓝票号码 确认单编号 微信卡状态 交付时间 上传结果 文件哈希";
        assert_eq!(LEDGER.join(" "), format!("{bureau} {ours}"));
        let lines = "序号 发票代码 发票号码 数电发票号码 销方识别号 销方名称 购方识别号 购买方名称 开票日期 税收分类编码 \
                     特定业务类型 货物或应税劳务名称 规格型号 单位 数量 单价 金额 税率 税额 价税合计 发票来源 发票票种 \
                     发票状态 是否正数发票 发票风险等级 开票人 备注";
        assert_eq!(LINES.join(" "), format!("{lines} 订单号"));
    }

    #[test]
    fn the_vat_has_counts_and_sums_of_blue_and_red() {
        assert_eq!(
            VAT.join(" "),
            "税率 货物或服务 开票方式 蓝字份数 蓝字金额 蓝字税额 红字份数 红字金额 红字税额 金额合计 税额合计 价税合计"
        );
        assert_eq!(agreement::COLUMNS.join(" "), "项目 份数 金额 税额 价税合计");
    }

    #[test]
    fn each_comparison_of_the_reconciliation_has_its_columns() {
        for (columns, wanted) in [
            (&RESULTS[..], "结果 订单数 订单金额 已开票金额 差额"),
            (
                &MATCHES[..],
                "订单号 门店 销售时间 订单金额 已开票金额 差额 发票份数 发票号码 结果 微信卡状态",
            ),
            (
                &SEGMENTS[..],
                "开票主体 起始号码 终止号码 总数 已取用 发票持有 其中未开具 差异 剩余",
            ),
            (
                &PAYMENTS[..],
                "支付渠道 订单数 订单金额 缺少交易单号 交易单号重复",
            ),
            (
                &PAYMENT_FAULTS[..],
                "订单号 销售时间 订单金额 支付渠道 交易单号 商户单号 差异",
            ),
            (&TAX_SIDE[..], "税局状态 发票份数 价税合计"),
            (
                &UNCONFIRMED[..],
                "发票号码 订单号 取号时间 上传时间 价税合计 税局状态 税局答复",
            ),
            // Fees, invoices without an order, cards, drift of quota and month totals are kinds of these.
            (
                &findings::SUMMARY[..],
                "核对项目 类别 数量 金额或差额 处理办法",
            ),
            (
                &findings::LIST[..],
                "核对项目 类别 时间 发票号码或交易单号 订单号 本系统金额 对方金额 差额 说明 处理办法 代码",
            ),
        ] {
            assert_eq!(columns.join(" "), wanted);
        }
    }

    #[test]
    fn vouchers_and_sales_invoices_begin_with_the_columns_of_both_families() {
        let mapping = Mapping::default();
        let headings = |of: &[crate::mapping::Column]| -> String {
            let each: Vec<&str> = of.iter().map(|it| it.heading.as_str()).collect();
            each.join(" ")
        };
        assert_eq!(
            headings(&mapping.vouchers),
            "日期 凭证字 凭证号 附单据数 摘要 科目代码 科目名称 借方金额 贷方金额 币别 汇率 原币金额 数量 单价 核算项目/客户 \
             制单人 审核人 过账人"
        );
        assert_eq!(
            headings(&mapping.sales),
            "单据日期 发票号码 客户编码 客户名称 物料/存货编码 名称 规格 单位 数量 不含税单价 含税单价 税率 不含税金额 税额 \
             价税合计 业务员 部门 备注"
        );
    }

    #[test]
    fn a_table_ends_with_its_sums_under_their_headings() {
        let sums = sum_cells(
            &RESULTS,
            &[("订单金额", Fen::of_sum(113)), ("差额", Fen::ZERO)],
        );
        let wanted: [Cell; 5] = [
            "合计".into(),
            "".into(),
            Fen::of_sum(113).into(),
            "".into(),
            Fen::ZERO.into(),
        ];
        assert_eq!(sums, wanted);
    }
}
