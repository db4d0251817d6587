//! Statements of payment services (支付账单): read as their merchant pages hand them out, and taken once.

use crate::{
    actor::Actor,
    calendar,
    errors::StoreError,
    idempotency::fingerprint,
    merchant::import::decode,
    ports::{Ports, StatementFile, StatementLine},
};
use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Utc};
use fapiao_domain::{ids::SellerId, money::Fen};
use rust_decimal::Decimal;
use std::ops::RangeInclusive;
use thiserror::Error;

/// Most lines of one statement.
pub const MOST_LINES: usize = 200_000;

/// Characters of a wrong cell that are told.
const SHOWN: usize = 40;
/// Years in which payments are made.
const YEARS: RangeInclusive<i32> = 2000..=2100;

/// What a column holds, and how services head it. The first heading that a file has is taken.
const NUMBER: &[&str] = &["微信订单号", "支付宝交易号", "交易单号", "transaction_no"];
const TRADE_NO: &[&str] = &["商户订单号", "trade_no"];
const AT: &[&str] = &["交易时间", "完成时间", "time"];
const AMOUNT: &[&str] = &["订单金额", "订单金额（元）", "金额", "amount"];
const FEE: &[&str] = &["手续费", "服务费（元）", "fee"];
const RATE: &[&str] = &["费率", "rate"];
const REFUND_NO: &[&str] = &["微信退款单号", "退款批次号/请求号", "退款单号", "refund_no"];
const REFUND_AMOUNT: &[&str] = &["申请退款金额", "退款金额", "refund_amount"];

/// A statement that cannot be taken.
#[derive(Debug, Error)]
pub enum StatementError {
    /// Neither UTF-8 nor GB18030.
    #[error("the file is neither UTF-8 nor GB18030 text")]
    Encoding,
    /// Columns are missing; each with the headings it may have.
    #[error("the file lacks columns: {0}")]
    Heading(String),
    /// A cell cannot be read.
    #[error("line {line}: `{cell}` in column {column} cannot be read")]
    Cell {
        /// Line of the file, from 1.
        line: u64,
        /// Its heading.
        column: String,
        /// What stands there.
        cell: String,
    },
    /// No payments in it.
    #[error("there are no payments in the file")]
    Empty,
    /// Too many.
    #[error("the file has more than {MOST_LINES} lines; take it day by day")]
    TooLong,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementTaken {
    /// What it holds.
    pub file: StatementFile,
    /// `false` when it was taken before.
    pub is_new: bool,
}

/// Reads and stores a statement of a seller's account at a payment service.
///
/// # Errors
/// [`StatementError`].
pub async fn take(
    ports: &Ports,
    actor: &Actor,
    seller: &SellerId,
    channel: &str,
    (name, bytes): (&str, &[u8]),
) -> Result<StatementTaken, StatementError> {
    if ports.store.seller(seller).await?.is_none() {
        return Err(StoreError::NotFound {
            what: format!("seller {seller}"),
        }
        .into());
    }
    let lines = read(bytes)?;
    let (Some(first), Some(last)) = (
        lines.iter().map(|it| it.at).min(),
        lines.iter().map(|it| it.at).max(),
    ) else {
        return Err(StatementError::Empty);
    };
    let sha256 = fingerprint(bytes);
    let refunds = lines.iter().filter(|it| !it.refund_no.is_empty()).count();
    let file = StatementFile {
        id: fingerprint(format!("{seller} {channel} {sha256}").as_bytes())[..32].to_owned(),
        seller: seller.clone(),
        channel: channel.to_owned(),
        name: name.chars().take(120).collect(),
        sha256,
        from: calendar::start_of_day(first),
        until: calendar::start_of_day(last) + TimeDelta::days(1),
        payments: (lines.len() - refunds) as i64,
        refunds: refunds as i64,
        taken_by: actor.to_string(),
        taken_at: ports.clock.now(),
    };
    let is_new = ports.store.take_statement(&file, lines, actor).await?;
    Ok(StatementTaken { file, is_new })
}

/// The columns of a file by place.
struct Columns {
    headings: Vec<String>,
    number: usize,
    trade_no: Option<usize>,
    at: usize,
    amount: usize,
    fee: Option<usize>,
    rate: Option<usize>,
    refund_no: Option<usize>,
    refund_amount: Option<usize>,
}

impl Columns {
    fn of(record: &csv::StringRecord) -> Result<Columns, StatementError> {
        let headings: Vec<String> = record.iter().map(plain).collect();
        let find = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| headings.iter().position(|it| it == name))
        };
        let mut missing = Vec::new();
        let mut need = |names: &[&str]| {
            find(names).unwrap_or_else(|| {
                missing.push(names.join(" / "));
                0
            })
        };
        let (number, at, amount) = (need(NUMBER), need(AT), need(AMOUNT));
        if !missing.is_empty() {
            return Err(StatementError::Heading(missing.join("; ")));
        }
        Ok(Columns {
            number,
            at,
            amount,
            trade_no: find(TRADE_NO),
            fee: find(FEE),
            rate: find(RATE),
            refund_no: find(REFUND_NO),
            refund_amount: find(REFUND_AMOUNT),
            headings,
        })
    }

    /// Whether a row is the heading: services put a few lines of their own before it.
    fn is_heading(record: &csv::StringRecord) -> bool {
        let cells: Vec<String> = record.iter().map(plain).collect();
        [NUMBER, AT]
            .iter()
            .all(|names| names.iter().any(|name| cells.iter().any(|it| it == name)))
    }

    fn line(&self, no: u64, record: &csv::StringRecord) -> Result<StatementLine, StatementError> {
        let cell = |at: usize| plain(record.get(at).unwrap_or_default());
        let maybe = |at: Option<usize>| at.map(cell).unwrap_or_default();
        // A quotation mark that is not closed makes one cell of the rest of the file.
        let shown = |it: String| it.chars().take(SHOWN).collect();
        let wrong = |at: usize| StatementError::Cell {
            line: no,
            column: shown(self.headings[at].clone()),
            cell: shown(cell(at)),
        };
        let refund_no = match maybe(self.refund_no).as_str() {
            "0" => String::new(),
            other => other.to_owned(),
        };
        let paid = if refund_no.is_empty() {
            self.amount
        } else {
            self.refund_amount.unwrap_or(self.amount)
        };
        let amount = money(&cell(paid)).ok_or_else(|| wrong(paid))?;
        let amount = Fen::new(amount.get().abs()).map_err(|_| wrong(paid))?;
        let fee = match self.fee.filter(|at| !cell(*at).is_empty()) {
            Some(at) => money(&cell(at)).ok_or_else(|| wrong(at))?,
            None => Fen::ZERO,
        };
        let fee_due = match self.rate.filter(|at| !cell(*at).is_empty()) {
            Some(at) => {
                let rate = fraction(&cell(at)).ok_or_else(|| wrong(at))?;
                let due = amount.yuan().checked_mul(rate).ok_or_else(|| wrong(at))?;
                let due = Fen::round_half_up(due).map_err(|_| wrong(at))?;
                Some(if refund_no.is_empty() {
                    due
                } else {
                    Fen::new(-due.get()).map_err(|_| wrong(at))?
                })
            }
            None => None,
        };
        let number = cell(self.number);
        if number.is_empty() {
            return Err(wrong(self.number));
        }
        Ok(StatementLine {
            number,
            refund_no,
            trade_no: maybe(self.trade_no),
            at: moment(&cell(self.at)).ok_or_else(|| wrong(self.at))?,
            amount,
            fee,
            fee_due,
        })
    }
}

