//! What bookkeeping programs take in: vouchers (记账凭证) of invoices, of payments before their invoice and of fees, and the
//! sales invoices line by line; accounts and columns as the seller's [`Mapping`] has them.

use crate::{
    ArchiveError, Pieces,
    mapping::{Column, Mapping, Role},
    moved::MovedSales,
    reports,
    reports::payment_words,
    send,
    tables::{Cell, Table},
    vat,
};
use chrono::{DateTime, Utc};
use fapiao_domain::{ids::SellerId, money::Fen, rate::Rate};
use fapiao_usecases::{
    calendar::{in_shanghai, month},
    errors::StoreError,
    ports::{FeeOfDay, LedgerLine, LedgerRow, Moved, Period, Ports, SaleBalance, Scope},
    records::Order,
};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Invoices read at once.
const PAGE: u32 = 1000;
/// Decimals of a price with tax that is computed here.
const PRICE_DECIMALS: u32 = 8;

/// One row of a voucher. One of the two sides is `None`; a red invoice's amount is negative on the same side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it is booked.
    pub account: Role,
    /// Debit, in fen.
    pub debit: Option<Fen>,
    /// Credit, in fen.
    pub credit: Option<Fen>,
}

/// What a channel pays into.
fn paid_into(channel: &str) -> Role {
    match channel {
        "wechat" | "alipay" | "unionpay" => Role::Wallet,
        "card" | "transfer" => Role::Bank,
        "cash" => Role::Cash,
        _ => Role::Receivable,
    }
}

