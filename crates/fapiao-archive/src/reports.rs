//! Reports as files: the invoice ledger, the month's VAT, orders beside invoices, vouchers.

use crate::{
    ArchiveError, Pieces, closing, findings, send,
    tables::{Cell, Format, Table},
    vat, vouchers,
};
use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, TimeZone, Utc};
use fapiao_domain::{
    card::CardState,
    invoice::{InvoiceKind, InvoiceState},
    money::Fen,
    red::RedReason,
};
use fapiao_usecases::{
    calendar::in_shanghai,
    ports::{
        Issued, LedgerLine, LedgerRow, Match, MatchRow, PaymentFault, Period, Ports, Scope, VatRow,
    },
};
use rust_decimal::Decimal;

/// Rows read at once.
const PAGE: u32 = 1000;
/// What is ready beyond this is sent.
const PIECE: usize = 64 * 1024;

/// A report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// Every invoice of the period, and every line of them.
    Ledger,
    /// The period's VAT.
    Vat,
    /// Orders beside their invoices.
    Reconciliation,
    /// Vouchers and sales invoices, for bookkeeping programs.
    Vouchers,
}

impl Report {
    /// All of them.
    pub const ALL: [Report; 4] = [
        Report::Ledger,
        Report::Vat,
        Report::Reconciliation,
        Report::Vouchers,
    ];

