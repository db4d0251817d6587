//! Reports as files: the invoice ledger, the month's VAT, orders beside invoices, vouchers.

mod columns;
mod words;

pub(crate) use columns::decimal;
pub use columns::{LEDGER, LINES, MATCHES, VAT};
pub use fapiao_usecases::calendar::month_bounds as month;
pub use words::{
    card_words, issued_words, kind_words, match_words, moment, payment_fault_words, payment_words,
    reason_words, state_words, tax_words,
};

use crate::{
    ArchiveError, Pieces, agreement, closing, findings, send,
    tables::{Format, Table},
    vat, vouchers,
};
use chrono::{DateTime, TimeDelta, Utc};
use columns::{
    PAYMENT_FAULTS, PAYMENTS, RESULTS, SEGMENTS, TAX_SIDE, UNCONFIRMED, ledger_cells, line_cells,
    match_cells, sum_cells, vat_cells, vat_sum,
};
use fapiao_domain::{invoice::InvoiceState, money::Fen};
use fapiao_usecases::{
    calendar::in_shanghai,
    ports::{Period, Ports, Scope},
};

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
    /// Vouchers, for bookkeeping programs. As CSV nothing else: such programs read one heading and one table; the
    /// workbook has the sales invoices on a sheet of their own.
    Vouchers,
    /// Sales invoices line by line, for bookkeeping programs: the vouchers' second file.
    Sales,
}

impl Report {
    /// All of them.
    pub const ALL: [Report; 5] = [
        Report::Ledger,
        Report::Vat,
        Report::Reconciliation,
        Report::Vouchers,
        Report::Sales,
    ];

    /// Whether it goes into one seller's books.
    pub const fn is_of_books(self) -> bool {
        matches!(self, Report::Vouchers | Report::Sales)
    }

    /// The name in addresses and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Report::Ledger => "ledger",
            Report::Vat => "vat",
            Report::Reconciliation => "reconciliation",
            Report::Vouchers => "vouchers",
            Report::Sales => "sales",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Report> {
        Report::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

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
            if let Some(lines) = agreement::of_month(ports, scope, period, &rows).await? {
                table.sheet("与汇总确认核对", &agreement::COLUMNS)?;
                for line in lines {
                    table.row(&line.cells())?;
                }
            }
        }
        Report::Reconciliation => matches(ports, scope, period, &mut table, out).await?,
        Report::Vouchers => {
            vouchers::write(ports, scope, period, &mut table, out).await?;
            if format == Format::Xlsx {
                vouchers::write_sales(ports, scope, period, &mut table, out).await?;
            }
        }
        Report::Sales => vouchers::write_sales(ports, scope, period, &mut table, out).await?,
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
    let named = |sums: [Fen; 3]| {
        let [net, tax, gross] = sums;
        [("金额", net), ("税额", tax), ("价税合计", gross)]
    };
    table.row(&sum_cells(&LEDGER, &named(sums)))?;
    table.sheet("信息汇总表", &LINES)?;
    let (mut after, mut no) = (None, 0_i64);
    let mut sums = [Fen::ZERO; 3];
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
                no += 1;
                for (sum, more) in sums.iter_mut().zip([line.amount, line.tax, line.gross]) {
                    *sum += more;
                }
                table.row(&line_cells(no, row, &line))?;
            }
            if table_is_full(table) {
                drain(table, out).await?;
            }
        }
        drain(table, out).await?;
        after = next;
        if after.is_none() {
            break;
        }
    }
    table.row(&sum_cells(&LINES, &named(sums)))?;
    Ok(())
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
    table.sheet("汇总", &RESULTS)?;
    let (mut sold, mut invoiced) = (0, 0);
    for (result, bucket) in ports.store.match_buckets(scope, period).await? {
        sold += bucket.sold;
        invoiced += bucket.invoiced;
        table.row(&[
            match_words(result).into(),
            bucket.count.into(),
            Fen::of_sum(bucket.sold).into(),
            Fen::of_sum(bucket.invoiced).into(),
            Fen::of_sum(bucket.invoiced - bucket.sold).into(),
        ])?;
    }
    let sums = [
        ("订单金额", Fen::of_sum(sold)),
        ("已开票金额", Fen::of_sum(invoiced)),
        ("差额", Fen::of_sum(invoiced - sold)),
    ];
    table.row(&sum_cells(&RESULTS, &sums))?;
    if *scope == Scope::All {
        table.sheet("号段核对", &SEGMENTS)?;
        for it in ports.store.segment_matches(period).await? {
            table.row(&[
                it.seller.into(),
                it.first.into(),
                it.last.into(),
                it.size.into(),
                it.taken.into(),
                it.held.into(),
                it.open.into(),
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
            break;
        }
    }
    // Every order of the period stands in one of the results.
    table.row(&sum_cells(&MATCHES, &sums))?;
    Ok(())
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
