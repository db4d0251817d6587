//! A till's day as a CSV file: read, checked row by row, then accepted like any other order.

use crate::{
    fields::FieldError,
    merchant::{
        drafts::{DeliveryDraft, DifferenceDraft, LineDraft, OrderDraft},
        intake::IntakeDesk,
        orders::{Caller, OrderError},
    },
    ports::{Accepted, NewOrder, Ports},
};
use fapiao_domain::{
    delivery::{Channel, PageType},
    totals::Totals,
};
use std::collections::HashMap;
use thiserror::Error;

/// Most data rows of one file.
pub const MAX_ROWS: usize = 100_000;
/// Orders per commit.
const ORDERS_PER_SET: usize = 200;

/// The columns, in the order of the template; files may order them as they like.
pub const COLUMNS: [&str; 18] = [
    "order_no",
    "store",
    "sold_at",
    "line",
    "name",
    "tax_code",
    "spec",
    "unit",
    "quantity",
    "unit_price",
    "tax_included",
    "rate",
    "discount",
    "order_discount",
    "difference_tax",
    "deduction",
    "invoice_kind",
    "preference",
];
const OPTIONAL: [&str; 10] = [
    "store",
    "sold_at",
    "line",
    "spec",
    "discount",
    "order_discount",
    "difference_tax",
    "deduction",
    "invoice_kind",
    "preference",
];

/// A bad cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// Line of the file, from 1; the heading is 1.
    pub row: u64,
    /// Column heading; empty when the whole row is meant.
    pub column: String,
    /// Stable code, such as `E_QUANTITY` or `E_ROW_CELLS`.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// The same in Chinese, where it says more than the code's own words.
    pub chinese: Option<Box<str>>,
}

/// What a file holds, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// `UTF-8` or `GB18030`.
    pub encoding: &'static str,
    /// Data rows.
    pub rows: u64,
    /// Orders in the file.
    pub orders: u64,
    /// Orders without errors.
    pub good: u64,
    /// Sums of the good orders.
    pub totals: Totals,
    /// Orders written now.
    pub created: u64,
    /// Orders that were accepted before with the same content.
    pub known: u64,
    /// Everything that is wrong.
    pub errors: Vec<RowError>,
}

/// A file cannot be read at all.
#[derive(Debug, Error)]
pub enum ImportError {
    /// Neither encoding fits.
    #[error("the file is neither UTF-8 nor GB18030 text")]
    Encoding,
    /// Headings are missing or unknown.
    #[error("{0}")]
    Heading(String),
    /// Too many rows.
    #[error("the file has more than {MAX_ROWS} rows; split it")]
    TooLong,
    /// The database.
    #[error(transparent)]
    Order(#[from] OrderError),
}

/// What to do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportMode {
    /// Check everything, write nothing.
    DryRun,
    /// Write if nothing is wrong; otherwise write nothing.
    AllOrNothing,
    /// Write the good orders, report the bad ones.
    GoodOnes,
    /// The same, and each new order gets a link for its buyer at once.
    WithLinks,
}

/// Imports a file of orders. Importing it again is harmless: orders are known by their number.
///
/// # Errors
/// [`ImportError`] when the file as a whole cannot be read; wrong rows are in the report.
pub async fn import_orders(
    ports: &Ports,
    caller: &Caller,
    file: &[u8],
    mode: ImportMode,
) -> Result<ImportReport, ImportError> {
    let (text, encoding) = decode(file)?;
    let mut sheet = read_sheet(&text)?;
    let mut report = ImportReport {
        encoding,
        rows: sheet.rows,
        orders: sheet.orders.len() as u64,
        errors: std::mem::take(&mut sheet.errors),
        ..ImportReport::default()
    };
    let mut desk = IntakeDesk::open(ports).await.map_err(OrderError::from)?;
    let mut good = Vec::new();
    for group in &mut sheet.orders {
        if mode == ImportMode::WithLinks {
            group.draft.delivery = Some(DeliveryDraft {
                channel: Channel::Web,
                page: PageType::Title,
                return_url: String::new(),
                title: None,
                document: None,
                invoice: None,
            });
        }
        match desk.read(ports, caller, &group.draft).await {
            Ok(order) if !group.broken => {
                report.good += 1;
                let totals = order.order.totals;
                report.totals.amount += totals.amount;
                report.totals.tax += totals.tax;
                report.totals.total += totals.total;
                good.push((group.rows[0], order));
            }
            Ok(_) => {}
            Err(OrderError::Invalid(errors)) => report
                .errors
                .extend(errors.iter().map(|error| group.place(error))),
            Err(other) => return Err(other.into()),
        }
    }
    report.errors.sort_by_key(|error| error.row);
    let write = match mode {
        ImportMode::DryRun => false,
        ImportMode::AllOrNothing => report.errors.is_empty(),
        ImportMode::GoodOnes | ImportMode::WithLinks => true,
    };
    if write {
        write_orders(ports, good, &mut report).await?;
    }
    Ok(report)
}