    /// The name in addresses and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Report::Ledger => "ledger",
            Report::Vat => "vat",
            Report::Reconciliation => "reconciliation",
            Report::Vouchers => "vouchers",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Report> {
        Report::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

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
pub const LINES: [&str; 27] = [
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

/// Columns of payments by channel.
const PAYMENTS: [&str; 5] = [
    "支付渠道",
    "订单数",
    "订单金额",
    "缺少交易单号",
    "交易单号重复",
];

/// Columns of payments that do not match.
const PAYMENT_FAULTS: [&str; 7] = [
    "订单号",
    "销售时间",
    "订单金额",
    "支付渠道",
    "交易单号",
    "商户单号",
    "差异",
];

/// Columns of numbers by what the tax authority said.
const TAX_SIDE: [&str; 3] = ["税局状态", "发票份数", "价税合计"];

/// Columns of numbers that the tax authority has not confirmed.
const UNCONFIRMED: [&str; 7] = [
    "发票号码",
    "订单号",
    "取号时间",
    "上传时间",
    "价税合计",
    "税局状态",
    "税局答复",
];

/// Most rows of a list of faults: more than that is one fault.
const MOST_FAULTS: u32 = 10_000;

/// Writes a report of a period as a file, piece by piece; that of a closed month as it was when it was closed. `by` is who
/// makes it, for the head of statements.
///
/// # Errors
/// [`ArchiveError`]; what was sent before is then not a whole file.
pub async fn write(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
    what: (Report, Format),
    by: &str,
    out: &Pieces,
) -> Result<(), ArchiveError> {
    match closing::kept(ports, scope, period, what).await? {
        Some(pieces) => closing::send_kept(ports, &pieces, out).await,
        None => live(ports, scope, period, what, by, out).await,
    }
}

/// The same from the ledger as it is.
pub(crate) async fn live(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
    (report, format): (Report, Format),
    by: &str,
    out: &Pieces,
) -> Result<(), ArchiveError> {
    let mut table = Table::new(format)?;
    // The ledger and vouchers are read by other programs, which expect their columns at the top.
    if matches!(report, Report::Vat | Report::Reconciliation) {
        head(ports, scope, period, by, &mut table).await?;
    }
    match report {
        Report::Ledger => ledger(ports, scope, period, &mut table, out).await?,
        Report::Vat => {
            table.sheet("增值税汇总", &VAT)?;
            let rows = vat::of_period(ports, scope, period).await?;
            for row in &rows {
                table.row(&vat_cells(row))?;
            }
            table.row(&vat_sum(&rows))?;
        }
        Report::Reconciliation => matches(ports, scope, period, &mut table, out).await?,
        Report::Vouchers => vouchers::write(ports, scope, period, &mut table, out).await?,
    }
    send(out, table.take()).await?;
    let mut end = table.finish()?;
    while let Some(piece) = end.next_piece()? {
        send(out, piece).await?;
    }
    Ok(())
}

/// The head of a statement (§9.5): whose, of which days, who made it, who checks it, when.
async fn head(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
    by: &str,
    table: &mut Table,
) -> Result<(), ArchiveError> {
    let seller = match vouchers::seller_of(ports, scope, period).await? {
        Some(id) => ports.store.seller(&id).await?,
        None => None,
    };
    let (name, tax_number) = seller.map_or_else(
        || ("全部开票主体".to_owned(), "—".to_owned()),
        |it| (it.party.name, it.party.tax_number),
    );
    let last = period.until - TimeDelta::milliseconds(1);
    let day = |at: DateTime<Utc>| in_shanghai(at).format("%Y-%m-%d");
    table.sheet("报表说明", &["项目", "内容"])?;
    for (item, content) in [
        ("单位名称", name),
        ("税号", tax_number),
        ("期间", format!("{} 至 {}", day(period.from), day(last))),
        ("编制人", by.to_owned()),
        // Signs by hand.
        ("复核人", String::new()),
        ("打印时间", moment(ports.clock.now())),
    ] {
        table.row(&[item.into(), content.into()])?;
    }
    Ok(())
}

async fn ledger(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
    table: &mut Table,
    out: &Pieces,
) -> Result<(), ArchiveError> {
    table.sheet("发票基础信息", &LEDGER)?;
    let (mut after, mut no) = (None, 0_i64);
    let mut sums = [Fen::ZERO; 3];
    loop {
        let (rows, next) = ports
            .store
            .ledger_rows(scope, period, after.as_ref(), PAGE)
            .await?;
        for row in &rows {
            no += 1;
            for (sum, more) in sums.iter_mut().zip([row.amount, row.tax, row.total]) {
                *sum += more;
            }
            table.row(&ledger_cells(no, row))?;
        }
        drain(table, out).await?;
        after = next;
        if after.is_none() {
            break;
        }
    }
    let mut sum: Vec<Cell> = vec![Cell::from(""); LEDGER.len()];
    sum[0] = "合计".into();
    for (column, amount) in sums.into_iter().enumerate() {
        sum[9 + column] = amount.into();
    }
    table.row(&sum)?;
    table.sheet("信息汇总表", &LINES)?;
    let mut after = None;
    loop {
        let (rows, next) = ports
            .store
            .ledger_rows(scope, period, after.as_ref(), PAGE)
            .await?;
        let ids: Vec<_> = rows.iter().map(|it| it.id.clone()).collect();
        let lines = ports.store.ledger_lines(&ids).await?;
        let mut lines = lines.into_iter().peekable();
        for row in &rows {
            while let Some(line) = lines.next_if(|it| it.invoice == row.id) {
                table.row(&line_cells(row, &line))?;
            }
            if table_is_full(table) {
                drain(table, out).await?;
            }
        }
        drain(table, out).await?;
        after = next;
        if after.is_none() {
            return Ok(());
        }
    }
}

fn table_is_full(table: &Table) -> bool {
    table.ready() > PIECE
}

async fn drain(table: &mut Table, out: &Pieces) -> Result<(), ArchiveError> {
    send(out, table.take()).await
}

async fn matches(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
    table: &mut Table,
    out: &Pieces,
) -> Result<(), ArchiveError> {
    table.sheet(
        "汇总",
        &["结果", "订单数", "订单金额", "已开票金额", "差额"],
    )?;
    for (result, bucket) in ports.store.match_buckets(scope, period).await? {
        table.row(&[
            match_words(result).into(),
            bucket.count.into(),
            Fen::of_sum(bucket.sold).into(),
            Fen::of_sum(bucket.invoiced).into(),
            Fen::of_sum(bucket.invoiced - bucket.sold).into(),
        ])?;
    }
    if *scope == Scope::All {
        let headings = [
            "开票主体",
            "起始号码",
            "终止号码",
            "总数",
            "已取用",
            "发票持有",
            "差异",
            "剩余",
        ];
        table.sheet("号段核对", &headings)?;
        for it in ports.store.segment_matches(period).await? {
            table.row(&[
                it.seller.into(),
                it.first.into(),
                it.last.into(),
                it.size.into(),
                it.taken.into(),
                it.held.into(),
                (it.taken - it.held).into(),
                (it.size - it.taken).into(),
            ])?;
        }
    }
    payments(ports, scope, period, table).await?;
    with_tax_authority(ports, scope, period, table).await?;
    drain(table, out).await?;
    findings::write(ports, scope, period, table, out).await?;
    table.sheet("订单与发票", &MATCHES)?;
    let mut after = None;
    loop {
        let (rows, next) = ports
            .store
            .match_rows(scope, period, None, after.as_ref(), PAGE)
            .await?;
        for row in &rows {
            table.row(&match_cells(row))?;
        }
        drain(table, out).await?;
        after = next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Payments beside orders: the buckets, then what does not match.
async fn payments(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
    table: &mut Table,
) -> Result<(), ArchiveError> {
    table.sheet("支付核对", &PAYMENTS)?;
    for it in ports.store.payment_buckets(scope, period).await? {
        let channel = match payment_words(&it.channel) {
            "" => "未说明",
            words => words,
        };
        table.row(&[
            channel.into(),
            it.orders.into(),
            Fen::of_sum(it.sold).into(),
            it.without_number.into(),
            it.repeated.into(),
        ])?;
    }
    table.sheet("支付差异", &PAYMENT_FAULTS)?;
    let rows = ports
        .store
        .payment_faults(scope, period, MOST_FAULTS)
        .await?;
    for it in rows {
        table.row(&[
            it.order_no.into(),
            moment(it.sold_at).into(),
            it.sold.into(),
            payment_words(&it.channel).into(),
            it.transaction_no.into(),
            it.trade_no.into(),
            payment_fault_words(it.fault).into(),
        ])?;
    }
    Ok(())
}

/// Our numbers beside what the tax authority confirmed: the buckets, then what only we have.
async fn with_tax_authority(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
    table: &mut Table,
) -> Result<(), ArchiveError> {
    table.sheet("税局核对", &TAX_SIDE)?;
    for it in ports.store.tax_buckets(scope, period).await? {
        let words = match it.state {
            InvoiceState::Issued if it.red => "税局已确认（红字发票）",
            state => tax_words(state),
        };
        table.row(&[words.into(), it.count.into(), Fen::of_sum(it.total).into()])?;
    }
    table.sheet("税局未确认", &UNCONFIRMED)?;
    for it in ports.store.unconfirmed(scope, period, MOST_FAULTS).await? {
        table.row(&[
            it.number.into(),
            it.order_no.into(),
            it.issued_at.map(moment).unwrap_or_default().into(),
            it.uploaded_at.map(moment).unwrap_or_default().into(),
            it.total.into(),
            tax_words(it.state).into(),
            it.reason.into(),
        ])?;
    }
    Ok(())
}

/// A moment as the tax bureau's export writes it, in Shanghai.
pub fn moment(at: DateTime<Utc>) -> String {
    in_shanghai(at).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// The state of an invoice, as the tax bureau's export words it.
pub const fn state_words(state: InvoiceState) -> &'static str {
    match state {
        InvoiceState::PartlyRed => "已红冲-部分",
        InvoiceState::FullyRed => "已红冲-全额",
        _ => "正常",
    }
}

/// The kind of an invoice, as the tax bureau's export words it.
pub const fn kind_words(kind: InvoiceKind) -> &'static str {
    match kind {
        InvoiceKind::DigitalOrdinary => "数电发票（普通发票）",
        InvoiceKind::DigitalSpecial => "数电发票（增值税专用发票）",
        InvoiceKind::ClassicOrdinary => "增值税电子普通发票",
    }
}

const fn source_words(kind: InvoiceKind) -> &'static str {
    match kind {
        InvoiceKind::DigitalOrdinary | InvoiceKind::DigitalSpecial => "电子发票服务平台",
        InvoiceKind::ClassicOrdinary => "增值税发票管理系统",
    }
}

/// The state of a card in words.
pub const fn card_words(card: Option<CardState>) -> &'static str {
    match card {
        None => "",
        Some(CardState::Uploading | CardState::Inserting) => "投递中",
        Some(CardState::Inserted) => "已入卡包",
        Some(CardState::Locked) => "已锁定",
        Some(CardState::Reimbursed) => "已报销",
        Some(CardState::Cancelled) => "已作废",
        Some(_) => "待确认",
    }
}

/// How an order was paid, in words; a channel of the shop's own naming as the shop names it.
pub fn payment_words(channel: &str) -> &str {
    match channel {
        "wechat" => "微信支付",
        "alipay" => "支付宝",
        "unionpay" => "银联",
        "cash" => "现金",
        "card" => "银行卡",
        "transfer" => "转账",
        own => own,
    }
}

/// Why an invoice was taken back, as the tax authority's list words it.
pub const fn reason_words(reason: RedReason) -> &'static str {
    match reason {
        RedReason::Mistake => "开票有误",
        RedReason::Returned => "销货退回",
        RedReason::Ended => "服务中止",
        RedReason::Allowance => "销售折让",
    }
}

/// What is wrong with an order's payment, in words.
pub const fn payment_fault_words(fault: PaymentFault) -> &'static str {
    match fault {
        PaymentFault::NoNumber => "缺少交易单号",
        PaymentFault::Repeated => "交易单号重复",
    }
}

