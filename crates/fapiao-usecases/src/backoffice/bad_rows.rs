//! The bad rows of an import, with what is wrong in each: to be shown, mended and sent again.

use crate::merchant::import::{ImportError, ImportReport, decode};
use std::collections::BTreeMap;

/// A row that was not taken, cell by cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Line of the file, the heading being 1.
    pub line: u64,
    /// Its cells as they are in the file.
    pub cells: Vec<String>,
    /// What is wrong.
    pub wrong: Vec<WrongCell>,
}

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongCell {
    /// Its column, 0 is the first; `None` for the row as a whole.
    pub column: Option<usize>,
    /// Stable code.
    pub code: String,
    /// In words.
    pub message: String,
    /// The same in Chinese, where it says more than the code's own words.
    pub chinese: Option<Box<str>>,
}

/// The heading and the first `most` bad rows of a file that was read before.
///
/// # Errors
/// [`ImportError`] when the file cannot be read at all.
pub fn bad_rows(
    file: &[u8],
    report: &ImportReport,
    most: usize,
) -> Result<(Vec<String>, Vec<BadRow>), ImportError> {
    let (text, _) = decode(file)?;
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let heading: Vec<String> = reader
        .headers()
        .map_err(|error| ImportError::Heading(error.to_string()))?
        .iter()
        .map(str::to_owned)
        .collect();
    let mut wanted: BTreeMap<u64, Vec<WrongCell>> = BTreeMap::new();
    for error in &report.errors {
        let column = heading.iter().position(|it| *it == error.column);
        wanted.entry(error.row).or_default().push(WrongCell {
            column,
            code: error.code.clone(),
            message: error.message.clone(),
            chinese: error.chinese.clone(),
        });
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        if rows.len() >= most || wanted.is_empty() {
            break;
        }
        let Ok(record) = record else { continue };
        let line = record.position().map_or(0, csv::Position::line);
        if let Some(wrong) = wanted.remove(&line) {
            let cells = record.iter().map(str::to_owned).collect();
            rows.push(BadRow { line, cells, wrong });
        }
    }
    // Lines that cannot even be cut into cells are still named.
    for (line, wrong) in wanted {
        if rows.len() >= most {
            break;
        }
        rows.push(BadRow {
            line,
            cells: Vec::new(),
            wrong,
        });
    }
    rows.sort_by_key(|row| row.line);
    Ok((heading, rows))
}

/// The bad rows as a file of their own: the same columns and one more, `error`. Spreadsheets do not take a cell of it
/// for a formula.
pub fn bad_rows_file(heading: &[String], rows: &[BadRow]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(b"\xef\xbb\xbf".to_vec());
    let write = |writer: &mut csv::Writer<Vec<u8>>, cells: Vec<String>| {
        // Writing into memory does not fail.
        let _ = writer.write_record(cells);
    };
    let mut first: Vec<String> = heading.to_vec();
    first.push("error".to_owned());
    write(&mut writer, first);
    for row in rows {
        let mut cells: Vec<String> = row.cells.iter().map(|it| harmless(it)).collect();
        cells.resize(heading.len(), String::new());
        let wrong: Vec<String> = row
            .wrong
            .iter()
            .map(|it| match it.column.and_then(|at| heading.get(at)) {
                Some(name) => format!("{name}: {}", it.message),
                None => it.message.clone(),
            })
            .collect();
        cells.push(wrong.join("; "));
        write(&mut writer, cells);
    }
    writer.into_inner().unwrap_or_default()
}

fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::import::RowError;

    #[test]
    fn bad_rows_come_back_with_their_reasons() {
        let file = "order_no,name,quantity\nA-1,茶,1\nA-2,\"=1+1\",x\nA-3,\"two\nlines\",0\n";
        let error = |row, column: &str, message: &str| RowError {
            row,
            column: column.to_owned(),
            code: "wrong".to_owned(),
            message: message.to_owned(),
            chinese: None,
        };
        let report = ImportReport {
            errors: vec![
                error(3, "quantity", "not a number"),
                error(3, "", "odd"),
                error(4, "quantity", "above 0"),
            ],
            ..ImportReport::default()
        };
        let (heading, rows) = bad_rows(file.as_bytes(), &report, 100).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].line, rows[0].wrong.len()), (3, 2));
        assert_eq!(rows[0].wrong[0].column, Some(2));
        assert_eq!(rows[1].cells[1], "two\nlines");
        let file = String::from_utf8(bad_rows_file(&heading, &rows)).unwrap();
        assert!(file.contains("order_no,name,quantity,error"));
        assert!(file.contains("'=1+1") && file.contains("quantity: not a number; odd"));
    }
}
