//! A till's day as a file: uploaded, looked at, then taken over.

use super::{
    Answer,
    desk::{Worker, Works},
    failure::Failure,
    forms::{Form, Sent, Uploaded},
    frame::Frame,
    pieces::stores,
};
use crate::{
    i18n::{Lang, Texts, fill1},
    pages::{
        field::Errors,
        import::{BadCell, BadRow, ColumnNote, DryRun, ImportPage},
        parts::{Choice, Tone},
        shell::Section,
    },
    problem::{Problem, Wrong},
};
use actix_web::{HttpResponse, http::header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fapiao_usecases::{
    backoffice::bad_rows::{self, bad_rows, bad_rows_file},
    errors::StoreError,
    fields::FieldError,
    merchant::{
        import::{ImportError, ImportMode, ImportReport, MAX_ROWS, import_orders},
        orders::{Caller, OrderError},
    },
    ports::Scope,
};

/// Bad rows that are shown; the download has them all.
const SHOWN: usize = 100;

/// `GET /admin/import`.
pub(super) async fn show(desk: Worker) -> Answer {
    let page = page(&desk, "", Errors::default(), None).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/import`: looks at a file and writes nothing.
pub(super) async fn look(sent: Uploaded<Works>) -> Answer {
    let desk = sent.desk;
    let store = sent.form.get("store").to_owned();
    let mut errors = Errors::default();
    let Some((name, bytes)) = sent.file else {
        errors.add("file", desk.t().told.file_missing);
        let page = page(&desk, &store, errors, None).await?;
        return Ok(desk.wrong(&page));
    };
    let limit = desk.app.settings.upload_bytes;
    if bytes.len() > limit {
        errors.add("file", fill1(desk.t().told.file_too_large, limit >> 20));
        let page = page(&desk, &store, errors, None).await?;
        return Ok(desk.wrong(&page));
    }
    let caller = caller(&desk, &store).await?;
    match read(&desk, &caller, &bytes, ImportMode::DryRun).await? {
        Err(why) => {
            errors.add("file", why);
            let page = page(&desk, &store, errors, None).await?;
            Ok(desk.wrong(&page))
        }
        Ok(report) => {
            let run = dry_run(desk.lang(), name, &bytes, &report)?;
            let page = page(&desk, &store, errors, Some(run)).await?;
            Ok(desk.page(&page))
        }
    }
}

/// `POST /admin/import/orders`: takes the good orders of a file that was looked at, or hands the bad rows out.
pub(super) async fn take(sent: Sent<Works>) -> Answer {
    let (desk, form): (_, Form) = (sent.desk, sent.form);
    let bytes = URL_SAFE_NO_PAD
        .decode(form.get("content"))
        .map_err(|error| Failure::unreadable(error.to_string()))?;
    let caller = caller(&desk, form.get("store")).await?;
    let t = desk.t();
    let wants_rows = form.get("do") == "bad_rows";
    let mode = match form.get("links") {
        _ if wants_rows => ImportMode::DryRun,
        "yes" => ImportMode::WithLinks,
        _ => ImportMode::GoodOnes,
    };
    let report = match read(&desk, &caller, &bytes, mode).await? {
        Ok(report) => report,
        Err(why) => return Ok(desk.told("/admin/import", Tone::Bad, &why)),
    };
    if wants_rows {
        let (heading, rows) = rows_of(&bytes, &report, MAX_ROWS)?;
        return Ok(HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8")
            .insert_header((
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"bad-rows.csv\"",
            ))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(bad_rows_file(&heading, &rows)));
    }
    let mut text = fill1(t.told.imported, report.created);
    if report.known > 0 {
        text.push_str(&fill1(t.told.imported_known, report.known));
    }
    let bad = bad_lines(&report);
    if bad > 0 {
        text.push_str(&fill1(t.told.imported_bad, bad));
    }
    let tone = if bad > 0 { Tone::Warn } else { Tone::Ok };
    Ok(desk.told("/admin/orders", tone, &text))
}

/// Who imports: bound to the chosen store, and never beyond the person's own.
async fn caller(frame: &Frame, code: &str) -> Result<Caller, Failure> {
    let mut caller = frame.caller();
    caller.source = "csv";
    if !code.is_empty() {
        let own = stores(frame).await?;
        let store = own.into_iter().find(|it| it.code == code);
        caller.scope = Scope::Store(store.ok_or(Failure::NotFound)?.id);
    }
    Ok(caller)
}

/// Reads a file; a sentence when it cannot be read at all.
async fn read(
    frame: &Frame,
    caller: &Caller,
    bytes: &[u8],
    mode: ImportMode,
) -> Result<Result<ImportReport, String>, Failure> {
    let t = frame.t();
    Ok(
        match import_orders(frame.ports(), caller, bytes, mode).await {
            Ok(report) => Ok(report),
            Err(ImportError::Encoding) => Err(t.told.file_encoding.to_owned()),
            Err(ImportError::Heading(why)) => {
                Err(fill1(t.told.file_heading, heading(frame.lang(), &why)))
            }
            Err(ImportError::TooLong) => Err(t.told.file_too_long.to_owned()),
            Err(ImportError::Order(OrderError::Store(error))) => return Err(error.into()),
            Err(ImportError::Order(error)) => return Err(Problem::from(error).into()),
        },
    )
}

/// What is wrong with the heading; the columns are named the same in every language.
fn heading(lang: Lang, why: &str) -> String {
    match lang {
        Lang::En => why.to_owned(),
        Lang::Zh => why
            .replace("the first row names the columns; missing: ", "缺少 ")
            .replace("; unknown: ", "；多出 ")
            .replace("; known: ", "；应为 ")
            .replace("the first row cannot be read: ", "首行无法读取："),
    }
}

/// How many lines of the file something is wrong with.
fn bad_lines(report: &ImportReport) -> u64 {
    let mut lines: Vec<u64> = report.errors.iter().map(|it| it.row).collect();
    lines.dedup();
    lines.len() as u64
}

fn rows_of(
    bytes: &[u8],
    report: &ImportReport,
    most: usize,
) -> Result<(Vec<String>, Vec<bad_rows::BadRow>), Failure> {
    bad_rows(bytes, report, most).map_err(|error| Problem::internal(error).into())
}

fn dry_run(
    lang: Lang,
    file: String,
    bytes: &[u8],
    report: &ImportReport,
) -> Result<DryRun, Failure> {
    let (header, rows) = rows_of(bytes, report, SHOWN)?;
    Ok(DryRun {
        content: URL_SAFE_NO_PAD.encode(bytes),
        file,
        encoding: report.encoding.to_owned(),
        rows: report.rows,
        orders: report.good,
        total: report.totals.total,
        bad: bad_lines(report),
        bad_rows: rows
            .into_iter()
            .map(|row| shown_row(lang, row, header.len()))
            .collect(),
        header,
    })
}

/// What is wrong, as this reader wants it.
fn said(lang: Lang, wrong: &bad_rows::WrongCell) -> String {
    let error = FieldError {
        chinese: wrong.chinese.clone(),
        ..FieldError::new("", wrong.code.as_str(), wrong.message.as_str())
    };
    Wrong::from(error).said.of(lang).to_owned()
}

fn shown_row(lang: Lang, row: bad_rows::BadRow, width: usize) -> BadRow {
    let mut cells: Vec<BadCell> = row
        .cells
        .into_iter()
        .take(width)
        .map(|text| BadCell { text, wrong: None })
        .collect();
    cells.resize_with(width, || BadCell {
        text: String::new(),
        wrong: None,
    });
    let mut whole = Vec::new();
    for wrong in row.wrong {
        let message = said(lang, &wrong);
        match wrong.column.and_then(|at| cells.get_mut(at)) {
            Some(cell) => {
                let wrong = cell.wrong.get_or_insert_default();
                if !wrong.is_empty() {
                    wrong.push_str("; ");
                }
                wrong.push_str(&message);
            }
            None => whole.push(message),
        }
    }
    BadRow {
        line: row.line,
        cells,
        wrong: whole.join("; "),
    }
}

async fn page(
    frame: &Frame,
    store: &str,
    errors: Errors,
    dry_run: Option<DryRun>,
) -> Result<ImportPage, StoreError> {
    let t = frame.t();
    let own = stores(frame).await?;
    let first = (own.len() != 1).then(|| Choice::new("", t.import.by_file));
    let choices = own
        .iter()
        .map(|it| Choice::new(it.code.as_str(), format!("{} {}", it.code, it.name)));
    Ok(ImportPage {
        shell: frame.shell(Section::Import).await?,
        stores: first.into_iter().chain(choices).collect(),
        store: store.to_owned(),
        errors,
        dry_run,
        columns: columns(t),
    })
}

fn columns(t: &'static Texts) -> Vec<ColumnNote> {
    let c = &t.column;
    [
        ("order_no", "POS-20261120-0001", c.order_no),
        ("store", "S001", c.store),
        ("sold_at", "2026-11-20T18:30:00+08:00", c.sold_at),
        ("line", "1", c.line),
        ("name", "龙井茶", c.name),
        ("tax_code", "1010116010000000000", c.tax_code),
        ("spec", "明前 100g", c.spec),
        ("unit", "盒", c.unit),
        ("quantity", "2", c.quantity),
        ("unit_price", "268.00", c.unit_price),
        ("tax_included", "是", c.tax_included),
        ("rate", "0.09", c.rate),
        ("discount", "10.00", c.discount),
        ("order_discount", "", c.order_discount),
        ("difference_tax", "", t.parts.column_difference),
        ("deduction", "", t.parts.column_deduction),
        ("invoice_kind", "", t.special.column),
        ("preference", "", t.policies.column),
    ]
    .into_iter()
    .map(|(name, example, note)| ColumnNote {
        name: name.to_owned(),
        example: example.to_owned(),
        note: note.to_owned(),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fapiao_usecases::merchant::import::COLUMNS;

    #[test]
    fn every_column_is_explained() {
        let names: Vec<String> = columns(Texts::of(Lang::En))
            .into_iter()
            .map(|it| it.name)
            .collect();
        assert_eq!(names, COLUMNS);
    }

    #[test]
    fn errors_stand_in_their_cells() {
        let wrong = |column, message: &str| bad_rows::WrongCell {
            column,
            code: "E_ROW_CELLS".to_owned(),
            message: message.to_owned(),
            chinese: None,
        };
        let row = bad_rows::BadRow {
            line: 3,
            cells: vec!["A-1".to_owned()],
            wrong: vec![
                wrong(Some(1), "one"),
                wrong(Some(1), "two"),
                wrong(None, "three"),
            ],
        };
        let shown = shown_row(Lang::En, row, 2);
        assert_eq!(shown.cells.len(), 2);
        assert_eq!(shown.cells[1].wrong.as_deref(), Some("one; two"));
        assert_eq!(shown.wrong, "three");
    }
}