/// Services put a backtick or a tab before texts that a spreadsheet would take for numbers.
fn plain(cell: &str) -> String {
    cell.trim_matches(|it: char| it == '`' || it == '\u{feff}' || it.is_whitespace())
        .to_owned()
}

/// Amounts come with up to five decimals.
fn money(text: &str) -> Option<Fen> {
    let yuan: Decimal = text.replace(['¥', ','], "").parse().ok()?;
    Fen::round_half_up(yuan).ok()
}

/// `0.60%` or `0.006`: a part of the amount, and never more than it.
fn fraction(text: &str) -> Option<Decimal> {
    let fraction = match text.strip_suffix('%') {
        Some(percent) => percent
            .trim()
            .parse::<Decimal>()
            .ok()?
            .checked_div(Decimal::ONE_HUNDRED)?,
        None => text.parse().ok()?,
    };
    (Decimal::ZERO..=Decimal::ONE)
        .contains(&fraction)
        .then_some(fraction)
}

fn moment(text: &str) -> Option<DateTime<Utc>> {
    ["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .filter(|it| YEARS.contains(&it.year()))
        .map(|it| calendar::midnight(it.date()) + (it - it.date().and_time(chrono::NaiveTime::MIN)))
}

/// The lines of a statement. What a service writes above the heading and below the last payment is passed over.
fn read(bytes: &[u8]) -> Result<Vec<StatementLine>, StatementError> {
    let (text, _) = decode(bytes).map_err(|_| StatementError::Encoding)?;
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut columns: Option<Columns> = None;
    // What the row that comes nearest to a heading lacks.
    let mut nearest = [NUMBER, AT, AMOUNT].to_vec();
    let mut lines = Vec::new();
    for record in reader.records() {
        let Ok(record) = record else { continue };
        let no = record.position().map_or(0, csv::Position::line);
        let Some(known) = &columns else {
            if Columns::is_heading(&record) {
                columns = Some(Columns::of(&record)?);
            } else {
                let cells: Vec<String> = record.iter().map(plain).collect();
                let lacks =
                    |names: &&[&str]| !names.iter().any(|it| cells.iter().any(|at| at == it));
                let lacking: Vec<_> = [NUMBER, AT, AMOUNT].into_iter().filter(lacks).collect();
                if lacking.len() < nearest.len() {
                    nearest = lacking;
                }
            }
            continue;
        };
        // The sums at the end have fewer cells.
        if record.len() < known.headings.len().min(3) || plain(&record[0]).starts_with('总') {
            break;
        }
        if plain(&record[0]).starts_with('#') {
            continue;
        }
        if lines.len() == MOST_LINES {
            return Err(StatementError::TooLong);
        }
        lines.push(known.line(no, &record)?);
    }
    match columns {
        Some(_) if lines.is_empty() => Err(StatementError::Empty),
        Some(_) => Ok(lines),
        None => {
            let lacking: Vec<String> = nearest.iter().map(|it| it.join(" / ")).collect();
            Err(StatementError::Heading(lacking.join("; ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BILL: &str = "\u{feff}交易时间,公众账号ID,商户号,微信订单号,商户订单号,交易状态,订单金额,微信退款单号,申请退款金额,手续费,费率\r\n\
        `2026-11-21 09:10:11,`wx1,`1900,`4200001,`M-1,`SUCCESS,`113.00,`0,`0.00,`0.68000,`0.60%\r\n\
        `2026-11-21 12:00:00,`wx1,`1900,`4200001,`M-1,`REFUND,`0.00,`50001,`13.00,`-0.08000,`0.60%\r\n\
        总交易单数,应结订单总金额,退款总金额\r\n`2,`113.00,`13.00\r\n";

    #[test]
    fn a_bill_of_wechat_pay_is_read_as_it_comes() {
        let lines = read(BILL.as_bytes()).unwrap();
        assert_eq!(lines.len(), 2);
        let (paid, back) = (&lines[0], &lines[1]);
        assert_eq!(
            (
                paid.number.as_str(),
                paid.trade_no.as_str(),
                paid.refund_no.as_str()
            ),
            ("4200001", "M-1", "")
        );
        assert_eq!((paid.amount.get(), paid.fee.get()), (11_300, 68));
        assert_eq!(paid.fee_due.map(Fen::get), Some(68));
        assert_eq!(paid.at.to_rfc3339(), "2026-11-21T01:10:11+00:00");
        assert_eq!(back.refund_no, "50001");
        assert_eq!((back.amount.get(), back.fee.get()), (1_300, -8));
        assert_eq!(back.fee_due.map(Fen::get), Some(-8));
    }

    #[test]
    fn a_plain_file_is_read_too_and_what_is_wrong_is_named() {
        let plain = "time,transaction_no,amount\n2026-11-21 09:10:11,A1,12.5\n";
        let lines = read(plain.as_bytes()).unwrap();
        assert_eq!((lines[0].amount.get(), lines[0].fee_due), (1_250, None));
        for end in ["\n", "\r\n"] {
            let text = ["time,transaction_no,amount", "2026-11-21 09:10:11,A1,x", ""].join(end);
            let wrong = read(text.as_bytes());
            let Err(StatementError::Cell { line, column, cell }) = wrong else {
                panic!("{wrong:?}");
            };
            assert_eq!((line, column.as_str(), cell.as_str()), (2, "amount", "x"));
        }
        let missing = read("time,transaction_no\n".as_bytes());
        assert!(
            matches!(&missing, Err(StatementError::Heading(it)) if it.contains("订单金额") && !it.contains("time")),
            "{missing:?}"
        );
        let without = read("交易时间,订单金额\n2026-11-21 09:10:11,1\n".as_bytes());
        assert!(
            matches!(&without, Err(StatementError::Heading(it)) if it.starts_with("微信订单号") && !it.contains("; ")),
            "{without:?}"
        );
        assert!(matches!(
            read(b"a,b\n1,2\n"),
            Err(StatementError::Heading(_))
        ));
        let (gb, _, _) = encoding_rs::GB18030.encode(BILL);
        assert_eq!(read(&gb).unwrap().len(), 2);
    }

    #[test]
    fn cells_beyond_all_sense_are_wrong_and_stop_nothing_else() {
        let one = |at: &str, rate: &str| {
            let row = format!("{at},1,999999999.99,{rate}\n");
            let file = format!("time,transaction_no,amount,rate\n{row}");
            let Err(StatementError::Cell { column, cell, .. }) = read(file.as_bytes()) else {
                panic!("{row} is read");
            };
            (column, cell)
        };
        let day = "2026-11-21 09:10:11";
        for rate in [
            "79228162514264337593543950335",
            "4200000000000000000001",
            "1.01",
            "-0.006",
            "101%",
        ] {
            assert_eq!(one(day, rate), ("rate".to_owned(), rate.to_owned()));
        }
        for at in [
            "-262143-01-01 00:00:00",
            "+262142-12-31 23:59:59",
            "1999-12-31 10:00:00",
            "2101-01-01 10:00:00",
        ] {
            assert_eq!(one(at, "0.60%"), ("time".to_owned(), at.to_owned()));
        }
        // A mark that is not closed: the rest of the file is one cell.
        let rest = "2026-11-21 09:10:11,2,1.00,0\n".repeat(10_000);
        let file = format!("time,transaction_no,amount,rate\n{day},1,\"1.00,0\n{rest}");
        let Err(StatementError::Cell { cell, .. }) = read(file.as_bytes()) else {
            panic!("a cell of a whole file is read");
        };
        assert_eq!(cell.chars().count(), 40);
    }
}
