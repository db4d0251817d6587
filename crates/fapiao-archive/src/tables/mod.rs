//! Tables, row by row, as CSV or XLSX.
//!
//! A cell that a spreadsheet would take for a formula is guarded: in CSV by an apostrophe before it, in XLSX by being a
//! text, which is never computed. Numbers, codes and accounts are texts, so that no digit is lost: in XLSX for every program.
//! CSV has no texts, and a spreadsheet that guesses shows a number of 20 digits as 2.7E+19: it is for programs, XLSX for
//! people.

mod csv;
mod xlsx;

pub use xlsx::ROWS_OF_A_SHEET;

use crate::{ArchiveError, zip::Tail};
use csv::Csv;
use fapiao_domain::money::Fen;
use rust_decimal::Decimal;
use xlsx::Xlsx;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values, UTF-8 with a mark at its beginning, so that Excel reads Chinese.
    Csv,
    /// Office Open XML.
    Xlsx,
}

impl Format {
    /// The ending of the file's name.
    pub const fn ending(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
        }
    }

    /// Reads the ending.
    pub fn parse(text: &str) -> Option<Format> {
        [Format::Csv, Format::Xlsx]
            .into_iter()
            .find(|it| it.ending() == text)
    }

    /// For answers over HTTP.
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// A text, also for numbers that name something.
    Text(String),
    /// An amount in yuan with two decimals.
    Money(Fen),
    /// A whole number to count with.
    Count(i64),
    /// A quantity or price, with the decimals it has.
    Decimal(Decimal),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text)
    }
}

impl From<Fen> for Cell {
    fn from(amount: Fen) -> Cell {
        Cell::Money(amount)
    }
}

impl From<i64> for Cell {
    fn from(count: i64) -> Cell {
        Cell::Count(count)
    }
}

enum Kind {
    Csv(Csv),
    Xlsx(Box<Xlsx>),
}

/// A table in the making. What is ready is taken by [`Table::take`].
pub struct Table(Kind);

impl Table {
    /// An empty file.
    ///
    /// # Errors
    /// When the temporary folder cannot be used.
    pub fn new(format: Format) -> Result<Table, ArchiveError> {
        Ok(Table(match format {
            Format::Csv => Kind::Csv(Csv::new()),
            Format::Xlsx => Kind::Xlsx(Box::new(Xlsx::new()?)),
        }))
    }

    /// Begins a sheet with its headings; in CSV a block after an empty line.
    ///
    /// # Errors
    /// When the temporary folder cannot be used.
    pub fn sheet(&mut self, name: &str, headings: &[&str]) -> Result<(), ArchiveError> {
        match &mut self.0 {
            Kind::Csv(csv) => csv.sheet(headings),
            Kind::Xlsx(xlsx) => xlsx.sheet(name, headings)?,
        }
        Ok(())
    }

    /// Adds a row to the sheet.
    ///
    /// # Errors
    /// When the temporary folder cannot be used.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), ArchiveError> {
        match &mut self.0 {
            Kind::Csv(csv) => csv.row(cells),
            Kind::Xlsx(xlsx) => xlsx.row(cells)?,
        }
        Ok(())
    }

    /// What is ready to be sent.
    pub fn take(&mut self) -> Vec<u8> {
        match &mut self.0 {
            Kind::Csv(csv) => csv.take(),
            Kind::Xlsx(xlsx) => xlsx.take(),
        }
    }

    /// How much is ready to be sent.
    pub fn ready(&self) -> usize {
        match &self.0 {
            Kind::Csv(csv) => csv.ready(),
            Kind::Xlsx(xlsx) => xlsx.ready(),
        }
    }

    /// Ends the file and gives its last pieces.
    ///
    /// # Errors
    /// When the temporary folder cannot be used.
    pub fn finish(self) -> Result<End, ArchiveError> {
        Ok(match self.0 {
            Kind::Csv(mut csv) => End(Some(csv.take()), None),
            Kind::Xlsx(xlsx) => End(None, Some(xlsx.finish()?)),
        })
    }
}

/// The last pieces of a file.
pub struct End(Option<Vec<u8>>, Option<Tail>);