/// How far the tax authority has a number, in words.
pub const fn tax_words(state: InvoiceState) -> &'static str {
    match state {
        InvoiceState::Issued | InvoiceState::PartlyRed | InvoiceState::FullyRed => "税局已确认",
        InvoiceState::Uploading => "已上传，等待结果",
        InvoiceState::OutcomeUnknown => "结果未知，待查询",
        InvoiceState::Refused => "税局拒绝",
        InvoiceState::Drafted
        | InvoiceState::Ready
        | InvoiceState::Blocked
        | InvoiceState::Reserved => "已取号，未上传",
    }
}

/// How an order and its invoices compare, in words.
pub const fn match_words(result: Match) -> &'static str {
    match result {
        Match::Equal => "一致",
        Match::Rounding => "尾差",
        Match::Under => "少开",
        Match::Over => "多开",
        Match::Missing => "未开票",
    }
}

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

fn ledger_cells(no: i64, row: &LedgerRow) -> Vec<Cell> {
    let mut cells = vec![Cell::Count(no)];
    cells.extend(numbers(row));
    cells.extend([
        row.seller_tax_number.as_str().into(),
        row.seller_name.as_str().into(),
        row.buyer_tax_number.as_str().into(),
        row.buyer_name.as_str().into(),
        moment(row.issued_at).into(),
        row.amount.into(),
        row.tax.into(),
        row.total.into(),
        source_words(row.kind).into(),
        kind_words(row.kind).into(),
        state_words(row.state).into(),
        positive(row).into(),
        // Only the bureau knows its own view of the risk.
        "".into(),
        row.drawer.as_str().into(),
        row.remark.as_str().into(),
        row.order_no.as_str().into(),
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

fn line_cells(row: &LedgerRow, line: &LedgerLine) -> Vec<Cell> {
    let mut cells = Vec::from(numbers(row));
    cells.extend([
        row.seller_tax_number.as_str().into(),
        row.seller_name.as_str().into(),
        row.buyer_tax_number.as_str().into(),
        row.buyer_name.as_str().into(),
        moment(row.issued_at).into(),
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
        source_words(row.kind).into(),
        kind_words(row.kind).into(),
        state_words(row.state).into(),
        positive(row).into(),
        // Only the bureau knows its own view of the risk.
        "".into(),
        row.drawer.as_str().into(),
        row.remark.as_str().into(),
        row.order_no.as_str().into(),
    ]);
    cells
}

/// A stored quantity or price as a number; nothing where there is none.
pub(crate) fn decimal(stored: &str) -> Cell {
    match stored.parse::<Decimal>() {
        Ok(value) => Cell::Decimal(value.normalize()),
        Err(_) => stored.into(),
    }
}

/// How something was invoiced, as the return words it.
pub const fn issued_words(issued: Issued) -> &'static str {
    match issued {
        Issued::Special => "开具增值税专用发票",
        Issued::Ordinary => "开具其他发票",
        Issued::None => "未开具发票",
    }
}

fn vat_cells(row: &VatRow) -> Vec<Cell> {
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

fn vat_sum(rows: &[VatRow]) -> Vec<Cell> {
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

fn match_cells(row: &MatchRow) -> Vec<Cell> {
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

/// The month `yyyy-mm` in Shanghai, as moments; `None` for anything else.
pub fn month(text: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    if text.len() != 7 {
        return None;
    }
    let first = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()?;
    let next = first.checked_add_months(chrono::Months::new(1))?;
    let zone = FixedOffset::east_opt(8 * 3600)?;
    let at = |day: NaiveDate| {
        zone.from_local_datetime(&day.and_time(chrono::NaiveTime::MIN))
            .single()
            .map(|it| it.with_timezone(&Utc))
    };
    Some((at(first)?, at(next)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_at_midnight_in_shanghai() {
        let (from, until) = month("2026-12").unwrap();
        assert_eq!(from.to_rfc3339(), "2026-11-30T16:00:00+00:00");
        assert_eq!(until.to_rfc3339(), "2026-12-31T16:00:00+00:00");
        assert_eq!(moment(from), "2026-12-01 00:00:00");
        for wrong in ["2026-13", "2026-1", "26-01", "", "2026-01-01"] {
            assert!(month(wrong).is_none(), "{wrong}");
        }
    }
}
