//! What bookkeeping programs take in: one voucher (记账凭证) for each invoice, and the sales invoices line by line, with
//! the columns that Kingdee (金蝶) and UFIDA (用友) share.

use crate::{
    ArchiveError, Pieces, reports,
    reports::payment_words,
    send,
    tables::{Cell, Table},
    vat,
};
use fapiao_domain::{money::Fen, rate::Rate};
use fapiao_usecases::{
    calendar::in_shanghai,
    errors::StoreError,
    ports::{LedgerLine, LedgerRow, Period, Ports, Scope},
};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Invoices read at once.
const PAGE: u32 = 1000;
/// Decimals of a price with tax that is computed here.
const PRICE_DECIMALS: u32 = 8;

/// Columns of vouchers.
pub const VOUCHERS: [&str; 18] = [
    "日期",
    "凭证字",
    "凭证号",
    "附单据数",
    "摘要",
    "科目代码",
    "科目名称",
    "借方金额",
    "贷方金额",
    "币别",
    "汇率",
    "原币金额",
    "数量",
    "单价",
    "核算项目/客户",
    "制单人",
    "审核人",
    "过账人",
];

/// Columns of sales invoices.
pub const SALES: [&str; 18] = [
    "单据日期",
    "发票号码",
    "客户编码",
    "客户名称",
    "物料/存货编码",
    "名称",
    "规格",
    "单位",
    "数量",
    "不含税单价",
    "含税单价",
    "税率",
    "不含税金额",
    "税额",
    "价税合计",
    "业务员",
    "部门",
    "备注",
];

/// An account of the books (会计科目): code and name.
pub type Account = (&'static str, &'static str);

const CASH: Account = ("1001", "库存现金");
const BANK: Account = ("1002", "银行存款");
const WALLET: Account = ("1012", "其他货币资金");
const RECEIVABLE: Account = ("1122", "应收账款");
const PREPAID: Account = ("2203", "预收账款");
const TAX: Account = ("2221", "应交增值税");
const OUTPUT_TAX: Account = ("2221.01", "应交增值税（销项税额）");
const REVENUE: Account = ("6001", "主营业务收入");

/// One row of a voucher. One of the two sides is `None`; a red invoice's amount is negative on the same side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it is booked.
    pub account: Account,
    /// Debit, in fen.
    pub debit: Option<Fen>,
    /// Credit, in fen.
    pub credit: Option<Fen>,
}

/// The voucher of an invoice: what came in or is owed, against revenue, prepayments and tax. Debit equals credit.
pub fn entries(row: &LedgerRow, lines: &[LedgerLine]) -> Vec<Entry> {
    let paid_into = match row.payment_channel.as_str() {
        "wechat" | "alipay" | "unionpay" => WALLET,
        "card" | "transfer" => BANK,
        "cash" => CASH,
        _ => RECEIVABLE,
    };
    let (mut revenue, mut prepaid) = (Fen::ZERO, Fen::ZERO);
    let (mut output, mut levy) = (Fen::ZERO, Fen::ZERO);
    for line in lines {
        if is_not_taxed(&line.rate) {
            prepaid += line.amount;
        } else {
            revenue += line.amount;
        }
        if is_general(&line.rate) {
            output += line.tax;
        } else {
            levy += line.tax;
        }
    }
    let credit = [
        (REVENUE, revenue),
        (PREPAID, prepaid),
        (OUTPUT_TAX, output),
        (TAX, levy),
    ];
    let mut entries = vec![Entry {
        account: paid_into,
        debit: Some(row.total),
        credit: None,
    }];
    entries.extend(
        credit
            .into_iter()
            .filter(|(_, amount)| *amount != Fen::ZERO)
            .map(|(account, amount)| Entry {
                account,
                debit: None,
                credit: Some(amount),
            }),
    );
    entries
}

/// Sold vouchers and cards: nothing is earned yet.
fn is_not_taxed(rate: &str) -> bool {
    vat::rate_words(rate) == "不征税"
}

/// The rates of general taxpayers; all others are levied without input tax.
fn is_general(rate: &str) -> bool {
    let percent = |it: Rate| it.fraction() * Decimal::ONE_HUNDRED;
    Rate::parse(rate).is_ok_and(|it| {
        [13, 9, 6]
            .into_iter()
            .any(|general| percent(it) == Decimal::from(general))
    })
}