/// The voucher of an invoice: what came in or is owed, against revenue, prepayments and tax. Debit equals credit. With
/// `prepaid_first`, what was paid in an earlier month than it was invoiced comes out of the prepaid account.
pub fn entries(row: &LedgerRow, lines: &[LedgerLine], prepaid_first: bool) -> Vec<Entry> {
    let mut debit = paid_into(&row.payment_channel);
    if prepaid_first && row.paid_before && debit != Role::Receivable {
        debit = Role::Prepaid;
    }
    let (mut revenue, mut prepaid) = (Fen::ZERO, Fen::ZERO);
    let (mut output, mut levy, mut simplified) = (Fen::ZERO, Fen::ZERO, Fen::ZERO);
    for line in lines {
        if is_not_taxed(&line.rate) {
            prepaid += line.amount;
        } else {
            revenue += line.amount;
        }
        if is_general(&line.rate) {
            output += line.tax;
        } else if line.is_simplified || row.general_taxpayer {
            simplified += line.tax;
        } else {
            levy += line.tax;
        }
    }
    let credit = [
        (Role::Revenue, revenue),
        (Role::Prepaid, prepaid),
        (Role::OutputTax, output),
        (Role::LevyTax, levy),
        (Role::SimplifiedTax, simplified),
    ];
    let mut entries = vec![Entry {
        account: debit,
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

/// The rates of general taxpayers, with those of former years, at which red invoices are still issued; all others are
/// levied without input tax.
fn is_general(rate: &str) -> bool {
    let percent = |it: Rate| it.fraction() * Decimal::ONE_HUNDRED;
    Rate::parse(rate).is_ok_and(|it| {
        [13, 9, 6, 17, 16, 11, 10]
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

/// The mapping of a seller; the defaults where none is stored.
///
/// # Errors
/// The database.
pub async fn mapping_of(ports: &Ports, seller: &SellerId) -> Result<Mapping, StoreError> {
    let Some(stored) = ports.store.book_mapping(seller).await? else {
        return Ok(Mapping::default());
    };
    Mapping::read(&stored.content).map_err(|errors| {
        let first = errors.first().map_or("", |it| it.said[1].as_str());
        StoreError::Corrupt(format!("the mapping of seller {seller}: {first}"))
    })
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

/// Whose books a period and a scope are; `None` where they are those of several.
///
/// # Errors
/// The database.
pub async fn seller_of(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
) -> Result<Option<SellerId>, StoreError> {
    if let Some(seller) = &period.seller {
        return Ok(Some(seller.clone()));
    }
    if let Scope::Store(id) = scope {
        let store = ports.store.store(id).await?;
        return Ok(store.map(|it| it.seller));
    }
    let mut sellers = ports.store.sellers().await?.into_iter();
    let first = sellers.next();
    Ok(first.filter(|_| sellers.next().is_none()).map(|it| it.id))
}

async fn mapping_for(ports: &Ports, scope: &Scope, period: &Period) -> Result<Mapping, StoreError> {
    match seller_of(ports, scope, period).await? {
        Some(seller) => mapping_of(ports, &seller).await,
        None => Ok(Mapping::default()),
    }
}

/// The vouchers, page by page.
pub(crate) async fn write(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
    table: &mut Table,
    out: &Pieces,
) -> Result<(), ArchiveError> {
    let mapping = mapping_for(ports, scope, period).await?;
    let mut book = Book {
        mapping: &mapping,
        table,
        no: 0,
    };
    book.sheet("记账凭证", &mapping.vouchers)?;
    book.invoices(ports, scope, period, out, Book::voucher_of)
        .await?;
    if mapping.prepaid_before_invoice {
        book.prepayments(ports, scope, period, out).await?;
        book.given_back(ports, scope, period, out).await?;
    }
    // A statement is of the seller's account, not of a store's.
    if *scope == Scope::All {
        for fee in ports.store.fees(period).await? {
            book.voucher(&Facts {
                at: fee.day,
                summary: &fee_summary(&fee),
                customer: "",
                maker: "",
                entries: &fee_entries(&fee),
            })?;
        }
    }
    Ok(())
}

/// The sales invoices, line by line, page by page.
pub(crate) async fn write_sales(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
    table: &mut Table,
    out: &Pieces,
) -> Result<(), ArchiveError> {
    let mapping = mapping_for(ports, scope, period).await?;
    let mut book = Book {
        mapping: &mapping,
        table,
        no: 0,
    };
    book.sheet("销售发票", &mapping.sales)?;
    book.invoices(ports, scope, period, out, Book::sale_of)
        .await
}

/// A file as it is written.
struct Book<'a> {
    mapping: &'a Mapping,
    table: &'a mut Table,
    /// Number of the last voucher.
    no: i64,
}

/// Writes what a sheet says of one invoice.
type OfInvoice<'a> = fn(&mut Book<'a>, &LedgerRow, &[LedgerLine]) -> Result<(), ArchiveError>;

impl<'a> Book<'a> {
    fn sheet(&mut self, name: &str, columns: &[Column]) -> Result<(), ArchiveError> {
        let headings: Vec<&str> = columns.iter().map(|it| it.heading.as_str()).collect();
        self.table.sheet(name, &headings)
    }

    async fn invoices(
        &mut self,
        ports: &Ports,
        scope: &Scope,
        period: &Period,
        out: &Pieces,
        of: OfInvoice<'a>,
    ) -> Result<(), ArchiveError> {
        let mut after = None;
        loop {
            let (rows, more) = ports
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
                of(self, row, lines)?;
            }
            send(out, self.table.take()).await?;
            after = more;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    fn voucher_of(&mut self, row: &LedgerRow, lines: &[LedgerLine]) -> Result<(), ArchiveError> {
        self.voucher(&Facts {
            at: row.issued_at,
            summary: &summary(row),
            customer: &row.buyer_name,
            maker: &row.drawer,
            entries: &entries(row, lines, self.mapping.prepaid_before_invoice),
        })
    }

    fn sale_of(&mut self, row: &LedgerRow, lines: &[LedgerLine]) -> Result<(), ArchiveError> {
        for line in lines {
            self.table
                .row(&sale_cells(row, line, &self.mapping.sales))?;
        }
        Ok(())
    }

    /// Orders that were paid in the period and not invoiced at its end: received, and nothing earned yet. Those of a month
    /// that was closed before they came are among them, on the day they came.
    async fn prepayments(
        &mut self,
        ports: &Ports,
        scope: &Scope,
        period: &Period,
        out: &Pieces,
    ) -> Result<(), ArchiveError> {
        let mut moved = MovedSales::of(scope, period, &[Moved::Sold, Moved::Late]);
        while let Some(sales) = moved.next(ports).await? {
            for sale in &sales {
                self.prepayment(sale)?;
            }
            send(out, self.table.take()).await?;
        }
        Ok(())
    }

    fn prepayment(&mut self, sale: &SaleBalance) -> Result<(), ArchiveError> {
        if sale.moves.iter().any(|it| it.invoiced) {
            return Ok(());
        }
        let order = &sale.order;
        let back: Fen = sale.moves.iter().map(|it| it.net + it.tax).sum();
        let entries = prepaid_entries(order, order.totals.total + back);
        if entries.is_empty() {
            return Ok(());
        }
        let channel = payment_words(channel_of(order));
        self.voucher(&Facts {
            at: sale.counts_at,
            summary: &format!("预收 订单{} {channel}", order.order_no),
            customer: "",
            maker: "",
            entries: &entries,
        })
    }

    /// What was given back of orders whose payment is booked as received in advance since an earlier month: invoices, red
    /// ones too, go through that account, so the money leaves through it, whether or not anything was invoiced.
    async fn given_back(
        &mut self,
        ports: &Ports,
        scope: &Scope,
        period: &Period,
        out: &Pieces,
    ) -> Result<(), ArchiveError> {
        let mut moved = MovedSales::of(scope, period, &[Moved::Invoiced, Moved::GivenBack]);
        while let Some(sales) = moved.next(ports).await? {
            for sale in &sales {
                for (at, amount) in refunds_in_advance(sale, period) {
                    self.repayment(&sale.order, at, amount)?;
                }
            }
            send(out, self.table.take()).await?;
        }
        Ok(())
    }

    fn repayment(
        &mut self,
        order: &Order,
        at: DateTime<Utc>,
        amount: Fen,
    ) -> Result<(), ArchiveError> {
        let entries = prepaid_entries(order, amount);
        if entries.is_empty() {
            return Ok(());
        }
        let channel = payment_words(channel_of(order));
        self.voucher(&Facts {
            at,
            summary: &format!("退回预收 订单{} {channel}", order.order_no),
            customer: "",
            maker: "",
            entries: &entries,
        })
    }

    fn voucher(&mut self, facts: &Facts<'_>) -> Result<(), ArchiveError> {
        self.no += 1;
        for entry in facts.entries {
            self.table.row(&facts.cells(self.no, entry, self.mapping))?;
        }
        Ok(())
    }
}

/// The refunds of a period, below zero, of a sale that was paid in a month before its first invoice, if it ever got one.
fn refunds_in_advance(sale: &SaleBalance, period: &Period) -> BTreeMap<DateTime<Utc>, Fen> {
    let mut refunds = BTreeMap::new();
    let first = sale
        .moves
        .iter()
        .filter(|it| it.invoiced)
        .map(|it| it.at)
        .min();
    if first.is_some_and(|at| month(at) <= month(sale.counts_at)) {
        return refunds;
    }
    for it in sale.moves.iter().filter(|it| !it.invoiced) {
        if it.at >= period.from && it.at < period.until {
            *refunds.entry(it.at).or_insert(Fen::ZERO) += it.net + it.tax;
        }
    }
    refunds
}

fn channel_of(order: &Order) -> &str {
    order.payment.as_ref().map_or("", |it| it.channel.as_str())
}

/// Received before it is invoiced, less what was given back: nothing for an order that does not say how it was paid.
fn prepaid_entries(order: &Order, kept: Fen) -> Vec<Entry> {
    let into = paid_into(channel_of(order));
    if into == Role::Receivable {
        return Vec::new();
    }
    pair(into, Role::Prepaid, kept)
}

/// What the payment service kept of a day.
fn fee_entries(fee: &FeeOfDay) -> Vec<Entry> {
    let from = match paid_into(&fee.channel) {
        Role::Receivable => Role::Wallet,
        known => known,
    };
    pair(Role::Fee, from, Fen::of_sum(fee.fee))
}

fn fee_summary(fee: &FeeOfDay) -> String {
    let channel = payment_words(&fee.channel);
    format!("手续费 {channel} {} 笔", fee.lines)
}

fn pair(debit: Role, credit: Role, amount: Fen) -> Vec<Entry> {
    vec![
        Entry {
            account: debit,
            debit: Some(amount),
            credit: None,
        },
        Entry {
            account: credit,
            debit: None,
            credit: Some(amount),
        },
    ]
}

fn day(at: DateTime<Utc>) -> String {
    in_shanghai(at).format("%Y-%m-%d").to_string()
}

/// What a voucher's rows may say.
struct Facts<'a> {
    at: DateTime<Utc>,
    summary: &'a str,
    customer: &'a str,
    maker: &'a str,
    entries: &'a [Entry],
}

impl Facts<'_> {
    fn cells(&self, no: i64, entry: &Entry, mapping: &Mapping) -> Vec<Cell> {
        let column = |it: &Column| match &it.value {
            Some(value) => value.as_str().into(),
            None => self.cell(&it.field, no, entry, mapping),
        };
        mapping.vouchers.iter().map(column).collect()
    }

    fn cell(&self, field: &str, no: i64, entry: &Entry, mapping: &Mapping) -> Cell {
        let account = mapping.accounts.of(entry.account);
        let amount = |side: Option<Fen>| side.map_or_else(|| Cell::from(""), Cell::from);
        match field {
            "date" => day(self.at).into(),
            "word" => mapping.voucher_word.as_str().into(),
            "no" => Cell::Count(no),
            "attachments" | "exchange_rate" => Cell::Count(1),
            "summary" => self.summary.into(),
            "account_code" => account.code.as_str().into(),
            "account_name" => account.name.as_str().into(),
            "debit" => amount(entry.debit),
            "credit" => amount(entry.credit),
            "currency" => mapping.currency.as_str().into(),
            "amount" => amount(entry.debit.or(entry.credit)),
            "customer" => self.customer.into(),
            "maker" => self.maker.into(),
            // Quantity and price are of the sales invoice; who reviews and posts signs in the program.
            _ => "".into(),
        }
    }
}

fn sale_cells(row: &LedgerRow, line: &LedgerLine, columns: &[Column]) -> Vec<Cell> {
    let column = |it: &Column| match &it.value {
        Some(value) => value.as_str().into(),
        None => sale_cell(row, line, &it.field),
    };
    columns.iter().map(column).collect()
}

fn sale_cell(row: &LedgerRow, line: &LedgerLine, field: &str) -> Cell {
    match field {
        "date" => day(row.issued_at).into(),
        "number" => format!("{}{}", row.code, row.number).into(),
        "customer_code" => row.buyer_tax_number.as_str().into(),
        "customer_name" => row.buyer_name.as_str().into(),
        "item_code" => line.tax_code.as_str().into(),
        "item_name" => line.name.as_str().into(),
        "spec" => line.spec.as_str().into(),
        "unit" => line.unit.as_str().into(),
        "quantity" => reports::decimal(&line.quantity),
        "price" => reports::decimal(&line.unit_price),
        "price_with_tax" => price_with_tax(line),
        "rate" => vat::rate_words(&line.rate).into(),
        "net" => line.amount.into(),
        "tax" => line.tax.into(),
        "gross" => line.gross.into(),
        "clerk" => row.drawer.as_str().into(),
        "department" => row.store.as_str().into(),
        "remark" => row.remark.as_str().into(),
        _ => "".into(),
    }
}

fn price_with_tax(line: &LedgerLine) -> Cell {
    let quantity = line.quantity.parse::<Decimal>().ok();
    quantity
        .and_then(|it| line.gross.yuan().checked_div(it))
        .map_or_else(
            || Cell::from(""),
            |it| Cell::Decimal(it.round_dp(PRICE_DECIMALS).normalize()),
        )
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
            is_simplified: false,
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
            general_taxpayer: false,
            paid_before: false,
        }
    }

    /// By default.
    fn code(role: Role) -> &'static str {
        match role {
            Role::Cash => "1001",
            Role::Bank => "1002",
            Role::Wallet => "1012",
            Role::Receivable => "1122",
            Role::Prepaid => "2203",
            Role::LevyTax => "2221",
            Role::SimplifiedTax => "2221.08",
            Role::OutputTax => "2221.01",
            Role::Revenue => "6001",
            Role::Fee => "6603",
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
            .map(|it| (code(it.account), side(it).0, side(it).1))
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
        let entries = entries(&row("wechat", &lines), &lines, false);
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
    fn a_levy_of_a_general_taxpayer_has_an_account_of_its_own() {
        let mut lines = [line("0.03", "200", "6"), line("0.05", "100", "5")];
        lines[1].is_simplified = true;
        let entries = entries(&row("wechat", &lines), &lines, false);
        assert_eq!(
            booked(&entries),
            [
                ("1012", "debit", 31_100),
                ("6001", "credit", 30_000),
                ("2221", "credit", 600),
                ("2221.08", "credit", 500)
            ]
        );
        let account = Mapping::default().accounts.simplified_tax;
        assert_eq!(account.name, "应交税费（简易计税）");
        // Whatever the policy says: a general taxpayer has no other levy. Output tax stays output tax.
        let lines = [line("0.03", "200", "6"), line("0.13", "100", "13")];
        let mut general = row("wechat", &lines);
        general.general_taxpayer = true;
        assert_eq!(
            booked(&super::entries(&general, &lines, false))[2..],
            [("2221.01", "credit", 1_300), ("2221.08", "credit", 600)]
        );
    }

    #[test]
    fn a_red_invoice_at_a_former_rate_takes_output_tax_back() {
        for rate in ["0.17", "0.16", "0.11", "0.1"] {
            let lines = [line(rate, "-100", "-10")];
            let entries = entries(&row("", &lines), &lines, false);
            assert_eq!(booked(&entries)[2], ("2221.01", "credit", -1_000), "{rate}");
        }
        for levied in ["0.05", "0.03", "0.015", "0.01"] {
            assert!(!is_general(levied), "{levied}");
        }
    }

    #[test]
    fn a_red_invoice_is_negative_on_the_same_sides() {
        let lines = [line("0.13", "-100", "-13")];
        let row = row("", &lines);
        assert_eq!(
            booked(&entries(&row, &lines, false)),
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
            booked(&entries(&row("cash", &lines), &lines, false)),
            [("1001", "debit", 50_000), ("2203", "credit", 50_000)]
        );
    }

    #[test]
    fn a_price_with_tax_is_what_the_line_costs_by_its_quantity() {
        let lines = [line("0.13", "100", "13")];
        let mapping = Mapping::default();
        let cells = sale_cells(&row("", &lines), &lines[0], &mapping.sales);
        assert_eq!(cells[10], Cell::Decimal("37.66666667".parse().unwrap()));
        for role in Role::ALL {
            assert_eq!(mapping.accounts.of(role).code, code(role));
        }
    }

    #[test]
    fn what_was_paid_in_an_earlier_month_comes_out_of_the_prepaid_account_when_asked_for() {
        let lines = [line("0.13", "100", "13")];
        let mut late = row("wechat", &lines);
        late.paid_before = true;
        assert_eq!(
            booked(&entries(&late, &lines, true))[0],
            ("2203", "debit", 11_300)
        );
        assert_eq!(
            booked(&entries(&late, &lines, false))[0],
            ("1012", "debit", 11_300)
        );
        late.payment_channel = String::new();
        assert_eq!(
            booked(&entries(&late, &lines, true))[0],
            ("1122", "debit", 11_300)
        );
    }

    #[test]
    fn a_fee_goes_out_of_what_the_service_pays_into() {
        let fee = FeeOfDay {
            seller: SellerId::from_ulid("01J00000000000000000000001"),
            tax_number: String::new(),
            channel: "wechat".to_owned(),
            day: DateTime::UNIX_EPOCH,
            lines: 2,
            fee: 129,
        };
        assert_eq!(
            booked(&fee_entries(&fee)),
            [("6603", "debit", 129), ("1012", "credit", 129)]
        );
        assert_eq!(fee_summary(&fee), "手续费 微信支付 2 笔");
    }

    #[test]
    fn a_mapping_changes_accounts_words_and_columns() {
        let lines = [line("0.13", "100", "13")];
        let row = row("wechat", &lines);
        let mut mapping = Mapping::default();
        mapping.accounts.wallet.code = "1012.03".to_owned();
        mapping.voucher_word = "收".to_owned();
        mapping.vouchers = crate::mapping::columns_of(
            "科目 = account_code\n字 = word\n组织 = \"01\"\n借 = debit\n",
        );
        assert!(mapping.errors().is_empty());
        let entries = entries(&row, &lines, false);
        let facts = Facts {
            at: row.issued_at,
            summary: "",
            customer: "",
            maker: "",
            entries: &entries,
        };
        assert_eq!(
            facts.cells(1, &entries[0], &mapping),
            [
                Cell::from("1012.03"),
                Cell::from("收"),
                Cell::from("01"),
                Cell::from(yuan("113"))
            ]
        );
    }
}