async fn write_orders(
    ports: &Ports,
    good: Vec<(u64, NewOrder)>,
    report: &mut ImportReport,
) -> Result<(), ImportError> {
    let mut good = good.into_iter().peekable();
    while good.peek().is_some() {
        let (rows, set): (Vec<u64>, Vec<NewOrder>) = good.by_ref().take(ORDERS_PER_SET).unzip();
        let numbers: Vec<String> = set.iter().map(|new| new.order.order_no.clone()).collect();
        let results = ports
            .store
            .accept_orders(set)
            .await
            .map_err(OrderError::from)?;
        for ((row, order_no), result) in rows.into_iter().zip(numbers).zip(results) {
            match result {
                Accepted::New => report.created += 1,
                Accepted::OrderNoTaken { same: true, .. } | Accepted::Replayed { .. } => {
                    report.known += 1
                }
                Accepted::OrderNoTaken {
                    existing,
                    same: false,
                } => report.errors.push(RowError {
                    row,
                    column: "order_no".to_owned(),
                    code: "E_ROW_ORDER_TAKEN".to_owned(),
                    message: format!(
                        "order number {order_no} was used for a different order ({existing})"
                    ),
                    chinese: Some(
                        format!("订单号 {order_no} 已用于内容不同的订单（{existing}）").into(),
                    ),
                }),
                Accepted::KeyReused => {}
            }
        }
    }
    Ok(())
}

struct Group {
    draft: OrderDraft,
    /// File line of each order line.
    rows: Vec<u64>,
    /// A row of it could not be read.
    broken: bool,
}

impl Group {
    /// From a JSON Pointer back to row and column.
    fn place(&self, error: &FieldError) -> RowError {
        let mut parts = error.pointer.trim_start_matches('/').split('/');
        let first = parts.next().unwrap_or_default();
        let (row, column) = match (
            first,
            parts.next().and_then(|index| index.parse::<usize>().ok()),
        ) {
            ("lines", Some(index)) => (
                self.rows.get(index).copied().unwrap_or(self.rows[0]),
                parts.next().unwrap_or_default(),
            ),
            _ => (self.rows[0], first),
        };
        let column = match error.pointer.as_str() {
            // A line has a column of that name, too.
            "/discount" => "order_discount",
            "/difference_tax/deduction" => "deduction",
            _ => column,
        };
        let column = if COLUMNS.contains(&column) {
            column
        } else {
            ""
        };
        RowError {
            row,
            column: column.to_owned(),
            code: error.code.clone(),
            message: error.message.clone(),
            chinese: error.chinese.clone(),
        }
    }
}

struct Sheet {
    orders: Vec<Group>,
    rows: u64,
    errors: Vec<RowError>,
}

/// The text, its lines ended by `\n` alone: the reader counts a line late that ends in `\r\n`, as spreadsheets write.
pub(crate) fn decode(file: &[u8]) -> Result<(String, &'static str), ImportError> {
    let bare = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    if let Ok(text) = std::str::from_utf8(bare) {
        return Ok((text.replace("\r\n", "\n"), "UTF-8"));
    }
    let (text, had_errors) = encoding_rs::GB18030.decode_without_bom_handling(file);
    if had_errors {
        Err(ImportError::Encoding)
    } else {
        Ok((text.replace("\r\n", "\n"), "GB18030"))
    }
}