impl End {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// When the temporary folder cannot be used.
    pub fn next_piece(&mut self) -> Result<Option<Vec<u8>>, ArchiveError> {
        if let Some(last) = self.0.take() {
            return Ok(Some(last));
        }
        match &mut self.1 {
            Some(tail) => Ok(tail.next_piece()?),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx as Reading};
    use proptest::prelude::*;
    use std::io::Cursor;

    fn whole(mut table: Table) -> Vec<u8> {
        let mut bytes = table.take();
        let mut end = table.finish().unwrap();
        while let Some(piece) = end.next_piece().unwrap() {
            bytes.extend(piece);
        }
        bytes
    }

    fn fen(value: i64) -> Fen {
        Fen::new(value).unwrap()
    }

    #[test]
    fn excel_reads_what_was_written() {
        let mut table = Table::new(Format::Xlsx).unwrap();
        table
            .sheet("发票基础信息", &["号码", "金额", "数"])
            .unwrap();
        table
            .row(&["26999000000000000001".into(), fen(-11_305).into(), 3.into()])
            .unwrap();
        table
            .row(&["=1+1 <&\"\u{1}".into(), fen(5).into(), 0.into()])
            .unwrap();
        table.sheet("二", &["空"]).unwrap();
        let bytes = whole(table);
        let mut book: Reading<_> = Reading::new(Cursor::new(bytes)).unwrap();
        assert_eq!(book.sheet_names(), ["发票基础信息", "二"]);
        let sheet = book.worksheet_range("发票基础信息").unwrap();
        let cell = |row, column| sheet.get_value((row, column)).cloned().unwrap();
        assert_eq!(cell(0, 1), Data::String("金额".into()));
        assert_eq!(cell(1, 0), Data::String("26999000000000000001".into()));
        assert_eq!(cell(1, 1), Data::Float(-113.05));
        assert_eq!(cell(1, 2), Data::Float(3.0));
        // A text, not a formula; what XML cannot carry is left out.
        assert_eq!(cell(2, 0), Data::String("=1+1 <&\"".into()));
        assert!(book.worksheet_formula("发票基础信息").unwrap().is_empty());
    }

    #[test]
    fn a_csv_is_marked_quoted_and_guarded() {
        let mut table = Table::new(Format::Csv).unwrap();
        table.sheet("x", &["名称", "金额"]).unwrap();
        table
            .row(&["=HYPERLINK(\"http://x\")".into(), fen(-5).into()])
            .unwrap();
        table.row(&["a,b\n\"c\"".into(), fen(100).into()]).unwrap();
        let text = String::from_utf8(whole(table)).unwrap();
        assert_eq!(
            text,
            "\u{feff}名称,金额\r\n\"'=HYPERLINK(\"\"http://x\"\")\",-0.05\r\n\"a,b\n\"\"c\"\"\",1.00\r\n"
        );
    }

    #[test]
    fn the_same_rows_give_the_same_bytes() {
        let make = || {
            let mut table = Table::new(Format::Xlsx).unwrap();
            table.sheet("一", &["a"]).unwrap();
            for row in 0..100 {
                table.row(&[Cell::Count(row)]).unwrap();
            }
            whole(table)
        };
        assert_eq!(make(), make());
    }

    proptest! {
        #[test]
        fn no_text_begins_like_a_formula(text in ".{0,12}") {
            let mut table = Table::new(Format::Csv).unwrap();
            table.sheet("x", &["h"]).unwrap();
            table.row(&[Cell::Text(text)]).unwrap();
            let all = String::from_utf8(whole(table)).unwrap();
            let cell = all.split_once("\r\n").unwrap().1.strip_suffix("\r\n").unwrap();
            // As a spreadsheet reads it: the outer quotes off, doubled ones single.
            let inner = cell.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
            let cell = inner.map_or_else(|| cell.to_owned(), |it| it.replace("\"\"", "\""));
            prop_assert!(!cell.starts_with(['\t', '\r', '\n']), "{cell:?}");
            let seen = cell.trim_start_matches(|it: char| it.is_whitespace() || it.is_control());
            prop_assert!(!seen.starts_with(['=', '+', '-', '@']), "{cell:?}");
        }
    }
}
