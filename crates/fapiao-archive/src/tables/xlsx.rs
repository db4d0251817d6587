//! Workbooks, written while they are sent: texts stand in their cells, so that no table of texts has to be kept.

use super::Cell;
use crate::zip::{Tail, Zip, ZipError};
use std::fmt::Write as _;

/// What a sheet holds, its headings included.
pub const ROWS_OF_A_SHEET: u32 = 1_048_576;
/// A sheet's part of the file stays below 4 GiB.
const BYTES_OF_A_SHEET: u64 = 3_500_000_000;
/// Rows are handed to the packer in pieces of about this size.
const PIECE: usize = 32 * 1024;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// A workbook in the making.
pub(super) struct Xlsx {
    zip: Zip,
    /// Names of the sheets so far.
    names: Vec<String>,
    headings: Vec<String>,
    /// The name that was asked for: a full sheet is continued under it.
    asked: String,
    rows: u32,
    part: u32,
    text: String,
}

impl Xlsx {
    pub(super) fn new() -> Result<Xlsx, ZipError> {
        let mut zip = Zip::new();
        // Texts, amounts with two decimals, and bold headings.
        let styles = format!(
            "{XML}<styleSheet xmlns=\"{MAIN}\"><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"0.00\"/></numFmts>\
             <fonts count=\"2\"><font><sz val=\"10\"/><name val=\"Arial\"/></font><font><b/><sz val=\"10\"/><name val=\"Arial\"/></font></fonts>\
             <fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>\
             <borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
             <cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
             <cellXfs count=\"4\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>\
             <xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
             <xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
             <xf numFmtId=\"49\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\"/></cellXfs>\
             <cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>"
        );
        zip.file("xl/styles.xml", styles.as_bytes())?;
        Ok(Xlsx {
            zip,
            names: Vec::new(),
            headings: Vec::new(),
            asked: String::new(),
            rows: 0,
            part: 1,
            text: String::new(),
        })
    }

    pub(super) fn sheet(&mut self, name: &str, headings: &[&str]) -> Result<(), ZipError> {
        self.headings = headings.iter().map(|it| (*it).to_owned()).collect();
        name.clone_into(&mut self.asked);
        self.part = 1;
        self.begin(name.to_owned())
    }

    fn begin(&mut self, name: String) -> Result<(), ZipError> {
        self.close()?;
        self.names.push(sheet_name(&name));
        self.zip
            .begin(&format!("xl/worksheets/sheet{}.xml", self.names.len()))?;
        self.rows = 0;
        let _ = write!(
            self.text,
            "{XML}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView workbookViewId=\"0\">\
             <pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>\
             <sheetFormatPr defaultRowHeight=\"14\"/><cols><col min=\"1\" max=\"{}\" width=\"18\" customWidth=\"1\"/></cols><sheetData>",
            self.headings.len().max(1)
        );
        let headings: Vec<Cell> = self.headings.iter().map(|it| it.as_str().into()).collect();
        self.put(&headings, true);
        Ok(())
    }

    pub(super) fn row(&mut self, cells: &[Cell]) -> Result<(), ZipError> {
        if self.rows >= ROWS_OF_A_SHEET || self.zip.written() > BYTES_OF_A_SHEET {
            self.part += 1;
            self.begin(format!("{} {}", self.asked, self.part))?;
        }
        self.put(cells, false);
        if self.text.len() > PIECE {
            self.flush()?;
        }
        Ok(())
    }

    pub(super) fn ready(&self) -> usize {
        self.zip.ready()
    }

    pub(super) fn take(&mut self) -> Vec<u8> {
        self.zip.take()
    }

    fn flush(&mut self) -> Result<(), ZipError> {
        self.zip.write(self.text.as_bytes())?;
        self.text.clear();
        Ok(())
    }

    fn close(&mut self) -> Result<(), ZipError> {
        if !self.names.is_empty() {
            self.text.push_str("</sheetData></worksheet>");
            self.flush()?;
            self.zip.end()?;
        }
        Ok(())
    }

    fn put(&mut self, cells: &[Cell], bold: bool) {
        self.rows += 1;
        let _ = write!(self.text, "<row r=\"{}\">", self.rows);
        for (column, cell) in cells.iter().enumerate() {
            let _ = write!(self.text, "<c r=\"");
            column_name(&mut self.text, column);
            let _ = match cell {
                Cell::Money(amount) => {
                    write!(self.text, "{}\" s=\"2\"><v>{amount}</v></c>", self.rows)
                }
                Cell::Count(count) => write!(self.text, "{}\"><v>{count}</v></c>", self.rows),
                Cell::Decimal(value) => write!(self.text, "{}\"><v>{value}</v></c>", self.rows),
                Cell::Text(text) => {
                    let style = if bold { 3 } else { 1 };
                    let _ = write!(
                        self.text,
                        "{}\" t=\"inlineStr\" s=\"{style}\"><is><t xml:space=\"preserve\">",
                        self.rows
                    );
                    escape(&mut self.text, text);
                    write!(self.text, "</t></is></c>")
                }
            };
        }
        self.text.push_str("</row>");
    }

    pub(super) fn finish(mut self) -> Result<Tail, ZipError> {
        self.close()?;
        let (mut sheets, mut links, mut types) = (String::new(), String::new(), String::new());
        for (place, name) in self.names.iter().enumerate() {
            let no = place + 1;
            let mut safe = String::new();
            escape(&mut safe, name);
            let _ = write!(
                sheets,
                "<sheet name=\"{safe}\" sheetId=\"{no}\" r:id=\"rId{no}\"/>"
            );
            let _ = write!(
                links,
                "<Relationship Id=\"rId{no}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{no}.xml\"/>"
            );
            let _ = write!(
                types,
                "<Override PartName=\"/xl/worksheets/sheet{no}.xml\" ContentType=\"{TYPE}.worksheet+xml\"/>"
            );
        }
        let styles = self.names.len() + 1;
        let book = format!(
            "{XML}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{sheets}</sheets></workbook>"
        );
        self.zip.file("xl/workbook.xml", book.as_bytes())?;
        let links = format!(
            "{XML}<Relationships xmlns=\"{PACKAGE}/relationships\">{links}\
             <Relationship Id=\"rId{styles}\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/></Relationships>"
        );
        self.zip
            .file("xl/_rels/workbook.xml.rels", links.as_bytes())?;
        let root = format!(
            "{XML}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" \
             Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        );
        self.zip.file("_rels/.rels", root.as_bytes())?;
        let types = format!(
            "{XML}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
             ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" \
             ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"{TYPE}.sheet.main+xml\"/>\
             <Override PartName=\"/xl/styles.xml\" ContentType=\"{TYPE}.styles+xml\"/>{types}</Types>"
        );
        self.zip.file("[Content_Types].xml", types.as_bytes())?;
        self.zip.finish()
    }
}

/// At most 31 letters, without those a sheet's name may not have.
fn sheet_name(name: &str) -> String {
    name.chars()
        .filter(|it| !matches!(it, '[' | ']' | ':' | '*' | '?' | '/' | '\\'))
        .take(31)
        .collect()
}

/// `A`, `B`, … `Z`, `AA`, …
fn column_name(out: &mut String, column: usize) {
    let letter = |place: usize| char::from(b'A' + u8::try_from(place % 26).unwrap_or(0));
    if column >= 26 {
        out.push(letter(column / 26 - 1));
    }
    out.push(letter(column));
}

/// Text for XML, without the letters XML 1.0 cannot carry.
fn escape(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'.. => out.push(letter),
            _ => {}
        }
    }
}