fn read_sheet(text: &str) -> Result<Sheet, ImportError> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let headings = reader
        .headers()
        .map_err(|error| ImportError::Heading(format!("the first row cannot be read: {error}")))?
        .clone();
    let columns: HashMap<&str, usize> = headings
        .iter()
        .enumerate()
        .map(|(at, name)| (name, at))
        .collect();
    let unknown: Vec<&str> = headings
        .iter()
        .filter(|name| !COLUMNS.contains(name))
        .collect();
    let absent: Vec<&str> = COLUMNS
        .into_iter()
        .filter(|name| !columns.contains_key(name) && !OPTIONAL.contains(name))
        .collect();
    if !unknown.is_empty() || !absent.is_empty() {
        return Err(ImportError::Heading(format!(
            "the first row names the columns; missing: {}; unknown: {}; known: {}",
            or_none(&absent),
            or_none(&unknown),
            COLUMNS.join(", ")
        )));
    }
    let mut sheet = Sheet {
        orders: Vec::new(),
        rows: 0,
        errors: Vec::new(),
    };
    let mut finished: HashMap<String, u64> = HashMap::new();
    for record in reader.records() {
        sheet.rows += 1;
        if sheet.rows > MAX_ROWS as u64 {
            return Err(ImportError::TooLong);
        }
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let row = error.position().map_or(sheet.rows + 1, csv::Position::line);
                sheet.errors.push(RowError {
                    row,
                    column: String::new(),
                    code: "E_ROW_UNREADABLE".to_owned(),
                    message: error.to_string(),
                    chinese: None,
                });
                continue;
            }
        };
        let row = record
            .position()
            .map_or(sheet.rows + 1, csv::Position::line);
        if record.len() != headings.len() {
            sheet.errors.push(RowError {
                row,
                column: String::new(),
                code: "E_ROW_CELLS".to_owned(),
                message: format!(
                    "the row has {} cells, the heading {}",
                    record.len(),
                    headings.len()
                ),
                chinese: Some(
                    format!("该行有 {} 列，表头有 {} 列", record.len(), headings.len()).into(),
                ),
            });
            continue;
        }
        let cell = |name: &str| {
            columns
                .get(name)
                .and_then(|at| record.get(*at))
                .unwrap_or_default()
        };
        let order_no = cell("order_no");
        let continues = sheet
            .orders
            .last()
            .is_some_and(|group| group.draft.order_no == order_no);
        if !continues {
            if let Some(before) = finished.get(order_no) {
                sheet.errors.push(RowError {
                    row,
                    column: "order_no".to_owned(),
                    code: "E_ROW_ORDER_SPLIT".to_owned(),
                    message: format!("the rows of order {order_no} must follow each other; it began at row {before}"),
                    chinese: Some(
                        format!("订单 {order_no} 的各行须连续排列，它从第 {before} 行开始").into(),
                    ),
                });
                continue;
            }
            finished.insert(order_no.to_owned(), row);
            sheet.orders.push(Group {
                draft: OrderDraft {
                    store: cell("store").to_owned(),
                    order_no: order_no.to_owned(),
                    sold_at: cell("sold_at").to_owned(),
                    discount: cell("order_discount").to_owned(),
                    difference: difference_of(cell("difference_tax"), cell("deduction")),
                    invoice_kind: cell("invoice_kind").to_owned(),
                    ..OrderDraft::default()
                },
                rows: Vec::new(),
                broken: false,
            });
        }
        let Some(group) = sheet.orders.last_mut() else {
            continue;
        };
        let (mode, deduction) = match &group.draft.difference {
            Some(it) => (it.mode.as_str(), it.deduction.as_str()),
            None => ("", ""),
        };
        for (name, value) in [
            ("store", group.draft.store.as_str()),
            ("sold_at", &group.draft.sold_at),
            ("order_discount", &group.draft.discount),
            ("difference_tax", mode),
            ("deduction", deduction),
            ("invoice_kind", &group.draft.invoice_kind),
        ] {
            if cell(name) != value {
                sheet.errors.push(RowError {
                    row,
                    column: name.to_owned(),
                    code: "E_ROW_DIFFERS".to_owned(),
                    message: format!(
                        "`{}` differs from `{value}` in the order's first row",
                        cell(name)
                    ),
                    chinese: Some(format!("“{}”与该订单首行的“{value}”不一致", cell(name)).into()),
                });
                group.broken = true;
            }
        }
        let tax_included = match cell("tax_included").to_lowercase().as_str() {
            "yes" | "y" | "true" | "1" | "是" => true,
            "no" | "n" | "false" | "0" | "否" => false,
            other => {
                sheet.errors.push(RowError {
                    row,
                    column: "tax_included".to_owned(),
                    code: "E_ROW_YES_NO".to_owned(),
                    message: format!("`{other}` is neither yes nor no"),
                    chinese: Some(format!("“{other}”既不是“是”也不是“否”").into()),
                });
                group.broken = true;
                true
            }
        };
        group.rows.push(row);
        group.draft.lines.push(LineDraft {
            amount: String::new(),
            name: cell("name").to_owned(),
            tax_code: cell("tax_code").to_owned(),
            spec: cell("spec").to_owned(),
            unit: cell("unit").to_owned(),
            quantity: cell("quantity").to_owned(),
            unit_price: cell("unit_price").to_owned(),
            tax_included,
            rate: cell("rate").to_owned(),
            discount: cell("discount").to_owned(),
            preference: cell("preference").to_owned(),
        });
    }
    Ok(sheet)
}

