//! Comma-separated values as RFC 4180 writes them.

use super::Cell;

/// A file in the making.
pub(super) struct Csv {
    out: String,
    begun: bool,
}

impl Csv {
    pub(super) fn new() -> Csv {
        Csv {
            // The byte order mark: without it Excel takes UTF-8 for the local code page.
            out: "\u{feff}".to_owned(),
            begun: false,
        }
    }

    pub(super) fn sheet(&mut self, headings: &[&str]) {
        if self.begun {
            self.out.push_str("\r\n");
        }
        self.begun = true;
        let cells: Vec<Cell> = headings.iter().map(|it| Cell::from(*it)).collect();
        self.row(&cells);
    }

    pub(super) fn row(&mut self, cells: &[Cell]) {
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                self.out.push(',');
            }
            match cell {
                Cell::Text(text) => self.text(text),
                Cell::Money(amount) => self.out.push_str(&amount.to_string()),
                Cell::Count(count) => self.out.push_str(&count.to_string()),
                Cell::Decimal(value) => self.out.push_str(&value.to_string()),
            }
        }
        self.out.push_str("\r\n");
    }

    pub(super) fn ready(&self) -> usize {
        self.out.len()
    }

    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out).into_bytes()
    }

    /// A text that no spreadsheet computes: spreadsheets look past white space, so the first visible letter counts.
    fn text(&mut self, text: &str) {
        let begins = text.trim_start_matches(|it: char| it.is_whitespace() || it.is_control());
        // What is written: NULs are left out below.
        let first = text.trim_start_matches('\0');
        let guarded = begins.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
            || first.starts_with(['\t', '\r', '\n']);
        let quoted = text.contains([',', '"', '\r', '\n']);
        if quoted {
            self.out.push('"');
        }
        if guarded {
            self.out.push('\'');
        }
        for letter in text.chars().filter(|it| *it != '\0') {
            if letter == '"' {
                self.out.push('"');
            }
            self.out.push(letter);
        }
        if quoted {
            self.out.push('"');
        }
    }
}