/// What a voucher is about.
pub fn summary(row: &LedgerRow) -> String {
    let what = if row.total.is_negative() {
        "红字冲销"
    } else {
        "销售"
    };
    let mut text = format!("{what} {}{}", row.code, row.number);
    if !row.order_no.is_empty() {
        text.push_str(" 订单");
        text.push_str(&row.order_no);
    }
    let channel = payment_words(&row.payment_channel);
    if !channel.is_empty() {
        text.push(' ');
        text.push_str(channel);
    }
    text
}

/// Whether a file of vouchers would hold the books of more than one seller. Bookkeeping programs know a voucher by its day
/// and number alone: two sellers' first vouchers of a day would become one, so each seller's are a file of their own.
///
/// # Errors
/// The database.
pub async fn mixes_sellers(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
) -> Result<bool, StoreError> {
    // A store belongs to one seller.
    if period.seller.is_some() || matches!(scope, Scope::Store(_)) {
        return Ok(false);
    }
    Ok(ports.store.sellers().await?.len() > 1)
}

/// Both sheets, page by page. Vouchers are counted per seller: each keeps books of its own.
pub(crate) async fn write(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
    table: &mut Table,
    out: &Pieces,
) -> Result<(), ArchiveError> {
    let mut numbers: BTreeMap<String, i64> = BTreeMap::new();
    for sheet in [Sheet::Vouchers, Sheet::Sales] {
        match sheet {
            Sheet::Vouchers => table.sheet("记账凭证", &VOUCHERS)?,
            Sheet::Sales => table.sheet("销售发票", &SALES)?,
        }
        let mut after = None;
        loop {
            let (rows, next) = ports
                .store
                .ledger_rows(scope, period, after.as_ref(), PAGE)
                .await?;
            let ids: Vec<_> = rows.iter().map(|it| it.id.clone()).collect();
            let lines = ports.store.ledger_lines(&ids).await?;
            let mut rest = lines.as_slice();
            for row in &rows {
                let own = rest.iter().take_while(|it| it.invoice == row.id).count();
                let (lines, others) = rest.split_at(own);
                rest = others;
                if sheet == Sheet::Sales {
                    for line in lines {
                        table.row(&sale_cells(row, line))?;
                    }
                    continue;
                }
                let no = numbers.entry(row.seller_tax_number.clone()).or_default();
                *no += 1;
                for entry in entries(row, lines) {
                    table.row(&voucher_cells(*no, row, &entry))?;
                }
            }
            send(out, table.take()).await?;
            after = next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sheet {
    Vouchers,
    Sales,
}

fn day(row: &LedgerRow) -> String {
    in_shanghai(row.issued_at).format("%Y-%m-%d").to_string()
}

fn voucher_cells(no: i64, row: &LedgerRow, entry: &Entry) -> Vec<Cell> {
    let amount = |side: Option<Fen>| side.map_or_else(|| Cell::from(""), Cell::from);
    vec![
        day(row).into(),
        "记".into(),
        Cell::Count(no),
        Cell::Count(1),
        summary(row).into(),
        entry.account.0.into(),
        entry.account.1.into(),
        amount(entry.debit),
        amount(entry.credit),
        "人民币".into(),
        Cell::Count(1),
        amount(entry.debit.or(entry.credit)),
        "".into(),
        "".into(),
        row.buyer_name.as_str().into(),
        row.drawer.as_str().into(),
        "".into(),
        "".into(),
    ]
}

fn sale_cells(row: &LedgerRow, line: &LedgerLine) -> Vec<Cell> {
    let quantity = line.quantity.parse::<Decimal>().ok();
    let price_with_tax = quantity
        .and_then(|it| line.gross.yuan().checked_div(it))
        .map_or_else(
            || Cell::from(""),
            |it| Cell::Decimal(it.round_dp(PRICE_DECIMALS).normalize()),
        );
    vec![
        day(row).into(),
        format!("{}{}", row.code, row.number).into(),
        row.buyer_tax_number.as_str().into(),
        row.buyer_name.as_str().into(),
        line.tax_code.as_str().into(),
        line.name.as_str().into(),
        line.spec.as_str().into(),
        line.unit.as_str().into(),
        reports::decimal(&line.quantity),
        reports::decimal(&line.unit_price),
        price_with_tax,
        vat::rate_words(&line.rate).into(),
        line.amount.into(),
        line.tax.into(),
        line.gross.into(),
        row.drawer.as_str().into(),
        row.store.as_str().into(),
        row.remark.as_str().into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use fapiao_domain::{
        ids::{Id, InvoiceId},
        invoice::{InvoiceKind, InvoiceState},
    };

    fn yuan(text: &str) -> Fen {
        Fen::parse_yuan(text).unwrap()
    }

    fn line(rate: &str, amount: &str, tax: &str) -> LedgerLine {
        LedgerLine {
            invoice: InvoiceId::from_ulid("01J00000000000000000000001"),
            tax_code: "1010115010100000000".to_owned(),
            name: "*水果*苹果".to_owned(),
            spec: String::new(),
            unit: "箱".to_owned(),
            quantity: "3".to_owned(),
            unit_price: String::new(),
            amount: yuan(amount),
            rate: rate.to_owned(),
            tax: yuan(tax),
            gross: yuan(amount) + yuan(tax),
        }
    }

    fn row(channel: &str, lines: &[LedgerLine]) -> LedgerRow {
        let sum = |of: fn(&LedgerLine) -> Fen| lines.iter().map(of).sum::<Fen>();
        LedgerRow {
            id: InvoiceId::from_ulid("01J00000000000000000000001"),
            code: String::new(),
            number: "26999000000000000001".to_owned(),
            kind: InvoiceKind::DigitalOrdinary,
            state: InvoiceState::Issued,
            seller_tax_number: "91330000MA00000000".to_owned(),
            seller_name: "甲".to_owned(),
            buyer_tax_number: String::new(),
            buyer_name: "乙".to_owned(),
            issued_at: DateTime::UNIX_EPOCH,
            amount: sum(|it| it.amount),
            tax: sum(|it| it.tax),
            total: sum(|it| it.gross),
            drawer: "王".to_owned(),
            remark: String::new(),
            order_no: "A-1".to_owned(),
            store: String::new(),
            card: None,
            delivered_at: None,
            uploaded_at: None,
            pdf_hash: String::new(),
            payment_channel: channel.to_owned(),
            payment_number: String::new(),
            red_reason: None,
            blue_number: String::new(),
            confirmation: String::new(),
        }
    }

    fn booked(entries: &[Entry]) -> Vec<(&str, &str, i64)> {
        let side = |it: &Entry| match (it.debit, it.credit) {
            (Some(amount), None) => ("debit", amount.get()),
            (None, Some(amount)) => ("credit", amount.get()),
            both => panic!("{both:?}"),
        };
        entries
            .iter()
            .map(|it| (it.account.0, side(it).0, side(it).1))
            .collect()
    }

    #[test]
    fn every_kind_of_line_has_its_account_and_both_sides_are_equal() {
        let lines = [
            line("0.13", "100", "13"),
            line("0.03", "200", "6"),
            line("0", "7", "0"),
            line("0.06", "50", "3"),
        ];
        let entries = entries(&row("wechat", &lines), &lines);
        assert_eq!(
            booked(&entries),
            [
                ("1012", "debit", 37_900),
                ("6001", "credit", 35_700),
                ("2221.01", "credit", 1_600),
                ("2221", "credit", 600)
            ]
        );
    }

    #[test]
    fn a_red_invoice_is_negative_on_the_same_sides() {
        let lines = [line("0.13", "-100", "-13")];
        let row = row("", &lines);
        assert_eq!(
            booked(&entries(&row, &lines)),
            [
                ("1122", "debit", -11_300),
                ("6001", "credit", -10_000),
                ("2221.01", "credit", -1_300)
            ]
        );
        assert_eq!(summary(&row), "红字冲销 26999000000000000001 订单A-1");
    }

    #[test]
    fn what_is_not_taxed_is_a_prepayment() {
        let lines = [line("not_taxed", "500", "0")];
        assert_eq!(vat::rate_words("not_taxed"), "不征税");
        assert_eq!(
            booked(&entries(&row("cash", &lines), &lines)),
            [("1001", "debit", 50_000), ("2203", "credit", 50_000)]
        );
    }

    #[test]
    fn a_price_with_tax_is_what_the_line_costs_by_its_quantity() {
        let lines = [line("0.13", "100", "13")];
        let cells = sale_cells(&row("", &lines), &lines[0]);
        assert_eq!(cells.len(), SALES.len());
        assert_eq!(cells[10], Cell::Decimal("37.66666667".parse().unwrap()));
        let entry = &entries(&row("", &lines), &lines)[0];
        assert_eq!(
            voucher_cells(1, &row("", &lines), entry).len(),
            VOUCHERS.len()
        );
    }
}