/// Difference tax of an order; one cell without the other is told by the rules.
fn difference_of(mode: &str, deduction: &str) -> Option<DifferenceDraft> {
    (!mode.is_empty() || !deduction.is_empty()).then(|| DifferenceDraft {
        mode: mode.to_owned(),
        deduction: deduction.to_owned(),
    })
}

fn or_none(names: &[&str]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADING: &str = "order_no,store,sold_at,line,name,tax_code,spec,unit,quantity,unit_price,tax_included,rate,discount\n";

    #[test]
    fn both_encodings_are_recognised() {
        let text = format!("{HEADING}A-1,S001,,1,苹果,1010115010100000000,,千克,1,2,是,0.09,\n");
        assert_eq!(decode(text.as_bytes()).unwrap().1, "UTF-8");
        assert_eq!(
            decode(format!("\u{feff}{text}").as_bytes()).unwrap(),
            (text.clone(), "UTF-8")
        );
        let (gb, _, _) = encoding_rs::GB18030.encode(&text);
        assert_eq!(decode(&gb).unwrap(), (text, "GB18030"));
        assert!(matches!(
            decode(b"\xff\xff\xff\xff"),
            Err(ImportError::Encoding)
        ));
    }

    #[test]
    fn wrong_headings_are_named() {
        let Err(error) = read_sheet("order_no,preis\nA-1,3\n") else {
            panic!("accepted")
        };
        let text = error.to_string();
        assert!(
            text.contains("unknown: preis") && text.contains("unit_price"),
            "{text}"
        );
    }

    #[test]
    fn rows_become_orders_and_bad_rows_are_named() {
        let text = format!(
            "{HEADING}A-1,S001,,1,苹果,1010115010100000000,,千克,1,2,yes,0.09,\n\
             A-1,S001,,2,香蕉,1010115010500000000,,千克,1,2,maybe,0.09,\n\
             A-2,S001,,1,大米,1030102010100000000,,袋,1,2,no,0.09,\n\
             A-1,S001,,3,苹果,1010115010100000000,,千克,1,2,yes,0.09,\n\
             A-3,S001,,1\n"
        );
        let sheet = read_sheet(&text).unwrap();
        assert_eq!(sheet.orders.len(), 2);
        assert_eq!(sheet.orders[0].rows, [2, 3]);
        let places: Vec<_> = sheet
            .errors
            .iter()
            .map(|error| (error.row, error.column.as_str()))
            .collect();
        assert_eq!(places, [(3, "tax_included"), (5, "order_no"), (6, "")]);
        let pointer = FieldError::new("/lines/1/quantity", "E", "x");
        assert_eq!(sheet.orders[0].place(&pointer).row, 3);
        let (windows, _) = decode(text.replace('\n', "\r\n").as_bytes()).unwrap();
        let rows: Vec<u64> = read_sheet(&windows)
            .unwrap()
            .errors
            .iter()
            .map(|error| error.row)
            .collect();
        assert_eq!(rows, [3, 5, 6]);
    }
}
